//! The whole program in a terminal: it starts, trades, survives every size, and gives the terminal back on every way out.
//!
//! The terminal is an emulator fed by a thread. Tests wait for what the screen shows, with a deadline, never for time.

#![expect(clippy::panic, reason = "helpers of tests")]

use std::io::{Read, Write};
use std::path::Path;
use std::sync::mpsc::{Receiver, RecvTimeoutError, sync_channel};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};
use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;
use tradewind::clock::Stamp;
use vt100::MouseProtocolMode;

/// How long anything may take on a busy machine.
const DEADLINE: Duration = Duration::from_secs(30);

/// Keys closer together are taken for a burst or for a repeat, and never send.
const FINGER: Duration = Duration::from_millis(40);

/// How long the process may take to end once it was told.
const END: Duration = Duration::from_secs(6);

struct Desk {
    child: Box<dyn Child + Send + Sync>,
    master: Option<Box<dyn MasterPty + Send>>,
    keys: Option<Box<dyn Write + Send>>,
    bytes: Receiver<Vec<u8>>,
    terminal: vt100::Parser,
    raw: Vec<u8>,
    cooked: String,
    pressed: Stamp,
    /// While it is held the terminal takes nothing.
    stalled: Arc<Mutex<()>>,
}

impl Desk {
    fn start(state: &Path, options: &[&str]) -> Self {
        Self::sized(state, options, 160, 48)
    }

