//! European options by Black, Scholes and Merton: value, greeks, and the volatility a price implies.
//!
//! A put is worked out by itself and not by parity, so that neither loses digits where the other is large. What has no time or no
//! volatility left is worth what it would be exercised for at the forward. Everything is per unit of the underlying; vega is
//! per unit of volatility, theta per year.
//!
//! Absent: the right to exercise before the end, discrete dividends.
//!
//! Must not know: contracts, exchanges, calendars.

use std::f64::consts::{FRAC_1_SQRT_2, PI};

/// What an option's value depends on.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Pricing {
    /// Price of the underlying, positive.
    pub spot: f64,
    /// Price at which it is exercised, positive.
    pub strike: f64,
    /// Years until then, not negative.
    pub years: f64,
    /// Annual volatility as a fraction, not negative.
    pub vol: f64,
    /// Annual interest as a fraction, continuously compounded.
    pub rate: f64,
    /// What the underlying pays a year, as a fraction, continuously.
    pub dividend: f64,
}

/// Whether an option is to buy or to sell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Right {
    /// To buy.
    Call,
    /// To sell.
    Put,
}

impl Right {
    /// 1 for a call, −1 for a put.
    pub const fn sign(self) -> f64 {
        match self {
            Self::Call => 1.0,
            Self::Put => -1.0,
        }
    }
}

/// How a value changes with what it depends on.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Greeks {
    /// The value itself.
    pub value: f64,
    /// With the underlying.
    pub delta: f64,
    /// Delta with the underlying.
    pub gamma: f64,
    /// With one unit of volatility.
    pub vega: f64,
    /// With one year that passes.
    pub theta: f64,
}

/// The normal distribution.
fn below(x: f64) -> f64 {
    0.5 * libm::erfc(-x * FRAC_1_SQRT_2)
}

/// The normal density.
fn density(x: f64) -> f64 {
    libm::exp(-0.5 * x * x) / libm::sqrt(2.0 * PI)
}

/// The highest volatility looked for.
const MOST_VOL: f64 = 20.0;
/// Halvings of the search: more than a double has digits.
const HALVINGS: usize = 100;

impl Pricing {
    /// What the underlying will cost then.
    pub fn forward(&self) -> f64 {
        self.spot * libm::exp((self.rate - self.dividend) * self.years)
    }

    /// What one unit then is worth now.
    pub fn discount(&self) -> f64 {
        libm::exp(-self.rate * self.years)
    }

    /// The spread of the logarithm, and the two arguments of the distribution; `None` where nothing is left to spread.
    fn arguments(&self) -> Option<(f64, f64, f64)> {
        let spread = self.vol * libm::sqrt(self.years);
        if spread <= 0.0 {
            return None;
        }
        let upper = libm::log(self.forward() / self.strike) / spread + 0.5 * spread;
        Some((spread, upper, upper - spread))
    }

    /// The value.
    pub fn value(&self, right: Right) -> f64 {
        let (sign, forward) = (right.sign(), self.forward());
        let undiscounted = match self.arguments() {
            None => sign * (forward - self.strike),
            Some((_, upper, lower)) => sign * (forward * below(sign * upper) - self.strike * below(sign * lower)),
        };
        self.discount() * undiscounted.max(0.0)
    }

    /// The value and how it changes.
    pub fn greeks(&self, right: Right) -> Greeks {
        let (sign, value) = (right.sign(), self.value(right));
        let paid = libm::exp(-self.dividend * self.years);
        let Some((spread, upper, lower)) = self.arguments() else {
            let delta = if value > 0.0 { sign * paid } else { 0.0 };
            return Greeks { value, delta, gamma: 0.0, vega: 0.0, theta: 0.0 };
        };
        let delta = sign * paid * below(sign * upper);
        let bell = paid * density(upper);
        let decay = -self.spot * bell * self.vol / (2.0 * libm::sqrt(self.years));
        let carry =
            self.dividend * self.spot * delta - sign * self.rate * self.strike * self.discount() * below(sign * lower);
        Greeks {
            value,
            delta,
            gamma: bell / (self.spot * spread),
            vega: self.spot * bell * libm::sqrt(self.years),
            theta: decay + carry,
        }
    }

