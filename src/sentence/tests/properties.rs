//! Properties over random texts: nothing panics, what is read prints stably, clauses have one order.
//!
//! The long run: `cargo test --lib sentence::tests::properties -- --ignored --nocapture` (one million token streams; the
//! seed is printed, and `TRADEWIND_SEED=n` repeats one).

use proptest::prelude::*;
use rust_decimal::Decimal;

use super::*;
use crate::domain::SafeText;
use crate::domain::instrument::ConId;
use crate::domain::order::{OrderKind, OrderSpec, Side, Verb};
use crate::money::{Price, Qty};

/// A small generator of its own: a million cases need no shrinking, only speed and a seed.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % sides as u64) as usize
    }

    fn of<'a>(&mut self, words: &[&'a str]) -> &'a str {
        words[self.roll(words.len())]
    }
}

const VALUES: &[&str] = &[
    "100",
    "1",
    "187.20",
    "0.05",
    "3.20dr",
    "1.20cr",
    "ask+2t",
    "last-0.1%",
    "entry+2r",
    "ylow-1atr",
    "mid",
    "50%pos",
    "10kusd",
    "1r",
    "$5k",
    "x50",
    "1%",
    "4t",
    "2atr",
    "-0.5",
    "+1",
    "-1",
    "2026-12-01",
    "2026-12-01T10:00ET",
    "2027-03-14T02:30ET",
    "18DEC26",
    "190C",
    "5000P",
    "190",
    "C",
    "261218C00190000",
    "AAPL261218C00190000",
    "AAPL",
    "BRK.B",
    "EUR.USD",
    "BTC.USD",
    "/ESZ26",
    "ESZ6",
    "/ES",
    "SAP@IBIS",
    "conid:7",
    "ind:VIX",
    "stk:ALL",
    "crypto:ETH.USD",
    "order:12",
    "#12",
    "pct=10%",
    "from=10:00",
    "urgent",
    "notake",
    "vwap",
    "adaptive",
    "above",
    "below",
    "and",
    "or",
    "time",
    "cushion",
    "filled",
    "10%",
    "32%",
    "cap",
    "from",
    "lmtoff",
    "to",
    "H27",
    "left",
    "total",
    "buys",
    "entries",
    "reduce",
    "cancel",
    "stop",
    "é",
    "１００",
    "",
];

/// A random text of the grammar's words: most are nonsense, some are sentences.
fn stream(dice: &mut Dice, keywords: &[&str]) -> String {
    let mut text = match dice.roll(8) {
        0 => String::new(),
        1 => dice.of(&["cancel", "modify", "flatten", "roll", "exercise", "reverse"]).to_owned(),
        2 => "buy 2 +1 SPY 18DEC26 600C -1 610C".to_owned(),
        3 => format!("{} {}", dice.of(&["buy", "sell", "short", "close"]), dice.of(VALUES)),
        n => format!(
            "{} {} {}",
            dice.of(&["buy", "sell", "short", "close", "b", "s", "cover"]),
            dice.of(&["100", "1r", "half", "all", "def", "10%nlv", "10kusd"]),
            if n == 4 {
                dice.of(VALUES)
            } else {
                dice.of(&["AAPL", "/ESZ26", "EUR.USD", "LMT", "day", "AAPL 18DEC26 190C"])
            }
        ),
    };
    for _ in 0..dice.roll(9) {
        let word = if dice.roll(2) == 0 { dice.of(keywords) } else { dice.of(VALUES) };
        let word = if dice.roll(4) == 0 { word.to_uppercase() } else { word.to_owned() };
        text = format!("{text} {word}");
    }
    text
}

/// Reads random texts; what is read must print stably. Returns how many were read.
fn streams(seed: u64, count: usize) -> usize {
    let mut dice = Dice(seed.max(1));
    let keywords: Vec<&str> = words::keywords().chain(words::MANAGE.iter().map(|(w, _)| *w)).collect();
    let mut read_count = 0;
    for _ in 0..count {
        let text = stream(&mut dice, &keywords);
        match parse(&text) {
            Ok(sentence) => {
                read_count += 1;
                let canonical = sentence.to_string();
                let again = parse(&canonical).unwrap_or_else(|f| panic!("seed {seed}: {text} → {canonical}: {f:?}"));
                assert_eq!(again, sentence, "seed {seed}: {text} → {canonical}");
                assert_eq!(again.to_string(), canonical, "seed {seed}: {text}");
                let _ = meaning(&sentence);
            }
            Err(faults) => {
                assert!(!faults.is_empty() && faults.iter().all(|f| is_sound(f, &text)), "seed {seed}: {text}");
            }
        }
    }
    read_count
}

/// Whether a fault points into its text and has at most two fixes that do.
fn is_sound(fault: &Fault, text: &str) -> bool {
    let inside = |span: &std::ops::Range<usize>| text.get(span.clone()).is_some();
    inside(&fault.span)
        && fault.fixes.len() <= 2
        && fault.fixes.iter().all(|fix| inside(&fix.span))
        && !fault.cause.is_empty()
}

#[test]
fn random_token_streams_print_stably_or_are_refused() {
    assert!(streams(20_261_125, 20_000) > 500);
}

#[test]
#[ignore = "a million cases; see the head of this file"]
fn a_million_random_token_streams_print_stably_or_are_refused() {
    let seed = std::env::var("TRADEWIND_SEED").ok().and_then(|s| s.parse().ok());
    let seed = seed.unwrap_or_else(|| u64::from(std::process::id()) | 1 << 40);
    println!("seed {seed}");
    let read = streams(seed, 1_000_000);
    println!("{read} of 1000000 were sentences");
    assert!(read > 20_000);
}

