//! A live session in key strokes: what arms it, what passes while it is DISARMED or PAUSED, what ends it, and that nothing
//! reaches it by accident.

use std::time::Duration;

use super::desk::{say, spec, stop_at, works};
use super::fixture::accepted;
use super::{AAPL, Desk, desk, disarmed_desk, live_desk, price, snapshot};
use crate::app::action::Action;
use crate::app::arming::{Cause, Status};
use crate::app::effect::{Effect, Record};
use crate::app::model::Overlay;
use crate::app::msg::{FocusChange, JournalFact, Msg, Pointer, ReadLimits, Signal};
use crate::broker::{Event, Link};
use crate::clock::Stamp;
use crate::config::Confirm;
use crate::domain::SafeText;
use crate::domain::account::{AccountId, Mode};
use crate::domain::order::{OrderKind, Side, Verb};
use crate::journal::{Accepted, Entry};
use crate::risk::{Class, Limits, SymbolLimits};

const ACCOUNT: &str = "U1234821";

fn status(d: &Desk) -> Status {
    d.model.desk.arming.status(d.at)
}

fn is_paused(d: &Desk) -> bool {
    matches!(status(d), Status::Paused(_))
}

fn armed_sends(d: &mut Desk) -> &mut Desk {
    d.model.settings.live.confirm = Confirm::Armed;
    d
}

/// A desk whose limits nobody has accepted.
fn newcomer() -> Desk {
    let mut d = Desk::unconnected(Mode::Live);
    d.tell(Msg::Journal(JournalFact::Opened {
        run: 1,
        tag: SafeText::new("tw4k"),
        live: Vec::new(),
        executions: Vec::new(),
        terms: Vec::new(),
        before: None,
        accepted: vec![accepted("U9999999")],
    }));
    d.connect(ACCOUNT, snapshot());
    d.answer_questions();
    d
}

fn recorded(d: &Desk) -> Vec<Accepted> {
    let accepted = |e: &Effect| match e {
        Effect::Record(Record::Entry(entry)) => match &**entry {
            Entry::Accepted(accepted) => Some(accepted.clone()),
            _ => None,
        },
        _ => None,
    };
    d.effects.iter().filter_map(accepted).collect()
}

#[test]
fn a_live_session_starts_disarmed_and_refuses_entries_in_words() {
    let mut d = disarmed_desk();
    assert_eq!(status(&d), Status::Disarmed);
    d.keys("b enter");
    assert!(!d.is_confirming());
    d.assert_said("DISARMED: exits and cancels only; o l arms (G03).");
    d.keys("ctrl-y");
    assert!(d.placed().is_empty());
}

#[test]
fn the_last_four_characters_arm_and_then_each_order_asks() {
    let mut d = disarmed_desk();
    d.keys("o l");
    assert!(matches!(d.model.overlay, Some(Overlay::Arm { .. })));
    d.keys("4821");
    d.assert_said("ARMED for U…4821, until 60 min idle.");
    assert_eq!(status(&d), Status::Armed(Duration::from_hours(1)));
    d.keys("b enter");
    assert!(d.is_confirming() && d.placed().is_empty());
    d.keys("ctrl-y");
    assert_eq!(d.placed_one().mode(), Mode::Live);
}

#[test]
fn wrong_pasted_and_repeated_characters_arm_nothing() {
    let mut d = disarmed_desk();
    d.keys("o l 4812");
    d.assert_said("Nothing was armed");
    assert!(matches!(d.model.overlay, Some(Overlay::Arm { .. })), "asks again");
    d.tell(Msg::Pasted("4821".into()));
    for key in ["4", "8", "2", "1"] {
        d.key(key, true);
    }
    assert_eq!(status(&d), Status::Disarmed);
    d.keys("4 8 esc 2 1");
    assert_eq!((status(&d), d.model.overlay.is_none()), (Status::Disarmed, true));
}

