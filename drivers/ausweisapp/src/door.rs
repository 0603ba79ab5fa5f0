//! The door: [`drivers_api::card`] words on one side, the [`Dialogue`] on the other; sans-IO.
//!
//! One job at a time. The secrets of a PIN job come with its command, each is used at most once, and a question that
//! they don't answer ends the job: nothing is tried again by itself. An authentication asks for its secrets one by one,
//! because provider and rights must be seen first.
use crate::command::Outgoing;
use crate::dialogue::Dialogue;
use crate::events::{AppCommand, AppEvent, Authenticate, AuthenticationFailure, Basis};
use crate::message::{Reader, SecretKind};
use crate::pin_job::{PinJob, Turn};
use crate::words::{Ask, Authentication, Failure, Input, Output, Success, Task, Tell, Way};
use core::time::Duration;
use drivers_api::Job;
use drivers_api::card::{CardEvent, CardFailure, CardFound, PinState, ReaderCommand, Secret};
use drivers_api::private::Digits;
use std::collections::BTreeMap;

/// Most readers that are remembered.
const READERS_MAX: usize = 16;

/// What the door wants done.
#[derive(Debug)]
pub(crate) enum Act {
    Send(Outgoing),
    Tell(AppEvent),
    /// The line is of no use any more.
    HangUp(Failure),
}

pub(crate) struct Door {
    /// `None` while there is no line.
    dialogue: Option<Dialogue>,
    work: Option<Work>,
    /// What lies on the readers, by their names.
    readers: BTreeMap<String, (bool, Option<CardFound>)>,
    told: Told,
}

/// What was told of readers and cards.
#[derive(Default, PartialEq, Clone, Copy)]
struct Told {
    reader: Option<bool>,
    card: bool,
}

enum Work {
    Pin(PinJob),
    Read {
        job: Job,
        can: Option<Digits>,
        why: Option<CardFailure>,
    },
}

impl Door {
    pub(crate) fn new() -> Self {
        Self {
            dialogue: None,
            work: None,
            readers: BTreeMap::new(),
            told: Told::default(),
        }
    }

    pub(crate) fn deadline(&self) -> Option<Duration> {
        self.dialogue.as_ref().and_then(Dialogue::deadline)
    }

    pub(crate) fn is_ready(&self) -> bool {
        self.dialogue.as_ref().is_some_and(Dialogue::is_ready)
    }

    /// A line was made.
    pub(crate) fn connected(&mut self, now: Duration, acts: &mut Vec<Act>) {
        let mut out = Vec::new();
        self.dialogue = Some(Dialogue::new(now, &mut out));
        self.outputs(out, now, acts);
    }

    pub(crate) fn text(&mut self, text: &str, now: Duration, acts: &mut Vec<Act>) {
        self.input(Input::Text(text), now, acts);
    }

    pub(crate) fn tick(&mut self, now: Duration, acts: &mut Vec<Act>) {
        self.input(Input::Tick, now, acts);
    }

    /// The line is gone, wanted or not: ends the job, forgets readers and cards.
    pub(crate) fn lost(&mut self, now: Duration, acts: &mut Vec<Act>) {
        self.input(Input::Lost, now, acts);
        self.dialogue = None;
        self.readers.clear();
        self.tell_readers(acts);
    }

