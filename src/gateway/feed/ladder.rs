//! The static split tree of a day and the shapes of its activity and volume.
//!
//! A day node has 345,600 leaves of 250 ms. A node is split at the multiple of the coarsest unit strictly inside it that
//! lies nearest its middle, so every bar boundary appears high in the tree and a bar of any size is a handful of whole
//! nodes. Minutes are alike: they share one small tree.
//!
//! Invariant: every boundary is the split of exactly one node. Must not know: seeds, symbols, prices.

use std::sync::LazyLock;

use super::Calendar;
use super::calendar::{CLOSE, DAY, OPEN};
use super::universe::{self, Class};

/// Leaves of a minute.
const MINUTE: u32 = 240;

/// The units in leaves: 8 h, 2 h, 1 h, 30, 15, 5, 1 min, 30, 15, 5, 1 s, 250 ms.
const UNITS: [u32; 12] = [115_200, 28_800, 14_400, 7_200, 3_600, 1_200, MINUTE, 120, 60, 20, 4, 1];

/// Place of the first unit below a minute.
pub const BELOW_MINUTE: u8 = 7;

/// The id of a single leaf, which has no split.
pub const LEAF_ID: u16 = u16::MAX;

/// Splits of the minute's tree, which come first in the table.
const MINUTE_SPLITS: usize = 239;

/// The id of a whole day.
pub const ROOT: u16 = MINUTE_SPLITS as u16;

/// One split.
#[derive(Debug, Clone, Copy)]
pub struct Rung {
    /// The boundary in leaves, from the day's start, or from the minute's start inside a minute.
    pub at: u32,
    /// Id of the left child.
    pub left: u16,
    /// Id of the right child.
    pub right: u16,
    /// Place in the list of units.
    pub unit: u8,
}

/// The tree: splits of the minute first, then those of the day.
static TREE: LazyLock<Vec<Rung>> = LazyLock::new(|| {
    let mut tree = Vec::with_capacity(MINUTE_SPLITS + 1_439);
    grow(&mut tree, 0, MINUTE, 0);
    grow(&mut tree, 0, DAY, MINUTE);
    tree
});

/// The split of a node; `None` for a leaf.
#[inline]
pub fn rung(id: u16) -> Option<Rung> {
    TREE.get(usize::from(id)).copied()
}

/// Whether the id names a node inside a minute, whose boundaries count from the minute's start.
#[inline]
pub const fn in_minute(id: u16) -> bool {
    id < ROOT
}

/// Adds the splits of `[a, b)` down to nodes of `stop` leaves and answers the id of its top.
fn grow(tree: &mut Vec<Rung>, a: u32, b: u32, stop: u32) -> u16 {
    if b - a == 1 {
        return LEAF_ID;
    }
    if b - a == stop {
        return 0;
    }
    let (at, unit) = boundary(a, b);
    let id = tree.len();
    tree.push(Rung { at, left: LEAF_ID, right: LEAF_ID, unit });
    let left = grow(tree, a, at, stop);
    let right = grow(tree, at, b, stop);
    if let Some(rung) = tree.get_mut(id) {
        rung.left = left;
        rung.right = right;
    }
    id as u16
}

/// Where `[a, b)` is split and by which unit; the lower of two boundaries equally near the middle.
fn boundary(a: u32, b: u32) -> (u32, u8) {
    for (place, unit) in UNITS.iter().enumerate() {
        let first = (a / unit + 1) * unit;
        if first >= b {
            continue;
        }
        let middle = u32::midpoint(a, b);
        let below = (middle / unit * unit).max(first);
        let above = below + unit;
        let at = if above < b && above.abs_diff(middle) < below.abs_diff(middle) { above } else { below };
        return (at, place as u8);
    }
    (a + 1, 11)
}

/// How activity (variance) and volume spread over a day.
#[derive(Debug)]
pub struct Profile {
    /// Activity up to each minute, 1 at the end.
    activity: Vec<f64>,
    /// Volume up to each minute, 1 at the end.
    volume: Vec<f64>,
    /// The left child's share of activity and volume of each split, where it is not the share of length.
    shares: Vec<(f64, f64)>,
}

