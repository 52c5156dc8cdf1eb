//! What the journal remembers.

use std::path::Path;
use std::time::Duration;

use jiff::civil::Date;
use rusqlite::{Connection, OpenFlags, OptionalExtension};
use rust_decimal::Decimal;
use serde::de::DeserializeOwned;

use super::entry::{Accepted, Before, CashKnown, Entry, Holding};
use super::{JournalError, schema};
use crate::domain::SafeText;
use crate::domain::fill::{ExecId, Execution};
use crate::domain::order::{Order, OrderKey, OrderKind, OrderState};
use crate::domain::quote::Quote;
use crate::ledger::Terms;

/// How far back executions are reported at the opening: the seven days that IB itself may still tell in a SYNC.
const EXECUTIONS_BACK: Duration = Duration::from_hours(24 * 8);

/// Executions known by their ids at the opening: more than an account fills in the days that IB gives back.
const EXECUTIONS_LATEST: i64 = 20_000;

/// The name in `meta` of the moment of the last record.
pub(super) const LAST_AT: &str = "last_at";

/// The name in `known` of the account's cash.
pub(super) const CASH: &str = "cash";

/// A journal looked at from outside, without becoming its writer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inspection {
    /// Its version.
    pub version: i64,
    /// How often it was opened.
    pub runs: u32,
    /// Orders without a recorded end.
    pub live: usize,
    /// Executions of the last days.
    pub executions: usize,
}

/// Looks at the journal in `path` without changing it; `None` if there is none yet.
pub fn inspect(path: &Path, now_wall: i64) -> Result<Option<Inspection>, JournalError> {
    if !path.exists() {
        return Ok(None);
    }
    let conn = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    conn.busy_timeout(Duration::from_secs(2))?;
    let version = schema::refuse_newer(&conn, path)?;
    check(&conn, path)?;
    if version == 0 {
        return Ok(None);
    }
    Ok(Some(Inspection {
        version,
        runs: number(&conn, "run")?.and_then(|n| u32::try_from(n).ok()).unwrap_or(0),
        live: live(&conn)?.len(),
        executions: executions(&conn, now_wall)?.len(),
    }))
}

/// Asks SQLite whether the file is whole.
pub(super) fn check(conn: &Connection, path: &Path) -> Result<(), JournalError> {
    let what: String = conn.query_row("PRAGMA quick_check(1)", [], |row| row.get(0))?;
    if what == "ok" { Ok(()) } else { Err(JournalError::Damaged { path: path.to_path_buf(), what }) }
}

/// A number from `meta`.
pub(super) fn number(conn: &Connection, name: &str) -> rusqlite::Result<Option<i64>> {
    conn.prepare_cached("SELECT value FROM meta WHERE name = ?1")?.query_row([name], |row| row.get(0)).optional()
}

/// A text from `meta`.
pub(super) fn text(conn: &Connection, name: &str) -> rusqlite::Result<Option<String>> {
    conn.prepare_cached("SELECT value FROM meta WHERE name = ?1")?.query_row([name], |row| row.get(0)).optional()
}

/// An order by its name.
pub(super) fn order(conn: &Connection, key: &str) -> Result<Option<Order>, JournalError> {
    let body: Option<String> =
        conn.prepare_cached("SELECT body FROM orders WHERE key = ?1")?.query_row([key], |row| row.get(0)).optional()?;
    body.map(|body| parse("an order", &body)).transpose()
}

/// Orders placed before one, newest first: by when they were placed, then by name.
pub(super) fn recall(
    conn: &Connection,
    before: Option<&(i64, OrderKey)>,
    count: usize,
) -> Result<Vec<Order>, JournalError> {
    let (at, key) = before.map_or((i64::MAX, ""), |(at, key)| (*at, key.as_str()));
    let limit = i64::try_from(count).unwrap_or(i64::MAX);
    // Each half is read off the index on (live, placed_at); one query over both would sort the whole table.
    let sql = "SELECT body FROM orders WHERE live = ?1 AND placed_at <= ?2 AND (placed_at < ?2 OR key < ?3)
               ORDER BY placed_at DESC, key DESC LIMIT ?4";
    let mut statement = conn.prepare_cached(sql)?;
    let mut orders: Vec<Order> = Vec::new();
    for live in [0_i64, 1] {
        let rows = statement.query_map(rusqlite::params![live, at, key, limit], |row| row.get::<_, String>(0))?;
        for body in rows {
            orders.push(parse("an order", &body?)?);
        }
    }
    orders.sort_by(|a, b| (b.placed_at.wall, &b.key).cmp(&(a.placed_at.wall, &a.key)));
    orders.truncate(count);
    Ok(orders)
}

