//! Work with a reader that has keys of its own: it asks for PIN, CAN and PUK and runs PACE, and no secret comes into this
//! process (TR-03119 A.4, TR-03124-1 §3.8). The bytes are `part10`'s; what they mean for a visit is decided here.
use crate::part10::{
    Capabilities, EstablishPace, Features, ModifyResult, PaceOutput, PacePassword, PaceResult, PaceStep, Part10Error,
    ask_capabilities, destroy, modify_pin,
};
use crate::worker::{converse_probe, failure};
use apdu::StatusWord;
use drivers_api::basis::ReadBasis;
use drivers_api::card::{CardFailure, CardFound, CardPassword, PinState, PinTask, Secret};
use drivers_api::slot::{CardTransport, FEATURE_REQUEST, TransportError};
use eid::chat::Chat;
use eid::{Dialogue, OpenedOnPad};

/// `SCARD_W_CANCELLED_BY_USER` and `SCARD_E_TIMEOUT`, with which some drivers tell what others tell in their answer.
const CANCELLED: u32 = 0x8010_006E;
const TIMED_OUT: u32 = 0x8010_000A;
/// After the PIN was proved, or changed, all tries are there (TR-03110-2 §2.4.1).
const ALL_TRIES: PinState = PinState::Operational { tries_left: 3 };

/// The keys of a reader, by the control codes that lead to them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Pad {
    execute_pace: u32,
    modify_pin: Option<u32>,
    destroys: bool,
}

impl Pad {
    /// Asks a reader for its keys. Only one that runs PACE for authentication terminals has keys that serve; whatever it
    /// answers that can't be read means that it has none.
    pub(crate) fn find(mut control: impl FnMut(u32, &[u8]) -> Result<Vec<u8>, TransportError>) -> Option<Self> {
        let features = Features::parse(&control(FEATURE_REQUEST, &[]).ok()?);
        let Features {
            execute_pace,
            modify_pin,
        } = understood(features)?;
        let execute_pace = execute_pace?;
        let answer = control(execute_pace, &ask_capabilities()).ok()?;
        let Capabilities { pace, eid, destroy } = understood(Capabilities::parse(&answer))?;
        (pace && eid).then_some(Self {
            execute_pace,
            modify_pin,
            destroys: destroy,
        })
    }
}

fn understood<T>(parsed: Result<T, Part10Error>) -> Option<T> {
    if let Err(error) = &parsed {
        tracing::warn!(%error, "what the reader says of its keys can't be read");
    }
    parsed.ok()
}

/// What is asked for on the reader's display besides the secret: nothing when the PIN is worked on.
#[derive(Clone, Copy, Default)]
pub(crate) struct Shown<'a> {
    pub(crate) chat: &'a [u8],
    pub(crate) description: &'a [u8],
}

/// A line to a card through a reader with keys. Dropping it closes the reader's channel where the reader can do that; the
/// line's own end resets the card in any case.
pub(crate) struct PadLine<'a, L: CardTransport> {
    line: &'a mut L,
    pad: Pad,
}

impl<L: CardTransport> Drop for PadLine<'_, L> {
    fn drop(&mut self) {
        if self.pad.destroys {
            // Without a channel, or without a card, there is nothing to close.
            let _ = self.line.control(self.pad.execute_pace, &destroy());
        }
    }
}

impl<'a, L: CardTransport> PadLine<'a, L> {
    pub(crate) fn new(line: &'a mut L, pad: Pad) -> Self {
        Self { line, pad }
    }

    /// The card itself, through the channel that the reader keeps.
    pub(crate) fn line(&mut self) -> &mut L {
        self.line
    }

    /// Opens the card for a read with those rights. `proceed` is asked before each secret: the visit may have given up.
    pub(crate) fn open_for_read(
        &mut self,
        basis: &ReadBasis,
        rights: Chat,
        description: &[u8],
        proceed: impl FnMut() -> Result<(), CardFailure>,
    ) -> Result<OpenedOnPad, CardFailure> {
        let chat = rights.encode();
        let shown = Shown {
            chat: &chat,
            description,
        };
        let opened = match basis {
            ReadBasis::OnlineAusweis(password) => self.open_with(password, shown, proceed)?,
            ReadBasis::VorOrt { can, .. } => {
                let known = PacePassword::KnownCan(can);
                self.establish(known, shown)?.map_err(|refusal| match refusal {
                    Refusal::Wrong | Refusal::NotSet => CardFailure::WrongCan,
                    Refusal::Unusable(pin) => CardFailure::PinUnusable { pin },
                })?
            }
        };
        // With rights, the reader has to tell what terminal authentication needs.
        opened.ok_or_else(|| {
            tracing::warn!("the reader doesn't tell the card's trust points");
            CardFailure::Malformed
        })
    }

