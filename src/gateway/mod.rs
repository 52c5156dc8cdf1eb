//! The paper gateway: a TCP server that speaks the TWS wire protocol and fills orders against a simulated market.
//!
//! It meets the workstation only over a socket: nothing here imports `broker`, `app`, `panes`, `view` or `run`.
//! Time is injected: the market and the venue take nanoseconds since the Unix epoch, and only the server's driver knows
//! where they come from.

mod connection;
mod driver;
mod fault;
pub mod feed;
mod server;
mod session;
pub mod store;
pub mod venue;
mod wire;

pub use driver::{ClockSource, Hand, Stepped};
pub use fault::{HELP as FAULT_HELP, Script};
pub use server::{Gateway, GatewayError, Options, bind, serve};
pub use session::Pacing;

/// A moment of the paper market, in nanoseconds since the Unix epoch (UTC).
pub type Nanos = i64;

/// IB's contract id, the key of an instrument here as on the wire.
pub type ConId = i32;

/// What the gateway reads in a frame of an order, for the tests of those who write such frames; the code and text it refuses
/// the order with, if it does.
#[cfg(test)]
pub(crate) fn read_order(client_id: venue::ClientId, frame: &[u8]) -> Result<venue::OrderRequest, (i32, String)> {
    let request = wire::Request::decode(wire::Encoding::Protobuf(226), frame);
    let Ok(wire::Request::PlaceOrder(request)) = request else { panic!("not an order: {request:?}") };
    session::order_of(client_id, &request, session::Shelf { now: 0, feed: None })
        .map(|(_, order)| order)
        .map_err(|fault| (fault.code, fault.text))
}

#[cfg(test)]
mod tests;
