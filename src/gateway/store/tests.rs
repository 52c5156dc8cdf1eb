use pretty_assertions::assert_eq;
use rusqlite::Connection;

use super::*;
use crate::gateway::venue::tests::script::{self, LEAF, MS, Script};
use crate::gateway::venue::{Correction, Funding, Kind, Stage, Terms, Tif, Venue};

/// A venue that traded, and the file it was saved to.
fn traded(path: &Path) -> (Venue, Script) {
    let script = Script::still(10_000, 10_002, 300);
    let mut store = Store::open(path).unwrap();
    let mut venue = Venue::new(0, &script);
    let requests = [
        script::order(1, Action::Buy, 700, Kind::Market),
        script::buy(2, 100, "99.99"),
        OrderRequest { tif: Tif::Gtc, client_id: 8, transmit: false, ..script::sell(3, 50, "100.05") },
        script::order(4, Action::Sell, 250, Kind::Market),
        script::buy(5, 90_000, "100"),
    ];
    for request in requests {
        venue.place(MS, &script, request);
        store.commit(&venue.take_changes().unwrap()).unwrap();
    }
    venue.cancel(LEAF, &script, 7, 2);
    store.commit(&venue.take_changes().unwrap()).unwrap();
    std::mem::forget(store);
    (venue, script)
}

#[test]
fn what_was_committed_is_there_without_a_goodbye() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("paper.db");
    let (venue, _) = traded(&path);
    let saved = Store::open(&path).unwrap().load().unwrap().unwrap();
    assert_eq!(saved, venue.saved());
    assert_eq!((saved.orders.len(), saved.executions.len(), saved.holdings.len()), (5, 4, 1));
    assert_eq!(Venue::restore(saved).saved(), venue.saved());
}

#[test]
fn a_batch_that_fails_leaves_nothing_behind() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("paper.db");
    let (mut venue, script) = traded(&path);
    let mut store = Store::open(&path).unwrap();
    let before = store.load().unwrap().unwrap();
    venue.place(2 * LEAF, &script, script::order(6, Action::Buy, 100, Kind::Market));
    let mut changes = venue.take_changes().unwrap();
    changes.executions.push(changes.executions[0].clone());
    assert!(store.commit(&changes).is_err());
    assert_eq!(store.load().unwrap().unwrap(), before);
}

#[test]
fn nothing_changed_means_nothing_to_commit() {
    let script = Script::still(10_000, 10_002, 300);
    let mut venue = Venue::new(0, &script);
    assert!(venue.take_changes().is_some(), "a new account is worth keeping");
    venue.step(LEAF, &script);
    assert_eq!(venue.take_changes(), None);
    venue.cancel(LEAF, &script, 7, 1);
    assert_eq!(venue.take_changes(), None);
}

#[test]
fn a_newer_file_is_refused_and_left_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("paper.db");
    Store::open(&path).unwrap();
    Connection::open(&path).unwrap().pragma_update(None, "user_version", 99).unwrap();
    let error = Store::open(&path).unwrap_err();
    assert!(error.to_string().contains("newer tradewind"), "{error}");
    let version: i64 =
        Connection::open(&path).unwrap().pragma_query_value(None, "user_version", |row| row.get(0)).unwrap();
    assert_eq!(version, 99);
}

#[test]
fn an_account_stays_in_its_market() {
    let store = Store::in_memory().unwrap();
    assert_eq!(store.market().unwrap(), None);
    store.settle(u64::MAX, 1).unwrap();
    store.settle(u64::MAX, 1).unwrap();
    assert_eq!(store.market().unwrap(), Some((u64::MAX, 1)));
    for (seed, version) in [(43, 1), (u64::MAX, 2)] {
        assert!(matches!(store.settle(seed, version), Err(StoreError::OtherMarket { .. })));
    }
}

#[test]
fn the_file_is_for_its_owner_and_durable() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("paper.db");
    let store = Store::open(&path).unwrap();
    assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    let ask = |name: &str| {
        store.connection.pragma_query_value(None, name, |row| row.get::<_, rusqlite::types::Value>(0)).unwrap()
    };
    assert_eq!(ask("journal_mode"), rusqlite::types::Value::Text("wal".into()));
    assert_eq!(ask("synchronous"), rusqlite::types::Value::Integer(2));
}

#[test]
fn a_file_that_cannot_be_made_says_where() {
    let error = Store::open(Path::new("/nowhere/at/all/paper.db")).unwrap_err();
    assert!(error.to_string().contains("/nowhere/at/all/paper.db"), "{error}");
}

#[test]
fn an_account_of_another_market_says_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("paper.db");
    let store = Store::open(&path).unwrap();
    store.settle(7, 3).unwrap();
    let seed = store.settle(8, 3).unwrap_err().to_string();
    let reset = format!("tradewind gateway --reset --file {}", path.display());
    assert!(seed.contains("--seed 7") && seed.contains(&reset), "{seed}");
    let version = store.settle(7, 4).unwrap_err().to_string();
    assert!(version.contains("no longer has that market") && !version.contains("--seed"), "{version}");
}

#[test]
fn a_reset_keeps_the_old_account_whole() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("paper.db");
    assert_eq!(set_aside(&path).unwrap(), None);
    let (venue, _) = traded(&path);
    let old = set_aside(&path).unwrap().unwrap();
    assert_eq!(old, folder.path().join("paper.db.old-1"));
    assert!(!path.exists() && !folder.path().join("paper.db-wal").exists());
    assert_eq!(Store::open(&old).unwrap().load().unwrap().unwrap(), venue.saved());
    assert_eq!(Store::open(&path).unwrap().load().unwrap(), None);
    assert_eq!(set_aside(&path).unwrap().unwrap(), folder.path().join("paper.db.old-2"));
}

