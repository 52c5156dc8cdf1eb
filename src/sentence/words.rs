//! The words of the full order grammar: those that are understood here, and those that are refused by name.

/// Words of order types, times in force, hours, exits and conditions that exist in the grammar and not here.
pub(super) const LATER: &[&str] = &[
    "stp", "mit", "lit", "trail", "moc", "moo", "loc", "loo", "auc", "mtl", "mktprt", "stpprt", "midprice", "vol",
    "rel", "pegmkt", "pegmid", "snapmkt", "snapmid", "snapprim", "fok", "opg", "dtc", "5min", "gtd", "ovn", "ext+ovn",
    "sl", "tp", "exits", "show", "min", "disc", "hidden", "aon", "sweep", "post", "ng", "after", "trig", "oca", "if",
    "cancelif", "algo", "via", "acct", "tag", "hold", "flip", "preview",
];

/// Prices of the market that exist in the grammar and not here.
pub(super) const LATER_REFS: &[&str] = &["vwap", "open", "high", "low", "pclose", "yhigh", "ylow", "avg", "entry"];

/// First words of sentences that do something else than place an order.
pub(super) const LATER_VERBS: &[&str] =
    &["cancel", "modify", "flatten", "reverse", "roll", "exercise", "lapse", "halt", "resume"];

/// The words understood after the symbol.
pub(super) const NOW: &[&str] =
    &["mkt", "lmt", "@", "join", "take", "bid", "ask", "mid", "last", "day", "gtc", "ioc", "rth", "ext"];

/// What other programs and habit say, and what it is here.
pub(super) const HABITS: &[(&str, &str)] = &[
    ("market", "mkt"),
    ("limit", "lmt"),
    ("at", "@"),
    ("good-till-cancelled", "gtc"),
    ("extended", "ext"),
    ("regular", "rth"),
    ("outsiderth", "ext"),
];
