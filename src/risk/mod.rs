//! The guard: the only maker of an [`Approved`] order.
//!
//! An unchecked order cannot be written down as a command: [`crate::broker::Command::Place`] takes an [`Approved`], whose
//! fields are private and which only [`check_new`], [`check_family`] and [`check_change`] build. The guard is pure: everything it judges by
//! stands in [`Context`]. Verdicts are NOTE (costs no key), CONFIRM (one chord), HARD (cannot be passed); exits, orders
//! that can neither increase a position nor cross zero, skip what `trading.md` §1.1 lets them skip.
//!
//! The numbers are [`Limits`]; `risk.toml` changes them at the start. How the guard is proved stands in `property_tests`;
//! mutation testing: `.ci/mutants --file 'src/risk/**'`.
//!
//! Must not know: the broker, the ticket, the clock. Absent: what the head of `checks` lists.
#![deny(clippy::indexing_slicing, clippy::arithmetic_side_effects)]

#[cfg(test)]
mod boundary_tests;
mod checks;
#[cfg(test)]
mod contract_tests;
#[cfg(test)]
mod expiry_tests;
#[cfg(test)]
mod holding_tests;
#[cfg(test)]
mod kind_edge_tests;
#[cfg(test)]
mod kind_tests;
mod limits;
mod load;
#[cfg(test)]
mod market_tests;
#[cfg(test)]
mod moment_tests;
mod passing;
#[cfg(test)]
mod passing_tests;
#[cfg(test)]
mod property_tests;
mod room;
#[cfg(test)]
mod room_tests;
#[cfg(test)]
pub mod samples;
#[cfg(test)]
mod tests;
mod tune;
mod working;

use jiff::Zoned;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

pub use limits::{Limits, Rows, SymbolLimits};
pub use room::{Room, Yields, assess_with, room};
pub use tune::{LOOSENS_AFTER, Tuned};

use crate::clock::Stamp;
use crate::domain::SafeText;
use crate::domain::account::{AccountId, Mode};
use crate::domain::calendar::Hours;
use crate::domain::instrument::Instrument;
use crate::domain::order::{BrokerIds, Order, OrderKey, OrderSpec, Side};
use crate::domain::quote::{Quote, Truth};
use crate::money::{Cash, Qty};

/// How heavy a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Weight {
    /// Said, costs no key.
    Note,
    /// Needs the confirmation.
    Confirm,
    /// Cannot be passed.
    Hard,
}

impl Weight {
    /// The verdict in a word.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Note => "NOTE",
            Self::Confirm => "CONFIRM",
            Self::Hard => "HARD",
        }
    }
}

/// One thing the guard has to say, with its code in `trading.md` §4.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// `G01` and so on.
    pub code: &'static str,
    /// How heavy.
    pub weight: Weight,
    /// What it says: the number and the limit.
    pub text: String,
    /// The nearest order that would pass; Space takes it.
    pub fix: Option<Box<OrderSpec>>,
}

/// Whether an order can increase a position.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Class {
    /// It can increase a position or cross zero.
    Entry,
    /// It can do neither.
    Exit,
}

/// What the guard thinks of an order, worst finding first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Assessment {
    /// Entry or exit.
    pub class: Class,
    /// The findings.
    pub findings: Vec<Finding>,
}

impl Assessment {
    /// The heaviest weight, `None` when there is nothing to say.
    pub fn worst(&self) -> Option<Weight> {
        self.findings.iter().map(|f| f.weight).max()
    }
}

/// The state of the connection as the guard judges it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Readiness {
    /// Synchronised; orders may go.
    Ready,
    /// Not connected, or connected and still synchronising.
    Down,
    /// IB's servers are not reachable from the gateway.
    IbLost,
    /// The gateway does not answer.
    Mute,
    /// The profile or the gateway refuses orders.
    ReadOnly,
}

/// An order sent a moment ago; G21 compares with it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recent {
    /// What was sent.
    pub spec: OrderSpec,
    /// When.
    pub at: Stamp,
    /// Its name, for the message.
    pub key: OrderKey,
}

/// A contract that ends, and when.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Expires {
    /// An option: the day of its expiry.
    Option(Date),
    /// A future: its last day, and the first on which the broker may close it out by itself.
    Future {
        /// The last trading day.
        last: Date,
        /// From this day on it is closed out; none where it settles in cash.
        close_out: Option<Date>,
    },
}

