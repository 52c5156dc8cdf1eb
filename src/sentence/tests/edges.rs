//! Further sentences: tickers that are words, spellings of contracts, orders of clauses, what manages orders.

use super::*;
use crate::sentence::parse::is_symbol;

#[test]
fn no_word_is_reserved_as_a_ticker() {
    let words =
        words::keywords().chain(words::CLAUSES.iter().map(|(w, _)| *w)).chain(words::MANAGE.iter().map(|(w, _)| *w));
    let plain: Vec<&str> = words.chain(["all", "oca", "half", "def", "buy", "time", "cushion", "filled"]).collect();
    assert!(plain.len() > 89);
    for word in plain.into_iter().filter(|w| is_symbol(w)) {
        let ticker = word.to_uppercase();
        assert_eq!(printed(&format!("sell all {word} mkt")), format!("sell all {ticker} mkt day rth"));
        assert_eq!(printed(&format!("buy 100 {word} lmt 450")), format!("buy 100 {ticker} lmt 450 day rth"));
        assert_eq!(
            printed(&format!("buy 1 SPY mkt if {word} last above 3 or filled {word}")),
            format!("buy 1 SPY mkt day rth if {ticker} last above 3 or filled {ticker}")
        );
        assert_eq!(printed(&format!("reverse {word}")), format!("reverse {ticker}"));
    }
}

#[test]
fn verbs_and_sizes_have_their_spellings() {
    for (said, canonical) in [
        ("b 1.5mUSD spy last-0.1%", "buy 1.5musd SPY lmt last-0.1% day rth"),
        ("s 25000usd brk.b gtc ext", "sell 25000usd BRK.B lmt join gtc ext"),
        ("BUY 100 aapl EXT GTC", "buy 100 AAPL lmt join gtc ext"),
        ("cover all AMD take", "close all AMD lmt take day rth"),
        ("buy def SPY", "buy def SPY lmt join day rth"),
        ("buy 0.5R SPY sl 640", "buy 0.5r SPY lmt join day rth sl 640 exits gtc rth"),
        ("buy 2.5%BP SPY", "buy 2.5%bp SPY lmt join day rth"),
        ("sell 50%pos SPY", "sell 50%pos SPY lmt join day rth"),
        ("buy $2.5m SPY", "buy 2.5musd SPY lmt join day rth"),
        ("buy 10keur SAP@IBIS", "buy 10keur SAP@IBIS lmt join day rth"),
    ] {
        prints(said, canonical);
    }
}

