//! `tradewind gateway`: the paper gateway alone, until interrupted.

use std::fs::File;
use std::io::{self, Read, Write};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use clap::ValueEnum;
use color_eyre::eyre::{Report, WrapErr, eyre};
use serde_json::json;
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::iterator::Signals;
use tokio_util::sync::CancellationToken;

use super::lock::Lock;
use super::plan::Place;
use super::{Misuse, log, threads};
use crate::cli;
use crate::gateway::feed::Calendar;
use crate::gateway::venue::{self, Funding, PNL_RESET, Precautions, Pricing};
use crate::gateway::{self, Gateway, Options, Script, store};
use crate::source::{Problems, Source};

/// Runs the subcommand; the exit code.
pub fn run(common: &cli::Common, options: &cli::Gateway) -> Result<i32, Report> {
    let place = Place::find(common)?;
    let log = log::start(&place.paths.log, place.settings.log)
        .wrap_err_with(|| format!("{} cannot be used", place.paths.log.display()))?;
    let listen = options.port.map_or(options.listen, |port| SocketAddr::from(([127, 0, 0, 1], port)));
    if !listen.ip().is_loopback() && !options.allow_remote {
        return Err(Misuse(format!(
            "{listen} can be reached from other machines, and the protocol has neither password nor encryption: \
             listen on 127.0.0.1, or say --allow-remote"
        ))
        .into());
    }
    let faults = match options.faults.as_deref().map(script).transpose()? {
        Some(Err(problems)) => {
            writeln!(io::stderr(), "{problems}")?;
            return Ok(2);
        }
        Some(Ok(script)) => Some(script),
        None => None,
    };
    let state = state_file(&place, options, listen);
    let _lock = match &state {
        Some(path) => Some(
            Lock::try_take(&path.with_extension("lock"))
                .wrap_err_with(|| format!("{} cannot be locked", path.display()))?
                .ok_or_else(|| eyre!("another gateway uses {}: give this one a file of its own", path.display()))?,
        ),
        None => None,
    };
    let account = Account::read(options, state.as_deref())?;
    let stop = CancellationToken::new();
    let mut signals = Signals::new([SIGINT, SIGTERM, SIGHUP])?;
    let signalled = stop.clone();
    // Never joined: it waits for a signal that need not come.
    threads::start("signals", move || {
        if signals.forever().next().is_some() {
            signalled.cancel();
        }
    })?;
    let calendar = match options.clock {
        cli::Clock::Always => Calendar::Always,
        cli::Clock::Exchange => Calendar::Nyse,
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let options_of = Options {
            listen,
            seed: options.seed,
            calendar,
            state: state.clone(),
            no_data: options.no_data.clone(),
            faults,
            master_client: options.master_client_id,
            pacing: match options.pacing {
                cli::Pacing::Off => gateway::Pacing::Off,
                cli::Pacing::Warn => gateway::Pacing::Warn,
                cli::Pacing::Strict => gateway::Pacing::Strict,
            },
            funding: account.funding,
            precautions: account.precautions,
            ..Options::default()
        };
        let gateway = gateway::bind(options_of).await?;
        say(options, &gateway, state.as_ref(), account.old.as_ref())?;
        gateway.run(stop).await?;
        Ok::<_, Report>(())
    })?;
    drop(log);
    Ok(0)
}

/// What the command line says about the account.
struct Account {
    funding: Funding,
    precautions: Precautions,
    /// Where the account is that `--reset` put aside.
    old: Option<PathBuf>,
}

impl Account {
    /// Reads it, and puts the old account aside if a new one is asked for.
    fn read(options: &cli::Gateway, state: Option<&Path>) -> Result<Self, Report> {
        let wrong = |why| Misuse(format!("--precautions: {why}"));
        let precautions = options.precautions.parse().map_err(wrong)?;
        let pricing = options.pricing.map(|pricing| match pricing {
            cli::Pricing::Fixed => Pricing::Fixed,
            cli::Pricing::Tiered => Pricing::Tiered,
        });
        let deposit = |text: &String| venue::deposit(text).map_err(|why| Misuse(format!("--cash: {why}")));
        let cash = options.cash.iter().map(deposit).collect::<Result<Vec<_>, _>>()?;
        if let Some(path) = state.filter(|path| !cash.is_empty() && !options.reset && path.exists()) {
            return Err(eyre!(
                "--cash is what a new account starts with, and {} holds one already: leave --cash out, or start anew with --reset",
                path.display()
            ));
        }
        let old = match state.filter(|_| options.reset) {
            Some(path) => store::set_aside(path)?,
            None => None,
        };
        let funding = if cash.is_empty() { Funding::default().cash } else { cash };
        Ok(Self { funding: Funding { cash: funding, pricing }, precautions, old })
    }
}

