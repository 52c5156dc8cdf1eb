//! The journals of all seats of a profile, read as one.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use color_eyre::eyre::Report;

use crate::domain::fill::{ExecId, Execution};
use crate::domain::instrument::ConId;
use crate::domain::order::{Order, OrderKey, Side};
use crate::journal::{Fill, Happening, Note, Reader, Source, Span};
use crate::ledger::{self, Ledger, Terms};
use crate::money::Qty;
use crate::run::lock::{SEATS, journal_path};
use crate::run::plan::Place;

/// What the journals of a profile hold.
#[derive(Debug)]
pub struct Books {
    readers: Vec<(PathBuf, Reader)>,
    /// Every execution that counts, oldest first, with its source.
    pub fills: Vec<Fill>,
    terms: BTreeMap<OrderKey, Terms>,
    held: BTreeMap<ConId, Qty>,
}

impl Books {
    /// Opens them; none may exist yet.
    pub fn open(place: &Place) -> Result<Self, Report> {
        let mut readers = Vec::new();
        for number in 0..SEATS {
            let path = journal_path(&place.folder, number);
            if let Some(reader) = Reader::open(&path)? {
                readers.push((path, reader));
            }
        }
        let mut all = Vec::new();
        let (mut terms, mut held, mut latest) = (BTreeMap::new(), BTreeMap::new(), None);
        for (_, reader) in &readers {
            all.extend(reader.executions(Span::ALL)?);
            terms.append(&mut reader.terms()?);
            // What was heard last is nearest to the truth.
            let before = reader.before()?;
            if let Some(before) = before.filter(|b| latest.is_none_or(|at| b.at > at)) {
                latest = Some(before.at);
                held = before.holdings.into_iter().map(|h| (h.con_id, h.qty)).collect();
            }
        }
        Ok(Self { readers, fills: counting(all), terms, held })
    }

    /// The ids of the executions that the journal in `path` has.
    pub fn ids_in(&self, path: &Path) -> BTreeSet<ExecId> {
        let reader = self.readers.iter().find(|(known, _)| known == path).map(|(_, reader)| reader);
        let fills = reader.and_then(|reader| reader.executions(Span::ALL).ok()).unwrap_or_default();
        fills.into_iter().map(|fill| fill.execution.exec_id).collect()
    }

    /// Whether there is no journal at all.
    pub const fn is_empty(&self) -> bool {
        self.readers.is_empty()
    }

    /// Orders placed in the span, oldest first.
    pub fn orders(&self, span: Span) -> Result<Vec<Order>, Report> {
        let mut all = Vec::new();
        for (_, reader) in &self.readers {
            all.extend(reader.orders(span)?);
        }
        all.sort_by_key(|order| order.placed_at.wall);
        Ok(all)
    }

    /// What happened in the span, oldest first.
    pub fn happenings(&self, span: Span) -> Result<Vec<Happening>, Report> {
        let mut all = Vec::new();
        for (_, reader) in &self.readers {
            all.extend(reader.happenings(span)?);
        }
        all.sort_by_key(|happening| happening.at);
        Ok(all)
    }

    /// The notes and tags of an order.
    pub fn remarks(&self, key: &OrderKey) -> Result<(Vec<Note>, Vec<String>), Report> {
        let (mut notes, mut tags) = (Vec::new(), BTreeSet::new());
        for (_, reader) in &self.readers {
            notes.extend(reader.notes(key)?);
            tags.extend(reader.tags(key)?);
        }
        Ok((notes, tags.into_iter().collect()))
    }

    /// The order that is meant, and the journal it is in: of several with that number the latest.
    pub fn find(&self, named: &str) -> Result<Option<(PathBuf, Order)>, Report> {
        let mut found: Option<(PathBuf, Order)> = None;
        for (path, reader) in &self.readers {
            if let Some(order) = reader.find(named)?
                && found.as_ref().is_none_or(|(_, known)| known.placed_at.wall < order.placed_at.wall)
            {
                found = Some((path.clone(), order));
            }
        }
        Ok(found)
    }

    /// The accounts orders were intended for, whole.
    pub fn accounts(&self) -> Result<BTreeSet<String>, Report> {
        let mut all = BTreeSet::new();
        for (_, reader) in &self.readers {
            all.extend(reader.accounts()?);
        }
        Ok(all)
    }

    /// The executions of the span.
    pub fn within(&self, span: Span) -> impl Iterator<Item = &Fill> {
        self.fills.iter().filter(move |fill| fill.execution.time.is_some_and(|at| span.contains(at)))
    }

    /// All executions, booked: what was held before the first is what is held now less what they add.
    pub fn ledger(&self) -> Ledger {
        let mut added: BTreeMap<ConId, Qty> = BTreeMap::new();
        for Fill { execution: e, .. } in &self.fills {
            let sum = added.entry(e.con_id).or_default();
            let signed = if e.side == Side::Buy { e.qty } else { e.qty.negated() };
            *sum = sum.plus(signed).unwrap_or(*sum);
        }
        let of = |map: &BTreeMap<ConId, Qty>, con_id| map.get(&con_id).copied().unwrap_or(Qty::ZERO);
        ledger::book(
            self.fills.iter().map(|fill| &fill.execution),
            |con_id| of(&self.held, con_id).minus(of(&added, con_id)).unwrap_or(Qty::ZERO),
            |e| self.terms_of(e),
        )
    }

    /// What is known of a fill's order.
    pub fn terms_of(&self, execution: &Execution) -> Terms {
        self.terms.get(&OrderKey::own(&execution.order_ref)).copied().unwrap_or_default()
    }
}

/// The executions that count. One that several seats heard of is one; the broker's word goes before a statement's.
fn counting(all: Vec<Fill>) -> Vec<Fill> {
    let api: BTreeSet<_> =
        all.iter().filter(|f| f.source == Source::Api).map(|f| f.execution.exec_id.clone()).collect();
    let executions: Vec<Execution> = all.into_iter().map(|fill| fill.execution).collect();
    let source = |e: &Execution| if api.contains(&e.exec_id) { Source::Api } else { Source::Flex };
    ledger::current(&executions).into_iter().map(|e| Fill { execution: e.clone(), source: source(e) }).collect()
}
