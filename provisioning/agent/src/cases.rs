//! A citizen's question what became of a case, on its way to the backend and back, on a thread of its own.
//!
//! It is asked at once and for at most [`CASE_PATIENCE`]: the citizen stands there. Nothing of it is kept, neither in a
//! file nor in memory, and nothing is logged but its kind and outcome. What the backend doesn't know, or can't be asked,
//! may still lie in this terminal's outbox: then the citizen hears that it waits here.
use crate::backend::{Backend, Reply};
use outbox::Outbox;
use std::io::Write;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::time::Duration;
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
        let answer = completed(asked(backend, &request), &request, outbox.as_mut());
        // A kiosk whose visit ended meanwhile is no matter of ours.
        let _ = answer_with(&stream, &answer);
    }
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

/// Adds what still lies in the outbox. A withdrawal is the backend's business alone.
fn completed(answer: CaseAnswer, request: &CaseRequest, outbox: Option<&mut Outbox>) -> CaseAnswer {
    let mut reports = match (request, &answer) {
        (CaseRequest::Withdraw { .. }, _)
        | (_, CaseAnswer::Heard(CaseReply::Later { .. } | CaseReply::TooLate))
        | (CaseRequest::ByCode { .. }, CaseAnswer::Heard(CaseReply::Known(_))) => return answer,
        (_, CaseAnswer::Unreachable | CaseAnswer::Heard(CaseReply::Unknown)) => Vec::new(),
        (CaseRequest::ByCard { .. }, CaseAnswer::Heard(CaseReply::Known(reports))) => reports.clone(),
    };
    let Some(outbox) = outbox else { return answer };
    let waiting = outbox.find(CASES_MAX, |envelope| is_asked_for(request, envelope));
    let waiting = waiting.unwrap_or_else(|error| {
        tracing::error!(
            error = &error as &dyn std::error::Error,
            "looking for a case in the outbox"
        );
        Vec::new()
    });
    // One that was delivered between the two looks is known by both.
    for report in waiting.iter().filter_map(|envelope| report(request, envelope)).rev() {
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

fn report(request: &CaseRequest, envelope: &Envelope) -> Option<CaseReport> {
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
        states: vec![StateAt {
            state: CaseState::WaitingHere,
            at: envelope.filed_at,
        }],
        letters: Vec::new(),
        withdrawable: false,
        card_code: card.map(|card| card.code.clone()),
    })
}
