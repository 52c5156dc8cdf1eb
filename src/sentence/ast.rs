//! A sentence as a value: every number as it was typed, nothing resolved.

use jiff::civil::Date;
use rust_decimal::Decimal;

use super::price::{Dist, PriceExpr};
use super::size::Size;
use crate::domain::order::Verb;
use crate::domain::terms::{self, Clauses, Session, Tif};
use crate::money::Qty;

/// What was said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sentence {
    /// A new order.
    Entry(Box<Entry>),
    /// Something done to orders and positions that exist.
    Manage(Box<Manage>),
}

impl Sentence {
    /// The order, if it is one.
    pub fn entry(&self) -> Option<&Entry> {
        match self {
            Self::Entry(entry) => Some(entry),
            Self::Manage(_) => None,
        }
    }
}

/// A new order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// What to do.
    pub verb: Verb,
    /// How much.
    pub size: Size,
    /// Of what.
    pub instrument: Instrument,
    /// At which price.
    pub pricing: terms::Pricing<PriceExpr, Dist>,
    /// How long, when, with which exits, under which conditions.
    pub clauses: Clauses<PriceExpr, Dist, Contract>,
}

/// What is traded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Instrument {
    /// One contract.
    One(Contract),
    /// Several at once, two legs or more.
    Combo(Vec<Leg>),
}

/// A leg of a combo.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Leg {
    /// Sold when the combo is bought.
    pub short: bool,
    /// How many for one combo.
    pub ratio: u32,
    /// The contract.
    pub contract: Contract,
}

/// A contract as it is named.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Contract {
    /// By the broker's number.
    ConId(i32),
    /// By its name.
    Named(Named),
}

/// A contract by its name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named {
    /// The kind, where it was said.
    pub kind: Option<Kind>,
    /// The underlying, or the contract itself.
    pub under: Under,
    /// Which option on it.
    pub option: Option<OptionPart>,
}

/// Kinds of contracts that can be said before a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A stock or fund.
    Stock,
    /// An option.
    Option,
    /// A future.
    Future,
    /// A currency pair.
    Cash,
    /// A cryptocurrency.
    Crypto,
    /// An index.
    Index,
    /// A bond.
    Bond,
    /// A contract for difference.
    Cfd,
}

impl Kind {
    /// All of them.
    pub const ALL: [Self; 8] =
        [Self::Stock, Self::Option, Self::Future, Self::Cash, Self::Crypto, Self::Index, Self::Bond, Self::Cfd];

    /// The word before the colon.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Stock => "stk",
            Self::Option => "opt",
            Self::Future => "fut",
            Self::Cash => "cash",
            Self::Crypto => "crypto",
            Self::Index => "ind",
            Self::Bond => "bond",
            Self::Cfd => "cfd",
        }
    }
}

/// The name of a stock, pair or future.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Under {
    /// Everything but futures.
    Root {
        /// The symbol, in capitals.
        root: String,
        /// What stands behind the point: a class of shares, the second currency.
        suffix: Option<String>,
        /// Where it is listed.
        listing: Option<String>,
    },
    /// A future.
    Future {
        /// The symbol, in capitals.
        root: String,
        /// The month; `None` means the front month.
        month: Option<FutureMonth>,
    },
}

/// The delivery month of a future.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct FutureMonth {
    /// The year, in full.
    pub year: i16,
    /// The month, 1 to 12.
    pub month: i8,
}

impl FutureMonth {
    /// The letters of the months, January first.
    pub const LETTERS: &'static str = "FGHJKMNQUVXZ";

    /// The letter of the month.
    pub fn letter(self) -> char {
        let index = usize::try_from(self.month).unwrap_or(1).saturating_sub(1);
        Self::LETTERS.chars().nth(index).unwrap_or('F')
    }

    pub(super) fn month_of(letter: char) -> Option<i8> {
        let at = Self::LETTERS.find(letter.to_ascii_uppercase())?;
        i8::try_from(at).ok()?.checked_add(1)
    }
}

