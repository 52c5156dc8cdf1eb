//! What the broker says while a connection stands, and what it means for the session.
//!
//! Must not know: dialling, the questions of SYNC.

use futures_util::FutureExt;
use ibapi::orders::OrderUpdate;
use ibapi::subscriptions::SubscriptionItem;
use ibapi::{Error, Notice};

use super::super::account::Taken;
use super::super::data::Feed;
use super::super::others::Outcome;
use super::super::{contract, convert, order};
use super::pulse::Pulse;
use super::{BEATS_MISSED_MAX, Ending, IB_LOST, Live, Next, Supervisor};
use crate::broker::event::Refusal;
use crate::broker::{Event, Link};
use crate::clock::Stamp;
use crate::domain::account::AccountId;

impl Supervisor {
    /// An order event; a gap in them needs SYNC.
    pub(super) async fn update(
        &self,
        live: &mut Live,
        update: Option<Result<SubscriptionItem<OrderUpdate>, Error>>,
    ) -> Option<Next> {
        let event = match update {
            Some(Ok(SubscriptionItem::Data(update))) => order_event(&live.account, update),
            Some(Ok(SubscriptionItem::Notice(notice))) if notice.code == ibapi::SUBSCRIPTION_LAG_CODE => {
                tracing::warn!(%notice, "order events were lost");
                self.lagged().await;
                return Some(Next::Sync);
            }
            Some(Ok(SubscriptionItem::Notice(notice))) => return self.order_notice(live, notice).await,
            Some(Err(error)) => {
                tracing::warn!(%error, "the stream of order events ended");
                live.orders = None;
                return Some(if live.client.is_connected() { Next::Sync } else { self.lost(&error) });
            }
            None => {
                live.orders = None;
                let connected = live.client.is_connected();
                return Some(if connected { Next::Sync } else { self.lost(&Error::ConnectionReset) });
            }
        };
        if let Some(event) = event {
            self.tell(event).await;
        }
        None
    }

    /// Says that the broker was faster than this program: nothing is READY until everything was asked for again.
    async fn lagged(&self) {
        let text =
            "Events came faster than they were taken in (LAG), and some are lost; everything is asked for again.";
        self.tell(Event::Notice { code: 0, text: text.into() }).await;
    }

    /// The gateway moves to another port (1300). Whoever listens there has to be trusted by the trader, not by this program.
    async fn moves(&mut self, notice: &Notice) {
        let text = format!(
            "{} has moved to another port (1300): {}. It is not followed; set the address of profile {}.",
            self.profile.address,
            convert::text(&notice.message).trim_end_matches('.'),
            self.profile.name
        );
        self.tell(Event::Notice { code: 1300, text: text.as_str().into() }).await;
        self.moved = Some(Refusal { code: Some(1300), text: text.as_str().into() });
    }

    /// What was said before the connection ended: a move to another port ends it.
    pub(super) async fn last_words(&mut self, live: &mut Live) {
        while let Some(Some(notice)) = live.notices.next().now_or_never() {
            if notice.code == 1300 {
                self.moves(&notice).await;
            }
        }
    }

    /// The broker's words about an order; those of a read-only gateway close the session to orders.
    async fn order_notice(&self, live: &mut Live, notice: Notice) -> Option<Next> {
        let text = convert::text(&notice.message);
        let event = match notice.request_id {
            Some(order_id) => Event::OrderError { order_id, code: notice.code, text },
            None => Event::Notice { code: notice.code, text },
        };
        self.tell(event).await;
        if notice.code == 321 && notice.message.to_ascii_lowercase().contains("read-only") && !live.read_only {
            live.read_only = true;
            if live.is_well() {
                self.open_gate(live).await;
            }
        }
        None
    }