    /// A job that can't be begun is answered at once.
    pub(crate) fn command(&mut self, command: AppCommand, now: Duration, acts: &mut Vec<Act>) {
        let busy = !self.is_ready() || self.work.is_some();
        match command {
            AppCommand::Reader(ReaderCommand::Stop) | AppCommand::Stop => self.input(Input::Cancel, now, acts),
            AppCommand::Reader(ReaderCommand::Read { job, .. }) => {
                // The SDK never hands data over; see `AppCommand::Authenticate`.
                let why = CardFailure::NotAuthorised;
                acts.push(Act::Tell(AppEvent::Card(CardEvent::ReadFailed { job, why })));
            }
            AppCommand::Reader(ReaderCommand::ManagePin { job, .. }) if busy => {
                let why = self.why_not();
                acts.push(Act::Tell(AppEvent::Card(CardEvent::PinFailed { job, why })));
            }
            AppCommand::Reader(ReaderCommand::ManagePin { job, task }) => {
                self.work = Some(Work::Pin(PinJob::new(job, task)));
                self.input(Input::Begin(Task::ChangePin), now, acts);
            }
            AppCommand::Authenticate(Authenticate { job, .. }) if busy => {
                let why = AuthenticationFailure::Card(self.why_not());
                acts.push(Act::Tell(AppEvent::AuthenticationFailed { job, why }));
            }
            AppCommand::Authenticate(authenticate) => self.authenticate(authenticate, now, acts),
            AppCommand::Accept { job } if self.reads(job) => self.input(Input::Accept, now, acts),
            AppCommand::Answer { job, kind, secret } if self.reads(job) => {
                self.input(Input::Answer(kind, secret), now, acts);
            }
            // A late answer to an older job.
            AppCommand::Accept { .. } | AppCommand::Answer { .. } => {}
        }
    }

    fn reads(&self, asked: Job) -> bool {
        matches!(&self.work, Some(Work::Read { job, .. }) if *job == asked)
    }

    fn why_not(&self) -> CardFailure {
        if self.work.is_some() {
            CardFailure::Stopped
        } else {
            CardFailure::ReaderGone
        }
    }

    fn authenticate(&mut self, authenticate: Authenticate, now: Duration, acts: &mut Vec<Act>) {
        let Authenticate {
            job,
            tc_token_url,
            allowed,
            basis,
        } = authenticate;
        let (way, can) = match basis {
            Basis::OnlineAusweis => (Way::Holder, None),
            Basis::VorOrt { comparison, can } => (Way::VorOrt(comparison), Some(can)),
        };
        self.work = Some(Work::Read { job, can, why: None });
        let task = Task::Authenticate(Authentication {
            tc_token_url,
            allowed,
            way,
        });
        self.input(Input::Begin(task), now, acts);
    }

    fn input(&mut self, input: Input<'_>, now: Duration, acts: &mut Vec<Act>) {
        let Some(dialogue) = self.dialogue.take() else { return };
        let mut out = Vec::new();
        self.dialogue = Some(dialogue.handle(input, now, &mut out));
        self.outputs(out, now, acts);
    }

    fn outputs(&mut self, out: Vec<Output>, now: Duration, acts: &mut Vec<Act>) {
        for output in out {
            match output {
                Output::Send(outgoing) => acts.push(Act::Send(outgoing)),
                Output::Tell(tell) => self.tell(tell, now, acts),
                Output::Ask(ask) => self.ask(ask, now, acts),
                Output::Done(result) => self.done(result, acts),
                Output::HangUp(failure) => acts.push(Act::HangUp(failure)),
            }
        }
    }

    fn tell(&mut self, tell: Tell, now: Duration, acts: &mut Vec<Act>) {
        match (tell, &mut self.work) {
            (Tell::Ready { version, level }, _) => {
                tracing::info!(version, level, "AusweisApp is ready");
            }
            (Tell::Reader(reader), _) => self.reader(reader, acts),
            // Like any reader without a card: a PIN job needs one that lies there.
            (Tell::InsertCard, Some(Work::Pin(pin_job))) => {
                pin_job.fail(CardFailure::CardLost);
                self.input(Input::Cancel, now, acts);
            }
            (Tell::InsertCard, Some(Work::Read { job, .. })) => {
                acts.push(Act::Tell(AppEvent::InsertCard { job: *job }))
            }
            (Tell::CardLiesBadly, Some(Work::Read { job, .. })) => {
                acts.push(Act::Tell(AppEvent::CardLiesBadly { job: *job }));
            }
            (Tell::Progress(percent), Some(Work::Read { job, .. })) => {
                acts.push(Act::Tell(AppEvent::Progress { job: *job, percent }));
            }
            (Tell::Consent(consent), Some(Work::Read { job, .. })) => {
                acts.push(Act::Tell(AppEvent::Consent { job: *job, consent }));
            }
            (Tell::CardLiesBadly | Tell::Progress(_) | Tell::Consent(_), Some(Work::Pin(_)) | None) => {}
            (Tell::InsertCard, None) => {}
        }
    }

