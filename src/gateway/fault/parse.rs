//! Reading scripts: every line by itself, so that every mistake is found at once.

use super::names::{self, CALLBACKS, CALLS};
use super::text::{Word, Words};
use super::{Corruption, Message, Op, Rule, Script, Side, When};
use crate::gateway::Nanos;
use crate::gateway::venue::Correction;
use crate::money::{Price, Qty};
use crate::source::{Problem, Problems, Source};

/// What a line may begin with.
const BEGINNINGS: [&str; 4] = ["at", "after", "client", "seed"];
/// What a rule may do.
pub(super) const OPS: [&str; 26] = [
    "drop",
    "dup",
    "delay",
    "reorder",
    "split",
    "corrupt",
    "unset",
    "fork_perm",
    "rst",
    "fin",
    "half_open",
    "mute",
    "stall",
    "hold_id",
    "notice",
    "next_id",
    "skew",
    "ib_lost",
    "farm",
    "read_only",
    "competing",
    "data_type",
    "correct",
    "bust",
    "restart",
    "login",
];
/// How a line of quotes may be called, by IB's number.
const DATA_TYPES: [&str; 4] = ["live", "frozen", "delayed", "delayed_frozen"];
/// How often something may be repeated.
const MOST: i64 = 1_000_000;

impl Script {
    /// Reads a script, or says everything that is wrong with it.
    pub fn read(source: &Source) -> Result<Self, Problems> {
        let mut script = Self::default();
        let mut problems = Vec::new();
        let mut start = 0;
        for line in source.text.split_inclusive('\n') {
            let mut words = Words::cut(source, start, line);
            start += line.len();
            if words.is_done() {
                continue;
            }
            if let Err(problem) = script.line(&mut words) {
                problems.push(problem);
            }
        }
        if problems.is_empty() { Ok(script) } else { Err(Problems(problems)) }
    }

    fn line(&mut self, words: &mut Words<'_>) -> Result<(), Problem> {
        words.check_quotes()?;
        if words.take_if("seed") {
            self.seed = u64::try_from(words.need_number("the seed", 0..i64::MAX)?).unwrap_or(0);
            return words.finish();
        }
        let rule = rule(words)?;
        words.finish()?;
        self.rules.push(rule);
        Ok(())
    }
}

fn rule(words: &mut Words<'_>) -> Result<Rule, Problem> {
    let whose = words.peek().map(|word| word.span.clone());
    let client = if words.take_if("client") {
        i32::try_from(words.need_number("the client id", 0..i64::from(i32::MAX))?).ok()
    } else {
        None
    };
    let when = when(words, client.is_none())?;
    words.need_word("do")?;
    let name = words.need("what to do")?;
    let op = op(&name, words)?;
    if let Some(what) = unfit(&op, &when, client.is_some()) {
        let span = if what.starts_with("befalls") { whose.unwrap_or(name.span) } else { name.span };
        return Err(words.at(&span, format!("\"{}\" {what}", name.text)));
    }
    Ok(Rule { client, when, op })
}

/// Why an op cannot be done then or to them.
fn unfit(op: &Op, when: &When, one_client: bool) -> Option<&'static str> {
    let (message, before) = match when {
        When::Time(_) => (None, false),
        When::Message { message, side, .. } => (Some(*message), *side == Side::Before),
    };
    let is_callback = matches!(message, Some(Message::Callback(_)));
    if op.is_for_message() && !before {
        return Some("is done to a message, and needs \"at\" and its name");
    }
    if op.is_for_callback() && !is_callback {
        return Some("is done to callbacks, not to calls");
    }
    if *op == Op::ForkPerm && message != Some(Message::Call(Some(3))) {
        return Some("is done to placeOrder");
    }
    if let Op::Reorder(other) = op
        && matches!(other, Message::Callback(_)) != is_callback
    {
        return Some("waits for a message of the same direction: call and call, callback and callback");
    }
    if matches!(op, Op::Notice { on_it: true, .. }) && message.is_none() {
        return Some("has no message that it could be \"on it\" about");
    }
    if op.is_for_all() && one_client {
        return Some("befalls every client");
    }
    None
}

