//! A live session on the screen: armed, disarmed, paused; what is never hidden; the card, the question, the confirmation.

use std::time::Duration;

use insta::assert_snapshot;

use super::screens::{bar, picture};
use super::{fixture, probe};
use crate::app::arming::{Cause, Pause};
use crate::app::live_card::Seen;
use crate::app::model::{Model, Overlay};
use crate::app::select;
use crate::broker::event::Link;
use crate::clock::Stamp;
use crate::config::Confirm;
use crate::domain::account::Mode;
use crate::domain::order::OrderState;

/// Armed eight seconds ago, for an hour.
fn arm(model: &mut Model) {
    fixture::connect(model, Mode::Live);
    let account = model.desk.account.clone().expect("connected");
    model.desk.arming.arm(account, Duration::from_hours(1), fixture::ago(8));
}

fn pause(model: &mut Model, cause: Cause, from: i64, until: Option<i64>) {
    arm(model);
    let pause = Pause { cause, from: fixture::ago(from), until: until.map(fixture::ago) };
    assert!(model.desk.arming.pause(pause));
}

#[test]
fn the_status_bar_says_whether_a_live_session_is_armed() {
    let sends = |m: &mut Model| m.settings.live.confirm = Confirm::Armed;
    let quiet = |m: &mut Model| {
        arm(m);
        m.now = Stamp::at(fixture::NOW + 9 * 60_000_000_000);
        m.market.last_at = None;
        m.orders.all.clear();
    };
    let rows = [
        bar(|m| fixture::connect(m, Mode::Live)),
        bar(arm),
        bar(|m| {
            arm(m);
            sends(m);
        }),
        bar(|m| pause(m, Cause::Screen, 15, Some(1))),
        bar(|m| pause(m, Cause::Focus, 3, Some(3))),
        bar(|m| pause(m, Cause::Link, 12, Some(2))),
        bar(|m| {
            arm(m);
            m.desk.halted = true;
        }),
        bar(|m| {
            pause(m, Cause::Link, 12, None);
            m.desk.link = Link::IbLost;
            m.desk.link_at = fixture::ago(12);
        }),
        bar(quiet),
    ];
    assert_snapshot!(rows.join("\n"));
}

#[test]
fn an_armed_session_is_framed_heavily_and_says_live_in_both_corners() {
    let pictures = [(160, 48), (80, 24)].map(|(width, height)| {
        let mut model = fixture::staged(width, height);
        arm(&mut model);
        let (buffer, _) = probe::frame(&model, &probe::theme());
        probe::with_roles(&buffer, buffer.area)
    });
    assert_snapshot!(pictures.join("\n"));
}

#[test]
fn thin_strokes_mean_that_no_entry_leaves() {
    let edge = |change: &dyn Fn(&mut Model)| {
        let mut model = fixture::moment(160, 48);
        change(&mut model);
        picture(&model).lines().nth(5).and_then(|l| l.chars().next()).unwrap_or(' ')
    };
    assert_eq!(edge(&arm), '┃');
    assert_eq!(edge(&|m| fixture::connect(m, Mode::Live)), '│');
    assert_eq!(edge(&|m| pause(m, Cause::Focus, 1, Some(1))), '│');
    assert_eq!(edge(&|m| (arm(m), m.desk.reduced = Some(select::session_date(m))).1), '│', "REDUCE");
    assert_eq!(edge(&|_| {}), ' ', "paper has none");
}

/// The first seven items of `trading.md` §5, whatever the width and whatever else there is to say.
#[test]
fn what_must_never_be_hidden_is_there_at_every_size() {
    for (width, height) in [(160, 48), (120, 40), (100, 30), (80, 24), (70, 20), (60, 16), (40, 10), (40, 4)] {
        for paused in [false, true] {
            let mut model = fixture::staged(width, height);
            if paused {
                pause(&mut model, Cause::Screen, 15, None);
            } else {
                arm(&mut model);
            }
            model.desk.halted = true;
            model.orders.all.values_mut().next().expect("orders").state = OrderState::Unknown;
            model.desk.link = Link::IbLost;
            model.desk.link_at = fixture::ago(42);
            let picture = picture(&model);
            let rows = if height < 16 { usize::from(height) } else { 1 };
            let shown = picture.lines().take(rows).collect::<Vec<_>>().join(" ");
            let arming = if paused { "PAUSED" } else { "ARMED " };
            for word in ["LIVE", "U…4821", "IBLINK 42s", "HALT", arming] {
                assert!(shown.contains(word), "{width}x{height}: no {word} in {shown}");
            }
            for (long, short) in [("UNKNOWN 1", "UNK1"), ("UNPROTECTED 1", "UNP1"), ("working 9", "w9")] {
                assert!(shown.contains(long) || shown.contains(short), "{width}x{height}: no {long} in {shown}");
            }
        }
    }
}

#[test]
fn the_card_of_the_first_live_start_and_the_question_that_arms() {
    let pictures = [(160, 48), (80, 24)].map(|(width, height)| {
        let mut model = fixture::moment(width, height);
        fixture::connect(&mut model, Mode::Live);
        model.account.net_liquidation = Some("412300.18".parse().expect("an amount"));
        model.overlay = Some(Overlay::LiveCard { read: None, seen: Seen::default() });
        let card = picture(&model);
        model.overlay = Some(Overlay::LiveCard {
            read: Some("As in /c/risk.toml, [limits.live]: edit there, Tab reads it again.".into()),
            seen: Seen::default(),
        });
        model.account.net_liquidation = None;
        let unknown = picture(&model);
        model.overlay = Some(Overlay::Arm { input: tui_input::Input::new("48".into()) });
        format!("{card}\n{unknown}\n{}", picture(&model))
    });
    assert_snapshot!(pictures.join("\n"));
}

#[test]
fn the_question_of_a_long_order_is_never_cut() {
    for (width, height) in [(160, 48), (100, 30), (80, 24), (60, 16)] {
        let mut model = fixture::staged(width, height);
        arm(&mut model);
        let staged = model.panes.ticket.staged.as_mut().expect("the fixture stages an order");
        let text = "buy 100 AAPL lmt 187.20 day rth sl 185.70 tp 190.20 x50 tp 193.20 x50 exits gtc rth oca dip cancel";
        staged.text = Some(text.into());
        staged.confirming = true;
        model.overlay = Some(Overlay::Confirm);
        let picture = picture(&model);
        for word in text.split(' ') {
            assert!(picture.contains(word), "{width}x{height}: no {word} in\n{picture}");
        }
        assert!(picture.contains("cancel "), "the last word is whole");
    }
}
