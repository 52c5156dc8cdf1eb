//! Snapshots and properties of the face.
