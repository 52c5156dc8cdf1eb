//! Whatever is typed, pasted or garbled: no order leaves that was not staged, seen and fired.
//!
//! A witness beside the desk knows only what a trader knows: what the last frame showed, which keys were pressed one by one
//! and when. Every order that leaves has to be accounted for by it.

use std::collections::BTreeSet;

use super::desk::bracketed;
use super::fixture::{AAPL, Desk, MSFT, SPY, desk, live_desk};
use crate::app::effect::Effect;
use crate::app::msg::{FocusChange, Msg, Press};
use crate::broker::event::BrokerStatus;
use crate::domain::instrument::ConId;
use crate::domain::order::{OrderKey, OrderSpec};
use crate::keys::{Chord, Key};
use crate::money::Qty;
use crate::panes::ticket::{Aim, Staged};
use crate::risk::{Approved, Purpose, Weight};

/// `SplitMix64`: small, seeded, the same everywhere.
pub(super) struct Draw(pub u64);

impl Draw {
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    pub fn below(&mut self, n: u64) -> u64 {
        self.next() % n
    }

    pub fn pick<'t, T: ?Sized>(&mut self, from: &[&'t T]) -> &'t T {
        from[usize::try_from(self.below(from.len() as u64)).unwrap()]
    }
}

/// Keys that stage, change, fire, cancel and move about; those that matter more often than others.
const KEYS: &[&str] = &[
    "b",
    "b",
    "b",
    "s",
    "s",
    "c",
    "p",
    "m",
    "m",
    "Z",
    "V",
    "j",
    "t",
    "t",
    "h",
    "a",
    "e",
    "k",
    "i",
    "l",
    "x",
    "X",
    "u",
    "enter",
    "enter",
    "enter",
    "enter",
    "enter",
    "enter",
    "ctrl-y",
    "ctrl-y",
    "ctrl-y",
    "esc",
    "esc",
    "tab",
    "up",
    "down",
    "left",
    "right",
    "page-up",
    "page-down",
    "+",
    "+",
    "-",
    "=",
    ":",
    "/",
    "space",
    "@",
    ".",
    ",",
    "0",
    "1",
    "2",
    "3",
    "5",
    "7",
    "8",
    "9",
    "o",
    "g",
    "y",
    "f2",
    "f4",
    "?",
    "!",
    "z",
    "ctrl-u",
    "ctrl-w",
    "home",
    "end",
    "d",
    "backspace",
    "delete",
    "alt-b",
    "alt-s",
    "f1",
    "f11",
    "ctrl-l",
];

/// What people and programs paste.
pub(super) const PASTES: &[&str] = &[
    "buy 100 AAPL mkt\r",
    "\r\r\r",
    "b\r",
    "\u{19}\u{19}",
    "sell all AAPL mkt\nbuy 100 MSFT mkt\n",
    "\u{1b}[201~\r",
    "\u{1b}[200~b\r\u{1b}[201~\r",
    "250",
    "187.20\r\n",
    "order:33",
];

/// Sentences that are typed out.
pub(super) const SENTENCES: &[&str] = &[
    "buy 100 AAPL 187.20",
    "sell 50 MSFT mkt",
    "close all AAPL mkt",
    "buy 10 SPY take sl entry-1 tp entry+2",
    "modify order:33 left 50",
    "cancel all",
    "flatten AAPL",
    "buy 1r AAPL join sl entry-2",
];

/// Keys that together do something, each of which may come too soon, unseen or within a burst.
pub(super) const RUNS: &[&str] = &[
    "esc 1 home b enter ctrl-y",
    "esc 1 down b t enter ctrl-y",
    "esc 1 s m enter ctrl-y",
    "esc 8 home c h enter ctrl-y",
    "esc 8 home Z enter ctrl-y",
    "esc 8 V enter ctrl-y",
    "esc 8 p enter ctrl-y",
    "esc 7 home m up up enter ctrl-y",
    "esc 7 home + + +",
    "esc 7 down - + -",
    "esc 1 b 2 5 @ . 1 0 enter ctrl-y",
    "esc 7 x",
    "esc f4 enter ctrl-y",
];

/// A step of an exit for which others make room.
#[derive(Debug)]
enum Step {
    /// This order has so much left then.
    Less(OrderKey, Qty),
    /// This goes.
    Goes(Box<OrderSpec>),
}

