//! The blotter: orders that work, that filled, that ended without a fill, all of today, the executions, and our orders of
//! all days.
//!
//! A status that needs a hand stands in capitals; one known only from before the link broke ends in `?`.

use ratatui::layout::Rect;

use super::{Sort, Tab};
use crate::app::blotter::{self, Ends};
use crate::app::model::{Model, Overlay};
use crate::app::{keymap, select};
use crate::clock::Stamp;
use crate::domain::fill::Execution;
use crate::domain::order::{Order, OrderState, Ownership, Session};
use crate::domain::shown;
use crate::money::{Cash, Price, Qty};
use crate::panes::blotter::Days;
use crate::theme::Role;
use crate::view::hints;
use crate::view::numbers::{absent, average, known, price, profit, rule, side_role, side_word, stale_for, verb_role};
use crate::view::pane::{self, Head, Slot};
use crate::view::widgets::canvas::{Canvas, Words};
use crate::view::widgets::table::{self, Column, Row, Selection};

/// Width below which the tree has one column.
const NARROW: u16 = 60;

const WORKING: [Column; 13] = [
    Column::left("", 2, 0),
    Column::left("Side", 4, 0).tight(),
    Column::right("Qty", 5, 0),
    Column::left("Symbol", 7, 0),
    Column::left("Type", 7, 7),
    Column::right("Price", 8, 0),
    Column::left("TIF", 3, 5),
    Column::left("Sess", 4, 2),
    Column::left("Ends", 6, 1),
    Column::right("Filled", 7, 8),
    Column::right("Away", 6, 4),
    Column::left("Status", 9, 0),
    Column::right("Age", 3, 3),
];

const ALL: [Column; 7] = [
    Column::left("Side", 4, 0),
    Column::right("Qty", 4, 0),
    Column::left("Symbol", 6, 0),
    Column::left("Type", 4, 5),
    Column::right("Price", 8, 0),
    Column::right("Filled", 6, 6),
    Column::left("Status, and why", 9, 0).rest(),
];

const DAYS: [Column; 8] = [
    Column::left("Placed", 12, 0),
    Column::left("Side", 4, 0),
    Column::right("Qty", 4, 0),
    Column::left("Symbol", 6, 0),
    Column::left("Type", 4, 5),
    Column::right("Price", 8, 0),
    Column::right("Filled", 6, 6),
    Column::left("Status, and why", 9, 0).rest(),
];

const FILLED: [Column; 10] = [
    Column::left("Time ET", 8, 0),
    Column::left("Side", 4, 0),
    Column::right("Qty", 4, 0),
    Column::left("Symbol", 6, 0),
    Column::left("Type", 5, 2),
    Column::right("Avg", 8, 0),
    Column::right("Slip", 6, 1),
    Column::right("Comm", 7, 4),
    Column::right("Realised", 9, 5),
    Column::right("Order", 5, 3),
];

const EXECUTIONS: [Column; 9] = [
    Column::left("Time ET", 8, 0),
    Column::left("Side", 4, 0),
    Column::right("Qty", 4, 0),
    Column::left("Symbol", 6, 0),
    Column::right("Price", 8, 0),
    Column::right("Value", 10, 4),
    Column::left("Venue", 7, 2),
    Column::right("Comm", 7, 5),
    Column::right("Order", 5, 3),
];

/// Draws the pane.
pub fn draw(canvas: &mut Canvas<'_>, model: &Model, slot: Slot<'_>) {
    let tab = model.panes.blotter.tab;
    let head = Head { left: tabs(model, tab), right: at_right(model), keep: true };
    let area = pane::head(canvas, model, slot, &head);
    let selection =
        Selection { index: select::blotter_index(model), focused: slot.focused, top: model.panes.blotter.top };
    match tab {
        Tab::Working => working(canvas, model, area, selection),
        Tab::Filled => filled(canvas, model, area, selection),
        Tab::Cancelled => cancelled(canvas, model, area, selection),
        Tab::All => all(canvas, model, area, selection),
        Tab::Days => days(canvas, model, area, selection),
        Tab::Executions => executions(canvas, model, area, selection),
    }
}

