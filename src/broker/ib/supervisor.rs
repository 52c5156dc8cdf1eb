//! The life of the connection: dial, SYNC, READY, and again.
//!
//! Invariants: connect, reconnect and SYNC are one path; any sign of loss drops the client and builds a new one under the
//! same client id. Order events that arrive during SYNC are told after its snapshot; between two attempts they are told as
//! they come. Orders may be sent in READY alone.
//!
//! Must not know: the desk, quotes, how an order is written.

mod heard;
mod pulse;

use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use futures_util::{FutureExt, StreamExt};
use ibapi::orders::OrderUpdate;
use ibapi::subscriptions::{NoticeStream, Subscription, SubscriptionItem};
use ibapi::{Client, Error};
use tokio::sync::{mpsc, watch};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use self::pulse::{Pulse, beat};
use super::account::Ledger;
use super::connect::{self, Connection, Failure};
use super::data::Feed;
use super::others::{Beat, Watch};
use super::pacing::Pace;
use super::sender::{Gate, Session};
use super::sync::{Failed, Sync, Synced};
use super::{Profile, convert};
use crate::broker::event::Refusal;
use crate::broker::{Event, Link};
use crate::domain::SafeText;
use crate::domain::account::AccountId;
use crate::domain::position::Pnl;

/// Unanswered beats after which the connection counts as lost.
const BEATS_MISSED_MAX: u32 = 3;
/// Why orders do not pass while the gateway has no link to IB.
const IB_LOST: &str = "IB's servers are not reachable";

/// The waits of a connection; tests shorten them.
#[derive(Debug, Clone, Copy)]
pub struct Tempo {
    /// The first wait before dialling again; it doubles up to `backoff_max` and starts over after READY.
    pub backoff: Duration,
    /// The longest wait before dialling again.
    pub backoff_max: Duration,
    /// How long one question of SYNC may take.
    pub step: Duration,
    /// Waits before SYNC is tried again; the last one repeats.
    pub sync_again: [Duration; 3],
    /// How often the gateway is asked for the time.
    pub beat: Duration,
    /// How long it may take to answer.
    pub beat_max: Duration,
    /// How often it is asked for the orders of others.
    pub others: Beat,
    /// How long a line may be silent after it was asked for, or after a data farm came back.
    pub silence: Duration,
}

impl Default for Tempo {
    fn default() -> Self {
        Self {
            backoff: Duration::from_millis(250),
            backoff_max: Duration::from_secs(15),
            step: Duration::from_secs(10),
            sync_again: [Duration::from_secs(5), Duration::from_secs(10), Duration::from_secs(20)],
            beat: Duration::from_secs(5),
            beat_max: Duration::from_secs(2),
            others: Beat::default(),
            silence: Duration::from_secs(30),
        }
    }
}

/// Why a session ended.
enum Ending {
    /// The program ends, or nobody reads the events.
    Stop,
    /// The connection is lost; dial again.
    Lost(Refusal),
}

/// What comes after a pass through the session's loop.
enum Next {
    /// Everything asked anew.
    Sync,
    /// The session is over.
    End(Ending),
}

/// The task's belongings.
pub struct Supervisor {
    /// What to connect to.
    pub profile: Arc<Profile>,
    /// Where facts go.
    pub events: mpsc::Sender<Event>,
    /// What the sender may send.
    pub gate: watch::Sender<Gate>,
    /// What the data lane may ask.
    pub feed: watch::Sender<Feed>,
    /// Wishes for SYNC, or to dial at once.
    pub resync: mpsc::Receiver<()>,
    /// Wishes to know the orders of others.
    pub asked: mpsc::Receiver<()>,
    /// The sender has given the connection up.
    pub broken: mpsc::Receiver<SafeText>,
    /// The outbound pace.
    pub pace: Pace,
    /// The waits.
    pub tempo: Tempo,
    /// Ends everything.
    pub stop: CancellationToken,
    /// What the gateway said of a port that it moves to, until a connection stands again.
    pub moved: Option<Refusal>,
}

