//! The universe: what an instrument is, and the table of stocks and funds (data only).
//!
//! Invariants: contract ids are unique over all tables ([`LISTINGS`], [`super::indices`], [`super::futures`], [`super::options`]), symbols within each; the order of the
//! rows is part of the path's version. Contract ids are IB's own where public material names them; ids from 900,000,001 are
//! this gateway's. Levels, volatilities, betas and volumes are plausible round figures, not quotes.
//!
//! Absent: currencies, crypto, bonds.
//!
//! Must not know: time, hashes, paths.

use std::borrow::Cow;

use rust_decimal::Decimal;

use super::futures::{self, Series};
use super::indices::INDICES;
use super::options::{self, Terms};
use crate::gateway::{ConId, Nanos};
use crate::money::Price;
use Kind::{Etf, Stock};
use Source::{Ndx, Own, Spx};

/// IB's market rule of US stocks.
pub const US_STOCK_RULE: i32 = 26;

/// The price increments of [`US_STOCK_RULE`] as (low edge, increment), both in ten-thousandths of a dollar.
pub const US_STOCK_INCREMENTS: [(i64, i64); 2] = [(0, 1), (10_000, 100)];

/// What an instrument is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// A common share or a depositary receipt.
    Stock,
    /// An exchange-traded fund.
    Etf,
    /// A figure that is published and not traded: values in place of prints, no quote.
    Index,
    /// A future.
    Future,
    /// An option.
    Option,
}

/// Which path an instrument's price follows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Source {
    /// Its own.
    Own,
    /// The S&P 500 index, which is the market stream itself.
    Spx,
    /// The Nasdaq 100 index.
    Ndx,
    /// That of the fund with this symbol, at another level.
    Of(&'static str),
    /// The volatility index: a function of the market stream's path (`feed/vix.rs`).
    Vix,
}

/// Constants a liquidity class shares.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Class {
    /// The class's letter, `A` the most liquid.
    pub letter: char,
    /// Average shares per print.
    pub lot: f64,
    /// Average spread in basis points of the price.
    pub bps: f64,
    /// Smallest average spread in ticks.
    pub min_ticks: f64,
    /// Share of the day's volume outside regular hours.
    pub extended: f64,
    /// Average shares shown at the touch for a stock of 100 USD.
    pub touch: f64,
    /// Quarter seconds between two refreshes of a price level.
    pub refresh: i64,
    /// Half-life in milliseconds of the mark a taken level keeps.
    pub recovery_ms: i64,
    /// Quarter seconds of the node whose end informs the order flow.
    pub informed: u32,
}

const fn class(letter: char, row: [f64; 4], touch: f64, refresh: i64, recovery_ms: i64, informed: u32) -> Class {
    let [lot, bps, min_ticks, extended] = row;
    Class { letter, lot, bps, min_ticks, extended, touch, refresh, recovery_ms, informed }
}

/// Core ETFs.
pub const A: Class = class('A', [170.0, 0.2, 1.05, 0.05], 900.0, 2, 500, 60);
/// Mega caps.
pub const B: Class = class('B', [110.0, 0.7, 1.10, 0.05], 350.0, 4, 1_000, 60);
/// Large caps.
pub const C: Class = class('C', [90.0, 2.2, 1.15, 0.02], 250.0, 8, 3_000, 60);
/// Mid caps.
pub const D: Class = class('D', [85.0, 5.0, 1.4, 0.01], 180.0, 16, 8_000, 240);
/// Small caps.
pub const E: Class = class('E', [80.0, 18.0, 2.0, 0.004], 150.0, 40, 20_000, 240);

/// One instrument.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Listing {
    /// IB's contract id.
    pub con_id: ConId,
    /// Its symbol as IB writes it.
    pub symbol: &'static str,
    /// The company's or fund's long name.
    pub name: &'static str,
    /// IB's name of the exchange: `NASDAQ`, `NYSE`, `ARCA`, `CME`, `NYMEX`, `COMEX`; of an index its publisher.
    pub primary_exchange: &'static str,
    /// What it is.
    pub kind: Kind,
    /// The sector whose stream it shares.
    pub sector: &'static str,
    /// The price in USD the path is anchored at.
    pub level: f64,
    /// Annual volatility as a fraction.
    pub vol: f64,
    /// Sensitivity to the market.
    pub beta: f64,
    /// Liquidity class.
    pub class: Class,
    /// Average daily volume in shares.
    pub adv: f64,
    /// Whose path it follows.
    pub source: Source,
    /// IB's market rule id.
    pub market_rule_id: i32,
    /// The smallest increment, which prices are counted in, as digits and decimals: (1, 2) is 0.01, (25, 2) is 0.25.
    pub tick: (i64, u32),
    /// Smallest size step in shares.
    pub size_increment: i64,
    /// Shares of a round lot: 100 below 250 USD, 40 below 1,000, else 10; one contract of a future.
    pub round_lot: i64,
    /// Which contract of its product a future is.
    pub series: Option<Series>,
    /// Which contract of its class an option is.
    pub option: Option<Terms>,
}

