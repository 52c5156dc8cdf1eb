//! A session is its messages: what was recorded, read back and played into the first model gives the last one.

use tradewind::app::msg::Msg;
use tradewind::app::update::update;
use tradewind::clock::Stamp;
use tradewind::domain::order::OrderState;

use crate::support::{Desk, Venue, folder};

#[tokio::test]
async fn a_recorded_session_replays_to_the_same_model() {
    let (folder, venue) = (folder(), Venue::in_memory().await);
    let mut desk = Desk::open(folder.path(), venue.addr);
    desk.ready().await;
    desk.keys("b t enter");
    desk.until("a fill", |m| m.orders.all.values().any(|o| o.state == OrderState::Filled)).await;
    desk.keys("j 2 > < ? esc : b u y space 5 esc b down enter");
    desk.until("two orders", |m| m.orders.all.len() == 2).await;
    desk.keys("x");

    let written = serde_json::to_string(&desk.log).unwrap();
    let read: Vec<(Stamp, Msg)> = serde_json::from_str(&written).unwrap();
    let mut model = desk.beginning();
    for (at, msg) in read {
        let _ = update(&mut model, at, msg);
    }
    pretty_assertions::assert_eq!(format!("{model:#?}"), format!("{:#?}", desk.model));
}
