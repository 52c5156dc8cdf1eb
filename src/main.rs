//! `tradewind`: reads the command line, runs what it asks for, returns its exit code.

use std::io::Write;
use std::process::ExitCode;

use clap::Parser;
use tradewind::cli::{Cli, Command};
use tradewind::run;

fn main() -> ExitCode {
    // Everything this program makes is its owner's alone, and nothing of its memory goes to disk.
    rustix::process::umask(rustix::fs::Mode::from_raw_mode(0o077));
    let none = rustix::process::Rlimit { current: Some(0), maximum: Some(0) };
    let _ = rustix::process::setrlimit(rustix::process::Resource::Core, none);
    #[cfg(target_os = "linux")]
    let _ = rustix::process::set_dumpable_behavior(rustix::process::DumpableBehavior::NotDumpable);
    let cli = Cli::parse();
    let result = match &cli.command {
        None => run::desk::run(&cli.common, &cli.desk),
        Some(Command::Gateway(options)) => run::gateway::run(&cli.common, options),
        Some(Command::Check(options)) => run::check::run(&cli.common, &cli.desk, options),
        Some(Command::Quote(options)) => run::quote::run(&cli.common, options),
        Some(Command::Orders(options)) => run::holdings::orders(&cli.common, options),
        Some(Command::Fills(options)) => run::holdings::fills(&cli.common, options),
        Some(Command::Positions(options)) => run::holdings::positions(&cli.common, options),
        Some(Command::Account(options)) => run::holdings::account(&cli.common, options),
        Some(Command::Journal(options)) => run::journal::run(&cli.common, options),
        Some(Command::Export(options)) => run::journal::export(&cli.common, options),
        Some(Command::Parse(options)) => run::parse::run(options),
        Some(
            command @ (Command::Buy(_)
            | Command::Sell(_)
            | Command::Short(_)
            | Command::Close(_)
            | Command::Modify(_)
            | Command::Cancel(_)
            | Command::Flatten(_)
            | Command::Reverse(_)),
        ) => command.sentence().map_or(Ok(2), |(verb, say)| run::trade::run(&cli.common, verb, say)),
    };
    let code = match result {
        Ok(code) => code,
        Err(error) => {
            let _ = writeln!(std::io::stderr(), "tradewind: {}", run::in_words(&error));
            run::failure_code(&error)
        }
    };
    ExitCode::from(u8::try_from(code).unwrap_or(1))
}
