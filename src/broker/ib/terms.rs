//! The terms of an order between the desk's words and the wire's fields.
//!
//! Invariants: every term of a spec has its field or the order is refused; what comes in and has no word here keeps IB's name
//! (`None` from [`from_wire`]), so that no foreign order is shown as something it is not. Times go out in UTC.
//!
//! Must not know: accounts, names and numbers of orders, the connection. Absent, and refused: overnight
//! sessions, relative orders by percent.

use ibapi::orders::conditions::TriggerMethod;
use ibapi::orders::{OcaType, Order as WireOrder, TimeInForce};
use jiff::tz::TimeZone;
use rust_decimal::Decimal;

use super::{algo, conditions, convert};
use crate::clock::eastern;
use crate::domain::instrument::ContractRef;
use crate::domain::order::{Attributes, Distance, Oca, OcaKind, OrderKind, OrderSpec, Peg, Session, Tif, Trigger};
use crate::domain::terms::{Instants, Moment, Zone};
use crate::money::{Price, Qty};

/// The second a day ends at: what a date without a time means.
const LAST_SECOND: jiff::civil::Time = jiff::civil::time(23, 59, 59, 0);
/// IB's volatility type of a year.
const ANNUAL: ibapi::orders::VolatilityType = ibapi::orders::VolatilityType::Annual;

/// Writes type, prices, time in force, session and attributes into `wire`, or says what cannot be put that way.
pub fn to_wire(spec: &OrderSpec, wire: &mut WireOrder) -> Result<(), &'static str> {
    pricing(&spec.kind, wire)?;
    time_in_force(spec, wire)?;
    match spec.session {
        Session::Regular => {}
        Session::Extended => wire.outside_rth = true,
        Session::Overnight | Session::ExtendedOvernight => return Err("overnight sessions are not sent yet"),
    }
    conditions::to_wire(spec, wire)?;
    algo::to_wire(spec, wire)?;
    attributes(&spec.attributes, wire)
}

fn number(value: Decimal) -> Result<f64, &'static str> {
    convert::to_wire(value).ok_or("a number cannot be written on the wire")
}

fn price(value: Price) -> Result<Option<f64>, &'static str> {
    if !value.is_positive() {
        return Err("a price is not above zero");
    }
    number(value.0).map(Some)
}

fn optional(value: Option<Price>) -> Result<Option<f64>, &'static str> {
    value.map_or(Ok(None), price)
}

/// The distance of a peg, which IB takes in money.
fn offset(value: Option<Distance>) -> Result<Option<f64>, &'static str> {
    match value {
        None => Ok(None),
        Some(Distance::Money(by)) => number(by.0).map(Some),
        Some(Distance::Percent(_)) => Err("the distance of a pegged order is money here, not percent"),
    }
}

fn pricing(kind: &OrderKind, wire: &mut WireOrder) -> Result<(), &'static str> {
    kind.word().clone_into(&mut wire.order_type);
    match *kind {
        OrderKind::Market
        | OrderKind::MarketOnClose
        | OrderKind::MarketOnOpen
        | OrderKind::MarketToLimit
        | OrderKind::MarketProtect => {}
        OrderKind::Limit(limit)
        | OrderKind::LimitOnClose(limit)
        | OrderKind::LimitOnOpen(limit)
        | OrderKind::Auction(limit) => wire.limit_price = price(limit)?,
        OrderKind::Stop { trigger, limit } | OrderKind::Touched { trigger, limit } => {
            wire.aux_price = price(trigger)?;
            wire.limit_price = optional(limit)?;
        }
        OrderKind::StopProtect(trigger) => wire.aux_price = price(trigger)?,
        OrderKind::Trail { by, from, limit_offset } => {
            match by {
                Distance::Money(by) => wire.aux_price = price(by)?,
                Distance::Percent(by) => wire.trailing_percent = price(Price(by))?,
            }
            wire.trail_stop_price = optional(from)?;
            wire.limit_price_offset = limit_offset.map(|by| number(by.0)).transpose()?;
        }
        OrderKind::Midprice { cap } => wire.limit_price = optional(cap)?,
        OrderKind::Volatility(percent) => {
            wire.volatility = price(Price(percent))?;
            wire.volatility_type = Some(ANNUAL);
        }
        OrderKind::Pegged { offset: by, cap, .. } => {
            wire.aux_price = offset(by)?;
            wire.limit_price = optional(cap)?;
        }
    }
    Ok(())
}