/// An execution by its id.
pub(super) fn execution(conn: &Connection, id: &ExecId) -> Result<Option<Execution>, JournalError> {
    let body: Option<String> = conn
        .prepare_cached("SELECT body FROM executions WHERE exec_id = ?1")?
        .query_row([id.0.as_str()], |row| row.get(0))
        .optional()?;
    body.map(|body| parse("an execution", &body)).transpose()
}

/// Orders without a recorded end, oldest first.
///
/// One whose sending was under way is UNKNOWN now: its bytes may have left, or not.
pub(super) fn live(conn: &Connection) -> Result<Vec<Order>, JournalError> {
    let mut orders: Vec<Order> =
        rows(conn, "an order", "SELECT body FROM orders WHERE live = ?1 ORDER BY placed_at, rowid", 1)?;
    for order in &mut orders {
        if order.state == OrderState::Sending {
            order.state = OrderState::Unknown;
        }
    }
    Ok(orders)
}

/// Executions of the last days, oldest first; of one that was corrected the newest version.
pub(super) fn executions(conn: &Connection, now_wall: i64) -> Result<Vec<Execution>, JournalError> {
    let back = i64::try_from(EXECUTIONS_BACK.as_nanos()).unwrap_or(i64::MAX);
    let sql = "SELECT body FROM executions WHERE at >= ?1 ORDER BY at, rowid";
    let all: Vec<Execution> = rows(conn, "an execution", sql, now_wall.saturating_sub(back))?;
    Ok(crate::ledger::newest(&all).into_iter().cloned().collect())
}

/// What is known of the orders whose intent is of the last days.
pub(super) fn recent_terms(conn: &Connection, now_wall: i64) -> Result<Vec<(OrderKey, Terms)>, JournalError> {
    let back = i64::try_from(EXECUTIONS_BACK.as_nanos()).unwrap_or(i64::MAX);
    terms(conn, now_wall.saturating_sub(back))
}

/// What is known of the orders whose first intent was recorded since `from`: the quote it was approved against, and the
/// stop that went out with it.
pub(super) fn terms(conn: &Connection, from: i64) -> Result<Vec<(OrderKey, Terms)>, JournalError> {
    let sql = "SELECT key, body FROM intents WHERE change = 0 AND at >= ?1 ORDER BY seq";
    let mut statement = conn.prepare_cached(sql)?;
    let rows = statement.query_map([from], |row| Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?)))?;
    let mut out = Vec::new();
    for row in rows {
        let (key, body) = row?;
        out.push((OrderKey::own(&key), terms_of(&body)));
    }
    Ok(out)
}

/// What an intent's record says beside the order. What cannot be read in it is not known: nothing depends on it.
fn terms_of(body: &str) -> Terms {
    let body: serde_json::Value = serde_json::from_str(body).unwrap_or_default();
    let quote = serde_json::from_value::<Quote>(body["quote"].clone()).ok();
    let kinds = body["exits"].as_array().into_iter().flatten();
    let mut kinds = kinds.filter_map(|exit| serde_json::from_value::<OrderKind>(exit["spec"]["kind"].clone()).ok());
    let stop = kinds.find_map(|kind| match kind {
        OrderKind::Stop { trigger, .. } => Some(trigger),
        _ => None,
    });
    Terms::of(quote.as_ref(), stop)
}

