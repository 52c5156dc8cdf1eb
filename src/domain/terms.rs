//! The whole vocabulary of an order: how it is priced, how long and when it works, what follows it, what it waits for.
//!
//! Everything here is generic over how a price (`P`), a distance (`D`) and a contract (`C`) is known, so that an order as
//! it was said and the same order with absolute numbers are one vocabulary: the sentence fills in price expressions, its
//! resolution fills in [`Price`] and [`Distance`]. [`OrderTerms`] is what goes to the guard and the broker.
//!
//! Invariants: what cannot be combined (a time in force with an opening auction, hours with foreign exchange) is absent
//! (`None`), not a default that would be ignored.
//!
//! Must not know: how an order is spelled, quotes, positions. Absent: scale orders, pegs to a benchmark or stock.

use std::fmt;

use jiff::civil::{Date, Time};
use jiff::tz::{AmbiguousOffset, TimeZone};
use jiff::{Timestamp, ToSpan};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::money::{Cash, Price, Qty};

/// How an order is priced; the comments name IB's `orderType`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Pricing<P, D> {
    /// At the market (`MKT`).
    Market,
    /// At this price or better (`LMT`).
    Limit(P),
    /// At the market once the trigger trades (`STP`), or at a limit (`STP LMT`).
    Stop {
        /// Where it is triggered.
        trigger: P,
        /// The limit it then has.
        limit: Option<P>,
    },
    /// At the market once the trigger is touched from the better side (`MIT`), or at a limit (`LIT`).
    Touched {
        /// Where it is triggered.
        trigger: P,
        /// The limit it then has.
        limit: Option<P>,
    },
    /// A stop that follows the market (`TRAIL`), with a limit behind it (`TRAIL LIMIT`).
    Trail {
        /// How far behind the market.
        by: D,
        /// Where the trigger starts.
        from: Option<P>,
        /// How far the limit lies beyond the trigger.
        limit_offset: Option<Price>,
    },
    /// In the closing auction at the market (`MOC`).
    MarketOnClose,
    /// In the opening auction at the market (`MKT` with `OPG`).
    MarketOnOpen,
    /// In the closing auction at a limit (`LOC`).
    LimitOnClose(P),
    /// In the opening auction at a limit (`LMT` with `OPG`).
    LimitOnOpen(P),
    /// In the pre-open auction at a limit (`MTL` with `AUC`).
    Auction(P),
    /// At the market, the rest at the price of the first fill (`MTL`).
    MarketToLimit,
    /// At the market within the exchange's protection points (`MKT PRT`).
    MarketProtect,
    /// A stop that becomes [`Self::MarketProtect`] (`STP PRT`).
    StopProtect(P),
    /// Around the midpoint of the national best prices (`MIDPRICE`).
    Midprice {
        /// The worst price.
        cap: Option<P>,
    },
    /// At an implied volatility in percent a year (`VOL`).
    Volatility(Decimal),
    /// Tied to a price of the market.
    Pegged {
        /// To which price and how.
        to: Peg,
        /// How far from it.
        offset: Option<D>,
        /// The worst price.
        cap: Option<P>,
    },
}

/// What a pegged order is tied to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Peg {
    /// The own side's best, more aggressive by the offset (`REL`).
    Relative,
    /// The far side's best (`PEG MKT`).
    Market,
    /// The midpoint (`PEG MID`).
    Midpoint,
    /// The far side's best when it is sent, not followed (`SNAP MKT`).
    SnapMarket,
    /// The midpoint when it is sent (`SNAP MID`).
    SnapMidpoint,
    /// The own side's best when it is sent (`SNAP PRIM`).
    SnapPrimary,
}

