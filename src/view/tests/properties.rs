//! What holds at any size.

use proptest::prelude::*;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use tui_input::Input;

use super::{fixture, probe};
use crate::app::model::{Model, Overlay, SearchFor};
use crate::domain::account::Mode;
use crate::panes::PaneKind;
use crate::panes::blotter::Tab;
use crate::theme::Glyphs;
use crate::view::{Hits, screen};

/// Desks in many states.
fn model(state: usize, size: (u16, u16)) -> Model {
    let mut model = match state {
        0 => fixture::fresh(size.0, size.1),
        1 => fixture::moment(size.0, size.1),
        _ => fixture::staged(size.0, size.1),
    };
    match state {
        3 => fixture::disconnect(&mut model),
        4 => fixture::connect(&mut model, Mode::Live),
        5 => {
            let staged = model.panes.ticket.staged.as_mut().unwrap();
            staged.typing = Some(Input::new("187.2034567890123456789".into()));
            staged.invalid = Some(("off the tick".into(), Some("187.20".into())));
            staged.spec = None;
        }
        6 => {
            model.panes.chart.cursor = Some(29);
            model.panes.chart.back = 500;
            model.panes.watchlist.selected = 900;
            model.panes.watchlist.top = 800;
        }
        _ => {}
    }
    model
}

fn overlay(kind: usize) -> Option<Overlay> {
    Some(match kind {
        0 => Overlay::Help { top: 7, filter: Input::new("c".into()) },
        1 => Overlay::Notices { top: 9 },
        2 => Overlay::Command {
            fixed: None,
            recalled: None,
            input: Input::new("buy ärger 100 AAPL and a sentence that is wider than any narrow screen would be".into()),
            errors: vec![(4..10, "not a size".into()), (5..6, "inside a character".into()), (90..400, "beyond".into())],
        },
        3 => Overlay::Search {
            input: Input::new("日本".into()),
            job: None,
            matches: Vec::new(),
            refused: None,
            selected: 3,
            purpose: SearchFor::Compare,
        },
        4 => Overlay::Confirm,
        5 => Overlay::Quit,
        6 => Overlay::Studies { selected: 9 },
        _ => return None,
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, ..ProptestConfig::default() })]

    #[test]
    fn no_screen_panics_at_any_size(
        (w, h) in (1u16..400, 1u16..200).prop_union((1u16..90, 1u16..30)), state in 0usize..7, over in 0usize..9, focus in 0usize..6, zoom in 0usize..24,
        tab in 0usize..4, ascii in any::<bool>(),
    ) {
        let mut model = model(state, (w, h));
        model.overlay = overlay(over);
        model.workspace.focus_on(PaneKind::ALL[focus]);
        model.workspace.zoomed = PaneKind::ALL.get(zoom).copied();
        model.panes.blotter.tab = Tab::ALL[tab];
        let mut theme = probe::theme();
        if ascii {
            theme.glyphs = Glyphs::Ascii;
        }
        let (buffer, cursor) = probe::frame(&model, &theme);
        prop_assert!(cursor.is_none_or(|c| buffer.area.contains((c.x, c.y).into())));
    }

    #[test]
    fn no_pane_panics_on_any_rect_and_none_writes_outside(
        x in 0u16..20, y in 0u16..10, w in 0u16..170, h in 0u16..50, state in 0usize..7, pane in 0usize..6, tabs in 0usize..3,
    ) {
        use crate::theme::Role;
        use crate::view::pane::Slot;
        use crate::view::screen::draw_pane;
        use crate::view::widgets::canvas::Canvas;
        let model = model(state, (160, 48));
        let area = Rect::new(x, y, w, h);
        let mut buffer = Buffer::empty(Rect::new(0, 0, 200, 70));
        let theme = probe::theme();
        let mut hits = Hits::default();
        let shared = [&[][..], &[PaneKind::Positions, PaneKind::Account], &PaneKind::ALL][tabs];
        let mut canvas = Canvas::new(&mut buffer, &theme, &mut hits);
        canvas.clear(canvas.area(), Role::Ground);
        draw_pane(&mut canvas, &model, Slot { pane: PaneKind::ALL[pane], area, focused: true, tabs: shared });
        for at in buffer.area.positions().filter(|at| !area.contains(*at)) {
            prop_assert_eq!(buffer[at].symbol(), " ", "{:?} outside {:?}", at, area);
        }
    }
}

#[test]
fn the_smallest_and_the_largest_terminal_are_drawn() {
    for size in [(1, 1), (1, 200), (400, 1), (2, 2), (59, 16), (60, 15), (400, 200)] {
        for state in 0..7 {
            probe::frame(&model(state, size), &probe::theme());
        }
    }
}

#[test]
fn a_frame_for_another_size_than_the_model_knows_is_laid_out_for_its_own() {
    let model = fixture::moment(160, 48);
    let mut buffer = Buffer::empty(Rect::new(0, 0, 80, 24));
    screen(&model, &probe::theme(), &mut buffer, &mut Hits::default());
    let (same, _) = probe::frame(&fixture::moment(80, 24), &probe::theme());
    assert_eq!(buffer, same);
}

#[test]
fn a_click_never_stages_sends_or_cancels() {
    let model = fixture::staged(160, 48);
    let mut buffer = Buffer::empty(Rect::new(0, 0, 160, 48));
    let mut hits = Hits::default();
    screen(&model, &probe::theme(), &mut buffer, &mut hits);
    let mut seen = 0;
    for at in buffer.area.positions() {
        if let Some(action) = hits.action_at(at.x, at.y) {
            assert_eq!(action.hazard(), crate::app::action::Hazard::None, "{action:?}");
            seen += 1;
        }
    }
    assert!(seen > 7_000, "panes take the focus wherever they are clicked");
}
