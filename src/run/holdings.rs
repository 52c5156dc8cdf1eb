//! `tradewind orders`, `fills`, `positions`, `account`: what the broker says now, through a connection that only asks.
//!
//! The connection has an API client id of its own and sends no orders; a workstation that runs is not disturbed.

use std::time::Duration;

use color_eyre::eyre::{Report, eyre};
use rust_decimal::Decimal;
use serde::Serialize;
use tokio::time::{Instant, timeout_at};

use super::client::{self, Client};
use super::journal::put;
use super::journal::rows::sentence_of;
use super::json::{maybe, moment, number};
use super::plan::Place;
use super::table::{Align, Table, or_dash};
use crate::broker::Event;
use crate::broker::event::{BrokerStatus, Link, OrderReport, Snapshot};
use crate::cli;
use crate::cli::journal::Show;
use crate::domain::SafeText;
use crate::domain::account::AccountValues;
use crate::domain::fill::Execution;
use crate::domain::order::Side;
use crate::domain::shown;
use crate::ledger;
use crate::money::{Cash, Price, Qty};

/// How long everything may take.
const ANSWER_MAX: Duration = Duration::from_secs(20);

/// Runs `orders`.
pub fn orders(common: &cli::Common, options: &Show) -> Result<i32, Report> {
    let mut snapshot = ask(common)?;
    complete(&mut snapshot);
    let open = snapshot.open.iter().map(|report| OrderRow::of(report, true));
    let done = snapshot.completed.iter().map(|report| OrderRow::of(report, false));
    let rows: Vec<OrderRow> = open.chain(done).collect();
    print(&rows, order_table, options.json, "No orders: none works and none ended today.")
}

/// Gives orders that have ended the numbers that IB leaves out of them, from their executions: id, client, filled, average.
fn complete(snapshot: &mut Snapshot) {
    let executions: Vec<Execution> = ledger::current(&snapshot.executions).into_iter().cloned().collect();
    for report in &mut snapshot.completed {
        let own: Vec<&Execution> =
            executions.iter().filter(|e| e.ids.perm_id == report.ids.perm_id && e.ids.perm_id != 0).collect();
        let Some(first) = own.first() else { continue };
        if report.ids.order_id == 0 {
            (report.ids.order_id, report.ids.client_id) = (first.ids.order_id, first.ids.client_id);
        }
        let filled = own.iter().try_fold(Qty::ZERO, |sum, e| sum.plus(e.qty));
        let value = own.iter().try_fold(Decimal::ZERO, |sum, e| sum.checked_add(e.qty.0.checked_mul(e.price.0)?));
        // An order that filled over several days has executions that are not here: then its average is not known.
        let Some(filled) = filled.filter(|filled| report.filled.is_none_or(|said| said == *filled)) else { continue };
        report.filled = Some(filled);
        report.avg_fill = report.avg_fill.or(value.and_then(|value| value.checked_div(filled.0)).map(Price));
    }
}

/// Runs `fills`.
pub fn fills(common: &cli::Common, options: &Show) -> Result<i32, Report> {
    let mut snapshot = ask(common)?;
    for execution in &mut snapshot.executions {
        let found = snapshot.commissions.iter().find(|(id, _)| *id == execution.exec_id);
        execution.commission = found.map(|(_, commission)| commission.clone());
    }
    let rows: Vec<FillRow> = ledger::current(&snapshot.executions).into_iter().map(FillRow::from).collect();
    print(&rows, fill_table, options.json, "No executions as far back as the broker gives them.")
}

/// Runs `positions`.
pub fn positions(common: &cli::Common, options: &Show) -> Result<i32, Report> {
    let snapshot = ask(common)?;
    let held = snapshot.positions.iter().filter(|p| !p.qty.is_zero());
    let rows: Vec<PositionRow> = held
        .map(|p| PositionRow {
            symbol: p.symbol.clone(),
            con_id: p.con_id.0,
            quantity: p.qty,
            average_cost: p.avg_cost,
        })
        .collect();
    print(&rows, position_table, options.json, "No positions.")
}

/// Runs `account`.
pub fn account(common: &cli::Common, options: &Show) -> Result<i32, Report> {
    let values = ask(common)?.account;
    if options.json {
        put(&format!("{}\n", serde_json::to_string_pretty(&AccountRow::from(&values))?))?;
    } else {
        put(&account_table(&values).text())?;
    }
    Ok(0)
}

/// Connects, and answers with everything the broker knows.
fn ask(common: &cli::Common) -> Result<Snapshot, Report> {
    let place = Place::find(common)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let mut client = client::start(&place)?;
        let answer = snapshot(&mut client).await;
        client.end().await;
        answer
    })
}

