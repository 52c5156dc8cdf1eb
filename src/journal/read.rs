//! Reading a journal from outside, while its workstation runs or not: what happened, in a span of time.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, OpenFlags, OptionalExtension, params};
use serde::Serialize;

use super::entry::{Accepted, Before, Entry};
use super::{JournalError, query, schema};
use crate::domain::fill::Execution;
use crate::domain::order::{Order, OrderKey};
use crate::ledger::Terms;

/// From one moment up to, and without, another; nanoseconds since the Unix epoch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    /// The first moment in it.
    pub from: i64,
    /// The first moment after it.
    pub to: i64,
}

impl Span {
    /// All of time.
    pub const ALL: Self = Self { from: i64::MIN, to: i64::MAX };

    /// Whether a moment lies in it.
    pub const fn contains(&self, at: i64) -> bool {
        self.from <= at && at < self.to
    }
}

/// Where an execution was learnt from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Source {
    /// The broker, over the API.
    Api,
    /// A Flex statement.
    Flex,
}

impl Source {
    /// Its word in the table.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Api => "api",
            Self::Flex => "flex",
        }
    }
}

/// An execution and where it was learnt from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fill {
    /// The execution.
    pub execution: Execution,
    /// Its source.
    pub source: Source,
}

/// Something that happened.
#[derive(Debug, Clone, PartialEq)]
pub struct Happening {
    /// When it was recorded.
    pub at: i64,
    /// What.
    pub what: What,
}

/// What happened.
#[derive(Debug, Clone, PartialEq)]
pub enum What {
    /// An order changed.
    Order {
        /// What it was; `None` when it was new.
        before: Option<Box<Order>>,
        /// What it is.
        after: Box<Order>,
    },
    /// Anything else.
    Entry(Box<Entry>),
}

/// A note on an order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Note {
    /// When.
    pub at: i64,
    /// What.
    pub text: String,
}

/// A journal that is only read.
#[derive(Debug)]
pub struct Reader {
    conn: Connection,
}

impl Reader {
    /// Opens the journal in `path`; `None` if there is none. One of an earlier release is brought to the present version
    /// first, as the workstation would.
    pub fn open(path: &Path) -> Result<Option<Self>, JournalError> {
        if !path.exists() {
            return Ok(None);
        }
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let conn = Connection::open_with_flags(path, flags)?;
        conn.busy_timeout(Duration::from_secs(2))?;
        match schema::refuse_newer(&conn, path)? {
            0 => return Ok(None),
            found if found < schema::VERSION => drop(super::store::connect(path)?),
            _ => query::check(&conn, path)?,
        }
        Ok(Some(Self { conn }))
    }

    /// Orders placed in the span, oldest first.
    pub fn orders(&self, span: Span) -> Result<Vec<Order>, JournalError> {
        let sql = "SELECT body FROM orders WHERE placed_at >= ?1 AND placed_at < ?2 ORDER BY placed_at, rowid";
        self.bodies(sql, span)?.iter().map(|body| query::parse("an order", body)).collect()
    }

    /// Orders without a recorded end, oldest first.
    pub fn live(&self) -> Result<Vec<Order>, JournalError> {
        query::live(&self.conn)
    }

