//! tradewind

pub mod clock;
pub mod domain;
pub mod money;
pub mod risk;
pub mod sentence;
pub mod source;

pub mod broker;
pub mod config;
pub mod gateway;
pub mod journal;
pub mod keys;
pub mod theme;

pub mod app;
pub mod panes;

pub mod cli;
pub mod run;
pub mod view;
