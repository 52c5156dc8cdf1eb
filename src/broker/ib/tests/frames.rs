//! What the gateway reads in the frame of an order is the order that was approved, field by field.

use super::wire::Wire;
use super::*;
use crate::domain::instrument::ContractRef;
use crate::domain::order::{Conditions, Distance, Oca, OcaKind, OrderKind, Peg, Test, Trigger, Watched};
use crate::domain::terms::{Algo, Moment, Zone};
use crate::gateway::venue::{self, Kind, Offset, OrderRequest, Snap, Terms};

/// An order as it is approved, and what the gateway is to read or to refuse it with.
struct Row {
    spec: OrderSpec,
    wanted: Result<OrderRequest, i32>,
}

fn price(text: &str) -> Price {
    text.parse().expect("a price")
}

fn money(text: &str) -> Distance {
    Distance::Money(price(text))
}

fn percent(text: &str) -> Distance {
    Distance::Percent(text.parse().expect("a number"))
}

/// 2026-11-20 at 10:30 in New York, and the same in nanoseconds.
const AT: Moment = Moment {
    date: jiff::civil::date(2026, 11, 20),
    time: Some(jiff::civil::time(10, 30, 0, 0)),
    zone: Some(Zone::Eastern),
};
const AT_NANOS: Nanos = 1_795_188_600_000_000_000;
/// The last second of that day in New York.
const DAY_NANOS: Nanos = 1_795_237_199_000_000_000;

/// `buy 100 AAPL lmt 100 day rth`, and what it is to the gateway.
fn base() -> (OrderSpec, OrderRequest) {
    let apple = apple();
    let limit = OrderKind::Limit(Price::from(100));
    let spec = OrderSpec::new(apple.con_id, apple.symbol, Verb::Buy, Side::Buy, Qty::from(100), limit);
    let request = OrderRequest {
        client_id: 1,
        order_id: 0,
        con_id: apple.con_id.0,
        action: venue::Action::Buy,
        quantity: Qty::from(100),
        kind: Kind::Limit(Price::from(100)),
        tif: venue::Tif::Day,
        outside_rth: false,
        account: "DU0000001".to_owned(),
        order_ref: String::new(),
        transmit: true,
        terms: Terms::default(),
        echo: Vec::new(),
    };
    (spec, request)
}

fn row(say: impl FnOnce(&mut OrderSpec), want: impl FnOnce(&mut OrderRequest)) -> Row {
    let (mut spec, mut request) = base();
    say(&mut spec);
    want(&mut request);
    Row { spec, wanted: Ok(request) }
}

/// What the paper gateway does not simulate and refuses by this code; TWS takes it.
fn refused_there(code: i32, say: impl FnOnce(&mut OrderSpec)) -> Row {
    Row { wanted: Err(code), ..row(say, |_| {}) }
}

/// An order of this type.
fn kind(said: OrderKind, wanted: Kind) -> Row {
    row(|s| s.kind = said, |r| r.kind = wanted)
}

fn pegged(to: Peg, offset: Option<&str>, cap: Option<&str>, wanted: Kind) -> Row {
    kind(OrderKind::Pegged { to, offset: offset.map(money), cap: cap.map(price) }, wanted)
}

/// A peg at the gateway.
fn peg(to: venue::Peg, offset: &str, cap: Option<&str>) -> Kind {
    Kind::Peg { to, offset: Offset::Amount(price(offset)), cap: cap.map(price) }
}

