//! The file and its writes.

use std::fs::{self, OpenOptions};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, Transaction, TransactionBehavior, params};

use super::entry::{Accepted, Before, Entry, Holding};
use super::intent::{Intent, IntentSeq};
use super::{JournalError, query, schema};
use crate::clock::Stamp;
use crate::domain::fill::Execution;
use crate::domain::order::{BrokerIds, Order, OrderKey, OrderState};
use crate::ledger::Terms;
use crate::risk::{Approved, Purpose};

/// Order ids from here on belong to requests of the client library.
const ORDER_ID_END: i64 = 1_500_000_000;

/// The characters of a tag: no vowels, nothing that looks like something else.
const TAG_ALPHABET: &[u8; 24] = b"bcdfghjkmnpqrstvwxz23456";

/// The open journal. One per file and process.
#[derive(Debug)]
pub struct Journal {
    conn: Connection,
}

/// What an opened journal remembers.
#[derive(Debug, Clone, PartialEq)]
pub struct Opened {
    /// Four characters that tell this journal from another.
    pub tag: String,
    /// The number of this run, never used before.
    pub run: u32,
    /// Orders without a recorded end.
    pub live: Vec<Order>,
    /// Executions of the last days.
    pub executions: Vec<Execution>,
    /// What is known of the orders of the last days beside the orders themselves.
    pub terms: Vec<(OrderKey, Terms)>,
    /// Where things stood at the last word of the run before; `None` in a new journal.
    pub before: Option<Before>,
    /// The limits that were accepted for live accounts.
    pub accepted: Vec<Accepted>,
}

/// Records that are written together.
#[derive(Debug, Default)]
pub struct Batch {
    /// Orders as they stand.
    pub orders: Vec<Order>,
    /// Fills.
    pub executions: Vec<Execution>,
    /// The rest.
    pub entries: Vec<Entry>,
}

impl Batch {
    /// How many records.
    pub const fn len(&self) -> usize {
        self.orders.len().saturating_add(self.executions.len()).saturating_add(self.entries.len())
    }

