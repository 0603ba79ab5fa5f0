//! Reads with the double, and what they ask for.
use super::double::{Card, PIN, digits};
use super::*;
use drivers_api::card::{CardPassword, DataGroup, Secret};
use drivers_api::signer::SignerTrouble;

pub(crate) const MUNICIPALITY: &str = "02760503";

pub(crate) fn request() -> ReadRequest {
    ReadRequest {
        groups: [DataGroup::GivenNames, DataGroup::FamilyNames].into(),
        age_at_least: Some(18),
        municipality: Some(MUNICIPALITY.into()),
        pseudonym: true,
    }
}

pub(crate) fn with_pin() -> ReadBasis {
    ReadBasis::OnlineAusweis(CardPassword::Pin(Secret::Typed(digits(PIN))))
}

pub(crate) type StepOfRead = Step<Read, ReadOutcome, AwaitsSignature>;

/// Runs to the end; `sign` makes the signature.
pub(crate) fn run(
    mut step: StepOfRead,
    card: &mut Card,
    sign: impl Fn(&SignAsk<AwaitsSignature>) -> Result<Vec<u8>, SignerTrouble>,
) -> ReadOutcome {
    for _ in 0..COMMANDS_MAX {
        step = match step {
            Step::Ask(ask) => ask.dialogue.handle(card.transmit(&ask.command.encode())),
            Step::Sign(ask) => match sign(&ask) {
                Ok(signature) => ask.dialogue.signed(signature),
                Err(trouble) => ask.dialogue.not_signed(trouble),
            },
            Step::Done(outcome) => return outcome,
        };
    }
    panic!("more than {COMMANDS_MAX} commands")
}