/// `[working 9]  filled 4  cancelled 2  all 15  executions 7  days`, and without the last ones where there is no room.
fn tabs(model: &Model, open: Tab) -> Vec<Words> {
    let row = |tabs: &[Tab], bare: bool| {
        let mut words = Words::new();
        for tab in tabs {
            // How many there are of all days nobody knows before they are read.
            let text = match tab {
                Tab::Days => tab.word().to_owned(),
                _ if bare && *tab != open => tab.word().to_owned(),
                _ => format!("{} {}", tab.word(), select::tab_len(model, *tab)),
            };
            words.join(
                2,
                if *tab == open { Words::of(format!("[{text}]"), Role::Text) } else { Words::of(text, Role::TextDim) },
            );
        }
        words
    };
    let without =
        |dropped: &[Tab]| -> Vec<Tab> { Tab::ALL.into_iter().filter(|t| *t == open || !dropped.contains(t)).collect() };
    let shorter = without(&[Tab::Days, Tab::Cancelled]);
    let short = without(&[Tab::Days, Tab::Cancelled, Tab::Executions]);
    if is_narrowed(model) {
        // What hides or reorders rows is said before the other tabs.
        return vec![row(&short, false), row(&short, true), row(&[open], false)];
    }
    let counted = [row(&Tab::ALL, false), row(&without(&[Tab::Days]), false), row(&shorter, false), row(&short, false)];
    // A tab without its count is still a way there.
    counted.into_iter().chain([row(&shorter, true), row(&short, true), row(&[open], false)]).collect()
}

/// Whether rows are hidden or sorted otherwise than usual.
fn is_narrowed(model: &Model) -> bool {
    let blotter = &model.panes.blotter;
    matches!(model.overlay, Some(Overlay::Filter { .. })) || !blotter.filter.is_empty() || blotter.sort != Sort::Usual
}

/// What narrows the rows down and how they are sorted, where that is not as usual; else how many orders need a hand.
fn at_right(model: &Model) -> Vec<Words> {
    let blotter = &model.panes.blotter;
    let typing = matches!(model.overlay, Some(Overlay::Filter { .. }));
    let mut words = Words::new();
    if typing || !blotter.filter.is_empty() {
        let cursor = if typing { "▏" } else { "" };
        words.join(2, Words::of(format!("filter {}{cursor}", blotter.filter), Role::NoticeWarn));
    }
    if blotter.sort != Sort::Usual {
        words.join(2, Words::of(format!("by {}", blotter.sort.word()), Role::TextDim));
    }
    if blotter.tab == Tab::Days {
        words.join(2, read_so_far(&blotter.days));
    }
    if words.is_empty() { needs_you(model) } else { vec![words, Words::new()] }
}

/// How far the journal has been read, so that the last row is not taken for the first order there was.
fn read_so_far(days: &Days) -> Words {
    match &days.refused {
        Some(why) if !days.orders.is_empty() => Words::of(format!("older ones not read: {why}"), Role::NoticeWarn),
        _ if days.asked => Words::of("reading older ones", Role::TextDim),
        _ if days.end && !days.orders.is_empty() => Words::of("no older ones", Role::TextDim),
        _ => Words::new(),
    }
}

/// How many orders need a hand.
fn needs_you(model: &Model) -> Vec<Words> {
    let unknown = select::unknown_count(model);
    if unknown == 0 {
        return Vec::new();
    }
    let words = if unknown == 1 { "1 needs you".to_owned() } else { format!("{unknown} need you") };
    vec![Words::of(words, Role::OrderRejected), Words::new()]
}