fn time_in_force(spec: &OrderSpec, wire: &mut WireOrder) -> Result<(), &'static str> {
    wire.tif = match (&spec.kind, spec.tif) {
        (OrderKind::MarketOnOpen | OrderKind::LimitOnOpen(_), _) => TimeInForce::OnOpen,
        (OrderKind::Auction(_), _) => TimeInForce::Auction,
        (_, Tif::Day) => TimeInForce::Day,
        (_, Tif::Gtc) => TimeInForce::GoodTillCanceled,
        (_, Tif::Ioc) => TimeInForce::ImmediateOrCancel,
        (_, Tif::Fok) => TimeInForce::FillOrKill,
        (_, Tif::Dtc) => TimeInForce::DayTillCanceled,
        (_, Tif::FiveMinutes) => TimeInForce::Unknown("Minutes".to_owned()),
        (_, Tif::Gtd(until)) => {
            wire.good_till_date = moment(until)?;
            TimeInForce::GoodTillDate
        }
    };
    Ok(())
}

fn attributes(said: &Attributes<Distance, ContractRef>, wire: &mut WireOrder) -> Result<(), &'static str> {
    if said.non_guaranteed {
        return Err("only combos can be non-guaranteed");
    }
    // A question: the broker answers what the order would do and does not take it (413 without transmit).
    wire.what_if = said.preview;
    wire.display_size = said.show.map(shares).transpose()?;
    wire.min_qty = said.min.map(shares).transpose()?;
    wire.discretionary_amt = offset(said.discretion)?.unwrap_or(0.0);
    wire.hidden = said.hidden;
    wire.all_or_none = said.all_or_none;
    wire.sweep_to_fill = said.sweep;
    wire.post_only = said.post;
    wire.deactivate = said.hold;
    if let Some(after) = said.after {
        wire.good_after_time = moment(after)?;
    }
    if let Some(trigger) = said.trigger {
        wire.trigger_method = method(trigger);
    }
    if let Some(Oca { name, kind }) = &said.oca {
        wire.oca_group.clone_from(name);
        wire.oca_type = match kind {
            OcaKind::Cancel => OcaType::CancelWithBlock,
            OcaKind::Reduce => OcaType::ReduceWithBlock,
            OcaKind::ReduceNow => OcaType::ReduceWithoutBlock,
        };
    }
    Ok(())
}

/// A count of shares that the wire has as an integer.
fn shares(count: Qty) -> Result<i32, &'static str> {
    let whole = count.0.fract().is_zero().then(|| i32::try_from(count.0.trunc().mantissa())).and_then(Result::ok);
    whole.filter(|n| *n > 0).ok_or("a number of shares is not a whole one")
}

fn method(trigger: Trigger) -> TriggerMethod {
    match trigger {
        Trigger::DoubleBidAsk => TriggerMethod::DoubleBidAsk,
        Trigger::Last => TriggerMethod::Last,
        Trigger::DoubleLast => TriggerMethod::DoubleLast,
        Trigger::BidAsk => TriggerMethod::BidAsk,
        Trigger::LastOrBidAsk => TriggerMethod::LastOrBidAsk,
        Trigger::Midpoint => TriggerMethod::Midpoint,
    }
}

/// A moment in IB's form for UTC: `20261124-14:35:00`. A day ends with its last second.
pub fn moment(at: Moment) -> Result<String, &'static str> {
    let utc = match at.time {
        None => {
            let zone = at.zone.map_or_else(|| Some(eastern()), |zone| TimeZone::get(zone.iana()).ok());
            let zone = zone.ok_or("the zone of a time is not known")?;
            at.date.to_datetime(LAST_SECOND).to_zoned(zone).map_err(|_| "a time does not exist")?.timestamp()
        }
        Some(_) => match at.instants(Some(Zone::Eastern)) {
            Some(Instants::One(at)) => at,
            Some(Instants::Skipped(_) | Instants::Twice(..)) => return Err("a time does not exist, or exists twice"),
            None => return Err("a time cannot be read"),
        },
    };
    Ok(utc.strftime("%Y%m%d-%H:%M:%S").to_string())
}

/// The moment of one of IB's texts, in New York time.
pub fn read_moment(text: &str) -> Option<Moment> {
    let at = jiff::Timestamp::from_nanosecond(i128::from(convert::time(text)?)).ok()?.to_zoned(eastern());
    if at.time() == LAST_SECOND {
        return Some(Moment { date: at.date(), time: None, zone: None });
    }
    Some(Moment { date: at.date(), time: Some(at.time()), zone: Some(Zone::Eastern) })
}

/// What a wire order says.
#[derive(Debug, Clone, PartialEq)]
pub struct Terms {
    /// Its type and prices.
    pub kind: OrderKind,
    /// How long it works.
    pub tif: Tif,
    /// When it works.
    pub session: Session,
    /// The rest.
    pub attributes: Attributes<Distance, ContractRef>,
}

