//! The paper account on disk: one SQLite file in WAL mode with `synchronous = FULL`.
//!
//! Invariants: a batch of changes is one transaction, and it is committed before its events are sent, so a client never heard of
//! anything that a `kill -9` could undo; money and sizes are decimal text (within JSON too), moments are nanoseconds since the Unix epoch;
//! the schema has a version (`user_version`), older files are migrated, newer ones refused. The seed and the market's
//! version are kept beside the account: with other ones old fills would lie off the history.
//!
//! Must not know: the wire, the market, what an order may do.

use std::collections::BTreeMap;
use std::fs::OpenOptions;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use rusqlite::types::Type;
use rusqlite::{Connection, OpenFlags, OptionalExtension, Row, Transaction, TransactionBehavior, params};

use crate::gateway::Nanos;
use crate::gateway::venue::{
    Account, Action, Changes, Commission, Currency, Execution, Holding, Liquidity, Order, OrderRequest, OwnPrint,
    Pricing, Record, Saved, Spec, Status, Tape, Volume,
};
use crate::gateway::venue::{EXECUTION_DAYS, days_before};
use crate::money::{Cash, Price, Qty};

/// The schema's versions, each step taking a file from the version of its index to the next.
const MIGRATIONS: [&str; 4] = [
    include_str!("store/1.sql"),
    include_str!("store/2.sql"),
    include_str!("store/3.sql"),
    include_str!("store/4.sql"),
];

/// How long to wait for another process that holds the file.
const BUSY: std::time::Duration = std::time::Duration::from_secs(2);

/// Why the account's file cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The file cannot be opened.
    #[error("paper account {path}: {source}")]
    File {
        /// Where it is.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// SQLite said no.
    #[error("paper account: {0}")]
    Sqlite(#[from] rusqlite::Error),
    /// The file was written by a newer program.
    #[error(
        "the paper account was written by a newer tradewind (its schema is {found}, this one knows {known}); update, or {}",
        anew(.path.as_deref())
    )]
    Newer {
        /// Where it is.
        path: Option<PathBuf>,
        /// The file's schema version.
        found: i64,
        /// The newest this program knows.
        known: usize,
    },
    /// The account lived in another market.
    #[error(
        "the paper account belongs to the market of seed {seed}, version {version}; this one is seed {wanted_seed}, version {wanted_version}: its old fills would lie off the new history. {}",
        other_market(.path.as_deref(), *.seed, *.version, *.wanted_version)
    )]
    OtherMarket {
        /// Where it is.
        path: Option<PathBuf>,
        /// The account's seed.
        seed: u64,
        /// The account's market version.
        version: u32,
        /// The seed asked for.
        wanted_seed: u64,
        /// This program's market version.
        wanted_version: u32,
    },
}

/// How to begin with a new account.
fn anew(path: Option<&Path>) -> String {
    let file = path.map(|path| format!(" --file {}", path.display())).unwrap_or_default();
    format!("start anew with `tradewind gateway --reset{file}`, which keeps the old file beside the new one")
}

/// What to do about an account of another market.
fn other_market(path: Option<&Path>, seed: u64, version: u32, wanted_version: u32) -> String {
    if version == wanted_version {
        format!("Ask for its seed with --seed {seed}, or {}", anew(path))
    } else {
        format!("This program no longer has that market: {}", anew(path))
    }
}

/// Puts the file of an account aside, with what SQLite keeps beside it, so that a new one can take its place; answers where it
/// is now, `None` if there was none. Nobody may have it open.
pub fn set_aside(path: &Path) -> Result<Option<PathBuf>, StoreError> {
    if !path.exists() {
        return Ok(None);
    }
    let beside = |suffix: &str| {
        let mut name = path.as_os_str().to_owned();
        name.push(suffix);
        PathBuf::from(name)
    };
    let mut number = 1;
    let mut old = beside(".old-1");
    while old.exists() {
        number += 1;
        old = beside(&format!(".old-{number}"));
    }
    for suffix in ["-wal", "-shm", ""] {
        let from = beside(suffix);
        if from.exists() {
            let to = beside(&format!(".old-{number}{suffix}"));
            std::fs::rename(&from, &to).map_err(|source| StoreError::File { path: from, source })?;
        }
    }
    Ok(Some(old))
}

