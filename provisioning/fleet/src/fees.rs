//! Fees at the counter: what a case costs, and that it was paid. The citizen has the code on the receipt, staff have the
//! list of cases; either will do.
use crate::cases::{CaseError, moment};
use crate::{FleetError, calls, now, on_store};
use jiff::tz::TimeZone;
use std::path::Path;
use store::{CaseFee, CaseRow, FeeAt, FeePaid, Store, WhichCase};
use wire::CaseCode;
use wire::case_status::{CaseKeys, CaseState, Refused, StretchError};
use wire::receipt::FeeState;

/// Why a fee was not marked as paid.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FeeError {
    /// There is none.
    #[error("the case has no fee")]
    None,
    /// Staff have said so before.
    #[error("it was marked as paid at the counter before")]
    Already,
    /// It was paid at the terminal.
    #[error("it was paid at the terminal, by card")]
    ByCard,
}

/// The case of a code, as the store finds it. Takes some milliseconds.
///
/// # Errors
/// When there is no memory for it.
pub fn case_of(code: &CaseCode) -> Result<WhichCase, StretchError> {
    Ok(WhichCase::Code(CaseKeys::from_code(code)?.lookup()))
}

/// A case with its fee, if it has one.
///
/// # Errors
/// When there is no such case, or the store can't be used.
pub fn show_fee(data: &Path, which: WhichCase) -> Result<CaseFee, CaseError> {
    let asked = which.clone();
    let found = on_store(
        calls::existing(data)?,
        |store| async move { store.case_fee(asked).await },
    )?;
    found.ok_or_else(|| unknown(&which))
}

/// Marks the fee of a case as paid at the counter.
///
/// # Errors
/// When there is no such case, it is withdrawn, its fee isn't open ([`FeeError`]), or the store can't be used.
pub fn mark_paid(data: &Path, which: WhichCase) -> Result<CaseFee, CaseError> {
    let asked = which.clone();
    let paid: Result<FeePaid, FleetError> = on_store(calls::existing(data)?, |store| async move {
        store.pay_fee(asked, now()).await
    });
    let refused = |case: CaseFee, source| {
        let submission_id = case.submission_id;
        Err(CaseError::Fee { submission_id, source })
    };
    match paid? {
        FeePaid::Done(case) => Ok(case),
        FeePaid::Already(case) => refused(case, FeeError::Already),
        FeePaid::ByCard(case) => refused(case, FeeError::ByCard),
        FeePaid::NoFee(case) => refused(case, FeeError::None),
        FeePaid::Withdrawn(case) => Err(CaseError::Refused {
            submission_id: case.submission_id,
            source: Refused::Withdrawn,
        }),
        FeePaid::Unknown => Err(unknown(&which)),
    }
}

fn unknown(which: &WhichCase) -> CaseError {
    match which {
        WhichCase::Id(submission_id) => CaseError::Unknown {
            submission_id: *submission_id,
        },
        WhichCase::Code(_) => CaseError::UnknownCode,
    }
}

fn fee_in_words(case: &CaseFee, zone: &TimeZone) -> String {
    let id = case.submission_id;
    let withdrawn = match case.case.state {
        CaseState::Withdrawn => "  THE CASE IS WITHDRAWN",
        CaseState::WaitingHere
        | CaseState::Received
        | CaseState::OnItsWay
        | CaseState::InWork
        | CaseState::NeedsSomething
        | CaseState::Answered
        | CaseState::Rejected => "",
    };
    match case.fee {
        None => format!("{id}  no fee{withdrawn}"),
        Some(FeeAt { fee, at }) => {
            let stands = match fee.state {
                FeeState::Card => "paid at the terminal, by card",
                FeeState::Counter => "to be paid at the counter",
                FeeState::Invoice => "an invoice is wanted",
                FeeState::Unclear => "PAID OR NOT: nobody can tell, please look at the payment terminal",
                FeeState::Paid => "paid at the counter",
            };
            let amount = amount_in_words(fee.cents);
            format!("{id}  {amount}  {stands}, since {}{withdrawn}", moment(at, zone))
        }
    }
}

