//! How what is wrong is said: all at once, at its word, with what would mend it.

use super::*;

/// That a text has this one fault.
#[track_caller]
fn one(text: &str, wanted: &str) {
    assert_eq!(faults(text), [wanted], "{text}");
}

#[test]
fn the_errors_of_the_design_are_said_as_written_there() {
    one("buy 1R AMD ask stop 101.5", "stop| stop could be an order type or an exit: `stp 101.5` · `sl 101.5`");
    one("sell 50% TSLA", "50%| percent of what? `50%pos` · `50%nlv`");
    one("buy 1 AAPL 190C", "190C| option needs an expiry: `AAPL 18DEC26 190C`");
    one("buy 100 AAPL@187.20", "AAPL@187.20| blanks belong around @: `AAPL @ 187.20`");
    one("buy AAPL 187", "AAPL| size missing: `buy 100 AAPL 187` · `buy def AAPL 187`");
    one("buy 1 +1 SPY 18DEC26 600C -1 610C 3.20", "3.20| combo: paid or received? `3.20dr` · `3.20cr`");
    one("buy 1 X 9 gtc day", "day| two times in force");
    one("buy 2 ESZ6 lmt 5011 stp 5010", "stp| trigger first: `stp 5010 lmt 5011`");
    one("buy 1 X 9 --preview", "--preview| write `preview`");
}

#[test]
fn a_fix_put_in_place_mends_its_fault() {
    for (text, fix, mended) in [
        ("buy 1 AMD ask stop 101.5 gtc", 0, "buy 1 AMD ask stp 101.5 gtc"),
        ("buy 1 AMD ask stop 101.5", 1, "buy 1 AMD ask sl 101.5"),
        ("sell 50% TSLA", 0, "sell 50%pos TSLA"),
        ("buy 1 AAPL 190C 3", 0, "buy 1 AAPL 18DEC26 190C 3"),
        ("buy 100 AAPL@187.20 gtc", 0, "buy 100 AAPL @ 187.20 gtc"),
        ("  buy AAPL 187", 0, "  buy 100 AAPL 187"),
        ("buy 1 X 9 gtc day ext", 0, "buy 1 X 9 gtc ext"),
        ("buy 2 ESZ6 lmt 5011 stp 5010 gtc", 0, "buy 2 ESZ6 stp 5010 lmt 5011 gtc"),
        ("buy 1 X 9 --preview", 0, "buy 1 X 9 preview"),
        ("buy 1 X 9 187 gtc", 0, "buy 1 X 9 gtc"),
    ] {
        let faults = read(text, Some(today())).expect_err(text);
        assert_eq!(faults[0].fixes[fix].apply(text), mended);
        if !mended.contains("ask stp") {
            assert!(parse(mended).is_ok(), "{mended}");
        }
    }
}

#[test]
fn faults_are_all_found_at_once() {
    assert_eq!(
        faults("buy 1e3 AAPL 187,20 gtc day tomorow"),
        [
            "1e3| 1e3 is not a size. Plain digits: 1000: `1000`",
            "187,20| 187,20 is not a price",
            "day| two times in force",
            "tomorow| tomorow is not a word of an order",
        ]
    );
    assert_eq!(faults("byu 50% 187.20 sl trig").len(), 5);
}

#[test]
fn the_head_says_what_is_missing() {
    one("", "| an order begins with buy, sell, short or close: `buy` · `sell`");
    one("buy", "| size and symbol missing");
    one("buy 100", "| symbol missing");
    one("buy 100 187.20", "187.20| symbol missing before 187.20");
    one("byu 100 AAPL", "byu| byu is not buy, sell, short or close: `buy`");
    one(
        "foo",
        "foo| foo is no command: buy, sell, short, close, cancel, modify, flatten, reverse, roll, exercise, lapse, halt, reduce, limit, resume",
    );
    one("cancle order:12", "cancle| cancle is not buy, sell, short or close: `cancel`");
    one("close AAPL", "AAPL| size missing: `close all AAPL` · `close half AAPL`");
    one("buy 5k AAPL", "5k| 5k: k and m belong to money: `5000` · `5kusd`");
    one("buy 1_000 AAPL", "1_000| 1_000 is not a size. Plain digits: 1000: `1000`");
    one("buy １００ AAPL", "１００| １００ is not a size. Plain digits: 100: `100`");
    one("buy 0 AAPL", "0| 0 is no size: it must be above 0");
    one("buy -5 AAPL", "-5| -5 is no size: say sell or short and plain digits");
    one("buy all AAPL", "all| all is a part of a position: it goes with sell and close: `def`");
    one("buy 50%equity AAPL", "50%equity| percent of what? `50%pos` · `50%nlv`");
}

