//! A desk without a terminal: what `run::heart` does, less the screen. Each update counts as painted at once.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use tradewind::app::bindings;
use tradewind::app::model::{Journal, Model};
use tradewind::app::msg::{Msg, Press};
use tradewind::app::update::update;
use tradewind::broker::event::Link;
use tradewind::broker::port::{self, EVENTS_WAITING_MAX};
use tradewind::broker::{Event, Tape, ib};
use tradewind::clock::Stamp;
use tradewind::config::{Paths, Settings};
use tradewind::domain::account::Mode;
use tradewind::domain::calendar::Hours;
use tradewind::domain::order::{Order, OrderState};
use tradewind::journal::{self, Reply};
use tradewind::keys::{Chord, Key, Sequence};
use tradewind::run::effects::Executor;
use tradewind::run::files::Files;
use tradewind::run::panic::Halt;
use tradewind::run::stats::Stats;

/// Longer than anything here may take on a busy machine.
const DEADLINE: Duration = Duration::from_secs(30);

/// A workstation that types by method call.
pub struct Desk {
    pub model: Model,
    /// Every message with its time, for a replay.
    pub log: Vec<(Stamp, Msg)>,
    /// Orders with a durable intent are held back here instead of being sent.
    pub hold_sends: bool,
    /// How many orders were handed to the broker's lane.
    pub handed_over: usize,
    executor: Executor,
    events: mpsc::Receiver<Event>,
    tape: Tape,
    replies: mpsc::Receiver<Reply>,
    adapter: JoinHandle<()>,
    follow: VecDeque<Msg>,
    start: Model,
}

impl Desk {
    /// A desk with its files in `folder`, connecting to `addr`, not yet READY.
    pub fn open(folder: &Path, addr: SocketAddr) -> Self {
        let profile = ib::Profile { address: addr.to_string().into(), ..ib::Profile::default() };
        let (port, lanes) = port::open();
        let (tell, events) = mpsc::channel(EVENTS_WAITING_MAX);
        let tape = Tape::new();
        let adapter = tokio::spawn(ib::run(profile, lanes, tell, tape.clone(), CancellationToken::new()));
        let (inlet, replies) = open_journal(folder.join("journal.db"));
        let paths = Paths { config: folder.to_path_buf(), state: folder.to_path_buf(), log: folder.to_path_buf() };
        let files = Files::start(folder.join("watchlist"), paths, mpsc::channel(1).0).unwrap();
        let executor = Executor::new(port, inlet, files, Halt::default(), Arc::new(Stats::default()));
        let keymap = Arc::new(bindings::fallback());
        let settings = Settings { watchlist: vec!["AAPL".into(), "MSFT".into()], ..Settings::default() };
        let mut model = Model::new(settings, "paper", Mode::Paper, keymap, (160, 48));
        // The market lives by a clock of its own: hours and cut-offs by the machine's would ask after New York's close.
        model.desk.hours = Hours::Always;
        Self {
            start: model.clone(),
            model,
            log: Vec::new(),
            hold_sends: false,
            handed_over: 0,
            executor,
            events,
            tape,
            replies,
            adapter,
            follow: VecDeque::new(),
        }
    }

    /// The model before the first message.
    pub fn beginning(&self) -> Model {
        self.start.clone()
    }

    /// Dies as under SIGKILL: the socket closes, nothing says goodbye.
    pub async fn kill(self) {
        self.adapter.abort();
        let _ = self.adapter.await;
    }

    /// Types keys as the key map writes them, `"b t enter"`.
    pub fn keys(&mut self, sequence: &str) {
        let sequence: Sequence = sequence.parse().expect("chords");
        for chord in sequence.chords() {
            self.press(*chord);
        }
    }

    /// Presses one key.
    pub fn press(&mut self, chord: Chord) {
        self.take(Msg::Key(Press { chord, burst: false }));
    }

    /// Types a sentence on the command line and stages it.
    pub fn say(&mut self, text: &str) {
        self.keys(":");
        for c in text.chars() {
            self.press(Chord::plain(Key::Char(c)));
        }
        self.keys("enter");
    }

    /// Lives on until `holds`, or fails with what it was waiting for.
    pub async fn until(&mut self, what: &str, mut holds: impl FnMut(&Model) -> bool) {
        let lived = timeout(DEADLINE, async {
            while !holds(&self.model) {
                self.one().await;
            }
        });
        if lived.await.is_err() {
            let orders: Vec<_> = self.model.orders.all.values().collect();
            let said: Vec<_> = self.model.notices.list.iter().map(|n| &n.text).collect();
            panic!("no {what}; link {:?}, said {said:#?}, orders {orders:#?}", self.model.desk.link);
        }
    }