#[test]
fn a_file_of_the_first_version_is_brought_up_to_date() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("paper.db");
    let old = Connection::open(&path).unwrap();
    old.execute_batch(include_str!("1.sql")).unwrap();
    old.pragma_update(None, "user_version", 1).unwrap();
    old.execute_batch(
        "INSERT INTO account VALUES (1, 5, '989997', 0, '1000000', 1000000002, 2, 2);
         INSERT INTO holdings VALUES (1, '100', '10003', '0', '100', '100', '0');
         INSERT INTO holdings VALUES (2, '100', '10003', '0', '0', NULL, '-10003');
         INSERT INTO holdings VALUES (3, '50', '5001', '10', '100', '100', '5010');
         INSERT INTO orders VALUES (1000000001, 7, 1, 1, 'BUY', '100', 'LMT', '99.99', 'GTC', 1, '', 'ref', 1, x'01', 'Submitted',
             '0', '0', '0', 1, NULL, NULL, '', 1, 3, 200, 300);
         INSERT INTO orders VALUES (1000000002, 7, 2, 1, 'SELL', '10', 'MKT', NULL, 'DAY', 0, '', '', 1, x'', 'Filled',
             '10', '1000', '100', 1, NULL, 5, '', 0, 4, 0, 0);",
    )
    .unwrap();
    drop(old);
    let saved = Store::open(&path).unwrap().load().unwrap().unwrap();
    assert_eq!((saved.account.cash, saved.account.pricing), ("989997".parse().unwrap(), Pricing::Fixed));
    let costs: Vec<_> = saved.holdings.values().map(|holding| holding.start_cost).collect();
    assert_eq!(costs, [Some("10003".parse().unwrap()), Some(Cash::ZERO), None], "known, known to be none, lost");
    let [resting, filled] = &saved.orders[..] else { panic!("two orders") };
    let request = &resting.order.request;
    assert_eq!((request.kind, request.tif), (Kind::Limit("99.99".parse().unwrap()), Tif::Gtc));
    assert_eq!(request.terms, Terms::default());
    let place = resting.place;
    assert_eq!((place.stage, place.arrival, place.ahead, place.level), (Stage::Resting, 1, 200, 300));
    assert_eq!((filled.order.request.kind, filled.order.request.tif), (Kind::Market, Tif::Day));
    assert_eq!(filled.place.stage, Stage::Done);
}

#[test]
fn cash_of_every_currency_pricing_and_corrections_outlive_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("paper.db");
    let script = Script::still(10_000, 10_002, 300);
    let funding = Funding {
        cash: vec![("USD".parse().unwrap(), Cash::from(50_000)), ("EUR".parse().unwrap(), Cash::from(20_000))],
        pricing: Some(Pricing::Tiered),
    };
    let mut store = Store::open(&path).unwrap();
    let mut venue = Venue::funded(0, &script, &funding);
    venue.place(MS, &script, script::order(1, Action::Buy, 100, Kind::Market));
    venue.place(MS, &script, script::order(2, Action::Sell, 40, Kind::Market));
    store.commit(&venue.take_changes().unwrap()).unwrap();
    let first = venue.executions().next().unwrap().exec_id.clone();
    let correction = Correction { price: Some("99.5".parse().unwrap()), quantity: None };
    venue.correct(LEAF, &script, &first, correction).unwrap();
    store.commit(&venue.take_changes().unwrap()).unwrap();
    drop(store);
    let saved = Store::open(&path).unwrap().load().unwrap().unwrap();
    assert_eq!(saved, venue.saved());
    assert_eq!(saved.executions[0].exec_id, "0000e0d5.00000001.01.02");
    assert_eq!(saved.account.foreign.len(), 1);
    assert_eq!(Venue::restore(saved).saved(), venue.saved());
}

#[test]
fn what_no_order_did_is_kept_too() {
    use crate::gateway::feed::{Calendar, Feed, futures};
    let hour = 3_600_000_000_000;
    let market = Feed::new(42, Calendar::Nyse);
    let month = futures::contracts().iter().find(|l| l.series.is_some_and(|s| s.local == "ESZ6" && s.month.0 == 2026));
    let future = month.unwrap();
    let ends = future.ends().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("paper.db");
    let mut store = Store::open(&path).unwrap();
    let mut venue = Venue::new(ends - 20 * hour, &market);
    let request = OrderRequest { con_id: future.con_id, ..script::order(1, Action::Buy, 1, Kind::Market) };
    venue.place(ends - 20 * hour, &market, request);
    store.commit(&venue.take_changes().unwrap()).unwrap();
    venue.step(ends + hour, &market);
    store.commit(&venue.take_changes().unwrap()).unwrap();
    drop(store);
    let saved = Store::open(&path).unwrap().load().unwrap().unwrap();
    let settled: Vec<_> = saved.executions.iter().filter(|execution| execution.perm_id == 0).collect();
    assert_eq!((settled.len(), settled[0].at), (1, ends));
    assert_eq!((saved.executions, saved.tape), (venue.saved().executions, venue.saved().tape));
    assert_eq!(saved.account, venue.saved().account);
}