impl Supervisor {
    /// Dials until `stop`.
    pub async fn run(mut self) {
        let mut attempt = 1;
        let mut backoff = self.tempo.backoff;
        let mut why = None;
        loop {
            self.link(self.dialling(attempt, None, why.clone())).await;
            let stop = self.stop.clone();
            let dialled = tokio::select! {
                biased;
                () = stop.cancelled() => return,
                dialled = connect::dial(&self.profile) => dialled,
            };
            match dialled {
                Ok(connection) => {
                    let client = connection.client.clone();
                    let (ending, was_ready) = Box::pin(self.session(connection)).await;
                    self.gate.send_replace(Gate::Closed);
                    self.feed.send_modify(|feed| feed.renew(None));
                    connect::hang_up(&client).await;
                    match ending {
                        Ending::Stop => return,
                        Ending::Lost(refusal) => why = Some(self.moved.clone().unwrap_or(refusal)),
                    }
                    if was_ready {
                        (attempt, backoff) = (0, self.tempo.backoff);
                    }
                }
                Err(Failure::Retry(refusal)) => why = Some(self.moved.clone().unwrap_or(refusal)),
                Err(Failure::Refused(refusal)) => {
                    self.link(Link::Refused(refusal)).await;
                    if !self.wish(None).await {
                        return;
                    }
                    (attempt, backoff, why) = (1, self.tempo.backoff, None);
                    continue;
                }
            }
            self.link(self.dialling(attempt.max(1), Some(backoff), why.clone())).await;
            if !self.wish(Some(Instant::now() + backoff)).await {
                return;
            }
            attempt += 1;
            backoff = (backoff * 2).min(self.tempo.backoff_max);
        }
    }

