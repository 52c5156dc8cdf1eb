//! The precautionary settings of TWS: an order beyond them is not transmitted.
//!
//! | code | what is beyond its limit |
//! |---|---|
//! | 109 | the limit price: percent of the touch it would trade at |
//! | 163 | the trigger price, by the same percent |
//! | 382 | either price: ticks from that touch |
//! | 383 | the size in shares |
//! | 451 | the value: shares at the order's price, or at the touch |
//! | 164 | nothing, but no quote is there to check a price with |
//!
//! `overridePercentageConstraints` on an order passes them all. **Off unless asked for**, which is TWS with "Bypass Order Precautions
//! for API Orders" ticked, as most who run API clients have it; `tws` are the limits that TWS comes with for stocks: 3 %,
//! 500 shares, 100,000 of value, no limit of ticks.
//!
//! Not checked against a TWS: that 163 is about triggers, and that both directions from the touch count, was not seen on a TWS.

use std::str::FromStr;

use rust_decimal::Decimal;

use super::exact::{div, mul, sub};
use super::order::Fault;
use crate::money::{Cash, Price, Qty};

/// The limits; what is `None` is not checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Precautions {
    /// Percent of the touch by which a price may differ from it.
    pub percent: Option<Decimal>,
    /// Ticks by which a price may differ from the touch.
    pub ticks: Option<u32>,
    /// Shares.
    pub size: Option<Qty>,
    /// Money value in the base currency.
    pub value: Option<Cash>,
}

impl Precautions {
    /// No checks.
    pub const OFF: Self = Self { percent: None, ticks: None, size: None, value: None };

    /// What TWS comes with for stocks.
    pub const TWS: Self = Self {
        percent: Some(Decimal::from_parts(3, 0, 0, false, 0)),
        ticks: None,
        size: Some(Qty(Decimal::from_parts(500, 0, 0, false, 0))),
        value: Some(Cash(Decimal::from_parts(100_000, 0, 0, false, 0))),
    };
}

/// What is looked at of an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Looked {
    /// Shares.
    pub quantity: Qty,
    /// Its limit, if it has one.
    pub limit: Option<Price>,
    /// Its trigger, if it has one.
    pub trigger: Option<Price>,
    /// The touch it would trade at: the ask for a purchase, the bid for a sale.
    pub touch: Option<Price>,
    /// The contract's tick.
    pub tick: Price,
    /// Units of the price in one contract.
    pub multiplier: Decimal,
}

impl Precautions {
    /// Refuses an order that is beyond a limit.
    pub fn check(&self, order: &Looked) -> Result<(), Fault> {
        self.check_size(order)?;
        self.check_price(order, order.limit, 109, |percent| {
            format!(
                "Price is out of the range defined by the Percentage setting at order defaults frame ({percent} %). The order will \
                 not be transmitted."
            )
        })?;
        self.check_price(order, order.trigger, 163, |percent| {
            format!(
                "The price specified would violate the percentage constraint specified in the default order settings ({percent} %)."
            )
        })?;
        self.check_value(order)
    }

    fn check_size(&self, order: &Looked) -> Result<(), Fault> {
        match self.size {
            Some(most) if order.quantity > most => Err(Fault::new(
                383,
                format!(
                    "The size specified violates the size constraint specified in the default order settings: {} is above {most}.",
                    order.quantity
                ),
            )),
            _ => Ok(()),
        }
    }

    fn check_price(
        &self,
        order: &Looked,
        price: Option<Price>,
        code: i32,
        text: impl Fn(Decimal) -> String,
    ) -> Result<(), Fault> {
        let Some(price) = price.filter(|_| self.percent.is_some() || self.ticks.is_some()) else { return Ok(()) };
        let Some(touch) = order.touch.filter(|touch| touch.is_positive()) else {
            return Err(Fault::new(164, "There is no market data to check price percent violations."));
        };
        let away = sub(price.0, touch.0).abs();
        if let Some(percent) = self.percent
            && div(mul(away, Decimal::ONE_HUNDRED), touch.0, 8) > percent
        {
            return Err(Fault::new(code, text(percent)));
        }
        match self.ticks {
            Some(ticks) if div(away, order.tick.0, 8) > Decimal::from(ticks) => Err(Fault::new(
                382,
                format!(
                    "The price specified violates the number of ticks constraint specified in the default order settings ({ticks})."
                ),
            )),
            _ => Ok(()),
        }
    }

