//! Opening the card: the state of the PIN decides before any secret is sent; a CAN opens a channel in which the PIN is
//! resumed; the PIN (or the CAN alone, or the PUK) opens the channel that everything else uses (TR-03110-2 §2.2.3,
//! §2.4.1, §3.2).
use super::pace_run::{CardId, PaceOpened, PaceRun, PaceStep, Refusal, TrustPoints};
use super::verdict::{self, ExpectTriesLeft};
use super::{EF_CARD_ACCESS, PASSWORD_CAN, PASSWORD_PIN, PASSWORD_PUK, Stopped, select_master_file, set_password};
use crate::Fault;
use crate::channel::{Channel, Line, PaceOnly};
use crate::chat::Chat;
use crate::file::{Extent, FileRead, FileStep, Piece};
use crate::pace::EphemeralKeys;
use crate::pin_state::pin_state;
use crate::security_info::SecurityInfos;
use apdu::{Command, Response, StatusWord};
use drivers_api::card::{CardFailure, PinState};
use drivers_api::private::Digits;
use zeroize::Zeroizing;

/// A password and the keys for its run of PACE.
pub(super) struct Secret {
    pub(super) digits: Digits,
    pub(super) keys: EphemeralKeys,
}

/// By which password the card is opened.
pub(super) enum Entry {
    Pin(Secret),
    CanThenPin(Box<CanThenPin>),
    /// Alone, among people who are present.
    Can(Secret),
    Puk(Secret),
}

pub(super) struct CanThenPin {
    pub(super) can: Secret,
    pub(super) pin: Secret,
}

/// What came of an answer.
pub(super) enum OpeningStep {
    Ask(Opening, Command),
    Open(Box<Opened>),
    /// Nothing to unblock: the PUK wasn't used.
    AllTriesThere(PinState),
}

/// A card that is open.
pub(super) struct Opened {
    pub(super) channel: Channel<PaceOnly>,
    pub(super) card_id: CardId,
    pub(super) trust_points: TrustPoints,
    pub(super) card_access: Zeroizing<Vec<u8>>,
}

pub(super) type Next = Result<OpeningStep, Stopped>;

/// An opening that awaits an answer.
pub(super) struct Opening(Box<Expect>);

pub(super) enum Expect {
    MasterFile(Plan),
    CardAccess(ExpectCardAccess),
    PinState(ExpectPinState),
    CanChosen(ExpectCanChosen),
    Can(ExpectCan),
    PinChosen(ExpectPinChosen),
    Pin(ExpectPin),
    TriesLeft(ExpectTriesLeft),
    OnlyChosen(ExpectOnlyChosen),
    Only(ExpectOnly),
}

pub(super) struct Plan {
    entry: Entry,
    chat: Option<Chat>,
}

impl Opening {
    /// Starts with the master file. `chat` is sent with the last password when a read follows.
    pub(super) fn start(entry: Entry, chat: Option<Chat>) -> Result<(Self, Command), Fault> {
        let state = Expect::MasterFile(Plan { entry, chat });
        Ok((Self::at(state), select_master_file()?))
    }

    pub(super) fn at(expect: Expect) -> Self {
        Self(Box::new(expect))
    }

    pub(super) fn handle(self, response: Response) -> Next {
        match *self.0 {
            Expect::MasterFile(plan) => after_master_file(plan),
            Expect::CardAccess(state) => state.handle(&response),
            Expect::PinState(state) => state.handle(&response),
            Expect::CanChosen(state) => state.handle(&response),
            Expect::Can(state) => state.handle(response),
            Expect::PinChosen(state) => state.handle(response),
            Expect::Pin(state) => state.handle(response),
            Expect::TriesLeft(state) => state.handle(response),
            Expect::OnlyChosen(state) => state.handle(&response),
            Expect::Only(state) => state.handle(response),
        }
    }
}

fn ask(expect: Expect, command: Command) -> Next {
    Ok(OpeningStep::Ask(Opening::at(expect), command))
}

/// Some cards refuse to select what is selected already: EF.CardAccess decides.
fn after_master_file(plan: Plan) -> Next {
    let (file, command) = FileRead::start(EF_CARD_ACCESS, Extent::OneObject, Piece::PLAIN)?;
    ask(Expect::CardAccess(ExpectCardAccess { plan, file }), command)
}

pub(super) struct ExpectCardAccess {
    plan: Plan,
    file: FileRead,
}

