//! `tradewind gateway`: the paper gateway alone, until interrupted.

use std::io::{self, Write};
use std::net::SocketAddr;
use std::path::PathBuf;

use color_eyre::eyre::{Report, WrapErr, eyre};
use serde_json::json;
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::iterator::Signals;
use tokio_util::sync::CancellationToken;

use super::lock::Lock;
use super::plan::Place;
use super::{log, threads};
use crate::cli;
use crate::gateway::feed::Calendar;
use crate::gateway::{self, Options};

/// Runs the subcommand; the exit code.
pub fn run(common: &cli::Common, options: &cli::Gateway) -> Result<i32, Report> {
    let place = Place::find(common)?;
    let log = log::start(&place.paths.log, place.settings.log)
        .wrap_err_with(|| format!("{} cannot be used", place.paths.log.display()))?;
    let listen = options.port.map_or(options.listen, |port| SocketAddr::from(([127, 0, 0, 1], port)));
    if !listen.ip().is_loopback() && !options.allow_remote {
        return Err(eyre!(
            "{listen} can be reached from other machines, and the protocol has neither password nor encryption: \
             listen on 127.0.0.1, or say --allow-remote"
        ));
    }
    let state = state_file(&place, options, listen);
    let _lock = match &state {
        Some(path) => Some(
            Lock::try_take(&path.with_extension("lock"))
                .wrap_err_with(|| format!("{} cannot be locked", path.display()))?
                .ok_or_else(|| eyre!("another gateway uses {}: give this one a file of its own", path.display()))?,
        ),
        None => None,
    };
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
            master_client: options.master_client_id,
            pacing: match options.pacing {
                cli::Pacing::Off => gateway::Pacing::Off,
                cli::Pacing::Warn => gateway::Pacing::Warn,
                cli::Pacing::Strict => gateway::Pacing::Strict,
            },
            ..Options::default()
        };
        let gateway = gateway::bind(options_of).await?;
        say(options, gateway.addr(), state.as_ref())?;
        gateway.run(stop).await?;
        Ok::<_, Report>(())
    })?;
    drop(log);
    Ok(0)
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

/// Says where it listens.
fn say(options: &cli::Gateway, address: SocketAddr, state: Option<&PathBuf>) -> io::Result<()> {
    let mut out = io::stdout().lock();
    let kept = state.map(|path| path.display().to_string());
    if options.json {
        let local = address.ip().is_loopback();
        let said = json!({ "address": address.to_string(), "local": local, "seed": options.seed, "state": kept });
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
        writeln!(out, "{}", way_in(address))?;
    }
    out.flush()
}