    /// A message that belongs to no request: the state of IB's servers and farms.
    pub(super) async fn notice(&mut self, live: &mut Live, notice: Notice) -> Option<Next> {
        match notice.code {
            1100 | 2110 => {
                if !live.ib_lost {
                    live.ib_lost = true;
                    self.close_gate(live, IB_LOST);
                    self.link(Link::IbLost).await;
                }
                None
            }
            1101 | 1102 => {
                let data_kept = notice.code == 1102;
                live.ib_lost = false;
                self.link(Link::IbBack { data_kept }).await;
                if !data_kept {
                    // The same client told again: everything wanted is asked for anew.
                    self.feed.send_modify(|feed| feed.renew(feed.client.clone()));
                }
                Some(Next::Sync)
            }
            ibapi::NOTICE_STREAM_LAG_CODE => {
                self.lagged().await;
                Some(Next::Sync)
            }
            ibapi::TRANSPORT_RECONNECT_CODE => Some(Next::Sync),
            1300 => {
                self.moves(&notice).await;
                None
            }
            code => {
                if matches!(code, 2104 | 2108) {
                    // IB says that the farm is there; whether each line ticks again is seen to.
                    self.feed.send_modify(Feed::suspect);
                }
                self.tell(Event::Notice { code, text: convert::text(&notice.message) }).await;
                None
            }
        }
    }

    /// The answer to a heartbeat, or none.
    pub(super) async fn beaten(&self, live: &mut Live, pulse: Option<Pulse>) -> Option<Next> {
        live.beat = None;
        if let Some(Pulse { round_trip, ahead }) = pulse {
            let was_mute = std::mem::take(&mut live.missed) > 0;
            self.tell(Event::Heartbeat { round_trip }).await;
            if let Some(ahead_ms) = ahead.filter(|ahead| *ahead != 0 || live.ahead != 0) {
                live.ahead = ahead_ms;
                self.tell(Event::GatewayClock { ahead_ms }).await;
            }
            if was_mute && live.ready && live.ib_lost {
                self.close_gate(live, IB_LOST);
                self.link(Link::IbLost).await;
            } else if was_mute && live.is_well() {
                self.open_gate(live).await;
            }
            return None;
        }
        live.missed += 1;
        if live.missed >= BEATS_MISSED_MAX {
            let text = format!("{} does not answer; connecting anew.", self.profile.address);
            return Some(Next::End(Ending::Lost(Refusal { code: None, text: text.into() })));
        }
        if live.missed == 1 {
            self.close_gate(live, "the gateway does not answer");
            self.link(Link::Mute).await;
        }
        None
    }

    /// What others have at work, or that it is not known.
    pub(super) async fn others(&self, outcome: Outcome) {
        match outcome {
            Outcome::Complete(others) => self.tell(Event::Others(others)).await,
            Outcome::Failed => {}
            Outcome::Unknown(error) => {
                let refusal = contract::refusal(&error);
                let again = if matches!(error, Error::Timeout) { " o u connects anew and asks again." } else { "" };
                let text = format!("Orders of other clients cannot be listed: {}.{again}", refusal.text);
                self.tell(Event::Notice { code: refusal.code.unwrap_or(0), text: text.into() }).await;
            }
        }
    }

    pub(super) async fn item(&self, live: &mut Live, item: Option<super::super::account::Item>) -> Option<Next> {
        let connected = live.client.is_connected();
        let (Some(ledger), Some(item)) = (&mut live.ledger, item) else {
            return Some(if connected { Next::Sync } else { self.lost(&Error::ConnectionReset) });
        };
        match ledger.take(item, Stamp::now()) {
            Taken::Nothing => None,
            Taken::Tell(event) => {
                if matches!(event, Event::Position(_)) {
                    live.others.soon();
                }
                self.tell(event).await;
                None
            }
            Taken::Gap if connected => Some(Next::Sync),
            Taken::Gap => Some(self.lost(&Error::ConnectionReset)),
        }
    }
}

/// What the stream of order events says of the session's account.
fn order_event(account: &AccountId, update: OrderUpdate) -> Option<Event> {
    match update {
        OrderUpdate::OpenOrder(data) if data.order.what_if => order::what_if(&data, account),
        OrderUpdate::OpenOrder(data) => Some(Event::Order(Box::new(order::report(&data, account)?))),
        OrderUpdate::OrderStatus(status) => Some(Event::Status(order::status_report(&status)?)),
        OrderUpdate::ExecutionData(data) => match order::execution(&data, account) {
            Some(execution) => Some(Event::Execution(Box::new(execution))),
            None => order::unreadable(&data, account).map(|text| Event::Notice { code: 0, text }),
        },
        OrderUpdate::CommissionReport(report) => {
            order::commission(&report).map(|(exec_id, commission)| Event::Commission { exec_id, commission })
        }
        OrderUpdate::OrderBound(bound) => {
            tracing::info!(bound.order_id, "an order was bound to this client");
            None
        }
    }
}
