//! Orders as clients write them, the longest with every block there is.

use super::{fields, read, text, write};
use crate::gateway::wire::proto::{
    ComboLeg, CompletedOrder, Contract, DeltaNeutralContract, OpenOrder, Order, OrderCondition, OrderState,
    PlaceOrderRequest, SoftDollarTier,
};
use crate::gateway::wire::{Reply, Request};

/// A plain order as three clients write it: with unset markers at 176, with empty fields, and with hardly a field.
const PLAIN: [(i32, usize, &str); 4] = [
    (
        176,
        114,
        "3|5|0|AAPL|STK||0.0|||SMART||USD|||||BUY|100|LMT|187.2||||||0||1|0|0|0|0|0|0|0||0||||||||0||-1|0|||0|||0|0||\
         0||||||0|||||0|||||||||||0|||0|0|||0||0|0|0|0||1.7976931348623157e+308|1.7976931348623157e+308|\
         1.7976931348623157e+308|1.7976931348623157e+308|1.7976931348623157e+308|0||||1.7976931348623157e+308|||||0|0|\
         0||2147483647|2147483647|0|||",
    ),
    (
        176,
        114,
        "3|5|0|AAPL|STK||0.0|||SMART||USD|||||BUY|100|LMT|187.2|||||O|0||1|0|0|0|0|0|0|0||0.0||||||||0||-1|0|||0|||0|0\
         ||0||||||0|||||0|||||||||||0|||0|0|||0||0|0|0|0|||||||0|||||||||0|0|0|0|||0|||",
    ),
    (
        178,
        113,
        "3|5|0|AAPL|STK||0.0|||SMART||USD|||||BUY|100|LMT|187.2|||||O|0||1|0|0|0|0|0|0|0||0.0|||||||0||-1|0|||0|||0|0|\
         |0||||||0|||||0|||||||||||0|||0|0|||0||0|0|0|0|||||||0|||||||||0|0|0|0|||0|||",
    ),
    (
        178,
        113,
        "3|5||AAPL|STK|||||SMART||USD|||||BUY|100|LMT|187.2||||||||1||||||||||||||||||||||||||||||||||||||||||||||||||||\
         ||0||||||||0|||||||||||||||||||||||||",
    ),
];

/// Everything before the order type of the order with every block.
const BEFORE: &str = "3|9|1|S|BAG|202512|2.5|C|100|EXCH|NYSE|USD|L|T|ISIN|US1|SELL|10.5|TYPE|101.5|102.5|tif|ocaGroup|\
    account|openClose|201|orderRef|1|202|1|1|203|204|1|1|2|11|2|BUY|SMART|1|2|here|3|12|1|SELL|SMART|0|0||-1|2|1.25||\
    1|NonGuaranteed|1||103.5|goodAfterTime|goodTillDate|faGroup|faMethod|faPercentage|";
/// From the model code to the fields of a benchmark.
const MIDDLE: &str = "modelCode|205|designatedLocation|206|207|rule80A|settlingFirm|1|208|104.5|0|0||0|105.5|106.5|\
    107.5|108.5|109.5|1|110.5|209|deltaNeutralOrderType|111.5|210|deltaNeutralSettlingFirm|\
    deltaNeutralClearingAccount|deltaNeutralClearingIntent|deltaNeutralOpenClose|1|211|\
    deltaNeutralDesignatedLocation|1|212|112.5|113.5|213|214|114.5|115.5|215|116.5|1|216|217|1|scaleTable|\
    activeStartTime|activeStopTime|hedgeType|hedgeParam|1|clearingAccount|clearingIntent|1|1|13|0.25|14.5|\
    algoStrategy|1|adaptivePriority|Normal|algoId|1|a=b;|1|1|1|";
