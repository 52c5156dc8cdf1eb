//! What floats above the panes.

use insta::assert_snapshot;
use tui_input::Input;

use super::{fixture, probe};
use crate::app::away::{Away, CashMoved, Changed, End, Moved};
use crate::app::dwell::Dwell;
use crate::app::model::{Model, Overlay, SearchFor};
use crate::app::notices::Tone;
use crate::broker::JobId;
use crate::domain::SafeText;
use crate::domain::account::Mode;
use crate::domain::calendar::Hours;
use crate::domain::fill::ExecId;
use crate::domain::instrument::{ConId, SymbolMatch};
use crate::domain::order::{OrderKey, OrderState};
use crate::keys::{Chord, Key};
use crate::money::Qty;
use crate::panes::PaneKind;
use crate::risk::Weight;

fn picture(model: &Model) -> String {
    let (buffer, cursor) = probe::frame(model, &probe::theme());
    format!("{}cursor {cursor:?}\n", probe::text(&buffer, buffer.area))
}

fn open(size: (u16, u16), overlay: Overlay) -> Model {
    let mut model = fixture::moment(size.0, size.1);
    model.overlay = Some(overlay);
    model
}

fn help(size: (u16, u16), filter: &str) -> Model {
    open(size, Overlay::Help { top: 0, filter: Input::new(filter.into()) })
}

#[test]
fn help_of_the_watchlist() {
    assert_snapshot!(picture(&help((160, 48), "")));
}

#[test]
fn help_scrolls_and_filters_at_80_by_24() {
    let mut scrolled = help((80, 24), "");
    if let Some(Overlay::Help { top, .. }) = &mut scrolled.overlay {
        *top = 20;
    }
    let mut ticket = help((80, 24), "");
    ticket.workspace.focus_on(PaneKind::Ticket);
    let (first, cancels, nothing) = (help((80, 24), ""), help((80, 24), "cancel"), help((80, 24), "nonsense"));
    let all = [&first, &scrolled, &cancels, &nothing, &ticket].map(picture);
    assert_snapshot!(all.join("\n"));
}

#[test]
fn command_line_with_and_without_errors() {
    let command = |text: &str, errors| {
        open((100, 30), Overlay::Command { input: Input::new(text.into()), errors, fixed: None, recalled: None })
    };
    let wrong = "buy 100 AAPL 187.203 gtd tomorow";
    let errors = vec![
        (13..20, "off the 0.01 tick: 187.20 or 187.21".to_owned()),
        (21..24, "gtd is not known here: day, gtc or ioc".to_owned()),
        (25..32, "not a word of an order".to_owned()),
    ];
    let all = [command("", Vec::new()), command("buy 100 AAPL lmt 187.20", Vec::new()), command(wrong, errors)];
    let tails = all.iter().map(|m| {
        let lines: Vec<String> = picture(m).lines().map(str::to_owned).collect();
        lines[lines.len() - 8..].join("\n")
    });
    assert_snapshot!(tails.collect::<Vec<_>>().join("\n\n"));
}

fn found(symbol: &str, venue: &str, description: &str) -> SymbolMatch {
    SymbolMatch {
        con_id: ConId(1),
        symbol: SafeText::new(symbol),
        sec_type: SafeText::new("STK"),
        primary_exchange: SafeText::new(venue),
        currency: SafeText::new("USD"),
        description: SafeText::new(description),
    }
}

#[test]
fn symbol_search() {
    let search = |size, job, matches, refused: Option<&str>| {
        let input = Input::new("es".into());
        open(
            size,
            Overlay::Search {
                input,
                job,
                matches,
                refused: refused.map(SafeText::new),
                selected: 1,
                purpose: SearchFor::List,
            },
        )
    };
    let matches = vec![
        found("ES", "NYSE", "Eversource Energy"),
        found("ESTC", "NYSE", "Elastic NV"),
        found("ESTA", "NASDAQ", "Establishment Labs Holdings Inc, a name that is longer than the box is wide"),
    ];
    let all = [
        search((80, 24), Some(JobId(4)), Vec::new(), None),
        search((80, 24), None, matches.clone(), None),
        search((80, 24), None, Vec::new(), Some("not connected")),
        search((160, 48), None, matches, None),
    ];
    assert_snapshot!(all.iter().map(picture).collect::<Vec<_>>().join("\n"));
}

#[test]
fn confirmation_stands_where_the_ticket_stood() {
    let asks = fixture::finding("G12", Weight::Confirm, "3.2% above the ask 187.22, confirm above 3.0%", None);
    let confirm = |size: (u16, u16), mode| {
        let mut model = fixture::moment(size.0, size.1);
        fixture::connect(&mut model, mode);
        fixture::stage(&mut model, "193.20", vec![asks.clone()]);
        model.overlay = Some(Overlay::Confirm);
        let (buffer, _) = probe::frame(&model, &probe::theme());
        probe::with_roles(&buffer, buffer.area)
    };
    assert_snapshot!(format!("{}\n{}", confirm((80, 24), Mode::Paper), confirm((100, 30), Mode::Live)));
}