impl<P, D> Pricing<P, D> {
    /// The same pricing with every price and distance turned into something else; stops at the first that cannot be.
    pub fn try_map<Q, E, X>(
        self,
        price: &mut impl FnMut(P) -> Result<Q, X>,
        distance: &mut impl FnMut(D) -> Result<E, X>,
    ) -> Result<Pricing<Q, E>, X> {
        Ok(match self {
            Self::Market => Pricing::Market,
            Self::Limit(p) => Pricing::Limit(price(p)?),
            Self::Stop { trigger, limit } => {
                Pricing::Stop { trigger: price(trigger)?, limit: limit.map(price).transpose()? }
            }
            Self::Touched { trigger, limit } => {
                Pricing::Touched { trigger: price(trigger)?, limit: limit.map(price).transpose()? }
            }
            Self::Trail { by, from, limit_offset } => {
                Pricing::Trail { by: distance(by)?, from: from.map(price).transpose()?, limit_offset }
            }
            Self::MarketOnClose => Pricing::MarketOnClose,
            Self::MarketOnOpen => Pricing::MarketOnOpen,
            Self::LimitOnClose(p) => Pricing::LimitOnClose(price(p)?),
            Self::LimitOnOpen(p) => Pricing::LimitOnOpen(price(p)?),
            Self::Auction(p) => Pricing::Auction(price(p)?),
            Self::MarketToLimit => Pricing::MarketToLimit,
            Self::MarketProtect => Pricing::MarketProtect,
            Self::StopProtect(p) => Pricing::StopProtect(price(p)?),
            Self::Midprice { cap } => Pricing::Midprice { cap: cap.map(price).transpose()? },
            Self::Volatility(percent) => Pricing::Volatility(percent),
            Self::Pegged { to, offset, cap } => {
                Pricing::Pegged { to, offset: offset.map(distance).transpose()?, cap: cap.map(price).transpose()? }
            }
        })
    }

    /// Whether it works in an auction alone, so that it has no hours to choose.
    pub const fn is_auction(&self) -> bool {
        matches!(
            self,
            Self::MarketOnClose | Self::MarketOnOpen | Self::LimitOnClose(_) | Self::LimitOnOpen(_) | Self::Auction(_)
        )
    }

    /// Whether it waits for a trigger below or above the market.
    pub const fn is_triggered(&self) -> bool {
        matches!(self, Self::Stop { .. } | Self::Touched { .. } | Self::Trail { .. } | Self::StopProtect(_))
    }

    /// The word of the order sentence it begins with.
    pub const fn keyword(&self) -> &'static str {
        match self {
            Self::Market => "mkt",
            Self::Limit(_) => "lmt",
            Self::Stop { .. } => "stp",
            Self::Touched { limit: None, .. } => "mit",
            Self::Touched { .. } => "lit",
            Self::Trail { .. } => "trail",
            Self::MarketOnClose => "moc",
            Self::MarketOnOpen => "moo",
            Self::LimitOnClose(_) => "loc",
            Self::LimitOnOpen(_) => "loo",
            Self::Auction(_) => "auc",
            Self::MarketToLimit => "mtl",
            Self::MarketProtect => "mktprt",
            Self::StopProtect(_) => "stpprt",
            Self::Midprice { .. } => "midprice",
            Self::Volatility(_) => "vol",
            Self::Pegged { to, .. } => to.keyword(),
        }
    }
}

impl Peg {
    /// The word of the order sentence.
    pub const fn keyword(self) -> &'static str {
        match self {
            Self::Relative => "rel",
            Self::Market => "pegmkt",
            Self::Midpoint => "pegmid",
            Self::SnapMarket => "snapmkt",
            Self::SnapMidpoint => "snapmid",
            Self::SnapPrimary => "snapprim",
        }
    }
}

/// A distance in numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Distance {
    /// In the currency of the price.
    Money(Price),
    /// In percent of the price, as IB takes it for trails and relative orders.
    Percent(Decimal),
}

