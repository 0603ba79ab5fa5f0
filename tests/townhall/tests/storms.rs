//! Twenty thousand visits in bad weather, in every `make test`; `make storm VISITS=…` for millions.
use townhall::devices::Weather;
use townhall::storm::{Tally, day};

const VISITS_PER_DAY: u64 = 100;
const DAYS: u64 = 200;

#[test]
fn twenty_thousand_visits_keep_the_laws() {
    let weather = Weather { faults: 0.15 };
    let mut sum = Tally::default();
    for seed in 0..DAYS {
        let tally = day(seed, VISITS_PER_DAY, weather).unwrap_or_else(|broken| panic!("{broken}"));
        sum.add(tally);
    }
    // A storm that files nothing, loses nobody and breaks no card proves nothing.
    assert_eq!(sum.visits, DAYS * VISITS_PER_DAY);
    assert!(sum.filed > sum.visits / 4, "{sum:?}");
    assert!(
        sum.served > 100
            && sum.pins_served > 100
            && sum.help_wanted > 20
            && sum.cancelled > 100
            && sum.abandoned > 100
            && sum.came_back > 20,
        "{sum:?}"
    );
    assert!(sum.followed_up > 300 && sum.withdrawn > 30, "{sum:?}");
    assert!(sum.numbers > 100, "{sum:?}");
    assert!(sum.paid > 2_000 && sum.given_back > 20 && sum.for_staff > 20, "{sum:?}");
    assert!(sum.shown > 500 && sum.turned_away > 100, "{sum:?}");
    assert!(sum.printed > 1_000 && sum.card_troubles > 1_000, "{sum:?}");
}

#[test]
fn the_same_seed_is_the_same_storm() {
    let weather = Weather { faults: 0.3 };
    assert_eq!(day(7, 20, weather).unwrap(), day(7, 20, weather).unwrap());
}
