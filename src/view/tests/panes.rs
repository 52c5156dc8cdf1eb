//! Each pane at three sizes with and without focus, and each of its states.

use insta::assert_snapshot;
use tui_input::Input;

use super::fixture::{self, finding};
use super::probe::{album, pane, text, theme, with_roles};
use crate::app::model::{Bars, Model};
use crate::broker::JobId;
use crate::clock::Stamp;
use crate::domain::SafeText;
use crate::domain::bar::Interval;
use crate::domain::calendar::Hours;
use crate::domain::order::{OrderKind, OrderState, Tif, Verb};
use crate::domain::whatif::{Pair, WhatIf};
use crate::panes::PaneKind;
use crate::panes::blotter::Tab;
use crate::panes::ticket::{Aim, Asked, Field, Pricing, Sending};
use crate::risk::Weight;

const LEFT: (u16, u16) = (72, 12);

/// The pane focused at 40×12 with roles, then at 80×24 and 160×48 without focus.
fn three_sizes(model: &Model, kind: PaneKind) -> String {
    let small = pane(model, &theme(), kind, (40, 12), true);
    let others = [(80, 24), (160, 48)].map(|size| {
        let buffer = pane(model, &theme(), kind, size, false);
        let all = text(&buffer, buffer.area);
        // Rows below the content say nothing.
        all.trim_end_matches(['|', ' ', '\n']).to_owned() + "\n"
    });
    format!("{}\n{}\n{}", with_roles(&small, small.area), others[0], others[1])
}

#[test]
fn watchlist_at_three_sizes() {
    assert_snapshot!(three_sizes(&fixture::moment(160, 48), PaneKind::Watchlist));
}

#[test]
fn chart_at_three_sizes() {
    assert_snapshot!(three_sizes(&fixture::staged(160, 48), PaneKind::Chart));
}

#[test]
fn ticket_at_three_sizes() {
    assert_snapshot!(three_sizes(&fixture::staged(160, 48), PaneKind::Ticket));
}

#[test]
fn blotter_at_three_sizes() {
    assert_snapshot!(three_sizes(&fixture::moment(160, 48), PaneKind::Blotter));
}

#[test]
fn positions_at_three_sizes() {
    assert_snapshot!(three_sizes(&fixture::moment(160, 48), PaneKind::Positions));
}

#[test]
fn account_at_three_sizes() {
    assert_snapshot!(three_sizes(&fixture::moment(160, 48), PaneKind::Account));
}

