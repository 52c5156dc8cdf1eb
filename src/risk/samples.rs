//! A desk for tests on which everything is in order, so that the guard has nothing to say.

use super::{Approved, Consent, Context, Gate, Limits, Origin, Readiness, Recent, check_new};
use crate::clock::Stamp;
use crate::domain::account::AccountId;
use crate::domain::calendar::Hours;
use crate::domain::instrument::Instrument;
use crate::domain::order::{Order, OrderKey, OrderSpec};
use crate::domain::quote::{Quote, Truth};
use crate::domain::samples;
use crate::money::{Cash, Qty};

/// What the guard sees; a test changes what it is about.
#[derive(Debug, Clone)]
pub struct Desk {
    /// Now.
    pub at: Stamp,
    /// The account; its mode is the session's.
    pub account: AccountId,
    /// When the market trades.
    pub hours: Hours,
    /// The contract.
    pub instrument: Instrument,
    /// Its quote.
    pub quote: Quote,
    /// What is held.
    pub position: Qty,
    /// Net liquidation value.
    pub net_liquidation: Cash,
    /// The limits.
    pub limits: Limits,
    /// Orders that can still fill.
    pub orders: Vec<Order>,
    /// Orders sent lately.
    pub recent: Vec<Recent>,
    /// The last word on the context.
    pub change: fn(&mut Context<'_>),
}

impl Default for Desk {
    /// Flat, in Apple, with a million.
    fn default() -> Self {
        Self {
            at: Stamp::at(10_000_000_000),
            account: AccountId::new("DU0000001"),
            hours: Hours::Always,
            instrument: samples::apple(),
            quote: samples::apple_quote(),
            position: Qty::ZERO,
            net_liquidation: Cash::from(1_000_000),
            limits: Limits::default(),
            orders: Vec::new(),
            recent: Vec::new(),
            change: |_| {},
        }
    }
}

impl Desk {
    /// Answers a question about this desk.
    pub fn ask<T>(&self, question: impl FnOnce(&Context<'_>) -> T) -> T {
        let working: Vec<&Order> = self.orders.iter().collect();
        let mut ctx = Context {
            at: self.at,
            account: Some(&self.account),
            mode: self.account.mode(),
            gate: Gate::Asks,
            readiness: Readiness::Ready,
            halted: false,
            reduced: false,
            loss_released: false,
            clock_off: false,
            hours: self.hours,
            instrument: Some(&self.instrument),
            quote: Some(&self.quote),
            truth: Truth::Live,
            position: Some(self.position),
            working: &working,
            currency: None,
            unheard: None,
            net_liquidation: Some(self.net_liquidation),
            gross: Some(Cash::ZERO),
            available: Some(self.net_liquidation),
            excess: Some(self.net_liquidation),
            buying_power: None,
            day_pnl: Some(Cash::ZERO),
            settled_cash: None,
            expires: None,
            average_volume: None,
            open_intents: self.orders.len(),
            recent: &self.recent,
            origin: Origin::Key,
            limits: &self.limits,
        };
        (self.change)(&mut ctx);
        question(&ctx)
    }

    /// The order, approved under this name.
    pub fn approve(&self, key: &str, spec: OrderSpec) -> Box<Approved> {
        Box::new(self.ask(|ctx| check_new(spec, OrderKey::own(key), ctx, Consent::Given)).expect("a fair order"))
    }
}
