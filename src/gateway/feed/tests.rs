use super::*;

fn utc(text: &str) -> Nanos {
    i64::try_from(text.parse::<jiff::Timestamp>().unwrap().as_nanosecond()).unwrap()
}

#[test]
fn a_quote_is_there_at_any_moment_of_the_default_calendar() {
    let feed = Feed::new(42, Calendar::Always);
    for listing in LISTINGS {
        let quote = feed.quote(listing.con_id, utc("2026-11-25T09:33:11.130Z")).unwrap();
        assert!(0 < quote.bid && quote.bid < quote.ask && quote.bid_size > 0 && quote.ask_size > 0);
    }
}
