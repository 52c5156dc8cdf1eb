use std::fs;
use std::path::PathBuf;

use rust_decimal::Decimal;
use tempfile::TempDir;

use super::*;
use crate::cli::Common;
use crate::cli::journal::Days;
use crate::domain::fill::{Commission, ExecId};
use crate::domain::instrument::ConId;
use crate::domain::order::{BrokerIds, OrderState, Side};
use crate::domain::samples::{buy, own, price};
use crate::journal::{Batch, Entry, Holding, Journal as File};
use crate::money::{Cash, Qty};
use crate::run::lock::journal_path;

/// Friday 2026-11-20 10:42:07 in New York.
const NOON: i64 = 1_795_189_327_000_000_000;

struct Desk {
    folder: TempDir,
    common: Common,
}

fn desk() -> Desk {
    let folder = tempfile::tempdir().unwrap();
    let common =
        Common { profile: None, config: Some(folder.path().join("config")), state: Some(folder.path().join("state")) };
    Desk { folder, common }
}

impl Desk {
    fn place(&self) -> Place {
        Place::find(&self.common).unwrap()
    }

    fn journal(&self, seat: u16) -> File {
        File::open(&journal_path(&self.place().folder, seat), 1, Stamp::at(NOON)).unwrap().0
    }

    fn books(&self) -> Books {
        Books::open(&self.place()).unwrap()
    }

    fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }
}

fn execution(id: &str, side: Side, px: &str, after: i64) -> Execution {
    Execution {
        exec_id: ExecId(id.into()),
        ids: BrokerIds { client_id: 1, order_id: 7, perm_id: 0 },
        order_ref: "tw4k-000001-1".into(),
        con_id: ConId(265_598),
        symbol: "AAPL".into(),
        currency: Some("USD".into()),
        multiplier: Some(Decimal::ONE),
        side,
        qty: Qty::from(100),
        price: price(px),
        time: Some(NOON + after * 1_000_000_000),
        exchange: "ISLAND".into(),
        cum_qty: Qty::from(100),
        avg_price: None,
        commission: Some(Commission { amount: Cash::from(1), currency: "USD".into(), realized: None }),
    }
}

/// A round trip, bought by one seat and sold by another, both of which heard of both fills.
fn two_seats() -> Desk {
    let desk = desk();
    let fills = [execution("1.01", Side::Buy, "187.20", 0), execution("2.01", Side::Sell, "188.20", 60)];
    let mut order = own("tw4k-000001-1", 7, buy(100, Some("187.203")), OrderState::Filled);
    (order.placed_at.wall, order.filled) = (NOON, Qty::from(100));
    let flat = Entry::Holding(Holding { con_id: ConId(265_598), symbol: "AAPL".into(), qty: Qty::ZERO });
    let batch = Batch { orders: vec![order], executions: fills.to_vec(), entries: vec![flat.clone()] };
    desk.journal(0).write(&batch, Stamp::at(NOON)).unwrap();
    let batch = Batch { executions: fills.to_vec(), entries: vec![flat], ..Batch::default() };
    desk.journal(1).write(&batch, Stamp::at(NOON + 1)).unwrap();
    desk
}

#[test]
fn the_journals_of_all_seats_are_one_book_and_a_fill_counts_once() {
    let desk = two_seats();
    let books = desk.books();
    assert_eq!(books.fills.len(), 2);
    let booked = books.ledger();
    let [trip] = booked.trips.as_slice() else { panic!("{booked:?}") };
    assert_eq!((trip.net, trip.inherited), (Some(Cash::from(98)), false));
    let span =
        span::of(&Days { day: Some("2026-11-20".into()), ..Days::default() }, Stamp::at(NOON)).unwrap().unwrap().0;
    assert_eq!(rows::days(&days(&books, span, &booked)).text().lines().count(), 2);
    assert!(concerns(trip, span) && !concerns(trip, Span { from: span.to, to: i64::MAX }));
}

#[test]
fn notes_and_tags_find_their_order_and_come_back_in_the_table_and_the_csv() {
    let desk = two_seats();
    assert_eq!(note(&desk.place(), "7", "chased, \"late\"").unwrap(), 0);
    assert_eq!(tag(&desk.place(), "#7", &["fade".into(), "a".into()], false).unwrap(), 0);
    assert_eq!(tag(&desk.place(), "tw4k-000001-1", &["a".into()], true).unwrap(), 0);
    assert!(note(&desk.place(), "8", "x").unwrap_err().to_string().contains("no order 8"));
    assert!(tag(&desk.place(), "7", &["two words".into()], false).is_err());
    let books = desk.books();
    let orders = books.orders(Span::ALL).unwrap();
    let rows: Vec<OrderRow> = orders.iter().map(|order| OrderRow::of(&books, order).unwrap()).collect();
    let table = rows::orders(&rows).text();
    assert!(table.contains("#7  buy 100 AAPL lmt 187.203 day rth  filled"), "{table}");
    assert!(table.contains("[fade]  \"chased, \"late\"\""), "{table}");
    let fills: Vec<FillRow> = books.within(Span::ALL).map(|fill| FillRow::of(&books, fill)).collect();
    let csv = csv(&books, &fills).unwrap();
    let lines: Vec<&str> = csv.lines().collect();
    assert_eq!(lines[0].split(',').count(), COLUMNS.len());
    let expected = "2026-11-20,10:42:07,AAPL,100,187.2,buy,1,USD,USD,1,ISLAND,7,tw4k-000001-1,1.01,api,fade,\"chased, \"\"late\"\"\"";
    assert_eq!(lines[1], expected);
}

