//! What is understood, how it prints, and how what is wrong is said.

use proptest::prelude::*;
use rust_decimal::Decimal;

use super::*;
use crate::domain::SafeText;
use crate::domain::instrument::ConId;
use crate::domain::order::{OrderKind, OrderSpec, Side};
use crate::money::{Price, Qty, Rounding};

fn printed(text: &str) -> String {
    match parse(text) {
        Ok(sentence) => sentence.to_string(),
        Err(faults) => panic!("{text}: {faults:?}"),
    }
}

/// The faults of a text as `words: cause [fixes]`.
fn faults(text: &str) -> Vec<String> {
    let say = |f: &Fault| {
        let fixes = if f.fixes.is_empty() { String::new() } else { format!(" [{}]", f.fixes.join(" | ")) };
        format!("{}: {}{fixes}", &text[f.span.clone()], f.cause)
    };
    parse(text).expect_err(text).iter().map(say).collect()
}

#[test]
fn the_examples_of_the_grammar_print_in_their_canonical_form() {
    let examples = [
        ("buy 100 AAPL 187.20", "buy 100 AAPL lmt 187.20 day rth"),
        ("buy 100 AAPL @ 187.20 ext", "buy 100 AAPL lmt 187.20 day ext"),
        ("buy 100 AAPL bid+1t ioc", "buy 100 AAPL lmt bid+1t ioc rth"),
        ("sell 50 TSLA mkt", "sell 50 TSLA mkt day rth"),
        ("close half TSLA mid", "close half TSLA lmt mid day rth"),
        ("short 200 AMD ask+2t", "short 200 AMD lmt ask+2t day rth"),
        ("buy $10k NVDA mid", "buy 10kusd NVDA lmt mid day rth"),
        ("b 1.5mUSD spy last-0.1%", "buy 1.5musd SPY lmt last-0.1% day rth"),
        ("sell 25000usd brk.b gtc ext", "sell 25000usd BRK.B lmt join gtc ext"),
        ("BUY 100 aapl EXT GTC", "buy 100 AAPL lmt join gtc ext"),
        ("cover all AMD take", "close all AMD lmt take day rth"),
        ("buy def SPY", "buy def SPY lmt join day rth"),
    ];
    for (said, canonical) in examples {
        assert_eq!(printed(said), canonical, "{said}");
        assert_eq!(printed(canonical), canonical);
    }
}

#[test]
fn no_word_is_reserved_as_a_ticker() {
    for word in
        words::NOW.iter().chain(words::LATER).chain(words::LATER_REFS).filter(|w| w.starts_with(char::is_alphabetic))
    {
        if word.contains('+') {
            continue;
        }
        assert_eq!(printed(&format!("sell all {word} mkt")), format!("sell all {} mkt day rth", word.to_uppercase()));
        assert_eq!(printed(&format!("buy 1 {word} lmt 5")), format!("buy 1 {} lmt 5 day rth", word.to_uppercase()));
    }
}

#[test]
fn faults_are_all_found_at_once_with_cause_and_fix() {
    assert_eq!(
        faults("buy 1e3 AAPL 187,20 gtc day tomorow"),
        [
            "1e3: 1e3 is not a size. Plain digits: 1000 [1000]",
            "187,20: 187,20 is not a price",
            "day: two times in force []",
            "tomorow: tomorow is not a word of an order",
        ]
    );
    let one = [
        ("buy AAPL 187", "AAPL: size missing [100 AAPL | def AAPL]"),
        ("close AAPL", "AAPL: size missing [all AAPL | half AAPL]"),
        (
            "buy 100 AAPL@187.20",
            "AAPL@187.20: blanks belong around @, and listings are not available yet [AAPL @ 187.20]",
        ),
        ("buy 100 AAPL @187.20", "@187.20: a blank belongs after @ [@ 187.20]"),
        ("buy 5k AAPL", "5k: 5k: k and m belong to money [5000 | 5kusd]"),
        ("buy 1_000 AAPL", "1_000: 1_000 is not a size. Plain digits: 1000 [1000]"),
        ("buy １００ AAPL", "１００: １００ is not a size. Plain digits: 100 [100]"),
        ("buy 0 AAPL", "0: 0 is no size: it must be above 0"),
        ("buy -5 AAPL", "-5: -5 is no size: say sell or short and plain digits"),
        ("buy all AAPL", "all: all is a part of a position: it goes with sell and close [def]"),
        ("sell 50% TSLA", "50%: 50%: sizes in percent are not available yet [half]"),
        ("buy 100 AAPL 0.00", "0.00: 0.00 is no price: it must be above 0"),
        ("buy 100 AAPL lmt", "lmt: lmt needs a price [lmt join]"),
        ("buy 100 AAPL ask+", "ask+: + is not a distance: ask+2t, ask-0.1% [ask]"),
        ("buy 100 AAPL ask+1.5t", "ask+1.5t: +1.5t is not a distance: ask+2t, ask-0.1% [ask]"),
        ("buy 100 AAPL bud+1t", "bud+1t: bud+1t is not a price [bid+1t]"),
        ("buy 100 AAPL 187 188", "188: two prices []"),
        ("buy 100 AAPL day 188", "188: 188 stands too late: the price comes right after the symbol"),
        ("buy 100 AAPL market", "market: market is not a word of an order [mkt]"),
        ("byu 100 AAPL", "byu: byu is not buy, sell, short or close [buy]"),
        ("buy 100 187.20", "187.20: symbol missing before 187.20"),
        ("buy", ": size and symbol missing"),
        ("buy 100", ": symbol missing"),
        ("", ": an order begins with buy, sell, short or close [buy | sell]"),
    ];
    for (text, wanted) in one {
        assert_eq!(faults(text), [wanted], "{text}");
    }
}

