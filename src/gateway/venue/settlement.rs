//! Contracts that end: an open future is closed at the price of the settlement; what becomes of an option stands in [`super::exercise`].
//!
//! A settlement happens at the moment the contract ends, whatever the stride, as an execution of no order (client, order and number across clients
//! are 0) that costs nothing; its orders have ended before, with the contract. After a gap it happens as of then.

use super::Venue;
use super::event::{Commission, Event, Execution, Liquidity, Tape};
use super::market::Market;
use super::order::Action;
use super::tape::OwnPrint;
use crate::gateway::{ConId, Nanos};
use crate::money::{Cash, Price, Qty};

impl Venue {
    /// The open positions in futures and options.
    fn ending(&self) -> impl Iterator<Item = (ConId, Qty)> {
        let open = self.ledger.holdings.iter().filter(|(_, h)| !h.spec.is_share() && !h.quantity.is_zero());
        open.map(|(con_id, holding)| (*con_id, holding.quantity))
    }

    /// When the next position is settled, if that is not after `at`; now for what is overdue.
    pub(super) fn next_settlement(&self, at: Nanos, market: &dyn Market) -> Option<Nanos> {
        let moments = self.ending().filter_map(|(con_id, _)| market.settlement(con_id, at));
        moments.map(|(moment, _)| moment.max(self.now)).min()
    }

    /// Settles every position whose contract has ended by now.
    pub(super) fn settle_contracts(&mut self, market: &dyn Market, out: &mut Vec<Event>) {
        let due: Vec<_> = self
            .ending()
            .filter_map(|(con_id, held)| {
                market.settlement(con_id, self.now).map(|(at, price)| (con_id, held, at, price))
            })
            .collect();
        for (con_id, held, at, price) in due {
            match self.ledger.spec(con_id).option {
                Some(spec) => self.end_option(market, (con_id, spec), held, (at, price), out),
                None => {
                    let action = if held.is_negative() { Action::Buy } else { Action::Sell };
                    self.close_out(market, (con_id, action), held.abs(), (at, price), out);
                }
            }
        }
    }

    /// Books what no order did, free of charge.
    pub(super) fn close_out(
        &mut self,
        market: &dyn Market,
        (con_id, action): (ConId, Action),
        quantity: Qty,
        (at, price): (Nanos, Price),
        out: &mut Vec<Event>,
    ) {
        let Some(listing) = market.listing(con_id) else { return };
        let sequence = self.next_execution;
        self.next_execution = sequence.saturating_add(1);
        let realized = self.ledger.book((con_id, listing.spec), action, quantity, price, Cash::ZERO);
        let exec_id = format!("0000e0d5.{sequence:08x}.01.01");
        let commission = Commission { client_id: 0, exec_id: exec_id.clone(), amount: Cash::ZERO, realized };
        let execution = Execution {
            exec_id,
            sequence,
            at,
            client_id: 0,
            order_id: 0,
            perm_id: 0,
            con_id,
            exchange: listing.exchange,
            action,
            quantity,
            price,
            cumulative: quantity,
            avg_price: price,
            order_ref: String::new(),
            liquidity: Liquidity::Auction,
            // It is no trade on the tape: nothing is added to its volume.
            tape: Tape::Replaces { at, index: 0 },
            commission: commission.clone(),
        };
        self.touched.holdings.insert(con_id);
        self.touched.executions = self.touched.executions.saturating_add(1);
        self.tape.push(OwnPrint::of(&execution));
        self.executions.push(execution.clone());
        out.push(Event::Execution(Box::new(execution)));
        out.push(Event::Commission(commission));
        out.push(Event::PositionChanged(self.ledger.position(con_id)));
    }
}
