//! Whole screens at the sizes of `screens.md`, and every state of the status bar.

use std::time::Duration;

use insta::assert_snapshot;

use super::{fixture, probe};
use crate::app::model::{Journal, Model};
use crate::broker::event::{Link, Refusal};
use crate::clock::Stamp;
use crate::domain::SafeText;
use crate::domain::account::Mode;
use crate::domain::calendar::Hours;
use crate::domain::order::OrderState;
use crate::panes::PaneKind;
use crate::theme::{Glyphs, Shapes};

pub(super) fn picture(model: &Model) -> String {
    let (buffer, _) = probe::frame(model, &probe::theme());
    probe::text(&buffer, buffer.area)
}

#[test]
fn the_desk_at_160_by_48_with_an_order_staged() {
    let (buffer, _) = probe::frame(&fixture::staged(160, 48), &probe::theme());
    assert_snapshot!(probe::with_roles(&buffer, buffer.area));
}

#[test]
fn the_desk_at_220_by_60() {
    assert_snapshot!(picture(&fixture::moment(220, 60)));
}

#[test]
fn two_columns_at_100_by_30() {
    assert_snapshot!(picture(&fixture::staged(100, 30)));
}

#[test]
fn tabs_at_80_by_24_with_the_ticket_docked() {
    let (buffer, _) = probe::frame(&fixture::staged(80, 24), &probe::theme());
    assert_snapshot!(probe::with_roles(&buffer, buffer.area));
}

#[test]
fn tabs_at_80_by_24_with_the_blotter_in_front() {
    let mut model = fixture::moment(80, 24);
    model.workspace.focus_on(PaneKind::Blotter);
    let blotter = picture(&model);
    model.workspace.focus_on(PaneKind::Chart);
    let chart = picture(&model);
    assert_snapshot!(format!("{blotter}\n{chart}"));
}

#[test]
fn the_smallest_desk_at_60_by_16() {
    let empty = picture(&fixture::moment(60, 16));
    let staged = picture(&fixture::staged(60, 16));
    assert_snapshot!(format!("{empty}\n{staged}"));
}

#[test]
fn a_card_where_nothing_fits() {
    let paper = picture(&fixture::moment(40, 10));
    let mut live = fixture::moment(40, 4);
    fixture::connect(&mut live, Mode::Live);
    live.desk.link = Link::IbLost;
    live.desk.link_at = fixture::ago(12);
    let live_four = picture(&live);
    live.size = (40, 2);
    let live_two = picture(&live);
    assert_snapshot!(format!("{paper}\n{live_four}\n{live_two}"));
}

#[test]
fn the_first_start_before_the_first_quote() {
    assert_snapshot!(picture(&fixture::fresh(160, 48)));
}

#[test]
fn the_first_start_at_80_by_24() {
    assert_snapshot!(picture(&fixture::fresh(80, 24)));
}

#[test]
fn a_lost_connection_keeps_every_number_and_marks_it() {
    let mut model = fixture::staged(160, 48);
    fixture::disconnect(&mut model);
    let (buffer, _) = probe::frame(&model, &probe::theme());
    assert_snapshot!(probe::with_roles(&buffer, buffer.area));
}

#[test]
fn a_live_session_is_framed() {
    let mut model = fixture::moment(160, 48);
    fixture::connect(&mut model, Mode::Live);
    assert_snapshot!(picture(&model));
}

#[test]
fn ascii_alone_keeps_every_column() {
    let mut theme = probe::theme();
    theme.glyphs = Glyphs::Ascii;
    let (buffer, _) = probe::frame(&fixture::staged(160, 48), &theme);
    let text = probe::text(&buffer, buffer.area);
    assert!(text.is_ascii(), "{}", text.chars().filter(|c| !c.is_ascii()).collect::<String>());
    assert_snapshot!(text);
}

#[test]
fn without_colour_shapes_and_brackets_say_it() {
    let mut theme = probe::theme();
    theme.mono = true;
    theme.shapes = Shapes::Filled;
    let (buffer, _) = probe::frame(&fixture::staged(160, 48), &theme);
    assert_snapshot!(probe::text(&buffer, buffer.area));
}

/// The first row of a model, 160 wide.
pub(super) fn bar(change: impl FnOnce(&mut Model)) -> String {
    let mut model = fixture::moment(160, 48);
    change(&mut model);
    picture(&model).lines().next().unwrap_or_default().to_owned()
}