/// Where an order comes from; G21 is milder to keys than to sentences.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Origin {
    /// Staged by a key.
    Key,
    /// Typed as a sentence.
    Sentence,
    /// Staged by a hot key.
    HotKey,
}

/// What a live session lets pass; a paper session has no gate (`trading.md` §1.16).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Gate {
    /// DISARMED: exits, each with a consent of its own.
    Disarmed,
    /// PAUSED: likewise, until the trader resumes.
    Paused,
    /// ARMED; each order asks.
    Asks,
    /// ARMED, and that is consent enough for what the guard itself does not ask about.
    Sends,
}

/// Everything the guard judges by.
#[derive(Debug, Clone)]
pub struct Context<'a> {
    /// Now.
    pub at: Stamp,
    /// The account of the session, once READY.
    pub account: Option<&'a AccountId>,
    /// The mode the profile asks for; G02 compares the account's with it.
    pub mode: Mode,
    /// What the session lets pass, in live.
    pub gate: Gate,
    /// The connection.
    pub readiness: Readiness,
    /// Whether the trader, or a broken invariant, has set HALT.
    pub halted: bool,
    /// Whether REDUCE is set: exits only, until the next session or until it is lifted.
    pub reduced: bool,
    /// Whether the trader has lifted the day's REDUCE: a loss beyond the limit asks then.
    pub loss_released: bool,
    /// Whether the gateway's clock and this machine's are known to differ (CLOCK).
    pub clock_off: bool,
    /// When the market trades.
    pub hours: Hours,
    /// The contract.
    pub instrument: Option<&'a Instrument>,
    /// Its quote.
    pub quote: Option<&'a Quote>,
    /// How far that can be believed.
    pub truth: Truth,
    /// What is held of it; `None` until the broker has said.
    pub position: Option<Qty>,
    /// Orders of this contract that can still fill.
    pub working: &'a [&'a Order],
    /// The account's currency; `None` until the broker has said.
    pub currency: Option<&'a SafeText>,
    /// Our client id, while what orders of other clients have come to is not known: they cover nothing for sure then.
    pub unheard: Option<i32>,
    /// Net liquidation value.
    pub net_liquidation: Option<Cash>,
    /// What is held, long and short added up.
    pub gross: Option<Cash>,
    /// What is there for initial margin.
    pub available: Option<Cash>,
    /// What is left above maintenance margin.
    pub excess: Option<Cash>,
    /// What could be bought with what is there, as the broker has it.
    pub buying_power: Option<Cash>,
    /// The day's profit and loss, as the broker has it.
    pub day_pnl: Option<Cash>,
    /// Settled cash, where the broker tells it.
    pub settled_cash: Option<Cash>,
    /// When the contract ends, if it does.
    pub expires: Option<Expires>,
    /// Shares traded on an average day; `None` where no days are known.
    pub average_volume: Option<Qty>,
    /// How many intents of ours are at work: a family or a group is one.
    pub open_intents: usize,
    /// Orders sent lately, newest first.
    pub recent: &'a [Recent],
    /// Where it comes from.
    pub origin: Origin,
    /// The limits.
    pub limits: &'a Limits,
}

/// Whether the trader has answered the confirmation of exactly this order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Consent {
    /// Not asked or not answered.
    None,
    /// `ctrl-y` in the confirmation.
    Given,
}

/// What an approval is for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub enum Purpose {
    /// A new order under this name.
    New(OrderKey),
    /// A changed version of a working order.
    Change(OrderKey, BrokerIds),
}

/// An exit that goes out with its entry: it waits for the entry's fills, and is cancelled with it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Attached {
    /// Its name.
    pub key: OrderKey,
    /// Its terms.
    pub spec: OrderSpec,
}

/// An order the guard has passed, for one account and mode, good for one second.
///
/// Not `Clone`, not `Deserialize`, not constructible outside this module: whoever holds one holds a checked order.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub struct Approved {
    purpose: Purpose,
    spec: OrderSpec,
    exits: Vec<Attached>,
    account: AccountId,
    mode: Mode,
    class: Class,
    at: Stamp,
    quote: Option<Quote>,
    findings: Vec<Finding>,
    limits: String,
}

impl Approved {
    /// What the guard had to say all the same, worst first.
    pub fn findings(&self) -> &[Finding] {
        &self.findings
    }

