//! The guard's verdict, the market it was given against, and what the keys do.

use super::super::{Aim, Staged};
use super::sentence::before;
use super::{SCOPES, plain};
use crate::app::action::Action;
use crate::app::keymap::GLOBAL;
use crate::app::model::Model;
use crate::app::select;
use crate::domain::instrument::ConId;
use crate::domain::order::OrderSpec;
use crate::domain::quote::Truth;
use crate::domain::shown;
use crate::money::{Price, Qty};
use crate::risk::{Finding, Weight};
use crate::theme::{Role, Theme};
use crate::view::hints::{self, hint};
use crate::view::numbers::{rule, truth_role};
use crate::view::widgets::canvas::Words;

/// Findings shown before `+n more`.
const FINDINGS: usize = 4;

/// `spread 0.02 · bid 187.20 × 300 · ask 187.22 × 500`, without the sizes where there is no room.
pub(super) fn market_line(theme: &Theme, model: &Model, con_id: ConId, room: u16) -> Words {
    let (Some(instrument), Some(quote)) = (select::instrument(model, con_id), model.market.quotes.get(&con_id)) else {
        return Words::new();
    };
    let rule = &instrument.rule;
    let side = |price: Option<Price>| price.map_or_else(|| shown::ABSENT.to_owned(), |p| shown::price(p, rule));
    let size = |qty: Option<Qty>| qty.map_or_else(|| shown::ABSENT.to_owned(), |q| shown::market_size(q, 6));
    let spread = quote.ask.and_then(|a| a.minus(quote.bid?));
    let places = quote.bid.map_or(0, |b| rule.decimals_at(b));
    let spread = spread.map_or_else(|| shown::ABSENT.to_owned(), |s| shown::price_with(s, places));
    let line = |bid: String, ask: String| {
        Words::of("spread ", Role::TextDim)
            .say(spread.clone(), Role::Text)
            .say(" · bid ", Role::TextDim)
            .say(bid, Role::Text)
            .say(" · ask ", Role::TextDim)
            .say(ask, Role::Text)
    };
    let (bid, ask) = (side(quote.bid), side(quote.ask));
    let sized = |price: &str, qty| format!("{price} × {}", size(qty));
    let full = line(sized(&bid, quote.bid_size), sized(&ask, quote.ask_size));
    if full.width(theme) <= room { full } else { line(bid, ask) }
}

/// The guard's findings, worst first, at most four; or that there are none, with the truth of the quote.
pub(super) fn verdict(model: &Model, staged: &Staged) -> Vec<Words> {
    let quote = model.market.quotes.get(&staged.con_id);
    let truth = select::truth(model, staged.con_id);
    let age = quote.and_then(|q| q.at).map(|at| model.now.since(at)).unwrap_or_default();
    let live = Words::of("quote ", Role::TextDim).say(
        shown::truth_words(truth, age),
        if matches!(truth, Truth::Live | Truth::Quiet(_)) { Role::TextDim } else { truth_role(truth) },
    );
    let Some(assessment) = &staged.assessment else {
        return vec![live];
    };
    let (findings, notes): (Vec<&Finding>, Vec<&Finding>) =
        assessment.findings.iter().partition(|f| f.weight != Weight::Note);
    let mut lines: Vec<Words> = findings.iter().chain(&notes).map(|f| finding(f)).collect();
    let hidden = lines.len().saturating_sub(FINDINGS);
    lines.truncate(FINDINGS);
    if hidden > 0
        && let Some(last) = lines.last_mut()
    {
        last.push(format!("  +{hidden} more"), Role::TextDim);
    }
    if findings.is_empty() {
        let mut ok = Words::of("✓ guard ok", Role::GuardOk).say(" · ", Role::TextDim);
        ok.join(0, live);
        // The verdict itself comes first where there is room for one line only.
        lines.insert(0, ok);
    }
    lines
}

pub(super) fn finding(finding: &Finding) -> Words {
    let (mark, role) = match finding.weight {
        Weight::Note => ("·", Role::GuardNote),
        Weight::Confirm => ("!", Role::GuardConfirm),
        Weight::Hard => ("✗", Role::GuardHard),
    };
    Words::of(format!("{mark} {}  ", finding.code), role).say(finding.text.clone(), role)
}

/// What Enter and Esc do to this order, and the fix that Space takes.
pub(super) fn keys(model: &Model, staged: &Staged) -> Words {
    let scopes: &[&str] = if staged.typing.is_some() { &["field", "text", GLOBAL] } else { SCOPES };
    let key = |action| hints::key(model, scopes, action);
    let worst = staged.assessment.as_ref().and_then(crate::risk::Assessment::worst);
    let mut words = Words::new();
    let mode = model.desk.mode;
    let confirm = hints::key(model, &["confirm"], Action::Confirm);
    let asks = staged.spec.as_ref().is_some_and(|spec| spec.attributes.preview);
    let sends = match (worst, &staged.aim) {
        (Some(Weight::Hard), _) => None,
        _ if asks => Some("ask the broker, sends nothing".to_owned()),
        (Some(Weight::Confirm), _) => Some(format!("asks for {confirm}")),
        _ if select::asks_anyway(model) => Some(format!("asks for {confirm}")),
        (_, Aim::Change(_)) => Some("send the change".to_owned()),
        (_, Aim::New) => Some(format!("send to {}", mode.word())),
        (_, Aim::Unwind) => Some(format!("run on {}", mode.word())),
    };
    if let Some(label) = sends.filter(|_| staged.spec.is_some()) {
        words.join(5, hint(key(Action::Send), &label));
    }
    let fix = staged.assessment.as_ref().and_then(|a| a.findings.iter().find_map(|f| f.fix.as_deref()));
    if let Some((_, Some(fix))) = &staged.invalid {
        words.join(5, hint(key(Action::TicketFix), fix));
    } else if let Some(fix) = fix {
        words.join(5, hint(key(Action::TicketFix), &fix_words(model, staged, fix)));
    }
    let back = if staged.typing.is_some() { Action::FieldRevert } else { Action::TicketDrop };
    let drop = match (&staged.aim, staged.typing.is_some()) {
        (_, true) => "back".to_owned(),
        (Aim::Change(_), false) => {
            let kept = before(model, staged).and_then(|b| b.kind.handle());
            kept.map_or_else(|| "drop".to_owned(), |p| format!("keep {}", plain(p, rule(model, staged.con_id))))
        }
        (Aim::New | Aim::Unwind, false) => "drop".to_owned(),
    };
    words.join(5, hint(key(back), &drop));
    words
}

/// What the fix changes: the size, the price, how long or when.
pub(super) fn fix_words(model: &Model, staged: &Staged, fix: &OrderSpec) -> String {
    let same_size = staged.qty == Some(fix.qty);
    let said = staged.spec.as_ref().filter(|said| (said.qty, said.kind) == (fix.qty, fix.kind));
    if let Some(said) = said.filter(|said| (&said.tif, said.session) != (&fix.tif, fix.session)) {
        let same = said.tif == fix.tif;
        return if same { fix.session.keyword().to_owned() } else { fix.tif.to_string() };
    }
    match (same_size, fix.kind) {
        (true, kind) => match kind.handle() {
            Some(price) => format!("{} {}", kind.keyword(), plain(price, rule(model, staged.con_id))),
            None => kind.keyword().to_owned(),
        },
        (false, _) => format!("{} {}, the most that passes", fix.verb.word(), shown::plain_qty(fix.qty)),
    }
}
