//! Adding to a journal from outside: notes, tags, executions of a statement. Takes no run and no order id.

use std::path::Path;

use rusqlite::{Connection, Transaction, TransactionBehavior, params};

use super::entry::Entry;
use super::read::Source;
use super::store::{connect, json};
use super::{JournalError, query};
use crate::clock::Stamp;
use crate::domain::fill::Execution;
use crate::domain::order::OrderKey;

/// A journal that is added to.
#[derive(Debug)]
pub struct Annotator {
    conn: Connection,
}

/// What taking a statement in has led to.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Import {
    /// Executions that were not here.
    pub added: Vec<Execution>,
    /// How many were here and say the same.
    pub same: usize,
    /// Those that had no commission here and have one now.
    pub completed: Vec<Execution>,
    /// Those that are here and say something else; what is here was left.
    pub differing: Vec<Difference>,
}

/// An execution of which journal and statement say different things.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// As it is here.
    pub here: Execution,
    /// As the statement has it.
    pub there: Execution,
    /// What differs.
    pub what: Vec<&'static str>,
}

impl Annotator {
    /// Opens the journal in `path`, making it if there is none.
    pub fn open(path: &Path) -> Result<Self, JournalError> {
        Ok(Self { conn: connect(path)? })
    }

    /// Adds a note to an order.
    pub fn note(&mut self, key: &OrderKey, text: &str, now: Stamp) -> Result<(), JournalError> {
        self.conn
            .execute("INSERT INTO notes (at, key, text) VALUES (?1, ?2, ?3)", params![now.wall, key.as_str(), text])?;
        Ok(())
    }

    /// Gives an order a tag; whether it had not had it.
    pub fn tag(&mut self, key: &OrderKey, tag: &str, now: Stamp) -> Result<bool, JournalError> {
        let sql = "INSERT INTO tags (key, tag, at) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING";
        Ok(self.conn.execute(sql, params![key.as_str(), tag, now.wall])? > 0)
    }

    /// Takes a tag off an order; whether it had had it.
    pub fn untag(&mut self, key: &OrderKey, tag: &str) -> Result<bool, JournalError> {
        Ok(self.conn.execute("DELETE FROM tags WHERE key = ?1 AND tag = ?2", params![key.as_str(), tag])? > 0)
    }

    /// Takes the executions of a statement in, all or none. What is here is not changed, but for a commission that was
    /// not known; the same statement again adds nothing.
    pub fn import(
        &mut self,
        file: &str,
        executions: &[Execution],
        refused: usize,
        now: Stamp,
    ) -> Result<Import, JournalError> {
        let tx = self.conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let mut report = Import::default();
        for there in executions {
            match query::execution(&tx, &there.exec_id)? {
                None => {
                    add(&tx, there)?;
                    report.added.push(there.clone());
                }
                Some(here) => compare(&tx, here, there, &mut report)?,
            }
        }
        let known = executions.len().saturating_sub(report.added.len());
        let entry = Entry::Imported { file: file.to_owned(), added: report.added.len(), known, refused };
        tx.execute(
            "INSERT INTO entries (at, kind, key, body) VALUES (?1, ?2, NULL, ?3)",
            params![now.wall, entry.kind(), json("an entry", &entry)?],
        )?;
        tx.commit()?;
        Ok(report)
    }
}

fn add(tx: &Transaction<'_>, there: &Execution) -> Result<(), JournalError> {
    tx.prepare_cached("INSERT INTO executions (exec_id, at, key, body, source) VALUES (?1, ?2, ?3, ?4, ?5)")?.execute(
        params![
            there.exec_id.0.as_str(),
            there.time.unwrap_or(0),
            there.order_ref.as_str(),
            json("an execution", there)?,
            Source::Flex.word()
        ],
    )?;
    Ok(())
}

/// What an execution is told differently in; that only one of them has a commission is no difference.
pub fn differences(here: &Execution, there: &Execution) -> Vec<&'static str> {
    let second = |time: Option<i64>| time.map(|t| t.div_euclid(1_000_000_000));
    let amount = |e: &Execution| e.commission.as_ref().map(|c| (c.amount, c.currency.clone()));
    let paid = here.commission.is_some() && there.commission.is_some();
    let parts = [
        ("contract", here.con_id != there.con_id),
        ("side", here.side != there.side),
        ("quantity", here.qty != there.qty),
        ("price", here.price != there.price),
        ("time", second(here.time) != second(there.time)),
        ("commission", paid && amount(here) != amount(there)),
    ];
    parts.into_iter().filter(|(_, differs)| *differs).map(|(what, _)| what).collect()
}

fn compare(
    tx: &Transaction<'_>,
    mut here: Execution,
    there: &Execution,
    report: &mut Import,
) -> Result<(), JournalError> {
    let what = differences(&here, there);
    if !what.is_empty() {
        report.differing.push(Difference { here, there: there.clone(), what });
        return Ok(());
    }
    if here.commission.is_some() || there.commission.is_none() {
        report.same = report.same.saturating_add(1);
        return Ok(());
    }
    here.commission.clone_from(&there.commission);
    tx.prepare_cached("UPDATE executions SET body = ?2 WHERE exec_id = ?1")?
        .execute(params![here.exec_id.0.as_str(), json("an execution", &here)?])?;
    report.completed.push(here);
    Ok(())
}