impl ExpectCardAccess {
    fn handle(self, response: &Response) -> Next {
        let Self { plan, file } = self;
        let card_access = match file.handle(response)? {
            FileStep::More(file, command) => return ask(Expect::CardAccess(Self { plan, file }), command),
            FileStep::Refused(status) => return unexpected("reading EF.CardAccess", status),
            FileStep::Done(bytes) => bytes,
        };
        SecurityInfos::parse(&card_access)
            .map_err(Fault::from)?
            .pace()
            .ok_or(Fault::NoPaceVariant)?;
        let Plan { entry, chat } = plan;
        let know = Know { chat, card_access };
        match entry {
            // The state of the PIN doesn't matter, even if the eID function is switched off (TR-03127 §4.4.4).
            Entry::Can(can) => choose_only(can, Only::Can, know),
            entry @ Entry::Pin(_) => {
                let command = set_password(PASSWORD_PIN, know.chat)?;
                ask(Expect::PinState(ExpectPinState { entry, know }), command)
            }
            entry @ (Entry::CanThenPin(_) | Entry::Puk(_)) => {
                let command = set_password(PASSWORD_PIN, None)?;
                ask(Expect::PinState(ExpectPinState { entry, know }), command)
            }
        }
    }
}

/// What is carried from state to state.
struct Know {
    chat: Option<Chat>,
    card_access: Zeroizing<Vec<u8>>,
}

impl Know {
    fn opened(self, opened: PaceOpened) -> OpeningStep {
        let PaceOpened {
            channel,
            card_id,
            trust_points,
        } = opened;
        OpeningStep::Open(Box::new(Opened {
            channel,
            card_id,
            trust_points,
            card_access: self.card_access,
        }))
    }

    /// What a status word means that MSE:Set AT shouldn't give: with a CHAT, that this terminal type may not use the
    /// password (B.14.1).
    fn not_chosen(&self, doing: &'static str, status: StatusWord) -> Stopped {
        let mut stopped = Stopped::from(Fault::Status { doing, status });
        if self.chat.is_some() && matches!(status, StatusWord::WRONG_DATA | StatusWord::SECURITY_STATUS) {
            stopped.why = CardFailure::NotAuthorised;
        }
        stopped
    }
}

pub(super) struct ExpectPinState {
    entry: Entry,
    know: Know,
}

impl ExpectPinState {
    fn handle(self, response: &Response) -> Next {
        let Self { entry, know } = self;
        let status = response.status();
        let pin = pin_state(status).ok_or_else(|| know.not_chosen("asking for the state of the PIN", status))?;
        let unusable = Err(CardFailure::PinUnusable { pin }.into());
        match (entry, pin) {
            (_, PinState::Deactivated)
            | (Entry::Pin(_), PinState::Suspended | PinState::Blocked)
            | (Entry::CanThenPin(_), PinState::Blocked) => unusable,
            (Entry::Pin(secret), PinState::Operational { .. }) => enter_pin(secret, Line::Plain, pin, know),
            (Entry::CanThenPin(both), PinState::Suspended | PinState::Operational { .. }) => {
                let state = ExpectCanChosen { both, pin, know };
                ask(Expect::CanChosen(state), set_password(PASSWORD_CAN, None)?)
            }
            // A PUK has ten uses: none is spent on a PIN that has all its tries.
            (Entry::Puk(_), PinState::Operational { tries_left: 3.. }) => Ok(OpeningStep::AllTriesThere(pin)),
            (Entry::Puk(puk), _) => choose_only(puk, Only::Puk, know),
            (Entry::Can(can), _) => choose_only(can, Only::Can, know),
        }
    }
}

pub(super) struct ExpectCanChosen {
    both: Box<CanThenPin>,
    pin: PinState,
    know: Know,
}

impl ExpectCanChosen {
    fn handle(self, response: &Response) -> Next {
        let status = response.status();
        if status != StatusWord::OK {
            return unexpected("choosing the CAN", status);
        }
        let Self {
            both,
            pin: before,
            know,
        } = self;
        let CanThenPin { can, pin } = *both;
        let (run, command) = PaceRun::start(can.digits, can.keys, Line::Plain)?;
        let state = ExpectCan { run, pin, before, know };
        ask(Expect::Can(state), command)
    }
}

pub(super) struct ExpectCan {
    run: PaceRun,
    pin: Secret,
    before: PinState,
    know: Know,
}

