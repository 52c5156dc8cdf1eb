//! tradewind: a keyboard-first trading workstation in the terminal for Interactive Brokers.
//!
//! ```text
//!  PAPER  embedded · DU…0001   ● READY 0.3ms   working 2   staged        Day +279.60       10:42:07 ET RTH   view::status
//! ▌1 Watchlist ───────────────────────────────────   2 Chart  AAPL  5 min ───────────────────────────────
//!  Symbol      Last     Chg%      Bid      Ask  Spr                       ╷   ╷                   187.50
//! ▏AAPL      187.21▲  +0.42%   187.20   187.22   2t                     ╽ ▄ ┃ █                  ◂187.21
//!  MSFT      414.05▼  +0.23%   414.02   414.09   7t                 ╽ ╿ ╵ ╵ ▀ ▄ ╷ ╽               187.10
//!                      panes::watchlist                                      panes::chart
//!  3 Ticket ───────────────────────────────────────
//!  buy 100 AAPL lmt 187.20 day rth   = 18,720.00 USD   sentence prints it, risk judges it,
//!  ✓ guard ok · quote live 0.2s                        panes::ticket holds it until Enter
//!  7 Blotter  [working 2]  filled  all  executions    8 Positions ────────────────   9 Account ───────────
//!    BUY   100 AAPL    LMT    187.20 DAY   0/100      AAPL   300   186.42  +237.00   NetLiq   1,000,691.96
//!                      panes::blotter                       panes::positions            panes::account
//!  b buy  s sell  c close  / symbol  : command  ? help  ctrl-\ kill          10:41:55 partial 80/200 AMZN     view::hints
//! ```
//!
//! # The floors
//!
//! A module uses only the floors below its own; `tests/tidy.rs` reads every path and says which line does not.
//!
//! | floor | modules | what it must not know |
//! |---|---|---|
//! | 4, the hands | [`run`], [`cli`] | nothing is above |
//! | 3, the face | [`view`], `panes/*/view.rs` | how anything comes about; it reads the model and draws |
//! | 2, the mind | [`app`], [`panes`] | clocks, files, sockets, colours; time and facts arrive as messages |
//! | 1, the walls | [`keys`], [`theme`], [`config`], [`journal`], [`broker`], [`gateway`] | each other, and the desk |
//! | 0, the ground | [`source`], [`clock`], [`milestone`], [`money`], [`domain`], [`math`], [`ledger`], [`sentence`], [`risk`] | IO, async, the terminal |
//!
//! # One key stroke, from end to end
//!
//! `run::input` turns a terminal event into a [`keys::Chord`]; [`app::update()`] resolves it to an [`app::action::Action`] and
//! changes the model; an order goes through [`risk`], the only maker of an [`risk::Approved`]; `run::effects` has the
//! [`journal`] record the intent and, once that is durable, sends it through the [`broker`] port; the adapter speaks the
//! TWS protocol to TWS, IB Gateway, or the [`gateway`] of this program. What the broker says comes back as a
//! [`broker::Event`], and [`view`] draws the model that results.
//!
//! # Where to add
//!
//! | to add | touch | and then the compiler or a test demands |
//! |---|---|---|
//! | a pane | `panes/<name>/`, one [`panes::PaneKind`] | its scope in `keymaps/default.toml`, its view, its snapshots |
//! | an action | one variant of [`app::action::Action`] with a doc line | its handler; help and the README's table follow |
//! | an order type | [`domain::order::OrderKind`] | its check in [`risk`], its wire in `broker/ib` and `gateway/venue` |
//! | a theme role | one row of `theme/role.rs` | nothing: old themes fall back |
//! | a fact of the broker | [`broker::Event`] | its handler in `app/on` |
//! | a check of the guard | one function in `risk/checks.rs` | its test beside it |

// floor 0, the ground
pub mod clock;
pub mod domain;
pub mod ledger;
pub mod math;
pub mod milestone;
pub mod money;
pub mod risk;
pub mod sentence;
pub mod source;

// floor 1, the walls
pub mod broker;
pub mod config;
pub mod gateway;
pub mod journal;
pub mod keys;
pub mod theme;

// floor 2, the mind
pub mod app;
pub mod panes;

// floor 3, the face
pub mod view;

// floor 4, the hands
pub mod cli;
pub mod run;
