//! The log: one file a day, ten kept, for the owner alone, never in the way.
//!
//! Lines are dropped rather than waited for. Account ids are masked here, at the writer, because libraries log whole
//! frames; how they look on the screen is the screen's affair.

use std::io::{self, Write};
use std::path::Path;

use tracing_appender::non_blocking::{ErrorCounter, NonBlockingBuilder, WorkerGuard};
use tracing_appender::rolling::{Builder, Rotation};
use tracing_subscriber::EnvFilter;

use crate::config::LogLevel;

/// Lines that may wait for the disk.
const LINES: usize = 8_192;

/// The running log; lines are written until it is dropped.
#[derive(Debug)]
pub struct Log {
    _guard: WorkerGuard,
    dropped: ErrorCounter,
}

impl Log {
    /// How many lines were dropped.
    pub fn dropped(&self) -> usize {
        self.dropped.dropped_lines()
    }
}

/// Starts the log in `folder`. `RUST_LOG` may say more than `level`, which is for our own lines; others' are kept from
/// `warn` on.
pub fn start(folder: &Path, level: LogLevel) -> io::Result<Log> {
    std::fs::create_dir_all(folder)?;
    let file = Builder::new()
        .rotation(Rotation::DAILY)
        .filename_prefix("tradewind")
        .filename_suffix("log")
        .max_log_files(10)
        .build(folder)
        .map_err(io::Error::other)?;
    let (lines, guard) =
        NonBlockingBuilder::default().lossy(true).buffered_lines_limit(LINES).thread_name("log").finish(Masked(file));
    let dropped = lines.error_counter();
    let filter =
        EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(format!("warn,tradewind={}", word(level))));
    let subscriber = tracing_subscriber::fmt().with_ansi(false).with_writer(lines).with_env_filter(filter).finish();
    tracing::subscriber::set_global_default(subscriber).map_err(io::Error::other)?;
    Ok(Log { _guard: guard, dropped })
}

/// The filter's word.
const fn word(level: LogLevel) -> &'static str {
    match level {
        LogLevel::Error => "error",
        LogLevel::Warn => "warn",
        LogLevel::Info => "info",
        LogLevel::Debug => "debug",
        LogLevel::Trace => "trace",
    }
}

/// Masks account ids in what is written through it. The appender hands over whole lines.
#[derive(Debug)]
struct Masked<W>(W);

impl<W: Write> Write for Masked<W> {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        self.0.write_all(&mask(line))?;
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

/// Replaces the middle of account ids: `U`, `D` or `F`, at most one more letter, five to nine digits, a word of its own.
fn mask(line: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(line.len());
    let mut rest = line;
    let mut inside = false;
    while let Some((first, tail)) = rest.split_first() {
        if !inside && let Some(length) = account_length(rest) {
            let (id, after) = rest.split_at(length);
            out.extend(id.iter().take_while(|c| c.is_ascii_alphabetic()));
            out.extend(b"****");
            out.extend(id.get(length - 2..).unwrap_or_default());
            rest = after;
            inside = true;
            continue;
        }
        inside = first.is_ascii_alphanumeric() || *first == b'_';
        out.push(*first);
        rest = tail;
    }
    out
}

/// The length of the account id at the start of `text`, if one stands there.
fn account_length(text: &[u8]) -> Option<usize> {
    let (first, tail) = text.split_first()?;
    if !matches!(first, b'U' | b'D' | b'F') {
        return None;
    }
    let letters = 1 + usize::from(tail.first().is_some_and(u8::is_ascii_uppercase));
    let digits = text.get(letters..)?.iter().take_while(|c| c.is_ascii_digit()).count();
    let length = letters + digits;
    let ends = text.get(length).is_none_or(|c| !c.is_ascii_alphanumeric() && *c != b'_');
    ((5..=9).contains(&digits) && ends).then_some(length)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn masked(text: &str) -> String {
        String::from_utf8(mask(text.as_bytes())).unwrap()
    }

    #[test]
    fn account_ids_are_masked_wherever_they_stand() {
        assert_eq!(masked("account=DU1234567 ok"), "account=DU****67 ok");
        assert_eq!(masked("\"U7654321\",F12345;DF123456"), "\"U****21\",F****45;DF****56");
        assert_eq!(masked("U1234567"), "U****67");
    }

    #[test]
    fn other_words_stay() {
        for text in ["AAPL 187.20 USD100", "DU123", "xU1234567", "U1234567890", "FOLLOW", "D", "üU12", "U12345x"] {
            assert_eq!(masked(text), text);
        }
    }
}
