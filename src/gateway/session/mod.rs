//! One client's session: requests in, replies out, and what it has subscribed to.
//!
//! A session reads the world and asks it for orders; it never touches a socket. What the venue reports reaches the client
//! through [`Session::hear`]: orders go to their owner, positions and account values to who subscribed. Every request that
//! a client waits for is answered, if only by an error on its id. An error without an id makes a client fail every unnumbered
//! call, so only what has no id is answered with one, as TWS does: a taken client id, a broken pace, a wish to bind that is
//! not client 0's, an advisor's data, a message nobody knows.
//!
//! Must not know: frames, encodings, the clock.

mod accounts;
mod faults;
mod groups;
mod history;
mod lookup;
mod market;
mod options;
mod orders;
mod outbox;
mod pacing;
mod reference;
mod refusals;

use std::collections::BTreeMap;

pub(super) use lookup::Shelf;
#[cfg(test)]
pub(super) use orders::order_of;
pub(super) use outbox::Outbox;
pub(super) use pacing::Admission;
pub use pacing::Pacing;

use super::driver::{Key, World};
use super::venue::{ClientId, Fault};
use super::wire::proto::{
    CurrentTime, CurrentTimeInMillis, Empty, FamilyCode, FamilyCodes, IdOnly, ManagedAccounts, MarketDepthExchanges,
    NewsProviders, NextValidId, ScannerParameters, UserInfo,
};
use super::wire::{Encoding, Reply, Request, time};

/// No request and no order.
const NO_ID: i32 = -1;

/// What a gateway has settled for all its clients.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Terms {
    /// The client that hears of every client's orders.
    pub master: Option<ClientId>,
    /// What happens to requests beyond the rate.
    pub pacing: Pacing,
}

/// One client's session.
#[derive(Debug)]
pub(super) struct Session {
    key: Key,
    terms: Terms,
    client_id: Option<ClientId>,
    pace: pacing::Pace,
    out: Outbox,
    lines: BTreeMap<i32, market::Line>,
    kept: BTreeMap<i32, history::Kept>,
    five_seconds: BTreeMap<i32, history::FiveSeconds>,
    accounts: accounts::Subscriptions,
    groups: groups::Groups,
}

impl Session {
    /// A session of a client that has greeted but not started.
    pub(super) fn new(key: Key, terms: Terms, out: Outbox) -> Self {
        Self {
            key,
            terms,
            client_id: None,
            pace: pacing::Pace::default(),
            out,
            lines: BTreeMap::new(),
            kept: BTreeMap::new(),
            five_seconds: BTreeMap::new(),
            accounts: accounts::Subscriptions::default(),
            groups: groups::Groups::default(),
        }
    }

    /// The client id, once it has started.
    pub(super) fn client_id(&self) -> Option<ClientId> {
        self.client_id
    }

    /// The agreed encoding, for the log.
    pub(super) fn encoding(&self) -> Encoding {
        self.out.encoding()
    }

    /// Whether something of this session changes as time passes.
    pub(super) fn is_watching(&self) -> bool {
        !self.lines.is_empty() || !self.kept.is_empty() || !self.five_seconds.is_empty() || self.accounts.is_watching()
    }

    /// Whether bytes wait that the writer has not taken yet.
    pub(super) fn is_behind(&self) -> bool {
        self.out.is_behind()
    }

    /// Whether so much waits that the writer should get its turn first.
    pub(super) fn is_heavy(&self) -> bool {
        self.out.is_heavy()
    }

    /// Begins the session under its client id.
    pub(super) fn start(&mut self, client_id: ClientId, world: &World) {
        if self.client_id.is_some() {
            return self.error(NO_ID, 2100, "The API has already been started on this connection", world);
        }
        self.client_id = Some(client_id);
        self.managed_accounts(world);
        self.next_valid_id(world);
        for (code, text) in [
            (2104, "Market data farm connection is OK:paper"),
            (2106, "HMDS data farm connection is OK:paper"),
            (2158, "Sec-def data farm connection is OK:paper"),
        ] {
            self.error(NO_ID, code, text, world);
        }
    }

