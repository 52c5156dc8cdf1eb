//! The program in a terminal: keys in, an emulated screen out.

use std::io::{Read, Write};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, sync_channel};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};
use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;
use tradewind::clock::Stamp;
use vt100::MouseProtocolMode;

/// How long anything may take on a busy machine.
pub const DEADLINE: Duration = Duration::from_secs(30);

/// Keys closer together are taken for a burst or for a repeat, and never send.
const FINGER: Duration = Duration::from_millis(40);

/// How long the process may take to end once it was told.
pub const END: Duration = Duration::from_secs(6);

/// Variables set for the program, or taken from it.
pub type Environment<'a> = &'a [(&'a str, Option<&'a str>)];

pub struct Desk {
    pub child: Box<dyn Child + Send + Sync>,
    pub master: Option<Box<dyn MasterPty + Send>>,
    pub keys: Option<Box<dyn Write + Send>>,
    bytes: Receiver<Vec<u8>>,
    pub terminal: vt100::Parser,
    pub raw: Vec<u8>,
    pub cooked: String,
    pressed: Stamp,
    /// While it is held the terminal takes nothing.
    pub stalled: Arc<Mutex<()>>,
    /// Tells the reader to let go of the terminal.
    gone: Arc<AtomicBool>,
}

impl Desk {
    pub fn start(state: &Path, options: &[&str]) -> Self {
        Self::within(state, options, (160, 48), &[])
    }

    /// Of this size, in this environment.
    pub fn within(state: &Path, options: &[&str], (columns, rows): (u16, u16), environment: Environment<'_>) -> Self {
        let size = PtySize { rows, cols: columns, pixel_width: 0, pixel_height: 0 };
        let pair = native_pty_system().openpty(size).expect("a terminal");
        let cooked = modes(pair.master.as_ref());
        let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_tradewind"));
        command.args(["--state".as_ref(), state.as_os_str(), "--config".as_ref(), state.join("config").as_os_str()]);
        command.args(options);
        command.env("TERM", "xterm-256color");
        command.env("COLORTERM", "truecolor");
        for (name, value) in environment {
            match value {
                Some(value) => command.env(name, value),
                None => command.env_remove(name),
            }
        }
        let child = pair.slave.spawn_command(command).expect("the program starts");
        drop(pair.slave);
        let mut reader = pair.master.try_clone_reader().expect("a reader");
        let keys = pair.master.take_writer().expect("a writer");
        let (give, bytes) = sync_channel(1_024);
        let stalled = Arc::new(Mutex::new(()));
        let gate = Arc::clone(&stalled);
        let gone = Arc::new(AtomicBool::new(false));
        let closing = Arc::clone(&gone);
        std::thread::spawn(move || {
            let mut chunk = vec![0; 65_536];
            while let Ok(n @ 1..) = reader.read(&mut chunk) {
                if closing.load(Ordering::Relaxed) || give.send(chunk[..n].to_vec()).is_err() {
                    return;
                }
                drop(gate.lock());
            }
        });
        let terminal = emulator(rows, columns);
        Self {
            child,
            master: Some(pair.master),
            keys: Some(keys),
            bytes,
            terminal,
            raw: Vec::new(),
            cooked,
            pressed: Stamp::now(),
            stalled,
            gone,
        }
    }

    /// Writes keys as they are.
    pub fn send(&mut self, keys: &[u8]) {
        let out = self.keys.as_mut().expect("open");
        out.write_all(keys).expect("the terminal takes keys");
        out.flush().expect("the terminal takes keys");
    }

    /// Closes the terminal, as a window is closed or a line lost.
    pub fn hang_up(&mut self) {
        self.gone.store(true, Ordering::Relaxed);
        // The reader lets go at the next frame; a desk that has quotes draws many a second.
        let end = Stamp::now().plus(DEADLINE);
        while self.bytes.recv_timeout(Duration::from_secs(1)) != Err(RecvTimeoutError::Disconnected) {
            assert!(Stamp::now() < end, "nothing is drawn any more");
        }
        self.keys = None;
        self.master = None;
    }

    /// A number of the kernel about the process, of the fields of `/proc/PID/stat` behind its name; the first is 0.
    pub fn stat(&self, field: usize) -> Option<String> {
        let text = std::fs::read_to_string(format!("/proc/{}/stat", self.pid().as_raw_nonzero())).ok()?;
        let (_, fields) = text.rsplit_once(") ")?;
        fields.split(' ').nth(field).map(str::to_owned)
    }

    /// Hundredths of a second of processor the process has used.
    pub fn used(&self) -> u64 {
        let number = |field| self.stat(field).and_then(|text| text.parse::<u64>().ok()).expect("Linux counts");
        number(11) + number(12)
    }

    /// What the process holds in memory, in KiB.
    pub fn resident(&self) -> i64 {
        self.stat(21).and_then(|pages| pages.parse::<i64>().ok()).expect("Linux counts") * 4
    }

