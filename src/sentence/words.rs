//! The words of the grammar, each with what it means in a few words; completion shows both.

/// A word that may come next, and what it is.
pub(super) type Offer = (&'static str, &'static str);

pub(super) const VERBS: &[Offer] = &[
    ("buy", "buy"),
    ("sell", "sell what is held"),
    ("short", "sell what is not held"),
    ("close", "reduce the position, either side"),
];

pub(super) const MANAGE: &[Offer] = &[
    ("cancel", "cancel orders"),
    ("modify", "change a working order"),
    ("flatten", "cancel a symbol's orders, then close it"),
    ("reverse", "turn a position around"),
    ("roll", "move a position to another expiry"),
    ("exercise", "exercise an option"),
    ("lapse", "let an option expire unexercised"),
    ("halt", "only exits from now on"),
    ("reduce", "only exits for this session"),
    ("limit", "set a limit of the guard"),
    ("resume", "entries again"),
];

pub(super) const SIZES: &[Offer] =
    &[("all", "the whole position"), ("half", "half of the position"), ("def", "the size set as default")];

pub(super) const PRICINGS: &[Offer] = &[
    ("mkt", "at the market"),
    ("lmt", "at this price or better"),
    ("stp", "at the market once this price trades"),
    ("mit", "at the market once this price is touched"),
    ("lit", "at a limit once a price is touched"),
    ("trail", "a stop that follows the market"),
    ("moc", "at the market in the closing auction"),
    ("moo", "at the market in the opening auction"),
    ("loc", "at a limit in the closing auction"),
    ("loo", "at a limit in the opening auction"),
    ("auc", "at a limit in the pre-open auction"),
    ("mtl", "at the market, the rest at the first fill's price"),
    ("mktprt", "at the market within protection points"),
    ("stpprt", "a stop within protection points"),
    ("midprice", "around the midpoint"),
    ("vol", "at an implied volatility"),
    ("rel", "the own side's best, a little better"),
    ("pegmkt", "tied to the far side"),
    ("pegmid", "tied to the midpoint"),
    ("snapmkt", "the far side as it is when sent"),
    ("snapmid", "the midpoint as it is when sent"),
    ("snapprim", "the own side as it is when sent"),
];

pub(super) const REFS: &[Offer] = &[
    ("join", "the own side's best"),
    ("take", "the far side's best"),
    ("bid", "the best bid"),
    ("ask", "the best ask"),
    ("mid", "the middle of bid and ask"),
    ("last", "the last trade"),
    ("vwap", "the day's average price by volume"),
    ("open", "the day's open"),
    ("high", "the day's high"),
    ("low", "the day's low"),
    ("pclose", "the prior close"),
    ("yhigh", "the prior day's high"),
    ("ylow", "the prior day's low"),
    ("avg", "the position's average cost"),
];

pub(super) const ENTRY: Offer = ("entry", "the price of this order");

pub(super) const TIFS: &[Offer] = &[
    ("day", "until the end of the session"),
    ("gtc", "until cancelled"),
    ("ioc", "what fills at once"),
    ("fok", "all at once or nothing"),
    ("opg", "in the opening auction"),
    ("dtc", "until the end of the session, then inactive"),
    ("5min", "five minutes, for crypto"),
    ("gtd", "until a date"),
];

pub(super) const SESSIONS: &[Offer] = &[
    ("rth", "regular hours"),
    ("ext", "also before the open and after the close"),
    ("ovn", "overnight only"),
    ("ext+ovn", "extended and overnight"),
];

pub(super) const CLAUSES: &[Offer] = &[
    ("sl", "stop loss once it has filled"),
    ("tp", "target once it has filled"),
    ("exits", "how long stop and target work"),
    ("show", "shares shown"),
    ("min", "smallest fill"),
    ("disc", "improves on its limit unseen"),
    ("hidden", "not shown"),
    ("aon", "all or none"),
    ("sweep", "sweeps the venues"),
    ("post", "only adds liquidity"),
    ("ng", "legs may fill alone"),
    ("after", "not before"),
    ("trig", "what triggers a stop"),
    ("oca", "in a group: one cancels the others"),
    ("if", "waits for tests"),
    ("cancelif", "cancelled by tests"),
    ("algo", "worked by an algorithm"),
    ("via", "routed to a venue"),
    ("acct", "for an account"),
    ("tag", "a note kept with it"),
    ("hold", "kept at the broker, not sent on"),
    ("flip", "may go through zero"),
    ("preview", "margin only, not sent"),
];

pub(super) const OCA_KINDS: &[Offer] = &[
    ("cancel", "a fill cancels the others"),
    ("reduce", "a fill reduces the others, one routed at a time"),
    ("reduce-now", "a fill reduces the others, all routed"),
];

pub(super) const TRIGGERS: &[Offer] = &[
    ("last", "the last trade"),
    ("dlast", "two trades in a row"),
    ("bidask", "bid or ask by side"),
    ("dbidask", "two bids or asks in a row"),
    ("lastbidask", "last trade, bid or ask"),
    ("mid", "the midpoint"),
];

pub(super) const WATCHED: &[Offer] = &[
    ("last", "the last trade"),
    ("bid", "the best bid"),
    ("ask", "the best ask"),
    ("mid", "the midpoint"),
    ("dlast", "two trades in a row"),
    ("bidask", "bid or ask by side"),
    ("vol", "the day's volume in shares"),
    ("chg", "the day's change in percent"),
];

pub(super) const TESTS: &[Offer] =
    &[("time", "the clock"), ("cushion", "the account's cushion"), ("filled", "an execution in a contract")];

pub(super) const SCOPES: &[Offer] = &[
    ("buys", "the buy orders"),
    ("sells", "the sell orders"),
    ("entries", "what may increase the position"),
    ("exits", "what only reduces it"),
];

/// What other programs and habit say, and what it is here.
pub(super) const HABITS: &[(&str, &str)] = &[
    ("market", "mkt"),
    ("limit", "lmt"),
    ("at", "@"),
    ("good-till-cancelled", "gtc"),
    ("extended", "ext"),
    ("regular", "rth"),
    ("outsiderth", "ext"),
    ("target", "tp"),
    ("takeprofit", "tp"),
    ("trailing", "trail"),
    ("whatif", "preview"),
    ("what-if", "preview"),
    ("exchange", "via"),
    ("account", "acct"),
];

/// Whether a table has this word.
pub(super) fn has(table: &[Offer], word: &str) -> bool {
    table.iter().any(|(w, _)| *w == word)
}

/// Whether a clause begins with this word.
pub(super) fn is_clause(lower: &str) -> bool {
    has(CLAUSES, lower) || has(TIFS, lower) || has(SESSIONS, lower)
}

/// Whether a clause or a pricing begins with this word.
pub(super) fn is_keyword(lower: &str) -> bool {
    is_clause(lower) || has(PRICINGS, lower) || lower == "@"
}

/// Every word a clause or a pricing begins with, and the prices of the market.
pub(super) fn keywords() -> impl Iterator<Item = &'static str> {
    [PRICINGS, REFS, TIFS, SESSIONS, CLAUSES].into_iter().flatten().map(|(w, _)| *w)
}