#[test]
fn a_confirmation_that_the_guard_refuses_by_now_names_no_key_that_sends() {
    let mut model = fixture::moment(80, 24);
    let refuses = fixture::finding("G07", Weight::Hard, "4,000,029.88 is over 400% of NLV", None);
    fixture::stage(&mut model, "193.20", vec![refuses]);
    model.overlay = Some(Overlay::Confirm);
    let picture = picture(&model);
    assert!(!picture.contains("ctrl-y"), "{picture}");
    assert!(picture.contains("it cannot be sent") && picture.contains("Esc goes back to the ticket"), "{picture}");
}

#[test]
fn quitting_says_what_stays() {
    let mut broker = open((100, 30), Overlay::Quit);
    (broker.desk.profile, broker.desk.hours) = (SafeText::new("paper"), Hours::NewYork);
    let all = [open((80, 24), Overlay::Quit), broker];
    assert_snapshot!(all.iter().map(picture).collect::<Vec<_>>().join("\n"));
}

#[test]
fn notices_so_far() {
    let mut model = open((160, 48), Overlay::Notices { top: 0 });
    let order = model.orders.all.keys().next().cloned();
    model.notices.say(fixture::ago(9), Tone::Warn, "usfarm data stopped 3 s, 18 rows were stale (2103)", None);
    model.notices.say(fixture::ago(3), Tone::Error, "REJECTED short 400 AMD: no shares to borrow (201)", order);
    let empty = {
        let mut model = open((80, 24), Overlay::Notices { top: 0 });
        model.notices.list.clear();
        model
    };
    assert_snapshot!(format!("{}\n{}", picture(&model), picture(&empty)));
}

/// The gap of `screens.md`, in what this moment has: a fill, a cancel by the broker, an order nobody knows of.
fn away(size: (u16, u16), change: impl FnOnce(&mut Away)) -> Model {
    let mut model = open(size, Overlay::Away { top: 0 });
    let key = |n: i32| OrderKey::own(&format!("tw4k-000020-{n}"));
    let order = |n, state, filled: i64| {
        let was = Some((OrderState::Working, if n == 26 { Qty::from(50) } else { Qty::ZERO }));
        Changed { key: key(n), was, state, filled: filled.into() }
    };
    if let Some(meta) = model.orders.all.get_mut(&key(29)) {
        (meta.state, meta.remark) = (OrderState::Cancelled, Some((202, SafeText::new("order cancelled"))));
    }
    if let Some(aapl) = model.orders.all.get_mut(&key(28)) {
        let text = "not among the broker's orders at 10:42:05; it may come alive";
        (aapl.state, aapl.remark) = (OrderState::Unknown, Some((0, SafeText::new(text))));
    }
    let mut told = Away {
        from: fixture::ago(924).wall,
        to: fixture::NOW,
        end: End::Connection(SafeText::new("connection reset")),
        orders: vec![
            order(26, OrderState::Working, 80),
            order(28, OrderState::Unknown, 0),
            order(29, OrderState::Cancelled, 0),
        ],
        executions: vec![ExecId(SafeText::new("0000e0d5.6.01"))],
        positions: vec![Moved {
            con_id: fixture::id_of("AMZN"),
            symbol: SafeText::new("AMZN"),
            was: Some(Qty::from(50)),
            fills: Qty::from(30),
            now: Qty::from(80),
            bare: Qty::from(80),
        }],
        cash: Some(CashMoved {
            was: fixture::cash("888428.36"),
            now: fixture::cash("882986.36"),
            fills: Some(fixture::cash("-5442")),
        }),
        missing: Vec::new(),
        cancels: 0,
    };
    change(&mut told);
    model.away.told = Some(Box::new(told));
    model
}

#[test]
fn while_you_were_away() {
    let all = [(160, 48), (100, 30), (80, 24)].map(|size| picture(&away(size, |_| {})));
    assert_snapshot!(all.join("\n"));
}

#[test]
fn while_you_were_away_for_days_and_things_do_not_agree() {
    let model = away((120, 32), |told| {
        told.from = fixture::ago(9 * 86_400).wall;
        told.end = End::Workstation;
        told.positions[0].now = Qty::from(110);
        told.cash = Some(CashMoved { fills: None, ..told.cash.clone().unwrap() });
        told.missing = ["2026-11-11", "2026-11-12", "2026-11-13"].map(|d| d.parse().unwrap()).to_vec();
        told.cancels = 1;
    });
    assert_snapshot!(picture(&model));
}