pub(super) const BENCHMARK: &str = "218|1|117.5|118.5|referenceExchangeId|";
/// From the conditions on, without what depends on exchange and order type.
const AFTER: &str = "6|1|a|1|101.25|21|SMART|2|3|o|0|20251120 10:00:00 UTC|4|a|1|30|5|a|STK|SMART|AAPL|6|a|1|1000|22|\
    SMART|7|o|0|2.5|23|SMART|1|1|adjustedOrderType|119.5|120.5|121.5|122.5|123.5|219|extOperator|tier|tierValue|124.5|\
    mifid2DecisionMaker|mifid2DecisionAlgo|mifid2ExecutionTrader|mifid2ExecutionAlgo|1|1|1|1|220|221|1|\
    advancedErrorOverride|manualOrderTime|";

pub(super) fn every_block(version: i32, exchange: &str, kind: &str, benchmark: &str, end: &str) -> String {
    let profile = if version < 177 { "faProfile|" } else { "" };
    let before = BEFORE.replace("EXCH", exchange).replace("TYPE", kind);
    format!("{before}{profile}{MIDDLE}{benchmark}{AFTER}{end}")
}

fn place(version: i32, shown: &str) -> PlaceOrderRequest {
    match read(version, shown) {
        Ok(Request::PlaceOrder(place)) => *place,
        other => panic!("{other:?} from {shown}"),
    }
}

fn plain() -> Order {
    Order {
        action: text("BUY"),
        total_quantity: text("100"),
        order_type: text("LMT"),
        lmt_price: Some(187.2),
        transmit: Some(true),
        ..Order::default()
    }
}

fn contract(exchange: &str) -> Contract {
    let leg = ComboLeg {
        con_id: Some(11),
        ratio: Some(2),
        action: text("BUY"),
        exchange: text("SMART"),
        open_close: Some(1),
        short_sales_slot: Some(2),
        designated_location: text("here"),
        exempt_code: Some(3),
        per_leg_price: Some(1.25),
    };
    let other = ComboLeg {
        con_id: Some(12),
        ratio: Some(1),
        action: text("SELL"),
        exchange: text("SMART"),
        exempt_code: Some(-1),
        ..ComboLeg::default()
    };
    Contract {
        con_id: Some(1),
        symbol: text("S"),
        sec_type: text("BAG"),
        last_trade_date_or_contract_month: text("202512"),
        strike: Some(2.5),
        right: text("C"),
        multiplier: Some(100.0),
        exchange: text(exchange),
        primary_exch: text("NYSE"),
        currency: text("USD"),
        local_symbol: text("L"),
        trading_class: text("T"),
        sec_id_type: text("ISIN"),
        sec_id: text("US1"),
        delta_neutral_contract: Some(DeltaNeutralContract { con_id: Some(13), delta: Some(0.25), price: Some(14.5) }),
        combo_legs: vec![leg, other],
        ..Contract::default()
    }
}

fn conditions() -> Vec<OrderCondition> {
    let condition = |kind, and, is_more| OrderCondition {
        kind: Some(kind),
        is_conjunction_connection: Some(and),
        is_more,
        ..OrderCondition::default()
    };
    let smart = text("SMART");
    vec![
        OrderCondition {
            price: Some(101.25),
            con_id: Some(21),
            exchange: smart.clone(),
            trigger_method: Some(2),
            ..condition(1, true, Some(true))
        },
        OrderCondition { time: text("20251120 10:00:00 UTC"), ..condition(3, false, Some(false)) },
        OrderCondition { percent: Some(30), ..condition(4, true, Some(true)) },
        OrderCondition {
            sec_type: text("STK"),
            exchange: smart.clone(),
            symbol: text("AAPL"),
            ..condition(5, true, None)
        },
        OrderCondition {
            volume: Some(1000),
            con_id: Some(22),
            exchange: smart.clone(),
            ..condition(6, true, Some(true))
        },
        OrderCondition {
            change_percent: Some(2.5),
            con_id: Some(23),
            exchange: smart,
            ..condition(7, false, Some(false))
        },
    ]
}