#[test]
fn neither_a_click_nor_a_repeat_arms_or_resumes() {
    let mut d = disarmed_desk();
    d.tell(Msg::Pointed(Pointer::Hit(Action::LiveArm)));
    assert!(d.model.overlay.is_none());
    let mut d = live_desk();
    d.tell(Msg::Focus(FocusChange::Lost));
    d.tell(Msg::Pointed(Pointer::Hit(Action::LiveResume)));
    d.key("ctrl-r", true);
    assert!(is_paused(&d));
}

#[test]
fn the_same_chord_disarms_and_so_does_the_word() {
    let mut d = live_desk();
    d.keys("o l");
    assert_eq!((status(&d), d.model.overlay.is_none()), (Status::Disarmed, true));
    d.assert_said("DISARMED");
    let mut d = live_desk();
    d.keys(":").type_text("disarm").keys("enter");
    assert_eq!((status(&d), d.model.overlay.is_none()), (Status::Disarmed, true));
}

#[test]
fn with_confirm_armed_enter_sends_and_what_the_guard_asks_about_still_asks() {
    let mut d = live_desk();
    armed_sends(&mut d).work("b enter");
    assert!(!d.is_confirming());
    d.after(10_000);
    // 1,400 shares of 187.20 are 26 % of a million.
    d.keys("b 1400 enter");
    assert!(d.is_confirming() && d.placed().is_empty());
    d.keys("ctrl-y");
    assert_eq!(d.placed_one().findings().iter().filter(|f| f.code == "G07").count(), 1);
}

#[test]
fn an_exit_takes_one_chord_whatever_the_session_is() {
    for confirm in [Confirm::Always, Confirm::Armed] {
        for state in ["disarmed", "paused"] {
            let mut d = if state == "paused" { live_desk() } else { disarmed_desk() };
            d.model.settings.live.confirm = confirm;
            d.hold(AAPL, "AAPL", 100);
            d.tell(Msg::Focus(FocusChange::Lost));
            d.keys("c enter");
            assert!(d.is_confirming() && d.placed().is_empty(), "{state} {confirm:?}");
            d.keys("ctrl-y");
            assert_eq!(d.placed_one().class(), Class::Exit, "{state} {confirm:?}");
        }
    }
}

#[test]
fn cancels_and_kill_work_whatever_the_session_is() {
    for state in ["disarmed", "paused"] {
        for keys in ["x", "X", "o a", "ctrl-\\"] {
            let mut d = if state == "paused" { live_desk() } else { disarmed_desk() };
            let key = works(&mut d, 11, spec(Verb::Buy, Side::Buy, 100, OrderKind::Limit(price("187"))));
            d.tell(Msg::Focus(FocusChange::Lost));
            d.keys(keys);
            assert_eq!(d.cancels(), [key], "{state} {keys}");
        }
    }
}

#[test]
fn a_change_that_is_an_entry_is_refused_while_disarmed_and_shown_before_it_goes_while_armed() {
    let mut d = disarmed_desk();
    works(&mut d, 11, spec(Verb::Buy, Side::Buy, 100, OrderKind::Limit(price("187"))));
    d.keys("7 + + +").after(400);
    assert!(d.placed().is_empty() && !d.is_confirming());
    d.assert_said("DISARMED");

    let mut d = live_desk();
    works(&mut d, 11, spec(Verb::Buy, Side::Buy, 100, OrderKind::Limit(price("187"))));
    d.keys("7");
    for _ in 0..3 {
        d.after(50);
        d.key("+", false);
    }
    d.after(400).paint();
    assert!(d.is_confirming() && d.placed().is_empty());
    d.after(200).keys("ctrl-y");
    assert_eq!(d.placed_one().spec().kind, OrderKind::Limit(price("187.03")));

    let mut d = live_desk();
    works(&mut d, 11, spec(Verb::Buy, Side::Buy, 100, OrderKind::Limit(price("187"))));
    armed_sends(&mut d).keys("7 +").after(400);
    assert_eq!(d.placed_one().spec().kind, OrderKind::Limit(price("187.01")));
}

