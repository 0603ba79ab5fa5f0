//! What must be true before the first command of a read: the law's conditions and the terminal's rights.
use super::opening::{CanThenPin, Entry, Opening, Secret};
use super::pad::OpenedOnPad;
use super::read::{Expect, Next, Plan, Read, StepOfRead, ask_in, carry};
use super::wire::Wire;
use super::{Circumstances, Stopped, authenticating};
use crate::auxiliary::auxiliary_data;
use crate::chat::{Basis, Chat};
use crate::curve::KeyPair;
use crate::pace::EphemeralKeys;
use crate::{Fault, Prepared, Terminal};
use drivers_api::basis::ReadBasis;
use drivers_api::card::{self, CardPassword, ReadRequest, ReadStep};
use drivers_api::private::Digits;
use std::sync::Arc;

impl Read {
    pub(super) fn start(
        basis: ReadBasis,
        request: &ReadRequest,
        terminal: Arc<Terminal>,
        circumstances: Circumstances,
        keys: Prepared,
    ) -> StepOfRead {
        let Prepared { can, main, chip } = keys;
        let kind = Basis::from(&basis);
        let started = || -> Next {
            let plan = Plan::new(kind, request, terminal, circumstances, chip)?;
            let entry = entry_of(basis, circumstances, can, main)?;
            let (opening, command) = Opening::start(entry, Some(plan.chat))?;
            ask_in(ReadStep::Opening, Expect::Opening(opening, plan), command)
        };
        carry(started(), Wire::new(circumstances.extended_length))
    }

    pub(super) fn start_after_pad(
        opened: OpenedOnPad,
        basis: &ReadBasis,
        request: &ReadRequest,
        terminal: Arc<Terminal>,
        circumstances: Circumstances,
        keys: Prepared,
    ) -> StepOfRead {
        let started = || -> Next {
            // Time has passed while somebody typed.
            rights_for_pad(basis, request, &terminal, circumstances)?;
            let plan = Plan::new(Basis::from(basis), request, terminal, circumstances, keys.chip)?;
            authenticating::start(opened.into_opened()?, plan)
        };
        // The reader wraps what it is given, so nothing may be in envelopes: a reader with keys carries extended length.
        carry(started(), Wire::new(true))
    }
}

/// What [`super::Dialogue::rights_for_pad`] says.
pub(super) fn rights_for_pad(
    basis: &ReadBasis,
    request: &ReadRequest,
    terminal: &Terminal,
    circumstances: Circumstances,
) -> Result<Chat, Stopped> {
    match basis {
        ReadBasis::OnlineAusweis(password) => only_on_pad(password)?,
        ReadBasis::VorOrt { comparison, .. } if !comparison.holds(circumstances.now) => {
            return Err(Fault::ComparisonEnded.into());
        }
        // The CAN stands on the card's front and is no secret of its holder: staff have read it off.
        ReadBasis::VorOrt { .. } => {}
    }
    let today = circumstances.today;
    auxiliary_data(today, request.age_at_least, request.municipality.as_deref())?;
    Ok(terminal.chat_for(request, Basis::from(basis), today)?)
}

fn only_on_pad(password: &CardPassword) -> Result<(), Fault> {
    match password {
        CardPassword::Pin(card::Secret::OnPad)
        | CardPassword::CanThenPin {
            can: card::Secret::OnPad,
            pin: card::Secret::OnPad,
        } => Ok(()),
        CardPassword::Pin(_) | CardPassword::CanThenPin { .. } => Err(Fault::SecretTyped),
    }
}

impl Plan {
    fn new(
        basis: Basis,
        request: &ReadRequest,
        terminal: Arc<Terminal>,
        circumstances: Circumstances,
        chip_key: KeyPair,
    ) -> Result<Box<Self>, Stopped> {
        let Circumstances {
            today, extended_length, ..
        } = circumstances;
        let chat = terminal.chat_for(request, basis, today)?;
        let auxiliary_data = auxiliary_data(today, request.age_at_least, request.municipality.as_deref())?;
        Ok(Box::new(Self {
            terminal,
            chat,
            request: request.clone(),
            auxiliary_data,
            today,
            extended_length,
            chip_key,
        }))
    }
}

fn entry_of(
    basis: ReadBasis,
    circumstances: Circumstances,
    can_keys: EphemeralKeys,
    main_keys: EphemeralKeys,
) -> Result<Entry, Fault> {
    match basis {
        ReadBasis::OnlineAusweis(password) => entry_with(password, can_keys, main_keys),
        ReadBasis::VorOrt { comparison, can } => {
            if !comparison.holds(circumstances.now) {
                return Err(Fault::ComparisonEnded);
            }
            Ok(Entry::Can(Secret {
                digits: can,
                keys: main_keys,
            }))
        }
    }
}

/// The entry by that password.
pub(super) fn entry_with(
    password: CardPassword,
    can_keys: EphemeralKeys,
    main_keys: EphemeralKeys,
) -> Result<Entry, Fault> {
    match password {
        CardPassword::Pin(pin) => Ok(Entry::Pin(Secret {
            digits: typed(pin)?,
            keys: main_keys,
        })),
        CardPassword::CanThenPin { can, pin } => Ok(Entry::CanThenPin(Box::new(CanThenPin {
            can: Secret {
                digits: typed(can)?,
                keys: can_keys,
            },
            pin: Secret {
                digits: typed(pin)?,
                keys: main_keys,
            },
        }))),
    }
}

/// The digits, if they are here at all.
pub(super) fn typed(secret: card::Secret) -> Result<Digits, Fault> {
    match secret {
        card::Secret::Typed(digits) => Ok(digits),
        card::Secret::OnPad => Err(Fault::SecretOnPad),
    }
}
