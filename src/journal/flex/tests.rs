use super::*;
use crate::domain::samples::price;

const STATEMENT: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<FlexQueryResponse queryName="trades" type="AF">
<FlexStatements count="1">
<FlexStatement accountId="DU0000001" fromDate="20261116" toDate="20261120" period="LastWeek" whenGenerated="20261121;020000">
<Trades>
<Trade accountId="DU0000001" currency="USD" assetCategory="STK" symbol="AAPL" description="APPLE &amp; CO" conid="265598" multiplier="1" tradeID="1" dateTime="20261119;104207" exchange="ISLAND" quantity="100" tradePrice="187.2" ibCommission="-1" ibCommissionCurrency="USD" buySell="BUY" ibExecID="0000e0d5.7b.01.01" openCloseIndicator="O" orderReference="tw4k-000001-1" fifoPnlRealized="0" levelOfDetail="EXECUTION" />
<Trade accountId="DU0000001" currency="USD" assetCategory="OPT" symbol="AAPL  261218C00190000" conid="700000001" multiplier="100" dateTime="2026-11-20 09:31:00" exchange="CBOE" quantity="-2" tradePrice="3.05" ibCommission="-1.30" ibCommissionCurrency="USD" buySell="SELL" ibExecID="0000e0d5.7c.01.01" openCloseIndicator="C" fifoPnlRealized="120.7" levelOfDetail="EXECUTION" />
<Order accountId="DU0000001" symbol="AAPL" levelOfDetail="ORDER" />
<Trade accountId="DU0000001" symbol="AAPL" levelOfDetail="CLOSED_LOT" />
</Trades>
</FlexStatement>
</FlexStatements>
</FlexQueryResponse>
"#;

fn statement(text: &str) -> Flex {
    read(&Source::new("flex.xml", text))
}

fn said(flex: &Flex) -> Vec<String> {
    flex.problems.iter().map(ToString::to_string).collect()
}

#[test]
fn a_statement_gives_its_executions_and_the_days_it_covers() {
    let flex = statement(STATEMENT);
    assert_eq!(said(&flex), Vec::<String>::new());
    let [stock, option] = flex.trades.as_slice() else { panic!("{flex:?}") };
    assert_eq!(
        (stock.account.as_str(), stock.execution.side, stock.execution.qty),
        ("DU0000001", Side::Buy, 100.into())
    );
    assert_eq!(stock.execution.price, price("187.2"));
    assert_eq!(stock.execution.order_ref.as_str(), "tw4k-000001-1");
    // 10:42:07 in New York's winter.
    assert_eq!(stock.execution.time, Some(1_795_102_927_000_000_000));
    let cost = stock.execution.commission.as_ref().unwrap();
    assert_eq!((cost.amount, cost.realized), (Cash::from(1), None));
    assert_eq!((option.execution.qty, option.execution.multiplier), (2.into(), Some(Decimal::ONE_HUNDRED)));
    assert_eq!(option.execution.commission.as_ref().unwrap().realized, Some("120.7".parse().unwrap()));
    assert_eq!(flex.passed_over, 2);
    let [cover] = flex.covers.as_slice() else { panic!("{flex:?}") };
    assert_eq!((cover.from.to_string(), cover.to.to_string()), ("2026-11-16".into(), "2026-11-20".into()));
}

#[test]
fn every_reason_that_keeps_a_trade_out_is_said_with_its_line_and_the_others_are_taken() {
    let text = STATEMENT
        .replace("ibExecID=\"0000e0d5.7b.01.01\" ", "")
        .replace("quantity=\"100\"", "quantity=\"many\"")
        .replace("20261119;104207", "05/06/2026;104207");
    let flex = statement(&text);
    assert_eq!((flex.trades.len(), flex.refused), (1, 1));
    let said = said(&flex).join("\n");
    assert!(said.starts_with("flex.xml:6:1 trade without ibExecID is not taken: ibExecID is missing"), "{said}");
    for part in ["quantity is no number: \"many\"", "may be 2026-05-06 or 2026-06-05"] {
        assert!(said.contains(part), "{said}");
    }
}

#[test]
fn a_cancelled_trade_is_refused() {
    let flex = statement(&STATEMENT.replace("buySell=\"BUY\"", "buySell=\"BUY (Ca.)\""));
    assert_eq!((flex.trades.len(), flex.refused), (1, 1));
    assert!(said(&flex)[0].contains("it takes a trade back"), "{:?}", said(&flex));
}

#[test]
fn a_file_that_is_cut_off_or_no_xml_says_so_and_keeps_what_was_read() {
    let cut = &STATEMENT[..STATEMENT.find("<Order").unwrap()];
    let flex = statement(cut);
    assert_eq!(flex.trades.len(), 2);
    assert!(said(&flex)[0].contains("cut off"), "{:?}", said(&flex));
    assert!(said(&statement("<FlexQueryResponse><a></b>"))[0].contains("is no XML from here on"));
    assert!(said(&statement("account,symbol\n1,2\n"))[0].contains("is no Flex statement"));
    assert!(said(&statement("<FlexQueryResponse></FlexQueryResponse>"))[0].contains("has no trades"));
    assert!(said(&statement("<FlexQueryResponse><TradeConfirm/></FlexQueryResponse>"))[0].contains("confirmation"));
}

#[test]
fn entities_of_the_file_are_never_expanded() {
    let text = "<!DOCTYPE x [<!ENTITY a \"AAAA\">]><FlexQueryResponse><Trade symbol=\"&a;\"/></FlexQueryResponse>";
    let flex = statement(text);
    assert_eq!((flex.trades.len(), flex.refused), (0, 1));
}

#[test]
fn days_are_read_in_every_form_that_is_certain() {
    for text in ["20261120", "2026-11-20", "20-Nov-26", "11/20/2026", "20/11/2026", "11/20/26"] {
        assert_eq!(when::day(text).map(|d| d.to_string()), Ok("2026-11-20".to_owned()), "{text}");
    }
    for text in ["", "yesterday", "20261320", "01/02/26", "2026112"] {
        assert!(when::day(text).is_err(), "{text}");
    }
    for text in
        ["20261120;104207", "20261120,104207", "20261120 10:42:07", "2026-11-20T10:42:07", "20261120;104207 EST"]
    {
        assert_eq!(when::moment(text), Ok(1_795_189_327_000_000_000), "{text}");
    }
    assert!(when::moment("20261120").is_err());
}
