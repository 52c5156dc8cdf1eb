//! Actions, by family: one call per arm.

use super::{arm, blotter, cancel, chart, guard, lists, others, overlay, protect, say, send, ticket, unwind, what_if};
use crate::app::action::{Action, Hazard, Staging, Touch, Way};
use crate::app::effect::{Effect, Redraw, Step};
use crate::app::model::Model;
use crate::app::notices::Tone;
use crate::app::workspace::{Layout, arrange};
use crate::panes::PaneKind;
use crate::sentence::{PriceExpr, Ref};

/// How an action was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::app) struct By {
    /// As a key's repeat or within a burst: it never sends and never cancels.
    pub burst: bool,
    /// The character the key types.
    pub typed: Option<char>,
}

impl By {
    /// One deliberate step.
    pub(in crate::app) const HAND: Self = Self { burst: false, typed: None };
}

pub(in crate::app) fn act(model: &mut Model, step: &mut Step, action: Action, by: By) {
    step.draw(Redraw::Now);
    let moves = matches!(action.hazard(), Hazard::Sends | Hazard::Cancels) || action.opens();
    // Kill is the exception that a repeat may ask for: its first stage only takes risk away.
    if moves && by.burst && action != Action::Kill {
        let text = "Too soon, press again: a repeated key or a burst never sends. Nothing was sent.";
        return model.notices.say(model.now, Tone::Warn, text, None);
    }
    let enters = matches!(action.hazard(), Hazard::Sends | Hazard::Stages);
    if enters && arrange(model) == Layout::TooSmall {
        let text = "The terminal is too small to show the order: nothing was staged or sent.";
        return model.notices.say(model.now, Tone::Warn, text, None);
    }
    match action {
        Action::None => {}
        Action::Quit => cancel::quit(model, step, by),
        Action::Suspend => step.push(Effect::Suspend),
        Action::Redraw => step.draw(Redraw::Clear),
        Action::Back => overlay::back(model, step),
        Action::CommandOpen => overlay::command(model),
        Action::SymbolSearch | Action::WatchlistAdd => overlay::search(model),
        Action::HelpOpen => overlay::help(model),
        Action::NoticesOpen => overlay::notices(model),
        Action::AwayOpen => overlay::away(model),
        Action::EodOpen => overlay::eod(model),
        Action::FocusNext => lists::focus_next(model, Way::Down),
        Action::FocusPrev => lists::focus_next(model, Way::Up),
        Action::Focus { pane } => model.workspace.focus_on(pane),
        Action::Zoom => lists::zoom(model),
        Action::Stage(Staging::Verb(verb)) => ticket::stage(model, verb),
        Action::Stage(Staging::Sentence(hot)) => say::hot(model, &hot),
        Action::Send => send::send(model, step, by),
        Action::Confirm => send::confirm(model, step),
        Action::Cancel => cancel::selected(model, step),
        Action::Protect => protect::stage(model),
        Action::Flatten => unwind::stage(model, false),
        Action::Reverse => unwind::stage(model, true),
        Action::PickUp => ticket::pick_up(model),
        Action::Nudge { way } => send::nudge(model, step, way),
        Action::CancelSymbol => cancel::symbol(model, step),
        Action::CancelAll => cancel::all(model, step),
        Action::CancelGlobal => others::global(model, step),
        Action::Kill => cancel::kill(model, step, by),
        Action::HaltLift => guard::lift(model),
        Action::Reduce => guard::reduce(model, step),
        Action::OrderOpen => blotter::open(model),
        Action::OrderAgain => blotter::again(model),
        Action::Copy => blotter::copy(model, step),
        Action::Filter => blotter::filter(model),
        Action::Sort { way } => blotter::sort(model, way),
        Action::LiveArm => arm::toggle(model),
        Action::LiveDisarm => arm::disarm(model),
        Action::LiveResume => arm::resume(model),
        Action::LiveAccept => arm::accept(model, step),
        Action::LiveEdit => arm::edit_limits(model, step),
        Action::Resolve => cancel::resolve(model, step),
        Action::SizeStep { way } => ticket::size_step(model, way == Way::Up),
        Action::TicketDrop => ticket::drop(model),
        Action::TicketSize => ticket::open_size(model, by.typed),
        Action::TicketPrice => ticket::open_price(model),
        Action::TicketTouch { at } => {
            let of = match at {
                Touch::Join => Ref::Join,
                Touch::Mid => Ref::Mid,
                Touch::Take => Ref::Take,
                Touch::Avg => Ref::Average,
            };
            ticket::price(model, PriceExpr::Market(of, None));
        }
        Action::TicketTick { way, by: ticks } => {
            let ticks = i64::from(ticks);
            ticket::tick(model, if way == Way::Up { ticks } else { ticks.saturating_neg() });
        }
        Action::FieldNext => ticket::field(model, true),
        Action::FieldPrev => ticket::field(model, false),
        Action::TicketKind => ticket::kind(model),
        Action::TicketTif => ticket::tif(model),
        Action::TicketSession => ticket::session(model),
        Action::TicketExits => ticket::exits(model),
        Action::TicketHalf => ticket::half(model),
        Action::TicketWhatIf => what_if::ask(model, step),
        Action::TicketFix => ticket::fix(model),
        Action::FieldRevert => ticket::revert(model),
        Action::TextClear => text(model, step, tui_input::InputRequest::DeleteLine),
        Action::TextDeleteWord => text(model, step, tui_input::InputRequest::DeletePrevWord),
        Action::TextDeleteToEnd => text(model, step, tui_input::InputRequest::DeleteTillEnd),
        Action::CommandComplete => overlay::complete(model),
        Action::TextAccept => overlay::accept(model, step),
        Action::ListMove { way } => lists::by(model, step, sign(way)),
        Action::ListPage { way } => lists::page(model, step, sign(way)),
        Action::ListEnd { way } => lists::end(model, step, way == Way::Down),
        Action::ListTab { way } => lists::tab(model, step, way == Way::Down),
        Action::ListOpen => lists::open(model, step),
        Action::WatchlistRemove => lists::remove(model, step),
        Action::WatchlistMove { way } => lists::shift(model, step, way == Way::Down),
        Action::ChartCursor { way } => chart::cursor(model, step, way == Way::Down),
        Action::ChartPrice { way } => chart::price(model, way == Way::Up),
        Action::ChartPage { way } => chart::page(model, step, way == Way::Down),
        Action::ChartNewest => chart::newest(model),
        Action::ChartOldest => chart::oldest(model, step),
        Action::ChartZoom { way } => chart::zoom(model, step, way == Way::Up),
        Action::ChartStyle => chart::style(model),
        Action::ChartSession => chart::hours(model, step),
        Action::ChartLog => chart::log(model),
        Action::ChartFit => chart::fit(model),
        Action::ChartVwapHere => chart::vwap_here(model),
        Action::ChartCompare => chart::compare(model, step),
        Action::ChartStudies => chart::studies(model),
        Action::ChartStudy { study } => chart::study(model, study),
        Action::ChartStudyToggle => chart::study_toggle(model),
        Action::ChartStudyPeriod { way } => chart::study_period(model, way == Way::Up),
        Action::ChartInterval { way } => chart::interval(model, step, way == Way::Up),
    }
}

/// Down is one on, up one back.
const fn sign(way: Way) -> isize {
    match way {
        Way::Up => -1,
        Way::Down => 1,
    }
}

fn text(model: &mut Model, step: &mut Step, request: tui_input::InputRequest) {
    super::input::type_text(model, step, request);
}

/// Focuses a pane unless it has the focus.
pub(super) fn focus(model: &mut Model, pane: PaneKind) {
    if model.workspace.focus != pane {
        model.workspace.focus_on(pane);
    }
}
