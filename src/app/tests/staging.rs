//! Staging and the ticket's fields.

use super::fixture::{AAPL, MSFT};
use super::{desk, price, qty};
use crate::broker::Event;
use crate::domain::order::Verb;
use crate::panes::PaneKind;
use crate::panes::ticket::{Field, limit};

#[test]
fn b_stages_the_default_size_at_the_own_side() {
    let mut d = desk();
    d.keys("b");
    assert_eq!(d.sentence(), "buy 100 AAPL lmt 187.20 day rth");
    assert_eq!(d.model.workspace.focus, PaneKind::Ticket);
    assert!(d.placed().is_empty(), "staging sends nothing");
}

#[test]
fn s_on_a_flat_stock_stages_a_short_and_on_a_long_one_a_sell() {
    let mut d = desk();
    d.keys("s");
    assert_eq!(d.sentence(), "short 100 AAPL lmt 187.22 day rth");
    d.hold(AAPL, "AAPL", 300).keys("esc s");
    assert_eq!(d.sentence(), "sell 100 AAPL lmt 187.22 day rth");
}

#[test]
fn c_closes_what_is_held_and_nothing_else() {
    let mut d = desk();
    d.keys("c");
    assert!(d.model.panes.ticket.staged.is_none());
    d.assert_said("flat");
    d.hold(AAPL, "AAPL", -50).keys("c");
    assert_eq!(d.sentence(), "close 50 AAPL lmt 187.20 day rth");
    assert_eq!(d.staged().verb, Verb::Close);
}

#[test]
fn a_position_that_was_never_listed_is_not_taken_for_flat() {
    let mut d = super::Desk::unconnected(crate::domain::account::Mode::Paper);
    d.ready("DU0000001");
    d.answer_questions();
    d.keys("c");
    assert!(d.model.panes.ticket.staged.is_none());
    d.assert_said("not known yet");
}

#[test]
fn the_first_digit_replaces_the_size_and_at_opens_the_price() {
    let mut d = desk();
    d.keys("b 250 @ .33");
    assert_eq!(d.sentence(), "buy 250 AAPL lmt 187.33 day rth");
    assert_eq!(d.staged().field, Field::Limit);
}

#[test]
fn a_price_ending_is_the_one_nearest_to_the_touch() {
    let mut d = desk();
    d.keys("b @ .95");
    assert_eq!(d.sentence(), "buy 100 AAPL lmt 186.95 day rth");
}

#[test]
fn touches_float_until_a_tick_fixes_them() {
    let mut d = desk();
    d.keys("b t");
    d.quote(AAPL, "187.30", "187.33");
    assert_eq!(d.sentence(), "buy 100 AAPL lmt 187.33 day rth");
    d.keys("down");
    d.quote(AAPL, "187.40", "187.43");
    assert_eq!(d.sentence(), "buy 100 AAPL lmt 187.32 day rth");
    d.keys("j");
    assert_eq!(d.sentence(), "buy 100 AAPL lmt 187.40 day rth");
}

#[test]
fn mid_is_rounded_away_from_the_far_side() {
    let mut d = desk();
    d.quote(AAPL, "187.20", "187.23");
    d.keys("b m");
    assert_eq!(d.sentence(), "buy 100 AAPL lmt 187.21 day rth");
    d.keys("esc s m");
    assert_eq!(d.sentence(), "short 100 AAPL lmt 187.22 day rth");
}

#[test]
fn a_field_takes_prices_of_the_market_with_a_distance() {
    let mut d = desk();
    d.keys("b @").type_text("ask+2t");
    assert_eq!(d.sentence(), "buy 100 AAPL lmt 187.24 day rth");
    d.quote(AAPL, "187.30", "187.32");
    assert_eq!(d.sentence(), "buy 100 AAPL lmt 187.34 day rth");
}

#[test]
fn kind_tif_session_half_and_presets() {
    let mut d = desk();
    d.keys("b k i e h");
    assert_eq!(d.sentence(), "buy 50 AAPL mkt gtc ext");
    d.keys("k k k k k k i . .");
    assert_eq!(d.sentence(), "buy 200 AAPL lmt 187.20 gtc rth", "the auctions on the way have neither");
}

#[test]
fn a_preset_chosen_without_a_ticket_is_what_the_next_key_stages() {
    let mut d = desk();
    d.keys(". b");
    assert_eq!(d.sentence(), "buy 200 AAPL lmt 187.20 day rth");
}

