//! Clients of the text encoding, alone and beside one of protobuf; NUL is shown as `|`.

use std::net::SocketAddr;

use bytes::BytesMut;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_util::codec::Decoder;

use super::raw::Raw;
use super::{Running, soon};
use crate::gateway::feed::Listing;
use crate::gateway::wire::frame::{self, Frames};
use crate::gateway::wire::proto::{
    AboutContract, CompletedOrdersRequest, Contract, Empty, IdOnly, IdsRequest, MarketRuleRequest,
    MatchingSymbolsRequest, SmartComponentsRequest,
};
use crate::gateway::wire::{Reply, Request};

const APPLE: &str = "265598|AAPL|STK||0.0|||SMART||USD|||";

/// A client that speaks text.
struct Text {
    socket: TcpStream,
    buffer: BytesMut,
    frames: Frames,
}

impl Text {
    async fn greet(address: SocketAddr, greeting: &str) -> (Self, String) {
        let mut socket = soon(TcpStream::connect(address)).await.expect("the gateway listens");
        let mut hello = b"API\0".to_vec();
        hello.extend(u32::try_from(greeting.len()).unwrap().to_be_bytes());
        hello.extend(greeting.as_bytes());
        socket.write_all(&hello).await.expect("a socket that takes a greeting");
        let mut text = Self { socket, buffer: BytesMut::from(&b"API\0"[..]), frames: Frames::default() };
        let answer = text.next().await.expect("an answer to the greeting");
        (text, answer)
    }

    /// Connects and starts; past the notices of the farms.
    async fn start(address: SocketAddr, greeting: &str, client_id: i32) -> Self {
        let (mut text, _) = Self::greet(address, greeting).await;
        text.ask(&format!("71|2|{client_id}||")).await;
        text.until("4|2|-1|2158|").await;
        text
    }

    async fn ask(&mut self, shown: &str) {
        let mut bytes = BytesMut::new();
        frame::put(&mut bytes, |out| out.extend_from_slice(shown.replace('|', "\0").as_bytes()));
        let _ = soon(self.socket.write_all(&bytes)).await;
    }

    /// The next message; `None` when the connection has ended.
    async fn next(&mut self) -> Option<String> {
        loop {
            if let Some(body) = self.frames.decode(&mut self.buffer).expect("frames") {
                return Some(String::from_utf8(body.to_vec()).expect("text").replace('\0', "|"));
            }
            if !matches!(soon(self.socket.read_buf(&mut self.buffer)).await, Ok(1..)) {
                return None;
            }
        }
    }

    /// The messages up to the first that begins with `prefix`, it included.
    async fn until(&mut self, prefix: &str) -> Vec<String> {
        let mut seen = Vec::new();
        loop {
            let message = self.next().await.unwrap_or_else(|| panic!("the end before {prefix}: {seen:#?}"));
            let found = message.starts_with(prefix);
            seen.push(message);
            if found {
                return seen;
            }
        }
    }

    /// The first message that begins with `prefix`.
    async fn first(&mut self, prefix: &str) -> String {
        self.until(prefix).await.pop().expect("what was waited for")
    }
}

/// An order on AAPL as a client of 178 writes it; `what_if` is 1 for a question.
fn order(order_id: i32, action: &str, shares: i32, kind: &str, limit: &str, what_if: u8) -> String {
    format!(
        "3|{order_id}|{APPLE}||{action}|{shares}|{kind}|{limit}||DAY||||0|desk|1|0|0|0|0|0|0|0||0|||||||0||-1|0|||0|||0|\
         0||0||||||0|||||0|||||||||||0|||0|0|||{what_if}||0|0|0|0|||||||0|||||||||0|0|0||||0|||"
    )
}

fn field(message: &str, index: usize) -> &str {
    message.split('|').nth(index).expect("a field")
}

#[tokio::test]
async fn a_text_client_is_greeted_and_started_at_its_version() {
    let gateway = Running::start().await;
    for (client_id, (greeting, version)) in
        (1..).zip([("v100..176", "176"), ("v157..178", "178"), ("v100..193", "178"), ("v100..205", "178")])
    {
        let (mut client, answer) = Text::greet(gateway.address, greeting).await;
        assert_eq!(answer, format!("{version}|20260211 10:00:00 US/Eastern|"), "{greeting}");
        client.ask(&format!("71|2|{client_id}||")).await;
        assert_eq!(
            client.until("4|2|-1|2158|").await,
            [
                "15|1|DU0000001|",
                "9|1|1|",
                "4|2|-1|2104|Market data farm connection is OK:paper||",
                "4|2|-1|2106|HMDS data farm connection is OK:paper||",
                "4|2|-1|2158|Sec-def data farm connection is OK:paper||",
            ]
        );
    }
    let (mut second, _) = Text::greet(gateway.address, "v157..178").await;
    let _first = Text::start(gateway.address, "v157..178", 9).await;
    second.ask("71|2|9||").await;
    assert!(second.first("4|").await.starts_with("4|2|-1|326|"));
    assert_eq!(second.next().await, None);
    gateway.stop().await;
}

