//! The moment of `screens.md`: Friday 2026-11-20 10:42:07 ET in the paper account, restricted to stocks and to orders
//! that this release has.

use std::sync::Arc;
use std::time::Duration;

use rust_decimal::Decimal;

use crate::app::bindings;
use crate::app::model::{Bars, Journal, Model, Older};
use crate::app::notices::Tone;
use crate::broker::JobId;
use crate::broker::event::{Link, Refusal};
use crate::clock::Stamp;
use crate::config::Settings;
use crate::domain::SafeText;
use crate::domain::account::{AccountId, AccountValues, Mode};
use crate::domain::bar::{Bar, BarHours, BarKey, Interval};
use crate::domain::calendar::Hours;
use crate::domain::fill::{Commission, ExecId, Execution};
use crate::domain::instrument::ConId;
use crate::domain::order::{BrokerIds, Order, OrderKey, OrderKind, OrderSpec, OrderState, Ownership, Side, Tif, Verb};
use crate::domain::position::{Pnl, Position};
use crate::domain::quote::{DataType, Direction, Quote};
use crate::domain::samples::stock;
use crate::money::{Cash, Price, Qty};
use crate::panes::PaneKind;
use crate::panes::ticket::{self, JOIN, Staged};
use crate::panes::watchlist::Row;
use crate::risk::{Assessment, Class, Finding, Weight};

/// 10:42:07 ET on 2026-11-20.
pub const NOW: i64 = 1_795_189_327_000_000_000;

/// Symbol, last, direction, close, bid, ask, volume in thousands, name.
type QuoteRow = (&'static str, &'static str, Direction, &'static str, &'static str, &'static str, i64, &'static str);

