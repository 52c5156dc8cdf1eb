//! What waits to be written to one client.
//!
//! Replies gather in one buffer per turn of the driver and go to the writer as one chunk. When the writer's queue is full
//! the buffer stays and grows; [`Outbox::is_behind`] then tells the market data lines to keep still, so that only they are
//! conflated and nothing else is ever left out. Invariant: what waits is bounded; a client beyond [`LIMIT`] is cut, which
//! it sees, rather than served with gaps, which it would not.

use bytes::{Bytes, BytesMut};
use tokio::sync::mpsc;
use tokio::sync::mpsc::error::TrySendError;
use tokio_util::sync::CancellationToken;

use crate::gateway::wire::Reply;

/// How many bytes may wait for one client.
const LIMIT: usize = 32 * 1024 * 1024;

/// The unsent replies of one client.
#[derive(Debug)]
pub(in crate::gateway) struct Outbox {
    waiting: BytesMut,
    chunks: mpsc::Sender<Bytes>,
    cut: CancellationToken,
    behind: bool,
}

impl Outbox {
    /// An empty outbox in front of a writer; `cut` ends its connection.
    pub(in crate::gateway) fn new(chunks: mpsc::Sender<Bytes>, cut: CancellationToken) -> Self {
        Self { waiting: BytesMut::new(), chunks, cut, behind: false }
    }

    /// Adds a reply.
    pub(super) fn put(&mut self, reply: &Reply) {
        reply.put(&mut self.waiting);
    }

    /// Whether the writer has not taken what was handed out before.
    pub(super) fn is_behind(&self) -> bool {
        self.behind
    }

    /// Hands what waits to the writer; `false` if the connection is over.
    pub(super) fn hand_out(&mut self) -> bool {
        if self.waiting.is_empty() {
            return !self.cut.is_cancelled();
        }
        match self.chunks.try_reserve() {
            Ok(permit) => {
                permit.send(self.waiting.split().freeze());
                self.behind = false;
                true
            }
            Err(TrySendError::Full(())) if self.waiting.len() <= LIMIT => {
                self.behind = true;
                true
            }
            Err(_) => {
                self.cut.cancel();
                false
            }
        }
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
        let mut outbox = Outbox::new(chunks, CancellationToken::new());
        outbox.put(&reply(1));
        assert!(outbox.hand_out() && !outbox.is_behind());
        outbox.put(&reply(2));
        assert!(outbox.hand_out() && outbox.is_behind());
        outbox.put(&reply(3));
        assert!(writer.try_recv().is_ok());
        assert!(outbox.hand_out() && !outbox.is_behind());
        let rest = writer.try_recv().unwrap();
        let mut want = BytesMut::new();
        reply(2).put(&mut want);
        reply(3).put(&mut want);
        assert_eq!(rest, want.freeze());
    }

    #[test]
    fn a_client_that_takes_nothing_is_cut_at_the_limit() {
        let (chunks, _writer) = mpsc::channel(1);
        let cut = CancellationToken::new();
        let mut outbox = Outbox::new(chunks, cut.clone());
        let mut turns = 0;
        while outbox.hand_out() {
            outbox.put(&reply(turns));
            turns += 1;
            assert!(turns < 1_000, "the outbox has no bound");
        }
        assert!(cut.is_cancelled());
    }
}
