//! Milestones on the road of an order: places at which a test may end the process, to see what the next start makes of it.
//!
//! Each is passed in words where a file, a queue or a socket has changed for good, or is about to. The hands may be told of
//! each ([`watch`]); in a release build there are none and passing costs nothing.
//!
//! Must not know: what is done at a milestone.

/// Who is told.
#[cfg(debug_assertions)]
static WATCH: std::sync::OnceLock<fn(&'static str)> = std::sync::OnceLock::new();

/// Has `told` called at every milestone from now on, on the thread that passes it; the first caller wins.
#[cfg(debug_assertions)]
pub fn watch(told: fn(&'static str)) {
    let _ = WATCH.set(told);
}

/// Passes the milestone of this name.
#[cfg(debug_assertions)]
pub fn pass(name: &'static str) {
    if let Some(told) = WATCH.get() {
        told(name);
    }
}

/// In a release build nobody is told.
#[cfg(not(debug_assertions))]
pub const fn pass(_name: &'static str) {}