impl ExpectCan {
    fn handle(self, response: Response) -> Next {
        let Self { run, pin, before, know } = self;
        match run.handle(response)? {
            PaceStep::Ask(run, command) => ask(Expect::Can(Self { run, pin, before, know }), command),
            PaceStep::Open(opened) => {
                let mut line = Line::Secured(opened.channel);
                let command = line.seal(set_password(PASSWORD_PIN, know.chat)?)?;
                let state = ExpectPinChosen {
                    line,
                    pin,
                    before,
                    know,
                };
                ask(Expect::PinChosen(state), command)
            }
            PaceStep::Refused(refusal) => Err(Only::Can.refused(&refusal)),
        }
    }
}

pub(super) struct ExpectPinChosen {
    line: Line,
    pin: Secret,
    before: PinState,
    know: Know,
}

impl ExpectPinChosen {
    /// A resumed PIN may still be reported as 63C1.
    fn handle(self, response: Response) -> Next {
        let Self {
            mut line,
            pin: secret,
            before,
            know,
        } = self;
        let status = line.open(response)?.status();
        match pin_state(status) {
            Some(PinState::Operational { .. } | PinState::Suspended) => enter_pin(secret, line, before, know),
            Some(pin @ (PinState::Blocked | PinState::Deactivated)) => Err(CardFailure::PinUnusable { pin }.into()),
            None => Err(know.not_chosen("choosing the PIN", status)),
        }
    }
}

/// PACE with the PIN, which MSE:Set AT has just chosen on this line.
fn enter_pin(secret: Secret, line: Line, before: PinState, know: Know) -> Next {
    let (run, command) = PaceRun::start(secret.digits, secret.keys, line)?;
    ask(Expect::Pin(ExpectPin { run, before, know }), command)
}

pub(super) struct ExpectPin {
    run: PaceRun,
    before: PinState,
    know: Know,
}

impl ExpectPin {
    fn handle(self, response: Response) -> Next {
        let Self { run, before, know } = self;
        match run.handle(response)? {
            PaceStep::Ask(run, command) => ask(Expect::Pin(Self { run, before, know }), command),
            PaceStep::Open(opened) => Ok(know.opened(opened)),
            PaceStep::Refused(refusal) => verdict::of(refusal, before),
        }
    }
}

/// A password whose tries aren't counted.
#[derive(Clone, Copy)]
enum Only {
    Can,
    Puk,
}

impl Only {
    fn refused(self, refusal: &Refusal) -> Stopped {
        let status = refusal.status;
        let wrong = status == StatusWord::AUTHENTICATION_FAILED || status.tries_left().is_some();
        match self {
            Self::Can if refusal.at_token && wrong => CardFailure::WrongCan.into(),
            Self::Puk if refusal.at_token && wrong => CardFailure::WrongPuk.into(),
            Self::Can => Fault::Status {
                doing: "running PACE with the CAN",
                status,
            }
            .into(),
            Self::Puk => Fault::Status {
                doing: "running PACE with the PUK",
                status,
            }
            .into(),
        }
    }
}

fn choose_only(secret: Secret, only: Only, know: Know) -> Next {
    let command = match only {
        Only::Can => set_password(PASSWORD_CAN, know.chat)?,
        Only::Puk => set_password(PASSWORD_PUK, None)?,
    };
    ask(Expect::OnlyChosen(ExpectOnlyChosen { secret, only, know }), command)
}

pub(super) struct ExpectOnlyChosen {
    secret: Secret,
    only: Only,
    know: Know,
}

impl ExpectOnlyChosen {
    fn handle(self, response: &Response) -> Next {
        let Self { secret, only, know } = self;
        let status = response.status();
        // A card that counts tries of the PUK may tell them.
        if status != StatusWord::OK && status.tries_left().is_none_or(|left| left == 0) {
            return Err(know.not_chosen("choosing the CAN or PUK", status));
        }
        let (run, command) = PaceRun::start(secret.digits, secret.keys, Line::Plain)?;
        ask(Expect::Only(ExpectOnly { run, only, know }), command)
    }
}

pub(super) struct ExpectOnly {
    run: PaceRun,
    only: Only,
    know: Know,
}

impl ExpectOnly {
    fn handle(self, response: Response) -> Next {
        let Self { run, only, know } = self;
        match run.handle(response)? {
            PaceStep::Ask(run, command) => ask(Expect::Only(Self { run, only, know }), command),
            PaceStep::Open(opened) => Ok(know.opened(opened)),
            PaceStep::Refused(refusal) => Err(only.refused(&refusal)),
        }
    }
}

fn unexpected(doing: &'static str, status: StatusWord) -> Next {
    Err(Fault::Status { doing, status }.into())
}