impl Listing {
    /// Every instrument of the paper market but the options, which are computed.
    pub fn all() -> impl Iterator<Item = &'static Self> {
        LISTINGS.iter().chain(INDICES).chain(futures::contracts())
    }

    /// The instrument with IB's contract id.
    pub fn by_con_id(con_id: ConId) -> Option<Self> {
        Self::of_tables(con_id).copied().or_else(|| options::by_con_id(con_id))
    }

    /// The instrument with this contract id that stands in a table: any but an option.
    pub fn of_tables(con_id: ConId) -> Option<&'static Self> {
        LISTINGS.iter().chain(INDICES).find(|l| l.con_id == con_id).or_else(|| futures::by_con_id(con_id))
    }

    /// The stock or fund with this symbol, in upper case.
    pub fn by_symbol(symbol: &str) -> Option<&'static Self> {
        LISTINGS.iter().find(|l| l.symbol == symbol)
    }

    /// A count of ticks as a price.
    pub fn price(&self, ticks: i64) -> Price {
        let (digits, decimals) = self.tick;
        let count = Decimal::from(ticks).saturating_mul(Decimal::new(digits, decimals));
        Price(count.normalize())
    }

    /// A price as a count of ticks; `None` if it is no multiple of the tick or out of range.
    pub fn ticks(&self, price: Price) -> Option<i64> {
        let (digits, decimals) = self.tick;
        let scaled = price.0.checked_div(Decimal::new(digits, decimals))?;
        if scaled.fract().is_zero() { i64::try_from(scaled).ok() } else { None }
    }

    /// IB's local symbol.
    pub fn local(&self) -> Cow<'static, str> {
        match (&self.series, &self.option) {
            (Some(series), _) => Cow::Borrowed(series.local),
            (_, Some(terms)) => Cow::Owned(terms.local()),
            (None, None) => Cow::Borrowed(self.symbol),
        }
    }

    /// The last moment of trading, exclusive, of what has an end.
    pub fn ends(&self) -> Option<Nanos> {
        self.series.map(|series| series.ends).or(self.option.map(|terms| terms.ends))
    }

    /// One tick in USD.
    pub fn tick(&self) -> Price {
        self.price(1)
    }

    /// How many ticks make one unit of the price.
    pub fn per_unit(&self) -> f64 {
        let (digits, decimals) = self.tick;
        10_i64.saturating_pow(decimals) as f64 / digits as f64
    }

    /// The listing whose path this one follows: itself, or a fund.
    pub fn model(&self) -> &Self {
        match self.source {
            Source::Of(symbol) => Self::by_symbol(symbol).unwrap_or(self),
            Own | Spx | Ndx | Source::Vix => self,
        }
    }
}

#[expect(clippy::too_many_arguments, reason = "one row of a table")]
const fn row(
    con_id: ConId,
    symbol: &'static str,
    name: &'static str,
    primary_exchange: &'static str,
    kind: Kind,
    sector: &'static str,
    level: f64,
    vol_percent: f64,
    beta: f64,
    class: Class,
    adv_millions: f64,
    source: Source,
) -> Listing {
    Listing {
        con_id,
        symbol,
        name,
        primary_exchange,
        kind,
        sector,
        level,
        vol: vol_percent / 100.0,
        beta,
        class,
        adv: adv_millions * 1e6,
        source,
        market_rule_id: US_STOCK_RULE,
        tick: (1, 2),
        size_increment: 1,
        round_lot: if level < 250.0 {
            100
        } else if level < 1_000.0 {
            40
        } else {
            10
        },
        series: None,
        option: None,
    }
}

