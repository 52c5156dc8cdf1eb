//! The tables, and how an older file becomes one of today.

use std::path::Path;

use rusqlite::{Connection, TransactionBehavior};

use super::JournalError;

/// One step per version; a file of version `n` has taken the first `n`.
const MIGRATIONS: &[&str] = &[
    "
    CREATE TABLE meta (
        name  TEXT PRIMARY KEY,
        value ANY NOT NULL
    ) STRICT;
    CREATE TABLE intents (
        seq       INTEGER PRIMARY KEY AUTOINCREMENT,
        at        INTEGER NOT NULL,
        key       TEXT NOT NULL,
        change    INTEGER NOT NULL,
        client_id INTEGER NOT NULL,
        order_id  INTEGER NOT NULL,
        account   TEXT NOT NULL,
        body      TEXT NOT NULL
    ) STRICT;
    CREATE TABLE orders (
        key        TEXT PRIMARY KEY,
        live       INTEGER NOT NULL,
        placed_at  INTEGER NOT NULL,
        body       TEXT NOT NULL
    ) STRICT;
    CREATE INDEX orders_live ON orders (live, placed_at);
    CREATE TABLE order_states (
        seq   INTEGER PRIMARY KEY AUTOINCREMENT,
        at    INTEGER NOT NULL,
        key   TEXT NOT NULL,
        body  TEXT NOT NULL
    ) STRICT;
    CREATE TABLE executions (
        exec_id TEXT PRIMARY KEY,
        at      INTEGER NOT NULL,
        key     TEXT NOT NULL,
        body    TEXT NOT NULL
    ) STRICT;
    CREATE INDEX executions_at ON executions (at);
",
    "
    ALTER TABLE executions ADD COLUMN source TEXT NOT NULL DEFAULT 'api';
    CREATE INDEX intents_at ON intents (at);
    CREATE INDEX order_states_at ON order_states (at);
    CREATE INDEX order_states_key ON order_states (key, seq);
    CREATE TABLE entries (
        seq   INTEGER PRIMARY KEY AUTOINCREMENT,
        at    INTEGER NOT NULL,
        kind  TEXT NOT NULL,
        key   TEXT,
        body  TEXT NOT NULL
    ) STRICT;
    CREATE INDEX entries_at ON entries (at);
    CREATE TABLE known (
        name  TEXT PRIMARY KEY,
        at    INTEGER NOT NULL,
        body  TEXT NOT NULL
    ) STRICT;
    CREATE TABLE notes (
        seq   INTEGER PRIMARY KEY AUTOINCREMENT,
        at    INTEGER NOT NULL,
        key   TEXT NOT NULL,
        text  TEXT NOT NULL
    ) STRICT;
    CREATE TABLE tags (
        key   TEXT NOT NULL,
        tag   TEXT NOT NULL,
        at    INTEGER NOT NULL,
        PRIMARY KEY (key, tag)
    ) STRICT;
",
];

/// The version this release writes.
pub const VERSION: i64 = MIGRATIONS.len() as i64;

/// The version of a file; 0 for an empty one.
pub(super) fn version(conn: &Connection) -> rusqlite::Result<i64> {
    conn.pragma_query_value(None, "user_version", |row| row.get(0))
}

/// Refuses a file of a later release.
pub(super) fn refuse_newer(conn: &Connection, path: &Path) -> Result<i64, JournalError> {
    let found = version(conn)?;
    if found > VERSION {
        return Err(JournalError::Newer { found, known: VERSION, path: path.to_path_buf() });
    }
    Ok(found)
}

/// Brings a file to [`VERSION`]; all or nothing.
pub(super) fn migrate(conn: &mut Connection, path: &Path) -> Result<(), JournalError> {
    if refuse_newer(conn, path)? == VERSION {
        return Ok(());
    }
    let tx = conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
    // Another process may have migrated between the look and the lock.
    let found = refuse_newer(&tx, path)?;
    for step in MIGRATIONS.iter().skip(usize::try_from(found).unwrap_or(0)) {
        tx.execute_batch(step)?;
    }
    tx.pragma_update(None, "user_version", VERSION)?;
    tx.commit()?;
    Ok(())
}