#[test]
fn a_stop_that_only_protects_moves_with_one_chord_while_disarmed() {
    let mut d = disarmed_desk();
    d.hold(AAPL, "AAPL", 100);
    works(&mut d, 11, spec(Verb::Close, Side::Sell, 100, stop_at("180")));
    d.keys("7 +").after(400).paint();
    assert!(d.is_confirming());
    d.after(200).keys("ctrl-y");
    assert_eq!(d.placed_one().class(), Class::Exit);
}

#[test]
fn a_focus_that_goes_pauses_and_one_chord_resumes() {
    let mut d = live_desk();
    d.tell(Msg::Focus(FocusChange::Lost));
    d.assert_said("PAUSED: the terminal lost the focus. ctrl-r resumes");
    d.tell(Msg::Focus(FocusChange::Gained));
    d.keys("b enter");
    d.assert_said("PAUSED: exits and cancels only; ctrl-r resumes (G03).");
    d.keys("esc ctrl-r b enter ctrl-y");
    d.placed_one();
}

#[test]
fn a_pause_between_the_question_and_its_answer_stops_the_order() {
    let mut d = live_desk();
    d.keys("b enter");
    d.tell(Msg::Focus(FocusChange::Lost));
    d.paint().after(500);
    d.keys("ctrl-y");
    assert!(d.placed().is_empty());
    d.assert_said("PAUSED: exits and cancels only");
}

#[test]
fn a_way_out_that_turns_around_cancels_nothing_once_it_is_refused() {
    let mut d = live_desk();
    d.hold(AAPL, "AAPL", 100);
    works(&mut d, 11, spec(Verb::Close, Side::Sell, 100, stop_at("180")));
    d.keys("V enter");
    assert!(d.is_confirming());
    d.tell(Msg::Focus(FocusChange::Lost));
    d.paint().after(500).keys("ctrl-y");
    assert!(d.cancels().is_empty() && d.placed().is_empty() && d.model.orders.unwinding.is_empty());
}

#[test]
fn a_link_that_is_gone_pauses_and_after_a_minute_disarms() {
    let mut d = live_desk();
    d.lose_link();
    assert!(is_paused(&d));
    d.after(12_000).keys("ctrl-r");
    d.assert_said("The link is not back yet");
    d.connect(ACCOUNT, snapshot());
    d.assert_said("PAUSED: the link was gone for 12 seconds. ctrl-r resumes");
    d.keys("ctrl-r");
    assert!(d.model.desk.arming.is_open());

    d.lose_link();
    d.after(60_000);
    assert!(is_paused(&d));
    d.after(1_000);
    assert_eq!(status(&d), Status::Disarmed);
    d.assert_said("DISARMED: the link was gone for over 60 s. o l arms");
}

#[test]
fn asking_the_broker_again_is_no_gap() {
    let mut d = live_desk();
    d.keys("o u");
    d.broker(Event::Link(Link::Syncing { step: 1, of: 5, what: SafeText::new("orders") }));
    d.connect(ACCOUNT, snapshot());
    assert!(d.model.desk.arming.is_open());
}

#[test]
fn an_hour_without_a_key_disarms_and_keys_put_it_off() {
    let mut d = live_desk();
    d.after(59 * 60_000);
    d.keys("j").after(59 * 60_000);
    assert!(d.model.desk.arming.is_open());
    d.after(60_000);
    assert_eq!(status(&d), Status::Disarmed);
    d.assert_said("DISARMED: no key for 60 min. o l arms");
}

#[test]
fn sleep_disarms_by_the_clocks_and_by_the_signal() {
    let mut d = live_desk();
    // The lid: the wall went on for an hour, the monotonic clock did not.
    d.at = Stamp { wall: d.at.wall + 3_600_000_000_000, mono: d.at.mono + 1_000_000 };
    d.key("j", false);
    assert_eq!(status(&d), Status::Disarmed);
    d.assert_said("slept");
    let mut d = live_desk();
    d.tell(Msg::Signalled(Signal::Continue));
    assert_eq!(status(&d), Status::Disarmed);
}

