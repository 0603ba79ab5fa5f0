//! What an envelope carries so that its case is found again: the lookup of its code, and of the card
//! (docs/decisions/0008-the-code-is-the-key.md); and what the counter is told: whether its receipt is genuine, how its fee
//! stands.
use crate::filing::{FilingFault, Order};
use catalogue::{Payment, PaymentState};
use drivers_api::language::Language;
use uuid::Uuid;
use wire::case_status::{CardKeys, CaseKeys, NONCE_BYTES};
use wire::receipt::{CheckCode, Fee, FeeState, RECEIPT_CHARS_MAX, ReceiptFacts};
use wire::{CardFollowUp, CaseCode, FollowUp};

/// The facts for one envelope. Stretching the code takes most of the time of a filing.
pub(crate) fn follow_up(
    order: &Order,
    submission_id: Uuid,
    code: &CaseCode,
    check_code: Option<&CheckCode>,
) -> Result<FollowUp, FilingFault> {
    let card = order.submission.pseudonym().map(|pseudonym| {
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
    let service = &order.service;
    let receipt = check_code.map(|code| ReceiptFacts {
        lookup: code.lookup(),
        title: shortened(service.title(Language::German)),
        issuer: shortened(&service.town().provider().name),
    });
    Ok(FollowUp {
        service: service.id().as_str().to_owned(),
        case_lookup: CaseKeys::from_code(code)?.lookup(),
        card: card.transpose()?,
        receipt,
        fee: order.payment.as_ref().and_then(fee),
    })
}

fn fee(payment: &Payment) -> Option<Fee> {
    let state = match payment.state {
        PaymentState::Card(_) => FeeState::Card,
        PaymentState::Counter => FeeState::Counter,
        PaymentState::Invoice => FeeState::Invoice,
        PaymentState::Unclear => FeeState::Unclear,
    };
    (payment.cents > 0).then_some(Fee {
        cents: payment.cents,
        state,
    })
}

/// As much of a title as the envelope takes.
fn shortened(text: &str) -> String {
    let kept = text.chars().filter(|c| !c.is_control());
    kept.take(RECEIPT_CHARS_MAX).collect()
}
