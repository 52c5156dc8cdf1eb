//! Live market data.

use std::collections::BTreeMap;

use prost::Message;

use super::common::Contract;

/// Asks for a market data line (1).
#[derive(Clone, PartialEq, Message)]
pub struct MarketDataRequest {
    #[prost(int32, optional, tag = "1")]
    pub req_id: Option<i32>,
    #[prost(message, optional, tag = "2")]
    pub contract: Option<Contract>,
    #[prost(string, optional, tag = "3")]
    pub generic_tick_list: Option<String>,
    #[prost(bool, optional, tag = "4")]
    pub snapshot: Option<bool>,
    #[prost(bool, optional, tag = "5")]
    pub regulatory_snapshot: Option<bool>,
    #[prost(btree_map = "string, string", tag = "6")]
    pub market_data_options: BTreeMap<String, String>,
}

/// Sets the type of later market data lines (59).
#[derive(Clone, Copy, PartialEq, Message)]
pub struct MarketDataTypeRequest {
    #[prost(int32, optional, tag = "1")]
    pub market_data_type: Option<i32>,
}

/// A price tick with its size (1).
#[derive(Clone, PartialEq, Message)]
pub struct TickPrice {
    #[prost(int32, optional, tag = "1")]
    pub req_id: Option<i32>,
    #[prost(int32, optional, tag = "2")]
    pub tick_type: Option<i32>,
    #[prost(double, optional, tag = "3")]
    pub price: Option<f64>,
    #[prost(string, optional, tag = "4")]
    pub size: Option<String>,
    #[prost(int32, optional, tag = "5")]
    pub attr_mask: Option<i32>,
}

/// A size tick (2).
#[derive(Clone, PartialEq, Message)]
pub struct TickSize {
    #[prost(int32, optional, tag = "1")]
    pub req_id: Option<i32>,
    #[prost(int32, optional, tag = "2")]
    pub tick_type: Option<i32>,
    #[prost(string, optional, tag = "3")]
    pub size: Option<String>,
}

/// A numeric tick (45).
#[derive(Clone, Copy, PartialEq, Message)]
pub struct TickGeneric {
    #[prost(int32, optional, tag = "1")]
    pub req_id: Option<i32>,
    #[prost(int32, optional, tag = "2")]
    pub tick_type: Option<i32>,
    #[prost(double, optional, tag = "3")]
    pub value: Option<f64>,
}

/// A text tick (46).
#[derive(Clone, PartialEq, Message)]
pub struct TickString {
    #[prost(int32, optional, tag = "1")]
    pub req_id: Option<i32>,
    #[prost(int32, optional, tag = "2")]
    pub tick_type: Option<i32>,
    #[prost(string, optional, tag = "3")]
    pub value: Option<String>,
}

/// How a line is to be read (81).
#[derive(Clone, PartialEq, Message)]
pub struct TickReqParams {
    #[prost(int32, optional, tag = "1")]
    pub req_id: Option<i32>,
    #[prost(string, optional, tag = "2")]
    pub min_tick: Option<String>,
    #[prost(string, optional, tag = "3")]
    pub bbo_exchange: Option<String>,
    #[prost(int32, optional, tag = "4")]
    pub snapshot_permissions: Option<i32>,
    #[prost(string, optional, tag = "5")]
    pub last_price_precision: Option<String>,
    #[prost(string, optional, tag = "6")]
    pub last_size_precision: Option<String>,
}

/// The type of data a line delivers (58).
#[derive(Clone, Copy, PartialEq, Message)]
pub struct MarketDataType {
    #[prost(int32, optional, tag = "1")]
    pub req_id: Option<i32>,
    #[prost(int32, optional, tag = "2")]
    pub market_data_type: Option<i32>,
}

/// Asks for five-second bars (50).
#[derive(Clone, PartialEq, Message)]
pub struct RealTimeBarsRequest {
    #[prost(int32, optional, tag = "1")]
    pub req_id: Option<i32>,
    #[prost(message, optional, tag = "2")]
    pub contract: Option<Contract>,
    #[prost(int32, optional, tag = "3")]
    pub bar_size: Option<i32>,
    #[prost(string, optional, tag = "4")]
    pub what_to_show: Option<String>,
    #[prost(bool, optional, tag = "5")]
    pub use_rth: Option<bool>,
    #[prost(btree_map = "string, string", tag = "6")]
    pub options: BTreeMap<String, String>,
}

/// One five-second bar (50).
#[derive(Clone, PartialEq, Message)]
pub struct RealTimeBarTick {
    #[prost(int32, optional, tag = "1")]
    pub req_id: Option<i32>,
    #[prost(int64, optional, tag = "2")]
    pub time: Option<i64>,
    #[prost(double, optional, tag = "3")]
    pub open: Option<f64>,
    #[prost(double, optional, tag = "4")]
    pub high: Option<f64>,
    #[prost(double, optional, tag = "5")]
    pub low: Option<f64>,
    #[prost(double, optional, tag = "6")]
    pub close: Option<f64>,
    #[prost(string, optional, tag = "7")]
    pub volume: Option<String>,
    #[prost(string, optional, tag = "8")]
    pub wap: Option<String>,
    #[prost(int32, optional, tag = "9")]
    pub count: Option<i32>,
}

/// The exchanges that offer depth (80); none here.
#[derive(Clone, PartialEq, Message)]
pub struct MarketDepthExchanges {
    #[prost(message, repeated, tag = "1")]
    pub descriptions: Vec<DepthMarketDataDescription>,
}

