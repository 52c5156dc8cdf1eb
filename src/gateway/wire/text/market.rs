//! Ticks and five-second bars.

use super::fields::Out;
use super::reply::{VERSION, end_of};
use crate::gateway::wire::Reply;

/// Writes a reply of this kind; whether it is one.
pub(super) fn write(out: &mut Out<'_>, reply: &Reply) -> bool {
    match reply {
        Reply::TickPrice(tick) => {
            // A price of an absent quote is −1, never empty: clients pass over a tick without a price.
            out.field(1)
                .field(6)
                .int(tick.req_id)
                .int(tick.tick_type)
                .double_or(tick.price, "-1")
                .size(tick.size.as_ref())
                .int(tick.attr_mask);
        }
        Reply::TickSize(tick) => {
            out.field(2).field(6).int(tick.req_id).int(tick.tick_type).size(tick.size.as_ref());
        }
        Reply::TickOptionComputation(tick) => {
            // What is not computed is −1 for volatility and prices and −2 for the others; no field may be empty.
            out.field(21)
                .int(tick.req_id)
                .int(tick.tick_type)
                .int(tick.tick_attrib)
                .double_or(tick.implied_vol, "-1")
                .double_or(tick.delta, "-2")
                .double_or(tick.opt_price, "-1")
                .double_or(tick.pv_dividend, "-1")
                .double_or(tick.gamma, "-2")
                .double_or(tick.vega, "-2")
                .double_or(tick.theta, "-2")
                .double_or(tick.und_price, "-1");
        }
        Reply::TickGeneric(tick) => {
            out.field(45).field(6).int(tick.req_id).int(tick.tick_type).double(tick.value);
        }
        Reply::TickString(tick) => {
            out.field(46).field(6).int(tick.req_id).int(tick.tick_type).escaped(tick.value.as_ref());
        }
        Reply::TickSnapshotEnd(end) => end_of(out, 57, *end),
        Reply::MarketDataType(kind) => {
            out.field(58).field(VERSION).int(kind.req_id).int(kind.market_data_type);
        }
        Reply::TickReqParams(params) => {
            out.field(81)
                .int(params.req_id)
                .size(params.min_tick.as_ref())
                .text(params.bbo_exchange.as_ref())
                .int(params.snapshot_permissions);
        }
        Reply::RealTimeBar(bar) => {
            out.field(50)
                .field(3)
                .int(bar.req_id)
                .long(bar.time)
                .double(bar.open)
                .double(bar.high)
                .double(bar.low)
                .double(bar.close)
                .size(bar.volume.as_ref())
                .size(bar.wap.as_ref())
                .int(bar.count);
        }
        _ => return false,
    }
    true
}
