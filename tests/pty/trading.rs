//! From an empty folder to a fill, killed and started again, recorded and replayed, two side by side.

use rustix::process::Signal;

use crate::desk::{executions, intents, ready, ready_with, rest, staged, state};

#[test]
fn from_an_empty_folder_three_keys_fill_an_order_and_ctrl_c_leaves_nothing_behind() {
    let folder = state();
    let mut desk = ready(&folder);
    desk.press("b", "a staged order", staged);
    desk.press("t", "the price of the far side", |s| s.contents().contains("takes"));
    desk.press("\r", "a fill", |s| s.contents().contains("filled 1 ") && s.contents().contains("1 open"));
    desk.press("\x03", "the end", |s| !s.alternate_screen());
    assert_eq!(desk.end(), 0);
    desk.assert_restored();
    assert_eq!(desk.after(), "", "nothing is written after the screen is left");
}

#[test]
fn an_order_that_rests_is_there_again_after_a_kill() {
    let folder = state();
    let mut desk = ready(&folder);
    rest(&mut desk);
    desk.signal(Signal::KILL);
    desk.end();
    assert_eq!(intents(folder.path()), 1);
    let mut desk = ready(&folder);
    desk.shows("[working 1]");
    // Leaving with a working order asks.
    desk.press("\x03", "the question", |s| s.contents().contains("working"));
}

#[test]
fn a_recorded_session_replays_to_the_same_model() {
    let folder = state();
    let path = folder.path().join("session.jsonl");
    let mut desk = ready_with(&folder, &["--record", path.to_str().expect("a path")]);
    desk.press("b", "a staged order", staged);
    desk.press("t", "the far side", |s| s.contents().contains("takes"));
    desk.press("\r", "a fill", executions(1));
    rest(&mut desk);
    desk.press("?", "help", |s| s.contents().contains("Help"));
    desk.press("\x1b", "the desk", |s| s.contents().contains("Watchlist"));
    desk.press("\x03", "the question", |s| s.contents().contains("working"));
    desk.signal(Signal::TERM);
    assert_eq!(desk.end(), 143);
    let recording = std::io::BufReader::new(std::fs::File::open(&path).expect("a recording"));
    let replayed = tradewind::run::record::replay(recording).expect("it can be replayed");
    assert!(replayed.messages > 50, "{} messages", replayed.messages);
    assert_eq!(replayed.model.orders.executions.len(), 1);
    let (recorded, replayed) = (replayed.recorded.expect("its end"), format!("{:?}", replayed.model));
    let differs = recorded.bytes().zip(replayed.bytes()).position(|(a, b)| a != b);
    let around =
        differs.map(|at| (&recorded[at.saturating_sub(200)..at + 50], &replayed[at.saturating_sub(200)..at + 50]));
    assert!(recorded == replayed, "the models differ: {around:?}");
}

#[test]
fn a_second_workstation_joins_the_gateway_of_the_first_and_inherits_it() {
    let folder = state();
    let mut first = ready(&folder);
    let mut second = ready(&folder);
    first.press("b", "a staged order", staged);
    first.press("t", "the far side", |s| s.contents().contains("takes"));
    first.press("\r", "a fill", executions(1));
    // The second sees the account's execution and position: it is the same gateway.
    second.wait("the position", |s| s.contents().contains("1 open"));
    first.press("\x03", "the end", |s| !s.alternate_screen());
    assert_eq!(first.end(), 0);
    second.wait("the loss of the host", |s| !s.contents().contains("READY"));
    second.wait("the gateway it serves itself", |s| s.contents().contains("READY") && s.contents().contains("1 open"));
}

#[test]
fn quote_and_check_work_alone_and_print_json() {
    let folder = state();
    let run = |arguments: &[&str]| {
        let output = std::process::Command::new(env!("CARGO_BIN_EXE_tradewind"))
            .args(arguments)
            .arg("--state")
            .arg(folder.path())
            .arg("--config")
            .arg(folder.path().join("config"))
            .output()
            .expect("the program starts");
        let text = String::from_utf8(output.stdout).expect("text");
        eprintln!("{}", String::from_utf8_lossy(&output.stderr));
        (output.status.code(), serde_json::from_str::<serde_json::Value>(&text).expect("JSON"))
    };
    let (code, quotes) = run(&["quote", "AAPL", "NOSUCH", "--json"]);
    assert_eq!(code, Some(1), "one of them does not exist");
    let bid: rust_decimal::Decimal = quotes[0]["bid"].as_str().expect("a string").parse().expect("a price");
    assert!(bid > rust_decimal::Decimal::ZERO);
    assert_eq!(quotes[1]["error"]["code"], 200);
    assert!(quotes[1]["bid"].is_null());
    let (code, report) = run(&["check", "--json"]);
    assert_eq!(code, Some(0), "{report}");
    let text = report.to_string();
    assert!(text.contains("DU…0001") && !text.contains("DU0000001"), "the account is masked: {text}");
}
