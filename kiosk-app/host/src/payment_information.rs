//! What the office is told of a fee, in the words of FIT-Connect's metadata (2.1.0, `paymentInformation`).
use catalogue::{CardPayment, Payment, PaymentState};
use serde_json::{Value, json};
use uuid::Uuid;

/// Longest detail of a means of payment.
const DETAIL_CHARS_MAX: usize = 36;

/// `None` where nothing is booked and nothing was tried: whoever pays at the counter pays the office. `reference` is the
/// submission's id, which the payment terminal's journal has as reference.
pub(crate) fn payment_information(payment: &Payment, reference: Uuid) -> Option<Value> {
    let amount = f64::from(payment.cents) / 100.0;
    let (method, detail, status) = match &payment.state {
        PaymentState::Counter => return None,
        PaymentState::Invoice => ("INVOICE", None, "INITIAL"),
        PaymentState::Unclear => ("OTHER", Some("unclear".to_owned()), "INITIAL"),
        PaymentState::Card(card) => ("OTHER", detail(&card.card), "BOOKED"),
    };
    let mut told = json!({
        "transactionReference": reference,
        "transactionId": reference,
        "paymentMethod": method,
        "status": status,
        "grossAmount": amount,
    });
    if let Some(detail) = detail {
        told["paymentMethodDetail"] = json!(detail);
    }
    if let PaymentState::Card(card) = &payment.state {
        if let Some(id) = transaction_id(card) {
            told["transactionId"] = json!(id);
        }
        if let Some(at) = card.at.and_then(|at| crate::clock::instant(&at)) {
            told["transactionTimestamp"] = json!(at);
        }
    }
    Some(told)
}

/// The kind of card, with nothing but letters, digits, `-` and `_`.
fn detail(card: &str) -> Option<String> {
    let kept = |c: char| if c.is_ascii_alphanumeric() || c == '-' { c } else { '_' };
    let detail: String = card.chars().take(DETAIL_CHARS_MAX).map(kept).collect();
    (!detail.is_empty()).then_some(detail)
}

/// Terminal and receipt, and the transaction's number: as the treasury finds it in the terminal's own list.
fn transaction_id(card: &CardPayment) -> Option<String> {
    let terminal = card.terminal_id?;
    let receipt = card.receipt_no?;
    let trace = card.trace_no.map_or_else(String::new, |trace| format!("-{trace}"));
    let id = format!("{terminal:08}-{receipt:04}{trace}");
    (id.len() <= DETAIL_CHARS_MAX).then_some(id)
}

#[cfg(test)]
mod tests {
    use super::*;
    use catalogue::LocalTime;

    #[test]
    fn the_office_reads_what_was_paid_and_how() {
        let id = Uuid::from_u128(7);
        let payment = |state| Payment { cents: 1250, state };
        let at = LocalTime {
            year: 2026,
            month: 11,
            day: 24,
            hour: 9,
            minute: 41,
        };
        let card = CardPayment {
            card: "VISA Kredit".into(),
            receipt_no: Some(17),
            trace_no: Some(4711),
            terminal_id: Some(12_345_678),
            at: Some(at),
        };
        let told = payment_information(&payment(PaymentState::Card(card)), id).unwrap();
        assert_eq!(
            told,
            json!({
                "transactionReference": id,
                "transactionId": "12345678-0017-4711",
                "transactionTimestamp": "2026-11-24T09:41:00+01:00",
                "paymentMethod": "OTHER",
                "paymentMethodDetail": "VISA_Kredit",
                "status": "BOOKED",
                "grossAmount": 12.5,
            })
        );
        let told = payment_information(&payment(PaymentState::Invoice), id).unwrap();
        assert_eq!(
            (&told["paymentMethod"], &told["status"]),
            (&json!("INVOICE"), &json!("INITIAL"))
        );
        assert_eq!(payment_information(&payment(PaymentState::Counter), id), None);
        let unclear = payment_information(&payment(PaymentState::Unclear), id).unwrap();
        assert_eq!(unclear["paymentMethodDetail"], "unclear");
    }
}