/// The words up to `do`.
fn when(words: &mut Words<'_>, may_be_client: bool) -> Result<When, Problem> {
    let word = words.need("\"at\" or \"after\"")?;
    if word.text == "at" {
        let next = words.need("a time or a message")?;
        if let Some(at) = super::text::time(next.text) {
            return Ok(When::Time(at));
        }
        return at_message(&next, Side::Before, words);
    }
    let delay = super::text::span(word.text);
    if delay.is_some() {
        words.need_word("after")?;
    } else if word.text != "after" {
        let names = if may_be_client { &BEGINNINGS[..] } else { &BEGINNINGS[..2] };
        return Err(words.wrong(&word, "\"at\" or \"after\"", names));
    }
    let next = words.need("a message")?;
    at_message(&next, Side::After(delay.unwrap_or(0)), words)
}

fn at_message(word: &Word<'_>, side: Side, words: &mut Words<'_>) -> Result<When, Problem> {
    let (name, count) = match word.text.split_once('#') {
        Some((name, count)) => (name, Some(count)),
        None => (word.text, None),
    };
    let message = message(name, word, words)?;
    let (first, last) = match count {
        None => (1, u32::MAX),
        Some(count) => {
            let range = range(count);
            range.ok_or_else(|| words.wrong(word, "a count such as #3, #3..5 or #3..", &[]))?
        }
    };
    let from = if words.take_if("from") { Some(words.need_time()?) } else { None };
    let until = if words.take_if("until") { Some(words.need_time()?) } else { None };
    Ok(When::Message { message, first, last, from, until, side })
}

/// `3`, `3..5` or `3..`, counted from 1.
fn range(text: &str) -> Option<(u32, u32)> {
    let (first, last) = text.split_once("..").map_or((text, Some(text)), |(a, b)| (a, (!b.is_empty()).then_some(b)));
    let first: u32 = first.parse().ok()?;
    let last: u32 = last.map_or(Ok(u32::MAX), str::parse).ok()?;
    (first > 0 && first <= last).then_some((first, last))
}

fn message(name: &str, word: &Word<'_>, words: &Words<'_>) -> Result<Message, Problem> {
    match name.to_ascii_lowercase().as_str() {
        "request" => return Ok(Message::Call(None)),
        "frame" => return Ok(Message::Callback(None)),
        _ => {}
    }
    if let Some(id) = names::find(CALLS, name) {
        return Ok(Message::Call(Some(id)));
    }
    if let Some(id) = names::find(CALLBACKS, name) {
        return Ok(Message::Callback(Some(id)));
    }
    let known: Vec<&'static str> =
        CALLS.iter().chain(CALLBACKS).map(|(_, name)| *name).chain(["request", "frame"]).collect();
    let named = Word { text: name, span: word.span.clone(), quoted: false };
    Err(words.wrong(&named, "a time, a call or a callback of the API", &known))
}

