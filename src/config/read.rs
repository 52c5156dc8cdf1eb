//! Reading `settings.toml`: every row that is right is taken, every one that is not is listed.
//!
//! Invariants: nothing is defaulted silently: a row with a mistake keeps the built-in value and is listed; a profile with
//! a mistake is not there at all, also where a built-in one has its name, so nobody connects to what he did not mean.
//!
//! Must not know: the file system; the text is handed in.

use std::ops::Range;

use indexmap::IndexMap;
use rust_decimal::Decimal;
use toml::de::DeTable;

use super::profile::{self, Profile};
use super::settings::{Colour, Confirm, Dots, Link, LogLevel, RiskUnit, Settings, Symbols};
use crate::domain::account::{AccountId, Mode};
use crate::money::Qty;
use crate::sentence::{Percent, Size};
use crate::source::{self, Node, Problems, Source, nearest};

/// Most symbols of a watchlist: the market data lines IB gives without a booster.
pub const WATCHLIST_MAX: usize = 100;

/// Everything that is configured.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Config {
    /// How the desk looks and behaves.
    pub settings: Settings,
    /// Profiles without a mistake, by name.
    profiles: IndexMap<String, Profile>,
    /// Names of those with one.
    broken: Vec<String>,
}

impl Default for Config {
    fn default() -> Self {
        Self { settings: Settings::default(), profiles: Profile::builtin(), broken: Vec::new() }
    }
}

impl Config {
    /// The configuration of this text and everything that is wrong in it.
    pub fn read(source: &Source) -> (Self, Problems) {
        let mut problems = Vec::new();
        let read = source::Reader::new(source, &mut problems);
        let mut reader = Reader { read, torn: false, config: Self::default() };
        reader.all();
        let config = reader.config;
        problems.sort();
        (config, Problems(problems))
    }

    /// The profile of this name, or why there is none.
    pub fn profile(&self, name: &str) -> Result<&Profile, String> {
        if self.broken.iter().any(|b| b == name) {
            return Err(format!("Profile {name} has mistakes in its file and is not used."));
        }
        self.profiles.get(name).ok_or_else(|| {
            let known = self.profiles().collect::<Vec<_>>().join(", ");
            match nearest(name, self.profiles()) {
                Some(near) => format!("No profile is called {name}, nearest {near}. There are {known}."),
                None => format!("No profile is called {name}. There are {known}."),
            }
        })
    }

    /// The names of the profiles that can be used.
    pub fn profiles(&self) -> impl Iterator<Item = &str> {
        self.profiles.keys().map(String::as_str)
    }
}

struct Reader<'a> {
    read: source::Reader<'a>,
    /// Whether the text is not TOML throughout; what a profile says is not certain then.
    torn: bool,
    config: Config,
}

/// Keys of the file, for the nearest name.
const KEYS: [&str; 16] = [
    "watchlist",
    "default_size",
    "risk_unit",
    "theme",
    "keymap",
    "symbols",
    "dots",
    "colour",
    "up_down",
    "ground",
    "flash",
    "link",
    "log",
    "profile",
    "use_profile",
    "live",
];
/// Minutes a live session may stay armed without a key.
const IDLE: std::ops::RangeInclusive<u16> = 5..=480;

