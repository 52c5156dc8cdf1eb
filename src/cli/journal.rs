//! The command lines of the journal, and of what the account holds now.

use std::path::PathBuf;

use clap::{ArgGroup, Args, Subcommand};

/// Options of `journal`.
#[derive(Debug, Clone, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct Journal {
    /// Something else than looking at it
    #[command(subcommand)]
    pub command: Option<JournalCommand>,
    /// Which days
    #[command(flatten)]
    pub days: Days,
    /// What of them
    #[command(flatten)]
    pub part: Part,
    /// Print one JSON array; numbers are strings, moments RFC 3339, what is not known is null
    #[arg(long)]
    pub json: bool,
}

/// Which days of New York; today if none is said.
#[derive(Debug, Clone, Default, Args)]
pub struct Days {
    /// One day: 2026-11-20, today or yesterday
    #[arg(long, value_name = "DAY", conflicts_with_all = ["from", "to"])]
    pub day: Option<String>,
    /// The first day
    #[arg(long, value_name = "DAY")]
    pub from: Option<String>,
    /// The last day
    #[arg(long, value_name = "DAY")]
    pub to: Option<String>,
}

/// What of the journal; the days and round trips if nothing is said.
#[derive(Debug, Clone, Default, Args)]
#[group(multiple = false)]
pub struct Part {
    /// Orders placed in these days, with their notes and tags
    #[arg(long)]
    pub orders: bool,
    /// Executions, corrections put in their place
    #[arg(long)]
    pub executions: bool,
    /// Round trips that ended in these days, and those still open
    #[arg(long)]
    pub trips: bool,
    /// Everything that happened: orders before and after, verdicts, notices, HALT, the connection
    #[arg(long)]
    pub events: bool,
}

/// Something else than looking at the journal.
#[derive(Debug, Clone, Subcommand)]
pub enum JournalCommand {
    /// Add a note to an order
    Note {
        /// The order: its number, or its name
        order: String,
        /// What to note
        #[arg(required = true, value_name = "TEXT")]
        text: Vec<String>,
    },
    /// Give an order tags, or take them away
    Tag {
        /// The order: its number, or its name
        order: String,
        /// The tags
        #[arg(required = true, value_name = "TAG")]
        tags: Vec<String>,
        /// Take them away
        #[arg(long)]
        remove: bool,
    },
    /// Take the executions of an Activity Flex statement (XML) in, and say where it and the journal differ
    Import {
        /// The statement
        file: PathBuf,
        /// The account, where the statement has several and neither profile nor journal names one
        #[arg(long, value_name = "ID")]
        account: Option<String>,
        /// Only compare; nothing is taken in
        #[arg(long)]
        dry_run: bool,
    },
}

/// Options of `export`.
#[derive(Debug, Clone, Args)]
#[command(group = ArgGroup::new("form").required(true))]
pub struct Export {
    /// Write executions as CSV to FILE, or to standard output
    #[arg(long, value_name = "FILE", group = "form", num_args = 0..=1, default_missing_value = "-")]
    pub csv: Option<PathBuf>,
    /// Write orders, executions, round trips and days as JSON to FILE, or to standard output
    #[arg(long, value_name = "FILE", group = "form", num_args = 0..=1, default_missing_value = "-")]
    pub json: Option<PathBuf>,
    /// Which days; all of them if none is said
    #[command(flatten)]
    pub days: Days,
}

/// Options of `orders`, `fills`, `positions` and `account`.
#[derive(Debug, Clone, Args)]
pub struct Show {
    /// Print JSON; numbers are strings, what is not known is null
    #[arg(long)]
    pub json: bool,
}
