//! Staff who are called: in good weather they are told and come, else late, twice, or not at all.
use crate::devices::{Agenda, Weather, after};
use drivers_api::Job;
use rand::RngExt;
use rand::rngs::StdRng;
use session::{Input, Now, StaffNews};

/// What is heard of a call.
pub(crate) fn call(job: Job, now: Now, weather: Weather, rng: &mut StdRng) -> Agenda {
    let news = |at, news| (at, Input::Staff { job, news });
    let told = after(rng, now, 50, 2_000);
    let coming = after(rng, told, 5_000, 60_000);
    let again = after(rng, coming, 1_000, 60_000);
    if !rng.random_bool(weather.faults) {
        return vec![news(told, StaffNews::Told), news(coming, StaffNews::Coming)];
    }
    match rng.random_range(0..5) {
        0 => vec![],
        1 => vec![news(after(rng, now, 1_000, 60_000), StaffNews::NotReached)],
        // Long after the visit.
        2 => vec![news(after(rng, now, 300_000, 900_000), StaffNews::Coming)],
        3 => vec![news(coming, StaffNews::Coming), news(coming, StaffNews::Told)],
        _ => vec![news(coming, StaffNews::PrintAgain), news(again, StaffNews::PrintAgain)],
    }
}
