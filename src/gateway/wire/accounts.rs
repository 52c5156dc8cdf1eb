//! Positions, account values and profit and loss on the wire.

use super::convert;
use super::proto::{
    AccountSummary, AccountUpdateMulti, AccountValue as ValueMessage, PnL, PnLSingle, PortfolioValue,
    Position as PositionMessage, PositionMulti,
};
use crate::gateway::feed::Listing;
use crate::gateway::venue::{ALL_CURRENCIES, AccountValue, LEDGER, Pnl, PnlSingle, PortfolioRow, Position};
use crate::money::Cash;

/// A figure that is unknown: IB's unset marker.
const UNKNOWN: f64 = f64::MAX;
/// Keys that have two spellings: what clients may ask with, and the account's key.
const SPELLINGS: [(&str, &str); 4] = [
    ("ReqTEquity", "RegTEquity"),
    ("ReqTMargin", "RegTMargin"),
    ("PreviousEquityWithLoanValue", "PreviousDayEquityWithLoanValue"),
    ("Leverage", "Leverage-S"),
];
/// How a request names the ledger.
const LEDGER_TAG: &str = "$LEDGER";

fn money(cash: Option<Cash>) -> f64 {
    cash.map_or(UNKNOWN, |cash| convert::double(cash.0))
}

/// position.
pub(in crate::gateway) fn position(account: &str, listing: &Listing, position: &Position) -> PositionMessage {
    PositionMessage {
        account: Some(account.to_owned()),
        contract: Some(convert::contract(listing)),
        position: Some(convert::decimal(position.quantity.0)),
        avg_cost: Some(convert::double(position.avg_cost.0)),
    }
}

/// positionMulti.
pub(in crate::gateway) fn position_multi(
    req_id: i32,
    account: &str,
    listing: &Listing,
    position: &Position,
) -> PositionMulti {
    PositionMulti {
        req_id: Some(req_id),
        account: Some(account.to_owned()),
        contract: Some(convert::contract(listing)),
        position: Some(convert::decimal(position.quantity.0)),
        avg_cost: Some(convert::double(position.avg_cost.0)),
        model_code: None,
    }
}

/// updatePortfolio for an open position.
pub(in crate::gateway) fn portfolio_row(account: &str, listing: &Listing, row: &PortfolioRow) -> PortfolioValue {
    PortfolioValue {
        contract: Some(convert::contract(listing)),
        position: Some(convert::decimal(row.position.0)),
        market_price: Some(row.market_price.map_or(UNKNOWN, |price| convert::double(price.0))),
        market_value: Some(money(row.market_value)),
        average_cost: Some(convert::double(row.avg_cost.0)),
        unrealized_pnl: Some(money(row.unrealized)),
        realized_pnl: Some(convert::double(row.realized.0)),
        account_name: Some(account.to_owned()),
    }
}

/// updatePortfolio for a position that has changed: its open row, or a row that says it is flat.
pub(in crate::gateway) fn portfolio(
    account: &str,
    listing: &Listing,
    position: &Position,
    open: Option<&PortfolioRow>,
) -> PortfolioValue {
    let flat = PortfolioRow {
        con_id: position.con_id,
        position: position.quantity,
        market_price: None,
        market_value: Some(Cash::ZERO),
        avg_cost: position.avg_cost,
        unrealized: Some(Cash::ZERO),
        realized: position.realized,
    };
    portfolio_row(account, listing, open.unwrap_or(&flat))
}

/// updateAccountValue.
pub(in crate::gateway) fn value(account: &str, row: &AccountValue) -> ValueMessage {
    ValueMessage {
        key: Some(row.key.to_owned()),
        value: Some(row.value.clone()),
        currency: Some(row.currency.to_owned()),
        account_name: Some(account.to_owned()),
    }
}

/// accountUpdateMulti.
pub(in crate::gateway) fn value_multi(req_id: i32, account: &str, row: &AccountValue) -> AccountUpdateMulti {
    AccountUpdateMulti {
        req_id: Some(req_id),
        account: Some(account.to_owned()),
        model_code: None,
        key: Some(row.key.to_owned()),
        value: Some(row.value.clone()),
        currency: Some(row.currency.to_owned()),
    }
}

/// The tags of an account summary.
///
/// `$LEDGER` asks for the ledger of all currencies together (`BASE`), `$LEDGER:EUR` for that of one, `$LEDGER:ALL` for each.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::gateway) struct Tags {
    asked: Vec<String>,
    ledgers: Vec<String>,
}

impl Tags {
    /// Reads a comma-separated list of tags with the `$LEDGER` forms.
    pub(in crate::gateway) fn parse(text: &str) -> Self {
        let (mut asked, mut ledgers) = (Vec::new(), Vec::new());
        for tag in text.split(',').map(str::trim).filter(|tag| !tag.is_empty()) {
            match tag.strip_prefix(LEDGER_TAG) {
                Some("") => ledgers.push(ALL_CURRENCIES.to_owned()),
                Some(form) => ledgers.push(form.trim_start_matches(':').to_ascii_uppercase()),
                None => asked.push(tag.to_owned()),
            }
        }
        Self { asked, ledgers }
    }

    /// The values that are asked for, in the account's order.
    pub(in crate::gateway) fn rows(&self, values: &[AccountValue]) -> Vec<AccountValue> {
        values.iter().filter(|row| self.names(row) || self.has_ledger_of(row)).cloned().collect()
    }

    /// Whether a row is asked for by its key: a ledger key then means the base currency.
    fn names(&self, row: &AccountValue) -> bool {
        (row.currency.is_empty() || row.currency == convert::CURRENCY) && self.spelling(row.key).is_some()
    }

