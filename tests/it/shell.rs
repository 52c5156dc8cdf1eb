//! Sentences through a real shell: what the hand types there reaches the parser unchanged.

use std::process::Command;

const PROGRAM: &str = env!("CARGO_BIN_EXE_tradewind");

/// Examples of the grammar and their canonical text; those with `$` and `#` are for the screen and stay out.
const EXAMPLES: &[(&str, &str)] = &[
    ("buy 100 AAPL 187.20", "buy 100 AAPL lmt 187.20 day rth"),
    ("buy 100 AAPL @ 187.20 ext", "buy 100 AAPL lmt 187.20 day ext"),
    ("buy 100 AAPL bid+1t ioc", "buy 100 AAPL lmt bid+1t ioc rth"),
    ("sell 50 TSLA mkt", "sell 50 TSLA mkt day rth"),
    ("close half TSLA mid", "close half TSLA lmt mid day rth"),
    ("close 25%pos NVDA last-0.1% ext", "close 25%pos NVDA lmt last-0.1% day ext"),
    ("short 200 AMD ask+2t", "short 200 AMD lmt ask+2t day rth"),
    ("buy 10kusd NVDA mid", "buy 10kusd NVDA lmt mid day rth"),
    ("buy 10%nlv SPY take", "buy 10%nlv SPY lmt take day rth"),
    ("buy 1R AMD ask sl 101.5 tp 108", "buy 1r AMD lmt ask day rth sl 101.5 tp 108 exits gtc rth"),
    (
        "buy 100 AMD 103 sl entry-1.5% tp 106 x50 tp 109 x50",
        "buy 100 AMD lmt 103 day rth sl entry-1.5% tp 106 x50 tp 109 x50 exits gtc rth",
    ),
    ("buy 200 SOFI 9.85 sl trail 0.20", "buy 200 SOFI lmt 9.85 day rth sl trail 0.20 exits gtc rth"),
    ("buy 2 ESZ26 stp 5010 lmt 5011 gtc ext", "buy 2 /ESZ26 stp 5010 lmt 5011 gtc ext"),
    ("sell 100 SPY trail 2.50 from 655 lmtoff 0.10 gtc", "sell 100 SPY trail 2.50 from 655 lmtoff 0.10 gtc rth"),
    ("buy 100 KO loo 61.5", "buy 100 KO loo 61.5"),
    ("buy 500 F midprice cap 11.40", "buy 500 F midprice cap 11.40 day rth"),
    ("buy 100 BRK.B 492 gtd 2026-12-01 ext oca exit", "buy 100 BRK.B lmt 492 gtd 2026-12-01 ext oca exit cancel"),
    ("buy 1 AAPL 18DEC26 190 C 3.20", "buy 1 AAPL 18DEC26 190C lmt 3.20 day rth"),
    ("buy 3 /ESZ26 18DEC26 5000P 22.25", "buy 3 /ESZ26 18DEC26 5000P lmt 22.25 day rth"),
    ("buy 1 AAPL 18DEC26 190C vol 32%", "buy 1 AAPL 18DEC26 190C vol 32% day rth"),
    ("buy 2 +1 SPY 18DEC26 600C -1 610C 3.20dr", "buy 2 +1 SPY 18DEC26 600C -1 SPY 18DEC26 610C lmt 3.20dr day rth"),
    ("buy 1 +100 XYZ -1 XYZ 18DEC26 50C 47.30dr ng", "buy 1 +100 XYZ -1 XYZ 18DEC26 50C lmt 47.30dr day rth ng"),
    ("buy 20000 EUR.USD 1.0850 gtc", "buy 20000 EUR.USD lmt 1.0850 gtc"),
    ("buy 500usd crypto:ETH.USD mkt ioc", "buy 500usd crypto:ETH.USD mkt ioc"),
    ("buy 100 SAP@IBIS 250 via SMART", "buy 100 SAP@IBIS lmt 250 day rth via SMART"),
    (
        "buy 100 XLE mkt if /CLF27 last above 75.50 and time after 2026-11-24T10:00ET",
        "buy 100 XLE mkt day rth if /CLF27 last above 75.50 and time after 2026-11-24T10:00ET",
    ),
    (
        "buy 5000 INTC 25 algo vwap pct=10% from=10:00 to=15:30 notake",
        "buy 5000 INTC lmt 25 day rth algo vwap from=10:00 pct=10% to=15:30 notake",
    ),
    (
        "sell 1000 BAC 45.10 hidden after 2026-11-24T09:35ET show 100",
        "sell 1000 BAC lmt 45.10 day rth show 100 hidden after 2026-11-24T09:35ET",
    ),
    ("cancel order:12", "cancel order:12"),
    ("roll /ESZ26 to H27 mid", "roll /ESZ26 to H27 lmt mid"),
];

