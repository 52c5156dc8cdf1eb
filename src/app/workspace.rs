//! Where the panes stand: a pure function of the workspace and the size of the terminal (`screens.md` §1, grid).
//!
//! Invariants: the placements tile the rows between the status bar and the hint row without gap or overlap; the ticket is
//! always visible; the blotter stands under it wherever both fit. Both `update` (page sizes) and the views use this one
//! function, so they cannot disagree.
//!
//! Must not know: what a pane shows.

use ratatui::layout::Rect;

use super::model::{Model, Workspace};
use crate::panes::PaneKind;
use crate::panes::ticket::{Aim, Staged};

/// How much room the ticket asks for where it is docked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dock {
    /// One row: nothing is staged.
    Line,
    /// An order is on it: eight rows, and so many more as its exits and what the guard says of it need.
    Open(u16),
}

/// What is where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Layout {
    /// Panes side by side.
    Tiled(Vec<Placement>),
    /// No room for panes: a card says what is needed. Order entry is off.
    TooSmall,
}

/// A pane and its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Placement {
    /// Which.
    pub pane: PaneKind,
    /// Where, its title row included.
    pub rect: Rect,
    /// All panes that share the place, in the order of their tabs; empty if it has it alone.
    pub tabs: Vec<PaneKind>,
}

/// Panes in one place from which on the title becomes a row of tabs.
pub const ROW_OF_TABS: usize = 3;

/// The smallest terminal that shows panes.
pub const SIZE_MIN: (u16, u16) = (60, 16);

/// The smallest terminal with two columns.
const COLUMNS_MIN: (u16, u16) = (96, 28);

/// The smallest terminal with the full desk.
const DESK_MIN: (u16, u16) = (140, 44);

/// Lays out what the model shows on its terminal.
pub fn arrange(model: &Model) -> Layout {
    let ticket = &model.panes.ticket;
    let dock = match (&ticket.staged, &ticket.sending) {
        (Some(staged), _) => Dock::Open(rows_beyond(staged, model.size.0)),
        (None, Some(_)) => Dock::Open(0),
        (None, None) => Dock::Line,
    };
    layout(&model.workspace, dock, Rect::new(0, 0, model.size.0, model.size.1))
}

/// Rows that the order's exits, the steps of a way out and the guard's findings take beyond the first.
fn rows_beyond(staged: &Staged, width: u16) -> u16 {
    /// What a way out says of the orders it cancels and of what it leaves.
    const STEPS: usize = 3;
    let room = usize::from(width.saturating_sub(2)).max(1);
    let findings = staged.assessment.iter().flat_map(|a| &a.findings);
    let said: usize = findings.map(|f| (f.text.chars().count() + f.code.len() + 4).div_ceil(room)).sum();
    let steps = if staged.aim == Aim::Unwind { STEPS } else { 0 };
    u16::try_from(said + staged.exits.len() + steps).unwrap_or(u16::MAX)
}

/// The placement of one pane as the model shows it now, if it is visible.
pub fn place_of(model: &Model, pane: PaneKind) -> Option<Placement> {
    match arrange(model) {
        Layout::Tiled(all) => all.into_iter().find(|p| p.pane == pane),
        Layout::TooSmall => None,
    }
}

/// Lays out a workspace on `screen`, whose first row is the status bar and whose last is the hint row.
pub fn layout(workspace: &Workspace, dock: Dock, screen: Rect) -> Layout {
    if screen.width < SIZE_MIN.0 || screen.height < SIZE_MIN.1 {
        return Layout::TooSmall;
    }
    let inner = Rect { y: screen.y + 1, height: screen.height - 2, ..screen };
    Layout::Tiled(if workspace.zoomed.is_some() {
        zoomed(workspace, dock, inner)
    } else if at_least(screen, DESK_MIN) {
        desk(inner)
    } else if at_least(screen, COLUMNS_MIN) {
        columns(workspace, inner)
    } else {
        tabbed(workspace, dock, inner)
    })
}

impl Workspace {
    /// Gives `pane` the focus and brings it to the front of its slot.
    pub fn focus_on(&mut self, pane: PaneKind) {
        self.focus = pane;
        self.front.retain(|p| *p != pane);
        self.front.insert(0, pane);
        if self.zoomed.is_some_and(|z| z != pane && pane != PaneKind::Ticket) {
            self.zoomed = Some(pane);
        }
    }

    /// The pane that is shown in a slot shared by `kinds`.
    fn front_of(&self, kinds: &[PaneKind]) -> Option<PaneKind> {
        let asked = std::iter::once(&self.focus).chain(&self.front);
        asked.copied().find(|p| kinds.contains(p)).or_else(|| kinds.first().copied())
    }
}