/// The terms of a wire order; `None` for an order that says something there is no word for here.
pub fn from_wire(wire: &WireOrder) -> Option<Terms> {
    if wire.include_overnight {
        return None;
    }
    let kind = read_pricing(wire)?;
    let tif = match &wire.tif {
        TimeInForce::Day | TimeInForce::OnOpen | TimeInForce::Auction => Tif::Day,
        TimeInForce::GoodTillCanceled => Tif::Gtc,
        TimeInForce::ImmediateOrCancel => Tif::Ioc,
        TimeInForce::FillOrKill => Tif::Fok,
        TimeInForce::DayTillCanceled => Tif::Dtc,
        TimeInForce::GoodTillDate => Tif::Gtd(read_moment(&wire.good_till_date)?),
        _ => return None,
    };
    let session = if wire.outside_rth { Session::Extended } else { Session::Regular };
    let mut attributes = read_attributes(wire)?;
    conditions::read(wire, &mut attributes)?;
    algo::read(wire, &mut attributes)?;
    Some(Terms { kind, tif, session, attributes })
}

fn read_pricing(wire: &WireOrder) -> Option<OrderKind> {
    let positive = |raw: Option<f64>| raw.and_then(convert::price).filter(|p| p.is_positive());
    let (limit, aux) = (positive(wire.limit_price), positive(wire.aux_price));
    let opens = wire.tif == TimeInForce::OnOpen;
    let auction = wire.tif == TimeInForce::Auction;
    let peg = |to| Some(OrderKind::Pegged { to, offset: aux.map(Distance::Money), cap: limit });
    match wire.order_type.as_str() {
        "MKT" if opens => Some(OrderKind::MarketOnOpen),
        "MKT" => Some(OrderKind::Market),
        "LMT" if opens => limit.map(OrderKind::LimitOnOpen),
        "LMT" => limit.map(OrderKind::Limit),
        "STP" => Some(OrderKind::Stop { trigger: aux?, limit: None }),
        "STP LMT" => Some(OrderKind::Stop { trigger: aux?, limit: Some(limit?) }),
        "MIT" => Some(OrderKind::Touched { trigger: aux?, limit: None }),
        "LIT" => Some(OrderKind::Touched { trigger: aux?, limit: Some(limit?) }),
        "TRAIL" | "TRAIL LIMIT" => {
            let percent = positive(wire.trailing_percent);
            let by = percent.map(|p| Distance::Percent(p.0)).or(aux.map(Distance::Money))?;
            let offset = wire.limit_price_offset.and_then(Price::from_wire);
            let limit_offset = if wire.order_type == "TRAIL" { None } else { Some(offset?) };
            Some(OrderKind::Trail { by, from: positive(wire.trail_stop_price), limit_offset })
        }
        "MOC" => Some(OrderKind::MarketOnClose),
        "LOC" => limit.map(OrderKind::LimitOnClose),
        "MTL" if auction => limit.map(OrderKind::Auction),
        "MTL" => Some(OrderKind::MarketToLimit),
        "MKT PRT" => Some(OrderKind::MarketProtect),
        "STP PRT" => aux.map(OrderKind::StopProtect),
        "MIDPRICE" => Some(OrderKind::Midprice { cap: limit }),
        "VOL" => positive(wire.volatility).map(|v| OrderKind::Volatility(v.0)),
        "REL" if wire.percent_offset.is_none_or(|p| p == 0.0) => peg(Peg::Relative),
        "PEG MKT" => peg(Peg::Market),
        "PEG MID" => peg(Peg::Midpoint),
        "SNAP MKT" => peg(Peg::SnapMarket),
        "SNAP MID" => peg(Peg::SnapMidpoint),
        "SNAP PRIM" => peg(Peg::SnapPrimary),
        _ => None,
    }
}

fn read_attributes(wire: &WireOrder) -> Option<Attributes<Distance, ContractRef>> {
    let count = |raw: Option<i32>| raw.filter(|n| *n > 0).map(|n| Qty::from(i64::from(n)));
    let after = if wire.good_after_time.is_empty() { None } else { Some(read_moment(&wire.good_after_time)?) };
    let oca = match wire.oca_type {
        _ if wire.oca_group.is_empty() => None,
        OcaType::None | OcaType::Unknown(_) => return None,
        OcaType::CancelWithBlock => Some(OcaKind::Cancel),
        OcaType::ReduceWithBlock => Some(OcaKind::Reduce),
        OcaType::ReduceWithoutBlock => Some(OcaKind::ReduceNow),
    };
    let discretion = Price::from_wire(wire.discretionary_amt).filter(|p| p.is_positive()).map(Distance::Money);
    Some(Attributes {
        show: count(wire.display_size),
        min: count(wire.min_qty),
        discretion,
        hidden: wire.hidden,
        all_or_none: wire.all_or_none,
        sweep: wire.sweep_to_fill,
        post: wire.post_only,
        after,
        trigger: match wire.trigger_method {
            TriggerMethod::Default => None,
            method => Some(read_method(method)?),
        },
        oca: oca.map(|kind| Oca { name: wire.oca_group.clone(), kind }),
        hold: wire.deactivate,
        ..Attributes::default()
    })
}

fn read_method(method: TriggerMethod) -> Option<Trigger> {
    Trigger::ALL.into_iter().find(|trigger| self::method(*trigger) == method)
}
