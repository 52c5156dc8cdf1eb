//! Actions: what a user can bind, in the imperative.
//!
//! One flat table. The serde name of a variant is its name in key maps, palette and help (`family.verb`); arguments stand
//! beside `do` in the table form: `{ do = "order.stage", verb = "buy" }`. Keys, mouse, tests and scripts all produce the
//! same [`Action`]. Only actions that have a handler exist.

use serde::{Deserialize, Serialize};

use super::hotkey::HotKey;
use crate::domain::order::Verb;
use crate::panes::PaneKind;
use crate::panes::chart::StudyKind;

/// A direction along a list, a value or a screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Way {
    /// Up, or more.
    Up,
    /// Down, or less.
    Down,
}

/// A price an order can take by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Touch {
    /// The own side's best.
    Join,
    /// The middle.
    Mid,
    /// The far side's best.
    Take,
    /// The position's average cost: break-even.
    Avg,
}

/// The verb of a staging key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum StageVerb {
    /// Buys.
    Buy,
    /// Sells; on a flat position it stages a short.
    Sell,
    /// Closes the position.
    Close,
}

impl StageVerb {
    /// The verb of the sentence this stages when something is held.
    pub const fn verb(self) -> Verb {
        match self {
            Self::Buy => Verb::Buy,
            Self::Sell => Verb::Sell,
            Self::Close => Verb::Close,
        }
    }
}

/// What a staging key puts on the ticket: `verb = "buy"`, or a hot key's `sentence = "buy 1r take sl ylow-1t tp entry+2r"`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "Arguments", into = "Arguments")]
pub enum Staging {
    /// The verb with the preset size, resting at the own side's best.
    Verb(StageVerb),
    /// A whole sentence about the selected symbol.
    Sentence(HotKey),
}

/// The arguments of `order.stage` as a key map has them.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Arguments {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    verb: Option<StageVerb>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    sentence: Option<String>,
}

impl TryFrom<Arguments> for Staging {
    type Error = String;

    fn try_from(said: Arguments) -> Result<Self, String> {
        match (said.verb, said.sentence) {
            (Some(verb), None) => Ok(Self::Verb(verb)),
            (None, Some(sentence)) => HotKey::new(&sentence).map(Self::Sentence),
            (Some(_), Some(_)) => Err("a sentence has its own verb: leave one of the two out".to_owned()),
            (None, None) => Err("missing field `verb` or `sentence`".to_owned()),
        }
    }
}

impl From<Staging> for Arguments {
    fn from(staging: Staging) -> Self {
        match staging {
            Staging::Verb(verb) => Self { verb: Some(verb), sentence: None },
            Staging::Sentence(hot) => Self { verb: None, sentence: Some(hot.text().to_owned()) },
        }
    }
}

/// Whether an action can move money.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Hazard {
    /// It cannot.
    None,
    /// It puts an order on the ticket.
    Stages,
    /// It sends an order or a change.
    Sends,
    /// It takes working orders back.
    Cancels,
}

