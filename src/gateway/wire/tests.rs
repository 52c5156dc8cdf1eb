//! Both directions through their encoding.

use bytes::BytesMut;
use proptest::prelude::*;
use prost::Message;

use super::frame::Frames;
use super::proto::{
    AboutContract, AccountSummary, AttachedOrders, Contract, ErrorMessage, Execution, ExecutionDetails, HistoricalData,
    HistoricalDataBar, HistoricalDataEnd, IdOnly, OpenOrder, Order, OrderCondition, OrderState, OrderStatus,
    PlaceOrderRequest, TickPrice, VerifyCompleted,
};
use super::reply::Bars;
use super::request::Broken;
use super::{Encoding, PROTOBUF_OFFSET, Reply, Request};

const PROTOBUF: Encoding = Encoding::Protobuf(226);

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
        (any::<Option<i32>>(), contract()).prop_map(|(req_id, contract)| {
            Request::NotServed(97, Box::new(AboutContract { req_id, contract: Some(contract) }))
        }),
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
        prop_assert_eq!(Request::decode(PROTOBUF, &request.encode()).unwrap(), request);
    }

    #[test]
    fn replies_come_out_of_one_buffer_as_they_went_in(replies in prop::collection::vec(reply(), 0..12)) {
        use tokio_util::codec::Decoder;
        let mut out = BytesMut::from(&b"API\0\0\0\0\x01v"[..]);
        for reply in &replies {
            reply.put(PROTOBUF, &mut out);
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
        let _ = Request::decode(PROTOBUF, &frame);
    }
}

#[test]
fn a_frame_without_an_id_is_broken_and_one_that_breaks_off_is_answered_on_its_id() {
    assert_eq!(Request::decode(PROTOBUF, b"abc"), Err(Broken::NoId));
    assert_eq!(Request::decode(PROTOBUF, &[0; 4]), Err(Broken::NoId));
    // A market data request whose contract is announced longer than the frame.
    let broken = Request::decode(PROTOBUF, b"\0\0\0\xc9\x08\x07\x12\x7f");
    assert!(matches!(broken, Ok(Request::Unreadable(7, _))), "{broken:?}");
    let negative = Request::decode(PROTOBUF, b"\0\0\0\xc9\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01\x12\x7f");
    assert!(matches!(negative, Ok(Request::Unreadable(-1, _))), "{negative:?}");
    // The account's subscription has no id: its first field is a boolean.
    assert!(matches!(Request::decode(PROTOBUF, b"\0\0\0\xce\x08\x01\x12\x7f"), Err(Broken::Body(6, _))));
}

#[test]
fn bars_are_followed_by_their_end() {
    let bars = Bars {
        data: HistoricalData {
            req_id: Some(3),
            bars: vec![HistoricalDataBar { open: Some(1.5), ..Default::default() }],
        },
        end: HistoricalDataEnd { req_id: Some(3), ..Default::default() },
    };
    let mut out = BytesMut::new();
    Reply::Bars(Box::new(bars)).put(PROTOBUF, &mut out);
    let two = b"\0\0\0\x11\0\0\0\xd9\x08\x03\x12\x09\x11\0\0\0\0\0\0\xf8\x3f\0\0\0\x06\0\0\x01\x34\x08\x03";
    assert_eq!(&out[..], two);
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

#[test]
fn the_requests_that_have_no_protobuf_form_are_read_and_answered_as_text_in_a_protobuf_session() {
    for id in [72_u8, 73] {
        let frame = [&[0, 0, 0, id][..], b"1\0name\x001.0\0key\0"].concat();
        let read = Request::decode(Encoding::Protobuf(225), &frame);
        assert_eq!(read, Ok(Request::NotServed(i32::from(id), Box::default())));
    }
    let completed = VerifyCompleted { is_successful: Some(false), error_text: Some("no".to_owned()) };
    let mut out = BytesMut::new();
    Reply::VerifyAndAuthCompleted(completed).put(Encoding::Protobuf(225), &mut out);
    assert_eq!(&out[..], b"\0\0\0\x0f\0\0\0\x461\0false\0no\0");
}
