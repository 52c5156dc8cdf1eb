//! Reading a journal from outside and adding to it.

use std::path::{Path, PathBuf};

use rust_decimal::Decimal;
use tempfile::TempDir;

use super::entry::fingerprint;
use super::*;
use crate::clock::Stamp;
use crate::domain::account::AccountId;
use crate::domain::fill::{Commission, ExecId, Execution};
use crate::domain::instrument::ConId;
use crate::domain::order::{BrokerIds, OrderKey, OrderKind, OrderState, Side, Verb};
use crate::domain::samples::{buy, order_of, own, price};
use crate::ledger::Terms;
use crate::money::{Cash, Qty};
use crate::risk::samples::Desk;
use crate::risk::{Assessment, Attached, Class, Consent, Finding, Limits, Weight, check_family};

struct Disk {
    _folder: TempDir,
    path: PathBuf,
}

fn disk() -> Disk {
    let folder = tempfile::tempdir().unwrap();
    Disk { path: folder.path().join("journal.db"), _folder: folder }
}

fn open(path: &Path) -> (Journal, Opened) {
    Journal::open(path, 1, Stamp::at(100)).unwrap()
}

fn reader(disk: &Disk) -> Reader {
    Reader::open(&disk.path).unwrap().expect("a journal")
}

fn execution(id: &str, at: i64) -> Execution {
    Execution {
        exec_id: ExecId(id.into()),
        ids: BrokerIds { client_id: 1, order_id: 1, perm_id: 0 },
        order_ref: "a".into(),
        con_id: ConId(265_598),
        symbol: "AAPL".into(),
        currency: Some("USD".into()),
        multiplier: Some(Decimal::ONE),
        side: Side::Buy,
        qty: Qty::from(100),
        price: price("187.20"),
        time: Some(at),
        exchange: "ISLAND".into(),
        cum_qty: Qty::from(100),
        avg_price: None,
        commission: None,
    }
}

fn paid(execution: Execution) -> Execution {
    let commission = Commission { amount: Cash::from(1), currency: "USD".into(), realized: None };
    Execution { commission: Some(commission), ..execution }
}

#[test]
fn every_change_of_an_order_is_told_with_what_was_before_and_a_repetition_is_none() {
    let disk = disk();
    let (mut journal, _) = open(&disk.path);
    let order = |state| own("a", 1, buy(100, Some("187.20")), state);
    for (state, at) in
        [(OrderState::Sending, 10), (OrderState::Working, 20), (OrderState::Working, 25), (OrderState::Filled, 30)]
    {
        journal.record(&[order(state)], &[], Stamp::at(at)).unwrap();
    }
    let told = reader(&disk).happenings(Span::ALL).unwrap();
    let changes: Vec<_> = told
        .iter()
        .map(|h| match &h.what {
            What::Order { before, after } => (h.at, before.as_ref().map(|o| o.state), after.state),
            What::Entry(entry) => panic!("{entry:?}"),
        })
        .collect();
    let (sending, working) = (OrderState::Sending, OrderState::Working);
    let expected = [(10, None, sending), (20, Some(sending), working), (30, Some(working), OrderState::Filled)];
    assert_eq!(changes, expected);
    assert_eq!(reader(&disk).happenings(Span { from: 20, to: 30 }).unwrap().len(), 1);
}

#[test]
fn entries_come_back_in_their_order_and_what_has_a_present_value_only_replaces_it() {
    let disk = disk();
    let (mut journal, opened) = open(&disk.path);
    assert_eq!(opened.before, None);
    let holding = |qty| Entry::Holding(Holding { con_id: ConId(7), symbol: "AMZN".into(), qty: Qty::from(qty) });
    let cash = CashKnown { currency: "USD".into(), amount: Cash::from(1_000) };
    let notice = Entry::Notice { tone: "warn".into(), text: "said".into(), order: Some(OrderKey::own("a")) };
    let link = Entry::Link { state: "READY".into(), why: None };
    let entries = vec![holding(80), link.clone(), Entry::Cash(cash.clone()), holding(200), notice.clone()];
    journal.write(&Batch { entries, ..Batch::default() }, Stamp::at(50)).unwrap();
    drop(journal);
    let told: Vec<_> = reader(&disk).happenings(Span::ALL).unwrap().into_iter().map(|h| h.what).collect();
    assert_eq!(told, [What::Entry(Box::new(link)), What::Entry(Box::new(notice))]);
    let before = open(&disk.path).1.before.unwrap();
    assert_eq!((before.at, before.cash), (50, Some(cash)));
    assert_eq!(before.holdings.iter().map(|h| h.qty).collect::<Vec<_>>(), [Qty::from(200)]);
}