    /// Whether there is none.
    pub const fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl Journal {
    /// Opens the journal in `path`, making it if there is none, and takes the next run number.
    ///
    /// `entropy` makes the tag of a new journal: anything that differs between installations.
    pub fn open(path: &Path, entropy: u64, now: Stamp) -> Result<(Self, Opened), JournalError> {
        let mut conn = connect(path)?;
        let before = query::before(&conn)?;
        let (tag, run) = begin_run(&mut conn, entropy)?;
        let opened = Opened {
            tag,
            run,
            live: query::live(&conn)?,
            executions: query::executions(&conn, now.wall)?,
            terms: query::recent_terms(&conn, now.wall)?,
            before,
            accepted: query::accepted(&conn)?,
        };
        Ok((Self { conn }, opened))
    }

    /// Commits the intent to send `approved` together with the order id it takes, and returns the proof.
    ///
    /// A new order takes the higher of `next_order_id`, which the broker accepts next, and one above the highest ever
    /// taken here; a change keeps the id of its order.
    pub fn intend(
        &mut self,
        approved: &Approved,
        client_id: i32,
        next_order_id: i32,
        now: Stamp,
    ) -> Result<Intent, JournalError> {
        let body = json("an intent", approved)?;
        let tx = self.conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let (ids, change) = match approved.purpose() {
            Purpose::New(_) => {
                let order_id = take_ids(&tx, next_order_id, approved.exits().len().saturating_add(1))?;
                (BrokerIds { client_id, order_id, perm_id: 0 }, false)
            }
            Purpose::Change(_, ids) => (*ids, true),
        };
        tx.prepare_cached(
            "INSERT INTO intents (at, key, change, client_id, order_id, account, body)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        )?
        .execute(params![
            now.wall,
            approved.key().as_str(),
            change,
            ids.client_id,
            ids.order_id,
            approved.account().reveal(),
            body
        ])?;
        let seq = IntentSeq(tx.last_insert_rowid());
        // A question to the broker takes a number and is no order.
        if !approved.spec().attributes.preview {
            write_order(&tx, &intended(&tx, approved, ids, now)?, now)?;
        }
        let intent = Intent::of(seq, ids.order_id);
        for (n, exit) in approved.exits().iter().enumerate() {
            let ids = BrokerIds { order_id: intent.exit_id(n), ..ids };
            let order = Order::new(exit.key.clone(), ids, exit.spec.clone(), OrderState::Sending, now);
            write_order(&tx, &Order { parent: Some(approved.key().clone()), ..order }, now)?;
        }
        heard(&tx, now)?;
        tx.commit()?;
        Ok(intent)
    }

    /// Orders placed before one, by when and by name, newest first; the newest of all for `None`.
    pub fn recall(&self, before: Option<&(i64, OrderKey)>, count: usize) -> Result<Vec<Order>, JournalError> {
        query::recall(&self.conn, before, count)
    }

    /// Writes order states and executions in one transaction.
    pub fn record(&mut self, orders: &[Order], executions: &[Execution], now: Stamp) -> Result<(), JournalError> {
        let batch = Batch { orders: orders.to_vec(), executions: executions.to_vec(), entries: Vec::new() };
        self.write(&batch, now)
    }

    /// Writes records in one transaction.
    pub fn write(&mut self, batch: &Batch, now: Stamp) -> Result<(), JournalError> {
        let tx = self.conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
        for order in &batch.orders {
            let mut order = order.clone();
            if order.ids.order_id == 0
                && let Some(known) = query::order(&tx, order.key.as_str())?
            {
                // The model may not have heard yet which id the intent took.
                order.ids = known.ids;
            }
            write_order(&tx, &order, now)?;
        }
        for execution in &batch.executions {
            write_execution(&tx, execution, now)?;
        }
        for entry in &batch.entries {
            write_entry(&tx, entry, now)?;
        }
        heard(&tx, now)?;
        tx.commit()?;
        Ok(())
    }
}

/// Opens the file for writing and brings it to the present version.
pub(super) fn connect(path: &Path) -> Result<Connection, JournalError> {
    prepare(path).map_err(|error| JournalError::File { path: path.to_path_buf(), error })?;
    let mut conn = Connection::open(path)?;
    conn.busy_timeout(Duration::from_secs(2))?;
    schema::refuse_newer(&conn, path)?;
    conn.pragma_update_and_check(None, "journal_mode", "WAL", |_| Ok(()))?;
    conn.pragma_update(None, "synchronous", "FULL")?;
    query::check(&conn, path)?;
    schema::migrate(&mut conn, path)?;
    Ok(conn)
}

/// Makes the folder and the file, for the owner alone.
fn prepare(path: &Path) -> std::io::Result<()> {
    if let Some(folder) = path.parent() {
        fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    }
    OpenOptions::new().create(true).truncate(false).write(true).mode(0o600).open(path)?;
    Ok(())
}

/// Takes the next run number and, in a new journal, a tag.
fn begin_run(conn: &mut Connection, entropy: u64) -> Result<(String, u32), JournalError> {
    let tx = conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let tag = if let Some(tag) = query::text(&tx, "tag")? {
        tag
    } else {
        let tag = tag(entropy);
        tx.execute("INSERT INTO meta (name, value) VALUES ('tag', ?1)", [&tag])?;
        tag
    };
    let run = query::number(&tx, "run")?.unwrap_or(0).saturating_add(1);
    set_number(&tx, "run", run)?;
    tx.commit()?;
    let run = u32::try_from(run).map_err(|_| JournalError::IdsUsedUp(run))?;
    Ok((tag, run))
}

/// Four characters out of 331,776 combinations.
fn tag(entropy: u64) -> String {
    let base = TAG_ALPHABET.len() as u64;
    let digit = |n: u64| TAG_ALPHABET.get(usize::try_from(n % base).unwrap_or(0)).map_or('b', |c| char::from(*c));
    (0..4u32).map(|place| digit(entropy / base.pow(place))).collect()
}

/// Takes `count` order ids in a row above every one taken before, and answers the first.
fn take_ids(tx: &Transaction<'_>, next_order_id: i32, count: usize) -> Result<i32, JournalError> {
    let highest = query::number(tx, "high_water")?.unwrap_or(0);
    let id = highest.saturating_add(1).max(i64::from(next_order_id)).max(1);
    let last = i64::try_from(count).unwrap_or(i64::MAX).saturating_sub(1).saturating_add(id);
    if last >= ORDER_ID_END {
        return Err(JournalError::IdsUsedUp(highest));
    }
    set_number(tx, "high_water", last)?;
    i32::try_from(id).map_err(|_| JournalError::IdsUsedUp(highest))
}

/// Writes a number of `meta`.
fn set_number(tx: &Transaction<'_>, name: &str, value: i64) -> rusqlite::Result<()> {
    tx.prepare_cached(
        "INSERT INTO meta (name, value) VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
    )?
    .execute(params![name, value])?;
    Ok(())
}

/// The order as it stands once its intent is durable: what the next opening would report.
fn intended(tx: &Transaction<'_>, approved: &Approved, ids: BrokerIds, now: Stamp) -> Result<Order, JournalError> {
    let known = query::order(tx, approved.key().as_str())?;
    if let (Purpose::Change(..), Some(mut order)) = (approved.purpose(), known) {
        let before = std::mem::replace(&mut order.spec, approved.spec().clone());
        order.before_change = Some(Box::new(before));
        order.changed_at = now;
        return Ok(order);
    }
    let state = match approved.purpose() {
        Purpose::New(_) => OrderState::Sending,
        // A change of an order without a record here: it works, that is why it can be changed.
        Purpose::Change(..) => OrderState::Working,
    };
    Ok(Order::new(approved.key().clone(), ids, approved.spec().clone(), state, now))
}

/// Writes an order's present state and appends it to the history.
fn write_order(tx: &Transaction<'_>, order: &Order, now: Stamp) -> Result<(), JournalError> {
    let mut order = order.clone();
    if let Some(known) = query::order(tx, order.key.as_str())? {
        // A later run hears of it as if it were new: when it was placed, and when it ended, was known better before.
        if known.placed_at.wall < order.placed_at.wall {
            order.placed_at = known.placed_at;
        }
        if known.state == order.state && known.state.is_terminal() {
            order.changed_at = known.changed_at;
        }
        if order.ids.order_id == 0 {
            order.ids = BrokerIds { perm_id: order.ids.perm_id.max(known.ids.perm_id), ..known.ids };
        }
    }
    let body = json("an order", &order)?;
    tx.prepare_cached(
        "INSERT INTO orders (key, live, placed_at, body) VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT (key) DO UPDATE SET live = excluded.live, body = excluded.body",
    )?
    .execute(params![order.key.as_str(), order.state.is_live(), order.placed_at.wall, body])?;
    tx.prepare_cached("INSERT INTO order_states (at, key, body) VALUES (?1, ?2, ?3)")?.execute(params![
        now.wall,
        order.key.as_str(),
        body
    ])?;
    Ok(())
}

/// Writes an execution, or what is newly known of it.
fn write_execution(tx: &Transaction<'_>, execution: &Execution, now: Stamp) -> Result<(), JournalError> {
    let mut execution = execution.clone();
    if execution.commission.is_none() {
        // Told again without what it cost: what is known stays known.
        execution.commission = query::execution(tx, &execution.exec_id)?.and_then(|known| known.commission);
    }
    let body = json("an execution", &execution)?;
    tx.prepare_cached(
        "INSERT INTO executions (exec_id, at, key, body) VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT (exec_id) DO UPDATE SET body = excluded.body, source = excluded.source",
    )?
    .execute(params![
        execution.exec_id.0.as_str(),
        execution.time.unwrap_or(now.wall),
        execution.order_ref.as_str(),
        body
    ])?;
    Ok(())
}

/// Writes an entry: what only has a present value replaces what was known, the rest is appended.
fn write_entry(tx: &Transaction<'_>, entry: &Entry, now: Stamp) -> Result<(), JournalError> {
    match entry {
        Entry::Holding(holding) => {
            let name = format!("{}{}", Holding::NAME, holding.con_id.0);
            know(tx, &name, &json("a position", holding)?, now)
        }
        Entry::Accepted(accepted) => {
            let name = format!("{}{}", Accepted::NAME, accepted.account.reveal());
            know(tx, &name, &json("accepted limits", accepted)?, now)
        }
        Entry::Cash(cash) => know(tx, query::CASH, &json("cash", cash)?, now),
        _ => {
            tx.prepare_cached("INSERT INTO entries (at, kind, key, body) VALUES (?1, ?2, ?3, ?4)")?.execute(
                params![now.wall, entry.kind(), entry.key().map(OrderKey::as_str), json("an entry", entry)?],
            )?;
            Ok(())
        }
    }
}

/// Keeps the present value of something.
fn know(tx: &Transaction<'_>, name: &str, body: &str, now: Stamp) -> Result<(), JournalError> {
    tx.prepare_cached(
        "INSERT INTO known (name, at, body) VALUES (?1, ?2, ?3)
         ON CONFLICT (name) DO UPDATE SET at = excluded.at, body = excluded.body",
    )?
    .execute(params![name, now.wall, body])?;
    Ok(())
}

/// Notes when this run last said anything.
fn heard(tx: &Transaction<'_>, now: Stamp) -> rusqlite::Result<()> {
    set_number(tx, query::LAST_AT, now.wall)
}

/// A record as JSON.
pub(super) fn json<T: serde::Serialize>(what: &'static str, value: &T) -> Result<String, JournalError> {
    serde_json::to_string(value).map_err(|error| JournalError::Record { what, error })
}