/// One pane in several states.
fn states(kind: PaneKind, size: (u16, u16), states: &[(&'static str, Model)]) -> String {
    album(states.iter().map(|(heading, model)| (*heading, pane(model, &theme(), kind, size, true))))
}

fn changed(change: impl FnOnce(&mut Model)) -> Model {
    let mut model = fixture::moment(160, 48);
    change(&mut model);
    model
}

#[test]
fn watchlist_states() {
    let empty = changed(|m| m.panes.watchlist.rows.clear());
    let unknown = changed(|m| {
        m.panes.watchlist.rows[1].con_id = None;
        m.panes.watchlist.rows[1].refused = Some(SafeText::new("no contract is called APPL"));
        m.panes.watchlist.rows[2].con_id = None;
        let nvda = m.market.quotes.get_mut(&fixture::id_of("AMZN")).unwrap();
        nvda.refused = Some((354, SafeText::new("not subscribed")));
        (nvda.last, nvda.bid, nvda.ask, nvda.volume, nvda.close) = (None, None, None, None, None);
    });
    let scrolled = changed(|m| m.panes.watchlist.selected = 14);
    let down = changed(fixture::disconnect);
    let all = vec![
        ("empty", empty),
        ("refused symbol, asked symbol, no permission", unknown),
        ("selection below the last row", scrolled),
        ("disconnected", down),
        ("first start", fixture::fresh(160, 48)),
    ];
    assert_snapshot!(states(PaneKind::Watchlist, (72, 18), &all));
}

#[test]
fn a_new_last_is_bright_from_its_first_changed_digit_for_300_ms() {
    let flash = |millis: i64| {
        let model = changed(|m| {
            let quote = m.market.quotes.get_mut(&fixture::id_of("AAPL")).unwrap();
            quote.previous = Some(fixture::price("187.19"));
            quote.last_at = Some(Stamp::at(fixture::NOW - millis * 1_000_000));
        });
        let buffer = pane(&model, &theme(), PaneKind::Watchlist, (40, 3), false);
        with_roles(&buffer, buffer.area)
    };
    assert!(flash(299).contains("price.up.flash"));
    assert!(!flash(300).contains("price.up.flash"));
    assert_snapshot!(flash(100));
}

#[test]
fn chart_states() {
    let key = fixture::bar_key("AAPL", Interval::Min5);
    let bars = |bars: Bars| changed(|m| drop(m.market.bars.insert(key, bars)));
    let none = bars(fixture::loaded(Vec::new()));
    let refused =
        bars(Bars::Refused { code: Some(162), text: SafeText::new("no market data permissions"), again: None });
    let crosshair = changed(|m| m.panes.chart.cursor = Some(14));
    let thin = changed(|m| m.panes.chart.bar_width = 1);
    let panned = changed(|m| {
        m.panes.chart.bar_width = 3;
        m.panes.chart.back = 4;
    });
    let all = vec![
        ("loading", bars(Bars::Loading(JobId(1)))),
        ("no bars", none),
        ("refused", refused),
        ("crosshair", crosshair),
        ("one cell a bar", thin),
        ("three cells a bar, panned", panned),
        ("disconnected", changed(fixture::disconnect)),
    ];
    assert_snapshot!(states(PaneKind::Chart, (88, 16), &all));
}

#[test]
fn chart_of_days_labels_months() {
    let model = changed(|m| {
        m.panes.chart.interval = Interval::Day1;
        let day = 86_400;
        let Some(Bars::Loaded { bars, .. }) = m.market.bars.get(&fixture::bar_key("AAPL", Interval::Min5)).cloned()
        else {
            panic!("the moment has bars")
        };
        let first = 1_795_189_327 / day * day - 29 * day + 5 * 3_600;
        let bars =
            bars.iter().zip(0..).map(|(b, i)| crate::domain::bar::Bar { start: first + i * day, ..*b }).collect();
        m.market.bars.insert(fixture::bar_key("AAPL", Interval::Day1), fixture::loaded(bars));
    });
    assert_snapshot!(states(PaneKind::Chart, (88, 16), &[("days", model)]));
}

fn with_ticket(change: impl FnOnce(&mut Model)) -> Model {
    let mut model = fixture::staged(160, 48);
    change(&mut model);
    model
}

#[test]
fn ticket_empty_and_staged() {
    let last = |m: &mut Model| {
        let key = crate::domain::order::OrderKey::own("tw4k-000020-29");
        m.panes.ticket.last = Some((fixture::ago(116), "buy 40 META lmt 497.50".to_owned(), key));
    };
    let empty = changed(last);
    let flat = changed(|m| m.panes.watchlist.selected = 4);
    let market = with_ticket(|m| {
        let staged = m.panes.ticket.staged.as_mut().unwrap();
        staged.pricing = Pricing::Market;
        staged.spec = Some(fixture::spec("AAPL", Verb::Buy, 100, None, Tif::Day));
        staged.field = Field::Kind;
    });
    let asleep = with_ticket(|m| {
        (m.desk.profile, m.desk.hours) = (SafeText::new("paper"), Hours::NewYork);
        m.now = Stamp::at(fixture::NOW + 8 * 3_600_000_000_000);
        m.desk.alive = Some(m.now);
    });
    let modify = with_ticket(|m| {
        fixture::stage(m, "187.10", Vec::new());
        let key = crate::domain::order::OrderKey::own("tw4k-000020-28");
        let staged = m.panes.ticket.staged.as_mut().unwrap();
        (staged.aim, staged.field) = (Aim::Change(key), Field::Limit);
    });
    let all = vec![
        ("empty, AAPL held", empty),
        ("empty, META flat", flat),
        ("staged", with_ticket(|_| {})),
        ("at the market", market),
        ("after hours", asleep),
        ("a change", modify),
    ];
    assert_snapshot!(states(PaneKind::Ticket, LEFT, &all));
}

#[test]
fn a_narrow_change_shows_its_prices_whole_or_not_at_all() {
    let price = |text: &str| crate::money::Price(text.parse().unwrap());
    for (limit, bid, ask) in [("187.10", "187.20", "187.22"), ("9987.10", "9987.20", "9987.22")] {
        let mut model = fixture::moment(100, 30);
        let key = crate::domain::order::OrderKey::own("tw4k-000020-28");
        model.orders.all.get_mut(&key).unwrap().spec.kind = OrderKind::Limit(price(limit));
        let quote = model.market.quotes.get_mut(&fixture::id_of("AAPL")).unwrap();
        (quote.bid, quote.ask) = (Some(price(bid)), Some(price(ask)));
        fixture::stage(&mut model, limit, Vec::new());
        let staged = model.panes.ticket.staged.as_mut().unwrap();
        (staged.aim, staged.field) = (Aim::Change(key), Field::Limit);
        let all = states(PaneKind::Ticket, (56, 10), &[("a change", model)]).replace(',', "");
        assert!(all.contains(&format!("join {bid}  ")) && all.contains(&format!("take {ask}")), "{all}");
        assert!(all.contains("same number new queue place"), "{all}");
    }
}

#[test]
fn ticket_fields() {
    let typing = |text: &str, invalid: Option<(&str, &str)>| {
        with_ticket(|m| {
            let staged = m.panes.ticket.staged.as_mut().unwrap();
            staged.field = Field::Limit;
            staged.typing = Some(Input::new(text.into()));
            if let Some((why, fix)) = invalid {
                staged.invalid = Some((why.into(), Some(fix.into())));
                staged.spec = None;
                staged.assessment = None;
            }
        })
    };
    let off_tick = Some(("187.203 is off the 0.01 tick.", "187.20"));
    let all = [("open", typing("187.2", None)), ("invalid", typing("187.203", off_tick))];
    assert_snapshot!(states(PaneKind::Ticket, LEFT, &all));
}

#[test]
fn ticket_what_if() {
    let pair = |before: &str, after: &str| Pair { before: before.parse().ok(), after: after.parse().ok() };
    let answer = WhatIf {
        initial: pair("68412.80", "77772.80"),
        maintenance: pair("34820.45", "39500.45"),
        equity: pair("1000691.96", "1000690.96"),
        commission: "1.00".parse().ok(),
        commission_range: None,
        warning: None,
    };
    let asked = |answer| {
        with_ticket(|m| {
            let mut spec = m.panes.ticket.staged.as_ref().unwrap().spec.clone().unwrap();
            spec.attributes.preview = true;
            let key = crate::domain::order::OrderKey::own("tw4k-000020-30");
            let ids = crate::domain::order::BrokerIds::default();
            m.panes.ticket.what_if = Some(Box::new(Asked { key, spec, at: fixture::ago(3), ids, answer }));
        })
    };
    let range = WhatIf {
        commission: None,
        commission_range: "1.00".parse().ok().zip("1.04".parse().ok()),
        warning: Some("The order waits for 09:30".into()),
        ..answer.clone()
    };
    let refused = Err("YOUR ORDER IS NOT ACCEPTED (201)".into());
    let all = [
        ("asked", asked(None)),
        ("answered", asked(Some(Ok(answer)))),
        ("a commission that depends", asked(Some(Ok(range)))),
        ("refused", asked(Some(refused))),
    ];
    assert_snapshot!(states(PaneKind::Ticket, (73, 16), &all));
}

#[test]
fn ticket_verdicts() {
    let hard = |code, text| finding(code, Weight::Hard, text, None);
    let fix = fixture::spec("AAPL", Verb::Buy, 2_672, Some("187.20"), Tif::Day);
    let confirm = with_ticket(|m| {
        let asks = finding("G12", Weight::Confirm, "3.2% above the ask 187.22, confirm above 3.0%", None);
        let notes = finding("G13", Weight::Note, "takes: fills at once at the ask, crossing costs 1.00", None);
        fixture::stage(m, "193.20", vec![asks, notes]);
    });
    let refused = with_ticket(|m| {
        let size = finding("G07", Weight::Hard, "4,680,000.00 is 468% of NLV, at most 400%", Some(fix));
        let others = [
            hard("G17", "AAPL 4,736,160.00 is 473% of NLV, at most 400%"),
            hard("G20", "gross 4,816,825.60 is 481% of NLV, at most 400%"),
            hard("G25", "needs 2,340,000.00, available 932,279.16"),
            hard("G06", "25,000 is 250 times the default size"),
        ];
        fixture::stage(m, "187.20", std::iter::once(size).chain(others).collect());
    });
    let blocked = with_ticket(|m| {
        let text = "not connected: it waits for READY. The ticket is kept.";
        fixture::stage(m, "187.20", vec![hard("G01", text)]);
        fixture::disconnect(m);
    });
    let note = with_ticket(|m| {
        fixture::stage(m, "187.20", vec![finding("G13", Weight::Note, "takes: crossing costs 1.00", None)]);
    });
    let all = [("CONFIRM", confirm), ("HARD", refused), ("blocked", blocked), ("a note", note)];
    let tall = states(PaneKind::Ticket, LEFT, &all);
    let docked = states(PaneKind::Ticket, (80, 8), &all);
    assert_snapshot!(format!("{tall}\n{docked}"));
}

#[test]
fn ticket_with_exits_and_the_way_out() {
    use crate::app::action::Action;
    use crate::app::msg::{Msg, Press};
    let model = |keys: &str| {
        changed(|m| {
            let mut at = 1_000_000_000;
            let mut tell = |m: &mut Model, msg: Msg| {
                at += 200_000_000;
                let _ = crate::app::update(m, Stamp::at(fixture::NOW + at), msg);
            };
            if keys == "Z" {
                tell(m, Msg::Acted(Action::Flatten));
                return;
            }
            tell(m, Msg::Acted(Action::CommandOpen));
            tell(m, Msg::Pasted(keys.into()));
            let enter = Press { chord: "enter".parse().unwrap(), burst: false };
            tell(m, Msg::Key(enter));
            if keys.ends_with("190.20") {
                tell(m, Msg::Acted(Action::TicketExits));
                tell(m, Msg::Pasted("185.6x".into()));
            }
        })
    };
    let all = [
        ("bracket", model("buy 100 AAPL 187.20 sl 185.70 tp 190.20 exits gtc")),
        ("stop field open and wrong", model("buy 100 AAPL 187.20 sl 185.70 tp 190.20")),
        ("a stop", model("buy 100 AAPL stp 189 lmt 189.10 gtc")),
        ("the way out", model("Z")),
    ];
    assert_snapshot!(states(PaneKind::Ticket, (72, 14), &all));
}

#[test]
fn ticket_sending() {
    let at = |millis: i64| Stamp::at(fixture::NOW + millis * 1_000_000);
    let model = changed(|m| {
        m.panes.ticket.sending = Some(Sending {
            key: crate::domain::order::OrderKey::own("tw4k-000020-32"),
            sentence: "buy 100 AAPL lmt 187.20 day rth".into(),
            checked_at: at(118),
            journaled: Some((at(121), 2_400, 32)),
            sent_at: Some(at(122)),
            return_to: PaneKind::Watchlist,
        });
        m.now = at(422);
    });
    assert_snapshot!(states(PaneKind::Ticket, LEFT, &[("sending", model)]));
}

#[test]
fn the_ticket_says_what_has_become_of_the_last_order_now() {
    let key = crate::domain::order::OrderKey::own("tw4k-000020-29");
    let mut model = fixture::moment(160, 48);
    model.panes.ticket.last = Some((fixture::ago(116), "buy 40 META lmt 497.50".to_owned(), key.clone()));
    let picture = |model: &Model| {
        let buffer = pane(model, &theme(), PaneKind::Ticket, LEFT, false);
        text(&buffer, buffer.area)
    };
    assert!(picture(&model).contains("buy 40 META lmt 497.50, working #29"), "{}", picture(&model));
    model.orders.all.get_mut(&key).unwrap().state = OrderState::Filled;
    assert!(picture(&model).contains("buy 40 META lmt 497.50, filled #29"), "{}", picture(&model));
}

#[test]
fn a_refused_order_on_the_ticket_is_not_shown_as_being_sent() {
    let key = crate::domain::order::OrderKey::own("tw4k-000020-29");
    let mut model = fixture::moment(160, 48);
    let sent = fixture::ago(3);
    let order = model.orders.all.get_mut(&key).unwrap();
    (order.state, order.remark) = (OrderState::Rejected, Some((201, SafeText::new("no margin"))));
    model.panes.ticket.sending = Some(Sending {
        key,
        sentence: "buy 40 META lmt 497.50 day rth".into(),
        checked_at: sent,
        journaled: Some((sent, 300, 29)),
        sent_at: Some(sent),
        return_to: PaneKind::Watchlist,
    });
    let buffer = pane(&model, &theme(), PaneKind::Ticket, LEFT, false);
    let said = text(&buffer, buffer.area);
    assert!(said.contains("REJECTED by the broker 10:40:11, code 201:"), "{said}");
    assert!(said.contains("no margin") && said.contains("takes it back to the ticket"), "{said}");
    assert!(!said.contains("sending") && !said.contains("waiting") && !said.contains("without an answer"), "{said}");
}

#[test]
fn blotter_tabs() {
    let tab = |tab: Tab| changed(|m| m.panes.blotter.tab = tab);
    let all = [("filled", tab(Tab::Filled)), ("all", tab(Tab::All)), ("executions", tab(Tab::Executions))];
    assert_snapshot!(states(PaneKind::Blotter, (72, 14), &all));
}

#[test]
fn blotter_on_a_bad_day() {
    let model = changed(|m| {
        m.panes.blotter.tab = Tab::All;
        let states = [
            (OrderState::Unknown, None),
            (OrderState::Sending, None),
            (OrderState::Cancelling, None),
            (OrderState::Held, Some((399, "until 09:30 ET"))),
        ];
        let mut orders: Vec<_> = m.orders.all.values_mut().filter(|o| o.state.is_live()).collect();
        for (order, (state, remark)) in orders.iter_mut().zip(states) {
            order.state = state;
            order.filled = 0.into();
            order.changed_at = fixture::ago(4);
            order.remark = remark.map(|(code, text)| (code, SafeText::new(text)));
        }
        let changed = fixture::spec("QQQ", Verb::Buy, 60, Some("430.20"), Tif::Day);
        let mut order = fixture::order(33, changed, OrderState::Working, 0, 30);
        order.before_change = Some(Box::new(fixture::spec("QQQ", Verb::Buy, 60, Some("430.10"), Tif::Day)));
        m.orders.all.insert(order.key.clone(), order);
    });
    let mut working = model.clone();
    working.panes.blotter.tab = Tab::Working;
    let mut down = fixture::moment(160, 48);
    fixture::disconnect(&mut down);
    let all = [("all", model), ("working", working), ("disconnected", down)];
    let pictures = states(PaneKind::Blotter, (72, 15), &all);
    let buffer = pane(&all[0].1, &theme(), PaneKind::Blotter, (72, 14), false);
    assert_snapshot!(format!("{pictures}\n{}", with_roles(&buffer, buffer.area)));
}

#[test]
fn empty_panes_teach_the_next_step() {
    let none = changed(|m| {
        m.orders.all.clear();
        m.orders.executions.clear();
        m.positions.clear();
        m.account = crate::domain::account::AccountValues::default();
    });
    let tab = |tab: Tab| {
        let mut model = none.clone();
        model.panes.blotter.tab = tab;
        pane(&model, &theme(), PaneKind::Blotter, (72, 3), false)
    };
    let fresh = fixture::fresh(160, 48);
    let other = |model: &Model, kind, width| pane(model, &theme(), kind, (width, 3), false);
    assert_snapshot!(album([
        ("working", tab(Tab::Working)),
        ("filled", tab(Tab::Filled)),
        ("all", tab(Tab::All)),
        ("executions", tab(Tab::Executions)),
        ("positions", other(&none, PaneKind::Positions, 60)),
        ("account", other(&none, PaneKind::Account, 40)),
        ("positions while connecting", other(&fresh, PaneKind::Positions, 60)),
        ("account while connecting", other(&fresh, PaneKind::Account, 40)),
        ("blotter while connecting", other(&fresh, PaneKind::Blotter, 72)),
        ("chart while connecting", other(&fresh, PaneKind::Chart, 72)),
    ]));
}

#[test]
fn positions_and_account_as_of_the_end_of_the_connection() {
    let mut model = fixture::moment(160, 48);
    fixture::disconnect(&mut model);
    let mut thin = fixture::moment(160, 48);
    thin.account.cushion = Some("0.1512".parse().unwrap());
    let mut bare = thin.clone();
    bare.account.cushion = Some("0.05".parse().unwrap());
    bare.account.pnl.daily = None;
    assert_snapshot!(album([
        ("positions", pane(&model, &theme(), PaneKind::Positions, (60, 10), true)),
        ("account", pane(&model, &theme(), PaneKind::Account, (28, 12), false)),
        ("a thin cushion", pane(&thin, &theme(), PaneKind::Account, (28, 12), false)),
        ("no cushion to speak of, a value missing", pane(&bare, &theme(), PaneKind::Account, (28, 12), false)),
    ]));
}

#[test]
fn blotter_of_other_days_and_of_what_ended_without_a_fill() {
    let days = changed(|m| {
        m.panes.blotter.tab = Tab::Days;
        let mut orders: Vec<_> = m.orders.all.values().take(4).cloned().collect();
        for (order, days) in orders.iter_mut().zip(1_i64..) {
            order.key = crate::domain::order::OrderKey::own(&format!("tw4k-000001-{days}"));
            order.placed_at = fixture::ago(days * 86_400);
            order.state = OrderState::Cancelled;
        }
        m.panes.blotter.days.orders = orders;
    });
    let reading = changed(|m| {
        m.panes.blotter.tab = Tab::Days;
        m.panes.blotter.days.asked = true;
    });
    let cancelled = changed(|m| m.panes.blotter.tab = Tab::Cancelled);
    let all = [("days", days), ("reading", reading), ("cancelled", cancelled)];
    assert_snapshot!(states(PaneKind::Blotter, (72, 9), &all));
}
