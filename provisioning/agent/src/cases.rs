//! A citizen's question what became of a case, on its way to the backend and back, on a thread of its own.
//!
//! It is asked at once and for at most [`CASE_PATIENCE`]: the citizen stands there. Nothing of it is kept, neither in a
//! file nor in memory, and nothing is logged but its kind and outcome.
//!
//! What certainly never left this terminal's outbox is told without asking: it waits here, and is withdrawn here. What may
//! have left, the backend is asked about; when it doesn't know or can't be asked, the citizen hears that it waits here, and
//! a withdrawal has to wait for the line.
use crate::backend::{Backend, Reply};
use outbox::{Outbox, OutboxError, Withdrawal, Withdrawn};
use std::io::Write;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::time::Duration;
use uuid::Uuid;
use wire::case_status::{
    CASES_MAX, CASES_PATH, CaseAnswer, CaseLookup, CaseReply, CaseReport, CaseRequest, CaseState, REPLY_BYTES_MAX,
    StateAt,
};
use wire::{Envelope, FollowUp};

/// How long the backend may take over its reply.
pub const CASE_PATIENCE: Duration = Duration::from_secs(8);

/// Questions that may wait behind one: a visit asks one at a time, and a visit that gave up may have left one behind.
pub(crate) const WAITING_MAX: usize = 2;

/// How long the kiosk may take over an answer with all letters.
const ANSWER_PATIENCE: Duration = Duration::from_secs(2);

type Question = (UnixStream, CaseRequest);

/// Where the socket leaves questions; cheap to clone.
#[derive(Clone, Default)]
pub(crate) struct CaseDesk {
    questions: Option<SyncSender<Question>>,
}

impl CaseDesk {
    /// Hands a question on with the peer that waits for the answer. A desk that is full, or nobody's, answers itself.
    pub(crate) fn take(&self, stream: UnixStream, request: CaseRequest) -> std::io::Result<()> {
        let stream = match &self.questions {
            Some(questions) => match questions.try_send((stream, request)) {
                Ok(()) => return Ok(()),
                Err(TrySendError::Full((stream, _)) | TrySendError::Disconnected((stream, _))) => stream,
            },
            None => stream,
        };
        answer_with(&stream, &CaseAnswer::Unreachable)
    }

    #[cfg(test)]
    pub(crate) fn with_queue() -> (Self, Receiver<Question>) {
        let (questions, waiting) = sync_channel(WAITING_MAX);
        let questions = Some(questions);
        (Self { questions }, waiting)
    }
}

/// Starts the thread; it ends by itself when the last desk is gone, which is when the socket is closed.
pub(crate) fn start(backend: Backend, outbox: PathBuf) -> std::io::Result<CaseDesk> {
    let (questions, waiting) = sync_channel(WAITING_MAX);
    let run = move || carry(&backend, &outbox, &waiting);
    std::thread::Builder::new().name("agent-cases".to_owned()).spawn(run)?;
    Ok(CaseDesk {
        questions: Some(questions),
    })
}

fn carry(backend: &Backend, outbox: &Path, waiting: &Receiver<Question>) {
    let mut outbox = Outbox::open(outbox)
        .inspect_err(|error| {
            tracing::error!(
                error = error as &dyn std::error::Error,
                "cases in the outbox can't be told"
            );
        })
        .ok();
    while let Ok((stream, request)) = waiting.recv() {
        let ask = || asked(backend, &request);
        let answer = match outbox.as_mut() {
            Some(outbox) => answered(outbox, &request, ask),
            None => ask(),
        };
        // A kiosk whose visit ended meanwhile is no matter of ours.
        let _ = answer_with(&stream, &answer);
    }
}