/// The file of the paper account.
#[derive(Debug)]
pub struct Store {
    connection: Connection,
    path: Option<PathBuf>,
}

impl Store {
    /// Opens the file or makes it, readable for its owner alone, and brings its schema up to date.
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        let file = OpenOptions::new().create(true).append(true).mode(0o600).open(path);
        file.map_err(|source| StoreError::File { path: path.to_owned(), source })?;
        Self::prepare(Connection::open(path)?, Some(path.to_owned()))
    }

    /// An account that is only looked at; one of an earlier release is brought to the present form first.
    pub fn look_at(path: &Path) -> Result<Self, StoreError> {
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(path, flags)?;
        connection.busy_timeout(BUSY)?;
        let found: i64 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
        if usize::try_from(found) != Ok(MIGRATIONS.len()) {
            return Self::open(path);
        }
        Ok(Self { connection, path: Some(path.to_owned()) })
    }

    /// An account that is gone with the process.
    pub fn in_memory() -> Result<Self, StoreError> {
        Self::prepare(Connection::open_in_memory()?, None)
    }

    fn prepare(mut connection: Connection, path: Option<PathBuf>) -> Result<Self, StoreError> {
        connection.busy_timeout(BUSY)?;
        connection.pragma_update(None, "journal_mode", "WAL")?;
        connection.pragma_update(None, "synchronous", "FULL")?;
        connection.pragma_update(None, "foreign_keys", "ON")?;
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let found: i64 = transaction.pragma_query_value(None, "user_version", |row| row.get(0))?;
        let known = MIGRATIONS.len();
        let done = usize::try_from(found).ok().filter(|done| *done <= known);
        let done = done.ok_or_else(|| StoreError::Newer { path: path.clone(), found, known })?;
        for step in MIGRATIONS.iter().skip(done) {
            transaction.execute_batch(step)?;
        }
        transaction.pragma_update(None, "user_version", known as i64)?;
        transaction.commit()?;
        Ok(Self { connection, path })
    }

    /// The seed and market version the account lives in; `None` before the first [`Store::settle`].
    pub fn market(&self) -> Result<Option<(u64, u32)>, StoreError> {
        let row = |row: &Row<'_>| Ok((row.get::<_, String>(0)?, row.get::<_, u32>(1)?));
        let found = self.connection.query_row("SELECT seed, feed_version FROM market", [], row).optional()?;
        found.map(|(seed, version)| Ok((parsed(&seed, 0)?, version))).transpose()
    }

    /// Binds the account to a market, or refuses if it lives in another one.
    pub fn settle(&self, wanted_seed: u64, wanted_version: u32) -> Result<(), StoreError> {
        match self.market()? {
            None => {
                let sql = "INSERT INTO market (id, seed, feed_version) VALUES (1, ?1, ?2)";
                self.connection.execute(sql, params![wanted_seed.to_string(), wanted_version])?;
                Ok(())
            }
            Some(found) if found == (wanted_seed, wanted_version) => Ok(()),
            Some((seed, version)) => {
                let path = self.path.clone();
                Err(StoreError::OtherMarket { path, seed, version, wanted_seed, wanted_version })
            }
        }
    }

    /// Commits one batch; only after this may its events be sent.
    pub fn commit(&mut self, changes: &Changes) -> Result<(), StoreError> {
        let transaction = self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        put_account(&transaction, &changes.account)?;
        for record in &changes.orders {
            put_order(&transaction, record)?;
        }
        for execution in &changes.executions {
            put_execution(&transaction, execution)?;
        }
        for execution in &changes.revised {
            revise_execution(&transaction, execution)?;
        }
        for (con_id, holding) in &changes.holdings {
            put_holding(&transaction, *con_id, holding.as_ref())?;
        }
        for (client_id, order_id) in &changes.last_ids {
            let sql = "INSERT INTO clients (client_id, last_order_id) VALUES (?1, ?2)
                ON CONFLICT (client_id) DO UPDATE SET last_order_id = excluded.last_order_id";
            transaction.prepare_cached(sql)?.execute(params![client_id, order_id])?;
        }
        transaction.commit()?;
        Ok(())
    }

    /// The account as of the last committed batch; `None` if there is none yet.
    pub fn load(&self) -> Result<Option<Saved>, StoreError> {
        let account = self.connection.query_row("SELECT * FROM account", [], get_account).optional()?;
        let Some(mut account) = account else {
            return Ok(None);
        };
        account.foreign = self.rows("SELECT * FROM cash", params![], get_cash)?.into_iter().collect();
        let day_start = account.day;
        let day = params![day_start];
        Ok(Some(Saved {
            account,
            orders: self.rows(
                "SELECT * FROM orders WHERE completed IS NULL OR completed >= ?1 ORDER BY perm_id",
                day,
                get_order,
            )?,
            executions: self.rows(
                "SELECT * FROM executions WHERE at >= ?1 ORDER BY sequence",
                params![days_before(day_start, EXECUTION_DAYS)],
                get_execution,
            )?,
            tape: self.rows("SELECT * FROM executions ORDER BY sequence", params![], |row| {
                get_execution(row).map(|execution| OwnPrint::of(&execution))
            })?,
            holdings: self.rows("SELECT * FROM holdings", params![], get_holding)?.into_iter().collect(),
            last_ids: self
                .rows("SELECT client_id, last_order_id FROM clients", params![], |row| Ok((row.get(0)?, row.get(1)?)))?
                .into_iter()
                .collect(),
        }))
    }

    fn rows<T>(
        &self,
        sql: &str,
        bound: &[&dyn rusqlite::ToSql],
        get: impl FnMut(&Row<'_>) -> rusqlite::Result<T>,
    ) -> rusqlite::Result<Vec<T>> {
        self.connection.prepare(sql)?.query_map(bound, get)?.collect()
    }
}

