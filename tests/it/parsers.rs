//! Everything that reads what others have written, against texts that nobody would write: sound ones with bytes changed,
//! cut, doubled, spliced and filled with what has broken parsers before. No panic, no hang, every fault inside the text;
//! what is accepted is what it says of itself.
//!
//! Each kind runs a few thousand texts; the long run is `cargo test --test it parsers -- --ignored --nocapture`, with as
//! many as `FUZZ_ROUNDS` says (a million unless told). `FUZZ_SEED=n` picks another stream. A failure prints seed and
//! round. Bytes on the wire are `tests/hostile.rs`.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "figures, and the seed of a failure")]

use std::path::Path;

use rusqlite::Connection;
use tradewind::app::action::Action;
use tradewind::app::bindings;
use tradewind::clock::Stamp;
use tradewind::config::Config;
use tradewind::gateway::Script;
use tradewind::journal::{self, Journal, Reader, flex};
use tradewind::risk::Limits;
use tradewind::sentence;
use tradewind::source::{Problem, Source};
use tradewind::theme::{self, Depth, Look};

use crate::layer_a::chance::Chance;

/// Texts of each kind in a run.
const SHORT: u64 = 3_000;
const LONG: u64 = 1_000_000;

/// What has broken parsers: ends of numbers, of texts, of nesting, and characters that are not what they seem.
const SPICE: [&str; 40] = [
    "",
    "\"",
    "'",
    "\"\"\"",
    "'''",
    "\\",
    "\\u0000",
    "\\uD800",
    "\u{0}",
    "\u{1b}[31m",
    "\u{202e}",
    "\u{feff}",
    "é",
    "👩‍👩‍👧‍👦",
    "１００",
    "-",
    "--",
    "+",
    "=",
    "[",
    "]",
    "[[",
    "{",
    "}",
    "<",
    ">",
    "</",
    "/>",
    "&amp;",
    "&#x0;",
    "<![CDATA[",
    "#",
    "\n",
    "\r\n",
    "\t",
    "99999999999999999999999999",
    "-0",
    "1e309",
    "nan",
    "9223372036854775808",
];

fn seed() -> u64 {
    std::env::var("FUZZ_SEED").ok().and_then(|s| s.parse().ok()).unwrap_or(1)
}

fn rounds() -> u64 {
    std::env::var("FUZZ_ROUNDS").ok().and_then(|s| s.parse().ok()).unwrap_or(LONG)
}

/// A number below `n`.
fn below(chance: &mut Chance, n: usize) -> usize {
    usize::try_from(chance.below(n as u64)).unwrap()
}

/// One text of `corpus`, spoiled; always text.
fn spoiled(chance: &mut Chance, corpus: &[String]) -> String {
    let mut text = corpus[below(chance, corpus.len())].clone();
    for _ in 0..=chance.below(6) {
        let at = |chance: &mut Chance, text: &str| {
            let mut at = below(chance, text.len() + 1);
            while !text.is_char_boundary(at) {
                at -= 1;
            }
            at
        };
        let (a, b) = (at(chance, &text), at(chance, &text));
        let (from, to) = (a.min(b), a.max(b));
        let near = |end: usize| (from..=end).rev().find(|i| text.is_char_boundary(*i)).unwrap_or(from);
        let (few, some) = (near(to.min(from + 40)), near(to.min(from + 200)));
        match chance.below(7) {
            0 => text.replace_range(from..few, ""),
            1 => text.truncate(from),
            2 | 3 => text.insert_str(from, SPICE[below(chance, SPICE.len())]),
            4 => {
                let part = text[from..some].to_owned();
                text.insert_str(to, &part);
            }
            5 => {
                let other = &corpus[below(chance, corpus.len())];
                let cut = at(chance, other);
                text.truncate(from);
                text.push_str(&other[cut..]);
            }
            _ => {
                let c = u32::try_from(chance.below(0x250)).ok().and_then(char::from_u32).unwrap_or('x');
                text.insert(from, c);
            }
        }
        // A text that grows without end tests the test.
        if text.len() > 64 << 10 {
            text.clear();
        }
    }
    text
}

/// Reads spoiled texts with `read`, which asserts what must hold of each.
fn fuzz(kind: &str, corpus: &[String], count: u64, read: impl Fn(&str) + std::panic::RefUnwindSafe) {
    let seed = seed();
    let mut chance = Chance::new(seed);
    for round in 0..count {
        let sound = usize::try_from(round).ok().and_then(|round| corpus.get(round)).cloned();
        let text = sound.unwrap_or_else(|| spoiled(&mut chance, corpus));
        if let Err(cause) = std::panic::catch_unwind(|| read(&text)) {
            eprintln!("{kind}: FUZZ_SEED={seed}, round {round}:\n{text:?}");
            std::panic::resume_unwind(cause);
        }
    }
    println!("{kind}: {count} texts, FUZZ_SEED={seed}");
}

/// Every place lies in the text, or in no line at all.
fn placed(text: &str, problems: &[Problem]) {
    let lines = text.split('\n').count();
    for problem in problems {
        assert!(problem.line <= lines, "{problem} of {lines} lines");
        assert!(!problem.what.is_empty());
    }
}

