//! The data lane: subscriptions and questions, in one task.
//!
//! Invariants: at most [`JOBS_MAX`] questions are open, each with a deadline; what is wanted survives reconnects; a search
//! waits a second after the one before, and a newer search replaces a waiting one.
//!
//! Must not know: orders, SYNC.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt;
use ibapi::Client;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;
use tokio::time::{Instant, timeout};
use tokio_util::sync::CancellationToken;

use super::contract::{self, Rules};
use super::history::{Charts, Opened, Question};
use super::market::Lines;
use super::pacing::Pace;
use crate::broker::event::Refusal;
use crate::broker::{Command, Event, JobId, Tape};
use crate::clock::Stamp;
use crate::domain::SafeText;
use crate::domain::bar::{Bar, BarKey};
use crate::domain::instrument::{Instrument, SymbolMatch};

/// How many questions may be open.
const JOBS_MAX: usize = 64;
/// IB answers one symbol search a second.
const SEARCH_GAP: Duration = Duration::from_secs(1);
/// Ticks taken at once before anything else is looked at.
const TICKS_AT_ONCE: usize = 64;

/// The connection as the data lane sees it.
#[derive(Clone, Default)]
pub struct Feed {
    /// The client, while there is a connection.
    pub client: Option<Arc<Client>>,
    /// How often subscriptions had to be made anew.
    made: u64,
    /// How often a data farm has come back.
    suspected: u64,
}

impl Feed {
    /// Every subscription is to be made anew, with this client.
    pub fn renew(&mut self, client: Option<Arc<Client>>) {
        self.client = client;
        self.made = self.made.wrapping_add(1);
    }

    /// Every line has to show that it still ticks.
    pub const fn suspect(&mut self) {
        self.suspected = self.suspected.wrapping_add(1);
    }
}

/// The task's belongings.
pub struct Desk {
    events: mpsc::Sender<Event>,
    resync: mpsc::Sender<()>,
    others: mpsc::Sender<()>,
    pace: Pace,
    rules: Rules,
    lines: Lines,
    charts: Charts,
    jobs: JoinSet<Answer>,
    searching: Option<(JobId, SafeText)>,
    search_from: Instant,
    told: BTreeSet<i32>,
    /// How often subscriptions had been made anew when they were last looked at.
    made: u64,
}

enum Answer {
    Found(JobId, Result<Box<Instrument>, Refusal>),
    Matches(JobId, Result<Vec<SymbolMatch>, Refusal>),
    Bars(BarKey, u64, Result<Opened, Refusal>),
    Older(JobId, BarKey, Result<Vec<Bar>, Refusal>),
}

impl Desk {
    /// Nothing wanted, nothing asked.
    pub fn new(
        events: mpsc::Sender<Event>,
        resync: mpsc::Sender<()>,
        others: mpsc::Sender<()>,
        pace: Pace,
        tape: Tape,
        silence: Duration,
    ) -> Self {
        Self {
            events,
            resync,
            others,
            rules: Rules::default(),
            lines: Lines::new(tape, pace.clone(), silence),
            charts: Charts::new(pace.clone()),
            pace,
            jobs: JoinSet::new(),
            searching: None,
            search_from: Instant::now(),
            told: BTreeSet::new(),
            made: 0,
        }
    }

    /// Serves the lane until `stop`.
    pub async fn run(
        mut self,
        mut lane: mpsc::Receiver<Command>,
        mut feed: watch::Receiver<Feed>,
        stop: CancellationToken,
    ) {
        let mut client = None;
        loop {
            // Questions for history keep their own pace; while they wait, only time lets them pass.
            let history = client.as_ref().and_then(|_| self.charts.due(Stamp::now()));
            let asks = client.is_some() && (self.lines.is_waiting() || history.is_some_and(|wait| wait.is_zero()));
            let silent = self.lines.silent_at();
            let event = tokio::select! {
                biased;
                () = stop.cancelled() => return,
                changed = feed.changed() => {
                    if changed.is_err() {
                        return;
                    }
                    client = self.connected(&feed.borrow_and_update());
                    None
                }
                command = lane.recv(), if self.jobs.len() < JOBS_MAX => {
                    let Some(command) = command else { return };
                    self.command(command, &feed);
                    None
                }
                Some(answer) = self.jobs.join_next(), if !self.jobs.is_empty() => answer.ok().and_then(|a| self.answered(a)),
                () = tokio::time::sleep_until(self.search_from), if self.searching.is_some() => {
                    self.search(&feed);
                    None
                }
                () = self.pace.permit(), if asks => {
                    if let Some(client) = &client {
                        self.ask(client).await;
                    }
                    None
                }
                () = tokio::time::sleep_until(Instant::now() + history.unwrap_or_default()), if history.is_some_and(|wait| !wait.is_zero()) => None,
                Some(update) = self.charts.next(), if self.charts.is_running() => self.charts.take(update),
                Some(tick) = self.lines.next(), if self.lines.is_running() => self.ticks(tick),
                () = sleep_until(silent), if client.is_some() => self.rouse(),
            };
            if let Some(event) = event {
                tokio::select! {
                    biased;
                    told = self.events.send(event) => if told.is_err() {
                        return;
                    },
                    () = stop.cancelled() => return,
                }
            }
        }
    }

