//! What is read, what is refused, and what is used instead.

use std::fs;

use rust_decimal::Decimal;

use super::*;
use crate::domain::account::{AccountId, Mode};
use crate::money::{Cash, Qty};
use crate::source::Source;

fn config(text: &str) -> (Config, Vec<String>) {
    let (config, problems) = Config::read(&Source::new("settings.toml", text));
    (config, problems.0.iter().map(ToString::to_string).collect())
}

#[test]
fn an_empty_file_is_what_is_built_in() {
    let (config, problems) = config("");
    assert_eq!((config, problems), (Config::default(), Vec::new()));
}

#[test]
fn a_full_file_is_read() {
    let (config, problems) = config(
        r#"
        watchlist = ["aapl", "BRK.B"]
        default_size = 50
        risk_unit = "250usd"
        theme = "light"
        keymap = "vim"
        symbols = "ascii"
        colour = "256"
        up_down = "swapped"
        ground = "terminal"
        flash = "off"
        link = "slow"
        log = "debug"
        use_profile = "desk"
        [profile.desk]
        address = "[::1]:4001"
        mode = "live"
        client_id = 7
        account = "U1234567"
        read_only = false
        [profile.paper]
        client_id = 3
        "#,
    );
    assert_eq!(problems, Vec::<String>::new());
    let s = &config.settings;
    assert_eq!(s.watchlist, ["AAPL", "BRK.B"]);
    assert_eq!((s.default_size, s.symbols, s.colour), (Qty::from(50), Symbols::Ascii, Colour::Indexed));
    assert_eq!((s.flash, s.paint_ground, s.swap_up_down), (false, false, true));
    assert_eq!((s.link, s.log), (Link::Slow, LogLevel::Debug));
    assert_eq!(s.risk_unit, RiskUnit::Cash(Cash::from(250), "USD".into()));
    let desk = config.profile(&s.profile).unwrap();
    assert_eq!(desk.address.as_ref().map(ToString::to_string).as_deref(), Some("[::1]:4001"));
    assert_eq!((desk.client_id, desk.mode, desk.read_only), (7, Mode::Live, false));
    assert_eq!(desk.account, Some(AccountId::new("U1234567")));
    let paper = config.profile("paper").unwrap();
    assert_eq!((paper.client_id, paper.address.as_ref().map(|a| a.port)), (3, Some(7497)), "built-in rows stay");
}

#[test]
fn live_is_read_only_until_a_file_says_otherwise() {
    let (config, _) = config("[profile.mine]\nmode = \"live\"\naddress = \"localhost:9000\"");
    assert!(config.profile("live").unwrap().read_only);
    assert!(config.profile("gateway-live").unwrap().read_only);
    assert!(config.profile("mine").unwrap().read_only);
    assert!(!config.profile("paper").unwrap().read_only);
}

#[test]
fn every_mistake_is_listed_with_its_place_and_the_rest_is_used() {
    let text = "watchlist = [\"AAPL\", \"aapl\", \"A B\"]\n\
                default_sise = 5\n\
                default_size = 0\n\
                theme = \"../x\"\n\
                symbols = \"asci\"\n\
                flash = true\n\
                link = \"slow\"\n\
                colour = \"redd\"\n\
                link = \"fast\"\n";
    let (config, problems) = config(text);
    assert_eq!(
        problems,
        [
            "settings.toml:1:22 AAPL stands twice",
            "settings.toml:1:30 \"A B\" is not the name of a contract",
            "settings.toml:2:1 unknown key \"default_sise\", nearest default_size",
            "settings.toml:3:16 a size is a whole number from 1 to 1000000",
            "settings.toml:4:9 \"../x\" is not a name: letters, digits, - and _",
            "settings.toml:5:11 \"asci\" is not one of unicode, ascii, nearest ascii",
            "settings.toml:6:9 a text is wanted here, not true or false",
            "settings.toml:8:10 \"redd\" is not one of auto, true, 256, 16, none",
            "settings.toml:9:1 not TOML: duplicate key",
        ]
    );
    assert_eq!(config.settings, Settings { link: Link::Slow, ..Settings::default() });
}

