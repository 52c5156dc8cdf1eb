//! A session under a fault script: its line, and what the script does to its subscriptions.

use super::Session;
use crate::gateway::driver::World;
use crate::gateway::fault::{Deed, Line, Step};
use crate::gateway::venue::ClientId;
use crate::gateway::wire::proto::MarketDataType;
use crate::gateway::wire::{Reply, Request, time};

impl Session {
    /// Puts the session under its client's line.
    pub(in crate::gateway) fn follow(&mut self, mut line: Box<Line>) {
        line.connect();
        self.out.line = Some(line);
    }

    /// Its line, if there is a script.
    pub(in crate::gateway) fn line(&mut self) -> Option<&mut Line> {
        self.out.line.as_deref_mut()
    }

    /// Gives the line back at the end of the connection.
    pub(in crate::gateway) fn leave(&mut self) -> Option<Box<Line>> {
        let mut line = self.out.line.take()?;
        line.disconnect();
        Some(line)
    }

    /// The next thing the script wants done.
    pub(in crate::gateway) fn next_step(&mut self) -> Option<Step> {
        self.out.line.as_mut()?.next_step()
    }

    /// Says what the script has to say.
    pub(in crate::gateway) fn say_plain(&mut self, reply: &Reply) {
        self.out.put_plain(reply);
    }

    /// Serves an order as one of the client's double.
    pub(in crate::gateway) fn serve_as(&mut self, double: ClientId, request: Request, world: &mut World) {
        self.handle_as(double, request, world);
    }

    /// Whether `owner` is the double under which the client's forked orders stand.
    pub(super) fn is_double(&self, owner: ClientId) -> bool {
        self.out.line.as_ref().is_some_and(|line| line.is_double(owner))
    }

    /// Does to the market data lines what the script wants.
    pub(in crate::gateway) fn afflict(&mut self, deed: &Deed, world: &World) {
        let ids: Vec<i32> = self.lines.keys().copied().collect();
        match deed {
            Deed::LoseLines => self.lines.clear(),
            Deed::Compete => {
                let text = "No market data during competing live session";
                for id in ids {
                    self.out.put_plain(&Reply::error(id, 10197, text, time::millis(world.now())));
                }
            }
            Deed::Retype(kind) => {
                for id in ids {
                    let said = MarketDataType { req_id: Some(id), market_data_type: Some(*kind) };
                    self.out.put_plain(&Reply::MarketDataType(said));
                }
            }
            _ => {}
        }
    }
}
