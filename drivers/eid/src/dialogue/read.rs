//! Opening a card and reading from it: the order of the phases. The phases: `opening` (PIN state, CAN, PIN),
//! `verdict` (what a refused PIN means), `reading` (data groups).
use super::opening::{ExpectCan, ExpectCanChosen, ExpectPin, ExpectPinChosen, ExpectPinState, Plan};
use super::reading::{ExpectApplication, ExpectGroup};
use super::verdict::ExpectTriesLeft;
use super::{EF_CARD_ACCESS, PASSWORD_PIN, Step, response, select_master_file, set_password};
use crate::Fault;
use crate::card_access::PaceSupported;
use crate::file::{Extent, FileRead, FileStep};
use apdu::Response;
use drivers_api::card::{CardPassword, DataGroups, PersonalData, ReadFailure, ReadStep};
use rand_core::CryptoRng;
use thiserror::Error;

/// A read that awaits an answer.
pub struct Read(pub(super) Expect);

/// How a read ends.
pub type ReadOutcome = Result<PersonalData, ReadStopped>;

/// Why a read ended without data.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("the card could not be read: {why:?}")]
pub struct ReadStopped {
    /// What the visit has to know.
    pub why: ReadFailure,
    /// What the card did wrong, for the log.
    #[source]
    pub fault: Option<Fault>,
}

impl From<Fault> for ReadStopped {
    fn from(fault: Fault) -> Self {
        Self {
            why: ReadFailure::Malformed,
            fault: Some(fault),
        }
    }
}

impl From<ReadFailure> for ReadStopped {
    fn from(why: ReadFailure) -> Self {
        Self { why, fault: None }
    }
}

pub(super) type StepOfRead = Step<Read, ReadOutcome>;
/// A state's answer: the next step, or the end.
pub(super) type Next = Result<StepOfRead, ReadStopped>;

pub(super) enum Expect {
    MasterFile(ExpectMasterFile),
    CardAccess(ExpectCardAccess),
    PinState(ExpectPinState),
    CanChosen(ExpectCanChosen),
    Can(ExpectCan),
    PinChosen(ExpectPinChosen),
    Pin(ExpectPin),
    TriesLeft(ExpectTriesLeft),
    Application(ExpectApplication),
    Group(ExpectGroup),
}

/// Each state goes into its place in [`Expect`].
macro_rules! places {
    ($($place:ident($state:ty)),* $(,)?) => {$(
        impl From<$state> for Read {
            fn from(state: $state) -> Self {
                Self(Expect::$place(state))
            }
        }
    )*};
}
places! {
    MasterFile(ExpectMasterFile), CardAccess(ExpectCardAccess), PinState(ExpectPinState), CanChosen(ExpectCanChosen),
    Can(ExpectCan), PinChosen(ExpectPinChosen), Pin(ExpectPin), TriesLeft(ExpectTriesLeft),
    Application(ExpectApplication), Group(ExpectGroup),
}

impl Read {
    pub(super) fn start(password: CardPassword, groups: &DataGroups, random: &mut impl CryptoRng) -> StepOfRead {
        let plan = Plan::new(password, groups, random);
        match select_master_file() {
            Ok(command) => Step::ask_in(ReadStep::Opening, ExpectMasterFile { plan }, command),
            Err(fault) => Step::Done(Err(fault.into())),
        }
    }

    /// Takes the answer to the last command: the bytes as the transport brought them.
    pub fn handle(self, answer: Vec<u8>) -> StepOfRead {
        let next = response(answer)
            .map_err(ReadStopped::from)
            .and_then(|response| match self.0 {
                Expect::MasterFile(state) => state.handle(),
                Expect::CardAccess(state) => state.handle(&response),
                Expect::PinState(state) => state.handle(&response),
                Expect::CanChosen(state) => state.handle(&response),
                Expect::Can(state) => state.handle(response),
                Expect::PinChosen(state) => state.handle(response),
                Expect::Pin(state) => state.handle(response),
                Expect::TriesLeft(state) => state.handle(response),
                Expect::Application(state) => state.handle(&response),
                Expect::Group(state) => state.handle(&response),
            });
        next.unwrap_or_else(|stopped| Step::Done(Err(stopped)))
    }
}

pub(super) struct ExpectMasterFile {
    plan: Plan,
}

impl ExpectMasterFile {
    /// Some cards refuse to select what is selected already: EF.CardAccess decides.
    fn handle(self) -> Next {
        let (file, command) = FileRead::start(EF_CARD_ACCESS, Extent::OneObject, false)?;
        Ok(Step::ask(ExpectCardAccess { plan: self.plan, file }, command))
    }
}

pub(super) struct ExpectCardAccess {
    plan: Plan,
    file: FileRead,
}

impl ExpectCardAccess {
    fn handle(self, response: &Response) -> Next {
        let Self { plan, file } = self;
        let bytes = match file.handle(response)? {
            FileStep::More(file, command) => return Ok(Step::ask(Self { plan, file }, command)),
            FileStep::Refused(status) => {
                return Err(Fault::Status {
                    doing: "reading EF.CardAccess",
                    status,
                }
                .into());
            }
            FileStep::Done(bytes) => bytes,
        };
        PaceSupported::find(&bytes)?;
        Ok(Step::ask(ExpectPinState { plan }, set_password(PASSWORD_PIN)?))
    }
}