/// The order with every block, but what depends on its type and exchange.
fn order(kind: &str) -> Order {
    let yes = Some(true);
    Order {
        parent_id: Some(202),
        action: text("SELL"),
        total_quantity: text("10.5"),
        display_size: Some(203),
        order_type: text(kind),
        lmt_price: Some(101.5),
        aux_price: Some(102.5),
        tif: text("tif"),
        account: text("account"),
        settling_firm: text("settlingFirm"),
        clearing_account: text("clearingAccount"),
        clearing_intent: text("clearingIntent"),
        all_or_none: yes,
        block_order: yes,
        hidden: yes,
        outside_rth: yes,
        sweep_to_fill: yes,
        percent_offset: Some(104.5),
        trailing_percent: Some(113.5),
        trail_stop_price: Some(112.5),
        min_qty: Some(208),
        good_after_time: text("goodAfterTime"),
        good_till_date: text("goodTillDate"),
        oca_group: text("ocaGroup"),
        order_ref: text("orderRef"),
        rule80_a: text("rule80A"),
        oca_type: Some(207),
        trigger_method: Some(204),
        active_start_time: text("activeStartTime"),
        active_stop_time: text("activeStopTime"),
        fa_group: text("faGroup"),
        fa_method: text("faMethod"),
        fa_percentage: text("faPercentage"),
        volatility: Some(110.5),
        volatility_type: Some(209),
        continuous_update: yes,
        reference_price_type: Some(212),
        delta_neutral_order_type: text("deltaNeutralOrderType"),
        delta_neutral_aux_price: Some(111.5),
        delta_neutral_con_id: Some(210),
        delta_neutral_open_close: text("deltaNeutralOpenClose"),
        delta_neutral_short_sale: yes,
        delta_neutral_short_sale_slot: Some(211),
        delta_neutral_designated_location: text("deltaNeutralDesignatedLocation"),
        delta_neutral_settling_firm: text("deltaNeutralSettlingFirm"),
        delta_neutral_clearing_account: text("deltaNeutralClearingAccount"),
        delta_neutral_clearing_intent: text("deltaNeutralClearingIntent"),
        scale_init_level_size: Some(213),
        scale_subs_level_size: Some(214),
        scale_price_increment: Some(114.5),
        scale_price_adjust_value: Some(115.5),
        scale_price_adjust_interval: Some(215),
        scale_profit_offset: Some(116.5),
        scale_auto_reset: yes,
        scale_init_position: Some(216),
        scale_init_fill_qty: Some(217),
        scale_random_percent: yes,
        scale_table: text("scaleTable"),
        hedge_type: text("hedgeType"),
        hedge_param: text("hedgeParam"),
        algo_strategy: text("algoStrategy"),
        algo_params: [("adaptivePriority".to_owned(), "Normal".to_owned())].into(),
        algo_id: text("algoId"),
        smart_combo_routing_params: [("NonGuaranteed".to_owned(), "1".to_owned())].into(),
        what_if: yes,
        transmit: yes,
        override_percentage_constraints: yes,
        open_close: text("openClose"),
        origin: Some(201),
        short_sale_slot: Some(205),
        designated_location: text("designatedLocation"),
        exempt_code: Some(206),
        discretionary_amt: Some(103.5),
        opt_out_smart_routing: yes,
        starting_price: Some(105.5),
        stock_ref_price: Some(106.5),
        delta: Some(107.5),
        stock_range_lower: Some(108.5),
        stock_range_upper: Some(109.5),
        not_held: yes,
        order_misc_options: [("a".to_owned(), "b".to_owned())].into(),
        solicited: yes,
        randomize_size: yes,
        randomize_price: yes,
        adjusted_order_type: text("adjustedOrderType"),
        trigger_price: Some(119.5),
        adjusted_stop_price: Some(121.5),
        adjusted_stop_limit_price: Some(122.5),
        adjusted_trailing_amount: Some(123.5),
        adjustable_trailing_unit: Some(219),
        lmt_price_offset: Some(120.5),
        conditions: conditions(),
        conditions_cancel_order: yes,
        conditions_ignore_rth: yes,
        model_code: text("modelCode"),
        ext_operator: text("extOperator"),
        soft_dollar_tier: Some(SoftDollarTier { name: text("tier"), value: text("tierValue"), display_name: None }),
        cash_qty: Some(124.5),
        mifid2_decision_maker: text("mifid2DecisionMaker"),
        mifid2_decision_algo: text("mifid2DecisionAlgo"),
        mifid2_execution_trader: text("mifid2ExecutionTrader"),
        mifid2_execution_algo: text("mifid2ExecutionAlgo"),
        dont_use_auto_price_for_hedge: yes,
        is_oms_container: yes,
        discretionary_up_to_limit_price: yes,
        auto_cancel_parent: yes,
        use_price_mgmt_algo: Some(1),
        duration: Some(220),
        post_to_ats: Some(221),
        advanced_error_override: text("advancedErrorOverride"),
        manual_order_time: text("manualOrderTime"),
        ..Order::default()
    }
}

