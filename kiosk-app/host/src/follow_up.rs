//! What an envelope carries so that its case is found again: the lookup of its code, and of the card
//! (docs/decisions/0008-the-code-is-the-key.md).
use crate::filing::FilingFault;
use drivers_api::private::PrivateText;
use uuid::Uuid;
use wire::case_status::{CardKeys, CaseKeys, NONCE_BYTES};
use wire::{CardFollowUp, CaseCode, FollowUp};

/// The facts for one envelope. Stretching the code takes most of the time of a filing.
pub(crate) fn follow_up(
    service: &str,
    submission_id: Uuid,
    code: &CaseCode,
    pseudonym: Option<&PrivateText>,
) -> Result<FollowUp, FilingFault> {
    let card = pseudonym.map(|pseudonym| {
        let keys = CardKeys::from_pseudonym(pseudonym.expose());
        let mut nonce = [0; NONCE_BYTES];
        getrandom::fill(&mut nonce)?;
        let code = keys
            .seal_code(submission_id, code, nonce)
            .map_err(FilingFault::CardCode)?;
        Ok::<_, FilingFault>(CardFollowUp {
            lookup: keys.lookup(),
            code,
        })
    });
    Ok(FollowUp {
        service: service.to_owned(),
        case_lookup: CaseKeys::from_code(code)?.lookup(),
        card: card.transpose()?,
    })
}