/// A case's fee as staff read it, in the machine's time zone: `0192…  12.50 EUR  to be paid at the counter, since 2026-11-30
/// 14:05`.
pub fn fee_in_words_here(case: &CaseFee) -> String {
    fee_in_words(case, &TimeZone::system())
}

/// What a case's line says of a fee that somebody still has to see to, and nothing otherwise.
pub(crate) fn open_fee_in_words(row: &CaseRow) -> String {
    if let Some(FeeAt { fee, .. }) = row.fee
        && row.state.state == CaseState::Withdrawn
        && fee.state.may_be_taken()
    {
        return format!("  {} PAID AT THE TERMINAL: give it back", amount_in_words(fee.cents));
    }
    let open = row.fee.filter(|fee| fee.fee.state.is_open());
    let Some(FeeAt { fee, .. }) = open.filter(|_| row.state.state != CaseState::Withdrawn) else {
        return String::new();
    };
    let how = match fee.state {
        FeeState::Invoice => "by invoice",
        FeeState::Unclear => "PAID OR NOT",
        FeeState::Counter | FeeState::Card | FeeState::Paid => "at the counter",
    };
    format!("  {} {how}", amount_in_words(fee.cents))
}

fn amount_in_words(cents: u32) -> String {
    format!("{}.{:02} EUR", cents / 100, cents % 100)
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;
    use wire::case_status::StateAt;
    use wire::receipt::Fee;

    fn fee(cents: u32, state: FeeState) -> Option<FeeAt> {
        Some(FeeAt {
            fee: Fee { cents, state },
            at: 1_795_305_600,
        })
    }

    fn standing(state: CaseState) -> StateAt {
        StateAt { state, at: 0 }
    }

    #[test]
    fn a_fee_in_words() {
        let words = |state, fee| {
            let case = CaseFee {
                submission_id: Uuid::from_u128(1),
                case: standing(state),
                fee,
            };
            let words = fee_in_words(&case, &TimeZone::UTC);
            words
                .strip_prefix("00000000-0000-0000-0000-000000000001  ")
                .unwrap()
                .to_owned()
        };
        let due = fee(1205, FeeState::Counter);
        assert_eq!(
            words(CaseState::Received, due),
            "12.05 EUR  to be paid at the counter, since 2026-11-22 00:00"
        );
        assert_eq!(words(CaseState::InWork, None), "no fee");
        assert!(words(CaseState::Withdrawn, due).ends_with("00:00  THE CASE IS WITHDRAWN"));
        let all = FeeState::ALL.map(|state| words(CaseState::InWork, fee(7, state)));
        assert!(all.iter().all(|words| words.starts_with("0.07 EUR  ")));
        assert_eq!(amount_in_words(u32::MAX), "42949672.95 EUR");
    }

    #[test]
    fn a_line_shows_what_is_open() {
        let words = |state, fee| {
            open_fee_in_words(&CaseRow {
                submission_id: Uuid::from_u128(1),
                leika: String::new(),
                service: None,
                filed_at: 0,
                state: standing(state),
                letters: 0,
                fee,
            })
        };
        assert_eq!(
            words(CaseState::Received, fee(1250, FeeState::Counter)),
            "  12.50 EUR at the counter"
        );
        assert_eq!(
            words(CaseState::Answered, fee(1250, FeeState::Invoice)),
            "  12.50 EUR by invoice"
        );
        assert_eq!(
            words(CaseState::InWork, fee(90, FeeState::Unclear)),
            "  0.90 EUR PAID OR NOT"
        );
        for settled in [None, fee(1, FeeState::Card), fee(1, FeeState::Paid)] {
            assert_eq!(words(CaseState::Received, settled), "");
        }
        assert_eq!(words(CaseState::Withdrawn, fee(1250, FeeState::Counter)), "");
    }
}