fn working(canvas: &mut Canvas<'_>, model: &Model, area: Rect, selection: Selection) {
    let orders = select::blotter_orders(model, Tab::Working);
    if orders.is_empty() {
        let key = |action| hints::key(model, &["blotter", "list", keymap::GLOBAL], action);
        let (buy, sell) = (key(hints::STAGE_BUY), key(hints::STAGE_SELL));
        let text = if stale_for(model).is_some() && model.desk.account.is_none() {
            "connecting".to_owned()
        } else {
            format!("No working orders.  `{buy}` or `{sell}` on a symbol stages one.")
        };
        return pane::teach(canvas, area, none(model, &text));
    }
    let mut columns = WORKING;
    if area.width < NARROW {
        columns[0].width = 1;
    }
    let branch = |n: usize| {
        let parent = |n: usize| orders.get(n).and_then(|order| order.parent.as_ref());
        let under = parent(n).filter(|parent| orders.iter().any(|order| order.key == **parent));
        match under {
            None => "",
            Some(head) if parent(n.saturating_add(1)) == Some(head) => "├",
            Some(_) => "└",
        }
    };
    let rows: Vec<Row> = orders.iter().enumerate().map(|(n, order)| working_row(model, order, branch(n))).collect();
    table::draw(canvas, area, &columns, &rows, selection);
}

fn working_row(model: &Model, order: &Order, branch: &'static str) -> Row {
    let (status, role) = status(model, order);
    let status = if order.state == OrderState::Unknown { "UNKNOWN".to_owned() } else { status };
    let age = if stale_for(model).is_some() { model.desk.link_at } else { order.placed_at };
    let cells = vec![
        Words::of(branch, Role::TextDim),
        side(order),
        Words::of(shown::qty(order.spec.qty), Role::Text),
        Words::of(order.spec.symbol.as_str(), Role::TextStrong),
        Words::of(kind(order), Role::Text),
        limit(model, order),
        Words::of(order.spec.tif.word(), Role::TextDim),
        Words::of(blotter::session(order).map_or("", Session::keyword), Role::TextDim),
        Words::of(ends(model, order), Role::TextDim),
        done(order),
        away(model, order),
        Words::of(status, role),
        Words::of(shown::age(model.now.since(age)), Role::TextDim),
    ];
    Row { cells, role: None }
}

/// `31 Mar` by IB's rule for GTC, `today` with the session, the day of its own moment.
fn ends(model: &Model, order: &Order) -> String {
    match blotter::ends(model, order) {
        Some(Ends::Day(_)) => "today".into(),
        Some(Ends::Rule(day)) => day.strftime("%d %b").to_string(),
        Some(Ends::Date(moment)) => moment.date.strftime("%d %b").to_string(),
        Some(Ends::Entry) => "entry".into(),
        Some(Ends::Soon) => "soon".into(),
        None => String::new(),
    }
}

fn cancelled(canvas: &mut Canvas<'_>, model: &Model, area: Rect, selection: Selection) {
    let orders = select::blotter_orders(model, Tab::Cancelled);
    if orders.is_empty() {
        return pane::teach(canvas, area, none(model, "Nothing ended without a fill today."));
    }
    let rows: Vec<Row> = orders.iter().map(|order| all_row(model, order)).collect();
    table::draw(canvas, area, &ALL, &rows, selection);
}

fn days(canvas: &mut Canvas<'_>, model: &Model, area: Rect, selection: Selection) {
    let (orders, days) = (select::blotter_orders(model, Tab::Days), &model.panes.blotter.days);
    if let Some(why) = days.refused.as_ref().filter(|_| orders.is_empty()) {
        return pane::teach(canvas, area, &format!("The journal cannot be read: {why}."));
    }
    if orders.is_empty() {
        let text = if days.asked { "reading the journal" } else { none(model, "No order of this desk is recorded.") };
        return pane::teach(canvas, area, text);
    }
    let rows: Vec<Row> = orders
        .iter()
        .map(|order| {
            let placed = order.placed_at.eastern().strftime("%d %b %H:%M").to_string();
            let mut row = all_row(model, order);
            row.cells.insert(0, Words::of(placed, Role::TextDim));
            row
        })
        .collect();
    table::draw(canvas, area, &DAYS, &rows, selection);
}

