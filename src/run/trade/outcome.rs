//! What a command came to: the exit code, a table, or one JSON value.

use std::fmt::Write as _;
use std::io::{self, Write as _};

use color_eyre::eyre::Report;
use rust_decimal::Decimal;
use serde::Serialize;

use crate::app::model::Model;
use crate::app::{select, words};
use crate::domain::SafeText;
use crate::domain::order::{Order, OrderKey, OrderState};
use crate::domain::shown;
use crate::risk::{Finding, Weight};
use crate::run::journal::put;
use crate::run::json;
use crate::run::table::{Align, Table, or_dash};

/// How a command ended. The words are part of the JSON form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Result {
    /// The broker holds it until its time comes, or until its entry fills.
    Held,
    /// It works.
    Working,
    /// It has filled.
    Filled,
    /// It has ended without filling wholly: cancelled, or of a kind that does not wait.
    Cancelled,
    /// The working order has its new terms.
    Changed,
    /// There was nothing to do.
    Nothing,
    /// What the guard thinks of it; nothing was sent.
    Preview,
    /// It was not sent.
    Refused,
    /// The broker refused it.
    Rejected,
    /// What has become of it is not known.
    Unknown,
}

/// Why nothing came of it, and what to do.
#[derive(Debug, Clone, Serialize)]
pub struct Failure {
    /// The guard's or IB's code.
    pub code: Option<String>,
    /// What is wrong.
    pub message: String,
    /// What to do.
    pub hint: Option<String>,
}

impl Failure {
    /// A failure in words.
    pub fn new(message: impl Into<String>) -> Self {
        Self { code: None, message: message.into(), hint: None }
    }
}

/// What a command came to.
#[derive(Debug, Serialize)]
pub struct Outcome {
    /// How it ended.
    pub result: Result,
    /// `PAPER` or `LIVE`.
    pub mode: &'static str,
    /// The account, masked.
    pub account: Option<String>,
    /// The API client id that acted.
    pub client: i32,
    /// The order as it was sent, every number worked out.
    pub sentence: Option<String>,
    /// The orders it is about, the exits that go out with one after it.
    pub orders: Vec<Row>,
    /// What the guard said.
    pub guard: Vec<Said>,
    /// What the desk said meanwhile.
    pub notes: Vec<String>,
    /// Why nothing came of it.
    pub error: Option<Failure>,
    #[serde(skip)]
    code: Option<i32>,
}

/// A finding of the guard.
#[derive(Debug, Clone, Serialize)]
pub struct Said {
    code: &'static str,
    weight: &'static str,
    text: String,
    /// The nearest order that would pass.
    passes: Option<String>,
}

impl Said {
    /// A finding, its order in the words of the grammar.
    pub fn of(model: &Model, finding: &Finding) -> Self {
        let weight = match finding.weight {
            Weight::Note => "note",
            Weight::Confirm => "confirm",
            Weight::Hard => "hard",
        };
        let passes = finding.fix.as_ref().map(|spec| {
            let rule = select::instrument(model, spec.con_id).map(|i| &i.rule);
            words::sentence(spec, rule)
        });
        Self { code: finding.code, weight, text: finding.text.clone(), passes }
    }
}

/// An order.
#[derive(Debug, Serialize)]
pub struct Row {
    order: Option<i32>,
    perm_id: Option<i64>,
    order_ref: String,
    sentence: String,
    state: &'static str,
    #[serde(serialize_with = "json::number")]
    quantity: Decimal,
    #[serde(serialize_with = "json::number")]
    filled: Decimal,
    #[serde(serialize_with = "json::maybe")]
    average: Option<Decimal>,
    code: Option<i32>,
    remark: Option<SafeText>,
}

impl Row {
    fn of(model: &Model, order: &Order) -> Self {
        let rule = select::instrument(model, order.spec.con_id).map(|i| &i.rule);
        let remark = order.remark.as_ref();
        Self {
            order: Some(order.ids.order_id).filter(|id| *id != 0),
            perm_id: Some(order.ids.perm_id).filter(|id| *id != 0),
            order_ref: order.key.to_string(),
            sentence: match &order.other_kind {
                Some(_) => words::order(model, order),
                None => words::sentence(&order.spec, rule),
            },
            state: word(order.state),
            quantity: order.spec.qty.0,
            filled: order.filled.0,
            average: order.avg_fill.map(|p| p.0),
            code: remark.map(|(code, _)| *code).filter(|code| *code != 0),
            remark: remark.map(|(_, text)| text.clone()),
        }
    }
}