/// What the trader has seen and done.
#[derive(Default)]
pub(super) struct Witness {
    /// The ticket of the last frame.
    seen: Option<Box<Staged>>,
    /// Contracts whose way out was fired.
    plans: BTreeSet<ConId>,
    /// What was said to make room for an exit that was fired, and what goes then; each goes once.
    rooms: Vec<Step>,
    /// Presses of `+` and `-` that no change has followed yet.
    nudges: u32,
    /// Orders that have left.
    pub left: u64,
}

impl Witness {
    /// Accounts for an order that left on this key.
    fn account_for_key(&self, press: Press, shown: &Staged, order: &Approved, seed: &str) {
        assert!(!press.burst, "{seed}: a burst sent {:?}", order.spec());
        let key = press.chord.to_string();
        assert!(key == "enter" || key == "ctrl-y", "{seed}: {key} sent {:?}", order.spec());
        let seen = self.seen.as_ref().unwrap_or_else(|| panic!("{seed}: nothing was staged, {:?} left", order.spec()));
        assert!(key == "enter" || seen.confirming, "{seed}: no confirmation was seen");
        assert!(is_same(seen, shown), "{seed}: {seen:?} was seen, {shown:?} was fired");
        let said = seen.spec.as_ref().unwrap_or_else(|| panic!("{seed}: the ticket showed no order"));
        let (spec, floats) = (order.spec(), seen.floats());
        assert_eq!((spec.con_id, spec.side, spec.kind.word()), (said.con_id, said.side, said.kind.word()), "{seed}");
        assert!(
            spec.qty == said.qty || (floats && seen.units.is_some()),
            "{seed}: {} seen, {} sent",
            said.qty,
            spec.qty
        );
        assert!(spec.kind == said.kind || floats, "{seed}: {:?} seen, {:?} sent", said.kind, spec.kind);
        assert_eq!(order.exits().len(), seen.exits.len(), "{seed}");
    }

    /// An exit that needs room was fired: what the frame said of it may happen, and nothing else.
    fn fired(&mut self, shown: &Staged, seed: &str) {
        let seen = self.seen.as_ref().unwrap_or_else(|| panic!("{seed}: nothing was staged"));
        assert!(is_same(seen, shown) && seen.room == shown.room, "{seed}: {seen:?} was seen, {shown:?} was fired");
        let (Some(room), Some(exit)) = (&shown.room, &shown.spec) else { panic!("{seed}: no room was said") };
        self.rooms.extend(room.yields.iter().map(|y| Step::Less(y.key.clone(), y.to)));
        self.rooms.extend(room.beside.iter().chain([exit]).map(|spec| Step::Goes(Box::new(spec.clone()))));
    }

    /// Whether an order that left is a step of an exit that was fired.
    fn is_step(&mut self, order: &Approved, filled: Qty) -> bool {
        let spec = order.spec();
        let fits = |step: &Step| match step {
            Step::Less(key, to) => {
                matches!(order.purpose(), Purpose::Change(..))
                    && key == order.key()
                    && spec.qty == filled.plus(*to).unwrap()
            }
            Step::Goes(said) => {
                let same = (said.con_id, said.side, said.kind) == (spec.con_id, spec.side, spec.kind);
                // What a stop gave way may be put back in part.
                let sized = spec.qty == said.qty || said.kind.is_triggered() && spec.qty < said.qty;
                matches!(order.purpose(), Purpose::New(_)) && same && sized
            }
        };
        let at = self.rooms.iter().position(fits);
        at.map(|at| self.rooms.remove(at)).is_some()
    }

    /// Accounts for an order that left by itself: the end of a run of nudges, or the last step of a way out.
    fn account_for_plan(&mut self, order: &Approved, seed: &str, by: &str) {
        let change = matches!(order.purpose(), Purpose::Change(..));
        if change {
            assert!(self.nudges > 0, "{seed}: {by} changed {:?}", order.spec());
            self.nudges = 0;
        } else {
            assert!(self.plans.remove(&order.spec().con_id), "{seed}: {by} sent {:?}", order.spec());
        }
    }
}

/// Whether a trader who saw the one knows what the other is: everything but what floats with the market.
fn is_same(seen: &Staged, now: &Staged) -> bool {
    let asks = |s: &Staged| -> BTreeSet<&'static str> {
        let findings = s.assessment.iter().flat_map(|a| &a.findings);
        findings.filter(|f| f.weight >= Weight::Confirm).map(|f| f.code).collect()
    };
    (&seen.aim, seen.verb, seen.con_id, seen.units, &seen.pricing)
        == (&now.aim, now.verb, now.con_id, now.units, &now.pricing)
        && (seen.clauses == now.clauses && seen.confirming == now.confirming && asks(now).is_subset(&asks(seen)))
        && (seen.qty == now.qty || seen.units.is_some())
}

