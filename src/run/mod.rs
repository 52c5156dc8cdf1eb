//! The hands: the only terminal, the only place that starts threads, the only place that ends the process.

pub mod check;
pub mod client;
pub mod desk;
pub mod effects;
pub mod files;
pub mod gateway;
pub mod ground;
pub mod heart;
pub mod holdings;
pub mod host;
pub mod input;
pub mod journal;
pub mod json;
pub mod lock;
pub mod log;
pub mod panic;
pub mod parse;
pub mod parts;
pub mod plan;
pub mod quote;
pub mod record;
pub mod signals;
pub mod stats;
pub mod table;
pub mod terminal;
pub mod threads;
pub mod trade;
pub mod tty;
pub mod writer;

use color_eyre::eyre::Report;

/// Ends the process at once. Whoever calls this has given the terminal back.
#[expect(clippy::disallowed_methods, reason = "the one door out besides main's return")]
fn exit(code: i32) -> ! {
    std::process::exit(code)
}

/// The command line says what cannot be meant.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct Misuse(pub String);

/// The exit code of an error that ended a command: 2 when the command line or the terminal cannot be used, else 1.
pub fn failure_code(error: &Report) -> i32 {
    if error.is::<tty::TtyError>() || error.is::<Misuse>() { 2 } else { 1 }
}

/// An error with its causes, each said once: what a message has said of its cause already is not said again.
pub fn in_words(error: &Report) -> String {
    let mut text = String::new();
    for cause in error.chain().map(ToString::to_string) {
        if text.is_empty() {
            text = cause;
        } else if !text.contains(&cause) {
            text = format!("{text}: {cause}");
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use color_eyre::eyre::WrapErr;

    use super::*;

    #[test]
    fn misuse_ends_with_two_whatever_is_said_around_it_and_causes_are_said_once() {
        let misused: Report = Misuse("--from lies after --to".into()).into();
        assert_eq!(failure_code(&misused.wrap_err("days")), 2);
        let io = || std::io::Error::other("in use");
        let said = Err::<(), _>(io()).wrap_err("cannot listen: in use").wrap_err("no gateway").unwrap_err();
        assert_eq!((failure_code(&said), in_words(&said).as_str()), (1, "no gateway: cannot listen: in use"));
    }
}
