//! A client of the tests' own, frame by frame, where the real one would hide what goes over the wire.

use std::collections::VecDeque;
use std::net::SocketAddr;

use bytes::BytesMut;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_util::codec::Decoder;

use super::soon;
use crate::gateway::feed::Listing;
use crate::gateway::wire::frame::{self, Frames};
use crate::gateway::wire::proto::{
    CancelOrderRequest, Contract, Empty, MarketDataRequest, Order, PlaceOrderRequest, StartApiRequest,
};
use crate::gateway::wire::{Reply, Request};

/// Why nothing more comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    /// The gateway closed its side in order.
    Fin,
    /// The gateway reset the connection.
    Reset,
    /// A frame cannot be read.
    Broken,
}

/// A protobuf client.
#[derive(Debug)]
pub(super) struct Raw {
    pub(super) socket: TcpStream,
    buffer: BytesMut,
    frames: Frames,
    early: VecDeque<Reply>,
}

impl Raw {
    /// Connects and greets.
    pub(super) async fn greet(address: SocketAddr) -> Self {
        let mut socket = soon(TcpStream::connect(address)).await.expect("the gateway listens");
        socket.write_all(b"API\0\0\0\0\x09v213..226").await.expect("a socket that takes a greeting");
        let mut raw =
            Self { socket, buffer: BytesMut::from(&b"API\0"[..]), frames: Frames::default(), early: VecDeque::new() };
        raw.body().await.expect("an answer to the greeting");
        raw
    }

    /// Connects, greets and starts; the order id it may begin with.
    pub(super) async fn start(address: SocketAddr, client_id: i32) -> (Self, i32) {
        let mut raw = Self::greet(address).await;
        raw.ask_start(client_id).await;
        let next = raw.until(|r| if let Reply::NextValidId(m) = r { m.order_id } else { None }).await;
        raw.until(|r| matches!(r, Reply::Error(m) if m.error_code == Some(2158)).then_some(())).await;
        (raw, next)
    }

    pub(super) async fn ask_start(&mut self, client_id: i32) {
        self.ask(Request::StartApi(StartApiRequest { client_id: Some(client_id), optional_capabilities: None })).await;
    }

    /// Sends one request; a closed socket is noticed when reading.
    pub(super) async fn ask(&mut self, request: Request) {
        let mut bytes = BytesMut::new();
        frame::put(&mut bytes, |out| out.extend_from_slice(&request.encode()));
        let _ = soon(self.socket.write_all(&bytes)).await;
    }

    /// Asks for a limit order of one side on AAPL.
    pub(super) async fn order(&mut self, order_id: i32, action: &str, shares: i64, limit: f64) {
        self.ask(limit_order(order_id, action, shares, limit)).await;
    }

    pub(super) async fn cancel(&mut self, order_id: i32) {
        let request = CancelOrderRequest { order_id: Some(order_id), ..CancelOrderRequest::default() };
        self.ask(Request::CancelOrder(request)).await;
    }

    /// Opens a market data line on AAPL.
    pub(super) async fn watch(&mut self, req_id: i32) {
        let contract = Some(apple());
        let request = MarketDataRequest { req_id: Some(req_id), contract, ..MarketDataRequest::default() };
        self.ask(Request::MarketData(Box::new(request))).await;
    }

    /// Connects and starts again as soon as the gateway has noticed that the last connection is gone.
    pub(super) async fn start_again(address: SocketAddr, client_id: i32) -> (Self, i32) {
        loop {
            let mut raw = Self::greet(address).await;
            raw.ask_start(client_id).await;
            loop {
                match raw.next().await {
                    Ok(Reply::NextValidId(m)) => return (raw, m.order_id.unwrap_or(0)),
                    Ok(_) => {}
                    Err(_) => break,
                }
            }
        }
    }

    /// What is left of bytes that make no frame yet, once there is any.
    pub(super) async fn fragment(&mut self) -> usize {
        loop {
            while let Ok(Some(body)) = self.frames.decode(&mut self.buffer) {
                self.early.extend(Reply::decode(&body));
            }
            // A read may end anywhere; what is shorter than a length stands still.
            if (1..4).contains(&self.buffer.len()) {
                return self.buffer.len();
            }
            soon(self.socket.read_buf(&mut self.buffer)).await.expect("the connection goes on");
        }
    }

