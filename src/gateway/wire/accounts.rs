//! Positions, account values and profit and loss on the wire.

use super::convert;
use super::proto::{
    AccountSummary, AccountUpdateMulti, AccountValue as ValueMessage, PnL, PnLSingle, PortfolioValue,
    Position as PositionMessage, PositionMulti,
};
use crate::gateway::feed::Listing;
use crate::gateway::venue::{AccountValue, Pnl, PnlSingle, PortfolioRow, Position};
use crate::money::Cash;

/// A figure that is unknown: IB's unset marker.
const UNKNOWN: f64 = f64::MAX;
/// Keys that have two spellings among clients.
const SPELLINGS: [(&str, &str); 2] =
    [("ReqTEquity", "RegTEquity"), ("PreviousEquityWithLoanValue", "PreviousDayEquityWithLoanValue")];
/// What a ledger row of a currency says.
const LEDGER: [&str; 14] = [
    "AccruedCash",
    "CashBalance",
    "Currency",
    "ExchangeRate",
    "NetDividend",
    "NetLiquidationByCurrency",
    "RealCurrency",
    "RealizedPnL",
    "SettledCash",
    "StockMarketValue",
    "TotalCashBalance",
    "UnrealizedPnL",
    "AccountCode",
    "AccountOrGroup",
];

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
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::gateway) struct Tags {
    asked: Vec<String>,
    ledger: bool,
}

impl Tags {
    /// Reads a comma-separated list of tags with the `$LEDGER` forms; the one currency here makes them one.
    pub(in crate::gateway) fn parse(text: &str) -> Self {
        let tags = text.split(',').map(str::trim).filter(|tag| !tag.is_empty());
        let (ledger, asked): (Vec<&str>, Vec<&str>) = tags.partition(|tag| tag.starts_with("$LEDGER"));
        let ours = |tag: &&str| matches!(tag.strip_prefix("$LEDGER"), Some("" | ":ALL" | ":USD" | ":BASE"));
        Self { asked: asked.into_iter().map(str::to_owned).collect(), ledger: ledger.iter().any(ours) }
    }

    /// The values that are asked for, in the account's order.
    pub(in crate::gateway) fn rows(&self, values: &[AccountValue]) -> Vec<AccountValue> {
        values
            .iter()
            .filter(|row| self.spelling(row.key).is_some() || (self.ledger && LEDGER.contains(&row.key)))
            .cloned()
            .collect()
    }

    /// The client's spelling of a key it asks for.
    fn spelling(&self, key: &str) -> Option<&str> {
        let other = SPELLINGS.iter().find(|(_, ours)| *ours == key).map(|(theirs, _)| *theirs);
        self.asked.iter().map(String::as_str).find(|tag| *tag == key || Some(*tag) == other)
    }
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

    fn row(key: &'static str) -> AccountValue {
        AccountValue { key, value: "1.00".to_owned(), currency: "USD" }
    }

    #[test]
    fn a_summary_holds_what_is_asked_for_in_the_clients_spelling() {
        let values = [row("NetLiquidation"), row("RegTEquity"), row("CashBalance")];
        let tags = Tags::parse("NetLiquidation, ReqTEquity");
        let rows = tags.rows(&values);
        let names: Vec<_> = rows.iter().filter_map(|row| summary(1, "DU1", &tags, row).tag).collect();
        assert_eq!(names, ["NetLiquidation", "ReqTEquity"]);
    }

    #[test]
    fn every_ledger_form_of_the_one_currency_gives_its_rows() {
        let values = [row("NetLiquidation"), row("CashBalance")];
        for form in ["$LEDGER", "$LEDGER:ALL", "$LEDGER:USD"] {
            assert_eq!(Tags::parse(form).rows(&values), [row("CashBalance")], "{form}");
        }
        assert_eq!(Tags::parse("$LEDGER:EUR").rows(&values), []);
    }
}
