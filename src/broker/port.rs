//! The two ends of the command channels.

use tokio::sync::mpsc;
use tokio::sync::mpsc::error::TrySendError;

use super::{Command, Lane};

/// How many cancels, and how many orders, may wait for the sender.
const ORDERS_WAITING_MAX: usize = 256;
/// How many subscriptions and questions may wait.
const DATA_WAITING_MAX: usize = 1024;
/// How many events may wait for the loop before the adapter waits.
pub const EVENTS_WAITING_MAX: usize = 8192;

/// The desk's end: never waits.
#[derive(Debug, Clone)]
pub struct Port {
    urgent: mpsc::Sender<Command>,
    orders: mpsc::Sender<Command>,
    data: mpsc::Sender<Command>,
}

impl Port {
    /// Puts a command into its lane; gives it back if the lane is full or its reader is gone.
    pub fn send(&self, command: Command) -> Result<(), Command> {
        let lane = match command.lane() {
            Lane::Urgent => &self.urgent,
            Lane::Orders => &self.orders,
            Lane::Data => &self.data,
        };
        lane.try_send(command).map_err(|e| match e {
            TrySendError::Full(command) | TrySendError::Closed(command) => command,
        })
    }
}

/// The adapter's end.
#[derive(Debug)]
pub struct Lanes {
    /// Cancels and kills.
    pub urgent: mpsc::Receiver<Command>,
    /// New orders and changes.
    pub orders: mpsc::Receiver<Command>,
    /// Subscriptions and questions.
    pub data: mpsc::Receiver<Command>,
}

/// A new port, both ends.
pub fn open() -> (Port, Lanes) {
    let (urgent_in, urgent) = mpsc::channel(ORDERS_WAITING_MAX);
    let (orders_in, orders) = mpsc::channel(ORDERS_WAITING_MAX);
    let (data_in, data) = mpsc::channel(DATA_WAITING_MAX);
    (Port { urgent: urgent_in, orders: orders_in, data: data_in }, Lanes { urgent, orders, data })
}
