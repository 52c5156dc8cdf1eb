//! Counters of the process, printed by `--stats` at the end.

use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;

/// One count, or the highest value seen.
#[derive(Debug, Default)]
pub struct Count(AtomicU64);

impl Count {
    /// Adds to a count.
    pub fn add(&self, n: usize) {
        self.0.fetch_add(n as u64, Relaxed);
    }

    /// Raises a highest value.
    pub fn raise(&self, n: usize) {
        self.0.fetch_max(n as u64, Relaxed);
    }

    /// The present value.
    pub fn get(&self) -> u64 {
        self.0.load(Relaxed)
    }

    fn micros(&self, span: Duration) {
        let n = u64::try_from(span.as_micros()).unwrap_or(u64::MAX);
        self.0.fetch_add(n, Relaxed);
    }
}

/// The counters.
#[derive(Debug, Default)]
pub struct Stats {
    /// Frames given to the terminal.
    pub frames: Count,
    /// Frames that turned out to change nothing.
    pub frames_empty: Count,
    /// Draws put off because the last frame was still being written.
    pub frames_held: Count,
    /// Bytes written to the terminal.
    pub bytes: Count,
    /// Microseconds spent drawing.
    pub draw_us: Count,
    /// Microseconds the terminal took for its frames.
    pub write_us: Count,
    /// The longest of these writes.
    pub write_us_max: Count,
    /// Messages the model was updated with.
    pub messages: Count,
    /// Quotes among them.
    pub quotes: Count,
    /// Keys.
    pub keys: Count,
    /// The longest update, in microseconds.
    pub update_us_max: Count,
    /// The most messages handled without a look at the keys.
    pub drain_max: Count,
    /// The fullest the queue of broker events has been.
    pub events_max: Count,
    /// The fullest the queue of the journal has been.
    pub journal_max: Count,
    /// Intents made durable.
    pub intents: Count,
    /// Microseconds that took.
    pub intent_us: Count,
    /// The longest of them.
    pub intent_us_max: Count,
    /// Order states and executions written.
    pub records: Count,
    /// Commands that found their lane full.
    pub refused: Count,
}

impl Stats {
    /// A frame was written.
    pub fn wrote(&self, bytes: usize, span: Duration) {
        self.bytes.add(bytes);
        self.write_us.micros(span);
        self.write_us_max.raise(usize::try_from(span.as_micros()).unwrap_or(usize::MAX));
    }

    /// A frame was drawn.
    pub fn drew(&self, span: Duration) {
        self.frames.add(1);
        self.draw_us.micros(span);
    }
}

impl fmt::Display for Stats {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let row = |f: &mut fmt::Formatter<'_>, name: &str, value: u64| writeln!(f, "{name:<24}{value:>12}");
        row(f, "frames", self.frames.get())?;
        row(f, "frames without change", self.frames_empty.get())?;
        row(f, "frames held back", self.frames_held.get())?;
        row(f, "bytes", self.bytes.get())?;
        row(f, "drawing, us", self.draw_us.get())?;
        row(f, "writing, us", self.write_us.get())?;
        row(f, "longest write, us", self.write_us_max.get())?;
        row(f, "messages", self.messages.get())?;
        row(f, "quotes", self.quotes.get())?;
        row(f, "keys", self.keys.get())?;
        row(f, "longest update, us", self.update_us_max.get())?;
        row(f, "longest drain", self.drain_max.get())?;
        row(f, "fullest event queue", self.events_max.get())?;
        row(f, "fullest journal queue", self.journal_max.get())?;
        row(f, "intents", self.intents.get())?;
        row(f, "intents, us", self.intent_us.get())?;
        row(f, "longest intent, us", self.intent_us_max.get())?;
        row(f, "records", self.records.get())?;
        row(f, "commands refused", self.refused.get())
    }
}
