//! Terminals of every size and kind: too small, resized without end, without colour, in another character set, hung up,
//! or none at all.

use std::time::Duration;

use rustix::process::Signal;
use tradewind::clock::Stamp;

use crate::desk::{DEADLINE, Desk, ready, rest, staged, state};

#[test]
fn every_size_is_drawn_and_the_screen_comes_back() {
    let folder = state();
    let mut desk = ready(&folder);
    for (columns, rows) in [(1, 1), (59, 15), (80, 24), (220, 60), (2, 60), (300, 2)] {
        desk.resize(columns, rows);
        desk.silence(Duration::from_millis(60));
        assert!(desk.lives(), "it survives {columns}x{rows}");
    }
    desk.resize(160, 48);
    desk.shows("Watchlist");
    desk.wait("the quotes", |screen| screen.contents().contains("12 live"));
    desk.press("\x03", "the end", |s| !s.alternate_screen());
    assert_eq!(desk.end(), 0);
    desk.assert_restored();
}

#[test]
fn without_a_terminal_it_refuses_and_says_what_to_use() {
    let folder = state();
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_tradewind"))
        .arg("--state")
        .arg(folder.path())
        .stdin(std::process::Stdio::null())
        .output()
        .expect("the program starts");
    assert_eq!(output.status.code(), Some(2));
    let words = String::from_utf8_lossy(&output.stderr);
    assert!(words.contains("not a terminal") && words.contains("tradewind quote"), "{words}");
    assert!(output.stdout.is_empty());
}

#[test]
fn a_storm_of_resizes_ends_in_the_last_size_and_sends_nothing() {
    let folder = state();
    let mut desk = ready(&folder);
    desk.press("b", "a staged order", staged);
    let sizes = [(160, 48), (40, 10), (81, 25), (3, 1), (200, 50), (59, 15), (120, 16)];
    for n in 0..200 {
        let (columns, rows) = sizes[n % sizes.len()];
        desk.resize(columns, rows);
        desk.silence_for(Duration::from_millis(5));
        assert!(desk.lives(), "resize {n}");
    }
    // Too small for orders: what Enter would send cannot be seen.
    desk.resize(40, 10);
    desk.wait("the words for it", |s| s.contents().contains("too small"));
    desk.press("\r", "the same", |s| s.contents().contains("too small"));
    desk.resize(160, 48);
    desk.shows("Watchlist");
    desk.wait("the quotes", |screen| screen.contents().contains("12 live"));
    assert_eq!(crate::desk::intents(folder.path()), 0);
    desk.press("\x03", "the end", |s| !s.alternate_screen());
    assert_eq!(desk.end(), 0);
    desk.assert_restored();
}

#[test]
fn a_terminal_that_is_closed_ends_the_program_soon_and_idle() {
    for orders in [false, true] {
        let folder = state();
        let mut desk = ready(&folder);
        if orders {
            rest(&mut desk);
        }
        desk.hang_up();
        let (begun, before) = (Stamp::now(), desk.used());
        let mut used = before;
        // A process that ended is counted until it is waited for.
        while desk.stat(0).is_some_and(|state| state != "Z") {
            used = desk.used();
            assert!(Stamp::now().since(begun) < DEADLINE, "it never ends");
            std::thread::yield_now();
        }
        let (took, used) = (Stamp::now().since(begun), used.max(desk.used()) - before);
        let status = desk.child.wait().expect("a child");
        assert_eq!(status.exit_code(), 129, "with orders: {orders}");
        assert!(took < Duration::from_secs(3), "{took:?}");
        assert!(used < 100, "{used} hundredths of a second of processor");
    }
}

#[test]
fn terminals_that_cannot_draw_are_refused_untouched() {
    let folder = state();
    for term in [Some("dumb"), Some(""), None] {
        let mut desk = Desk::within(folder.path(), &[], (80, 24), &[("TERM", term)]);
        assert_eq!(desk.end(), 2, "{term:?}");
        let words = String::from_utf8_lossy(&desk.raw).into_owned();
        assert!(words.contains("TERM is") && words.contains("xterm-256color"), "{words}");
        assert!(!words.contains('\x1b'), "{term:?}: not one sequence is written: {words:?}");
        assert_eq!(crate::desk::modes(desk.master.as_deref().expect("open")), desk.cooked, "{term:?}");
    }
}

#[test]
fn without_colour_every_state_has_its_word_and_an_order_its_side() {
    let folder = state();
    let mut desk = Desk::within(folder.path(), &[], (160, 48), &[("NO_COLOR", Some("1"))]);
    desk.wait("quotes", |s| s.contents().contains("READY") && s.contents().contains("12 live"));
    rest(&mut desk);
    let text = desk.text();
    assert!(text.contains("PAPER") && text.contains("BUY") && text.contains("working"), "{text}");
    let screen = desk.terminal.screen();
    for (row, column) in (0..48).flat_map(|row| (0..160).map(move |column| (row, column))) {
        let cell = screen.cell(row, column).expect("a cell");
        assert_eq!((cell.fgcolor(), cell.bgcolor()), (vt100::Color::Default, vt100::Color::Default), "{row} {column}");
    }
    desk.signal(Signal::TERM);
    assert_eq!(desk.end(), 143);
    desk.assert_restored();
}

#[test]
fn in_a_character_set_that_is_not_utf_8_only_ascii_is_written() {
    let folder = state();
    for (environment, ascii) in [
        (&[("LC_ALL", Some("POSIX"))][..], true),
        (&[("LC_ALL", None), ("LC_CTYPE", Some("de_DE.ISO-8859-1")), ("LANG", Some("en_US.UTF-8"))], true),
        (&[("LC_ALL", Some("")), ("LC_CTYPE", None), ("LANG", Some("en_US.utf8"))], false),
    ] {
        let mut desk = Desk::within(folder.path(), &[], (160, 48), environment);
        desk.wait("quotes", |s| s.contents().contains("READY") && s.contents().contains("12 live"));
        assert_eq!(desk.raw.is_ascii(), ascii, "{environment:?}: {}", desk.text());
        desk.press("\x03", "the end", |s| !s.alternate_screen());
        assert_eq!(desk.end(), 0);
    }
}