    /// The limits it was judged by, as [`Limits::fingerprint`] has them.
    pub fn limits(&self) -> &str {
        &self.limits
    }

    /// What it is for.
    pub const fn purpose(&self) -> &Purpose {
        &self.purpose
    }

    /// The order's name.
    pub const fn key(&self) -> &OrderKey {
        match &self.purpose {
            Purpose::New(key) | Purpose::Change(key, _) => key,
        }
    }

    /// The order.
    pub const fn spec(&self) -> &OrderSpec {
        &self.spec
    }

    /// The exits that go out with it, in the order they are sent.
    pub fn exits(&self) -> &[Attached] {
        &self.exits
    }

    /// The account it is for.
    pub const fn account(&self) -> &AccountId {
        &self.account
    }

    /// The mode it is for.
    pub const fn mode(&self) -> Mode {
        self.mode
    }

    /// Entry or exit.
    pub const fn class(&self) -> Class {
        self.class
    }

    /// When it was approved.
    pub const fn at(&self) -> Stamp {
        self.at
    }

    /// The quote it was approved against.
    pub const fn quote(&self) -> Option<&Quote> {
        self.quote.as_ref()
    }
}

/// What the guard thinks of a new order: for the ticket, while it is composed.
pub fn assess(spec: &OrderSpec, ctx: &Context<'_>) -> Assessment {
    judged(spec, ctx, None)
}

/// What the guard thinks of a new order with the exits that go out with it.
pub fn assess_family<'e>(
    spec: &OrderSpec,
    exits: impl IntoIterator<Item = &'e OrderSpec>,
    ctx: &Context<'_>,
) -> Assessment {
    let mut assessment = judged(spec, ctx, None);
    let mut exits = exits.into_iter().peekable();
    if assessment.class == Class::Exit && exits.peek().is_some() {
        // Its stop and target would build up again what it closes, behind everything that lets exits pass.
        let text = "an exit brings no exits of its own".to_owned();
        assessment.findings.push(Finding { code: "G10", weight: Weight::Hard, text, fix: None });
    }
    assessment.findings.extend(checks::exits(spec, exits, ctx));
    assessment.findings.sort_by_key(|f| std::cmp::Reverse(f.weight));
    assessment
}

/// Whether what is left of a working order can increase the position; the order is among those of the context.
pub fn class_of(order: &Order, ctx: &Context<'_>) -> Class {
    checks::classify(&order.spec, ctx, Some(&order.key))
}

/// What working orders can still fill on a side, as far as they do not fill instead of one another or of an order of
/// these terms; `None` when that cannot be added up.
pub fn working_of_side(side: Side, spec: &OrderSpec, ctx: &Context<'_>) -> Option<Qty> {
    working::of_side(side, spec, ctx, None)
}

/// What the guard thinks of a changed order.
pub fn assess_change(order: &Order, spec: &OrderSpec, ctx: &Context<'_>) -> Assessment {
    let mut assessment = judged(spec, ctx, Some(&order.key));
    assessment.findings.extend(checks::locked_in(&order.spec, ctx));
    assessment.findings.extend(checks::bares(order, Some(spec), ctx));
    assessment.findings.sort_by_key(|f| std::cmp::Reverse(f.weight));
    if let Some(finding) = unchangeable(order, spec) {
        assessment.findings.insert(0, finding);
    }
    assessment
}

/// What the guard has to say of a combo that can lose this much at the worst (`None`: without end, or not known): its value
/// (G07) and what it binds (G25) are that.
pub fn assess_combo(at_worst: Option<Cash>, ctx: &Context<'_>) -> Vec<Finding> {
    checks::of_combo(at_worst, ctx)
}

/// What the guard has to say of a cancel: it never forbids one but where the exchange does (G33), and asks before the last
/// stop of a position goes (G32).
pub fn assess_cancel(order: &Order, ctx: &Context<'_>) -> Vec<Finding> {
    checks::locked_in(&order.spec, ctx).into_iter().chain(checks::bares(order, None, ctx)).collect()
}

/// When an order begins to work by its hours, in New York; `None` where it works now or in an auction.
pub fn sleeps_until(spec: &OrderSpec, instrument: Option<&Instrument>, hours: Hours, at: Stamp) -> Option<Zoned> {
    checks::sleeps_until(spec, instrument, hours, at)
}

