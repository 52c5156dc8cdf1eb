//! The way out: what becomes of a callback between session and socket.

use std::collections::VecDeque;

use bytes::BytesMut;

use super::{Fate, LIVE, Line, PATIENCE, Parked, Step, client_of};
use crate::gateway::fault::Corruption;
use crate::gateway::fault::names::TICKS;
use crate::gateway::feed::hash;
use crate::gateway::wire::{Reply, alter};

/// The data type of lines that stand still; the delayed one of them is even too.
const FROZEN: i32 = 2;

impl Line {
    /// A callback is on its way out.
    pub(in crate::gateway) fn say(
        &mut self,
        reply: &Reply,
        out: &mut BytesMut,
        encode: impl Fn(&Reply, &mut BytesMut),
    ) {
        let id = reply.id();
        if self.over || (TICKS.contains(&id) && self.ticks_are_off()) {
            return;
        }
        let mut reply = reply.clone();
        self.colour(&mut reply);
        if let Reply::ExecutionDetails(details) = &reply {
            let exec_id = details.execution.as_ref().and_then(|execution| execution.exec_id.clone());
            self.last_execution = exec_id.unwrap_or_default();
        }
        let (mut fate, about) = (Fate::default(), alter::said_about(&reply));
        self.consult(|message| message.is_callback(id), false, about, &mut fate);
        self.utter(out, &encode);
        if self.over {
            return;
        }
        if fate.unset {
            alter::unset(&mut reply);
        }
        let mut frame = BytesMut::new();
        encode(&reply, &mut frame);
        if let Some((how, hit)) = fate.corrupt {
            corrupt(&mut frame, how, hash::draw(hash::key(self.script.seed, "corrupt"), hit));
        }
        self.place(frame, &fate, out);
        let (go, stay) = std::mem::take(&mut self.parked).into_iter().partition(|p| p.behind.is_callback(id));
        self.parked = stay;
        let go: Vec<Parked<BytesMut>> = go;
        for parked in go {
            self.emit(&parked.what, out);
        }
        self.consult(|message| message.is_callback(id), true, about, &mut Fate::default());
        self.utter(out, &encode);
    }

    fn ticks_are_off(&self) -> bool {
        self.now < self.ticks_off.max(self.ib_lost).max(self.competing) || self.data_type % 2 == FROZEN % 2
    }

    /// What is in force for every message.
    fn colour(&self, reply: &mut Reply) {
        alter::shift_id(reply, self.id_offset);
        alter::shift_time(reply, self.skew);
        alter::rename_client(reply, client_of);
        if self.data_type != LIVE {
            alter::retype(reply, self.data_type);
        }
    }

    /// Says what a rule has to say at this place.
    fn utter(&mut self, out: &mut BytesMut, encode: &impl Fn(&Reply, &mut BytesMut)) {
        let (say, stay): (VecDeque<_>, VecDeque<_>) =
            std::mem::take(&mut self.steps).into_iter().partition(|step| matches!(step, Step::Say(_)));
        self.steps = stay;
        for step in say {
            if let Step::Say(reply) = step {
                let mut frame = BytesMut::new();
                encode(&reply, &mut frame);
                self.emit(&frame, out);
            }
        }
    }

    /// Says something that no rule looks at.
    pub(in crate::gateway) fn say_plain(&mut self, frame: &[u8], out: &mut BytesMut) {
        if !self.over {
            self.emit(frame, out);
        }
    }

    /// Puts a frame where it belongs.
    fn place(&mut self, frame: BytesMut, fate: &Fate, out: &mut BytesMut) {
        for _ in 1..fate.copies {
            self.emit(&frame, out);
        }
        if fate.copies == 0 {
            return;
        }
        if let Some(span) = fate.delay {
            self.late.push((self.now.saturating_add(span), frame));
        } else if let Some(behind) = fate.behind {
            self.parked.push(Parked { behind, until: self.now.saturating_add(PATIENCE), what: frame });
        } else if let Some((bytes, pause)) = fate.split {
            let (head, tail) = frame.split_at(bytes.min(frame.len()));
            self.emit(head, out);
            self.muted = self.muted.max(self.now.saturating_add(pause));
            self.kept.extend_from_slice(tail);
        } else {
            self.emit(&frame, out);
        }
    }

    fn emit(&mut self, bytes: &[u8], out: &mut BytesMut) {
        if self.now < self.muted {
            self.kept.extend_from_slice(bytes);
        } else {
            self.let_go(out);
            out.extend_from_slice(bytes);
        }
    }

    /// What was kept goes out before anything else.
    fn let_go(&mut self, out: &mut BytesMut) {
        if !self.kept.is_empty() {
            out.extend_from_slice(&self.kept.split());
        }
    }

    /// Lets out what has waited long enough.
    pub(in crate::gateway) fn release(&mut self, out: &mut BytesMut) {
        if self.over || self.now < self.muted {
            return;
        }
        self.let_go(out);
        let now = self.now;
        let (due, stay): (Vec<_>, Vec<_>) = std::mem::take(&mut self.late).into_iter().partition(|l| l.0 <= now);
        self.late = stay;
        for (_, frame) in due {
            self.emit(&frame, out);
        }
        let (due, stay): (Vec<_>, Vec<_>) =
            std::mem::take(&mut self.parked).into_iter().partition(|parked| parked.until <= now);
        self.parked = stay;
        for parked in due {
            self.emit(&parked.what, out);
        }
    }
}

/// Breaks a frame: its length, its id, or the byte of its body that `draw` picks.
fn corrupt(frame: &mut BytesMut, how: Corruption, draw: u64) {
    /// Length and id, before what a message says.
    const HEAD: usize = 8;
    match how {
        Corruption::Length => frame.iter_mut().take(4).for_each(|byte| *byte = 0xFF),
        // In text the id is digits, in protobuf four bytes of which the first is zero.
        Corruption::Id if frame.get(4) == Some(&0) => {
            frame.iter_mut().skip(4).zip([0, 0, 0x03, 0xE7]).for_each(|(byte, new)| *byte = new);
        }
        Corruption::Id => frame.iter_mut().skip(4).take_while(|b| b.is_ascii_digit()).for_each(|b| *b = b'9'),
        Corruption::Body => {
            let room = frame.len().saturating_sub(HEAD);
            let place = usize::try_from(draw >> 8).unwrap_or(0).checked_rem(room).unwrap_or(0);
            if let Some(byte) = frame.get_mut(HEAD + place) {
                // Never zero, so that the byte does change.
                *byte ^= draw.to_be_bytes().last().copied().unwrap_or(0) | 1;
            }
        }
    }
}
