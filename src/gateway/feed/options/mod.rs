//! Options: classes as a table, contracts as computed from the calendar, chains from what the underlying did.
//!
//! A contract is named by its class, its last day, its strike and its right; the id says the same in another form, so that no
//! list of contracts is kept. Ids, volumes and spreads are this gateway's; symbols, styles, multipliers and increments are those
//! of the exchanges.
//!
//! **Last days.** Monthly options end on the third Friday, weekly ones on the other Fridays, daily ones (SPXW, SPY, QQQ, IWM) on every
//! session, quarterly ones on the last session of the quarter, those of a month's end (SPXW) on the last of the month. A Friday that
//! is no session gives way to the one before it. Options end at the close, at 13:00 on half days; SPX trades to the close of
//! the session before and is settled at the opening.
//!
//! **Strikes** are listed around the close before an expiry was listed, and every five sessions around the one then ([`chain`]).
//!
//! **Prices** are those of a surface of volatilities (`smile`) on the underlying's middle (`market`).
//!
//! Absent: options on futures, adjusted contracts, minis, sessions outside the stock exchanges' regular hours.
//!
//! Must not know: accounts, orders, margins.

mod bars;
pub mod chain;
pub(super) mod market;
pub(super) mod smile;

use jiff::ToSpan;
use jiff::civil::{Date, Weekday, date};
use rust_decimal::Decimal;

use super::calendar::{instant_at, is_early, is_session, unix_day};
use super::universe::{A, B, C, Class, Kind, Listing, Source};
use crate::gateway::{ConId, Nanos};
pub use crate::math::option::Right;
use crate::money::Price;

/// The first contract id of the options.
const FIRST_ID: ConId = 1_000_000_000;
/// Days that ids count, from [`EPOCH`].
const DAYS: ConId = 8_192;
/// Strikes that ids count, in units of the class.
const STRIKES: ConId = 4_096;
/// The day that ids count from, in days since 1970: 2020-01-01.
const EPOCH: i64 = 18_262;
/// Underlying units of one contract.
pub const MULTIPLIER: i64 = 100;

/// When the right can be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    /// At any time; the underlying changes hands.
    American,
    /// At the end; the difference is paid in cash.
    European,
}

/// Which increments a class has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Increments {
    /// A cent at every price.
    Penny,
    /// A cent below 3, five above.
    PennyNickel,
    /// Five cents below 3, ten above.
    NickelDime,
}

impl Increments {
    /// The market rule's id; the ids are this gateway's.
    pub const fn rule(self) -> i32 {
        match self {
            Self::Penny => 2_010,
            Self::PennyNickel => 2_011,
            Self::NickelDime => 2_012,
        }
    }

    /// The rungs as (low edge, increment) in ten-thousandths.
    pub const fn rungs(self) -> &'static [(i64, i64)] {
        match self {
            Self::Penny => &[(0, 100)],
            Self::PennyNickel => &[(0, 100), (30_000, 500)],
            Self::NickelDime => &[(0, 500), (30_000, 1_000)],
        }
    }

    /// The smallest increment in ten-thousandths, which prices are counted in.
    const fn smallest(self) -> i64 {
        match self {
            Self::Penny | Self::PennyNickel => 100,
            Self::NickelDime => 500,
        }
    }

    /// The rules that exist, by id.
    pub fn of_rule(rule: i32) -> Option<Self> {
        [Self::Penny, Self::PennyNickel, Self::NickelDime].into_iter().find(|increments| increments.rule() == rule)
    }

    /// How many ticks make one step at a price in ticks.
    pub fn step(self, ticks: i64) -> i64 {
        let price = ticks.saturating_mul(self.smallest());
        let rung = self.rungs().iter().rev().find(|(edge, _)| price >= *edge);
        rung.map_or(1, |(_, increment)| increment / self.smallest()).max(1)
    }
}

/// Which expiries a class has beside the monthly ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Cycle {
    /// None.
    Monthly,
    /// Every Friday.
    Weekly,
    /// Every session and the quarters' ends.
    Daily,
    /// Every session and the months' ends.
    DailyAndMonthEnds,
}

/// A class of options: all that trade under one name.
#[derive(Debug, PartialEq)]
pub struct OptionClass {
    /// What they are on.
    pub underlying: &'static str,
    /// The trading class.
    pub name: &'static str,
    /// When the right can be used.
    pub style: Style,
    /// Price increments.
    pub increments: Increments,
    /// Whether they are settled at the opening after their last day.
    pub at_open: bool,
    /// Smallest distance of two strikes in thousandths.
    pub unit: i64,
    cycle: Cycle,
    /// Annual volatility the chain is laid out for, as a fraction.
    vol: f64,
    /// Half the spread at the money as a share of the option's time value.
    half_spread: f64,
    /// Contracts a day in the busiest option.
    volume: f64,
    liquidity: Class,
}

