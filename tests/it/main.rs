//! Tests that join whole parts of the crate: one binary.

mod layer_a;