/// The word of a state.
const fn word(state: OrderState) -> &'static str {
    match state {
        OrderState::Sending => "sending",
        OrderState::Held => "held",
        OrderState::Working => "working",
        OrderState::Cancelling => "cancelling",
        OrderState::Unknown => "unknown",
        OrderState::Filled => "filled",
        OrderState::Cancelled => "cancelled",
        OrderState::Rejected => "rejected",
    }
}

impl Outcome {
    /// An outcome of which nothing more is known.
    pub fn new(model: &Model, result: Result) -> Self {
        Self {
            result,
            mode: model.desk.mode.word(),
            account: model.desk.account.as_ref().map(ToString::to_string),
            client: model.desk.client_id,
            sentence: None,
            orders: Vec::new(),
            guard: Vec::new(),
            notes: Vec::new(),
            error: None,
            code: None,
        }
    }

    /// Nothing was sent, and why.
    pub fn refused(model: &Model, why: Failure) -> Self {
        Self::new(model, Result::Refused).because(why)
    }

    /// The same with a reason.
    #[must_use]
    pub fn because(self, why: Failure) -> Self {
        Self { error: Some(why), ..self }
    }

    /// The same with these orders, and their exits.
    #[must_use]
    pub fn with_orders<'k>(mut self, model: &Model, keys: impl IntoIterator<Item = &'k OrderKey>) -> Self {
        for key in keys {
            let family = model.orders.all.values().filter(|o| o.key == *key || o.parent.as_ref() == Some(key));
            for order in family {
                let row = Row::of(model, order);
                if self.orders.iter().all(|known| known.order_ref != row.order_ref) {
                    self.orders.push(row);
                }
            }
        }
        self
    }

    /// The same with another exit code than its result's.
    #[must_use]
    pub const fn ending(mut self, code: i32) -> Self {
        self.code = Some(code);
        self
    }

    /// The exit code.
    pub const fn code(&self) -> i32 {
        match (self.code, self.result) {
            (Some(code), _) => code,
            (None, Result::Refused | Result::Rejected) => 1,
            (None, Result::Unknown) => 3,
            (None, _) => 0,
        }
    }

    /// Prints it: the orders on standard output, what is wrong with them on standard error.
    pub fn print(&self, json: bool) -> std::result::Result<(), Report> {
        if json {
            return put(&format!("{}\n", serde_json::to_string_pretty(self)?));
        }
        put(&self.text())?;
        let mut err = io::stderr().lock();
        for note in &self.notes {
            writeln!(err, "{note}")?;
        }
        if let Some(failure) = &self.error {
            let code = failure.code.as_ref().map_or_else(String::new, |code| format!(" ({code})"));
            writeln!(err, "tradewind: {}{code}", failure.message.trim_end_matches('.'))?;
            if let Some(hint) = &failure.hint {
                writeln!(err, "{hint}")?;
            }
        }
        Ok(())
    }

    /// What stands on standard output.
    fn text(&self) -> String {
        let mut out = String::new();
        if self.orders.is_empty()
            && let Some(sentence) = &self.sentence
        {
            out.push_str(sentence);
            out.push('\n');
        }
        if !self.orders.is_empty() {
            out.push_str(&self.table().text());
        }
        for said in &self.guard {
            let _ = writeln!(out, "{} {}: {}", said.code, said.weight, said.text);
            if let Some(passes) = &said.passes {
                let _ = writeln!(out, "  passes: {passes}");
            }
        }
        out
    }

    fn table(&self) -> Table {
        let mut table = Table::new(&[
            ("order", Align::Right),
            ("sentence", Align::Left),
            ("state", Align::Left),
            ("filled", Align::Right),
            ("average", Align::Right),
            ("remark", Align::Left),
        ]);
        for row in &self.orders {
            let code = row.code.map_or_else(String::new, |code| format!(" ({code})"));
            table.row([
                or_dash(row.order, |id| format!("#{id}")),
                row.sentence.clone(),
                row.state.into(),
                format!("{}/{}", row.filled.normalize(), row.quantity.normalize()),
                or_dash(row.average, |average| {
                    shown::fixed(average.round_dp(4), average.normalize().scale().clamp(2, 4))
                }),
                row.remark.as_ref().map_or_else(String::new, |text| format!("{text}{code}")),
            ]);
        }
        table
    }
}
