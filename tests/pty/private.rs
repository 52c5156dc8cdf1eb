//! What the program leaves on disk, in its log and on the terminal: its owner's alone, without account ids, and without a
//! byte that others chose.

use std::collections::BTreeSet;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use rustix::process::Signal;
use tradewind::gateway::Options;

use crate::broker::Broker;
use crate::desk::{Desk, rest, state};

/// Everything below a folder.
fn below(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            below(&path, found);
        }
        found.push(path);
    }
}

#[test]
fn files_are_the_owners_the_log_masks_accounts_and_no_core_is_dumped() {
    let folder = state();
    let home = folder.path().join("state");
    let mut desk = Desk::within(&home, &[], (160, 48), &[("RUST_LOG", Some("trace"))]);
    desk.wait("quotes", |s| s.contents().contains("12 live"));
    rest(&mut desk);
    let limits = std::fs::read_to_string(format!("/proc/{}/limits", desk.pid().as_raw_nonzero())).expect("limits");
    let core = limits.lines().find(|line| line.starts_with("Max core file size")).expect("a row");
    assert_eq!(core.split_whitespace().skip(4).take(2).collect::<Vec<_>>(), ["0", "0"], "{core}");
    desk.signal(Signal::TERM);
    assert_eq!(desk.end(), 143);
    let mut found = vec![home.clone()];
    below(&home, &mut found);
    let (mut files, mut logged) = (0, 0);
    for path in found {
        let mode = path.metadata().expect("it is there").permissions().mode() & 0o777;
        assert_eq!(mode, if path.is_dir() { 0o700 } else { 0o600 }, "{}", path.display());
        files += usize::from(path.is_file());
        if path.extension().is_some_and(|ending| ending == "log") {
            let text = std::fs::read_to_string(&path).expect("a log");
            assert!(!text.contains("DU0000001"), "an account id stands in the log");
            logged += text.lines().count();
        }
    }
    assert!(files >= 4 && logged > 2, "{files} files, {logged} lines");
}

/// Texts of up to nine bytes that do something to a terminal, to the eye, or to whoever reads them.
const PAYLOADS: [&str; 8] = [
    "\x1b]0;own\x07x",
    "\x1b[2J\x1b[Hx",
    "\x1b]52;c;\x07\x07",
    "\x1bP+q\x1b\\ab",
    "\u{9b}31m\u{9d}0;",
    "\u{202e}abcdef",
    "\x07\x08\x0c\x0e\x0f\r\n\tx",
    "\u{200b}\u{feff}abc",
];

/// The kinds of sequences in what was written: final bytes of CSI, heads of OSC, anything else as it is.
fn kinds(text: &str) -> BTreeSet<String> {
    let mut kinds = BTreeSet::new();
    for part in text.split('\x1b').skip(1) {
        let kind = match part.split_at_checked(1) {
            Some(("[", rest)) => {
                let last = rest.chars().find(|c| ('@'..='~').contains(c));
                format!("CSI {}", last.map(String::from).unwrap_or_default())
            }
            Some(("]", rest)) => format!("OSC {}", rest.split(';').next().unwrap_or_default()),
            Some((other, _)) => other.to_owned(),
            None => String::new(),
        };
        kinds.insert(kind);
    }
    kinds
}

#[test]
fn no_byte_of_the_brokers_texts_does_anything_to_the_terminal() {
    for payload in PAYLOADS {
        let name = b"APPLE INC".to_vec();
        let other = [payload.as_bytes(), b"xx"].concat()[..name.len()].to_vec();
        let replaced = vec![(name, other)];
        let broker = Broker::with(Options::default(), replaced);
        let folder = state();
        broker.configure(folder.path());
        let mut desk = Desk::start(folder.path(), &[]);
        desk.wait("quotes", |s| s.contents().contains("12 live"));
        // The ticket says the contract's long name.
        rest(&mut desk);
        desk.press("b", "a staged order", crate::desk::staged);
        desk.signal(Signal::TERM);
        assert_eq!(desk.end(), 143, "{payload:?}");
        desk.assert_restored();
        let text = String::from_utf8(desk.raw.clone()).expect("text");
        let own: BTreeSet<String> =
            ["CSI h", "CSI l", "CSI m", "CSI H", "CSI J", "CSI c", "OSC 11", "\\"].map(String::from).into();
        let foreign: Vec<_> = kinds(&text).difference(&own).cloned().collect();
        assert!(foreign.is_empty(), "{payload:?}: {foreign:?}");
        let bad = |c: char| {
            matches!(c, '\0'..='\x1a' | '\x1c'..='\x1f' | '\x7f'..='\u{9f}')
                || matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
        };
        // Behind the screen come lines for the shell.
        let (screen, _) = text.rsplit_once("\x1b[?1049l").expect("the screen is left");
        assert_eq!(screen.chars().find(|c| bad(*c)), None, "{payload:?}");
        assert!(text.matches("\x1b[2J").count() < 4, "{payload:?}: cleared by nobody but us");
    }
}

#[test]
fn nothing_listens_to_or_dials_another_machine_unasked() {
    let folder = state();
    let run = |arguments: &[&str]| {
        let output = std::process::Command::new(env!("CARGO_BIN_EXE_tradewind"))
            .args(arguments)
            .args(["--state".as_ref(), folder.path().as_os_str(), "--config".as_ref(), folder.path().as_os_str()])
            .stdin(std::process::Stdio::null())
            .output()
            .expect("the program starts");
        (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
    };
    for address in ["0.0.0.0:0", "[::]:0", "192.0.2.1:7497"] {
        let (code, words) = run(&["gateway", "--memory", "--listen", address]);
        assert_eq!(code, Some(2), "{address}: {words}");
        assert!(words.contains("--allow-remote"), "{address}: {words}");
    }
    std::fs::write(
        folder.path().join("settings.toml"),
        "[profile.far]\naddress = \"192.0.2.1:7497\"\nmode = \"paper\"\n",
    )
    .expect("a file");
    let (code, words) = run(&["quote", "AAPL", "--profile", "far"]);
    assert_eq!(code, Some(2), "{words}");
    assert!(words.contains("Profile far has mistakes"), "{words}");
}
