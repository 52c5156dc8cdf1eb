//! The gateway through its socket, spoken to by the real client.

mod account;
mod clients;
mod data;
mod encodings;
mod faults;
mod futures;
mod indices;
mod ledger;
mod options;
mod orders;
mod raw;
mod session;

use std::net::SocketAddr;
use std::time::Duration;

use futures_util::{Stream, StreamExt};
use ibapi::Client;
use ibapi::contracts::Contract;
use ibapi::market_data::realtime::Quote;
use ibapi::subscriptions::SubscriptionItem;
use tokio::task::JoinHandle;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use super::{ClockSource, GatewayError, Hand, Nanos, Options, bind};

/// 2026-02-11 15:00:00 UTC, a Wednesday.
const START: Nanos = 1_770_822_000_000_000_000;
/// How long a reply may take before the test fails.
const PATIENCE: Duration = Duration::from_secs(20);

/// A gateway that runs for one test.
struct Running {
    address: SocketAddr,
    hand: Hand,
    stop: CancellationToken,
    task: JoinHandle<Result<(), GatewayError>>,
}

impl Running {
    /// A gateway in memory whose clock stands at [`START`].
    async fn start() -> Self {
        Self::with(Options::default(), START).await
    }

    async fn with(options: Options, start: Nanos) -> Self {
        let (clock, hand) = ClockSource::stepped(start);
        let gateway = bind(Options { clock, ..options }).await.expect("the gateway starts");
        let (address, stop) = (gateway.addr(), CancellationToken::new());
        let task = tokio::spawn(gateway.run(stop.clone()));
        Self { address, hand, stop, task }
    }

    async fn client(&self, client_id: i32) -> Client {
        self.try_client(client_id).await.expect("the client connects")
    }

    async fn try_client(&self, client_id: i32) -> Result<Client, ibapi::Error> {
        let connecting = Client::builder()
            .address(self.address.to_string())
            .client_id(client_id)
            .max_reconnect_attempts(0)
            .one_shot_timeout(PATIENCE)
            .connect();
        soon(connecting).await
    }

    async fn advance(&self, millis: u64) -> Nanos {
        soon(self.hand.advance(Duration::from_millis(millis))).await.expect("the gateway runs")
    }

    async fn stop(self) {
        self.stop.cancel();
        soon(self.task).await.expect("the gateway does not panic").expect("the gateway stops in good order");
    }
}

/// What `future` gives, which must not take long.
async fn soon<T>(future: impl Future<Output = T>) -> T {
    timeout(PATIENCE, future).await.expect("an answer in time")
}

/// The next item of a subscription.
async fn next<T, S>(subscription: &mut S) -> T
where
    S: Stream<Item = Result<SubscriptionItem<T>, ibapi::Error>> + Unpin,
{
    loop {
        match soon(subscription.next()).await.expect("the subscription goes on").expect("a readable item") {
            SubscriptionItem::Data(item) => return item,
            SubscriptionItem::Notice(_) => {}
        }
    }
}

/// The first item that `pick` takes.
async fn first<T, U, S>(subscription: &mut S, pick: impl Fn(T) -> Option<U>) -> U
where
    S: Stream<Item = Result<SubscriptionItem<T>, ibapi::Error>> + Unpin,
{
    loop {
        if let Some(found) = pick(next(subscription).await) {
            return found;
        }
    }
}

fn stock(symbol: &str) -> Contract {
    Contract::stock(symbol.to_owned()).build()
}

/// What a contract is quoted at, from a snapshot.
async fn quote(client: &Client, contract: &Contract) -> Quote {
    let ticks = soon(client.market_data(contract).snapshot_once(PATIENCE)).await.expect("a snapshot");
    Quote::from_ticks(&ticks)
}
