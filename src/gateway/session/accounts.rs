//! Positions, account values, summaries and profit and loss.
//!
//! A subscription sends everything once, then what has changed: positions and their portfolio rows as they change, values with the
//! next change of cash or margin, and values and all portfolio rows every [`PACE`] besides. Profit and loss is told once a
//! second if it moved; a figure that is not known is IB's unset marker, as TWS sends it.

use std::collections::{BTreeMap, BTreeSet};

use super::Session;
use crate::gateway::driver::World;
use crate::gateway::feed::Listing;
use crate::gateway::venue::{AccountValue, Position};
use crate::gateway::wire::proto::{
    AccountDataEnd, AccountDataRequest, AccountSummaryRequest, AccountUpdateTime, AccountUpdatesMultiRequest, Empty,
    IdOnly, PnLRequest, PnLSingleRequest, PositionsMultiRequest,
};
use crate::gateway::wire::{Reply, accounts as wire, time};
use crate::gateway::{ConId, Nanos};

/// How often account values are sent again without an event, as IB does.
const PACE: Nanos = 180 * 1_000_000_000;
/// How often profit and loss is computed.
const PNL_PACE: Nanos = 1_000_000_000;
/// How many account summaries a client may have, as IB has it.
const SUMMARIES: usize = 2;
/// How many subscriptions of every other kind a client may have: more than there are positions to watch.
const SUBSCRIPTIONS: usize = 256;

/// Whether a client has all the subscriptions of a kind that it may, and this is not one of them.
fn is_full<T>(subscriptions: &BTreeMap<i32, T>, req_id: i32) -> bool {
    subscriptions.len() >= SUBSCRIPTIONS && !subscriptions.contains_key(&req_id)
}

/// What was last sent of each key and currency.
type Told = BTreeMap<(&'static str, &'static str), String>;

/// A client's subscriptions to its account.
#[derive(Debug, Default)]
pub(super) struct Subscriptions {
    positions: bool,
    positions_multi: BTreeSet<i32>,
    updates: Option<Updates>,
    updates_multi: BTreeMap<i32, (bool, Updates)>,
    summaries: BTreeMap<i32, (wire::Tags, Updates)>,
    pnl: BTreeMap<i32, Paced<wire::PnlRow>>,
    pnl_single: BTreeMap<i32, (ConId, Paced<wire::PnlSingleRow>)>,
}

/// Values that are told when they change.
#[derive(Debug)]
struct Updates {
    told: Told,
    next: Nanos,
}

/// A figure that is computed at a pace and told when it changes.
#[derive(Debug)]
struct Paced<T> {
    told: Option<T>,
    next: Nanos,
}

impl<T> Paced<T> {
    const fn at(now: Nanos) -> Self {
        Self { told: None, next: now }
    }
}

impl Updates {
    const fn at(now: Nanos) -> Self {
        Self { told: BTreeMap::new(), next: now }
    }

    /// The rows that differ from what was told, which they now are.
    fn news<'a>(&mut self, rows: &'a [AccountValue], now: Nanos) -> Vec<&'a AccountValue> {
        self.next = now.saturating_add(PACE);
        let told = &mut self.told;
        rows.iter()
            .filter(|row| told.insert((row.key, row.currency), row.value.clone()).as_ref() != Some(&row.value))
            .collect()
    }
}

impl Subscriptions {
    /// Whether something here changes as time passes.
    pub(super) fn is_watching(&self) -> bool {
        self.updates.is_some()
            || !self.updates_multi.is_empty()
            || !self.summaries.is_empty()
            || !self.pnl.is_empty()
            || !self.pnl_single.is_empty()
    }

    pub(super) fn cancel_positions(&mut self) {
        self.positions = false;
    }

    pub(super) fn cancel_positions_multi(&mut self, req_id: Option<i32>) {
        req_id.map(|req_id| self.positions_multi.remove(&req_id));
    }

    pub(super) fn cancel_updates_multi(&mut self, req_id: Option<i32>) {
        req_id.and_then(|req_id| self.updates_multi.remove(&req_id));
    }

    pub(super) fn cancel_summary(&mut self, req_id: Option<i32>) {
        req_id.and_then(|req_id| self.summaries.remove(&req_id));
    }

    pub(super) fn cancel_pnl(&mut self, req_id: Option<i32>) {
        req_id.and_then(|req_id| self.pnl.remove(&req_id));
    }

    pub(super) fn cancel_pnl_single(&mut self, req_id: Option<i32>) {
        req_id.and_then(|req_id| self.pnl_single.remove(&req_id));
    }
}

/// Whether a request names the account, or none.
fn is_ours(account: Option<&String>, world: &World) -> bool {
    account.map(|text| text.trim()).is_none_or(|text| text.is_empty() || text == "All" || text == world.account())
}

impl Session {
    /// Refuses a request for an account that does not exist; whether it was refused.
    fn is_foreign(&mut self, req_id: i32, account: Option<&String>, world: &World) -> bool {
        let foreign = !is_ours(account, world);
        if foreign {
            self.error(req_id, 321, "Error validating request.-'b' : cause - Invalid account code", world);
        }
        foreign
    }