/// What an empty tab says: that the filter hides its rows, or `otherwise`.
fn none<'t>(model: &Model, otherwise: &'t str) -> &'t str {
    if model.panes.blotter.filter.is_empty() { otherwise } else { "No row has these words; Esc shows all." }
}

fn all(canvas: &mut Canvas<'_>, model: &Model, area: Rect, selection: Selection) {
    let orders = select::blotter_orders(model, Tab::All);
    if orders.is_empty() {
        return pane::teach(canvas, area, none(model, "No orders today."));
    }
    let rows: Vec<Row> = orders.iter().map(|order| all_row(model, order)).collect();
    table::draw(canvas, area, &ALL, &rows, selection);
}

fn all_row(model: &Model, order: &Order) -> Row {
    let (status, role) = status(model, order);
    let why = why(model, order);
    let status = match (why.is_empty(), why.starts_with('@')) {
        (true, _) => status,
        (false, true) => format!("{status} "),
        (false, false) => format!("{status:<13} "),
    };
    let cells = vec![
        side(order),
        Words::of(shown::qty(order.spec.qty), Role::Text),
        Words::of(order.spec.symbol.as_str(), Role::TextStrong),
        Words::of(kind(order), Role::Text),
        limit(model, order),
        done(order),
        Words::of(status, role).say(why, Role::TextDim),
    ];
    Row { cells, role: None }
}

fn side(order: &Order) -> Words {
    let spec = &order.spec;
    Words::of(side_word(spec.verb, spec.side), verb_role(spec.verb, spec.side))
}

/// IB's name of the type.
fn kind(order: &Order) -> String {
    order.other_kind.as_ref().map_or_else(|| order.spec.kind.word().to_owned(), |k| k.chars().take(7).collect())
}

fn limit(model: &Model, order: &Order) -> Words {
    let rule = rule(model, order.spec.con_id);
    known(order.spec.kind.handle().map(|p| price(rule, p)), Role::Text)
}

/// `80/200`: what filled of the total; `—/100` while that is not known.
fn done(order: &Order) -> Words {
    let total = shown::qty(order.spec.qty);
    let (text, role) = match order.state {
        OrderState::Unknown => (format!("{}/{total}", shown::ABSENT), Role::ValueAbsent),
        _ if order.is_partial() => (format!("{}/{total}", shown::qty(order.filled)), Role::OrderPartial),
        _ => (format!("{}/{total}", shown::qty(order.filled)), Role::Text),
    };
    Words::of(text, role)
}

/// Ticks from the market to the limit, or to the trigger: below zero is under the touch it rests at.
fn away(model: &Model, order: &Order) -> Words {
    known(blotter::away(model, order).map(shown::signed_ticks), Role::TextDim)
}

/// The word for what has become of an order.
pub fn status(model: &Model, order: &Order) -> (String, Role) {
    let age = |since: Stamp| shown::age_words(model.now.since(since));
    let stale = stale_for(model).is_some() && model.desk.account.is_some();
    let foreign = order.ownership == Ownership::Foreign;
    if let Some(old) = select::others_doubted(model).filter(|_| order.state.is_live() && !select::is_ours(model, order))
    {
        return (format!("? {}", shown::age_words(old)), Role::ValueStale);
    }
    let (word, role) = match order.state {
        OrderState::Unknown => return (format!("UNKNOWN {}", age(order.changed_at)), Role::OrderUnknown),
        OrderState::Rejected if order.not_sent().is_some() => return ("NOT SENT".into(), Role::OrderRejected),
        OrderState::Rejected => {
            let code = order
                .remark
                .as_ref()
                .filter(|(code, _)| *code != 0)
                .map(|(code, _)| format!(" {code}"))
                .unwrap_or_default();
            return (format!("REJECTED{code}"), Role::OrderRejected);
        }
        OrderState::Filled => return ("filled".into(), Role::OrderFilled),
        OrderState::Cancelled => return ("cancelled".into(), Role::OrderFilled),
        OrderState::Sending => ("sending", Role::OrderWorking),
        OrderState::Cancelling => ("cancelling", Role::OrderWorking),
        _ if order.is_partial() => ("partial", Role::OrderPartial),
        OrderState::Held => ("held", Role::OrderHeld),
        OrderState::Working if foreign => ("foreign", Role::OrderForeign),
        OrderState::Working => ("working", Role::OrderWorking),
    };
    if stale { (format!("{word}?"), Role::ValueStale) } else { (word.into(), role) }
}