fn op(name: &Word<'_>, words: &mut Words<'_>) -> Result<Op, Problem> {
    Ok(match name.text {
        "drop" => Op::Drop,
        "dup" => Op::Dup(if words.is_done() { 1 } else { count(words, "how often")? }),
        "delay" => Op::Delay(words.need_span("how long")?),
        "reorder" => Op::Reorder(neighbour(words)?),
        "split" => {
            let bytes = words.need_number("how many bytes", 1..MOST)?;
            Op::Split { bytes: usize::try_from(bytes).unwrap_or(1), pause: words.need_span("how long")? }
        }
        "corrupt" => Op::Corrupt(match words.take() {
            None => Corruption::Body,
            Some(word) if word.text == "body" => Corruption::Body,
            Some(word) if word.text == "length" => Corruption::Length,
            Some(word) if word.text == "id" => Corruption::Id,
            Some(word) => return Err(words.wrong(&word, "body, length or id", &["body", "length", "id"])),
        }),
        "unset" => Op::Unset,
        "fork_perm" => Op::ForkPerm,
        "rst" => Op::Rst,
        "fin" => Op::Fin,
        "half_open" => Op::HalfOpen,
        "mute" => Op::Mute(words.need_span("how long")?),
        "stall" => Op::Stall(words.need_span("how long")?),
        "hold_id" => Op::HoldId(words.need_span("how long")?),
        "notice" => notice(words)?,
        "next_id" => Op::NextId(offset(words)?),
        "skew" => Op::Skew(skew(words)?),
        "ib_lost" => Op::IbLost { span: words.take_span(), data_lost: words.take_if("data_lost") },
        "farm" => {
            let name = words.need("the name of the farm")?.text.to_owned();
            Op::Farm { name, span: words.need_span("how long")?, times: times(words)? }
        }
        "read_only" => Op::ReadOnly(words.take_span()),
        "competing" => Op::Competing(words.need_span("how long")?),
        "data_type" => {
            let word = words.need("the type")?;
            let kind = DATA_TYPES.iter().position(|known| *known == word.text).and_then(|i| i32::try_from(i + 1).ok());
            let kind = kind.ok_or_else(|| words.wrong(&word, "a type of market data", &DATA_TYPES))?;
            Op::DataType { kind, span: words.take_span() }
        }
        "correct" => Op::Correct(Correction { price: Some(price(words)?), quantity: None }),
        "bust" => Op::Correct(Correction { price: None, quantity: Some(Qty::ZERO) }),
        "restart" => Op::Restart(words.need_span("how long")?),
        "login" => Op::Login(words.need_span("how long")?),
        _ => return Err(words.wrong(name, "what to do", &OPS)),
    })
}

fn count(words: &mut Words<'_>, what: &str) -> Result<u32, Problem> {
    words.need_number(what, 1..1_001).map(|number| u32::try_from(number).unwrap_or(1))
}

/// The message that another waits for.
fn neighbour(words: &mut Words<'_>) -> Result<Message, Problem> {
    let word = words.need("the message to wait for")?;
    match message(word.text, &word, words)? {
        found @ (Message::Call(Some(_)) | Message::Callback(Some(_))) => Ok(found),
        Message::Call(None) | Message::Callback(None) => Err(words.wrong(&word, "one call or callback", &[])),
    }
}

/// `x20`, or once.
fn times(words: &mut Words<'_>) -> Result<u32, Problem> {
    let Some(word) = words.peek().filter(|word| word.text.starts_with('x')).cloned() else { return Ok(1) };
    words.take();
    let times = word.text.trim_start_matches('x').parse().ok().filter(|times| (1..=1_000).contains(times));
    times.ok_or_else(|| words.wrong(&word, "x and a number from 1 to 1000", &[]))
}

fn notice(words: &mut Words<'_>) -> Result<Op, Problem> {
    let place = words.peek().map(|word| word.span.clone());
    let code = i32::try_from(words.need_number("the code", 1..100_000)?).unwrap_or(0);
    let text = match words.peek().filter(|word| word.quoted).map(|word| word.text.to_owned()) {
        Some(text) => {
            words.take();
            text
        }
        None => names::text(code).map(str::to_owned).ok_or_else(|| {
            words.at(&place.unwrap_or(0..0), format!("code {code} needs a text in quotes: none is known for it"))
        })?,
    };
    let on_it = words.take_if("on");
    if on_it {
        words.need_word("it")?;
    }
    Ok(Op::Notice { code, text, on_it, times: times(words)? })
}

fn offset(words: &mut Words<'_>) -> Result<i32, Problem> {
    words.need_number("the offset", -MOST..MOST).map(|number| i32::try_from(number).unwrap_or(0))
}

/// A price above zero.
fn price(words: &mut Words<'_>) -> Result<Price, Problem> {
    let word = words.need("the price")?;
    let price = word.text.parse::<Price>().ok().filter(|price| price.is_positive());
    price.ok_or_else(|| words.wrong(&word, "a price such as 10.05", &[]))
}

/// A span with a sign.
fn skew(words: &mut Words<'_>) -> Result<Nanos, Problem> {
    let word = words.need("how far")?;
    let (sign, text) = match word.text.strip_prefix('-') {
        Some(rest) => (-1, rest),
        None => (1, word.text.trim_start_matches('+')),
    };
    super::text::span(text).map(|span| sign * span).ok_or_else(|| words.wrong(&word, "a span such as 3s or -3s", &[]))
}