    fn check_value(&self, order: &Looked) -> Result<(), Fault> {
        let Some(most) = self.value else { return Ok(()) };
        let Some(price) = order.limit.or(order.trigger).or(order.touch) else { return Ok(()) };
        let value = mul(mul(price.0, order.quantity.0), order.multiplier);
        if value <= most.0 {
            return Ok(());
        }
        Err(Fault::new(
            451,
            format!(
                "The total value of the order, {:.2} USD, is above the total value limit of {} USD specified in the default order \
                 settings.",
                value.round_dp(2),
                most
            ),
        ))
    }
}

/// What is wrong with a text of limits.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?}: say off, tws, or limits such as percent=3,size=500,value=100000,ticks=20")]
pub struct Unreadable(String);

impl FromStr for Precautions {
    type Err = Unreadable;

    fn from_str(text: &str) -> Result<Self, Unreadable> {
        let wrong = || Unreadable(text.to_owned());
        match text {
            "off" => return Ok(Self::OFF),
            "tws" => return Ok(Self::TWS),
            _ => {}
        }
        let mut limits = Self::OFF;
        for limit in text.split(',') {
            let (name, number) = limit.split_once('=').ok_or_else(wrong)?;
            let number =
                Decimal::from_str_exact(number.trim()).ok().filter(|n| *n > Decimal::ZERO).ok_or_else(wrong)?;
            match name.trim() {
                "percent" => limits.percent = Some(number),
                "ticks" => {
                    let whole = Some(number).filter(|n| n.fract().is_zero()).and_then(|n| u32::try_from(n).ok());
                    limits.ticks = Some(whole.ok_or_else(wrong)?);
                }
                "size" => limits.size = Some(Qty(number)),
                "value" => limits.value = Some(Cash(number)),
                _ => return Err(wrong()),
            }
        }
        Ok(limits)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn price(text: &str) -> Price {
        text.parse().unwrap()
    }

    fn looked(quantity: i64, limit: impl Into<Option<Price>>) -> Looked {
        let limit = limit.into();
        let touch = Some(price("100"));
        let tick = "0.01".parse().unwrap();
        Looked { quantity: Qty::from(quantity), limit, trigger: None, touch, tick, multiplier: Decimal::ONE }
    }

    fn code(limits: Precautions, order: &Looked) -> i32 {
        limits.check(order).map_or_else(|fault| fault.code, |()| 0)
    }

    #[test]
    fn each_limit_is_met_exactly_and_passed_by_the_least_more() {
        let tws = Precautions::TWS;
        let ticks: Precautions = "ticks=20".parse().unwrap();
        let stop = |trigger| Looked { trigger: Some(trigger), ..looked(100, None) };
        let table = [
            (tws, looked(500, price("100")), 0),
            (tws, looked(501, price("100")), 383),
            (tws, looked(100, price("103")), 0),
            (tws, looked(100, price("103.01")), 109),
            (tws, looked(100, price("97")), 0),
            (tws, looked(100, price("96.99")), 109),
            (tws, stop(price("103")), 0),
            (tws, stop(price("103.01")), 163),
            (ticks, looked(100, price("100.20")), 0),
            (ticks, looked(100, price("100.21")), 382),
            (tws, Looked { touch: Some(price("250")), ..looked(400, price("250")) }, 0),
            (tws, Looked { touch: Some(price("250")), ..looked(401, price("250")) }, 451),
            (tws, Looked { touch: Some(price("250")), ..looked(401, None) }, 451),
            (tws, Looked { touch: None, ..looked(100, price("100")) }, 164),
            (tws, Looked { touch: None, ..looked(100, None) }, 0),
            (Precautions::OFF, Looked { touch: None, ..looked(1_000_000, price("9000")) }, 0),
        ];
        for (limits, order, expected) in table {
            assert_eq!(code(limits, &order), expected, "{order:?}");
        }
    }

    #[test]
    fn limits_are_read_by_name() {
        assert_eq!("off".parse(), Ok(Precautions::OFF));
        assert_eq!("percent=3,size=500,value=100000".parse(), Ok(Precautions::TWS));
        assert_eq!("tws".parse(), Ok(Precautions::TWS));
        for text in ["", "on", "percent", "percent=-1", "size=0", "ticks=1.5", "price=3", "percent=3,,"] {
            assert!(text.parse::<Precautions>().is_err(), "{text:?}");
        }
    }
}
