//! The storm: work, a cut anywhere, a look at what is left, and on from there.
use crate::disk::{Event, Fault, Part, Platter, Remains};
use crate::{Disk, scratch, seeded};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use std::collections::BTreeMap;
use std::path::Path;

/// Terminals that start from what a cut left, one after the other, before one starts from nothing again.
const ROUNDS: u64 = 6;

/// Cuts in one round; more are drawn by lot.
const CUTS_OF_A_ROUND: usize = 240;

/// Broken laws that are told in full.
const TOLD_MAX: usize = 5;

/// After so many broken laws a storm is over: what is broken is known, and taking damaged files over takes long.
const BROKEN_MAX: u64 = 12;

/// What is done on the disk, and its laws.
pub trait Workload {
    /// What must be on the disk.
    type State: Clone + PartialEq;

    /// What is there before anything was done.
    fn start(&self) -> Self::State;

    /// Works on the files in the folder, from `history`'s last state on, and closes them. Each step is told to `history`.
    ///
    /// # Errors
    /// What went wrong, in words: nothing may.
    fn work(
        &mut self,
        folder: &Path,
        disk: &Disk,
        history: &mut History<Self::State>,
        rng: &mut StdRng,
    ) -> Result<(), String>;

    /// Looks at what a cut left: it must be what was done before, or that and the step that was cut. Tells which.
    ///
    /// # Errors
    /// The law that is broken, in words.
    fn look(
        &mut self,
        folder: &Path,
        done: &Self::State,
        cut: Option<&Self::State>,
        rng: &mut StdRng,
    ) -> Result<Self::State, String>;
}

/// What was done and when, in events of the disk.
#[derive(Debug)]
pub struct History<S> {
    steps: Vec<Step<S>>,
}

#[derive(Debug)]
struct Step<S> {
    began: usize,
    ended: usize,
    after: S,
}

impl<S> History<S> {
    fn new(start: S) -> Self {
        let step = Step {
            began: 0,
            ended: 0,
            after: start,
        };
        Self { steps: vec![step] }
    }

    /// What must be there by now.
    pub fn now(&self) -> &S {
        &self.steps[self.steps.len() - 1].after
    }

    /// A step was done, and said so: from now on `after` must be there.
    pub fn done(&mut self, began: usize, ended: usize, after: S) {
        self.steps.push(Step { began, ended, after });
    }

    /// What was done before that many events, and the step in the middle of which they end.
    fn at(&self, events: usize) -> (&S, Option<&S>) {
        let ended = self.steps.partition_point(|step| step.ended <= events);
        let cut = self.steps.get(ended).filter(|step| step.began < events);
        (&self.steps[ended - 1].after, cut.map(|step| &step.after))
    }
}

/// What a storm saw.
#[derive(Debug, Default)]
pub struct Figures {
    /// Times the power was cut.
    pub cuts: u64,
    /// The same, by what came next.
    pub before: BTreeMap<&'static str, u64>,
    /// Cuts in the middle of a step, after which the step was done all the same.
    pub done_all_the_same: u64,
    /// Broken laws.
    pub broken: Broken,
}

/// Laws that were broken.
#[derive(Debug, Default)]
pub struct Broken {
    /// How many.
    pub count: u64,
    /// The first ones, with all that is needed to see them again.
    pub told: Vec<String>,
}

/// Cuts the power at least that many times, or until more is broken than anybody reads.
///
/// # Errors
/// When there is no place for files.
pub fn storm(workload: &mut impl Workload, fault: Fault, seed: u64, cuts_min: u64) -> std::io::Result<Figures> {
    let mut storm = Storm {
        workload,
        fault,
        rng: StdRng::seed_from_u64(seed),
        place: String::new(),
        figures: Figures::default(),
    };
    let mut chain = seed;
    while storm.figures.cuts < cuts_min && storm.figures.broken.count < BROKEN_MAX {
        let _turn = seeded(chain);
        storm.rng = StdRng::seed_from_u64(chain);
        let mut left = Some((Remains::default(), storm.workload.start()));
        for round in 0..ROUNDS {
            let Some(from) = left else { break };
            storm.place = format!("seed {chain}, round {round}");
            left = storm.round(from)?;
        }
        chain += 1;
    }
    Ok(storm.figures)
}

struct Storm<'a, W> {
    workload: &'a mut W,
    fault: Fault,
    rng: StdRng,
    /// Where in the storm, for what is told.
    place: String,
    figures: Figures,
}

