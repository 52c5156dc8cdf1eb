//! Positions, account values and profit and loss, as the broker keeps them.
//!
//! Invariants: only the session's account is read; values are in its base currency; a value that cannot be read is absent.
//! Account values are told at most every 50 ms, whole.
//!
//! Must not know: orders, who shows the numbers.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use futures_util::stream::{BoxStream, SelectAll, StreamExt};
use ibapi::accounts::types::{AccountId as WireAccount, ContractId};
use ibapi::accounts::{AccountUpdate, AccountValue, PnL, PnLSingle, Position, PositionUpdate};
use ibapi::subscriptions::{Subscription, SubscriptionItem};
use ibapi::{Client, Error};
use indexmap::IndexMap;
use tokio::time::Instant;

use super::pacing::Pace;
use super::{contract, convert, naming};
use crate::broker::Event;
use crate::broker::event::PositionReport;
use crate::clock::Stamp;
use crate::domain::account::{AccountId, AccountValues};
use crate::domain::instrument::ConId;
use crate::domain::position::Pnl;
use crate::money::{Cash, Price};

/// How long changed values gather before they are told.
const GATHER: Duration = Duration::from_millis(50);

/// What an account stream says.
pub enum Item {
    /// A position changed.
    Position(Result<SubscriptionItem<PositionUpdate>, Error>),
    /// A value changed.
    Value(Result<SubscriptionItem<AccountUpdate>, Error>),
    /// The account's profit and loss.
    Pnl(Result<SubscriptionItem<PnL>, Error>),
    /// A position's profit and loss.
    Single(ConId, Result<SubscriptionItem<PnLSingle>, Error>),
}

/// What became of an item.
pub enum Taken {
    /// Nothing to tell at once.
    Nothing,
    /// Something to tell.
    Tell(Event),
    /// A stream that must not end has ended: SYNC.
    Gap,
}

/// The streams of one synchronised session.
pub struct Ledger {
    account: AccountId,
    values: AccountValues,
    changed: Option<Instant>,
    items: SelectAll<BoxStream<'static, Item>>,
    positions: Option<Subscription<PositionUpdate>>,
    updates: Option<Subscription<AccountUpdate>>,
    pnl: Option<Subscription<PnL>>,
    singles: IndexMap<ConId, Option<Subscription<PnLSingle>>>,
    waiting: VecDeque<Ask>,
}

#[derive(Clone, Copy)]
enum Ask {
    Pnl,
    Single(ConId),
}

impl Ledger {
    /// The ledger of an account whose streams have been read to their first end; the handles end them.
    pub fn new(
        account: AccountId,
        values: AccountValues,
        positions: Subscription<PositionUpdate>,
        updates: Subscription<AccountUpdate>,
        held: &[PositionReport],
    ) -> Self {
        let mut ledger = Self {
            account,
            values,
            changed: None,
            items: SelectAll::new(),
            positions: Some(positions.clone()),
            updates: Some(updates.clone()),
            pnl: None,
            singles: IndexMap::new(),
            waiting: VecDeque::from([Ask::Pnl]),
        };
        ledger.items.push(positions.map(Item::Position).boxed());
        ledger.items.push(updates.map(Item::Value).boxed());
        for position in held {
            ledger.follow(position.con_id);
        }
        ledger
    }

    /// Ends every stream, in order, before the same ones are asked for again; gives the last profit and loss.
    pub async fn close(mut self, pace: &Pace) -> Pnl {
        if let Some(stream) = self.positions.take() {
            pace.count();
            stream.cancel().await;
        }
        if let Some(stream) = self.updates.take() {
            pace.count();
            stream.cancel().await;
        }
        if let Some(stream) = self.pnl.take() {
            pace.count();
            stream.cancel().await;
        }
        for stream in self.singles.values_mut().filter_map(Option::take) {
            pace.count();
            stream.cancel().await;
        }
        self.values.pnl
    }

    /// Whether a profit and loss stream waits to be asked for.
    pub fn is_waiting(&self) -> bool {
        !self.waiting.is_empty()
    }