fn kinds() -> Vec<Row> {
    let (stop, limit) = (price("102"), price("102.5"));
    let trail = |by, from: Option<&str>, off: Option<&str>| OrderKind::Trail {
        by,
        from: from.map(price),
        limit_offset: off.map(price),
    };
    let by = |text: &str| Offset::Amount(price(text));
    let share = |text: &str| Offset::Percent(text.parse().expect("a number"));
    vec![
        kind(OrderKind::Market, Kind::Market),
        kind(OrderKind::Limit(price("99.99")), Kind::Limit(price("99.99"))),
        kind(OrderKind::Stop { trigger: stop, limit: None }, Kind::Stop(stop)),
        kind(OrderKind::Stop { trigger: stop, limit: Some(limit) }, Kind::StopLimit { trigger: stop, limit }),
        kind(OrderKind::Touched { trigger: price("99"), limit: None }, Kind::Touched(price("99"))),
        kind(
            OrderKind::Touched { trigger: price("99"), limit: Some(price("99.1")) },
            Kind::TouchedLimit { trigger: price("99"), limit: price("99.1") },
        ),
        kind(trail(money("2.5"), None, None), Kind::Trail { by: by("2.5"), start: None }),
        kind(trail(percent("1.25"), Some("103"), None), Kind::Trail { by: share("1.25"), start: Some(price("103")) }),
        kind(
            trail(money("2"), Some("103"), Some("0.1")),
            Kind::TrailLimit { by: by("2"), start: Some(price("103")), room: price("0.1") },
        ),
        kind(
            trail(percent("2"), None, Some("0.05")),
            Kind::TrailLimit { by: share("2"), start: None, room: price("0.05") },
        ),
        kind(OrderKind::MarketOnClose, Kind::MarketOnClose),
        kind(OrderKind::LimitOnClose(price("101.5")), Kind::LimitOnClose(price("101.5"))),
        row(|s| s.kind = OrderKind::MarketOnOpen, |r| (r.kind, r.tif) = (Kind::Market, venue::Tif::Opening)),
        row(
            |s| s.kind = OrderKind::LimitOnOpen(price("101.5")),
            |r| (r.kind, r.tif) = (Kind::Limit(price("101.5")), venue::Tif::Opening),
        ),
        kind(OrderKind::MarketToLimit, Kind::MarketToLimit),
        refused_there(201, |s| s.kind = OrderKind::Auction(price("100"))),
        kind(OrderKind::Midprice { cap: None }, peg(venue::Peg::MidPrice, "0", None)),
        kind(OrderKind::Midprice { cap: Some(price("100.6")) }, peg(venue::Peg::MidPrice, "0", Some("100.6"))),
        pegged(Peg::Relative, Some("0.02"), Some("100.5"), peg(venue::Peg::Primary, "0.02", Some("100.5"))),
        pegged(Peg::Relative, None, None, peg(venue::Peg::Primary, "0", None)),
        pegged(Peg::Market, Some("0.03"), Some("100.9"), peg(venue::Peg::Market, "0.03", Some("100.9"))),
        pegged(Peg::Midpoint, Some("0.01"), Some("100.7"), peg(venue::Peg::Midpoint, "0.01", Some("100.7"))),
        pegged(Peg::SnapMarket, Some("0.04"), None, Kind::Snap { to: Snap::Market, offset: price("0.04") }),
        pegged(Peg::SnapMidpoint, None, None, Kind::Snap { to: Snap::Midpoint, offset: Price::ZERO }),
        pegged(Peg::SnapPrimary, Some("0.01"), None, Kind::Snap { to: Snap::Primary, offset: price("0.01") }),
    ]
}

fn times() -> Vec<Row> {
    let day = Moment { time: None, zone: None, ..AT };
    vec![
        row(|s| s.tif = Tif::Gtc, |r| r.tif = venue::Tif::Gtc),
        row(|s| s.tif = Tif::Ioc, |r| r.tif = venue::Tif::Ioc),
        row(|s| s.tif = Tif::Fok, |r| r.tif = venue::Tif::Fok),
        row(|s| s.tif = Tif::Dtc, |r| r.tif = venue::Tif::Dtc),
        row(|s| s.tif = Tif::Gtd(AT), |r| r.tif = venue::Tif::Until(AT_NANOS)),
        row(|s| s.tif = Tif::Gtd(day), |r| r.tif = venue::Tif::Until(DAY_NANOS)),
        row(|s| s.session = Hours::Extended, |r| r.outside_rth = true),
        row(|s| (s.tif, s.session) = (Tif::Gtc, Hours::Extended), |r| (r.tif, r.outside_rth) = (venue::Tif::Gtc, true)),
    ]
}