/// Every class; the order is part of the contract ids.
#[rustfmt::skip]
pub static CLASSES: [OptionClass; 16] = [
    class("SPX", "SPX", Increments::NickelDime, 5_000, Cycle::Monthly, 0.16, 0.006, 4_000.0, A),
    class("SPX", "SPXW", Increments::NickelDime, 5_000, Cycle::DailyAndMonthEnds, 0.16, 0.005, 9_000.0, A),
    class("SPY", "SPY", Increments::Penny, 1_000, Cycle::Daily, 0.16, 0.002, 60_000.0, A),
    class("QQQ", "QQQ", Increments::Penny, 1_000, Cycle::Daily, 0.20, 0.002, 40_000.0, A),
    class("IWM", "IWM", Increments::Penny, 1_000, Cycle::Daily, 0.22, 0.003, 20_000.0, A),
    class("AAPL", "AAPL", Increments::PennyNickel, 2_500, Cycle::Weekly, 0.28, 0.005, 20_000.0, B),
    class("MSFT", "MSFT", Increments::PennyNickel, 2_500, Cycle::Weekly, 0.24, 0.008, 8_000.0, B),
    class("NVDA", "NVDA", Increments::PennyNickel, 2_500, Cycle::Weekly, 0.44, 0.004, 30_000.0, B),
    class("AMZN", "AMZN", Increments::PennyNickel, 2_500, Cycle::Weekly, 0.31, 0.006, 12_000.0, B),
    class("META", "META", Increments::PennyNickel, 5_000, Cycle::Weekly, 0.34, 0.009, 6_000.0, B),
    class("GOOGL", "GOOGL", Increments::PennyNickel, 2_500, Cycle::Weekly, 0.29, 0.007, 8_000.0, B),
    class("TSLA", "TSLA", Increments::PennyNickel, 2_500, Cycle::Weekly, 0.55, 0.005, 30_000.0, B),
    class("AMD", "AMD", Increments::PennyNickel, 2_500, Cycle::Weekly, 0.48, 0.006, 12_000.0, B),
    class("NFLX", "NFLX", Increments::PennyNickel, 1_000, Cycle::Weekly, 0.34, 0.010, 3_000.0, B),
    class("INTC", "INTC", Increments::PennyNickel, 500, Cycle::Weekly, 0.44, 0.010, 8_000.0, B),
    class("KO", "KO", Increments::PennyNickel, 500, Cycle::Weekly, 0.15, 0.015, 1_500.0, C),
];

#[expect(clippy::too_many_arguments, reason = "one row of a table")]
const fn class(
    underlying: &'static str,
    name: &'static str,
    increments: Increments,
    unit: i64,
    cycle: Cycle,
    vol: f64,
    half_spread: f64,
    volume: f64,
    liquidity: Class,
) -> OptionClass {
    let index = matches!(increments, Increments::NickelDime);
    OptionClass {
        underlying,
        name,
        style: if index { Style::European } else { Style::American },
        increments,
        at_open: index && matches!(cycle, Cycle::Monthly),
        unit,
        cycle,
        vol,
        half_spread,
        volume,
        liquidity,
    }
}

/// How an expiry came to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Tenor {
    /// A third Friday.
    Monthly,
    /// The end of a quarter.
    Quarterly,
    /// The end of a month.
    MonthEnd,
    /// Another Friday.
    Weekly,
    /// Any session.
    Daily,
}

/// What an option is beside a listing.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Terms {
    /// Its class.
    pub class: &'static OptionClass,
    /// Its last day of trading.
    pub last_day: Date,
    /// The day it expires: the last day, or the next session if it is settled at the opening.
    pub expiry: Date,
    /// The last moment of trading, exclusive.
    pub ends: Nanos,
    /// When it is settled: at the end of trading, or at the next opening.
    pub settles: Nanos,
    /// The strike in thousandths.
    pub strike: i64,
    /// To buy or to sell.
    pub right: Right,
}

impl Terms {
    /// The strike as a price.
    pub fn strike_price(&self) -> Price {
        Price(Decimal::new(self.strike, 3).normalize())
    }

    /// The symbol of the options clearing corporation, which IB uses as local symbol, such as `AAPL  261218C00230000`.
    pub fn local(&self) -> String {
        let letter = if self.right == Right::Call { 'C' } else { 'P' };
        format!("{:<6}{}{letter}{:08}", self.class.name, self.expiry.strftime("%y%m%d"), self.strike)
    }

    /// The terms of an option of a class, if it has one that ends on the day at this strike.
    pub fn of(class: &'static OptionClass, last_day: Date, strike: i64, right: Right) -> Option<Self> {
        class.tenor(last_day)?;
        let index = ConId::try_from(strike / class.unit).ok()?;
        if strike % class.unit != 0 || !(1..STRIKES).contains(&index) {
            return None;
        }
        let ends = closes(last_day);
        let (expiry, settles) = if class.at_open {
            let expiry = after(last_day)?;
            (expiry, instant_at(expiry, 9, 30))
        } else {
            (last_day, ends)
        };
        Some(Self { class, last_day, expiry, ends, settles, strike, right })
    }

