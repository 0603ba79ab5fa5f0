//! What became of a payment whose conversation broke off: the terminal's last transaction (06 20, PA00P015 §2.20) against
//! what the journal knows. Anything that isn't proven is [`Verdict::Unknown`], and staff decides.
use crate::journal::{Last, Payment, Step};
use crate::status::Status;

/// The terminal's answer to 06 20.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LastTold {
    /// It has no transaction to tell of.
    Nothing,
    /// This one.
    Status(Box<Status>),
}

/// What became of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The terminal has stored the payment, and we acknowledged it: it stands.
    Stands,
    /// The terminal took money, and we never acknowledged it: it must go back.
    TakenUnasked(Box<Status>),
    /// Nothing was taken, or it went back.
    NotTaken,
    /// The reversal is done.
    Reversed,
    /// The reversal isn't done: once more.
    NotReversed,
    /// Can't be told.
    Unknown,
}

/// Judges an open payment. `has_told`: this terminal has told of a transaction before, so that "nothing" is a word.
/// `refused` is a success that we refused in this same conversation.
pub fn judge(payment: &Payment, refused: Option<&Status>, last: &LastTold, has_told: bool) -> Verdict {
    let status = match last {
        // An end of day is no transaction of a card; it stands where the transactions were.
        LastTold::Status(status) if status.totals.is_none() => status,
        LastTold::Status(_) | LastTold::Nothing => return judge_nothing(payment, has_told),
    };
    match payment.step {
        Step::Intent => judge_intent(payment, refused, status),
        Step::Result => judge_result(payment, status),
        Step::Reversing | Step::ReversalResult => judge_reversal(payment, status),
        Step::Acknowledged => Verdict::Stands,
        Step::Filed | Step::Complete | Step::Reversed | Step::Declined => Verdict::Unknown,
        Step::Unclear | Step::SettledTaken | Step::SettledReturned => Verdict::Unknown,
    }
}

/// There was nothing before, and there is nothing now: nothing happened. If there was something before, the terminal has
/// cleared its memory, perhaps after it took our payment.
fn judge_nothing(payment: &Payment, has_told: bool) -> Verdict {
    let is_payment = matches!(payment.step, Step::Intent | Step::Result);
    if payment.step == Step::Acknowledged {
        Verdict::Stands
    } else if is_payment && payment.before == Last::Nothing && has_told {
        Verdict::NotTaken
    } else {
        Verdict::Unknown
    }
}

fn judge_intent(payment: &Payment, refused: Option<&Status>, status: &Status) -> Verdict {
    if !status.is_success() {
        // The last thing it did is a failure: a payment that was taken would be the last thing.
        return Verdict::NotTaken;
    }
    let is_known_before = matches!(payment.before, Last::Was(before) if before.same(&status.numbers));
    if is_known_before {
        return Verdict::NotTaken;
    }
    if payment.before == Last::Unknown {
        return Verdict::Unknown;
    }
    if status.original_trace.is_some() {
        // A reversal, and only ours can have been reversed since.
        return Verdict::NotTaken;
    }
    let is_ours = match refused.filter(|refused| refused.numbers.are_enough()) {
        Some(refused) => refused.numbers.same(&status.numbers),
        None => status.amount == Some(payment.amount),
    };
    if is_ours && status.numbers.are_enough() {
        Verdict::TakenUnasked(Box::new(status.clone()))
    } else {
        Verdict::Unknown
    }
}

fn judge_result(payment: &Payment, status: &Status) -> Verdict {
    let Some(result) = payment.result else {
        return Verdict::Unknown;
    };
    if reverses(status, payment) {
        return Verdict::NotTaken;
    }
    if result.same(&status.numbers) {
        let is_right = status.amount == Some(payment.amount);
        return match status.is_success() {
            true if is_right => Verdict::Stands,
            true => Verdict::Unknown,
            false => Verdict::NotTaken,
        };
    }
    // It has dropped ours and shows the one before.
    if matches!(payment.before, Last::Was(before) if before.same(&status.numbers)) {
        return Verdict::NotTaken;
    }
    Verdict::Unknown
}

fn judge_reversal(payment: &Payment, status: &Status) -> Verdict {
    let is_done = reverses(status, payment)
        || payment
            .reversal
            .is_some_and(|reversal| status.is_success() && reversal.same(&status.numbers));
    if is_done {
        return Verdict::Reversed;
    }
    if payment
        .result
        .is_some_and(|result| status.is_success() && result.same(&status.numbers))
    {
        return Verdict::NotReversed;
    }
    Verdict::Unknown
}