#[test]
fn contracts_have_their_spellings_and_one_text() {
    for (said, canonical) in [
        ("buy 1 conid:265598 mkt", "buy 1 conid:265598 mkt day rth"),
        ("buy 1 AAPL 2026-12-18 190C", "buy 1 AAPL 18DEC26 190C lmt join day rth"),
        ("buy 1 AAPL 2026-12-18 190.50 c", "buy 1 AAPL 18DEC26 190.5C lmt join day rth"),
        ("buy 1 AAPL261218C00190000 3.2", "buy 1 AAPL 18DEC26 190C lmt 3.2 day rth"),
        ("buy 1 aapl 261218p00187500 3.2", "buy 1 AAPL 18DEC26 187.5P lmt 3.2 day rth"),
        ("buy 1 SPXW 4JAN27 5000P", "buy 1 SPXW 04JAN27 5000P lmt join day rth"),
        ("buy 1 /es mkt", "buy 1 /ES mkt day rth"),
        ("buy 1 ESH27", "buy 1 /ESH27 lmt join day rth"),
        ("buy 1 ESH5", "buy 1 /ESH35 lmt join day rth"),
        ("buy 1 6EZ6", "buy 1 /6EZ26 lmt join day rth"),
        ("buy 1 /M2KZ6", "buy 1 /M2KZ26 lmt join day rth"),
        ("buy 1 /E7", "buy 1 /E7 lmt join day rth"),
        ("buy 1 fut:ES", "buy 1 fut:/ES lmt join day rth"),
        ("buy 1 fut:ESZ6", "buy 1 fut:/ESZ26 lmt join day rth"),
        ("buy 1 ES", "buy 1 ES lmt join day rth"),
        ("buy 1 stk:ESZ6", "buy 1 stk:ESZ6 lmt join day rth"),
        ("buy 100 700@SEHK 320", "buy 100 700@SEHK lmt 320 day rth"),
        ("buy 100 stk:7203 2500", "buy 100 stk:7203 lmt 2500 day rth"),
        ("buy 1 cash:XAU.USD", "buy 1 cash:XAU.USD lmt join day"),
        ("buy 1 opt:AAPL 18DEC26 190C", "buy 1 opt:AAPL 18DEC26 190C lmt join day rth"),
        ("buy 1 BAC.PRK", "buy 1 BAC.PRK lmt join day rth"),
        ("buy 1 C 62", "buy 1 C lmt 62 day rth"),
        ("buy 1 EUR.USD@IDEALPRO mkt", "buy 1 EUR.USD@IDEALPRO mkt day"),
        ("buy 1 +1 /ESZ26 -1 /ESH27 12.5cr", "buy 1 +1 /ESZ26 -1 /ESH27 lmt 12.5cr day rth"),
        (
            "sell 1 +1 SPY 18DEC26 600C -2 18JAN27 610C +1 620C mid",
            "sell 1 +1 SPY 18DEC26 600C -2 SPY 18JAN27 610C +1 SPY 18JAN27 620C lmt mid day rth",
        ),
        ("buy 1 +1 conid:5 -1 conid:6 mkt", "buy 1 +1 conid:5 -1 conid:6 mkt day rth"),
    ] {
        prints(said, canonical);
    }
}

#[test]
fn every_order_type_is_read() {
    for (said, canonical) in [
        ("buy 1 X mit 9", "buy 1 X mit 9 day rth"),
        ("buy 1 X moo", "buy 1 X moo"),
        ("buy 1 X mkt opg", "buy 1 X moo"),
        ("buy 1 X 9.10 opg", "buy 1 X loo 9.10"),
        ("buy 1 X loo 9 opg", "buy 1 X loo 9"),
        ("buy 1 X auc 9", "buy 1 X auc 9"),
        ("buy 1 X moc day", "buy 1 X moc day"),
        ("buy 1 X mtl", "buy 1 X mtl day rth"),
        ("buy 1 /ES mktprt", "buy 1 /ES mktprt day rth"),
        ("buy 1 /ES stpprt 5010", "buy 1 /ES stpprt 5010 day ext"),
        ("sell 1 /ES trail 4t", "sell 1 /ES trail 4t day ext"),
        ("sell 1 X trail 1atr lmtoff 0.05 from 9", "sell 1 X trail 1atr from 9 lmtoff 0.05 day rth"),
        ("buy 1 X midprice", "buy 1 X midprice day rth"),
        ("buy 1 X rel", "buy 1 X rel day rth"),
        ("buy 1 X pegmkt 0.02", "buy 1 X pegmkt 0.02 day rth"),
        ("buy 1 X snapmkt 2t", "buy 1 X snapmkt 2t day rth"),
        ("buy 1 X snapmid cap 9", "buy 1 X snapmid cap 9 day rth"),
        ("buy 1 X snapprim", "buy 1 X snapprim day rth"),
        ("buy 1 X stp yhigh+1t lmt yhigh+0.1atr", "buy 1 X stp yhigh+1t lmt yhigh+0.1atr day rth"),
        ("sell 1 X avg+2%", "sell 1 X lmt avg+2% day rth"),
        ("buy 1 X pclose-1", "buy 1 X lmt pclose-1 day rth"),
        ("buy 1 BTC.USD mkt", "buy 1 BTC.USD mkt ioc"),
        ("buy 1 BTC.USD 79000 gtc", "buy 1 BTC.USD lmt 79000 gtc"),
    ] {
        prints(said, canonical);
    }
}