    /// Opens the card with the PIN, or with the CAN and then the PIN. `shown` goes with the PIN alone (TR-03110-2 §2.4.1).
    fn open_with(
        &mut self,
        password: &CardPassword,
        shown: Shown<'_>,
        mut proceed: impl FnMut() -> Result<(), CardFailure>,
    ) -> Result<Option<OpenedOnPad>, CardFailure> {
        let can_first = match password {
            CardPassword::Pin(Secret::OnPad) => false,
            CardPassword::CanThenPin {
                can: Secret::OnPad,
                pin: Secret::OnPad,
            } => true,
            CardPassword::Pin(_) | CardPassword::CanThenPin { .. } => return Err(typed_here()),
        };
        let before = self.pin_state()?;
        match before {
            PinState::Operational { .. } => {}
            PinState::Suspended if can_first => {}
            PinState::Suspended | PinState::Blocked | PinState::Deactivated => {
                return Err(CardFailure::PinUnusable { pin: before });
            }
        }
        if can_first {
            proceed()?;
            self.open_with_can()?;
        }
        proceed()?;
        match self.establish(PacePassword::Pin, shown)? {
            Ok(opened) => Ok(opened),
            Err(Refusal::Unusable(pin)) => Err(CardFailure::PinUnusable { pin }),
            Err(Refusal::NotSet) => {
                let pin = self.pin_state()?;
                Err(CardFailure::WrongPin { pin })
            }
            Err(Refusal::Wrong) => {
                let pin = eid::after_wrong_pin(before, self.pin_state()?);
                Err(CardFailure::WrongPin { pin })
            }
        }
    }

    fn open_with_can(&mut self) -> Result<(), CardFailure> {
        match self.establish(PacePassword::Can, Shown::default())? {
            Ok(_) => Ok(()),
            Err(Refusal::Wrong | Refusal::NotSet) => Err(CardFailure::WrongCan),
            Err(Refusal::Unusable(pin)) => Err(CardFailure::PinUnusable { pin }),
        }
    }

    /// Works on the PIN as far as the reader does it alone. `Ok(None)` when the card was opened with the PUK: the rest is
    /// [`eid::Dialogue::unblock_after_pad`].
    pub(crate) fn manage_pin(
        &mut self,
        task: &PinTask,
        mut proceed: impl FnMut() -> Result<(), CardFailure>,
    ) -> Result<Option<PinState>, CardFailure> {
        match task {
            PinTask::Change {
                old,
                new: Secret::OnPad,
            } => {
                // Known before anybody types.
                let code = self.pad.modify_pin.ok_or_else(|| {
                    tracing::warn!("the reader can't take a new PIN");
                    CardFailure::NotAuthorised
                })?;
                self.open_with(old, Shown::default(), &mut proceed)?;
                proceed()?;
                self.modify(code).map(Some)
            }
            PinTask::Resume {
                can: Secret::OnPad,
                pin: Secret::OnPad,
            } => {
                let password = CardPassword::CanThenPin {
                    can: Secret::OnPad,
                    pin: Secret::OnPad,
                };
                self.open_with(&password, Shown::default(), proceed)?;
                Ok(Some(ALL_TRIES))
            }
            PinTask::Unblock { puk: Secret::OnPad } => self.open_with_puk(proceed),
            PinTask::Change { .. } | PinTask::Resume { .. } | PinTask::Unblock { .. } => Err(typed_here()),
        }
    }

    fn open_with_puk(
        &mut self,
        mut proceed: impl FnMut() -> Result<(), CardFailure>,
    ) -> Result<Option<PinState>, CardFailure> {
        let pin = self.pin_state()?;
        match pin {
            PinState::Deactivated => return Err(CardFailure::PinUnusable { pin }),
            // A PUK has ten uses: none is spent on a PIN that has all its tries.
            PinState::Operational { tries_left: 3.. } => return Ok(Some(pin)),
            PinState::Operational { .. } | PinState::Suspended | PinState::Blocked => {}
        }
        proceed()?;
        match self.establish(PacePassword::Puk, Shown::default())? {
            Ok(_) => Ok(None),
            Err(Refusal::Wrong | Refusal::NotSet) => Err(CardFailure::WrongPuk),
            Err(Refusal::Unusable(pin)) => Err(CardFailure::PinUnusable { pin }),
        }
    }