fn at_least(screen: Rect, min: (u16, u16)) -> bool {
    screen.width >= min.0 && screen.height >= min.1
}

fn alone(pane: PaneKind, rect: Rect) -> Placement {
    Placement { pane, rect, tabs: Vec::new() }
}

/// The full desk: 72 columns of list, ticket and blotter; the chart beside them over positions and account.
fn desk(inner: Rect) -> Vec<Placement> {
    const LEFT: u16 = 72;
    const TICKET: u16 = 12;
    let rows = i32::from(inner.height) + 2;
    // 12 rows at 48, four more for each ten beyond.
    let band = (120 + 4 * (rows - 48) + 5) / 10;
    let blotter = u16::try_from(band.max(8)).unwrap_or(12).min(inner.height / 2);
    let top = inner.height - TICKET - blotter;
    let right = inner.width - LEFT;
    let account = account_width(right);
    let (x, y) = (inner.x, inner.y);
    let band_y = y + top + TICKET;
    vec![
        alone(PaneKind::Watchlist, Rect::new(x, y, LEFT, top)),
        alone(PaneKind::Chart, Rect::new(x + LEFT, y, right, top + TICKET)),
        alone(PaneKind::Ticket, Rect::new(x, y + top, LEFT, TICKET)),
        alone(PaneKind::Blotter, Rect::new(x, band_y, LEFT, blotter)),
        alone(PaneKind::Positions, Rect::new(x + LEFT, band_y, right - account, blotter)),
        alone(PaneKind::Account, Rect::new(x + LEFT + right - account, band_y, account, blotter)),
    ]
}

/// 28 columns beside 60 of positions, up to 60 where there is room for more.
fn account_width(right: u16) -> u16 {
    let spare = right.saturating_sub(88);
    (28 + spare.saturating_mul(32) / 60).min(60)
}

/// Two columns: list, ticket, blotter; chart over a slot for positions and account.
fn columns(workspace: &Workspace, inner: Rect) -> Vec<Placement> {
    const LEFT: u16 = 56;
    const TICKET: u16 = 10;
    let spare = inner.height - TICKET;
    let blotter = (spare * 2 + 2) / 5;
    let list = spare - blotter;
    let slot = (inner.height * 36 / 100).clamp(8, inner.height / 2);
    let right = inner.width - LEFT;
    let (x, y) = (inner.x, inner.y);
    let shared = vec![PaneKind::Positions, PaneKind::Account];
    let front = workspace.front_of(&shared).unwrap_or(PaneKind::Positions);
    vec![
        alone(PaneKind::Watchlist, Rect::new(x, y, LEFT, list)),
        alone(PaneKind::Chart, Rect::new(x + LEFT, y, right, inner.height - slot)),
        alone(PaneKind::Ticket, Rect::new(x, y + list, LEFT, TICKET)),
        alone(PaneKind::Blotter, Rect::new(x, y + list + TICKET, LEFT, blotter)),
        Placement { pane: front, rect: Rect::new(x + LEFT, y + inner.height - slot, right, slot), tabs: shared },
    ]
}

/// One pane at a time, the ticket docked under it.
fn tabbed(workspace: &Workspace, dock: Dock, inner: Rect) -> Vec<Placement> {
    let shared: Vec<_> = PaneKind::ALL.into_iter().filter(|p| *p != PaneKind::Ticket).collect();
    let front = workspace.front_of(&shared).unwrap_or(PaneKind::Watchlist);
    docked(front, shared, dock, inner)
}

/// The zoomed pane, with the ticket docked under it: what is about to be sent never leaves the screen.
fn zoomed(workspace: &Workspace, dock: Dock, inner: Rect) -> Vec<Placement> {
    match workspace.zoomed {
        Some(PaneKind::Ticket) | None => vec![alone(PaneKind::Ticket, inner)],
        Some(pane) => docked(pane, Vec::new(), dock, inner),
    }
}

