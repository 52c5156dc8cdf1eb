//! The TWS wire: frames and messages.
