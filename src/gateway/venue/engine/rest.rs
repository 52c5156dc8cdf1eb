//! Resting in the queue: what changes and prints do to it.

use super::super::Venue;
use super::super::book::reach;
use super::super::event::{Event, Liquidity, Tape};
use super::super::market::{Print, Quote};
use super::super::order::Action;
use super::take::Fill;
use super::{Scene, share};

impl Venue {
    /// A resting order at a change: crossed by the other side it trades at its own price; within its discretion it takes; else
    /// it follows its queue.
    pub(super) fn rest(&mut self, index: usize, scene: Scene<'_>, quote: Quote, out: &mut Vec<Event>) {
        let Some(working) = self.working.get_mut(index) else { return };
        let Some(limit) = working.place.limit else { return };
        let own = working.action().rests_on();
        let other = own.other();
        let touch = other.of(quote);
        let far = other.deeper(touch, reach(touch)).max(1);
        let nearer = |price: i64| if other.is_better(price, far) { price } else { far };
        if !other.is_better(limit, touch) {
            working.place.ahead = 0;
            working.place.level = 0;
            let last = nearer(limit);
            if self.offered(index, scene, (touch, last)) {
                self.sweep(index, scene, (touch, last), Some(limit), out);
                self.show_again(index, scene, 0);
            }
            return;
        }
        if let Some(reached) = working.reach(scene.listing).filter(|reached| !other.is_better(*reached, touch)) {
            let last = nearer(reached);
            if self.offered(index, scene, (touch, last)) {
                self.sweep(index, scene, (touch, last), None, out);
            }
        }
        let Some(working) = self.working.get_mut(index) else { return };
        if own.is_better(limit, own.of(quote)) {
            working.place.ahead = 0;
            working.place.level = 0;
            return;
        }
        let shown = self.takings.visible(scene.market, scene.listing, own, limit, scene.at);
        if working.is_dark() {
            // Everything shown at the price comes first, whenever it came.
            working.place.ahead = shown;
        } else if shown < working.place.level {
            working.place.ahead = share(working.place.ahead, shown, working.place.level);
        }
        working.place.level = shown;
    }

    /// The background traded: those whose price it passed first, then the queue at its price.
    pub(super) fn print_fills(&mut self, scene: Scene<'_>, print: Print, mut budget: i64, out: &mut Vec<Event>) {
        let con_id = scene.listing.con_id;
        for action in [Action::Buy, Action::Sell] {
            let side = action.rests_on();
            self.takings.printed(scene.market, scene.listing, side, print.price, scene.at);
            let ranked = self.ranked(con_id, action);
            let mut passed = 0;
            for index in ranked {
                let Some(working) = self.working.get_mut(index) else { continue };
                let Some(limit) = working.place.limit else { continue };
                if !working.rests_on(con_id, side) || side.is_better(print.price, limit) {
                    continue;
                }
                let mut most = working.left();
                let at_price = limit == print.price;
                if at_price {
                    let place = &mut working.place;
                    let before = place.ahead.saturating_sub(passed).max(0).min(budget);
                    passed = passed.saturating_add(before);
                    budget = budget.saturating_sub(before);
                    place.ahead = place.ahead.saturating_sub(passed).max(0);
                    place.level = place.level.saturating_sub(passed).max(0);
                    if working.display().is_some() {
                        // The reserve stands behind everything shown.
                        most = most.min(working.place.shown);
                    }
                }
                let shares = most.min(budget);
                if shares > 0 && shares >= working.need() {
                    budget = budget.saturating_sub(shares);
                    let tape = Tape::Replaces { at: print.at, index: print.index };
                    let fill = Fill { shares, price: limit, liquidity: Liquidity::Added, tape };
                    self.fill(index, scene, &fill, out);
                    self.show_again(index, scene, if at_price { shares } else { 0 });
                }
            }
        }
    }

    /// After a fill of an order that shows a part of itself: once that part is gone, the next one is shown at the end of the
    /// queue.
    fn show_again(&mut self, index: usize, scene: Scene<'_>, shares: i64) {
        let Some(working) = self.working.get_mut(index) else { return };
        let Some(display) = working.display() else { return };
        let left = working.left();
        working.place.shown = working.place.shown.saturating_sub(shares).min(left);
        if working.place.shown > 0 || left == 0 || working.is_over() {
            return;
        }
        let Some(limit) = working.place.limit else { return };
        let own = working.action().rests_on();
        let level = self.takings.visible(scene.market, scene.listing, own, limit, scene.at);
        working.place.shown = display.min(left);
        working.place.ahead = level;
        working.place.level = level;
        let arrival = self.arrive();
        if let Some(working) = self.working.get_mut(index) {
            working.place.arrival = arrival;
        }
    }
}
