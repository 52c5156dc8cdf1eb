//! What is not served, and how a client hears of it.
//!
//! Every request is answered at once with the code TWS has for it, on the id the client waits with. Cancels are not: they
//! may come late, for what has ended or never began. Requests without an id get an error without one where TWS sends
//! one too; the verification of third-party programs gets its own answer.

use super::lookup::{Shelf, resolve};
use super::{NO_ID, Session};
use crate::gateway::driver::World;
use crate::gateway::venue::Fault;
use crate::gateway::wire::Reply;
use crate::gateway::wire::proto::{AboutContract, VerifyCompleted};

/// Cancels of what is not served.
const CANCELS: [i32; 11] = [11, 23, 53, 56, 57, 89, 98, 101, 103, 106, 107];
const ADVISOR: &str = "FA data operations ignored for non FA customers.";

impl Session {
    /// Refuses what would move an order of an account that is only looked at.
    pub(super) fn frozen(&mut self, order_id: Option<i32>, world: &World) {
        let text = "The API interface is currently in Read-Only mode.";
        self.fault(order_id.unwrap_or(NO_ID), Fault::invalid(text), world);
    }

    /// Refuses a request that is not served.
    pub(super) fn not_served(&mut self, id: i32, about: &AboutContract, world: &World) {
        if CANCELS.contains(&id) {
            return;
        }
        tracing::info!(key = %self.key, id, req_id = ?about.req_id, "a request that is not served");
        match id {
            65 | 66 => self.send(&Reply::VerifyCompleted(unverified())),
            72 | 73 => self.send(&Reply::VerifyAndAuthCompleted(unverified())),
            _ => self.fault(about.req_id.unwrap_or(NO_ID), refusal(id, about, world.shelf()), world),
        }
    }
}

fn unverified() -> VerifyCompleted {
    let text = "Verification of third-party programs is not simulated";
    VerifyCompleted { is_successful: Some(false), error_text: Some(text.to_owned()) }
}

/// Error 322, which ends a request at every client; 321 is a warning to some.
fn unprocessed(cause: &str) -> Fault {
    Fault::new(322, format!("Error processing request.-'b' : cause - {cause}"))
}

/// The code and text for a request that is not served.
fn refusal(id: i32, about: &AboutContract, shelf: Shelf<'_>) -> Fault {
    if let Some(contract) = &about.contract
        && let Err(unknown) = resolve(Some(contract), shelf)
    {
        return unknown;
    }
    match id {
        10 => Fault::new(10092, "Deep market data is not supported for this combination of security type/exchange"),
        18 | 19 => Fault::invalid(ADVISOR),
        22 => Fault::new(162, "Historical Market Data Service error message:Scanner subscriptions are not simulated"),
        52 => Fault::new(430, "We are sorry, but fundamentals data for the security specified is not available."),
        84 => Fault::new(10172, "Failed to request news article:News is not simulated"),
        86 => Fault::new(10276, "News feed is not allowed."),
        96 => Fault::new(10187, "Failed to request historical ticks:Historical ticks are not simulated"),
        97 => Fault::new(10189, "Failed to request tick-by-tick data:Tick-by-tick data is not simulated"),
        100 => Fault::new(10279, "Failed request WSH metadata:Corporate events are not simulated"),
        102 => Fault::new(10283, "Failed request WSH event data:Corporate events are not simulated"),
        108 | 109 => unprocessed("The configuration is not available in the paper gateway"),
        _ => Fault::new(505, "Fatal Error: Unknown message id."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gateway::wire::proto::Contract;

    #[test]
    fn an_unknown_contract_is_said_before_what_is_not_simulated() {
        let named = |symbol: &str| AboutContract {
            req_id: Some(1),
            contract: Some(Contract { symbol: Some(symbol.to_owned()), ..Contract::default() }),
        };
        assert_eq!(refusal(97, &named("AAPL"), Shelf { now: 0, feed: None }).code, 10189);
        assert_eq!(refusal(97, &named("ZZZZ"), Shelf { now: 0, feed: None }).code, 200);
    }
}
