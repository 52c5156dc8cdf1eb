//! The futures: products as a table, contracts and their last days as computed from the calendar.
//!
//! A contract follows the path of what it is on, times `e^(carry·T)` with T the time to its last day, within a basis point; it has a tape of
//! its own. ES and MES follow SPX, NQ the NDX; CL and GC follow the funds on oil and gold at the level of the futures. On its last day the
//! carry is gone, so a future on an index ends at the index.
//!
//! **Last days.** ES, MES, NQ: the third Friday of the contract month, to the regular open (09:30 New York). CL: three business days before
//! the 25th of the month before, or before the business day that precedes a 25th that is none, to 14:30. GC: the third
//! last business day of the contract month, to 13:30. A day that is no session gives way to the one before it. Business days are the stock
//! exchanges' sessions: the few days on which the futures exchanges alone trade are closed here.
//!
//! **Volume** moves to the next contract eight days before a quarterly one ends, three days before CL's does, and a month before GC's does.
//!
//! Contract ids are this gateway's and name product and month; levels, volumes, carries are round figures, not quotes.
//!
//! Absent: serial months of GC, option expiries, spreads, price limits, trading at settlement.
//!
//! Must not know: seeds, hashes, accounts, margins.

use std::sync::LazyLock;

use jiff::ToSpan;
use jiff::civil::{Date, Weekday, date};

use super::calendar::{instant_at, is_session};
use super::indices::HUNDREDTHS;
use super::universe::{Class, Kind, Listing, Source};
use crate::gateway::{ConId, Nanos};

/// The first contract id of the futures.
const FIRST_ID: ConId = 910_000_000;
/// Ids of one product.
const PER_PRODUCT: ConId = 100_000;
/// The years whose contracts exist.
const YEARS: std::ops::RangeInclusive<i16> = 2024..=2040;
/// IB's letters of the months.
const LETTERS: [char; 12] = ['F', 'G', 'H', 'J', 'K', 'M', 'N', 'Q', 'U', 'V', 'X', 'Z'];

/// How a product's last day and volume go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Cycle {
    /// On an index: third Fridays, settled in cash.
    Index,
    /// CL.
    Oil,
    /// GC.
    Gold,
}

/// A product.
#[derive(Debug, PartialEq)]
pub struct Product {
    /// IB's symbol, which is its trading class too.
    pub symbol: &'static str,
    /// Its name.
    pub name: &'static str,
    /// `CME`, `NYMEX` or `COMEX`.
    pub exchange: &'static str,
    /// The index it is settled by, if it is on one.
    pub index: Option<&'static str>,
    /// Units of the underlying in one contract.
    pub multiplier: i64,
    /// The market rule's id, this gateway's.
    pub rule: i32,
    /// Smallest increment as digits and decimals.
    pub tick: (i64, u32),
    /// Annual carry as a fraction.
    pub carry: f64,
    cycle: Cycle,
    months: &'static [i8],
    /// How many contracts are listed at a time.
    listed: usize,
    source: Source,
    sector: &'static str,
    level: f64,
    adv: f64,
    touch: f64,
    lot: f64,
    /// When the daily settlement is struck, New York.
    settles: (i8, i8),
}

/// The market rules of one increment everywhere as (id, increment in ten-thousandths); the ids are this gateway's.
pub const RULES: [(i32, i64); 3] = [(HUNDREDTHS, 100), (2_002, 2_500), (2_003, 1_000)];

const QUARTERS: &[i8] = &[3, 6, 9, 12];

/// Every product; the order is part of the contract ids.
#[rustfmt::skip]
pub static PRODUCTS: [Product; 5] = [
    Product { symbol: "ES", name: "E-mini S&P 500", exchange: "CME", index: Some("SPX"), multiplier: 50, rule: 2_002, tick: (25, 2), carry: 0.027, cycle: Cycle::Index, months: QUARTERS, listed: 8, source: Source::Spx, sector: "Index", level: 6_000.0, adv: 1.5e6, touch: 170.0, lot: 4.0, settles: (16, 0) },
    Product { symbol: "MES", name: "Micro E-Mini S&P 500 Stock Price Index", exchange: "CME", index: Some("SPX"), multiplier: 5, rule: 2_002, tick: (25, 2), carry: 0.027, cycle: Cycle::Index, months: QUARTERS, listed: 8, source: Source::Spx, sector: "Index", level: 6_000.0, adv: 1.2e6, touch: 200.0, lot: 3.0, settles: (16, 0) },
    Product { symbol: "NQ", name: "E-mini NASDAQ 100", exchange: "CME", index: Some("NDX"), multiplier: 20, rule: 2_002, tick: (25, 2), carry: 0.027, cycle: Cycle::Index, months: QUARTERS, listed: 8, source: Source::Ndx, sector: "Tech", level: 21_500.0, adv: 0.6e6, touch: 40.0, lot: 2.0, settles: (16, 0) },
    Product { symbol: "CL", name: "Light Sweet Crude Oil", exchange: "NYMEX", index: None, multiplier: 1_000, rule: HUNDREDTHS, tick: (1, 2), carry: -0.02, cycle: Cycle::Oil, months: &[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12], listed: 24, source: Source::Of("USO"), sector: "Energy", level: 70.0, adv: 0.35e6, touch: 18.0, lot: 1.5, settles: (14, 30) },
    Product { symbol: "GC", name: "Gold", exchange: "COMEX", index: None, multiplier: 100, rule: 2_003, tick: (1, 1), carry: 0.04, cycle: Cycle::Gold, months: &[2, 4, 6, 8, 10, 12], listed: 12, source: Source::Of("GLD"), sector: "Gold", level: 3_250.0, adv: 0.2e6, touch: 27.0, lot: 1.5, settles: (13, 30) },
];