impl Profile {
    /// The profile of a calendar and a class.
    pub fn of(calendar: Calendar, class: &Class) -> &'static Self {
        static FLAT: LazyLock<Profile> = LazyLock::new(|| {
            let flat = vec![1.0; 1_440];
            Profile::new(&flat, &flat)
        });
        static NYSE: LazyLock<Vec<(char, Profile)>> = LazyLock::new(|| {
            let shares = [universe::A, universe::B, universe::C, universe::D, universe::E];
            let shares = shares.iter().map(|c| (c.letter, nyse_volume(c.extended)));
            let all = shares.chain([(FUTURES, futures_volume())]);
            all.map(|(letter, volume)| (letter, Profile::new(&nyse_activity(), &volume))).collect()
        });
        match calendar {
            Calendar::Always => &FLAT,
            Calendar::Nyse | Calendar::Cme => {
                NYSE.iter().find(|(letter, _)| *letter == class.letter).map_or(&FLAT, |(_, p)| p)
            }
        }
    }

    fn new(activity: &[f64], volume: &[f64]) -> Self {
        let mut profile = Self { activity: cumulate(activity), volume: cumulate(volume), shares: Vec::new() };
        let mut shares = vec![(0.5, 0.5); TREE.len()];
        let mut stack = vec![(ROOT, 0, DAY)];
        while let Some((id, a, b)) = stack.pop() {
            let Some(rung) = rung(id).filter(|_| !in_minute(id)) else { continue };
            if let Some(share) = shares.get_mut(usize::from(id)) {
                *share = (
                    ratio(profile.activity(a, rung.at), profile.activity(a, b)),
                    ratio(profile.volume(a, rung.at), profile.volume(a, b)),
                );
            }
            stack.push((rung.left, a, rung.at));
            stack.push((rung.right, rung.at, b));
        }
        profile.shares = shares;
        profile
    }

    /// The left child's share of activity and of volume when a node outside any event is split.
    #[inline]
    pub fn share(&self, id: u16, a: u32, at: u32, b: u32) -> (f64, f64) {
        if in_minute(id) {
            let share = f64::from(at - a) / f64::from(b - a);
            return (share, share);
        }
        self.shares.get(usize::from(id)).copied().unwrap_or((0.5, 0.5))
    }

    /// The share of the day's activity within `[a, b)`.
    pub fn activity(&self, a: u32, b: u32) -> f64 {
        upto(&self.activity, b) - upto(&self.activity, a)
    }

    /// The share of the day's volume within `[a, b)`.
    pub fn volume(&self, a: u32, b: u32) -> f64 {
        upto(&self.volume, b) - upto(&self.volume, a)
    }
}

/// `part / whole`, an even half of nothing.
pub fn ratio(part: f64, whole: f64) -> f64 {
    if whole > 0.0 { (part / whole).clamp(0.0, 1.0) } else { 0.5 }
}

/// Sums up to each minute, scaled to end at 1.
fn cumulate(weights: &[f64]) -> Vec<f64> {
    let total: f64 = weights.iter().sum();
    let mut sum = 0.0;
    let mut out = Vec::with_capacity(weights.len() + 1);
    out.push(0.0);
    for weight in weights {
        sum += weight;
        out.push(sum / total);
    }
    out
}

/// A cumulated profile at a leaf, linear within the minute.
fn upto(sums: &[f64], q: u32) -> f64 {
    let (minute, rest) = ((q / MINUTE) as usize, q % MINUTE);
    let low = sums.get(minute).copied().unwrap_or(1.0);
    if rest == 0 {
        return low;
    }
    let high = sums.get(minute + 1).copied().unwrap_or(1.0);
    low + (high - low) * (f64::from(rest) / f64::from(MINUTE))
}

/// Thirteen half-hour weights as 390 minute weights: linear between their centres, the first five minutes lifted by
/// `lift` falling to 1.
fn regular(halves: [f64; 13], lift: f64) -> Vec<f64> {
    let at = |i: i32| halves.get(i.clamp(0, 12) as usize).copied().unwrap_or(0.0);
    (0..390)
        .map(|minute| {
            let place = (f64::from(minute) + 0.5) / 30.0 - 0.5;
            let low = libm::floor(place);
            let (left, right) = (at(low as i32), at(low as i32 + 1));
            let weight = left + (right - left) * (place - low);
            let raise = (lift - 1.0) * (1.0 - f64::from(minute) / 5.0).max(0.0);
            weight * (1.0 + raise)
        })
        .collect()
}

/// A day of minute weights from pieces `(first minute, last minute, total)` and the regular session's weights.
fn assemble(pieces: &[(usize, usize, f64)], regular: &[f64], share: f64) -> Vec<f64> {
    let mut out = vec![0.0; 1_440];
    for (from, to, total) in pieces {
        let each = total / (to - from) as f64;
        out.iter_mut().take(*to).skip(*from).for_each(|w| *w = each);
    }
    let sum: f64 = regular.iter().sum();
    let open = (OPEN / MINUTE) as usize;
    out.iter_mut().skip(open).zip(regular).for_each(|(w, r)| *w = r / sum * share);
    out
}

/// Minutes of a day node, which starts at 16:00, at a civil time.
const fn minute(hour: usize, min: usize) -> usize {
    ((hour + 8) % 24) * 60 + min
}