    /// Executions of the span as recorded, every version of each, oldest first.
    pub fn executions(&self, span: Span) -> Result<Vec<Fill>, JournalError> {
        let sql = "SELECT body, source FROM executions WHERE at >= ?1 AND at < ?2 ORDER BY at, rowid";
        let mut statement = self.conn.prepare(sql)?;
        let rows = statement
            .query_map(params![span.from, span.to], |row| Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?)))?;
        rows.map(|row| {
            let (body, source) = row?;
            let source = if source == Source::Flex.word() { Source::Flex } else { Source::Api };
            Ok(Fill { execution: query::parse("an execution", &body)?, source })
        })
        .collect()
    }

    /// Everything that happened in the span besides executions, oldest first.
    pub fn happenings(&self, span: Span) -> Result<Vec<Happening>, JournalError> {
        let mut all = self.order_changes(span)?;
        let mut statement =
            self.conn.prepare("SELECT at, body FROM entries WHERE at >= ?1 AND at < ?2 ORDER BY at, seq")?;
        let rows = statement
            .query_map(params![span.from, span.to], |row| Ok((row.get::<_, i64>(0)?, row.get::<_, String>(1)?)))?;
        for row in rows {
            let (at, body) = row?;
            all.push(Happening { at, what: What::Entry(Box::new(query::parse("an entry", &body)?)) });
        }
        all.sort_by_key(|happening| happening.at);
        Ok(all)
    }

    fn order_changes(&self, span: Span) -> Result<Vec<Happening>, JournalError> {
        let sql = "SELECT s.at, s.body,
                     (SELECT p.body FROM order_states p WHERE p.key = s.key AND p.seq < s.seq ORDER BY p.seq DESC LIMIT 1)
                   FROM order_states s WHERE s.at >= ?1 AND s.at < ?2 ORDER BY s.at, s.seq";
        let mut statement = self.conn.prepare(sql)?;
        let rows = statement.query_map(params![span.from, span.to], |row| {
            Ok((row.get::<_, i64>(0)?, row.get::<_, String>(1)?, row.get::<_, Option<String>>(2)?))
        })?;
        let mut out = Vec::new();
        for row in rows {
            let (at, after, before) = row?;
            let after: Box<Order> = Box::new(query::parse("an order", &after)?);
            let before: Option<Box<Order>> = before.map(|b| query::parse("an order", &b)).transpose()?.map(Box::new);
            // What was written again without a change is no event.
            if before.as_ref() != Some(&after) {
                out.push(Happening { at, what: What::Order { before, after } });
            }
        }
        Ok(out)
    }

    /// What is known of every order beside the order itself.
    pub fn terms(&self) -> Result<BTreeMap<OrderKey, Terms>, JournalError> {
        let mut out = BTreeMap::new();
        for (key, terms) in query::terms(&self.conn, i64::MIN)? {
            out.entry(key).or_insert(terms);
        }
        Ok(out)
    }

    /// The limits that were accepted for live accounts.
    pub fn accepted(&self) -> Result<Vec<Accepted>, JournalError> {
        query::accepted(&self.conn)
    }

    /// Where things stood at the last record; `None` if there is none.
    pub fn before(&self) -> Result<Option<Before>, JournalError> {
        query::before(&self.conn)
    }

    /// The accounts orders were intended for, whole.
    pub fn accounts(&self) -> Result<Vec<String>, JournalError> {
        let mut statement = self.conn.prepare("SELECT DISTINCT account FROM intents ORDER BY account")?;
        let rows = statement.query_map([], |row| row.get(0))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// The notes on an order, oldest first.
    pub fn notes(&self, key: &OrderKey) -> Result<Vec<Note>, JournalError> {
        let mut statement = self.conn.prepare_cached("SELECT at, text FROM notes WHERE key = ?1 ORDER BY seq")?;
        let rows = statement.query_map([key.as_str()], |row| Ok(Note { at: row.get(0)?, text: row.get(1)? }))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// The tags of an order, in the order of the alphabet.
    pub fn tags(&self, key: &OrderKey) -> Result<Vec<String>, JournalError> {
        let mut statement = self.conn.prepare_cached("SELECT tag FROM tags WHERE key = ?1 ORDER BY tag")?;
        let rows = statement.query_map([key.as_str()], |row| row.get(0))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// The order that is meant by its name, or by its id at the broker: the latest that had it.
    pub fn find(&self, named: &str) -> Result<Option<Order>, JournalError> {
        if let Some(order) = query::order(&self.conn, named)? {
            return Ok(Some(order));
        }
        let number = named.strip_prefix("order:").or_else(|| named.strip_prefix('#')).unwrap_or(named);
        let Ok(id) = number.parse::<i64>() else { return Ok(None) };
        let sql = "SELECT body FROM orders WHERE json_extract(body, '$.ids.order_id') = ?1
                   ORDER BY placed_at DESC, rowid DESC LIMIT 1";
        let body: Option<String> = self.conn.query_row(sql, [id], |row| row.get(0)).optional()?;
        body.map(|body| query::parse("an order", &body)).transpose()
    }

    fn bodies(&self, sql: &str, span: Span) -> Result<Vec<String>, JournalError> {
        let mut statement = self.conn.prepare(sql)?;
        let rows = statement.query_map(params![span.from, span.to], |row| row.get(0))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}