    /// Whether nothing has come that was not read.
    pub(super) fn is_silent(&self) -> bool {
        let read = self.socket.try_read(&mut [0; 64]);
        self.early.is_empty()
            && self.buffer.is_empty()
            && matches!(read, Err(error) if error.kind() == std::io::ErrorKind::WouldBlock)
    }

    async fn body(&mut self) -> Result<bytes::Bytes, End> {
        loop {
            match self.frames.decode(&mut self.buffer) {
                Ok(Some(body)) => return Ok(body),
                Ok(None) => {}
                Err(_) => return Err(End::Broken),
            }
            match soon(self.socket.read_buf(&mut self.buffer)).await {
                Ok(0) => return Err(End::Fin),
                Ok(_) => {}
                Err(_) => return Err(End::Reset),
            }
        }
    }

    /// The next message.
    pub(super) async fn next(&mut self) -> Result<Reply, End> {
        if let Some(reply) = self.early.pop_front() {
            return Ok(reply);
        }
        let body = self.body().await?;
        Reply::decode(&body).ok_or(End::Broken)
    }

    /// The first message that `pick` takes; what comes before is dropped.
    pub(super) async fn until<T>(&mut self, pick: impl Fn(&Reply) -> Option<T>) -> T {
        loop {
            let reply = self.next().await.expect("the connection goes on");
            if let Some(found) = pick(&reply) {
                return found;
            }
        }
    }

    /// Everything up to the answer to a question that is asked now: what was due before it is among it.
    pub(super) async fn settled(&mut self) -> Vec<Reply> {
        self.ask(Request::CurrentTime(Empty {})).await;
        let mut seen = Vec::new();
        loop {
            match self.next().await.expect("the connection goes on") {
                Reply::CurrentTime(_) => return seen,
                reply => seen.push(reply),
            }
        }
    }

    /// Everything until the connection ends, and how it ends.
    pub(super) async fn end(&mut self) -> (Vec<Reply>, End) {
        let mut seen = Vec::new();
        loop {
            match self.next().await {
                Ok(reply) => seen.push(reply),
                Err(end) => return (seen, end),
            }
        }
    }
}

/// AAPL by its id.
pub(super) fn apple() -> Contract {
    let listing = Listing::by_symbol("AAPL").expect("AAPL is listed");
    Contract { con_id: Some(listing.con_id), ..Contract::default() }
}

/// A limit order on AAPL.
pub(super) fn limit_order(order_id: i32, action: &str, shares: i64, limit: f64) -> Request {
    let order = Order {
        action: Some(action.to_owned()),
        total_quantity: Some(shares.to_string()),
        order_type: Some("LMT".to_owned()),
        lmt_price: Some(limit),
        tif: Some("GTC".to_owned()),
        transmit: Some(true),
        ..Order::default()
    };
    let place = PlaceOrderRequest {
        order_id: Some(order_id),
        contract: Some(apple()),
        order: Some(order),
        attached_orders: None,
    };
    Request::PlaceOrder(Box::new(place))
}

/// The messages about orders, in short.
pub(super) fn orders(replies: &[Reply]) -> Vec<String> {
    replies.iter().filter_map(in_short).collect()
}

fn in_short(reply: &Reply) -> Option<String> {
    match reply {
        Reply::OpenOrder(m) => Some(format!("open {}", m.order_id.unwrap_or(0))),
        Reply::OrderStatus(m) => {
            Some(format!("status {} {}", m.order_id.unwrap_or(0), m.status.as_deref().unwrap_or("")))
        }
        Reply::ExecutionDetails(m) => {
            let execution = m.execution.as_ref()?;
            Some(format!("fill {}", execution.order_id.unwrap_or(0)))
        }
        Reply::CommissionAndFeesReport(_) => Some("fee".to_owned()),
        Reply::Error(m) if (m.error_code? < 2100) || m.error_code? >= 2200 => {
            Some(format!("error {} {}", m.id.unwrap_or(0), m.error_code.unwrap_or(0)))
        }
        _ => None,
    }
}
