//! Asks what became of cases, on a thread of its own: derives the keys from the code or the card's pseudonym, asks by
//! way of the agent, and opens what comes back. Neither code nor pseudonym nor a key leaves this thread downwards
//! (`docs/decisions/0008-the-code-is-the-key.md`).
use crate::Sender;
use crate::clock;
use catalogue::{LetterPiece, LetterText, LocalTime};
use drivers_api::Job;
use drivers_api::private::{PrivateText, wipe_stack};
use jiff::Timestamp;
use session::{CaseQuestion, CaseTold, Input, KnownCase, StateAt};
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use wire::CaseCode;
use wire::case_status::{
    CardKeys, CaseAnswer, CaseKeys, CaseReply, CaseReport, CaseRequest, CaseState, Letter, LetterBlock,
};

/// One visit asks one thing at a time; a question that was given up may wait before it.
const QUESTIONS_MAX: usize = 4;

/// Carries a question to the backend and its answer back; may take as long as the visit's patience.
pub type Ask = Box<dyn FnMut(CaseRequest) -> CaseAnswer + Send>;

/// Handle to the asking thread; the thread ends when it is dropped.
#[derive(Debug)]
pub struct Inquiry {
    questions: SyncSender<(Job, CaseQuestion)>,
    answers: Sender,
}

impl Inquiry {
    /// Starts the thread. Answers go to the inbox as [`Input::CaseTold`].
    ///
    /// # Errors
    /// No thread to be had.
    pub fn spawn(ask: Ask, answers: Sender) -> std::io::Result<Self> {
        let (questions, inbox) = sync_channel(QUESTIONS_MAX);
        let to = answers.clone();
        std::thread::Builder::new()
            .name("inquiry".to_owned())
            .spawn(move || work(ask, &inbox, &to))?;
        Ok(Self { questions, answers })
    }

    /// A terminal without a line to anybody.
    ///
    /// # Errors
    /// No thread to be had.
    pub fn unreachable(answers: Sender) -> std::io::Result<Self> {
        Self::spawn(Box::new(|_| CaseAnswer::Unreachable), answers)
    }

    /// Hands a question over; returns at once.
    pub fn ask(&self, job: Job, question: CaseQuestion) {
        let refused = match self.questions.try_send((job, question)) {
            Ok(()) => return,
            Err(TrySendError::Full((job, _)) | TrySendError::Disconnected((job, _))) => job,
        };
        tracing::error!("the asking thread is stuck or gone");
        self.answers.send(Input::CaseTold {
            job: refused,
            told: CaseTold::Unreachable,
        });
    }
}

fn work(mut ask: Ask, questions: &Receiver<(Job, CaseQuestion)>, answers: &Sender) {
    while let Ok((job, question)) = questions.recv() {
        let told = answer(&mut ask, &question);
        drop(question);
        wipe_stack();
        answers.send(Input::CaseTold { job, told });
    }
}

/// What a report is opened with.
enum Keys<'a> {
    Code { code: &'a CaseCode, keys: &'a CaseKeys },
    Card(&'a CardKeys),
}

fn answer(ask: &mut Ask, question: &CaseQuestion) -> CaseTold {
    match question {
        CaseQuestion::ByCode { code } => with_code(ask, code, |lookup| CaseRequest::ByCode { lookup }),
        CaseQuestion::Withdraw { code, submission_id } => with_code(ask, code, |lookup| CaseRequest::Withdraw {
            lookup,
            submission_id: *submission_id,
        }),
        CaseQuestion::ByCard { pseudonym } => {
            let keys = CardKeys::from_pseudonym(pseudonym.expose());
            let request = CaseRequest::ByCard { lookup: keys.lookup() };
            told(ask(request), &Keys::Card(&keys))
        }
    }
}

fn with_code(
    ask: &mut Ask,
    code: &PrivateText,
    request: impl FnOnce(wire::case_status::CaseLookup) -> CaseRequest,
) -> CaseTold {
    // The session lets no code with a slip through; one that came otherwise is as unknown as any.
    let Ok(code) = CaseCode::parse(code.expose()) else {
        return CaseTold::Unknown;
    };
    let keys = match CaseKeys::from_code(&code) {
        Ok(keys) => keys,
        Err(fault) => {
            tracing::error!(error = &fault as &dyn std::error::Error, "a case can't be asked for");
            return CaseTold::Unreachable;
        }
    };
    let code = &code;
    told(ask(request(keys.lookup())), &Keys::Code { code, keys: &keys })
}

