//! From bytes to orders: what a terminal may send, through the real parser and the real folding of keys into `update`. No
//! order leaves that was not staged, seen and fired, and only a typed Enter or `ctrl-y` is one.
//!
//! The bytes go through a terminal of their own, since the parser reads nothing else; time is handed over, so that a gap
//! costs none. `BYTE_STREAMS=n` for another number of streams, `BYTE_SEED=n` for another first seed; a failure prints the
//! seed of its stream.

use std::fs::File;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use portable_pty::{MasterPty, PtySize, native_pty_system};
use rustix::fs::OFlags;
use rustix::termios::{OptionalActions, tcgetattr, tcsetattr};

use super::fixture::{AAPL, Desk, MSFT};
use super::streams::{Bases, Draw, PASTES, RUNS, SENTENCES, Witness, answer, paint, tell, wait};
use crate::app::msg::Msg;
use crate::clock::Stamp;
use crate::domain::order::OrderKey;
use crate::run::input::{Folder, Input, gather};

/// There is one standard input.
static ALONE: Mutex<()> = Mutex::new(());

/// A terminal whose far end the test holds; its near end is standard input.
struct Line {
    out: Box<dyn Write + Send>,
    near: File,
    folder: Folder,
    _master: Box<dyn MasterPty + Send>,
}

impl Line {
    fn open() -> Self {
        let pair = native_pty_system().openpty(PtySize::default()).unwrap();
        let flags = OFlags::NONBLOCK | OFlags::NOCTTY;
        let path = pair.master.tty_name().unwrap();
        let near = File::options().read(true).write(true).custom_flags(flags.bits().cast_signed()).open(path).unwrap();
        let mut modes = tcgetattr(&near).unwrap();
        modes.make_raw();
        tcsetattr(&near, OptionalActions::Now, &modes).unwrap();
        rustix::stdio::dup2_stdin(&near).unwrap();
        let out = pair.master.take_writer().unwrap();
        Self { out, near, folder: Folder::default(), _master: pair.master }
    }

    /// Bytes that arrive at once, and what they are taken for.
    fn give(&mut self, bytes: &[u8], now: Stamp) -> Vec<Input> {
        self.out.write_all(bytes).unwrap();
        let late = Stamp::now().plus(Duration::from_secs(10));
        while rustix::io::ioctl_fionread(&self.near).unwrap() < bytes.len() as u64 {
            assert!(Stamp::now().mono < late.mono, "the terminal does not pass bytes on");
            std::thread::yield_now();
        }
        let mut inputs = Vec::new();
        loop {
            let mut batch = Vec::new();
            gather(&mut batch);
            if batch.is_empty() {
                return inputs;
            }
            inputs.extend(self.folder.fold(batch, now));
        }
    }

    /// Ends whatever sequence or paste is open.
    fn flush(&mut self) {
        let mut now = Stamp::at(0);
        for _ in 0..100 {
            for end in [&b"\x1b[201~"[..], b"\x1b\\", b"~", b"~", b"~"] {
                now = now.plus(Duration::from_secs(1));
                self.give(end, now);
            }
            self.folder = Folder::default();
            let heard = self.give(b"q", now);
            if matches!(heard.as_slice(), [Input::Press(press)] if press.chord.to_string() == "q") {
                self.folder = Folder::default();
                return;
            }
        }
        panic!("the parser does not come back");
    }
}

/// Sequences of terminals: keys, pointer, focus, answers.
const SEQUENCES: &[&str] = &[
    "\x1b[A",
    "\x1b[B",
    "\x1b[5~",
    "\x1b[6~",
    "\x1bOP",
    "\x1bOS",
    "\x1b[15~",
    "\x1b[1;5A",
    "\x1b[1;2D",
    "\x1b[Z",
    "\x1b[3~",
    "\x1b[I",
    "\x1b[O",
    "\x1b[<0;20;10M",
    "\x1b[<64;20;10M",
    "\x1b[M !!",
    "\x1b[27u",
    "\x1b]11;rgb:ffff/ffff/ffff\x1b\\",
    "\x1b[?62;22c",
    "\x1b[24;80R",
    "\x1b\x1b[C",
    "\x1b[99999999999;1H",
];

/// The bytes of a key.
fn bytes_of(key: &str) -> Vec<u8> {
    let text = match key {
        "enter" => "\r",
        "esc" => "\x1b",
        "tab" => "\t",
        "space" => " ",
        "up" => "\x1b[A",
        "down" => "\x1b[B",
        "home" => "\x1b[H",
        "f4" => "\x1bOS",
        "ctrl-y" => "\x19",
        one => one,
    };
    assert!(text.len() == 1 || text.starts_with('\x1b'), "{key} has no bytes here");
    text.as_bytes().to_vec()
}

/// Whether bytes are a key that fires.
fn fires(bytes: &[u8]) -> bool {
    matches!(bytes, b"\r" | b"\x19")
}

/// One stream, with its trader.
struct Stream<'l> {
    line: &'l mut Line,
    d: Desk,
    w: Witness,
    draw: Draw,
    seed: String,
}

