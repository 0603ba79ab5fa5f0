//! What the citizen wants done with the card: the same card, PIN and CAN lead to different ends.
use crate::entrance::{ChoosingService, Requesting};
use crate::follow_up::Choosing;
use crate::pin::PinMenu;
use crate::visit::Stage;
use catalogue::Service;
use drivers_api::card::ReadRequest;
use std::sync::Arc;

/// What the card is for.
#[derive(Clone, Debug)]
pub(crate) enum Errand {
    /// Read for a service.
    Read(Reading),
    /// Find cases again: the pseudonym alone is read.
    FollowUp(ReadRequest),
    /// Work on the PIN itself.
    Pin(PinWish),
}

/// A service, and what is read for it: what the citizen was told before the PIN, and nothing else.
#[derive(Clone, Debug)]
pub(crate) struct Reading {
    pub(crate) service: Arc<Service>,
    /// Where it was chosen.
    pub(crate) chosen_from: ChoosingService,
    pub(crate) request: ReadRequest,
}

/// What a citizen wants of the PIN. Needs no certificate and no line (TR-03127 §4.6).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PinWish {
    /// Another PIN than the present one.
    Change,
    /// The first own PIN, with the 5-digit transport PIN of the letter.
    First,
    /// How does it stand, and mend it if need be (suspended, blocked).
    Check,
}

impl Errand {
    /// Where "back" leads from the card.
    pub(crate) fn back(self) -> Stage {
        match self {
            Self::Read(reading) => Stage::Request(Requesting {
                service: reading.service,
                chosen_from: reading.chosen_from,
            }),
            Self::FollowUp(_) => Choosing::stage(),
            Self::Pin(_) => Stage::PinMenu(PinMenu),
        }
    }

    /// The transport PIN has five digits and can only be changed (TR-03127 §3.5.3.1).
    pub(crate) fn has_transport_pin(&self) -> bool {
        matches!(self, Self::Pin(PinWish::First))
    }
}