/// What a cut left on the disk, and what that is.
type Left<W> = (Remains, <W as Workload>::State);

impl<W: Workload> Storm<'_, W> {
    /// Works on what is left, cuts, and tells what is left after one of the cuts; `None` when that is beyond repair.
    fn round(&mut self, (remains, state): Left<W>) -> std::io::Result<Option<Left<W>>> {
        let (folder, looked_at) = (scratch()?, scratch()?);
        remains.lay_out(folder.path())?;
        let disk = Disk::watch(folder.path())?;
        let mut history = History::new(state);
        if let Err(law) = self.workload.work(folder.path(), &disk, &mut history, &mut self.rng) {
            self.figures.broken.tell(format!("{}, at work: {law}", self.place));
            return Ok(None);
        }
        let events = disk.stop();
        let mut platter = Platter::new(self.fault);
        let is_found = |event: &&Event| matches!(event, Event::Found { .. });
        let start = events.iter().take_while(is_found).count();
        let chance = (CUTS_OF_A_ROUND as f64 / events.len() as f64).min(1.0);
        let goes_on_at = self.rng.random_range(start..=events.len());
        let mut next = None;
        for (at, event) in events.iter().map(Some).chain([None]).enumerate() {
            let (kind, ways) = event.map_or(("the end", 2), |event| kind(&platter, event));
            if at == goes_on_at {
                next = self.cut(&platter, &history, (at, kind), looked_at.path())?;
            }
            if at >= start && self.rng.random_bool(chance) {
                for _ in 0..ways {
                    self.cut(&platter, &history, (at, kind), looked_at.path())?;
                }
            }
            if let Some(event) = event {
                platter.apply(event);
            }
        }
        if self.fault == Fault::Honest {
            assert_seen(&platter, folder.path())?;
        }
        Ok(next)
    }

    fn cut(
        &mut self,
        platter: &Platter,
        history: &History<W::State>,
        (at, kind): (usize, &'static str),
        folder: &Path,
    ) -> std::io::Result<Option<Left<W>>> {
        if self.figures.broken.count >= BROKEN_MAX {
            return Ok(None);
        }
        let remains = platter.survivors(&mut self.rng);
        remains.lay_out(folder)?;
        let (done, cut) = history.at(at);
        self.figures.cuts += 1;
        *self.figures.before.entry(kind).or_default() += 1;
        match self.workload.look(folder, done, cut, &mut self.rng) {
            Ok(state) => {
                self.figures.done_all_the_same += u64::from(state != *done);
                Ok(Some((remains, state)))
            }
            Err(law) => {
                let law = format!("{}, cut before event {at} ({kind}): {law}", self.place);
                self.figures.broken.tell(law);
                Ok(None)
            }
        }
    }
}

impl Broken {
    fn tell(&mut self, law: String) {
        self.count += 1;
        if self.told.len() < TOLD_MAX {
            self.told.push(law);
        }
    }
}

/// How an event is told, and how many ways of surviving are drawn before it: more where much is at stake.
fn kind(platter: &Platter, event: &Event) -> (&'static str, u32) {
    match (event, platter.part(event)) {
        (Event::Write { .. }, Some(Part::Log)) => ("a write to the log", 1),
        (Event::Write { .. }, Some(Part::Database)) => ("a write to the database", 1),
        (Event::Write { .. }, _) => ("a write to the journal", 1),
        (Event::Sync { .. }, Some(Part::Log)) => ("a sync of the log", 3),
        (Event::Sync { .. }, Some(Part::Database)) => ("a sync of the database", 3),
        (Event::Sync { .. }, _) => ("a sync of the journal", 3),
        (Event::Truncate { .. }, _) => ("a truncation", 3),
        (Event::SyncFolder, _) => ("a sync of the folder", 3),
        (Event::Create { .. } | Event::Found { .. }, _) => ("a new file", 2),
        (Event::Delete { .. }, _) => ("a deletion", 3),
    }
}

/// The recording is whole: played to its end, it is what lies in the folder.
fn assert_seen(platter: &Platter, folder: &Path) -> std::io::Result<()> {
    for (name, bytes) in platter.seen().0 {
        assert!(
            std::fs::read(folder.join(&name))? == bytes,
            "{name} isn't what was recorded"
        );
    }
    Ok(())
}
