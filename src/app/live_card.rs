//! The card of the first live start: what the guard's limits come to for this account.
//!
//! Invariants: every amount is the account's net liquidation times the limit that the guard compares with; without a net
//! liquidation there are no amounts, and nothing can be accepted; nor can a card that has not been on the screen as it is.
//!
//! Must not know: the screen; where the limits are kept.

use std::time::Duration;

use rust_decimal::Decimal;

use super::dwell::Dwell;
use super::model::Model;
use crate::clock::Stamp;
use crate::config::Confirm;
use crate::domain::account::{AccountId, Mode};
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
    /// The fingerprint of all limits that count: those that are not on the card are accepted with it.
    pub limits: String,
}

/// How long a card has been on the screen.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Seen {
    /// The card that is to be seen.
    card: Option<Box<Card>>,
    /// How long it has been there.
    dwell: Dwell,
}

impl Seen {
    /// This card is to be seen; whether it is another than before.
    pub(super) fn watch(&mut self, card: Card) -> bool {
        let other = self.card.as_deref() != Some(&card);
        if other {
            *self = Self { card: Some(Box::new(card)), ..Self::default() };
        }
        other
    }

    /// The message has ended with `revision`, and `painted` is on the screen.
    pub(super) fn stamp(&mut self, revision: u64, painted: u64, now: Stamp) {
        self.dwell.stamp(revision, painted, now);
    }

    /// How long the card as it is now has been on the screen; `None` while it is not there.
    pub(super) fn lasted(&self, card: &Card, now: Stamp) -> Option<Duration> {
        self.dwell.lasted(now).filter(|_| self.card.as_deref() == Some(card))
    }
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
            limits: limits.fingerprint_of(Mode::Live),
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
