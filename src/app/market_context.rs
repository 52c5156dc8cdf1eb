//! What a sentence is resolved against: everything the model knows of a contract, its market, the position and the account.
//!
//! What is not known stays `None`, and a sentence that needs it is refused by its name. Absent: the day's average price,
//! rates between currencies.

use jiff::civil::Date;
use rust_decimal::Decimal;

use super::model::{Bars, Days, Model};
use super::select;
use crate::clock::eastern;
use crate::domain::bar::{Bar, BarHours, BarKey, Interval};
use crate::domain::instrument::{ConId, Instrument};
use crate::domain::order::{Attributes, Oca, OrderKind, OrderSpec, Side, Verb};
use crate::domain::terms::Zone;
use crate::math;
use crate::money::{Price, Qty};
use crate::risk::{self, Origin};
use crate::sentence::Context;

/// Days of the average true range.
const ATR_DAYS: u16 = 14;

/// Past days kept of each contract: Wilder's average has settled long before so many.
const DAYS_KEPT: usize = 100;

/// What is known of this contract.
pub fn context<'m>(model: &'m Model, instrument: &'m Instrument) -> Context<'m> {
    let con_id = instrument.con_id;
    let quote = model.market.quotes.get(&con_id);
    let position = model.positions.get(&con_id);
    let before = prior_day(model, con_id);
    let same_currency = instrument.currency.eq_ignore_ascii_case(&model.account.currency);
    Context {
        bid: quote.and_then(|q| q.bid),
        ask: quote.and_then(|q| q.ask),
        last: quote.and_then(|q| q.last),
        open: quote.and_then(|q| q.open),
        high: quote.and_then(|q| q.high),
        low: quote.and_then(|q| q.low),
        prior_close: quote.and_then(|q| q.close),
        prior_high: before.map(|bar| bar.high),
        prior_low: before.map(|bar| bar.low),
        average_cost: position.filter(|p| !p.qty.is_zero()).and_then(|p| p.avg_cost),
        position: select::held(model, con_id),
        working_sells: working(model, instrument, Side::Sell, None),
        working_buys: working(model, instrument, Side::Buy, None),
        net_liquidation: model.account.net_liquidation,
        buying_power: model.account.buying_power,
        account_rate: same_currency.then_some(Decimal::ONE),
        risk_unit: model.settings.risk_unit.amount(model.account.net_liquidation, &model.account.currency),
        atr: atr(model, instrument),
        preset: Some(select::preset(model, Some(instrument))),
        rule: Some(&instrument.rule),
        multiplier: Some(instrument.multiplier),
        currency: Some(&instrument.currency),
        size_increment: Some(instrument.size_increment),
        zone: Some(Zone::Eastern),
        now: Some(model.now.timestamp()),
        ..Context::default()
    }
}

/// What is known of this contract for an order of this group: the others of the group fill instead of it and take nothing.
pub fn in_group<'m>(model: &'m Model, instrument: &'m Instrument, oca: Option<&Oca>) -> Context<'m> {
    Context {
        working_sells: working(model, instrument, Side::Sell, oca),
        working_buys: working(model, instrument, Side::Buy, oca),
        ..context(model, instrument)
    }
}

/// What working orders of a side can still fill, as far as they do not fill instead of one another or of an order of this
/// group.
fn working(model: &Model, instrument: &Instrument, side: Side, oca: Option<&Oca>) -> Option<Qty> {
    let live = select::live_of(model, instrument.con_id);
    let ctx = select::context(model, instrument.con_id, &live, Origin::Sentence);
    let spec = OrderSpec {
        attributes: Attributes { oca: oca.cloned(), ..Attributes::default() },
        ..OrderSpec::new(
            instrument.con_id,
            instrument.symbol.clone(),
            Verb::Buy,
            side,
            instrument.size_increment,
            OrderKind::Market,
        )
    };
    risk::working_of_side(side, &spec, &ctx)
}

/// The bars of days that are here, oldest first, without the one of today.
fn days(model: &Model, con_id: ConId) -> &[Bar] {
    let key = BarKey { con_id, interval: Interval::Day1, hours: BarHours::Regular };
    let today = model.now.eastern().date();
    match (model.market.bars.get(&key), model.market.days.get(&con_id)) {
        (Some(Bars::Loaded { bars, .. }), _) => before(bars, today),
        (_, Some(days)) if days.on == today => &days.bars,
        _ => &[],
    }
}

/// Whether the past days of this contract are here.
pub fn has_days(model: &Model, con_id: ConId) -> bool {
    model.market.days.get(&con_id).is_some_and(|days| days.on == model.now.eastern().date())
}

/// Bars of days as they are kept when their contract leaves the chart.
pub fn past_days(bars: &[Bar], today: Date) -> Days {
    let past = before(bars, today);
    let kept = past.get(past.len().saturating_sub(DAYS_KEPT)..).unwrap_or_default();
    Days { on: today, bars: kept.to_vec() }
}

fn before(bars: &[Bar], today: Date) -> &[Bar] {
    let is_today =
        |bar: &Bar| jiff::Timestamp::from_second(bar.start).is_ok_and(|at| at.to_zoned(eastern()).date() >= today);
    let past = bars.iter().position(is_today).unwrap_or(bars.len());
    bars.get(..past).unwrap_or_default()
}

fn prior_day(model: &Model, con_id: ConId) -> Option<&Bar> {
    days(model, con_id).last()
}

/// Wilder's average true range of the last days, on the tick.
fn atr(model: &Model, instrument: &Instrument) -> Option<Price> {
    let samples: Vec<math::Sample> = math::samples(days(model, instrument.con_id), None);
    let value = math::atr(&samples, ATR_DAYS).last().copied().flatten()?;
    let places = instrument.rule.steps().iter().map(|s| s.increment.0.normalize().scale()).max().unwrap_or(2);
    math::decimal(value, places).map(Price).filter(|p| p.is_positive())
}