/// How long an order works. `OPG` and `AUC` are not here: they are ways of pricing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub enum Tif {
    /// Until the end of the session (`DAY`).
    #[default]
    Day,
    /// Until cancelled (`GTC`).
    Gtc,
    /// What fills at once; the rest is cancelled (`IOC`).
    Ioc,
    /// All at once or nothing (`FOK`).
    Fok,
    /// Until the end of the session, then inactive rather than cancelled (`DTC`).
    Dtc,
    /// Five minutes, for crypto limits (`Minutes`).
    FiveMinutes,
    /// Until a date (`GTD`).
    Gtd(Moment),
}

/// In which hours an order works.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub enum Session {
    /// Regular hours only.
    #[default]
    Regular,
    /// Also before the open and after the close (`outsideRth`).
    Extended,
    /// Overnight only (venue `OVERNIGHT`).
    Overnight,
    /// Extended and overnight (`outsideRth`, `includeOvernight`).
    ExtendedOvernight,
}

impl Session {
    /// The word of the order sentence.
    pub const fn keyword(self) -> &'static str {
        match self {
            Self::Regular => "rth",
            Self::Extended => "ext",
            Self::Overnight => "ovn",
            Self::ExtendedOvernight => "ext+ovn",
        }
    }
}

impl Tif {
    /// Whether an order with it is still there after the day: until cancelled, until a date, or inactive (`DTC`).
    pub const fn outlives_day(self) -> bool {
        matches!(self, Self::Gtc | Self::Gtd(_) | Self::Dtc)
    }
}

impl fmt::Display for Tif {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Day => f.write_str("day"),
            Self::Gtc => f.write_str("gtc"),
            Self::Ioc => f.write_str("ioc"),
            Self::Fok => f.write_str("fok"),
            Self::Dtc => f.write_str("dtc"),
            Self::FiveMinutes => f.write_str("5min"),
            Self::Gtd(until) => write!(f, "gtd {until}"),
        }
    }
}

/// A date, a minute of it, and where that minute is; what was not said stays open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Moment {
    /// The day.
    pub date: Date,
    /// The minute; `None` means the whole day.
    pub time: Option<Time>,
    /// Where the clock hangs; `None` means where the contract trades.
    pub zone: Option<Zone>,
}

/// The zones an order sentence can name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Zone {
    /// New York.
    Eastern,
    /// Chicago.
    Central,
    /// Universal time.
    Utc,
    /// London.
    London,
    /// Hong Kong.
    HongKong,
    /// Tokyo.
    Tokyo,
}

impl Zone {
    /// All of them.
    pub const ALL: [Self; 6] = [Self::Eastern, Self::Central, Self::Utc, Self::London, Self::HongKong, Self::Tokyo];

    /// The letters of the order sentence.
    pub const fn letters(self) -> &'static str {
        match self {
            Self::Eastern => "ET",
            Self::Central => "CT",
            Self::Utc => "UTC",
            Self::London => "LON",
            Self::HongKong => "HK",
            Self::Tokyo => "TYO",
        }
    }

    /// The name in the time zone data, which is also what IB takes.
    pub const fn iana(self) -> &'static str {
        match self {
            Self::Eastern => "America/New_York",
            Self::Central => "America/Chicago",
            Self::Utc => "UTC",
            Self::London => "Europe/London",
            Self::HongKong => "Asia/Hong_Kong",
            Self::Tokyo => "Asia/Tokyo",
        }
    }
}

/// What a minute of a clock on the wall is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Instants {
    /// One moment.
    One(Timestamp),
    /// None: the clock jumps over it; it is an hour later than this reading says.
    Skipped(Moment),
    /// Two: the clock shows it twice, first and second.
    Twice(Timestamp, Timestamp),
}

impl Moment {
    /// Whether both mean the same, in New York where no zone is said.
    pub fn is(&self, other: &Self) -> bool {
        let local = Some(Zone::Eastern);
        self == other
            || self.time.is_none() && other.time.is_none() && self.date == other.date && self.place() == other.place()
            || self.instants(local).is_some_and(|at| Some(at) == other.instants(local))
    }

