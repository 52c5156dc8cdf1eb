//! The roles: every meaning a cell of the screen can have, in one closed table (`screens.md` §4).
//!
//! Views name roles and nothing else; a theme says how a role looks. A role without an entry of its own looks like its
//! fallback, so a theme that only knows `text` is complete. Fallbacks lead to [`Role::Text`] or, for the grounds, end at
//! [`Role::Ground`]; both always have an entry.
//!
//! Styles are combined by `patch` in one order: ground, row, value, flash.
//!
//! Must not know: any colour.

macro_rules! roles {
    ($($(#[$doc:meta])* $variant:ident = $name:literal -> $fallback:ident;)*) => {
        /// A meaning.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Role {
            $($(#[$doc])* $variant,)*
        }

        impl Role {
            /// All roles, in the order of their index.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// How many there are.
            pub const COUNT: usize = Self::ALL.len();

            /// Its name in theme files.
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)*
                }
            }

            /// The role it looks like where a theme says nothing; its own fallback for the two roots.
            #[must_use]
            pub const fn fallback(self) -> Self {
                match self {
                    $(Self::$variant => Self::$fallback,)*
                }
            }
        }
    };
}

roles! {
    /// The ground of the whole screen.
    Ground = "ground" -> Ground;
    /// Values.
    Text = "text" -> Text;
    /// Labels, units, ages, headers.
    TextDim = "text.dim" -> Text;
    /// Symbols, last prices, totals, the order sentence.
    TextStrong = "text.strong" -> Text;
    /// Title of a pane without focus.
    PaneTitle = "pane.title" -> Text;
    /// Title and marker of the pane with focus.
    PaneTitleFocus = "pane.title.focus" -> PaneTitle;
    /// A title's rule.
    PaneBorder = "pane.border" -> TextDim;
    /// The rule of the pane with focus.
    PaneBorderFocus = "pane.border.focus" -> PaneBorder;
    /// Column headers.
    RowHeader = "row.header" -> TextDim;
    /// The selected row of the pane with focus.
    RowSelected = "row.selected" -> OverlayGround;
    /// The marker of the selected row in the pane with focus.
    RowMarker = "row.selected.marker" -> PaneTitleFocus;
    /// The marker of the selected row in a pane without focus.
    RowSelectedAway = "row.selected.away" -> RowMarker;
    /// A marked row.
    RowMarked = "row.marked" -> PaneTitleFocus;
    /// A row of totals.
    RowTotal = "row.total" -> TextStrong;
    /// A row whose numbers are no longer proven.
    RowStale = "row.stale" -> TextDim;
    /// Up, profit.
    PriceUp = "price.up" -> Text;
    /// Down, loss.
    PriceDown = "price.down" -> Text;
    /// Unchanged.
    PriceFlat = "price.flat" -> TextDim;
    /// The changed digits of a price that has just risen.
    PriceUpFlash = "price.up.flash" -> PriceUp;
    /// The changed digits of a price that has just fallen.
    PriceDownFlash = "price.down.flash" -> PriceDown;
    /// Fifteen minutes late.
    ValueDelayed = "value.delayed" -> TextDim;
    /// Frozen at the close, or halted.
    ValueFrozen = "value.frozen" -> TextDim;
    /// Last known, no longer proven.
    ValueStale = "value.stale" -> TextDim;
    /// Not known.
    ValueAbsent = "value.absent" -> TextDim;
    /// BUY.
    SideBuy = "side.buy" -> TextStrong;
    /// SELL.
    SideSell = "side.sell" -> TextStrong;
    /// SHORT: opens or adds to a short position.
    SideShort = "side.short" -> SideSell;
    /// An order on the ticket.
    OrderStaged = "order.staged" -> Text;
    /// An order at the exchange.
    OrderWorking = "order.working" -> Text;
    /// An order at the broker, not at the exchange.
    OrderHeld = "order.held" -> TextDim;
    /// An order a part of which has filled.
    OrderPartial = "order.partial" -> Text;
    /// An order that has ended as asked.
    OrderFilled = "order.filled" -> TextDim;
    /// An order that was refused.
    OrderRejected = "order.rejected" -> TextStrong;
    /// An order whose fate is not known.
    OrderUnknown = "order.unknown" -> OrderRejected;
    /// An order of which two truths are known.
    OrderConflict = "order.conflict" -> OrderUnknown;
    /// An order placed elsewhere.
    OrderForeign = "order.foreign" -> TextDim;
    /// A position without a stop.
    PositionBare = "position.bare" -> Text;
    /// The guard has nothing to say.
    GuardOk = "guard.ok" -> TextDim;
    /// The guard mentions something.
    GuardNote = "guard.note" -> TextDim;
    /// The guard asks.
    GuardConfirm = "guard.confirm" -> TextStrong;
    /// The guard refuses.
    GuardHard = "guard.hard" -> TextStrong;
    /// The PAPER badge.
    SessionPaper = "session.paper" -> TextStrong;
    /// The LIVE badge.
    SessionLive = "session.live" -> TextStrong;
    /// The frame around a live session.
    SessionLiveFrame = "session.live.frame" -> SessionLive;
    /// READY.
    SessionReady = "session.ready" -> TextDim;
    /// Connected, but not fully.
    SessionDegraded = "session.degraded" -> TextStrong;
    /// Not connected.
    SessionDown = "session.down" -> TextStrong;
    /// HALT and REDUCE.
    SessionHalt = "session.halt" -> SessionDown;
    /// PAUSED.
    SessionPaused = "session.paused" -> SessionDegraded;
    /// News.
    NoticeInfo = "notice.info" -> TextDim;
    /// Worth a look.
    NoticeWarn = "notice.warn" -> Text;
    /// Something failed.
    NoticeError = "notice.error" -> TextStrong;
    /// A key in a hint.
    KeyChord = "key.chord" -> TextStrong;
    /// What that key does.
    KeyLabel = "key.label" -> TextDim;
    /// Text being typed.
    InputText = "input.text" -> TextStrong;
    /// The cell of the text cursor.
    InputCursor = "input.cursor" -> InputText;
    /// Text that is not valid.
    InputInvalid = "input.invalid" -> InputText;
    /// The box of an overlay.
    OverlayBorder = "overlay.border" -> TextDim;
    /// The ground of an overlay.
    OverlayGround = "overlay.ground" -> Ground;
    /// A rising candle.
    ChartRise = "chart.rise" -> PriceUp;
    /// A falling candle.
    ChartFall = "chart.fall" -> PriceDown;
    /// Grid and session separators.
    ChartGrid = "chart.grid" -> PaneBorder;
    /// Volume columns.
    ChartVolume = "chart.volume" -> TextDim;
    /// The crosshair.
    ChartCursor = "chart.cursor" -> TextStrong;
    /// The line of an own buy order.
    ChartOrderBuy = "chart.order.buy" -> SideBuy;
    /// The line of an own sell order.
    ChartOrderSell = "chart.order.sell" -> SideSell;
    /// The line of the position's average price.
    ChartPosition = "chart.position" -> TextDim;
    /// An own buy execution.
    ChartFillBuy = "chart.fill.buy" -> SideBuy;
    /// An own sell execution.
    ChartFillSell = "chart.fill.sell" -> SideSell;
    /// The first study.
    ChartStudy1 = "chart.study-1" -> Text;
    /// The second study.
    ChartStudy2 = "chart.study-2" -> ChartStudy1;
    /// The third study.
    ChartStudy3 = "chart.study-3" -> ChartStudy1;
    /// Bids of the book.
    DepthBid = "depth.bid" -> Text;
    /// Asks of the book.
    DepthAsk = "depth.ask" -> Text;
    /// A gauge within its limits.
    GaugeOk = "gauge.ok" -> TextDim;
    /// A gauge near its limit.
    GaugeWarn = "gauge.warn" -> GaugeOk;
    /// A gauge at its limit.
    GaugeBad = "gauge.bad" -> GaugeWarn;
}

impl Role {
    /// Its place in [`Role::ALL`].
    pub const fn index(self) -> usize {
        self as usize
    }

    /// The role of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|r| r.name() == name)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_fallback_leads_to_a_root() {
        for role in Role::ALL {
            let mut at = *role;
            for _ in 0..Role::COUNT {
                at = at.fallback();
            }
            assert!(matches!(at, Role::Text | Role::Ground), "{} ends at {}", role.name(), at.name());
        }
    }

    #[test]
    fn names_are_unique_and_lead_back() {
        let names: BTreeSet<_> = Role::ALL.iter().map(|r| r.name()).collect();
        assert_eq!(names.len(), Role::COUNT);
        for (i, role) in Role::ALL.iter().enumerate() {
            assert_eq!(role.index(), i);
            assert_eq!(Role::named(role.name()), Some(*role));
        }
    }
}
