//! The command lines of orders: options, then the words of the sentence.

use clap::Args;

/// Options of `buy`, `sell`, `short`, `close`, `modify`, `cancel`, `flatten`, `reverse`. They come before the sentence; all
/// that follows is the sentence, legs such as `-1 SPY …` included. The clause `preview` at its end only says what the
/// guard would.
#[derive(Debug, Clone, Args)]
#[command(
    after_help = "Exit codes: 0 done, 1 refused by the guard or the broker, 2 no sentence, 3 the outcome is not known."
)]
pub struct Say {
    /// Agree to what the guard asks; every order in live needs it
    #[arg(long)]
    pub yes: bool,
    /// Print one JSON value; numbers are strings, what is not known is null
    #[arg(long)]
    pub json: bool,
    /// The API client id to act as, of those of the profile: only the one that placed an order may change or cancel it
    #[arg(long, value_name = "ID")]
    pub client: Option<i32>,
    /// The rest of the sentence, such as: 100 AAPL 187.20
    #[arg(trailing_var_arg = true, allow_hyphen_values = true, value_name = "WORD")]
    pub words: Vec<String>,
}
