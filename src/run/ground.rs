//! Whether the terminal's ground is light: asked once, at the start, before anybody reads keys.
//!
//! The question (OSC 11) is followed by one that every terminal answers, so that its silence to the first is known at once
//! and not by waiting. What is typed before the answer is lost, what is typed behind it is not.

use std::os::fd::BorrowedFd;
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;

use crate::clock::Stamp;

/// Asks for the ground's colour, then for the kind of terminal.
pub const QUESTION: &[u8] = b"\x1b]11;?\x1b\\\x1b[c";

/// How long an answer may take.
const ANSWER_MAX: Duration = Duration::from_millis(50);

/// The longest answer read.
const LENGTH_MAX: usize = 512;

/// Reads the answers; `None` if the terminal does not say.
pub fn is_light(input: BorrowedFd<'_>) -> Option<bool> {
    let end = Stamp::now().plus(ANSWER_MAX);
    let mut answer = Vec::new();
    // One by one: what is typed behind the answer is for the reader of keys.
    let mut byte = [0];
    while answer.len() < LENGTH_MAX && !is_complete(&answer) {
        let left = end.since(Stamp::now());
        let span = Timespec::try_from(left).ok()?;
        if left.is_zero() || poll(&mut [PollFd::new(&input, PollFlags::IN)], Some(&span)).is_err() {
            break;
        }
        match rustix::io::read(input, &mut byte) {
            Ok(0) => break,
            Ok(_) => answer.extend_from_slice(&byte),
            Err(Errno::AGAIN | Errno::INTR) => {}
            Err(_) => break,
        }
    }
    light(&answer)
}

/// Whether the answer to the second question is there.
fn is_complete(answer: &[u8]) -> bool {
    let start = answer.windows(3).position(|w| w == b"\x1b[?");
    start.is_some_and(|at| answer.get(at..).is_some_and(|rest| rest.contains(&b'c')))
}

/// Whether the answered colour is nearer to white than to black, as the eye weighs red, green and blue.
fn light(answer: &[u8]) -> Option<bool> {
    let text = String::from_utf8_lossy(answer);
    let (_, colour) = text.split_once("]11;rgb:")?;
    let colour = colour.split(['\x07', '\x1b']).next()?;
    let mut parts = colour.split('/').map(part);
    let (red, green, blue) = (parts.next()??, parts.next()??, parts.next()??);
    Some(299 * red + 587 * green + 114 * blue > 500 * MOST)
}

/// The highest value of a part.
const MOST: u64 = 1_000;

/// One part of a colour, 0 to [`MOST`]: one to four hexadecimal digits, of as many.
fn part(digits: &str) -> Option<u64> {
    if digits.is_empty() || digits.len() > 4 {
        return None;
    }
    let most = (1_u64 << (4 * digits.len())) - 1;
    u64::from_str_radix(digits, 16).ok().map(|value| value * MOST / most)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn grounds_are_told_apart_in_every_width() {
        for (answer, expected) in [
            ("\x1b]11;rgb:ffff/ffff/ffff\x1b\\\x1b[?62;22c", Some(true)),
            ("\x1b]11;rgb:fb/fa/f7\x07", Some(true)),
            ("\x1b]11;rgb:1010/1414/1a1a\x1b\\", Some(false)),
            ("\x1b]11;rgb:0/0/0\x1b\\", Some(false)),
            ("\x1b[?62;22c", None),
            ("\x1b]11;rgb:zz/0/0\x07", None),
            ("\x1b]11;rgb:\x07", None),
            ("", None),
        ] {
            assert_eq!(light(answer.as_bytes()), expected, "{answer:?}");
        }
    }

    #[test]
    fn the_second_answer_ends_the_wait() {
        assert!(is_complete(b"\x1b]11;rgb:0/0/0\x07\x1b[?1;2c"));
        assert!(is_complete(b"\x1b[?62c"));
        assert!(!is_complete(b"\x1b]11;rgb:cccc/0/0\x07"));
        assert!(!is_complete(b"\x1b[?62;"));
    }

    #[test]
    fn what_is_typed_behind_the_answer_is_left_to_the_reader_of_keys() {
        let (reader, writer) = std::io::pipe().unwrap();
        rustix::io::write(&writer, b"\x1b]11;rgb:ffff/ffff/ffff\x1b\\\x1b[?62;22c\x03b").unwrap();
        assert_eq!(is_light(std::os::fd::AsFd::as_fd(&reader)), Some(true));
        let mut rest = [0; 8];
        let read = rustix::io::read(&reader, &mut rest).unwrap();
        assert_eq!(&rest[..read], b"\x03b");
    }
}