#[tokio::test]
async fn a_text_client_sees_quotes_as_they_change() {
    let gateway = Running::start().await;
    let mut client = Text::start(gateway.address, "v157..178", 1).await;
    client.ask(&format!("1|11|7|{APPLE}0||0|0||")).await;
    let first = client.until("45|6|7|49|").await;
    assert_eq!(first[..2], ["81|7|0.01||0|", "58|1|7|1|"]);
    let kinds: Vec<_> = first[2..].iter().map(|tick| (field(tick, 0), field(tick, 3))).collect();
    for kind in [("1", "1"), ("1", "2"), ("1", "4"), ("2", "8"), ("1", "9")] {
        assert!(kinds.contains(&kind), "{kind:?} in {first:#?}");
    }
    gateway.advance(2_000).await;
    client.first("1|6|7|").await;
    client.ask("2|2|7|").await;
    client.ask(&format!("1|11|8|{APPLE}0||1|0||")).await;
    client.first("57|1|8|").await;
    gateway.stop().await;
}

#[tokio::test]
async fn an_order_lives_its_whole_life_in_text() {
    let gateway = Running::start().await;
    let mut client = Text::start(gateway.address, "v157..178", 4).await;
    client.ask(&order(1, "BUY", 100, "LMT", "100.5", 0)).await;
    let open = client.first("5|1|").await;
    assert_eq!(field(&open, 2), "265598");
    assert_eq!([14, 16, 24, 25].map(|index| field(&open, index)), ["100", "100.5", "4", "1000000001"]);
    let status = client.first("3|1|Submitted|").await;
    assert_eq!(status, "3|1|Submitted|0|100|0|1000000001|0|0|4||0|");

    client.ask(&order(1, "BUY", 60, "LMT", "101", 0)).await;
    assert_eq!(field(&client.first("5|1|").await, 16), "101");
    client.ask("4|1|1||").await;
    let end = client.until("4|2|1|202|").await;
    assert!(end.iter().any(|message| message.starts_with("3|1|Cancelled|0|60|")), "{end:#?}");

    client.ask(&order(2, "BUY", 100, "MKT", "", 0)).await;
    gateway.advance(1_000).await;
    let fill = client.first("11|-1|2|").await;
    let told = [16, 18, 19, 21, 22, 26].map(|index| field(&fill, index));
    assert_eq!(told, ["DU0000001", "BOT", "100", "1000000002", "4", "desk"], "{fill}");
    let done = client.first("3|2|Filled|").await;
    assert_eq!((field(&done, 3), field(&done, 4), field(&done, 6)), ("100", "0", "1000000002"));
    let fee = client.first("59|1|").await;
    assert_eq!(field(&fee, 2), field(&fill, 14));
    assert_eq!([5, 6, 7].map(|index| field(&fee, index)), ["1.7976931348623157E308", "1.7976931348623157E308", ""]);

    client.ask("7|3|11|0|||||||").await;
    assert_eq!(client.first("11|11|2|").await, fill.replacen("11|-1|", "11|11|", 1));
    client.first("55|1|11|").await;
    client.ask("61|1|").await;
    assert!(client.first("61|3|DU0000001|265598|").await.contains("|AAPL|NMS|100|"));
    client.first("62|1|").await;
    client.ask("99|0|").await;
    let completed = client.until("102|").await;
    let ended: Vec<_> = completed.iter().filter(|message| message.starts_with("101|265598|")).collect();
    assert_eq!(ended.len(), 2, "{completed:#?}");
    client.ask(&order(3, "BUY", 10, "LMT", "100", 1)).await;
    let preview = client.first("5|3|").await;
    let margins = preview.split("|PreSubmitted|").nth(1).expect("a state").split('|').take(9);
    assert!(margins.clone().all(|margin| margin.parse::<f64>().is_ok_and(|margin| margin < 1e9)), "{preview}");
    gateway.stop().await;
}

