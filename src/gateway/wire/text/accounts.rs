//! Positions, account values, and profit and loss.
//!
//! A figure that is unknown is written as the marker by which clients tell it from zero; an empty field would be read as
//! zero by some and break the others.

use super::contract::{self, write_primary};
use super::fields::Out;
use super::reply::{VERSION, end_of};
use crate::gateway::wire::Reply;
use crate::gateway::wire::proto::{PortfolioValue, Position, PositionMulti};

/// Writes a reply of this kind; whether it is one.
pub(super) fn write(out: &mut Out<'_>, reply: &Reply) -> bool {
    match reply {
        Reply::AccountValue(value) => {
            out.field(6)
                .field(2)
                .escaped(value.key.as_ref())
                .escaped(value.value.as_ref())
                .escaped(value.currency.as_ref())
                .escaped(value.account_name.as_ref());
        }
        Reply::PortfolioValue(row) => portfolio(out, row),
        Reply::AccountUpdateTime(time) => {
            out.field(8).field(VERSION).escaped(time.time_stamp.as_ref());
        }
        Reply::AccountDataEnd(end) => {
            out.field(54).field(VERSION).escaped(end.account_name.as_ref());
        }
        Reply::Position(position) => self::position(out, position),
        Reply::PositionEnd(_) => {
            out.field(62).field(VERSION);
        }
        Reply::PositionMulti(position) => position_multi(out, position),
        Reply::PositionMultiEnd(end) => end_of(out, 72, *end),
        Reply::AccountUpdateMulti(value) => {
            out.field(73)
                .field(VERSION)
                .int(value.req_id)
                .escaped(value.account.as_ref())
                .escaped(value.model_code.as_ref())
                .escaped(value.key.as_ref())
                .escaped(value.value.as_ref())
                .escaped(value.currency.as_ref());
        }
        Reply::AccountUpdateMultiEnd(end) => end_of(out, 74, *end),
        Reply::AccountSummary(row) => {
            out.field(63)
                .field(VERSION)
                .int(row.req_id)
                .escaped(row.account.as_ref())
                .escaped(row.tag.as_ref())
                .escaped(row.value.as_ref())
                .escaped(row.currency.as_ref());
        }
        Reply::AccountSummaryEnd(end) => end_of(out, 64, *end),
        Reply::PnL(pnl) => {
            out.field(94).int(pnl.req_id).figure(pnl.daily_pnl).figure(pnl.unrealized_pnl).figure(pnl.realized_pnl);
        }
        Reply::PnLSingle(single) => {
            out.field(95)
                .int(single.req_id)
                .size(single.position.as_ref())
                .figure(single.daily_pnl)
                .figure(single.unrealized_pnl)
                .figure(single.realized_pnl)
                .figure(single.value);
        }
        _ => return false,
    }
    true
}

fn portfolio(out: &mut Out<'_>, row: &PortfolioValue) {
    out.field(7).field(8);
    write_primary(out, &row.contract.clone().unwrap_or_default());
    out.size(row.position.as_ref())
        .figure(row.market_price)
        .figure(row.market_value)
        .figure(row.average_cost)
        .figure(row.unrealized_pnl)
        .figure(row.realized_pnl)
        .text(row.account_name.as_ref());
}

fn position(out: &mut Out<'_>, position: &Position) {
    out.field(61).field(3).text(position.account.as_ref());
    contract::write(out, &position.contract.clone().unwrap_or_default());
    out.size(position.position.as_ref()).double(position.avg_cost);
}

fn position_multi(out: &mut Out<'_>, position: &PositionMulti) {
    out.field(71).field(VERSION).int(position.req_id).text(position.account.as_ref());
    contract::write(out, &position.contract.clone().unwrap_or_default());
    out.size(position.position.as_ref()).double(position.avg_cost).text(position.model_code.as_ref());
}
