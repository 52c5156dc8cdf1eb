//! The input thread: the terminal's bytes become chords, pastes and pointer events.
//!
//! Invariants: every key ends in one normal form, so that a binding means the same on every terminal; keys that come
//! faster than fingers are marked and never send; what follows a paste, or a lone Esc that was the head of a cut-off
//! sequence, is not taken for intent.
//!
//! Must not know: the model, what a key does, what stands where on the screen.

use std::time::Duration;

use crossterm::event::{self, Event, KeyCode, KeyEvent, KeyEventKind, KeyModifiers, MouseButton, MouseEventKind};
use tokio::sync::mpsc;

use super::ground;
use crate::app::msg::{FocusChange, Press};
use crate::clock::Stamp;
use crate::keys::{Chord, Key, Mods};

/// Events that may wait for the heart; beyond them the kernel keeps the bytes.
pub const QUEUE: usize = 256;

/// How long to look for more of what was typed at once. Any span but zero finds what has been read already.
const LOOK: Duration = Duration::from_micros(20);

/// Events handled as having come at once, at most.
const BATCH: usize = 256;

/// Keys closer together than this are no fingers.
const BURST: Duration = Duration::from_millis(3);

/// A paste may end early; what comes so soon after it is its rest.
const AFTER_PASTE: Duration = Duration::from_millis(250);

/// After a lone Esc, so long a `[` or `O` is the rest of a sequence that was cut in two.
const AFTER_ESC: Duration = Duration::from_millis(100);

/// The longest text taken from one paste, in bytes; what is beyond is dropped.
const PASTE_MAX: usize = 64 * 1024;

/// Rows a wheel step moves.
const WHEEL: i16 = 3;

/// Something the user did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Input {
    /// A key.
    Press(Press),
    /// A paste.
    Pasted(String),
    /// A press of the left button in this column and row.
    Click(u16, u16),
    /// A wheel step there; positive is down.
    Wheel(u16, u16, i16),
    /// The window's focus.
    Focus(FocusChange),
    /// The terminal says that its ground is light.
    LightGround,
    /// The terminal cannot be read any more.
    Broken,
}

/// Starts the thread; it reads for as long as the process lives. With `ground` it first waits for the terminal's answer to
/// the question for its ground, which has been asked already.
pub fn start(inputs: mpsc::Sender<Input>, ground: bool) -> std::io::Result<()> {
    std::thread::Builder::new().name("input".into()).spawn(move || {
        if ground && ground::is_light(rustix::stdio::stdin()) == Some(true) {
            let _ = inputs.blocking_send(Input::LightGround);
        }
        let mut folder = Folder::default();
        loop {
            let mut batch = match event::read() {
                Ok(first) => vec![first],
                Err(error) => {
                    tracing::error!(%error, "the terminal cannot be read");
                    let _ = inputs.blocking_send(Input::Broken);
                    return;
                }
            };
            gather(&mut batch);
            super::panic::on_demand("input");
            for input in folder.fold(batch, Stamp::now()) {
                if inputs.blocking_send(input).is_err() {
                    return;
                }
            }
        }
    })?;
    Ok(())
}

/// Takes in what has come already.
///
/// A look that takes longer than [`LOOK`] because the thread was held up says "nothing" without having looked, and the rest
/// of one read would then pass for keys of its own: it takes two looks in a row to be sure.
pub(crate) fn gather(batch: &mut Vec<Event>) {
    let more = || event::poll(LOOK).unwrap_or(false);
    while batch.len() < BATCH && (more() || more()) {
        let Ok(next) = event::read() else { break };
        batch.push(next);
    }
}

/// What is remembered between batches.
#[derive(Debug, Default)]
pub(crate) struct Folder {
    last_key: Option<Stamp>,
    last_paste: Option<Stamp>,
    cut: Cut,
}

/// Whether a sequence seems to have been cut after its Esc.
#[derive(Debug, Clone, Copy, Default)]
enum Cut {
    /// No.
    #[default]
    No,
    /// A lone Esc came then.
    Esc(Stamp),
    /// Its `[` came then; the rest goes to the final character.
    Csi(Stamp),
    /// Its `O` came then; one more character belongs to it.
    Ss3(Stamp),
    /// A late answer of the terminal (`]`) is under way; it goes to its terminator.
    Answer(Stamp),
}

