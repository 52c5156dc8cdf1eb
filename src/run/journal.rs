//! `tradewind journal` and `tradewind export`: what was done, what it came to, notes, tags, statements.
//!
//! They read the files of all seats of the profile, whether their workstation runs or not; what they write (notes, tags,
//! executions of a statement) a running workstation sees at its next start.

mod books;
mod import;
pub mod rows;
pub mod span;

use std::fs::OpenOptions;
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use color_eyre::eyre::{Report, WrapErr, eyre};
use serde::Serialize;

use self::books::Books;
use self::rows::{DayRow, EventRow, FillRow, OrderRow, TripRow};
use super::Misuse;
use super::plan::Place;
use super::table::Table;
use crate::cli;
use crate::cli::journal::{Export, Journal, JournalCommand, Part};
use crate::clock::Stamp;
use crate::domain::fill::Execution;
use crate::journal::{Annotator, Span};
use crate::ledger::{self, Trip};

/// Runs `journal`; the exit code: 1 if what is named does not exist or a statement could not be taken in wholly.
pub fn run(common: &cli::Common, options: &Journal) -> Result<i32, Report> {
    let place = Place::find(common)?;
    match &options.command {
        None => show(&place, options),
        Some(JournalCommand::Note { order, text }) => note(&place, order, &text.join(" ")),
        Some(JournalCommand::Tag { order, tags, remove }) => tag(&place, order, tags, *remove),
        Some(JournalCommand::Import { file, account, dry_run }) => {
            import::run(&place, file, account.as_deref(), *dry_run)
        }
    }
}

fn show(place: &Place, options: &Journal) -> Result<i32, Report> {
    let now = Stamp::now();
    let (span, words) = match span::of(&options.days, now)? {
        Some(said) => said,
        None => span::today(now)?,
    };
    let books = Books::open(place)?;
    if books.is_empty() {
        let text = format!("there is no journal of the profile {} in {}", place.profile.name, place.folder.display());
        return Err(eyre!(text));
    }
    let Part { orders, executions, trips, events } = options.part;
    if orders {
        let rows =
            books.orders(span)?.iter().map(|order| OrderRow::of(&books, order)).collect::<Result<Vec<_>, _>>()?;
        print(&rows, rows::orders, options.json, &words)?;
    } else if executions {
        let rows: Vec<FillRow> = books.within(span).map(|fill| FillRow::of(&books, fill)).collect();
        print(&rows, rows::fills, options.json, &words)?;
    } else if events {
        let rows: Vec<EventRow> = books.happenings(span)?.into_iter().map(EventRow::from).collect();
        print(&rows, rows::events, options.json, &words)?;
    } else {
        let booked = books.ledger();
        let ended: Vec<TripRow> = booked.trips.iter().filter(|trip| concerns(trip, span)).map(TripRow::of).collect();
        if trips || options.json {
            print(&ended, rows::trips, options.json, &words)?;
        } else {
            let days = days(&books, span, &booked);
            print(&days, rows::days, false, &words)?;
            if !days.is_empty() || !ended.is_empty() {
                writeln!(io::stdout())?;
                print(&ended, rows::trips, false, &words)?;
            }
        }
    }
    Ok(0)
}

/// Whether a round trip ended in the span, or is open and began before its end.
fn concerns(trip: &Trip, span: Span) -> bool {
    match trip.closed {
        Some(at) => span.contains(at),
        None => !trip.is_closed() && trip.opened.is_none_or(|at| at < span.to),
    }
}

fn days(books: &Books, span: Span, booked: &ledger::Ledger) -> Vec<DayRow> {
    let within: Vec<&Execution> = books.within(span).map(|fill| &fill.execution).collect();
    let is_in = |r: &&ledger::Realised| r.time.is_some_and(|at| span.contains(at));
    let realised: Vec<_> = booked.realised.iter().filter(is_in).cloned().collect();
    let days = ledger::days(within, &realised);
    days.into_iter().map(|((day, currency), sums)| DayRow::of(day, currency, &sums)).collect()
}

/// Prints rows as JSON or as a table.
fn print<T: Serialize>(rows: &[T], table: impl Fn(&[T]) -> Table, json: bool, words: &str) -> Result<(), Report> {
    if json {
        return put(&format!("{}\n", serde_json::to_string_pretty(rows)?));
    }
    let table = table(rows);
    if table.is_empty() { put(&format!("Nothing: {words}.\n")) } else { put(&table.text()) }
}

/// Writes to standard output; that nobody reads on is how a pipe ends.
pub fn put(text: &str) -> Result<(), Report> {
    let mut out = io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        other => Ok(other?),
    }
}

fn note(place: &Place, named: &str, text: &str) -> Result<i32, Report> {
    let Some((path, order)) = Books::open(place)?.find(named)? else { return unknown(named) };
    Annotator::open(&path)?.note(&order.key, text, Stamp::now())?;
    put(&format!("noted on #{} {} ({})\n", order.ids.order_id, rows::said(&order), order.key))?;
    Ok(0)
}

fn tag(place: &Place, named: &str, tags: &[String], remove: bool) -> Result<i32, Report> {
    if let Some(bad) = tags.iter().find(|tag| tag.is_empty() || tag.contains(char::is_whitespace)) {
        return Err(Misuse(format!("{bad:?} is no tag: one word")).into());
    }
    let books = Books::open(place)?;
    let Some((path, order)) = books.find(named)? else { return unknown(named) };
    let mut journal = Annotator::open(&path)?;
    for tag in tags {
        if remove {
            journal.untag(&order.key, tag)?;
        } else {
            journal.tag(&order.key, tag, Stamp::now())?;
        }
    }
    let (_, now) = books.remarks(&order.key)?;
    let now = if now.is_empty() { "no tags".to_owned() } else { now.join(" ") };
    put(&format!("#{} {} ({}): {now}\n", order.ids.order_id, rows::said(&order), order.key))?;
    Ok(0)
}

