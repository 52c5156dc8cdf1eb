//! Which API client id a command acts as, and what the profile's other desks have left in their journals.
//!
//! IB lets only the client that placed an order change or cancel it. A command therefore takes the seat of the desk that
//! placed what it has to change, if nobody sits there, and else the last free one: the first is the workstation's, and is
//! taken only for its orders.

use std::path::Path;
use std::time::Duration;

use color_eyre::eyre::{Report, WrapErr, eyre};
use jiff::civil::Date;
use rust_decimal::Decimal;

use crate::clock::Stamp;
use crate::domain::order::{Order, OrderState};
use crate::journal::{Accepted, Reader, Span};
use crate::risk::Recent;
use crate::run::Misuse;
use crate::run::lock::{self, SEATS, Seat, journal_path};
use crate::run::plan::Place;
use crate::run::trade::whose::Reach;

/// How far back orders are looked for that the guard counts (G21, G22).
const LATELY: Duration = Duration::from_mins(1);
/// How far back orders without an answer are looked for.
const DAY: Duration = Duration::from_hours(24);

/// Takes the seat of this client id; or one whose desk has placed what the sentence has to reach; or the last free one.
pub fn take(place: &Place, client: Option<i32>, reach: &Reach) -> Result<Seat, Report> {
    let folder = &place.folder;
    let failed = || format!("{} cannot be used", folder.display());
    if let Some(client) = client {
        let seat = lock::take_for_command(folder, number_of(place, client)?).wrap_err_with(failed)?;
        return seat
            .ok_or_else(|| eyre!("client {client} is a workstation or a command that runs: it acts for itself"));
    }
    // A workstation that starts meanwhile takes the first: HALT is restored there, and its orders are its own.
    for number in owners(place, reach)?.into_iter().chain((0..SEATS).rev()) {
        if let Some(seat) = lock::take_for_command(folder, number).wrap_err_with(failed)? {
            return Ok(seat);
        }
    }
    Err(eyre!("{SEATS} workstations and commands of this profile run already"))
}

/// The seat of a client id, where it is one of the profile.
pub fn number_of(place: &Place, client: i32) -> Result<u16, Report> {
    let first = place.profile.client_id;
    let number = client.checked_sub(first).and_then(|n| u16::try_from(n).ok()).filter(|n| *n < SEATS);
    number.ok_or_else(|| {
        let last = first.saturating_add(i32::from(SEATS)).saturating_sub(1);
        Misuse(format!("client {client} is none of the profile {}: those are {first} to {last}", place.profile.name))
            .into()
    })
}

/// The seats whose journals have live orders that are to be reached, the most first. A number that several have names none.
fn owners(place: &Place, reach: &Reach) -> Result<Vec<u16>, Report> {
    let meant = |order: &Order| match reach {
        Reach::None => false,
        Reach::Order(number) => i64::from(order.ids.order_id) == i64::from(*number),
        Reach::Symbol(symbol) => order.spec.symbol.as_str() == symbol,
        Reach::All => true,
    };
    let mut owners = Vec::new();
    for seat in 0..SEATS {
        let Some(reader) = open(&place.folder, seat)? else { continue };
        let count = reader.live()?.iter().filter(|order| meant(order)).count();
        if count > 0 {
            owners.push((seat, count));
        }
    }
    if matches!(reach, Reach::Order(_)) && owners.len() > 1 {
        return Ok(Vec::new());
    }
    owners.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    Ok(owners.into_iter().map(|(seat, _)| seat).collect())
}

/// The journal of a seat, if it has one.
fn open(folder: &Path, seat: u16) -> Result<Option<Reader>, Report> {
    let path = journal_path(folder, seat);
    Reader::open(&path).wrap_err_with(|| format!("{} cannot be read", path.display()))
}

/// What has to be known of the profile's other desks.
#[derive(Debug, Default)]
pub struct Known {
    /// Whether a workstation has set HALT: one that runs, or the first as it was left.
    pub halted: bool,
    /// The session that such a workstation has set REDUCE for.
    pub reduced: Option<Date>,
    /// The limits that were typed in workstations that run.
    pub limits: Vec<(String, Decimal)>,
    /// Orders placed within the last minute, newest first.
    pub recent: Vec<Recent>,
    /// Orders of other seats that nobody has answered, with the seat: they may be at the broker.
    pub unanswered: Vec<(u16, Order)>,
    /// The limits that were accepted for live accounts.
    pub accepted: Vec<Accepted>,
}

/// Reads what the desks of the profile have left, as the seat `own`.
pub fn known(folder: &Path, own: u16) -> Result<Known, Report> {
    let now = Stamp::now();
    let span = Span { from: now.wall.saturating_sub(nanos(DAY)), to: i64::MAX };
    let mut known = Known::default();
    for seat in 0..SEATS {
        let Some(reader) = open(folder, seat)? else { continue };
        for order in reader.orders(span)?.into_iter().filter(|order| order.parent.is_none()) {
            if seat != own && matches!(order.state, OrderState::Sending | OrderState::Unknown) {
                known.unanswered.push((seat, order.clone()));
            }
            let age = now.wall.saturating_sub(order.placed_at.wall).max(0);
            if age <= nanos(LATELY) {
                let at = Stamp { wall: order.placed_at.wall, mono: now.mono.saturating_sub(age) };
                known.recent.push(Recent { spec: order.spec, at, key: order.key });
            }
        }
        known.accepted.extend(reader.accepted()?);
        if seat == own {
            continue;
        }
        let runs = lock::is_taken(folder, seat)?;
        if let Some(before) = reader.before()?.filter(|_| seat == 0 || runs) {
            known.halted |= before.halted;
            known.reduced = known.reduced.max(before.reduced);
            known.limits.extend(before.limits.into_iter().filter(|_| runs));
        }
    }
    known.recent.sort_by_key(|recent| std::cmp::Reverse(recent.at.wall));
    Ok(known)
}

fn nanos(span: Duration) -> i64 {
    i64::try_from(span.as_nanos()).unwrap_or(i64::MAX)
}