/// BMP 37 names the payment that was reversed.
fn reverses(status: &Status, payment: &Payment) -> bool {
    let trace_no = payment.result.and_then(|result| result.trace_no);
    status.is_success() && trace_no.is_some() && status.original_trace == trace_no
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::status::Numbers;
    use drivers_api::payment::{Cents, PaymentPurpose};

    fn numbers(number: u16) -> Numbers {
        Numbers {
            receipt_no: Some(number),
            trace_no: Some(u64::from(number) + 100),
            ..Numbers::default()
        }
    }

    fn payment(step: Step, before: Last) -> Payment {
        Payment {
            id: 1,
            step,
            amount: Cents::new(500).unwrap(),
            purpose: PaymentPurpose::new("1", "s").unwrap(),
            before,
            result: (step != Step::Intent).then(|| numbers(7)),
            reversal: None,
            card_kind: String::new(),
        }
    }

    fn told(number: u16, cents: u64) -> Status {
        let mut status = Status::parse(&[]);
        status.numbers = numbers(number);
        status.amount = Cents::new(cents);
        status
    }

    fn verdict(payment: &Payment, status: Status) -> Verdict {
        judge(payment, None, &LastTold::Status(Box::new(status)), true)
    }

    #[test]
    fn an_intent_is_not_taken_taken_or_unknown() {
        let intent = payment(Step::Intent, Last::Was(numbers(6)));
        assert_eq!(verdict(&intent, told(6, 900)), Verdict::NotTaken);
        assert!(matches!(verdict(&intent, told(7, 500)), Verdict::TakenUnasked(_)));
        // Not our amount: somebody else's, or worse.
        assert_eq!(verdict(&intent, told(7, 501)), Verdict::Unknown);
        let failed = Status {
            result: 0x6C,
            ..told(7, 500)
        };
        assert_eq!(verdict(&intent, failed), Verdict::NotTaken);
        let reversal = Status {
            original_trace: Some(107),
            ..told(8, 500)
        };
        assert_eq!(verdict(&intent, reversal), Verdict::NotTaken);
        // Without knowing what was before, a fitting amount proves nothing.
        assert_eq!(
            verdict(&payment(Step::Intent, Last::Unknown), told(7, 500)),
            Verdict::Unknown
        );
    }

    #[test]
    fn what_was_refused_is_found_by_its_numbers() {
        let intent = payment(Step::Intent, Last::Was(numbers(6)));
        let refused = told(7, 999);
        let last = LastTold::Status(Box::new(refused.clone()));
        assert!(matches!(
            judge(&intent, Some(&refused), &last, true),
            Verdict::TakenUnasked(_)
        ));
    }

    #[test]
    fn a_result_stands_if_the_terminal_has_it() {
        let result = payment(Step::Result, Last::Was(numbers(6)));
        assert_eq!(verdict(&result, told(7, 500)), Verdict::Stands);
        assert_eq!(verdict(&result, told(6, 900)), Verdict::NotTaken);
        assert_eq!(
            verdict(
                &result,
                Status {
                    original_trace: Some(107),
                    ..told(8, 500)
                }
            ),
            Verdict::NotTaken
        );
        assert_eq!(verdict(&result, told(9, 500)), Verdict::Unknown);
        assert_eq!(verdict(&result, told(7, 400)), Verdict::Unknown);
    }

    #[test]
    fn silence_is_a_word_only_of_a_terminal_that_can_speak() {
        let fresh = payment(Step::Intent, Last::Nothing);
        assert_eq!(judge(&fresh, None, &LastTold::Nothing, true), Verdict::NotTaken);
        assert_eq!(judge(&fresh, None, &LastTold::Nothing, false), Verdict::Unknown);
        let used = payment(Step::Result, Last::Was(numbers(6)));
        assert_eq!(judge(&used, None, &LastTold::Nothing, true), Verdict::Unknown);
    }

    #[test]
    fn a_reversal_is_done_or_not() {
        let reversing = payment(Step::Reversing, Last::Was(numbers(6)));
        assert_eq!(verdict(&reversing, told(7, 500)), Verdict::NotReversed);
        assert_eq!(
            verdict(
                &reversing,
                Status {
                    original_trace: Some(107),
                    ..told(8, 500)
                }
            ),
            Verdict::Reversed
        );
        assert_eq!(verdict(&reversing, told(8, 500)), Verdict::Unknown);
        let known = Payment {
            reversal: Some(numbers(8)),
            ..reversing
        };
        assert_eq!(verdict(&known, told(8, 500)), Verdict::Reversed);
    }
}
