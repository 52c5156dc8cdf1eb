//! Wake-ups, notices, what is drawn.

use std::time::Duration;

use super::fixture::{AAPL, snapshot};
use super::{Desk, desk};
use crate::app::effect::{Effect, Redraw};
use crate::app::msg::{Msg, Timer};
use crate::app::{timers, update};
use crate::broker::Event;
use crate::domain::account::Mode;
use crate::domain::instrument::ConId;
use crate::domain::quote::Quote;

#[test]
fn news_stands_six_seconds_and_an_error_until_esc() {
    let mut d = desk();
    d.keys(". ");
    assert!(!d.said().is_empty());
    d.after(5_999);
    assert!(!d.said().is_empty());
    d.after(1);
    assert_eq!(d.said(), "");
    d.tell(Msg::Journal(crate::app::msg::JournalFact::Failed("full".into())));
    d.after(60_000);
    d.assert_said("HALT");
    d.keys("esc");
    assert_eq!(d.said(), "");
}

#[test]
fn notices_wait_behind_the_newest() {
    let mut d = desk();
    d.tell(Msg::Warned("first".into())).after(1_000).tell(Msg::Warned("second".into()));
    d.assert_said("second");
    assert_eq!(d.model.notices.waiting(), 1);
    d.after(5_500);
    assert_eq!(d.model.notices.waiting(), 0);
    d.assert_said("second");
}

#[test]
fn the_clock_is_due_each_second_while_the_market_moves_and_each_minute_otherwise() {
    let mut d = desk();
    assert!(timers::is_lively(&d.model));
    d.after(11_000);
    assert!(!timers::is_lively(&d.model));
    let mut due = Vec::new();
    let step = update(&mut d.model, d.at, Msg::Woke(Timer::Clock));
    for effect in step.effects {
        if let Effect::Wake { at, timer: Timer::Clock } = effect {
            due.push(at.since(d.at));
        }
    }
    assert_eq!(due.len(), 1);
    assert!(due[0] > Duration::from_secs(1) && due[0] <= Duration::from_mins(1), "{due:?}");
}

#[test]
fn a_quiet_desk_wakes_for_the_clock_alone() {
    let mut d = desk();
    d.after(30_000);
    let wakes = |d: &mut Desk, ms| {
        let before = d.model.revision;
        d.after(ms);
        d.model.revision - before
    };
    assert!(wakes(&mut d, 600_000) <= 11, "ten minutes cost about ten frames");
}

#[test]
fn a_quote_that_nothing_shows_draws_nothing() {
    let mut d = desk();
    let quote = Quote { at: Some(d.at), ..Quote::default() };
    d.broker(Event::Quotes(vec![(ConId(4_711), quote)]));
    assert_eq!(d.redraw, Redraw::Keep);
    d.quote(AAPL, "187.21", "187.23");
    assert_eq!(d.redraw, Redraw::Market);
    d.keys("j");
    d.key("k", false);
    assert_eq!(d.redraw, Redraw::Now);
}

#[test]
fn painting_changes_nothing_that_is_drawn() {
    let mut d = desk();
    let revision = d.model.revision;
    d.paint();
    assert_eq!((d.redraw, d.model.revision), (Redraw::Keep, revision));
}

#[test]
fn a_resize_draws_everything_and_the_smallest_terminals_do_no_harm() {
    let mut d = desk();
    for (width, height) in [(1, 1), (0, 0), (59, 15), (80, 24), (220, 60), (u16::MAX, u16::MAX)] {
        d.tell(Msg::Resized { width, height });
        assert_eq!(d.redraw, Redraw::Clear);
        d.keys("j page-down end k b esc 7 j 8 j 1");
    }
}

#[test]
fn a_signal_to_go_on_draws_everything_and_asks_the_broker() {
    let mut d = desk();
    d.tell(Msg::Signalled(crate::app::msg::Signal::Continue));
    assert_eq!(d.redraw, Redraw::Clear);
    assert_eq!(d.sent(|c| *c == crate::broker::Command::Resync), 1);
}

#[test]
fn messages_survive_the_log() {
    let mut log = Vec::new();
    let mut d = Desk::unconnected(Mode::Paper);
    log.push((d.at, Msg::Resized { width: 80, height: 24 }));
    log.push((d.at, Msg::Broker(Event::Synced(Box::new(snapshot())))));
    log.push((d.at, Msg::Key(crate::app::msg::Press { chord: "ctrl-\\".parse().unwrap(), burst: false })));
    let text = serde_json::to_string(&log).unwrap();
    let read: Vec<(crate::clock::Stamp, Msg)> = serde_json::from_str(&text).unwrap();
    assert_eq!(read, log);
    for (at, msg) in read {
        let _ = update(&mut d.model, at, msg);
    }
    assert!(d.model.desk.halted);
}

#[test]
fn the_gravest_notice_stands_and_newer_ones_are_counted_behind_it() {
    use crate::app::notices::Tone;
    let mut d = desk();
    let shown = |d: &Desk| d.model.notices.current().map(|n| n.text.clone()).unwrap_or_default();
    let say = |d: &mut Desk, tone, text: &str| {
        let now = d.model.now;
        d.model.notices.say(now, tone, text, None);
    };
    say(&mut d, Tone::Error, "UNPROTECTED");
    say(&mut d, Tone::Warn, "old");
    say(&mut d, Tone::Info, "filled");
    assert_eq!((shown(&d).as_str(), d.model.notices.waiting()), ("UNPROTECTED", 2));
    say(&mut d, Tone::Error, "REJECTED");
    assert_eq!((shown(&d).as_str(), d.model.notices.waiting()), ("REJECTED", 3), "of equals the newest");
    d.after(6_100);
    assert_eq!((shown(&d).as_str(), d.model.notices.waiting()), ("REJECTED", 1), "errors stay until Esc");
    d.keys("esc");
    say(&mut d, Tone::Info, "filled");
    say(&mut d, Tone::Warn, "old");
    say(&mut d, Tone::Info, "partial");
    assert_eq!(shown(&d), "old");
}
