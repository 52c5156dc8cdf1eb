//! What the journal remembers.

use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, OpenFlags, OptionalExtension};
use serde::de::DeserializeOwned;

use super::{JournalError, schema};
use crate::domain::fill::Execution;
use crate::domain::order::{Order, OrderState};

/// How far back executions are reported at the opening: what IB itself may still tell in a SYNC, and a weekend.
const EXECUTIONS_BACK: Duration = Duration::from_hours(24 * 4);

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

/// Executions of the last days, oldest first.
pub(super) fn executions(conn: &Connection, now_wall: i64) -> Result<Vec<Execution>, JournalError> {
    let back = i64::try_from(EXECUTIONS_BACK.as_nanos()).unwrap_or(i64::MAX);
    let sql = "SELECT body FROM executions WHERE at >= ?1 ORDER BY at, rowid";
    rows(conn, "an execution", sql, now_wall.saturating_sub(back))
}

/// Reads the bodies that a statement with one parameter finds.
fn rows<T: DeserializeOwned>(
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
fn parse<T: DeserializeOwned>(what: &'static str, body: &str) -> Result<T, JournalError> {
    serde_json::from_str(body).map_err(|error| JournalError::Record { what, error })
}
