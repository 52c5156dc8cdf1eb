//! `tradewind quote`: one snapshot per symbol, or a line at each change.

use std::io::{self, Write};
use std::time::Duration;

use color_eyre::eyre::Report;
use indexmap::IndexMap;
use serde::Serialize;
use tokio::time::{Instant, timeout_at};

use super::client::{self, Client};
use super::plan::Place;
use crate::broker::event::Link;
use crate::broker::{Command, Event, JobId};
use crate::cli;
use crate::domain::SafeText;
use crate::domain::instrument::{ConId, Instrument};
use crate::domain::quote::{DataType, Quote};
use crate::domain::shown;
use crate::money::{Price, Qty};
use crate::sentence::{self, Class};

/// How long everything may take.
const ANSWER_MAX: Duration = Duration::from_secs(15);

/// How long a line may go without a price that is still missing once its first tick has come.
const SETTLE: Duration = Duration::from_secs(2);

/// What is known of one symbol. Prices are strings so that no reader makes floats of them; what is not known is null.
#[derive(Debug, Serialize)]
struct Line {
    symbol: String,
    con_id: Option<i32>,
    bid: Option<String>,
    bid_size: Option<String>,
    ask: Option<String>,
    ask_size: Option<String>,
    last: Option<String>,
    last_size: Option<String>,
    open: Option<String>,
    high: Option<String>,
    low: Option<String>,
    close: Option<String>,
    volume: Option<String>,
    data_type: Option<&'static str>,
    halted: Option<bool>,
    time: Option<String>,
    error: Option<Failure>,
}

/// Why a symbol has no quote.
#[derive(Debug, Clone, Serialize)]
struct Failure {
    code: Option<i32>,
    message: String,
    hint: &'static str,
}

/// A symbol on its way to a quote.
#[derive(Debug, Default)]
struct Wanted {
    symbol: String,
    instrument: Option<Box<Instrument>>,
    quote: Option<Quote>,
    failure: Option<Failure>,
    settled_by: Option<Instant>,
}

impl Wanted {
    /// Whether there is nothing to wait for any more.
    fn is_settled(&self, now: Instant) -> bool {
        let complete = |q: &Quote| q.bid.is_some() && q.ask.is_some() && q.last.is_some() && q.close.is_some();
        self.failure.is_some()
            || self.quote.as_ref().is_some_and(|q| q.refused.is_some() || complete(q))
            || self.settled_by.is_some_and(|at| at <= now)
    }

    fn line(&self) -> Line {
        let quote = self.quote.clone().unwrap_or_default();
        let price = |price: Option<Price>| {
            let rule = self.instrument.as_ref().map(|i| &i.rule);
            price.map(|p| rule.map_or_else(|| p.to_string(), |rule| shown::plain_price(p, rule.decimals_at(p))))
        };
        let qty = |qty: Option<Qty>| qty.map(shown::plain_qty);
        let refused = quote.refused.as_ref().map(|(code, text)| Failure {
            code: Some(*code),
            message: text.to_string(),
            hint: "the account needs a market data subscription for this exchange",
        });
        Line {
            symbol: self.symbol.clone(),
            con_id: self.instrument.as_ref().map(|i| i.con_id.0),
            bid: price(quote.bid),
            bid_size: qty(quote.bid_size),
            ask: price(quote.ask),
            ask_size: qty(quote.ask_size),
            last: price(quote.last),
            last_size: qty(quote.last_size),
            open: price(quote.open),
            high: price(quote.high),
            low: price(quote.low),
            close: price(quote.close),
            volume: qty(quote.volume),
            data_type: quote.at.map(|_| word(quote.data_type)),
            halted: quote.at.map(|_| quote.halted),
            time: quote.at.map(|at| at.timestamp().to_string()),
            error: self.failure.clone().or(refused),
        }
    }
}

/// Runs the subcommand; the exit code: 0 if every symbol has a quote, else 1.
pub fn run(common: &cli::Common, options: &cli::Quote) -> Result<i32, Report> {
    let place = Place::find(common)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let mut client = client::start(&place)?;
        let code = ask(&mut client, options).await;
        client.end().await;
        code
    })
}

