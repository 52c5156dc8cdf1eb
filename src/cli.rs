//! The command line, as data.
//!
//! Exit codes: 0 all is well; 1 what was asked for failed (no such symbol, no connection, a check that fails, an order that
//! the guard or the broker refuses); 2 the command line or the terminal cannot be used; 3 an order whose outcome is not
//! known; 70 a defect of the program; 128 + n ended by signal n.

pub mod journal;
pub mod order;

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

use self::journal::{Export, Journal, Show};
use self::order::Say;

/// A keyboard-first trading workstation in the terminal for Interactive Brokers.
///
/// Without a subcommand the workstation starts: on the embedded paper gateway unless a profile says otherwise.
#[derive(Debug, Clone, Parser)]
#[command(
    name = "tradewind",
    version,
    after_help = "Exit codes: 0 well, 1 failed or refused, 2 misused, 3 outcome of an order unknown, 70 defect, 128+n signal n."
)]
pub struct Cli {
    /// Options of every command.
    #[command(flatten)]
    pub common: Common,
    /// Options of the workstation.
    #[command(flatten)]
    pub desk: Desk,
    /// What to do instead of opening the workstation.
    #[command(subcommand)]
    pub command: Option<Command>,
}

/// Options of every command.
#[derive(Debug, Clone, Default, Args)]
pub struct Common {
    /// The connection: sim (embedded, the default), paper, live, gateway-paper, gateway-live, or one of the configuration
    #[arg(long, global = true, value_name = "NAME")]
    pub profile: Option<String>,
    /// Folder of settings.toml, themes and key maps
    #[arg(long, global = true, value_name = "DIR")]
    pub config: Option<PathBuf>,
    /// Folder of journal, paper account and log
    #[arg(long, global = true, value_name = "DIR")]
    pub state: Option<PathBuf>,
}

/// How fast the way to the terminal is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Link {
    /// A frame each 33 ms at most.
    Fast,
    /// A frame each 250 ms at most; keys are drawn at once all the same.
    Slow,
}

/// Options of the workstation.
#[derive(Debug, Clone, Default, Args)]
pub struct Desk {
    /// Theme by name
    #[arg(long, value_name = "NAME")]
    pub theme: Option<String>,
    /// Key map by name
    #[arg(long, value_name = "NAME")]
    pub keymap: Option<String>,
    /// Draw with ASCII alone
    #[arg(long)]
    pub ascii: bool,
    /// How fast the way to the terminal is
    #[arg(long, value_enum)]
    pub link: Option<Link>,
    /// Print counters at the end
    #[arg(long)]
    pub stats: bool,
    /// Record every message with its time, one JSON array per line, to replay the session
    #[arg(long, value_name = "FILE")]
    pub record: Option<PathBuf>,
    /// Panic in this thread when it next does something
    #[cfg(debug_assertions)]
    #[arg(long, hide = true, value_name = "THREAD")]
    pub panic_in: Option<String>,
    /// Die as by kill -9 at this milestone, such as "order written:2"
    #[cfg(debug_assertions)]
    #[arg(long, hide = true, value_name = "MILESTONE")]
    pub die_at: Option<String>,
}

