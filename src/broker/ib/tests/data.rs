//! Contracts, quotes and bars.

use super::*;

#[tokio::test]
async fn finds_a_contract_searches_and_puts_quotes_on_the_tape() {
    let venue = Venue::open(Options::default()).await;
    let (mut bench, _, _) = Bench::ready(&venue).await;
    let instrument = bench.find("aapl").await;
    assert_eq!((instrument.con_id, instrument.symbol.as_str()), (ConId(265_598), "AAPL"));
    assert_eq!(instrument.rule.tick_at(Price::from(187)), "0.01".parse().unwrap());
    bench.send(Command::Watch(Box::new(instrument.clone())));
    let quote = bench.quote(instrument.con_id, Quote::is_two_sided).await;
    assert!(quote.refused.is_none() && quote.at.is_some());
    bench.send(Command::Search { job: JobId(8), pattern: "apple".into() });
    let matches = bench
        .until("matches", |e| match e {
            Event::Matches { job: JobId(8), result } => Some(result.clone()),
            _ => None,
        })
        .await;
    assert!(matches.unwrap().iter().any(|m| m.con_id == instrument.con_id));
    bench.send(Command::Find { job: JobId(9), symbol: "ZZZZ".into() });
    let refused = bench
        .until("refusal", |e| match e {
            Event::Found { job: JobId(9), result } => Some(result.clone()),
            _ => None,
        })
        .await;
    assert_eq!(refused.unwrap_err().code, Some(200));
    bench.close().await;
    venue.close().await;
}

#[tokio::test]
async fn bars_are_answered_and_kept_up_to_date() {
    let venue = Venue::open(Options::default()).await;
    let (mut bench, _, _) = Bench::ready(&venue).await;
    let key = |interval| BarKey { con_id: apple().con_id, interval, hours: BarHours::Regular };
    for interval in [Interval::Sec5, Interval::Min1, Interval::Min5, Interval::Hour4, Interval::Day1, Interval::Week1] {
        bench.send(Command::Bars { job: JobId(3), instrument: Box::new(apple()), key: key(interval) });
        let bars = bench
            .until("bars", |e| match e {
                Event::Bars { job: JobId(3), key: k, result } if *k == key(interval) => Some(result.clone()),
                _ => None,
            })
            .await
            .expect("bars");
        assert!(bars.len() > 40, "{interval:?}: {}", bars.len());
        assert!(bars.is_sorted_by_key(|b| b.start));
        assert!(bars.iter().all(|b| b.low <= b.open && b.open <= b.high && b.low <= b.close && b.close <= b.high));
    }
    bench
        .until("bar", |e| match e {
            Event::Bar { key: k, .. } if *k == key(Interval::Min1) => Some(()),
            _ => None,
        })
        .await;
    bench.close().await;
    venue.close().await;
}

#[tokio::test]
async fn older_bars_come_page_by_page_and_end_where_history_begins() {
    let venue = Venue::open(Options::default()).await;
    let (mut bench, _, _) = Bench::ready(&venue).await;
    let key = BarKey { con_id: apple().con_id, interval: Interval::Min1, hours: BarHours::Extended };
    let mut before = 1_795_189_200;
    for job in [JobId(5), JobId(6)] {
        bench.send(Command::OlderBars { job, instrument: Box::new(apple()), key, before });
        let page = bench
            .until("a page", |e| match e {
                Event::OlderBars { job: j, key: k, result } if *j == job && *k == key => Some(result.clone()),
                _ => None,
            })
            .await
            .expect("bars");
        assert!(page.len() > 300 && page.iter().all(|b| b.start < before), "{} before {before}", page.len());
        before = page[0].start;
    }
    bench.send(Command::OlderBars { job: JobId(7), instrument: Box::new(apple()), key, before: 1_000_000 });
    let page = bench
        .until("the end", |e| match e {
            Event::OlderBars { job: JobId(7), result, .. } => Some(result.clone()),
            _ => None,
        })
        .await;
    assert_eq!(page.map(|bars| bars.len()), Ok(0));
    bench.close().await;
    venue.close().await;
}
