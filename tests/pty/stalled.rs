//! A terminal that takes nothing: the heart beats on, what is typed meanwhile is not taken, and it can still be ended.

use std::sync::Arc;
use std::time::Duration;

use rustix::process::Signal;
use tradewind::clock::Stamp;

use crate::broker::{Broker, PLACE, TIME};
use crate::desk::{END, ready, rest, staged, state};

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
fn a_signal_kills_what_works_while_nobody_can_type() {
    let folder = state();
    let mut desk = ready(&folder);
    rest(&mut desk);
    // A field is open, as wherever keys are text.
    desk.press(":", "the command line", |s| !s.hide_cursor());
    desk.signal(Signal::USR1);
    desk.wait("HALT and no order", |s| s.contents().contains("HALT") && s.contents().contains("[working 0]"));
    desk.signal(Signal::TERM);
    assert_eq!(desk.end(), 143);
    assert!(desk.after().is_empty(), "no order works any more: {}", desk.after());
}

/// How often the gateway is asked for the time.
const BEAT: Duration = Duration::from_secs(5);

/// The terminal takes nothing for so long, while keys that would send are typed; what was measured.
fn blocked_for(span: Duration) -> String {
    let (folder, broker) = (state(), Broker::start());
    broker.configure(folder.path());
    let mut desk = ready(&folder);
    desk.press("b", "a staged order", staged);
    let stalled = Arc::clone(&desk.stalled);
    let hold = stalled.lock().expect("a lock");
    let (begun, memory) = (Stamp::now(), desk.resident());
    // Whole screens until nothing more goes in, then every second an Enter for the order that was staged.
    while Stamp::now().since(begun) < span {
        let second = Stamp::now().since(begun).as_secs();
        if second < 2 {
            desk.send(b"\x0c");
            desk.silence_for(Duration::from_millis(30));
        } else {
            desk.send(if second.is_multiple_of(2) { b"\r" } else { b"b" });
            desk.silence_for(Duration::from_secs(1));
        }
    }
    let (ended, grown) = (Stamp::now(), desk.resident() - memory);
    drop(hold);
    desk.wait("what was not taken", |s| s.contents().contains("keys were dropped"));
    let beats: Vec<Stamp> = broker.sent(TIME).into_iter().map(|sent| sent.at).collect();
    let during: Vec<Stamp> = beats.into_iter().filter(|at| at.mono > begun.mono && at.mono < ended.mono).collect();
    let gaps = during.windows(2).map(|pair| pair[1].since(pair[0]));
    let longest = gaps.max().expect("more than one beat");
    let wanted = span.as_secs() / BEAT.as_secs();
    assert!(during.len() as u64 + 1 >= wanted, "{} beats in {span:?}", during.len());
    assert!(longest < BEAT + Duration::from_millis(500), "a beat was late: {longest:?}");
    assert_eq!(broker.sent(PLACE).len(), 0, "what nobody could see was sent");
    assert!(grown < 8 * 1024, "grown by {grown} KiB");
    // One whole frame, and the desk takes keys again.
    desk.press("?", "the help", |s| s.contents().contains("Esc close"));
    desk.signal(Signal::TERM);
    assert_eq!(desk.end(), 143);
    desk.assert_restored();
    format!("{} beats in {span:?}, at most {longest:?} apart, grown by {grown} KiB, no order left", during.len())
}

#[test]
fn a_terminal_blocked_for_sixteen_seconds_delays_no_beat_and_takes_no_key() {
    blocked_for(Duration::from_secs(16));
}

/// `cargo test --test pty a_minute_of_blocked -- --ignored --nocapture`
#[test]
#[ignore = "long: a minute"]
fn a_minute_of_blocked_terminal_misses_no_beat() {
    println!("{}", blocked_for(Duration::from_mins(1)));
}