/// One message; what leaves has to be accounted for.
pub(super) fn tell(d: &mut Desk, w: &mut Witness, msg: Msg, seed: &str) -> Vec<OrderKey> {
    let before = d.model.panes.ticket.staged.clone();
    let deliberate = match &msg {
        Msg::Key(press) if !press.burst => Some(press.chord.to_string()),
        _ => None,
    };
    let (press, word) = match &msg {
        Msg::Key(press) => (Some(*press), "a key".to_owned()),
        other => (None, format!("{other:?}").chars().take(40).collect()),
    };
    d.tell(msg);
    let begun = before.as_ref().filter(|s| {
        s.room.is_some() && d.model.panes.ticket.staged.is_none() && d.model.orders.yielding.contains_key(&s.con_id)
    });
    // What was fired leaves the ticket; a refusal keeps it there.
    let fires = deliberate.as_deref().is_some_and(|key| key == "enter" || key == "ctrl-y")
        && d.model.panes.ticket.staged.is_none();
    if fires && let Some(seen) = before.as_ref().filter(|s| s.aim == Aim::Unwind) {
        w.plans.insert(seen.con_id);
    }
    if let Some(shown) = begun.filter(|_| fires) {
        w.fired(shown, seed);
    }
    if deliberate.as_deref().is_some_and(|key| matches!(key, "+" | "-" | "=")) {
        w.nudges += 1;
    }
    let sent: Vec<Approved> = d.placed();
    let fired = usize::from(press.is_some());
    for (nth, order) in sent.iter().enumerate() {
        if w.is_step(order, d.order(order.key()).filled) {
            w.left += 1;
            continue;
        }
        let of_ticket =
            fires && before.as_ref().is_some_and(|s| s.aim != Aim::Unwind && s.con_id == order.spec().con_id);
        let by_plan =
            !of_ticket && w.plans.contains(&order.spec().con_id) && matches!(order.purpose(), Purpose::New(_));
        match press {
            Some(press) if nth < fired && !by_plan => {
                let shown = before.as_deref().unwrap_or_else(|| panic!("{seed}: nothing was staged"));
                w.account_for_key(press, shown, order, seed);
            }
            _ => w.account_for_plan(order, seed, &word),
        }
        w.left += 1;
    }
    d.effects.retain(|e| !matches!(e, Effect::Record(_)));
    sent.iter().map(|order| order.key().clone()).collect()
}

pub(super) fn paint(d: &mut Desk, w: &mut Witness, seed: &str) {
    let revision = d.model.revision;
    tell(d, w, Msg::Painted(revision), seed);
    w.seen.clone_from(&d.model.panes.ticket.staged);
}

/// Time passes; what the desk wanted to be woken for happens.
pub(super) fn wait(d: &mut Desk, w: &mut Witness, millis: u64, seed: &str) {
    let end = d.at.plus(std::time::Duration::from_millis(millis));
    while let Some(timer) = d.next_due(end) {
        tell(d, w, Msg::Woke(timer), seed);
    }
    d.at = end;
}

fn chord(key: &str) -> Chord {
    key.parse().unwrap_or_else(|e| panic!("{key}: {e}"))
}

/// The broker answers what left.
pub(super) fn answer(d: &mut Desk, w: &mut Witness, draw: &mut Draw, sent: Vec<OrderKey>, seed: &str) {
    for key in sent {
        if d.model.orders.all.get(&key).is_some_and(|o| !o.state.is_terminal()) {
            d.carry(&key);
            d.report(&key, BrokerStatus::Working);
        }
    }
    // Cancels are answered at once or after a while, as at a broker.
    if draw.below(3) > 0 {
        for key in d.cancels() {
            let msg = Msg::Broker(d.status_event(&key, BrokerStatus::Cancelled, 0));
            tell(d, w, msg, seed);
        }
    }
}

/// The desks at which streams begin.
pub(super) struct Bases {
    live: Desk,
    bracketed: Desk,
    paper: Desk,
}

impl Bases {
    pub fn new() -> Self {
        let [mut live, mut bracketed, mut paper] = [live_desk(), bracketed().0, desk()];
        for d in [&mut live, &mut bracketed, &mut paper] {
            d.hold(AAPL, "AAPL", 300);
            d.effects.clear();
        }
        Self { live, bracketed, paper }
    }