fn answered(outbox: &mut Outbox, request: &CaseRequest, ask: impl FnOnce() -> CaseAnswer) -> CaseAnswer {
    match request {
        CaseRequest::ByCode { lookup } => match logged(here(outbox, lookup)) {
            Some(Some(report)) => known(report),
            Some(None) | None => completed(ask(), request, outbox),
        },
        CaseRequest::ByCard { .. } => completed(ask(), request, outbox),
        CaseRequest::Withdraw { lookup, submission_id } => withdraw(outbox, lookup, *submission_id, ask),
    }
}

/// The case of that code if it certainly never left this terminal: nobody else can know it.
fn here(outbox: &mut Outbox, lookup: &CaseLookup) -> Result<Option<CaseReport>, OutboxError> {
    if let Some(withdrawn) = outbox.withdrawn(lookup, crate::now())? {
        return Ok(Some(withdrawn_report(withdrawn)));
    }
    let request = CaseRequest::ByCode { lookup: lookup.clone() };
    let found = waiting_reports(outbox, &request)?;
    Ok(found.into_iter().find(|report| report.withdrawable))
}

/// Takes the case back here if it never left, else at the backend.
fn withdraw(
    outbox: &mut Outbox,
    lookup: &CaseLookup,
    submission_id: Uuid,
    ask: impl FnOnce() -> CaseAnswer,
) -> CaseAnswer {
    match logged(outbox.withdraw(lookup, submission_id, crate::now())) {
        Some(Withdrawal::Done(withdrawn)) => {
            tracing::info!(submission = %submission_id, "withdrawn before it left");
            known(withdrawn_report(withdrawn))
        }
        Some(Withdrawal::Unknown) => ask(),
        // On its way, or nobody can tell: a backend that doesn't know it yet can't answer for it.
        Some(Withdrawal::MayHaveLeft) | None => Some(ask())
            .filter(|answer| *answer != CaseAnswer::Heard(CaseReply::Unknown))
            .unwrap_or(CaseAnswer::Unreachable),
    }
}

fn known(report: CaseReport) -> CaseAnswer {
    CaseAnswer::Heard(CaseReply::Known(vec![report]))
}

fn logged<T>(step: Result<T, OutboxError>) -> Option<T> {
    step.inspect_err(|error| {
        tracing::error!(
            error = error as &dyn std::error::Error,
            "looking for a case in the outbox"
        );
    })
    .ok()
}

fn answer_with(mut stream: &UnixStream, answer: &CaseAnswer) -> std::io::Result<()> {
    stream.set_write_timeout(Some(ANSWER_PATIENCE))?;
    let mut line = answer.to_line().map_err(std::io::Error::other)?;
    line.push(b'\n');
    stream.write_all(&line)
}

fn asked(backend: &Backend, request: &CaseRequest) -> CaseAnswer {
    let Ok(body) = request.to_body() else {
        return CaseAnswer::Unreachable;
    };
    let heard = backend
        .post_for(CASES_PATH, &body, CASE_PATIENCE, REPLY_BYTES_MAX)
        .and_then(|reply| sort(request, &reply));
    match heard {
        Ok(reply) => CaseAnswer::Heard(reply),
        Err(reason) => {
            tracing::warn!(reason, "the backend can't be asked about a case");
            CaseAnswer::Unreachable
        }
    }
}

/// Only a reply of the backend's own counts, and to a withdrawal only one about the case that was named.
fn sort(request: &CaseRequest, reply: &Reply) -> Result<CaseReply, String> {
    if reply.status != 200 {
        return Err(format!("status {}", reply.status));
    }
    let heard = CaseReply::from_body(&reply.body).map_err(|error| format!("status 200, but {error}"))?;
    match (request, &heard) {
        (CaseRequest::Withdraw { submission_id, .. }, CaseReply::Known(reports))
            if reports.iter().any(|report| report.submission_id != *submission_id) =>
        {
            Err("an answer about another case".to_owned())
        }
        _ => Ok(heard),
    }
}

