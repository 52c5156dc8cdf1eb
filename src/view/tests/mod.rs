//! Snapshots and properties of the face.

mod charts;
mod fixture;
mod live;
mod overlays;
mod panes;
mod probe;
mod properties;
mod screens;
