//! The venue: the matching engine and the ledger, both pure.
//!
//! Everything goes through `Venue` (all `at` in nanoseconds, never backwards):
//! `place(&mut self, at, &dyn Market, OrderRequest) -> Vec<Event>` (new, or a modify when the key works),
//! `cancel(&mut self, at, &dyn Market, ClientId, OrderId) -> Vec<Event>`, `cancel_all(&mut self, at, &dyn Market) -> Vec<Event>`,
//! `step(&mut self, at, &dyn Market) -> Vec<Event>`, `resume(&mut self, at, &dyn Market)`,
//! `what_if(&self, at, &dyn Market, &OrderRequest) -> Result<WhatIf, Fault>`,
//! `open_orders(&self, Option<ClientId>) -> Vec<&Order>`, `completed_orders(&self) -> Vec<&Order>`,
//! `executions(&self) -> &[Execution]` (of the day), `positions(&self) -> Vec<Position>`, `next_valid_id(&self, ClientId) -> OrderId`,
//! `account_values(&self, at, &dyn Market) -> Vec<AccountValue { key, value, currency }>`,
//! `pnl(&self, at, &dyn Market) -> Pnl`, `pnl_single(&self, at, &dyn Market, ConId) -> Option<PnlSingle>`,
//! `view(&self, at, &dyn Market, ConId) -> Option<Quote>` (the quote with own orders and taken shares),
//! `take_changes(&mut self) -> Changes` for `store`, to be committed before the events are sent.

pub mod event;
pub mod market;
pub mod order;

pub use event::{Commission, Event, Execution, Liquidity, Position, Refusal, StatusReport, Tape};
pub use market::{Listing, Market, Print, Quote, Session, Side};
pub use order::{Action, ClientId, Fault, Kind, Order, OrderId, OrderRequest, PermId, Status, Tif};
