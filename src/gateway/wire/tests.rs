//! Both directions through their encoding.

use bytes::BytesMut;
use proptest::prelude::*;
use prost::Message;

use super::frame::Frames;
use super::proto::{
    AccountSummary, AttachedOrders, Contract, ErrorMessage, Execution, ExecutionDetails, HistoricalData,
    HistoricalDataBar, IdOnly, OpenOrder, Order, OrderCondition, OrderState, OrderStatus, PlaceOrderRequest, TickPrice,
};
use super::{PROTOBUF_OFFSET, Reply, Request};

fn text() -> impl Strategy<Value = Option<String>> {
    prop::option::of("[ -~é€]{0,24}")
}

fn double() -> impl Strategy<Value = Option<f64>> {
    prop::option::of(prop_oneof![any::<f64>().prop_filter("comparable", |d| !d.is_nan()), Just(f64::MAX), Just(0.0)])
}

prop_compose! {
    fn contract()(con_id in any::<Option<i32>>(), symbol in text(), strike in double(), include_expired in any::<Option<bool>>()) -> Contract {
        Contract { con_id, symbol, strike, include_expired, ..Contract::default() }
    }
}

prop_compose! {
    fn order()(
        perm_id in any::<Option<i64>>(),
        total_quantity in text(),
        lmt_price in double(),
        transmit in any::<Option<bool>>(),
        kinds in prop::collection::vec(any::<Option<i32>>(), 0..3),
        algo_params in prop::collection::btree_map("[a-z]{1,4}", "[a-z]{0,4}", 0..3),
        last in any::<Option<bool>>(),
    ) -> Order {
        let conditions = kinds.into_iter().map(|kind| OrderCondition { kind, ..OrderCondition::default() }).collect();
        Order { perm_id, total_quantity, lmt_price, transmit, conditions, algo_params, conditions_include_overnight: last, ..Order::default() }
    }
}

fn request() -> impl Strategy<Value = Request> {
    prop_oneof![
        (any::<Option<i32>>(), contract(), order(), any::<Option<i32>>()).prop_map(
            |(order_id, contract, order, sl_order_id)| {
                let attached_orders = Some(AttachedOrders { sl_order_id, ..AttachedOrders::default() });
                Request::PlaceOrder(Box::new(PlaceOrderRequest {
                    order_id,
                    contract: Some(contract),
                    order: Some(order),
                    attached_orders,
                }))
            }
        ),
        any::<Option<i32>>().prop_map(|req_id| Request::CancelMarketData(IdOnly { req_id })),
        any::<Option<i32>>().prop_map(|req_id| Request::Unknown(97, req_id)),
    ]
}

fn reply() -> impl Strategy<Value = Reply> {
    let id = any::<Option<i32>>;
    prop_oneof![
        (id(), id(), double(), text(), id()).prop_map(|(req_id, tick_type, price, size, attr_mask)| {
            Reply::TickPrice(TickPrice { req_id, tick_type, price, size, attr_mask })
        }),
        (id(), contract(), order(), text(), double()).prop_map(
            |(order_id, contract, order, status, commission_and_fees)| {
                let state = OrderState { status, commission_and_fees, ..OrderState::default() };
                Reply::OpenOrder(Box::new(OpenOrder {
                    order_id,
                    contract: Some(contract),
                    order: Some(order),
                    order_state: Some(state),
                }))
            }
        ),
        (id(), text(), text(), double()).prop_map(|(order_id, status, filled, mkt_cap_price)| {
            Reply::OrderStatus(OrderStatus { order_id, status, filled, mkt_cap_price, ..OrderStatus::default() })
        }),
        (id(), text(), double(), id()).prop_map(|(req_id, exec_id, price, last_liquidity)| {
            let execution = Some(Execution { exec_id, price, last_liquidity, ..Execution::default() });
            Reply::ExecutionDetails(Box::new(ExecutionDetails { req_id, contract: None, execution }))
        }),
        (id(), prop::collection::vec((text(), double(), id()), 0..20)).prop_map(|(req_id, rows)| {
            let row =
                |(date, close, bar_count)| HistoricalDataBar { date, close, bar_count, ..HistoricalDataBar::default() };
            Reply::HistoricalData(HistoricalData { req_id, bars: rows.into_iter().map(row).collect() })
        }),
        (id(), text(), text()).prop_map(|(req_id, tag, value)| {
            Reply::AccountSummary(AccountSummary { req_id, tag, value, ..AccountSummary::default() })
        }),
        (any::<i32>(), any::<i32>(), ".{0,40}", any::<i64>())
            .prop_map(|(id, code, text, at)| Reply::error(id, code, text, at)),
    ]
}

proptest! {
    #[test]
    fn a_request_is_read_as_it_was_written(request in request()) {
        prop_assert_eq!(Request::decode(&request.encode()).unwrap().unwrap(), request);
    }

    #[test]
    fn replies_come_out_of_one_buffer_as_they_went_in(replies in prop::collection::vec(reply(), 0..12)) {
        use tokio_util::codec::Decoder;
        let mut out = BytesMut::from(&b"API\0\0\0\0\x01v"[..]);
        for reply in &replies {
            reply.put(&mut out);
        }
        let mut frames = Frames::default();
        frames.decode(&mut out).unwrap();
        let mut read = Vec::new();
        while let Some(body) = frames.decode(&mut out).unwrap() {
            read.push(Reply::decode(&body).unwrap());
        }
        prop_assert_eq!(read, replies);
    }

    #[test]
    fn no_bytes_make_the_reader_panic(body in prop::collection::vec(any::<u8>(), 0..200), id in 0..120i32) {
        let mut frame = (id + PROTOBUF_OFFSET).to_be_bytes().to_vec();
        frame.extend(body);
        let _ = Request::decode(&frame);
    }
}

#[test]
fn a_text_frame_is_not_a_request() {
    assert!(Request::decode(b"71\x002\x000\0").is_none());
    assert!(Request::decode(b"abc").is_none());
}

#[test]
fn field_numbers_are_those_of_the_protocol() {
    // orderStatus: 1 orderId, 2 status, 3 filled, 4 remaining, 6 permId, 9 clientId.
    let status = OrderStatus {
        order_id: Some(5),
        status: Some("Filled".to_owned()),
        filled: Some("1".to_owned()),
        remaining: Some("0".to_owned()),
        perm_id: Some(9),
        client_id: Some(2),
        ..OrderStatus::default()
    };
    assert_eq!(status.encode_to_vec(), b"\x08\x05\x12\x06Filled\x1a\x011\x22\x010\x30\x09\x48\x02");
    // error: 1 id, 3 errorCode, 4 errorMsg.
    let error = ErrorMessage {
        id: Some(-1),
        error_code: Some(326),
        error_msg: Some("x".to_owned()),
        ..ErrorMessage::default()
    };
    assert_eq!(error.encode_to_vec(), b"\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01\x18\xc6\x02\x22\x01x");
}
