//! The indices (data only): published once a second in regular hours, never traded.
//!
//! SPX is the market stream itself and NDX the Nasdaq's, so SPY, IVV and VOO hold within a few hundredths of a percent to the one, QQQ
//! to the other. RUT and INDU follow the paths of the funds on them. The VIX is a function of the market stream. Contract ids
//! and exchanges are IB's own; levels and volatilities are round figures, not quotes.
//!
//! Must not know: time, hashes, paths.

use super::universe::{A, Kind, Listing, Source};
use crate::gateway::ConId;

const fn row(
    con_id: ConId,
    symbol: &'static str,
    name: &'static str,
    exchange: &'static str,
    sector: &'static str,
    level: f64,
    source: Source,
) -> Listing {
    Listing {
        con_id,
        symbol,
        name,
        primary_exchange: exchange,
        kind: Kind::Index,
        sector,
        level,
        vol: 0.0,
        beta: 0.0,
        class: A,
        adv: 0.0,
        source,
        market_rule_id: HUNDREDTHS,
        tick: (1, 2),
        size_increment: 1,
        round_lot: 1,
        series: None,
        option: None,
    }
}

/// The market rule of one hundredth everywhere; its number is this gateway's.
pub const HUNDREDTHS: i32 = 2_001;

/// Every index.
pub static INDICES: &[Listing] = &[
    row(416_904, "SPX", "S&P 500 Stock Index", "CBOE", "Index", 6_000.0, Source::Spx),
    row(416_843, "NDX", "NASDAQ 100 Stock Index", "NASDAQ", "Tech", 21_500.0, Source::Ndx),
    row(13_455_763, "VIX", "CBOE Volatility Index", "CBOE", "Index", 16.5, Source::Vix),
    row(416_888, "RUT", "Russell 2000 Stock Index", "RUSSELL", "Small", 2_200.0, Source::Of("IWM")),
    row(1_935_181, "INDU", "Dow Jones Industrial Average", "CME", "Indus", 43_000.0, Source::Of("DIA")),
];
