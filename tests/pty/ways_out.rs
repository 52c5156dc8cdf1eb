//! Every way out gives the terminal back, on the screen and on the line, and says what may still be working.

use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use rustix::process::{Pid, Signal};
use tradewind::clock::Stamp;

use crate::broker::Broker;
use crate::desk::{DEADLINE, Desk, modes, ready, rest, state};

/// A way out.
#[derive(Debug, Clone, Copy)]
enum Way {
    Quit,
    QuitWithOrders,
    PanicInHeart,
    PanicInInput,
    PanicInWriter,
    Signal(Signal, u32),
    SuspendAndResume,
    FailedStart,
    LostGateway,
}

const WAYS: [Way; 12] = [
    Way::Quit,
    Way::QuitWithOrders,
    Way::PanicInHeart,
    Way::PanicInInput,
    Way::PanicInWriter,
    Way::Signal(Signal::TERM, 143),
    Way::Signal(Signal::HUP, 129),
    Way::Signal(Signal::INT, 130),
    Way::Signal(Signal::QUIT, 131),
    Way::SuspendAndResume,
    Way::FailedStart,
    Way::LostGateway,
];

impl Way {
    /// Goes this way; what was written behind the screen.
    fn go(self, folder: &Path) -> String {
        match self {
            Self::Quit => {
                let mut desk = drawn(folder, &[]);
                leave(&mut desk);
                ended(desk, 0)
            }
            Self::QuitWithOrders => {
                let mut desk = drawn(folder, &[]);
                desk.wait("quotes", |screen| screen.contents().contains("12 live"));
                rest(&mut desk);
                ask_and_leave(&mut desk);
                let words = ended(desk, 0);
                assert!(words.contains("Orders last known to work") && words.contains("BUY 100 of 100"), "{words}");
                words
            }
            Self::PanicInHeart => panicked(Desk::start(folder, &["--panic-in", "heart"]), "heart"),
            Self::PanicInWriter => panicked(Desk::start(folder, &["--panic-in", "writer"]), "writer"),
            Self::PanicInInput => {
                let mut desk = drawn(folder, &["--panic-in", "input"]);
                desk.send(b"j");
                panicked(desk, "input")
            }
            Self::Signal(signal, code) => {
                let desk = drawn(folder, &[]);
                desk.signal(signal);
                ended(desk, code)
            }
            Self::SuspendAndResume => {
                let mut desk = drawn(folder, &[]);
                desk.signal(Signal::TSTP);
                stopped(&mut desk, "signal");
                resumed(&mut desk);
                leave(&mut desk);
                ended(desk, 0)
            }
            Self::FailedStart => {
                // The screen is taken before the log is opened, and the log cannot be.
                std::fs::write(folder.join("log"), b"no folder").expect("a file");
                let words = ended(Desk::start(folder, &[]), 1);
                assert!(words.contains("log") && words.contains("cannot be used"), "{words}");
                words
            }
            Self::LostGateway => {
                let broker = Broker::start();
                broker.configure(folder);
                let mut desk = drawn(folder, &[]);
                desk.wait("quotes", |screen| screen.contents().contains("12 live"));
                rest(&mut desk);
                drop(broker);
                ask_and_leave(&mut desk);
                let words = ended(desk, 0);
                assert!(words.contains("Orders last known to work") && !words.contains("Not ended in time"), "{words}");
                words
            }
        }
    }
}

/// A desk that is READY.
fn drawn(folder: &Path, options: &[&str]) -> Desk {
    let mut desk = Desk::start(folder, options);
    desk.shows("READY");
    desk
}

fn leave(desk: &mut Desk) {
    desk.press("\x03", "the end", |s| !s.alternate_screen());
}

/// Orders work: the question comes first.
fn ask_and_leave(desk: &mut Desk) {
    desk.press("\x03", "the question", |s| s.contents().contains("leave them working"));
    leave(desk);
}

/// It ends with this code and the terminal is as it was; what was written behind the screen.
fn ended(mut desk: Desk, code: u32) -> String {
    let found = desk.end();
    let words = desk.after();
    assert_eq!(found, code, "{words}");
    desk.assert_restored();
    assert!(!words.contains('\x1b'), "no sequence after the screen is left: {words:?}");
    words
}

fn panicked(desk: Desk, thread: &str) -> String {
    let words = ended(desk, 70);
    assert!(words.contains(&format!("asked to panic in {thread}")) && words.contains("The log is in"), "{words}");
    words
}

/// Waits until it is stopped; the screen and the line are the shell's.
fn stopped(desk: &mut Desk, way: &str) {
    desk.wait("the shell's screen", |s| !s.alternate_screen());
    wait_stopped(desk.pid());
    desk.silence(std::time::Duration::from_millis(30));
    desk.assert_restored();
    assert_eq!(desk.after(), "", "{way}: nothing is written while it is stopped");
}

fn resumed(desk: &mut Desk) {
    desk.signal(Signal::CONT);
    desk.wait("the desk", |s| s.alternate_screen() && s.contents().contains("Watchlist"));
    desk.wait("READY", |s| s.contents().contains("READY"));
    assert_ne!(modes(desk.master.as_deref().expect("open")), desk.cooked, "raw again");
}

/// So many rounds of all ways, two at a time; how many restores there were.
fn rounds(count: usize) -> usize {
    let next = AtomicUsize::new(0);
    let failed = Mutex::new(None);
    let work = || {
        while failed.lock().expect("a lock").is_none()
            && let Some(n) = Some(next.fetch_add(1, Ordering::Relaxed)).filter(|n| *n < count * WAYS.len())
        {
            let way = WAYS[n % WAYS.len()];
            let folder = state();
            if let Err(cause) = std::panic::catch_unwind(|| way.go(folder.path())) {
                eprintln!("round {} of {way:?}", n / WAYS.len() + 1);
                *failed.lock().expect("a lock") = Some(cause);
            }
        }
    };
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(work);
        }
    });
    if let Some(cause) = failed.into_inner().expect("a lock") {
        std::panic::resume_unwind(cause);
    }
    count * WAYS.len()
}

#[test]
fn all_twelve_ways_out_give_the_terminal_back() {
    rounds(1);
}

/// `ROUNDS=50 cargo test --test pty fifty_rounds -- --ignored --nocapture`
#[test]
#[ignore = "long: fifty rounds of all ways out"]
fn fifty_rounds_of_all_ways_out_give_the_terminal_back() {
    let count = std::env::var("ROUNDS").ok().and_then(|n| n.parse().ok()).unwrap_or(50);
    let begun = Stamp::now();
    let restores = rounds(count);
    println!(
        "{restores} restores in {:.0} s: the terminal was as before each time",
        Stamp::now().since(begun).as_secs_f64()
    );
}

#[test]
fn a_panic_behind_the_screen_gives_the_terminal_back_too() {
    for thread in ["journal", "broker"] {
        let folder = state();
        panicked(Desk::start(folder.path(), &["--panic-in", thread]), thread);
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
    desk.send(b"j");
    assert_eq!(desk.end(), 70);
    desk.assert_restored();
    let words = desk.after();
    assert!(words.contains("Orders last known to work") && words.contains("BUY 100 of 100 AAPL LMT"), "{words}");
}

#[test]
fn ctrl_z_leaves_the_screen_to_the_shell_and_comes_back_with_quotes() {
    let folder = state();
    let mut desk = ready(&folder);
    desk.send(b"\x1a");
    stopped(&mut desk, "key");
    resumed(&mut desk);
    desk.wait("the quotes", |s| s.contents().contains("12 live"));
    leave(&mut desk);
    ended(desk, 0);
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