fn attributes() -> Vec<Row> {
    let group = |kind, wanted| {
        let oca = Oca { name: "exit~0001".to_owned(), kind };
        let theirs = venue::Oca { group: "exit~0001".to_owned(), kind: wanted };
        row(|s| s.attributes.oca = Some(oca), |r| r.terms.oca = Some(theirs))
    };
    let method = |said, wanted| {
        row(
            |s| {
                s.kind = OrderKind::Stop { trigger: price("102"), limit: None };
                s.attributes.trigger = Some(said);
            },
            |r| (r.kind, r.terms.trigger_method) = (Kind::Stop(price("102")), wanted),
        )
    };
    vec![
        row(|s| s.attributes.show = Some(Qty::from(10)), |r| r.terms.display = Some(10)),
        row(|s| s.attributes.min = Some(Qty::from(20)), |r| r.terms.min_quantity = Some(20)),
        row(|s| s.attributes.discretion = Some(money("0.05")), |r| r.terms.discretion = Some(price("0.05"))),
        row(|s| s.attributes.hidden = true, |r| r.terms.hidden = true),
        row(|s| s.attributes.all_or_none = true, |r| r.terms.all_or_none = true),
        row(|s| s.attributes.sweep = true, |r| r.terms.sweep = true),
        row(|s| s.attributes.after = Some(AT), |r| r.terms.good_after = Some(AT_NANOS)),
        group(OcaKind::Cancel, venue::OcaType::Cancel),
        group(OcaKind::Reduce, venue::OcaType::Reduce),
        group(OcaKind::ReduceNow, venue::OcaType::ReduceLater),
        method(Trigger::DoubleBidAsk, venue::TriggerMethod::DoubleBidAsk),
        method(Trigger::Last, venue::TriggerMethod::Last),
        method(Trigger::DoubleLast, venue::TriggerMethod::DoubleLast),
        method(Trigger::BidAsk, venue::TriggerMethod::BidAsk),
        method(Trigger::LastOrBidAsk, venue::TriggerMethod::LastOrBidAsk),
        method(Trigger::Midpoint, venue::TriggerMethod::Midpoint),
        // A note of the desk's own, and the words that allow something to the guard, change nothing on the wire.
        row(|s| (s.attributes.tag, s.attributes.flip) = (Some("fade".to_owned()), true), |_| {}),
        row(|s| (s.verb, s.side) = (Verb::Short, Side::Sell), |r| r.action = venue::Action::Sell),
        refused_there(201, |s| s.attributes.post = true),
        refused_there(201, |s| s.attributes.hold = true),
    ]
}

fn conditions() -> Vec<Row> {
    let msft = ContractRef { con_id: ConId(272_093), symbol: "MSFT".into() };
    let tested = |said: Vec<Test<ContractRef>>, all, wanted: Vec<venue::Test>| {
        row(
            |s| s.attributes.when = Some(Conditions { all, tests: said }),
            |r| {
                let tests = venue::Conditions { all, cancels: false, ignore_rth: false, tests: wanted };
                r.terms.conditions = Some(tests);
            },
        )
    };
    let number = |text: &str| text.parse::<rust_decimal::Decimal>().expect("a number");
    let of = |of, above, value: &str| Test::Market { contract: msft.clone(), of, above, value: number(value) };
    let con_id = msft.con_id.0;
    let at = |method, above, text: &str| venue::Test::Price { con_id, method, above, price: price(text) };
    let one = |said, wanted| tested(vec![said], true, vec![wanted]);
    let last = || of(Watched::Last, true, "190.5");
    let theirs = || at(venue::TriggerMethod::Last, true, "190.5");
    let mut rows = vec![
        one(last(), theirs()),
        one(of(Watched::Mid, false, "190"), at(venue::TriggerMethod::Midpoint, false, "190")),
        one(of(Watched::DoubleLast, true, "190"), at(venue::TriggerMethod::DoubleLast, true, "190")),
        one(of(Watched::BidAsk, false, "190"), at(venue::TriggerMethod::BidAsk, false, "190")),
        one(of(Watched::Volume, true, "1000000"), venue::Test::Volume { con_id, above: true, shares: 1_000_000 }),
        one(of(Watched::Change, false, "-2.5"), venue::Test::Change { con_id, above: false, percent: number("-2.5") }),
        one(Test::Time { after: true, at: AT }, venue::Test::Time { after: true, at: AT_NANOS }),
        one(
            Test::Time { after: true, at: Moment { time: None, zone: None, ..AT } },
            venue::Test::Time { after: true, at: DAY_NANOS },
        ),
        one(
            Test::Time { after: false, at: Moment { time: None, zone: None, ..AT } },
            venue::Test::Time { after: false, at: DAY_NANOS - 86_399_000_000_000 },
        ),
        one(Test::Cushion { above: false, percent: number("10") }, venue::Test::Cushion { above: false, percent: 10 }),
        one(Test::Filled(msft.clone()), venue::Test::Execution { con_id }),
        tested(
            vec![last(), Test::Time { after: false, at: AT }],
            true,
            vec![theirs(), venue::Test::Time { after: false, at: AT_NANOS }],
        ),
        tested(
            vec![last(), Test::Filled(msft.clone()), of(Watched::Last, false, "180")],
            false,
            vec![theirs(), venue::Test::Execution { con_id }, at(venue::TriggerMethod::Last, false, "180")],
        ),
    ];
    let cancelled = |session, ignore_rth| {
        row(
            |s| {
                s.attributes.cancel_when = Some(Conditions { all: true, tests: vec![last()] });
                s.session = session;
            },
            |r| {
                let tests = venue::Conditions { all: true, cancels: true, ignore_rth, tests: vec![theirs()] };
                (r.terms.conditions, r.outside_rth) = (Some(tests), ignore_rth);
            },
        )
    };
    rows.extend([cancelled(Hours::Regular, false), cancelled(Hours::Extended, true)]);
    rows
}

