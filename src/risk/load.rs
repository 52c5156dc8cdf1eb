//! Reading `risk.toml`: every row that is right is taken, every one that is not is listed at its place.
//!
//! ```toml
//! # The numbers are what is built in, live / paper; a row under [limits] is for both, one under [limits.live] or
//! # [limits.paper] for one. Percentages are of net liquidation unless said otherwise.
//! [limits]
//! size_multiple = 10         # 10 / 50: G06 asks above so many times the default size
//! max_size = 5000            # none: G06 forbids more shares
//! value_confirm = 25         # 25 / 50: G07 asks above
//! value_max = 100            # 100 / 400: G07 forbids above
//! max_value = 50000          # none: G07 forbids more money, in the account's currency
//! volume_confirm = 1         # 1 / 5: G09, percent of an average day's volume
//! band_confirm = 3           # 3 / 3: G11, percent through the far touch
//! band_max = 10              # 10 / 10: G12
//! spread_max = 2             # 2 / 2: G15, percent of the middle
//! position_confirm = 50      # 50 / 100: G17 asks above
//! position_max = 200         # 200 / 400: G17 forbids above
//! gross_confirm = 150        # 150 / 150: G20 asks above
//! gross_max = 400            # 400 / 400: G20 forbids above
//! open_intents = 60          # 60 / 200: G20
//! per_second = 5             # 5 / 10: G22
//! per_minute = 60            # 60 / 300: G22
//! unattended_fills = 5       # 5 / 5: G23 sets REDUCE after so many fills of orders that no key has sent
//! loss_confirm = 2           # 2 / 5: G24 asks above this loss of the day
//! loss_max = 4               # 4 / 10: G24 sets REDUCE
//! cushion = 10               # 10 / 10: G25 asks below
//! take_spread = 10           # 10 / 10: G35, percent of an option's middle
//!
//! [limits.paper]
//! value_max = 200
//!
//! [symbol.AAPL]
//! default_size = 50
//! max_size = 500
//! max_value = 100000
//! max_position = 1000
//! band_confirm = 1
//! band_max = 5
//! ```
//!
//! Invariants: a row with a mistake keeps the built-in value and is listed; a limit that asks is never above the one that
//! forbids: where a file says so, both keep what is built in.
//!
//! Must not know: the file system. The file is read at the start; what is said while the desk
//! runs is for `tune`.

use std::ops::Range;

use rust_decimal::Decimal;
use toml::de::DeTable;

use super::{Limits, Rows, SymbolLimits};
use crate::money::{Cash, Qty};
use crate::source::{self, Node, Problems, Source};

/// The keys of a column.
pub(super) const ROWS: [&str; 21] = [
    "size_multiple",
    "max_size",
    "value_confirm",
    "value_max",
    "max_value",
    "volume_confirm",
    "band_confirm",
    "band_max",
    "spread_max",
    "position_confirm",
    "position_max",
    "gross_confirm",
    "gross_max",
    "open_intents",
    "per_second",
    "per_minute",
    "unattended_fills",
    "loss_confirm",
    "loss_max",
    "cushion",
    "take_spread",
];
/// The keys of a symbol.
const OWN: [&str; 6] = ["default_size", "max_size", "max_value", "max_position", "band_confirm", "band_max"];
/// Most percent that a limit may say.
pub(super) const PERCENT_MAX: i64 = 1_000;

/// Which columns a table is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Columns {
    Both,
    Live,
    Paper,
}

impl Limits {
    /// The limits of this text on top of what is built in, and everything that is wrong in it.
    pub fn read(source: &Source) -> (Self, Problems) {
        let mut problems = Vec::new();
        let read = source::Reader::new(source, &mut problems);
        let table = read.source.parse(read.problems);
        let mut reader = Reader { read, limits: Self::default() };
        for (key, span, value) in source::rows(&table) {
            match key {
                "limits" => reader.columns(value),
                "symbol" => reader.symbols(value),
                _ => reader.read.unknown_key(&span, key, ["limits", "symbol"]),
            }
        }
        let limits = reader.limits;
        problems.sort();
        (limits, Problems(problems))
    }
}

struct Reader<'a> {
    read: source::Reader<'a>,
    limits: Limits,
}