    /// Asks for the stream that waits longest.
    pub async fn ask_next(&mut self, client: &Arc<Client>) {
        let account = WireAccount(self.account.reveal().to_owned());
        match self.waiting.pop_front() {
            Some(Ask::Pnl) => match client.pnl(&account, None).await {
                Ok(stream) => {
                    self.pnl = Some(stream.clone());
                    self.items.push(stream.map(Item::Pnl).boxed());
                }
                Err(error) => tracing::warn!(%error, "profit and loss is not available"),
            },
            Some(Ask::Single(con_id)) => match client.pnl_single(&account, ContractId(con_id.0), None).await {
                Ok(stream) => {
                    self.singles.insert(con_id, Some(stream.clone()));
                    self.items.push(stream.map(move |item| Item::Single(con_id, item)).boxed());
                }
                Err(error) => {
                    tracing::warn!(%error, con_id = con_id.0, "profit and loss of a position is not available");
                }
            },
            None => {}
        }
    }

    /// The next thing any stream says.
    pub async fn next(&mut self) -> Option<Item> {
        self.items.next().await
    }

    /// When changed values are due to be told.
    pub const fn due(&self) -> Option<Instant> {
        self.changed
    }

    /// The values, to be told now.
    pub fn tell(&mut self) -> Event {
        self.changed = None;
        Event::Account(Box::new(self.values.clone()))
    }

    /// Takes what a stream said.
    pub fn take(&mut self, item: Item, now: Stamp) -> Taken {
        match item {
            Item::Position(Ok(SubscriptionItem::Data(PositionUpdate::Position(wire)))) => {
                let Some(report) = position(&wire, &self.account) else { return Taken::Nothing };
                self.follow(report.con_id);
                Taken::Tell(Event::Position(report))
            }
            Item::Value(Ok(SubscriptionItem::Data(AccountUpdate::AccountValue(value)))) => {
                if set(&mut self.values, &value, &self.account, now) {
                    self.changed.get_or_insert_with(|| Instant::now() + GATHER);
                }
                Taken::Nothing
            }
            Item::Pnl(Ok(SubscriptionItem::Data(wire))) => {
                let pnl = Pnl {
                    daily: convert::cash(wire.daily_pnl),
                    unrealized: wire.unrealized_pnl.and_then(convert::cash),
                    realized: wire.realized_pnl.and_then(convert::cash),
                };
                self.values.pnl = pnl;
                Taken::Tell(Event::Pnl(pnl))
            }
            Item::Single(con_id, Ok(SubscriptionItem::Data(wire))) => Taken::Tell(Event::PositionPnl {
                con_id,
                pnl: Pnl {
                    daily: convert::cash(wire.daily_pnl),
                    unrealized: convert::cash(wire.unrealized_pnl),
                    realized: convert::cash(wire.realized_pnl),
                },
                value: convert::cash(wire.value),
            }),
            Item::Position(Err(error)) | Item::Value(Err(error)) => {
                tracing::warn!(%error, "an account stream ended");
                Taken::Gap
            }
            Item::Single(con_id, Err(error)) => {
                tracing::warn!(%error, con_id = con_id.0, "profit and loss of a position ended");
                self.singles.shift_remove(&con_id);
                Taken::Nothing
            }
            Item::Pnl(Err(error)) => {
                tracing::warn!(%error, "profit and loss ended");
                self.pnl = None;
                Taken::Nothing
            }
            Item::Position(Ok(SubscriptionItem::Notice(notice)))
            | Item::Value(Ok(SubscriptionItem::Notice(notice)))
                if notice.code == ibapi::SUBSCRIPTION_LAG_CODE =>
            {
                Taken::Gap
            }
            Item::Position(Ok(_)) | Item::Value(Ok(_)) | Item::Pnl(Ok(_)) | Item::Single(_, Ok(_)) => Taken::Nothing,
        }
    }

    /// Follows the profit and loss of a contract that is or was held in this session.
    fn follow(&mut self, con_id: ConId) {
        if !self.singles.contains_key(&con_id) {
            self.singles.insert(con_id, None);
            self.waiting.push_back(Ask::Single(con_id));
        }
    }
}