#[test]
fn the_status_bar_has_a_word_for_every_state() {
    let address = || SafeText::new("127.0.0.1:7497");
    let link = |link: Link, seconds: i64| {
        move |m: &mut Model| {
            (m.desk.profile, m.desk.hours) = (SafeText::new("paper"), Hours::NewYork);
            m.desk.link = link;
            m.desk.link_at = fixture::ago(seconds);
        }
    };
    let dial = Link::Dialling { address: address(), attempt: 3, next_in: Some(Duration::from_secs(39)), why: None };
    let sync = Link::Syncing { step: 3, of: 5, what: SafeText::new("executions") };
    let refused = Link::Refused(Refusal { code: None, text: SafeText::new("profile paper found a live account") });
    let live = |m: &mut Model| fixture::connect(m, Mode::Live);
    let rows = [
        bar(|_| {}),
        bar(|m| m.panes.ticket.staged = fixture::staged(160, 48).panes.ticket.staged),
        bar(live),
        bar(|m| {
            live(m);
            if let Link::Ready { read_only, .. } = &mut m.desk.link {
                *read_only = true;
            }
        }),
        bar(|m| m.desk.halted = true),
        bar(|m| {
            m.desk.halted = true;
            m.desk.journal = Journal::Failed(SafeText::new("no space"));
        }),
        bar(|m| m.orders.all.values_mut().next().unwrap().state = OrderState::Unknown),
        bar(link(dial, 35)),
        bar(link(sync, 2)),
        bar(link(Link::IbLost, 12)),
        bar(link(Link::Mute, 7)),
        bar(|m| {
            m.desk.farms_gone.insert(SafeText::new("usfarm"));
        }),
        bar(|m| {
            let refused = Some((10_197, SafeText::new("No market data during competing live session")));
            m.market.quotes.values_mut().next().unwrap().refused = refused;
        }),
        bar(|m| m.desk.clock_ahead = Some(-7_320_000)),
        bar(link(refused, 7)),
        bar(|m| *m = fixture::fresh(160, 48)),
        bar(|m| {
            (m.desk.profile, m.desk.hours) = (SafeText::new("paper"), Hours::NewYork);
            m.now = Stamp::at(fixture::NOW + 9 * 3_600_000_000_000);
            m.market.last_at = None;
        }),
    ];
    assert_snapshot!(rows.join("\n"));
}

#[test]
fn the_status_bar_drops_its_details_in_order() {
    let rows = [160, 140, 120, 110, 100, 90, 80, 70, 60].map(|width| {
        let mut model = fixture::staged(width, 48);
        model.desk.halted = width < 100;
        picture(&model).lines().next().unwrap_or_default().to_owned()
    });
    assert_snapshot!(rows.join("\n"));
}

#[test]
fn the_empty_ticket_says_where_to_go_from_an_empty_blotter() {
    let mut model = fixture::moment(160, 48);
    let place = "1 or 8 picks a symbol, b and s then stage it.";
    assert!(!picture(&model).contains(place));
    model.orders.all.clear();
    model.workspace.focus_on(PaneKind::Blotter);
    assert!(picture(&model).contains(place), "{}", picture(&model));
}

#[test]
fn help_is_no_hint_where_its_key_is_typed() {
    let last = |model: &Model| picture(model).lines().last().unwrap_or_default().to_owned();
    let mut model = fixture::staged(160, 48);
    assert!(last(&model).contains("? help"));
    let staged = model.panes.ticket.staged.as_mut().expect("the fixture stages an order");
    staged.typing = Some(tui_input::Input::new("187".into()));
    assert!(!last(&model).contains("help") && last(&model).contains("ctrl-\\ kill"), "{}", last(&model));
}

#[test]
fn the_hint_row_keeps_help_and_kill_whatever_is_said() {
    use crate::app::notices::Tone;
    let long = "REJECTED short 400 AMD lmt 159.60: no shares to borrow, at most 300 (201). Space stages 300.";
    let rows = [(160, Tone::Error), (100, Tone::Error), (80, Tone::Warn), (60, Tone::Info)].map(|(width, tone)| {
        let mut model = fixture::moment(width, 30);
        model.notices.say(model.now, tone, long, None);
        let row = picture(&model).lines().last().unwrap_or_default().to_owned();
        assert!(row.contains("? help") && row.contains("ctrl-\\ kill"), "{row}");
        row
    });
    assert_snapshot!(rows.join("\n"));
}
