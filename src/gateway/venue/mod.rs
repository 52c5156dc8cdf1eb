//! The venue: the matching engine and the ledger, both pure.