/// The largest fault script that is read.
const SCRIPT_SIZE: u64 = 1024 * 1024;

/// Reads a fault script.
fn script(path: &Path) -> Result<Result<Script, Problems>, Report> {
    let shown = path.display();
    let file = File::open(path).wrap_err_with(|| format!("{shown} cannot be read"))?;
    let mut text = String::new();
    let read = file.take(SCRIPT_SIZE + 1).read_to_string(&mut text).wrap_err_with(|| format!("{shown} is not text"))?;
    if read as u64 > SCRIPT_SIZE {
        return Err(eyre!("{shown} is longer than {SCRIPT_SIZE} bytes"));
    }
    Ok(Script::read(&Source::new(shown.to_string(), text)))
}

/// Where account and orders are kept: as asked, or beside others by port.
fn state_file(place: &Place, options: &cli::Gateway, listen: SocketAddr) -> Option<PathBuf> {
    if options.memory {
        return None;
    }
    Some(options.file.clone().unwrap_or_else(|| place.folder.join(format!("gateway-{}.db", listen.port()))))
}

/// Who can reach it.
fn reach(address: SocketAddr) -> &'static str {
    if address.ip().is_loopback() {
        "Only programs on this machine can reach it."
    } else {
        "WARNING: other machines can reach it. The protocol has neither password nor encryption: whoever reaches this port \
         reads the account and trades in it, and whoever is on the way reads along."
    }
}

/// How a client reaches it: the profile that has this address, or else what a profile of its own says.
fn way_in(address: SocketAddr) -> String {
    let desk = if address == SocketAddr::from(([127, 0, 0, 1], 7497)) {
        "tradewind --profile paper".to_owned()
    } else {
        format!("a profile of mode \"paper\" with address = \"{address}\" in settings.toml")
    };
    format!("Connect with any TWS API client, or with {desk}. ctrl-c ends it.")
}

/// What it does otherwise than by default.
fn settings(options: &cli::Gateway, pacing: Option<&str>, faults: Option<&str>) -> Vec<String> {
    let mut lines = Vec::new();
    if options.precautions != "off" {
        lines.push(format!("Orders beyond the precautions {} are refused.", options.precautions));
    }
    if let Some(pacing) = pacing.filter(|_| options.pacing != cli::Pacing::Off) {
        lines.push(format!("Pacing is {pacing}: 50 requests a second of one client."));
    }
    if !options.no_data.is_empty() {
        lines.push(format!("There is no market data for {} (354).", options.no_data.join(", ")));
    }
    if let Some(client) = options.master_client_id {
        lines.push(format!("Client {client} hears of every client's orders."));
    }
    if let Some(path) = faults {
        lines.push(format!("FAULTS by {path}: what goes wrong is meant to."));
    }
    lines
}

/// Says where it listens.
fn say(options: &cli::Gateway, gateway: &Gateway, state: Option<&PathBuf>, old: Option<&PathBuf>) -> io::Result<()> {
    let mut out = io::stdout().lock();
    let (address, pricing) = (gateway.addr(), gateway.pricing().word());
    let faults = options.faults.as_ref().map(|path| path.display().to_string());
    let pacing = options.pacing.to_possible_value().map(|value| value.get_name().to_owned());
    let text = |path: &PathBuf| path.display().to_string();
    let (kept, old) = (state.map(text), old.map(text));
    let [exchanges, always] = PNL_RESET;
    let reset = match options.clock {
        cli::Clock::Exchange => exchanges,
        cli::Clock::Always => always,
    };
    if options.json {
        let local = address.ip().is_loopback();
        let said = json!({
            "address": address.to_string(),
            "local": local,
            "seed": options.seed,
            "state": kept,
            "old_state": old,
            "pnl_reset": reset,
            "pricing": pricing,
            "precautions": options.precautions,
            "pacing": pacing,
            "no_data": options.no_data,
            "master_client_id": options.master_client_id,
            "faults": faults,
        });
        writeln!(out, "{said}")?;
        if !local {
            writeln!(io::stderr(), "{}", reach(address))?;
        }
    } else {
        writeln!(out, "The paper gateway listens on {address} (seed {}).", options.seed)?;
        writeln!(out, "{}", reach(address))?;
        match kept {
            Some(path) => writeln!(out, "Account and orders are kept in {path}.")?,
            None => writeln!(out, "Account and orders are kept in memory only.")?,
        }
        if let Some(old) = old {
            writeln!(out, "The account before is kept in {old}.")?;
        }
        writeln!(out, "Daily profit and loss starts anew at {reset}. Commissions are IBKR Pro {pricing}.")?;
        for line in settings(options, pacing.as_deref(), faults.as_deref()) {
            writeln!(out, "{line}")?;
        }
        writeln!(out, "{}", way_in(address))?;
    }
    out.flush()
}