/// Symbol, quantity, average, unrealised, of the day, realised.
type PositionRow = (&'static str, i64, Option<&'static str>, Option<&'static str>, &'static str, Option<&'static str>);

/// Order, symbol, side, quantity, price, how many seconds ago, venue, commission.
type ExecutionRow = (i32, &'static str, Side, i64, &'static str, i64, &'static str, Option<&'static str>);

const UP: Direction = Direction::Up;
const DOWN: Direction = Direction::Down;

const QUOTES: [QuoteRow; 16] = [
    ("AAPL", "187.21", UP, "186.43", "187.20", "187.22", 12_100, "Apple Inc"),
    ("MSFT", "414.05", DOWN, "413.10", "414.02", "414.09", 4_860, "Microsoft Corp"),
    ("NVDA", "172.84", DOWN, "173.20", "172.83", "172.85", 41_300, "NVIDIA Corp"),
    ("AMZN", "181.46", UP, "180.88", "181.45", "181.47", 9_720, "Amazon.com Inc"),
    ("META", "498.62", DOWN, "501.07", "498.58", "498.66", 3_150, "Meta Platforms Inc"),
    ("GOOGL", "163.07", UP, "162.40", "163.06", "163.08", 6_400, "Alphabet Inc"),
    ("TSLA", "245.62", DOWN, "247.30", "245.59", "245.64", 22_800, "Tesla Inc"),
    ("AMD", "159.44", UP, "157.92", "159.43", "159.45", 14_900, "Advanced Micro Devices"),
    ("AVGO", "171.28", UP, "170.11", "171.25", "171.30", 5_030, "Broadcom Inc"),
    ("NFLX", "702.15", DOWN, "705.89", "701.98", "702.31", 812, "Netflix Inc"),
    ("INTC", "21.87", DOWN, "21.90", "21.86", "21.88", 18_700, "Intel Corp"),
    ("SPY", "499.83", UP, "498.73", "499.82", "499.83", 21_600, "SPDR S&P 500 ETF"),
    ("QQQ", "431.02", UP, "429.65", "431.01", "431.02", 13_200, "Invesco QQQ"),
    ("IWM", "218.44", UP, "217.20", "218.43", "218.44", 7_910, "iShares Russell 2000"),
    ("TLT", "93.12", DOWN, "93.55", "93.11", "93.12", 11_000, "iShares 20+ Year Treasury"),
    ("GLD", "242.36", UP, "241.90", "242.35", "242.37", 3_440, "SPDR Gold"),
];

pub fn price(text: &str) -> Price {
    text.parse().unwrap()
}

pub fn cash(text: &str) -> Cash {
    text.parse().unwrap()
}

pub fn id_of(symbol: &str) -> ConId {
    let at = QUOTES.iter().position(|q| q.0 == symbol).unwrap();
    ConId(1_000 + i32::try_from(at).unwrap())
}

/// Bars of regular hours.
pub fn bar_key(symbol: &str, interval: Interval) -> BarKey {
    BarKey { con_id: id_of(symbol), interval, hours: BarHours::Regular }
}

/// Bars that are here, with none before them.
pub fn loaded(bars: Vec<Bar>) -> Bars {
    Bars::Loaded { job: JobId(1), bars, older: Older::End }
}

/// So long before now.
pub fn ago(seconds: i64) -> Stamp {
    Stamp::at(NOW - seconds * 1_000_000_000)
}

/// A desk that has just been started and has heard nothing.
pub fn fresh(width: u16, height: u16) -> Model {
    let settings = Settings::default();
    let mut model = Model::new(settings, "embedded", Mode::Paper, Arc::new(bindings::fallback()), (width, height));
    model.now = Stamp::at(NOW);
    model.desk.hours = Hours::Always;
    model.desk.link_at = model.now;
    model.desk.link = Link::Dialling { address: SafeText::new("127.0.0.1:7497"), attempt: 1, next_in: None, why: None };
    model
}

/// The moment.
pub fn moment(width: u16, height: u16) -> Model {
    let mut model = fresh(width, height);
    connect(&mut model, Mode::Paper);
    model.panes.watchlist.rows = QUOTES.iter().map(|q| row(q.0)).collect();
    for (symbol, last, direction, close, bid, ask, volume, name) in QUOTES {
        let id = id_of(symbol);
        model.market.instruments.insert(id, stock(id, symbol, name));
        let quote = Quote {
            bid: Some(price(bid)),
            bid_size: Some(300.into()),
            ask: Some(price(ask)),
            ask_size: Some(500.into()),
            last: Some(price(last)),
            direction,
            close: Some(price(close)),
            volume: Some(Qty::from(volume * 1_000)),
            halted: symbol == "INTC",
            data_type: if symbol == "GLD" { DataType::Delayed } else { DataType::Live },
            at: Some(Stamp::at(NOW - 200_000_000)),
            last_at: Some(ago(2)),
            ..Quote::default()
        };
        model.market.quotes.insert(id, quote);
    }
    model.market.last_at = Some(Stamp::at(NOW - 200_000_000));
    model.market.bars.insert(bar_key("AAPL", Interval::Min5), loaded(bars()));
    positions(&mut model);
    account(&mut model);
    orders(&mut model);
    model.notices.say(ago(12), Tone::Info, "partial 80/200 AMZN @ 181.40", None);
    model
}

/// The moment with `buy 100 AAPL lmt 187.20 day rth` staged and the ticket in focus.
pub fn staged(width: u16, height: u16) -> Model {
    let mut model = moment(width, height);
    stage(&mut model, "187.20", Vec::new());
    model
}

/// Stages a buy of 100 AAPL at a limit, with what the guard has found.
pub fn stage(model: &mut Model, limit: &str, findings: Vec<Finding>) {
    let spec = spec("AAPL", Verb::Buy, 100, Some(limit), Tif::Day);
    let pricing = if limit == "187.20" { JOIN } else { ticket::limit(price(limit)) };
    let staged =
        Staged::new((spec.con_id, spec.symbol.clone()), Verb::Buy, Some(spec.qty), pricing, PaneKind::Watchlist);
    model.panes.ticket.staged = Some(Box::new(Staged {
        spec: Some(spec),
        assessment: Some(Assessment { class: Class::Entry, findings }),
        dirty: false,
        ..staged
    }));
    model.workspace.focus_on(PaneKind::Ticket);
}

/// A finding of the guard.
pub fn finding(code: &'static str, weight: Weight, text: &str, fix: Option<OrderSpec>) -> Finding {
    Finding { code, weight, text: text.into(), fix: fix.map(Box::new) }
}

/// READY with the account of a mode.
pub fn connect(model: &mut Model, mode: Mode) {
    let account = AccountId::new(if mode == Mode::Paper { "DU0000001" } else { "U1234821" });
    model.desk.account = Some(account.clone());
    model.desk.mode = mode;
    model.desk.positions_known = true;
    model.desk.journal = Journal::Open { tag: SafeText::new("tw4k"), run: 32 };
    model.desk.alive = Some(Stamp::at(NOW - 500_000_000));
    model.desk.round_trip = Some(Duration::from_micros(if mode == Mode::Paper { 300 } else { 1_800 }));
    model.desk.link_at = ago(4_000);
    model.desk.link =
        Link::Ready { account, mode, read_only: false, client_id: 1, next_order_id: 32, server_version: 213 };
    model.desk.client_id = 1;
    if mode == Mode::Live {
        (model.desk.profile, model.desk.hours) = (SafeText::new("live"), Hours::NewYork);
    }
}

/// The link is gone since 35 seconds; the third attempt waits four.
pub fn disconnect(model: &mut Model) {
    (model.desk.profile, model.desk.hours) = (SafeText::new("paper"), Hours::NewYork);
    model.now = Stamp::at(NOW + 35_000_000_000);
    model.desk.alive = None;
    model.desk.link_at = Stamp::at(NOW);
    let why = Some(Refusal { code: Some(502), text: SafeText::new("connection reset") });
    let next_in = Some(Duration::from_secs(39));
    model.desk.link = Link::Dialling { address: SafeText::new("127.0.0.1:7497"), attempt: 3, next_in, why };
}

fn row(symbol: &str) -> Row {
    Row { symbol: SafeText::new(symbol), con_id: Some(id_of(symbol)), refused: None }
}

fn positions(model: &mut Model) {
    let rows: [PositionRow; 6] = [
        ("AAPL", 300, Some("186.42"), Some("237.00"), "170.00", None),
        ("AMZN", 80, Some("181.4125"), Some("3.80"), "3.80", None),
        ("MSFT", 80, Some("415.20"), Some("-92.00"), "76.00", None),
        ("NVDA", 120, Some("171.90"), Some("112.80"), "-43.20", None),
        ("TSLA", -50, Some("246.10"), Some("24.00"), "24.00", None),
        ("AMD", 0, None, None, "49.00", Some("49.00")),
    ];
    for (symbol, qty, average, unrealized, daily, realized) in rows {
        let con_id = id_of(symbol);
        let last = model.market.quotes[&con_id].last.unwrap();
        let position = Position {
            con_id,
            symbol: SafeText::new(symbol),
            qty: qty.into(),
            avg_cost: average.map(price),
            pnl: Pnl {
                daily: Some(cash(daily)),
                unrealized: unrealized.map(cash),
                realized: realized.map(cash).or(Some(Cash::ZERO)),
            },
            value: last.value_of(qty.into(), Decimal::ONE),
            at: ago(1),
        };
        model.positions.insert(con_id, position);
    }
}

fn account(model: &mut Model) {
    model.account = AccountValues {
        currency: SafeText::new("USD"),
        net_liquidation: Some(cash("1000691.96")),
        cash: Some(cash("888428.36")),
        gross_value: Some(cash("136825.60")),
        init_margin: Some(cash("68412.80")),
        maint_margin: Some(cash("34820.45")),
        available_funds: Some(cash("932279.16")),
        excess_liquidity: Some(cash("965871.51")),
        buying_power: Some(cash("3729116.64")),
        settled_cash: None,
        cushion: Some("0.9652".parse().unwrap()),
        pnl: Pnl { daily: Some(cash("279.60")), unrealized: Some(cash("285.60")), realized: Some(cash("49.00")) },
        at: Some(ago(1)),
    };
}

/// An order's terms.
pub fn spec(symbol: &str, verb: Verb, qty: i64, limit: Option<&str>, tif: Tif) -> OrderSpec {
    let side = if verb == Verb::Buy { Side::Buy } else { Side::Sell };
    let kind = limit.map_or(OrderKind::Market, |l| OrderKind::Limit(price(l)));
    OrderSpec { tif, ..OrderSpec::new(id_of(symbol), SafeText::new(symbol), verb, side, qty.into(), kind) }
}

/// An order with its number, what became of it, what filled, and how many seconds ago that was.
pub fn order(number: i32, spec: OrderSpec, state: OrderState, filled: i64, seconds: i64) -> Order {
    let key = OrderKey::own(&format!("tw4k-000020-{number}"));
    let ids = BrokerIds { client_id: 1, order_id: number, perm_id: 1_482_209_900 + i64::from(number) };
    Order { filled: filled.into(), ..Order::new(key, ids, spec, state, ago(seconds)) }
}

fn put(model: &mut Model, order: Order) {
    model.orders.all.insert(order.key.clone(), order);
}

fn orders(model: &mut Model) {
    let filled = [
        (20, spec("AAPL", Verb::Buy, 100, Some("187.06"), Tif::Day), "187.06", 4_255),
        (21, spec("TSLA", Verb::Short, 50, Some("246.12"), Tif::Day), "246.12", 3_397),
        (23, spec("AMD", Verb::Buy, 60, Some("158.20"), Tif::Day), "158.20", 2_997),
        (25, spec("AMD", Verb::Sell, 60, Some("159.05"), Tif::Day), "159.05", 2_003),
    ];
    for (number, spec, average, seconds) in filled {
        let qty = i64::try_from(spec.qty.0).unwrap();
        let mut done = order(number, spec, OrderState::Filled, qty, seconds);
        done.avg_fill = Some(price(average));
        put(model, done);
    }
    let mut cancelled =
        order(24, spec("MSFT", Verb::Buy, 50, Some("412.00"), Tif::Day), OrderState::Cancelled, 0, 2_374);
    cancelled.remark = Some((202, SafeText::new("by you 10:02:33")));
    put(model, cancelled);
    let mut refused = order(27, spec("AMD", Verb::Short, 400, Some("159.60"), Tif::Day), OrderState::Rejected, 0, 527);
    refused.remark = Some((201, SafeText::new("no shares to borrow; at most 300 can be sold short")));
    put(model, refused);
    let amzn = spec("AMZN", Verb::Buy, 200, Some("181.40"), Tif::Day);
    put(model, order(26, amzn, OrderState::Working, 80, 747));
    put(model, order(28, spec("AAPL", Verb::Buy, 100, Some("187.05"), Tif::Day), OrderState::Working, 0, 365));
    put(model, order(29, spec("META", Verb::Buy, 40, Some("497.50"), Tif::Day), OrderState::Working, 0, 116));
    let exit = |number: i32, kind: OrderKind| {
        let terms = spec("META", Verb::Sell, 40, None, Tif::Gtc);
        let order = order(number, OrderSpec { kind, ..terms }, OrderState::Held, 0, 116);
        Order { parent: Some(OrderKey::own("tw4k-000020-29")), ..order }
    };
    put(model, exit(30, OrderKind::Limit(price("508.00"))));
    put(model, exit(31, stop("492.00")));
    put(model, stop_of(15, "AAPL", 300, "185.60", 90_000));
    put(model, stop_of(12, "MSFT", 80, "409.80", 270_000));
    let cover = OrderSpec { kind: stop("249.50"), ..spec("TSLA", Verb::Buy, 50, None, Tif::Gtc) };
    put(model, order(22, cover, OrderState::Held, 0, 3_380));
    let mut foreign = stop_of(0, "NVDA", 120, "169.00", 95_000);
    foreign.key = OrderKey::foreign(1_482_000_001);
    foreign.ownership = Ownership::Foreign;
    put(model, foreign);
    executions(model);
}

fn stop(at: &str) -> OrderKind {
    OrderKind::Stop { trigger: price(at), limit: None }
}

/// A stop below a long position.
fn stop_of(number: i32, symbol: &str, qty: i64, at: &str, seconds: i64) -> Order {
    let terms = OrderSpec { kind: stop(at), ..spec(symbol, Verb::Sell, qty, None, Tif::Gtc) };
    order(number, terms, OrderState::Held, 0, seconds)
}

fn executions(model: &mut Model) {
    let rows: [ExecutionRow; 7] = [
        (20, "AAPL", Side::Buy, 60, "187.06", 4_255, "NASDAQ", Some("0.60")),
        (20, "AAPL", Side::Buy, 40, "187.06", 4_255, "ARCA", Some("0.40")),
        (21, "TSLA", Side::Sell, 50, "246.12", 3_397, "NYSE", Some("1.00")),
        (23, "AMD", Side::Buy, 60, "158.20", 2_997, "ARCA", Some("1.00")),
        (25, "AMD", Side::Sell, 60, "159.05", 2_003, "NASDAQ", Some("1.00")),
        (26, "AMZN", Side::Buy, 50, "181.40", 662, "NASDAQ", Some("1.00")),
        (26, "AMZN", Side::Buy, 30, "181.40", 12, "ARCA", None),
    ];
    for (n, (number, symbol, side, qty, at, seconds, venue, commission)) in rows.into_iter().enumerate() {
        let exec_id = ExecId(SafeText::new(&format!("0000e0d5.{n}.01")));
        let realized = (number == 25).then(|| cash("49.00"));
        let execution = Execution {
            exec_id: exec_id.clone(),
            ids: BrokerIds { client_id: 1, order_id: number, perm_id: 1_482_209_900 + i64::from(number) },
            order_ref: SafeText::new(&format!("tw4k-000020-{number}")),
            con_id: id_of(symbol),
            symbol: SafeText::new(symbol),
            currency: Some(SafeText::new("USD")),
            multiplier: Some(Decimal::ONE),
            side,
            qty: qty.into(),
            price: price(at),
            time: Some(ago(seconds).wall),
            exchange: SafeText::new(venue),
            cum_qty: qty.into(),
            avg_price: Some(price(at)),
            commission: commission.map(|c| Commission { amount: cash(c), currency: SafeText::new("USD"), realized }),
        };
        model.orders.executions.insert(exec_id, execution);
    }
}

/// Opens, highs, lows, closes in cents above 180.00 and volumes in thousands: 14:45 to 15:55 yesterday, then from 09:30.
const BARS: [(i64, i64, i64, i64, i64); 30] = [
    (672, 676, 664, 666, 320),
    (666, 670, 658, 660, 310),
    (660, 668, 652, 664, 240),
    (664, 676, 660, 672, 250),
    (672, 682, 668, 680, 330),
    (680, 684, 670, 674, 240),
    (674, 676, 660, 662, 230),
    (662, 664, 650, 654, 240),
    (654, 656, 642, 646, 320),
    (646, 658, 640, 654, 330),
    (654, 664, 650, 660, 250),
    (660, 662, 652, 656, 240),
    (656, 658, 648, 652, 340),
    (652, 654, 644, 648, 250),
    (648, 652, 638, 642, 640),
    (692, 716, 688, 710, 2_310),
    (710, 714, 696, 700, 1_450),
    (700, 704, 686, 690, 1_180),
    (690, 692, 674, 678, 1_020),
    (678, 680, 662, 668, 900),
    (668, 682, 664, 678, 760),
    (678, 694, 676, 692, 830),
    (692, 712, 690, 708, 640),
    (708, 724, 706, 720, 820),
    (720, 732, 718, 730, 1_010),
    (730, 738, 724, 726, 990),
    (726, 736, 722, 734, 870),
    (734, 738, 716, 718, 640),
    (718, 722, 706, 710, 620),
    (714, 726, 712, 721, 182),
];

fn bars() -> Vec<Bar> {
    const YESTERDAY: i64 = 1_795_117_500;
    const OPEN: i64 = 1_795_185_000;
    let cents = |c: i64| Price(Decimal::new(18_000 + c, 2));
    BARS.iter()
        .enumerate()
        .map(|(i, (open, high, low, close, volume))| {
            let i = i64::try_from(i).unwrap();
            let start = if i < 15 { YESTERDAY + i * 300 } else { OPEN + (i - 15) * 300 };
            Bar {
                start,
                open: cents(*open),
                high: cents(*high),
                low: cents(*low),
                close: cents(*close),
                volume: Some(Qty::from(*volume * 1_000)),
            }
        })
        .collect()
}