    /// Whether the process lives.
    pub fn lives(&mut self) -> bool {
        self.child.try_wait().expect("a child").is_none()
    }

    pub fn text(&self) -> String {
        self.terminal.screen().contents()
    }

    /// Waits until the screen is as wanted.
    pub fn wait(&mut self, what: &str, wanted: impl Fn(&vt100::Screen) -> bool) {
        let end = Stamp::now().plus(DEADLINE);
        while !wanted(self.terminal.screen()) {
            let left = end.since(Stamp::now());
            match self.bytes.recv_timeout(left) {
                Ok(bytes) => self.take(&bytes),
                Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => {
                    panic!("waited for {what}; the screen shows\n{}", self.text())
                }
            }
        }
    }

    pub fn shows(&mut self, text: &str) {
        self.wait(text, |screen| screen.contents().contains(text));
    }

    /// Takes in what comes until this holds of the screen and of the world, or the process is gone; whether it lives.
    pub fn lives_until(&mut self, what: &str, holds: &dyn Fn(&vt100::Screen) -> bool) -> bool {
        let end = Stamp::now().plus(DEADLINE);
        while !holds(self.terminal.screen()) {
            if let Ok(bytes) = self.bytes.recv_timeout(Duration::from_millis(10)) {
                self.take(&bytes);
            } else if !self.lives() {
                return false;
            }
            assert!(Stamp::now() < end, "waited for {what}; the screen shows\n{}", self.text());
        }
        true
    }

    /// Presses a key as a finger would and waits; whether the process lives.
    pub fn press_and_live(&mut self, key: &str, what: &str, holds: &dyn Fn(&vt100::Screen) -> bool) -> bool {
        self.silence_for(FINGER);
        self.pressed = Stamp::now();
        // A terminal whose program is gone may refuse them.
        let sent = self.keys.as_mut().is_some_and(|keys| keys.write_all(key.as_bytes()).is_ok());
        sent && self.lives_until(what, holds)
    }

    /// Presses Enter on what is staged, again where the desk says that it came too soon; whether the process lives.
    pub fn fire_and_live(&mut self, what: &str, holds: &dyn Fn(&vt100::Screen) -> bool) -> bool {
        loop {
            let sent = Stamp::now().plus(Duration::from_secs(2));
            let late = |s: &vt100::Screen| staged(s) && Stamp::now().mono > sent.mono;
            if !self.press_and_live("\r", what, &|s| holds(s) || late(s)) {
                return false;
            }
            if holds(self.terminal.screen()) {
                return true;
            }
        }
    }

    /// Places an order that rests: far enough below the bid, near enough to need no confirmation; whether the process lives.
    pub fn rest_and_live(&mut self) -> bool {
        let mut lives = self.press_and_live("b", "a staged order", &staged);
        // A hundred ticks away, so that the market does not come there while a slow machine goes on.
        for _ in 0..10 {
            let before = sentence(self.terminal.screen());
            let moved = |s: &vt100::Screen| staged(s) && sentence(s) != before;
            lives = lives && self.press_and_live("\x1b[6~", "ten ticks further", &moved);
        }
        // The count alone would be there before the order is: what is still on its way counts too.
        lives && self.fire_and_live("a working order", &works)
    }

    /// Presses a key as a finger would, no sooner after the last than fingers can, and waits until the screen is as wanted.
    pub fn press(&mut self, key: &str, what: &str, wanted: impl Fn(&vt100::Screen) -> bool) {
        while let Some(left) = FINGER.checked_sub(Stamp::now().since(self.pressed)).filter(|left| !left.is_zero()) {
            if let Ok(bytes) = self.bytes.recv_timeout(left) {
                self.take(&bytes);
            }
        }
        self.pressed = Stamp::now();
        self.send(key.as_bytes());
        self.wait(what, wanted);
    }

    pub fn take(&mut self, bytes: &[u8]) {
        self.raw.extend_from_slice(bytes);
        self.terminal.process(bytes);
        // What kind of terminal it is: every real one answers.
        if rfind(bytes, b"\x1b[c").is_some()
            && let Some(keys) = &mut self.keys
        {
            keys.write_all(b"\x1b[?62;22c").expect("the terminal takes its answer");
        }
    }

    /// Takes in what comes until the terminal has been silent for a moment; how the absence of bytes is seen.
    pub fn silence(&mut self, span: Duration) {
        while let Ok(bytes) = self.bytes.recv_timeout(span) {
            self.take(&bytes);
        }
    }

    /// Takes in what comes for so long.
    pub fn silence_for(&mut self, span: Duration) {
        let end = Stamp::now().plus(span);
        while let Some(left) = Some(end.since(Stamp::now())).filter(|left| !left.is_zero()) {
            if let Ok(bytes) = self.bytes.recv_timeout(left) {
                self.take(&bytes);
            }
        }
    }