/// Whether the day's loss is beyond the limit that sets REDUCE (G24).
pub fn is_loss_beyond(day_pnl: Option<Cash>, net_liquidation: Option<Cash>, rows: &Rows) -> bool {
    let (Some(pnl), Some(nlv)) = (day_pnl, net_liquidation.filter(|n| n.is_positive())) else { return false };
    checks::loss_percent(pnl, nlv).is_some_and(|percent| percent > rows.loss_max)
}

/// Whether so many fills without a key set REDUCE (G23).
pub fn is_unattended(fills: usize, rows: &Rows) -> bool {
    usize::try_from(rows.unattended_fills).is_ok_and(|most| fills >= most)
}

/// Approves a new order under the name `key`, or says why not.
///
/// A CONFIRM passes with [`Consent::Given`]; in live every order needs it, unless [`Gate::Sends`] says otherwise. A HARD
/// finding never passes.
pub fn check_new(spec: OrderSpec, key: OrderKey, ctx: &Context<'_>, consent: Consent) -> Result<Approved, Assessment> {
    check_family(spec, key, Vec::new(), ctx, consent)
}

/// Approves a new order with the exits that go out with it; they count as one intent.
pub fn check_family(
    spec: OrderSpec,
    key: OrderKey,
    exits: Vec<Attached>,
    ctx: &Context<'_>,
    consent: Consent,
) -> Result<Approved, Assessment> {
    let assessment = assess_family(&spec, exits.iter().map(|exit| &exit.spec), ctx);
    let approved = approve(Purpose::New(key), spec, ctx, assessment, consent)?;
    Ok(Approved { exits, ..approved })
}

/// Approves a changed version of a working order, or says why not.
pub fn check_change(
    order: &Order,
    spec: OrderSpec,
    ctx: &Context<'_>,
    consent: Consent,
) -> Result<Approved, Assessment> {
    let assessment = assess_change(order, &spec, ctx);
    approve(Purpose::Change(order.key.clone(), order.ids), spec, ctx, assessment, consent)
}

/// The findings of an order, with its class.
fn judge(spec: &OrderSpec, ctx: &Context<'_>, own: Option<&OrderKey>) -> Assessment {
    let class = checks::classify(spec, ctx, own);
    Assessment { class, findings: checks::run(spec, ctx, class, own) }
}

/// The findings of an order, with the one order that passes them.
fn judged(spec: &OrderSpec, ctx: &Context<'_>, own: Option<&OrderKey>) -> Assessment {
    let mut assessment = judge(spec, ctx, own);
    passing::offer(&mut assessment, spec, |other| judge(other, ctx, own));
    assessment
}

/// Why this order cannot be changed into `spec`, if it cannot: IB changes neither contract nor side, and the total cannot
/// fall to what has filled.
fn unchangeable(order: &Order, spec: &OrderSpec) -> Option<Finding> {
    let text = if order.state.is_terminal() {
        "the order has ended"
    } else if order.ids.order_id == 0 {
        "the broker has not given the order an id here"
    } else if order.other_kind.is_some() {
        "its type cannot be changed here"
    } else if order.spec.con_id != spec.con_id || order.spec.side != spec.side {
        "contract and side of an order cannot change"
    } else if spec.qty <= order.filled {
        "the total must stay above what has filled"
    } else {
        return None;
    };
    Some(Finding { code: "G10", weight: Weight::Hard, text: text.into(), fix: None })
}

/// Whether an order of this session needs consent also where the guard has nothing to ask.
fn asks_anyway(ctx: &Context<'_>) -> bool {
    ctx.mode == Mode::Live && ctx.gate != Gate::Sends
}

/// Builds the approval if the assessment and the consent allow it.
fn approve(
    purpose: Purpose,
    spec: OrderSpec,
    ctx: &Context<'_>,
    assessment: Assessment,
    consent: Consent,
) -> Result<Approved, Assessment> {
    let needs_consent = asks_anyway(ctx) || assessment.worst() == Some(Weight::Confirm);
    let hard = assessment.worst() == Some(Weight::Hard);
    match ctx.account {
        Some(account) if !hard && (!needs_consent || consent == Consent::Given) => Ok(Approved {
            purpose,
            spec,
            exits: Vec::new(),
            account: account.clone(),
            mode: ctx.mode,
            class: assessment.class,
            at: ctx.at,
            quote: ctx.quote.cloned(),
            findings: assessment.findings,
            limits: ctx.limits.fingerprint(),
        }),
        _ => Err(assessment),
    }
}