/// The files of a folder of this repository.
fn files(folder: &str) -> Vec<String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let mut all: Vec<_> = std::fs::read_dir(path).unwrap().map(|e| e.unwrap().path()).filter(|p| p.is_file()).collect();
    all.sort();
    all.iter().map(|p| std::fs::read_to_string(p).unwrap()).collect()
}

fn settings(count: u64) {
    let corpus = [
        "watchlist = [\"aapl\", \"BRK.B\"]\ndefault_size = 50\nrisk_unit = \"250usd\"\ntheme = \"light\"\nflash = \"off\"\n",
        "use_profile = \"desk\"\n[profile.desk]\naddress = \"[::1]:4001\"\nmode = \"live\"\nclient_id = 7\naccount = \"U1234567\"\nread_only = false\n[profile.paper]\nclient_id = 3\n",
    ];
    fuzz("settings", &corpus.map(str::to_owned), count, |text| {
        let (config, problems) = Config::read(&Source::new("settings.toml", text));
        placed(text, &problems.0);
        for profile in config.profiles().filter_map(|name| config.profile(name).ok()) {
            assert!((1..=999_999).contains(&profile.client_id), "{profile:?}");
            assert!(profile.address.as_ref().is_none_or(|a| a.port > 0), "{profile:?}");
        }
    });
}

fn limits(count: u64) {
    let corpus = [
        "[limits]\nsize_multiple = 10\nmax_size = 5000\nvalue_confirm = 25\nvalue_max = 100\nmax_value = 50000.50\n[limits.paper]\nvalue_max = 200\n[limits.live]\nloss_max = 3.5\n",
        "[symbol.AAPL]\ndefault_size = 50\nmax_size = 500\nmax_value = 100000\nmax_position = 1000\nband_confirm = 1\nband_max = 5\n",
    ];
    fuzz("limits", &corpus.map(str::to_owned), count, |text| {
        let (limits, problems) = Limits::read(&Source::new("risk.toml", text));
        placed(text, &problems.0);
        for rows in [&limits.live, &limits.paper] {
            assert!(rows.value_confirm <= rows.value_max && rows.value_max.is_sign_positive(), "{rows:?}");
            assert!(rows.band_confirm <= rows.band_max && rows.per_second > 0, "{rows:?}");
        }
    });
}

fn key_maps(count: u64) {
    let mut corpus = files("keymaps");
    corpus.extend(files("tests/data"));
    fuzz("key maps", &corpus, count, |text| {
        let own = [("own".to_owned(), Source::new("own.toml", text))].into_iter().collect();
        match bindings::load("own", own) {
            Ok(map) => assert!(map.keys_for(&["global"], &Action::Kill).is_some(), "nothing kills"),
            Err(problems) => placed(text, &problems.0),
        }
    });
}

fn themes(count: u64) {
    let mut corpus = files("themes");
    corpus.extend(files("tests/data"));
    fuzz("themes", &corpus, count, |text| {
        let mut library = theme::builtin();
        library.insert("own".to_owned(), Source::new("own.toml", text));
        if let Err(problems) = theme::load("own", &library, &Look::at(Depth::True)) {
            placed(text, &problems.0);
        }
    });
}

fn fault_scripts(count: u64) {
    fuzz("fault scripts", &files("tests/faults"), count, |text| {
        if let Err(problems) = Script::read(&Source::new("night.faults", text)) {
            assert!(!problems.0.is_empty());
            placed(text, &problems.0);
        }
    });
}

fn statements(count: u64) {
    let row = |id: u32, more: &str| {
        format!(
            "<Trade accountId=\"DU0000001\" currency=\"USD\" assetCategory=\"STK\" symbol=\"AAPL\" conid=\"265598\" multiplier=\"1\" dateTime=\"20261119;104207\" exchange=\"ISLAND\" quantity=\"100\" tradePrice=\"187.2\" ibCommission=\"-1\" ibCommissionCurrency=\"USD\" buySell=\"BUY\" ibExecID=\"0000e0d5.{id}.01.01\" {more} levelOfDetail=\"EXECUTION\" />\n"
        )
    };
    let head = "<?xml version=\"1.0\"?>\n<FlexQueryResponse queryName=\"t\" type=\"AF\"><FlexStatements count=\"1\"><FlexStatement accountId=\"DU0000001\" fromDate=\"20261116\" toDate=\"20261120\"><Trades>\n";
    let tail = "</Trades></FlexStatement></FlexStatements></FlexQueryResponse>\n";
    let corpus = [
        format!("{head}{}{}{tail}", row(1, ""), row(2, "fifoPnlRealized=\"12.5\" orderReference=\"tw4k-1\"")),
        format!("<!DOCTYPE x [<!ENTITY a \"&b;\">]>{head}{}{tail}", row(3, "notes=\"&a;\"")),
    ];
    fuzz("statements", &corpus, count, |text| {
        let flex = flex::read(&Source::new("flex.xml", text));
        placed(text, &flex.problems);
        for trade in &flex.trades {
            let e = &trade.execution;
            assert!(e.qty.is_positive() && e.con_id.0 > 0 && !e.exec_id.0.is_empty(), "{trade:?}");
        }
    });
}

