//! tradewind

pub mod clock;
pub mod gateway;
pub mod money;
