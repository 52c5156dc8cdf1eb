//! What a client asks for: message ids and bodies, from client to server.

use prost::{DecodeError, Message};

use super::PROTOBUF_OFFSET;
use super::proto::{
    AccountDataRequest, AccountSummaryRequest, AccountUpdatesMultiRequest, AutoOpenOrdersRequest, CancelOrderRequest,
    CompletedOrdersRequest, ContractDataRequest, Empty, ExecutionRequest, GlobalCancelRequest, HeadTimestampRequest,
    HistoricalDataRequest, IdOnly, IdsRequest, MarketDataRequest, MarketDataTypeRequest, MarketRuleRequest,
    MatchingSymbolsRequest, PlaceOrderRequest, PnLRequest, PnLSingleRequest, PositionsMultiRequest,
    RealTimeBarsRequest, SetServerLogLevelRequest, StartApiRequest,
};

macro_rules! requests {
    ($($id:literal $name:ident($body:ty),)*) => {
        /// One request of a client.
        #[derive(Debug, Clone, PartialEq)]
        pub(crate) enum Request {
            $($name($body),)*
            /// A request this server does not simulate, with its request id where it has one.
            Unknown(i32, Option<i32>),
        }

        impl Request {
            /// Reads the protobuf body of message `id`.
            fn decode_body(id: i32, body: &[u8]) -> Result<Self, DecodeError> {
                match id {
                    $($id => <$body>::decode(body).map(Self::$name),)*
                    _ => Ok(Self::Unknown(id, IdOnly::decode(body).ok().and_then(|m| m.req_id))),
                }
            }

            /// The body of a frame, as a client would send it.
            #[cfg(test)]
            pub(crate) fn encode(&self) -> Vec<u8> {
                let (id, body) = match self {
                    $(Self::$name(m) => ($id, m.encode_to_vec()),)*
                    Self::Unknown(id, req_id) => (*id, IdOnly { req_id: *req_id }.encode_to_vec()),
                };
                let mut out = (id + PROTOBUF_OFFSET).to_be_bytes().to_vec();
                out.extend(body);
                out
            }
        }
    };
}

requests! {
    1 MarketData(Box<MarketDataRequest>),
    2 CancelMarketData(IdOnly),
    3 PlaceOrder(Box<PlaceOrderRequest>),
    4 CancelOrder(CancelOrderRequest),
    5 OpenOrders(Empty),
    6 AccountData(AccountDataRequest),
    7 Executions(ExecutionRequest),
    8 Ids(IdsRequest),
    9 ContractData(Box<ContractDataRequest>),
    12 NewsBulletins(Empty),
    13 CancelNewsBulletins(Empty),
    14 SetServerLogLevel(SetServerLogLevelRequest),
    15 AutoOpenOrders(AutoOpenOrdersRequest),
    16 AllOpenOrders(Empty),
    17 ManagedAccounts(Empty),
    20 HistoricalData(Box<HistoricalDataRequest>),
    24 ScannerParameters(Empty),
    25 CancelHistoricalData(IdOnly),
    49 CurrentTime(Empty),
    50 RealTimeBars(Box<RealTimeBarsRequest>),
    51 CancelRealTimeBars(IdOnly),
    58 GlobalCancel(GlobalCancelRequest),
    59 SetMarketDataType(MarketDataTypeRequest),
    61 Positions(Empty),
    62 AccountSummary(AccountSummaryRequest),
    63 CancelAccountSummary(IdOnly),
    64 CancelPositions(Empty),
    71 StartApi(StartApiRequest),
    74 PositionsMulti(PositionsMultiRequest),
    75 CancelPositionsMulti(IdOnly),
    76 AccountUpdatesMulti(AccountUpdatesMultiRequest),
    77 CancelAccountUpdatesMulti(IdOnly),
    79 SoftDollarTiers(IdOnly),
    80 FamilyCodes(Empty),
    81 MatchingSymbols(MatchingSymbolsRequest),
    82 MarketDepthExchanges(Empty),
    83 SmartComponents(IdOnly),
    85 NewsProviders(Empty),
    87 HeadTimestamp(Box<HeadTimestampRequest>),
    90 CancelHeadTimestamp(IdOnly),
    91 MarketRule(MarketRuleRequest),
    92 PnL(PnLRequest),
    93 CancelPnL(IdOnly),
    94 PnLSingle(PnLSingleRequest),
    95 CancelPnLSingle(IdOnly),
    99 CompletedOrders(CompletedOrdersRequest),
    104 UserInfo(IdOnly),
    105 CurrentTimeInMillis(Empty),
}

/// The message ids that can be; a text frame read as protobuf shows one far beyond.
const IDS: std::ops::RangeInclusive<i32> = 1..=PROTOBUF_OFFSET;
/// Requests without an answer here: those that end something this server never began, and advisor and verification
/// requests, which carry no request id to answer on.
const SILENT: [i32; 15] = [11, 18, 23, 56, 57, 65, 66, 70, 72, 73, 89, 98, 101, 103, 106];

impl Request {
    /// Reads the body of a frame; `None` for a frame without an id or with a text body, which protobuf mode does not have.
    pub(crate) fn decode(frame: &[u8]) -> Option<Result<Self, DecodeError>> {
        let (id, body) = frame.split_first_chunk::<4>()?;
        let id = i32::from_be_bytes(*id).checked_sub(PROTOBUF_OFFSET).filter(|id| IDS.contains(id))?;
        Some(Self::decode_body(id, body))
    }

    /// Whether message `id`, unknown here, is one that expects no answer.
    pub(crate) fn is_silent(id: i32) -> bool {
        SILENT.contains(&id)
    }
}