async fn ask(client: &mut Client, options: &cli::Quote) -> Result<i32, Report> {
    let mut wanted: IndexMap<JobId, Wanted> = options
        .symbols
        .iter()
        .zip(1..)
        .map(|(symbol, job)| (JobId(job), Wanted { symbol: symbol.to_uppercase(), ..Wanted::default() }))
        .collect();
    for (job, want) in &mut wanted {
        let symbol = SafeText::new(&want.symbol);
        if client.port.send(Command::Find { job: *job, symbol }).is_err() {
            want.failure = Some(late("too many symbols at once"));
        }
    }
    let end = Instant::now() + ANSWER_MAX;
    let mut during = format!("connecting to {}", client.address);
    while !wanted.values().all(|want| want.is_settled(Instant::now())) {
        let settle = wanted.values().filter(|w| !w.is_settled(Instant::now())).filter_map(|w| w.settled_by).min();
        let until = settle.unwrap_or(end).min(end);
        let step = timeout_at(until, async {
            tokio::select! {
                event = client.events.recv() => event,
                () = client.tape.changed() => Some(Event::Quotes(client.tape.take())),
            }
        })
        .await;
        match step {
            Err(_) if Instant::now() >= end => break,
            Err(_) => {}
            Ok(None) => break,
            Ok(Some(event)) => {
                if let Some(why) = take(client, &mut wanted, &mut during, event) {
                    for want in wanted.values_mut() {
                        want.failure.get_or_insert_with(|| why.clone());
                    }
                }
            }
        }
    }
    for want in wanted.values_mut().filter(|w| w.quote.is_none()) {
        want.failure
            .get_or_insert_with(|| late(&format!("no answer within {} s while {during}", ANSWER_MAX.as_secs())));
    }
    print_all(&wanted, options)?;
    let missing = wanted.values().any(|want| want.line().error.is_some());
    if options.watch && wanted.values().any(|want| want.failure.is_none()) {
        watch(client, &mut wanted, options).await?;
    }
    Ok(i32::from(missing))
}

/// Takes one event in; what it returns concerns every symbol.
fn take(client: &Client, wanted: &mut IndexMap<JobId, Wanted>, during: &mut String, event: Event) -> Option<Failure> {
    match event {
        Event::Found { job, result } => {
            let want = wanted.get_mut(&job)?;
            match result {
                Ok(instrument) => {
                    want.instrument = Some(instrument.clone());
                    if client.port.send(Command::Watch(instrument)).is_err() {
                        want.failure = Some(late("too many symbols at once"));
                    }
                }
                Err(why) => {
                    let hint = to_check(&want.symbol);
                    want.failure = Some(Failure { code: why.code, message: why.text.to_string(), hint });
                }
            }
        }
        Event::Quotes(quotes) => {
            for (con_id, quote) in quotes {
                for want in wanted.values_mut().filter(|w| is(w, con_id)) {
                    want.settled_by.get_or_insert_with(|| Instant::now() + SETTLE);
                    want.quote = Some(quote.clone());
                }
            }
        }
        Event::Link(Link::Refused(why)) => {
            return Some(Failure { code: why.code, message: why.text.to_string(), hint: "see `tradewind check`" });
        }
        Event::Link(Link::Dialling { next_in: Some(_), why: Some(why), .. }) => {
            return Some(Failure { code: why.code, message: why.text.to_string(), hint: "see `tradewind check`" });
        }
        Event::Link(Link::Syncing { what, .. }) => *during = format!("asking for {what}"),
        Event::Link(Link::Ready { .. }) => "waiting for quotes".clone_into(during),
        _ => {}
    }
    None
}

/// What may be wrong with a name that the broker does not know.
fn to_check(name: &str) -> &'static str {
    match sentence::contract(name, None).map(|contract| contract.class()) {
        Ok(Class::Option | Class::FutureOption) => {
            "check the last trading day and that the strike is listed: AAPL 18DEC26 230C"
        }
        Ok(Class::Future) => "check root and month: /ES is the front month, /ESZ26 December 2026",
        Ok(Class::Forex | Class::Crypto) => "this broker may not have the pair; the paper market has none",
        _ => "check the symbol; a share class is written with a dot, as in BRK.B",
    }
}