/// One exchange that offers depth.
#[derive(Clone, PartialEq, Message)]
pub struct DepthMarketDataDescription {
    #[prost(string, optional, tag = "1")]
    pub exchange: Option<String>,
    #[prost(string, optional, tag = "2")]
    pub sec_type: Option<String>,
    #[prost(string, optional, tag = "3")]
    pub listing_exch: Option<String>,
    #[prost(string, optional, tag = "4")]
    pub service_data_type: Option<String>,
    #[prost(int32, optional, tag = "5")]
    pub agg_group: Option<i32>,
}

/// Asks which exchanges stand behind the letters of a consolidated quote (83).
#[derive(Clone, PartialEq, Message)]
pub struct SmartComponentsRequest {
    #[prost(int32, optional, tag = "1")]
    pub req_id: Option<i32>,
    #[prost(string, optional, tag = "2")]
    pub bbo_exchange: Option<String>,
}

/// One exchange behind a consolidated quote.
#[derive(Clone, PartialEq, Message)]
pub struct SmartComponent {
    #[prost(int32, optional, tag = "1")]
    pub bit_number: Option<i32>,
    #[prost(string, optional, tag = "2")]
    pub exchange: Option<String>,
    #[prost(string, optional, tag = "3")]
    pub exchange_letter: Option<String>,
}

/// The exchanges behind a consolidated quote (82).
#[derive(Clone, PartialEq, Message)]
pub struct SmartComponents {
    #[prost(int32, optional, tag = "1")]
    pub req_id: Option<i32>,
    #[prost(message, repeated, tag = "2")]
    pub smart_components: Vec<SmartComponent>,
}

/// Subscribes to what a display group shows (68).
#[derive(Clone, Copy, PartialEq, Message)]
pub struct SubscribeToGroupEventsRequest {
    #[prost(int32, optional, tag = "1")]
    pub req_id: Option<i32>,
    #[prost(int32, optional, tag = "2")]
    pub group_id: Option<i32>,
}

/// Changes what a display group shows (69).
#[derive(Clone, PartialEq, Message)]
pub struct UpdateDisplayGroupRequest {
    #[prost(int32, optional, tag = "1")]
    pub req_id: Option<i32>,
    #[prost(string, optional, tag = "2")]
    pub contract_info: Option<String>,
}

/// The display groups, separated by `|` (67).
#[derive(Clone, PartialEq, Message)]
pub struct DisplayGroupList {
    #[prost(int32, optional, tag = "1")]
    pub req_id: Option<i32>,
    #[prost(string, optional, tag = "2")]
    pub groups: Option<String>,
}

/// What a display group shows: `conId@EXCHANGE`, `none` or `combo` (68).
#[derive(Clone, PartialEq, Message)]
pub struct DisplayGroupUpdated {
    #[prost(int32, optional, tag = "1")]
    pub req_id: Option<i32>,
    #[prost(string, optional, tag = "2")]
    pub contract_info: Option<String>,
}

/// What an option is worth and how that changes (21).
#[derive(Clone, Copy, PartialEq, Message)]
pub struct TickOptionComputation {
    #[prost(int32, optional, tag = "1")]
    pub req_id: Option<i32>,
    #[prost(int32, optional, tag = "2")]
    pub tick_type: Option<i32>,
    #[prost(int32, optional, tag = "3")]
    pub tick_attrib: Option<i32>,
    #[prost(double, optional, tag = "4")]
    pub implied_vol: Option<f64>,
    #[prost(double, optional, tag = "5")]
    pub delta: Option<f64>,
    #[prost(double, optional, tag = "6")]
    pub opt_price: Option<f64>,
    #[prost(double, optional, tag = "7")]
    pub pv_dividend: Option<f64>,
    #[prost(double, optional, tag = "8")]
    pub gamma: Option<f64>,
    #[prost(double, optional, tag = "9")]
    pub vega: Option<f64>,
    #[prost(double, optional, tag = "10")]
    pub theta: Option<f64>,
    #[prost(double, optional, tag = "11")]
    pub und_price: Option<f64>,
}

/// Asks for the volatility that an option's price implies (54), or for its price at a volatility (55): the third field is the one or the
/// other.
#[derive(Clone, PartialEq, Message)]
pub struct CalculationRequest {
    #[prost(int32, optional, tag = "1")]
    pub req_id: Option<i32>,
    #[prost(message, optional, tag = "2")]
    pub contract: Option<Contract>,
    #[prost(double, optional, tag = "3")]
    pub given: Option<f64>,
    #[prost(double, optional, tag = "4")]
    pub under_price: Option<f64>,
}

/// Exercises an option or gives it up (21).
#[derive(Clone, PartialEq, Message)]
pub struct ExerciseOptionsRequest {
    #[prost(int32, optional, tag = "1")]
    pub order_id: Option<i32>,
    #[prost(message, optional, tag = "2")]
    pub contract: Option<Contract>,
    #[prost(int32, optional, tag = "3")]
    pub exercise_action: Option<i32>,
    #[prost(int32, optional, tag = "4")]
    pub exercise_quantity: Option<i32>,
    #[prost(string, optional, tag = "5")]
    pub account: Option<String>,
    #[prost(bool, optional, tag = "6")]
    pub r#override: Option<bool>,
}