fn nyse_activity() -> Vec<f64> {
    let halves = [19.5, 11.0, 8.6, 7.2, 6.2, 5.5, 5.1, 5.1, 5.4, 5.9, 6.0, 6.6, 7.9];
    let pieces = [
        (0, minute(17, 0), 2.5),
        (minute(17, 0), minute(20, 0), 1.5),
        (minute(20, 0), minute(4, 0), 8.0),
        (minute(4, 0), minute(7, 30), 2.8),
        (minute(7, 30), minute(9, 30), 4.5),
    ];
    assemble(&pieces, &regular(halves, 2.6), 80.7)
}

fn nyse_volume(extended: f64) -> Vec<f64> {
    let halves = [14.0, 9.6, 8.0, 7.0, 6.3, 5.7, 5.3, 5.2, 5.5, 6.0, 6.3, 7.6, 13.5];
    let pieces = [
        (0, minute(16, 30), 0.35 * extended),
        (minute(16, 30), minute(20, 0), 0.15 * extended),
        (minute(4, 0), minute(8, 0), 0.15 * extended),
        (minute(8, 0), minute(9, 30), 0.35 * extended),
    ];
    assemble(&pieces, &regular(halves, 1.5), 1.0 - extended)
}

/// The letter of the futures' class.
const FUTURES: char = 'F';

/// Futures trade all night, from 18:00 to 17:00.
fn futures_volume() -> Vec<f64> {
    let halves = [13.0, 9.6, 8.0, 7.0, 6.3, 5.7, 5.3, 5.2, 5.5, 6.0, 6.3, 7.6, 14.5];
    let pieces = [
        (0, minute(17, 0), 2.0),
        (minute(18, 0), minute(20, 0), 1.5),
        (minute(20, 0), minute(3, 0), 5.5),
        (minute(3, 0), minute(8, 30), 9.0),
        (minute(8, 30), minute(9, 30), 4.0),
    ];
    assemble(&pieces, &regular(halves, 1.5), 78.0)
}

/// How much wider the spread of futures is at night.
const NIGHT: f64 = 1.3;

/// How much wider the spread is outside regular hours.
pub const EXTENDED: f64 = 5.0;

/// How much wider the spread is at a time of day.
pub fn width(calendar: Calendar, q: u32) -> f64 {
    match calendar {
        Calendar::Always => 1.0,
        Calendar::Cme => {
            if q < OPEN {
                NIGHT
            } else {
                1.0
            }
        }
        Calendar::Nyse if q < OPEN => EXTENDED,
        Calendar::Nyse => match (q - OPEN) / 3_600 {
            0 => 2.2,
            1 => 1.5,
            2 | 3 => 1.2,
            24 | 25 => 0.9,
            _ => 1.0,
        },
    }
}

/// The largest [`width`] within `[a, b)`.
pub fn widest(calendar: Calendar, a: u32, b: u32) -> f64 {
    match calendar {
        Calendar::Always => 1.0,
        Calendar::Cme => {
            if a < OPEN {
                NIGHT
            } else {
                1.0
            }
        }
        Calendar::Nyse if a < OPEN => EXTENDED,
        Calendar::Nyse => {
            let last = b.min(CLOSE).saturating_sub(1).max(a);
            ((a - OPEN) / 3_600..=(last - OPEN) / 3_600)
                .map(|piece| width(calendar, OPEN + piece * 3_600))
                .fold(0.9, f64::max)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_boundary_of_the_day_is_split_exactly_once_and_no_node_is_skipped() {
        assert_eq!(TREE.len(), MINUTE_SPLITS + 1_439);
        let mut seen = vec![false; DAY as usize];
        let mut stack = vec![(ROOT, 0, 0, DAY)];
        while let Some((id, base, a, b)) = stack.pop() {
            let Some(rung) = rung(id) else {
                assert_eq!(b - a, 1);
                continue;
            };
            let base = if in_minute(id) && b - a == MINUTE { a } else { base };
            let at = base + rung.at;
            assert!(a < at && at < b);
            assert!(!seen[at as usize], "boundary {at} is split twice");
            seen[at as usize] = true;
            stack.push((rung.left, base, a, at));
            stack.push((rung.right, base, at, b));
        }
        assert!(seen.iter().skip(1).all(|s| *s));
    }

    #[test]
    fn profiles_sum_to_one_and_are_u_shaped() {
        let nyse = Profile::of(Calendar::Nyse, &universe::B);
        assert!((nyse.activity(0, DAY) - 1.0).abs() < 1e-12);
        assert!((nyse.volume(0, DAY) - 1.0).abs() < 1e-12);
        let half = |n: u32| nyse.activity(OPEN + n * 7_200, OPEN + (n + 1) * 7_200);
        assert!(half(0) > 2.0 * half(6) && half(12) > half(6));
        assert!((nyse.volume(OPEN, CLOSE) - 0.95).abs() < 1e-9);
        assert_eq!(nyse.volume(57_600, 172_800), 0.0, "nobody trades at night");
    }
}