/// What to do instead of opening the workstation.
#[derive(Debug, Clone, Subcommand)]
pub enum Command {
    /// Serve the paper gateway alone, for this or any other TWS API client
    Gateway(Gateway),
    /// Check files, journal and connection, and say what fails and what to do
    Check(Check),
    /// Print quotes, once or as they change
    Quote(Quote),
    /// Buy: the sentence of the ticket, such as: buy 100 AAPL 187.20 sl 185.50
    Buy(Say),
    /// Sell what is held; never through zero without `flip`
    Sell(Say),
    /// Sell short
    Short(Say),
    /// Close a position or a part of it, such as: close half TSLA mid
    Close(Say),
    /// Change a working order, such as: modify order:12 stp 186
    Modify(Say),
    /// Cancel working orders, such as: cancel order:12, cancel AAPL exits, cancel all
    Cancel(Say),
    /// Cancel a symbol's orders, wait until all have ended, close what is held
    Flatten(Say),
    /// Cancel a symbol's orders, wait until all have ended, turn the position around
    Reverse(Say),
    /// Print the account's orders: those that work and those that ended today
    Orders(Show),
    /// Print the account's executions as far back as the broker gives them
    Fills(Show),
    /// Print what the account holds
    Positions(Show),
    /// Print the account's values
    Account(Show),
    /// Look into the journal, add notes and tags, take statements in
    Journal(Journal),
    /// Write executions, round trips and orders to a file
    Export(Export),
    /// Read an order sentence and print its canonical text and what it means; nothing is sent
    Parse(Parse),
}

impl Command {
    /// The order sentence's first word and the rest of the command line, where the command is one.
    pub const fn sentence(&self) -> Option<(&'static str, &Say)> {
        Some(match self {
            Self::Buy(say) => ("buy", say),
            Self::Sell(say) => ("sell", say),
            Self::Short(say) => ("short", say),
            Self::Close(say) => ("close", say),
            Self::Modify(say) => ("modify", say),
            Self::Cancel(say) => ("cancel", say),
            Self::Flatten(say) => ("flatten", say),
            Self::Reverse(say) => ("reverse", say),
            _ => return None,
        })
    }
}

/// Options of `gateway`.
#[derive(Debug, Clone, Args)]
#[command(after_long_help = crate::gateway::FAULT_HELP)]
pub struct Gateway {
    /// Address to listen on
    #[arg(long, default_value = "127.0.0.1:7497", value_name = "ADDR")]
    pub listen: SocketAddr,
    /// Port to listen on, on this machine
    #[arg(long, conflicts_with = "listen", value_name = "PORT")]
    pub port: Option<u16>,
    /// Seed of the market: equal seeds give equal markets
    #[arg(long, default_value_t = 42)]
    pub seed: u64,
    /// When the market is open
    #[arg(long, value_enum, default_value_t = Clock::Always)]
    pub clock: Clock,
    /// File that keeps account and orders; without it a file of this port in the state folder
    #[arg(long = "file", value_name = "FILE")]
    pub file: Option<PathBuf>,
    /// Keep account and orders in memory only
    #[arg(long, conflicts_with = "file")]
    pub memory: bool,
    /// Start with a new account; the old file is kept beside it
    #[arg(long, conflicts_with = "memory")]
    pub reset: bool,
    /// What a new account starts with: 50000, 20000EUR or EUR=20000; may be given again [default: 1000000 USD]
    #[arg(long, value_name = "AMOUNT")]
    pub cash: Vec<String>,
    /// How the account pays from now on: IBKR Pro fixed or tiered [default: as it did, fixed for a new one]
    #[arg(long, value_enum)]
    pub pricing: Option<Pricing>,
    /// Limits beyond which orders are refused: off, tws (3 %, 500 shares, 100,000), or such as percent=3,size=500,value=100000,ticks=20
    #[arg(long, default_value = "off", value_name = "LIMITS")]
    pub precautions: String,
    /// Symbol without a market data subscription (error 354), to rehearse that; may be given again
    #[arg(long, value_name = "SYMBOL")]
    pub no_data: Vec<String>,
    /// Client that hears of every client's orders, as TWS's "Master API client ID"
    #[arg(long, value_name = "ID")]
    pub master_client_id: Option<i32>,
    /// What happens beyond 50 requests a second of one client
    #[arg(long, value_enum, default_value_t = Pacing::Off)]
    pub pacing: Pacing,
    /// Script of what goes wrong, to rehearse a bad night; `--help` has its words
    #[arg(long, value_name = "FILE")]
    pub faults: Option<PathBuf>,
    /// Allow clients of other machines; the protocol has neither password nor encryption
    #[arg(long)]
    pub allow_remote: bool,
    /// Print one JSON value when the gateway listens
    #[arg(long)]
    pub json: bool,
}