    /// The connection changed: everything wanted waits to be asked for; or only a data farm is back.
    fn connected(&mut self, feed: &Feed) -> Option<Arc<Client>> {
        if std::mem::replace(&mut self.made, feed.made) == feed.made {
            self.lines.suspect();
        } else {
            self.told.clear();
            self.lines.renew();
            self.charts.renew();
        }
        feed.client.clone()
    }

    /// Asks again for the lines that have been silent for too long; says so of those that have been asked for in vain.
    fn rouse(&mut self) -> Option<Event> {
        let mute = self.lines.rouse();
        if mute.is_empty() {
            return None;
        }
        let names: Vec<&str> = mute.iter().map(SafeText::as_str).collect();
        let text =
            format!("No quotes of {}, though asked for again. They are asked for every few minutes.", names.join(", "));
        Some(Event::Notice { code: 0, text: text.as_str().into() })
    }

    fn command(&mut self, command: Command, feed: &watch::Receiver<Feed>) {
        match command {
            Command::Watch(instrument) => self.lines.watch(&instrument),
            Command::Unwatch(con_id) => self.lines.unwatch(con_id),
            Command::Bars { job, instrument, key } => self.charts.want(job, &instrument, key),
            Command::OlderBars { job, instrument, key, before } => {
                self.charts.want_older(job, &instrument, key, before);
            }
            Command::StopBars(key) => self.charts.stop(key),
            Command::Find { job, symbol } => {
                let (pace, rules, feed) = (self.pace.clone(), self.rules.clone(), feed.clone());
                self.jobs.spawn(async move {
                    let result = match connected(feed).await {
                        Ok(client) => {
                            contract::find(&client, &pace, &rules, &symbol, Stamp::now().eastern().date()).await
                        }
                        Err(refusal) => Err(refusal),
                    };
                    Answer::Found(job, result)
                });
            }
            Command::Search { job, pattern } => {
                if let Some((older, _)) = self.searching.replace((job, pattern)) {
                    let refusal = contract::refused("another search came after it");
                    self.jobs.spawn(async move { Answer::Matches(older, Err(refusal)) });
                }
            }
            // A request that is already waiting is this one.
            Command::Resync => drop(self.resync.try_send(())),
            Command::AskOthers => drop(self.others.try_send(())),
            Command::Place(..) | Command::Cancel { .. } | Command::DropUnsent | Command::CancelEveryones => {
                tracing::error!("an order command came through the data lane and was dropped");
            }
        }
    }

    /// Starts the search that waits.
    fn search(&mut self, feed: &watch::Receiver<Feed>) {
        let Some((job, pattern)) = self.searching.take() else { return };
        self.search_from = Instant::now() + SEARCH_GAP;
        let (pace, feed) = (self.pace.clone(), feed.clone());
        self.jobs.spawn(async move {
            let result = match connected(feed).await {
                Ok(client) => contract::search(&client, &pace, &pattern).await,
                Err(refusal) => Err(refusal),
            };
            Answer::Matches(job, result)
        });
    }

    /// Asks for what waits longest, lines first: a token of the pace has been taken for it.
    async fn ask(&mut self, client: &Arc<Client>) {
        if self.lines.is_waiting() {
            self.lines.ask_next(client).await;
        } else {
            match self.charts.ask_next(client, Stamp::now()) {
                Some(Question::Bars(key, number, question)) => {
                    self.jobs.spawn(async move { Answer::Bars(key, number, question.await) });
                }
                Some(Question::Older(job, key, question)) => {
                    self.jobs.spawn(async move { Answer::Older(job, key, question.await) });
                }
                None => {}
            }
        }
    }

    fn answered(&mut self, answer: Answer) -> Option<Event> {
        match answer {
            Answer::Found(job, result) => Some(Event::Found { job, result }),
            Answer::Matches(job, result) => Some(Event::Matches { job, result }),
            Answer::Bars(key, number, result) => self.charts.opened(key, number, result),
            Answer::Older(job, key, result) => Some(Event::OlderBars { job, key, result }),
        }
    }

    /// Folds a tick and those that are there already; a message beside the ticks is told once per connection and code.
    fn ticks(&mut self, first: super::market::Tick) -> Option<Event> {
        let now = Stamp::now();
        let mut tick = Some(first);
        for _ in 0..TICKS_AT_ONCE {
            if let Some((code, text)) = self.lines.take(tick.take()?, now)
                && self.told.insert(code)
            {
                return Some(Event::Notice { code, text });
            }
            tick = self.lines.next().now_or_never().flatten();
        }
        // The last of a full batch is still in hand.
        let (code, text) = self.lines.take(tick?, now).filter(|(code, _)| self.told.insert(*code))?;
        Some(Event::Notice { code, text })
    }
}

async fn sleep_until(at: Option<Instant>) {
    match at {
        Some(at) => tokio::time::sleep_until(at).await,
        None => std::future::pending().await,
    }
}

/// The client, as soon as there is a connection; questions wait for it as long as for an answer.
async fn connected(mut feed: watch::Receiver<Feed>) -> Result<Arc<Client>, Refusal> {
    let client = async { feed.wait_for(|f| f.client.is_some()).await.ok().and_then(|f| f.client.clone()) };
    match timeout(contract::ANSWER_MAX, client).await {
        Ok(Some(client)) => Ok(client),
        _ => Err(contract::refused("not connected")),
    }
}