fn unknown(named: &str) -> Result<i32, Report> {
    Err(eyre!("no order {named} is in the journal; `tradewind journal --orders --from …` lists them"))
}

/// Everything, for `export --json`.
#[derive(Debug, Serialize)]
struct Everything<'a> {
    profile: &'a str,
    days_said: String,
    days: Vec<DayRow>,
    trips: Vec<TripRow>,
    executions: Vec<FillRow>,
    orders: Vec<OrderRow>,
}

/// Runs `export`.
pub fn export(common: &cli::Common, options: &Export) -> Result<i32, Report> {
    let place = Place::find(common)?;
    let (span, words) = span::of(&options.days, Stamp::now())?.unwrap_or_else(|| (Span::ALL, "all".to_owned()));
    let books = Books::open(&place)?;
    let executions: Vec<FillRow> = books.within(span).map(|fill| FillRow::of(&books, fill)).collect();
    let count = executions.len();
    if let Some(path) = &options.csv {
        write(path, &csv(&books, &executions)?)?;
        return told(path, count);
    }
    let Some(path) = &options.json else { return Err(eyre!("--csv FILE or --json FILE")) };
    let booked = books.ledger();
    let everything = Everything {
        profile: &place.profile.name,
        days_said: words,
        days: days(&books, span, &booked),
        trips: booked.trips.iter().filter(|trip| concerns(trip, span)).map(TripRow::of).collect(),
        executions,
        orders: books.orders(span)?.iter().map(|order| OrderRow::of(&books, order)).collect::<Result<_, _>>()?,
    };
    write(path, &format!("{}\n", serde_json::to_string_pretty(&everything)?))?;
    told(path, count)
}

fn told(path: &Path, count: usize) -> Result<i32, Report> {
    if path.as_os_str() != "-" {
        let executions = crate::app::words::count(count, "execution");
        writeln!(io::stderr(), "{executions} written to {}", path.display())?;
    }
    Ok(0)
}

/// The columns of the CSV, in their order. The first seven have the names and forms that the trade journals (Tradervue's
/// generic form, TradeLog's) ask for; the rest lets every row be found again.
const COLUMNS: [&str; 17] = [
    "Date",
    "Time",
    "Symbol",
    "Quantity",
    "Price",
    "Side",
    "Commission",
    "Currency",
    "CommissionCurrency",
    "Multiplier",
    "Exchange",
    "Order",
    "OrderRef",
    "ExecId",
    "Source",
    "Tags",
    "Notes",
];

/// Executions as CSV (RFC 4180, line feeds): dates and times of New York, quantity without a sign, numbers without
/// separators, what is not known empty.
fn csv(books: &Books, rows: &[FillRow]) -> Result<String, Report> {
    let mut out = COLUMNS.join(",");
    out.push('\n');
    for row in rows {
        let (date, time) = row.time.as_deref().and_then(|t| t.split_once('T')).unwrap_or_default();
        let (notes, tags) = books.remarks(&crate::domain::order::OrderKey::own(&row.order_ref))?;
        let notes: Vec<String> = notes.into_iter().map(|note| note.text).collect();
        let text = |value: Option<String>| value.unwrap_or_default();
        let cells = [
            date.to_owned(),
            time.get(..8).unwrap_or_default().to_owned(),
            row.symbol.to_string(),
            row.quantity.0.normalize().to_string(),
            row.price.0.normalize().to_string(),
            row.side.to_owned(),
            text(row.commission.map(|c| c.0.normalize().to_string())),
            text(row.currency.as_ref().map(ToString::to_string)),
            text(row.commission_currency.as_ref().map(ToString::to_string)),
            text(row.multiplier.map(|m| m.0.normalize().to_string())),
            row.exchange.to_string(),
            text(row.order.map(|id| id.to_string())),
            row.order_ref.to_string(),
            row.exec_id.to_string(),
            row.source.to_owned(),
            tags.join(" "),
            notes.join("; "),
        ];
        out.push_str(&cells.map(|cell| quoted(&cell)).join(","));
        out.push('\n');
    }
    Ok(out)
}

/// A cell, in quotes where it needs them. What a spreadsheet would take for a formula is kept from being one.
fn quoted(cell: &str) -> String {
    let formula =
        cell.starts_with(['=', '+', '@']) || (cell.starts_with('-') && cell.parse::<rust_decimal::Decimal>().is_err());
    let cell = if formula { format!("'{cell}") } else { cell.to_owned() };
    if cell.contains([',', '"', '\n', '\r']) { format!("\"{}\"", cell.replace('"', "\"\"")) } else { cell }
}

/// Writes a file for its owner alone, or to standard output.
fn write(path: &Path, text: &str) -> Result<(), Report> {
    if path.as_os_str() == "-" {
        return put(text);
    }
    let mut file = OpenOptions::new()
        .create(true)
        .truncate(true)
        .write(true)
        .mode(0o600)
        .open(path)
        .wrap_err_with(|| format!("{} cannot be written", path.display()))?;
    file.write_all(text.as_bytes()).wrap_err_with(|| format!("{} cannot be written", path.display()))
}

#[cfg(test)]
mod tests;
