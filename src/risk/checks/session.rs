//! Connection, mode and state (G01–G03), and the clock: blackouts (G28), sleep (G31), auctions (G33).

use jiff::civil::{Date, Time, time};
use jiff::{Span, Zoned};

use super::{finding, price};
use crate::clock::{Phase, Stamp};
use crate::domain::account::Mode;
use crate::domain::calendar::{self, Hours};
use crate::domain::instrument::{Instrument, SecType};
use crate::domain::listed::Now;
use crate::domain::order::{OrderKey, OrderKind, OrderSpec, Session, Test, Tif};
use crate::risk::{Class, Context, Finding, Gate, Readiness, Weight};

/// Nobody lets go of an order for the close in its last minutes (`trading.md` D11).
const HELD_MINUTES: i64 = 10;
/// The opening takes orders until so many minutes before it.
const OPENING_MINUTES: i64 = 2;
/// Before a cut-off the seconds are counted for so long.
const COUNTDOWN: i64 = 120;
/// G28: a market order asks within this of the open.
const OPEN_BLACKOUT: i64 = 60;
/// When the exchanges of New York open.
const OPEN: Time = time(9, 30, 0, 0);

/// G01: the connection.
pub(super) fn connection(ctx: &Context<'_>) -> Option<Finding> {
    let text = match ctx.readiness {
        Readiness::Ready => return None,
        Readiness::Down => "not connected: it waits for READY. The ticket is kept.",
        Readiness::IbLost => "IB's servers are not reachable (1100): new orders wait.",
        Readiness::Mute => "the gateway does not answer: new orders wait.",
        Readiness::ReadOnly => "read-only: this profile or gateway refuses orders.",
    };
    finding("G01", Weight::Hard, text)
}

/// G02: the account is of the mode the profile asks for, and the one the order names.
pub(super) fn mode(spec: &OrderSpec, ctx: &Context<'_>) -> Option<Finding> {
    let named = spec.attributes.account.as_deref();
    match ctx.account {
        None if ctx.readiness == Readiness::Ready => finding("G02", Weight::Hard, "no account is known"),
        Some(account) if account.mode() != ctx.mode => {
            let text = format!("account {account} is {}, the profile is {}", account.mode().word(), ctx.mode.word());
            finding("G02", Weight::Hard, text)
        }
        Some(account) if named.is_some_and(|named| named != account.reveal()) => {
            finding("G02", Weight::Hard, format!("the order names another account than {account}"))
        }
        _ => None,
    }
}

/// G03: HALT, REDUCE, DISARMED and PAUSED let exits and cancels pass, nothing else.
pub(super) fn state(ctx: &Context<'_>) -> Option<Finding> {
    if ctx.halted {
        return finding("G03", Weight::Hard, "HALT: exits and cancels only; o h lifts it");
    }
    if ctx.reduced {
        return finding("G03", Weight::Hard, "REDUCE: exits and cancels only; :resume lifts it");
    }
    match ctx.gate {
        _ if ctx.mode == Mode::Paper => None,
        Gate::Disarmed => finding("G03", Weight::Hard, "DISARMED: exits and cancels only; o l arms"),
        Gate::Paused => finding("G03", Weight::Hard, "PAUSED: exits and cancels only; ctrl-r resumes"),
        Gate::Asks | Gate::Sends => None,
    }
}

/// G01, CLOCK: a time said here is another at the gateway. An order that works under a time keeps it, so that it can still be
/// changed.
pub(super) fn clock(spec: &OrderSpec, ctx: &Context<'_>, own: Option<&OrderKey>) -> Option<Finding> {
    let said = &spec.attributes;
    let mut tests = [&said.when, &said.cancel_when].into_iter().flatten().flat_map(|conditions| &conditions.tests);
    let timed = matches!(spec.tif, Tif::Gtd(_))
        || said.after.is_some()
        || said
            .algo
            .as_ref()
            .is_some_and(|algo| algo.settings.iter().any(|(name, _)| matches!(name.as_str(), "from" | "to")))
        || tests.any(|test| matches!(test, Test::Time { .. }));
    if !ctx.clock_off || !timed {
        return None;
    }
    let weight = if own.is_some() { Weight::Note } else { Weight::Hard };
    finding("G01", weight, "CLOCK: the gateway's clock is not this machine's; its time would be another")
}

/// G28: around the open a market order fills anywhere.
pub(super) fn blackout(spec: &OrderSpec, ctx: &Context<'_>) -> Option<Finding> {
    let now = ctx.at.eastern();
    if ctx.mode == Mode::Paper || ctx.hours == Hours::Always || !is_equity(ctx) || !spec.kind.takes_at_once() {
        return None;
    }
    if !calendar::is_session(now.date()) || seconds_until(now.time(), OPEN).abs() > OPEN_BLACKOUT {
        return None;
    }
    finding("G28", Weight::Confirm, "a market order within 1 min of the open")
}

/// G31: the order does not work yet; it asks where the price says that a fill is expected now.
pub(super) fn sleeps(spec: &OrderSpec, ctx: &Context<'_>, class: Class) -> Option<Finding> {
    let wakes = sleeps_until(spec, ctx.instrument, ctx.hours, ctx.at)?;
    let expects_fill = class == Class::Entry && ctx.quote.is_some_and(|quote| price::crosses(spec, quote));
    let weight = if expects_fill { Weight::Confirm } else { Weight::Note };
    finding("G31", weight, format!("sleeps until {}", wakes.strftime("%H:%M ET on %a %-d %b")))
}