    fn ask(&mut self, ask: Ask, now: Duration, acts: &mut Vec<Act>) {
        match &mut self.work {
            Some(Work::Pin(pin_job)) => match pin_job.ask(ask) {
                Turn::Answer(secret) => self.input(Input::Answer(ask.kind, secret), now, acts),
                Turn::Over => self.input(Input::Cancel, now, acts),
            },
            Some(Work::Read { can: can @ Some(_), .. }) if ask.kind == SecretKind::Can => {
                // Vor Ort: staff have typed it (or a scanner has), it is used once.
                let secret = can
                    .take()
                    .map(|can| if ask.on_pad { Secret::OnPad } else { Secret::Typed(can) });
                secret
                    .into_iter()
                    .for_each(|secret| self.input(Input::Answer(ask.kind, secret), now, acts));
            }
            Some(Work::Read { why, .. }) if ask.kind == SecretKind::Can && ask.pin != Some(PinState::Suspended) => {
                *why = Some(CardFailure::WrongCan);
                self.input(Input::Cancel, now, acts);
            }
            Some(Work::Read { job, .. }) => acts.push(Act::Tell(AppEvent::Asks { job: *job, ask })),
            None => self.input(Input::Cancel, now, acts),
        }
    }

    fn done(&mut self, result: Result<Success, Failure>, acts: &mut Vec<Act>) {
        if let Err(failure) = &result {
            // Codes only: neither addresses nor secrets print themselves.
            tracing::info!(%failure, "AusweisApp's task ended");
        }
        let event = match self.work.take() {
            Some(Work::Pin(pin_job)) => AppEvent::Card(pin_job.done(result)),
            Some(Work::Read { job, why, .. }) => match (result, why) {
                (Ok(Success::Authenticated(url)), _) => AppEvent::Authenticated { job, url },
                (Ok(Success::PinChanged), _) => AppEvent::AuthenticationFailed {
                    job,
                    why: AuthenticationFailure::Card(CardFailure::Malformed),
                },
                (Err(_), Some(why)) => AppEvent::AuthenticationFailed {
                    job,
                    why: AuthenticationFailure::Card(why),
                },
                (Err(failure), None) => AppEvent::AuthenticationFailed {
                    job,
                    why: failure.into(),
                },
            },
            None => return,
        };
        acts.push(Act::Tell(event));
    }

    fn reader(&mut self, reader: Reader, acts: &mut Vec<Act>) {
        if !reader.attached {
            self.readers.remove(&reader.name);
        } else if self.readers.len() < READERS_MAX || self.readers.contains_key(&reader.name) {
            let card = reader.card.as_ref().map(|card| card.found());
            self.readers.insert(reader.name, (reader.keypad, card));
        }
        self.tell_readers(acts);
    }

    /// All readers together are one to the visit: there while one is there, with keys only if all have some.
    fn tell_readers(&mut self, acts: &mut Vec<Act>) {
        let pad = (!self.readers.is_empty()).then(|| self.readers.values().all(|(keypad, _)| *keypad));
        let card = self.readers.values().find_map(|(_, card)| *card);
        let before = self.told;
        self.told = Told {
            reader: pad,
            card: card.is_some(),
        };
        let mut tell = |event| acts.push(Act::Tell(AppEvent::Card(event)));
        if before.card && card.is_none() {
            tell(CardEvent::Removed);
        }
        match pad {
            Some(pin_pad) if before.reader != Some(pin_pad) => tell(CardEvent::ReaderReady { pin_pad }),
            None if before.reader.is_some() => tell(CardEvent::ReaderGone),
            Some(_) | None => {}
        }
        if let Some(found) = card.filter(|_| !before.card) {
            tell(CardEvent::Inserted(found));
        }
    }
}
