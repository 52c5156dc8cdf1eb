//! Orders tied to others: brackets and OCA groups.
//!
//! **Brackets.** A child waits until its parent fills and then works for as much of its own size as the parent's filled share; its
//! stated size stays whole. A parent that ends unfilled takes its children with it; one that ends partly filled leaves them
//! with the size that its fills released. Children of one parent form an OCA group of type 3 named by the parent's permanent
//! number, unless they name a group themselves. A child transmitted releases its parents and siblings that were held.
//!
//! **OCA groups.** A fill of an order acts on the others of its group by that order's type: 1 cancels them, 2 and 3 take from
//! what each has left the share that the fill took from what the order had left. With 1 and 2 this precedes any other fill,
//! with 3 it follows the moment. A cancel leaves the others alone.

use super::super::Venue;
use super::super::event::Event;
use super::super::market::Market;
use super::super::order::{ClientId, Oca, OcaType, OrderId, Status};
use super::super::tape::{qty, shares};
use super::{Stage, Working, share};
use crate::gateway::Nanos;

/// A client's order.
pub(in super::super) type OrderKey = (ClientId, OrderId);

/// What still has to be made of something that happened to an order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in super::super) enum Unsettled {
    /// It filled, in part or whole.
    Filled { key: OrderKey },
    /// It ended with this much of its size filled.
    Ended { key: OrderKey, filled: i64, size: i64 },
    /// Its group loses a share of what is left: `part` of `whole`.
    Reduced { key: OrderKey, group: String, part: i64, whole: i64 },
}

impl Venue {
    /// What a fill does to the other orders of the group before anything else can fill.
    pub(super) fn spread_fill(&mut self, index: usize, part: i64, whole: i64, at: Nanos, out: &mut Vec<Event>) {
        let Some(working) = self.working.get(index) else { return };
        let request = &working.order.request;
        let key = (request.client_id, request.order_id);
        let Some(Oca { group, kind }) = request.terms.oca.clone() else { return };
        match kind {
            OcaType::Cancel => {
                for other in self.mates(&group, key) {
                    self.end(other, at, Status::Cancelled, "", out);
                }
            }
            OcaType::Reduce => self.reduce(&group, key, (part, whole), at, out),
            OcaType::ReduceLater => self.unsettled.push(Unsettled::Reduced { key, group, part, whole }),
        }
    }

    /// The working orders of a group but one.
    fn mates(&self, group: &str, but: OrderKey) -> Vec<usize> {
        let of_group = |working: &Working| {
            let request = &working.order.request;
            !working.is_over()
                && (request.client_id, request.order_id) != but
                && request.terms.oca.as_ref().is_some_and(|oca| oca.group == group)
        };
        (0..self.working.len()).filter(|index| self.working.get(*index).is_some_and(of_group)).collect()
    }

    /// Takes `part` of `whole` from what each other order of the group has left.
    fn reduce(&mut self, group: &str, but: OrderKey, (part, whole): (i64, i64), at: Nanos, out: &mut Vec<Event>) {
        for index in self.mates(group, but) {
            let Some(working) = self.working.get_mut(index) else { continue };
            let left = shares(working.order.remaining());
            let cut = share(left, part, whole).min(left);
            if cut >= left {
                self.end(index, at, Status::Cancelled, "", out);
            } else if cut > 0 {
                let order = &mut working.order;
                order.request.quantity = qty(shares(order.request.quantity).saturating_sub(cut));
                working.place.cut = working.place.cut.saturating_add(cut);
                working.place.shown = working.place.shown.min(working.left());
                self.report(index, out);
            }
        }
    }

    /// Does what is left to do after a moment: children of parents that filled or ended, groups that shrink.
    pub(in super::super) fn settle(&mut self, market: &dyn Market, at: Nanos, out: &mut Vec<Event>) {
        while !self.unsettled.is_empty() {
            for what in std::mem::take(&mut self.unsettled) {
                match what {
                    Unsettled::Filled { key } => self.release_children(key, market, at, out),
                    Unsettled::Ended { key, filled, size } => self.bereave(key, filled, size, at, out),
                    Unsettled::Reduced { key, group, part, whole } => {
                        self.reduce(&group, key, (part, whole), at, out);
                    }
                }
            }
        }
    }

    /// The working children of an order, in the order they came.
    pub(in super::super) fn children(&self, parent: OrderKey) -> Vec<usize> {
        let of_parent = |working: &Working| {
            let request = &working.order.request;
            !working.is_over() && (request.client_id, request.terms.parent_id) == parent
        };
        (0..self.working.len()).filter(|index| self.working.get(*index).is_some_and(of_parent)).collect()
    }