/// What happens beyond 50 requests a second of one client.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Pacing {
    /// They are served, as TWS does in its default setting.
    Off,
    /// They are served, with error 100.
    Warn,
    /// They are refused with error 100; the third second of it ends the connection.
    Strict,
}

/// How an account pays for trading.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Pricing {
    /// 0.005 USD a share, at least 1 USD.
    Fixed,
    /// 0.0035 USD a share and less by volume, at least 0.35 USD, third parties' fees beside it.
    Tiered,
}

/// When the paper market is open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Clock {
    /// Day and night.
    Always,
    /// In the hours of the exchanges.
    Exchange,
}

/// Options of `check`.
#[derive(Debug, Clone, Args)]
pub struct Check {
    /// Print one JSON value
    #[arg(long)]
    pub json: bool,
}

/// Options of `quote`.
#[derive(Debug, Clone, Args)]
pub struct Quote {
    /// Symbols, such as AAPL or BRK.B
    #[arg(required = true, value_name = "SYMBOL")]
    pub symbols: Vec<String>,
    /// Print a line at each change until interrupted
    #[arg(long)]
    pub watch: bool,
    /// Print JSON: one array, or with --watch one object per line; prices are strings, what is not known is null
    #[arg(long)]
    pub json: bool,
}

/// Options of `parse`. They come before the sentence; all that follows is the sentence, legs such as `-1 SPY …` included.
#[derive(Debug, Clone, Args)]
pub struct Parse {
    /// Print one JSON value: the canonical text and its meaning, or the faults with their bytes and fixes
    #[arg(long)]
    pub json: bool,
    /// The sentence, such as: buy 100 AAPL 187.20 sl 185.50
    #[arg(required = true, trailing_var_arg = true, allow_hyphen_values = true, value_name = "WORD")]
    pub sentence: Vec<String>,
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_definition_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn options_of_every_command_may_follow_the_command() {
        let cli = Cli::try_parse_from(["tradewind", "check", "--profile", "paper", "--json"]).unwrap();
        assert_eq!(cli.common.profile.as_deref(), Some("paper"));
        assert!(matches!(cli.command, Some(Command::Check(Check { json: true }))));
    }

    #[test]
    fn a_sentence_keeps_its_signs_and_dashes() {
        let said = ["tradewind", "parse", "--json", "buy", "1", "+1", "SPY", "-1", "QQQ", "mid", "--preview"];
        let cli = Cli::try_parse_from(said).unwrap();
        assert!(matches!(cli.command, Some(Command::Parse(parse)) if parse.json && parse.sentence == said[3..]));
        assert!(Cli::try_parse_from(["tradewind", "parse"]).is_err());
    }

    #[test]
    fn the_words_of_an_order_follow_its_options() {
        let said = ["tradewind", "buy", "--profile", "live", "--yes", "2", "+1", "SPY", "-1", "QQQ", "mid", "--json"];
        let cli = Cli::try_parse_from(said).unwrap();
        assert_eq!(cli.common.profile.as_deref(), Some("live"));
        let (verb, say) = cli.command.as_ref().and_then(Command::sentence).unwrap();
        assert_eq!((verb, say.yes, say.json), ("buy", true, false));
        assert_eq!(say.words, said[5..]);
    }

    #[test]
    fn a_quote_needs_a_symbol() {
        assert!(Cli::try_parse_from(["tradewind", "quote"]).is_err());
        let cli = Cli::try_parse_from(["tradewind", "quote", "AAPL", "BRK.B", "--json"]).unwrap();
        assert!(matches!(cli.command, Some(Command::Quote(quote)) if quote.symbols == ["AAPL", "BRK.B"]));
    }
}