#[test]
fn the_end_of_the_day() {
    let all = [(160, 48), (100, 30), (80, 24)].map(|size| picture(&open(size, Overlay::Eod { top: 0 })));
    let quiet = {
        let mut model = open((100, 30), Overlay::Eod { top: 0 });
        model.orders.all.clear();
        model.orders.executions.clear();
        model.positions.clear();
        picture(&model)
    };
    assert_snapshot!(format!("{}\n{quiet}", all.join("\n")));
}

#[test]
fn a_card_scrolls_to_its_last_line_and_not_beyond() {
    let mut model = open((80, 24), Overlay::Eod { top: 9_999 });
    let far = picture(&model);
    assert!(far.contains("lots and taxes") && far.contains("0 more below"), "{far}");
    model.overlay = Some(Overlay::Eod { top: 0 });
    assert!(!picture(&model).contains("lots and taxes"));
}

#[test]
fn keys_that_wait_for_more_list_what_may_follow() {
    let pending = |age: i64| {
        let mut model = fixture::moment(80, 24);
        model.pending = vec![Chord::plain(Key::Char('o'))];
        model.pending_at = crate::clock::Stamp::at(fixture::NOW - age * 1_000_000);
        picture(&model)
    };
    assert!(!pending(399).contains("orders and session"));
    assert_snapshot!(pending(400));
}

#[test]
fn no_overlay_covers_the_status_bar_or_the_hint_row() {
    let overlays = [
        Overlay::Help { top: 0, filter: Input::default() },
        Overlay::Notices { top: 0 },
        Overlay::Command { input: Input::default(), errors: Vec::new(), fixed: None, recalled: None },
        Overlay::Search {
            input: Input::default(),
            job: None,
            matches: Vec::new(),
            refused: None,
            selected: 0,
            purpose: SearchFor::List,
        },
        Overlay::Quit,
        Overlay::Eod { top: 0 },
    ];
    for (width, height) in [(160, 48), (100, 30), (80, 24), (60, 16)] {
        let bare = fixture::moment(width, height);
        let first = |m: &Model| picture(m).lines().next().unwrap_or_default().to_owned();
        for overlay in overlays.clone() {
            let model = open((width, height), overlay);
            assert_eq!(first(&model), first(&bare));
            let text = picture(&model);
            let hints = text.lines().nth(usize::from(height) - 1).unwrap_or_default().to_owned();
            assert!(hints.contains("ctrl-\\ kill"), "{hints}");
        }
    }
}

#[test]
fn the_studies_of_the_chart() {
    let mut model = fixture::moment(100, 30);
    model.panes.chart.studies.toggle(crate::panes::chart::StudyKind::Macd);
    model.overlay = Some(Overlay::Studies { selected: 4 });
    assert_snapshot!(picture(&model));
}

/// The key of the order with this number.
fn numbered(model: &Model, order_id: i32) -> OrderKey {
    model.orders.all.values().find(|o| o.ids.order_id == order_id).expect("an order of the moment").key.clone()
}

#[test]
fn an_order_in_full() {
    let model = fixture::moment(160, 48);
    let all = [26, 20].map(|number| {
        let key = numbered(&model, number);
        picture(&open((160, 48), Overlay::Order { key, top: 0 }))
    });
    let mut refused = open((100, 30), Overlay::Order { key: numbered(&model, 20), top: 0 });
    let key = numbered(&model, 20);
    if let Some(order) = refused.orders.all.get_mut(&key) {
        order.state = OrderState::Rejected;
        order.filled = Qty::ZERO;
        order.remark = Some((201, SafeText::new("Order rejected - reason: no shares to borrow")));
    }
    assert_snapshot!(format!("{}\n{}", all.join("\n"), picture(&refused)));
}

#[test]
fn a_global_cancel_names_what_else_it_hits() {
    let mut model = open((100, 30), Overlay::Everyones { seen: Dwell::default() });
    let key = numbered(&model, 26);
    if let Some(order) = model.orders.all.get_mut(&key) {
        order.ids.client_id = 7;
        order.ownership = crate::domain::order::Ownership::Foreign;
    }
    model.desk.others_at = Some(fixture::ago(4));
    assert_snapshot!(picture(&model));
}

#[test]
fn a_filter_is_typed_into_the_blotters_title() {
    let mut model = open((160, 48), Overlay::Filter { input: Input::new("meta".into()) });
    model.workspace.focus_on(PaneKind::Blotter);
    model.panes.blotter.filter = "meta".into();
    let said = picture(&model);
    assert!(said.contains("filter meta▏"), "{said}");
    assert!(said.contains("[working 3]"), "{said}");
}
