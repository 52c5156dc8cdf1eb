//! Positions, values and profit and loss.