#[test]
fn clauses_stand_in_any_order_and_print_in_one() {
    let canonical = "buy 100 AMD lmt 103 gtd 2026-12-01T15:30CT ext+ovn sl 101 lmt 100.5 tp 109 exits day ext show 10 \
                     min 5 disc 0.02 hidden aon sweep post after 2026-11-24 trig last oca g reduce-now \
                     if AMD chg below -2 cancelif cushion below 10% algo adaptive patient via ARCA acct U1 tag t hold \
                     flip preview";
    let reversed = "buy 100 AMD 103 preview flip hold tag t acct U1 via ARCA algo adaptive patient cancelif cushion \
                    below 10% if AMD chg below -2 oca g reduce-now trig last after 2026-11-24 post sweep aon hidden \
                    disc 0.02 min 5 show 10 exits ext day tp 109 sl 101 lmt 100.5 ext+ovn gtd 2026-12-01T15:30CT";
    prints(reversed, canonical);
    prints(
        "buy 9 X 9 tp 12 x3 tp 10.5 x3 tp entry+1r x3 sl 8",
        "buy 9 X lmt 9 day rth sl 8 tp 10.5 x3 tp 12 x3 tp entry+1r x3 exits gtc rth",
    );
}

#[test]
fn names_may_be_words_of_the_grammar() {
    prints("buy 1 X 9 tag preview acct day via tag", "buy 1 X lmt 9 day rth via tag acct day tag preview");
    prints("buy 1 X 9 oca reduce reduce", "buy 1 X lmt 9 day rth oca reduce reduce");
}

#[test]
fn times_have_zones_and_their_minutes_exist() {
    for zone in ["", "ET", "CT", "UTC", "LON", "HK", "TYO"] {
        prints(
            &format!("buy 1 X 9 after 2026-12-01t09:35{}", zone.to_lowercase()),
            &format!("buy 1 X lmt 9 day rth after 2026-12-01T09:35{zone}"),
        );
    }
    // 14 March 2027 and 1 November 2026 change the clocks of New York; Tokyo keeps its own.
    prints("buy 1 X 9 after 2027-03-14T02:30TYO", "buy 1 X lmt 9 day rth after 2027-03-14T02:30TYO");
    prints("buy 1 X 9 after 2027-03-14T03:00ET", "buy 1 X lmt 9 day rth after 2027-03-14T03:00ET");
    assert_eq!(
        faults("buy 1 X 9 after 2027-03-14T02:30ET"),
        ["2027-03-14T02:30ET| the clock skips 02:30 on that day in ET: `2027-03-14T03:30ET`"]
    );
    assert_eq!(
        faults("buy 1 X 9 gtd 2026-11-01T01:30ET"),
        [
            "2026-11-01T01:30ET| the clock shows 01:30 twice on that day in ET: `2026-11-01T05:30UTC` · `2026-11-01T06:30UTC`"
        ]
    );
    assert_eq!(
        faults("buy 1 X 9 after 2027-03-28T01:30LON"),
        ["2027-03-28T01:30LON| the clock skips 01:30 on that day in LON: `2027-03-28T02:30LON`"]
    );
}