async fn snapshot(client: &mut Client) -> Result<Snapshot, Report> {
    let until = Instant::now() + ANSWER_MAX;
    let mut during = format!("connecting to {}", client.address);
    loop {
        let hint = "`tradewind check` says more; `tradewind journal` shows what was recorded";
        let Ok(event) = timeout_at(until, client.events.recv()).await else {
            return Err(eyre!("no answer within {} s while {during}; {hint}", ANSWER_MAX.as_secs()));
        };
        match event {
            None => return Err(eyre!("the connection ended while {during}; {hint}")),
            Some(Event::Synced(snapshot)) => return Ok(*snapshot),
            Some(Event::Link(Link::Refused(why) | Link::Dialling { next_in: Some(_), why: Some(why), .. })) => {
                return Err(eyre!("{} ({during}); {hint}", client::words(&why)));
            }
            Some(Event::Link(Link::Syncing { what, .. })) => during = format!("asking for {what}"),
            Some(_) => {}
        }
    }
}

/// Prints rows as JSON or as a table.
fn print<T: Serialize>(rows: &[T], table: fn(&[T]) -> Table, json: bool, none: &str) -> Result<i32, Report> {
    let text = if json {
        format!("{}\n", serde_json::to_string_pretty(rows)?)
    } else if rows.is_empty() {
        format!("{none}\n")
    } else {
        table(rows).text()
    };
    put(&text)?;
    Ok(0)
}

/// An order as the broker has it.
#[derive(Debug, Serialize)]
struct OrderRow {
    client: i32,
    order: i32,
    perm_id: i64,
    order_ref: SafeText,
    symbol: SafeText,
    text: String,
    status: &'static str,
    open: bool,
    #[serde(serialize_with = "number")]
    quantity: Qty,
    #[serde(serialize_with = "maybe")]
    filled: Option<Qty>,
    #[serde(serialize_with = "maybe")]
    average: Option<Price>,
    parent: Option<i32>,
    remark: Option<SafeText>,
}

impl OrderRow {
    fn of(report: &OrderReport, open: bool) -> Self {
        let spec = &report.spec;
        let text = match &report.other_kind {
            Some(kind) => format!("{} {} {} {kind}", spec.verb.word(), spec.qty.0.normalize(), spec.symbol),
            None => sentence_of(spec),
        };
        Self {
            client: report.ids.client_id,
            order: report.ids.order_id,
            perm_id: report.ids.perm_id,
            order_ref: report.order_ref.clone(),
            symbol: spec.symbol.clone(),
            text,
            status: match report.status {
                BrokerStatus::Held => "held",
                BrokerStatus::Working => "working",
                BrokerStatus::Cancelling => "cancelling",
                BrokerStatus::Cancelled => "cancelled",
                BrokerStatus::Filled => "filled",
                BrokerStatus::Inactive => "inactive",
                BrokerStatus::Other => "unknown",
            },
            open,
            quantity: spec.qty,
            filled: report.filled,
            average: report.avg_fill,
            parent: Some(report.parent_id).filter(|id| *id > 0),
            remark: report.remark.clone(),
        }
    }
}

fn order_table(rows: &[OrderRow]) -> Table {
    let mut table = Table::new(&[
        ("client", Align::Right),
        ("order", Align::Right),
        ("sentence", Align::Left),
        ("status", Align::Left),
        ("filled", Align::Right),
        ("average", Align::Right),
        ("remark", Align::Left),
    ]);
    for row in rows {
        let filled = or_dash(row.filled, |q| q.0.normalize().to_string());
        table.row([
            row.client.to_string(),
            if row.order == 0 { format!("perm:{}", row.perm_id) } else { format!("#{}", row.order) },
            row.text.clone(),
            row.status.into(),
            format!("{filled}/{}", row.quantity.0.normalize()),
            or_dash(row.average, |p| p.0.round_dp(4).normalize().to_string()),
            row.remark.as_ref().map(ToString::to_string).unwrap_or_default(),
        ]);
    }
    table
}

/// An execution as the broker tells it.
#[derive(Debug, Serialize)]
struct FillRow {
    time: Option<String>,
    symbol: SafeText,
    side: &'static str,
    #[serde(serialize_with = "number")]
    quantity: Qty,
    #[serde(serialize_with = "number")]
    price: Price,
    currency: Option<SafeText>,
    #[serde(serialize_with = "maybe")]
    multiplier: Option<Qty>,
    #[serde(serialize_with = "maybe")]
    commission: Option<Cash>,
    #[serde(serialize_with = "maybe")]
    realized: Option<Cash>,
    exchange: SafeText,
    client: i32,
    order: i32,
    order_ref: SafeText,
    exec_id: SafeText,
}

