//! The fault script of a seed.

use crate::layer_a::chance::Chance;

/// What may happen to a message of an order on its way up.
const UP: [&str; 8] = ["rst", "fin", "drop", "dup", "delay 400ms", "rst", "notice 10349 on it", "stall 700ms"];
/// What may happen to a callback.
const DOWN: [&str; 9] =
    ["drop", "dup", "dup 3", "delay 300ms", "split 3 100ms", "corrupt", "corrupt id", "corrupt length", "unset"];
/// The callbacks that tell of orders and fills.
const TOLD: [&str; 5] = ["openOrder", "orderStatus", "execDetails", "commissionAndFeesReport", "position"];
/// What may happen to session and connection at some time.
const TIMED: [&str; 12] = [
    "ib_lost 3s",
    "ib_lost 2s data_lost",
    "mute 1s",
    "stall 1s",
    "rst",
    "fin",
    "farm usfarm 1s x2",
    "competing 2s",
    "read_only 1s",
    "skew 3s",
    "data_type delayed 2s",
    "notice 1100 x3",
];

/// A script that hits the first client alone, but for restarts; all of it is over a minute after the start.
///
/// Absent: lost ends of lists and half-open connections, which only waits of ten seconds and more bring to light (they have
/// scenarios of their own), forks, which are two orders by what they are, and corrections.
pub fn of(chance: &mut Chance) -> String {
    let mut rules = vec![format!("seed {}", chance.below(1_000_000))];
    for _ in 0..=chance.below(3) {
        let (side, deed) = match chance.pick(&UP) {
            deed @ ("rst" | "fin" | "stall 700ms") => (chance.pick(&["at", "after"]), deed),
            deed => ("at", deed),
        };
        let call = if chance.percent(80) { "placeOrder" } else { "cancelOrder" };
        rules.push(format!("client 1 {side} {call}#{} do {deed}", 1 + chance.below(6)));
    }
    for _ in 0..=chance.below(4) {
        let (told, deed, first) = (chance.pick(&TOLD), chance.pick(&DOWN), 1 + chance.below(8));
        let last = first + chance.below(4);
        // What breaks the connection does so once.
        let last = if deed.starts_with("corrupt") { first } else { last };
        rules.push(format!("client 1 at {told}#{first}..{last} do {deed}"));
    }
    if chance.percent(30) {
        let [first, second] = chance.pick(&[["execDetails", "orderStatus"], ["openOrder", "execDetails"]]);
        rules.push(format!("client 1 at {first}#{}..6 do reorder {second}", 1 + chance.below(3)));
    }
    for _ in 0..chance.below(4) {
        rules.push(format!("client 1 at {}s do {}", 1 + chance.below(20), chance.pick(&TIMED)));
    }
    if chance.percent(25) {
        rules.push(format!("client 1 at startApi#2 do next_id -{}", 1 + chance.below(5)));
    }
    if chance.percent(15) {
        rules.push(format!("at {}s do restart {}s", 3 + chance.below(10), 1 + chance.below(4)));
    }
    if chance.percent(10) {
        rules.push(format!("client 1 after placeOrder#{} do hold_id 2s", 1 + chance.below(3)));
    }
    // A loss of IB's servers that a notice alone has told is taken back at the end.
    rules.push("client 1 at 40s do notice 1102".to_owned());
    rules.join("\n")
}
