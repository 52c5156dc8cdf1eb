//! `kill -9` at every step of journal and sender, then another start: every order is accounted for and none is sent twice.
//!
//! The workstation trades with a gateway that outlives it, over a line that keeps what was sent. One session places an
//! order, changes it, cancels it, and buys at the market; it is killed at one passing of one milestone
//! (`tradewind::milestone`). The next start must agree with the gateway about every order that has an intent: at the
//! broker and known under its state and terms; or never sent, and then UNKNOWN or refused, and shown.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use rustix::process::Signal;
use tradewind::clock::Stamp;
use tradewind::domain::order::{Order, OrderState};
use tradewind::journal::{Reader, Span};

use crate::broker::{Broker, PLACE};
use crate::desk::{DEADLINE, Desk, executions, staged, state, works};

/// Every milestone of an order, in the order in which it passes them.
const MILESTONES: [&str; 14] = [
    "intent given",
    "intent taken",
    "intent durable",
    "order handed over",
    "order about to be written",
    "order written",
    "sent heard",
    "answer heard",
    "record taken",
    "record durable",
    "fill heard",
    "cancel handed over",
    "cancel about to be written",
    "cancel written",
];

/// Trades until the end of the session or of the process; whether it came to the end of the session.
fn trade(desk: &mut Desk) -> bool {
    let ready = |s: &vt100::Screen| s.contents().contains("READY") && s.contents().contains("12 live");
    let changed = |s: &vt100::Screen| s.contents().contains("changed buy 100") && works(s);
    let idle = |s: &vt100::Screen| !works(s);
    let bought = executions(1);
    desk.lives_until("quotes", &ready)
        && desk.rest_and_live()
        && desk.press_and_live("7", "the blotter", &works)
        && desk.press_and_live("-", "the change", &changed)
        && desk.press_and_live("x", "the cancel", &idle)
        && desk.press_and_live("1", "the watchlist", &idle)
        && desk.press_and_live("b", "a staged order", &staged)
        && desk.press_and_live("t", "the far side", &|s| s.contents().contains("takes"))
        && desk.fire_and_live("a fill", &bought)
}

/// What the gateway says of an order.
#[derive(Debug)]
struct There {
    status: String,
    sentence: String,
    filled: String,
}

/// Every order the gateway has, by its name.
fn truth(state: &Path) -> BTreeMap<String, There> {
    let ask = || {
        std::process::Command::new(env!("CARGO_BIN_EXE_tradewind"))
            .args(["orders".as_ref(), "--json".as_ref(), "--state".as_ref(), state.as_os_str()])
            .args(["--config".as_ref(), state.join("config").as_os_str()])
            .output()
            .expect("the program starts")
    };
    // A machine that is busy may leave the first question without an answer in time.
    let first = ask();
    let output = if first.status.success() { first } else { ask() };
    let rows: Vec<serde_json::Value> = serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|e| panic!("{e}: {}", String::from_utf8_lossy(&output.stderr)));
    let text = |row: &serde_json::Value, name: &str| row[name].as_str().unwrap_or_default().to_owned();
    let mut all = BTreeMap::new();
    for row in rows {
        let there = There { status: text(&row, "status"), sentence: text(&row, "text"), filled: text(&row, "filled") };
        let doubled = all.insert(text(&row, "order_ref"), there);
        assert!(doubled.is_none(), "doubled at the broker: {doubled:?}");
    }
    all
}

/// How many intents each order has: the order itself and its changes.
fn intents(folder: &Path) -> BTreeMap<String, usize> {
    let journal = rusqlite::Connection::open(folder.join("journal.db")).expect("the journal");
    let mut rows = journal.prepare("SELECT key FROM intents").expect("its intents");
    let keys = rows.query_map([], |row| row.get::<_, String>(0)).expect("its intents");
    let mut counts = BTreeMap::new();
    for key in keys {
        *counts.entry(key.expect("a name")).or_default() += 1;
    }
    counts
}

/// Where journal and broker disagree about an order, if they do.
fn differs(order: Option<&Order>, there: Option<&There>) -> Option<String> {
    let Some(order) = order else { return Some("it is forgotten".into()) };
    let Some(there) = there else {
        let honest = matches!(order.state, OrderState::Unknown | OrderState::Rejected);
        return (!honest).then(|| format!("{:?}, and the broker has none", order.state));
    };
    let expected: &[OrderState] = match there.status.as_str() {
        "held" => &[OrderState::Held],
        "working" => &[OrderState::Working],
        "cancelled" => &[OrderState::Cancelled],
        "filled" => &[OrderState::Filled],
        _ => return Some(format!("the broker says {}", there.status)),
    };
    let limit = order.spec.kind.limit().map(|limit| limit.to_string());
    let terms = limit.is_none_or(|limit| there.sentence.contains(&limit));
    let filled = there.filled.parse() == Ok(order.filled.0);
    (!expected.contains(&order.state) || !filled || !terms).then(|| format!("{order:?} here, {there:?} there"))
}

