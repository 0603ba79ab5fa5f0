//! The dialogue with AusweisApp over one connection, sans-IO: texts, the citizen's answers and the time come in;
//! commands, questions and results come out (AusweisApp SDK, API levels 2 and 3; TR-03124-1 §3.8).
//!
//! Laws that hold whatever AusweisApp sends: provider and rights are told before a secret is asked for; a secret is sent
//! only as the answer to its question, once; the card that a secret was asked for can't be swapped, because its leaving
//! ends the task; each task ends with exactly one [`Output::Done`].
use crate::authenticating::{Authenticating, ExpectBegun, code};
use crate::command::{Command, Outgoing};
use crate::message::{Message, Reader};
use crate::words::{Failure, Input, Output, Success, Task, Tell};
use crate::working::{Kind, Working};
use core::time::Duration;

/// API levels that are spoken, best first.
const LEVELS: [u32; 2] = [3, 2];
/// How long AusweisApp may take for what needs neither card nor line.
pub(crate) const ANSWER_PATIENCE: Duration = Duration::from_secs(10);
/// How long it may be silent while it works with card and eID-Server.
pub(crate) const WORK_PATIENCE: Duration = Duration::from_secs(120);
/// Messages that a task may take; a real one takes some 50.
const MESSAGES_MAX: u32 = 2000;

/// One connection.
#[derive(Debug)]
pub struct Dialogue {
    state: State,
    /// When AusweisApp must have said something; `None` when it isn't its turn.
    deadline: Option<Duration>,
    messages_left: u32,
}

#[derive(Debug)]
enum State {
    ExpectInfo,
    ExpectLevels {
        version: String,
    },
    ExpectLevelSet {
        version: String,
        level: u32,
    },
    Ready,
    Authenticating(Authenticating),
    ExpectChangeBegun,
    Working(Working),
    /// CANCEL is on its way; the task's end is awaited.
    ExpectEnd(Kind, Failure),
    Ended,
}

/// Where a step leads to.
#[derive(Debug)]
pub(crate) enum Next {
    Authenticating(Authenticating),
    Working(Working),
    /// Cancel the task for this reason.
    Cancel(Kind, Failure),
    /// The task has ended by AusweisApp's word.
    Done(Result<Success, Failure>),
}

/// What a step has at hand.
pub(crate) struct Step<'a> {
    pub(crate) now: Duration,
    pub(crate) out: &'a mut Vec<Output>,
    /// Set anew by each step that waits for AusweisApp.
    pub(crate) patience: Option<Duration>,
}

impl Step<'_> {
    pub(crate) fn send(&mut self, command: Command<'_>, patience: Duration) {
        self.out.push(Output::Send(command.into()));
        self.patience = Some(patience);
    }

    pub(crate) fn send_secret(&mut self, outgoing: Outgoing) {
        self.out.push(Output::Send(outgoing));
        self.patience = Some(WORK_PATIENCE);
    }

    pub(crate) fn tell(&mut self, tell: Tell) {
        self.out.push(Output::Tell(tell));
    }
}

impl Dialogue {
    /// Greets AusweisApp over a connection that has just been made, at `now` (monotonic).
    pub fn new(now: Duration, out: &mut Vec<Output>) -> Self {
        out.push(Output::Send(Command::GetInfo.into()));
        Self {
            state: State::ExpectInfo,
            deadline: Some(now.saturating_add(ANSWER_PATIENCE)),
            messages_left: MESSAGES_MAX,
        }
    }

    /// When [`Input::Tick`] is due.
    pub fn deadline(&self) -> Option<Duration> {
        self.deadline
    }

    /// Whether a task may begin.
    pub fn is_ready(&self) -> bool {
        matches!(self.state, State::Ready)
    }

    /// Whether the line is of no use any more.
    pub fn has_ended(&self) -> bool {
        matches!(self.state, State::Ended)
    }

    /// The one way in.
    pub fn handle(mut self, input: Input<'_>, now: Duration, out: &mut Vec<Output>) -> Self {
        if self.has_ended() {
            return self;
        }
        let mut step = Step {
            now,
            out,
            patience: None,
        };
        match input {
            Input::Text(text) => {
                let message = match Message::parse(text) {
                    Ok(message) => message,
                    Err(error) => return self.hang_up(error.into(), out),
                };
                if matches!(self.state, State::Ready) {
                    // Nothing is at work: readers may come and go for days.
                    self.messages_left = MESSAGES_MAX;
                }
                self.messages_left -= 1;
                if self.messages_left == 0 {
                    return self.hang_up(Failure::OutOfStep("too many messages"), out);
                }
                // A sign of life; the limit on messages keeps it from being one for ever.
                let waiting = self.deadline.is_some();
                self.message(message, &mut step);
                let patience = step
                    .patience
                    .or((waiting && self.is_working()).then_some(WORK_PATIENCE));
                self.deadline = patience.map(|patience| now.saturating_add(patience));
            }
            Input::Tick if self.deadline.is_some_and(|deadline| deadline <= now) => {
                return self.hang_up(Failure::Silent, out);
            }
            Input::Tick => {}
            Input::Lost => return self.hang_up(Failure::Lost, out),
            Input::Begin(task) => self.begin(task, &mut step),
            Input::Accept => self.accept(&mut step),
            Input::Cancel => self.cancel(&mut step),
            Input::Answer(kind, secret) => {
                if let State::Working(working) = &mut self.state {
                    if let Err(failure) = working.answer(kind, &secret, &mut step) {
                        let kind = working.kind();
                        self.follow(Next::Cancel(kind, failure), &mut step);
                    }
                    self.wait(step.patience, now);
                }
            }
        }
        self
    }