/// What a future is beside a listing.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Series {
    /// Its product.
    pub product: &'static Product,
    /// IB's local symbol, such as `ESZ6`.
    pub local: &'static str,
    /// Year and month of the contract.
    pub month: (i16, i8),
    /// Its last day of trading.
    pub last_day: Date,
    /// That of the contract before it, from which the volume comes.
    before: Date,
    /// The last moment of trading, exclusive.
    pub ends: Nanos,
}

/// The contracts by id.
static CONTRACTS: LazyLock<Vec<Listing>> = LazyLock::new(|| {
    let mut out = Vec::with_capacity(600);
    for (place, product) in PRODUCTS.iter().enumerate() {
        for year in YEARS {
            out.extend(product.months.iter().filter_map(|month| contract(place, product, year, *month)));
        }
    }
    out
});

fn contract(place: usize, product: &'static Product, year: i16, month: i8) -> Option<Listing> {
    let last_day = product.last_day(year, month)?;
    let letter = usize::try_from(month - 1).ok().and_then(|place| LETTERS.get(place))?;
    // The names live as long as the program, as those of the other tables do.
    let named = |text: String| -> &'static str { text.leak() };
    let (hour, minute) = product.end();
    let series = Series {
        product,
        local: named(format!("{}{letter}{}", product.symbol, year % 10)),
        month: (year, month),
        last_day,
        before: product.day_before(year, month)?,
        ends: instant_at(last_day, hour, minute),
    };
    Some(Listing {
        con_id: FIRST_ID
            + ConId::try_from(place).ok()? * PER_PRODUCT
            + ConId::from(year - 2000) * 12
            + ConId::from(month),
        symbol: product.symbol,
        name: product.name,
        primary_exchange: product.exchange,
        kind: Kind::Future,
        sector: product.sector,
        level: product.level,
        vol: 0.0,
        beta: 0.0,
        class: Class {
            letter: 'F',
            lot: product.lot,
            bps: 0.0,
            min_ticks: 0.8,
            extended: 0.0,
            touch: product.touch,
            refresh: 2,
            recovery_ms: 500,
            informed: 60,
        },
        adv: product.adv,
        source: product.source,
        market_rule_id: product.rule,
        tick: product.tick,
        size_increment: 1,
        round_lot: 1,
        series: Some(series),
        option: None,
    })
}

/// Every future of every year, by id.
pub fn contracts() -> &'static [Listing] {
    &CONTRACTS
}

/// The future with this id.
pub fn by_con_id(con_id: ConId) -> Option<&'static Listing> {
    let found = CONTRACTS.binary_search_by_key(&con_id, |listing| listing.con_id).ok()?;
    CONTRACTS.get(found)
}

/// The contracts of a product that are listed at a moment, the nearest first.
pub fn listed(product: &'static Product, at: Nanos) -> impl Iterator<Item = &'static Listing> {
    let alive = move |listing: &&'static Listing| {
        listing.series.as_ref().is_some_and(|s| std::ptr::eq(s.product, product) && s.ends > at)
    };
    CONTRACTS.iter().filter(alive).take(product.listed)
}

impl Product {
    /// The id of what the product's contracts are on; none of them has it.
    pub fn con_id(&self) -> ConId {
        let place = PRODUCTS.iter().position(|product| product.symbol == self.symbol).unwrap_or(0);
        FIRST_ID + ConId::try_from(place).unwrap_or(0) * PER_PRODUCT
    }

    /// When the last day of trading ends, New York.
    fn end(&self) -> (i8, i8) {
        match self.cycle {
            Cycle::Index => (9, 30),
            Cycle::Oil => (14, 30),
            Cycle::Gold => (13, 30),
        }
    }

    /// When the daily settlement is struck, in minutes after midnight, New York.
    pub fn settlement_minute(&self) -> u32 {
        let (hour, minute) = self.settles;
        u32::from(hour.unsigned_abs()) * 60 + u32::from(minute.unsigned_abs())
    }

    /// The last day of trading of a contract month.
    fn last_day(&self, year: i16, month: i8) -> Option<Date> {
        match self.cycle {
            Cycle::Index => {
                let first = Date::new(year, month, 1).ok()?;
                Some(at_or_before(first.nth_weekday_of_month(3, Weekday::Friday).ok()?))
            }
            Cycle::Oil => {
                let before = Date::new(year, month, 1).ok()?.checked_sub(1.month()).ok()?;
                let pivot = at_or_before(date(before.year(), before.month(), 25));
                Some(back(pivot, 3))
            }
            Cycle::Gold => {
                let last = at_or_before(Date::new(year, month, 1).ok()?.last_of_month());
                Some(back(last, 2))
            }
        }
    }