impl Reader<'_> {
    fn columns(&mut self, value: &Node<'_>) {
        let Some(table) = self.read.table(value) else { return };
        let (before, span) = (self.limits.clone(), value.span());
        // A column of its own wins over the rows for both, wherever it stands.
        for (key, span, value) in source::rows(table) {
            if !matches!(key, "live" | "paper") {
                self.row(Columns::Both, key, &span, value);
            }
        }
        for (key, _, value) in source::rows(table) {
            let columns = match key {
                "live" => Columns::Live,
                "paper" => Columns::Paper,
                _ => continue,
            };
            let Some(table) = self.read.table(value) else { continue };
            for (key, span, value) in source::rows(table) {
                self.row(columns, key, &span, value);
            }
        }
        self.orders(&before, &span);
    }

    fn row(&mut self, columns: Columns, key: &str, span: &Range<usize>, value: &Node<'_>) {
        match key {
            "size_multiple" => self.count(columns, value, |r| &mut r.size_multiple),
            "open_intents" => self.count(columns, value, |r| &mut r.open_intents),
            "per_second" => self.count(columns, value, |r| &mut r.per_second),
            "unattended_fills" => self.count(columns, value, |r| &mut r.unattended_fills),
            "per_minute" => self.count(columns, value, |r| &mut r.per_minute),
            "value_confirm" => self.percent(columns, value, |r| &mut r.value_confirm),
            "value_max" => self.percent(columns, value, |r| &mut r.value_max),
            "volume_confirm" => self.percent(columns, value, |r| &mut r.volume_confirm),
            "band_confirm" => self.percent(columns, value, |r| &mut r.band_confirm),
            "band_max" => self.percent(columns, value, |r| &mut r.band_max),
            "spread_max" => self.percent(columns, value, |r| &mut r.spread_max),
            "position_confirm" => self.percent(columns, value, |r| &mut r.position_confirm),
            "position_max" => self.percent(columns, value, |r| &mut r.position_max),
            "gross_confirm" => self.percent(columns, value, |r| &mut r.gross_confirm),
            "gross_max" => self.percent(columns, value, |r| &mut r.gross_max),
            "loss_confirm" => self.percent(columns, value, |r| &mut r.loss_confirm),
            "loss_max" => self.percent(columns, value, |r| &mut r.loss_max),
            "cushion" => self.percent(columns, value, |r| &mut r.cushion),
            "take_spread" => self.percent(columns, value, |r| &mut r.take_spread),
            "max_size" => {
                if let Some(size) = self.amount(value) {
                    self.each(columns, |r| r.max_size = Some(Qty(size)));
                }
            }
            "max_value" => {
                if let Some(cash) = self.amount(value) {
                    self.each(columns, |r| r.max_value = Some(Cash(cash)));
                }
            }
            _ => self.read.unknown_key(span, key, ROWS),
        }
    }

    fn each(&mut self, columns: Columns, change: impl Fn(&mut Rows)) {
        if columns != Columns::Paper {
            change(&mut self.limits.live);
        }
        if columns != Columns::Live {
            change(&mut self.limits.paper);
        }
    }

    fn count(&mut self, columns: Columns, value: &Node<'_>, row: fn(&mut Rows) -> &mut i64) {
        let number = number(value).filter(Decimal::is_integer).and_then(|n| i64::try_from(n).ok());
        match number.filter(|n| (1..=100_000).contains(n)) {
            Some(n) => self.each(columns, |r| *row(r) = n),
            None => self.read.fault(&value.span(), "a whole number from 1 to 100000 is wanted here"),
        }
    }

    fn percent(&mut self, columns: Columns, value: &Node<'_>, row: fn(&mut Rows) -> &mut Decimal) {
        if let Some(percent) = self.percentage(value) {
            self.each(columns, |r| *row(r) = percent);
        }
    }

    fn percentage(&mut self, value: &Node<'_>) -> Option<Decimal> {
        let percent = number(value).filter(|n| *n > Decimal::ZERO && *n <= Decimal::from(PERCENT_MAX));
        if percent.is_none() {
            self.read.fault(&value.span(), format!("a percentage above 0, at most {PERCENT_MAX}, is wanted here"));
        }
        percent
    }

    fn amount(&mut self, value: &Node<'_>) -> Option<Decimal> {
        let amount = number(value).filter(|n| *n > Decimal::ZERO);
        if amount.is_none() {
            self.read.fault(&value.span(), "an amount above 0 is wanted here, in plain digits");
        }
        amount
    }

    /// What asks stays below what forbids.
    fn orders(&mut self, before: &Limits, span: &Range<usize>) {
        type Row = fn(&mut Rows) -> &mut Decimal;
        let pairs: [(&str, Row, &str, Row); 5] = [
            ("value_confirm", |r| &mut r.value_confirm, "value_max", |r| &mut r.value_max),
            ("band_confirm", |r| &mut r.band_confirm, "band_max", |r| &mut r.band_max),
            ("position_confirm", |r| &mut r.position_confirm, "position_max", |r| &mut r.position_max),
            ("gross_confirm", |r| &mut r.gross_confirm, "gross_max", |r| &mut r.gross_max),
            ("loss_confirm", |r| &mut r.loss_confirm, "loss_max", |r| &mut r.loss_max),
        ];
        let Limits { live, paper, .. } = &mut self.limits;
        for (mode, rows, built_in) in [("live", live, &before.live), ("paper", paper, &before.paper)] {
            let mut built_in = built_in.clone();
            for (asks, confirm, forbids, max) in pairs {
                let (low, high) = (*confirm(rows), *max(rows));
                let stay = (*confirm(&mut built_in), *max(&mut built_in));
                if low > high {
                    let what =
                        format!("{mode}: {asks} {low} is above {forbids} {high}; {} and {} stay", stay.0, stay.1);
                    self.read.fault(span, what);
                    (*confirm(rows), *max(rows)) = stay;
                }
            }
        }
    }

    fn symbols(&mut self, value: &Node<'_>) {
        let Some(table) = self.read.table(value) else { return };
        for (name, span, value) in source::rows(table) {
            let Some(symbol) = crate::sentence::name(name) else {
                self.read.fault(&span, format!("{name:?} is not the name of a contract"));
                continue;
            };
            if self.limits.symbols.contains_key(&symbol) {
                self.read.fault(&span, format!("{symbol} stands twice"));
                continue;
            }
            let Some(rows) = self.read.table(value) else { continue };
            let own = self.symbol(rows);
            self.limits.symbols.insert(symbol, own);
        }
    }

    fn symbol(&mut self, table: &DeTable<'_>) -> SymbolLimits {
        let mut own = SymbolLimits::default();
        for (key, span, value) in source::rows(table) {
            match key {
                "default_size" => own.default_size = self.amount(value).map(Qty),
                "max_size" => own.max_size = self.amount(value).map(Qty),
                "max_value" => own.max_value = self.amount(value).map(Cash),
                "max_position" => own.max_position = self.amount(value).map(Qty),
                "band_confirm" => own.band_confirm = self.percentage(value),
                "band_max" => own.band_max = self.percentage(value),
                _ => self.read.unknown_key(&span, key, OWN),
            }
        }
        own
    }
}