    fn sized(state: &Path, options: &[&str], columns: u16, rows: u16) -> Self {
        let size = PtySize { rows, cols: columns, pixel_width: 0, pixel_height: 0 };
        let pair = native_pty_system().openpty(size).expect("a terminal");
        let cooked = modes(pair.master.as_ref());
        let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_tradewind"));
        command.args(["--state".as_ref(), state.as_os_str(), "--config".as_ref(), state.join("config").as_os_str()]);
        command.args(options);
        command.env("TERM", "xterm-256color");
        command.env("COLORTERM", "truecolor");
        let child = pair.slave.spawn_command(command).expect("the program starts");
        drop(pair.slave);
        let mut reader = pair.master.try_clone_reader().expect("a reader");
        let keys = pair.master.take_writer().expect("a writer");
        let (give, bytes) = sync_channel(1_024);
        let stalled = Arc::new(Mutex::new(()));
        let gate = Arc::clone(&stalled);
        std::thread::spawn(move || {
            let mut chunk = vec![0; 65_536];
            while let Ok(n @ 1..) = reader.read(&mut chunk) {
                if give.send(chunk[..n].to_vec()).is_err() {
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
        }
    }

    fn text(&self) -> String {
        self.terminal.screen().contents()
    }

    /// Waits until the screen is as wanted.
    fn wait(&mut self, what: &str, wanted: impl Fn(&vt100::Screen) -> bool) {
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

    fn shows(&mut self, text: &str) {
        self.wait(text, |screen| screen.contents().contains(text));
    }

    /// Presses a key as a finger would, no sooner after the last than fingers can, and waits until the screen is as wanted.
    fn press(&mut self, key: &str, what: &str, wanted: impl Fn(&vt100::Screen) -> bool) {
        while let Some(left) = FINGER.checked_sub(Stamp::now().since(self.pressed)).filter(|left| !left.is_zero()) {
            if let Ok(bytes) = self.bytes.recv_timeout(left) {
                self.take(&bytes);
            }
        }
        self.pressed = Stamp::now();
        let keys = self.keys.as_mut().expect("open");
        keys.write_all(key.as_bytes()).expect("the terminal takes keys");
        keys.flush().expect("the terminal takes keys");
        self.wait(what, wanted);
    }

    fn take(&mut self, bytes: &[u8]) {
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
    fn silence(&mut self, span: Duration) {
        while let Ok(bytes) = self.bytes.recv_timeout(span) {
            self.take(&bytes);
        }
    }

    /// Takes in what comes for so long.
    fn silence_for(&mut self, span: Duration) {
        let end = Stamp::now().plus(span);
        while let Some(left) = Some(end.since(Stamp::now())).filter(|left| !left.is_zero()) {
            if let Ok(bytes) = self.bytes.recv_timeout(left) {
                self.take(&bytes);
            }
        }
    }

    fn resize(&mut self, columns: u16, rows: u16) {
        let size = PtySize { rows, cols: columns, pixel_width: 0, pixel_height: 0 };
        self.terminal.screen_mut().set_size(rows.try_into().expect("rows"), columns.try_into().expect("columns"));
        self.master.as_ref().expect("open").resize(size).expect("the terminal takes a size");
    }

    fn pid(&self) -> Pid {
        let pid = self.child.process_id().expect("running");
        Pid::from_raw(i32::try_from(pid).expect("a process id")).expect("a process id")
    }

    fn signal(&self, signal: Signal) {
        kill_process(self.pid(), signal).expect("the process is there");
    }

    /// Waits for the process to end; its exit code.
    fn end(&mut self) -> u32 {
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
    fn assert_restored(&self) {
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
    fn after(&self) -> String {
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
fn modes(master: &dyn MasterPty) -> String {
    format!("{:?}", master.get_termios())
}

fn rfind(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    haystack.windows(needle.len()).rposition(|window| window == needle)
}

fn state() -> TempDir {
    tempfile::tempdir().expect("a folder")
}

/// A desk that is connected and has quotes.
fn ready(folder: &TempDir) -> Desk {
    ready_with(folder, &[])
}

/// The same with more options.
fn ready_with(folder: &TempDir, options: &[&str]) -> Desk {
    let mut desk = Desk::start(folder.path(), options);
    desk.shows("READY");
    desk.wait("a quote of every symbol", |screen| screen.contents().contains("12 live"));
    desk
}

/// Whether the screen shows this many executions.
fn executions(count: u32) -> impl Fn(&vt100::Screen) -> bool {
    move |screen| screen.contents().contains(&format!("executions {count} "))
}

fn staged(screen: &vt100::Screen) -> bool {
    screen.contents().contains("Enter send to PAPER")
}

/// How many orders have been about to leave: the journal knows each before its bytes do.
fn intents(state: &Path) -> i64 {
    let file = state.join("sim").join("journal.db");
    let journal = rusqlite::Connection::open(file).expect("the journal");
    journal.query_row("SELECT count(*) FROM intents", [], |row| row.get(0)).expect("its intents")
}

/// Places an order that rests: far enough below the bid, near enough to need no confirmation.
fn rest(desk: &mut Desk) {
    desk.press("b", "a staged order", staged);
    // A hundred ticks away, so that the market does not come there while a slow machine goes on.
    for _ in 0..10 {
        desk.press("\x1b[6~", "ten ticks further", staged);
    }
    // The count alone would be there before the order is: what is still on its way counts too.
    let works = |row: &str| row.contains("0/100") && row.contains("working");
    desk.press("\r", "a working order", |s| s.contents().lines().any(works));
}

#[test]
fn from_an_empty_folder_three_keys_fill_an_order_and_ctrl_c_leaves_nothing_behind() {
    let folder = state();
    let mut desk = ready(&folder);
    desk.press("b", "a staged order", staged);
    desk.press("t", "the price of the far side", |s| s.contents().contains("takes"));
    desk.press("\r", "a fill", |s| s.contents().contains("filled 1 ") && s.contents().contains("1 open"));
    desk.press("\x03", "the end", |s| !s.alternate_screen());
    assert_eq!(desk.end(), 0);
    desk.assert_restored();
    assert_eq!(desk.after(), "", "nothing is written after the screen is left");
}

#[test]
fn an_order_that_rests_is_there_again_after_a_kill() {
    let folder = state();
    let mut desk = ready(&folder);
    rest(&mut desk);
    desk.signal(Signal::KILL);
    desk.end();
    assert_eq!(intents(folder.path()), 1);
    let mut desk = ready(&folder);
    desk.shows("[working 1]");
    // Leaving with a working order asks.
    desk.press("\x03", "the question", |s| s.contents().contains("working"));
}

#[test]
fn a_recorded_session_replays_to_the_same_model() {
    let folder = state();
    let path = folder.path().join("session.jsonl");
    let mut desk = ready_with(&folder, &["--record", path.to_str().expect("a path")]);
    desk.press("b", "a staged order", staged);
    desk.press("t", "the far side", |s| s.contents().contains("takes"));
    desk.press("\r", "a fill", executions(1));
    rest(&mut desk);
    desk.press("?", "help", |s| s.contents().contains("Help"));
    desk.press("\x1b", "the desk", |s| s.contents().contains("Watchlist"));
    desk.press("\x03", "the question", |s| s.contents().contains("working"));
    desk.signal(Signal::TERM);
    assert_eq!(desk.end(), 143);
    let recording = std::io::BufReader::new(std::fs::File::open(&path).expect("a recording"));
    let replayed = tradewind::run::record::replay(recording).expect("it can be replayed");
    assert!(replayed.messages > 50, "{} messages", replayed.messages);
    assert_eq!(replayed.model.orders.executions.len(), 1);
    let (recorded, replayed) = (replayed.recorded.expect("its end"), format!("{:?}", replayed.model));
    let differs = recorded.bytes().zip(replayed.bytes()).position(|(a, b)| a != b);
    let around =
        differs.map(|at| (&recorded[at.saturating_sub(200)..at + 50], &replayed[at.saturating_sub(200)..at + 50]));
    assert!(recorded == replayed, "the models differ: {around:?}");
}

#[test]
fn every_size_is_drawn_and_the_screen_comes_back() {
    let folder = state();
    let mut desk = ready(&folder);
    for (columns, rows) in [(1, 1), (59, 15), (80, 24), (220, 60), (2, 60), (300, 2)] {
        desk.resize(columns, rows);
        desk.silence(Duration::from_millis(60));
        assert!(desk.child.try_wait().expect("a child").is_none(), "it survives {columns}x{rows}");
    }
    desk.resize(160, 48);
    desk.shows("Watchlist");
    desk.wait("the quotes", |screen| screen.contents().contains("12 live"));
    desk.press("\x03", "the end", |s| !s.alternate_screen());
    assert_eq!(desk.end(), 0);
    desk.assert_restored();
}

#[test]
fn signals_that_end_give_the_terminal_back() {
    for (signal, code) in [(Signal::TERM, 143), (Signal::INT, 130), (Signal::QUIT, 131), (Signal::HUP, 129)] {
        let folder = state();
        let mut desk = Desk::start(folder.path(), &[]);
        desk.shows("Watchlist");
        desk.signal(signal);
        assert_eq!(desk.end(), code, "{signal:?}");
        desk.assert_restored();
        assert!(!desk.after().contains('\x1b'), "{signal:?}: no sequence after the screen is left");
    }
}

#[test]
fn a_terminal_that_takes_nothing_does_not_keep_it_from_ending() {
    let folder = state();
    let mut desk = ready(&folder);
    let stalled = Arc::clone(&desk.stalled);
    let hold = stalled.lock().expect("a lock");
    // Whole screens, until nothing more goes in: the key's bytes are taken even then.
    for _ in 0..40 {
        desk.keys.as_mut().expect("open").write_all(b"\x0c").expect("the terminal takes keys");
        desk.silence(Duration::from_millis(5));
    }
    desk.signal(Signal::TERM);
    let end = Stamp::now().plus(END);
    let status = loop {
        if let Some(status) = desk.child.try_wait().expect("a child") {
            break status;
        }
        assert!(Stamp::now() < end, "the process does not end");
        std::thread::yield_now();
    };
    drop(hold);
    assert_eq!(status.exit_code(), 143);
}

#[test]
fn a_panic_in_any_thread_gives_the_terminal_back_and_says_what_may_be_working() {
    for thread in ["heart", "writer", "journal", "broker"] {
        let folder = state();
        let mut desk = Desk::start(folder.path(), &["--panic-in", thread]);
        assert_eq!(desk.end(), 70, "{thread}");
        desk.assert_restored();
        let words = desk.after();
        assert!(words.contains(&format!("asked to panic in {thread}")), "{thread}: {words}");
        assert!(words.contains("The log is in"), "{thread}: {words}");
        assert!(!words.contains('\x1b'), "{thread}: no sequence after the screen is left");
    }
}

#[test]
fn a_panic_names_the_orders_that_work() {
    let folder = state();
    let mut desk = ready(&folder);
    rest(&mut desk);
    desk.signal(Signal::KILL);
    desk.end();
    let mut desk = Desk::start(folder.path(), &["--panic-in", "input"]);
    desk.shows("READY");
    desk.shows("[working 1]");
    // The thread panics at the first key.
    desk.keys.as_mut().expect("open").write_all(b"j").expect("the terminal takes keys");
    assert_eq!(desk.end(), 70);
    desk.assert_restored();
    let words = desk.after();
    assert!(words.contains("Orders last known to work") && words.contains("BUY 100 of 100 AAPL LMT"), "{words}");
}

#[test]
fn a_stop_leaves_the_screen_to_the_shell_and_comes_back() {
    let folder = state();
    let mut desk = ready(&folder);
    for way in ["signal", "key"] {
        if way == "signal" {
            desk.signal(Signal::TSTP);
        } else {
            let _ = desk.keys.as_mut().expect("open").write_all(b"\x1a");
        }
        desk.wait("the shell's screen", |s| !s.alternate_screen());
        let pid = desk.pid();
        wait_stopped(pid);
        desk.silence(Duration::from_millis(30));
        desk.assert_restored();
        assert_eq!(desk.after(), "", "{way}: nothing is written while it is stopped");
        desk.signal(Signal::CONT);
        desk.wait("the desk", |s| s.alternate_screen() && s.contents().contains("Watchlist"));
        desk.wait("the quotes", |s| s.contents().contains("12 live"));
        assert_ne!(modes(desk.master.as_deref().expect("open")), desk.cooked, "raw again");
    }
    desk.press("\x03", "the end", |s| !s.alternate_screen());
    assert_eq!(desk.end(), 0);
    desk.assert_restored();
}

/// Waits until the system says that the process is stopped.
fn wait_stopped(pid: Pid) {
    let end = Stamp::now().plus(DEADLINE);
    loop {
        let ps = std::process::Command::new("ps")
            .args(["-o", "stat=", "-p", &pid.as_raw_nonzero().to_string()])
            .output()
            .expect("ps");
        if String::from_utf8_lossy(&ps.stdout).trim_start().starts_with('T') {
            return;
        }
        assert!(Stamp::now() < end, "the process does not stop");
    }
}

#[test]
fn a_second_workstation_joins_the_gateway_of_the_first_and_inherits_it() {
    let folder = state();
    let mut first = ready(&folder);
    let mut second = ready(&folder);
    first.press("b", "a staged order", staged);
    first.press("t", "the far side", |s| s.contents().contains("takes"));
    first.press("\r", "a fill", executions(1));
    // The second sees the account's execution and position: it is the same gateway.
    second.wait("the position", |s| s.contents().contains("1 open"));
    first.press("\x03", "the end", |s| !s.alternate_screen());
    assert_eq!(first.end(), 0);
    second.wait("the loss of the host", |s| !s.contents().contains("READY"));
    second.wait("the gateway it serves itself", |s| s.contents().contains("READY") && s.contents().contains("1 open"));
}

#[test]
fn without_a_terminal_it_refuses_and_says_what_to_use() {
    let folder = state();
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_tradewind"))
        .arg("--state")
        .arg(folder.path())
        .stdin(std::process::Stdio::null())
        .output()
        .expect("the program starts");
    assert_eq!(output.status.code(), Some(2));
    let words = String::from_utf8_lossy(&output.stderr);
    assert!(words.contains("not a terminal") && words.contains("tradewind quote"), "{words}");
    assert!(output.stdout.is_empty());
}

#[test]
fn quote_and_check_work_alone_and_print_json() {
    let folder = state();
    let run = |arguments: &[&str]| {
        let output = std::process::Command::new(env!("CARGO_BIN_EXE_tradewind"))
            .args(arguments)
            .arg("--state")
            .arg(folder.path())
            .arg("--config")
            .arg(folder.path().join("config"))
            .output()
            .expect("the program starts");
        let text = String::from_utf8(output.stdout).expect("text");
        eprintln!("{}", String::from_utf8_lossy(&output.stderr));
        (output.status.code(), serde_json::from_str::<serde_json::Value>(&text).expect("JSON"))
    };
    let (code, quotes) = run(&["quote", "AAPL", "NOSUCH", "--json"]);
    assert_eq!(code, Some(1), "one of them does not exist");
    let bid: rust_decimal::Decimal = quotes[0]["bid"].as_str().expect("a string").parse().expect("a price");
    assert!(bid > rust_decimal::Decimal::ZERO);
    assert_eq!(quotes[1]["error"]["code"], 200);
    assert!(quotes[1]["bid"].is_null());
    let (code, report) = run(&["check", "--json"]);
    assert_eq!(code, Some(0), "{report}");
    let text = report.to_string();
    assert!(text.contains("DU…0001") && !text.contains("DU0000001"), "the account is masked: {text}");
}

/// `SplitMix64`: small, seeded, the same everywhere.
struct Draw(u64);

impl Draw {
    fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        usize::try_from((z ^ (z >> 31)) % n as u64).expect("below a usize")
    }

    fn pick<'t, T: ?Sized>(&mut self, from: &[&'t T]) -> &'t T {
        from[self.below(from.len())]
    }
}

/// Sequences of terminals: keys, pointer, focus, answers.
const SEQUENCES: &[&[u8]] = &[
    b"\x1b[A",
    b"\x1b[B",
    b"\x1b[5~",
    b"\x1b[6~",
    b"\x1bOP",
    b"\x1bOQ",
    b"\x1bOS",
    b"\x1b[15~",
    b"\x1b[1;5A",
    b"\x1b[1;2D",
    b"\x1b[Z",
    b"\x1b[3~",
    b"\x1b[I",
    b"\x1b[O",
    b"\x1b[<0;20;10M",
    b"\x1b[<64;20;10M",
    b"\x1b[M !!",
    b"\x1b[27u",
    b"\x1b]11;rgb:ffff/ffff/ffff\x1b\\",
    b"\x1b[?62;22c",
    b"\x1b[24;80R",
    b"\x1b\x1b[C",
    b"\x1b[99999999999;1H",
];

/// What is pasted; every one holds what would send if it were keys.
const PASTES: &[&[u8]] = &[
    b"\r",
    b"b\r",
    b"bt\r\x19",
    b":buy 100 AAPL mkt\r\r",
    b"\x1b[200~b\r",
    b"s\r\n\r\n\x19",
    b"250\rb\r",
    b"Z\r\x19V\r\x19",
    b"\xff\xfe\r\xc3",
    b"\x1b[A\r\x1bOQ\r",
];

/// One stream of bytes in which Enter and `ctrl-y` occur within pastes or right behind their ends alone. Each piece is
/// written by itself; the number is how many milliseconds pass before the next.
fn garbled(draw: &mut Draw) -> Vec<(Vec<u8>, u64)> {
    const TYPED: &[u8] = b"bscpmxXZVjthaekilu0123456789@.,:/?!z+-= gow\x15\x17\x08\x7f\t";
    let mut pieces = Vec::new();
    for _ in 0..=draw.below(12) {
        let gap = [0, 0, 0, 1, 5, 30, 120][draw.below(7)];
        match draw.below(8) {
            0..=3 => pieces.push((vec![TYPED[draw.below(TYPED.len())]], gap)),
            4 | 5 => {
                // A sequence that a slow line cuts in two, at any byte.
                let whole = draw.pick(SEQUENCES);
                let cut = draw.below(whole.len()) + 1;
                pieces.push((whole[..cut].to_vec(), gap));
                pieces.push((whole[cut..].to_vec(), 0));
            }
            6 => {
                let mut paste = b"\x1b[200~".to_vec();
                paste.extend_from_slice(draw.pick(PASTES));
                // A paste may hold its own end; what follows is typed into nothing.
                for _ in 0..draw.below(3) {
                    paste.extend_from_slice(b"\x1b[201~");
                    paste.extend_from_slice(draw.pick(PASTES));
                }
                paste.extend_from_slice(b"\x1b[201~");
                pieces.push((paste, gap));
            }
            _ => pieces.push(((0..draw.below(12)).map(|_| garbage(draw)).collect(), gap)),
        }
    }
    pieces
}

/// Any byte but those that send, end, stop or kill.
fn garbage(draw: &mut Draw) -> u8 {
    loop {
        let byte = u8::try_from(draw.below(256)).expect("a byte");
        if !matches!(byte, b'\r' | b'\n' | 0x03 | 0x0b | 0x19 | 0x1a | 0x1c) {
            return byte;
        }
    }
}

/// Types so many garbled streams into the program; none of them may become an order.
fn type_garbage(streams: u64) {
    let folder = state();
    let mut desk = ready(&folder);
    for seed in 1..=streams {
        for (bytes, gap) in garbled(&mut Draw(seed)) {
            let keys = desk.keys.as_mut().expect("open");
            keys.write_all(&bytes).expect("the terminal takes keys");
            keys.flush().expect("the terminal takes keys");
            desk.silence_for(Duration::from_millis(gap));
        }
        assert!(desk.child.try_wait().expect("a child").is_none(), "seed {seed} ended the program");
    }
    // It still listens: whatever is open is closed, and the help comes up.
    for _ in 0..6 {
        desk.silence_for(Duration::from_millis(120));
        desk.keys.as_mut().expect("open").write_all(b"\x1b").expect("the terminal takes keys");
    }
    desk.silence_for(Duration::from_millis(300));
    desk.press("?", "the help", |s| s.contents().contains("Esc close"));
    desk.signal(Signal::TERM);
    assert_eq!(desk.end(), 143);
    assert_eq!(intents(folder.path()), 0, "an order left that nobody fired");
}

#[test]
fn a_hundred_garbled_streams_of_bytes_send_nothing() {
    type_garbage(100);
}

/// `cargo test --test pty thousand_garbled -- --ignored --nocapture`
#[test]
#[ignore = "long: a thousand streams"]
fn a_thousand_garbled_streams_of_bytes_send_nothing() {
    type_garbage(1_000);
    println!("1000 garbled streams, seeds from 1: no order left");
}