    /// The last day of the contract before that of a month.
    fn day_before(&self, year: i16, month: i8) -> Option<Date> {
        let earlier = self.months.iter().rev().find(|m| **m < month);
        match earlier {
            Some(earlier) => self.last_day(year, *earlier),
            None => self.last_day(year - 1, *self.months.last()?),
        }
    }
}

impl Series {
    /// The share of the product's volume that the contract has on a day.
    pub fn share(&self, day: Date) -> f64 {
        let days = |last: Date| i64::from(day.until(last).map_or(0, |span| span.get_days()));
        let (left, before) = (days(self.last_day), days(self.before));
        // Until how many days before its last a contract leads, its share then and afterwards, and those of the later ones by days left.
        let (rolls, leads, rest, later): (i64, f64, f64, &[(i64, f64)]) = match self.product.cycle {
            Cycle::Index => (8, 0.90, 0.08, &[(200, 0.02), (300, 0.004)]),
            Cycle::Oil => (3, 0.50, 0.12, &[(68, 0.20), (99, 0.10), (190, 0.02), (370, 0.006)]),
            Cycle::Gold => (30, 0.88, 0.02, &[(160, 0.06), (400, 0.01)]),
        };
        if left < 0 {
            0.0
        } else if left <= rolls {
            rest
        } else if before <= rolls {
            leads
        } else {
            later.iter().find(|(upto, _)| left <= *upto).map_or(0.000_5, |(_, share)| *share)
        }
    }
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

/// The session so many sessions before one.
fn back(day: Date, sessions: u32) -> Date {
    (0..sessions).fold(day, |day, _| day.yesterday().map_or(day, at_or_before))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn last(symbol: &str, year: i16, month: i8) -> String {
        let product = PRODUCTS.iter().find(|p| p.symbol == symbol).unwrap();
        product.last_day(year, month).unwrap().to_string()
    }

    #[test]
    fn last_days_are_those_of_the_exchanges_calendars() {
        for (symbol, year, month, day) in [
            ("ES", 2026, 3, "2026-03-20"),
            // The third Friday is Juneteenth.
            ("ES", 2026, 6, "2026-06-18"),
            ("NQ", 2026, 12, "2026-12-18"),
            ("MES", 2025, 9, "2025-09-19"),
            // The 25th of the month before is a Sunday: three days before Friday the 23rd.
            ("CL", 2026, 2, "2026-01-20"),
            // The 25th is a Wednesday.
            ("CL", 2026, 4, "2026-03-20"),
            // The 25th is Christmas: three days before the 24th.
            ("CL", 2026, 1, "2025-12-19"),
            ("GC", 2026, 2, "2026-02-25"),
            ("GC", 2025, 12, "2025-12-29"),
        ] {
            assert_eq!(last(symbol, year, month), day, "{symbol} {year}-{month}");
        }
    }

    #[test]
    fn contracts_are_named_as_ib_names_them_and_their_ids_are_unique_and_sorted() {
        assert!(contracts().is_sorted_by_key(|l| l.con_id));
        let mut ids: Vec<_> = contracts().iter().map(|l| l.con_id).collect();
        ids.dedup();
        assert_eq!(ids.len(), 17 * (4 * 3 + 12 + 6));
        let at = instant_at(date(2026, 11, 25), 12, 0);
        let front = |symbol: &str| {
            let product = PRODUCTS.iter().find(|p| p.symbol == symbol).unwrap();
            let names: Vec<_> = listed(product, at).filter_map(|l| l.series.map(|s| s.local)).collect();
            (names[0], names[1], names.len())
        };
        assert_eq!(front("ES"), ("ESZ6", "ESH7", 8));
        assert_eq!(front("CL"), ("CLF7", "CLG7", 24));
        assert_eq!(front("GC"), ("GCZ6", "GCG7", 12));
        let es = contracts().iter().find(|l| l.series.is_some_and(|s| s.local == "ESZ6" && s.month.0 == 2026)).unwrap();
        assert_eq!(by_con_id(es.con_id).map(|l| l.con_id), Some(910_000_324));
        let end = es.series.unwrap().ends;
        assert_eq!(end, instant_at(date(2026, 12, 18), 9, 30));
        assert_eq!(listed(&PRODUCTS[0], end).next().and_then(|l| l.series).map(|s| s.local), Some("ESH7"));
    }

    #[test]
    fn a_front_month_has_most_of_the_volume_and_no_day_has_much_more_than_all() {
        for product in &PRODUCTS {
            for day in 0..700_i64 {
                let today = date(2026, 1, 5).checked_add(day.days()).unwrap();
                let ours = CONTRACTS.iter().filter_map(|l| l.series).filter(|s| s.product == product);
                let all: f64 = ours.map(|s| s.share(today)).sum();
                assert!((0.75..1.25).contains(&all), "{} on {today}: {all}", product.symbol);
            }
        }
    }
}