/// Whether the contract is in its regular hours, as it lists them, else as its market keeps them.
pub(super) fn is_regular(ctx: &Context<'_>) -> bool {
    let listed = ctx.instrument.and_then(|i| i.listed.now(ctx.at.timestamp(), true));
    match listed {
        _ if ctx.hours == Hours::Always => true,
        Some(now) => now == Now::Open,
        None => ctx.hours.phase(&ctx.at.eastern()) == Phase::Regular,
    }
}

/// Whether the auctions and the open are those of New York's exchanges.
fn is_equity(ctx: &Context<'_>) -> bool {
    ctx.instrument.is_none_or(|i| i.sec_type == SecType::Stock)
}

/// When an order begins to work by its hours, in New York; `None` where it works now or has an auction's time of its own.
///
/// The hours that the contract lists go before those of the market; where the lists do not reach, those of the market speak
/// for stocks and their options alone.
pub(in crate::risk) fn sleeps_until(
    spec: &OrderSpec,
    instrument: Option<&Instrument>,
    hours: Hours,
    at: Stamp,
) -> Option<Zoned> {
    if hours == Hours::Always || spec.kind.is_auction() {
        return None;
    }
    if let Some(instrument) = instrument {
        let listed = match spec.session {
            Session::Regular => instrument.listed.now(at.timestamp(), true),
            Session::Extended => instrument.listed.now(at.timestamp(), false),
            Session::Overnight | Session::ExtendedOvernight => None,
        };
        match listed {
            Some(Now::Open) => return None,
            Some(Now::Opens(then)) => return Some(then.to_zoned(crate::clock::eastern())),
            None if !matches!(instrument.sec_type, SecType::Stock | SecType::Option) => return None,
            None => {}
        }
    }
    let now = at.eastern();
    let phase = hours.phase(&now);
    let works = match spec.session {
        Session::Regular => phase == Phase::Regular,
        Session::Extended => matches!(phase, Phase::Pre | Phase::Regular | Phase::Post),
        Session::Overnight => phase == Phase::Overnight,
        Session::ExtendedOvernight => phase != Phase::Closed,
    };
    if works {
        return None;
    }
    let mut day = now.date();
    for _ in 0..10 {
        let next = begins(spec.session, day).into_iter().flatten().find_map(|time| {
            let moment = day.to_datetime(time).to_zoned(crate::clock::eastern()).ok()?;
            (moment > now).then_some(moment)
        });
        if next.is_some() {
            return next;
        }
        day = day.tomorrow().ok()?;
    }
    None
}

/// When the hours of an order begin on a day, in order.
fn begins(session: Session, day: Date) -> [Option<Time>; 2] {
    let morning = |at| calendar::is_session(day).then_some(at);
    let evening = || day.tomorrow().is_ok_and(calendar::is_session).then_some(time(20, 0, 0, 0));
    match session {
        Session::Regular => [morning(OPEN), None],
        Session::Extended => [morning(time(4, 0, 0, 0)), None],
        Session::Overnight => [evening(), None],
        Session::ExtendedOvernight => [morning(time(4, 0, 0, 0)), evening()],
    }
}

/// Seconds from one time of a day to another; negative when it is past.
fn seconds_until(now: Time, then: Time) -> i64 {
    (then.duration_since(now)).as_secs()
}

/// The auction an order is for today: its name, its last entry, and when it is held.
fn cutoff(spec: &OrderSpec, day: Date, primary: &str) -> Option<(&'static str, Time, Time)> {
    let close = calendar::close(day)?;
    let before = |at: Time, minutes: i64| at.checked_sub(Span::new().minutes(minutes)).ok();
    let nasdaq = matches!(primary, "NASDAQ" | "ISLAND");
    match spec.kind {
        OrderKind::MarketOnClose => Some(("moc", before(close, if nasdaq { 5 } else { HELD_MINUTES })?, close)),
        OrderKind::LimitOnClose(_) => Some(("loc", before(close, if nasdaq { 2 } else { HELD_MINUTES })?, close)),
        OrderKind::MarketOnOpen => Some(("moo", before(OPEN, OPENING_MINUTES)?, OPEN)),
        OrderKind::LimitOnOpen(_) => Some(("loo", before(OPEN, OPENING_MINUTES)?, OPEN)),
        _ => None,
    }
}

/// G33: past its auction's cut-off an order is refused; the last two minutes are counted.
pub(super) fn auction(spec: &OrderSpec, ctx: &Context<'_>) -> Option<Finding> {
    if ctx.hours == Hours::Always || !is_equity(ctx) {
        return None;
    }
    let now = ctx.at.eastern();
    let primary = ctx.instrument?.primary_exchange.as_str();
    let (word, last, held) = cutoff(spec, now.date(), primary)?;
    let (left, at) = (seconds_until(now.time(), last), last.strftime("%H:%M"));
    if now.time() >= held || left > COUNTDOWN {
        None
    } else if left <= 0 {
        finding("G33", Weight::Hard, format!("{primary} takes {word} until {at} ET"))
    } else {
        finding("G33", Weight::Note, format!("{left} s left: {primary} takes {word} until {at} ET"))
    }
}

/// G33: an order for an auction cannot be changed or cancelled any more.
pub(in crate::risk) fn locked_in(spec: &OrderSpec, ctx: &Context<'_>) -> Option<Finding> {
    if ctx.hours == Hours::Always || !is_equity(ctx) {
        return None;
    }
    let now = ctx.at.eastern();
    let (word, last, held) = cutoff(spec, now.date(), "")?;
    let locked = now.time() >= last && now.time() < held;
    if !locked {
        return None;
    }
    let text = format!("{word} cannot be changed or cancelled after {} ET", last.strftime("%H:%M"));
    finding("G33", Weight::Hard, text)
}