    /// What its parent's fills allow a child of `size` to trade; `None` if the parent is filled whole. What a group took from
    /// the parent is never filled, and never allowed.
    pub(in super::super) fn allowance(&self, parent: OrderKey, size: i64) -> Option<i64> {
        let parent = self.working.iter().find(|working| working.order.is(parent.0, parent.1))?;
        let (filled, whole) = (shares(parent.order.filled), shares(parent.order.request.quantity));
        let whole = whole.saturating_add(parent.place.cut);
        let is_whole = parent.order.status == Status::Filled && parent.place.cut == 0;
        if is_whole { None } else { Some(share(size, filled, whole)) }
    }

    /// A parent filled: its children work for the filled share.
    fn release_children(&mut self, parent: OrderKey, market: &dyn Market, at: Nanos, out: &mut Vec<Event>) {
        let is_over = self.working.iter().any(|w| w.order.is(parent.0, parent.1) && w.order.status == Status::Filled);
        for index in self.children(parent) {
            let Some(working) = self.working.get(index) else { continue };
            let size = shares(working.order.request.quantity).saturating_add(working.place.cut);
            let allowance = self.allowance(parent, size);
            let Some(working) = self.working.get_mut(index) else { continue };
            let was_unborn = working.is_unborn();
            // What is released whole is as large as it will be, however many fills are still to be told.
            let is_settled = working.place.released.is_none();
            if !is_settled {
                working.place.released = allowance;
            }
            self.touched.orders.insert(working.order.perm_id);
            if !is_settled
                && is_over
                && let Some(allowed) = allowance
            {
                // No more of the parent will fill: the child is as large as what its fills have released.
                let kept = allowed.saturating_sub(working.place.cut);
                if kept <= shares(working.order.filled) {
                    self.end(index, at, Status::Cancelled, "the parent order has ended", out);
                    continue;
                }
                working.order.request.quantity = qty(kept);
                working.place.released = None;
                self.report(index, out);
            }
            let Some(working) = self.working.get(index) else { continue };
            if working.is_unborn() || working.place.stage == Stage::Held {
                continue;
            }
            if was_unborn && working.place.stage == Stage::Armed {
                self.report(index, out);
            }
            let Some(working) = self.working.get(index) else { continue };
            if let Some(listing) = market.listing(working.con_id()) {
                self.look_at(index, &listing, market, at, out);
            }
        }
    }

    /// A parent ended without being filled whole: its children end too, or keep the share that its fills released.
    fn bereave(&mut self, parent: OrderKey, filled: i64, size: i64, at: Nanos, out: &mut Vec<Event>) {
        for index in self.children(parent) {
            let Some(working) = self.working.get_mut(index) else { continue };
            let whole = shares(working.order.request.quantity).saturating_add(working.place.cut);
            let kept = share(whole, filled, size).saturating_sub(working.place.cut);
            if kept <= shares(working.order.filled) || working.place.stage == Stage::Held {
                self.end(index, at, Status::Cancelled, "the parent order has ended", out);
                continue;
            }
            working.order.request.quantity = qty(kept);
            working.place.released = None;
            self.report(index, out);
        }
    }

    /// A child was transmitted: its parents and siblings that were held go with it.
    pub(in super::super) fn release_family(&mut self, child: OrderKey, market: &dyn Market, out: &mut Vec<Event>) {
        let mut parent = child;
        loop {
            let found = self.working.iter().find(|working| working.order.is(parent.0, parent.1));
            let above = found.map_or(0, |working| working.order.request.terms.parent_id);
            if above == 0 {
                break;
            }
            parent = (parent.0, above);
            let mut family: Vec<usize> = Vec::new();
            family.extend(self.working.iter().position(|working| working.order.is(parent.0, parent.1)));
            family.extend(self.children(parent));
            for index in &family {
                let Some(working) = self.working.get_mut(*index) else { continue };
                if working.place.stage == Stage::Held && !working.is_over() {
                    working.place.stage = Working::first_stage(working.order.request.kind);
                    working.order.request.transmit = true;
                    self.touched.orders.insert(working.order.perm_id);
                }
            }
            for index in family {
                let Some(working) = self.working.get(index) else { continue };
                // A child that the parent's fill has just released has looked already.
                let looked = working.live || !matches!(working.place.stage, Stage::Waiting | Stage::Armed);
                if !looked && let Some(listing) = market.listing(working.con_id()) {
                    self.look_at(index, &listing, market, self.now, out);
                }
                self.settle(market, self.now, out);
            }
        }
    }
}
