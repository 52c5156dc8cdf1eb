//! The examples of the design's grammar, numbered as there.

use super::prints;

#[test]
fn the_examples_of_the_grammar_print_in_their_canonical_form() {
    let examples = [
        ("buy 100 AAPL 187.20", "buy 100 AAPL lmt 187.20 day rth"),
        ("buy 100 AAPL @ 187.20 ext", "buy 100 AAPL lmt 187.20 day ext"),
        ("buy 100 AAPL bid+1t ioc", "buy 100 AAPL lmt bid+1t ioc rth"),
        ("sell 50 TSLA mkt", "sell 50 TSLA mkt day rth"),
        ("close half TSLA mid", "close half TSLA lmt mid day rth"),
        ("close 25%pos NVDA last-0.1% ext", "close 25%pos NVDA lmt last-0.1% day ext"),
        ("short 200 AMD ask+2t", "short 200 AMD lmt ask+2t day rth"),
        ("buy $10k NVDA mid", "buy 10kusd NVDA lmt mid day rth"),
        ("buy 10%nlv SPY take", "buy 10%nlv SPY lmt take day rth"),
        ("buy 1R AMD ask sl 101.5 tp 108", "buy 1r AMD lmt ask day rth sl 101.5 tp 108 exits gtc rth"),
        ("buy 1r AMD take sl ylow-1t tp entry+2r", "buy 1r AMD lmt take day rth sl ylow-1t tp entry+2r exits gtc rth"),
        (
            "buy 100 AMD 103 sl entry-1.5% tp 106 x50 tp 109 x50",
            "buy 100 AMD lmt 103 day rth sl entry-1.5% tp 106 x50 tp 109 x50 exits gtc rth",
        ),
        ("buy 200 SOFI 9.85 sl trail 0.20", "buy 200 SOFI lmt 9.85 day rth sl trail 0.20 exits gtc rth"),
        ("buy 2 ESZ6 stp 5010 lmt 5011 gtc ext", "buy 2 /ESZ26 stp 5010 lmt 5011 gtc ext"),
        (
            "buy 1 /MESZ26 stp 5010 ext sl entry-8 tp entry+16",
            "buy 1 /MESZ26 stp 5010 day ext sl entry-8 tp entry+16 exits gtc ext",
        ),
        ("sell 100 SPY trail 1%", "sell 100 SPY trail 1% day rth"),
        ("sell 100 SPY trail 2.50 from 655 lmtoff 0.10 gtc", "sell 100 SPY trail 2.50 from 655 lmtoff 0.10 gtc rth"),
        ("buy 100 IBM loc 230", "buy 100 IBM loc 230 day"),
        ("sell 300 XOM moc", "sell 300 XOM moc day"),
        ("buy 100 KO loo 61.5", "buy 100 KO loo 61.5"),
        ("buy 500 F midprice cap 11.40", "buy 500 F midprice cap 11.40 day rth"),
        ("buy 1000 T rel 0.01 cap 28.50", "buy 1000 T rel 0.01 cap 28.50 day rth"),
        ("sell 400 PLTR pegmid cap 41", "sell 400 PLTR pegmid cap 41 day rth"),
        ("buy 100 BRK.B 492 gtd 2026-12-01 ext oca exit", "buy 100 BRK.B lmt 492 gtd 2026-12-01 ext oca exit cancel"),
        ("buy 1 AAPL 18DEC26 190 C 3.20", "buy 1 AAPL 18DEC26 190C lmt 3.20 day rth"),
        ("sell 2 SPXW 18DEC26 5000P mid gtc", "sell 2 SPXW 18DEC26 5000P lmt mid gtc rth"),
        ("buy 3 /ESZ26 18DEC26 5000P 22.25", "buy 3 /ESZ26 18DEC26 5000P lmt 22.25 day rth"),
        ("buy 1 AAPL 18DEC26 190C vol 32%", "buy 1 AAPL 18DEC26 190C vol 32% day rth"),
        (
            "buy 2 +1 SPY 18DEC26 600C -1 610C 3.20dr",
            "buy 2 +1 SPY 18DEC26 600C -1 SPY 18DEC26 610C lmt 3.20dr day rth",
        ),
        (
            "buy 1 +1 AAPL 16JAN27 190C -1 AAPL 18DEC26 190C 2.15dr gtc",
            "buy 1 +1 AAPL 16JAN27 190C -1 AAPL 18DEC26 190C lmt 2.15dr gtc rth",
        ),
        (
            "buy 5 +1 SPX 18DEC26 4900P -1 4950P 1.20cr preview",
            "buy 5 +1 SPX 18DEC26 4900P -1 SPX 18DEC26 4950P lmt 1.20cr day rth preview",
        ),
        ("buy 1 +100 XYZ -1 XYZ 18DEC26 50C 47.30dr ng", "buy 1 +100 XYZ -1 XYZ 18DEC26 50C lmt 47.30dr day rth ng"),
        ("buy 20000 EUR.USD 1.0850 gtc", "buy 20000 EUR.USD lmt 1.0850 gtc"),
        ("sell 25000usd USD.JPY mkt", "sell 25000usd USD.JPY mkt day"),
        ("buy 0.05 BTC.USD 79000", "buy 0.05 BTC.USD lmt 79000 5min"),
        ("buy 500usd crypto:ETH.USD mkt ioc", "buy 500usd crypto:ETH.USD mkt ioc"),
        ("buy 100 SAP@IBIS 250 via SMART", "buy 100 SAP@IBIS lmt 250 day rth via SMART"),
        (
            "buy 100 XLE mkt if /CLF27 last above 75.50 and time after 2026-11-24T10:00ET",
            "buy 100 XLE mkt day rth if /CLF27 last above 75.50 and time after 2026-11-24T10:00ET",
        ),
        (
            "buy 100 SPY 640 cancelif ind:VIX last above 25",
            "buy 100 SPY lmt 640 day rth cancelif ind:VIX last above 25",
        ),
        (
            "buy 5000 INTC 25 algo vwap pct=10% from=10:00 to=15:30 notake",
            "buy 5000 INTC lmt 25 day rth algo vwap from=10:00 pct=10% to=15:30 notake",
        ),
        ("buy 100 MSFT mkt algo adaptive urgent", "buy 100 MSFT mkt day rth algo adaptive urgent"),
        ("sell 1000 BAC lit 45 lmt 44.90 trig bidask", "sell 1000 BAC lit 45 lmt 44.90 day rth trig bidask"),
        (
            "sell 1000 BAC 45.10 hidden after 2026-11-24T09:35ET show 100",
            "sell 1000 BAC lmt 45.10 day rth show 100 hidden after 2026-11-24T09:35ET",
        ),
        ("short 100 GME 22 ext tag fade acct ira", "short 100 GME lmt 22 day ext acct ira tag fade"),
    ];
    assert_eq!(examples.len(), 44);
    for (said, canonical) in examples {
        prints(said, canonical);
        prints(&said.to_uppercase(), &recased(canonical));
    }
}

/// What the canonical text is when everything was said in capitals: names keep their case.
fn recased(canonical: &str) -> String {
    let mut words: Vec<String> = canonical.split(' ').map(str::to_owned).collect();
    for i in 1..words.len() {
        if ["oca", "tag", "acct", "via"].contains(&words[i - 1].as_str()) {
            words[i] = words[i].to_uppercase();
        }
    }
    words.join(" ")
}
