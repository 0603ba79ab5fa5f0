//! Waiting numbers: in good weather one is drawn, else late, twice, for somebody else, or never.
use crate::devices::{Agenda, Weather, after};
use drivers_api::Job;
use rand::RngExt;
use rand::rngs::StdRng;
use session::{Input, Now};

/// The queue of the town in memory.
#[derive(Debug, Default)]
pub(crate) struct Numbers {
    drawn: u32,
}

impl Numbers {
    /// What is heard of a draw.
    pub(crate) fn draw(&mut self, job: Job, queue: char, now: Now, weather: Weather, rng: &mut StdRng) -> Agenda {
        let answer = |at, job, drawn| (at, Input::Number { job, drawn });
        self.drawn += 1;
        let number = Some((format!("{queue}{}", self.drawn), self.drawn % 5));
        let soon = after(rng, now, 50, 2_000);
        if !rng.random_bool(weather.faults) {
            return vec![answer(soon, job, number)];
        }
        match rng.random_range(0..5) {
            0 => vec![],
            1 => vec![answer(soon, job, None)],
            // Long after the visit's patience.
            2 => vec![answer(after(rng, now, 20_000, 90_000), job, number)],
            3 => vec![answer(soon, Job(job.0 + 1), number)],
            _ => vec![answer(soon, job, number.clone()), answer(soon, job, number)],
        }
    }
}