    /// The zone of a whole day.
    fn place(&self) -> Zone {
        self.zone.unwrap_or(Zone::Eastern)
    }

    /// The moments it means, where it names a minute; `local` is the zone where none is said. `None` where only a day is
    /// said or the zone is not in the data.
    pub fn instants(&self, local: Option<Zone>) -> Option<Instants> {
        let (time, zone) = (self.time?, self.zone.or(local)?);
        let tz = TimeZone::get(zone.iana()).ok()?;
        let at = self.date.to_datetime(time);
        let ambiguous = tz.to_ambiguous_timestamp(at);
        match ambiguous.offset() {
            AmbiguousOffset::Unambiguous { .. } => ambiguous.compatible().ok().map(Instants::One),
            AmbiguousOffset::Fold { .. } => {
                let (first, second) = (ambiguous.earlier().ok()?, ambiguous.later().ok()?);
                Some(Instants::Twice(first, second))
            }
            AmbiguousOffset::Gap { .. } => {
                let later = at.checked_add(1.hour()).ok()?;
                Some(Instants::Skipped(Self { date: later.date(), time: Some(later.time()), zone: self.zone }))
            }
        }
    }
}

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.date.year(), self.date.month(), self.date.day())?;
        if let Some(time) = self.time {
            write!(f, "T{:02}:{:02}", time.hour(), time.minute())?;
        }
        f.write_str(self.zone.map_or("", Zone::letters))
    }
}

/// What closes the position once the order has filled.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Exits<P, D> {
    /// The stop.
    pub stop: Option<StopExit<P, D>>,
    /// The targets; with more than one, each has a quantity.
    pub targets: Vec<Target<P>>,
    /// How long they work.
    pub tif: Tif,
    /// In which hours they work; `None` where the contract has none to choose.
    pub session: Option<Session>,
}

/// The stop of a bracket.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum StopExit<P, D> {
    /// At a price.
    At {
        /// Where it is triggered.
        trigger: P,
        /// The limit it then has; without one it goes to the market.
        limit: Option<P>,
    },
    /// Behind the market.
    Trail(D),
}

/// A target of a bracket.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Target<P> {
    /// Its limit.
    pub price: P,
    /// How much of the order; `None` means all of it.
    pub qty: Option<Qty>,
}

/// A group of orders of which one fill touches the others. The name is what is shown: on the wire it gets a unique
/// ending, since IB refuses a group whose name was used (10326).
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Oca {
    /// The name.
    pub name: String,
    /// What a fill does to the others.
    pub kind: OcaKind,
}

/// What a fill in a group does to the others (IB's `ocaType`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub enum OcaKind {
    /// Cancels them, only one being routed at a time (1).
    #[default]
    Cancel,
    /// Reduces them, only one being routed at a time (2).
    Reduce,
    /// Reduces them while all are routed (3).
    ReduceNow,
}

impl OcaKind {
    /// The word of the order sentence.
    pub const fn keyword(self) -> &'static str {
        match self {
            Self::Cancel => "cancel",
            Self::Reduce => "reduce",
            Self::ReduceNow => "reduce-now",
        }
    }

    /// IB's number.
    pub const fn number(self) -> i32 {
        match self {
            Self::Cancel => 1,
            Self::Reduce => 2,
            Self::ReduceNow => 3,
        }
    }
}

/// Which prices trigger a stop (IB's `triggerMethod`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Trigger {
    /// Two bids or asks in a row (1).
    DoubleBidAsk,
    /// The last trade (2).
    Last,
    /// Two trades in a row (3).
    DoubleLast,
    /// The bid for a sell, the ask for a buy (4).
    BidAsk,
    /// The last trade or bid and ask (7).
    LastOrBidAsk,
    /// The midpoint (8).
    Midpoint,
}

impl Trigger {
    /// All of them.
    pub const ALL: [Self; 6] =
        [Self::DoubleBidAsk, Self::Last, Self::DoubleLast, Self::BidAsk, Self::LastOrBidAsk, Self::Midpoint];