#[test]
fn another_account_disarms_and_has_a_card_of_its_own() {
    let mut d = live_desk();
    d.lose_link();
    d.connect("U7654821", snapshot());
    assert_eq!(status(&d), Status::Disarmed);
    assert!(matches!(d.model.overlay, Some(Overlay::LiveCard { .. })));
}

#[test]
fn a_stalled_screen_pauses_drops_keys_and_says_how_many() {
    let mut d = live_desk();
    d.after(1_000).tell(Msg::Stalled);
    let stuck = d.model.revision - 1;
    for _ in 0..11 {
        d.after(1_000).key("b", false).key("enter", false);
    }
    d.key("ctrl-y", false);
    d.tell(Msg::Pasted("buy 100 AAPL".into()));
    assert!(d.model.panes.ticket.staged.is_none());
    d.after(1_900).tell(Msg::Painted(stuck));
    d.key("b", false);
    assert!(d.model.panes.ticket.staged.is_none(), "the frame that was stuck shows nothing of it");
    d.paint();
    d.assert_said("PAUSED: the screen was stalled for 13 s, 24 keys were dropped. ctrl-r resumes");
    d.keys("b enter");
    d.assert_said("PAUSED: exits and cancels only");
    assert!(matches!(status(&d), Status::Paused(p) if p.cause == Cause::Screen));
}

#[test]
fn on_a_line_that_stays_slow_the_first_frame_that_shows_the_pause_gives_the_keys_back() {
    let mut d = live_desk();
    d.after(1_000).tell(Msg::Stalled);
    let shows = d.model.revision;
    // Every frame takes more than a second from here on.
    for _ in 0..5 {
        d.after(1_200).tell(Msg::Stalled);
    }
    assert!(d.model.revision > shows, "more has changed since");
    d.key("b", false);
    d.tell(Msg::Painted(shows));
    d.assert_said("PAUSED: the screen was stalled for 7 s, 1 key was dropped");
    d.key("b", false);
    assert!(d.model.panes.ticket.staged.is_some());
    d.after(1_200).tell(Msg::Stalled).key("esc", false);
    assert!(d.model.panes.ticket.staged.is_some(), "the next frame that stands still drops keys again");
}

#[test]
fn the_cancels_take_entries_and_no_stop_while_nobody_sees_what_they_do() {
    for keys in [vec!["x"], vec!["X", "X"], vec!["o", "a"]] {
        let mut d = live_desk();
        d.hold(AAPL, "AAPL", 100);
        let entry = works(&mut d, 11, spec(Verb::Buy, Side::Buy, 100, OrderKind::Limit(price("187"))));
        if keys != ["x"] {
            works(&mut d, 12, spec(Verb::Sell, Side::Sell, 100, stop_at("180")));
            // As large an order turns the position around: an entry, and its only stop.
            works(&mut d, 13, spec(Verb::Sell, Side::Sell, 300, stop_at("179")));
        }
        d.after(1_000).tell(Msg::Stalled);
        for key in &keys {
            d.key(key, false);
        }
        assert_eq!(d.cancels(), [entry], "{keys:?}");
        assert!(d.model.pending.is_empty() && d.model.desk.symbol_cancelled.is_none(), "{keys:?}");
        d.paint();
        d.assert_said("PAUSED: the screen was stalled for 1 s. ctrl-r");
    }
    let mut d = live_desk();
    d.hold(AAPL, "AAPL", 100);
    let stop = works(&mut d, 12, spec(Verb::Sell, Side::Sell, 100, stop_at("180")));
    d.after(1_000).tell(Msg::Stalled);
    d.key("x", false).key("x", false).key("o", false).key("l", false);
    assert!(d.cancels().is_empty());
    d.paint();
    d.assert_said("PAUSED: the screen was stalled for 1 s, 4 keys were dropped");
    d.keys("x");
    assert!(d.cancels().is_empty(), "the keys that nobody saw are no first press");
    d.keys("x");
    assert_eq!(d.cancels(), [stop]);
}