    pub fn resize(&mut self, columns: u16, rows: u16) {
        let size = PtySize { rows, cols: columns, pixel_width: 0, pixel_height: 0 };
        self.terminal.screen_mut().set_size(rows.try_into().expect("rows"), columns.try_into().expect("columns"));
        self.master.as_ref().expect("open").resize(size).expect("the terminal takes a size");
    }

    pub fn pid(&self) -> Pid {
        let pid = self.child.process_id().expect("running");
        Pid::from_raw(i32::try_from(pid).expect("a process id")).expect("a process id")
    }

    pub fn signal(&self, signal: Signal) {
        kill_process(self.pid(), signal).expect("the process is there");
    }

    /// Waits for the process to end; its exit code.
    pub fn end(&mut self) -> u32 {
        let end = Stamp::now().plus(END);
        loop {
            match self.bytes.recv_timeout(Duration::from_millis(20)) {
                Ok(bytes) => self.take(&bytes),
                Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => {
                    if let Some(status) = self.child.try_wait().expect("a child") {
                        self.silence(Duration::from_millis(50));
                        return status.exit_code();
                    }
                }
            }
            assert!(Stamp::now() < end, "the process does not end; the screen shows\n{}", self.text());
        }
    }

    /// The terminal is as it was before the program, on the screen and on the line.
    pub fn assert_restored(&self) {
        let screen = self.terminal.screen();
        assert!(!screen.alternate_screen(), "the alternate screen is left");
        assert!(!screen.hide_cursor(), "the cursor is shown");
        assert!(!screen.bracketed_paste(), "bracketed paste is off");
        assert!(!screen.application_cursor(), "arrow keys are plain");
        assert_eq!(screen.mouse_protocol_mode(), MouseProtocolMode::None);
        assert_eq!(screen.fgcolor(), vt100::Color::Default);
        for mode in ["1004", "2026", "1006", "1000", "2004"] {
            let last = |suffix: &str| rfind(&self.raw, format!("\x1b[?{mode}{suffix}").as_bytes());
            assert!(last("l") > last("h"), "mode {mode} is switched off last");
        }
        assert_eq!(modes(self.master.as_deref().expect("open")), self.cooked, "the line's modes are as before");
    }

    /// What was written after the alternate screen was left.
    pub fn after(&self) -> String {
        let leave = b"\x1b[?1049l";
        let at = rfind(&self.raw, leave).expect("the alternate screen is left");
        String::from_utf8_lossy(&self.raw[at + leave.len()..]).into_owned()
    }
}

impl Drop for Desk {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn emulator(rows: u16, columns: u16) -> vt100::Parser {
    vt100::Parser::new(rows.try_into().expect("rows"), columns.try_into().expect("columns"), 0)
}

/// The modes of the line, comparable.
pub fn modes(master: &dyn MasterPty) -> String {
    format!("{:?}", master.get_termios())
}

pub fn rfind(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    haystack.windows(needle.len()).rposition(|window| window == needle)
}

pub fn state() -> TempDir {
    tempfile::tempdir().expect("a folder")
}

/// A desk that is connected and has quotes.
pub fn ready(folder: &TempDir) -> Desk {
    ready_with(folder, &[])
}

/// The same with more options.
pub fn ready_with(folder: &TempDir, options: &[&str]) -> Desk {
    let mut desk = Desk::start(folder.path(), options);
    desk.shows("READY");
    desk.wait("a quote of every symbol", |screen| screen.contents().contains("12 live"));
    desk
}

/// Whether the screen shows this many executions.
pub fn executions(count: u32) -> impl Fn(&vt100::Screen) -> bool {
    move |screen| screen.contents().contains(&format!("executions {count} "))
}

pub fn staged(screen: &vt100::Screen) -> bool {
    screen.contents().contains("Enter send to PAPER")
}

/// How many orders have been about to leave: the journal knows each before its bytes do.
pub fn intents(state: &Path) -> i64 {
    intents_of(&state.join("sim"))
}

/// The same of a profile's folder.
pub fn intents_of(folder: &Path) -> i64 {
    let file = folder.join("journal.db");
    let journal = rusqlite::Connection::open(file).expect("the journal");
    journal.query_row("SELECT count(*) FROM intents", [], |row| row.get(0)).expect("its intents")
}

/// Whether an order rests whole.
pub fn works(screen: &vt100::Screen) -> bool {
    screen.contents().lines().any(|row| row.contains("0/100") && row.contains("working"))
}

/// The order in the ticket.
fn sentence(screen: &vt100::Screen) -> Option<String> {
    let text = screen.contents();
    let row = text.lines().find(|row| row.starts_with(" buy 100"))?;
    row.split_once(" day").map(|(order, _)| order.to_owned())
}

/// Places an order that rests.
pub fn rest(desk: &mut Desk) {
    assert!(desk.rest_and_live(), "the process is gone");
}
