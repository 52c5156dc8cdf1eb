//! Bad inputs of the user: files and arguments that are wrong. Each is told with its place before anything is opened, all of
//! them at once, and nothing built in stands in for it behind the user's back.
//!
//! What the loaders say of each single mistake stands beside them (`config::tests`, `risk::load`, `theme::tests`,
//! `keys::tests`, `app::bindings_tests`, `run::files`); here the whole program is asked.

use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Stdio};

use tradewind::cli::Cli;
use tradewind::config::Config;
use tradewind::risk::Limits;
use tradewind::source::Source;

const PROGRAM: &str = env!("CARGO_BIN_EXE_tradewind");

/// The exit code and the words of the program for these arguments.
fn run(folder: &Path, arguments: &[&str]) -> (i32, String) {
    let mut command = Command::new(PROGRAM);
    command.arg("--state").arg(folder.join("state")).arg("--config").arg(folder.join("config"));
    let output = command.args(arguments).stdin(Stdio::null()).output().unwrap();
    (output.status.code().unwrap_or(-1), String::from_utf8(output.stderr).unwrap())
}

fn write(folder: &Path, name: &str, text: &str) {
    let path = folder.join("config").join(name);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(&path, text).unwrap();
    std::fs::set_permissions(&path, Permissions::from_mode(0o600)).unwrap();
}

#[test]
fn no_desk_opens_on_settings_or_limits_with_mistakes_and_all_of_them_are_told() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "settings.toml", "default_sise = 10\ndefault_size = 0\n[profile.paper]\nclient_id = -1\n");
    write(folder.path(), "risk.toml", "[limits]\nmax_notionl = 5\nvalue_max = nan\nmax_size = \"500\"\n");
    let (code, said) = run(folder.path(), &[]);
    assert_eq!(code, 2, "{said}");
    for told in [
        "settings.toml:1:1 unknown key \"default_sise\", nearest default_size",
        "settings.toml:2:16 a size is a whole number from 1 to 1000000",
        "settings.toml:4:13 -1 is not a client id: 1 to 999999",
        "risk.toml:2:1 unknown key \"max_notionl\"",
        "risk.toml:3:13 a percentage above 0, at most 1000, is wanted here",
        "risk.toml:4:12 an amount above 0 is wanted here, in plain digits",
    ] {
        assert!(said.contains(told), "{told}\n{said}");
    }
    assert!(!folder.path().join("state").exists(), "nothing was opened");
}

#[test]
fn each_file_that_cannot_be_read_keeps_a_desk_from_opening() {
    for name in ["settings.toml", "risk.toml"] {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("config").join(name);
        let told = |what: &str| {
            let (code, said) = run(folder.path(), &[]);
            assert_eq!((code, said.contains(name), said.contains(what)), (2, true, true), "{name}: {what}: {said}");
        };
        write(folder.path(), name, "x = \n");
        told(":1:");
        write(folder.path(), name, "a = 1\na = 1\n");
        told("duplicate key");
        std::fs::write(&file, b"# \xff\xfe\0").unwrap();
        told("is not UTF-8 at byte 2");
        std::fs::write(&file, vec![b'#'; (1 << 20) + 1]).unwrap();
        told("is larger than 1 MiB");
        std::fs::remove_file(&file).unwrap();
        std::fs::create_dir(&file).unwrap();
        told("is not a file");
    }
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "risk.toml", "[limits]\nmax_size = 500\n");
    std::fs::set_permissions(folder.path().join("config/risk.toml"), Permissions::from_mode(0o666)).unwrap();
    let (code, said) = run(folder.path(), &[]);
    assert_eq!((code, said.contains("chmod 600")), (2, true), "{said}");
}

#[test]
fn a_profile_that_cannot_be_used_is_never_replaced_by_another() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "settings.toml", "use_profile = \"papr\"\n");
    let (code, said) = run(folder.path(), &[]);
    assert_eq!((code, said.contains("nearest paper")), (2, true), "{said}");
    write(folder.path(), "settings.toml", "");
    let (code, said) = run(folder.path(), &["--profile", "papr"]);
    assert_eq!((code, said.contains("nearest paper")), (2, true), "{said}");
}

