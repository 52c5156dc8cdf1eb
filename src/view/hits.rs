//! Where the mouse finds what: areas of the last frame and the action each stands for.
//!
//! The mouse never stages, sends or cancels (`screens.md` §3): such actions are not entered here.

use ratatui::layout::{Position, Rect};

use crate::app::action::{Action, Hazard};
use crate::panes::PaneKind;

/// The areas of one frame; what was entered later lies on top.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Hits {
    actions: Vec<(Rect, Action)>,
    panes: Vec<(Rect, PaneKind)>,
}

impl Hits {
    /// Forgets everything: a new frame begins.
    pub fn clear(&mut self) {
        self.actions.clear();
        self.panes.clear();
    }

    /// A click in this area means this action, if the mouse may do it.
    pub fn press(&mut self, area: Rect, action: Action) {
        if is_harmless(&action) {
            self.actions.push((area, action));
        }
    }

    /// This area is a pane.
    pub fn pane(&mut self, area: Rect, pane: PaneKind) {
        self.panes.push((area, pane));
    }

    /// What a click there means.
    pub fn action_at(&self, x: u16, y: u16) -> Option<Action> {
        let at = Position::new(x, y);
        let hit = self.actions.iter().rev().find(|(area, _)| area.contains(at));
        hit.map(|(_, action)| action.clone()).or_else(|| self.pane_at(x, y).map(|pane| Action::Focus { pane }))
    }

    /// Which pane is there: where the wheel turns.
    pub fn pane_at(&self, x: u16, y: u16) -> Option<PaneKind> {
        let at = Position::new(x, y);
        self.panes.iter().rev().find(|(area, _)| area.contains(at)).map(|(_, pane)| *pane)
    }
}

/// Whether an action neither stages nor sends nor cancels, and does not leave.
fn is_harmless(action: &Action) -> bool {
    action.hazard() == Hazard::None && !matches!(action, Action::Quit | Action::Suspend | Action::HaltLift)
}