#[test]
fn a_cell_is_never_a_formula() {
    assert_eq!(quoted("=1+1"), "'=1+1");
    assert_eq!(quoted("-5.20"), "-5.20");
    assert_eq!(quoted("-cmd"), "'-cmd");
    assert_eq!(quoted("a,b"), "\"a,b\"");
}

#[test]
fn an_export_is_the_owners_alone_and_holds_everything() {
    let desk = two_seats();
    let file = desk.file("all.json");
    let options = Export { csv: None, json: Some(file.clone()), days: Days::default() };
    assert_eq!(export(&desk.common, &options).unwrap(), 0);
    let json: serde_json::Value = serde_json::from_str(&fs::read_to_string(&file).unwrap()).unwrap();
    assert_eq!(json["executions"].as_array().unwrap().len(), 2);
    assert_eq!((json["trips"][0]["net"].as_str(), json["orders"][0]["order"].as_i64()), (Some("98"), Some(7)));
    assert_eq!(json["days"][0]["fills"].as_i64(), Some(2));
    let mode = std::os::unix::fs::PermissionsExt::mode(&fs::metadata(&file).unwrap().permissions());
    assert_eq!(mode & 0o077, 0);
}

/// A statement with the given executions of the account: id, side, quantity, price, second after 10:42:07.
fn statement(account: &str, rows: &[(&str, &str, i64, &str, i64)]) -> String {
    let trade = |(id, side, qty, px, after): &(&str, &str, i64, &str, i64)| {
        let at = Stamp::at(NOON + after * 1_000_000_000).eastern().strftime("%Y%m%d;%H%M%S").to_string();
        format!(
            "<Trade accountId=\"{account}\" currency=\"USD\" assetCategory=\"STK\" symbol=\"AAPL\" conid=\"265598\" multiplier=\"1\" dateTime=\"{at}\" exchange=\"ISLAND\" quantity=\"{qty}\" tradePrice=\"{px}\" ibCommission=\"-1\" ibCommissionCurrency=\"USD\" buySell=\"{side}\" ibExecID=\"{id}\" levelOfDetail=\"EXECUTION\"/>"
        )
    };
    let trades: String = rows.iter().map(trade).collect();
    format!(
        "<FlexQueryResponse><FlexStatements><FlexStatement accountId=\"{account}\" fromDate=\"20261120\" toDate=\"20261120\"><Trades>{trades}</Trades></FlexStatement></FlexStatements></FlexQueryResponse>"
    )
}

#[test]
fn a_statement_fills_the_journal_once_and_what_differs_is_a_failure() {
    let desk = two_seats();
    let file = desk.file("flex.xml");
    let place = desk.place();
    let rows = [("1.01", "BUY", 100, "187.20", 0), ("2.01", "SELL", -100, "188.20", 60), ("3.01", "BUY", 5, "187", 90)];
    fs::write(&file, statement("DU0000001", &rows)).unwrap();
    assert_eq!(import::run(&place, &file, None, true).unwrap(), 0);
    assert_eq!(desk.books().fills.len(), 2, "a dry run takes nothing in");
    for _ in 0..2 {
        assert_eq!(import::run(&place, &file, None, false).unwrap(), 0);
        assert_eq!(desk.books().fills.len(), 3);
    }
    assert_eq!(desk.books().fills[2].source, crate::journal::Source::Flex);
    // Another price of one, and one the broker told that the statement lacks.
    fs::write(&file, statement("DU0000001", &[("1.01", "BUY", 100, "187.21", 0)])).unwrap();
    assert_eq!(import::run(&place, &file, None, false).unwrap(), 1);
    assert_eq!(desk.books().fills[0].execution.price, price("187.20"), "the journal's stay");
}

#[test]
fn trades_of_another_account_never_get_into_a_journal() {
    let desk = two_seats();
    let file = desk.file("flex.xml");
    let approved = crate::risk::samples::Desk::default().approve("a", buy(1, Some("187.20")));
    desk.journal(0).intend(&approved, 1, 1, Stamp::at(NOON)).unwrap();
    fs::write(&file, statement("U7654321", &[("9.01", "BUY", 1, "1", 0)])).unwrap();
    for account in [None, Some("U7654321")] {
        let error = import::run(&desk.place(), &file, account, false).unwrap_err().to_string();
        assert!(error.contains("U…4321") && error.contains("DU…0001"), "{error}");
    }
    assert_eq!(desk.books().fills.len(), 2);
}

#[test]
fn where_no_journal_is_that_is_said() {
    let desk = desk();
    let options = Journal { command: None, days: Days::default(), part: Part::default(), json: false };
    let error = run(&desk.common, &options).unwrap_err().to_string();
    assert!(error.contains("there is no journal of the profile sim"), "{error}");
}
