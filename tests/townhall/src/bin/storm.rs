//! `storm VISITS [SEED]`: as many seeded visits as you like. Prints the first broken law with its seed.
use std::time::Instant;
use townhall::devices::Weather;
use townhall::storm::{Tally, day};

const VISITS_PER_DAY: u64 = 100;

#[allow(clippy::disallowed_methods, clippy::print_stdout, clippy::print_stderr)] // a command-line tool measures and tells
fn main() {
    let mut arguments = std::env::args().skip(1);
    let visits: u64 = arguments.next().and_then(|text| text.parse().ok()).unwrap_or(10_000);
    let first: u64 = arguments.next().and_then(|text| text.parse().ok()).unwrap_or(0);
    let began = Instant::now();
    let mut sum = Tally::default();
    for seed in first..first + visits.div_ceil(VISITS_PER_DAY) {
        match day(seed, VISITS_PER_DAY, Weather { faults: 0.15 }) {
            Ok(tally) => sum.add(tally),
            Err(broken) => {
                eprintln!("a law is broken: {broken}");
                std::process::exit(1);
            }
        }
    }
    let seconds = began.elapsed().as_secs_f64();
    println!("{sum:?}");
    println!("{:.0} visits a second", sum.visits as f64 / seconds);
}
