//! The line to the card, and what is proven about it. A value of [`ChipTrusted`] can only be made here.
//!
//! A session starts with secure messaging and ends with a plain command or any error of secure messaging (TR-03110-3
//! F.1, F.6). Both are types here: a secured line has no way to send a plain command, and an error consumes it.
use crate::Fault;
use crate::chip_auth::ChipProven;
use crate::secure_messaging::SecureMessaging;
use apdu::{Command, Response};
use drivers_api::card::Authenticity;

/// What was proven about the card at the other end of a [`Channel`].
pub trait Proof: sealed::Sealed {
    /// What that means for the data that are read through it.
    const AUTHENTICITY: Authenticity;
}

/// PACE alone: card and terminal know the same password. The chip may be a copy.
pub struct PaceOnly(());

/// Terminal authentication, passive authentication and chip authentication went well (TR-03110-2 §3.3 to §3.5): the
/// other end is the chip whose key an issuer has signed.
pub struct ChipTrusted(());

impl Proof for PaceOnly {
    const AUTHENTICITY: Authenticity = Authenticity::NotProven;
}

impl Proof for ChipTrusted {
    const AUTHENTICITY: Authenticity = Authenticity::ChipTrusted;
}

mod sealed {
    pub trait Sealed {}
    impl Sealed for super::PaceOnly {}
    impl Sealed for super::ChipTrusted {}
}

/// A secured channel to the card. `T` says what it proves.
pub struct Channel<T> {
    messaging: Messaging,
    _proof: T,
}

/// Who wraps commands and unwraps answers.
enum Messaging {
    Here(SecureMessaging),
    /// A reader with keys has run PACE and keeps that channel itself (PC/SC part 10, TR-03119 D.1.2): it wraps what is
    /// plain here. What is wrapped already, after chip authentication, it passes on as it is.
    InReader,
}

impl Channel<PaceOnly> {
    /// The channel that PACE has opened.
    pub(crate) fn after_pace(messaging: SecureMessaging) -> Self {
        Self {
            messaging: Messaging::Here(messaging),
            _proof: PaceOnly(()),
        }
    }

    /// The channel that PACE in the reader has opened.
    pub(crate) fn in_reader() -> Self {
        Self {
            messaging: Messaging::InReader,
            _proof: PaceOnly(()),
        }
    }

    /// Goes on under the keys of chip authentication, counting from zero (TR-03110-2 §3.4.2). The only way to a trusted
    /// channel.
    pub(crate) fn restarted(self, proven: ChipProven) -> Channel<ChipTrusted> {
        Channel {
            messaging: Messaging::Here(proven.into_session()),
            _proof: ChipTrusted(()),
        }
    }
}

impl<T: Proof> Channel<T> {
    /// How far data from this channel can be trusted.
    pub fn authenticity(&self) -> Authenticity {
        T::AUTHENTICITY
    }

    pub(crate) fn seal(&mut self, command: Command) -> Result<Command, Fault> {
        match &mut self.messaging {
            Messaging::Here(messaging) => messaging.seal(&command),
            Messaging::InReader => Ok(command),
        }
    }

    pub(crate) fn open(&mut self, response: Response) -> Result<Response, Fault> {
        match &mut self.messaging {
            Messaging::Here(messaging) => messaging.open(&response),
            Messaging::InReader => Ok(response),
        }
    }
}

/// The line on which PACE runs: plain at first, the channel of the CAN when a suspended PIN is resumed. There is no way
/// from secured back to plain.
pub(crate) enum Line {
    Plain,
    Secured(Channel<PaceOnly>),
}

impl Line {
    pub(crate) fn seal(&mut self, command: Command) -> Result<Command, Fault> {
        match self {
            Self::Plain => Ok(command),
            Self::Secured(channel) => channel.seal(command),
        }
    }

    pub(crate) fn open(&mut self, response: Response) -> Result<Response, Fault> {
        match self {
            Self::Plain => Ok(response),
            Self::Secured(channel) => channel.open(response),
        }
    }
}