#[tokio::test]
async fn a_text_and_a_protobuf_client_see_the_same_orders() {
    let gateway = Running::start().await;
    let mut text = Text::start(gateway.address, "v100..176", 1).await;
    let (mut protobuf, next) = Raw::start(gateway.address, 2).await;
    // The layout of 176 has the advisor's profile before the model code.
    let placed = order(1, "BUY", 10, "LMT", "101.25", 0).replacen("||0|||||||0||-1|", "||0||||||||0||-1|", 1);
    text.ask(&placed).await;
    let perm_id: i64 = field(&text.first("3|1|Submitted|").await, 6).parse().unwrap();
    protobuf.order(next, "SELL", 20, 999.5).await;
    let own = protobuf
        .until(|reply| match reply {
            Reply::OrderStatus(status) if status.status.as_deref() == Some("Submitted") => status.perm_id,
            _ => None,
        })
        .await;

    protobuf.ask(Request::AllOpenOrders(Empty {})).await;
    let seen = protobuf
        .until(|reply| match reply {
            Reply::OpenOrder(open) if open.order.as_ref()?.client_id == Some(1) => open.order.clone(),
            _ => None,
        })
        .await;
    assert_eq!((seen.perm_id, seen.lmt_price, seen.order_ref.as_deref()), (Some(perm_id), Some(101.25), Some("desk")));
    text.ask("16|1|").await;
    let all = text.until("53|1|").await;
    let other = all.iter().find(|message| message.starts_with(&format!("5|{next}|")) && field(message, 24) == "2");
    let other = other.unwrap_or_else(|| panic!("{all:#?}"));
    assert_eq!([14, 16, 25].map(|index| field(other, index)), ["20", "999.5", &own.to_string()]);
    gateway.stop().await;
}

#[tokio::test]
async fn history_in_text_is_one_message_with_its_stretch_of_time() {
    let gateway = Running::start().await;
    let mut client = Text::start(gateway.address, "v157..178", 1).await;
    client.ask(&format!("20|7|{APPLE}0||1 min|600 S|0|TRADES|2|0||")).await;
    let bars = client.first("17|7|").await;
    assert_eq!((field(&bars, 2), field(&bars, 3)), ("20260211 09:50:00 US/Eastern", "20260211 10:00:00 US/Eastern"));
    let count: usize = field(&bars, 4).parse().unwrap();
    assert_eq!(bars.matches('|').count(), 5 + 8 * count);
    client.ask(&format!("20|8|{APPLE}0||1 day|2 D|1|SCHEDULE|1|0||")).await;
    assert_eq!(
        client.next().await.unwrap(),
        "106|8|20260209-00:00:00|20260212-00:00:00|UTC|3|20260209-00:00:00|20260210-00:00:00|20260209|20260210-00:00:00|\
         20260211-00:00:00|20260210|20260211-00:00:00|20260212-00:00:00|20260211|"
    );
    client.ask(&format!("88|9|{APPLE}0|0|1 day|")).await;
    let histogram = client.first("89|9|").await;
    let rows: usize = field(&histogram, 2).parse().unwrap();
    assert!(rows > 1 && histogram.matches('|').count() == 3 + 2 * rows, "{histogram}");
    client.ask(&format!("20|10|{APPLE}0||1 min|60 S|0|NEWS|2|0||")).await;
    assert!(client.first("4|2|10|").await.starts_with("4|2|10|162|"));
    gateway.stop().await;
}

#[tokio::test]
async fn a_display_group_shows_what_it_was_last_told() {
    let gateway = Running::start().await;
    let mut client = Text::start(gateway.address, "v157..178", 1).await;
    for (ask, want) in [
        ("67|1|5|", "67|1|5|1|2|3|4|5|6|7|"),
        ("69|1|6|none|", "4|2|6|322|"),
        ("68|1|6|9|", "4|2|6|322|"),
        ("68|1|6|3|", "68|1|6|none|"),
        ("69|1|6|265598@SMART|", "68|1|6|265598@SMART|"),
        ("68|1|7|3|", "68|1|7|265598@SMART|"),
        ("69|1|6|1@SMART|", "4|2|6|200|"),
        ("78|8|CROX||STK|37792836|", "76|8|"),
        ("78|8|ZZZZ||STK|0|", "4|2|8|200|"),
    ] {
        client.ask(ask).await;
        let answer = client.next().await.unwrap();
        assert!(answer.starts_with(want), "{ask}: {answer}");
    }
    client.ask("69|1|7|none|").await;
    assert_eq!(client.until("68|1|7|none|").await, ["68|1|6|none|", "68|1|7|none|"]);
    client.ask("70|1|6|").await;
    client.ask("69|1|7|265598@ISLAND|").await;
    assert_eq!(client.next().await.unwrap(), "68|1|7|265598@ISLAND|");
    gateway.stop().await;
}

