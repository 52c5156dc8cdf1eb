//! An order in full: what it asks for, how far it has come, what it was decided on, what ends it and what ends with it, its
//! fills, and what has been said of it.

use ratatui::layout::Rect;

use super::sheet::{self, heading};
use crate::app::action::{Action, Way};
use crate::app::blotter::{self, Ends};
use crate::app::keymap::GLOBAL;
use crate::app::model::Model;
use crate::app::{protection, select, words};
use crate::clock::Stamp;
use crate::domain::fill::Execution;
use crate::domain::order::{Order, OrderKey, OrderState};
use crate::domain::shown;
use crate::money::{Cash, Price};
use crate::risk;
use crate::theme::Role;
use crate::view::hints;
use crate::view::widgets::canvas::{Canvas, Words};

/// Draws the card.
pub fn draw(canvas: &mut Canvas<'_>, model: &Model, room: Rect, key: &OrderKey, top: usize) {
    let Some(order) = blotter::order(model, key) else { return };
    let mut wanted = Vec::new();
    if select::can_restage(model, order) {
        wanted.push((Action::OrderAgain, "stage it again"));
    }
    if select::unchangeable(model, order).is_none() {
        wanted.push((Action::PickUp, "modify"));
    }
    let ends = matches!(order.state, OrderState::Cancelling) || order.state.is_terminal();
    if !ends && select::is_ours(model, order) {
        wanted.push((Action::Cancel, "cancel what is left"));
    }
    wanted.extend([(Action::Copy, "copy"), (Action::ListMove { way: Way::Down }, "scroll"), (Action::Back, "close")]);
    let keys = hints::keys_of(model, &["order", GLOBAL], &wanted);
    let title = Words::of(format!("Order {}", select::order_name(order)), Role::PaneTitleFocus);
    sheet::draw(canvas, room, title, keys, &lines(model, order), top);
}

fn lines(model: &Model, order: &Order) -> Vec<Words> {
    let rule = select::instrument(model, order.spec.con_id).map(|i| &i.rule);
    let sentence = match &order.other_kind {
        Some(kind) => format!("{}: {kind}, a type that this desk does not place", words::order(model, order)),
        None => words::sentence(&order.spec, rule),
    };
    let mut lines = vec![Words::of(sentence, Role::TextStrong), progress(model, order)];
    lines.extend(said(order));
    lines.push(worth(model, order));
    lines.extend(decided(model, order));
    lines.push(prices(model, order));
    lines.push(Words::of(lifetime(model, order), Role::Text));
    lines.extend(tied(model, order));
    lines.push(names(model, order));
    if select::live_of(model, order.spec.con_id).iter().any(|o| o.key == order.key)
        || model.positions.contains_key(&order.spec.con_id)
    {
        lines.extend(bare(model, order));
    }
    let fills: Vec<&Execution> = select::executions_of(model, &order.key).collect();
    if !fills.is_empty() {
        lines.push(heading("Fills"));
        lines.extend(fills.iter().map(|e| fill(model, e)));
    }
    let news: Vec<_> = model.notices.list.iter().filter(|n| n.order.as_ref() == Some(&order.key)).collect();
    if !news.is_empty() {
        lines.push(heading("Said of it"));
        lines.extend(news.iter().map(|n| Words::of(format!("  {}  {}", shown::time_of(n.at), n.text), Role::TextDim)));
    }
    lines
}

/// `total 200: 80 filled at 181.40, 120 left · partial, 12m old`.
fn progress(model: &Model, order: &Order) -> Words {
    let average = order.avg_fill.filter(|_| order.filled.is_positive());
    let average = average.map_or_else(String::new, |p| format!(" at {}", words::average(model, order.spec.con_id, p)));
    let (total, filled, left) = (shown::qty(order.spec.qty), shown::qty(order.filled), shown::qty(order.remaining()));
    let state = blotter::state_word(order.state);
    let (since, placed) = (model.now.since(order.changed_at), model.now.since(order.placed_at));
    let ages = format!("{state} for {}, {} old", shown::age_words(since), shown::age_words(placed));
    let role = if order.state == OrderState::Unknown { Role::OrderUnknown } else { Role::Text };
    if order.state == OrderState::Unknown {
        return Words::of(format!("total {total}: how much has filled is not known; {ages}"), role);
    }
    Words::of(format!("total {total}: {filled} filled{average}, {left} left · {ages}"), role)
}

