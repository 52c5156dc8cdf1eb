//! Layer B: the real desk, journal and adapter over loopback against the real gateway under fault scripts.
//!
//! Each seed makes a script (what happens to which message, when the connection breaks, when IB is away, when the gateway
//! restarts) and a trader who sends, changes and cancels through all of it, and whose workstation dies now and then. Then
//! the faults end; within five seconds of READY the desk must agree with what the broker tells another client: no order
//! twice, no fill lost and none invented, every order in its state under its terms, positions equal; what never arrived is
//! UNKNOWN or refused, never forgotten. The gateway's clock is stepped, so that its minutes pass in moments.
//!
//! A failing seed prints itself; `LAYER_B_SEEDS=7` runs that one, `LAYER_B_SEEDS=0..100` and `LAYER_B_SEEDS=0..1000` are the
//! longer runs.

mod night;
mod script;

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use crate::layer_a::chance::Chance;
use night::{Night, Totals};

/// Nights at a time: most of each is waiting.
const AT_ONCE: usize = 6;

/// The seeds of a run.
fn seeds() -> std::ops::Range<u64> {
    let Ok(text) = std::env::var("LAYER_B_SEEDS") else { return 0..6 };
    let number = |t: &str| t.parse::<u64>().expect("LAYER_B_SEEDS is a seed or a range of them");
    match text.split_once("..") {
        Some((from, to)) => number(from)..number(to),
        None => number(&text)..number(&text) + 1,
    }
}

/// One night in a thread's own runtime.
fn alone<T>(night: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(night)
}

fn night_of(seed: u64) -> Totals {
    let mut chance = Chance::new(seed);
    let script = script::of(&mut chance);
    let name = format!("seed {seed}: LAYER_B_SEEDS={seed} cargo test --test it layer_b\n{script}\n");
    alone(async {
        let mut night = Night::begin(name, &script, 1 + seed, chance).await;
        Box::pin(night.trade(30, true)).await;
        night.settle().await;
        Box::pin(night.end()).await
    })
}

#[test]
fn no_order_is_doubled_and_no_fill_is_lost_over_a_socket_under_fault_scripts() {
    let (range, totals) = (seeds(), Mutex::new(Totals::default()));
    let next = AtomicU64::new(range.start);
    std::thread::scope(|scope| {
        for _ in 0..AT_ONCE {
            scope.spawn(|| {
                loop {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    if seed >= range.end {
                        return;
                    }
                    let counted = night_of(seed);
                    totals.lock().unwrap_or_else(PoisonError::into_inner).add(&counted);
                }
            });
        }
    });
    let totals = totals.into_inner().unwrap();
    println!("{totals:?}");
    if std::env::var("LAYER_B_SEEDS").is_err() {
        // A harness in which nothing happens proves nothing.
        assert!(totals.orders > 3 && totals.fills > 3 && totals.dials > 1, "{totals:?}");
    }
}

/// The script that ships as an example: a whole night by the gateway's clock, with a trader who does not stop.
#[test]
fn the_bad_night_of_the_example_loses_nothing() {
    let script = include_str!("../../faults/bad-night.faults");
    let totals = alone(async {
        let mut night = Night::begin("bad-night.faults".into(), script, 42, Chance::new(1)).await;
        for _ in 0..60 {
            night.act().await;
            for _ in 0..6 {
                night.pass(Duration::from_secs(2)).await;
            }
        }
        night.settle().await;
        Box::pin(night.end()).await
    });
    assert!(totals.orders > 3 && totals.fills > 3 && totals.dials > 1, "{totals:?}");
}
