//! The card of the first live start: what the guard's limits come to for this account.
//!
//! Invariants: every amount is the account's net liquidation times the limit that the guard compares with; without a net
//! liquidation there are no amounts, and nothing can be accepted.
//!
//! Must not know: the screen; where the limits are kept.

use rust_decimal::Decimal;

use super::model::Model;
use crate::config::Confirm;
use crate::domain::account::AccountId;
use crate::money::{Cash, Qty};

/// A limit: its percentage, and what that comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bound {
    /// In percent of net liquidation.
    pub percent: Decimal,
    /// In the account's currency; `None` where net liquidation is not known.
    pub amount: Option<Cash>,
}

/// A limit that asks and one that forbids.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pair {
    /// Above this the guard asks.
    pub confirm: Bound,
    /// Above this it refuses.
    pub refuse: Bound,
}

/// The card.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Card {
    /// The account.
    pub account: Option<AccountId>,
    /// Its net liquidation.
    pub net: Option<Cash>,
    /// In this currency.
    pub currency: String,
    /// G07.
    pub order: Pair,
    /// A cap on an order's value, where one is set.
    pub order_cap: Option<Cash>,
    /// G17.
    pub symbol: Pair,
    /// G20.
    pub gross: Pair,
    /// G06: shares of one order; the second where one is set.
    pub shares: (Option<Qty>, Option<Qty>),
    /// G24.
    pub loss: Pair,
    /// Kinds of contract the desk trades.
    pub types: &'static str,
    /// Minutes without a key until it disarms.
    pub idle: u16,
    /// What an order takes besides.
    pub confirm: Confirm,
}

impl Card {
    /// The card of this moment.
    pub fn of(model: &Model) -> Self {
        let net = model.account.net_liquidation.filter(|n| n.is_positive());
        let limits = &model.desk.limits;
        let rows = &limits.live;
        let bound = |percent: Decimal| Bound { percent, amount: net.and_then(|n| share(n, percent)) };
        let pair = |confirm, refuse| Pair { confirm: bound(confirm), refuse: bound(refuse) };
        let multiple = limits.default_size.0.checked_mul(Decimal::from(rows.size_multiple)).map(Qty);
        Self {
            account: model.desk.account.clone(),
            net,
            currency: model.account.currency.to_string(),
            order: pair(rows.value_confirm, rows.value_max),
            order_cap: rows.max_value,
            symbol: pair(rows.position_confirm, rows.position_max),
            gross: pair(rows.gross_confirm, rows.gross_max),
            shares: (multiple, rows.max_size),
            loss: pair(rows.loss_confirm, rows.loss_max),
            types: "STK: stocks and ETFs",
            idle: model.settings.live.idle,
            confirm: model.settings.live.confirm,
        }
    }

    /// Whether there are amounts to accept.
    pub const fn is_known(&self) -> bool {
        self.net.is_some()
    }
}

/// `percent` of an amount, to the cent below.
fn share(net: Cash, percent: Decimal) -> Option<Cash> {
    let share = net.0.checked_mul(percent)?.checked_div(Decimal::ONE_HUNDRED)?;
    Some(Cash(share.round_dp_with_strategy(2, rust_decimal::RoundingStrategy::ToZero)))
}