/// Which option on an underlying.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OptionPart {
    /// The day it expires.
    pub expiry: Date,
    /// The strike, without trailing zeros.
    pub strike: Decimal,
    /// Call or put.
    pub right: Right,
}

/// Call or put.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Right {
    /// The right to buy.
    Call,
    /// The right to sell.
    Put,
}

impl Right {
    /// The letter behind the strike.
    pub const fn letter(self) -> char {
        match self {
            Self::Call => 'C',
            Self::Put => 'P',
        }
    }
}

/// What the name of an instrument alone says about its kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    /// A stock, fund, bond, index or contract for difference, or a contract known by its number only.
    Stock,
    /// An option on one.
    Option,
    /// A future.
    Future,
    /// An option on a future.
    FutureOption,
    /// A currency pair.
    Forex,
    /// A cryptocurrency.
    Crypto,
    /// Several legs, not all of them futures or options on futures.
    Combo,
    /// Several legs, all of them futures or options on futures.
    FutureCombo,
}

impl Class {
    /// Whether it trades without hours to choose.
    pub const fn has_sessions(self) -> bool {
        !matches!(self, Self::Forex | Self::Crypto)
    }

    /// Whether stops and exits work outside regular hours unless said otherwise.
    pub const fn is_future(self) -> bool {
        matches!(self, Self::Future | Self::FutureOption | Self::FutureCombo)
    }

    /// Whether a plain `sell` may open a position: only stocks demand `short`.
    pub const fn sells_to_open(self) -> bool {
        !matches!(self, Self::Stock)
    }
}

/// Currencies the broker trades: a pair of two of these is foreign exchange, with any other root it is crypto.
const CURRENCIES: &[&str] = &[
    "USD", "EUR", "GBP", "JPY", "CHF", "CAD", "AUD", "NZD", "HKD", "SGD", "SEK", "NOK", "DKK", "PLN", "CZK", "HUF",
    "MXN", "ZAR", "TRY", "ILS", "CNH", "KRW", "INR", "RUB", "AED", "SAR", "TWD", "THB",
];

impl Contract {
    /// What the name says about the kind.
    pub fn class(&self) -> Class {
        let Self::Named(named) = self else { return Class::Stock };
        match (&named.under, named.option.is_some(), named.kind) {
            (Under::Future { .. }, true, _) => Class::FutureOption,
            (Under::Future { .. }, false, _) => Class::Future,
            (_, true, _) => Class::Option,
            (_, _, Some(Kind::Cash)) => Class::Forex,
            (_, _, Some(Kind::Crypto)) => Class::Crypto,
            (_, _, Some(_)) => Class::Stock,
            (Under::Root { root, suffix, .. }, false, None) => {
                let quoted = suffix.as_deref().is_some_and(|s| CURRENCIES.contains(&s));
                match (quoted, CURRENCIES.contains(&root.as_str())) {
                    (true, true) => Class::Forex,
                    (true, false) => Class::Crypto,
                    (false, _) => Class::Stock,
                }
            }
        }
    }

    /// The one name of it on the screen and in lists: without a kind that the rest of the name says already (`AAPL`,
    /// `/ESZ26`, `AAPL 18DEC26 190C`, `EUR.USD`, `ind:SPX`); `None` for a contract known by its number.
    pub fn name(&self) -> Option<String> {
        let Self::Named(named) = self else { return None };
        let kept = matches!(named.kind, Some(Kind::Index | Kind::Bond | Kind::Cfd));
        let plain = Self::Named(Named { kind: named.kind.filter(|_| kept), ..named.clone() });
        let same = plain.class() == self.class();
        Some(if same { plain.to_string() } else { self.to_string() })
    }

    /// Whether it means the front month of a future.
    pub const fn is_front(&self) -> bool {
        matches!(self, Self::Named(Named { under: Under::Future { month: None, .. }, option: None, .. }))
    }

    /// The root of its name; `None` for a contract known by its number.
    pub fn root(&self) -> Option<&str> {
        match self {
            Self::ConId(_) => None,
            Self::Named(Named { under: Under::Root { root, .. } | Under::Future { root, .. }, .. }) => Some(root),
        }
    }