    pub(super) fn positions(&mut self, world: &World) {
        self.accounts.positions = true;
        for position in world.venue().positions() {
            self.position(&position, world);
        }
        self.send(&Reply::PositionEnd(Empty {}));
    }

    fn position(&mut self, position: &Position, world: &World) {
        if let Some(listing) = Listing::by_con_id(position.con_id) {
            self.send(&Reply::Position(Box::new(wire::position(world.account(), &listing, position))));
        }
    }

    pub(super) fn positions_multi(&mut self, request: &PositionsMultiRequest, world: &World) {
        let Some(req_id) = request.req_id else { return };
        if self.is_foreign(req_id, request.account.as_ref(), world) {
            return;
        }
        let positions = &self.accounts.positions_multi;
        if positions.len() >= SUBSCRIPTIONS && !positions.contains(&req_id) {
            return self.too_many(req_id, "positions", world);
        }
        self.accounts.positions_multi.insert(req_id);
        for position in world.venue().positions() {
            self.position_multi(req_id, &position, world);
        }
        self.send(&Reply::PositionMultiEnd(IdOnly { req_id: Some(req_id) }));
    }

    fn position_multi(&mut self, req_id: i32, position: &Position, world: &World) {
        if let Some(listing) = Listing::by_con_id(position.con_id) {
            self.send(&Reply::PositionMulti(Box::new(wire::position_multi(
                req_id,
                world.account(),
                &listing,
                position,
            ))));
        }
    }

    /// A position is now this: its subscribers hear it, and the portfolio row with it.
    pub(super) fn position_changed(&mut self, position: &Position, world: &World) {
        if self.accounts.positions {
            self.position(position, world);
        }
        let multi: Vec<i32> = self.accounts.positions_multi.iter().copied().collect();
        for req_id in multi {
            self.position_multi(req_id, position, world);
        }
        if self.accounts.updates.is_some()
            && let Some(listing) = Listing::by_con_id(position.con_id)
        {
            let open = world.portfolio().into_iter().find(|row| row.con_id == position.con_id);
            let row = wire::portfolio(world.account(), &listing, position, open.as_ref());
            self.send(&Reply::PortfolioValue(Box::new(row)));
        }
        for (_, single) in self.accounts.pnl_single.values_mut() {
            single.next = world.now();
        }
        for pnl in self.accounts.pnl.values_mut() {
            pnl.next = world.now();
        }
    }

    /// Subscribes to the account, or ends that.
    pub(super) fn account_data(&mut self, request: &AccountDataRequest, world: &World) {
        if !request.subscribe.unwrap_or(false) {
            self.accounts.updates = None;
            return;
        }
        if !is_ours(request.acct_code.as_ref(), world) {
            // There is no id to answer on: the end alone says that there is nothing.
            let account_name = request.acct_code.clone();
            return self.send(&Reply::AccountDataEnd(AccountDataEnd { account_name }));
        }
        self.accounts.updates = Some(Updates::at(world.now()));
        self.tell_account(true, world);
        let account_name = Some(world.account().to_owned());
        self.send(&Reply::AccountDataEnd(AccountDataEnd { account_name }));
    }

    /// Sends the account values that have changed, every portfolio row if `whole`, and the time.
    fn tell_account(&mut self, whole: bool, world: &World) {
        let Some(mut updates) = self.accounts.updates.take() else { return };
        let rows = world.account_values();
        for row in updates.news(&rows, world.now()) {
            self.send(&Reply::AccountValue(wire::value(world.account(), row)));
        }
        for row in if whole { world.portfolio() } else { Vec::new() } {
            if let Some(listing) = Listing::by_con_id(row.con_id) {
                self.send(&Reply::PortfolioValue(Box::new(wire::portfolio_row(world.account(), &listing, &row))));
            }
        }
        let time_stamp = Some(time::minute_text(world.now()));
        self.send(&Reply::AccountUpdateTime(AccountUpdateTime { time_stamp }));
        self.accounts.updates = Some(updates);
    }

    pub(super) fn account_updates_multi(&mut self, request: &AccountUpdatesMultiRequest, world: &World) {
        let Some(req_id) = request.req_id else { return };
        if self.is_foreign(req_id, request.account.as_ref(), world) {
            return;
        }
        if is_full(&self.accounts.updates_multi, req_id) {
            return self.too_many(req_id, "account updates", world);
        }
        let only_ledger = request.ledger_and_nlv.unwrap_or(false);
        let mut updates = Updates::at(world.now());
        self.tell_updates_multi(req_id, only_ledger, &mut updates, world);
        self.accounts.updates_multi.insert(req_id, (only_ledger, updates));
        self.send(&Reply::AccountUpdateMultiEnd(IdOnly { req_id: Some(req_id) }));
    }