fn algorithms() -> Vec<Row> {
    let said = |s: &mut OrderSpec, name: &str, settings: &[(&str, &str)], flags: &[&str]| {
        let settings = settings.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
        let flags = flags.iter().map(ToString::to_string).collect();
        s.attributes.algo = Some(Algo { name: name.to_owned(), settings, flags });
    };
    let worked = |way, start, end, past| Some(venue::Algo { way, start, end, past });
    let at = |hour| Some(jiff::civil::time(hour, 30, 0, 0));
    vec![
        row(|s| said(s, "twap", &[], &[]), |r| r.terms.algo = worked(venue::Way::Twap, None, None, false)),
        row(
            |s| said(s, "twap", &[("from", "10:30"), ("style", "marketable"), ("to", "15:30")], &["past"]),
            |r| r.terms.algo = worked(venue::Way::Twap, at(10), at(15), true),
        ),
        row(
            |s| said(s, "pctvol", &[("pct", "12.5%")], &[]),
            |r| r.terms.algo = worked(venue::Way::PctVol("12.5".parse().expect("a number")), None, None, false),
        ),
        refused_there(201, |s| said(s, "pctvol", &[("pct", "10%")], &["notake"])),
        refused_there(201, |s| said(s, "vwap", &[("pct", "10%")], &[])),
        refused_there(201, |s| said(s, "adaptive", &[], &["urgent"])),
    ]
}

#[tokio::test]
async fn the_frame_that_the_gateway_reads_is_the_approved_order_field_by_field() {
    let venue = Venue::open(Options::default()).await;
    let mut wire = Wire::to(venue.address).await;
    let mut bench = Bench::start(Profile { address: wire.address.to_string().into(), ..venue.profile() });
    bench.hand = Some(venue.hand.clone());
    let (account, first) = bench.until_ready().await;
    // Without the list of the paper gateway's contract: what TWS takes and the paper gateway refuses goes out too.
    let instrument = apple();
    let rows: Vec<Row> = [kinds(), times(), attributes(), conditions(), algorithms()].into_iter().flatten().collect();
    assert!(rows.len() > 50, "{} rows", rows.len());
    for (n, Row { spec, wanted }) in (0..).zip(rows) {
        let (key, id) = (format!("k3f2-1-{n}"), first + n);
        let order = approved(&key, spec.clone(), &account, &instrument, Stamp::now());
        bench.send(Command::Place(order, Intent::unproven(i64::from(n), id)));
        bench.until("sent", |e| matches!(e, Event::Sent { ids, .. } if ids.order_id == id).then_some(())).await;
        let frame = timeout(PATIENCE, wire.order()).await.expect("a frame");
        let read = gateway::read_order(1, &frame);
        match (read, wanted) {
            (Ok(read), Ok(wanted)) => {
                let wanted = OrderRequest { order_id: id, order_ref: key, echo: read.echo.clone(), ..wanted };
                assert_eq!(read, wanted, "{spec:?}");
            }
            (Err((code, _)), Err(wanted)) => assert_eq!(code, wanted, "{spec:?}"),
            (read, wanted) => panic!("{spec:?}: {read:?} instead of {wanted:?}"),
        }
    }
    wire.close();
    bench.close().await;
    venue.close().await;
}
