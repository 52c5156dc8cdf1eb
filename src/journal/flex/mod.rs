//! Executions out of an Activity Flex statement of IB, XML (`<FlexQueryResponse>` … `<Trade …/>`).
//!
//! The API gives executions of seven days at best; the statement has every one. A query with the section Trades, level of
//! detail Execution, is enough; these attributes are read: `accountId conid symbol currency multiplier assetCategory
//! buySell quantity tradePrice dateTime ibExecID exchange ibCommission ibCommissionCurrency fifoPnlRealized
//! openCloseIndicator orderReference levelOfDetail`. Dates are read as `20261120;104207` and in the other forms that say
//! for certain which number is the month; times are New York's, which is the zone of IB's statements of US accounts.
//!
//! Invariants: reading never stops at the first mistake that leaves the rest readable; a trade is taken whole or refused
//! with its place and every reason; rows that repeat trades (orders, sums, lots) are counted and never taken for fills.
//!
//! Absent: trade confirmation queries (another element, other names), anything but trades; cancelled trades are refused,
//! for the statement does not say which execution they take back.
//!
//! Must not know: files, the journal's tables.

mod when;

#[cfg(test)]
mod tests;

use jiff::civil::Date;
use quick_xml::XmlVersion;
use quick_xml::events::{BytesStart, Event};
use quick_xml::reader::Reader;
use rust_decimal::Decimal;

use crate::domain::SafeText;
use crate::domain::fill::{Commission, ExecId, Execution};
use crate::domain::instrument::ConId;
use crate::domain::order::{BrokerIds, Side};
use crate::money::{Cash, Price, Qty};
use crate::source::{Problem, Source};

/// Problems kept; more of them say nothing new.
const PROBLEMS_MAX: usize = 200;

/// What a statement holds.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Flex {
    /// Its executions, in the order of the text.
    pub trades: Vec<Trade>,
    /// The spans of days its parts cover, where they say so.
    pub covers: Vec<Cover>,
    /// Rows that repeat trades and were passed over.
    pub passed_over: usize,
    /// How many trades were refused.
    pub refused: usize,
    /// Everything that is wrong in it, in the order of the text, up to 200.
    pub problems: Vec<Problem>,
}

/// One execution of a statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trade {
    /// The account, whole.
    pub account: String,
    /// The execution.
    pub execution: Execution,
}

/// The days a statement covers for an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cover {
    /// The account, whole.
    pub account: String,
    /// The first day.
    pub from: Date,
    /// The last day.
    pub to: Date,
}

/// Reads a statement.
pub fn read(source: &Source) -> Flex {
    let mut flex = Flex::default();
    let mut reader = Reader::from_str(&source.text);
    let (mut is_flex, mut open) = (false, Vec::<String>::new());
    loop {
        let start = usize::try_from(reader.buffer_position()).unwrap_or(usize::MAX);
        let at = source.at(&(start..start));
        match reader.read_event() {
            Ok(Event::Start(element)) => {
                open.push(element.name().as_ref().to_owned());
                is_flex |= take(&element, &at, &mut flex);
            }
            Ok(Event::Empty(element)) => is_flex |= take(&element, &at, &mut flex),
            Ok(Event::End(_)) => drop(open.pop()),
            Ok(Event::Eof) => break,
            Ok(_) => {}
            Err(error) => {
                say(
                    &mut flex,
                    at.problem(format!("is no XML from here on: {error}. What stands behind it is not read")),
                );
                return flex;
            }
        }
    }
    let end = source.at(&(source.text.len()..source.text.len()));
    if let Some(element) = open.last() {
        say(&mut flex, end.problem(format!("ends within <{element}>: the file is cut off")));
    } else if !is_flex {
        say(&mut flex, source.at(&(0..0)).problem("is no Flex statement: <FlexQueryResponse> is missing"));
    } else if flex.trades.is_empty() && flex.refused == 0 {
        let what = "has no trades: the query needs the section Trades with the level of detail Execution";
        say(&mut flex, end.problem(what));
    }
    flex
}

/// Takes an element in; whether it is the mark of a Flex statement.
fn take(element: &BytesStart<'_>, at: &crate::source::Place, flex: &mut Flex) -> bool {
    match element.name().as_ref() {
        "FlexQueryResponse" => return true,
        "FlexStatement" => match Row::of(element) {
            Ok(row) => flex.covers.extend(cover(&row)),
            Err(why) => say(flex, at.problem(why)),
        },
        "Trade" => match Row::of(element) {
            Ok(row) if row.get("levelOfDetail").is_some_and(|level| level != "EXECUTION") => {
                flex.passed_over = flex.passed_over.saturating_add(1);
            }
            Ok(row) => trade(&row, at, flex),
            Err(why) => {
                flex.refused = flex.refused.saturating_add(1);
                say(flex, at.problem(why));
            }
        },
        "TradeConfirm" => {
            flex.refused = flex.refused.saturating_add(1);
            let what = "is a row of a trade confirmation query; an Activity Flex query has what is read here";
            if !flex.problems.iter().any(|p| p.what == what) {
                say(flex, at.problem(what));
            }
        }
        "Order" | "SymbolSummary" | "AssetSummary" | "Lot" | "WashSale" => {
            flex.passed_over = flex.passed_over.saturating_add(1);
        }
        _ => {}
    }
    false
}

fn say(flex: &mut Flex, problem: Problem) {
    if flex.problems.len() < PROBLEMS_MAX {
        flex.problems.push(problem);
    }
}

