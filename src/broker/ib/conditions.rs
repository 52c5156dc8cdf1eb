//! The tests of an order between the desk's words and the wire's fields.
//!
//! Invariants: what IB has no test for is refused, never sent as another; what comes in and has no word here is `None`. Tests are
//! weighed outside regular hours exactly if the order works there. Contracts are routed by SMART. Prices are looked at as
//! stops look at them (IB's trigger methods).
//!
//! Must not know: the rest of an order.

use ibapi::orders::conditions::{
    ExecutionCondition, MarginCondition, PercentChangeCondition, PriceCondition, TimeCondition, TriggerMethod,
    VolumeCondition,
};
use ibapi::orders::{Order as WireOrder, OrderCondition};
use rust_decimal::Decimal;

use super::{convert, terms};
use crate::domain::conditions;
use crate::domain::instrument::{ConId, ContractRef};
use crate::domain::order::SMART;
use crate::domain::order::{Attributes, Conditions, Distance, OrderSpec, Session, Test, Watched};
use crate::domain::terms::Moment;
use crate::money::Price;
use crate::sentence::{self, Class, Contract};

type Tests = Conditions<ContractRef>;

/// Writes what the order waits for, or what cancels it, into `wire`.
pub fn to_wire(spec: &OrderSpec, wire: &mut WireOrder) -> Result<(), &'static str> {
    let said = &spec.attributes;
    if conditions::obstacle(&spec.kind, said).is_some() {
        return Err("its conditions are not ones that the broker takes");
    }
    let Some(tests) = said.when.as_ref().or(said.cancel_when.as_ref()) else { return Ok(()) };
    wire.conditions = tests.tests.iter().map(|test| condition(test, tests.all)).collect::<Result<_, _>>()?;
    wire.conditions_cancel_order = said.cancel_when.is_some();
    wire.conditions_ignore_rth = spec.session != Session::Regular;
    Ok(())
}

fn condition(test: &Test<ContractRef>, all: bool) -> Result<OrderCondition, &'static str> {
    let number =
        |value: Decimal| convert::to_wire(value).ok_or("a number of a condition cannot be written on the wire");
    let whole = |value: Decimal| i32::try_from(value.trunc().normalize().mantissa()).ok();
    let whole = |value: Decimal| {
        whole(value).filter(|n| Decimal::from(*n) == value).ok_or("a condition is not in whole numbers")
    };
    let known =
        |of: &ContractRef| (of.con_id.0 > 0).then_some(of.con_id.0).ok_or("a contract of a condition is not known");
    Ok(match test {
        Test::Market { contract, of: Watched::Volume, above, value } => OrderCondition::Volume(VolumeCondition {
            contract_id: known(contract)?,
            exchange: SMART.to_owned(),
            volume: whole(*value)?,
            is_more: *above,
            is_conjunction: all,
        }),
        Test::Market { contract, of: Watched::Change, above, value } => {
            OrderCondition::PercentChange(PercentChangeCondition {
                contract_id: known(contract)?,
                exchange: SMART.to_owned(),
                percent: number(*value)?,
                is_more: *above,
                is_conjunction: all,
            })
        }
        Test::Market { contract, of, above, value } => OrderCondition::Price(PriceCondition {
            contract_id: known(contract)?,
            exchange: SMART.to_owned(),
            price: number(*value)?,
            trigger_method: method(*of).ok_or("the broker does not test the bid or the ask alone")?,
            is_more: *above,
            is_conjunction: all,
        }),
        Test::Time { after, at } => OrderCondition::Time(TimeCondition {
            time: if *after { terms::moment(*at)? } else { terms::moment(beginning(*at))? },
            is_more: *after,
            is_conjunction: all,
        }),
        Test::Cushion { above, percent } => {
            OrderCondition::Margin(MarginCondition { percent: whole(*percent)?, is_more: *above, is_conjunction: all })
        }
        Test::Filled(of) if of.symbol.is_empty() => return Err("a contract of a condition is not known"),
        Test::Filled(of) if !is_stock(&of.symbol) => return Err("fills can be tested of stocks alone"),
        Test::Filled(of) => OrderCondition::Execution(ExecutionCondition {
            symbol: super::contract::wire_symbol(&of.symbol),
            security_type: "STK".to_owned(),
            exchange: SMART.to_owned(),
            is_conjunction: all,
        }),
    })
}

/// Whether a name is that of a stock: its symbol alone says then which contract is meant.
fn is_stock(name: &str) -> bool {
    let stock = |contract: &Contract| contract.class() == Class::Stock && contract.name().as_deref() == Some(name);
    !name.starts_with("ind:") && sentence::contract(name, None).is_ok_and(|contract| stock(&contract))
}

/// Before a day means before its first moment.
fn beginning(at: Moment) -> Moment {
    Moment { time: Some(at.time.unwrap_or(jiff::civil::Time::midnight())), ..at }
}

/// How a price is looked at.
const fn method(of: Watched) -> Option<TriggerMethod> {
    match of {
        Watched::Last => Some(TriggerMethod::Last),
        Watched::Mid => Some(TriggerMethod::Midpoint),
        Watched::DoubleLast => Some(TriggerMethod::DoubleLast),
        Watched::BidAsk => Some(TriggerMethod::BidAsk),
        Watched::Bid | Watched::Ask | Watched::Volume | Watched::Change => None,
    }
}