fn docked(pane: PaneKind, tabs: Vec<PaneKind>, dock: Dock, inner: Rect) -> Vec<Placement> {
    const TICKET: u16 = 8;
    let ticket = match dock {
        Dock::Line => 1,
        // The list keeps its title, its header and a few rows.
        Dock::Open(more) => TICKET.saturating_add(more).min(inner.height.saturating_sub(8)).max(TICKET),
    };
    let list = inner.height - ticket;
    vec![
        Placement { pane, rect: Rect { height: list, ..inner }, tabs },
        alone(PaneKind::Ticket, Rect { y: inner.y + list, height: ticket, ..inner }),
    ]
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn tiled(focus: PaneKind, dock: Dock, width: u16, height: u16) -> Vec<Placement> {
        let mut ws = Workspace::default();
        ws.focus_on(focus);
        match layout(&ws, dock, Rect::new(0, 0, width, height)) {
            Layout::Tiled(all) => all,
            Layout::TooSmall => Vec::new(),
        }
    }

    fn rect_of(all: &[Placement], pane: PaneKind) -> Rect {
        all.iter().find(|p| p.pane == pane).unwrap().rect
    }

    #[test]
    fn the_bands_of_160_by_48_are_22_12_12() {
        let all = tiled(PaneKind::Watchlist, Dock::Open(0), 160, 48);
        assert_eq!(rect_of(&all, PaneKind::Watchlist), Rect::new(0, 1, 72, 22));
        assert_eq!(rect_of(&all, PaneKind::Ticket), Rect::new(0, 23, 72, 12));
        assert_eq!(rect_of(&all, PaneKind::Blotter), Rect::new(0, 35, 72, 12));
        assert_eq!(rect_of(&all, PaneKind::Chart), Rect::new(72, 1, 88, 34));
        assert_eq!(rect_of(&all, PaneKind::Positions), Rect::new(72, 35, 60, 12));
        assert_eq!(rect_of(&all, PaneKind::Account), Rect::new(132, 35, 28, 12));
    }

    #[test]
    fn the_bands_of_220_by_60_are_29_12_17() {
        let all = tiled(PaneKind::Watchlist, Dock::Line, 220, 60);
        assert_eq!(rect_of(&all, PaneKind::Watchlist).height, 29);
        assert_eq!(rect_of(&all, PaneKind::Blotter), Rect::new(0, 42, 72, 17));
        assert_eq!(rect_of(&all, PaneKind::Positions).width, 88);
        assert_eq!(rect_of(&all, PaneKind::Account).width, 60);
    }

    #[test]
    fn a_docked_ticket_grows_over_the_end_of_the_list() {
        let (empty, staged) = (Dock::Line, Dock::Open(0));
        assert_eq!(rect_of(&tiled(PaneKind::Watchlist, empty, 80, 24), PaneKind::Ticket), Rect::new(0, 22, 80, 1));
        assert_eq!(rect_of(&tiled(PaneKind::Watchlist, staged, 80, 24), PaneKind::Ticket), Rect::new(0, 15, 80, 8));
        let (four, many) = (Dock::Open(4), Dock::Open(60));
        assert_eq!(rect_of(&tiled(PaneKind::Watchlist, four, 80, 24), PaneKind::Ticket), Rect::new(0, 11, 80, 12));
        assert_eq!(rect_of(&tiled(PaneKind::Watchlist, many, 80, 24), PaneKind::Ticket), Rect::new(0, 9, 80, 14));
        assert_eq!(rect_of(&tiled(PaneKind::Watchlist, many, 60, 16), PaneKind::Ticket), Rect::new(0, 7, 60, 8));
    }

    #[test]
    fn focus_on_the_ticket_keeps_the_tab_that_was_in_front() {
        let mut ws = Workspace::default();
        ws.focus_on(PaneKind::Blotter);
        ws.focus_on(PaneKind::Ticket);
        let Layout::Tiled(all) = layout(&ws, Dock::Open(0), Rect::new(0, 0, 80, 24)) else { panic!() };
        assert_eq!(all[0].pane, PaneKind::Blotter);
    }

    proptest! {
        #[test]
        fn panes_tile_any_screen_without_gap_or_overlap(
            width in 1u16..420, height in 1u16..220, focus in 0usize..6, zoomed in 0usize..7, open in any::<bool>(),
        ) {
            let mut ws = Workspace { zoomed: PaneKind::ALL.get(zoomed).copied(), ..Workspace::default() };
            ws.focus_on(PaneKind::ALL[focus]);
            let dock = if open { Dock::Open(0) } else { Dock::Line };
            let screen = Rect::new(0, 0, width, height);
            match layout(&ws, dock, screen) {
                Layout::TooSmall => prop_assert!(width < 60 || height < 16),
                Layout::Tiled(all) => {
                    let inner = Rect::new(0, 1, width, height - 2);
                    let area: u32 = all.iter().map(|p| p.rect.area()).sum();
                    prop_assert_eq!(area, inner.area());
                    for (i, p) in all.iter().enumerate() {
                        prop_assert_eq!(p.rect.intersection(inner), p.rect);
                        prop_assert!(!p.rect.is_empty());
                        for q in &all[i + 1..] {
                            prop_assert!(p.rect.intersection(q.rect).is_empty());
                        }
                    }
                    prop_assert!(all.iter().any(|p| p.pane == PaneKind::Ticket));
                }
            }
        }
    }
}