/// A position of the session's account; `None` if it is another's or cannot be read.
pub fn position(wire: &Position, account: &AccountId) -> Option<PositionReport> {
    if !wire.account.is_empty() && wire.account != account.reveal() {
        return None;
    }
    let qty = convert::held(wire.position)?;
    let multiplier = contract::multiplier(naming::kind(&wire.contract), &wire.contract);
    let cost = Price::from_wire(wire.average_cost).zip(multiplier).and_then(|(cost, by)| cost.0.checked_div(by));
    Some(PositionReport {
        con_id: ConId(wire.contract.contract_id),
        symbol: naming::name(&wire.contract),
        qty,
        avg_cost: cost.map(Price).filter(|_| !qty.is_zero()),
    })
}

/// Writes one account value; whether it is one that is kept.
pub fn set(values: &mut AccountValues, wire: &AccountValue, account: &AccountId, now: Stamp) -> bool {
    if wire.account.as_deref().is_some_and(|owner| !owner.is_empty() && owner != account.reveal()) {
        return false;
    }
    let number = convert::decimal(&wire.value);
    let amount = number.map(Cash);
    match wire.key.as_str() {
        "NetLiquidation" => {
            values.currency = convert::text(&wire.currency);
            values.net_liquidation = amount;
        }
        "TotalCashValue" => values.cash = amount,
        "GrossPositionValue" => values.gross_value = amount,
        "InitMarginReq" => values.init_margin = amount,
        "MaintMarginReq" => values.maint_margin = amount,
        "AvailableFunds" => values.available_funds = amount,
        "ExcessLiquidity" => values.excess_liquidity = amount,
        "BuyingPower" => values.buying_power = amount,
        "SettledCash" => values.settled_cash = amount,
        "Cushion" => values.cushion = number,
        _ => return false,
    }
    values.at = Some(now);
    true
}

#[cfg(test)]
mod tests {
    use ibapi::contracts::Contract;

    use super::*;
    use crate::money::Qty;

    fn account() -> AccountId {
        AccountId::new("DU0000001")
    }

    fn value(key: &str, value: &str) -> AccountValue {
        AccountValue { key: key.into(), value: value.into(), currency: "USD".into(), account: Some("DU0000001".into()) }
    }

    #[test]
    fn a_value_that_cannot_be_read_is_absent_not_old() {
        let mut values = AccountValues::default();
        assert!(set(&mut values, &value("NetLiquidation", "1000000.00"), &account(), Stamp::at(1)));
        assert_eq!(values.net_liquidation, Some(Cash::from(1_000_000)));
        assert_eq!(values.currency.as_str(), "USD");
        assert!(set(&mut values, &value("NetLiquidation", "1.7976931348623157E308"), &account(), Stamp::at(2)));
        assert_eq!((values.net_liquidation, values.at), (None, Some(Stamp::at(2))));
        assert!(!set(&mut values, &value("NetLiquidation-S", "5"), &account(), Stamp::at(3)));
    }

    #[test]
    fn another_account_is_not_read() {
        let mut values = AccountValues::default();
        let other = AccountValue { account: Some("DU7".into()), ..value("BuyingPower", "5") };
        assert!(!set(&mut values, &other, &account(), Stamp::at(1)));
        assert_eq!(values, AccountValues::default());
        let held = Position { account: "DU7".into(), position: 5.0, ..Position::default() };
        assert_eq!(position(&held, &account()), None);
    }

    #[test]
    fn the_cost_is_per_unit_and_absent_when_flat() {
        let held = |position, multiplier: &str| Position {
            account: "DU0000001".into(),
            contract: Contract { symbol: "ES".into(), multiplier: multiplier.into(), ..Contract::default() },
            position,
            average_cost: 500.0,
        };
        assert_eq!(position(&held(-2.0, "50"), &account()).unwrap().avg_cost, Some(Price::from(10)));
        assert_eq!(position(&held(-2.0, ""), &account()).unwrap().qty, Qty::from(-2));
        assert_eq!(position(&held(0.0, ""), &account()).unwrap().avg_cost, None);
        assert_eq!(position(&held(f64::MAX, ""), &account()), None);
    }
}
