//! What waits to be written to one client.
//!
//! Replies gather in one buffer per turn of the driver and go to the writer in chunks. When the writer's queue is full
//! the buffer stays and grows; [`Outbox::is_behind`] then tells the market data lines to keep still, so that only they are
//! conflated and nothing else is ever left out. Invariant: what waits is bounded by [`LIMIT`] and one reply here, and by
//! the writer's queue of chunks of at most [`CHUNK`] there; a client beyond that is cut, which it sees, rather than served
//! with gaps, which it would not.

use bytes::{Bytes, BytesMut};
use tokio::sync::mpsc;
use tokio::sync::mpsc::error::TrySendError;
use tokio_util::sync::CancellationToken;

use crate::gateway::fault::Line;
use crate::gateway::wire::{Encoding, Reply};

/// How many bytes may wait for one client.
const LIMIT: usize = 32 * 1024 * 1024;
/// How many bytes the writer is handed at once.
const CHUNK: usize = 1024 * 1024;

/// The unsent replies of one client.
#[derive(Debug)]
pub(in crate::gateway) struct Outbox {
    encoding: Encoding,
    waiting: BytesMut,
    chunks: mpsc::Sender<Bytes>,
    cut: CancellationToken,
    behind: bool,
    /// What a fault script does to the replies.
    pub(super) line: Option<Box<Line>>,
}

impl Outbox {
    /// An empty outbox in front of a writer; `cut` ends its connection.
    pub(in crate::gateway) fn new(encoding: Encoding, chunks: mpsc::Sender<Bytes>, cut: CancellationToken) -> Self {
        Self { encoding, waiting: BytesMut::new(), chunks, cut, behind: false, line: None }
    }

    /// Adds a reply.
    pub(super) fn put(&mut self, reply: &Reply) {
        if self.waiting.len() > LIMIT {
            return;
        }
        let encoding = self.encoding;
        match &mut self.line {
            None => reply.put(encoding, &mut self.waiting),
            Some(line) => line.say(reply, &mut self.waiting, |reply, out| reply.put(encoding, out)),
        }
    }

    /// Adds a reply that a fault script has made itself.
    pub(super) fn put_plain(&mut self, reply: &Reply) {
        let mut frame = BytesMut::new();
        reply.put(self.encoding, &mut frame);
        if let Some(line) = &mut self.line {
            line.say_plain(&frame, &mut self.waiting);
        }
    }

    /// Whether so much waits that the writer should get its turn first.
    pub(super) fn is_heavy(&self) -> bool {
        self.waiting.len() > CHUNK
    }

    /// How replies are written.
    pub(super) fn encoding(&self) -> Encoding {
        self.encoding
    }

    /// Whether the writer has not taken what was handed out before.
    pub(super) fn is_behind(&self) -> bool {
        self.behind || self.line.as_ref().is_some_and(|line| line.is_mute())
    }

    /// Hands what waits to the writer; `false` if the connection is over.
    pub(super) fn hand_out(&mut self) -> bool {
        if let Some(line) = &mut self.line {
            line.release(&mut self.waiting);
            if line.held() > LIMIT {
                self.cut.cancel();
            }
        }
        self.behind = false;
        while !self.waiting.is_empty() && self.waiting.len() <= LIMIT {
            match self.chunks.try_reserve() {
                Ok(permit) => {
                    let length = self.waiting.len().min(CHUNK);
                    permit.send(self.waiting.split_to(length).freeze());
                }
                Err(TrySendError::Full(())) => {
                    self.behind = true;
                    return true;
                }
                Err(TrySendError::Closed(())) => {
                    self.cut.cancel();
                    return false;
                }
            }
        }
        if !self.waiting.is_empty() {
            self.cut.cancel();
        }
        !self.cut.is_cancelled()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gateway::wire::proto::TickSize;

    fn reply(id: i32) -> Reply {
        Reply::TickSize(TickSize { req_id: Some(id), tick_type: Some(5), size: Some("1".repeat(64 * 1024)) })
    }

    #[test]
    fn a_full_writer_keeps_replies_back_in_order_until_it_takes_them() {
        let (chunks, mut writer) = mpsc::channel(1);
        let mut outbox = Outbox::new(Encoding::Protobuf(226), chunks, CancellationToken::new());
        outbox.put(&reply(1));
        assert!(outbox.hand_out() && !outbox.is_behind());
        outbox.put(&reply(2));
        assert!(outbox.hand_out() && outbox.is_behind());
        outbox.put(&reply(3));
        assert!(writer.try_recv().is_ok());
        assert!(outbox.hand_out() && !outbox.is_behind());
        let rest = writer.try_recv().unwrap();
        let mut want = BytesMut::new();
        reply(2).put(Encoding::Protobuf(226), &mut want);
        reply(3).put(Encoding::Protobuf(226), &mut want);
        assert_eq!(rest, want.freeze());
    }

    #[test]
    fn a_client_that_takes_nothing_is_cut_at_the_limit() {
        let (chunks, _writer) = mpsc::channel(1);
        let cut = CancellationToken::new();
        let mut outbox = Outbox::new(Encoding::Protobuf(226), chunks, cut.clone());
        let mut turns = 0;
        while outbox.hand_out() {
            outbox.put(&reply(turns));
            turns += 1;
            assert!(turns < 1_000, "the outbox has no bound");
        }
        assert!(cut.is_cancelled());
    }
}