impl Folder {
    /// Turns what came at once into inputs.
    pub(crate) fn fold(&mut self, batch: Vec<Event>, now: Stamp) -> Vec<Input> {
        let recent = |then: Option<Stamp>, span| then.is_some_and(|then| now.since(then) < span);
        let crowd = batch.iter().filter(|event| is_press(event)).count() > 1;
        // A paste that ended early leaves its rest in the same read, and that may be a single key.
        let pasted = batch.iter().any(|event| matches!(event, Event::Paste(_)));
        let burst = crowd || pasted || recent(self.last_key, BURST) || recent(self.last_paste, AFTER_PASTE);
        let last = batch.len().saturating_sub(1);
        let mut out = Vec::with_capacity(batch.len());
        for (place, event) in batch.into_iter().enumerate() {
            match event {
                Event::Key(key) => {
                    let Some(chord) = chord(key) else { continue };
                    self.last_key = Some(now);
                    if !self.swallow(chord, place == last, now) {
                        out.push(Input::Press(Press { chord, burst: burst || key.kind == KeyEventKind::Repeat }));
                    }
                }
                Event::Paste(text) => {
                    self.last_paste = Some(now);
                    out.push(Input::Pasted(cut_to(text, PASTE_MAX)));
                }
                Event::Mouse(mouse) if mouse.modifiers.is_empty() => match mouse.kind {
                    MouseEventKind::Down(MouseButton::Left) => out.push(Input::Click(mouse.column, mouse.row)),
                    MouseEventKind::ScrollUp => out.push(Input::Wheel(mouse.column, mouse.row, -WHEEL)),
                    MouseEventKind::ScrollDown => out.push(Input::Wheel(mouse.column, mouse.row, WHEEL)),
                    _ => {}
                },
                Event::FocusGained => out.push(Input::Focus(FocusChange::Gained)),
                Event::FocusLost => out.push(Input::Focus(FocusChange::Lost)),
                // The size comes from the signal thread, which registered before the size was first read.
                Event::Mouse(_) | Event::Resize(..) => {}
            }
        }
        out
    }

    /// Whether a key is the rest of a sequence whose Esc was delivered alone.
    fn swallow(&mut self, chord: Chord, is_last: bool, now: Stamp) -> bool {
        let soon = |then| now.since(then) < AFTER_ESC;
        let (next, swallow) = match (self.cut, chord.key) {
            (Cut::Esc(then), Key::Char('[')) if soon(then) => (Cut::Csi(now), true),
            (Cut::Esc(then), Key::Char('O')) if soon(then) => (Cut::Ss3(now), true),
            (Cut::Csi(then), Key::Char(c)) if soon(then) => {
                (if matches!(c, '@'..='~') { Cut::No } else { Cut::Csi(now) }, true)
            }
            (Cut::Ss3(then), Key::Char(_)) if soon(then) => (Cut::No, true),
            (Cut::Answer(then), _) if soon(then) => {
                let ends = matches!(chord.key, Key::Char('\\')) && chord.mods.alt
                    || matches!(chord.key, Key::Char('g')) && chord.mods.ctrl;
                (if ends { Cut::No } else { Cut::Answer(now) }, true)
            }
            (_, Key::Char(']')) if chord.mods.alt => (Cut::Answer(now), true),
            (_, Key::Esc) if is_last && chord == Chord::plain(Key::Esc) => (Cut::Esc(now), false),
            _ => (Cut::No, false),
        };
        self.cut = next;
        swallow
    }
}

/// Whether an event is a key going down.
fn is_press(event: &Event) -> bool {
    matches!(event, Event::Key(key) if key.kind != KeyEventKind::Release)
}

