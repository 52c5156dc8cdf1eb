//! The gateway's process, and one connection to it.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::io::{BufRead, BufReader};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::Duration;

use futures_util::{Stream, StreamExt};
use ibapi::contracts::Contract;
use ibapi::prelude::{Client, Error, OrderUpdate};
use ibapi::subscriptions::{Subscription, SubscriptionItem};
use tokio::time::timeout;

/// How long a reply may take before the test fails.
pub const PATIENCE: Duration = Duration::from_secs(20);
/// The seed of the market.
const SEED: &str = "42";

/// Calls a method of the client, and notes that it was.
macro_rules! ask {
    ($session:expr, $method:ident($($argument:expr),* $(,)?)) => {
        $session.using(stringify!($method)).$method($($argument),*)
    };
}
pub(crate) use ask;

/// `tradewind gateway` on a port that the system chooses, with a folder of its own.
pub struct Gateway {
    process: Child,
    out: BufReader<ChildStdout>,
    pub address: String,
    _folder: tempfile::TempDir,
}

impl Gateway {
    pub fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut process = Command::new(env!("CARGO_BIN_EXE_tradewind"))
            .arg("--config")
            .arg(folder.path())
            .arg("--state")
            .arg(folder.path())
            .args(["gateway", "--listen", "127.0.0.1:0", "--seed", SEED, "--json", "--file"])
            .arg(folder.path().join("account.db"))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        // The first line, or the end of a process that could not start.
        let mut out = BufReader::new(process.stdout.take().unwrap());
        let mut line = String::new();
        out.read_line(&mut line).unwrap();
        let said: serde_json::Value = serde_json::from_str(&line).unwrap();
        let address = said["address"].as_str().unwrap().to_owned();
        Self { process, out, address, _folder: folder }
    }

    /// Ends it as its user would, in good order.
    pub fn stop(mut self) {
        let id = rustix::process::Pid::from_child(&self.process);
        rustix::process::kill_process(id, rustix::process::Signal::TERM).unwrap();
        assert!(self.process.wait().unwrap().success());
        let mut rest = String::new();
        assert_eq!(self.out.read_line(&mut rest).unwrap(), 0, "nothing is said beyond the first line: {rest}");
    }
}

impl Drop for Gateway {
    fn drop(&mut self) {
        // A test that failed leaves no process behind; one that ended has none.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// One connection, and which of the client's methods were used.
pub struct Session {
    pub client: Client,
    pub account: String,
    pub updates: Subscription<OrderUpdate>,
    called: RefCell<BTreeSet<&'static str>>,
}

impl Session {
    pub async fn connect(gateway: &Gateway) -> Self {
        let building = Client::builder()
            .address(gateway.address.clone())
            .client_id(1)
            .max_reconnect_attempts(0)
            .one_shot_timeout(PATIENCE)
            .connect();
        let client = soon(building).await.unwrap();
        assert_eq!(client.server_version(), 226);
        assert!(client.connection_time().is_some() && client.time_zone().is_some());
        let [account] = client.handshake_managed_accounts() else { panic!("one account") };
        assert!(account.starts_with("DU"), "{account}");
        let (account, updates) = (account.clone(), soon(client.order_update_stream()).await.unwrap());
        let called = RefCell::new(BTreeSet::from(["order_update_stream"]));
        Self { client, account, updates, called }
    }

    /// The client, of which a method is about to be used.
    pub fn using(&self, method: &'static str) -> &Client {
        self.called.borrow_mut().insert(method);
        &self.client
    }

    pub fn called(&self) -> BTreeSet<&'static str> {
        self.called.borrow().clone()
    }

    /// Waits until the gateway has answered everything up to here.
    pub async fn settle(&self) {
        soon(ask!(self, server_time())).await.unwrap();
    }

    /// Leaves, and once more by the shorter way in.
    pub async fn leave(&self, gateway: &Gateway) {
        soon(ask!(self, disconnect())).await;
        assert!(!self.client.is_connected());
        self.using("connect");
        let again = soon(Client::connect(&gateway.address, 2)).await.unwrap();
        assert!(soon(again.server_time()).await.is_ok());
        soon(again.disconnect()).await;
    }
}

/// What `future` gives, which must not take long.
pub async fn soon<T>(future: impl Future<Output = T>) -> T {
    timeout(PATIENCE, future).await.expect("an answer in time")
}

/// The next item of a subscription.
pub async fn next<T, S>(subscription: &mut S) -> T
where
    S: Stream<Item = Result<SubscriptionItem<T>, Error>> + Unpin,
{
    loop {
        if let SubscriptionItem::Data(item) = soon(subscription.next()).await.expect("it goes on").unwrap() {
            return item;
        }
    }
}

/// The first item that `pick` takes.
pub async fn first<T, U, S>(subscription: &mut S, mut pick: impl FnMut(T) -> Option<U>) -> U
where
    S: Stream<Item = Result<SubscriptionItem<T>, Error>> + Unpin,
{
    loop {
        if let Some(found) = pick(next(subscription).await) {
            return found;
        }
    }
}

/// Everything up to the end of a subscription that ends.
pub async fn all<T, S>(subscription: &mut S) -> Vec<T>
where
    S: Stream<Item = Result<SubscriptionItem<T>, Error>> + Unpin,
{
    let mut found = Vec::new();
    while let Some(item) = soon(subscription.next()).await {
        if let SubscriptionItem::Data(item) = item.unwrap() {
            found.push(item);
        }
    }
    found
}

/// A result that must be the error `code`.
pub fn refused<T>(result: Result<T, Error>, code: i32) {
    match result {
        Err(Error::Notice(notice)) => assert_eq!(notice.code, code, "{}", notice.message),
        Err(other) => panic!("{other} in place of error {code}"),
        Ok(_) => panic!("an answer in place of error {code}"),
    }
}

/// A subscription whose first item must be the error `code`.
pub async fn ends<T, S>(subscription: Result<S, Error>, code: i32)
where
    S: Stream<Item = Result<SubscriptionItem<T>, Error>> + Unpin,
{
    let mut subscription = subscription.unwrap();
    refused(soon(subscription.next()).await.expect("an error before the end"), code);
}

pub fn stock(symbol: &str) -> Contract {
    Contract::stock(symbol.to_owned()).build()
}

/// A price in whole cents.
pub fn cents(price: f64) -> f64 {
    (price * 100.0).round() / 100.0
}
