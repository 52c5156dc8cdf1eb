//! What is printed of the journal: rows for JSON, in the forms of [`crate::run::json`], and the same as tables.

use color_eyre::eyre::Report;
use jiff::civil::Date;
use rust_decimal::Decimal;
use serde::Serialize;

use super::books::Books;
use crate::clock::Stamp;
use crate::domain::SafeText;
use crate::domain::order::{Oca, Order, OrderSpec, Side};
use crate::domain::shown;
use crate::journal::{Entry, Fill, Happening, Note, What};
use crate::ledger::{Day, Trip};
use crate::money::{Cash, Price, Qty};
use crate::run::json::{self, maybe, moment, number};
use crate::run::table::{Align, Table, or_dash};
use crate::sentence;

/// The same for a table.
fn short(wall: i64) -> String {
    Stamp { wall, mono: 0 }.eastern().strftime("%m-%d %H:%M:%S").to_string()
}

/// A side's word.
const fn side(side: Side) -> &'static str {
    match side {
        Side::Buy => "buy",
        Side::Sell => "sell",
    }
}

/// An order in words, its numbers as they stand.
pub fn said(order: &Order) -> String {
    match &order.other_kind {
        Some(kind) => {
            format!("{} {} {} {kind}", order.spec.verb.word(), order.spec.qty.0.normalize(), order.spec.symbol)
        }
        None => sentence_of(&order.spec),
    }
}

/// The sentence of an order: two decimals, or as many as its prices have.
pub fn sentence_of(spec: &OrderSpec) -> String {
    let prices = [spec.kind.limit(), spec.kind.trigger()];
    let places = prices.into_iter().flatten().map(|p| p.0.normalize().scale()).max().unwrap_or(0);
    match &spec.attributes.oca {
        // What makes a group's name unique on the wire is nobody's business here.
        Some(oca) if oca.shown() != oca.name => {
            let mut spec = spec.clone();
            spec.attributes.oca = Some(Oca { name: oca.shown().to_owned(), kind: oca.kind });
            sentence::text(&spec, places.max(2))
        }
        _ => sentence::text(spec, places.max(2)),
    }
}

/// An order.
#[derive(Debug, Serialize)]
pub struct OrderRow {
    order: i32,
    key: String,
    symbol: SafeText,
    text: String,
    state: String,
    #[serde(serialize_with = "number")]
    quantity: Qty,
    #[serde(serialize_with = "number")]
    filled: Qty,
    #[serde(serialize_with = "maybe")]
    average: Option<Price>,
    placed: String,
    changed: String,
    code: Option<i32>,
    remark: Option<SafeText>,
    tags: Vec<String>,
    notes: Vec<NoteRow>,
    #[serde(skip)]
    at: i64,
}

impl OrderRow {
    /// The row of an order.
    pub fn of(books: &Books, order: &Order) -> Result<Self, Report> {
        let (notes, tags) = books.remarks(&order.key)?;
        Ok(Self {
            order: order.ids.order_id,
            key: order.key.to_string(),
            symbol: order.spec.symbol.clone(),
            text: said(order),
            state: format!("{:?}", order.state).to_lowercase(),
            quantity: order.spec.qty,
            filled: order.filled,
            average: order.avg_fill,
            placed: moment(order.placed_at.wall),
            changed: moment(order.changed_at.wall),
            code: order.remark.as_ref().map(|(code, _)| *code).filter(|code| *code != 0),
            remark: order.remark.as_ref().map(|(_, text)| text.clone()),
            tags,
            notes: notes.into_iter().map(NoteRow::from).collect(),
            at: order.placed_at.wall,
        })
    }
}

/// A note.
#[derive(Debug, Serialize)]
struct NoteRow {
    at: String,
    text: String,
}

impl From<Note> for NoteRow {
    fn from(note: Note) -> Self {
        Self { at: moment(note.at), text: note.text }
    }
}