    /// Says that the client id belongs to another connection.
    pub(super) fn refuse_client_id(&mut self, world: &World) {
        let text = "Unable to connect as the client id is already in use. Retry with a unique client id.";
        self.error(NO_ID, 326, text, world);
    }

    /// Hands the turn's replies to the writer; `false` if the connection is over.
    pub(super) fn hand_out(&mut self) -> bool {
        self.out.hand_out()
    }

    /// Lets the subscriptions see the present.
    pub(super) fn step(&mut self, world: &mut World) {
        if !self.out.is_behind() {
            self.step_lines(world);
            self.step_bars(world);
        }
        self.step_accounts(world);
    }

    /// Answers one request; before the start, nothing but the start is one.
    pub(super) fn handle(&mut self, request: Request, world: &mut World) {
        match self.client_id {
            Some(client_id) => self.handle_as(client_id, request, world),
            None => tracing::debug!(key = %self.key, "a request before the start is ignored"),
        }
    }

    /// Answers one request of `client_id`.
    fn handle_as(&mut self, client_id: ClientId, request: Request, world: &mut World) {
        match request {
            // The driver begins sessions, since only it knows the others' client ids.
            Request::StartApi(_) => {}
            Request::Ids(_) => self.next_valid_id(world),
            Request::ManagedAccounts(Empty {}) => self.managed_accounts(world),
            Request::CurrentTime(Empty {}) => {
                self.send(&Reply::CurrentTime(CurrentTime { current_time: Some(time::seconds(world.now())) }));
            }
            Request::CurrentTimeInMillis(Empty {}) => {
                let millis = Some(time::millis(world.now()));
                self.send(&Reply::CurrentTimeInMillis(CurrentTimeInMillis { current_time_in_millis: millis }));
            }
            Request::SetServerLogLevel(level) => {
                tracing::debug!(key = %self.key, level = ?level.log_level, "log level");
            }

            Request::ContractData(request) => self.contract_data(&request, world),
            Request::MatchingSymbols(request) => self.matching_symbols(&request, world),
            Request::MarketRule(request) => self.market_rule(request.market_rule_id, world),

            Request::MarketData(request) => self.market_data(&request, world),
            Request::CancelMarketData(IdOnly { req_id }) => self.cancel_market_data(req_id, world),
            // Every line here is live, whatever type is asked for, as IB does for who is entitled.
            Request::SetMarketDataType(_) => {}

            Request::HistoricalData(request) => self.historical_data(&request, world),
            Request::CancelHistoricalData(IdOnly { req_id }) => self.cancel_historical_data(req_id),
            Request::HeadTimestamp(request) => self.head_timestamp(&request, world),
            Request::RealTimeBars(request) => self.real_time_bars(&request, world),
            Request::CancelRealTimeBars(IdOnly { req_id }) => self.cancel_real_time_bars(req_id),

            Request::PlaceOrder(request) if world.is_frozen() => self.frozen(request.order_id, world),
            Request::CancelOrder(request) if world.is_frozen() => self.frozen(request.order_id, world),
            Request::GlobalCancel(_) if world.is_frozen() => self.frozen(None, world),
            Request::PlaceOrder(request) => self.place_order(client_id, &request, world),
            Request::CancelOrder(request) => world.cancel(client_id, request.order_id.unwrap_or(0)),
            Request::GlobalCancel(_) => world.cancel_all(),
            Request::OpenOrders(Empty {}) => self.open_orders(Some(client_id), world),
            Request::AllOpenOrders(Empty {}) => self.open_orders(None, world),
            Request::AutoOpenOrders(_) => self.bind_orders(client_id, world),
            Request::CompletedOrders(_) => self.completed_orders(world),
            Request::Executions(request) => self.executions(&request, world),

            Request::AccountData(request) => self.account_data(&request, world),
            Request::Positions(Empty {}) => self.positions(world),
            Request::CancelPositions(Empty {}) => self.accounts.cancel_positions(),
            Request::PositionsMulti(request) => self.positions_multi(&request, world),
            Request::CancelPositionsMulti(IdOnly { req_id }) => self.accounts.cancel_positions_multi(req_id),
            Request::AccountUpdatesMulti(request) => self.account_updates_multi(&request, world),
            Request::CancelAccountUpdatesMulti(IdOnly { req_id }) => self.accounts.cancel_updates_multi(req_id),
            Request::AccountSummary(request) => self.account_summary(&request, world),
            Request::CancelAccountSummary(IdOnly { req_id }) => self.accounts.cancel_summary(req_id),
            Request::PnL(request) => self.pnl(&request, world),
            Request::CancelPnL(IdOnly { req_id }) => self.accounts.cancel_pnl(req_id),
            Request::PnLSingle(request) => self.pnl_single(&request, world),
            Request::CancelPnLSingle(IdOnly { req_id }) => self.accounts.cancel_pnl_single(req_id),

            Request::UserInfo(IdOnly { req_id }) => {
                self.send(&Reply::UserInfo(UserInfo { req_id, white_branding_id: Some(String::new()) }));
            }
            Request::FamilyCodes(Empty {}) => {
                let family =
                    FamilyCode { account_id: Some(world.account().to_owned()), family_code: Some(String::new()) };
                self.send(&Reply::FamilyCodes(FamilyCodes { family_codes: vec![family] }));
            }
            Request::SoftDollarTiers(id) => self.send(&Reply::SoftDollarTiers(id)),
            Request::SmartComponents(request) => self.smart_components(&request),
            Request::MarketDepthExchanges(Empty {}) => {
                self.send(&Reply::MarketDepthExchanges(MarketDepthExchanges::default()));
            }
            Request::NewsProviders(Empty {}) => self.send(&Reply::NewsProviders(NewsProviders::default())),
            Request::ScannerParameters(Empty {}) => {
                let xml = Some("<ScanParameterResponse></ScanParameterResponse>".to_owned());
                self.send(&Reply::ScannerParameters(ScannerParameters { xml }));
            }
            Request::NewsBulletins(Empty {}) | Request::CancelNewsBulletins(Empty {}) => {}
            Request::CancelHeadTimestamp(_) => {}
            Request::SecDefOptParams(request) => self.option_chains(&request, world),
            Request::CalculateImpliedVolatility(request) => self.implied_volatility(&request, world),
            Request::CalculateOptionPrice(request) => self.option_price(&request, world),
            Request::ExerciseOptions(request) if world.is_frozen() => self.frozen(request.order_id, world),
            Request::ExerciseOptions(request) => self.exercise_options(&request, world),
            Request::HistogramData(request) => self.histogram(&request, world),
            Request::QueryDisplayGroups(IdOnly { req_id }) => self.display_groups(req_id),
            Request::SubscribeToGroupEvents(request) => self.subscribe_to_group(request, world),
            Request::UpdateDisplayGroup(request) => self.update_group(&request, world),
            Request::UnsubscribeFromGroupEvents(IdOnly { req_id }) => self.unsubscribe_from_group(req_id),
            Request::NotServed(id, about) => self.not_served(id, &about, world),
            Request::Unreadable(id, cause) => {
                self.error(id, 320, format!("Error reading request.-'b' : cause - {cause}"), world);
            }
        }
    }

    fn managed_accounts(&mut self, world: &World) {
        let accounts_list = Some(world.account().to_owned());
        self.send(&Reply::ManagedAccounts(ManagedAccounts { accounts_list }));
    }

    fn next_valid_id(&mut self, world: &World) {
        let order_id = self.client_id.map(|client_id| world.next_valid_id(client_id));
        self.send(&Reply::NextValidId(NextValidId { order_id }));
    }

    /// Sends one message.
    fn send(&mut self, reply: &Reply) {
        self.out.put(reply);
    }

    /// Sends an error, warning or notice.
    fn error(&mut self, id: i32, code: i32, text: impl Into<String>, world: &World) {
        self.out.put(&Reply::error(id, code, text, time::millis(world.now())));
    }

    /// Sends a fault as an error on `id`.
    fn fault(&mut self, id: i32, fault: Fault, world: &World) {
        self.error(id, fault.code, fault.text, world);
    }
}
