use super::*;

fn utc(text: &str) -> Nanos {
    i64::try_from(text.parse::<jiff::Timestamp>().unwrap().as_nanosecond()).unwrap()
}

#[test]
fn look() {
    let now = utc("2026-11-25T09:33:11.130Z");
    let f = Feed::new(42, Calendar::Always);
    for s in ["SPY", "IVV", "QQQ", "AAPL", "MSFT", "NVDA", "AMZN", "META", "GOOGL", "TSLA", "AMD", "KO", "GS", "CAKE", "NIO", "F", "CVCO"] {
        let l = Listing::by_symbol(s).unwrap();
        let t = std::time::Instant::now();
        let q = f.quote(l.con_id, now);
        let t1 = t.elapsed();
        let d = f.day(l.con_id, now);
        println!("{s} {} {q:?} {d:?} {t1:?} {:?}", l.level, t.elapsed());
    }
    let aapl = 265598;
    for p in f.prints(aapl, now - 5_000_000_000, now) { println!("{} {} {} {:?}", p.at - now, p.price, p.size, p.side); }
    println!("{:?}", f.book(aapl, now, 10));
    println!("{:?}", f.book(Listing::by_symbol("META").unwrap().con_id, now, 10));
    for (size, back) in [(BarSize::Seconds(5), 60), (BarSize::Seconds(60), 1800), (BarSize::Seconds(3600), 86400), (BarSize::Day, 86400*30), (BarSize::Week, 86400*365), (BarSize::Month, 86400*730)] {
        let t = std::time::Instant::now();
        let b = f.bars(aapl, size, now - back * 1_000_000_000, now, What::Trades, true);
        println!("{size:?} {:?}", t.elapsed());
        for b in b.iter().rev().take(30) { println!("{} o {} h {} l {} c {} v {} n {} w {}", jiff::Timestamp::from_nanosecond(b.start.into()).unwrap(), b.open, b.high, b.low, b.close, b.volume, b.count, b.wap); }
    }
}