/// One session that is killed at the `nth` passing of `milestone`, and its next start; whether it was killed.
fn once(milestone: &str, nth: usize) -> bool {
    let (folder, broker) = (state(), Broker::start());
    broker.configure(folder.path());
    let death = format!("{milestone}:{nth}");
    let mut desk = Desk::start(folder.path(), &["--die-at", &death]);
    if trade(&mut desk) {
        desk.signal(Signal::KILL);
        desk.end();
        return false;
    }
    desk.end();
    // The next start. Whoever reads only the gateway and the disk now knows everything there is to know.
    let mut desk = Desk::start(folder.path(), &[]);
    desk.shows("READY");
    let there = truth(folder.path());
    let intents = intents(&folder.path().join("desk"));
    let known: BTreeSet<&String> = intents.keys().collect();
    assert!(there.keys().all(|key| known.contains(key)), "{death}: an order without an intent: {there:?}");
    let journal = folder.path().join("desk").join("journal.db");
    let end = Stamp::now().plus(DEADLINE);
    let unknown = loop {
        let orders = Reader::open(&journal).and_then(|reader| reader.expect("a journal").orders(Span::ALL));
        let orders = orders.expect("the journal can be read");
        let of = |key: &str| orders.iter().find(|order| order.key.as_str() == key);
        let wrong = intents.keys().filter_map(|key| Some((key, differs(of(key), there.get(key))?)));
        let wrong: Vec<_> = wrong.collect();
        if wrong.is_empty() {
            break intents.keys().filter_map(|key| of(key)).filter(|o| o.state == OrderState::Unknown).count();
        }
        assert!(Stamp::now() < end, "{death}: {wrong:#?}; the screen shows\n{}", desk.text());
        desk.silence_for(std::time::Duration::from_millis(20));
    };
    if unknown > 0 {
        desk.wait("the order that is not known", |s| s.contents().contains(&format!("UNKNOWN {unknown}")));
    }
    let frames = broker.sent(PLACE);
    for (key, intents) in &intents {
        let own: Vec<_> = frames.iter().filter(|frame| frame.says(key)).collect();
        let ids: BTreeSet<_> = own.iter().map(|frame| frame.number()).collect();
        assert!(own.len() <= *intents && ids.len() <= 1, "{death}: {key} was sent {} times as {ids:?}", own.len());
        assert_eq!(own.is_empty(), !there.contains_key(key), "{death}: {key} at the broker, {} frames", own.len());
    }
    true
}

/// Kills at every milestone, at its passings up to `most`; how many sessions were killed.
fn all(most: usize) -> usize {
    let (next, killed, failed) = (AtomicUsize::new(0), AtomicUsize::new(0), Mutex::new(None));
    let work = || {
        while failed.lock().expect("a lock").is_none()
            && let Some(milestone) = MILESTONES.get(next.fetch_add(1, Ordering::Relaxed))
        {
            for nth in 1..=most {
                match std::panic::catch_unwind(|| once(milestone, nth)) {
                    Ok(true) => killed.fetch_add(1, Ordering::Relaxed),
                    // Passed less often: there is nothing further on.
                    Ok(false) => {
                        assert!(nth > 1, "{milestone} is never passed");
                        break;
                    }
                    Err(cause) => {
                        *failed.lock().expect("a lock") = Some(cause);
                        return;
                    }
                };
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
    killed.into_inner()
}

#[test]
fn killed_at_each_milestone_the_next_start_accounts_for_every_order() {
    assert!(all(1) >= MILESTONES.len());
}

/// `cargo test --test pty every_boundary -- --ignored --nocapture`
#[test]
#[ignore = "long: every passing of every milestone"]
fn killed_at_every_boundary_the_next_start_accounts_for_every_order() {
    let begun = Stamp::now();
    let killed = all(usize::MAX);
    println!(
        "{killed} kills in {:.0} s: every order accounted for, none sent twice",
        Stamp::now().since(begun).as_secs_f64()
    );
}