/// Rows 7 to 28 of the specification that settings can have: the mistake is told, and the profile is not there.
#[test]
fn no_wrong_number_of_a_profile_becomes_another_number() {
    for (mode, row) in [
        ("live", "address = \"127.0.0.1:0\""),
        ("live", "address = \"127.0.0.1:70000\""),
        ("live", "address = \"127.0.0.1:-1\""),
        ("live", "address = \"tcp://127.0.0.1:7496\""),
        ("live", "address = \"10.0.0.1:7496\""),
        ("live", "address = \"0.0.0.0:7496\""),
        ("live", "address = \"127.0.0.1:7497\""),
        ("live", "address = \"127.0.0.1:4002\""),
        ("paper", "address = \"127.0.0.1:7496\""),
        ("paper", "address = \"127.0.0.1:4001\""),
        ("live", "account = \"DU1234567\""),
        ("paper", "account = \"U1234567\""),
        ("live", "client_id = 0"),
        ("live", "client_id = 1e3"),
        ("live", "client_id = 2147483648"),
        ("live", "read_only = 0"),
    ] {
        let text = format!("[profile.desk]\nmode = \"{mode}\"\naddress = \"127.0.0.1:9000\"\n{row}\n");
        // A second address is a mistake of its own.
        let text = if row.starts_with("address") { text.replace("address = \"127.0.0.1:9000\"\n", "") } else { text };
        let (config, problems) = Config::read(&Source::new("settings.toml", text.clone()));
        assert!(!problems.0.is_empty(), "{text}");
        assert!(problems.0.iter().all(|p| p.line > 0 && p.column > 0), "{problems}");
        assert!(config.profile("desk").is_err(), "{text}");
    }
}

/// Row 18, 20 to 22: no such number is a limit, and what is built in is never widened by it.
#[test]
fn no_wrong_number_is_a_limit() {
    for wrong in ["0", "-1", "nan", "inf", "-inf", "1e309", "\"5\"", "true", "[5]", "5001", "0x10"] {
        for key in ["value_max", "position_max", "loss_max", "band_max"] {
            let text = format!("[limits]\n{key} = {wrong}\n");
            let (limits, problems) = Limits::read(&Source::new("risk.toml", text.clone()));
            assert_eq!((limits, problems.0.len()), (Limits::default(), 1), "{text}{problems}");
        }
    }
    let (limits, problems) = Limits::read(&Source::new("risk.toml", "[limits]\nvalue_max = 10\n"));
    assert_eq!((limits, problems.0.len()), (Limits::default(), 2), "below what asks, in both columns: {problems}");
}

/// Rows 47 to 52: arguments.
#[test]
fn arguments_that_are_wrong_reach_nothing() {
    let folder = tempfile::tempdir().unwrap();
    for arguments in [
        &["--profil", "sim"][..],
        &["--profile"],
        &["quote"],
        &["gateway", "--port", "70000"],
        &["gateway", "--port", "x"],
        &["buy", "1e3", "AAPL", "100"],
        &["buy", "1_000", "AAPL", "100"],
        &["buy", "1,5", "AAPL", "100"],
        &["buy", "１００", "AAPL", "100"],
        &["buy", "100", "AAPL", "."],
        &["buy", "100", "AAPL", "1.2.3"],
        &["buy", "100", "AAPL", "0x10"],
        &["buy", "100", "AAPL", "+-1"],
        &["buy", "-100", "AAPL", "100"],
        &["buy", "100", "AAPL", "100", "--yes"],
    ] {
        let (code, said) = run(folder.path(), arguments);
        assert_eq!(code, 2, "{arguments:?}: {said}");
        assert!(!said.trim().is_empty(), "{arguments:?}");
    }
    assert!(!folder.path().join("state").exists(), "nothing was opened");
}

/// Row 59.
#[test]
fn without_a_terminal_no_desk_opens() {
    let folder = tempfile::tempdir().unwrap();
    let (code, said) = run(folder.path(), &[]);
    assert_eq!(code, 2, "{said}");
    assert!(!said.is_empty());
}

/// Rows 54 to 56: a journal that is held, of a later release, or no journal at all.
#[test]
fn a_journal_that_cannot_be_trusted_sends_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let journal = folder.path().join("state/sim");
    std::fs::create_dir_all(&journal).unwrap();
    std::fs::write(
        journal.join("journal.db"),
        b"this is no database, and long enough to be taken for one if nobody looks",
    )
    .unwrap();
    let (code, said) = run(folder.path(), &["buy", "1", "AAPL", "100"]);
    assert!(code != 0 && said.contains("journal.db") && said.contains("not a database"), "{code}: {said}");
    assert_eq!(
        std::fs::read(journal.join("journal.db")).unwrap().first_chunk::<4>(),
        Some(b"this"),
        "the file is left as it was"
    );
}

#[test]
fn the_command_line_is_sound() {
    use clap::CommandFactory;
    Cli::command().debug_assert();
}
