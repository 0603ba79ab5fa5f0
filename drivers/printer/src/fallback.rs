//! Two printers as one: the first choice, and one that stands in for it when it can't print or fails before anything came
//! out. What has begun to come out is not begun again elsewhere: whoever has half a receipt
//! has it printed again.
//!
//! # Which one printed
//! Every event comes with the [`Outlet`] it is about, so that the screen can say where to take the paper.
use crate::worker::{Failure, Task, Told, Worker};
use crate::{SpawnError, Target};
use drivers_api::print::{Medium, PrintJob, PrintTrouble, Printer, PrinterEvent};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// One of the two printers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outlet {
    /// The first choice.
    First,
    /// The one that stands in.
    Second,
}

impl Outlet {
    const BOTH: [Self; 2] = [Self::First, Self::Second];

    /// What belongs to it, of what belongs to each.
    fn of<T>(self, [first, second]: [T; 2]) -> T {
        match self {
            Self::First => first,
            Self::Second => second,
        }
    }

    fn other(self) -> Self {
        match self {
            Self::First => Self::Second,
            Self::Second => Self::First,
        }
    }
}

/// Both printers. Dropping it ends both threads.
pub struct Fallback {
    shared: Arc<Mutex<Shared>>,
}

/// Starts both printers' threads. `events` is called from them and from the caller's thread, never from two at once, and
/// must not print from within. Exactly one `Printed` or `Failed` answers a job; `Ready` holds while one of them can print,
/// with the one that will; `NotReady` tells the first choice's trouble. `PaperLow` comes from each.
///
/// # Errors
/// [`SpawnError`], of either.
pub fn spawn(
    first: Target,
    second: Target,
    events: impl Fn(Outlet, PrinterEvent) + Send + 'static,
) -> Result<Fallback, SpawnError> {
    let shared = Arc::new(Mutex::new(Shared {
        desk: Desk::new([first.medium(), second.medium()]),
        workers: None,
        events: Box::new(events),
    }));
    let start = |target, outlet| {
        // weak: the threads end when the handle is dropped
        let shared = Arc::downgrade(&shared);
        Worker::start(target, move |told| {
            if let Some(shared) = shared.upgrade() {
                open(&shared).hear(outlet, told);
            }
        })
    };
    let workers = [start(first, Outlet::First)?, start(second, Outlet::Second)?];
    open(&shared).workers = Some(workers);
    Ok(Fallback { shared })
}

impl Printer for Fallback {
    fn print(&mut self, job: PrintJob) {
        let task = Task {
            job: job.job,
            document: Arc::new(job.document),
        };
        open(&self.shared).print(task);
    }
}

fn open(shared: &Mutex<Shared>) -> MutexGuard<'_, Shared> {
    // A panic in the listener must not silence the printers for ever.
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}

struct Shared {
    desk: Desk,
    workers: Option<[Worker; 2]>,
    events: Box<dyn Fn(Outlet, PrinterEvent) + Send>,
}

impl Shared {
    fn print(&mut self, task: Task) {
        let todo = self.desk.take(task);
        self.carry_out(todo);
    }

    fn hear(&mut self, outlet: Outlet, told: Told) {
        let todo = self.desk.hear(outlet, told);
        self.carry_out(todo);
    }

    fn carry_out(&mut self, todo: Vec<Todo>) {
        for todo in todo {
            match todo {
                Todo::Tell(outlet, event) => (self.events)(outlet, event),
                Todo::Give(outlet, task) => {
                    let job = task.job;
                    let worker = self.workers.as_ref().map(|workers| outlet.of(workers.each_ref()));
                    let given = worker.map_or(Err(PrintTrouble::Offline), |worker| worker.give(task));
                    if let Err(why) = given {
                        self.hear(outlet, Told::Failed(job, Failure::before(why)));
                    }
                }
            }
        }
    }
}

/// What is to be done next.
enum Todo {
    Tell(Outlet, PrinterEvent),
    Give(Outlet, Task),
}

/// Who prints what. Knows no threads.
struct Desk {
    media: [Medium; 2],
    states: [Option<Result<(), PrintTrouble>>; 2],
    jobs: Vec<Open>,
    /// What was told last.
    told: Option<(Outlet, Result<(), PrintTrouble>)>,
}

/// A job that isn't answered yet.
struct Open {
    task: Task,
    /// Where it is now.
    at: Outlet,
    /// It came from the other one.
    is_second_try: bool,
}

impl Desk {
    fn new(media: [Medium; 2]) -> Self {
        Self {
            media,
            states: [None; 2],
            jobs: Vec::new(),
            told: None,
        }
    }

    fn state(&self, outlet: Outlet) -> Option<Result<(), PrintTrouble>> {
        outlet.of(self.states)
    }

    /// A new job goes to the first choice unless only the other one can print.
    fn take(&mut self, task: Task) -> Vec<Todo> {
        let at = self.ready().unwrap_or(Outlet::First);
        self.jobs.push(Open {
            task: task.clone(),
            at,
            is_second_try: false,
        });
        vec![Todo::Give(at, task)]
    }

    fn ready(&self) -> Option<Outlet> {
        let mut outlets = Outlet::BOTH.into_iter();
        outlets.find(|outlet| self.state(*outlet) == Some(Ok(())))
    }

    fn hear(&mut self, outlet: Outlet, told: Told) -> Vec<Todo> {
        match told {
            Told::State(state) => {
                *outlet.of(self.states.each_mut()) = Some(state);
                self.tell_state()
            }
            Told::PaperLow => vec![Todo::Tell(outlet, PrinterEvent::PaperLow)],
            Told::Printed(job) => {
                let answered = self
                    .jobs
                    .extract_if(.., |open| open.task.job == job && open.at == outlet);
                let count = answered.count();
                let on = outlet.of(self.media);
                let printed = Todo::Tell(outlet, PrinterEvent::Printed { job, on });
                (count > 0).then_some(printed).into_iter().collect()
            }
            Told::Failed(job, failure) => self.failed(outlet, job, failure),
        }
    }

    /// Tried with the other one, once, if nothing came out.
    fn failed(&mut self, outlet: Outlet, job: drivers_api::Job, failure: Failure) -> Vec<Todo> {
        let Failure { why, has_begun } = failure;
        let other = outlet.other();
        let is_other_away = matches!(self.state(other), Some(Err(_)));
        let at = self
            .jobs
            .iter()
            .position(|open| open.task.job == job && open.at == outlet);
        let Some(open) = at.and_then(|at| self.jobs.get_mut(at)) else {
            return Vec::new();
        };
        if !has_begun && !open.is_second_try && !is_other_away {
            open.at = other;
            open.is_second_try = true;
            return vec![Todo::Give(other, open.task.clone())];
        }
        self.jobs.retain(|open| open.task.job != job);
        self.told = None; // told anew behind the failure
        vec![Todo::Tell(outlet, PrinterEvent::Failed { job, why })]
    }

    /// Nothing is said until both are known or one is ready.
    fn tell_state(&mut self) -> Vec<Todo> {
        let merged = match (self.ready(), self.states) {
            (Some(outlet), _) => (outlet, Ok(())),
            (None, [Some(Err(why)), Some(Err(_))]) => (Outlet::First, Err(why)),
            (None, _) => return Vec::new(),
        };
        if self.told == Some(merged) {
            return Vec::new();
        }
        self.told = Some(merged);
        let (outlet, state) = merged;
        let event = state.map_or_else(PrinterEvent::NotReady, |()| PrinterEvent::Ready);
        vec![Todo::Tell(outlet, event)]
    }
}

#[cfg(test)]
#[path = "fallback_tests.rs"]
mod tests;
