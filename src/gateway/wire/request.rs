//! What a client asks for: message ids and bodies, from client to server.
//!
//! The structs of `proto` are the requests in both encodings; the table below names those that are served. Invariant:
//! every frame becomes a request that is answered or an error that ends the connection, never a guess.

use prost::encoding::{WireType, decode_key, decode_varint};
use prost::{DecodeError, Message};
use thiserror::Error;

use super::proto::{
    AboutContract, AccountDataRequest, AccountSummaryRequest, AccountUpdatesMultiRequest, AutoOpenOrdersRequest,
    CalculationRequest, CancelOrderRequest, CompletedOrdersRequest, ContractDataRequest, Empty, ExecutionRequest,
    ExerciseOptionsRequest, GlobalCancelRequest, HeadTimestampRequest, HistogramDataRequest, HistoricalDataRequest,
    IdOnly, IdsRequest, MarketDataRequest, MarketDataTypeRequest, MarketRuleRequest, MatchingSymbolsRequest,
    PlaceOrderRequest, PnLRequest, PnLSingleRequest, PositionsMultiRequest, RealTimeBarsRequest,
    SecDefOptParamsRequest, SetServerLogLevelRequest, SmartComponentsRequest, StartApiRequest,
    SubscribeToGroupEventsRequest, UpdateDisplayGroupRequest,
};
use super::{Encoding, PROTOBUF_OFFSET, text};