#[test]
fn what_manages_orders_is_read() {
    for (said, canonical) in [
        ("cancel order:12", "cancel order:12"),
        ("cancel #12", "cancel order:12"),
        ("cancel spy", "cancel SPY"),
        ("cancel SPY buys", "cancel SPY buys"),
        ("cancel /ESZ6 Exits", "cancel /ESZ26 exits"),
        ("cancel AAPL 18DEC26 190C sells", "cancel AAPL 18DEC26 190C sells"),
        ("CANCEL ALL", "cancel all"),
        ("cancel all entries", "cancel all entries"),
        ("cancel oca Exit", "cancel oca Exit"),
        ("cancel stk:all", "cancel stk:ALL"),
        ("modify order:12 187.25", "modify order:12 lmt 187.25"),
        ("modify order:12 ext gtc total 200 stp 180", "modify order:12 stp 180 total 200 gtc ext"),
        ("modify #7 left 50", "modify order:7 left 50"),
        ("modify order:7 gtd 2026-12-01", "modify order:7 gtd 2026-12-01"),
        ("flatten SPY", "flatten SPY"),
        ("flatten all mkt", "flatten all mkt"),
        ("flatten /ES take", "flatten /ES lmt take"),
        ("reverse tsla", "reverse TSLA"),
        ("roll /ESZ26 to H7 mid", "roll /ESZ26 to H27 lmt mid"),
        ("roll AAPL 18DEC26 190C to 15JAN27 1.10dr", "roll AAPL 18DEC26 190C to 15JAN27 lmt 1.10dr"),
        ("roll AAPL 18DEC26 190C to 2027-01-15", "roll AAPL 18DEC26 190C to 15JAN27"),
        ("exercise 2 AAPL 18DEC26 190C", "exercise 2 AAPL 18DEC26 190C"),
        ("lapse 1 conid:77", "lapse 1 conid:77"),
        ("halt", "halt"),
        ("REDUCE", "reduce"),
        ("limit Value_Max 80.50", "limit value_max 80.5"),
        ("Resume", "resume"),
    ] {
        prints(said, canonical);
    }
    let named = |name: &str| Target::Of(printed_contract(name), None);
    assert_eq!(Manage::Cancel(named("OCA")).to_string(), "cancel stk:OCA");
    assert_eq!(Manage::Cancel(named("ALL")).to_string(), "cancel stk:ALL");
}

/// The contract that a name alone means.
fn printed_contract(name: &str) -> Contract {
    match parse(&format!("reverse {name}")) {
        Ok(Sentence::Manage(manage)) => match *manage {
            Manage::Reverse(contract) => contract,
            other => panic!("{other}"),
        },
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_year_of_one_digit_is_the_next_such_year() {
    let month = |text: &str, year| {
        let day = jiff::civil::date(year, 1, 5);
        read(text, Some(day)).unwrap().sentence.to_string()
    };
    assert_eq!(month("reverse ESZ6", 2026), "reverse /ESZ26");
    assert_eq!(month("reverse ESH0", 2029), "reverse /ESH30");
    assert_eq!(month("reverse ESH9", 2030), "reverse /ESH39");
}

#[test]
fn the_places_of_all_parts_are_known() {
    let text = " buy 100 AAPL 18DEC26 190 C lmt 3.20 gtc sl 2 tp 5 gtd";
    assert!(read(text, None).is_err());
    let text = " buy 100 AAPL 18DEC26 190 C lmt 3.20 gtc sl 2 lmt 1.9 tag a";
    let spans = read(text, None).unwrap().spans;
    let at = |span: &std::ops::Range<usize>| &text[span.clone()];
    assert_eq!([at(&spans.verb), at(&spans.size)], ["buy", "100"]);
    assert_eq!([at(&spans.instrument), at(&spans.pricing)], ["AAPL 18DEC26 190 C", "lmt 3.20"]);
    let clauses: Vec<_> = spans.clauses.iter().map(|(w, s)| (*w, at(s))).collect();
    assert_eq!(clauses, [("tif", "gtc"), ("sl", "sl 2 lmt 1.9"), ("tag", "tag a")]);
    assert_eq!(spans.clause("sl").as_ref().map(at), Some("sl 2 lmt 1.9"));
}

#[test]
fn the_meaning_is_said_in_plain_words() {
    let said = |text: &str| meaning(&parse(text).unwrap());
    assert_eq!(
        said("buy 100 AAPL 187.20 sl 185 tp 190"),
        "buys 100 AAPL at 187.20 or better, until the end of the session, in regular hours, once filled: stop at 185 and \
         target 190 (until cancelled in regular hours)"
    );
    assert_eq!(said("cancel SPY exits"), "cancels the exits of SPY");
    assert_eq!(said("modify order:3 left 50 187"), "changes order 3 to lmt 187 left 50");
}