#[test]
fn kill_works_through_a_stalled_screen() {
    let mut d = live_desk();
    let key = works(&mut d, 11, spec(Verb::Buy, Side::Buy, 100, OrderKind::Limit(price("187"))));
    d.after(1_000).tell(Msg::Stalled);
    d.key("b", false);
    d.key("ctrl-\\", false);
    assert_eq!((d.cancels(), d.model.desk.halted), (vec![key], true));
}

#[test]
fn a_desk_that_stood_still_pauses_before_the_keys_that_waited_act() {
    let mut d = live_desk();
    // Nothing was handled for five seconds; the first thing that is, is a key.
    d.at = d.at.plus(Duration::from_secs(65));
    d.key("b", false);
    assert!(d.model.panes.ticket.staged.is_none() && is_paused(&d));
    d.paint();
    d.assert_said("1 key was dropped");
}

#[test]
fn paper_is_never_armed_paused_or_asked() {
    let mut d = desk();
    d.keys("o l");
    d.assert_said("A paper session is never armed: Enter sends.");
    d.tell(Msg::Focus(FocusChange::Lost));
    d.at = d.at.plus(Duration::from_secs(5));
    d.keys("b enter");
    d.placed_one();
    d.keys("ctrl-r");
    d.assert_said("Nothing is PAUSED");
}

#[test]
fn a_stalled_screen_drops_keys_in_paper_too_and_the_frame_that_ends_it_gives_them_back() {
    let mut d = desk();
    d.keys("b");
    d.after(1_000).tell(Msg::Stalled);
    d.after(1_000).key("enter", false).key("enter", false);
    assert!(d.placed().is_empty(), "an order that was seen, by a key whose effect cannot be");
    d.paint();
    d.assert_said("Not taken: the screen was stalled for 2 s, 2 keys were dropped.");
    d.keys("enter");
    d.placed_one();
}

#[test]
fn the_first_live_start_shows_the_card_and_nothing_arms_before_it_is_accepted() {
    let mut d = newcomer();
    assert!(matches!(d.model.overlay, Some(Overlay::LiveCard { .. })));
    d.keys("esc b enter");
    d.assert_said("DISARMED");
    d.keys("esc o l");
    assert!(matches!(d.model.overlay, Some(Overlay::LiveCard { .. })), "arming leads to it");
    d.keys("4821");
    assert_eq!(status(&d), Status::Disarmed);
    d.keys("enter");
    let limits = Limits::default().fingerprint_of(Mode::Live);
    assert_eq!(recorded(&d), [Accepted { account: AccountId::new(ACCOUNT), limits }]);
    d.keys("4821");
    assert!(d.model.desk.arming.is_open());
    d.keys("o l o l");
    assert!(matches!(d.model.overlay, Some(Overlay::Arm { .. })), "shown once");
}

#[test]
fn a_card_without_amounts_cannot_be_accepted() {
    let mut d = newcomer();
    d.model.account.net_liquidation = None;
    d.keys("enter");
    d.assert_said("Net liquidation is not known yet");
    assert!(recorded(&d).is_empty() && matches!(d.model.overlay, Some(Overlay::LiveCard { .. })));
}