/// What the broker has said last, verbatim, with its code.
fn said(order: &Order) -> Option<Words> {
    let (code, text) = order.remark.as_ref()?;
    let role = if order.state == OrderState::Rejected { Role::OrderRejected } else { Role::NoticeWarn };
    let code = if *code == 0 { String::new() } else { format!(" ({code})") };
    let fix = if order.state.is_terminal() && order.other_kind.is_none() { "  a stages it again." } else { "" };
    Some(Words::of(format!("{text}{code}"), role).say(fix, Role::TextDim))
}

/// Value, commission, distance to the market.
fn worth(model: &Model, order: &Order) -> Words {
    let multiplier = select::instrument(model, order.spec.con_id).map(|i| i.multiplier);
    let price = order.spec.kind.handle().or(order.avg_fill);
    let value = price.zip(multiplier).and_then(|(price, by)| price.value_of(order.spec.qty, by));
    let value = value.map_or_else(|| "value not known".to_owned(), |v| format!("value {}", shown::cash(v)));
    let mut parts = vec![value];
    if order.filled.is_positive() {
        parts.push(format!("commission {}", commission(model, order)));
    }
    if let Some(ticks) = blotter::away(model, order).filter(|_| order.state.is_live()) {
        parts.push(format!("{} from the touch", shown::signed_ticks(ticks)));
    }
    Words::of(parts.join(" · "), Role::Text)
}

/// `1.00 + 1 pending`, `not known here` where no fill of it is.
fn commission(model: &Model, order: &Order) -> String {
    let (mut sum, mut known, mut pending) = (Some(Cash::ZERO), 0_usize, 0_usize);
    for execution in select::executions_of(model, &order.key) {
        match &execution.commission {
            Some(c) => (sum, known) = (sum.and_then(|s| s.plus(c.amount)), known.saturating_add(1)),
            None => pending = pending.saturating_add(1),
        }
    }
    match (sum, known, pending) {
        (_, 0, 0) => "not known here".into(),
        (_, 0, _) => "pending".into(),
        (Some(sum), _, 0) => shown::cash(sum),
        (Some(sum), _, n) => format!("{} + {n} pending", shown::cash(sum)),
        (None, ..) => "not known here".into(),
    }
}

/// The quote it was sent against, and what the fills cost against its middle.
fn decided(model: &Model, order: &Order) -> Option<Words> {
    let terms = blotter::terms(model, order)?;
    let shown_price = |p: Price| words::average(model, order.spec.con_id, p);
    let against = match (terms.bid, terms.ask, terms.arrival) {
        (Some(bid), Some(ask), Some(mid)) => {
            format!("sent against {} × {}, mid {}", shown_price(bid), shown_price(ask), shown_price(mid))
        }
        (_, _, Some(mid)) => format!("sent against mid {}", shown_price(mid)),
        _ => "sent without a two-sided quote".to_owned(),
    };
    let slippage = blotter::slippage(model, order).map_or_else(String::new, |s| {
        let sign = if s.is_positive() { "+" } else { "" };
        format!(" · slippage {sign}{} a unit", s.0.round_dp(4).normalize())
    });
    Some(Words::of(format!("{against}{slippage}"), Role::Text))
}

/// Requested against confirmed.
fn prices(model: &Model, order: &Order) -> Words {
    let text = |spec: &crate::domain::order::OrderSpec| {
        let price = spec.kind.handle().map_or_else(|| "no price".into(), |p| words::price(model, spec.con_id, p));
        format!("{} at {price}", shown::qty(spec.qty))
    };
    match (&order.before_change, order.state) {
        (Some(before), _) => Words::of(
            format!("requested {} · confirmed {}, the change has no answer yet", text(&order.spec), text(before)),
            Role::NoticeWarn,
        ),
        (None, OrderState::Sending | OrderState::Unknown) => {
            Words::of(format!("requested {} · not confirmed by the broker", text(&order.spec)), Role::NoticeWarn)
        }
        (None, OrderState::Rejected) => Words::of(format!("requested {}", text(&order.spec)), Role::Text),
        (None, _) => {
            let cap = order.cap.map_or_else(String::new, |cap| {
                format!(" · capped by IB at {}", words::price(model, order.spec.con_id, cap))
            });
            Words::of(format!("requested and confirmed {}{cap}", text(&order.spec)), Role::Text)
        }
    }
}