    fn is_working(&self) -> bool {
        match &self.state {
            State::Working(working) => !working.is_citizens_turn(),
            State::Authenticating(authenticating) => !authenticating.is_citizens_turn(),
            State::ExpectChangeBegun | State::ExpectEnd(..) => true,
            State::ExpectInfo | State::ExpectLevels { .. } | State::ExpectLevelSet { .. } => true,
            State::Ready | State::Ended => false,
        }
    }

    fn wait(&mut self, patience: Option<Duration>, now: Duration) {
        if let Some(patience) = patience {
            self.deadline = Some(now.saturating_add(patience));
        }
    }

    fn begin(&mut self, task: Task, step: &mut Step<'_>) {
        if !self.is_ready() {
            // The task that runs goes on; this one ends before it began.
            step.out
                .push(Output::Done(Err(Failure::OutOfStep("another task is at work"))));
            return;
        }
        self.messages_left = MESSAGES_MAX;
        match task {
            Task::ChangePin => {
                step.send(Command::RunChangePin { status: true }, ANSWER_PATIENCE);
                self.state = State::ExpectChangeBegun;
            }
            Task::Authenticate(authentication) => match ExpectBegun::run(authentication, step) {
                Ok(expect) => self.state = State::Authenticating(expect),
                Err(failure) => step.out.push(Output::Done(Err(failure))),
            },
        }
        self.wait(step.patience, step.now);
    }

    fn accept(&mut self, step: &mut Step<'_>) {
        if !matches!(self.state, State::Authenticating(_)) {
            return;
        }
        if let State::Authenticating(authenticating) = core::mem::replace(&mut self.state, State::Ended) {
            let next = authenticating.accept(step);
            self.follow(next, step);
            self.wait(step.patience, step.now);
        }
    }

    fn cancel(&mut self, step: &mut Step<'_>) {
        let kind = match &self.state {
            State::Authenticating(_) => Kind::Auth,
            State::ExpectChangeBegun => Kind::ChangePin,
            State::Working(working) => working.kind(),
            // Cancelled already, or nothing to cancel.
            State::ExpectEnd(..) | State::Ready | State::Ended => return,
            State::ExpectInfo | State::ExpectLevels { .. } | State::ExpectLevelSet { .. } => return,
        };
        self.follow(Next::Cancel(kind, Failure::Cancelled), step);
        self.wait(step.patience, step.now);
    }

    fn message(&mut self, message: Message, step: &mut Step<'_>) {
        if let Message::Reader(reader) = &message {
            self.reader_changed(reader, step);
        }
        let state = core::mem::replace(&mut self.state, State::Ended);
        match state {
            State::ExpectInfo | State::ExpectLevels { .. } | State::ExpectLevelSet { .. } => {
                self.greet(state, message, step)
            }
            State::Ready => {
                self.state = State::Ready;
                if let Message::ReaderList(readers) = message {
                    readers.into_iter().for_each(|reader| tell_reader(reader, step));
                }
            }
            State::Authenticating(authenticating) => {
                let next = authenticating.message(message, step);
                self.follow(next, step);
            }
            State::ExpectChangeBegun => match change_begun(&message) {
                Some(next) => self.follow(next, step),
                None => self.state = State::ExpectChangeBegun,
            },
            State::Working(working) => {
                let next = working.message(message, step);
                self.follow(next, step);
            }
            State::ExpectEnd(kind, failure) => self.end(kind, failure, message, step),
            State::Ended => {}
        }
    }

    /// Readers are told in every state.
    fn reader_changed(&self, reader: &Reader, step: &mut Step<'_>) {
        let greeted = !matches!(
            self.state,
            State::ExpectInfo | State::ExpectLevels { .. } | State::ExpectLevelSet { .. } | State::Ended
        );
        if greeted {
            tell_reader(reader.clone(), step);
        }
    }

