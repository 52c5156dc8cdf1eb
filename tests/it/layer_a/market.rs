//! A small market: a quote that changes four times a second, one print between two changes.

use tradewind::gateway::venue::{Cutoffs, Listing, Market, Print, Quote, Session, Side, Spec};
use tradewind::gateway::{ConId, Nanos};
use tradewind::money::Price;

use super::chance::mix;

/// Contracts that trade, with their symbols.
pub const CONTRACTS: [(ConId, &str); 2] = [(11, "AAA"), (12, "BBB")];
const STEP: Nanos = 250_000_000;
/// Quotes change and prints come at multiples of this alone.
pub const MOMENT: Nanos = STEP / 2;
const DAY: Nanos = 86_400_000_000_000;

/// The market of a seed.
#[derive(Debug, Clone, Copy)]
pub struct Small(pub u64);

impl Small {
    fn hash(self, con_id: ConId, step: Nanos, salt: u64) -> u64 {
        mix(self.0 ^ mix(con_id.cast_unsigned().into()) ^ mix(step.cast_unsigned()).rotate_left(17) ^ mix(salt))
    }

    fn at_step(self, con_id: ConId, step: Nanos) -> Quote {
        let swing = i64::try_from(self.hash(con_id, step.div_euclid(4), 1) % 9).unwrap() - 4;
        let wobble = i64::try_from(self.hash(con_id, step, 2) % 3).unwrap() - 1;
        let bid = 10_000 + swing + wobble;
        let size = |salt| 100 + i64::try_from(self.hash(con_id, step, salt) % 5).unwrap() * 100;
        let spread = 1 + i64::try_from(self.hash(con_id, step, 5) % 3).unwrap();
        Quote { bid, ask: bid + spread, bid_size: size(3), ask_size: size(4) }
    }

    fn print(self, con_id: ConId, step: Nanos) -> Print {
        let quote = self.at_step(con_id, step);
        let hash = self.hash(con_id, step, 6);
        let price = if hash.is_multiple_of(2) { quote.bid } else { quote.ask };
        let size = 20 + i64::try_from(hash / 2 % 200).unwrap();
        Print { at: step * STEP + STEP / 2, index: 0, price, size, cross: None }
    }
}

impl Market for Small {
    fn listing(&self, con_id: ConId) -> Option<Listing> {
        let (_, symbol) = CONTRACTS.into_iter().find(|(id, _)| *id == con_id)?;
        Some(Listing {
            con_id,
            symbol: symbol.into(),
            exchange: "ARCA".into(),
            tick: "0.01".parse().unwrap(),
            lot: 100,
            half_life: 2_000_000_000,
            cutoffs: Cutoffs::of("NASDAQ"),
            spec: Spec::SHARE,
            ends: None,
        })
    }

    fn increment(&self, con_id: ConId, _price: Price) -> Option<Price> {
        self.listing(con_id).map(|l| l.tick)
    }

    fn session(&self, _con_id: ConId, at: Nanos, _outside_rth: bool) -> Session {
        Session { open: true, opens: at, day_end: at.div_euclid(DAY) * DAY + DAY }
    }

    fn day_start(&self, at: Nanos) -> Nanos {
        at.div_euclid(DAY) * DAY
    }

    fn quote(&self, con_id: ConId, at: Nanos) -> Option<Quote> {
        self.listing(con_id).map(|_| self.at_step(con_id, at.div_euclid(STEP)))
    }

    fn next_change(&self, _con_id: ConId, after: Nanos) -> Nanos {
        after.div_euclid(STEP) * STEP + STEP
    }

    fn prints(&self, con_id: ConId, after: Nanos, until: Nanos) -> Vec<Print> {
        let steps = after.div_euclid(STEP)..=until.div_euclid(STEP);
        steps.map(|s| self.print(con_id, s)).filter(|p| p.at > after && p.at <= until).collect()
    }

    fn shown(&self, con_id: ConId, side: Side, price: i64, at: Nanos) -> i64 {
        let quote = self.at_step(con_id, at.div_euclid(STEP));
        match side {
            Side::Bid if price == quote.bid => quote.bid_size,
            Side::Ask if price == quote.ask => quote.ask_size,
            Side::Bid if price < quote.bid && price > quote.bid - 20 => 200,
            Side::Ask if price > quote.ask && price < quote.ask + 20 => 200,
            _ => 0,
        }
    }

    fn mark(&self, con_id: ConId, at: Nanos) -> Option<Price> {
        self.quote(con_id, at).map(|q| Price(rust_decimal::Decimal::new(q.bid, 2)))
    }
}