/// Orders as a table.
pub fn orders(rows: &[OrderRow]) -> Table {
    let mut table = Table::new(&[
        ("placed", Align::Left),
        ("order", Align::Right),
        ("sentence", Align::Left),
        ("state", Align::Left),
        ("filled", Align::Right),
        ("average", Align::Right),
        ("remark, tags, notes", Align::Left),
    ]);
    for row in rows {
        let code = row.code.map_or_else(String::new, |code| format!(" ({code})"));
        let remark = row.remark.as_ref().map(|text| format!("{text}{code}"));
        let tags = (!row.tags.is_empty()).then(|| format!("[{}]", row.tags.join(" ")));
        let notes = row.notes.iter().map(|note| format!("\"{}\"", note.text));
        let words: Vec<String> = remark.into_iter().chain(tags).chain(notes).collect();
        table.row([
            short(row.at),
            format!("#{}", row.order),
            row.text.clone(),
            row.state.clone(),
            format!("{}/{}", row.filled.0.normalize(), row.quantity.0.normalize()),
            or_dash(row.average, |p| p.0.normalize().to_string()),
            words.join("  "),
        ]);
    }
    table
}

/// An execution.
#[derive(Debug, Serialize)]
pub struct FillRow {
    /// When, in New York.
    pub time: Option<String>,
    /// The symbol.
    pub symbol: SafeText,
    /// `buy` or `sell`.
    pub side: &'static str,
    /// How much.
    #[serde(serialize_with = "number")]
    pub quantity: Qty,
    /// At which price.
    #[serde(serialize_with = "number")]
    pub price: Price,
    /// The contract's currency.
    pub currency: Option<SafeText>,
    /// What one unit at a price of 1 is worth.
    #[serde(serialize_with = "maybe")]
    pub multiplier: Option<Qty>,
    /// What it cost.
    #[serde(serialize_with = "maybe")]
    pub commission: Option<Cash>,
    /// In which currency.
    pub commission_currency: Option<SafeText>,
    /// What the broker says it realised.
    #[serde(serialize_with = "maybe")]
    pub realized: Option<Cash>,
    /// Against the middle at the order's approval; positive is worse.
    #[serde(serialize_with = "maybe")]
    pub slippage: Option<Cash>,
    /// Where.
    pub exchange: SafeText,
    /// The order's number.
    pub order: Option<i32>,
    /// Its name.
    pub order_ref: SafeText,
    /// The contract.
    pub con_id: i32,
    /// The execution's id.
    pub exec_id: SafeText,
    /// `api` or `flex`.
    pub source: &'static str,
    #[serde(skip)]
    at: Option<i64>,
}

impl FillRow {
    /// The row of an execution.
    pub fn of(books: &Books, fill: &Fill) -> Self {
        let e = &fill.execution;
        Self {
            time: e.time.map(moment),
            symbol: e.symbol.clone(),
            side: side(e.side),
            quantity: e.qty,
            price: e.price,
            currency: e.currency.clone(),
            multiplier: e.multiplier.map(Qty),
            commission: e.commission.as_ref().map(|c| c.amount),
            commission_currency: e.commission.as_ref().map(|c| c.currency.clone()),
            realized: e.commission.as_ref().and_then(|c| c.realized),
            slippage: crate::ledger::slippage([e], |e| books.terms_of(e)),
            exchange: e.exchange.clone(),
            order: Some(e.ids.order_id).filter(|id| *id != 0),
            order_ref: e.order_ref.clone(),
            con_id: e.con_id.0,
            exec_id: e.exec_id.0.clone(),
            source: fill.source.word(),
            at: e.time,
        }
    }
}

