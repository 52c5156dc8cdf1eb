//! A day's ticks, as fast as they come: what the workstation holds in memory stays flat.

use std::time::Duration;

use rustix::process::Signal;
use tradewind::clock::Stamp;
use tradewind::gateway::{ClockSource, Options};

use crate::broker::Broker;
use crate::desk::{ready_with, state};

/// Every quote changes once in so long.
const STEP: Duration = Duration::from_millis(250);

/// Lets the market live for `span`; what was measured. Memory is compared with what it was after a tenth.
fn trade_through(span: Duration, most: i64) -> String {
    // 2026-11-20 15:42:07 UTC, a Friday morning in New York.
    let (clock, hand) = ClockSource::stepped(1_795_189_327_000_000_000);
    let broker = Broker::with(Options { clock, ..Options::default() }, Vec::new());
    let folder = state();
    broker.configure(folder.path());
    let mut desk = ready_with(&folder, &["--stats"]);
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    let steps = u32::try_from(span.as_millis() / STEP.as_millis()).expect("a day");
    let (mut early, first, begun) = (0, broker.heard(), Stamp::now());
    for step in 0..steps {
        runtime.block_on(hand.advance(STEP)).expect("the gateway lives");
        desk.silence_for(Duration::ZERO);
        if step.is_multiple_of(64) {
            // What was sent has arrived before more is: a slow reader would be spared ticks.
            desk.silence_for(Duration::from_millis(1));
        }
        if step == steps / 10 {
            early = desk.resident();
        }
    }
    let (late, heard, took) = (desk.resident(), broker.heard() - first, Stamp::now().since(begun));
    desk.wait("a desk that follows", |s| s.contents().contains("READY"));
    desk.signal(Signal::TERM);
    assert_eq!(desk.end(), 143);
    let grown = late - early;
    let text = format!(
        "{} of the market in {:.0} s, {heard} messages: {early} KiB after a tenth, {grown:+} KiB at the end",
        humane(span),
        took.as_secs_f64()
    );
    assert!(heard > u64::from(steps), "ticks came: {text}");
    assert!(grown < most, "{text}");
    text
}

fn humane(span: Duration) -> String {
    format!("{} min", span.as_secs() / 60)
}

#[test]
fn ten_minutes_of_ticks_leave_memory_flat() {
    trade_through(Duration::from_mins(10), 12 * 1024);
}

/// `cargo test --test pty a_whole_day -- --ignored --nocapture`
#[test]
#[ignore = "long: a trading day"]
fn a_whole_day_of_ticks_leaves_memory_flat() {
    println!("{}", trade_through(Duration::from_mins(390), 16 * 1024));
}
