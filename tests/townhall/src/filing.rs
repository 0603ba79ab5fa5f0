//! Where cases go that are filed in the town in memory.
use crate::devices::{Agenda, Weather, after};
use catalogue::{Payment, SubmissionJson};
use drivers_api::Job;
use rand::RngExt;
use rand::rngs::StdRng;
use session::{Input, Now};
use std::collections::{BTreeMap, BTreeSet};

/// Stores cases the way the real filing thread does: a repeated job is answered with the case that is there.
#[derive(Debug, Default)]
pub struct FilingDouble {
    /// Case code by job.
    filed: BTreeMap<Job, String>,
    /// Jobs that asked at all.
    pub asked: BTreeSet<Job>,
    /// Jobs whose first answer came too late.
    pub late: BTreeSet<Job>,
    /// What became of the fee, by job.
    pub payments: BTreeMap<Job, Payment>,
    /// What was filed, where a test wants to read it; it is on nobody's way otherwise.
    pub kept: Option<Vec<Kept>>,
}

/// A case as it was handed over to be filed.
#[derive(Debug)]
pub struct Kept {
    /// The declaration as JSON.
    pub json: Vec<u8>,
    /// And in the office's XML, where it has one.
    pub xml: Option<String>,
}

/// Under which id and when [`Kept::xml`] says it was filed.
pub const FILED: (&str, &str) = ("01890a5d-ac96-774b-bcce-b302099a8057", "2026-11-24T09:41:00+01:00");

impl FilingDouble {
    /// Files, or fails, and answers.
    pub fn file(&mut self, job: Job, case: &SubmissionJson, now: Now, weather: Weather, rng: &mut StdRng) -> Agenda {
        let json = case.expose();
        assert!(json.len() > 2, "an empty declaration");
        let xml = || Some(case.attachment()?.xml(FILED.0, FILED.1).to_string());
        if let (true, Some(kept)) = (self.asked.insert(job), &mut self.kept) {
            kept.push(Kept {
                json: json.to_vec(),
                xml: xml(),
            });
        }
        let done = after(rng, now, 5, 900);
        if self.has(job) {
            return vec![(done, self.filed(job))];
        }
        let failed = |storage_full| Input::FilingFailed { job, storage_full };
        if rng.random_bool(weather.faults) {
            match rng.random_range(0..4) {
                0 => return vec![(done, failed(true))],
                1 => return vec![(done, failed(false))],
                // Filed, but the answer comes after the patience.
                2 => {
                    self.late.insert(job);
                    return vec![(after(rng, now, 31_000, 90_000), self.filed(job))];
                }
                _ => return vec![(done, self.filed(job)), (done, self.filed(job))],
            }
        }
        vec![(done, self.filed(job))]
    }

    fn filed(&mut self, job: Job) -> Input {
        let next = format!("CODE-{:04}-TST", self.filed.len());
        let case_code = self.filed.entry(job).or_insert(next).clone();
        let filed_at = catalogue::LocalTime {
            year: 2026,
            month: 11,
            day: 23,
            hour: 9,
            minute: 41,
        };
        Input::Filed {
            job,
            case_code,
            check_code: Some("7Q2F-K9M4-XTB1-8RDA".to_owned()),
            filed_at,
        }
    }

    /// How many cases there are.
    pub fn count(&self) -> usize {
        self.filed.len()
    }

    /// Whether this job was filed.
    pub fn has(&self, job: Job) -> bool {
        self.filed.contains_key(&job)
    }
}