#[tokio::test]
async fn a_request_that_cannot_be_read_is_error_320_on_its_id_and_nameless_ends_the_connection() {
    let gateway = Running::start().await;
    let mut client = Text::start(gateway.address, "v157..178", 1).await;
    client.ask("1|11|7|what|").await;
    assert_eq!(
        client.next().await.unwrap(),
        "4|2|7|320|Error reading request.-'b' : cause - field 3 is \"what\", which is no integer||"
    );
    client.ask(&format!("{}|0|", order(5, "BUY", 1, "LMT", "100", 0))).await;
    assert!(client.next().await.unwrap().starts_with("4|2|5|320|"), "an order of another layout is none");
    client.ask("16|1|").await;
    assert_eq!(client.next().await.unwrap(), "53|1|");
    client.ask("6|2|perhaps|").await;
    assert_eq!(client.next().await, None);
    gateway.stop().await;
}

/// What is not served: the code, and the request in text where it has a form there.
const REFUSED: [(i32, i32, Option<&str>); 16] = [
    (10, 10092, Some("10|5|7|{}5|1||")),
    (19, 321, Some("19|1|1|<xml/>|7|")),
    (21, 322, Some("21|2|7|265598|AAPL|STK||0|||SMART|USD|||1|1||0|")),
    (22, 162, Some("22|7|50|STK|STK.US|TOP_PERC_GAIN|||||||||||||||||||")),
    (52, 430, Some("52|2|7|265598|AAPL|STK|SMART||USD|AAPL|ReportSnapshot|0||")),
    (54, 322, Some("54|3|7|{}1.5|200|0||")),
    (55, 322, Some("55|3|7|{}0.3|200|0||")),
    (84, 10172, Some("84|7|BRFG|id||")),
    (86, 10276, Some("86|7|265598|BRFG|||10||")),
    (96, 10187, Some("96|7|{}0|||10|TRADES|1|0||")),
    (97, 10189, Some("97|7|{}Last|0|0|")),
    (100, 10279, Some("100|7|")),
    (102, 10283, Some("102|7|265598||0|0|0|||0|")),
    (108, 322, None),
    (109, 322, None),
    (26, 505, None),
];

#[tokio::test]
async fn what_is_not_served_is_refused_at_once_in_both_encodings() {
    let gateway = Running::start().await;
    let mut text = Text::start(gateway.address, "v157..178", 1).await;
    let (mut protobuf, _) = Raw::start(gateway.address, 2).await;
    let con_id = Listing::by_symbol("AAPL").map(|listing| listing.con_id);
    for (id, code, shown) in REFUSED {
        let about = AboutContract { req_id: Some(7), contract: Some(Contract { con_id, ..Contract::default() }) };
        protobuf.ask(Request::NotServed(id, Box::new(about))).await;
        let Ok(Reply::Error(error)) = protobuf.next().await else { panic!("no error for {id}") };
        assert_eq!((error.id, error.error_code), (Some(7), Some(code)), "{id}");
        if let Some(shown) = shown {
            text.ask(&shown.replace("{}", APPLE)).await;
            let answer = text.next().await.unwrap();
            assert!(answer.starts_with(&format!("4|2|7|{code}|")), "{shown}: {answer}");
        }
    }
    for (shown, want) in [
        ("18|1|1|", "4|2|-1|321|"),
        ("30|1|", "4|2|-1|505|"),
        ("65|1|name|1|", "66|1|false|"),
        ("66|1|data|", "66|1|false|"),
        ("72|1|name|1|key|", "70|1|false|"),
        ("73|1|data|answer|", "70|1|false|"),
    ] {
        text.ask(shown).await;
        let answer = text.next().await.unwrap();
        assert!(answer.starts_with(want), "{shown}: {answer}");
    }
    // Cancels of what never began are no mistake.
    for shown in ["11|1|7|1|", "23|1|7|", "53|1|7|", "56|1|7|", "57|1|7|", "89|7|", "98|7|", "101|7|", "103|7|"] {
        text.ask(shown).await;
    }
    for id in [11, 23, 53, 56, 57, 89, 98, 101, 103, 106, 107] {
        protobuf.ask(Request::NotServed(id, Box::new(AboutContract { req_id: Some(7), contract: None }))).await;
    }
    text.ask("49|1|").await;
    assert!(text.next().await.unwrap().starts_with("49|1|"));
    assert!(protobuf.settled().await.is_empty());
    gateway.stop().await;
}