/// Reads what a wire order waits for, or what cancels it, into `said`; `None` where there is no word for it here.
pub fn read(wire: &WireOrder, said: &mut Attributes<Distance, ContractRef>) -> Option<()> {
    let Some((last, before)) = wire.conditions.split_last() else { return Some(()) };
    let all = before.first().unwrap_or(last).is_conjunction();
    let mixed = before.iter().any(|condition| condition.is_conjunction() != all);
    if mixed || wire.conditions_include_overnight || wire.conditions_ignore_rth != wire.outside_rth {
        return None;
    }
    let tests = wire.conditions.iter().map(test).collect::<Option<_>>()?;
    let tests = Some(Tests { all, tests });
    if wire.conditions_cancel_order {
        said.cancel_when = tests;
    } else {
        said.when = tests;
    }
    Some(())
}

fn test(condition: &OrderCondition) -> Option<Test<ContractRef>> {
    let of = |id: i32| ContractRef { con_id: ConId(id), symbol: crate::domain::SafeText::default() };
    let decimal = |raw: f64| Price::from_wire(raw).map(|p| p.0);
    Some(match condition {
        OrderCondition::Price(c) => {
            let watched = [Watched::Last, Watched::Mid, Watched::DoubleLast, Watched::BidAsk];
            let watched = watched.into_iter().find(|w| method(*w) == Some(c.trigger_method))?;
            Test::Market { contract: of(c.contract_id), of: watched, above: c.is_more, value: decimal(c.price)? }
        }
        OrderCondition::Volume(c) => Test::Market {
            contract: of(c.contract_id),
            of: Watched::Volume,
            above: c.is_more,
            value: Decimal::from(c.volume),
        },
        OrderCondition::PercentChange(c) => Test::Market {
            contract: of(c.contract_id),
            of: Watched::Change,
            above: c.is_more,
            value: decimal(c.percent)?,
        },
        OrderCondition::Time(c) => {
            let at = terms::read_moment(&c.time)?;
            let day = !c.is_more && at.time == Some(jiff::civil::Time::midnight());
            Test::Time { after: c.is_more, at: if day { Moment { time: None, zone: None, ..at } } else { at } }
        }
        OrderCondition::Margin(c) => Test::Cushion { above: c.is_more, percent: Decimal::from(c.percent) },
        OrderCondition::Execution(c) if c.security_type == "STK" => {
            Test::Filled(ContractRef { con_id: ConId(0), symbol: super::contract::shown_symbol(&c.symbol) })
        }
        OrderCondition::Execution(_) | OrderCondition::Unknown(_) => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::samples;

    #[test]
    fn what_was_sent_is_what_is_reported_as_far_as_the_wire_names_it() {
        let msft = ContractRef { con_id: ConId(272_093), symbol: "MSFT".into() };
        let of = |of, value: &str| Test::Market {
            contract: msft.clone(),
            of,
            above: true,
            value: value.parse().expect("a number"),
        };
        let day = Moment { date: jiff::civil::date(2026, 11, 24), time: None, zone: None };
        let tests = vec![
            of(Watched::Last, "190.5"),
            of(Watched::Mid, "1"),
            of(Watched::DoubleLast, "2"),
            of(Watched::BidAsk, "3"),
            of(Watched::Volume, "100"),
            of(Watched::Change, "-2.5"),
            Test::Time { after: true, at: day },
            Test::Time { after: false, at: day },
            Test::Cushion { above: false, percent: Decimal::TEN },
            Test::Filled(msft.clone()),
        ];
        for all in [true, false] {
            for cancels in [true, false] {
                let mut spec = samples::buy(100, Some("187.20"));
                let said = Conditions { all, tests: tests.clone() };
                *(if cancels { &mut spec.attributes.cancel_when } else { &mut spec.attributes.when }) =
                    Some(said.clone());
                let mut wire = WireOrder::default();
                to_wire(&spec, &mut wire).expect("they can be written");
                let mut back = Attributes::default();
                read(&wire, &mut back).expect("they can be read");
                let (these, others) =
                    if cancels { (back.cancel_when, back.when) } else { (back.when, back.cancel_when) };
                assert_eq!(others, None);
                assert!(said.matches(&these.expect("tests"), ContractRef::agrees));
            }
        }
    }

    #[test]
    fn what_mixes_or_is_weighed_at_other_hours_than_the_order_works_has_no_word_here() {
        let price = |all| {
            OrderCondition::Price(PriceCondition {
                contract_id: 1,
                exchange: SMART.to_owned(),
                price: 5.0,
                trigger_method: TriggerMethod::Last,
                is_more: true,
                is_conjunction: all,
            })
        };
        let wire = |conditions| WireOrder { conditions, ..WireOrder::default() };
        let reads = |wire: &WireOrder| read(wire, &mut Attributes::default()).is_some();
        assert!(reads(&wire(vec![price(true), price(false)])), "the last one joins nothing");
        assert!(!reads(&wire(vec![price(true), price(false), price(true)])));
        assert!(!reads(&WireOrder { conditions_ignore_rth: true, ..wire(vec![price(true)]) }));
        let odd = PriceCondition { trigger_method: TriggerMethod::LastOrBidAsk, ..PriceCondition::default() };
        assert!(!reads(&wire(vec![OrderCondition::Price(odd)])));
    }

    #[test]
    fn the_fill_of_what_is_no_stock_is_never_written_as_that_of_one() {
        for (name, fine) in [
            ("AAPL", true),
            ("BRK.B", true),
            ("/ESZ26", false),
            ("AAPL 18DEC26 190C", false),
            ("EUR.USD", false),
            ("ind:SPX", false),
            ("SAP [EUR]", false),
        ] {
            let filled = Test::Filled(ContractRef { con_id: ConId(7), symbol: name.into() });
            assert_eq!(condition(&filled, true).is_ok(), fine, "{name}");
        }
    }
}
