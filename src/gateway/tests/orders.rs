//! Orders from the client to the fill.
