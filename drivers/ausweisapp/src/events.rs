//! Words of this route beside those of [`drivers_api::card`].
//!
//! Why own words: [`drivers_api::card::ReaderCommand::Read`] gives back the citizen's data, and comes with the PIN. With
//! an eID-Server elsewhere neither is possible. The SDK never hands data over: they arrive at the provider's server, and
//! what the terminal gets is an address to go on at. And provider and rights, which must be seen before the PIN is typed
//! (PAuswG §18(4)), are known only after AusweisApp has spoken with that server.
use crate::message::{PrivateUrl, SecretKind};
use crate::rights::RightsRefused;
use crate::words::{Ask, Consent, Failure};
use drivers_api::Job;
use drivers_api::basis::PhotoComparison;
use drivers_api::card::{CardEvent, CardFailure, PinState, ReadRequest, ReaderCommand, Secret};
use drivers_api::private::Digits;

/// By which right an authentication goes; cf. [`drivers_api::basis::ReadBasis`], but the PIN comes when it is asked for.
#[derive(Debug)]
pub enum Basis {
    /// PAuswG §18: the holder, with the PIN.
    OnlineAusweis,
    /// PAuswG §18a: among people who are present, with the CAN.
    VorOrt {
        /// Proof that a member of staff has compared the photo.
        comparison: PhotoComparison,
        /// From the card's front.
        can: Digits,
    },
}

/// An authentication at an eID-Server elsewhere. Exactly one [`AppEvent::Authenticated`] or
/// [`AppEvent::AuthenticationFailed`] with the same job follows.
#[derive(Debug)]
pub struct Authenticate {
    /// Number that the answer will carry.
    pub job: Job,
    /// Where the provider's TC Token is; https.
    pub tc_token_url: PrivateUrl,
    /// What the service names; a provider that insists on more is refused.
    pub allowed: ReadRequest,
    /// By which right.
    pub basis: Basis,
}

/// What AusweisApp is asked to do.
#[derive(Debug)]
pub enum AppCommand {
    /// As for any reader. `ManagePin` works; `Read` is answered with [`CardFailure::NotAuthorised`].
    Reader(ReaderCommand),
    /// Begin an authentication.
    Authenticate(Authenticate),
    /// The citizen has seen [`AppEvent::Consent`] and agrees.
    Accept {
        /// Which authentication.
        job: Job,
    },
    /// The citizen's answer to [`AppEvent::Asks`].
    Answer {
        /// Which authentication.
        job: Job,
        /// What was asked for; anything else is dropped.
        kind: SecretKind,
        /// The secret.
        secret: Secret,
    },
    /// Give up the running job, if any.
    Stop,
}

/// What AusweisApp tells.
#[derive(Debug)]
pub enum AppEvent {
    /// As from any reader.
    Card(CardEvent),
    /// Provider and rights, to be shown; goes on with [`AppCommand::Accept`].
    Consent {
        /// Which authentication.
        job: Job,
        /// To be shown.
        consent: Box<Consent>,
    },
    /// A card is needed; goes on by itself.
    InsertCard {
        /// Which authentication.
        job: Job,
    },
    /// The card lies badly; goes on by itself when it is laid on anew.
    CardLiesBadly {
        /// Which authentication.
        job: Job,
    },
    /// A secret is needed; goes on with [`AppCommand::Answer`].
    Asks {
        /// Which authentication.
        job: Job,
        /// Which secret, with the PIN's state: to be shown (TR-03124-1 §3.8).
        ask: Ask,
    },
    /// Progress.
    Progress {
        /// Which authentication.
        job: Job,
        /// Percent.
        percent: u8,
    },
    /// The provider has the data. Ask it for the outcome at `url` (TR-03124-1 §2.7: the refresh address).
    Authenticated {
        /// Which authentication.
        job: Job,
        /// Bears the session.
        url: PrivateUrl,
    },
    /// The provider has no data.
    AuthenticationFailed {
        /// Which authentication.
        job: Job,
        /// Why.
        why: AuthenticationFailure,
    },
}