#[test]
fn words_of_the_full_grammar_are_refused_by_name_and_never_ignored() {
    let later = [
        ("buy 100 AAPL stp 190", "stp: stp is not available yet"),
        ("buy 100 AAPL 187 sl 185.50", "sl: sl is not available yet"),
        ("sell 100 SPY trail 1% gtc", "trail: trail is not available yet"),
        ("buy 100 AAPL 187 stop 185", "stop: stop is not available yet"),
        ("buy 100 AAPL 187 --preview", "--preview: preview is not available yet"),
        ("buy 1r AMD ask", "1r: 1r: sizes by risk are not available yet"),
        ("buy 100 AMD avg", "avg: avg as a price is not available yet"),
        ("buy 1 AAPL 18DEC26 190C 3.20", "18DEC26 190C: options are not available yet"),
        ("buy 2 /ESZ26 5010", "/ESZ26: futures are not available yet"),
        ("buy 2 +1 SPY 18DEC26 600C", "+1: combos are not available yet"),
        ("buy 1 crypto:ETH.USD mkt", "crypto:ETH.USD: crypto:ETH.USD: kinds other than stocks are not available yet"),
        ("cancel order:12", "cancel: cancel in a sentence is not available yet"),
    ];
    for (text, wanted) in later {
        assert_eq!(faults(text), [wanted], "{text}");
    }
    for word in words::LATER {
        assert!(parse(&format!("buy 100 AAPL 187 {word}")).is_err(), "{word}");
        assert!(parse(&format!("buy 100 AAPL {word} 187")).is_err(), "{word}");
    }
}

#[test]
fn prices_of_the_market_resolve_to_ticks_or_not_at_all() {
    let p = |t: &str| t.parse::<Price>().unwrap();
    let market = |r: Ref| (r != Ref::Last).then(|| if r == Ref::Bid { p("187.20") } else { p("187.23") });
    let resolve = |t: &str, way| parse_price(t).unwrap().resolve(market, p("0.01"), way);
    assert_eq!(resolve("bid+2t", Rounding::Nearest), Some(p("187.22")));
    assert_eq!(resolve("ask-0.1%", Rounding::Down), Some(p("187.04")));
    assert_eq!(resolve("ask-0.1%", Rounding::Up), Some(p("187.05")));
    assert_eq!(resolve("187.203", Rounding::Down), Some(p("187.203")), "what was typed is not mended silently");
    assert_eq!(resolve("last", Rounding::Down), None, "a price that is not known");
    assert_eq!(resolve("bid-200", Rounding::Down), None, "below zero");
}

#[test]
fn a_price_by_its_ending_is_the_one_nearest_to_the_touch() {
    let p = |t: &str| t.parse::<Price>().unwrap();
    assert_eq!(nearest_ending(".33", p("233.10")), Some(p("233.33")));
    assert_eq!(nearest_ending(".95", p("233.10")), Some(p("232.95")));
    assert_eq!(nearest_ending(".05", p("233.90")), Some(p("234.05")));
    assert_eq!(nearest_ending(".x", p("233.90")), None);
    assert_eq!(nearest_ending(".", p("233.90")), None);
}

fn amount() -> impl Strategy<Value = Decimal> {
    (1i64..100_000_000, 0u32..5).prop_map(|(digits, scale)| Decimal::new(digits, scale))
}

