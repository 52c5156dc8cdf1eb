//! Waiting for everything that an order is judged by: connection, journal, contract, quote, days, the day's result.

use std::time::Duration;

use super::Errand;
use super::headless::{Desk, Lived};
use super::outcome::{Failure, Outcome};
use super::whose::subject;
use crate::app::model::{Bars, Journal, Model};
use crate::broker::Link;
use crate::domain::instrument::ConId;

/// How long the connection may take to be READY.
const READY_MAX: Duration = Duration::from_secs(20);
/// How long a quote, the day's bars and the day's result are waited for once it is.
const SETTLE: Duration = Duration::from_secs(3);

/// Waits for the connection and the journal, then for what the order is judged by.
pub async fn connect(desk: &mut Desk, errand: &Errand) -> Result<(), Box<Outcome>> {
    let lived = desk.until(READY_MAX, |model| is_ready(model) || is_broken(model)).await;
    if lived != Lived::Held || is_broken(&desk.model) {
        return Err(Box::new(not_ready(&desk.model, lived)));
    }
    let row = desk.model.panes.watchlist.rows.first().cloned();
    if let Some(row) = row.filter(|row| row.con_id.is_none()) {
        let why = row.refused.map_or_else(|| "the broker did not say what it is".to_owned(), |why| why.to_string());
        let failure = Failure::new(format!("{}: {why}", row.symbol));
        return Err(Box::new(Outcome::refused(&desk.model, failure)));
    }
    let con_id = subject(&desk.model, &errand.sentence);
    // Not all of it may come; what is missing the guard knows as missing.
    let settled = desk.until(SETTLE, |model| con_id.is_none_or(|id| is_settled(model, id))).await;
    let lived = match settled {
        Lived::Signalled(_) => settled,
        Lived::Held | Lived::Late => desk.until(READY_MAX, |model| is_ready(model) || is_broken(model)).await,
    };
    let good = lived == Lived::Held && !is_broken(&desk.model);
    if good { Ok(()) } else { Err(Box::new(not_ready(&desk.model, lived))) }
}

/// Whether everything that a sentence may need has been asked and answered.
fn is_ready(model: &Model) -> bool {
    matches!(model.desk.journal, Journal::Open { .. })
        && matches!(model.desk.link, Link::Ready { .. })
        && model.desk.positions_known
        // The journal that opens late has the broker asked again.
        && model.desk.sync_from.is_none()
        && model.market.asked.is_empty()
}

/// Whether it will not come to that.
const fn is_broken(model: &Model) -> bool {
    matches!(model.desk.journal, Journal::Failed(_))
        || matches!(model.desk.link, Link::Refused(_) | Link::Dialling { next_in: Some(_), why: Some(_), .. })
}

/// Nothing was sent: there is no connection, or no journal.
pub fn not_ready(model: &Model, lived: Lived) -> Outcome {
    let hint = Some("`tradewind check` says more. Nothing was sent.".to_owned());
    let code = match lived {
        Lived::Signalled(number) => {
            let failure = Failure::new("interrupted before anything was sent");
            return Outcome::refused(model, failure).ending(number.saturating_add(128));
        }
        Lived::Held | Lived::Late => None,
    };
    let message = match (&model.desk.journal, &model.desk.link) {
        (Journal::Failed(why), _) => format!("the journal cannot be written: {why}"),
        (_, Link::Refused(why) | Link::Dialling { why: Some(why), .. }) => why.text.to_string(),
        (_, Link::Syncing { what, .. }) => format!("no answer while asking for {what}"),
        (Journal::Opening, _) => "the journal is not open".to_owned(),
        _ => match model.notices.list.back() {
            Some(notice) => notice.text.clone(),
            None => format!("not READY within {} s", READY_MAX.as_secs()),
        },
    };
    Outcome::refused(model, Failure { code, message, hint })
}

/// Whether all that an order of this contract is judged by has come.
fn is_settled(model: &Model, con_id: ConId) -> bool {
    let quote = model.market.quotes.get(&con_id);
    let quoted =
        quote.is_some_and(|q| q.refused.is_some() || q.is_two_sided() && q.last.is_some() && q.close.is_some());
    let bars = model.market.bars.iter().filter(|(key, _)| key.con_id == con_id);
    let loading = bars.into_iter().any(|(_, bars)| matches!(bars, Bars::Loading(_)));
    quoted && !loading && model.account.pnl.daily.is_some()
}