/// Adds what still lies in the outbox. A withdrawal doesn't come here.
fn completed(answer: CaseAnswer, request: &CaseRequest, outbox: &mut Outbox) -> CaseAnswer {
    let mut reports = match (request, &answer) {
        (CaseRequest::Withdraw { .. }, _)
        | (_, CaseAnswer::Heard(CaseReply::Later { .. } | CaseReply::TooLate))
        | (CaseRequest::ByCode { .. }, CaseAnswer::Heard(CaseReply::Known(_))) => return answer,
        (_, CaseAnswer::Unreachable | CaseAnswer::Heard(CaseReply::Unknown)) => Vec::new(),
        (CaseRequest::ByCard { .. }, CaseAnswer::Heard(CaseReply::Known(reports))) => reports.clone(),
    };
    // One that was delivered between the two looks is known by both.
    for report in logged(waiting_reports(outbox, request))
        .unwrap_or_default()
        .into_iter()
        .rev()
    {
        if !reports.iter().any(|known| known.submission_id == report.submission_id) {
            reports.insert(0, report);
        }
    }
    reports.truncate(CASES_MAX);
    match reports.is_empty() {
        true => answer,
        false => CaseAnswer::Heard(CaseReply::Known(reports)),
    }
}

/// What waits here of what is asked for, the newest first.
fn waiting_reports(outbox: &mut Outbox, request: &CaseRequest) -> Result<Vec<CaseReport>, OutboxError> {
    let found = outbox.find(CASES_MAX, |envelope| is_asked_for(request, envelope))?;
    let mut reports = Vec::with_capacity(found.len());
    for envelope in &found {
        let fee = envelope.follow_up.as_ref().and_then(|facts| facts.fee);
        let is_paid = fee.is_some_and(|fee| fee.state.may_be_taken());
        let never_left = !outbox.may_have_left(envelope.submission_id)?;
        // As the outbox has it: a case that was paid for is taken back where somebody hears of the money.
        reports.extend(report(request, envelope, never_left && !is_paid));
    }
    Ok(reports)
}

fn is_asked_for(request: &CaseRequest, envelope: &Envelope) -> bool {
    let Some(facts) = &envelope.follow_up else { return false };
    match request {
        CaseRequest::ByCode { lookup } => facts.case_lookup == *lookup,
        CaseRequest::ByCard { lookup } => card_lookup(facts) == Some(lookup),
        CaseRequest::Withdraw { .. } => false,
    }
}

fn card_lookup(facts: &FollowUp) -> Option<&CaseLookup> {
    facts.card.as_ref().map(|card| &card.lookup)
}

fn report(request: &CaseRequest, envelope: &Envelope, withdrawable: bool) -> Option<CaseReport> {
    let facts = envelope.follow_up.as_ref()?;
    let card = facts
        .card
        .as_ref()
        .filter(|_| matches!(request, CaseRequest::ByCard { .. }));
    Some(CaseReport {
        submission_id: envelope.submission_id,
        leika: envelope.leika.clone(),
        service: Some(facts.service.clone()),
        filed_at: envelope.filed_at,
        states: vec![waiting_here(envelope.filed_at)],
        letters: Vec::new(),
        withdrawable,
        card_code: card.map(|card| card.code.clone()),
    })
}

fn withdrawn_report(withdrawn: Withdrawn) -> CaseReport {
    let state = CaseState::Withdrawn;
    let states = vec![
        waiting_here(withdrawn.filed_at),
        StateAt {
            state,
            at: withdrawn.at,
        },
    ];
    CaseReport {
        submission_id: withdrawn.submission_id,
        leika: withdrawn.leika,
        service: Some(withdrawn.service),
        filed_at: withdrawn.filed_at,
        states,
        letters: Vec::new(),
        withdrawable: false,
        card_code: None,
    }
}

fn waiting_here(filed_at: i64) -> StateAt {
    StateAt {
        state: CaseState::WaitingHere,
        at: filed_at,
    }
}