#[test]
fn halt_outlives_a_run_until_it_is_lifted() {
    let disk = disk();
    for (entry, halted) in [
        (Entry::Halted { why: "kill".into() }, true),
        (Entry::Link { state: "READY".into(), why: None }, true),
        (Entry::Lifted, false),
    ] {
        let (mut journal, _) = open(&disk.path);
        journal.write(&Batch { entries: vec![entry], ..Batch::default() }, Stamp::at(50)).unwrap();
        drop(journal);
        assert_eq!(open(&disk.path).1.before.unwrap().halted, halted);
    }
}

#[test]
fn reduce_and_typed_limits_are_kept_as_they_were_last() {
    let disk = disk();
    let session = jiff::civil::date(2026, 11, 20);
    let typed: Vec<(String, Decimal)> = vec![("value_max".into(), Decimal::from(5))];
    for (entry, reduced, limits) in [
        (Entry::Reduced { session }, Some(session), Vec::new()),
        (Entry::Tuned { limits: typed.clone() }, Some(session), typed.clone()),
        (Entry::Released, None, typed),
        (Entry::Tuned { limits: Vec::new() }, None, Vec::new()),
    ] {
        let (mut journal, _) = open(&disk.path);
        journal.write(&Batch { entries: vec![entry], ..Batch::default() }, Stamp::at(50)).unwrap();
        drop(journal);
        let before = open(&disk.path).1.before.unwrap();
        assert_eq!((before.reduced, before.limits), (reduced, limits));
    }
}

#[test]
fn a_decision_keeps_verdict_consent_and_the_limits_it_was_made_by() {
    let disk = disk();
    let (mut journal, _) = open(&disk.path);
    let finding = Finding { code: "G07", weight: Weight::Hard, text: "too much".into(), fix: None };
    let assessment = Assessment { class: Class::Entry, findings: vec![finding] };
    let limits = Limits::default();
    let spec = buy(100, Some("187.20"));
    let decision = Decision::of(None, &spec, &assessment, false, Consent::None, &limits);
    let entry = Entry::Guard(Box::new(decision.clone()));
    journal.write(&Batch { entries: vec![entry.clone()], ..Batch::default() }, Stamp::at(50)).unwrap();
    let told = reader(&disk).happenings(Span::ALL).unwrap();
    assert_eq!(told[0].what, What::Entry(Box::new(entry)));
    assert_eq!((decision.findings[0].code.as_str(), decision.passed, decision.limits.len()), ("G07", false, 16));
    assert_ne!(fingerprint(&limits), fingerprint(&Limits { default_size: Qty::from(101), ..Limits::default() }));
}

#[test]
fn an_intent_tells_the_middle_it_was_approved_against_and_the_stop_that_went_with_it() {
    let disk = disk();
    let (mut journal, _) = open(&disk.path);
    let mut stop = order_of(Verb::Close, Side::Sell, 100, None);
    stop.kind = OrderKind::Stop { trigger: price("186.00"), limit: None };
    let exits = vec![Attached { key: OrderKey::own("b"), spec: stop }];
    let desk = Desk { at: Stamp::at(90), ..Desk::default() };
    let family =
        desk.ask(|ctx| check_family(buy(100, Some("187.20")), OrderKey::own("a"), exits, ctx, Consent::Given)).unwrap();
    journal.intend(&family, 1, 40, Stamp::at(90)).unwrap();
    drop(journal);
    let expected = Terms {
        stop: Some(price("186")),
        arrival: Some(price("187.21")),
        bid: Some(price("187.20")),
        ask: Some(price("187.22")),
    };
    assert_eq!(reader(&disk).terms().unwrap().get(&OrderKey::own("a")), Some(&expected));
    assert_eq!(open(&disk.path).1.terms, [(OrderKey::own("a"), expected)]);
}

#[test]
fn an_order_is_found_by_its_name_and_by_the_latest_id_and_takes_notes_and_tags() {
    let disk = disk();
    let (mut journal, _) = open(&disk.path);
    let mut later = own("b", 7, buy(100, Some("187.20")), OrderState::Working);
    later.placed_at = Stamp::at(60);
    journal.record(&[own("a", 7, buy(1, None), OrderState::Filled), later], &[], Stamp::at(61)).unwrap();
    let key = |named: &str| reader(&disk).find(named).unwrap().map(|o| o.key.to_string());
    for named in ["b", "7", "#7", "order:7"] {
        assert_eq!(key(named).as_deref(), Some("b"), "{named}");
    }
    assert_eq!((key("a").as_deref(), key("8"), key("c")), (Some("a"), None, None));
    // The workstation's connection stays open meanwhile.
    let (b, mut outside) = (OrderKey::own("b"), Annotator::open(&disk.path).unwrap());
    outside.note(&b, "chased it", Stamp::at(70)).unwrap();
    assert!(outside.tag(&b, "fade", Stamp::at(71)).unwrap() && !outside.tag(&b, "fade", Stamp::at(72)).unwrap());
    assert!(outside.tag(&b, "a-setup", Stamp::at(73)).unwrap());
    assert!(outside.untag(&b, "fade").unwrap() && !outside.untag(&b, "fade").unwrap());
    assert_eq!(reader(&disk).notes(&b).unwrap(), [Note { at: 70, text: "chased it".into() }]);
    assert_eq!(reader(&disk).tags(&b).unwrap(), ["a-setup"]);
    journal.record(&[own("c", 9, buy(1, None), OrderState::Working)], &[], Stamp::at(74)).unwrap();
}