/// The stocks and funds.
#[rustfmt::skip]
pub static LISTINGS: &[Listing] = &[
    row(756_733, "SPY", "SPDR S&P 500 ETF TRUST", "ARCA", Etf, "Index", 600.0, 16.0, 1.00, A, 65.0, Spx),
    row(8_991_352, "IVV", "ISHARES CORE S&P 500 ETF", "ARCA", Etf, "Index", 602.0, 16.0, 1.00, A, 6.0, Spx),
    row(136_155_102, "VOO", "VANGUARD S&P 500 ETF", "ARCA", Etf, "Index", 552.0, 16.0, 1.00, A, 7.0, Spx),
    row(320_227_571, "QQQ", "INVESCO QQQ TRUST SERIES 1", "NASDAQ", Etf, "Tech", 530.0, 20.0, 1.18, A, 45.0, Ndx),
    row(9_579_970, "IWM", "ISHARES RUSSELL 2000 ETF", "ARCA", Etf, "Small", 220.0, 22.0, 1.15, A, 30.0, Own),
    row(73_128_548, "DIA", "SPDR DJIA TRUST", "ARCA", Etf, "Indus", 430.0, 14.5, 0.88, B, 3.5, Own),
    row(12_340_041, "VTI", "VANGUARD TOTAL STOCK MKT ETF", "ARCA", Etf, "Small", 295.0, 16.4, 1.01, B, 3.5, Own),
    row(4_215_230, "XLK", "TECHNOLOGY SELECT SECT SPDR", "ARCA", Etf, "Tech", 240.0, 23.0, 1.28, B, 6.0, Own),
    row(4_215_220, "XLF", "FINANCIAL SELECT SECTOR SPDR", "ARCA", Etf, "Fin", 50.0, 18.0, 0.95, B, 38.0, Own),
    row(4_215_217, "XLE", "ENERGY SELECT SECTOR SPDR", "ARCA", Etf, "Energy", 88.0, 24.0, 0.75, B, 15.0, Own),
    row(4_215_205, "XLV", "HEALTH CARE SELECT SECTOR", "ARCA", Etf, "Health", 135.0, 14.0, 0.60, B, 9.0, Own),
    row(900_000_001, "XLY", "CONSUMER DISCRETIONARY SELT", "ARCA", Etf, "Disc", 215.0, 22.0, 1.22, B, 4.0, Own),
    row(900_000_002, "XLP", "CONSUMER STAPLES SPDR", "ARCA", Etf, "Staples", 80.0, 12.0, 0.50, B, 12.0, Own),
    row(900_000_003, "XLI", "INDUSTRIAL SELECT SECT SPDR", "ARCA", Etf, "Indus", 140.0, 17.0, 1.00, B, 9.0, Own),
    row(900_000_004, "XLU", "UTILITIES SELECT SECTOR SPDR", "ARCA", Etf, "Util", 78.0, 16.0, 0.45, B, 12.0, Own),
    row(900_000_005, "XLC", "COMM SERV SELECT SECTOR SPDR", "ARCA", Etf, "Comm", 100.0, 18.5, 1.05, B, 5.0, Own),
    row(229_725_622, "SMH", "VANECK SEMICONDUCTOR ETF", "NASDAQ", Etf, "Semi", 280.0, 36.0, 1.65, B, 7.0, Own),
    row(15_547_841, "TLT", "ISHARES 20+ YEAR TREASURY BD", "NASDAQ", Etf, "Rates", 90.0, 14.0, -0.10, A, 38.0, Own),
    row(43_652_089, "HYG", "ISHARES IBOXX HIGH YIELD CORP", "ARCA", Etf, "Rates", 80.0, 6.5, 0.28, A, 38.0, Own),
    row(51_529_211, "GLD", "SPDR GOLD SHARES", "ARCA", Etf, "Gold", 300.0, 15.0, 0.05, B, 9.0, Own),
    row(39_039_301, "SLV", "ISHARES SILVER TRUST", "ARCA", Etf, "Gold", 33.0, 28.0, 0.20, B, 20.0, Own),
    row(418_893_644, "USO", "UNITED STATES OIL FUND LP", "ARCA", Etf, "Energy", 75.0, 34.0, 0.35, B, 4.0, Own),
    row(900_000_006, "EEM", "ISHARES MSCI EMERGING MARKET", "ARCA", Etf, "China", 46.0, 17.0, 0.75, A, 30.0, Own),
    row(900_000_007, "ARKK", "ARK INNOVATION ETF", "ARCA", Etf, "Spec", 65.0, 42.0, 1.70, B, 10.0, Own),
    row(265_598, "AAPL", "APPLE INC", "NASDAQ", Stock, "Tech", 230.0, 28.0, 1.20, B, 50.0, Own),
    row(272_093, "MSFT", "MICROSOFT CORP", "NASDAQ", Stock, "Tech", 480.0, 24.0, 1.00, B, 22.0, Own),
    row(4_815_747, "NVDA", "NVIDIA CORP", "NASDAQ", Stock, "Semi", 170.0, 44.0, 1.80, B, 180.0, Own),
    row(3_691_937, "AMZN", "AMAZON.COM INC", "NASDAQ", Stock, "Disc", 225.0, 31.0, 1.25, B, 42.0, Own),
    row(208_813_719, "GOOGL", "ALPHABET INC-CL A", "NASDAQ", Stock, "Comm", 195.0, 29.0, 1.10, B, 32.0, Own),
    row(107_113_386, "META", "META PLATFORMS INC-CLASS A", "NASDAQ", Stock, "Comm", 660.0, 34.0, 1.25, B, 14.0, Own),
    row(76_792_991, "TSLA", "TESLA INC", "NASDAQ", Stock, "Auto", 330.0, 55.0, 2.00, B, 95.0, Own),
    row(313_130_367, "AVGO", "BROADCOM INC", "NASDAQ", Stock, "Semi", 290.0, 42.0, 1.60, B, 20.0, Own),
    row(72_063_691, "BRK B", "BERKSHIRE HATHAWAY INC-CL B", "NYSE", Stock, "Fin", 490.0, 17.0, 0.70, B, 4.0, Own),
    row(9_160, "LLY", "ELI LILLY & CO", "NYSE", Stock, "Health", 780.0, 32.0, 0.60, B, 3.5, Own),
    row(1_520_593, "JPM", "JPMORGAN CHASE & CO", "NYSE", Stock, "Fin", 280.0, 24.0, 1.05, B, 9.0, Own),
    row(49_462_172, "V", "VISA INC-CLASS A SHARES", "NYSE", Stock, "Fin", 350.0, 20.0, 0.85, B, 6.0, Own),
    row(15_124_833, "NFLX", "NETFLIX INC", "NASDAQ", Stock, "Comm", 115.0, 34.0, 1.20, B, 35.0, Own),
    row(272_800, "ORCL", "ORACLE CORP", "NYSE", Stock, "Tech", 220.0, 34.0, 1.15, C, 14.0, Own),
    row(29_624_264, "CRM", "SALESFORCE INC", "NYSE", Stock, "Tech", 260.0, 32.0, 1.15, C, 6.0, Own),
    row(265_768, "ADBE", "ADOBE INC", "NASDAQ", Stock, "Tech", 370.0, 32.0, 1.15, C, 4.0, Own),
    row(4_391, "AMD", "ADVANCED MICRO DEVICES", "NASDAQ", Stock, "Semi", 160.0, 48.0, 1.80, B, 45.0, Own),
    row(270_639, "INTC", "INTEL CORP", "NASDAQ", Stock, "Semi", 24.0, 44.0, 1.20, B, 75.0, Own),
    row(268_084, "CSCO", "CISCO SYSTEMS INC", "NASDAQ", Stock, "Tech", 67.0, 22.0, 0.90, C, 19.0, Own),
    row(273_544, "QCOM", "QUALCOMM INC", "NASDAQ", Stock, "Semi", 158.0, 34.0, 1.35, C, 8.0, Own),
    row(13_096, "TXN", "TEXAS INSTRUMENTS INC", "NASDAQ", Stock, "Semi", 190.0, 29.0, 1.10, C, 6.0, Own),
    row(9_939, "MU", "MICRON TECHNOLOGY INC", "NASDAQ", Stock, "Semi", 120.0, 46.0, 1.60, C, 20.0, Own),
    row(8_314, "IBM", "INTL BUSINESS MACHINES CORP", "NYSE", Stock, "Tech", 260.0, 22.0, 0.75, C, 4.0, Own),
    row(444_857_009, "PLTR", "PALANTIR TECHNOLOGIES INC-A", "NASDAQ", Stock, "Spec", 150.0, 60.0, 1.90, B, 75.0, Own),
    row(365_207_014, "UBER", "UBER TECHNOLOGIES INC", "NYSE", Stock, "Spec", 92.0, 36.0, 1.30, C, 18.0, Own),
    row(10_098, "BAC", "BANK OF AMERICA CORP", "NYSE", Stock, "Fin", 47.0, 26.0, 1.15, B, 38.0, Own),
    row(10_375, "WFC", "WELLS FARGO & CO", "NYSE", Stock, "Fin", 80.0, 27.0, 1.15, C, 16.0, Own),
    row(87_335_484, "C", "CITIGROUP INC", "NYSE", Stock, "Fin", 92.0, 28.0, 1.25, C, 14.0, Own),
    row(4_627_828, "GS", "GOLDMAN SACHS GROUP INC", "NYSE", Stock, "Fin", 720.0, 27.0, 1.25, C, 2.2, Own),
    row(2_841_574, "MS", "MORGAN STANLEY", "NYSE", Stock, "Fin", 140.0, 28.0, 1.25, C, 6.0, Own),
    row(4_721, "AXP", "AMERICAN EXPRESS CO", "NYSE", Stock, "Fin", 310.0, 27.0, 1.20, C, 2.7, Own),
    row(8_719, "JNJ", "JOHNSON & JOHNSON", "NYSE", Stock, "Health", 165.0, 16.0, 0.45, C, 8.0, Own),
    row(11_031, "PFE", "PFIZER INC", "NYSE", Stock, "Health", 25.0, 24.0, 0.55, C, 42.0, Own),
    row(70_101_545, "MRK", "MERCK & CO. INC.", "NYSE", Stock, "Health", 82.0, 23.0, 0.50, C, 13.0, Own),
    row(118_089_500, "ABBV", "ABBVIE INC", "NYSE", Stock, "Health", 195.0, 23.0, 0.50, C, 6.0, Own),
    row(13_272, "UNH", "UNITEDHEALTH GROUP INC", "NYSE", Stock, "Health", 310.0, 36.0, 0.55, C, 9.0, Own),
    row(13_824, "WMT", "WALMART INC", "NYSE", Stock, "Staples", 98.0, 20.0, 0.65, C, 17.0, Own),
    row(272_997, "COST", "COSTCO WHOLESALE CORP", "NASDAQ", Stock, "Staples", 960.0, 21.0, 0.85, C, 2.0, Own),
    row(7_930, "HD", "HOME DEPOT INC", "NYSE", Stock, "Disc", 370.0, 23.0, 0.95, C, 3.7, Own),
    row(9_408, "MCD", "MCDONALD'S CORP", "NYSE", Stock, "Disc", 300.0, 18.0, 0.50, C, 3.3, Own),
    row(10_291, "NKE", "NIKE INC -CL B", "NYSE", Stock, "Disc", 72.0, 33.0, 1.05, C, 14.0, Own),
    row(274_105, "SBUX", "STARBUCKS CORP", "NASDAQ", Stock, "Disc", 92.0, 29.0, 0.90, C, 9.0, Own),
    row(6_459, "DIS", "WALT DISNEY CO/THE", "NYSE", Stock, "Comm", 118.0, 27.0, 1.10, C, 9.0, Own),
    row(8_894, "KO", "COCA-COLA CO/THE", "NYSE", Stock, "Staples", 70.0, 15.0, 0.45, C, 15.0, Own),
    row(11_017, "PEP", "PEPSICO INC", "NASDAQ", Stock, "Staples", 142.0, 17.0, 0.45, C, 7.0, Own),
    row(11_054, "PG", "PROCTER & GAMBLE CO/THE", "NYSE", Stock, "Staples", 158.0, 16.0, 0.45, C, 7.0, Own),
    row(13_977, "XOM", "EXXON MOBIL CORP", "NYSE", Stock, "Energy", 112.0, 23.0, 0.70, C, 15.0, Own),
    row(5_684, "CVX", "CHEVRON CORP", "NYSE", Stock, "Energy", 152.0, 23.0, 0.75, C, 8.0, Own),
    row(12_200, "SLB", "SLB LTD", "NYSE", Stock, "Energy", 36.0, 34.0, 0.95, C, 16.0, Own),
    row(4_762, "BA", "BOEING CO/THE", "NYSE", Stock, "Indus", 215.0, 36.0, 1.25, C, 8.0, Own),
    row(5_437, "CAT", "CATERPILLAR INC", "NYSE", Stock, "Indus", 410.0, 28.0, 1.15, C, 3.0, Own),
    row(498_843_743, "GE", "GENERAL ELECTRIC", "NYSE", Stock, "Indus", 260.0, 30.0, 1.20, C, 5.0, Own),
    row(6_231_002, "UPS", "UNITED PARCEL SERVICE-CL B", "NYSE", Stock, "Indus", 95.0, 28.0, 0.95, C, 6.0, Own),
    row(6_393, "DE", "DEERE & CO", "NYSE", Stock, "Indus", 500.0, 27.0, 0.95, C, 1.3, Own),
    row(9_599_491, "F", "FORD MOTOR CO", "NYSE", Stock, "Auto", 11.0, 34.0, 1.20, B, 60.0, Own),
    row(80_986_742, "GM", "GENERAL MOTORS CO", "NYSE", Stock, "Auto", 52.0, 33.0, 1.20, C, 11.0, Own),
    row(37_018_770, "T", "AT&T INC", "NYSE", Stock, "Comm", 28.0, 20.0, 0.50, B, 36.0, Own),
    row(4_901, "VZ", "VERIZON COMMUNICATIONS INC", "NYSE", Stock, "Comm", 42.0, 20.0, 0.45, C, 18.0, Own),
    row(75_960_201, "NEE", "NEXTERA ENERGY INC", "NYSE", Stock, "Util", 72.0, 26.0, 0.60, C, 11.0, Own),
    row(7_089, "FCX", "FREEPORT-MCMORAN INC", "NYSE", Stock, "Mater", 43.0, 40.0, 1.40, C, 15.0, Own),
    row(199_169_591, "PYPL", "PAYPAL HOLDINGS INC", "NASDAQ", Stock, "Fin", 70.0, 36.0, 1.35, C, 12.0, Own),
    row(459_530_964, "ABNB", "AIRBNB INC-CLASS A", "NASDAQ", Stock, "Disc", 130.0, 38.0, 1.35, C, 5.0, Own),
    row(195_014_116, "SHOP", "SHOPIFY INC - CLASS A", "NASDAQ", Stock, "Spec", 130.0, 52.0, 1.90, C, 9.0, Own),
    row(481_691_285, "COIN", "COINBASE GLOBAL INC -CLASS A", "NASDAQ", Stock, "Spec", 330.0, 72.0, 2.20, C, 10.0, Own),
    row(444_884_769, "SNOW", "SNOWFLAKE INC", "NYSE", Stock, "Spec", 210.0, 50.0, 1.50, C, 5.0, Own),
    row(166_090_175, "BABA", "ALIBABA GROUP HOLDING-SP ADR", "NYSE", Stock, "China", 125.0, 40.0, 0.80, C, 18.0, Own),
    row(290_651_477, "ROKU", "ROKU INC", "NASDAQ", Stock, "Comm", 90.0, 56.0, 1.70, D, 4.0, Own),
    row(36_285_627, "GME", "GAMESTOP CORP-CLASS A", "NYSE", Stock, "Spec", 24.0, 75.0, 1.00, D, 9.0, Own),
    row(474_219_659, "MARA", "MARA HOLDINGS INC", "NASDAQ", Stock, "Spec", 16.0, 85.0, 2.00, D, 35.0, Own),
    row(332_794_741, "NIO", "NIO INC - ADR", "NYSE", Stock, "China", 5.0, 62.0, 1.30, D, 40.0, Own),
    row(900_000_008, "RIVN", "RIVIAN AUTOMOTIVE INC-A", "NASDAQ", Stock, "Auto", 13.0, 62.0, 1.60, D, 30.0, Own),
    row(494_162_724, "SOFI", "SOFI TECHNOLOGIES INC", "NASDAQ", Stock, "Fin", 20.0, 56.0, 1.80, D, 55.0, Own),
    row(190_480_965, "ETSY", "ETSY INC", "NASDAQ", Stock, "Disc", 60.0, 48.0, 1.50, D, 4.0, Own),
    row(900_000_009, "DKNG", "DRAFTKINGS INC-CL A", "NASDAQ", Stock, "Disc", 43.0, 46.0, 1.50, D, 9.0, Own),
    row(37_792_836, "CROX", "CROCS INC", "NASDAQ", Stock, "Disc", 90.0, 44.0, 1.35, D, 1.4, Own),
    row(267_227, "CAKE", "CHEESECAKE FACTORY INC/THE", "NASDAQ", Stock, "Small", 62.0, 40.0, 1.25, E, 1.1, Own),
    row(182_056_846, "SHAK", "SHAKE SHACK INC - CLASS A", "NYSE", Stock, "Small", 120.0, 48.0, 1.50, E, 0.9, Own),
    row(273_538, "PZZA", "PAPA JOHN'S INTL INC", "NASDAQ", Stock, "Small", 45.0, 40.0, 0.90, E, 0.9, Own),
    row(18_844_613, "CVCO", "CAVCO INDUSTRIES INC", "NASDAQ", Stock, "Small", 480.0, 37.0, 1.10, E, 0.09, Own),
];
