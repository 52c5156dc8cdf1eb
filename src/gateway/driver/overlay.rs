//! The account's own fills over the background's tape.
//!
//! The background never changes. An own fill either adds a print to it or stands in place of one: both count towards last,
//! high and low at the fill's price, the first towards volume too. Bars and level 1 are merged by the same rule, so that
//! they agree.

use crate::gateway::Nanos;
use crate::gateway::feed::{Bar, BarSize, DaySummary};
use crate::gateway::venue::{OwnPrint, Tape};
use crate::gateway::wire::ticks::Top;

const SECOND: Nanos = 1_000_000_000;

/// A fill in ticks.
#[derive(Debug, Clone, Copy)]
struct Fill {
    at: Nanos,
    ticks: i64,
    size: i64,
    added: i64,
}

fn fill(own: &OwnPrint) -> Option<Fill> {
    let listing = crate::gateway::feed::Listing::by_con_id(own.con_id)?;
    let added = match own.tape {
        Tape::Adds => own.size,
        Tape::Replaces { .. } => 0,
    };
    Some(Fill { at: own.at, ticks: listing.ticks(own.price)?, size: own.size, added })
}

/// The session's figures with own fills, written into `top`.
pub(super) fn day<'a>(
    mut top: Top,
    day: &DaySummary,
    unsold_is_absent: bool,
    own: impl Iterator<Item = &'a OwnPrint>,
) -> Top {
    // An option that has not traded for days has no last price but its close.
    if day.last_size > 0 || !unsold_is_absent {
        top.last = Some((day.last, day.last_size));
        top.last_at = Some(day.last_at);
    }
    top.open = day.open;
    top.high = day.high;
    top.low = day.low;
    top.close = Some(day.previous_close);
    top.volume = day.volume;
    for fill in own.filter_map(fill) {
        top.volume = top.volume.saturating_add(fill.added);
        top.open = top.open.or(Some(fill.ticks));
        top.high = Some(top.high.map_or(fill.ticks, |high| high.max(fill.ticks)));
        top.low = Some(top.low.map_or(fill.ticks, |low| low.min(fill.ticks)));
        if top.last_at.is_none_or(|at| fill.at >= at) {
            top.last = Some((fill.ticks, fill.size));
            top.last_at = Some(fill.at);
        }
    }
    top
}

/// Merges own fills into bars of trades. `printed(after, until)` says whether the background printed in that stretch.
pub(super) fn bars(bars: &mut Vec<Bar>, size: BarSize, own: &[OwnPrint], printed: impl Fn(Nanos, Nanos) -> bool) {
    for fill in own.iter().filter_map(fill) {
        let place = bars.partition_point(|bar| bar.end <= fill.at);
        match bars.get_mut(place) {
            Some(bar) if bar.start <= fill.at => merge(bar, fill, &printed),
            _ => {
                if let BarSize::Seconds(seconds) = size {
                    bars.insert(place, alone(i64::from(seconds).saturating_mul(SECOND), fill));
                }
            }
        }
    }
}

/// The bar of a fill in whose time the background did not print.
fn alone(length: Nanos, fill: Fill) -> Bar {
    let start = fill.at.saturating_sub(fill.at.checked_rem_euclid(length).unwrap_or(0));
    let wap = fill.ticks.saturating_mul(1_000);
    Bar {
        start,
        end: start.saturating_add(length),
        open: fill.ticks,
        high: fill.ticks,
        low: fill.ticks,
        close: fill.ticks,
        volume: fill.size,
        count: 1,
        wap,
    }
}

fn merge(bar: &mut Bar, fill: Fill, printed: impl Fn(Nanos, Nanos) -> bool) {
    bar.high = bar.high.max(fill.ticks);
    bar.low = bar.low.min(fill.ticks);
    if !any(bar.start.saturating_sub(1), fill.at.saturating_sub(1), true, &printed) {
        bar.open = fill.ticks;
    }
    if !any(fill.at, bar.end.saturating_sub(1), false, &printed) {
        bar.close = fill.ticks;
    }
    if fill.added > 0 {
        let (had, has) = (i128::from(bar.volume), i128::from(bar.volume.saturating_add(fill.added)));
        let value = i128::from(bar.wap) * had + i128::from(fill.ticks) * 1_000 * i128::from(fill.added);
        bar.wap = value.checked_div(has).and_then(|wap| i64::try_from(wap).ok()).unwrap_or(bar.wap);
        bar.volume = bar.volume.saturating_add(fill.added);
        bar.count = bar.count.saturating_add(1);
    }
}

/// Whether the background printed after `from` up to `to`, looked for in growing stretches from the far or the near end.
fn any(from: Nanos, to: Nanos, backwards: bool, printed: impl Fn(Nanos, Nanos) -> bool) -> bool {
    let (mut near, mut far, mut stretch) = (from, to, SECOND);
    while near < far {
        let found = if backwards {
            let edge = far.saturating_sub(stretch).max(near);
            let found = printed(edge, far);
            far = edge;
            found
        } else {
            let edge = near.saturating_add(stretch).min(far);
            let found = printed(near, edge);
            near = edge;
            found
        };
        if found {
            return true;
        }
        stretch = stretch.saturating_mul(4);
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gateway::feed::Listing;

    fn own(at: Nanos, ticks: i64, size: i64, tape: Tape) -> OwnPrint {
        let listing = Listing::by_symbol("AAPL").unwrap();
        OwnPrint { con_id: listing.con_id, at, price: listing.price(ticks), size, tape }
    }

    fn background() -> Bar {
        Bar {
            start: 0,
            end: 5 * SECOND,
            open: 100,
            high: 110,
            low: 90,
            close: 105,
            volume: 300,
            count: 3,
            wap: 100_000,
        }
    }

    #[test]
    fn a_fill_after_the_last_print_is_the_close_and_adds_its_volume() {
        let mut found = vec![background()];
        let last_print = 3 * SECOND;
        let printed = |after: Nanos, until: Nanos| after < last_print && last_print <= until;
        bars(&mut found, BarSize::Seconds(5), &[own(4 * SECOND, 112, 100, Tape::Adds)], printed);
        let [bar] = found[..] else { panic!("one bar") };
        assert_eq!((bar.open, bar.high, bar.low, bar.close), (100, 112, 90, 112));
        assert_eq!((bar.volume, bar.count, bar.wap), (400, 4, 103_000));
    }

    #[test]
    fn a_fill_in_place_of_a_print_leaves_the_volume() {
        let mut found = vec![background()];
        let tape = Tape::Replaces { at: SECOND, index: 0 };
        bars(&mut found, BarSize::Seconds(5), &[own(SECOND, 89, 100, tape)], |_, _| true);
        assert_eq!((found[0].low, found[0].volume, found[0].close), (89, 300, 105));
    }

    #[test]
    fn a_fill_alone_in_its_time_makes_a_bar() {
        let mut found = vec![background()];
        bars(&mut found, BarSize::Seconds(5), &[own(7 * SECOND, 101, 40, Tape::Adds)], |_, _| false);
        assert_eq!(found.len(), 2);
        assert_eq!((found[1].start, found[1].open, found[1].volume), (5 * SECOND, 101, 40));
    }
}