#[test]
fn a_profile_with_a_mistake_is_not_used_at_all() {
    let cases = [
        ("address = \"127.0.0.1:0\"", "settings.toml:3:11 the port is a number from 1 to 65535"),
        ("address = \"127.0.0.1:70000\"", "settings.toml:3:11 the port is a number from 1 to 65535"),
        ("address = \"127.0.0.1\"", "settings.toml:3:11 \"127.0.0.1\" has no port: host:port"),
        ("address = \"\"", "settings.toml:3:11 \"\" has no port: host:port"),
        (
            "address = \"tcp://a:1\"",
            "settings.toml:3:11 \"tcp://a:1\": a bare host and port are wanted, without a scheme",
        ),
        ("address = \"a b:7000\"", "settings.toml:3:11 \"a b\" is not a host: a name or an IP address"),
        (
            "address = \"0.0.0.0:7000\"",
            "settings.toml:3:11 0.0.0.0 is another machine and the protocol is not encrypted: use a tunnel, or allow_remote = true",
        ),
        ("address = \"127.0.0.1:7497\"", "settings.toml:3:11 port 7497 is the one for paper, the profile is live"),
        ("client_id = -1", "settings.toml:3:13 -1 is not a client id: 1 to 999999"),
        ("client_id = 2147483648", "settings.toml:3:13 2147483648 is not a client id: 1 to 999999"),
        ("client_id = 0", "settings.toml:3:13 client id 0 takes over orders entered by hand in TWS: use 1 or above"),
        ("client_id = \"1\"", "settings.toml:3:13 a client id is a whole number from 1 to 999999"),
        ("account = \"DU1234567\"", "settings.toml:3:11 DU…4567 is a paper account, the profile is live"),
        ("account = \"U 1\"", "settings.toml:3:11 an account id is letters and digits, such as U1234567 or DU1234567"),
        ("read_only = \"no\"", "settings.toml:3:13 true or false is wanted here, not a text"),
        ("acount = \"U1234567\"", "settings.toml:3:1 unknown key \"acount\", nearest account"),
    ];
    for (row, wanted) in cases {
        let (config, problems) = config(&format!("[profile.live]\nmode = \"live\"\n{row}\n"));
        assert_eq!(problems, [wanted], "{row}");
        let why = config.profile("live").unwrap_err();
        assert_eq!(why, "Profile live has mistakes in its file and is not used.", "{row}");
        assert!(config.profile("paper").is_ok(), "the others stay");
    }
}

#[test]
fn a_file_that_is_not_toml_throughout_gives_no_profile() {
    let (config, problems) = config("[profile.paper]\nread_only = true\nread_only = false\n");
    assert_eq!(problems, ["settings.toml:3:1 not TOML: duplicate key"]);
    assert!(config.profile("paper").is_err());
    assert!(config.profile("gateway-paper").is_ok());
}

#[test]
fn a_profile_needs_mode_and_address_and_sim_stays_what_it_is() {
    let (_, problems) =
        config("[profile.a]\naddress = \"localhost:9000\"\n[profile.b]\nmode = \"paper\"\n[profile.sim]\n");
    assert_eq!(
        problems,
        [
            "settings.toml:1:10 profile a needs mode = \"paper\" or \"live\"",
            "settings.toml:3:10 profile b needs address = \"host:port\"",
            "settings.toml:5:10 sim is the embedded gateway and cannot be changed: choose another name",
        ]
    );
    let default = Config::default();
    assert!(default.profile("papr").unwrap_err().starts_with("No profile is called papr, nearest paper."));
}

#[test]
fn files_that_are_no_text_are_one_problem_each() {
    let home = tempfile::tempdir().unwrap();
    let paths = Paths::find(Some(home.path()), Some(&home.path().join("state"))).unwrap();
    assert_eq!(paths.settings(), Ok(None));
    let file = home.path().join("settings.toml");
    fs::write(&file, b"theme = \"\xff\"").unwrap();
    assert_eq!(paths.settings().unwrap_err().to_string(), "settings.toml is not UTF-8 at byte 9");
    fs::write(&file, vec![b'#'; (1 << 20) + 1]).unwrap();
    assert_eq!(paths.settings().unwrap_err().to_string(), "settings.toml is larger than 1 MiB");
    fs::remove_file(&file).unwrap();
    fs::create_dir(&file).unwrap();
    assert!(paths.settings().unwrap_err().to_string().starts_with("settings.toml"));
    fs::create_dir(home.path().join("keymaps")).unwrap();
    fs::write(home.path().join("keymaps/mine.toml"), "\u{feff}name = \"Mine\"").unwrap();
    fs::write(home.path().join("keymaps/note.txt"), "no key map").unwrap();
    let (maps, problems) = paths.keymaps();
    assert_eq!(problems, []);
    assert_eq!(maps.keys().collect::<Vec<_>>(), ["mine"]);
    assert_eq!(maps["mine"].text, "name = \"Mine\"");
}