impl Reader<'_> {
    fn all(&mut self) {
        let table = self.read.source.parse(self.read.problems);
        self.torn = !self.read.problems.is_empty();
        for (key, span, value) in source::rows(&table) {
            self.row(key, &span, value);
        }
    }

    fn row(&mut self, key: &str, span: &Range<usize>, value: &Node<'_>) {
        match key {
            "watchlist" => {
                if let Some(list) = self.watchlist(value) {
                    self.config.settings.watchlist = list;
                }
            }
            "default_size" => {
                if let Some(size) = self.size(value) {
                    self.config.settings.default_size = size;
                }
            }
            "risk_unit" => {
                if let Some(unit) = self.risk_unit(value) {
                    self.config.settings.risk_unit = unit;
                }
            }
            "theme" => {
                if let Some(name) = self.name(value) {
                    self.config.settings.theme = name;
                }
            }
            "keymap" => {
                if let Some(name) = self.name(value) {
                    self.config.settings.keymap = name;
                }
            }
            "use_profile" => {
                if let Some(name) = self.name(value) {
                    self.config.settings.profile = name;
                }
            }
            "profile" => self.profiles(value),
            "live" => self.live(value),
            _ => self.choice(key, span, value),
        }
    }

    /// Rows that are one word of several.
    fn choice(&mut self, key: &str, span: &Range<usize>, value: &Node<'_>) {
        match key {
            "symbols" => {
                let choice = self.read.one_of(value, &[("unicode", Symbols::Unicode), ("ascii", Symbols::Ascii)]);
                self.config.settings.symbols = choice.unwrap_or(self.config.settings.symbols);
            }
            "dots" => {
                let all = [
                    ("auto", Dots::Auto),
                    ("braille", Dots::Braille),
                    ("blocks", Dots::Blocks),
                    ("ascii", Dots::Ascii),
                ];
                let choice = self.read.one_of(value, &all);
                self.config.settings.dots = choice.unwrap_or(self.config.settings.dots);
            }
            "colour" => {
                let all = [
                    ("auto", Colour::Auto),
                    ("true", Colour::True),
                    ("256", Colour::Indexed),
                    ("16", Colour::Ansi16),
                    ("none", Colour::None),
                ];
                let choice = self.read.one_of(value, &all);
                self.config.settings.colour = choice.unwrap_or(self.config.settings.colour);
            }
            "up_down" => {
                let choice = self.read.one_of(value, &[("themed", false), ("swapped", true)]);
                self.config.settings.swap_up_down = choice.unwrap_or(self.config.settings.swap_up_down);
            }
            "ground" => {
                let choice = self.read.one_of(value, &[("painted", true), ("terminal", false)]);
                self.config.settings.paint_ground = choice.unwrap_or(self.config.settings.paint_ground);
            }
            "flash" => {
                let choice = self.read.one_of(value, &[("on", true), ("off", false)]);
                self.config.settings.flash = choice.unwrap_or(self.config.settings.flash);
            }
            "link" => {
                let choice = self.read.one_of(value, &[("fast", Link::Fast), ("slow", Link::Slow)]);
                self.config.settings.link = choice.unwrap_or(self.config.settings.link);
            }
            "log" => {
                let all = [
                    ("error", LogLevel::Error),
                    ("warn", LogLevel::Warn),
                    ("info", LogLevel::Info),
                    ("debug", LogLevel::Debug),
                    ("trace", LogLevel::Trace),
                ];
                let choice = self.read.one_of(value, &all);
                self.config.settings.log = choice.unwrap_or(self.config.settings.log);
            }
            _ => {
                self.read.unknown_key(span, key, KEYS);
            }
        }
    }

    /// `[live]`: how a live session is armed.
    fn live(&mut self, value: &Node<'_>) {
        let Some(table) = self.read.table(value) else { return };
        for (key, span, value) in source::rows(table) {
            match key {
                "idle" => {
                    let minutes = value.get_ref().as_integer().filter(|i| i.radix() == 10);
                    let minutes = minutes.and_then(|i| i.as_str().parse().ok()).filter(|m| IDLE.contains(m));
                    match minutes {
                        Some(minutes) => self.config.settings.live.idle = minutes,
                        None => self.read.fault(&value.span(), "idle is in whole minutes, from 5 to 480"),
                    }
                }
                "confirm" => {
                    let choice = self.read.one_of(value, &[("always", Confirm::Always), ("armed", Confirm::Armed)]);
                    self.config.settings.live.confirm = choice.unwrap_or(self.config.settings.live.confirm);
                }
                _ => self.read.unknown_key(&span, key, ["idle", "confirm"]),
            }
        }
    }

    /// A name of a file or profile: it never leaves its folder.
    fn name(&mut self, value: &Node<'_>) -> Option<String> {
        let text = self.read.text(value)?;
        let plain = !text.is_empty() && text.chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | '_' | ' '));
        if !plain {
            self.read.fault(&value.span(), format!("{text:?} is not a name: letters, digits, - and _"));
        }
        plain.then(|| text.to_owned())
    }

    fn size(&mut self, value: &Node<'_>) -> Option<Qty> {
        let digits = value.get_ref().as_integer().filter(|i| i.radix() == 10).map(toml::de::DeInteger::as_str);
        let size = digits.and_then(|d| d.parse::<i64>().ok()).filter(|n| (1..=1_000_000).contains(n));
        if size.is_none() {
            self.read.fault(&value.span(), "a size is a whole number from 1 to 1000000");
        }
        size.map(Qty::from)
    }

    fn risk_unit(&mut self, value: &Node<'_>) -> Option<RiskUnit> {
        let unit = match crate::sentence::parse_size(self.read.text(value)?) {
            Ok(Size::Percent(percent, Percent::NetLiquidation)) if percent <= Decimal::TEN => {
                Some(RiskUnit::Percent(percent))
            }
            Ok(size) => size.money().map(|(cash, currency)| RiskUnit::Cash(cash, currency)),
            Err(_) => None,
        };
        if unit.is_none() {
            self.read.fault(&value.span(), "a unit of risk is up to \"10%nlv\", or an amount like \"250usd\"");
        }
        unit
    }

    fn watchlist(&mut self, value: &Node<'_>) -> Option<Vec<String>> {
        let items = self.read.list(value, "a list of symbols")?;
        let before = self.read.problems.len();
        let mut list: Vec<String> = Vec::new();
        for item in items {
            let Some(text) = self.read.text(item) else { continue };
            let Some(symbol) = crate::sentence::name(text) else {
                self.read.fault(&item.span(), format!("{text:?} is not the name of a contract"));
                continue;
            };
            if list.contains(&symbol) {
                self.read.fault(&item.span(), format!("{symbol} stands twice"));
            } else {
                list.push(symbol);
            }
        }
        if items.len() > WATCHLIST_MAX {
            self.read.fault(&value.span(), format!("{} symbols, at most {WATCHLIST_MAX}", items.len()));
        }
        (self.read.problems.len() == before).then_some(list)
    }

    fn profiles(&mut self, value: &Node<'_>) {
        let Some(table) = value.get_ref().as_table() else {
            let what = "profiles are tables, [profile.NAME]; which one is used says use_profile";
            return self.read.fault(&value.span(), what);
        };
        for (name, span, value) in source::rows(table) {
            let before = self.read.problems.len();
            let profile = self.read.table(value).and_then(|rows| self.profile(name, &span, rows));
            match profile.filter(|_| !self.torn && self.read.problems.len() == before) {
                Some(profile) => {
                    self.config.profiles.insert(name.to_owned(), profile);
                }
                None => {
                    self.config.profiles.shift_remove(name);
                    self.config.broken.push(name.to_owned());
                }
            }
        }
    }

    fn profile(&mut self, name: &str, span: &Range<usize>, rows: &DeTable<'_>) -> Option<Profile> {
        if name == profile::SIM {
            self.read.fault(span, "sim is the embedded gateway and cannot be changed: choose another name");
            return None;
        }
        let rows = source::rows(rows);
        let row = |key: &str| rows.iter().find(|(k, ..)| *k == key).map(|(.., value)| *value);
        let said = row("mode").and_then(|v| self.read.one_of(v, &[("paper", Mode::Paper), ("live", Mode::Live)]));
        let known = self.config.profiles.get(name).cloned();
        let Some(mode) = said.or(known.as_ref().map(|p| p.mode)) else {
            if row("mode").is_none() {
                self.read.fault(span, format!("profile {name} needs mode = \"paper\" or \"live\""));
            }
            return None;
        };
        let mut profile = known.filter(|p| p.mode == mode).unwrap_or_else(|| Profile::blank(mode));
        let allow_remote = row("allow_remote").and_then(|v| self.read.yes_no(v)).unwrap_or(false);
        for (key, key_span, value) in &rows {
            match *key {
                "mode" | "allow_remote" => {}
                "address" => profile.address = self.address(value, allow_remote).or(profile.address),
                "client_id" => profile.client_id = self.client_id(value).unwrap_or(profile.client_id),
                "account" => profile.account = self.account(value, mode).or(profile.account),
                "read_only" => profile.read_only = self.read.yes_no(value).unwrap_or(true),
                _ => {
                    let names = ["mode", "address", "client_id", "account", "read_only", "allow_remote"];
                    self.read.unknown_key(key_span, key, names);
                }
            }
        }
        match &profile.address {
            None if row("address").is_none() => {
                self.read.fault(span, format!("profile {name} needs address = \"host:port\""));
            }
            Some(address) if profile::mode_of_port(address.port).is_some_and(|m| m != mode) => {
                let at = row("address").or(row("mode")).map_or(span.clone(), Node::span);
                let (looks, is) = if mode == Mode::Paper { ("live", "paper") } else { ("paper", "live") };
                self.read.fault(&at, format!("port {} is the one for {looks}, the profile is {is}", address.port));
            }
            _ => {}
        }
        Some(profile)
    }

    fn address(&mut self, value: &Node<'_>, allow_remote: bool) -> Option<profile::Address> {
        let text = self.read.text(value)?;
        match profile::address(text) {
            Ok(address) if allow_remote || profile::is_local(&address.host) => Some(address),
            Ok(address) => {
                let what = format!(
                    "{} is another machine and the protocol is not encrypted: use a tunnel, or allow_remote = true",
                    address.host
                );
                self.read.fault(&value.span(), what);
                None
            }
            Err(what) => {
                self.read.fault(&value.span(), what);
                None
            }
        }
    }

    fn client_id(&mut self, value: &Node<'_>) -> Option<i32> {
        let number = value.get_ref().as_integer().filter(|i| i.radix() == 10).and_then(|i| i.as_str().parse().ok());
        let id = number
            .ok_or_else(|| "a client id is a whole number from 1 to 999999".to_owned())
            .and_then(profile::client_id);
        id.map_err(|what| self.read.fault(&value.span(), what)).ok()
    }

    fn account(&mut self, value: &Node<'_>, mode: Mode) -> Option<AccountId> {
        let text = self.read.text(value)?;
        if !(4..=20).contains(&text.len()) || !text.bytes().all(|b| b.is_ascii_alphanumeric()) {
            self.read.fault(&value.span(), "an account id is letters and digits, such as U1234567 or DU1234567");
            return None;
        }
        let account = AccountId::new(text);
        if account.mode() != mode {
            let (is, wanted) =
                if mode == Mode::Live { ("a paper account", "live") } else { ("a live account", "paper") };
            self.read.fault(&value.span(), format!("{account} is {is}, the profile is {wanted}"));
            return None;
        }
        Some(account)
    }
}
