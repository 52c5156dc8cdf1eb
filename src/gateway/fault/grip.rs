//! What a script has a connection's tasks do: go on, stand still, end in their own way.

use tokio::sync::watch;

/// How a connection's tasks behave.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(in crate::gateway) enum Mode {
    /// As ever.
    #[default]
    Open,
    /// They neither read nor write.
    Stalled,
    /// When the driver lets go, the connection is reset.
    Reset,
    /// When the driver lets go, the socket stays open.
    HalfOpen,
}

/// The tasks' end.
#[derive(Debug, Clone)]
pub(in crate::gateway) struct Grip(watch::Receiver<Mode>);

/// The driver's end.
#[derive(Debug)]
pub(in crate::gateway) struct Grips(watch::Sender<Mode>);

impl Grip {
    /// Both ends for one connection.
    pub(in crate::gateway) fn new() -> (Self, Grips) {
        let (sender, receiver) = watch::channel(Mode::Open);
        (Self(receiver), Grips(sender))
    }

    /// Waits while the connection stands still.
    pub(in crate::gateway) async fn pass(&mut self) {
        // A driver that is gone holds nobody up.
        let _ = self.0.wait_for(|mode| *mode != Mode::Stalled).await;
    }

    /// Whether the socket is closed as ever.
    pub(in crate::gateway) fn ends_in_order(&self) -> bool {
        matches!(self.mode(), Mode::Open | Mode::Stalled)
    }

    /// How the connection ends.
    pub(in crate::gateway) fn mode(&self) -> Mode {
        *self.0.borrow()
    }
}

impl Grips {
    /// Has the tasks behave in this way.
    pub(in crate::gateway) fn set(&self, mode: Mode) {
        self.0.send_replace(mode);
    }
}