/// Whether the shell is installed.
fn has(shell: &str) -> bool {
    Command::new(shell).args(["-c", "exit 0"]).status().is_ok_and(|status| status.success())
}

/// What the program prints for a line typed into `shell`.
fn through(shell: &str, line: &str) -> (bool, String, String) {
    let (code, out, err) = typed(shell, &format!("parse {line}"));
    (code == 0, out, err)
}

/// The exit code and the words of the program for a line typed into `shell`.
fn typed(shell: &str, line: &str) -> (i32, String, String) {
    let output = Command::new(shell).args(["-c", &format!("\"$0\" {line}"), PROGRAM]).output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (output.status.code().unwrap_or(-1), text(output.stdout), text(output.stderr))
}

/// Every example as the command it is: understood, whatever then becomes of it where nobody listens.
fn commands_pass(shell: &str) {
    let folder = tempfile::tempdir().unwrap();
    let config = folder.path().join("config");
    std::fs::create_dir_all(&config).unwrap();
    std::fs::write(config.join("settings.toml"), "[profile.desk]\naddress = \"127.0.0.1:1\"\nmode = \"paper\"\n")
        .unwrap();
    let options = format!("--state {0} --config {0}/config --profile desk", folder.path().display());
    for (said, _) in EXAMPLES.iter().filter(|(said, _)| !said.starts_with("roll")) {
        let (code, out, err) = typed(shell, &format!("{options} {said}"));
        assert_eq!(code, 1, "{shell}: {said}: {out}{err}");
        assert!(err.contains("127.0.0.1:1"), "{shell}: {said}: {err}");
    }
    let (code, _, err) = typed(shell, &format!("{options} cancel #12"));
    assert_eq!((code, err.contains("cancel needs a target")), (2, true), "{shell}: {err}");
}

fn examples_pass(shell: &str) {
    for (said, canonical) in EXAMPLES {
        for line in [said, canonical] {
            let (good, out, err) = through(shell, line);
            assert!(good, "{shell}: {line}: {err}");
            assert_eq!(out.lines().next(), Some(*canonical), "{shell}: {line}");
        }
    }
}

#[test]
fn the_examples_pass_through_bash() {
    examples_pass("bash");
}

#[test]
fn the_examples_are_commands_in_bash() {
    commands_pass("bash");
}

#[test]
fn the_examples_are_commands_in_zsh() {
    if has("zsh") {
        commands_pass("zsh");
    } else {
        println!("zsh is not installed: nothing was tried");
    }
}

#[test]
fn the_examples_pass_through_zsh() {
    if has("zsh") {
        examples_pass("zsh");
    } else {
        println!("zsh is not installed: nothing was tried");
    }
}

#[test]
fn faults_end_with_one_and_say_their_bytes() {
    let (good, out, err) = through("bash", "sell 50% TSLA --preview");
    assert!(!good && out.is_empty());
    assert!(err.contains("     ~~~ percent of what? `50%pos` · `50%nlv`"), "{err}");
    let (good, out, _) = through("bash", "--json sell 50% TSLA");
    let value: serde_json::Value = serde_json::from_str(&out).unwrap();
    assert!(!good);
    assert_eq!((&value["faults"][0]["start"], &value["faults"][0]["fixes"][0]["text"]), (&5.into(), &"50%pos".into()));
    let (good, out, _) = through("bash", "--json buy 100 AAPL");
    let value: serde_json::Value = serde_json::from_str(&out).unwrap();
    assert!(good);
    assert_eq!(value["text"], "buy 100 AAPL lmt join day rth");
}

#[test]
fn what_a_shell_swallows_is_no_order() {
    assert!(!through("bash", "cancel #12").0, "the shell takes #12 for a comment, and cancel alone has no target");
}
