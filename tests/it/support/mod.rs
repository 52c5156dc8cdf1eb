//! A desk without a terminal, and a gateway it can lose.

mod desk;
mod venue;

pub use desk::Desk;
pub use venue::Venue;