fn benchmark(kind: &str) -> Order {
    Order {
        reference_contract_id: Some(218),
        is_pegged_change_amount_decrease: Some(true),
        pegged_change_amount: Some(117.5),
        reference_change_amount: Some(118.5),
        reference_exchange_id: text("referenceExchangeId"),
        min_trade_qty: Some(222),
        ..order(kind)
    }
}

#[test]
fn a_plain_order_is_the_same_order_in_every_clients_spelling() {
    for (version, count, shown) in PLAIN {
        assert_eq!(fields(shown), count, "{shown}");
        let read = place(version, shown);
        assert_eq!(read.order_id, Some(5));
        let want = Contract {
            symbol: text("AAPL"),
            sec_type: text("STK"),
            exchange: text("SMART"),
            currency: text("USD"),
            ..Contract::default()
        };
        assert_eq!(read.contract, Some(want), "{shown}");
        let mut order = read.order.unwrap();
        // What some clients always say and others never: none of it changes the order.
        assert!(matches!(order.exempt_code.take(), None | Some(-1)));
        assert!(matches!(order.use_price_mgmt_algo.take(), None | Some(0)));
        assert!(matches!(order.open_close.take().as_deref(), None | Some("O")));
        assert_eq!(order, plain(), "{shown}");
    }
}

#[test]
fn every_block_of_an_order_is_read_into_its_own_field() {
    for version in 176..=178 {
        for kind in ["PEG BENCH", "PEGBENCH"] {
            let shown = every_block(version, "IBKRATS", kind, BENCHMARK, "222|");
            let read = place(version, &shown);
            assert_eq!(read.contract, Some(contract("IBKRATS")));
            assert_eq!(read.order, Some(benchmark(kind)));
        }
        for (kind, end, want) in [
            ("PEG BEST", "223|0.05|", [Some(0.05), None, None]),
            ("PEGBEST", "223|Infinity|125.5|126.5|", [Some(f64::INFINITY), Some(125.5), Some(126.5)]),
            ("PEG BEST", "223|Infinite|125.5||", [Some(f64::INFINITY), Some(125.5), None]),
            ("PEG MID", "125.5|126.5|", [None, Some(125.5), Some(126.5)]),
            ("PEGMID", "||", [None; 3]),
            ("LMT", "", [None; 3]),
        ] {
            let read = place(version, &every_block(version, "SMART", kind, "", end)).order.unwrap();
            let [compete_against_best_offset, mid_offset_at_whole, mid_offset_at_half] = want;
            let min_compete_size = Some(223).filter(|_| kind.ends_with("BEST"));
            let rest = order(kind);
            let offsets = Order {
                min_compete_size,
                compete_against_best_offset,
                mid_offset_at_whole,
                mid_offset_at_half,
                ..rest
            };
            assert_eq!(read, offsets, "{kind} {end}");
        }
    }
}

