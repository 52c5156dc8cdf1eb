//! The surface of volatilities of an underlying at a moment: Gatheral and Jacquier's SSVI.
//!
//! Total variance at log moneyness `k` and at-the-money variance `θ`: `θ/2·(1 + ρφk + √((φk+ρ)² + 1−ρ²))`, `φ = η/√(θ(1+θ))`. With
//! `η(1+|ρ|) ≤ 2` no butterfly can be bought for nothing, and as θ grows with time no calendar spread either.
//!
//! θ goes from the present volatility to the usual one, and grows by an earnings report's share where one is ahead. The present
//! volatility of an index is the volatility index; that of a share follows its own slow volatility and the market's fear.
//!
//! Must not know: strikes, quotes.

use super::super::Feed;
use super::super::path::{EARNINGS, Path};
use super::super::universe::Kind;
use super::super::vix;
use super::OptionClass;
use crate::gateway::Nanos;

/// Interest, annual and continuous.
pub const RATE: f64 = 0.04;
/// What indices and funds pay.
const DIVIDEND: f64 = 0.013;
/// How fast the present volatility is forgotten, a year.
const REVERSION: f64 = 4.0;
/// The volatility index, in the table of indices.
const VIX: crate::gateway::ConId = 13_455_763;

/// The shape of the surface for all expiries.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Surface {
    rho: f64,
    eta: f64,
    now: f64,
    usual: f64,
    /// Variance of one earnings report.
    report: f64,
    /// What the underlying pays a year, as a fraction.
    pub dividend: f64,
}

impl Surface {
    /// At-the-money total variance after `years` with so many reports ahead.
    pub fn theta(&self, years: f64, reports: i64) -> f64 {
        let forgotten = if years > 1e-9 { (1.0 - libm::exp(-REVERSION * years)) / (REVERSION * years) } else { 1.0 };
        let (now, usual) = (self.now * self.now, self.usual * self.usual);
        (usual + (now - usual) * forgotten) * years + self.report * reports as f64
    }

    /// Total variance at log moneyness `k` where it is `theta` at the money.
    pub fn variance(&self, k: f64, theta: f64) -> f64 {
        let phi = self.eta / libm::sqrt(theta * (1.0 + theta));
        let root = libm::sqrt((phi * k + self.rho) * (phi * k + self.rho) + 1.0 - self.rho * self.rho);
        0.5 * theta * (1.0 + self.rho * phi * k + root)
    }

    /// The annual volatility of thirty days at the money.
    pub(in crate::gateway::feed) fn thirty_days(&self) -> f64 {
        let years = 30.0 / 365.0;
        libm::sqrt(self.theta(years, 0) / years)
    }
}

impl Feed {
    /// The surface of a class at a moment; `None` before the market's history.
    pub(in crate::gateway::feed) fn surface(&self, class: &OptionClass, at: Nanos) -> Option<Surface> {
        let under = class.under()?;
        let symbol = self.symbol(under.con_id)?;
        let fear = self.symbol(VIX)?.value(at)? as f64 / 100.0;
        if under.kind == Kind::Index {
            let usual = 1.05 * class.vol;
            return Some(Surface {
                rho: -0.75,
                eta: 0.75,
                now: (0.97 * fear / 100.0).clamp(0.05, 2.5),
                usual,
                report: 0.0,
                dividend: DIVIDEND,
            });
        }
        let d = symbol.calendar.locate(at)?.d;
        let path: &Path = &symbol.path;
        let fund = under.kind == Kind::Etf;
        let calm = vix::calm(path.background(d)?[0].0);
        let tied = 0.6 * path.market_load();
        let usual = 1.05 * class.vol;
        let now = usual * libm::exp(0.40 * path.own_slow(d) + tied * libm::log(fear / calm));
        let daily = path.sigma();
        Some(Surface {
            rho: if fund { -0.6 } else { -0.35 },
            eta: 0.8,
            now: now.clamp(0.05, 2.5),
            usual,
            report: EARNINGS * daily * daily,
            dividend: if fund { DIVIDEND } else { 0.0 },
        })
    }
}
