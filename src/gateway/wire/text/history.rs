//! Bars of the past, and what else is asked about the past.
//!
//! In text the stretch of time stands before the bars, and the message is its own end.

use super::fields::Out;
use crate::gateway::wire::Reply;
use crate::gateway::wire::proto::{HistoricalData, HistoricalDataBar, HistoricalDataEnd, HistoricalDataUpdate};

/// Writes a reply of this kind; whether it is one.
pub(super) fn write(out: &mut Out<'_>, reply: &Reply) -> bool {
    match reply {
        Reply::Bars(bars) => bars_and_end(out, &bars.data, &bars.end),
        Reply::HistoricalDataUpdate(update) => self::update(out, update),
        Reply::HeadTimestamp(head) => {
            out.field(88).int(head.req_id).text(head.head_timestamp.as_ref());
        }
        Reply::HistogramData(histogram) => {
            out.field(89).int(histogram.req_id).count(&histogram.entries);
            for entry in &histogram.entries {
                out.double(entry.price).size(entry.size.as_ref());
            }
        }
        Reply::HistoricalSchedule(schedule) => {
            out.field(106)
                .int(schedule.req_id)
                .text(schedule.start_date_time.as_ref())
                .text(schedule.end_date_time.as_ref())
                .text(schedule.time_zone.as_ref())
                .count(&schedule.sessions);
            for session in &schedule.sessions {
                out.text(session.start_date_time.as_ref())
                    .text(session.end_date_time.as_ref())
                    .text(session.ref_date.as_ref());
            }
        }
        _ => return false,
    }
    true
}

fn bars_and_end(out: &mut Out<'_>, data: &HistoricalData, end: &HistoricalDataEnd) {
    out.field(17).int(data.req_id).text(end.start_date_str.as_ref()).text(end.end_date_str.as_ref()).count(&data.bars);
    for bar in &data.bars {
        out.text(bar.date.as_ref())
            .double(bar.open)
            .double(bar.high)
            .double(bar.low)
            .double(bar.close)
            .size(bar.volume.as_ref())
            .size(bar.wap.as_ref())
            .int(bar.bar_count);
    }
}

/// The order of an update's fields is not that of a bar's.
fn update(out: &mut Out<'_>, update: &HistoricalDataUpdate) {
    let none = HistoricalDataBar::default();
    let bar = update.bar.as_ref().unwrap_or(&none);
    out.field(90)
        .int(update.req_id)
        .int(bar.bar_count)
        .text(bar.date.as_ref())
        .double(bar.open)
        .double(bar.close)
        .double(bar.high)
        .double(bar.low)
        .size(bar.wap.as_ref())
        .size(bar.volume.as_ref());
}