/// When it works and when it ends by itself.
fn lifetime(model: &Model, order: &Order) -> String {
    let session = blotter::session(order).map_or_else(|| "in its auction".to_owned(), |s| s.keyword().to_owned());
    let head = format!("{} {session}", order.spec.tif.word());
    let Some(ends) = blotter::ends(model, order) else { return head };
    let ends = match ends {
        Ends::Day(day) => format!("ends with the session of {}", day.strftime("%d %b")),
        Ends::Rule(day) => format!(
            "ends by IB's rule on {} at the latest, or after 90 days without a login; a change moves it",
            day.strftime("%d %b %Y")
        ),
        Ends::Date(moment) => format!("ends at {moment}"),
        Ends::Entry => "ends with the entry that it waits for".to_owned(),
        Ends::Soon => "ends at once or within minutes".to_owned(),
    };
    let sleeps =
        risk::sleeps_until(&order.spec, select::instrument(model, order.spec.con_id), model.desk.hours, model.now)
            .map_or_else(String::new, |at| format!(" · sleeps until {}", at.strftime("%H:%M ET on %a %-d %b")));
    format!("{head} · {ends}{sleeps}")
}

/// What ends with it, or because of it.
fn tied(model: &Model, order: &Order) -> Vec<Words> {
    let name = |key: &OrderKey| blotter::order(model, key).map_or_else(|| key.to_string(), select::order_name);
    let names = |keys: &[OrderKey]| keys.iter().map(name).collect::<Vec<_>>().join(", ");
    let tied = blotter::tied(model, order);
    let mut lines = Vec::new();
    if let Some(entry) = &tied.entry {
        lines.push(Words::of(format!("an exit of {}: it is cancelled with it", name(entry)), Role::Text));
    }
    if !tied.exits.is_empty() {
        let text = format!("its exits {} are cancelled with it while it has not filled", names(&tied.exits));
        lines.push(Words::of(text, Role::Text));
    }
    if let Some((group, others)) = &tied.group {
        let others =
            if others.is_empty() { "no other of it works".to_owned() } else { format!("with {}", names(others)) };
        lines.push(Words::of(format!("group {group}, {others}: a fill of one takes the others back"), Role::Text));
    }
    lines
}

/// Its numbers, and whose it is.
fn names(model: &Model, order: &Order) -> Words {
    let ids = order.ids;
    let perm = if ids.perm_id == 0 { "no perm id yet".to_owned() } else { format!("perm {}", ids.perm_id) };
    let text = format!("order {}, client {} · {perm} · ref {}", ids.order_id, ids.client_id, order.key);
    let foreign = !select::is_ours(model, order) && order.state.is_live();
    let whose = if foreign { " · placed elsewhere: change and cancel it there" } else { "" };
    Words::of(text, Role::TextDim).say(whose, Role::OrderForeign)
}

/// What of its contract's position has no stop.
fn bare(model: &Model, order: &Order) -> Option<Words> {
    let bare = protection::uncovered(model, order.spec.con_id);
    let text = format!("UNPROTECTED: {} {} has no stop. p stages one.", order.spec.symbol, shown::qty(bare));
    bare.is_positive().then(|| Words::of(text, Role::NoticeWarn))
}

fn fill(model: &Model, execution: &Execution) -> Words {
    let time = execution.time.map_or_else(|| shown::ABSENT.to_owned(), |at| shown::time_of(Stamp::at(at)));
    let price = words::price(model, execution.con_id, execution.price);
    let cost = match &execution.commission {
        Some(c) => format!("commission {} {}", shown::cash(c.amount), c.currency),
        None => "commission pending".to_owned(),
    };
    let version = execution.exec_id.version().1;
    let corrected = match (version > 1, execution.qty.is_positive()) {
        (_, false) => " · TAKEN BACK by the broker",
        (true, true) => " · corrected by the broker",
        (false, true) => "",
    };
    let text = format!("  {time}  {} @ {price} {}, {cost}", shown::qty(execution.qty), execution.exchange);
    Words::of(text, Role::Text).say(corrected, Role::NoticeWarn)
}