macro_rules! requests {
    ($($id:literal $name:ident($body:ty),)*) => {
        /// One request of a client.
        #[derive(Debug, Clone, PartialEq)]
        pub(crate) enum Request {
            $($name($body),)*
            /// A request that is not served: its message id, its request id and contract where it has them.
            NotServed(i32, Box<AboutContract>),
            /// A request that cannot be read: the id to answer on, and why.
            Unreadable(i32, String),
        }

        impl Request {
            /// The message's id, as both encodings have it.
            pub(crate) fn id(&self) -> i32 {
                match self {
                    $(Self::$name(_) => $id,)*
                    Self::NotServed(id, _) => *id,
                    // What it was meant to be is not known.
                    Self::Unreadable(..) => 0,
                }
            }

            /// Reads the protobuf body of message `id`.
            fn decode_body(id: i32, body: &[u8]) -> Result<Self, DecodeError> {
                match id {
                    $($id => <$body>::decode(body).map(Self::$name),)*
                    _ => Self::not_served(id, body),
                }
            }

            /// The body of a frame, as a client would send it.
            #[cfg(test)]
            pub(crate) fn encode(&self) -> Vec<u8> {
                let (id, body) = match self {
                    $(Self::$name(m) => ($id, m.encode_to_vec()),)*
                    Self::NotServed(id, about) => (*id, about.encode_to_vec()),
                    Self::Unreadable(..) => (0, Vec::new()),
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
    21 ExerciseOptions(Box<ExerciseOptionsRequest>),
    24 ScannerParameters(Empty),
    25 CancelHistoricalData(IdOnly),
    49 CurrentTime(Empty),
    50 RealTimeBars(Box<RealTimeBarsRequest>),
    51 CancelRealTimeBars(IdOnly),
    54 CalculateImpliedVolatility(Box<CalculationRequest>),
    55 CalculateOptionPrice(Box<CalculationRequest>),
    58 GlobalCancel(GlobalCancelRequest),
    59 SetMarketDataType(MarketDataTypeRequest),
    61 Positions(Empty),
    62 AccountSummary(AccountSummaryRequest),
    63 CancelAccountSummary(IdOnly),
    64 CancelPositions(Empty),
    67 QueryDisplayGroups(IdOnly),
    68 SubscribeToGroupEvents(SubscribeToGroupEventsRequest),
    69 UpdateDisplayGroup(UpdateDisplayGroupRequest),
    70 UnsubscribeFromGroupEvents(IdOnly),
    71 StartApi(StartApiRequest),
    74 PositionsMulti(PositionsMultiRequest),
    75 CancelPositionsMulti(IdOnly),
    76 AccountUpdatesMulti(AccountUpdatesMultiRequest),
    77 CancelAccountUpdatesMulti(IdOnly),
    78 SecDefOptParams(SecDefOptParamsRequest),
    79 SoftDollarTiers(IdOnly),
    80 FamilyCodes(Empty),
    81 MatchingSymbols(MatchingSymbolsRequest),
    82 MarketDepthExchanges(Empty),
    83 SmartComponents(SmartComponentsRequest),
    85 NewsProviders(Empty),
    87 HeadTimestamp(Box<HeadTimestampRequest>),
    88 HistogramData(Box<HistogramDataRequest>),
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

/// Requests that are not served but name a contract in field 2, by which they are refused.
const ABOUT_CONTRACT: [i32; 4] = [10, 52, 96, 97];
/// Requests whose first field is not an id to answer on.
const WITHOUT_ID: [i32; 27] =
    [5, 6, 8, 12, 13, 14, 15, 16, 17, 18, 24, 49, 58, 59, 61, 64, 65, 66, 71, 72, 73, 80, 82, 85, 91, 99, 105];
/// Requests that have no protobuf form: their fields follow the number of the message, without the offset.
const TEXT_ONLY: [i32; 2] = [72, 73];
/// The highest id of a request.
const LAST: i32 = 109;

/// A request that breaks the protocol so that there is nobody to answer.
#[derive(Debug, Error, PartialEq, Eq)]
pub(crate) enum Broken {
    /// The frame holds no message id.
    #[error("a frame without a message id")]
    NoId,
    /// The body cannot be read and names no request.
    #[error("message {0} cannot be read: {1}")]
    Body(i32, String),
}

impl Request {
    /// Reads the body of a frame; what cannot be read becomes [`Request::Unreadable`] if it says whom to answer.
    pub(crate) fn decode(encoding: Encoding, frame: &[u8]) -> Result<Self, Broken> {
        match encoding {
            Encoding::Protobuf(_) => Self::from_protobuf(frame),
            Encoding::Text(version) => text::read(version, frame),
        }
    }

    fn from_protobuf(frame: &[u8]) -> Result<Self, Broken> {
        let (id, body) = frame.split_first_chunk::<4>().ok_or(Broken::NoId)?;
        let id = i32::from_be_bytes(*id);
        if TEXT_ONLY.contains(&id) {
            return Ok(Self::NotServed(id, Box::default()));
        }
        let id = id.checked_sub(PROTOBUF_OFFSET).filter(|id| *id > 0).ok_or(Broken::NoId)?;
        Self::decode_body(id, body).or_else(|error| {
            let req_id = leading_id(body).filter(|_| !WITHOUT_ID.contains(&id));
            req_id.map(|id| Self::Unreadable(id, error.to_string())).ok_or(Broken::Body(id, error.to_string()))
        })
    }

    /// A request that is not served, from its protobuf body.
    fn not_served(id: i32, body: &[u8]) -> Result<Self, DecodeError> {
        let about = if ABOUT_CONTRACT.contains(&id) {
            AboutContract::decode(body)?
        } else if WITHOUT_ID.contains(&id) || id > LAST {
            AboutContract::default()
        } else {
            let IdOnly { req_id } = IdOnly::decode(body)?;
            AboutContract { req_id, contract: None }
        };
        Ok(Self::NotServed(id, Box::new(about)))
    }
}

/// The request id that a protobuf body begins with.
fn leading_id(mut body: &[u8]) -> Option<i32> {
    let (1, WireType::Varint) = decode_key(&mut body).ok()? else { return None };
    // A negative id is sign-extended to 64 bits on the wire.
    decode_varint(&mut body).ok().and_then(|id| i32::try_from(id.cast_signed()).ok())
}