/// Why an order stands as it does.
fn why(model: &Model, order: &Order) -> String {
    let said = order.remark.as_ref().map(|(_, text)| text.to_string());
    if stale_for(model).is_some() && model.desk.account.is_some() && order.state.is_live() {
        return format!("as of {}", shown::time_of(model.desk.link_at));
    }
    match order.state {
        OrderState::Rejected | OrderState::Held => said.unwrap_or_default(),
        OrderState::Filled => shown::time_of(order.changed_at),
        OrderState::Cancelled => said.unwrap_or_else(|| shown::time_of(order.changed_at)),
        OrderState::Cancelling | OrderState::Sending => {
            let tenths = model.now.since(order.changed_at).as_millis() / 100;
            format!("{}.{} s", tenths / 10, tenths % 10)
        }
        OrderState::Unknown => "may come alive".into(),
        OrderState::Working => {
            let rule = rule(model, order.spec.con_id);
            let before = order.before_change.as_ref().and_then(|b| b.kind.limit());
            let asked = order.spec.kind.limit();
            match (before, asked) {
                (Some(before), Some(asked)) => format!("@{}, asked {}", price(rule, before), price(rule, asked)),
                _ if order.ownership == Ownership::Foreign => "placed elsewhere".into(),
                _ => String::new(),
            }
        }
    }
}

fn filled(canvas: &mut Canvas<'_>, model: &Model, area: Rect, selection: Selection) {
    let orders = select::blotter_orders(model, Tab::Filled);
    if orders.is_empty() {
        return pane::teach(canvas, area, none(model, "Nothing filled today."));
    }
    let costs: Vec<Costs> = orders.iter().map(|o| Costs::of(select::executions_of(model, &o.key))).collect();
    let mut rows: Vec<Row> = orders.iter().zip(&costs).map(|(order, costs)| filled_row(model, order, costs)).collect();
    rows.push(filled_total(&costs));
    table::draw(canvas, area, &FILLED, &rows, selection);
}

fn filled_row(model: &Model, order: &Order, costs: &Costs) -> Row {
    let rule = rule(model, order.spec.con_id);
    let cells = vec![
        Words::of(shown::time_of(order.changed_at), Role::TextDim),
        side(order),
        Words::of(shown::qty(order.filled), Role::Text),
        Words::of(order.spec.symbol.as_str(), Role::TextStrong),
        Words::of(kind(order), Role::TextDim),
        known(order.avg_fill.map(|p| average(rule, p)), Role::TextStrong),
        known(blotter::slippage(model, order).map(slip), Role::TextDim),
        costs.commission(),
        costs.realized.map_or_else(absent, |c| profit(Some(c), true)),
        Words::of(select::order_name(order), Role::TextDim),
    ];
    Row { cells, role: None }
}

/// `+0.005`: above zero is worse.
fn slip(slippage: Price) -> String {
    let value = slippage.0.round_dp(4).normalize();
    if slippage.is_positive() { format!("+{value}") } else { value.to_string() }
}

fn filled_total(costs: &[Costs]) -> Row {
    let all = costs.iter().fold(Costs::default(), Costs::and);
    let mut cells = vec![Words::new(); FILLED.len()];
    cells[0] = Words::of("total", Role::TextDim);
    cells[7] = all.commission();
    cells[8] = all.realized.map_or_else(absent, |c| profit(Some(c), true));
    Row { cells, role: Some(Role::RowTotal) }
}

/// What executions cost and realised, and how many of them have no commission yet.
#[derive(Debug, Clone, Copy, Default)]
struct Costs {
    amount: Option<Cash>,
    realized: Option<Cash>,
    pending: usize,
}