    /// GET_INFO, GET_API_LEVEL, SET_API_LEVEL; readers that are told meanwhile are asked for again afterwards, because
    /// their messages are those of another API level.
    fn greet(&mut self, state: State, message: Message, step: &mut Step<'_>) {
        self.state = match (state, message) {
            (State::ExpectInfo, Message::Info(info)) => {
                step.send(Command::GetApiLevel, ANSWER_PATIENCE);
                let version = info.version_info.implementation_version;
                State::ExpectLevels {
                    version: version.chars().take(32).collect(),
                }
            }
            (State::ExpectLevels { version }, Message::ApiLevel(levels)) => {
                match LEVELS.into_iter().find(|level| levels.available.contains(level)) {
                    Some(level) => {
                        step.send(Command::SetApiLevel { level }, ANSWER_PATIENCE);
                        State::ExpectLevelSet { version, level }
                    }
                    None => return self.give_up(Failure::TooOld, step),
                }
            }
            (State::ExpectLevelSet { version, level }, Message::ApiLevel(set)) => {
                if set.error.is_some() || set.current != Some(level) {
                    return self.give_up(Failure::OutOfStep("the API level wasn't set"), step);
                }
                step.tell(Tell::Ready { version, level });
                step.out.push(Output::Send(Command::GetReaderList.into()));
                State::Ready
            }
            (_, Message::UnknownCommand(_)) => return self.give_up(Failure::TooOld, step),
            (_, Message::BadState(_) | Message::Invalid(_) | Message::InternalError(_)) => {
                return self.give_up(Failure::OutOfStep("the greeting wasn't understood"), step);
            }
            (state, _) => state,
        };
    }

    fn follow(&mut self, next: Next, step: &mut Step<'_>) {
        self.state = match next {
            Next::Authenticating(authenticating) => State::Authenticating(authenticating),
            Next::Working(working) => State::Working(working),
            Next::Cancel(kind, failure) => {
                step.send(Command::Cancel, ANSWER_PATIENCE);
                State::ExpectEnd(kind, failure)
            }
            Next::Done(result) => {
                step.out.push(Output::Done(result));
                step.patience = None;
                State::Ready
            }
        };
    }

    /// What still arrives after CANCEL until the task's end. Its end may have crossed our CANCEL, which then is in the
    /// wrong state: that is an end, too. A success that crossed it stays one, or a PIN would be another than we say.
    fn end(&mut self, kind: Kind, failure: Failure, message: Message, step: &mut Step<'_>) {
        match (kind, message) {
            (Kind::ChangePin, Message::ChangePin(change)) if change.success == Some(true) => {
                self.follow(Next::Done(Ok(Success::PinChanged)), step);
            }
            (Kind::ChangePin, Message::ChangePin(change)) if change.success.is_some() => {
                self.follow(Next::Done(Err(failure)), step);
            }
            (Kind::Auth, Message::Auth(auth)) if auth.result.is_some() || auth.error.is_some() => {
                self.follow(Next::Done(Err(failure)), step);
            }
            (_, Message::BadState(_)) => self.follow(Next::Done(Err(failure)), step),
            _ => self.state = State::ExpectEnd(kind, failure),
        }
    }

    fn give_up(&mut self, failure: Failure, step: &mut Step<'_>) {
        self.state = State::Ended;
        step.out.push(Output::HangUp(failure));
    }

    /// The line is of no use: ends the task, too, if one is at work.
    fn hang_up(self, failure: Failure, out: &mut Vec<Output>) -> Self {
        match self.state {
            State::Ended => {}
            State::Ready | State::ExpectInfo | State::ExpectLevels { .. } | State::ExpectLevelSet { .. } => {
                out.push(Output::HangUp(failure));
            }
            State::Authenticating(_) | State::Working(_) | State::ExpectChangeBegun => {
                out.push(Output::Done(Err(failure)));
                out.push(Output::HangUp(Failure::Lost));
            }
            State::ExpectEnd(_, why) => {
                out.push(Output::Done(Err(why)));
                out.push(Output::HangUp(failure));
            }
        }
        Self {
            state: State::Ended,
            deadline: None,
            messages_left: 0,
        }
    }
}

fn change_begun(message: &Message) -> Option<Next> {
    let change = match message {
        Message::ChangePin(change) => change,
        Message::BadState(_) | Message::UnknownCommand(_) | Message::Invalid(_) | Message::InternalError(_) => {
            return Some(Next::Done(Err(Failure::NotBegun)));
        }
        Message::Info(_) | Message::ApiLevel(_) | Message::Auth(_) | Message::AccessRights(_) => return None,
        Message::Certificate(_) | Message::InsertCard(_) | Message::Enter(..) | Message::Reader(_) => return None,
        Message::ReaderList(_) | Message::Status(_) | Message::Pause | Message::Unknown => return None,
    };
    Some(match change.success {
        None => Next::Working(Working::new(Kind::ChangePin, None)),
        Some(_) => Next::Done(Err(Failure::Ended {
            minor: None,
            reason: change.reason.as_deref().map(code),
            url: None,
        })),
    })
}

fn tell_reader(reader: Reader, step: &mut Step<'_>) {
    if !reader.is_simulated() {
        step.tell(Tell::Reader(reader));
    }
}