    fn tell_updates_multi(&mut self, req_id: i32, only_ledger: bool, updates: &mut Updates, world: &World) {
        let mut rows = world.account_values();
        rows.retain(|row| !only_ledger || wire::is_ledger_or_value(row));
        for row in updates.news(&rows, world.now()) {
            self.send(&Reply::AccountUpdateMulti(wire::value_multi(req_id, world.account(), row)));
        }
    }

    /// 322: the client has as many subscriptions of this kind as it may.
    fn too_many(&mut self, req_id: i32, what: &str, world: &World) {
        let text = format!("Error processing request.-'b' : cause - Maximum number of {what} requests exceeded");
        self.error(req_id, 322, text, world);
    }

    pub(super) fn account_summary(&mut self, request: &AccountSummaryRequest, world: &World) {
        let Some(req_id) = request.req_id else { return };
        let taken = self.accounts.summaries.len() - usize::from(self.accounts.summaries.contains_key(&req_id));
        if taken >= SUMMARIES {
            return self.too_many(req_id, "account summary", world);
        }
        let tags = wire::Tags::parse(request.tags.as_deref().unwrap_or(""));
        let mut updates = Updates::at(world.now());
        self.tell_summary(req_id, &tags, &mut updates, world);
        self.accounts.summaries.insert(req_id, (tags, updates));
        self.send(&Reply::AccountSummaryEnd(IdOnly { req_id: Some(req_id) }));
    }

    fn tell_summary(&mut self, req_id: i32, tags: &wire::Tags, updates: &mut Updates, world: &World) {
        let rows = tags.rows(&world.account_values());
        for row in updates.news(&rows, world.now()) {
            self.send(&Reply::AccountSummary(wire::summary(req_id, world.account(), tags, row)));
        }
    }

    /// Cash or margin changed: whoever watches values hears what is new.
    pub(super) fn account_changed(&mut self, world: &World) {
        self.tell_values(false, world);
    }

    /// Tells every subscription what is new, with all portfolio rows if `whole`.
    fn tell_values(&mut self, whole: bool, world: &World) {
        self.tell_account(whole, world);
        let mut multi = std::mem::take(&mut self.accounts.updates_multi);
        for (req_id, (only_ledger, updates)) in &mut multi {
            self.tell_updates_multi(*req_id, *only_ledger, updates, world);
        }
        self.accounts.updates_multi = multi;
        let mut summaries = std::mem::take(&mut self.accounts.summaries);
        for (req_id, (tags, updates)) in &mut summaries {
            self.tell_summary(*req_id, tags, updates, world);
        }
        self.accounts.summaries = summaries;
    }

    pub(super) fn pnl(&mut self, request: &PnLRequest, world: &World) {
        let Some(req_id) = request.req_id else { return };
        if self.is_foreign(req_id, request.account.as_ref(), world) {
            return;
        }
        if is_full(&self.accounts.pnl, req_id) {
            return self.too_many(req_id, "P&L", world);
        }
        self.accounts.pnl.insert(req_id, Paced::at(world.now()));
        self.step_pnl(world);
    }

    pub(super) fn pnl_single(&mut self, request: &PnLSingleRequest, world: &World) {
        let Some(req_id) = request.req_id else { return };
        if self.is_foreign(req_id, request.account.as_ref(), world) {
            return;
        }
        if is_full(&self.accounts.pnl_single, req_id) {
            return self.too_many(req_id, "P&L", world);
        }
        self.accounts.pnl_single.insert(req_id, (request.con_id.unwrap_or(0), Paced::at(world.now())));
        self.step_pnl(world);
    }

    fn step_pnl(&mut self, world: &World) {
        let now = world.now();
        let mut due = std::mem::take(&mut self.accounts.pnl);
        for (req_id, pnl) in due.iter_mut().filter(|(_, pnl)| pnl.next <= now) {
            pnl.next = now.saturating_add(PNL_PACE);
            let row = wire::PnlRow::of(&world.pnl());
            if pnl.told.replace(row) != Some(row) {
                self.send(&Reply::PnL(row.message(*req_id)));
            }
        }
        self.accounts.pnl = due;
        let mut due = std::mem::take(&mut self.accounts.pnl_single);
        for (req_id, (con_id, single)) in due.iter_mut().filter(|(_, (_, single))| single.next <= now) {
            single.next = now.saturating_add(PNL_PACE);
            // IB stays silent about a contract the account does not hold; the first fill speaks.
            let Some(row) = world.pnl_single(*con_id).map(|figures| wire::PnlSingleRow::of(&figures)) else { continue };
            if single.told.replace(row) != Some(row) {
                self.send(&Reply::PnLSingle(row.message(*req_id)));
            }
        }
        self.accounts.pnl_single = due;
    }

    /// Sends what is due by the clock.
    pub(super) fn step_accounts(&mut self, world: &World) {
        self.step_pnl(world);
        let now = world.now();
        let watched = &self.accounts;
        let multi = watched.updates_multi.values().map(|(_, updates)| updates);
        let due = watched.updates.iter().chain(multi).any(|updates| updates.next <= now)
            || watched.summaries.values().any(|(_, updates)| updates.next <= now);
        if due {
            self.tell_values(true, world);
        }
    }
}
