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

/// Ends the process at once. Whoever calls this has given the terminal back.
#[expect(clippy::disallowed_methods, reason = "the one door out besides main's return")]
fn exit(code: i32) -> ! {
    std::process::exit(code)
}

/// The exit code of an error that ended a command: 2 when there is no terminal to work with, else 1.
pub fn failure_code(error: &color_eyre::eyre::Report) -> i32 {
    if error.downcast_ref::<tty::TtyError>().is_some() { 2 } else { 1 }
}
