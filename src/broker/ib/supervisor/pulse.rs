//! The heartbeat: whether the gateway answers, how fast, and what time it has.
//!
//! Must not know: what follows from a beat that is missed.

use std::sync::Arc;
use std::time::Duration;

use ibapi::{Client, Error};
use tokio::time::timeout;

use crate::clock::Stamp;

/// An answered beat.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Pulse {
    /// From question to answer.
    pub(super) round_trip: Duration,
    /// How far the gateway's clock is ahead of this machine's for certain, in milliseconds; negative behind, 0 where the
    /// second that it tells fits. `None` where it answered with a refusal.
    pub(super) ahead: Option<i64>,
}

/// Asks for the time; an error of the broker's is an answer too.
pub(super) async fn beat(client: Arc<Client>, within: Duration) -> Option<Pulse> {
    let asked = Stamp::now();
    let said = match timeout(within, client.server_time()).await {
        Ok(Ok(time)) => Some(time.unix_timestamp()),
        Ok(Err(Error::Notice(_))) => None,
        Ok(Err(_)) | Err(_) => return None,
    };
    let answered = Stamp::now();
    Some(Pulse { round_trip: answered.since(asked), ahead: said.map(|second| ahead(second, asked, answered)) })
}

/// How far a clock that told this second between the two moments is ahead for certain, in milliseconds.
fn ahead(second: i64, asked: Stamp, answered: Stamp) -> i64 {
    const SECOND: i64 = 1_000_000_000;
    const MILLISECOND: i64 = 1_000_000;
    let from = second.saturating_mul(SECOND);
    let least = from.saturating_sub(answered.wall);
    let most = from.saturating_add(SECOND).saturating_sub(asked.wall);
    if least > 0 { least / MILLISECOND } else { most.min(0) / MILLISECOND }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_whole_seconds_and_the_way_cannot_explain_is_skew() {
        const MS: i64 = 1_000_000;
        let at = |ms: i64| Stamp { wall: ms * MS, mono: 0 };
        for (second, asked, answered, expected) in [
            (10, 10_000, 10_001, 0),
            (10, 10_998, 10_999, 0),
            (10, 9_999, 10_000, 0),
            // It told 12 while it was at most 10.4 here.
            (12, 10_300, 10_400, 1_600),
            // It told 10, so 10.999 at most, while it was at least 13.5 here.
            (10, 13_500, 13_600, -2_500),
            // A slow answer explains what a quick one does not.
            (10, 9_000, 13_600, 0),
        ] {
            assert_eq!(ahead(second, at(asked), at(answered)), expected, "{second} {asked} {answered}");
        }
    }
}