fn price_expr() -> impl Strategy<Value = PriceExpr> {
    let of = prop::sample::select(Ref::ALL.to_vec());
    let ticks = (1i64..500).prop_map(|n| Offset { by: Decimal::from(n), unit: Unit::Ticks });
    let other = (amount(), prop::bool::ANY)
        .prop_map(|(by, percent)| Offset { by, unit: if percent { Unit::Percent } else { Unit::Money } });
    let offset = (prop_oneof![ticks, other], prop::bool::ANY)
        .prop_map(|(o, down)| Offset { by: if down { -o.by } else { o.by }, ..o });
    prop_oneof![
        amount().prop_map(|n| PriceExpr::Fixed(Price(n))),
        (of, prop::option::of(offset)).prop_map(|(r, o)| PriceExpr::Market(r, o))
    ]
}

prop_compose! {
    fn sentence()(
        verb in prop::sample::select(vec![Verb::Buy, Verb::Sell, Verb::Short, Verb::Close]),
        number in amount(),
        kind in 0u8..5,
        thousands in prop::sample::select(vec![Thousands::One, Thousands::Thousand, Thousands::Million]),
        currency in "[A-Z]{3}",
        symbol in "[A-Z][A-Z0-9]{0,5}(\\.[A-Z])?",
        pricing in prop_oneof![Just(Pricing::Market), price_expr().prop_map(Pricing::Limit)],
        tif in prop::sample::select(vec![Tif::Day, Tif::Gtc, Tif::Ioc]),
        session in prop::sample::select(vec![Session::Regular, Session::Extended]),
    ) -> Sentence {
        let letters: Vec<char> = currency.chars().collect();
        let size = match kind {
            0 if matches!(verb, Verb::Sell | Verb::Close) => Size::All,
            1 if matches!(verb, Verb::Sell | Verb::Close) => Size::Half,
            2 => Size::Default,
            3 => Size::Money { number, thousands, currency: [letters[0], letters[1], letters[2]] },
            _ => Size::Number(Qty(number)),
        };
        Sentence { verb, size, symbol, pricing, tif, session }
    }
}

proptest! {
    #[test]
    fn reading_what_was_printed_gives_the_same_order(sentence in sentence()) {
        let text = sentence.to_string();
        let read = parse(&text);
        prop_assert_eq!(read.as_ref(), Ok(&sentence), "{}", text);
        prop_assert_eq!(read.unwrap().to_string(), text);
    }

    #[test]
    fn no_text_makes_it_panic_and_faults_point_into_it(text in "\\PC{0,60}") {
        if let Err(faults) = parse(&text) {
            prop_assert!(!faults.is_empty());
            for fault in faults {
                prop_assert!(text.get(fault.span.clone()).is_some(), "{:?}", fault);
                prop_assert!(fault.fixes.len() <= 2);
            }
        }
        let _ = parse_size(&text);
        let _ = parse_price(&text);
    }

    #[test]
    fn random_words_print_stably_or_are_refused(words in prop::collection::vec(prop_oneof![
        prop::sample::select([words::NOW, words::LATER].concat()).prop_map(str::to_owned),
        prop::sample::select(vec!["buy", "sell", "close", "100", "10kusd", "half", "AAPL", "187.20", "ask+2t", "$5k", "187.2.1"]).prop_map(str::to_owned),
    ], 0..8)) {
        let text = words.join(" ");
        if let Ok(sentence) = parse(&text) {
            let canonical = sentence.to_string();
            prop_assert_eq!(parse(&canonical).unwrap().to_string(), canonical);
            prop_assert!(!words.iter().skip(3).any(|w| words::LATER.contains(&w.as_str())), "{}", text);
        }
    }

    #[test]
    fn the_text_of_an_order_reads_back_as_that_order(sentence in sentence(), digits in 1i64..10_000_000, shares in 1i64..1_000_000) {
        let (qty, price) = (Qty::from(shares), Price(Decimal::new(digits, 2)));
        let kind = if sentence.pricing == Pricing::Market { OrderKind::Market } else { OrderKind::Limit(price) };
        let (verb, tif, session) = (sentence.verb, sentence.tif, sentence.session);
        let symbol = SafeText::new(&sentence.symbol);
        let spec = OrderSpec { tif, session, ..OrderSpec::new(ConId(1), symbol, verb, Side::Buy, qty, kind) };
        let text = text(&spec, 2);
        let read = parse(&text).map_err(|f| TestCaseError::fail(format!("{text}: {f:?}")))?;
        prop_assert_eq!(read.size, Size::Number(qty));
        prop_assert_eq!(read.pricing, kind.limit().map_or(Pricing::Market, |p| Pricing::Limit(PriceExpr::Fixed(p))));
        prop_assert_eq!((read.verb, read.tif, read.session), (verb, tif, session));
        prop_assert_eq!(parse(&text).unwrap().to_string(), text);
    }
}