#[test]
fn prices_say_what_is_wrong_with_them() {
    one("buy 100 AAPL 0.00", "0.00| 0.00 is no price: it must be above 0");
    one("buy 100 AAPL lmt", "lmt| lmt needs a price: `lmt join`");
    one("buy 100 AAPL ask+", "ask+| + is not a distance: ask+2t, ask-0.1%: `ask`");
    one("buy 100 AAPL ask+1.5t", "ask+1.5t| +1.5t is not a distance: ask+2t, ask-0.1%: `ask`");
    one("buy 100 AAPL bud+1t", "bud+1t| bud+1t is not a price: `bid+1t`");
    one("buy 100 AAPL 187 188", "188| two prices");
    one("buy 100 AAPL day 188", "188| 188 stands too late: the price comes right after the symbol");
    one("buy 100 AAPL @187.20", "@187.20| a blank belongs after @: `@ 187.20`");
    one("buy 100 AAPL market", "market| market is not a word of an order: `mkt`");
    one("buy 100 AAPL 3dr", "3dr| 3dr: dr and cr belong to combos: `3`");
    one("buy 100 AAPL entry-1", "entry-1| entry is the price of this order itself: it belongs to sl and tp: `join`");
    one("buy 100 AAPL ask-1r", "ask-1r| ask-1r: r is measured from entry to stop, so it belongs to tp");
    one("buy 100 AAPL 9 sl -0.50", "-0.50| -0.50: a sign needs a price before it: `entry-0.50`");
    one("buy 100 AAPL 9 tp entry+2r", "entry+2r| a distance in r needs sl: r is the distance from entry to stop");
    one("buy 100 AAPL 9 sl entry-1r", "entry-1r| entry-1r: r is measured from entry to stop, so it belongs to tp");
    one("buy 100 AAPL lit 45", "lit| lit needs a limit behind its trigger: lit 45 lmt 44.90: `mit`");
    one("buy 100 AAPL trail", "trail| trail needs a distance: `trail 1%`");
    one("buy 100 AAPL trail 1r", "1r| 1r is a distance in r, which is measured from entry to stop");
    one("buy 1 X 18DEC26 5C vol 32", "32| vol needs a percentage, such as 32%: `32%`");
}

#[test]
fn contracts_say_what_is_wrong_with_them() {
    one("buy 1 AAPL 30FEB27 190C", "30FEB27| 30FEB27 is not a day");
    one("buy 1 AAPL 18DEC26 190 3.20", "190| 190 is no strike: call or put? `190C` · `190P`");
    one("buy 1 AAPL 18DEC26", "| a strike with C or P goes here, such as 190C");
    one("buy 1 stok:AAPL", "stok:AAPL| stok is not a kind: stk, opt, fut, cash, crypto, ind, bond, cfd: `stk:AAPL`");
    one("buy 1 opt:AAPL", "opt:AAPL| opt:AAPL: an option needs expiry and strike");
    one("buy 1 cash:EUR", "cash:EUR| cash:EUR: a pair needs its second currency, as in EUR.USD");
    one("buy 1 stk:/ES", "stk:/ES| stk:/ES: the kind does not fit the name");
    one("buy 1 fut:/ESZ26 18DEC26 5000P", "fut:/ESZ26| fut:/ESZ26: a future has no strike: leave fut: out");
    one("buy 1 conid:0", "conid:0| conid:0 is not a contract's number");
    one("buy 1 /ES=front", "/ES=front| the front month has no month code: `/ES`");
    one("buy 1 +1 AAPL 3dr", "+1 AAPL| a combo has two legs or more");
    one("buy 1 +0 AAPL -1 MSFT 3dr", "+0| +0: a leg has a ratio of 1 or more");
    one("buy 1 +1 AAPL -1 190C 3dr", "190C| option needs an expiry: `18DEC26 190C`");
    one("buy 1 A$PL", "A$PL| A$PL is not a symbol");
    assert_eq!(parse("buy 1 AAPL 190C").unwrap_err()[0].cause, "option needs an expiry, such as AAPL 18DEC26 190C");
}