    /// The desk of a stream.
    pub fn desk(&self, number: u64) -> Desk {
        match number % 4 {
            0 => self.live.twin(),
            1 => self.bracketed.twin(),
            _ => self.paper.twin(),
        }
    }
}

/// One stream of input over a desk that holds and has orders; how many orders left.
fn stream(bases: &Bases, number: u64, steps: usize) -> u64 {
    let seed = format!("seed {number}");
    let mut draw = Draw(number);
    let mut d = bases.desk(number);
    let mut w = Witness::default();
    for _ in 0..steps {
        let gap = [0, 1, 2, 20, 60, 150, 200, 400][usize::try_from(draw.below(8)).unwrap()];
        wait(&mut d, &mut w, gap, &seed);
        if draw.below(10) < 7 {
            paint(&mut d, &mut w, &seed);
        }
        let sent = match draw.below(40) {
            0 => {
                let text = draw.pick(PASTES).to_owned();
                tell(&mut d, &mut w, Msg::Pasted(text), &seed)
            }
            1 => {
                let change = if draw.below(2) == 0 { FocusChange::Lost } else { FocusChange::Gained };
                tell(&mut d, &mut w, Msg::Focus(change), &seed)
            }
            2 => {
                let (width, height) =
                    [(160, 48), (80, 24), (40, 10), (220, 60)][usize::try_from(draw.below(4)).unwrap()];
                tell(&mut d, &mut w, Msg::Resized { width, height }, &seed)
            }
            3 => {
                // Somebody types a sentence, or a program pastes it as keys.
                let burst = draw.below(2) == 0;
                let mut sent = Vec::new();
                for c in format!(":{}\r", draw.pick(SENTENCES)).chars() {
                    if !burst {
                        wait(&mut d, &mut w, 30, &seed);
                        paint(&mut d, &mut w, &seed);
                    }
                    let chord = if c == '\r' { chord("enter") } else { Chord::plain(Key::Char(c)) };
                    sent.extend(tell(&mut d, &mut w, Msg::Key(Press { chord, burst }), &seed));
                }
                sent
            }
            4..=9 => {
                let mut sent = Vec::new();
                for key in draw.pick(RUNS).split(' ') {
                    wait(&mut d, &mut w, [0, 2, 200, 200, 200, 200][usize::try_from(draw.below(6)).unwrap()], &seed);
                    if draw.below(8) > 0 {
                        paint(&mut d, &mut w, &seed);
                    }
                    let press = Press { chord: chord(key), burst: draw.below(20) == 0 };
                    sent.extend(tell(&mut d, &mut w, Msg::Key(press), &seed));
                }
                wait(&mut d, &mut w, 400, &seed);
                sent
            }
            10..=12 => {
                let (con_id, cents) = (draw.pick(&[&AAPL, &MSFT, &SPY]), draw.below(60));
                let base = [187, 414, 499][[AAPL, MSFT, SPY].iter().position(|id| id == con_id).unwrap()];
                let msg = d.quote_msg(*con_id, &format!("{base}.{cents:02}"), &format!("{base}.{:02}", cents + 2));
                tell(&mut d, &mut w, msg, &seed)
            }
            _ => {
                let burst = draw.below(5) == 0;
                let chord = chord(draw.pick(KEYS));
                tell(&mut d, &mut w, Msg::Key(Press { chord, burst }), &seed)
            }
        };
        answer(&mut d, &mut w, &mut draw, sent, &seed);
    }
    w.left
}

fn run(streams: u64, steps: usize) {
    let bases = Bases::new();
    // A seed that failed is run again alone: STREAM_SEED=3370 cargo test --lib no_stream -- --nocapture
    if let Ok(seed) = std::env::var("STREAM_SEED") {
        stream(&bases, seed.parse().unwrap(), steps);
        return;
    }
    let start = 1;
    let left: u64 = (start..start + streams).map(|number| stream(&bases, number, steps)).sum();
    println!(
        "{streams} streams of {steps} steps, seeds from {start}: {left} orders left, each one staged, seen and fired"
    );
    assert!(left > streams, "the streams reach orders: {left} left");
}

#[test]
fn no_stream_of_keys_pastes_and_bursts_sends_what_was_not_staged_seen_and_fired() {
    run(300, 60);
}

/// `cargo test --lib ten_thousand_streams -- --ignored --nocapture`
#[test]
#[ignore = "long: ten thousand streams"]
fn ten_thousand_streams_send_nothing_that_was_not_staged_seen_and_fired() {
    run(10_000, 120);
}