    fn modify(&mut self, code: u32) -> Result<PinState, CardFailure> {
        let answer = self.line.control(code, &modify_pin()).map_err(pad_failure)?;
        let result = ModifyResult::parse(&answer).map_err(unreadable)?;
        tracing::info!(?result, "new PIN typed on the reader");
        match result {
            ModifyResult::Changed => Ok(ALL_TRIES),
            // Nothing was changed, and the citizen has seen why on the reader.
            ModifyResult::TimedOut | ModifyResult::Aborted | ModifyResult::NotTheSame | ModifyResult::WrongLength => {
                Err(CardFailure::NotTyped)
            }
            ModifyResult::Refused(StatusWord::SECURITY_STATUS) => Err(CardFailure::NotAuthorised),
            ModifyResult::Refused(_) => Err(CardFailure::Malformed),
        }
    }

    /// The reader asks for the secret and runs PACE. The outer error ends the work.
    fn establish(
        &mut self,
        password: PacePassword<'_>,
        shown: Shown<'_>,
    ) -> Result<Result<Option<OpenedOnPad>, Refusal>, CardFailure> {
        let order = EstablishPace {
            password,
            chat: shown.chat,
            description: shown.description,
        };
        let input = order.encode().map_err(unreadable)?;
        let answer = self.line.control(self.pad.execute_pace, &input).map_err(pad_failure)?;
        let PaceOutput { result, opened, .. } = PaceOutput::parse(&answer).map_err(unreadable)?;
        if result != PaceResult::Open {
            tracing::info!(?result, "the reader has not opened the card");
        }
        match result {
            PaceResult::Open => Ok(Ok(opened)),
            PaceResult::Aborted | PaceResult::TimedOut => Err(CardFailure::NotTyped),
            PaceResult::Broken | PaceResult::NoCard => Err(CardFailure::CardLost),
            PaceResult::NoActivePin => Ok(Err(Refusal::NotSet)),
            PaceResult::Refused {
                step: PaceStep::Token,
                status,
            } if status == StatusWord::AUTHENTICATION_FAILED || status.tries_left().is_some() => {
                Ok(Err(Refusal::Wrong))
            }
            PaceResult::Refused { step, status } => self.why_refused(step, status, password, shown),
            PaceResult::Input(_) | PaceResult::UnknownPassword | PaceResult::CardWrong | PaceResult::Other(_) => {
                Err(CardFailure::Malformed)
            }
        }
    }

    /// The card has refused, and not because of the secret: mostly because its PIN can't be used.
    fn why_refused(
        &mut self,
        step: PaceStep,
        status: StatusWord,
        password: PacePassword<'_>,
        shown: Shown<'_>,
    ) -> Result<Result<Option<OpenedOnPad>, Refusal>, CardFailure> {
        let of_rights = matches!(status, StatusWord::WRONG_DATA | StatusWord::SECURITY_STATUS);
        if step == PaceStep::SetPassword && !shown.chat.is_empty() && of_rights {
            // This terminal type may not use the password (TR-03110-3 B.14.1).
            return Err(CardFailure::NotAuthorised);
        }
        if !matches!(password, PacePassword::Pin) {
            return Err(CardFailure::Malformed);
        }
        match self.pin_state()? {
            PinState::Operational { .. } if step == PaceStep::Token => Ok(Err(Refusal::NotSet)),
            PinState::Operational { .. } => Err(CardFailure::Malformed),
            pin @ (PinState::Suspended | PinState::Blocked | PinState::Deactivated) => Ok(Err(Refusal::Unusable(pin))),
        }
    }

    /// Asks the card itself, which a reader with keys lets pass (TR-03119 A.4.3).
    fn pin_state(&mut self) -> Result<PinState, CardFailure> {
        match converse_probe(Dialogue::probe_pin(), self.line).map_err(failure)? {
            CardFound::Eid { pin } => Ok(pin),
            CardFound::NotEid | CardFound::Unreadable => Err(CardFailure::Malformed),
        }
    }
}

/// Why a password didn't open the card.
enum Refusal {
    /// It isn't the card's.
    Wrong,
    /// The card has its transport PIN still: those five digits can be changed, and open nothing to read.
    NotSet,
    /// The PIN can't be used as it is.
    Unusable(PinState),
}

/// A secret that was typed here is never sent while the reader has keys (TR-03124-1 §3.8).
fn typed_here() -> CardFailure {
    tracing::warn!(fault = %eid::Fault::SecretTyped, "work with the card ended");
    CardFailure::Stopped
}

fn unreadable(error: Part10Error) -> CardFailure {
    tracing::warn!(%error, "PC/SC part 10");
    CardFailure::Malformed
}

fn pad_failure(error: TransportError) -> CardFailure {
    match error {
        TransportError::Other(CANCELLED | TIMED_OUT) => CardFailure::NotTyped,
        TransportError::CardLost | TransportError::ReaderGone | TransportError::Other(_) => failure(error),
    }
}