/// A number in plain digits, exactly as it is written.
fn number(value: &Node<'_>) -> Option<Decimal> {
    let node = value.get_ref();
    let integer = node.as_integer().filter(|i| i.radix() == 10).map(toml::de::DeInteger::as_str);
    integer.or_else(|| node.as_float().map(toml::de::DeFloat::as_str)).and_then(|digits| digits.parse().ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> (Limits, Vec<String>) {
        let (limits, problems) = Limits::read(&Source::new("risk.toml", text));
        (limits, problems.0.iter().map(ToString::to_string).collect())
    }

    #[test]
    fn a_row_is_for_both_modes_and_a_column_for_one() {
        let (limits, problems) = read(
            "[limits]\nvalue_max = 80\nmax_value = 50000.50\n[limits.paper]\nvalue_max = 200\n[symbol.aapl]\nmax_size = 500\n",
        );
        assert_eq!(problems, [] as [&str; 0]);
        assert_eq!((limits.live.value_max, limits.paper.value_max), (Decimal::from(80), Decimal::from(200)));
        assert_eq!(limits.live.max_value, Some("50000.50".parse().unwrap()));
        assert_eq!(limits.of("AAPL").unwrap().max_size, Some(Qty::from(500)));
        assert_eq!(limits.live.value_confirm, Decimal::from(25));
    }

    #[test]
    fn everything_that_a_symbol_can_have_of_its_own_is_read() {
        let (limits, problems) = read(
            "[symbol.AAPL]\ndefault_size = 1\nmax_size = 2\nmax_value = 3\nmax_position = 4\nband_confirm = 5\nband_max = 6\n",
        );
        assert_eq!(problems, [] as [&str; 0]);
        let own = SymbolLimits {
            default_size: Some(Qty::from(1)),
            max_size: Some(Qty::from(2)),
            max_value: Some(Cash::from(3)),
            max_position: Some(Qty::from(4)),
            band_confirm: Some(5.into()),
            band_max: Some(6.into()),
        };
        assert_eq!(limits.of("aapl"), Some(&own));
        let own = |symbol: &str| limits.of(symbol).and_then(|own| own.default_size);
        assert_eq!((own("AAPL"), own("SPY"), limits.default_size), (Some(Qty::from(1)), None, Qty::from(100)));
    }

    #[test]
    fn every_mistake_is_listed_at_its_place() {
        let text = "[limits]\nvalue_mx = 1\nvalue_max = -1\nper_second = 0.5\nloss_max = \"4\"\ncushion = nan\n\
                    [symbol.\"A B\"]\nmax_size = 1\n[symbol.SPY]\nmax_sise = 1\n[limit]\n";
        let (limits, problems) = read(text);
        assert_eq!(limits, Limits::default_with("SPY"));
        let starts: Vec<String> = problems.iter().map(|p| p.split(' ').next().unwrap().to_owned()).collect();
        let places = ["2:1", "3:13", "4:14", "5:12", "6:11", "7:9", "10:1", "11:2"];
        assert_eq!(starts, places.map(|at| format!("risk.toml:{at}")));
        assert!(problems[0].ends_with("unknown key \"value_mx\", nearest value_max"), "{}", problems[0]);
        assert!(problems[6].ends_with("nearest max_size"), "{}", problems[6]);
        assert!(problems[7].ends_with("nearest limits"), "{}", problems[7]);
    }

    #[test]
    fn what_asks_above_what_forbids_leaves_both_as_they_are() {
        let (limits, problems) = read("[limits.live]\nvalue_confirm = 50\nvalue_max = 40\n");
        assert_eq!(limits, Limits::default());
        assert_eq!(problems.len(), 1);
        assert!(problems[0].contains("live: value_confirm 50 is above value_max 40; 25 and 100 stay"), "{problems:?}");
    }

    #[test]
    fn each_number_has_bounds_that_are_met_exactly() {
        let taken = |table: &str, row: &str| {
            let (limits, problems) = read(&format!("[{table}]\n{row}\n"));
            assert_eq!(
                limits == Limits::default() || limits == Limits::default_with("SPY"),
                problems.len() == 1,
                "{row}"
            );
            problems.is_empty()
        };
        for (row, passes) in [
            ("value_confirm = 0", false),
            ("value_confirm = 0.01", true),
            ("value_max = 1000", true),
            ("value_max = 1000.01", false),
            ("per_second = 0", false),
            ("per_second = 1", true),
            ("per_second = 100000", true),
            ("per_second = 100001", false),
            ("max_size = 0", false),
            ("max_size = 0.5", true),
            ("max_value = 0", false),
            ("max_value = 0.01", true),
            ("max_size = 0x10", false),
        ] {
            assert_eq!(taken("limits", row), passes, "{row}");
        }
        for (row, passes) in
            [("max_position = 0", false), ("max_position = 1", true), ("band_max = 0", false), ("band_max = 0.1", true)]
        {
            assert_eq!(taken("symbol.SPY", row), passes, "{row}");
        }
    }

    #[test]
    fn what_asks_may_be_as_high_as_what_forbids() {
        let (limits, problems) = read("[limits.live]\nvalue_confirm = 40\nvalue_max = 40\n");
        assert_eq!(problems, [] as [&str; 0]);
        assert_eq!((limits.live.value_confirm, limits.live.value_max), (40.into(), 40.into()));
    }

    impl Limits {
        fn default_with(symbol: &str) -> Self {
            let symbols = [(symbol.to_owned(), SymbolLimits::default())].into();
            Self { symbols, ..Self::default() }
        }
    }
}