/// Something the user can ask for.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "do", deny_unknown_fields)]
pub enum Action {
    /// Unbinds what was inherited.
    #[serde(rename = "none")]
    None,
    /// Leaves the program; asks when orders work.
    #[serde(rename = "app.quit")]
    Quit,
    /// Leaves the screen to the shell until it brings the program back.
    #[serde(rename = "app.suspend")]
    Suspend,
    /// Draws everything again.
    #[serde(rename = "app.redraw")]
    Redraw,
    /// Goes one step back: closes what is open.
    #[serde(rename = "ui.back")]
    Back,
    /// Opens the command line for an order sentence.
    #[serde(rename = "command.open")]
    CommandOpen,
    /// Opens the symbol search.
    #[serde(rename = "symbol.search")]
    SymbolSearch,
    /// Opens the help.
    #[serde(rename = "help.open")]
    HelpOpen,
    /// Opens the list of notices.
    #[serde(rename = "notices.open")]
    NoticesOpen,
    /// Shows what the last gap changed.
    #[serde(rename = "away.open")]
    AwayOpen,
    /// Shows the end of the day: what has no stop, what dies, what stays, what was traded.
    #[serde(rename = "eod.open")]
    EodOpen,
    /// Focuses the next pane.
    #[serde(rename = "pane.focus-next")]
    FocusNext,
    /// Focuses the previous pane.
    #[serde(rename = "pane.focus-prev")]
    FocusPrev,
    /// Focuses a pane.
    #[serde(rename = "pane.focus")]
    Focus {
        /// Which.
        pane: PaneKind,
    },
    /// Gives the focused pane the whole screen, and back.
    #[serde(rename = "pane.zoom")]
    Zoom,
    /// Stages an order for the selected symbol.
    #[serde(rename = "order.stage")]
    Stage(Staging),
    /// Stages a stop for what of the position has none.
    #[serde(rename = "order.protect")]
    Protect,
    /// Stages the way out of a position: cancel its orders, wait, count again, close.
    #[serde(rename = "position.flatten")]
    Flatten,
    /// Stages the same with the position turned around.
    #[serde(rename = "position.reverse")]
    Reverse,
    /// Sends the staged order.
    #[serde(rename = "order.send")]
    Send,
    /// Answers the confirmation.
    #[serde(rename = "order.confirm")]
    Confirm,
    /// Cancels the selected working order.
    #[serde(rename = "order.cancel")]
    Cancel,
    /// Puts the selected working order on the ticket to change it.
    #[serde(rename = "order.pick-up")]
    PickUp,
    /// Moves the selected working order's limit by one tick.
    #[serde(rename = "order.nudge")]
    Nudge {
        /// Price up or down.
        way: Way,
    },
    /// Cancels the working entries of the selected symbol; again within 3 s its exits.
    #[serde(rename = "orders.cancel-symbol")]
    CancelSymbol,
    /// Cancels every working entry.
    #[serde(rename = "orders.cancel-all")]
    CancelAll,
    /// Cancels every order of the account, those of TWS and of other clients too; names them and asks first.
    #[serde(rename = "orders.cancel-global")]
    CancelGlobal,
    /// HALT and cancel every entry; again within 3 s the exits too.
    #[serde(rename = "orders.kill")]
    Kill,
    /// Lifts HALT.
    #[serde(rename = "halt.lift")]
    HaltLift,
    /// REDUCE: exits only, for the session; a typed `resume` lifts it.
    #[serde(rename = "halt.reduce")]
    Reduce,
    /// Opens the selected order in full.
    #[serde(rename = "order.open")]
    OrderOpen,
    /// Stages an order that has ended once more.
    #[serde(rename = "order.again")]
    OrderAgain,
    /// Puts the selected row on the terminal's clipboard.
    #[serde(rename = "list.copy")]
    Copy,
    /// Narrows the rows down to those with these words.
    #[serde(rename = "list.filter")]
    Filter,
    /// Sorts the rows by the next column, or the one before.
    #[serde(rename = "list.sort")]
    Sort {
        /// Down is the next.
        way: Way,
    },
    /// Arms a live session, with the last characters of the account; disarms one that is armed.
    #[serde(rename = "live.arm")]
    LiveArm,
    /// Disarms a live session.
    #[serde(rename = "live.disarm")]
    LiveDisarm,
    /// Goes on after a pause.
    #[serde(rename = "live.resume")]
    LiveResume,
    /// Accepts the limits of the card.
    #[serde(rename = "live.accept")]
    LiveAccept,
    /// Reads the limits of the card again, from the file where they are edited.
    #[serde(rename = "live.edit")]
    LiveEdit,
    /// Asks the broker again about an order whose fate is unknown.
    #[serde(rename = "order.resolve")]
    Resolve,
    /// The next smaller or larger preset size.
    #[serde(rename = "size.step")]
    SizeStep {
        /// Smaller or larger.
        way: Way,
    },
    /// Asks the broker what the staged order would do: margin and commission. Sends nothing to trade.
    #[serde(rename = "ticket.what-if")]
    TicketWhatIf,
    /// Empties the ticket.
    #[serde(rename = "ticket.drop")]
    TicketDrop,
    /// Opens the size field with what is typed.
    #[serde(rename = "ticket.size")]
    TicketSize,
    /// Opens the price field.
    #[serde(rename = "ticket.price")]
    TicketPrice,
    /// Sets the price by name.
    #[serde(rename = "ticket.touch")]
    TicketTouch {
        /// Join, mid or take.
        at: Touch,
    },
    /// Moves the price by ticks.
    #[serde(rename = "ticket.tick")]
    TicketTick {
        /// Up or down.
        way: Way,
        /// How many ticks.
        #[serde(default = "one")]
        by: u8,
    },
    /// Marks the next field.
    #[serde(rename = "ticket.field-next")]
    FieldNext,
    /// Marks the previous field.
    #[serde(rename = "ticket.field-prev")]
    FieldPrev,
    /// The next order type.
    #[serde(rename = "ticket.kind")]
    TicketKind,
    /// The next time in force.
    #[serde(rename = "ticket.tif")]
    TicketTif,
    /// Regular hours only, or extended.
    #[serde(rename = "ticket.session")]
    TicketSession,
    /// Opens the stop loss, then the target.
    #[serde(rename = "ticket.exits")]
    TicketExits,
    /// Halves the size.
    #[serde(rename = "ticket.half")]
    TicketHalf,
    /// Takes the nearest order that passes.
    #[serde(rename = "ticket.fix")]
    TicketFix,
    /// Closes the open field and keeps what it was.
    #[serde(rename = "field.revert")]
    FieldRevert,
    /// Empties the text.
    #[serde(rename = "text.clear")]
    TextClear,
    /// Deletes the word before the cursor.
    #[serde(rename = "text.delete-word")]
    TextDeleteWord,
    /// Deletes to the end of the text.
    #[serde(rename = "text.delete-to-end")]
    TextDeleteToEnd,
    /// Takes the first fix, or the first word that may come next.
    #[serde(rename = "command.complete")]
    CommandComplete,
    /// Takes what was typed or selected.
    #[serde(rename = "text.accept")]
    TextAccept,
    /// Moves along a list.
    #[serde(rename = "list.move")]
    ListMove {
        /// Up or down.
        way: Way,
    },
    /// Moves along a list by a page.
    #[serde(rename = "list.page")]
    ListPage {
        /// Up or down.
        way: Way,
    },
    /// Goes to an end of a list.
    #[serde(rename = "list.end")]
    ListEnd {
        /// First or last.
        way: Way,
    },
    /// The tab on the left or right.
    #[serde(rename = "list.tab")]
    ListTab {
        /// Left is up, right is down.
        way: Way,
    },
    /// Shows the row's symbol in the chart.
    #[serde(rename = "list.open")]
    ListOpen,
    /// Adds a symbol to the watchlist.
    #[serde(rename = "watchlist.add")]
    WatchlistAdd,
    /// Removes the selected symbol from the watchlist.
    #[serde(rename = "watchlist.remove")]
    WatchlistRemove,
    /// Moves the selected symbol along the watchlist.
    #[serde(rename = "watchlist.move")]
    WatchlistMove {
        /// Up or down.
        way: Way,
    },
    /// Moves the crosshair by a bar.
    #[serde(rename = "chart.cursor")]
    ChartCursor {
        /// Down is back in time.
        way: Way,
    },
    /// Moves the crosshair by a row of price.
    #[serde(rename = "chart.price")]
    ChartPrice {
        /// Price up or down.
        way: Way,
    },
    /// Pans by a page.
    #[serde(rename = "chart.page")]
    ChartPage {
        /// Down is back in time.
        way: Way,
    },
    /// Shows the newest bar and drops the crosshair.
    #[serde(rename = "chart.newest")]
    ChartNewest,
    /// Shows the oldest bars that are here and asks for older ones.
    #[serde(rename = "chart.oldest")]
    ChartOldest,
    /// Wider or narrower bars.
    #[serde(rename = "chart.zoom")]
    ChartZoom {
        /// Up is wider.
        way: Way,
    },
    /// Longer or shorter bars.
    #[serde(rename = "chart.interval")]
    ChartInterval {
        /// Up is longer.
        way: Way,
    },
    /// Candles, bars, line, Heikin-Ashi.
    #[serde(rename = "chart.style")]
    ChartStyle,
    /// Regular hours, or extended.
    #[serde(rename = "chart.session")]
    ChartSession,
    /// Logarithmic scale, or linear.
    #[serde(rename = "chart.log")]
    ChartLog,
    /// Stretches the range to all own orders, or back.
    #[serde(rename = "chart.fit")]
    ChartFit,
    /// Averages by volume from the crosshair's bar on.
    #[serde(rename = "chart.vwap-here")]
    ChartVwapHere,
    /// Compares with another symbol, or no longer.
    #[serde(rename = "chart.compare")]
    ChartCompare,
    /// Opens the list of studies.
    #[serde(rename = "chart.studies")]
    ChartStudies,
    /// Shows or hides one study.
    #[serde(rename = "chart.study")]
    ChartStudy {
        /// Which.
        study: StudyKind,
    },
    /// Shows or hides the study the list is on.
    #[serde(rename = "chart.study-toggle")]
    ChartStudyToggle,
    /// A longer or shorter period of the study the list is on.
    #[serde(rename = "chart.study-period")]
    ChartStudyPeriod {
        /// Up is longer.
        way: Way,
    },
}

impl Action {
    /// Whether it can move money.
    pub const fn hazard(&self) -> Hazard {
        match self {
            Self::Stage(_) | Self::PickUp | Self::OrderAgain | Self::Protect | Self::Flatten | Self::Reverse => {
                Hazard::Stages
            }
            Self::Send | Self::Confirm | Self::Nudge { .. } => Hazard::Sends,
            Self::Cancel | Self::CancelSymbol | Self::CancelAll | Self::CancelGlobal | Self::Kill => Hazard::Cancels,
            _ => Hazard::None,
        }
    }

    /// Whether it lets orders pass that would not pass before: neither a click nor a key's repeat does that.
    pub const fn opens(&self) -> bool {
        matches!(self, Self::HaltLift | Self::LiveArm | Self::LiveResume | Self::LiveAccept)
    }
}

/// The default of a count.
const fn one() -> u8 {
    1
}
