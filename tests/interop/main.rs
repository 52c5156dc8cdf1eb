//! The Rust client against the built gateway: every request of its `Client`, and orders through their whole lives.
//!
//! The clients of other languages have their scripts beside this file and a driver, `run`; this one is a test, since it
//! needs Rust alone. The methods of `Client` are read from the client's own source, so one that is not used here fails.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test")]

mod coverage;
mod futures;
mod options;
mod orders;
mod requests;
mod session;

use session::{Gateway, Session};

#[tokio::test]
async fn the_rust_client_makes_every_request_and_takes_orders_through_their_lives() {
    let gateway = Gateway::start();
    let mut session = Session::connect(&gateway).await;
    Box::pin(requests::reference(&session)).await;
    Box::pin(requests::quotes(&session)).await;
    Box::pin(requests::history(&session)).await;
    Box::pin(requests::account_before_trading(&session)).await;
    Box::pin(orders::rest_change_and_fill(&mut session)).await;
    Box::pin(requests::account_with_a_position(&session)).await;
    Box::pin(orders::cancel_and_fill_in_part(&mut session)).await;
    Box::pin(orders::refusals_and_previews(&mut session)).await;
    Box::pin(orders::brackets_and_groups(&mut session)).await;
    Box::pin(orders::triggers_and_types(&mut session)).await;
    Box::pin(futures::bought_held_and_sold(&mut session)).await;
    Box::pin(options::calculated_bought_and_exercised(&mut session)).await;
    Box::pin(requests::what_is_not_served(&session, &gateway.address)).await;
    session.leave(&gateway).await;
    coverage::is_whole(&session.called());
    gateway.stop();
}
