//! Whatever arrives, the reader gives a request or an error; whatever is sent keeps its fields apart.

use proptest::prelude::*;

use super::place::{BENCHMARK, every_block};
use super::{body, fields, write};
use crate::gateway::wire::proto::{AccountSummary, ErrorMessage, Execution, ExecutionDetails, OpenOrder, Order};
use crate::gateway::wire::{Encoding, Reply, Request};

/// Fields as clients write them, and as nobody does.
fn field() -> impl Strategy<Value = String> {
    prop_oneof![
        Just(String::new()),
        Just("1".to_owned()),
        Just("0".to_owned()),
        Just("2147483647".to_owned()),
        Just("1.7976931348623157e+308".to_owned()),
        Just("Infinity".to_owned()),
        Just("BAG".to_owned()),
        Just("PEG BEST".to_owned()),
        any::<i32>().prop_map(|value| value.to_string()),
        any::<f64>().prop_map(|value| value.to_string()),
        "[ -{}~é]{0,12}",
    ]
}

proptest! {
    #[test]
    fn no_list_of_fields_makes_the_reader_panic(
        id in prop_oneof![0..120i32, any::<i32>(), Just(3)],
        list in prop::collection::vec(field(), 0..140),
        version in 176..179i32,
    ) {
        let shown = format!("{id}|{}|", list.join("|"));
        let _ = Request::decode(Encoding::Text(version), &body(&shown));
    }

    #[test]
    fn an_order_with_other_fields_is_an_order_or_is_refused_on_its_id(
        changes in prop::collection::vec((2..200usize, field()), 1..4),
        cut in prop::option::of(0..199usize),
        version in 176..179i32,
    ) {
        let shown = every_block(version, "IBKRATS", "PEG BENCH", BENCHMARK, "222|");
        let mut list: Vec<&str> = shown.trim_end_matches('|').split('|').collect();
        for (index, field) in &changes {
            if let Some(slot) = list.get_mut(*index) {
                *slot = field;
            }
        }
        list.truncate(cut.map_or(list.len(), |cut| cut.max(2)));
        let read = Request::decode(Encoding::Text(version), &body(&format!("{}|", list.join("|"))));
        match read {
            Ok(Request::PlaceOrder(place)) => prop_assert_eq!(place.order_id, Some(9)),
            Ok(Request::Unreadable(9, _)) => {}
            other => prop_assert!(false, "{:?}", other),
        }
    }

    #[test]
    fn no_bytes_make_the_reader_panic(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        let _ = Request::decode(Encoding::Text(178), &bytes);
    }

    #[test]
    fn a_number_of_groups_reads_no_more_than_the_frame_holds(count in 2..i32::MAX, id in 1..3i32) {
        let shown = format!("1|11|{id}|0|A|BAG||0|||SMART||USD|||{count}|1|1|BUY|SMART|");
        prop_assert!(matches!(Request::decode(Encoding::Text(178), &body(&shown)), Ok(Request::Unreadable(..))));
    }

    #[test]
    fn a_reply_has_as_many_fields_whatever_its_texts_hold(text in ".{0,30}", other in any::<String>()) {
        let id = Some(1);
        let texts = |text: &str| [
            Reply::Error(ErrorMessage { id, error_code: id, error_msg: Some(text.to_owned()), ..Default::default() }),
            Reply::AccountSummary(AccountSummary { req_id: id, value: Some(text.to_owned()), ..Default::default() }),
            Reply::ExecutionDetails(Box::new(ExecutionDetails {
                execution: Some(Execution { order_ref: Some(text.to_owned()), ..Default::default() }),
                ..Default::default()
            })),
            Reply::OpenOrder(Box::new(OpenOrder {
                order: Some(Order { order_ref: Some(text.to_owned()), ..Default::default() }),
                ..Default::default()
            })),
        ];
        // A bar stands for NUL in the shown form alone.
        let clean = |text: &str| text.replace('|', "/");
        let counts = |text: &str| texts(&clean(text)).map(|reply| fields(&write(178, &reply)));
        prop_assert_eq!(counts(&text), counts(""));
        prop_assert_eq!(counts(&other), counts(""));
    }
}
