//! What the server answers: message ids and bodies, from server to client.

use bytes::{BufMut, BytesMut};
use prost::Message;

use super::proto::{
    AccountDataEnd, AccountSummary, AccountUpdateMulti, AccountUpdateTime, AccountValue, CommissionAndFeesReport,
    CompletedOrder, ContractData, CurrentTime, CurrentTimeInMillis, Empty, ErrorMessage, ExecutionDetails, FamilyCodes,
    HeadTimestamp, HistoricalData, HistoricalDataEnd, HistoricalDataUpdate, IdOnly, ManagedAccounts, MarketDataType,
    MarketDepthExchanges, MarketRule, NewsProviders, NextValidId, OpenOrder, OrderStatus, PnL, PnLSingle,
    PortfolioValue, Position, PositionMulti, RealTimeBarTick, ScannerParameters, SymbolSamples, TickGeneric, TickPrice,
    TickReqParams, TickSize, TickString, UserInfo,
};
use super::{PROTOBUF_OFFSET, frame};

macro_rules! replies {
    ($($id:literal $name:ident($body:ty),)*) => {
        /// One message to a client.
        #[derive(Debug, Clone, PartialEq)]
        pub(crate) enum Reply {
            $($name($body),)*
        }

        impl Reply {
            /// Appends this message as one frame in protobuf.
            pub(crate) fn put(&self, out: &mut BytesMut) {
                frame::put(out, |out| match self {
                    $(Self::$name(m) => {
                        out.put_i32($id + PROTOBUF_OFFSET);
                        let fits = m.encode(out);
                        debug_assert!(fits.is_ok(), "the buffer grows");
                    })*
                });
            }

            /// Reads the body of a frame, as a client would.
            #[cfg(test)]
            pub(crate) fn decode(frame: &[u8]) -> Option<Self> {
                let (id, body) = frame.split_first_chunk::<4>()?;
                match i32::from_be_bytes(*id) - PROTOBUF_OFFSET {
                    $($id => <$body>::decode(body).ok().map(Self::$name),)*
                    _ => None,
                }
            }
        }
    };
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
    17 HistoricalData(HistoricalData),
    19 ScannerParameters(ScannerParameters),
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
    71 PositionMulti(Box<PositionMulti>),
    72 PositionMultiEnd(IdOnly),
    73 AccountUpdateMulti(AccountUpdateMulti),
    74 AccountUpdateMultiEnd(IdOnly),
    77 SoftDollarTiers(IdOnly),
    78 FamilyCodes(FamilyCodes),
    79 SymbolSamples(SymbolSamples),
    80 MarketDepthExchanges(MarketDepthExchanges),
    81 TickReqParams(TickReqParams),
    82 SmartComponents(IdOnly),
    85 NewsProviders(NewsProviders),
    88 HeadTimestamp(HeadTimestamp),
    90 HistoricalDataUpdate(HistoricalDataUpdate),
    93 MarketRule(MarketRule),
    94 PnL(PnL),
    95 PnLSingle(PnLSingle),
    101 CompletedOrder(Box<CompletedOrder>),
    102 CompletedOrdersEnd(Empty),
    107 UserInfo(UserInfo),
    108 HistoricalDataEnd(HistoricalDataEnd),
    109 CurrentTimeInMillis(CurrentTimeInMillis),
}

impl Reply {
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