/// Executions as a table.
pub fn fills(rows: &[FillRow]) -> Table {
    let mut table = Table::new(&[
        ("time", Align::Left),
        ("side", Align::Left),
        ("quantity", Align::Right),
        ("symbol", Align::Left),
        ("price", Align::Right),
        ("commission", Align::Right),
        ("slippage (+ worse)", Align::Right),
        ("order", Align::Right),
        ("venue", Align::Left),
        ("source", Align::Left),
        ("id", Align::Left),
    ]);
    for row in rows {
        table.row([
            or_dash(row.at, short),
            row.side.into(),
            shown::qty(row.quantity),
            row.symbol.to_string(),
            row.price.0.normalize().to_string(),
            or_dash(row.commission, shown::cash),
            or_dash(row.slippage, shown::signed),
            or_dash(row.order, |id| format!("#{id}")),
            row.exchange.to_string(),
            row.source.into(),
            row.exec_id.to_string(),
        ]);
    }
    table
}

/// A round trip.
#[derive(Debug, Serialize)]
pub struct TripRow {
    symbol: SafeText,
    con_id: i32,
    currency: Option<SafeText>,
    side: &'static str,
    opened: Option<String>,
    closed: Option<String>,
    #[serde(serialize_with = "number")]
    entered: Qty,
    #[serde(serialize_with = "number")]
    exited: Qty,
    #[serde(serialize_with = "number")]
    open: Qty,
    #[serde(serialize_with = "maybe")]
    entry: Option<Price>,
    #[serde(serialize_with = "maybe")]
    exit: Option<Price>,
    #[serde(serialize_with = "maybe")]
    gross: Option<Cash>,
    #[serde(serialize_with = "maybe")]
    commission: Option<Cash>,
    #[serde(serialize_with = "maybe")]
    net: Option<Cash>,
    #[serde(serialize_with = "maybe")]
    cost: Option<Cash>,
    #[serde(serialize_with = "maybe")]
    risk: Option<Cash>,
    #[serde(serialize_with = "maybe")]
    r: Option<Decimal>,
    /// Positive is worse than the middle of the quote at the approval.
    #[serde(serialize_with = "maybe")]
    slippage: Option<Cash>,
    held_seconds: Option<u64>,
    inherited: bool,
    fills: Vec<SafeText>,
    #[serde(skip)]
    trip: Trip,
}

impl TripRow {
    /// The row of a round trip.
    pub fn of(trip: &Trip) -> Self {
        Self {
            symbol: trip.symbol.clone(),
            con_id: trip.con_id.0,
            currency: trip.currency.clone(),
            side: if trip.side == Side::Buy { "long" } else { "short" },
            opened: trip.opened.map(moment),
            closed: trip.closed.map(moment),
            entered: trip.entered,
            exited: trip.exited,
            open: trip.open,
            entry: trip.entry,
            exit: trip.exit,
            gross: trip.gross,
            commission: trip.commission,
            net: trip.net,
            cost: trip.cost,
            risk: trip.risk,
            r: trip.r,
            slippage: trip.slippage,
            held_seconds: trip.held.map(json::seconds),
            inherited: trip.inherited,
            fills: trip.fills.clone(),
            trip: trip.clone(),
        }
    }
}

/// Round trips as a table.
pub fn trips(rows: &[TripRow]) -> Table {
    let mut table = Table::new(&[
        ("opened", Align::Left),
        ("closed", Align::Left),
        ("", Align::Left),
        ("symbol", Align::Left),
        ("quantity", Align::Right),
        ("entry", Align::Right),
        ("exit", Align::Right),
        ("gross", Align::Right),
        ("commission", Align::Right),
        ("net", Align::Right),
        ("R", Align::Right),
        ("slippage (+ worse)", Align::Right),
        ("held", Align::Right),
        ("", Align::Left),
    ]);
    let price = |p: Price| p.0.round_dp(4).normalize().to_string();
    for trip in rows.iter().map(|row| &row.trip) {
        let state = match (trip.is_closed(), trip.inherited) {
            (true, false) => String::new(),
            (true, true) => "held before the first execution".to_owned(),
            (false, false) => format!("open {}", shown::qty(trip.open)),
            (false, true) => format!("open {}, held before the first execution", shown::qty(trip.open)),
        };
        table.row([
            or_dash(trip.opened, short),
            or_dash(trip.closed, short),
            if trip.side == Side::Buy { "long".into() } else { "short".into() },
            trip.symbol.to_string(),
            shown::qty(trip.entered),
            or_dash(trip.entry, price),
            or_dash(trip.exit, price),
            or_dash(trip.gross, shown::signed),
            or_dash(trip.commission, shown::cash),
            or_dash(trip.net, shown::signed),
            or_dash(trip.r, |r| shown::fixed(r, 2)),
            or_dash(trip.slippage, shown::signed),
            or_dash(trip.held, shown::age_words),
            state,
        ]);
    }
    table
}