fn sentences(count: u64) {
    let corpus = [
        "buy 100 AAPL 187.20",
        "sell 50%pos TSLA mkt ext",
        "buy 1R AMD ask sl 101.5 tp 108",
        "buy 100 AMD 103 sl entry-1.5% tp 106 x50 tp 109 x50",
        "buy 2 /ESZ26 stp 5010 lmt 5011 gtc ext",
        "sell 100 SPY trail 2.50 from 655 lmtoff 0.10 gtc",
        "buy 100 BRK.B 492 gtd 2026-12-01 ext oca exit",
        "buy 2 +1 SPY 18DEC26 600C -1 610C 3.20dr",
        "buy 100 XLE mkt if /CLF27 last above 75.50 and time after 2026-11-24T10:00ET",
        "buy 5000 INTC 25 algo vwap pct=10% from=10:00 to=15:30 notake",
        "cancel AAPL exits",
        "modify order:12 stp 186",
        "roll /ESZ26 to H27 mid",
    ];
    fuzz("sentences", &corpus.map(str::to_owned), count, |text| match sentence::parse(text) {
        Ok(read) => {
            let said = read.to_string();
            assert_eq!(sentence::parse(&said).as_ref(), Ok(&read), "{said}");
        }
        Err(faults) => {
            assert!(!faults.is_empty());
            for fault in faults {
                assert!(fault.span.start <= fault.span.end && fault.span.end <= text.len(), "{fault:?}");
                assert!(text.is_char_boundary(fault.span.start) && text.is_char_boundary(fault.span.end), "{fault:?}");
            }
        }
    });
}

/// A journal whose rows or bytes were changed is read as it says, or refused; it never ends the process.
fn journals(count: u64) {
    let folder = tempfile::tempdir().unwrap();
    let sound = folder.path().join("sound.db");
    let (mut written, _) = Journal::open(&sound, 7, Stamp::at(0)).unwrap();
    let notes =
        (0..200).map(|n| journal::Entry::Notice { tone: "info".into(), text: format!("notice {n}"), order: None });
    let batch = journal::Batch { entries: notes.collect(), ..journal::Batch::default() };
    written.write(&batch, Stamp::at(1)).unwrap();
    drop(written);
    // The log is folded into the file, so that the bytes are all in one place.
    Connection::open(&sound).unwrap().pragma_update(None, "journal_mode", "DELETE").unwrap();
    let bytes = std::fs::read(&sound).unwrap();
    let (seed, broken) = (seed(), folder.path().join("broken.db"));
    let mut chance = Chance::new(seed);
    let (mut refused, mut read) = (0, 0);
    for round in 0..count {
        let mut spoiled = bytes.clone();
        for _ in 0..=chance.below(8) {
            let at = below(&mut chance, spoiled.len());
            match chance.below(8) {
                0 => spoiled.truncate(at.max(1)),
                _ => spoiled[at] ^= 1 << chance.below(8),
            }
        }
        std::fs::write(&broken, &spoiled).unwrap();
        let asked = std::panic::catch_unwind(|| {
            let all = journal::Span::ALL;
            let reader = Reader::open(&broken)?.expect("the file exists");
            let told = (reader.orders(all)?.len(), reader.executions(all)?.len(), reader.happenings(all)?.len());
            drop(reader);
            Journal::open(&broken, 7, Stamp::at(2)).map(|_| told)
        });
        match asked {
            Ok(Ok(_)) => read += 1,
            Ok(Err(_)) => refused += 1,
            Err(cause) => {
                eprintln!("journals: FUZZ_SEED={seed}, round {round}");
                std::panic::resume_unwind(cause);
            }
        }
        for ending in ["", "-wal", "-shm", "-journal"] {
            let _ = std::fs::remove_file(folder.path().join(format!("broken.db{ending}")));
        }
    }
    println!("journals: {read} read, {refused} refused, FUZZ_SEED={seed}");
}

#[test]
fn no_settings_text_breaks_its_reader() {
    settings(SHORT);
    limits(SHORT);
}

#[test]
fn no_key_map_and_no_theme_breaks_its_reader() {
    key_maps(SHORT / 10);
    themes(SHORT / 10);
}

#[test]
fn no_fault_script_and_no_statement_breaks_its_reader() {
    fault_scripts(SHORT);
    statements(SHORT);
}

#[test]
fn what_is_taken_for_a_sentence_reads_the_same_once_more() {
    sentences(SHORT);
}

#[test]
fn a_journal_with_changed_bytes_is_read_or_refused() {
    journals(60);
}

#[test]
#[ignore = "long: a million texts of each kind; FUZZ_ROUNDS=n for another number"]
fn a_million_texts_of_each_kind_break_no_reader() {
    let count = rounds();
    settings(count);
    limits(count);
    sentences(count);
    fault_scripts(count);
    statements(count);
    key_maps(count / 20);
    themes(count / 20);
    journals(count / 100);
}
