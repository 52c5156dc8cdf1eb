//! Layer A: the real `update` and the real matching engine in one thread, under a bad line.
//!
//! Each seed is one session of a trader who stages, sends, changes, cancels, kills, while messages are dropped, doubled,
//! delayed and reordered, the line is cut, and the workstation is killed and started again. While it runs, no order may
//! be handed over twice. Then the faults end, and after one SYNC the model must agree with the venue: every fill booked
//! once, every order in its state under its terms, positions equal; what never arrived is UNKNOWN or refused, never
//! forgotten.
//!
//! A failing seed prints itself; `LAYER_A_SEEDS=7` runs that one, `LAYER_A_SEEDS=0..20000` a long run.

pub mod chance;
mod market;
mod world;

use world::World;

/// The seeds of a run.
fn seeds() -> std::ops::Range<u64> {
    let Ok(text) = std::env::var("LAYER_A_SEEDS") else { return 0..200 };
    let number = |t: &str| t.parse::<u64>().expect("LAYER_A_SEEDS is a seed or a range of them");
    match text.split_once("..") {
        Some((from, to)) => number(from)..number(to),
        None => number(&text)..number(&text) + 1,
    }
}

#[test]
fn no_order_is_doubled_and_no_fill_is_lost_on_a_bad_line() {
    let mut totals = world::Totals::default();
    for seed in seeds() {
        let run = std::panic::catch_unwind(|| {
            let mut world = World::new(seed);
            world.trade();
            world.settle();
            world.check();
            world.totals
        });
        match run {
            Ok(counted) => totals.add(&counted),
            Err(cause) => {
                eprintln!("seed {seed}: LAYER_A_SEEDS={seed} cargo test --test it layer_a");
                std::panic::resume_unwind(cause);
            }
        }
    }
    println!("{totals:?}");
    if std::env::var("LAYER_A_SEEDS").is_err() {
        // A harness in which nothing happens proves nothing.
        assert!(totals.placed > 1_000 && totals.fills > 500, "{totals:?}");
        assert!(totals.changed > 100 && totals.cancelled > 200, "{totals:?}");
        assert!(totals.cuts > 200 && totals.kills > 50 && totals.lost > 100 && totals.doubled > 500, "{totals:?}");
        assert!(totals.unknown > 0, "{totals:?}");
    }
}