impl Costs {
    fn of<'m>(executions: impl Iterator<Item = &'m Execution>) -> Self {
        executions.fold(Self::default(), |sum, e| {
            let one = match &e.commission {
                Some(c) => Self { amount: Some(c.amount), realized: c.realized, pending: 0 },
                None => Self { pending: 1, ..Self::default() },
            };
            sum.and(&one)
        })
    }

    fn and(self, other: &Self) -> Self {
        let plus = |a: Option<Cash>, b: Option<Cash>| match (a, b) {
            (Some(a), Some(b)) => a.plus(b),
            (one, None) | (None, one) => one,
        };
        Self {
            amount: plus(self.amount, other.amount),
            realized: plus(self.realized, other.realized),
            pending: self.pending + other.pending,
        }
    }

    /// `5.00`, `5.00+1p` with one pending, `pending`.
    fn commission(&self) -> Words {
        match (self.amount, self.pending) {
            (Some(amount), 0) => Words::of(shown::cash(amount), Role::Text),
            (Some(amount), n) => Words::of(format!("{}+{n}p", shown::cash(amount)), Role::ValueStale),
            (None, 0) => absent(),
            (None, _) => Words::of("pending", Role::ValueStale),
        }
    }
}

fn executions(canvas: &mut Canvas<'_>, model: &Model, area: Rect, selection: Selection) {
    let executions = select::blotter_executions(model);
    if executions.is_empty() {
        return pane::teach(canvas, area, none(model, "No executions today."));
    }
    let mut rows: Vec<Row> = executions.iter().map(|e| execution_row(model, e)).collect();
    rows.push(execution_total(model, &executions));
    table::draw(canvas, area, &EXECUTIONS, &rows, selection);
}

fn value(model: &Model, qty: Qty, price: Price, execution: &Execution) -> Option<Cash> {
    let multiplier = select::instrument(model, execution.con_id).map(|i| i.multiplier)?;
    price.value_of(qty, multiplier)
}

fn execution_row(model: &Model, execution: &Execution) -> Row {
    let rule = rule(model, execution.con_id);
    let time = execution.time.map(|nanos| shown::time_of(Stamp::at(nanos)));
    let verb = select::order_of(model, execution).map(|o| o.spec.verb);
    let (word, role) = verb.map_or((execution.side.word(), side_role(execution.side)), |verb| {
        (side_word(verb, execution.side), verb_role(verb, execution.side))
    });
    let order = select::order_of(model, execution).map(select::order_name);
    let cells = vec![
        known(time, Role::TextDim),
        Words::of(word, role),
        Words::of(shown::qty(execution.qty), Role::Text),
        Words::of(execution.symbol.as_str(), Role::TextStrong),
        Words::of(price(rule, execution.price), Role::Text),
        known(value(model, execution.qty, execution.price, execution).map(shown::cash), Role::Text),
        venue(execution),
        Costs::of(std::iter::once(execution)).commission(),
        Words::of(order.unwrap_or_default(), Role::TextDim),
    ];
    Row { cells, role: None }
}

/// Where it was; a fill that the broker has corrected or taken back says so.
fn venue(execution: &Execution) -> Words {
    match (execution.qty.is_positive(), execution.exec_id.version().1 > 1) {
        (false, _) => Words::of("TAKEN BACK", Role::OrderRejected),
        (true, true) => Words::of("corrected", Role::OrderHeld),
        (true, false) => Words::of(execution.exchange.chars().take(7).collect::<String>(), Role::TextDim),
    }
}

fn execution_total(model: &Model, executions: &[&Execution]) -> Row {
    let worth = executions.iter().try_fold(Cash::ZERO, |sum, e| sum.plus(value(model, e.qty, e.price, e)?));
    let mut cells = vec![Words::new(); EXECUTIONS.len()];
    cells[0] = Words::of(format!("{} total", executions.len()), Role::TextDim);
    cells[5] = known(worth.map(shown::cash), Role::RowTotal);
    cells[7] = Costs::of(executions.iter().copied()).commission();
    Row { cells, role: Some(Role::RowTotal) }
}