/// Why an authentication failed, by who can mend it.
#[derive(Debug, PartialEq, Eq)]
pub enum AuthenticationFailure {
    /// Citizen, card or reader, in the words of any card work.
    Card(CardFailure),
    /// The provider asks for what the service doesn't name: the service's definition or the provider's certificate has
    /// to change.
    Refused(RightsRefused),
    /// The provider's address is none: the service's definition has to change.
    BadAddress,
    /// The eID-Server, the provider, or the way there.
    Service {
        /// Result code (TR-03112), such as `trustedChannelEstablishmentFailed`.
        minor: Option<String>,
        /// AusweisApp's failure code, since 1.26.3.
        reason: Option<String>,
        /// Where the provider wants to learn of it.
        url: Option<PrivateUrl>,
    },
    /// AusweisApp itself: it has crashed, is silent or out of step.
    App,
}

impl From<Failure> for AuthenticationFailure {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Rights(refused) => Self::Refused(refused),
            Failure::BadAddress => Self::BadAddress,
            Failure::Ended { minor, reason, url } => match card_reason(reason.as_deref(), minor.as_deref()) {
                Some(why) => Self::Card(why),
                None => Self::Service { minor, reason, url },
            },
            Failure::NotBegun | Failure::OutOfStep(_) | Failure::Malformed(_) => Self::App,
            Failure::Silent | Failure::Lost | Failure::TooOld => Self::App,
            Failure::Cancelled
            | Failure::CanRefused
            | Failure::ComparisonOver
            | Failure::CardLost
            | Failure::PinUnusable(_)
            | Failure::PukUsedUp => Self::Card(card_failure(failure)),
        }
    }
}

/// The same in the words of a reader, for work on the PIN.
pub(crate) fn card_failure(failure: Failure) -> CardFailure {
    match failure {
        Failure::Cancelled => CardFailure::Stopped,
        Failure::CardLost => CardFailure::CardLost,
        Failure::PinUnusable(pin) => CardFailure::PinUnusable { pin },
        Failure::PukUsedUp => CardFailure::PukUsedUp,
        Failure::BadAddress | Failure::Rights(_) | Failure::CanRefused | Failure::ComparisonOver => {
            CardFailure::NotAuthorised
        }
        // Versions before 1.26.4 give no reason: the card was there, and its answer was of no use.
        Failure::Ended { minor, reason, .. } => {
            card_reason(reason.as_deref(), minor.as_deref()).unwrap_or(CardFailure::Malformed)
        }
        Failure::OutOfStep(_) | Failure::Malformed(_) | Failure::NotBegun => CardFailure::ReaderGone,
        Failure::Silent | Failure::Lost | Failure::TooOld => CardFailure::ReaderGone,
    }
}

/// AusweisApp's failure codes that tell of the card (its documentation, "Failure codes"), and the result codes of
/// versions that have none.
fn card_reason(reason: Option<&str>, minor: Option<&str>) -> Option<CardFailure> {
    match (reason, minor) {
        (Some("Card_Removed" | "Connect_Card_Connection_Failed"), _) => Some(CardFailure::CardLost),
        (Some("Connect_Card_Eid_Inactive"), _) => Some(CardFailure::PinUnusable {
            pin: PinState::Deactivated,
        }),
        (Some("Establish_Pace_Channel_Puk_Inoperative"), _) => Some(CardFailure::PukUsedUp),
        (Some("User_Cancelled" | "Change_Pin_User_Cancelled" | "Establish_Pace_Channel_User_Cancelled"), _) => {
            Some(CardFailure::Stopped)
        }
        (Some(_), _) => None,
        (None, Some("cancellationByUser")) => Some(CardFailure::Stopped),
        (None, _) => None,
    }
}