/// The normal form of a key; `None` for what cannot be bound: releases, lone modifiers, media keys, the window system's
/// own modifiers.
fn chord(event: KeyEvent) -> Option<Chord> {
    if event.kind == KeyEventKind::Release
        || event.modifiers.intersects(KeyModifiers::SUPER | KeyModifiers::HYPER | KeyModifiers::META)
    {
        return None;
    }
    let mut mods = Mods {
        ctrl: event.modifiers.contains(KeyModifiers::CONTROL),
        alt: event.modifiers.contains(KeyModifiers::ALT),
        shift: event.modifiers.contains(KeyModifiers::SHIFT),
    };
    let key = match event.code {
        // Terminals send the bytes 1C to 1F for these four; the library names them by the digits of old keyboards.
        KeyCode::Char('4') if mods.ctrl => Key::Char('\\'),
        KeyCode::Char('5') if mods.ctrl => Key::Char(']'),
        KeyCode::Char('6') if mods.ctrl => Key::Char('^'),
        KeyCode::Char('7') if mods.ctrl => Key::Char('_'),
        KeyCode::Char(c) => Key::Char(c),
        KeyCode::F(n) => Key::F(n),
        KeyCode::BackTab => {
            mods.shift = true;
            Key::Tab
        }
        KeyCode::Enter => Key::Enter,
        KeyCode::Esc => Key::Esc,
        KeyCode::Tab => Key::Tab,
        KeyCode::Backspace => Key::Backspace,
        KeyCode::Delete => Key::Delete,
        KeyCode::Insert => Key::Insert,
        KeyCode::Up => Key::Up,
        KeyCode::Down => Key::Down,
        KeyCode::Left => Key::Left,
        KeyCode::Right => Key::Right,
        KeyCode::Home => Key::Home,
        KeyCode::End => Key::End,
        KeyCode::PageUp => Key::PageUp,
        KeyCode::PageDown => Key::PageDown,
        _ => return None,
    };
    Some(Chord::new(key, mods))
}