#[cfg(unix)]
#[test]
fn folders_belong_to_the_user_alone() {
    use std::os::unix::fs::PermissionsExt;
    let home = tempfile::tempdir().unwrap();
    let folder = home.path().join("a/b");
    Paths::make(&folder).unwrap();
    assert_eq!(fs::metadata(&folder).unwrap().permissions().mode() & 0o777, 0o700);
}

#[test]
fn a_unit_of_risk_is_a_small_part_of_the_account_or_an_amount() {
    let unit = |text: &str| {
        let (config, problems) = config(&format!("risk_unit = {text}"));
        if problems.is_empty() { Ok(config.settings.risk_unit) } else { Err(problems) }
    };
    assert_eq!(unit("\"0.5%nlv\""), Ok(RiskUnit::Percent(Decimal::new(5, 1))));
    assert_eq!(unit("\"1keur\""), Ok(RiskUnit::Cash(Cash::from(1_000), "EUR".into())));
    for wrong in ["\"11%nlv\"", "\"1%pos\"", "\"250\"", "\"1r\"", "\"0usd\"", "250"] {
        assert!(unit(wrong).is_err(), "{wrong}");
    }
    let net = Some(Cash::from(100_000));
    assert_eq!(RiskUnit::default().amount(net, "USD"), Some(Cash::from(250)));
    assert_eq!(RiskUnit::default().amount(None, "USD"), None, "unknown stays unknown");
    assert_eq!(
        RiskUnit::Cash(Cash::from(9), "EUR".into()).amount(net, "USD"),
        None,
        "another currency is not converted"
    );
}

#[test]
fn arming_is_within_its_bounds_and_always_asks_unless_the_file_says_otherwise() {
    let (config, problems) = config("[live]\nidle = 5\nconfirm = \"armed\"");
    assert_eq!((config.settings.live, problems), (LiveSettings { idle: 5, confirm: Confirm::Armed }, Vec::new()));
    for idle in ["4", "481", "0", "-5", "5.5", "\"60\"", "0x20", "99999999999"] {
        let (config, problems) = self::config(&format!("[live]\nidle = {idle}\nconfirm = \"never\"\nidel = 5"));
        assert_eq!(config.settings.live, LiveSettings { idle: 60, confirm: Confirm::Always });
        assert_eq!(problems.len(), 3, "{problems:?}");
        assert_eq!(problems[0], "settings.toml:2:8 idle is in whole minutes, from 5 to 480");
    }
    assert_eq!(self::config("[live]\nidle = 480").0.settings.live.idle, 480);
}

#[cfg(unix)]
#[test]
fn limits_that_others_can_write_are_not_read() {
    use std::os::unix::fs::PermissionsExt;
    let home = tempfile::tempdir().unwrap();
    let paths = Paths::find(Some(home.path()), Some(&home.path().join("state"))).unwrap();
    assert_eq!(paths.risk(), Ok(None));
    let file = home.path().join("risk.toml");
    fs::write(&file, "[limits]\nmax_size = 500\n").unwrap();
    for mode in [0o600, 0o644, 0o400] {
        fs::set_permissions(&file, fs::Permissions::from_mode(mode)).unwrap();
        assert!(paths.risk().unwrap().is_some(), "{mode:o}");
    }
    for mode in [0o620, 0o602, 0o666] {
        fs::set_permissions(&file, fs::Permissions::from_mode(mode)).unwrap();
        let why = paths.risk().unwrap_err().to_string();
        assert_eq!(why, "risk.toml can be written by others, and it holds your limits: chmod 600", "{mode:o}");
    }
}
