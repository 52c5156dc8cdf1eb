//! What the server answers: message ids and bodies, from server to client.
//!
//! The structs of `proto` are the replies in both encodings; which one a client reads is its outbox's business.

use bytes::{BufMut, BytesMut};
use prost::Message;

use super::proto::{
    AccountDataEnd, AccountSummary, AccountUpdateMulti, AccountUpdateTime, AccountValue, CommissionAndFeesReport,
    CompletedOrder, ContractData, CurrentTime, CurrentTimeInMillis, DisplayGroupList, DisplayGroupUpdated, Empty,
    ErrorMessage, ExecutionDetails, FamilyCodes, HeadTimestamp, HistogramData, HistoricalData, HistoricalDataEnd,
    HistoricalDataUpdate, HistoricalSchedule, IdOnly, ManagedAccounts, MarketDataType, MarketDepthExchanges,
    MarketRule, NewsProviders, NextValidId, OpenOrder, OrderStatus, PnL, PnLSingle, PortfolioValue, Position,
    PositionMulti, RealTimeBarTick, ScannerParameters, SecDefOptParameter, SmartComponents, SymbolSamples, TickGeneric,
    TickOptionComputation, TickPrice, TickReqParams, TickSize, TickString, UserInfo, VerifyCompleted,
};
use super::{Encoding, PROTOBUF_OFFSET, frame, text};

macro_rules! replies {
    ($($id:literal $name:ident($body:ty),)*) => {
        /// One message to a client.
        #[derive(Debug, Clone, PartialEq)]
        pub(crate) enum Reply {
            $($name($body),)*
            /// The bars of a request and their end: two messages in protobuf, one in text.
            Bars(Box<Bars>),
        }

        impl Reply {
            /// The message's id, as both encodings have it.
            pub(crate) fn id(&self) -> i32 {
                match self {
                    $(Self::$name(_) => $id,)*
                    Self::Bars(_) => 17,
                }
            }

            /// Appends this message in protobuf.
            fn put_protobuf(&self, out: &mut BytesMut) {
                match self {
                    $(Self::$name(m) => put_message($id, m, out),)*
                    Self::Bars(bars) => {
                        put_message(17, &bars.data, out);
                        put_message(108, &bars.end, out);
                    }
                }
            }

            /// Reads the body of a protobuf frame, as a client would.
            #[cfg(test)]
            pub(crate) fn decode(frame: &[u8]) -> Option<Self> {
                let (id, body) = frame.split_first_chunk::<4>()?;
                match i32::from_be_bytes(*id) - PROTOBUF_OFFSET {
                    $($id => <$body>::decode(body).ok().map(Self::$name),)*
                    17 => {
                        let data = HistoricalData::decode(body).ok()?;
                        Some(Self::Bars(Box::new(Bars { data, ..Bars::default() })))
                    }
                    108 => {
                        let end = HistoricalDataEnd::decode(body).ok()?;
                        Some(Self::Bars(Box::new(Bars { end, ..Bars::default() })))
                    }
                    _ => None,
                }
            }
        }
    };
}

/// Appends one protobuf message as a frame.
fn put_message<M: Message>(id: i32, message: &M, out: &mut BytesMut) {
    frame::put(out, |out| {
        out.put_i32(id + PROTOBUF_OFFSET);
        let fits = message.encode(out);
        debug_assert!(fits.is_ok(), "the buffer grows");
    });
}

/// The bars of a request and the stretch of time they cover.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Bars {
    /// The bars.
    pub data: HistoricalData,
    /// From when to when.
    pub end: HistoricalDataEnd,
}

replies! {
    1 TickPrice(TickPrice),
    2 TickSize(TickSize),
    3 OrderStatus(OrderStatus),
    4 Error(ErrorMessage),
    5 OpenOrder(Box<OpenOrder>),
    6 AccountValue(AccountValue),
    7 PortfolioValue(Box<PortfolioValue>),
    8 AccountUpdateTime(AccountUpdateTime),
    9 NextValidId(NextValidId),
    10 ContractData(Box<ContractData>),
    11 ExecutionDetails(Box<ExecutionDetails>),
    15 ManagedAccounts(ManagedAccounts),
    19 ScannerParameters(ScannerParameters),
    21 TickOptionComputation(TickOptionComputation),
    45 TickGeneric(TickGeneric),
    46 TickString(TickString),
    49 CurrentTime(CurrentTime),
    50 RealTimeBar(RealTimeBarTick),
    52 ContractDataEnd(IdOnly),
    53 OpenOrdersEnd(Empty),
    54 AccountDataEnd(AccountDataEnd),
    55 ExecutionDetailsEnd(IdOnly),
    57 TickSnapshotEnd(IdOnly),
    58 MarketDataType(MarketDataType),
    59 CommissionAndFeesReport(CommissionAndFeesReport),
    61 Position(Box<Position>),
    62 PositionEnd(Empty),
    63 AccountSummary(AccountSummary),
    64 AccountSummaryEnd(IdOnly),
    66 VerifyCompleted(VerifyCompleted),
    67 DisplayGroupList(DisplayGroupList),
    68 DisplayGroupUpdated(DisplayGroupUpdated),
    70 VerifyAndAuthCompleted(VerifyCompleted),
    71 PositionMulti(Box<PositionMulti>),
    72 PositionMultiEnd(IdOnly),
    73 AccountUpdateMulti(AccountUpdateMulti),
    74 AccountUpdateMultiEnd(IdOnly),
    75 SecDefOptParameter(Box<SecDefOptParameter>),
    76 SecDefOptParameterEnd(IdOnly),
    77 SoftDollarTiers(IdOnly),
    78 FamilyCodes(FamilyCodes),
    79 SymbolSamples(SymbolSamples),
    80 MarketDepthExchanges(MarketDepthExchanges),
    81 TickReqParams(TickReqParams),
    82 SmartComponents(SmartComponents),
    85 NewsProviders(NewsProviders),
    88 HeadTimestamp(HeadTimestamp),
    89 HistogramData(HistogramData),
    90 HistoricalDataUpdate(HistoricalDataUpdate),
    93 MarketRule(MarketRule),
    94 PnL(PnL),
    95 PnLSingle(PnLSingle),
    101 CompletedOrder(Box<CompletedOrder>),
    102 CompletedOrdersEnd(Empty),
    106 HistoricalSchedule(HistoricalSchedule),
    107 UserInfo(UserInfo),
    109 CurrentTimeInMillis(CurrentTimeInMillis),
}

impl Reply {
    /// Appends this message as frames of `encoding`; what the encoding has no form for is left out.
    pub(crate) fn put(&self, encoding: Encoding, out: &mut BytesMut) {
        match (encoding, self) {
            (Encoding::Protobuf(_), Self::VerifyAndAuthCompleted(completed)) => text::write_verified(completed, out),
            (Encoding::Protobuf(_), _) => self.put_protobuf(out),
            (Encoding::Text(version), _) => text::write(version, self, out),
        }
    }

    /// An error, warning or notice about `id`: a request, an order, or −1 for neither.
    pub(crate) fn error(id: i32, code: i32, text: impl Into<String>, millis: i64) -> Self {
        Self::Error(ErrorMessage {
            id: Some(id),
            error_time: Some(millis),
            error_code: Some(code),
            error_msg: Some(text.into()),
            advanced_order_reject_json: None,
        })
    }
}