fn told(answer: CaseAnswer, keys: &Keys<'_>) -> CaseTold {
    match answer {
        CaseAnswer::Unreachable => CaseTold::Unreachable,
        CaseAnswer::Heard(CaseReply::Unknown) => CaseTold::Unknown,
        CaseAnswer::Heard(CaseReply::TooLate) => CaseTold::TooLate,
        CaseAnswer::Heard(CaseReply::Later { retry_after_s }) => CaseTold::Later { retry_after_s },
        CaseAnswer::Heard(CaseReply::Known(reports)) => {
            CaseTold::Known(reports.into_iter().filter_map(|report| opened(report, keys)).collect())
        }
    }
}

/// A report in the visit's words. `None` where its code doesn't open with the card, or its times are none.
fn opened(report: CaseReport, keys: &Keys<'_>) -> Option<KnownCase> {
    let code = match keys {
        Keys::Code { code, .. } => PrivateText::new(code.grouped()),
        Keys::Card(card) => {
            let opened = card.open_code(report.submission_id, report.card_code.as_ref()?);
            let code = opened.inspect_err(|fault| tracing::warn!(%fault, "a code didn't open with its card"));
            PrivateText::new(code.ok()?.grouped())
        }
    };
    let mut letters = Vec::with_capacity(report.letters.len());
    let mut unreadable = 0;
    for sealed in &report.letters {
        let opened = match keys {
            Keys::Code { keys, .. } => keys.open_letter(report.submission_id, sealed).map(letter),
            Keys::Card(_) => break,
        };
        match opened {
            Ok(Some(letter)) => letters.push(letter),
            Ok(None) => unreadable += 1,
            Err(fault) => {
                tracing::warn!(%fault, "a letter didn't open");
                unreadable += 1;
            }
        }
    }
    let states = report.states.iter().filter_map(|told| {
        Some(StateAt {
            state: state(told.state),
            at: moment(told.at)?,
        })
    });
    Some(KnownCase {
        submission_id: report.submission_id,
        code,
        filed_at: moment(report.filed_at)?,
        states: states.collect(),
        letters,
        unreadable,
        withdrawable: report.withdrawable,
        service: report.service,
        leika: report.leika,
    })
}

fn state(told: CaseState) -> session::CaseState {
    match told {
        CaseState::WaitingHere => session::CaseState::WaitingHere,
        CaseState::Received => session::CaseState::Received,
        CaseState::OnItsWay => session::CaseState::OnItsWay,
        CaseState::InWork => session::CaseState::InWork,
        CaseState::NeedsSomething => session::CaseState::NeedsSomething,
        CaseState::Answered => session::CaseState::Answered,
        CaseState::Rejected => session::CaseState::Rejected,
        CaseState::Withdrawn => session::CaseState::Withdrawn,
    }
}

/// A letter as it is read and printed: each line of a paragraph is one of its own. `None` without a time.
fn letter(sealed: Letter) -> Option<LetterText> {
    let mut pieces = Vec::new();
    for block in &sealed.blocks {
        match block {
            LetterBlock::Heading(text) => pieces.push(LetterPiece::Heading(text.expose().into())),
            LetterBlock::Paragraph(text) => {
                let lines = text.expose().lines().filter(|line| !line.trim().is_empty());
                pieces.extend(lines.map(|line| LetterPiece::Paragraph(line.into())));
            }
            LetterBlock::Rows(rows) => pieces.extend(rows.iter().map(|row| LetterPiece::Row {
                name: row.name.expose().into(),
                value: row.value.expose().into(),
            })),
        }
    }
    Some(LetterText {
        title: sealed.title.expose().into(),
        issuer: sealed.issuer.expose().into(),
        issued_at: moment(sealed.issued_at)?,
        pieces,
    })
}

/// Seconds since 1970 on the town's clock.
fn moment(second: i64) -> Option<LocalTime> {
    let at = Timestamp::from_second(second).ok()?;
    Some(clock::local_time(&clock::legal(at)))
}