#[test]
fn limits_edited_in_their_file_are_read_on_the_card_and_nowhere_else() {
    let read = |value: i64| {
        let mut limits = Limits::default();
        limits.live.value_max = value.into();
        Msg::Limits(Box::new(ReadLimits { path: "/c/risk.toml".into(), limits, problems: Vec::new() }))
    };
    let mut d = newcomer();
    d.keys("tab");
    assert!(d.effects.contains(&Effect::ReadLimits));
    d.tell(read(50));
    assert_eq!(d.model.desk.limits.live.value_max, 50.into());
    d.keys("enter");
    let bad = ReadLimits { path: "/c/risk.toml".into(), limits: Limits::default(), problems: vec!["1:1 no".into()] };
    let mut d = newcomer();
    d.keys("tab").tell(Msg::Limits(Box::new(bad)));
    assert!(
        matches!(&d.model.overlay, Some(Overlay::LiveCard { read: Some(text), .. }) if text.as_str().contains("1:1"))
    );
    let mut d = live_desk();
    d.tell(read(50));
    assert_eq!(d.model.desk.limits.live.value_max, 100.into(), "not while it runs");
}

/// What `risk.toml` says when it is read on the card.
fn file(change: impl FnOnce(&mut Limits)) -> Msg {
    let mut limits = Limits::default();
    change(&mut limits);
    Msg::Limits(Box::new(ReadLimits { path: "/c/risk.toml".into(), limits, problems: Vec::new() }))
}

#[test]
fn the_card_is_accepted_only_once_it_has_been_on_the_screen_as_it_is_for_150_ms() {
    let open = |d: &Desk| matches!(d.model.overlay, Some(Overlay::LiveCard { .. }));
    let mut d = newcomer();
    d.after(1_000).key("enter", false);
    assert!(open(&d) && recorded(&d).is_empty());
    d.assert_said("the limits had not been drawn yet. Nothing was accepted");
    d.paint().after(149).key("enter", false);
    d.assert_said("the limits had been drawn 149 ms before. Nothing was accepted");
    // Read again, edited, another net liquidation, another screen: each has to be seen again.
    let changes: [fn(&mut Desk); 4] = [
        |d| _ = d.tell(file(|_| ())),
        |d| _ = d.tell(file(|limits| limits.live.band_max = 5.into())),
        |d| d.model.account.net_liquidation = Some("12345".parse().unwrap()),
        |d| _ = d.tell(Msg::Resized { width: 120, height: 40 }),
    ];
    for (n, change) in changes.into_iter().enumerate() {
        d.after(1_000);
        change(&mut d);
        d.key("enter", false);
        assert!(open(&d) && recorded(&d).is_empty(), "{n}");
        d.paint().after(149).key("enter", false);
        assert!(open(&d) && recorded(&d).is_empty(), "{n}");
    }
    d.after(1).key("enter", false);
    assert_eq!(recorded(&d).len(), 1);
}

#[test]
fn the_file_read_on_the_card_tightens_at_once_and_loosens_a_minute_later() {
    let mut d = newcomer();
    d.model.desk.limits.live.max_size = Some(500.into());
    let own = |limits: &mut Limits, size: i64, value: i64| {
        let own = SymbolLimits {
            max_size: Some(size.into()),
            max_value: Some(crate::money::Cash::from(value)),
            ..SymbolLimits::default()
        };
        limits.symbols.insert("AAPL".into(), own);
    };
    own(&mut d.model.desk.limits, 50, 5_000);
    let read = || {
        file(|limits| {
            (limits.live.value_max, limits.live.band_max, limits.live.cushion) = (50.into(), 20.into(), 5.into());
            own(limits, 20, 9_000);
        })
    };
    let now = |d: &Desk| {
        let (rows, aapl) = (&d.model.desk.limits.live, &d.model.desk.limits.symbols["AAPL"]);
        let numbers = [rows.value_max, rows.band_max, rows.cushion].map(|n| n.to_string());
        (numbers, rows.max_size.is_some(), aapl.max_size.unwrap().0, aapl.max_value.unwrap().0)
    };
    let before = (["50", "10", "10"].map(String::from), true, 20.into(), 5_000.into());
    d.keys("tab").tell(read());
    assert_eq!(now(&d), before);
    d.assert_said("value_max 100 → 50 now; limits of single symbols now; max_size 500 → none from");
    d.after(40_000).tell(read());
    d.paint().keys("enter 4821");
    assert!(d.model.desk.arming.is_open());
    d.after(17_000);
    assert_eq!(now(&d), before);
    d.after(3_000);
    let after = (["50", "20", "5"].map(String::from), false, 20.into(), 9_000.into());
    assert_eq!(now(&d), after, "reading it once more starts no other minute");
    d.keys("o l o l");
    assert!(matches!(d.model.overlay, Some(Overlay::LiveCard { .. })), "nobody has accepted these");
}

