//! Nouns for tests: a stock, its quote, an order, and what the broker calls them.

use rust_decimal::Decimal;

use super::SafeText;
use super::instrument::{ConId, Instrument, PriceRule, PriceStep, SecType};
use super::listed::Listed;
use super::order::{BrokerIds, Order, OrderKey, OrderKind, OrderSpec, OrderState, Side, Verb};
use super::quote::Quote;
use super::takes::Takes;
use crate::clock::Stamp;
use crate::money::{Price, Qty};

/// Apple's contract id.
pub const AAPL: ConId = ConId(265_598);

/// A price from its digits.
pub fn price(text: &str) -> Price {
    text.parse().expect("a price")
}

/// A US stock: 0.01 from one dollar, 0.0001 below, whole shares.
pub fn stock(con_id: ConId, symbol: &str, name: &str) -> Instrument {
    let step = |edge: &str, increment: &str| PriceStep { low_edge: price(edge), increment: price(increment) };
    Instrument {
        con_id,
        symbol: SafeText::new(symbol),
        sec_type: SecType::Stock,
        exchange: SafeText::new("SMART"),
        primary_exchange: SafeText::new("NASDAQ"),
        currency: SafeText::new("USD"),
        long_name: SafeText::new(name),
        multiplier: Decimal::ONE,
        rule: PriceRule::new(vec![step("0", "0.0001"), step("1", "0.01")]).expect("a rule"),
        size_increment: Qty::from(1),
        takes: Takes::default(),
        last_day: None,
        strike: None,
        listed: Listed::default(),
    }
}

/// Apple's stock.
pub fn apple() -> Instrument {
    stock(AAPL, "AAPL", "APPLE INC")
}

/// A two-sided quote of these prices.
pub fn quote(bid: &str, ask: &str, last: &str) -> Quote {
    Quote { bid: Some(price(bid)), ask: Some(price(ask)), last: Some(price(last)), ..Quote::default() }
}

/// Apple's quote: 187.20 bid, 187.22 asked.
pub fn apple_quote() -> Quote {
    quote("187.20", "187.22", "187.21")
}

/// A day order in Apple: at the limit, or at the market.
pub fn order_of(verb: Verb, side: Side, qty: i64, limit: Option<&str>) -> OrderSpec {
    let kind = limit.map_or(OrderKind::Market, |limit| OrderKind::Limit(price(limit)));
    OrderSpec::new(AAPL, SafeText::new("AAPL"), verb, side, Qty::from(qty), kind)
}

/// A day order to buy Apple.
pub fn buy(qty: i64, limit: Option<&str>) -> OrderSpec {
    order_of(Verb::Buy, Side::Buy, qty, limit)
}

/// An order of ours that nothing of has filled.
pub fn own(key: &str, order_id: i32, spec: OrderSpec, state: OrderState) -> Order {
    let ids = BrokerIds { client_id: 1, order_id, perm_id: 0 };
    Order { changed_at: Stamp::at(6), ..Order::new(OrderKey::own(key), ids, spec, state, Stamp::at(5)) }
}
