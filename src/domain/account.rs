//! The account: its id, its mode, its values.

use std::fmt;
use std::sync::Arc;

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::SafeText;
use super::position::Pnl;
use crate::clock::Stamp;
use crate::money::Cash;

/// The id of an account. `Display` and `Debug` mask it (`DU…0001`); only [`AccountId::reveal`] gives it whole.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct AccountId(Arc<str>);

impl AccountId {
    /// The account of this id.
    pub fn new(id: &str) -> Self {
        Self(SafeText::new(id).as_str().into())
    }

    /// The whole id, for the wire and for comparisons; never for screen or log.
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// What the id itself says about the mode: IB's paper accounts begin with `D`.
    pub fn mode(&self) -> Mode {
        if self.0.starts_with('D') { Mode::Paper } else { Mode::Live }
    }

    /// The last four characters, which arming asks for.
    pub fn tail(&self) -> String {
        let count = self.0.chars().count();
        self.0.chars().skip(count.saturating_sub(4)).collect()
    }
}

impl fmt::Display for AccountId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let head: String = self.0.chars().take_while(char::is_ascii_alphabetic).take(2).collect();
        write!(f, "{head}…{}", self.tail())
    }
}

impl fmt::Debug for AccountId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "AccountId({self})")
    }
}

/// Whether orders move money.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Mode {
    /// Simulated money.
    Paper,
    /// Real money.
    Live,
}

impl Mode {
    /// The word on the status bar.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Paper => "PAPER",
            Self::Live => "LIVE",
        }
    }
}

/// The account's values in its base currency, each as the broker last said; what was never said is `None`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct AccountValues {
    /// The base currency.
    pub currency: SafeText,
    /// `NetLiquidation`.
    pub net_liquidation: Option<Cash>,
    /// `TotalCashValue`.
    pub cash: Option<Cash>,
    /// `GrossPositionValue`.
    pub gross_value: Option<Cash>,
    /// `InitMarginReq`.
    pub init_margin: Option<Cash>,
    /// `MaintMarginReq`.
    pub maint_margin: Option<Cash>,
    /// `AvailableFunds`.
    pub available_funds: Option<Cash>,
    /// `ExcessLiquidity`.
    pub excess_liquidity: Option<Cash>,
    /// `BuyingPower`.
    pub buying_power: Option<Cash>,
    /// `SettledCash`, where the broker reports it.
    #[serde(default)]
    pub settled_cash: Option<Cash>,
    /// `Cushion`, a fraction of net liquidation.
    pub cushion: Option<Decimal>,
    /// The account's profit and loss.
    pub pnl: Pnl,
    /// When any of them last changed.
    pub at: Option<Stamp>,
}