#[test]
fn the_file_read_on_the_card_undoes_no_limit_that_was_typed() {
    let mut d = newcomer();
    d.keys("esc");
    say(&mut d, "limit value_max 10");
    say(&mut d, "limit gross_max 500");
    say(&mut d, "limit band_max 8");
    d.keys("o l tab").tell(file(|_| ()));
    d.assert_said("risk.toml was read again: value_max stays as typed; band_max stays as typed.");
    d.after(61_000);
    let live = |d: &Desk| {
        let rows = &d.model.desk.limits.live;
        [rows.value_max, rows.gross_max, rows.band_max].map(|n| n.to_string())
    };
    assert_eq!(live(&d), ["10", "500", "8"]);
    d.keys("tab").tell(file(|_| ()));
    d.after(61_000);
    assert_eq!(live(&d), ["10", "500", "8"], "nor what was loosened");
    d.keys("tab").tell(file(|limits| {
        (limits.live.value_max, limits.live.gross_max, limits.live.band_max) = (50.into(), 450.into(), 5.into());
    }));
    d.after(61_000);
    assert_eq!(live(&d), ["10", "450", "5"], "what was edited since and is tighter holds");
}

#[test]
fn limits_that_are_not_those_accepted_are_shown_again() {
    let mut d = disarmed_desk();
    d.model.desk.limits.live.value_max = 90.into();
    d.keys("o l");
    assert!(matches!(d.model.overlay, Some(Overlay::LiveCard { .. })));
    let mut d = disarmed_desk();
    d.model.desk.limits.paper.value_max = 90.into();
    d.keys("o l");
    assert!(matches!(d.model.overlay, Some(Overlay::Arm { .. })), "the other column does not count");
}

#[test]
fn a_read_only_session_has_nothing_to_arm() {
    let mut d = disarmed_desk();
    if let Link::Ready { read_only, .. } = &mut d.model.desk.link {
        *read_only = true;
    }
    d.keys("o l");
    assert!(d.model.overlay.is_none());
    d.assert_said("READ-ONLY");
}

#[test]
fn an_order_in_the_confirmation_is_asked_again_when_its_verdict_changes_and_not_when_a_tick_comes() {
    let mut d = live_desk();
    d.keys("b enter");
    d.after(200).quote(AAPL, "187.25", "187.27");
    d.key("ctrl-y", false);
    let sent = d.placed_one();
    assert_eq!(sent.spec().kind, OrderKind::Limit(price("187.20")), "pinned where it was asked");

    let mut d = live_desk();
    d.keys("b enter").after(200);
    // The day's loss makes the guard ask.
    d.model.account.pnl.daily = Some("-30000".parse().unwrap());
    d.key("ctrl-y", false);
    assert!(d.placed().is_empty(), "nobody has seen that");
    d.paint().after(200);
    d.key("ctrl-y", false);
    assert!(d.placed_one().findings().iter().any(|f| f.code == "G24"));
}

#[test]
fn a_chord_within_150_ms_of_the_painted_question_is_too_soon() {
    let mut d = live_desk();
    d.keys("b enter");
    d.after(149).key("ctrl-y", false);
    assert!(d.placed().is_empty());
    d.assert_said("Too soon, press again");
    d.after(1).key("ctrl-y", false);
    assert_eq!(d.placed_one().mode(), Mode::Live);
}