fn cover(row: &Row) -> Option<Cover> {
    let day = |name| when::day(row.get(name)?).ok();
    Some(Cover { account: row.get("accountId")?.to_owned(), from: day("fromDate")?, to: day("toDate")? })
}

/// Reads a trade, or says everything that keeps it from being one.
fn trade(row: &Row, at: &crate::source::Place, flex: &mut Flex) {
    let mut faults = Vec::new();
    let read = execution(row, &mut faults);
    let name = row.get("ibExecID").unwrap_or("without ibExecID");
    match (read, row.get("accountId")) {
        (Some(execution), Some(account)) if faults.is_empty() => {
            flex.trades.push(Trade { account: account.to_owned(), execution });
        }
        (_, account) => {
            if account.is_none() {
                faults.push("accountId is missing".to_owned());
            }
            flex.refused = flex.refused.saturating_add(1);
            say(flex, at.problem(format!("trade {name} is not taken: {}", faults.join("; "))));
        }
    }
}

fn execution(row: &Row, faults: &mut Vec<String>) -> Option<Execution> {
    let exec_id = row.need("ibExecID", faults);
    let con_id = row.parsed::<i32>("conid", faults);
    let symbol = row.need("symbol", faults);
    let currency = row.need("currency", faults);
    let side = side(row, faults);
    let qty = row.decimal("quantity", faults).map(|q| Qty(q.abs()));
    if qty.is_some_and(Qty::is_zero) {
        faults.push("quantity is 0".to_owned());
    }
    let price = row.decimal("tradePrice", faults).map(Price);
    let time = row.need("dateTime", faults).and_then(|text| match when::moment(text) {
        Ok(time) => Some(time),
        Err(why) => {
            faults.push(format!("dateTime {text:?} {why}"));
            None
        }
    });
    let multiplier = match (row.get("multiplier"), row.get("assetCategory")) {
        (Some(_), _) => row.decimal("multiplier", faults).filter(|m| *m > Decimal::ZERO),
        (None, Some("STK")) => Some(Decimal::ONE),
        (None, _) => None,
    };
    let commission = commission(row, faults);
    let qty = qty?;
    Some(Execution {
        exec_id: ExecId(SafeText::new(exec_id?)),
        ids: BrokerIds::default(),
        order_ref: SafeText::new(row.get("orderReference").unwrap_or_default()),
        con_id: ConId(con_id?),
        symbol: SafeText::new(symbol?),
        currency: Some(SafeText::new(currency?)),
        multiplier,
        side: side?,
        qty,
        price: price?,
        time: Some(time?),
        exchange: SafeText::new(row.get("exchange").unwrap_or_default()),
        cum_qty: Qty::ZERO,
        avg_price: None,
        commission,
    })
}

fn side(row: &Row, faults: &mut Vec<String>) -> Option<Side> {
    let text = row.need("buySell", faults)?;
    match text {
        "BUY" => Some(Side::Buy),
        "SELL" => Some(Side::Sell),
        _ if text.contains("Ca") => {
            let fault = format!("it takes a trade back ({text}), and the statement does not say which execution");
            faults.push(fault);
            None
        }
        _ => {
            faults.push(format!("buySell is {text:?}, not BUY or SELL"));
            None
        }
    }
}

/// What the trade cost; IB writes costs as negative numbers.
fn commission(row: &Row, faults: &mut Vec<String>) -> Option<Commission> {
    row.get("ibCommission")?;
    let amount = row.decimal("ibCommission", faults).map(|c| Cash(-c))?;
    let currency = row.get("ibCommissionCurrency").or_else(|| row.get("currency"))?;
    let closes = row.get("openCloseIndicator").is_some_and(|word| word.contains('C'));
    let realized = if closes && row.get("fifoPnlRealized").is_some() {
        row.decimal("fifoPnlRealized", faults).map(Cash)
    } else {
        None
    };
    Some(Commission { amount, currency: SafeText::new(currency), realized })
}

/// The attributes of an element, empty ones left out.
struct Row(Vec<(String, String)>);

impl Row {
    fn of(element: &BytesStart<'_>) -> Result<Self, String> {
        let name = element.name().as_ref().to_owned();
        let mut row = Vec::new();
        for attribute in element.attributes() {
            let attribute = attribute.map_err(|e| format!("<{name}> cannot be read: {e}"))?;
            let value = attribute
                .normalized_value(XmlVersion::Implicit1_0)
                .map_err(|e| format!("<{name}> cannot be read: {e}"))?;
            let value = value.trim();
            if !value.is_empty() {
                row.push((attribute.key.as_ref().to_owned(), value.to_owned()));
            }
        }
        Ok(Self(row))
    }

    fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    fn need(&self, name: &str, faults: &mut Vec<String>) -> Option<&str> {
        let value = self.get(name);
        if value.is_none() {
            faults.push(format!("{name} is missing"));
        }
        value
    }

    fn parsed<T: std::str::FromStr>(&self, name: &str, faults: &mut Vec<String>) -> Option<T> {
        let text = self.need(name, faults)?;
        let value = text.parse().ok();
        if value.is_none() {
            faults.push(format!("{name} is no number: {text:?}"));
        }
        value
    }

    /// A number, with or without commas between its thousands.
    fn decimal(&self, name: &str, faults: &mut Vec<String>) -> Option<Decimal> {
        let text = self.need(name, faults)?;
        let plain: String = text.chars().filter(|c| *c != ',').collect();
        let value = Decimal::from_str_exact(&plain).ok().or_else(|| Decimal::from_scientific(&plain).ok());
        if value.is_none() {
            faults.push(format!("{name} is no number: {text:?}"));
        }
        value.map(|v| v.normalize())
    }
}
