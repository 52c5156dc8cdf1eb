//! tradewind

pub mod clock;
pub mod money;