fn put_account(transaction: &Transaction<'_>, account: &Account) -> rusqlite::Result<()> {
    let sql =
        "INSERT OR REPLACE INTO account (id, now, cash, day, opening_equity, next_perm, next_execution, next_arrival,
        pricing, volume_month, volume_shares, opening_sma) VALUES (1, ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)";
    transaction.prepare_cached(sql)?.execute(params![
        account.now,
        account.cash.to_string(),
        account.day,
        account.opening_equity.map(|cash| cash.to_string()),
        account.next_perm,
        account.next_execution,
        account.next_arrival as i64,
        account.pricing.word(),
        account.volume.month,
        account.volume.shares.to_string(),
        account.opening_sma.map(|cash| cash.to_string()),
    ])?;
    for (currency, amount) in &account.foreign {
        let sql = "INSERT OR REPLACE INTO cash (currency, amount) VALUES (?1, ?2)";
        transaction.prepare_cached(sql)?.execute(params![currency.code(), amount.to_string()])?;
    }
    Ok(())
}

fn get_cash(row: &Row<'_>) -> rusqlite::Result<(Currency, Cash)> {
    Ok((text(row, "currency")?, text(row, "amount")?))
}

fn get_account(row: &Row<'_>) -> rusqlite::Result<Account> {
    Ok(Account {
        now: row.get("now")?,
        cash: text(row, "cash")?,
        day: row.get("day")?,
        opening_equity: maybe(row, "opening_equity")?,
        next_perm: row.get("next_perm")?,
        next_execution: row.get("next_execution")?,
        next_arrival: row.get::<_, i64>("next_arrival")?.unsigned_abs(),
        pricing: word(row, "pricing", Pricing::parse)?,
        volume: Volume { month: row.get("volume_month")?, shares: text(row, "volume_shares")? },
        opening_sma: maybe(row, "opening_sma")?,
        foreign: BTreeMap::new(),
    })
}

fn put_order(transaction: &Transaction<'_>, record: &Record) -> rusqlite::Result<()> {
    let sql = "INSERT OR REPLACE INTO orders (perm_id, client_id, order_id, con_id, action, quantity, kind, tif, outside_rth,
        account, order_ref, transmit, echo, status, filled, value, last_price, placed, expires, completed, reason, terms,
        standing, place) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21,
        ?22, ?23, ?24)";
    let order = &record.order;
    let request = &order.request;
    transaction.prepare_cached(sql)?.execute(params![
        order.perm_id,
        request.client_id,
        request.order_id,
        request.con_id,
        request.action.word(),
        request.quantity.to_string(),
        json(&request.kind)?,
        json(&request.tif)?,
        request.outside_rth,
        request.account,
        request.order_ref,
        request.transmit,
        request.echo,
        order.status.word(),
        order.filled.to_string(),
        order.value.to_string(),
        order.last_price.to_string(),
        order.placed,
        order.expires,
        order.completed,
        order.reason,
        json(&request.terms)?,
        json(&order.standing)?,
        json(&record.place)?,
    ])?;
    Ok(())
}

