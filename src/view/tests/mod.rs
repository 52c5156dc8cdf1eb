//! Snapshots and properties of the face.

mod fixture;
mod overlays;
mod panes;
mod probe;
mod properties;
mod screens;