    /// The word of the order sentence.
    pub const fn keyword(self) -> &'static str {
        match self {
            Self::DoubleBidAsk => "dbidask",
            Self::Last => "last",
            Self::DoubleLast => "dlast",
            Self::BidAsk => "bidask",
            Self::LastOrBidAsk => "lastbidask",
            Self::Midpoint => "mid",
        }
    }

    /// IB's number.
    pub const fn number(self) -> i32 {
        match self {
            Self::DoubleBidAsk => 1,
            Self::Last => 2,
            Self::DoubleLast => 3,
            Self::BidAsk => 4,
            Self::LastOrBidAsk => 7,
            Self::Midpoint => 8,
        }
    }
}

/// Tests an order waits for, or is cancelled by. IB evaluates a flat list, so `and` and `or` are never mixed.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Conditions<C> {
    /// Whether all must hold, rather than any.
    pub all: bool,
    /// At least one.
    pub tests: Vec<Test<C>>,
}

/// One test.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Test<C> {
    /// A number of a contract's market.
    Market {
        /// The contract.
        contract: C,
        /// Which number.
        of: Watched,
        /// Above rather than below.
        above: bool,
        /// The bound: a price, shares, or percent (which may be below zero).
        value: Decimal,
    },
    /// The clock.
    Time {
        /// After rather than before.
        after: bool,
        /// The moment.
        at: Moment,
    },
    /// The account's cushion in percent.
    Cushion {
        /// Above rather than below.
        above: bool,
        /// Percent of net liquidation.
        percent: Decimal,
    },
    /// An execution in a contract.
    Filled(C),
}

/// The number of a market that a test watches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Watched {
    /// The last trade.
    Last,
    /// The best bid.
    Bid,
    /// The best ask.
    Ask,
    /// The midpoint.
    Mid,
    /// Two trades in a row.
    DoubleLast,
    /// Bid or ask by side.
    BidAsk,
    /// The day's volume in shares.
    Volume,
    /// The day's change in percent.
    Change,
}

impl Watched {
    /// All of them.
    pub const ALL: [Self; 8] =
        [Self::Last, Self::Bid, Self::Ask, Self::Mid, Self::DoubleLast, Self::BidAsk, Self::Volume, Self::Change];

    /// The word of the order sentence.
    pub const fn keyword(self) -> &'static str {
        match self {
            Self::Last => "last",
            Self::Bid => "bid",
            Self::Ask => "ask",
            Self::Mid => "mid",
            Self::DoubleLast => "dlast",
            Self::BidAsk => "bidask",
            Self::Volume => "vol",
            Self::Change => "chg",
        }
    }
}

/// An algorithm of IB's with its settings, in the words of the order sentence.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Algo {
    /// Which one.
    pub name: String,
    /// Settings with a value, by name.
    pub settings: Vec<(String, String)>,
    /// Settings without one, by name.
    pub flags: Vec<String>,
}

/// What an order says beyond its head, pricing, time and exits.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Attributes<D, C> {
    /// Shares shown (`displaySize`).
    pub show: Option<Qty>,
    /// The smallest fill (`minQty`).
    pub min: Option<Qty>,
    /// How far it may improve on its limit unseen (`discretionaryAmt`).
    pub discretion: Option<D>,
    /// Not shown at all.
    pub hidden: bool,
    /// All or none.
    pub all_or_none: bool,
    /// Sweeps the venues (`sweepToFill`).
    pub sweep: bool,
    /// Only adds liquidity.
    pub post: bool,
    /// Legs may fill one without the other (`NonGuaranteed`).
    pub non_guaranteed: bool,
    /// Not before (`goodAfterTime`).
    pub after: Option<Moment>,
    /// What triggers it.
    pub trigger: Option<Trigger>,
    /// Its group.
    pub oca: Option<Oca>,
    /// What it waits for.
    pub when: Option<Conditions<C>>,
    /// What cancels it.
    pub cancel_when: Option<Conditions<C>>,
    /// The algorithm that works it.
    pub algo: Option<Algo>,
    /// Where it is routed.
    pub via: Option<String>,
    /// The account it is for.
    pub account: Option<String>,
    /// A note kept with it.
    pub tag: Option<String>,
    /// Kept at IB and not sent on (`deactivate`).
    pub hold: bool,
    /// May carry the position through zero.
    pub flip: bool,
    /// Asked for its margin only (`whatIf`).
    pub preview: bool,
}