#[test]
fn clauses_say_what_does_not_go_together() {
    one("buy 1 X 9 sl 8 sl 7", "sl| sl stands twice");
    one("buy 1 X 9 tp 10 tp 11 x1", "tp 10| with several targets each says its part: tp 106 x50");
    one("buy 1 X 9 tp 10 x0", "x0| x0: the part of a target is a whole number: x50");
    one("buy 1 X 9 rth ext", "ext| two choices of hours");
    one("buy 1 X moc gtc", "gtc| moc works in the closing auction only: `day`");
    one("buy 1 X loo 9 ioc", "ioc| loo works in the opening auction only");
    one("buy 1 X auc 9 day", "day| auc works in the pre-open auction only");
    one("buy 1 X moc ext", "ext| moc works in its auction: it has no hours");
    one("buy 1 EUR.USD 1.08 ext", "ext| currencies and crypto have no hours to choose");
    one("buy 1 X stp 9 opg", "opg| opg goes with mkt and lmt, not with stp: `day`");
    one(
        "buy 1 X stp 9 if X last above 8",
        "if| conditions go with mkt, lmt, midprice, rel and snap, not with stp: use mkt if …",
    );
    one("buy 1 X mkt cancelif X last above 8", "cancelif| cancelif goes with lmt and midprice, not with mkt");
    one("buy 1 X moc algo vwap", "algo| algorithms work mkt and lmt orders, not moc");
    one("buy 1 X mkt sl trail 1%", "sl| a trailing stop follows lmt and stp … lmt only, not mkt (328)");
    one("close 1 X 9 sl 8", "sl| close is an exit itself: sl belongs to entries");
    one("close 1 X 9 flip", "flip| close is an exit itself: flip belongs to entries");
    one("buy 1 X 9 exits gtc", "exits| exits says how long sl and tp work, and there is none");
    one("buy 1 X 9 ng", "ng| ng is for combos: a single contract has no legs");
    one("buy 1r X 9", "1r| a size in r needs sl: r is the distance from entry to stop");
    one("buy 1 X 9 show 1.5", "1.5| show needs a whole number above 0");
    one("buy 1 X 9 trig lst", "lst| trig needs one of last, dlast, bidask, dbidask, lastbidask, mid: `last`");
    one("buy 1 X 9 tag a$b", "a$b| a$b is not a name: letters, digits and _ - . : + / @ % , up to 40");
    one("buy 1 X 9 gtd", "gtd| gtd needs a date, such as 2026-12-01 or 2026-12-01T10:00ET");
    one("buy 1 X 9 gtd tomorow", "tomorow| tomorow is not a date: 2026-12-01, 2026-12-01T10:00ET");
    one("buy 1 X 9 after 2026-12-01T10:00PT", "2026-12-01T10:00PT| PT is not a zone: ET, CT, UTC, LON, HK, TYO");
    one(
        "buy 1 X 9 after 2026-12-01T24:00",
        "2026-12-01T24:00| 2026-12-01T24:00 is not a date: 2026-12-01, 2026-12-01T10:00ET",
    );
}

#[test]
fn conditions_and_algorithms_say_what_is_wrong_with_them() {
    one("buy 1 X mkt if", "if| if needs a test, such as SPY last above 600");
    one("buy 1 X mkt if SPY last over 3", "over| above or below? `above`");
    one(
        "buy 1 X mkt if SPY last above 3 and SPY bid below 2 or SPY ask above 9",
        "or| and and or are not mixed: all must hold, or any: `and`",
    );
    one(
        "buy 1 X mkt if SPY lsat above 3",
        "lsat| SPY: what of it? last, bid, ask, mid, dlast, bidask, vol or chg: `last`",
    );
    one("buy 1 X mkt if SPY last above -3", "-3| a test compares with a plain number");
    one("buy 1 X mkt if cushion below 10", "10| cushion is compared with a percentage, such as 10%");
    one("buy 1 X mkt algo vwpa pct=10%", "vwpa| vwpa is not an algorithm: `vwap`");
    one("buy 1 X mkt algo vwap pct=10", "pct=10| pct takes 10%");
    one("buy 1 X mkt algo vwap notke", "notke| vwap has no setting notke: `notake`");
    one("buy 1 X mkt algo vwap fro=10:00", "fro=10:00| vwap has no setting fro: `from=10:00`");
    one("buy 1 X mkt algo adaptive urgent patient", "patient| adaptive has one urgency");
}

#[test]
fn what_manages_orders_says_what_is_missing() {
    one(
        "cancel",
        "cancel| cancel needs a target: order:12, a symbol, oca and a group, all: `cancel all entries` · `cancel all`",
    );
    one("cancel oca", "oca| oca needs a name, such as exit");
    one("cancel 12", "12| 12 is not an order's number: order:12: `order:12`");
    one("cancel all buys", "buys| all goes with entries or exits: `entries` · `exits`");
    one("cancel SPY now", "now| now does not belong here");
    one("modify order:12", "| what changes? a price, left, total, a time in force, hours");
    one("modify order:12 200 left 50 total 90", "total| total: this changes twice");
    one(
        "modify order:12 200 gtc hidden",
        "hidden| hidden is not a change: a price, left, total, a time in force, hours",
    );
    one("roll AAPL 18DEC26 190C to H27", "H27| options roll to an expiry (15JAN27), futures to a month (H27)");
    one("roll /ESZ26 H27", "H27| roll … to which expiry? to 15JAN27, to H27");
    one("roll /ESZ26 to H27 3.25", "3.25| combo: paid or received? `3.25dr` · `3.25cr`");
    one("exercise 1 AAPL", "AAPL| exercise takes an option: AAPL 18DEC26 190C");
    one("halt now", "now| now does not belong here");
    one("limit", "limit| limit needs a name of risk.toml and a number: limit value_max 80");
    one("limit value_max", "value_max| limit needs a number: limit value_max 80");
    one("limit value_max 1e3", "1e3| 1e3 is not a number above 0");
}
