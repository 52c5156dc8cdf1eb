//! Orders from the command line, each a process of its own: same guard, same journal, honest exit codes.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use serde_json::Value;
use tradewind::clock::Stamp;
use tradewind::domain::SafeText;
use tradewind::domain::order::{BrokerIds, OrderKey, OrderState};
use tradewind::journal::{self, Entry, Request};
use tradewind::run::lock;

const PROGRAM: &str = env!("CARGO_BIN_EXE_tradewind");

/// What a command has said.
struct Answer {
    code: i32,
    out: String,
    err: String,
}

impl Answer {
    fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}: {} {}", self.out, self.err))
    }

    /// The state of the first order.
    fn state(&self) -> String {
        self.json()["orders"][0]["state"].as_str().unwrap_or_default().to_owned()
    }
}

/// Runs the program on the state in `folder`.
fn run(folder: &Path, words: &str) -> Answer {
    let mut command = Command::new(PROGRAM);
    command.arg("--state").arg(folder).arg("--config").arg(folder.join("config"));
    let output = command.args(words.split_whitespace()).output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    let code = output.status.code().unwrap_or(-1);
    Answer { code, out: text(output.stdout), err: text(output.stderr) }
}

/// Starts the program on the state in `folder`.
fn start(folder: &Path, words: &str) -> Child {
    let mut command = Command::new(PROGRAM);
    command.arg("--state").arg(folder).arg("--config").arg(folder.join("config"));
    command.args(words.split_whitespace()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

/// Waits for its end.
fn ended(child: Child) -> Answer {
    let output = child.wait_with_output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    Answer { code: output.status.code().unwrap_or(-1), out: text(output.stdout), err: text(output.stderr) }
}

/// Waits until `holds`, looking again every few milliseconds: what another process has done tells nobody.
fn wait_for(what: &str, mut holds: impl FnMut() -> bool) {
    let begun = Stamp::now();
    while !holds() {
        assert!(Stamp::now().since(begun) < Duration::from_mins(1), "never: {what}");
        std::thread::park_timeout(Duration::from_millis(5));
    }
}

/// The same, which has to end with this code.
fn ends(folder: &Path, words: &str, code: i32) -> Answer {
    let answer = run(folder, words);
    assert_eq!(answer.code, code, "{words}\n{}\n{}", answer.out, answer.err);
    answer
}

/// A profile `desk` at this address, in the settings.
fn settle(folder: &Path, address: &str, mode: &str) {
    let config = folder.join("config");
    std::fs::create_dir_all(&config).unwrap();
    let text = format!("[profile.desk]\naddress = \"{address}\"\nmode = \"{mode}\"\nread_only = false\n");
    std::fs::write(config.join("settings.toml"), text).unwrap();
}

/// A paper gateway of its own, and its address.
struct Gateway(Child, String);

impl Gateway {
    fn start(folder: &Path) -> Self {
        Self::with(folder, &[])
    }

    fn with(folder: &Path, more: &[&str]) -> Self {
        let mut command = Command::new(PROGRAM);
        command.arg("--state").arg(folder.join("gateway")).args(["gateway", "--port", "0", "--memory", "--json"]);
        command.args(more);
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let said: Value = serde_json::from_str(&line).unwrap();
        Self(child, said["address"].as_str().unwrap().to_owned())
    }
}

impl Drop for Gateway {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn a_market_order_fills_and_stands_in_the_journal() {
    let folder = tempfile::tempdir().unwrap();
    let answer = ends(folder.path(), "buy --json 10 AAPL mkt", 0);
    let said = answer.json();
    assert_eq!((&said["result"], &said["mode"]), (&"filled".into(), &"PAPER".into()), "{said}");
    assert_eq!((&said["sentence"], &said["orders"][0]["filled"]), (&"buy 10 AAPL mkt day rth".into(), &"10".into()));
    assert!(said["orders"][0]["average"].is_string(), "{said}");
    let events = ends(folder.path(), "journal --events --json", 0).json();
    let about: Vec<&str> = events.as_array().unwrap().iter().filter_map(|e| e["kind"].as_str()).collect();
    assert!(about.contains(&"guard") && about.contains(&"order"), "{about:?}");
    let fills = ends(folder.path(), "journal --executions --json", 0).json();
    assert!(fills[0]["commission"].is_string(), "the commission is waited for: {fills}");
    // The same guard knows what the process before has sent.
    let again = ends(folder.path(), "buy 10 AAPL mkt", 1);
    assert!(again.err.contains("(G21)"), "{}", again.err);
}

#[test]
fn a_resting_order_is_changed_and_cancelled_by_later_commands() {
    let folder = tempfile::tempdir().unwrap();
    let placed = ends(folder.path(), "buy --json 10 MSFT 300 gtc", 0).json();
    assert_eq!(placed["result"], "working", "{placed}");
    let number = placed["orders"][0]["order"].as_i64().unwrap();
    assert!(placed["notes"].to_string().contains("the paper market stands still"), "{placed}");
    let changed = ends(folder.path(), &format!("modify --json order:{number} lmt 301 total 20"), 0).json();
    assert_eq!((&changed["result"], &changed["orders"][0]["quantity"]), (&"changed".into(), &"20".into()), "{changed}");
    assert_eq!(changed["sentence"], "buy 20 MSFT lmt 301.00 gtc rth");
    let same = ends(folder.path(), &format!("modify --json order:{number} lmt 301"), 0).json();
    assert_eq!(same["result"], "nothing", "{same}");
    let gone = ends(folder.path(), &format!("cancel --json order:{number}"), 0);
    assert_eq!(gone.state(), "cancelled");
    let none = ends(folder.path(), "cancel MSFT", 1);
    assert!(none.err.contains("no such order of this desk works"), "{}", none.err);
}

#[test]
fn exits_go_out_with_their_entry_and_a_flat_position_has_no_way_out() {
    let folder = tempfile::tempdir().unwrap();
    let placed = ends(folder.path(), "buy --json 10 AAPL mkt sl entry-5% tp entry+5%", 0).json();
    assert_eq!(placed["orders"].as_array().unwrap().len(), 3, "{placed}");
    let flat = ends(folder.path(), "flatten --json AAPL", 0).json();
    assert_eq!(flat["result"], "filled", "{flat}");
    let states: Vec<&str> = flat["orders"].as_array().unwrap().iter().filter_map(|o| o["state"].as_str()).collect();
    assert_eq!(states, ["filled", "cancelled", "cancelled"], "{flat}");
    let listed = ends(folder.path(), "orders", 0).out;
    assert!(listed.contains("oca exit reduce"), "groups by the names they were said with: {listed}");
    ends(folder.path(), "buy 10 MSFT mkt sl entry-5%", 0);
    let bared = ends(folder.path(), "cancel MSFT exits", 0);
    assert!(bared.err.contains("UNPROTECTED: 10 MSFT have no stop."), "{}", bared.err);
    let none = ends(folder.path(), "flatten AAPL", 1);
    assert!(none.err.contains("AAPL is flat"), "{}", none.err);
}

#[test]
fn what_the_guard_asks_needs_yes_and_what_it_forbids_has_no_way() {
    let folder = tempfile::tempdir().unwrap();
    let asked = ends(folder.path(), "buy --json 6000 F 5", 1).json();
    let codes: Vec<&str> = asked["guard"].as_array().unwrap().iter().filter_map(|g| g["code"].as_str()).collect();
    assert_eq!((&asked["result"], codes.contains(&"G06")), (&"refused".into(), true), "{asked}");
    assert!(asked["error"]["hint"].as_str().unwrap().contains("--yes"), "{asked}");
    let agreed = ends(folder.path(), "buy --json --yes 6000 F 5", 0).json();
    assert_eq!(agreed["result"], "working", "{agreed}");
    let never = ends(folder.path(), "buy --json --yes 100000 AAPL mkt", 1).json();
    assert_eq!((&never["error"]["code"], &never["orders"]), (&"G07".into(), &Value::Array(Vec::new())), "{never}");
    assert!(never["guard"][0]["passes"].is_string(), "{never}");
    let orders = ends(folder.path(), "orders --json", 0).json();
    assert_eq!(orders.as_array().unwrap().len(), 1, "what was refused never reached the broker: {orders}");
}

#[test]
fn a_preview_says_what_the_guard_would_and_sends_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let fine = ends(folder.path(), "buy --json 10 AAPL mkt preview", 0).json();
    assert_eq!((&fine["result"], &fine["sentence"]), (&"preview".into(), &"buy 10 AAPL mkt day rth".into()), "{fine}");
    let never = ends(folder.path(), "buy --json 100000 AAPL mkt preview", 1).json();
    assert_eq!(never["error"]["code"], "G07", "{never}");
    let orders = ends(folder.path(), "orders --json", 0).json();
    assert_eq!(orders, Value::Array(Vec::new()));
}

#[test]
fn what_is_no_sentence_is_misuse_and_reaches_nothing() {
    let folder = tempfile::tempdir().unwrap();
    for (words, what) in [
        ("cancel", "cancel needs a target"),
        ("buy", ""),
        ("buy 100 AAPL --yes", "Options stand before the sentence"),
        ("buy 100 AAPL --preview", "write `preview`"),
        ("sell 50% TSLA", "percent of what?"),
    ] {
        let answer = ends(folder.path(), words, 2);
        assert!(answer.out.is_empty() && answer.err.contains(what), "{words}: {}", answer.err);
    }
    assert!(!folder.path().join("sim").exists(), "nothing was opened");
    let faulty = ends(folder.path(), "sell --json 50% TSLA", 2).json();
    assert_eq!(faulty["faults"][0]["fixes"][0]["text"], "50%pos");
}

#[test]
fn live_needs_the_profile_on_the_command_line_and_yes() {
    let folder = tempfile::tempdir().unwrap();
    settle(folder.path(), "127.0.0.1:1", "live");
    let settings = folder.path().join("config/settings.toml");
    let text = std::fs::read_to_string(&settings).unwrap();
    std::fs::write(&settings, format!("use_profile = \"desk\"\n{text}")).unwrap();
    let by_file = ends(folder.path(), "buy --yes 1 AAPL 100", 2);
    assert!(by_file.err.contains("say --profile desk"), "{}", by_file.err);
    let unsaid = ends(folder.path(), "--profile desk buy 1 AAPL 100", 2);
    assert!(unsaid.err.contains("needs --yes"), "{}", unsaid.err);
    std::fs::write(&settings, text.replace("read_only = false\n", "")).unwrap();
    let guarded = ends(folder.path(), "buy --profile desk --yes 1 AAPL 100", 2);
    assert!(guarded.err.contains("read-only"), "{}", guarded.err);
    std::fs::write(&settings, &text).unwrap();
    // A file with a mistake might have named another account: what is built in does not stand in for it here.
    std::fs::write(&settings, format!("use_profil = \"desk\"\n{text}")).unwrap();
    let mistaken = ends(folder.path(), "buy --yes 1 AAPL 100", 2);
    assert!(mistaken.err.contains("files with mistakes"), "{}", mistaken.err);
    std::fs::write(&settings, &text).unwrap();
    // Allowed, and there is nobody: refused, nothing is sent.
    let nobody = ends(folder.path(), "buy --profile desk --yes 1 AAPL 100", 1);
    assert!(nobody.err.contains("127.0.0.1:1"), "{}", nobody.err);
}

#[test]
fn a_live_profile_refuses_a_paper_account() {
    let folder = tempfile::tempdir().unwrap();
    let gateway = Gateway::start(folder.path());
    settle(folder.path(), &gateway.1, "live");
    let answer = ends(folder.path(), "buy --json --profile desk --yes 1 AAPL mkt", 1).json();
    assert_eq!(answer["orders"], Value::Array(Vec::new()), "{answer}");
    settle(folder.path(), &gateway.1, "paper");
    let orders = ends(folder.path(), "--profile desk orders --json", 0).json();
    assert_eq!(orders, Value::Array(Vec::new()), "nothing arrived");
}

#[test]
fn an_order_of_a_desk_that_runs_is_left_to_it() {
    let folder = tempfile::tempdir().unwrap();
    let gateway = Gateway::start(folder.path());
    settle(folder.path(), &gateway.1, "paper");
    let placed = ends(folder.path(), "buy --profile desk --json 10 MSFT 300", 0).json();
    let (number, client) = (placed["orders"][0]["order"].as_i64().unwrap(), placed["client"].as_i64().unwrap());
    // Somebody sits where it was placed.
    let seat = lock::take_this_seat(&folder.path().join("desk"), lock::SEATS - 1).unwrap().expect("free");
    let refused = ends(folder.path(), &format!("cancel --profile desk --json order:{number}"), 1).json();
    let message = refused["error"]["message"].as_str().unwrap();
    assert!(message.contains(&format!("of client {client}: only that client may")), "{refused}");
    let refused = ends(folder.path(), "cancel --profile desk MSFT", 1);
    assert!(refused.err.contains(&format!("1 order of client {client} stay")), "{}", refused.err);
    let refused = ends(folder.path(), &format!("cancel --profile desk --client {client} order:{number}"), 1);
    assert!(refused.err.contains("a workstation or a command that runs"), "{}", refused.err);
    // Another client id of the profile places orders meanwhile, and its own command takes them back.
    let other = ends(folder.path(), "buy --profile desk --json 10 AMZN 50", 0).json();
    assert_eq!(other["client"].as_i64(), Some(client - 1), "{other}");
    drop(seat);
    let gone = ends(folder.path(), &format!("cancel --profile desk --json --client {client} order:{number}"), 0);
    assert_eq!(gone.state(), "cancelled");
    let number = other["orders"][0]["order"].as_i64().unwrap();
    let gone = ends(folder.path(), &format!("cancel --profile desk --json order:{number}"), 0);
    assert_eq!(gone.state(), "cancelled", "the seat of who placed it is found in the journals");
    let bad = run(folder.path(), "cancel --profile desk --client 99 all");
    assert!(bad.err.contains("none of the profile desk"), "{}", bad.err);
}

#[test]
fn halt_of_a_desk_that_runs_holds_for_commands_and_lets_exits_pass() {
    let folder = tempfile::tempdir().unwrap();
    ends(folder.path(), "buy 10 AAPL mkt", 0);
    let seat = lock::take_this_seat(&folder.path().join("sim"), 0).unwrap().expect("free");
    halt(&seat.journal);
    let refused = ends(folder.path(), "buy --yes 10 MSFT mkt", 1);
    assert!(refused.err.contains("(G03)"), "{}", refused.err);
    let exit = ends(folder.path(), "close --json all AAPL mkt", 0).json();
    assert_eq!(exit["result"], "filled", "{exit}");
}

#[test]
fn reduce_and_typed_limits_of_a_desk_that_runs_hold_for_commands() {
    let folder = tempfile::tempdir().unwrap();
    ends(folder.path(), "buy 10 AAPL mkt", 0);
    let seat = lock::take_this_seat(&folder.path().join("sim"), 0).unwrap().expect("free");
    let note = |entry| write(&seat.journal, Request::Entry(Box::new(entry)));
    note(Entry::Tuned { limits: vec![("max_size".into(), 5.into()), ("per_minute".into(), 10_000.into())] });
    let refused = ends(folder.path(), "buy --yes 10 MSFT mkt", 1);
    assert!(refused.err.contains("(G06)"), "{}", refused.err);
    ends(folder.path(), "buy --yes 5 MSFT mkt", 0);
    for session in days_about_now() {
        note(Entry::Reduced { session });
        let refused = run(folder.path(), "buy --yes 2 AMZN mkt");
        if refused.err.contains("(G03)") {
            let exit = ends(folder.path(), "close --json all AAPL mkt", 0).json();
            assert_eq!(exit["result"], "filled", "{exit}");
            note(Entry::Released);
            ends(folder.path(), "buy --yes 3 AMZN mkt", 0);
            return;
        }
    }
    panic!("REDUCE of no session held");
}

/// The session that is under way has one of these dates.
fn days_about_now() -> Vec<jiff::civil::Date> {
    let today = Stamp::now().eastern().date();
    (0..5).map(|n| today.checked_add(jiff::Span::new().days(n)).unwrap()).collect()
}

/// Writes HALT into a journal, as the workstation that has it open would.
fn halt(path: &Path) {
    write(path, Request::Entry(Box::new(Entry::Halted { why: SafeText::new("kill") })));
}

/// Writes one thing into a journal.
fn write(path: &Path, request: Request) {
    let (inlet, requests) = journal::channel();
    let gauge = inlet.gauge().clone();
    inlet.give(request).unwrap();
    drop(inlet);
    let entropy = u64::try_from(Stamp::now().wall).unwrap();
    journal::serve(path, entropy, &requests, &gauge, |_| {});
}

#[test]
fn reading_moves_no_market_and_writes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let none = ends(folder.path(), "orders --json", 0).json();
    assert_eq!(none, Value::Array(Vec::new()));
    assert!(!folder.path().join("sim/gateway.db").exists(), "looking makes no account");
    ends(folder.path(), "buy --yes 10 AAPL mkt", 0);
    let rests = ends(folder.path(), "sell --json 10 AAPL ask+1% gtc", 0).json();
    assert_eq!(rests["result"], "working", "{rests}");
    let account = folder.path().join("sim/gateway.db");
    let before = std::fs::read(&account).unwrap();
    for words in ["orders", "fills", "positions", "account", "quote AAPL", "check"] {
        ends(folder.path(), words, 0);
        assert!(std::fs::read(&account).unwrap() == before, "{words} has written");
    }
    let orders = ends(folder.path(), "orders --json", 0).json();
    let open: Vec<&Value> = orders.as_array().unwrap().iter().filter(|o| o["open"] == true).collect();
    assert_eq!((open.len(), &open[0]["status"]), (1, &"working".into()), "{orders}");
    let held = ends(folder.path(), "positions --json", 0).json();
    assert_eq!(held[0]["quantity"], "10", "{held}");
}

#[test]
fn what_has_filled_is_told_with_its_number_and_its_average() {
    let folder = tempfile::tempdir().unwrap();
    let bought = ends(folder.path(), "buy --json 10 AAPL mkt", 0).json();
    let orders = ends(folder.path(), "orders --json", 0).json();
    let (there, here) = (&orders[0], &bought["orders"][0]);
    for name in ["order", "filled", "average"] {
        assert_eq!(there[name], here[name], "{name}: {orders} {bought}");
    }
    assert_eq!((&there["status"], &there["client"]), (&"filled".into(), &bought["client"]), "{orders}");
}

#[test]
fn one_form_of_json_for_journal_and_export() {
    let folder = tempfile::tempdir().unwrap();
    ends(folder.path(), "buy 10 AAPL mkt", 0);
    ends(folder.path(), "close all AAPL mkt", 0);
    let all = ends(folder.path(), "export --json", 0).json();
    for (part, name) in [("--orders", "orders"), ("--executions", "executions"), ("--trips", "trips")] {
        let rows = ends(folder.path(), &format!("journal --json {part}"), 0).json();
        assert_eq!(rows, all[name], "{name}");
    }
    let trip = &all["trips"][0];
    assert_eq!((&trip["side"], &trip["entered"], &trip["open"]), (&"long".into(), &"10".into(), &"0".into()), "{trip}");
    for name in ["opened", "closed"] {
        let at = trip[name].as_str().unwrap();
        assert!(at.parse::<jiff::Timestamp>().is_ok(), "RFC 3339: {at}");
    }
    let events = ends(folder.path(), "journal --json --events", 0).json();
    let after = events.as_array().unwrap().iter().find_map(|e| e.get("after")).unwrap();
    assert!(after["quantity"].is_string() && after.get("placed_at").is_none(), "{after}");
    let csv = ends(folder.path(), "export --csv", 0).out;
    assert!(csv.starts_with("Date,Time,Symbol,Quantity,Price,Side,Commission,") && csv.lines().count() == 3, "{csv}");
}

#[test]
fn misuse_ends_with_two_and_says_each_thing_once() {
    let folder = tempfile::tempdir().unwrap();
    for (words, what) in [
        ("journal --day foo", "is no day"),
        ("journal --from 2026-11-20 --to 2026-11-19", "lies after"),
        ("--profile nix orders", "No profile is called nix"),
        ("gateway --memory --precautions foo", "--precautions"),
        ("gateway --memory --cash xx", "--cash"),
        ("gateway --memory --listen 0.0.0.0:0", "--allow-remote"),
        ("journal tag 1 a --bad", "--bad"),
    ] {
        let answer = ends(folder.path(), words, 2);
        assert!(answer.err.contains(what), "{words}: {}", answer.err);
    }
    let gateway = Gateway::start(folder.path());
    let taken = ends(folder.path(), &format!("gateway --memory --listen {}", gateway.1), 1);
    assert_eq!(taken.err.matches("in use").count(), 1, "{}", taken.err);
    let config = folder.path().join("config");
    std::fs::create_dir_all(&config).unwrap();
    std::fs::write(config.join("settings.toml"), "default_siz = 5\n").unwrap();
    let checked = ends(folder.path(), "check", 1);
    assert_eq!(checked.out.matches("FAIL").count(), 1, "{}", checked.out);
}

#[test]
fn of_two_equal_commands_at_the_same_moment_one_sends() {
    for yes in ["", "--yes "] {
        let folder = tempfile::tempdir().unwrap();
        let gateway = Gateway::start(folder.path());
        settle(folder.path(), &gateway.1, "paper");
        let words = format!("buy --profile desk --json {yes}10 MSFT 300");
        // Both stand ready before either may send.
        let gate = lock::Lock::try_take(&folder.path().join("desk/send.lock")).unwrap().expect("free");
        let both = [start(folder.path(), &words), start(folder.path(), &words)];
        let ready = |n: usize| (0..lock::SEATS).filter(|s| journal_of(folder.path(), *s).exists()).count() == n;
        wait_for("two journals", || ready(2));
        drop(gate);
        let mut answers = both.map(ended);
        answers.sort_by_key(|answer| answer.code);
        let [sent, refused] = &answers;
        assert_eq!((sent.code, refused.code), (0, 1), "{} {}", sent.out, refused.out);
        assert_eq!(refused.json()["error"]["code"], "G21", "{}", refused.out);
        let orders = ends(folder.path(), "orders --profile desk --json", 0).json();
        assert_eq!(orders.as_array().unwrap().len(), 1, "{orders}");
    }
}

/// The journal of a seat of the profile `desk`.
fn journal_of(folder: &Path, seat: u16) -> PathBuf {
    lock::journal_path(&folder.join("desk"), seat)
}

#[test]
fn a_kill_in_a_workstation_reaches_a_command_that_has_begun() {
    let folder = tempfile::tempdir().unwrap();
    let gateway = Gateway::start(folder.path());
    settle(folder.path(), &gateway.1, "paper");
    let seat = lock::take_this_seat(&folder.path().join("desk"), 0).unwrap().expect("free");
    let gate = lock::Lock::try_take(&folder.path().join("desk/send.lock")).unwrap().expect("free");
    let command = start(folder.path(), "buy --profile desk --yes 10 MSFT 300");
    // Its journal is opened after it has read those of the others.
    wait_for("its journal", || (1..lock::SEATS).any(|seat| journal_of(folder.path(), seat).exists()));
    halt(&seat.journal);
    drop(gate);
    let refused = ended(command);
    assert_eq!((refused.code, refused.err.contains("(G03)")), (1, true), "{}", refused.err);
    let orders = ends(folder.path(), "orders --profile desk --json", 0).json();
    assert_eq!(orders, Value::Array(Vec::new()));
}

#[test]
fn what_another_seat_sent_without_an_answer_is_not_sent_again() {
    let folder = tempfile::tempdir().unwrap();
    let gateway = Gateway::start(folder.path());
    settle(folder.path(), &gateway.1, "paper");
    let placed = ends(folder.path(), "buy --profile desk --json 10 MSFT 300", 0).json();
    let (number, client) = (placed["orders"][0]["order"].as_i64().unwrap(), placed["client"].as_i64().unwrap());
    ends(folder.path(), &format!("cancel --profile desk --client {client} order:{number}"), 0);
    // The same order of some minutes ago, sent by another client that never heard of it again.
    let mut order = (0..lock::SEATS)
        .filter_map(|seat| journal::Reader::open(&journal_of(folder.path(), seat)).unwrap())
        .find_map(|reader| reader.find(&format!("order:{number}")).unwrap())
        .expect("it is recorded");
    order.key = OrderKey::own("tw9z-000001-1");
    order.state = OrderState::Sending;
    (order.ids, order.placed_at.wall) = (BrokerIds::default(), order.placed_at.wall - 600_000_000_000);
    write(&journal_of(folder.path(), 3), Request::Order(Box::new(order)));
    let refused = ends(folder.path(), "buy --profile desk --json --yes 10 MSFT 301", 1).json();
    assert_eq!(refused["error"]["code"], "G21", "{refused}");
    assert!(refused["error"]["message"].as_str().unwrap().contains("has no answer yet"), "{refused}");
    assert!(refused["error"]["hint"].as_str().unwrap().contains("--client "), "{refused}");
    ends(folder.path(), "buy --profile desk 20 MSFT 300", 0);
}

#[test]
fn a_way_out_that_stops_half_way_is_more_than_a_refusal() {
    let folder = tempfile::tempdir().unwrap();
    let script = folder.path().join("lost.faults");
    std::fs::write(&script, "at cancelOrder#1 do drop\n").unwrap();
    let gateway = Gateway::with(folder.path(), &["--faults", script.to_str().unwrap()]);
    settle(folder.path(), &gateway.1, "paper");
    ends(folder.path(), "buy --profile desk 10 MSFT mkt", 0);
    for words in ["stp bid-5%", "stp bid-6%"] {
        ends(folder.path(), &format!("sell --profile desk 5 MSFT {words} gtc"), 0);
    }
    // The first cancel is lost: the position cannot be counted for sure, and nothing is sold.
    let torn = ends(folder.path(), "flatten --profile desk MSFT", 3);
    assert!(torn.err.contains("UNPROTECTED: 10 MSFT have no stop."), "{}{}", torn.out, torn.err);
    assert!(torn.err.contains("were cancelled or made smaller before"), "{}", torn.err);
    let held = ends(folder.path(), "positions --profile desk --json", 0).json();
    assert_eq!(held[0]["quantity"], "10", "{held}");
}

#[test]
fn a_command_leaves_the_first_seat_to_the_workstation_unless_it_needs_its_orders() {
    let folder = tempfile::tempdir().unwrap();
    let gateway = Gateway::start(folder.path());
    settle(folder.path(), &gateway.1, "paper");
    let last = ends(folder.path(), "buy --profile desk --json 10 MSFT 300", 0).json()["client"].as_i64().unwrap();
    assert!(!journal_of(folder.path(), 0).exists());
    let first = last - i64::from(lock::SEATS) + 1;
    ends(folder.path(), &format!("buy --profile desk --client {first} 10 AAPL mkt sl entry-5%"), 0);
    let flat = ends(folder.path(), "flatten --profile desk --json AAPL", 0).json();
    assert_eq!((flat["client"].as_i64(), &flat["result"]), (Some(first), &"filled".into()), "{flat}");
    let away = ends(folder.path(), "cancel --profile desk --json MSFT", 0).json();
    assert_eq!(away["client"].as_i64(), Some(last), "{away}");
}

/// Stands before a paper gateway and gives its account the name of a live one, of the same length.
fn as_live(address: &str) -> String {
    const PAPER: &[u8] = b"DU0000001";
    const LIVE: &[u8] = b"U00000019";
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let (own, address) = (listener.local_addr().unwrap().to_string(), address.to_owned());
    std::thread::spawn(move || {
        for client in listener.incoming().map_while(Result::ok) {
            let server = TcpStream::connect(&address).unwrap();
            let (to_server, to_client) = (server.try_clone().unwrap(), client.try_clone().unwrap());
            // The client begins with four letters that are no frame.
            std::thread::spawn(move || pass(client, to_server, 4, (LIVE, PAPER)));
            std::thread::spawn(move || pass(server, to_client, 0, (PAPER, LIVE)));
        }
    });
    own
}

/// Passes frames on until either side ends, one word in place of another.
fn pass(mut from: TcpStream, mut to: TcpStream, head: usize, (word, instead): (&[u8], &[u8])) {
    let mut copy = || -> std::io::Result<()> {
        let mut first = vec![0; head];
        from.read_exact(&mut first)?;
        to.write_all(&first)?;
        loop {
            let mut length = [0; 4];
            from.read_exact(&mut length)?;
            let mut frame = vec![0; usize::try_from(u32::from_be_bytes(length)).unwrap()];
            from.read_exact(&mut frame)?;
            while let Some(at) = frame.windows(word.len()).position(|bytes| bytes == word) {
                frame[at..at + word.len()].copy_from_slice(instead);
            }
            to.write_all(&length)?;
            to.write_all(&frame)?;
        }
    };
    let _ = copy();
    let _ = to.shutdown(std::net::Shutdown::Both);
}

#[test]
fn in_live_the_last_stop_is_cancelled_with_yes_alone() {
    let folder = tempfile::tempdir().unwrap();
    let gateway = Gateway::start(folder.path());
    settle(folder.path(), &gateway.1, "paper");
    ends(folder.path(), "buy --profile desk 10 AAPL mkt", 0);
    ends(folder.path(), "sell --profile desk 10 AAPL stp bid-5% gtc", 0);
    // The same account as a live one; the client id is the one that placed the stop.
    settle(folder.path(), &as_live(&gateway.1), "live");
    for target in ["AAPL", "all"] {
        let asked = ends(folder.path(), &format!("cancel --profile desk {target}"), 1);
        assert!(asked.err.contains("(G32)") && asked.err.contains("--yes before"), "{}", asked.err);
    }
    let gone = ends(folder.path(), "cancel --profile desk --yes all", 0);
    assert!(gone.err.contains("UNPROTECTED: 10 AAPL have no stop."), "{}{}", gone.out, gone.err);
}