    /// The volatility at which the option is worth `value`, whatever volatility is set; `None` if there is none.
    pub fn implied(&self, right: Right, value: f64) -> Option<f64> {
        let at = |vol: f64| Self { vol, ..*self }.value(right);
        let sane = [self.spot, self.strike, self.years, value].iter().all(|x| x.is_finite() && *x > 0.0);
        if !sane || value < at(0.0) || value > at(MOST_VOL) {
            return None;
        }
        let (mut low, mut high) = (0.0, MOST_VOL);
        for _ in 0..HALVINGS {
            let middle = 0.5 * (low + high);
            if at(middle) < value { low = middle } else { high = middle }
        }
        Some(high)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn pricing(row: [f64; 6]) -> Pricing {
        let [spot, strike, years, vol, rate, dividend] = row;
        Pricing { spot, strike, years, vol, rate, dividend }
    }

    #[test]
    fn values_are_those_of_the_textbooks() {
        // Spot, strike, years, volatility, interest, dividend; call, put; decimals printed. Hull, Options, Futures and Other
        // Derivatives (42/40, 49/50); Haug, The Complete Guide to Option Pricing Formulas (60/65, 100/95 with a dividend,
        // 19/19 on a future, 75/70).
        let table = [
            ([42.0, 40.0, 0.5, 0.2, 0.10, 0.0], Some(4.76), Some(0.81), 0.005),
            ([49.0, 50.0, 0.3846, 0.2, 0.05, 0.0], Some(2.40), None, 0.005),
            ([60.0, 65.0, 0.25, 0.3, 0.08, 0.0], Some(2.1334), None, 0.000_05),
            ([100.0, 95.0, 0.5, 0.2, 0.10, 0.05], None, Some(2.4648), 0.000_05),
            ([19.0, 19.0, 0.75, 0.28, 0.10, 0.10], Some(1.7011), Some(1.7011), 0.000_05),
            ([75.0, 70.0, 0.5, 0.35, 0.10, 0.05], None, Some(4.0870), 0.000_1),
        ];
        for (row, call, put, within) in table {
            for (right, wanted) in [(Right::Call, call), (Right::Put, put)] {
                let value = pricing(row).value(right);
                assert!(wanted.is_none_or(|wanted| (value - wanted).abs() <= within), "{row:?} {right:?}: {value}");
            }
        }
    }

    #[test]
    fn greeks_are_those_of_the_textbook() {
        // Hull's stock of 49: delta 0.522, gamma 0.066, vega 12.1, theta −4.31 a year.
        let call = pricing([49.0, 50.0, 0.3846, 0.2, 0.05, 0.0]).greeks(Right::Call);
        for (got, wanted, within) in [
            (call.delta, 0.522, 0.000_5),
            (call.gamma, 0.066, 0.000_5),
            (call.vega, 12.1, 0.05),
            (call.theta, -4.31, 0.005),
        ] {
            assert!((got - wanted).abs() <= within, "{got} for {wanted}");
        }
    }

    fn any_pricing() -> impl Strategy<Value = Pricing> {
        (10.0..500.0_f64, -0.6..0.6_f64, 0.01..2.5_f64, 0.05..1.5_f64, 0.0..0.08_f64, 0.0..0.05_f64).prop_map(
            |(spot, away, years, vol, rate, dividend)| {
                let strike = spot * libm::exp(away * vol * libm::sqrt(years) * 3.0);
                Pricing { spot, strike, years, vol, rate, dividend }
            },
        )
    }

    proptest! {
        #[test]
        fn greeks_agree_with_finite_differences(at in any_pricing(), call in any::<bool>()) {
            let right = if call { Right::Call } else { Right::Put };
            let g = at.greeks(right);
            let scale = at.spot;
            let value = |change: &dyn Fn(&mut Pricing)| {
                let mut moved = at;
                change(&mut moved);
                moved.value(right)
            };
            let slope = |size: f64, change: &dyn Fn(&mut Pricing, f64)| {
                (value(&|p| change(p, size)) - value(&|p| change(p, -size))) / (2.0 * size)
            };
            let delta = slope(1e-4 * scale, &|p, h| p.spot += h);
            let vega = slope(1e-5, &|p, h| p.vol += h);
            let theta = -slope(1e-6, &|p, h| p.years += h);
            let h = 1e-3 * scale;
            let gamma = (value(&|p| p.spot += h) - 2.0 * g.value + value(&|p| p.spot -= h)) / (h * h);
            prop_assert!((delta - g.delta).abs() < 1e-5, "delta {delta} {}", g.delta);
            prop_assert!((vega - g.vega).abs() < 1e-4 * scale, "vega {vega} {}", g.vega);
            prop_assert!((theta - g.theta).abs() < 1e-3 * scale, "theta {theta} {}", g.theta);
            prop_assert!((gamma - g.gamma).abs() * scale < 0.02 * (1.0 + g.gamma * scale), "gamma {gamma} {}", g.gamma);
        }

        #[test]
        fn a_call_less_a_put_is_the_forward_less_the_strike(at in any_pricing()) {
            let parity = at.discount() * (at.forward() - at.strike);
            let gap = at.value(Right::Call) - at.value(Right::Put) - parity;
            prop_assert!(gap.abs() < 1e-9 * at.spot.max(at.strike), "{gap}");
        }

        #[test]
        fn the_volatility_comes_back_from_the_value(at in any_pricing(), call in any::<bool>()) {
            let right = if call { Right::Call } else { Right::Put };
            let greeks = at.greeks(right);
            prop_assume!(greeks.vega > 1e-3 * at.spot);
            let found = Pricing { vol: 0.0, ..at }.implied(right, greeks.value);
            prop_assert!(found.is_some_and(|found| (found - at.vol).abs() < 1e-6), "{found:?} {}", at.vol);
        }
    }

    #[test]
    fn no_volatility_gives_no_price_outside_the_bounds() {
        let at = pricing([100.0, 90.0, 0.5, 0.0, 0.04, 0.0]);
        for value in [0.0, 5.0, 100.0, f64::NAN, f64::INFINITY] {
            assert_eq!(at.implied(Right::Call, value), None, "{value}");
        }
        let over = Pricing { years: 0.0, ..at };
        assert_eq!((over.value(Right::Call), over.value(Right::Put)), (10.0, 0.0));
        assert_eq!(over.greeks(Right::Put).delta, 0.0);
    }
}