impl Stream<'_> {
    /// Bytes that arrive at once; the orders that leave on them.
    fn take(&mut self, bytes: &[u8]) -> Vec<OrderKey> {
        let mut sent = Vec::new();
        for input in self.line.give(bytes, self.d.at) {
            let msg = match input {
                Input::Press(press) => {
                    let key = press.chord.to_string();
                    let fire = !press.burst && (key == "enter" || key == "ctrl-y");
                    assert!(!fire || fires(bytes), "{}: {bytes:?} became {key}", self.seed);
                    Msg::Key(press)
                }
                Input::Pasted(text) => Msg::Pasted(text),
                Input::Focus(change) => Msg::Focus(change),
                // What stands under the pointer only the view knows.
                Input::Click(..) | Input::Wheel(..) | Input::LightGround | Input::Broken => continue,
            };
            sent.extend(tell(&mut self.d, &mut self.w, msg, &self.seed));
        }
        sent
    }

    fn pause(&mut self, gaps: &[u64]) {
        let gap = gaps[usize::try_from(self.draw.below(gaps.len() as u64)).unwrap()];
        wait(&mut self.d, &mut self.w, gap, &self.seed);
        if self.draw.below(8) > 0 {
            paint(&mut self.d, &mut self.w, &self.seed);
        }
    }

    /// Any bytes but those that fire.
    fn garbage(&mut self) -> Vec<u8> {
        let n = self.draw.below(12);
        let bytes = (0..n).map(|_| (self.draw.next() & 0xff) as u8);
        bytes.filter(|byte| !matches!(byte, b'\r' | b'\n' | 0x19)).collect()
    }

    fn piece(&mut self) -> Vec<OrderKey> {
        const TYPED: &[u8] = b"bscpmxXZVjthaekilu0123456789@.,:/?!z+-= gow\x15\x17\x08\x7f\t\r\r\r\x19\x19";
        match self.draw.below(12) {
            0 | 1 => {
                let byte = TYPED[usize::try_from(self.draw.below(TYPED.len() as u64)).unwrap()];
                self.take(&[byte])
            }
            2..=5 => {
                let mut sent = Vec::new();
                for key in self.draw.pick(RUNS).split(' ') {
                    self.pause(&[0, 2, 200, 200, 200, 200]);
                    sent.extend(self.take(&bytes_of(key)));
                }
                sent
            }
            6 | 7 => {
                // A sequence that a slow line cuts in two, at any byte.
                let whole = self.draw.pick(SEQUENCES).as_bytes();
                let cut = usize::try_from(self.draw.below(whole.len() as u64)).unwrap() + 1;
                let mut sent = self.take(&whole[..cut]);
                self.pause(&[0, 1, 30, 90, 400]);
                sent.extend(self.take(&whole[cut..]));
                sent
            }
            8 => {
                // A paste may hold its own end; the rest of it is then typed. Its head is not eaten by a sequence that was
                // begun before: cut in two behind that, its second half would be what a hand types.
                self.line.flush();
                let mut paste = format!("\x1b[200~{}", self.draw.pick(PASTES));
                for _ in 0..self.draw.below(3) {
                    paste.push_str("\x1b[201~");
                    paste.push_str(self.draw.pick(PASTES));
                }
                paste.push_str("\x1b[201~");
                let cut = usize::try_from(self.draw.below(paste.len() as u64)).unwrap() + 1;
                let mut sent = self.take(&paste.as_bytes()[..cut]);
                self.pause(&[0, 1, 30]);
                sent.extend(self.take(&paste.as_bytes()[cut..]));
                sent
            }
            9 => {
                let bytes = self.garbage();
                self.take(&bytes)
            }
            10 => {
                // A sentence that somebody types, or a program.
                let sentence = format!(":{}\r", self.draw.pick(SENTENCES));
                if self.draw.below(2) == 0 {
                    return self.take(sentence.as_bytes());
                }
                let mut sent = Vec::new();
                for byte in sentence.bytes() {
                    self.pause(&[30, 30, 30, 30, 30, 30, 200]);
                    sent.extend(self.take(&[byte]));
                }
                sent
            }
            _ => {
                let (con_id, base) = if self.draw.below(2) == 0 { (AAPL, 187) } else { (MSFT, 414) };
                let cents = self.draw.below(60);
                let msg = self.d.quote_msg(con_id, &format!("{base}.{cents:02}"), &format!("{base}.{:02}", cents + 2));
                tell(&mut self.d, &mut self.w, msg, &self.seed)
            }
        }
    }
}

/// One stream; how many orders left.
fn stream(line: &mut Line, bases: &Bases, number: u64) -> u64 {
    line.folder = Folder::default();
    let mut stream = Stream {
        line,
        d: bases.desk(number),
        w: Witness::default(),
        draw: Draw(number),
        seed: format!("BYTE_STREAMS=1 BYTE_SEED={number}"),
    };
    for _ in 0..=stream.draw.below(12) {
        stream.pause(&[0, 0, 1, 2, 20, 60, 150, 200, 400]);
        let sent = stream.piece();
        let Stream { d, w, draw, seed, .. } = &mut stream;
        answer(d, w, draw, sent, seed);
    }
    let left = stream.w.left;
    line.flush();
    left
}

fn run(streams: u64) {
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    let number = |name: &str| std::env::var(name).ok().map(|text| text.parse::<u64>().unwrap());
    let (first, streams) = (number("BYTE_SEED").unwrap_or(1), number("BYTE_STREAMS").unwrap_or(streams));
    let (mut line, bases, begun) = (Line::open(), Bases::new(), Stamp::now());
    line.flush();
    let left: u64 = (first..first + streams).map(|number| stream(&mut line, &bases, number)).sum();
    let seconds = Stamp::now().since(begun).as_secs_f64();
    println!(
        "{streams} streams of bytes, seeds from {first}, in {seconds:.0} s: {left} orders left, each staged, seen and fired"
    );
    assert!(streams < 100 || left > streams / 4, "the streams reach orders: {left} left");
}

#[test]
fn no_stream_of_bytes_sends_what_was_not_staged_seen_and_fired() {
    run(500);
}

/// `cargo test --release --lib million_streams_of_bytes -- --ignored --nocapture`
#[test]
#[ignore = "long: a million streams"]
fn a_million_streams_of_bytes_send_nothing_that_was_not_staged_seen_and_fired() {
    run(1_000_000);
}