/// A day.
#[derive(Debug, Serialize)]
pub struct DayRow {
    day: Date,
    currency: Option<SafeText>,
    fills: usize,
    #[serde(serialize_with = "number")]
    volume: Qty,
    #[serde(serialize_with = "maybe")]
    commission: Option<Cash>,
    #[serde(serialize_with = "maybe")]
    gross: Option<Cash>,
    #[serde(serialize_with = "maybe")]
    net: Option<Cash>,
}

impl DayRow {
    /// The row of a day.
    pub const fn of(day: Date, currency: Option<SafeText>, sums: &Day) -> Self {
        let Day { fills, volume, commission, gross, net } = *sums;
        Self { day, currency, fills, volume, commission, gross, net }
    }
}

/// Days as a table.
pub fn days(rows: &[DayRow]) -> Table {
    let mut table = Table::new(&[
        ("day", Align::Left),
        ("currency", Align::Left),
        ("fills", Align::Right),
        ("volume", Align::Right),
        ("commission", Align::Right),
        ("gross", Align::Right),
        ("net", Align::Right),
    ]);
    for row in rows {
        table.row([
            row.day.to_string(),
            or_dash(row.currency.as_ref(), ToString::to_string),
            row.fills.to_string(),
            shown::qty(row.volume),
            or_dash(row.commission, shown::cash),
            or_dash(row.gross, shown::signed),
            or_dash(row.net, shown::signed),
        ]);
    }
    table
}

/// Something that happened.
#[derive(Debug, Serialize)]
pub struct EventRow {
    at: String,
    kind: &'static str,
    order: Option<String>,
    text: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    before: Option<StateRow>,
    #[serde(skip_serializing_if = "Option::is_none")]
    after: Option<StateRow>,
    #[serde(skip_serializing_if = "Option::is_none")]
    entry: Option<Entry>,
    #[serde(skip)]
    wall: i64,
}

/// What an order was, or became.
#[derive(Debug, Serialize)]
struct StateRow {
    order: i32,
    perm_id: i64,
    client: i32,
    text: String,
    state: String,
    #[serde(serialize_with = "number")]
    quantity: Qty,
    #[serde(serialize_with = "number")]
    filled: Qty,
    #[serde(serialize_with = "maybe")]
    average: Option<Price>,
}

impl From<&Order> for StateRow {
    fn from(order: &Order) -> Self {
        Self {
            order: order.ids.order_id,
            perm_id: order.ids.perm_id,
            client: order.ids.client_id,
            text: said(order),
            state: format!("{:?}", order.state).to_lowercase(),
            quantity: order.spec.qty,
            filled: order.filled,
            average: order.avg_fill,
        }
    }
}

impl From<Happening> for EventRow {
    fn from(happening: Happening) -> Self {
        let (wall, at) = (happening.at, moment(happening.at));
        match happening.what {
            What::Order { before, after } => Self {
                at,
                kind: "order",
                order: Some(after.key.to_string()),
                text: change(before.as_deref(), &after),
                before: before.as_deref().map(StateRow::from),
                after: Some(StateRow::from(&*after)),
                entry: None,
                wall,
            },
            What::Entry(entry) => Self {
                at,
                kind: entry.kind(),
                order: entry.key().map(ToString::to_string),
                text: entry_text(&entry),
                before: None,
                after: None,
                entry: Some(*entry),
                wall,
            },
        }
    }
}