/// The first `max` bytes of a text, cut between characters.
fn cut_to(mut text: String, max: usize) -> String {
    let mut end = max.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.truncate(end);
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: i64 = 1_000_000;

    fn key(code: KeyCode, modifiers: KeyModifiers) -> Event {
        Event::Key(KeyEvent::new(code, modifiers))
    }

    fn plain(c: char) -> Event {
        key(KeyCode::Char(c), KeyModifiers::NONE)
    }

    fn esc() -> Event {
        key(KeyCode::Esc, KeyModifiers::NONE)
    }

    /// Folds batches that come at the given milliseconds and prints the keys, bursts with a `*`.
    fn typed(batches: Vec<(i64, Vec<Event>)>) -> Vec<String> {
        let mut folder = Folder::default();
        batches
            .into_iter()
            .flat_map(|(at, batch)| folder.fold(batch, Stamp::at(1_000 * MS + at * MS)))
            .map(|input| match input {
                Input::Press(press) => format!("{}{}", press.chord, if press.burst { "*" } else { "" }),
                other => format!("{other:?}"),
            })
            .collect()
    }

    #[test]
    fn every_terminals_spelling_ends_in_one_chord() {
        for (code, modifiers, chord) in [
            (KeyCode::BackTab, KeyModifiers::SHIFT, "shift-tab"),
            (KeyCode::BackTab, KeyModifiers::NONE, "shift-tab"),
            (KeyCode::Tab, KeyModifiers::SHIFT, "shift-tab"),
            (KeyCode::Char('X'), KeyModifiers::SHIFT, "X"),
            (KeyCode::Char('x'), KeyModifiers::SHIFT, "X"),
            (KeyCode::Char('?'), KeyModifiers::SHIFT, "?"),
            (KeyCode::Char('4'), KeyModifiers::CONTROL, "ctrl-\\"),
            (KeyCode::Char('\\'), KeyModifiers::CONTROL, "ctrl-\\"),
            (KeyCode::Char('5'), KeyModifiers::CONTROL, "ctrl-]"),
            (KeyCode::Char('4'), KeyModifiers::NONE, "4"),
            (KeyCode::Char('y'), KeyModifiers::CONTROL, "ctrl-y"),
            (KeyCode::Char(' '), KeyModifiers::NONE, "space"),
            (KeyCode::F(12), KeyModifiers::NONE, "f12"),
            (KeyCode::Up, KeyModifiers::SHIFT, "shift-up"),
        ] {
            assert_eq!(typed(vec![(0, vec![key(code, modifiers)])]), [chord], "{code:?} {modifiers:?}");
        }
    }

    #[test]
    fn what_cannot_be_bound_is_no_key() {
        let mut release = KeyEvent::new(KeyCode::Enter, KeyModifiers::NONE);
        release.kind = KeyEventKind::Release;
        let none: [String; 0] = [];
        assert_eq!(typed(vec![(0, vec![Event::Key(release)])]), none);
        assert_eq!(typed(vec![(0, vec![key(KeyCode::Enter, KeyModifiers::SUPER)])]), none);
        assert_eq!(typed(vec![(0, vec![key(KeyCode::CapsLock, KeyModifiers::NONE)])]), none);
    }

    #[test]
    fn keys_of_one_read_or_within_three_milliseconds_are_a_burst() {
        assert_eq!(typed(vec![(0, vec![plain('b')]), (40, vec![plain('t')])]), ["b", "t"]);
        assert_eq!(typed(vec![(0, vec![plain('b'), plain('t')])]), ["b*", "t*"]);
        assert_eq!(typed(vec![(0, vec![plain('b')]), (2, vec![plain('t')])]), ["b", "t*"]);
    }

    #[test]
    fn a_repeat_the_terminal_reports_is_marked() {
        let mut repeat = KeyEvent::new(KeyCode::Enter, KeyModifiers::NONE);
        repeat.kind = KeyEventKind::Repeat;
        assert_eq!(typed(vec![(0, vec![Event::Key(repeat)])]), ["enter*"]);
    }

    #[test]
    fn what_comes_right_after_a_paste_never_sends() {
        let paste = Event::Paste("x".into());
        let enter = || key(KeyCode::Enter, KeyModifiers::NONE);
        let shown = typed(vec![(0, vec![paste]), (200, vec![enter()]), (600, vec![enter()])]);
        assert_eq!(shown, ["Pasted(\"x\")", "enter*", "enter"]);
    }

    #[test]
    fn a_single_key_in_one_read_with_a_paste_never_sends() {
        let read = vec![Event::Paste("x".into()), key(KeyCode::Enter, KeyModifiers::NONE)];
        assert_eq!(typed(vec![(0, read)]), ["Pasted(\"x\")", "enter*"]);
    }

    #[test]
    fn a_sequence_cut_after_its_esc_is_swallowed() {
        assert_eq!(
            typed(vec![(0, vec![esc()]), (30, vec![plain('['), plain('A')]), (400, vec![plain('b')])]),
            ["esc", "b"]
        );
        let cut =
            vec![(0, vec![esc()]), (30, vec![plain('[')]), (60, vec![plain('1'), plain(';'), plain('5'), plain('C')])];
        assert_eq!(typed(cut), ["esc"]);
        assert_eq!(typed(vec![(0, vec![esc()]), (30, vec![plain('O'), plain('P')])]), ["esc"]);
    }

    #[test]
    fn a_late_answer_of_the_terminal_is_not_typed() {
        let answer = |end: Vec<Event>| {
            let mut batch = vec![key(KeyCode::Char(']'), KeyModifiers::ALT)];
            batch.extend("11;rgb:ffff/b0b0/0000".chars().map(plain));
            batch.extend(end);
            batch.push(plain('j'));
            batch
        };
        let st = key(KeyCode::Char('\\'), KeyModifiers::ALT);
        let bell = key(KeyCode::Char('g'), KeyModifiers::CONTROL);
        assert_eq!(typed(vec![(0, answer(vec![st]))]), ["j*"]);
        assert_eq!(typed(vec![(0, answer(vec![bell]))]), ["j*"]);
    }

    #[test]
    fn a_bracket_typed_later_is_a_bracket() {
        assert_eq!(typed(vec![(0, vec![esc()]), (300, vec![plain('[')])]), ["esc", "["]);
        assert_eq!(typed(vec![(0, vec![esc()]), (30, vec![plain('x')]), (60, vec![plain('[')])]), ["esc", "x", "["]);
    }

    #[test]
    fn a_long_paste_is_cut_between_characters() {
        assert_eq!(cut_to("aé".into(), 2), "a");
        assert_eq!(cut_to("aé".into(), 3), "aé");
        assert_eq!(cut_to(String::new(), 3), "");
    }
}