#[test]
fn a_statement_adds_what_is_missing_completes_what_lacks_a_commission_and_says_what_differs() {
    let disk = disk();
    let (mut journal, _) = open(&disk.path);
    let here =
        [execution("1.01", 5_000_000_000), paid(execution("2.01", 6_000_000_000)), execution("3.01", 7_000_000_000)];
    journal.record(&[], &here, Stamp::at(50)).unwrap();
    let mut there = vec![
        paid(execution("1.01", 5_000_000_000)),
        paid(execution("2.01", 6_000_000_000)),
        paid(execution("3.01", 7_000_000_000)),
        paid(execution("4.01", 8_000_000_000)),
    ];
    there[2].price = price("187.30");
    let mut outside = Annotator::open(&disk.path).unwrap();
    let first = outside.import("flex.xml", &there, 2, Stamp::at(60)).unwrap();
    assert_eq!((first.added.len(), first.completed.len(), first.same), (1, 1, 1));
    let [differs] = first.differing.as_slice() else { panic!("{first:?}") };
    assert_eq!((differs.here.price, differs.what.as_slice()), (price("187.20"), ["price"].as_slice()));
    let second = outside.import("flex.xml", &there, 2, Stamp::at(61)).unwrap();
    assert_eq!((second.added.len(), second.completed.len(), second.same), (0, 0, 3));
    let fills = reader(&disk).executions(Span::ALL).unwrap();
    let sources: Vec<_> = fills.iter().map(|f| (f.execution.exec_id.0.to_string(), f.source)).collect();
    let api = |id: &str| (id.to_owned(), Source::Api);
    assert_eq!(sources, [api("1.01"), api("2.01"), api("3.01"), ("4.01".to_owned(), Source::Flex)]);
    // The broker tells it after all, without what it cost: that stays known.
    journal.record(&[], &[execution("4.01", 8_000_000_000)], Stamp::at(70)).unwrap();
    let last = reader(&disk).executions(Span::ALL).unwrap().pop().unwrap();
    assert_eq!((last.source, last.execution.commission.is_some()), (Source::Api, true));
}

#[test]
fn a_journal_of_the_first_version_becomes_one_of_today_with_everything_in_it() {
    let disk = disk();
    let (mut journal, _) = open(&disk.path);
    journal
        .record(&[own("a", 1, buy(100, None), OrderState::Working)], &[execution("1.01", 5)], Stamp::at(50))
        .unwrap();
    drop(journal);
    let conn = rusqlite::Connection::open(&disk.path).unwrap();
    conn.execute_batch(
        "DROP TABLE entries; DROP TABLE known; DROP TABLE notes; DROP TABLE tags;
         DROP INDEX intents_at; DROP INDEX order_states_at; DROP INDEX order_states_key;
         ALTER TABLE executions DROP COLUMN source; PRAGMA user_version = 1;",
    )
    .unwrap();
    drop(conn);
    let fills = reader(&disk).executions(Span::ALL).unwrap();
    assert_eq!((fills.len(), fills[0].source), (1, Source::Api));
    let (_, opened) = open(&disk.path);
    assert_eq!((opened.live.len(), opened.executions.len()), (1, 1));
}

#[test]
fn there_is_nothing_to_read_where_no_journal_is() {
    let disk = disk();
    assert!(Reader::open(&disk.path).unwrap().is_none());
    assert!(!disk.path.exists(), "looking makes no file");
}

#[test]
fn accepted_limits_are_kept_by_account_and_the_last_word_counts() {
    let disk = disk();
    let (mut journal, opened) = open(&disk.path);
    assert_eq!(opened.accepted, []);
    let accepted = |account: &str, limits: &str| Accepted { account: AccountId::new(account), limits: limits.into() };
    let entry = |a: &Accepted| Entry::Accepted(a.clone());
    let (old, new, other) = (accepted("U1", "a"), accepted("U1", "b"), accepted("U2", "a"));
    let entries = vec![entry(&old), entry(&other), entry(&new)];
    journal.write(&Batch { entries, ..Batch::default() }, Stamp::at(50)).unwrap();
    drop(journal);
    assert_eq!(reader(&disk).accepted().unwrap(), [new.clone(), other.clone()]);
    assert_eq!(open(&disk.path).1.accepted, [new, other]);
}