#[test]
fn an_advisors_profile_is_its_group() {
    let shown = every_block(176, "SMART", "LMT", "", "").replace("|faGroup|", "||");
    assert_eq!(place(176, &shown).order.unwrap().fa_group, text("faProfile"));
}

#[test]
fn an_order_of_another_length_is_refused_on_its_id() {
    let whole = PLAIN[2].2;
    for shown in [format!("{whole}|"), format!("{whole}0|"), whole[..whole.len() - 1].to_owned()] {
        assert!(matches!(read(178, &shown), Ok(Request::Unreadable(5, _))), "{shown}");
    }
}

#[test]
fn what_is_gone_from_orders_is_refused_when_it_is_set() {
    let set = |field: &str, to: &str| every_block(178, "SMART", "LMT", "", "").replace(field, to);
    for (shown, cause) in [
        (set("|1||103.5|", "|1|U1/20|103.5|"), "A shares allocation is not supported"),
        (set("|104.5|0|0||0|", "|104.5|1|0||0|"), "Electronic trade only is not supported"),
        (set("|104.5|0|0||0|", "|104.5|0|1||0|"), "Firm quote only is not supported"),
        (set("|104.5|0|0||0|", "|104.5|0|0|5.5|0|"), "An NBBO price cap is not supported"),
        (set("|104.5|0|0||0|", "|104.5|0|0||2|"), "An auction strategy is not supported"),
        (set("|3|o|0|2025", "|2|o|0|2025"), "there is no condition of kind 2"),
        (set("|3|o|0|2025", "|3|x|0|2025"), "a condition is joined by Some(\"x\"), neither a nor o"),
        (set("|-1|2|1.25||", "|-1|3|1.25|||"), "3 prices for 2 legs"),
    ] {
        assert_eq!(read(178, &shown), Ok(Request::Unreadable(9, cause.to_owned())));
    }
}

/// How an order comes back.
fn echo(version: i32, order: Order) -> [String; 2] {
    let (contract, state) = (Some(contract("IBKRATS")), OrderState { status: text("Submitted"), ..Default::default() });
    let open = OpenOrder {
        order_id: Some(9),
        contract: contract.clone(),
        order: Some(order.clone()),
        order_state: Some(state.clone()),
    };
    let completed = CompletedOrder { contract, order: Some(order), order_state: Some(state) };
    [write(version, &Reply::OpenOrder(Box::new(open))), write(version, &Reply::CompletedOrder(Box::new(completed)))]
}

#[test]
fn an_order_comes_back_with_every_block_it_was_placed_with() {
    let order = place(178, &every_block(178, "IBKRATS", "PEG BENCH", BENCHMARK, "222|")).order.unwrap();
    let order = Order { client_id: Some(3), perm_id: Some(1_000_000_001), filled_quantity: text("4"), ..order };
    insta::assert_snapshot!(echo(178, order.clone()).join("\n"));
    // Before 177 there is one field more, the advisor's profile.
    let counts = |version| echo(version, order.clone()).map(|shown| fields(&shown));
    assert_eq!(counts(176), counts(177).map(|count| count + 1));
    assert_eq!(counts(177), counts(178));
}

#[test]
fn a_plain_order_comes_back_with_the_fields_that_clients_count() {
    let open = OpenOrder { order: Some(plain()), ..OpenOrder::default() };
    let completed = CompletedOrder { order: Some(plain()), ..CompletedOrder::default() };
    let open = write(178, &Reply::OpenOrder(Box::new(open)));
    let completed = write(178, &Reply::CompletedOrder(Box::new(completed)));
    insta::assert_snapshot!(format!("{open}\n{completed}"));
    assert_eq!((fields(&open), fields(&completed)), (126, 95));
}