    fn has_ledger_of(&self, row: &AccountValue) -> bool {
        is_ledger(row) && self.ledgers.iter().any(|of| of == "ALL" || of == row.currency)
    }

    /// The client's spelling of a key it asks for.
    fn spelling(&self, key: &str) -> Option<&str> {
        let other = SPELLINGS.iter().find(|(_, ours)| *ours == key).map(|(theirs, _)| *theirs);
        self.asked.iter().map(String::as_str).find(|tag| *tag == key || Some(*tag) == other)
    }
}

/// Whether a row belongs to the ledger of a currency.
fn is_ledger(row: &AccountValue) -> bool {
    !row.currency.is_empty() && LEDGER.contains(&row.key)
}

/// Whether accountUpdateMulti sends a row that is limited to ledger and net liquidation value.
pub(in crate::gateway) fn is_ledger_or_value(row: &AccountValue) -> bool {
    is_ledger(row) || row.key == "NetLiquidation"
}

/// accountSummary, under the tag the client asked with.
pub(in crate::gateway) fn summary(req_id: i32, account: &str, tags: &Tags, row: &AccountValue) -> AccountSummary {
    AccountSummary {
        req_id: Some(req_id),
        account: Some(account.to_owned()),
        tag: Some(tags.spelling(row.key).unwrap_or(row.key).to_owned()),
        value: Some(row.value.clone()),
        currency: Some(row.currency.to_owned()),
    }
}

/// The account's profit and loss as the wire has it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(in crate::gateway) struct PnlRow([f64; 3]);

impl PnlRow {
    /// Daily, unrealised and realised.
    pub(in crate::gateway) fn of(pnl: &Pnl) -> Self {
        Self([money(pnl.daily), money(pnl.unrealized), money(Some(pnl.realized))])
    }

    /// pnl.
    pub(in crate::gateway) fn message(self, req_id: i32) -> PnL {
        let [daily, unrealized, realized] = self.0;
        PnL {
            req_id: Some(req_id),
            daily_pnl: Some(daily),
            unrealized_pnl: Some(unrealized),
            realized_pnl: Some(realized),
        }
    }
}

/// A position's profit and loss as the wire has it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(in crate::gateway) struct PnlSingleRow {
    position: crate::money::Qty,
    figures: [f64; 4],
}

impl PnlSingleRow {
    /// Daily, unrealised, realised and value.
    pub(in crate::gateway) fn of(single: &PnlSingle) -> Self {
        let figures =
            [money(single.daily), money(single.unrealized), money(Some(single.realized)), money(single.value)];
        Self { position: single.position, figures }
    }

    /// pnlSingle.
    pub(in crate::gateway) fn message(self, req_id: i32) -> PnLSingle {
        let [daily, unrealized, realized, value] = self.figures;
        PnLSingle {
            req_id: Some(req_id),
            position: Some(convert::decimal(self.position.0)),
            daily_pnl: Some(daily),
            unrealized_pnl: Some(unrealized),
            realized_pnl: Some(realized),
            value: Some(value),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(key: &'static str, currency: &'static str) -> AccountValue {
        AccountValue { key, value: "1.00".to_owned(), currency }
    }

    fn told(tags: &str, values: &[AccountValue]) -> Vec<String> {
        let tags = Tags::parse(tags);
        let told = |row| {
            let sent = summary(1, "DU1", &tags, row);
            format!("{}:{}", sent.tag.unwrap(), sent.currency.unwrap())
        };
        tags.rows(values).iter().map(told).collect()
    }

    #[test]
    fn a_summary_holds_what_is_asked_for_in_the_clients_spelling() {
        let values = [
            row("NetLiquidation", "USD"),
            row("NetLiquidation-S", "USD"),
            row("RegTEquity", "USD"),
            row("PreviousDayEquityWithLoanValue", "USD"),
            row("Leverage-S", ""),
            row("CashBalance", "BASE"),
            row("CashBalance", "USD"),
        ];
        let table = [
            ("NetLiquidation, ReqTEquity", vec!["NetLiquidation:USD", "ReqTEquity:USD"]),
            ("RegTEquity", vec!["RegTEquity:USD"]),
            ("PreviousEquityWithLoanValue", vec!["PreviousEquityWithLoanValue:USD"]),
            ("PreviousDayEquityWithLoanValue", vec!["PreviousDayEquityWithLoanValue:USD"]),
            ("Leverage,Leverage-S", vec!["Leverage:"]),
            ("CashBalance", vec!["CashBalance:USD"]),
            ("NoSuchTag", vec![]),
        ];
        for (tags, expected) in table {
            assert_eq!(told(tags, &values), expected, "{tags}");
        }
    }

    #[test]
    fn the_ledger_has_three_forms() {
        let values = [
            row("NetLiquidation", "USD"),
            row("CashBalance", "BASE"),
            row("CashBalance", "USD"),
            row("CashBalance", "EUR"),
        ];
        let table = [
            ("$LEDGER", vec!["CashBalance:BASE"]),
            ("$LEDGER:BASE", vec!["CashBalance:BASE"]),
            ("$LEDGER:EUR", vec!["CashBalance:EUR"]),
            ("$LEDGER:eur", vec!["CashBalance:EUR"]),
            ("$LEDGER:ALL", vec!["CashBalance:BASE", "CashBalance:USD", "CashBalance:EUR"]),
            ("$LEDGER:JPY", vec![]),
            ("NetLiquidation,$LEDGER:USD", vec!["NetLiquidation:USD", "CashBalance:USD"]),
        ];
        for (tags, expected) in table {
            assert_eq!(told(tags, &values), expected, "{tags}");
        }
    }
}
