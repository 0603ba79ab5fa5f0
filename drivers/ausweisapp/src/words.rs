//! What goes into the dialogue and what comes out.
use crate::command::Outgoing;
use crate::message::{MessageError, PrivateUrl, Reader, SecretKind};
use crate::rights::RightsRefused;
use drivers_api::basis::PhotoComparison;
use drivers_api::card::{PinState, ProviderCertificate, ReadRequest, Secret};

/// By which right the citizen's data go to the provider's eID-Server.
#[derive(Debug)]
pub enum Way {
    /// The holder alone, with the PIN (PAuswG §18). The CAN only opens a suspended PIN.
    Holder,
    /// With the CAN instead of the PIN, after the photo was compared (PAuswG §18a).
    VorOrt(PhotoComparison),
}

/// Work for AusweisApp.
#[derive(Debug)]
pub enum Task {
    /// An authentication at an eID-Server elsewhere.
    Authenticate(Authentication),
    /// A PIN change; the same workflow opens a suspended PIN and unblocks a blocked one.
    ChangePin,
}

/// An authentication at an eID-Server elsewhere.
#[derive(Debug)]
pub struct Authentication {
    /// Where the provider's TC Token is (TR-03124-1 §2.5): https only. Bears a session.
    pub tc_token_url: PrivateUrl,
    /// What the service names; the provider gets nothing else.
    pub allowed: ReadRequest,
    /// By which right.
    pub way: Way,
}

/// What happens to a dialogue.
#[derive(Debug)]
pub enum Input<'a> {
    /// AusweisApp sent this.
    Text(&'a str),
    /// Begin a task; only when ready.
    Begin(Task),
    /// The citizen has seen provider and rights and agrees.
    Accept,
    /// The secret that was asked for. One that wasn't is dropped.
    Answer(SecretKind, Secret),
    /// Give up the task.
    Cancel,
    /// The line to AusweisApp is gone.
    Lost,
    /// Only time has passed.
    Tick,
}

/// What a dialogue wants done.
#[derive(Debug)]
pub enum Output {
    /// Send this.
    Send(Outgoing),
    /// Something to know.
    Tell(Tell),
    /// The citizen's secret is needed. Never answered by the dialogue itself, and never twice with one secret.
    Ask(Ask),
    /// The task has ended: exactly one for each task that was begun.
    Done(Result<Success, Failure>),
    /// This line is of no use any more: end AusweisApp, and start it anew.
    HangUp(Failure),
}

/// Something to know.
#[derive(Debug)]
pub enum Tell {
    /// AusweisApp has been greeted and takes tasks.
    Ready {
        /// Its version.
        version: String,
        /// API level in use.
        level: u32,
    },
    /// A reader, or the card on it, is another one now. Never one for simulated cards.
    Reader(Reader),
    /// Provider and rights: to be shown before anything else; goes on with [`Input::Accept`].
    Consent(Box<Consent>),
    /// The citizen should lay the card on.
    InsertCard,
    /// The citizen should lay the card straight; goes on by itself when a card is there.
    CardLiesBadly,
    /// Percent of the work.
    Progress(u8),
}

/// What a citizen sees before the PIN (PAuswG §18(4); TR-03124-1 §3.8; TR-03112-7 §3.6.4.1).
#[derive(Debug, PartialEq, Eq)]
pub struct Consent {
    /// Who asks. Its rights are those that are really on: what the service names and the provider wants.
    pub provider: ProviderCertificate,
    /// The age that is compared with, if any.
    pub age_at_least: Option<u8>,
    /// The day that the age is computed from, ISO 8601: must be shown too.
    pub age_date: Option<String>,
    /// The municipality that is compared with, if any.
    pub municipality: Option<String>,
    /// What the citizen agrees to beside the data, in the provider's words: must be shown with the PIN, too.
    pub transaction: Option<String>,
}

/// A secret is needed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ask {
    /// Which.
    pub kind: SecretKind,
    /// State of the PIN now, where the card tells it.
    pub pin: Option<PinState>,
    /// The secret before this one was tried and wrong.
    pub wrong: Option<SecretKind>,
    /// The secret before this one wasn't tried at all (length).
    pub rejected: bool,
    /// It must be typed on the reader's keys: the answer is [`Secret::OnPad`] (TR-03124-1 §3.8).
    pub on_pad: bool,
}

/// How a task ended well.
#[derive(Debug, PartialEq, Eq)]
pub enum Success {
    /// The provider's server has the data; the SDK never hands them over. Go on at this address.
    Authenticated(PrivateUrl),
    /// The PIN is another one.
    PinChanged,
}

/// Why a task ended without its result.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    /// [`Input::Cancel`].
    #[error("the task was cancelled")]
    Cancelled,
    /// The address of the TC Token isn't one.
    #[error("the address of the TC Token isn't an https address")]
    BadAddress,
    /// The provider asks for what it doesn't get.
    #[error("the provider's wishes were refused")]
    Rights(#[from] RightsRefused),
    /// AusweisApp wanted the CAN as the only password though the task goes by the PIN.
    #[error("the CAN as the only password was refused")]
    CanRefused,
    /// The comparison of the photo is too long ago.
    #[error("the comparison of the photo doesn't hold any more")]
    ComparisonOver,
    /// The card left after a secret was asked for: another one may lie there next.
    #[error("the card left the reader")]
    CardLost,
    /// The PIN can't be used.
    #[error("the PIN can't be used: {0:?}")]
    PinUnusable(PinState),
    /// The PUK has been used up.
    #[error("the PUK has been used up")]
    PukUsedUp,
    /// RUN_AUTH wasn't accepted.
    #[error("AusweisApp didn't begin")]
    NotBegun,
    /// AusweisApp ended the task.
    #[error("AusweisApp ended the task ({minor:?}, {reason:?})")]
    Ended {
        /// Result code behind the `#` (TR-03112), such as `trustedChannelEstablishmentFailed`.
        minor: Option<String>,
        /// AusweisApp's failure code, since 1.26.3, such as `Card_Removed`.
        reason: Option<String>,
        /// The provider's address for errors: it should learn of the failure.
        url: Option<PrivateUrl>,
    },
    /// Messages came that don't belong here, or too many.
    #[error("AusweisApp is out of step: {0}")]
    OutOfStep(&'static str),
    /// A message was no message.
    #[error("AusweisApp sent a broken message")]
    Malformed(#[from] MessageError),
    /// No answer in time.
    #[error("AusweisApp doesn't answer")]
    Silent,
    /// The line is gone.
    #[error("AusweisApp is gone")]
    Lost,
    /// It speaks neither API level 2 nor 3.
    #[error("this AusweisApp is too old: it has no API level 2 or 3")]
    TooOld,
}