    /// The contract id.
    fn con_id(&self) -> Option<ConId> {
        let class = ConId::try_from(self.class.place()).ok()?;
        let day = ConId::try_from(unix_day(self.last_day) - EPOCH).ok().filter(|day| (0..DAYS).contains(day))?;
        let strike = ConId::try_from(self.strike / self.class.unit).ok()?;
        let right = ConId::from(self.right == Right::Put);
        Some(FIRST_ID + ((class * DAYS + day) * STRIKES + strike) * 2 + right)
    }

    /// The option with these terms as a listing.
    pub fn listing(self) -> Option<Listing> {
        let class = self.class;
        let under = class.under()?;
        Some(Listing {
            con_id: self.con_id()?,
            symbol: class.underlying,
            name: under.name,
            primary_exchange: "CBOE",
            kind: Kind::Option,
            sector: under.sector,
            level: 0.0,
            vol: 0.0,
            beta: 0.0,
            class: class.liquidity,
            adv: 0.0,
            source: Source::Own,
            market_rule_id: class.increments.rule(),
            tick: if class.increments.smallest() == 100 { (1, 2) } else { (5, 2) },
            size_increment: 1,
            round_lot: 1,
            series: None,
            option: Some(self),
        })
    }
}

/// The option with this id.
pub fn by_con_id(con_id: ConId) -> Option<Listing> {
    let code = con_id.checked_sub(FIRST_ID).filter(|code| *code >= 0)?;
    let right = if code % 2 == 0 { Right::Call } else { Right::Put };
    let (strike, rest) = (code / 2 % STRIKES, code / 2 / STRIKES);
    let (day, place) = (rest % DAYS, rest / DAYS);
    let class = CLASSES.get(usize::try_from(place).ok()?)?;
    let last_day = date(1970, 1, 1).checked_add((EPOCH + i64::from(day)).days()).ok()?;
    Terms::of(class, last_day, i64::from(strike) * class.unit, right)?.listing()
}

impl OptionClass {
    /// Contracts usually shown at the touch.
    fn liquidity_touch(&self) -> f64 {
        5.0 + self.liquidity.touch / 20.0
    }

    /// Its place in the table.
    fn place(&self) -> usize {
        CLASSES.iter().position(|class| class.name == self.name).unwrap_or(0)
    }

    /// What its options are on.
    pub fn under(&self) -> Option<&'static Listing> {
        Listing::by_symbol(self.underlying)
            .or_else(|| super::indices::INDICES.iter().find(|i| i.symbol == self.underlying))
    }

    /// The classes of an underlying.
    pub fn on(symbol: &str) -> impl Iterator<Item = &'static Self> {
        CLASSES.iter().filter(move |class| class.underlying == symbol)
    }

    /// What kind of expiry an option that trades last on this day has; `None` if there is none.
    pub fn tenor(&self, last_day: Date) -> Option<Tenor> {
        if !is_session(last_day) {
            return None;
        }
        let expiry = if self.at_open { after(last_day)? } else { last_day };
        if third_friday(expiry.year(), expiry.month()) == Some(expiry) {
            // What is settled at the close has its monthly option under the same name, SPXW as a weekly one.
            return Some(if self.name == "SPXW" { Tenor::Weekly } else { Tenor::Monthly });
        }
        let last_of_month = at_or_before(expiry.last_of_month()) == expiry;
        let (daily, month_ends) = match self.cycle {
            Cycle::Monthly => return None,
            Cycle::Weekly => (false, false),
            Cycle::Daily => (true, false),
            Cycle::DailyAndMonthEnds => (true, true),
        };
        if daily && last_of_month && expiry.month() % 3 == 0 {
            Some(Tenor::Quarterly)
        } else if month_ends && last_of_month {
            Some(Tenor::MonthEnd)
        } else if friday_of(expiry) == Some(expiry) {
            Some(Tenor::Weekly)
        } else {
            daily.then_some(Tenor::Daily)
        }
    }
}

/// When options stop trading on a day.
fn closes(day: Date) -> Nanos {
    instant_at(day, if is_early(day) { 13 } else { 16 }, 0)
}

/// The session on a date or the last one before it.
fn at_or_before(day: Date) -> Date {
    let mut day = day;
    while !is_session(day) {
        let Ok(before) = day.yesterday() else { return day };
        day = before;
    }
    day
}

/// The session after a date.
fn after(day: Date) -> Option<Date> {
    let mut next = day.tomorrow().ok()?;
    while !is_session(next) {
        next = next.tomorrow().ok()?;
    }
    Some(next)
}

/// The day on which a month's options expire.
fn third_friday(year: i16, month: i8) -> Option<Date> {
    Some(at_or_before(date(year, month, 1).nth_weekday_of_month(3, Weekday::Friday).ok()?))
}

/// The day on which the options of a date's week expire.
fn friday_of(day: Date) -> Option<Date> {
    let ahead = i64::from(4 - day.weekday().to_monday_zero_offset());
    Some(at_or_before(day.checked_add(ahead.days()).ok()?))
}

#[cfg(test)]
mod tests;