fn get_order(row: &Row<'_>) -> rusqlite::Result<Record> {
    let request = OrderRequest {
        client_id: row.get("client_id")?,
        order_id: row.get("order_id")?,
        con_id: row.get("con_id")?,
        action: word(row, "action", |word| Action::parse(word).ok())?,
        quantity: text(row, "quantity")?,
        kind: word(row, "kind", of_json)?,
        tif: word(row, "tif", of_json)?,
        outside_rth: row.get("outside_rth")?,
        account: row.get("account")?,
        order_ref: row.get("order_ref")?,
        transmit: row.get("transmit")?,
        terms: word(row, "terms", of_json)?,
        echo: row.get("echo")?,
    };
    let order = Order {
        request,
        perm_id: row.get("perm_id")?,
        status: word(row, "status", Status::parse)?,
        filled: text(row, "filled")?,
        value: text(row, "value")?,
        last_price: text(row, "last_price")?,
        placed: row.get("placed")?,
        expires: row.get("expires")?,
        completed: row.get("completed")?,
        reason: row.get("reason")?,
        standing: word(row, "standing", of_json)?,
    };
    Ok(Record { order, place: word(row, "place", of_json)? })
}

fn put_execution(transaction: &Transaction<'_>, execution: &Execution) -> rusqlite::Result<()> {
    let sql = "INSERT INTO executions (sequence, exec_id, at, client_id, order_id, perm_id, con_id, exchange, action, quantity,
        price, cumulative, avg_price, order_ref, liquidity, replaces_at, replaces_index, commission, realized)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19)";
    let replaces: (Option<Nanos>, Option<u32>) = match execution.tape {
        Tape::Adds => (None, None),
        Tape::Replaces { at, index } => (Some(at), Some(index)),
    };
    transaction.prepare_cached(sql)?.execute(params![
        execution.sequence,
        execution.exec_id,
        execution.at,
        execution.client_id,
        execution.order_id,
        execution.perm_id,
        execution.con_id,
        execution.exchange,
        execution.action.word(),
        execution.quantity.to_string(),
        execution.price.to_string(),
        execution.cumulative.to_string(),
        execution.avg_price.to_string(),
        execution.order_ref,
        execution.liquidity.number(),
        replaces.0,
        replaces.1,
        execution.commission.amount.to_string(),
        execution.commission.realized.map(|cash| cash.to_string()),
    ])?;
    Ok(())
}

/// Writes what a correction changes of an execution.
fn revise_execution(transaction: &Transaction<'_>, execution: &Execution) -> rusqlite::Result<()> {
    let sql = "UPDATE executions SET exec_id = ?2, quantity = ?3, price = ?4, cumulative = ?5, avg_price = ?6,
        commission = ?7, realized = ?8 WHERE sequence = ?1";
    transaction.prepare_cached(sql)?.execute(params![
        execution.sequence,
        execution.exec_id,
        execution.quantity.to_string(),
        execution.price.to_string(),
        execution.cumulative.to_string(),
        execution.avg_price.to_string(),
        execution.commission.amount.to_string(),
        execution.commission.realized.map(|cash| cash.to_string()),
    ])?;
    Ok(())
}