#[tokio::test]
async fn every_request_that_waits_is_answered_in_both_encodings() {
    let gateway = Running::start().await;
    let mut text = Text::start(gateway.address, "v157..178", 1).await;
    let (mut protobuf, _) = Raw::start(gateway.address, 2).await;
    let only = IdOnly { req_id: Some(7) };
    for (shown, request, prefix) in [
        ("5|1|", Request::OpenOrders(Empty {}), "53|1|"),
        ("8|1|1|", Request::Ids(IdsRequest::default()), "9|1|"),
        ("16|1|", Request::AllOpenOrders(Empty {}), "53|1|"),
        ("17|1|", Request::ManagedAccounts(Empty {}), "15|1|DU0000001|"),
        ("24|1|", Request::ScannerParameters(Empty {}), "19|1|"),
        ("49|1|", Request::CurrentTime(Empty {}), "49|1|1770822000|"),
        ("67|1|7|", Request::QueryDisplayGroups(only), "67|1|7|"),
        ("79|7|", Request::SoftDollarTiers(only), "77|7|0|"),
        ("80|", Request::FamilyCodes(Empty {}), "78|1|DU0000001||"),
        ("81|7|apple|", Request::MatchingSymbols(MatchingSymbolsRequest::default()), "79|7|"),
        ("82|", Request::MarketDepthExchanges(Empty {}), "80|0|"),
        ("83|7|a6|", Request::SmartComponents(SmartComponentsRequest::default()), "82|7|0|"),
        ("85|", Request::NewsProviders(Empty {}), "85|0|"),
        ("91|26|", Request::MarketRule(MarketRuleRequest { market_rule_id: Some(26) }), "93|26|2|0|0.0001|1|0.01|"),
        ("99|0|", Request::CompletedOrders(CompletedOrdersRequest::default()), "102|"),
        ("104|7|", Request::UserInfo(only), "107|7||"),
    ] {
        text.ask(shown).await;
        let answer = text.next().await.unwrap();
        assert!(answer.starts_with(prefix), "{shown}: {answer}");
        protobuf.ask(request).await;
        assert!(matches!(protobuf.next().await, Ok(answer) if !matches!(answer, Reply::Error(_))), "{shown}");
    }
    gateway.stop().await;
}

/// What a client of each encoding is sent over the same forty seconds: quotes, bars, an account, orders that rest and fill.
async fn a_session() -> (Vec<String>, Vec<Reply>) {
    let gateway = Running::start().await;
    let mut text = Text::start(gateway.address, "v157..178", 1).await;
    let (mut raw, _) = Raw::start(gateway.address, 2).await;
    let (mut said, mut sent) = (Vec::new(), Vec::new());
    for ask in [format!("1|11|7|{APPLE}0||0|0||"), "6|2|1|DU0000001|".to_owned(), "61|1|".to_owned()] {
        text.ask(&ask).await;
        text.ask("49|1|").await;
        said.extend(text.until("49|").await);
    }
    raw.watch(9).await;
    sent.extend(raw.settled().await);
    for order in [order(1, "BUY", 100, "MKT", "", 0), order(2, "BUY", 300, "LMT", "1.0", 0)] {
        text.ask(&order).await;
        text.ask("49|1|").await;
        said.extend(text.until("49|").await);
    }
    raw.order(1, "SELL", 50, 1.0).await;
    sent.extend(raw.settled().await);
    for _ in 0..40 {
        gateway.advance(1_000).await;
        text.ask("49|1|").await;
        said.extend(text.until("49|").await);
        sent.extend(raw.settled().await);
    }
    gateway.stop().await;
    (said, sent)
}

#[tokio::test]
async fn the_same_seed_and_clock_send_the_same_bytes_in_both_encodings() {
    let (first, second) = (a_session().await, a_session().await);
    assert!(first.0.iter().any(|message| message.starts_with("11|")), "an execution in text");
    assert!(first.1.iter().any(|reply| matches!(reply, Reply::ExecutionDetails(_))), "an execution in protobuf");
    assert!(first.0.len() > 200 && first.1.len() > 100, "{} and {} messages", first.0.len(), first.1.len());
    assert_eq!(first.0, second.0);
    // A reply has one form only, so equal replies are equal bytes.
    let bytes = |replies: &[Reply]| replies.iter().map(|reply| format!("{reply:?}")).collect::<Vec<_>>();
    assert_eq!(bytes(&first.1), bytes(&second.1));
}
