//! The desk between two printers, without threads.
use super::*;
use drivers_api::Job;
use drivers_api::document::Document;
use drivers_api::language::Language;
use proptest::prelude::*;
use std::collections::HashMap;

fn task(job: u64) -> Task {
    let empty = String::new;
    Task {
        job: Job(job),
        document: Arc::new(Document {
            language: Language::German,
            title: empty(),
            issuer: empty(),
            footer: empty(),
            blocks: Vec::new(),
        }),
    }
}

/// What is to be done, in words.
fn said(todo: Vec<Todo>) -> Vec<String> {
    let word = |todo: &Todo| match todo {
        Todo::Tell(outlet, event) => format!("{outlet:?} {event:?}"),
        Todo::Give(outlet, task) => format!("{outlet:?} <- {}", task.job.0),
    };
    todo.iter().map(word).collect()
}

fn failed(job: u64, has_begun: bool) -> Told {
    let why = PrintTrouble::PaperEmpty;
    Told::Failed(Job(job), Failure { why, has_begun })
}

const READY: Told = Told::State(Ok(()));
const AWAY: Told = Told::State(Err(PrintTrouble::Offline));

#[test]
fn the_second_takes_over_what_hasn_t_begun() {
    let mut desk = Desk::new([Medium::Sheet, Medium::Strip]);
    assert_eq!(said(desk.hear(Outlet::First, READY)), ["First Ready"]);
    assert_eq!(said(desk.hear(Outlet::Second, READY)), [""; 0]);
    assert_eq!(said(desk.take(task(1))), ["First <- 1"]);
    assert_eq!(said(desk.hear(Outlet::First, failed(1, false))), ["Second <- 1"]);
    assert_eq!(said(desk.hear(Outlet::First, failed(1, false))), [""; 0], "once");
    assert_eq!(
        said(desk.hear(Outlet::Second, Told::Printed(Job(1)))),
        ["Second Printed { job: Job(1), on: Strip }"]
    );
    assert!(desk.jobs.is_empty(), "the document is given up");
}

#[test]
fn what_has_begun_isn_t_begun_again() {
    let mut desk = Desk::new([Medium::Sheet, Medium::Strip]);
    desk.hear(Outlet::First, READY);
    desk.hear(Outlet::Second, READY);
    desk.take(task(1));
    let told = said(desk.hear(Outlet::First, failed(1, true)));
    assert_eq!(told, ["First Failed { job: Job(1), why: PaperEmpty }"]);
    assert_eq!(said(desk.hear(Outlet::First, AWAY)), ["Second Ready"], "told anew");
}

#[test]
fn one_that_is_away_is_passed_over() {
    let mut desk = Desk::new([Medium::Sheet, Medium::Strip]);
    assert_eq!(said(desk.hear(Outlet::First, AWAY)), [""; 0], "the other may be ready");
    assert_eq!(said(desk.hear(Outlet::Second, READY)), ["Second Ready"]);
    assert_eq!(said(desk.take(task(1))), ["Second <- 1"]);
    assert_eq!(said(desk.hear(Outlet::First, READY)), ["First Ready"]);
    assert_eq!(
        said(desk.hear(Outlet::Second, failed(1, false))),
        ["First <- 1"],
        "back to the first"
    );
    assert_eq!(said(desk.hear(Outlet::Second, AWAY)), [""; 0]);
    let told = said(desk.hear(Outlet::First, failed(1, false)));
    assert_eq!(told, ["First Failed { job: Job(1), why: PaperEmpty }"]);
    assert_eq!(said(desk.hear(Outlet::First, AWAY)), ["First NotReady(Offline)"]);
}

proptest! {
    /// Whatever two printers do, each job is answered once, and no third try is made.
    #[test]
    fn each_job_is_answered_once(steps in proptest::collection::vec((0..6_u8, any::<bool>(), any::<bool>()), 0..60)) {
        let mut desk = Desk::new([Medium::Sheet, Medium::Strip]);
        let mut with: Vec<(Outlet, u64)> = Vec::new();
        let (mut answers, mut tries) = (HashMap::new(), HashMap::new());
        let mut jobs = 0;
        for (step, is_first, has_begun) in steps {
            let outlet = if is_first { Outlet::First } else { Outlet::Second };
            let at = with.iter().position(|(at, _)| *at == outlet);
            let todo = match (step, at) {
                (0, _) => desk.hear(outlet, READY),
                (1, _) => desk.hear(outlet, AWAY),
                (2 | 3, _) => {
                    jobs += 1;
                    desk.take(task(jobs))
                }
                (4, Some(at)) => {
                    let (_, job) = with.remove(at);
                    desk.hear(outlet, Told::Printed(Job(job)))
                }
                (_, Some(at)) => {
                    let (_, job) = with.remove(at);
                    desk.hear(outlet, failed(job, has_begun))
                }
                (_, None) => Vec::new(),
            };
            for todo in todo {
                match todo {
                    Todo::Give(outlet, task) => {
                        with.push((outlet, task.job.0));
                        *tries.entry(task.job.0).or_insert(0) += 1;
                    }
                    Todo::Tell(_, PrinterEvent::Printed { job: Job(job), .. } | PrinterEvent::Failed { job: Job(job), .. }) => {
                        *answers.entry(job).or_insert(0) += 1;
                    }
                    Todo::Tell(..) => {}
                }
            }
        }
        for job in 1..=jobs {
            let is_open = with.iter().any(|(_, open)| *open == job);
            prop_assert_eq!(answers.get(&job).copied().unwrap_or(0), u8::from(!is_open));
            prop_assert!(tries[&job] <= 2);
        }
        prop_assert_eq!(desk.jobs.len(), with.len());
    }
}