fn get_execution(row: &Row<'_>) -> rusqlite::Result<Execution> {
    let (exec_id, client_id): (String, i32) = (row.get("exec_id")?, row.get("client_id")?);
    let liquidity = match row.get::<_, i32>("liquidity")? {
        0 => Liquidity::Auction,
        1 => Liquidity::Added,
        2 => Liquidity::Removed,
        _ => return Err(broken("liquidity")),
    };
    let replaces: (Option<Nanos>, Option<u32>) = (row.get("replaces_at")?, row.get("replaces_index")?);
    let tape = match replaces {
        (Some(at), Some(index)) => Tape::Replaces { at, index },
        _ => Tape::Adds,
    };
    let commission = Commission {
        client_id,
        exec_id: exec_id.clone(),
        amount: text(row, "commission")?,
        realized: maybe(row, "realized")?,
    };
    Ok(Execution {
        exec_id,
        sequence: row.get("sequence")?,
        at: row.get("at")?,
        client_id,
        order_id: row.get("order_id")?,
        perm_id: row.get("perm_id")?,
        con_id: row.get("con_id")?,
        exchange: row.get("exchange")?,
        action: word(row, "action", |word| Action::parse(word).ok())?,
        quantity: text::<Qty>(row, "quantity")?,
        price: text::<Price>(row, "price")?,
        cumulative: text(row, "cumulative")?,
        avg_price: text(row, "avg_price")?,
        order_ref: row.get("order_ref")?,
        liquidity,
        tape,
        commission,
    })
}

fn put_holding(transaction: &Transaction<'_>, con_id: i32, holding: Option<&Holding>) -> rusqlite::Result<()> {
    let Some(holding) = holding else {
        transaction.prepare_cached("DELETE FROM holdings WHERE con_id = ?1")?.execute(params![con_id])?;
        return Ok(());
    };
    let sql = "INSERT OR REPLACE INTO holdings (con_id, quantity, cost, realized, start_quantity, start_mark, flow,
        start_cost, sma) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";
    transaction.prepare_cached(sql)?.execute(params![
        con_id,
        holding.quantity.to_string(),
        holding.cost.to_string(),
        holding.realized.to_string(),
        holding.start_quantity.to_string(),
        holding.start_mark.map(|mark| mark.to_string()),
        holding.flow.to_string(),
        holding.start_cost.map(|cost| cost.to_string()),
        holding.sma.to_string(),
    ])?;
    Ok(())
}

fn get_holding(row: &Row<'_>) -> rusqlite::Result<(i32, Holding)> {
    let holding = Holding {
        quantity: text(row, "quantity")?,
        cost: text(row, "cost")?,
        realized: text(row, "realized")?,
        start_quantity: text(row, "start_quantity")?,
        start_mark: maybe(row, "start_mark")?,
        flow: text(row, "flow")?,
        start_cost: maybe(row, "start_cost")?,
        sma: text(row, "sma")?,
        // The contract's, which the market tells when the account goes on.
        spec: Spec::SHARE,
    };
    Ok((row.get("con_id")?, holding))
}

/// A part of an order as its column keeps it.
fn json<T: serde::Serialize>(value: &T) -> rusqlite::Result<String> {
    serde_json::to_string(value).map_err(|error| rusqlite::Error::ToSqlConversionFailure(Box::new(error)))
}

fn of_json<T: serde::de::DeserializeOwned>(text: &str) -> Option<T> {
    serde_json::from_str(text).ok()
}

/// A column that cannot be what this program wrote.
fn broken(column: &str) -> rusqlite::Error {
    let what = format!("column {column} is unreadable");
    rusqlite::Error::FromSqlConversionFailure(0, Type::Text, what.into())
}

fn parsed<T: FromStr>(text: &str, column: usize) -> rusqlite::Result<T>
where
    T::Err: std::error::Error + Send + Sync + 'static,
{
    text.parse().map_err(|error| rusqlite::Error::FromSqlConversionFailure(column, Type::Text, Box::new(error)))
}

fn text<T: FromStr>(row: &Row<'_>, column: &str) -> rusqlite::Result<T> {
    row.get::<_, String>(column)?.parse().map_err(|_| broken(column))
}

fn maybe<T: FromStr>(row: &Row<'_>, column: &str) -> rusqlite::Result<Option<T>> {
    let found: Option<String> = row.get(column)?;
    found.map(|digits| digits.parse().map_err(|_| broken(column))).transpose()
}

fn word<T>(row: &Row<'_>, column: &str, parse: impl Fn(&str) -> Option<T>) -> rusqlite::Result<T> {
    parse(&row.get::<_, String>(column)?).ok_or_else(|| broken(column))
}

#[cfg(test)]
mod tests;