#[test]
fn an_off_tick_price_is_no_order_and_space_takes_the_near_one() {
    let mut d = desk();
    d.keys("b @ 187.203");
    assert_eq!(d.sentence(), "—");
    let (text, fix) = d.staged().invalid.clone().unwrap();
    assert!(text.contains("off the 0.01 tick"), "{text}");
    assert_eq!(fix.as_deref(), Some("187.20"));
    d.keys("enter");
    assert!(d.placed().is_empty());
    d.assert_said("off the 0.01 tick");
    d.keys("space");
    assert_eq!(d.sentence(), "buy 100 AAPL lmt 187.20 day rth");
}

#[test]
fn what_is_not_a_size_is_no_order() {
    for (typed, why) in [("1e3", "not a size"), ("0", "above 0"), ("12x", "not a size"), ("5k", "money")] {
        let mut d = desk();
        let (first, rest) = typed.split_at(1);
        d.keys("b").keys(first).type_text(rest);
        assert_eq!(d.sentence(), "—", "{typed}");
        let (text, _) = d.staged().invalid.clone().unwrap();
        assert!(text.contains(why), "{typed}: {text}");
        d.after(500).keys("enter");
        assert!(d.placed().is_empty(), "{typed}");
    }
}

#[test]
fn esc_goes_back_to_the_value_then_drops_the_ticket_then_the_focus_returns() {
    let mut d = desk();
    d.keys("b 7 7 7");
    assert_eq!(d.staged().qty, Some(qty(777)));
    d.keys("esc");
    assert_eq!(d.staged().qty, Some(qty(100)));
    assert!(d.staged().typing.is_none());
    d.keys("esc");
    assert!(d.model.panes.ticket.staged.is_none());
    assert_eq!(d.model.workspace.focus, PaneKind::Watchlist);
}

#[test]
fn tab_walks_the_fields_and_a_digit_types_into_the_marked_one() {
    let mut d = desk();
    d.keys("b tab tab");
    assert_eq!(d.staged().field, Field::Limit);
    d.keys("1 8 6");
    assert_eq!(d.staged().pricing, limit(price("186")));
    assert_eq!(d.staged().qty, Some(qty(100)));
    d.keys("tab tab tab");
    assert_eq!(d.staged().field, Field::Size);
}

#[test]
fn a_staged_ticket_is_pinned_to_its_contract() {
    let mut d = desk();
    d.keys("b 1 j j");
    // The digit went into the size; focus is on the ticket, so the list has not moved either.
    assert_eq!(d.staged().con_id, AAPL);
    d.keys("esc esc j b");
    assert_eq!(d.staged().con_id, MSFT);
    d.act(crate::app::action::Action::Focus { pane: PaneKind::Watchlist }).keys("k");
    assert_eq!(d.staged().con_id, MSFT);
}

#[test]
fn without_a_quote_there_is_no_order_until_a_price_is_typed() {
    let mut d = desk();
    d.model.market.quotes.clear();
    d.keys("b");
    assert_eq!(d.sentence(), "—");
    d.keys("enter");
    d.assert_said("no price of AAPL is known");
    assert!(d.placed().is_empty());
}

#[test]
fn a_hard_verdict_is_said_with_the_fix_and_space_takes_it() {
    let mut d = desk();
    d.keys("b 25000");
    d.keys("enter");
    assert!(d.placed().is_empty());
    d.assert_said("(G07)");
    d.assert_said("Space takes buy 21367 AAPL");
    d.keys("space");
    assert_eq!(d.staged().qty, Some(qty(21_367)));
}

#[test]
fn an_unconfirmed_contract_cannot_be_staged() {
    let mut d = super::Desk::unconnected(crate::domain::account::Mode::Paper);
    d.keys("b");
    assert!(d.model.panes.ticket.staged.is_none());
    d.assert_said("no contract is confirmed");
}

#[test]
fn a_refused_symbol_says_so_in_its_row() {
    let mut d = super::Desk::unconnected(crate::domain::account::Mode::Paper);
    d.connect("DU0000001", super::fixture::snapshot());
    let (job, symbol) = d.model.market.asked.iter().next().map(|(j, s)| (*j, s.clone())).unwrap();
    let refusal = crate::broker::event::Refusal { code: Some(200), text: "No security definition".into() };
    d.broker(Event::Found { job, result: Err(refusal) });
    let row = d.model.panes.watchlist.rows.iter().find(|r| r.symbol == symbol).unwrap();
    assert!(row.refused.is_some());
    d.assert_said("(200)");
}
