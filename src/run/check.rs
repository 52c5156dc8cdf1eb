//! `tradewind check`: what a desk needs, tried out one after the other, with what to do about what fails.

use std::io::{self, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::time::Duration;

use color_eyre::eyre::Report;
use serde::Serialize;
use tokio::time::{Instant, timeout_at};

use super::client::{self, Client, NotReady, Ready};
use super::host;
use super::lock::{Lock, SEATS, holder, journal_path};
use super::plan::{Place, Plan};
use crate::app::words::count;
use crate::broker::{Command, Event, JobId};
use crate::cli;
use crate::clock::Stamp;
use crate::domain::instrument::{Instrument, PriceRule};
use crate::domain::quote::Quote;
use crate::domain::shown;
use crate::journal;
use crate::money::Price;

/// How long the connection may take to be READY.
const READY_MAX: Duration = Duration::from_secs(20);

/// How long a quote may take.
const QUOTE_MAX: Duration = Duration::from_secs(10);

/// The symbol whose quote is asked for.
const PROBE: &str = "SPY";

/// How a check came out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
enum Outcome {
    Ok,
    Warning,
    Failure,
}

/// One line of the report.
#[derive(Debug, Serialize)]
struct Finding {
    name: &'static str,
    outcome: Outcome,
    text: String,
    hint: Option<String>,
}

impl Finding {
    fn ok(name: &'static str, text: impl Into<String>) -> Self {
        Self { name, outcome: Outcome::Ok, text: text.into(), hint: None }
    }

    fn warning(name: &'static str, text: impl Into<String>, hint: impl Into<String>) -> Self {
        Self { name, outcome: Outcome::Warning, text: text.into(), hint: Some(hint.into()) }
    }

    fn failure(name: &'static str, text: impl Into<String>, hint: impl Into<String>) -> Self {
        Self { name, outcome: Outcome::Failure, text: text.into(), hint: Some(hint.into()) }
    }
}

/// The report.
#[derive(Debug, Serialize)]
struct Findings {
    profile: String,
    config: String,
    state: String,
    checks: Vec<Finding>,
}

/// Runs the subcommand; the exit code: 1 if anything failed.
pub fn run(common: &cli::Common, desk: &cli::Desk, options: &cli::Check) -> Result<i32, Report> {
    let place = Place::find(common)?;
    let mut checks = Vec::new();
    checks.extend(configuration(&place, desk));
    checks.push(state(&place));
    checks.push(journals(&place));
    checks.push(seats(&place));
    if place.embedded {
        checks.push(embedded(&place));
    }
    if checks.iter().all(|check| check.outcome != Outcome::Failure || check.name == "configuration") {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        runtime.block_on(async {
            match client::start(&place) {
                Ok(mut client) => {
                    checks.extend(connection(&place, &mut client).await);
                    client.end().await;
                }
                Err(error) => {
                    checks.push(Finding::failure("connection", super::in_words(&error), "see the lines above"));
                }
            }
        });
    }
    let failed = checks.iter().any(|check| check.outcome == Outcome::Failure);
    let findings = Findings {
        profile: place.profile.name.to_string(),
        config: place.paths.config.display().to_string(),
        state: place.folder.display().to_string(),
        checks,
    };
    print(&findings, options)?;
    Ok(i32::from(failed))
}

/// Settings, key map and theme.
fn configuration(place: &Place, desk: &cli::Desk) -> Vec<Finding> {
    let plan = Plan::make(place, desk);
    if plan.warnings.problems.is_empty() {
        let text = if place.paths.config.is_dir() {
            format!("{}: settings, key map and theme can be used", place.paths.config.display())
        } else {
            format!("{} does not exist; everything built in is used", place.paths.config.display())
        };
        return vec![Finding::ok("configuration", text)];
    }
    let hint = |text| {
        if place.warnings.problems.contains(text) {
            "mend the file; until then no desk opens and no order is sent"
        } else {
            "mend the file; until then what is built in is used"
        }
    };
    plan.warnings.problems.iter().map(|text| Finding::failure("configuration", text.as_str(), hint(text))).collect()
}

/// The state folder.
fn state(place: &Place) -> Finding {
    let folder = place.folder.display();
    let probe = place.folder.join("check.lock");
    if let Err(error) = Lock::try_take(&probe) {
        return Finding::failure(
            "state",
            format!("{folder} cannot be written: {error}"),
            "give it to yourself, or use --state",
        );
    }
    if let Err(error) = std::fs::remove_file(&probe) {
        tracing::warn!(%error, "the probe stays");
    }
    match mode(&place.folder) {
        Some(mode) if mode & 0o077 != 0 => Finding::warning(
            "state",
            format!("{folder} can be read by others (mode {mode:o})"),
            format!("chmod 700 {folder}"),
        ),
        _ => Finding::ok("state", format!("{folder} can be written and is yours alone")),
    }
}

fn mode(path: &Path) -> Option<u32> {
    path.metadata().ok().map(|meta| meta.permissions().mode() & 0o777)
}

/// The journals of all seats.
fn journals(place: &Place) -> Finding {
    let mut parts = Vec::new();
    for number in 0..SEATS {
        let path = journal_path(&place.folder, number);
        match journal::inspect(&path, Stamp::now().wall) {
            Ok(None) => {}
            Ok(Some(seen)) => parts.push(format!(
                "version {}, opened {} times, {} without a known end, {} of the last days",
                seen.version,
                seen.runs,
                count(seen.live, "order"),
                count(seen.executions, "execution")
            )),
            Err(error) => {
                return Finding::failure("journal", error.to_string(), "no order can be sent until it can be written");
            }
        }
    }
    if parts.is_empty() { Finding::ok("journal", "none yet") } else { Finding::ok("journal", parts.join("; ")) }
}

/// How many workstations of the profile run.
fn seats(place: &Place) -> Finding {
    let taken = (1..=SEATS)
        .filter_map(|seat| {
            let path = place.folder.join(format!("seat-{seat}.lock"));
            let free = !path.exists() || matches!(Lock::try_take(&path), Ok(Some(_)));
            if free { None } else { holder(&path).ok().flatten() }
        })
        .map(|(pid, _)| pid.to_string())
        .collect::<Vec<_>>();
    match taken.as_slice() {
        [] => Finding::ok("workstations", "none runs on this profile"),
        pids => Finding::ok("workstations", format!("{} on this profile (process {})", pids.len(), pids.join(", "))),
    }
}

/// Who hosts the embedded gateway.
fn embedded(place: &Place) -> Finding {
    let path = host::lock_path(&place.folder);
    match Lock::try_take(&path) {
        Ok(Some(_)) => Finding::ok("paper gateway", "nobody hosts it; whoever starts next does"),
        Ok(None) => match holder(&path) {
            Ok(Some((pid, port))) => {
                Finding::ok("paper gateway", format!("hosted by process {pid} on 127.0.0.1:{port}"))
            }
            _ => Finding::warning(
                "paper gateway",
                "hosted by a process that does not say its port",
                "wait, then check again",
            ),
        },
        Err(error) => {
            Finding::failure("paper gateway", format!("{}: {error}", path.display()), "give the folder to yourself")
        }
    }
}

/// The connection, step by step.
async fn connection(place: &Place, client: &mut Client) -> Vec<Finding> {
    let started = Instant::now();
    match client.ready(started + READY_MAX).await {
        Err(failed) => vec![not_ready(place, &failed)],
        Ok(ready) => {
            let took = started.elapsed().as_millis();
            let mut found = vec![
                Finding::ok("connection", format!("{} answered and is synchronised after {took} ms", client.address)),
                version(&ready),
                Finding::ok("account", format!("{} ({})", ready.account, ready.mode)),
                Finding::ok(
                    "orders",
                    format!("the next order id is {} for client {}", ready.next_order_id, ready.client_id),
                ),
            ];
            found.push(market(client).await);
            found
        }
    }
}

/// The protocol version.
fn version(ready: &Ready) -> Finding {
    Finding::ok("protocol", format!("server version {}", ready.server_version))
}

/// What to do about a connection that is not READY.
fn not_ready(place: &Place, failed: &NotReady) -> Finding {
    let what = match &failed.why {
        Some(why) => format!("{}, while {}", client::words(why), failed.during),
        None => format!("nothing came while {}", failed.during),
    };
    let hint = if place.embedded {
        "look into the log".to_string()
    } else {
        format!(
            "start TWS or IB Gateway and log in; in its API settings enable socket clients, set the port of {} and leave \
             127.0.0.1 trusted",
            place.profile.address
        )
    };
    Finding::failure("connection", what, hint)
}

/// Whether quotes come.
async fn market(client: &mut Client) -> Finding {
    let until = Instant::now() + QUOTE_MAX;
    let missing = |text: String| Finding::failure("market data", text, "check the account's market data subscriptions");
    if client.port.send(Command::Find { job: JobId(1), symbol: PROBE.into() }).is_err() {
        return missing("no question could be asked".into());
    }
    let found: Option<Box<Instrument>> = loop {
        match timeout_at(until, client.events.recv()).await {
            Ok(Some(Event::Found { result: Ok(instrument), .. })) => break Some(instrument),
            Ok(Some(Event::Found { result: Err(why), .. })) => {
                return missing(format!("{PROBE}: {}", client::words(&why)));
            }
            Ok(Some(_)) => {}
            Ok(None) | Err(_) => break None,
        }
    };
    let Some(instrument) = found else { return missing(format!("{PROBE} was not found in time")) };
    let rule = instrument.rule.clone();
    if client.port.send(Command::Watch(instrument)).is_err() {
        return missing("no quote could be asked for".into());
    }
    let started = Instant::now();
    loop {
        if timeout_at(until, client.tape.changed()).await.is_err() {
            return missing(format!("no quote of {PROBE} within {} s", QUOTE_MAX.as_secs()));
        }
        if let Some((_, quote)) = client.tape.take().pop() {
            if let Some((code, text)) = &quote.refused {
                return missing(format!("{PROBE}: {code}: {text}"));
            }
            if quote.is_two_sided() {
                return Finding::ok("market data", seen(&quote, &rule, started.elapsed()));
            }
        }
    }
}

fn seen(quote: &Quote, rule: &PriceRule, took: Duration) -> String {
    let side = |price: Option<Price>| price.map_or(shown::ABSENT.into(), |p| shown::price(p, rule));
    format!("{PROBE} {} / {} after {} ms", side(quote.bid), side(quote.ask), took.as_millis())
}

fn print(findings: &Findings, options: &cli::Check) -> Result<(), Report> {
    let mut out = io::stdout().lock();
    if options.json {
        writeln!(out, "{}", serde_json::to_string_pretty(findings)?)?;
        return Ok(());
    }
    writeln!(out, "profile {}", findings.profile)?;
    for check in &findings.checks {
        let word = match check.outcome {
            Outcome::Ok => "ok  ",
            Outcome::Warning => "warn",
            Outcome::Failure => "FAIL",
        };
        writeln!(out, "{word}  {:<14} {}", check.name, check.text)?;
        if let Some(hint) = &check.hint {
            writeln!(out, "      {:<14} {hint}", "")?;
        }
    }
    Ok(())
}