/// Clauses that go together on a limit order of a stock, each whole.
fn clause_texts() -> impl Strategy<Value = Vec<String>> {
    let all = [
        "gtd 2026-12-01",
        "ext",
        "sl entry-1.5% lmt entry-2%",
        "tp 106 x50",
        "tp 109 x50",
        "exits day ext",
        "show 10",
        "min 5",
        "disc 2t",
        "hidden",
        "aon",
        "sweep",
        "post",
        "after 2026-11-24T09:35ET",
        "trig last",
        "oca g reduce",
        "if SPY last above 3 and time before 2026-12-01",
        "cancelif filled SPY",
        "algo vwap to=15:30 pct=5% notake",
        "via ARCA",
        "acct U1",
        "tag t",
        "hold",
        "flip",
        "preview",
    ];
    prop::sample::subsequence(all.map(str::to_owned).to_vec(), 0..=all.len()).prop_filter(
        "exits need something",
        |chosen| {
            let has = |w: &str| chosen.iter().any(|c| c.starts_with(w));
            !has("exits") || has("sl") || has("tp")
        },
    )
}

proptest! {
    #[test]
    fn clauses_in_any_order_and_case_have_one_text((chosen, shuffled) in clause_texts().prop_flat_map(|c| (Just(c.clone()), Just(c).prop_shuffle())), upper in prop::bool::ANY) {
        let canonical = printed(&format!("buy 100 AMD 103 {}", chosen.join(" ")));
        let said = format!("buy 100 AMD 103 {}", shuffled.join(" "));
        // Names keep their case, so capitals are tried without them.
        let named = chosen.iter().any(|c| ["oca", "via", "acct", "tag"].iter().any(|n| c.starts_with(n)));
        let said = if upper && !named { said.to_uppercase() } else { said };
        prop_assert_eq!(printed(&said), canonical);
    }

    #[test]
    fn no_text_makes_it_panic_and_faults_point_into_it(text in "\\PC{0,60}", cursor in 0usize..70) {
        if let Err(faults) = read(&text, Some(today())) {
            for fault in &faults {
                prop_assert!(is_sound(fault, &text), "{:?}", fault);
                for fix in &fault.fixes {
                    let _ = fix.apply(&text);
                }
            }
            prop_assert!(!faults.is_empty());
        }
        let _ = parse_size(&text);
        let _ = parse_price(&text);
        for completion in complete(&text, cursor) {
            prop_assert!(text.get(completion.span).is_some());
        }
    }

    #[test]
    fn words_glued_at_random_places_never_panic(head in "(buy|sell|close|cancel|modify order:|roll) ", tail in "[ -~é€]{0,40}") {
        let text = format!("{head}{tail}");
        if let Ok(sentence) = parse(&text) {
            let canonical = sentence.to_string();
            prop_assert_eq!(parse(&canonical).map(|s| s.to_string()), Ok(canonical));
        }
    }

    #[test]
    fn completing_a_word_of_a_sentence_offers_that_word(text in prop::sample::select(vec![
        "buy 100 AAPL lmt join gtc ext sl entry-1 lmt entry-2 tp 190 exits day rth show 5 trig last oca g reduce",
        "sell 100 AAPL trail 1% from 190 lmtoff 0.10 day rth",
        "buy 100 XLE mkt day rth if SPY last above 75.50 and time after 2026-11-24",
        "cancel all entries",
        "modify order:3 stp 180 total 200 gtc ext",
    ]), part in 0usize..40) {
        let spans: Vec<_> = cursor::words(text).into_iter().map(|w| (w.lower.clone(), w.span)).collect();
        let (word, span) = spans[part % spans.len()].clone();
        let known = words::keywords().chain(["buy", "sell", "cancel", "modify", "all", "entries", "from", "lmtoff", "total", "and", "above", "after", "reduce", "time"]);
        if known.into_iter().any(|k| k == word) {
            let offered = complete(text, span.start + 1);
            prop_assert!(offered.iter().any(|c| c.text == word), "{} in {:?}", word, offered);
        }
    }

    #[test]
    fn the_text_of_an_order_reads_back_as_that_order(price in 1i64..10_000_000, shares in 1i64..1_000_000, kind in 0usize..8) {
        let (qty, price) = (Qty::from(shares), Price(Decimal::new(price, 2)));
        let kind = [
            OrderKind::Market,
            OrderKind::Limit(price),
            OrderKind::Stop { trigger: price, limit: Some(price) },
            OrderKind::Touched { trigger: price, limit: None },
            OrderKind::LimitOnClose(price),
            OrderKind::LimitOnOpen(price),
            OrderKind::MarketOnClose,
            OrderKind::Midprice { cap: Some(price) },
        ][kind];
        let spec = OrderSpec::new(ConId(1), SafeText::new("BRK.B"), Verb::Buy, Side::Buy, qty, kind);
        let text = text(&spec, 2);
        let read = parse(&text).map_err(|f| TestCaseError::fail(format!("{text}: {f:?}")))?;
        prop_assert_eq!(read.to_string(), text);
        let entry = read.entry().cloned().unwrap();
        prop_assert_eq!(entry.size, Size::Number(qty));
        prop_assert_eq!(entry.pricing.keyword(), kind.keyword());
    }
}
