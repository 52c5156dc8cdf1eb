//! Which scopes a key is looked up in, and what leaks through an overlay or a field.
//!
//! The order is overlay, field, pane, the pane's kind, global (`screens.md` §5). An overlay and a field let only the
//! actions through that must work everywhere: kill, quit, suspend, redraw.

use super::action::Action;
use super::model::{Model, Overlay};
use crate::panes::PaneKind;

/// The desk's key map.
pub type Keymap = crate::keys::Keymap<Action>;

/// The scope of everything that is not said elsewhere.
pub const GLOBAL: &str = "global";

/// The scopes of the present moment, innermost first.
pub fn scopes(model: &Model) -> Vec<&'static str> {
    if let Some(overlay) = &model.overlay {
        let own = overlay_scope(overlay);
        return if has_text(overlay) { vec![own, "text", GLOBAL] } else { vec![own, GLOBAL] };
    }
    let focus = model.workspace.focus;
    if focus == PaneKind::Ticket {
        if is_typing(model) {
            return vec!["field", "text", GLOBAL];
        }
        return vec!["ticket", GLOBAL];
    }
    if focus == PaneKind::Chart {
        return vec!["chart", GLOBAL];
    }
    vec![focus.scope(), "list", GLOBAL]
}

/// The scope of an overlay's own keys.
pub const fn overlay_scope(overlay: &Overlay) -> &'static str {
    match overlay {
        Overlay::Help { .. } => "help",
        Overlay::Notices { .. } => "notices",
        Overlay::Away { .. } => "away",
        Overlay::Eod { .. } => "eod",
        Overlay::Command { .. } => "command",
        Overlay::Search { .. } => "search",
        Overlay::Studies { .. } => "studies",
        Overlay::Confirm => "confirm",
        Overlay::Everyones { .. } => "everyones",
        Overlay::Order { .. } => "order",
        Overlay::Filter { .. } => "filter",
        Overlay::Arm { .. } => "arm",
        Overlay::LiveCard { .. } => "live-card",
        Overlay::Quit => "quit",
    }
}

/// Whether printable keys are text in this overlay.
pub const fn has_text(overlay: &Overlay) -> bool {
    matches!(
        overlay,
        Overlay::Help { .. }
            | Overlay::Command { .. }
            | Overlay::Search { .. }
            | Overlay::Filter { .. }
            | Overlay::Arm { .. }
    )
}

/// Whether a field of the ticket is being typed into.
pub fn is_typing(model: &Model) -> bool {
    model.overlay.is_none()
        && model.workspace.focus == PaneKind::Ticket
        && model.panes.ticket.staged.as_ref().is_some_and(|s| s.typing.is_some())
}

/// Whether a global action works through every overlay and field.
pub const fn leaks(action: &Action) -> bool {
    matches!(action, Action::Kill | Action::Quit | Action::Suspend | Action::Redraw)
}
