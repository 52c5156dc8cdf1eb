//! Nothing reaches a live account by accident: every combination of flag, file, port and account, against the rule in words;
//! and what a live session keeps is its own.

use std::fs;

use super::*;
use crate::domain::account::{AccountId, Mode};
use crate::run::host;
use crate::run::lock::journal_path;

/// One combination.
#[derive(Debug, Clone, Copy)]
struct Case {
    /// `--profile`.
    flag: Option<&'static str>,
    /// `use_profile`.
    by_file: Option<&'static str>,
    /// `mode` of profile `desk`.
    mode: Option<&'static str>,
    port: u16,
    /// `account` of profile `desk`.
    account: Option<&'static str>,
    read_only: Option<bool>,
    /// What the gateway there manages.
    login: &'static str,
}

impl Case {
    fn settings(&self) -> String {
        let row = |key: &str, value: Option<String>| value.map_or_else(String::new, |v| format!("{key} = {v}\n"));
        let quoted = |text: &str| format!("\"{text}\"");
        [
            row("use_profile", self.by_file.map(quoted)),
            "[profile.desk]\n".to_owned(),
            row("address", Some(quoted(&format!("127.0.0.1:{}", self.port)))),
            row("mode", self.mode.map(quoted)),
            row("account", self.account.map(quoted)),
            row("read_only", self.read_only.map(|yes| yes.to_string())),
        ]
        .concat()
    }

    /// The rule: a live account is reached by a profile that is named and says live, on a port that is not the one for
    /// paper, that names no paper account, where the login has a live account, the named one if one is named; and orders
    /// leave only where the file says `read_only = false`.
    fn reaches(&self) -> (bool, bool) {
        let name = self.flag.or(self.by_file).unwrap_or("sim");
        let built_in = matches!(name, "live" | "gateway-live");
        let desk = name == "desk"
            && self.mode == Some("live")
            && !matches!(self.port, 7497 | 4002)
            && self.account.is_none_or(|account| account == self.login);
        let reaches = (built_in || desk) && self.login.starts_with('U');
        (reaches, reaches && desk && self.read_only == Some(false))
    }
}

fn cases() -> Vec<Case> {
    let names = [None, Some("sim"), Some("paper"), Some("live"), Some("gateway-live"), Some("desk")];
    let mut cases = Vec::new();
    for flag in names {
        for by_file in [None, Some("live"), Some("desk"), Some("sim")] {
            for mode in [None, Some("paper"), Some("live")] {
                for port in [7496, 7497, 4001, 4002, 5000] {
                    for account in [None, Some("U1234567"), Some("DU1234567")] {
                        for read_only in [None, Some(false), Some(true)] {
                            for login in ["U1234567", "DU1234567"] {
                                cases.push(Case { flag, by_file, mode, port, account, read_only, login });
                            }
                        }
                    }
                }
            }
        }
    }
    cases
}

fn place(folder: &std::path::Path, flag: Option<&str>) -> Result<Place, Report> {
    let common = cli::Common {
        profile: flag.map(String::from),
        config: Some(folder.join("config")),
        state: Some(folder.join("state")),
    };
    Place::find(&common)
}

#[test]
fn no_combination_of_flag_file_port_and_account_reaches_live_by_accident() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir_all(folder.path().join("config")).unwrap();
    let (mut live, mut sending) = (0, 0);
    for case in cases() {
        fs::write(folder.path().join("config/settings.toml"), case.settings()).unwrap();
        let found = place(folder.path(), case.flag).ok().and_then(|place| {
            if place.embedded {
                // The embedded gateway has a paper account and nothing else.
                assert_eq!((place.profile.mode, &*place.profile.name), (Mode::Paper, "sim"), "{case:?}");
                return None;
            }
            let account = ib::choose(&place.profile, &[case.login.to_owned()]).ok()?;
            assert_eq!(account.mode(), place.profile.mode, "{case:?}");
            Some((account.mode() == Mode::Live, !place.profile.read_only))
        });
        let reaches = found.is_some_and(|(live, _)| live);
        let sends = found.is_some_and(|(live, sends)| live && sends);
        assert_eq!((reaches, sends), case.reaches(), "{case:?}");
        live += usize::from(reaches);
        sending += usize::from(sends);
    }
    assert!(live > 100 && sending > 20, "the table has both sides: {live}, {sending}");
}

#[test]
fn a_login_with_both_kinds_of_account_needs_a_name() {
    let folder = tempfile::tempdir().unwrap();
    let both = ["U1234567".to_owned(), "DU1234567".to_owned()];
    for name in ["paper", "live"] {
        let mut profile = place(folder.path(), Some(name)).unwrap().profile;
        assert!(ib::choose(&profile, &both).is_err());
        profile.account = Some(AccountId::new(if name == "paper" { "U1234567" } else { "DU1234567" }));
        assert!(ib::choose(&profile, &both).is_err(), "the other kind");
    }
}

#[test]
fn paper_and_live_keep_journal_lists_locks_and_limits_apart() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir_all(folder.path().join("config")).unwrap();
    fs::write(folder.path().join("config/risk.toml"), "[limits.live]\nvalue_max = 60\n").unwrap();
    let names = ["sim", "paper", "live", "gateway-paper", "gateway-live"];
    let places = names.map(|name| place(folder.path(), Some(name)).unwrap());
    let mut files: Vec<PathBuf> = places
        .iter()
        .flat_map(|p| [journal_path(&p.folder, 0), p.watchlist(), host::lock_path(&p.folder), p.folder.clone()])
        .collect();
    let all = files.len();
    files.sort();
    files.dedup();
    assert_eq!(files.len(), all, "no two share one");
    let limits = &places[0].settings.limits;
    assert_eq!(limits.rows(Mode::Live).value_max, 60.into());
    assert_eq!(limits.rows(Mode::Paper).value_max, 400.into());
}

#[test]
fn the_first_variable_of_the_locale_that_is_set_says_the_character_set() {
    let foreign = |all: &'static str, ctype: &'static str, lang: &'static str| {
        is_foreign(|name| {
            let value = match name {
                "LC_ALL" => all,
                "LC_CTYPE" => ctype,
                _ => lang,
            };
            (value != "-").then(|| value.to_owned())
        })
    };
    for (all, ctype, lang, expected) in [
        ("-", "-", "-", false),
        ("", "", "", false),
        ("-", "-", "C.UTF-8", false),
        ("-", "-", "en_US.utf8", false),
        ("C", "-", "en_US.UTF-8", true),
        ("", "de_DE.ISO-8859-1", "en_US.UTF-8", true),
        ("de_DE.UTF-8", "POSIX", "POSIX", false),
        ("-", "UTF-8", "-", false),
    ] {
        assert_eq!(foreign(all, ctype, lang), expected, "{all} {ctype} {lang}");
    }
}