    /// The expiry of an option.
    pub fn option(&self) -> Option<OptionPart> {
        match self {
            Self::ConId(_) => None,
            Self::Named(named) => named.option,
        }
    }
}

impl Instrument {
    /// What the name says about the kind.
    pub fn class(&self) -> Class {
        match self {
            Self::One(contract) => contract.class(),
            Self::Combo(legs) if legs.iter().all(|leg| leg.contract.class().is_future()) => Class::FutureCombo,
            Self::Combo(_) => Class::Combo,
        }
    }

    /// The contracts, leg by leg.
    pub fn contracts(&self) -> Vec<&Contract> {
        match self {
            Self::One(contract) => vec![contract],
            Self::Combo(legs) => legs.iter().map(|leg| &leg.contract).collect(),
        }
    }

    /// Whether it has legs.
    pub const fn is_combo(&self) -> bool {
        matches!(self, Self::Combo(_))
    }
}

/// Something done to orders and positions that exist.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Manage {
    /// Cancels orders.
    Cancel(Target),
    /// Changes a working order.
    Modify {
        /// Its number here.
        order: u32,
        /// What changes.
        change: Change,
    },
    /// Cancels a symbol's orders and closes its position.
    Flatten {
        /// Which; `None` means every position.
        what: Option<Contract>,
        /// At which price; `None` leaves it to the desk.
        pricing: Option<terms::Pricing<PriceExpr, Dist>>,
    },
    /// Turns a position around.
    Reverse(Contract),
    /// Moves a position to another expiry, as one combo.
    Roll {
        /// The position.
        from: Contract,
        /// Where to.
        to: RollTo,
        /// The price of the combo; `None` leaves it to the desk.
        pricing: Option<terms::Pricing<PriceExpr, Dist>>,
    },
    /// Exercises options.
    Exercise(Qty, Contract),
    /// Lets options expire although they are in the money.
    Lapse(Qty, Contract),
    /// Allows exits only from now on, and cancels nothing.
    Halt,
    /// Allows exits only for the rest of the session.
    Reduce,
    /// Sets a limit of the guard, by its name in `risk.toml`.
    Limit(String, Decimal),
    /// Allows entries again.
    Resume,
}

/// Which orders are cancelled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// One, by its number here.
    Order(u32),
    /// Those of a contract.
    Of(Contract, Option<Part>),
    /// Those of every contract; never [`Part::Buys`] or [`Part::Sells`].
    All(Option<Part>),
    /// Those of a group.
    Oca(String),
}

/// A part of a contract's orders.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// The buys.
    Buys,
    /// The sells.
    Sells,
    /// What may increase the position or cross zero.
    Entries,
    /// What only reduces it.
    Exits,
}

impl Part {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Buys, Self::Sells, Self::Entries, Self::Exits];

    /// The word.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Buys => "buys",
            Self::Sells => "sells",
            Self::Entries => "entries",
            Self::Exits => "exits",
        }
    }
}

/// What changes in a working order; at least one is `Some`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Change {
    /// Its price and type.
    pub pricing: Option<terms::Pricing<PriceExpr, Dist>>,
    /// How much is left to fill from now on.
    pub left: Option<Qty>,
    /// How much it is in all, with what has filled.
    pub total: Option<Qty>,
    /// How long it works.
    pub tif: Option<Tif>,
    /// In which hours it works.
    pub session: Option<Session>,
}

/// Where a position rolls to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RollTo {
    /// The same option with another expiry.
    Expiry(Date),
    /// The same future with another month.
    Month(FutureMonth),
}

/// The pricing that stands where none is said: `lmt join`.
pub const fn pricing_of(said: Option<terms::Pricing<PriceExpr, Dist>>) -> terms::Pricing<PriceExpr, Dist> {
    match said {
        Some(pricing) => pricing,
        None => terms::Pricing::Limit(PriceExpr::JOIN),
    }
}