impl<D, C> Default for Attributes<D, C> {
    fn default() -> Self {
        Self {
            show: None,
            min: None,
            discretion: None,
            hidden: false,
            all_or_none: false,
            sweep: false,
            post: false,
            non_guaranteed: false,
            after: None,
            trigger: None,
            oca: None,
            when: None,
            cancel_when: None,
            algo: None,
            via: None,
            account: None,
            tag: None,
            hold: false,
            flip: false,
            preview: false,
        }
    }
}

impl<D, C> Attributes<D, C> {
    /// The same attributes with the contracts of their tests known in another way; stops at the first that is not.
    pub fn try_map_contracts<B, X>(self, mut contract: impl FnMut(&C) -> Result<B, X>) -> Result<Attributes<D, B>, X> {
        Ok(Attributes {
            when: self.when.as_ref().map(|tests| tests.try_map(&mut contract)).transpose()?,
            cancel_when: self.cancel_when.as_ref().map(|tests| tests.try_map(&mut contract)).transpose()?,
            show: self.show,
            min: self.min,
            discretion: self.discretion,
            hidden: self.hidden,
            all_or_none: self.all_or_none,
            sweep: self.sweep,
            post: self.post,
            non_guaranteed: self.non_guaranteed,
            after: self.after,
            trigger: self.trigger,
            oca: self.oca,
            algo: self.algo,
            via: self.via,
            account: self.account,
            tag: self.tag,
            hold: self.hold,
            flip: self.flip,
            preview: self.preview,
        })
    }

    /// The same attributes with the discretion in other terms.
    pub fn with_discretion<E>(self, discretion: Option<E>) -> Attributes<E, C> {
        Attributes {
            show: self.show,
            min: self.min,
            discretion,
            hidden: self.hidden,
            all_or_none: self.all_or_none,
            sweep: self.sweep,
            post: self.post,
            non_guaranteed: self.non_guaranteed,
            after: self.after,
            trigger: self.trigger,
            oca: self.oca,
            when: self.when,
            cancel_when: self.cancel_when,
            algo: self.algo,
            via: self.via,
            account: self.account,
            tag: self.tag,
            hold: self.hold,
            flip: self.flip,
            preview: self.preview,
        }
    }
}

/// Everything of an order but its verb, size, contract and price.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Clauses<P, D, C> {
    /// How long it works; `None` for opening and pre-open auctions, which say it themselves.
    pub tif: Option<Tif>,
    /// In which hours it works; `None` for auctions, foreign exchange and crypto.
    pub session: Option<Session>,
    /// Its exits.
    pub exits: Option<Exits<P, D>>,
    /// The rest.
    pub attributes: Attributes<D, C>,
}

/// How much of an order, in numbers.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Quantity {
    /// Shares, contracts, units of the base currency.
    Units(Qty),
    /// Money: what IB takes for market buys of crypto (`cashQty`), with the currency in capitals.
    Money(Cash, String),
}

/// An order's terms with every number absolute, for contracts known as `C`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct OrderTerms<C> {
    /// How much.
    pub quantity: Quantity,
    /// At which price. Net prices of combos are signed as on the wire: below zero, a buy receives and a sell pays.
    pub pricing: Pricing<Price, Distance>,
    /// All else.
    pub clauses: Clauses<Price, Distance, C>,
}
