//! The simulated market: every price, print, quote, bar and volume as a pure function of seed, symbol and time.