    /// Waits until `at` or until someone wishes to dial at once; `false` at the end of the program.
    async fn wish(&mut self, at: Option<Instant>) -> bool {
        let stop = self.stop.clone();
        let due = async {
            match at {
                Some(at) => tokio::time::sleep_until(at).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            biased;
            () = stop.cancelled() => false,
            () = self.events.closed() => false,
            wished = self.resync.recv() => wished.is_some(),
            () = due => true,
        }
    }

    fn dialling(&self, attempt: u32, next_in: Option<Duration>, why: Option<Refusal>) -> Link {
        Link::Dialling { address: convert::text(&self.profile.address), attempt, next_in, why }
    }

    /// Tells, unless the program ends first; a loop that is gone is noticed by [`Self::wish`] and by the session.
    async fn tell(&self, event: Event) {
        tokio::select! {
            biased;
            _ = self.events.send(event) => {}
            () = self.stop.cancelled() => {}
        }
    }

    async fn link(&self, link: Link) {
        self.tell(Event::Link(link)).await;
    }

    /// One connection from its handshake to its end, and whether it ever was READY.
    async fn session(&mut self, connection: Connection) -> (Ending, bool) {
        let Connection { client, notices, account } = connection;
        while self.broken.try_recv().is_ok() {}
        while self.resync.try_recv().is_ok() {}
        self.moved = None;
        let opened = client.order_update_stream().await;
        let orders = match opened {
            Ok(stream) => stream,
            Err(error) => return (Ending::Lost(connect::why(&error, &self.profile)), false),
        };
        self.gate.send_replace(Gate::Cancels(client.clone(), "the session is not synchronised"));
        self.feed.send_modify(|feed| feed.renew(Some(client.clone())));
        let mut live = Live {
            // Asking for it takes it, so it is asked for once a connection; the journal counts on from there.
            first_id: client.next_order_id(),
            client,
            account,
            notices,
            orders: Some(orders),
            ledger: None,
            pnl: Pnl::default(),
            read_only: self.profile.read_only,
            ib_lost: false,
            ready: false,
            was_ready: false,
            missed: 0,
            beat: None,
            next_beat: Instant::now(),
            ahead: 0,
            others: Watch::new(self.tempo.others, self.profile.client_id),
        };
        loop {
            let next = match self.synchronise(&mut live).await {
                Ok(()) => self.serve(&mut live, None).await,
                Err(next) => next,
            };
            live.ready = false;
            if let Next::End(ending) = next {
                self.last_words(&mut live).await;
                return (ending, live.was_ready);
            }
        }
    }

    /// One SYNC that succeeds, with waits between its attempts; leaves the session READY.
    async fn synchronise(&mut self, live: &mut Live) -> Result<(), Next> {
        let mut attempt = 0;
        loop {
            self.close_gate(live, "the session is not synchronised");
            if !live.others.end(self.tempo.step).await {
                // Its answer may still come, and would be taken for that of SYNC.
                let text = format!("{} left a question open; connecting anew.", self.profile.address);
                return Err(Next::End(Ending::Lost(Refusal { code: None, text: text.into() })));
            }
            if let Some(ledger) = live.ledger.take() {
                live.pnl = ledger.close(&self.pace).await;
            }
            if live.orders.is_none() {
                let opened = live.client.order_update_stream().await;
                live.orders = Some(opened.map_err(|error| self.lost(&error))?);
            }
            match self.ask(live).await? {
                Ok(synced) => {
                    if self.ready(live, synced).await? {
                        return Ok(());
                    }
                }
                Err(Failed { step, why, late }) => {
                    let text = format!("SYNC failed at {step}: {}", why.text);
                    self.tell(Event::Notice { code: why.code.unwrap_or(0), text: text.into() }).await;
                    if late {
                        return Err(self.silent(step));
                    }
                    let [first, second, last] = self.tempo.sync_again;
                    let wait = [first, second].get(attempt).copied().unwrap_or(last);
                    attempt += 1;
                    if let Next::End(ending) = self.serve(live, Some(Instant::now() + wait)).await {
                        return Err(Next::End(ending));
                    }
                }
            }
        }
    }

    /// Asks everything once; the outer error ends the session.
    async fn ask(&mut self, live: &mut Live) -> Result<Result<Synced, Failed>, Next> {
        let stop = self.stop.clone();
        let sync = Sync {
            client: &live.client,
            account: &live.account,
            pace: &self.pace,
            days: self.profile.execution_days,
            step_max: self.tempo.step,
            events: &self.events,
        };
        let result = tokio::select! {
            biased;
            () = stop.cancelled() => return Err(Next::End(Ending::Stop)),
            Some(why) = self.broken.recv() => return Err(Next::End(Ending::Lost(Refusal { code: None, text: why }))),
            result = Box::pin(sync.run()) => result,
        };
        match result {
            Ok(synced) => Ok(Ok(synced)),
            Err(_) if !live.client.is_connected() => Err(self.lost(&Error::ConnectionReset)),
            Err(failed) => Ok(Err(failed)),
        }
    }

    /// Hands the snapshot out and opens the gate; `false` if what was said meanwhile asks for another SYNC.
    async fn ready(&mut self, live: &mut Live, synced: Synced) -> Result<bool, Next> {
        let Synced { mut snapshot, positions, updates } = synced;
        snapshot.account.pnl = live.pnl;
        let (account, values) = (live.account.clone(), snapshot.account.clone());
        live.ledger = Some(Ledger::new(account, values, positions, updates, &snapshot.positions));
        live.others.synced(&snapshot.open);
        self.tell(Event::Synced(Box::new(snapshot))).await;
        // What IB's servers did during SYNC must be known before an order may pass.
        while let Some(notice) = live.notices.next().now_or_never() {
            let Some(notice) = notice else { return Err(self.lost(&Error::ConnectionReset)) };
            match self.notice(live, notice).await {
                None => {}
                Some(Next::Sync) => return Ok(false),
                Some(end) => return Err(end),
            }
        }
        (live.ready, live.was_ready, live.missed) = (true, true, 0);
        if live.ib_lost {
            self.close_gate(live, IB_LOST);
            self.link(Link::IbLost).await;
        } else {
            self.open_gate(live).await;
        }
        Ok(true)
    }

    /// Lets orders through and says so.
    async fn open_gate(&self, live: &mut Live) {
        let session = Session {
            client: live.client.clone(),
            account: live.account.clone(),
            mode: self.profile.mode,
            read_only: live.read_only,
            client_id: self.profile.client_id,
            next_order_id: live.first_id,
        };
        let link = Link::Ready {
            account: live.account.clone(),
            mode: self.profile.mode,
            read_only: live.read_only,
            client_id: self.profile.client_id,
            next_order_id: session.next_order_id,
            server_version: live.client.server_version(),
        };
        self.gate.send_replace(Gate::Open(Arc::new(session)));
        self.link(link).await;
    }

    fn close_gate(&self, live: &Live, why: &'static str) {
        self.gate.send_replace(Gate::Cancels(live.client.clone(), why));
    }

    /// A question has no answer in time: one that comes later would be taken for that of the next question, so that only a
    /// new connection can be asked again.
    fn silent(&self, question: &str) -> Next {
        let text = format!("{} did not answer in time what was asked for: {question}.", self.profile.address);
        Next::End(Ending::Lost(Refusal { code: None, text: text.into() }))
    }

    fn lost(&self, error: &Error) -> Next {
        Next::End(Ending::Lost(connect::why(error, &self.profile)))
    }

    /// Tells what the connection says until it needs SYNC, ends, or `until` has come.
    async fn serve(&mut self, live: &mut Live, until: Option<Instant>) -> Next {
        let stop = self.stop.clone();
        loop {
            let until = until.filter(|_| !live.ready);
            let told = live.ledger.as_ref().and_then(Ledger::due);
            let asks = live.ledger.as_ref().is_some_and(Ledger::is_waiting);
            let others = live.others.due().filter(|_| live.ready);
            let next = tokio::select! {
                biased;
                () = stop.cancelled() => Some(Next::End(Ending::Stop)),
                Some(why) = self.broken.recv() => Some(Next::End(Ending::Lost(Refusal { code: None, text: why }))),
                update = next_update(&mut live.orders) => self.update(live, update).await,
                notice = live.notices.next() => match notice {
                    Some(notice) => self.notice(live, notice).await,
                    None => Some(self.lost(&Error::ConnectionReset)),
                },
                Some(()) = self.resync.recv() => Some(Next::Sync),
                beat = next_beat(&mut live.beat) => self.beaten(live, beat).await,
                () = tokio::time::sleep_until(live.next_beat), if live.beat.is_none() => {
                    live.next_beat = Instant::now() + self.tempo.beat;
                    self.pace.count();
                    live.beat = Some(Box::pin(beat(live.client.clone(), self.tempo.beat_max)));
                    None
                }
                item = next_item(&mut live.ledger) => self.item(live, item).await,
                outcome = live.others.next() => {
                    self.others(outcome).await;
                    None
                }
                Some(()) = self.asked.recv() => {
                    live.others.soon();
                    None
                }
                () = sleep_until(others) => {
                    if live.is_well() {
                        live.others.ask(&live.client, &live.account, &self.pace);
                    } else {
                        live.others.put_off();
                    }
                    None
                }
                () = self.pace.permit(), if asks => {
                    if let Some(ledger) = &mut live.ledger {
                        ledger.ask_next(&live.client).await;
                    }
                    None
                }
                () = sleep_until(told) => {
                    if let Some(ledger) = &mut live.ledger {
                        let event = ledger.tell();
                        self.tell(event).await;
                    }
                    None
                }
                () = sleep_until(until) => Some(Next::Sync),
                () = self.events.closed() => Some(Next::End(Ending::Stop)),
            };
            if let Some(next) = next {
                return next;
            }
        }
    }
}

/// One connection while it lives.
struct Live {
    client: Arc<Client>,
    /// The lowest order id the broker took when this connection began.
    first_id: i32,
    account: AccountId,
    notices: NoticeStream,
    orders: Option<Subscription<OrderUpdate>>,
    ledger: Option<Ledger>,
    /// The account's profit and loss as last told in this connection.
    pnl: Pnl,
    read_only: bool,
    ib_lost: bool,
    ready: bool,
    was_ready: bool,
    missed: u32,
    beat: Option<Pin<Box<dyn Future<Output = Option<Pulse>> + Send>>>,
    next_beat: Instant,
    /// How far ahead the gateway's clock was told to be.
    ahead: i64,
    others: Watch,
}

impl Live {
    /// Whether orders may pass: synchronised, with IB behind it, and answering.
    const fn is_well(&self) -> bool {
        self.ready && !self.ib_lost && self.missed == 0
    }
}

async fn next_update(
    orders: &mut Option<Subscription<OrderUpdate>>,
) -> Option<Result<SubscriptionItem<OrderUpdate>, Error>> {
    match orders {
        Some(stream) => stream.next().await,
        None => std::future::pending().await,
    }
}

async fn next_beat(beat: &mut Option<Pin<Box<dyn Future<Output = Option<Pulse>> + Send>>>) -> Option<Pulse> {
    match beat {
        Some(beat) => beat.await,
        None => std::future::pending().await,
    }
}

async fn next_item(ledger: &mut Option<Ledger>) -> Option<super::account::Item> {
    match ledger {
        Some(ledger) => ledger.next().await,
        None => std::future::pending().await,
    }
}

async fn sleep_until(at: Option<Instant>) {
    match at {
        Some(at) => tokio::time::sleep_until(at).await,
        None => std::future::pending().await,
    }
}
