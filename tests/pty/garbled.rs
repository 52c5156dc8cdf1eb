//! Whatever a terminal sends, pasted, cut or garbled: nothing leaves that nobody fired.

use std::time::Duration;

use rustix::process::Signal;

use crate::desk::{intents, ready, state};

/// `SplitMix64`: small, seeded, the same everywhere.
struct Draw(u64);

impl Draw {
    fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        usize::try_from((z ^ (z >> 31)) % n as u64).expect("below a usize")
    }

    fn pick<'t, T: ?Sized>(&mut self, from: &[&'t T]) -> &'t T {
        from[self.below(from.len())]
    }
}

/// Sequences of terminals: keys, pointer, focus, answers.
const SEQUENCES: &[&[u8]] = &[
    b"\x1b[A",
    b"\x1b[B",
    b"\x1b[5~",
    b"\x1b[6~",
    b"\x1bOP",
    b"\x1bOQ",
    b"\x1bOS",
    b"\x1b[15~",
    b"\x1b[1;5A",
    b"\x1b[1;2D",
    b"\x1b[Z",
    b"\x1b[3~",
    b"\x1b[I",
    b"\x1b[O",
    b"\x1b[<0;20;10M",
    b"\x1b[<64;20;10M",
    b"\x1b[M !!",
    b"\x1b[27u",
    b"\x1b]11;rgb:ffff/ffff/ffff\x1b\\",
    b"\x1b[?62;22c",
    b"\x1b[24;80R",
    b"\x1b\x1b[C",
    b"\x1b[99999999999;1H",
];

/// What is pasted; every one holds what would send if it were keys.
const PASTES: &[&[u8]] = &[
    b"\r",
    b"b\r",
    b"bt\r\x19",
    b":buy 100 AAPL mkt\r\r",
    b"\x1b[200~b\r",
    b"s\r\n\r\n\x19",
    b"250\rb\r",
    b"Z\r\x19V\r\x19",
    b"\xff\xfe\r\xc3",
    b"\x1b[A\r\x1bOQ\r",
];

/// One stream of bytes in which Enter and `ctrl-y` occur within pastes or right behind their ends alone. Each piece is
/// written by itself; the number is how many milliseconds pass before the next.
fn garbled(draw: &mut Draw) -> Vec<(Vec<u8>, u64)> {
    const TYPED: &[u8] = b"bscpmxXZVjthaekilu0123456789@.,:/?!z+-= gow\x15\x17\x08\x7f\t";
    let mut pieces = Vec::new();
    for _ in 0..=draw.below(12) {
        let gap = [0, 0, 0, 1, 5, 30, 120][draw.below(7)];
        match draw.below(8) {
            0..=3 => pieces.push((vec![TYPED[draw.below(TYPED.len())]], gap)),
            4 | 5 => {
                // A sequence that a slow line cuts in two, at any byte.
                let whole = draw.pick(SEQUENCES);
                let cut = draw.below(whole.len()) + 1;
                pieces.push((whole[..cut].to_vec(), gap));
                pieces.push((whole[cut..].to_vec(), 0));
            }
            6 => {
                let mut paste = b"\x1b[200~".to_vec();
                paste.extend_from_slice(draw.pick(PASTES));
                // A paste may hold its own end; what follows is typed into nothing.
                for _ in 0..draw.below(3) {
                    paste.extend_from_slice(b"\x1b[201~");
                    paste.extend_from_slice(draw.pick(PASTES));
                }
                paste.extend_from_slice(b"\x1b[201~");
                pieces.push((paste, gap));
            }
            _ => pieces.push(((0..draw.below(12)).map(|_| garbage(draw)).collect(), gap)),
        }
    }
    pieces
}

/// Any byte but those that send, end, stop or kill.
fn garbage(draw: &mut Draw) -> u8 {
    loop {
        let byte = u8::try_from(draw.below(256)).expect("a byte");
        if !matches!(byte, b'\r' | b'\n' | 0x03 | 0x0b | 0x19 | 0x1a | 0x1c) {
            return byte;
        }
    }
}

/// Types so many garbled streams into the program; none of them may become an order.
fn type_garbage(streams: u64) {
    let folder = state();
    let mut desk = ready(&folder);
    for seed in 1..=streams {
        for (bytes, gap) in garbled(&mut Draw(seed)) {
            desk.send(&bytes);
            desk.silence_for(Duration::from_millis(gap));
        }
        assert!(desk.lives(), "seed {seed} ended the program");
    }
    // It still listens: whatever is open is closed, and the help comes up.
    for _ in 0..6 {
        desk.silence_for(Duration::from_millis(120));
        desk.send(b"\x1b");
    }
    desk.silence_for(Duration::from_millis(300));
    desk.press("?", "the help", |s| s.contents().contains("Esc close"));
    desk.signal(Signal::TERM);
    assert_eq!(desk.end(), 143);
    assert_eq!(intents(folder.path()), 0, "an order left that nobody fired");
}

#[test]
fn a_hundred_garbled_streams_of_bytes_send_nothing() {
    type_garbage(100);
}

/// `cargo test --test pty thousand_garbled -- --ignored --nocapture`
#[test]
#[ignore = "long: a thousand streams"]
fn a_thousand_garbled_streams_of_bytes_send_nothing() {
    type_garbage(1_000);
    println!("1000 garbled streams, seeds from 1: no order left");
}