impl From<&Execution> for FillRow {
    fn from(e: &Execution) -> Self {
        Self {
            time: e.time.map(moment),
            symbol: e.symbol.clone(),
            side: if e.side == Side::Buy { "buy" } else { "sell" },
            quantity: e.qty,
            price: e.price,
            currency: e.currency.clone(),
            multiplier: e.multiplier.map(Qty),
            commission: e.commission.as_ref().map(|c| c.amount),
            realized: e.commission.as_ref().and_then(|c| c.realized),
            exchange: e.exchange.clone(),
            client: e.ids.client_id,
            order: e.ids.order_id,
            order_ref: e.order_ref.clone(),
            exec_id: e.exec_id.0.clone(),
        }
    }
}

fn fill_table(rows: &[FillRow]) -> Table {
    let mut table = Table::new(&[
        ("time", Align::Left),
        ("side", Align::Left),
        ("quantity", Align::Right),
        ("symbol", Align::Left),
        ("price", Align::Right),
        ("commission", Align::Right),
        ("realised net", Align::Right),
        ("order", Align::Right),
        ("venue", Align::Left),
        ("id", Align::Left),
    ]);
    for row in rows {
        table.row([
            row.time.clone().unwrap_or_else(|| "—".to_owned()),
            row.side.into(),
            shown::qty(row.quantity),
            row.symbol.to_string(),
            row.price.0.normalize().to_string(),
            or_dash(row.commission, shown::cash),
            or_dash(row.realized, shown::signed),
            format!("#{}", row.order),
            row.exchange.to_string(),
            row.exec_id.to_string(),
        ]);
    }
    table
}

/// What is held of a contract.
#[derive(Debug, Serialize)]
struct PositionRow {
    symbol: SafeText,
    con_id: i32,
    #[serde(serialize_with = "number")]
    quantity: Qty,
    #[serde(serialize_with = "maybe")]
    average_cost: Option<Price>,
}

fn position_table(rows: &[PositionRow]) -> Table {
    let mut table = Table::new(&[("symbol", Align::Left), ("quantity", Align::Right), ("average cost", Align::Right)]);
    for row in rows {
        table.row([
            row.symbol.to_string(),
            shown::qty(row.quantity),
            or_dash(row.average_cost, |p| p.0.round_dp(4).normalize().to_string()),
        ]);
    }
    table
}

/// The account's values in its base currency.
#[derive(Debug, Serialize)]
struct AccountRow {
    currency: SafeText,
    #[serde(serialize_with = "maybe")]
    net_liquidation: Option<Cash>,
    #[serde(serialize_with = "maybe")]
    cash: Option<Cash>,
    #[serde(serialize_with = "maybe")]
    gross_value: Option<Cash>,
    #[serde(serialize_with = "maybe")]
    init_margin: Option<Cash>,
    #[serde(serialize_with = "maybe")]
    maint_margin: Option<Cash>,
    #[serde(serialize_with = "maybe")]
    available_funds: Option<Cash>,
    #[serde(serialize_with = "maybe")]
    excess_liquidity: Option<Cash>,
    #[serde(serialize_with = "maybe")]
    buying_power: Option<Cash>,
}

impl From<&AccountValues> for AccountRow {
    fn from(values: &AccountValues) -> Self {
        Self {
            currency: values.currency.clone(),
            net_liquidation: values.net_liquidation,
            cash: values.cash,
            gross_value: values.gross_value,
            init_margin: values.init_margin,
            maint_margin: values.maint_margin,
            available_funds: values.available_funds,
            excess_liquidity: values.excess_liquidity,
            buying_power: values.buying_power,
        }
    }
}

fn account_table(values: &AccountValues) -> Table {
    let mut table = Table::new(&[("value", Align::Left), ("amount", Align::Right), ("", Align::Left)]);
    let rows = [
        ("net liquidation", values.net_liquidation),
        ("cash", values.cash),
        ("gross position value", values.gross_value),
        ("initial margin", values.init_margin),
        ("maintenance margin", values.maint_margin),
        ("available funds", values.available_funds),
        ("excess liquidity", values.excess_liquidity),
        ("buying power", values.buying_power),
    ];
    for (name, value) in rows {
        table.row([name.to_owned(), or_dash(value, shown::cash), values.currency.to_string()]);
    }
    table
}