    /// Types what sends one order and lives on until `holds`. Where the machine was too busy to send it within a second of its
    /// approval it was not sent, and is typed again, as a trader would.
    pub async fn send(&mut self, keys: &str, what: &str, mut holds: impl FnMut(&Model) -> bool) {
        let late = |m: &Model| {
            let why = m.orders.all.values().filter_map(Order::not_sent);
            why.filter(|why| why.contains("older than 1 s")).count()
        };
        loop {
            let before = late(&self.model);
            self.keys(keys);
            self.until(what, |m| holds(m) || late(m) > before).await;
            if holds(&self.model) {
                return;
            }
        }
    }

    /// Lives on until nothing has come for a moment, at most for `most`.
    pub async fn idle(&mut self, most: Duration) {
        let end = tokio::time::Instant::now() + most;
        while tokio::time::Instant::now() < end && timeout(Duration::from_millis(3), self.one()).await.is_ok() {}
    }

    /// Lives on for the 150 ms that the eye is given after a typed character.
    pub async fn dwell(&mut self) {
        let until = tokio::time::Instant::now() + Duration::from_millis(160);
        while tokio::time::timeout_at(until, self.one()).await.is_ok() {}
    }

    /// Lives on until everything is here at once: the journal, READY, quotes, the account.
    pub async fn ready(&mut self) {
        self.until("READY with quotes", |m| {
            let quoted = |c| m.market.quotes.get(&c).is_some_and(|q| q.bid.is_some() && q.ask.is_some());
            matches!(m.desk.journal, Journal::Open { .. })
                && matches!(m.desk.link, Link::Ready { .. })
                && m.account.net_liquidation.is_some()
                && m.panes.watchlist.rows.iter().all(|r| r.con_id.is_some_and(quoted))
        })
        .await;
    }

    /// The only order there is.
    pub fn order(&self) -> &Order {
        let mut orders = self.model.orders.all.values();
        let order = orders.next().expect("an order");
        assert!(orders.next().is_none(), "more than one order: {:#?}", self.model.orders.all);
        order
    }

    /// Its state.
    pub fn state(&self) -> OrderState {
        self.order().state
    }

    /// Waits for one thing to happen and takes it in.
    async fn one(&mut self) {
        let wake = self.executor.next_wake();
        let due = async move {
            match wake {
                Some(at) => tokio::time::sleep_until(instant(at)).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            biased;
            Some(reply) = self.replies.recv() => {
                let (msg, ready) = self.executor.reply(reply, &mut self.follow);
                if let Some(msg) = msg {
                    self.take(msg);
                }
                if let Some(ready) = ready.filter(|_| !self.hold_sends) {
                    self.handed_over += 1;
                    self.executor.proceed(ready, &mut self.follow);
                }
                self.settle();
            }
            Some(event) = self.events.recv() => {
                self.executor.notice(&event);
                self.take(Msg::Broker(event));
            }
            () = self.tape.changed() => {
                let quotes = self.tape.take();
                if !quotes.is_empty() {
                    self.take(Msg::Broker(Event::Quotes(quotes)));
                }
            }
            () = due => {
                while let Some(timer) = self.executor.woken(Stamp::now()) {
                    self.take(Msg::Woke(timer));
                }
            }
        }
    }

    fn take(&mut self, msg: Msg) {
        self.follow.push_back(msg);
        self.settle();
    }

    fn settle(&mut self) {
        while let Some(msg) = self.follow.pop_front() {
            let painted = matches!(msg, Msg::Painted(_));
            let at = Stamp::now();
            self.log.push((at, msg.clone()));
            for effect in update(&mut self.model, at, msg).effects {
                let _ = self.executor.execute(effect, &mut self.follow);
            }
            if !painted {
                self.follow.push_back(Msg::Painted(self.model.revision));
            }
        }
    }
}

/// A stamp on the runtime's clock.
fn instant(at: Stamp) -> tokio::time::Instant {
    let now = Stamp::now();
    tokio::time::Instant::now() + at.since(now)
}

/// The journal's thread; it ends with its inlet.
fn open_journal(path: PathBuf) -> (journal::Inlet, mpsc::Receiver<Reply>) {
    let (inlet, requests) = journal::channel();
    let gauge = inlet.gauge().clone();
    let (tell, replies) = mpsc::channel(1_024);
    std::thread::spawn(move || {
        journal::serve(&path, 7, &requests, &gauge, |reply| {
            let _ = tell.blocking_send(reply);
        });
    });
    (inlet, replies)
}