/// Where things stood at the last record; `None` if there is none.
pub(super) fn before(conn: &Connection) -> Result<Option<Before>, JournalError> {
    let Some(at) = number(conn, LAST_AT)? else { return Ok(None) };
    let cash: Option<String> =
        conn.query_row("SELECT body FROM known WHERE name = ?1", [CASH], |row| row.get(0)).optional()?;
    let cash: Option<CashKnown> = cash.map(|body| parse("cash", &body)).transpose()?;
    Ok(Some(Before {
        at,
        holdings: holdings(conn)?,
        cash,
        executions: latest(conn)?,
        halted: halted(conn)?,
        reduced: reduced(conn)?,
        limits: tuned(conn)?,
    }))
}

/// Whether the last word on HALT is that it was set.
fn halted(conn: &Connection) -> Result<bool, JournalError> {
    let sql = "SELECT kind FROM entries WHERE kind IN ('halt', 'lift') ORDER BY seq DESC LIMIT 1";
    let last: Option<String> = conn.query_row(sql, [], |row| row.get(0)).optional()?;
    Ok(last.as_deref() == Some("halt"))
}

/// The session that REDUCE was set for, where the last word on it is that it was set.
fn reduced(conn: &Connection) -> Result<Option<Date>, JournalError> {
    Ok(match last_of(conn, ["reduce", "release"])? {
        Some(Entry::Reduced { session }) => Some(session),
        _ => None,
    })
}

/// The limits that were typed last.
fn tuned(conn: &Connection) -> Result<Vec<(String, Decimal)>, JournalError> {
    Ok(match last_of(conn, ["limits", "limits"])? {
        Some(Entry::Tuned { limits }) => limits,
        _ => Vec::new(),
    })
}

/// The last entry of one of these kinds.
fn last_of(conn: &Connection, kinds: [&str; 2]) -> Result<Option<Entry>, JournalError> {
    let sql = "SELECT body FROM entries WHERE kind IN (?1, ?2) ORDER BY seq DESC LIMIT 1";
    let body: Option<String> = conn.prepare_cached(sql)?.query_row(kinds, |row| row.get(0)).optional()?;
    body.map(|body| parse("an entry", &body)).transpose()
}

/// The ids of the executions recorded last. By their place in the journal and not by their time: the broker's clock may be
/// another than ours.
fn latest(conn: &Connection) -> Result<Vec<ExecId>, JournalError> {
    let mut statement = conn.prepare_cached("SELECT exec_id FROM executions ORDER BY rowid DESC LIMIT ?1")?;
    let ids = statement.query_map([EXECUTIONS_LATEST], |row| row.get::<_, String>(0))?;
    Ok(ids.map(|id| id.map(|id| ExecId(SafeText::new(&id)))).collect::<Result<_, _>>()?)
}

/// The positions as last recorded, those that were closed among them.
pub(super) fn holdings(conn: &Connection) -> Result<Vec<Holding>, JournalError> {
    let sql = "SELECT body FROM known WHERE name LIKE 'position:%' AND at >= ?1 ORDER BY name";
    rows(conn, "a position", sql, i64::MIN)
}

/// The limits that were accepted for live accounts.
pub(super) fn accepted(conn: &Connection) -> Result<Vec<Accepted>, JournalError> {
    let sql = "SELECT body FROM known WHERE name LIKE 'accepted:%' AND at >= ?1 ORDER BY name";
    rows(conn, "accepted limits", sql, i64::MIN)
}

/// Reads the bodies that a statement with one parameter finds.
pub(super) fn rows<T: DeserializeOwned>(
    conn: &Connection,
    what: &'static str,
    sql: &str,
    parameter: i64,
) -> Result<Vec<T>, JournalError> {
    let mut statement = conn.prepare_cached(sql)?;
    let bodies = statement.query_map([parameter], |row| row.get::<_, String>(0))?;
    bodies.map(|body| parse(what, &body?)).collect()
}

/// A record from its JSON. One that cannot be read is an error: an order left out would be an order forgotten.
pub(super) fn parse<T: DeserializeOwned>(what: &'static str, body: &str) -> Result<T, JournalError> {
    serde_json::from_str(body).map_err(|error| JournalError::Record { what, error })
}
