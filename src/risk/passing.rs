//! The nearest order that passes: one for a whole verdict, and one the guard has been asked about.
//!
//! Each check offers what would satisfy it alone. Two of them may each offer a size of their own, and neither may pass the
//! other: so the offers are taken one after the other, the smallest size first, and the guard is asked again each time. What
//! is left then is said once, on the first finding that had an offer. Where something forbids that no other order mends,
//! nothing is offered.

use super::{Assessment, Weight};
use crate::domain::order::OrderSpec;

/// Offers are taken so many times before none is made.
const ROUNDS: usize = 8;

/// Leaves at most one offer in a verdict: an order that passes every check which forbids, or where none does, every check
/// that asks and can be mended.
pub(super) fn offer(verdict: &mut Assessment, spec: &OrderSpec, again: impl Fn(&OrderSpec) -> Assessment) {
    let nearest = nearest(verdict, spec, again);
    let weight = verdict.worst();
    let had = verdict.findings.iter().position(|f| Some(f.weight) == weight && f.fix.is_some());
    for finding in &mut verdict.findings {
        finding.fix = None;
    }
    if let Some(finding) = had.and_then(|at| verdict.findings.get_mut(at)) {
        finding.fix = nearest.map(Box::new);
    }
}

fn nearest(verdict: &Assessment, spec: &OrderSpec, again: impl Fn(&OrderSpec) -> Assessment) -> Option<OrderSpec> {
    let weight = verdict.worst().filter(|weight| *weight > Weight::Note)?;
    let unmended = |verdict: &Assessment| -> Vec<&'static str> {
        let stand = verdict.findings.iter().filter(|f| f.weight >= weight && f.fix.is_none());
        stand.map(|f| f.code).collect()
    };
    let stays = unmended(verdict);
    if weight == Weight::Hard && !stays.is_empty() {
        return None;
    }
    let (mut order, mut found) = (spec.clone(), verdict.clone());
    for _ in 0..ROUNDS {
        let fixable = found.findings.iter().filter(|f| f.weight >= weight);
        let offers: Vec<&OrderSpec> = fixable.filter_map(|f| f.fix.as_deref()).collect();
        if offers.is_empty() {
            let passes = unmended(&found).iter().all(|code| stays.contains(code));
            return (passes && order != *spec).then_some(order);
        }
        order = taken(&order, &offers)?;
        found = again(&order);
    }
    None
}

/// The order with these offers taken: the smallest size, and the first other terms.
fn taken(order: &OrderSpec, offers: &[&OrderSpec]) -> Option<OrderSpec> {
    let smaller = offers.iter().map(|fix| fix.qty).filter(|qty| *qty != order.qty).min();
    let other =
        offers.iter().copied().find(|fix| (fix.kind, fix.tif, fix.session) != (order.kind, order.tif, order.session));
    let terms = other.unwrap_or(order);
    let next = OrderSpec {
        qty: smaller.unwrap_or(order.qty),
        kind: terms.kind,
        tif: terms.tif,
        session: terms.session,
        ..order.clone()
    };
    (next != *order).then_some(next)
}