/// Whether a symbol is this contract.
fn is(want: &Wanted, con_id: ConId) -> bool {
    want.instrument.as_ref().is_some_and(|i| i.con_id == con_id)
}

fn late(message: &str) -> Failure {
    Failure { code: None, message: message.into(), hint: "see `tradewind check`" }
}

/// Prints a line at each change until interrupted or hung up on.
async fn watch(client: &mut Client, wanted: &mut IndexMap<JobId, Wanted>, options: &cli::Quote) -> Result<(), Report> {
    let mut during = String::new();
    loop {
        let event = tokio::select! {
            event = client.events.recv() => event,
            () = client.tape.changed() => Some(Event::Quotes(client.tape.take())),
        };
        let Some(event) = event else { return Ok(()) };
        let changed: Vec<ConId> = match &event {
            Event::Quotes(quotes) => quotes.iter().map(|(con_id, _)| *con_id).collect(),
            _ => Vec::new(),
        };
        if let Some(why) = take(client, wanted, &mut during, event) {
            writeln!(io::stderr(), "{} ({})", why.message, why.hint)?;
        }
        for con_id in changed {
            for want in wanted.values().filter(|w| is(w, con_id)) {
                let mut out = io::stdout().lock();
                let written = if options.json {
                    writeln!(out, "{}", json(&want.line())?)
                } else {
                    writeln!(out, "{}", row(&want.line()))
                };
                match written.and_then(|()| out.flush()) {
                    // The reader has gone: that is how a pipe ends.
                    Err(error) if error.kind() == io::ErrorKind::BrokenPipe => return Ok(()),
                    other => other?,
                }
            }
        }
    }
}

fn print_all(wanted: &IndexMap<JobId, Wanted>, options: &cli::Quote) -> Result<(), Report> {
    let lines: Vec<Line> = wanted.values().map(Wanted::line).collect();
    let mut out = io::stdout().lock();
    if options.json && options.watch {
        for line in &lines {
            writeln!(out, "{}", json(line)?)?;
        }
    } else if options.json {
        writeln!(out, "{}", serde_json::to_string_pretty(&lines)?)?;
    } else {
        writeln!(out, "{}", head())?;
        for line in &lines {
            writeln!(out, "{}", row(line))?;
        }
    }
    Ok(out.flush()?)
}

fn json(line: &Line) -> Result<String, Report> {
    Ok(serde_json::to_string(line)?)
}

fn head() -> String {
    format!(
        "{:<8}{:>10}{:>8}{:>10}{:>8}{:>10}{:>14}  {}",
        "symbol", "bid", "size", "ask", "size", "last", "volume", "data"
    )
}

fn row(line: &Line) -> String {
    let cell = |value: &Option<String>| value.clone().unwrap_or_else(|| "—".into());
    let tail = match (&line.error, line.data_type) {
        (Some(error), _) => format!(
            "{} ({})",
            error.code.map_or(error.message.clone(), |c| format!("{c}: {}", error.message)),
            error.hint
        ),
        (None, Some(data)) if line.halted == Some(true) => format!("{data}, halted"),
        (None, Some(data)) => data.into(),
        (None, None) => "—".into(),
    };
    format!(
        "{:<8}{:>10}{:>8}{:>10}{:>8}{:>10}{:>14}  {tail}",
        line.symbol,
        cell(&line.bid),
        cell(&line.bid_size),
        cell(&line.ask),
        cell(&line.ask_size),
        cell(&line.last),
        cell(&line.volume),
    )
}

/// The kind of data in words.
const fn word(kind: DataType) -> &'static str {
    match kind {
        DataType::Live => "live",
        DataType::Frozen => "frozen",
        DataType::Delayed => "delayed",
        DataType::DelayedFrozen => "delayed, frozen",
    }
}

#[cfg(test)]
mod tests {
    use super::to_check;

    #[test]
    fn what_to_check_goes_with_the_kind_of_name() {
        for (name, about) in [
            ("AAPL 18DEC20 230C", "strike"),
            ("/ESH20", "month"),
            ("EUR.USD", "pair"),
            ("BTC.USD", "pair"),
            ("FOO", "share class"),
            ("ind:FOO", "share class"),
            ("?!", "share class"),
        ] {
            assert!(to_check(name).contains(about), "{name}: {}", to_check(name));
        }
    }
}