/// A change of an order in words.
fn change(before: Option<&Order>, after: &Order) -> String {
    let mut parts = Vec::new();
    match before {
        None => parts.push(format!("{}: {:?}", said(after), after.state)),
        Some(before) => {
            if said(before) != said(after) {
                parts.push(format!("{} → {}", said(before), said(after)));
            }
            if before.state != after.state {
                parts.push(format!("{:?} → {:?}", before.state, after.state));
            }
            if before.filled != after.filled {
                let (was, now) = (before.filled.0.normalize(), after.filled.0.normalize());
                parts.push(format!("filled {was} → {now} of {}", after.spec.qty.0.normalize()));
            }
            if before.ids != after.ids {
                parts.push(format!("order {} perm {}", after.ids.order_id, after.ids.perm_id));
            }
        }
    }
    if let Some((code, text)) = after.remark.as_ref().filter(|r| before.is_none_or(|b| b.remark.as_ref() != Some(r))) {
        parts.push(if *code == 0 { text.to_string() } else { format!("{text} ({code})") });
    }
    if parts.is_empty() { "details".into() } else { parts.join("; ") }
}

fn entry_text(entry: &Entry) -> String {
    match entry {
        Entry::Guard(decision) => {
            let verdict = if decision.passed { "passed" } else { "refused" };
            let findings: Vec<String> =
                decision.findings.iter().map(|f| format!("{} {:?}: {}", f.code, f.weight, f.text)).collect();
            let consent = if decision.consent == crate::risk::Consent::Given { ", consent given" } else { "" };
            format!(
                "{verdict} {}{consent}, limits {}; {}",
                sentence_of(&decision.spec),
                decision.limits,
                if findings.is_empty() { "nothing found".to_owned() } else { findings.join("; ") }
            )
        }
        Entry::Notice { tone, text, .. } => format!("{tone}: {text}"),
        Entry::Halted { why } => format!("HALT: {why}"),
        Entry::Lifted => "HALT lifted".into(),
        Entry::Reduced { session } => format!("REDUCE for {session}"),
        Entry::Released => "REDUCE lifted".into(),
        Entry::Tuned { limits } if limits.is_empty() => "no limit is typed any more".into(),
        Entry::Tuned { limits } => {
            let all: Vec<String> = limits.iter().map(|(row, to)| format!("{row} {}", to.normalize())).collect();
            format!("limits typed: {}", all.join(", "))
        }
        Entry::Accepted(accepted) => format!("limits of {} accepted", accepted.account),
        Entry::Link { state, why } => why.as_ref().map_or_else(|| state.to_string(), |why| format!("{state}: {why}")),
        Entry::Synced { open, completed, executions, positions } => {
            format!("{open} open and {completed} completed orders, {executions} executions, {positions} positions")
        }
        Entry::Corrected { old, new } => format!(
            "{} {} {} @ {} → {} @ {} ({})",
            side(old.side),
            old.qty.0.normalize(),
            old.symbol,
            old.price,
            new.qty.0.normalize(),
            new.price,
            new.exec_id.0
        ),
        Entry::Holding(holding) => format!("{} {}", holding.symbol, holding.qty),
        Entry::Cash(cash) => format!("{} {}", cash.amount, cash.currency),
        Entry::Imported { file, added, known, refused } => {
            format!("{file}: {added} added, {known} known, {refused} refused")
        }
        Entry::Left => "left".into(),
    }
}

/// Events as a table.
pub fn events(rows: &[EventRow]) -> Table {
    let mut table =
        Table::new(&[("at", Align::Left), ("kind", Align::Left), ("order", Align::Left), ("what", Align::Left)]);
    for row in rows {
        table.row([short(row.wall), row.kind.into(), row.order.clone().unwrap_or_default(), row.text.clone()]);
    }
    table
}
