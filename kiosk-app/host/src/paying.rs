//! Which case a payment is for. The submission's id is made before the payment and is the payment's reference, so that after
//! a crash the till can be told whether the case it was for is stored.
use crate::filing::new_submission_id;
use catalogue::{Cents, ServiceId};
use drivers_api::Job;
use drivers_api::payment::{self, PaymentCommand, PaymentPurpose};
use uuid::Uuid;

/// The payment of the visit under way, or of the one before.
#[derive(Debug, Default)]
pub(crate) struct Payments {
    last: Option<(Job, Uuid)>,
}

impl Payments {
    /// The command that asks for the money; `None` without randomness, or for an amount that no terminal takes.
    pub(crate) fn begin(
        &mut self,
        job: Job,
        cents: Cents,
        tax_percent: u8,
        service: &ServiceId,
    ) -> Option<PaymentCommand> {
        let id = new_submission_id(jiff::Timestamp::now()).ok()?;
        let amount = payment::Cents::new(u64::from(cents))?;
        let purpose = PaymentPurpose::new(&id.to_string(), service.as_str())?.with_tax(tax_percent);
        self.last = Some((job, id));
        Some(PaymentCommand::Pay { job, amount, purpose })
    }

    /// The id under which the case is filed that was paid for.
    pub(crate) fn submission_id(&self, payment: Job) -> Option<Uuid> {
        self.last.filter(|(job, _)| *job == payment).map(|(_, id)| id)
    }

    /// Money that goes back belongs to no case any more.
    pub(crate) fn note(&mut self, command: &PaymentCommand) {
        if let PaymentCommand::Reverse { job } = command
            && self.submission_id(*job).is_some()
        {
            self.last = None;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_case_is_filed_under_the_reference_of_its_payment() {
        let mut payments = Payments::default();
        let service = ServiceId::from("meldebescheinigung");
        let Some(PaymentCommand::Pay { job, amount, purpose }) = payments.begin(Job(7), 2000, 19, &service) else {
            panic!("no payment");
        };
        assert_eq!((job, amount.value()), (Job(7), 2000));
        assert_eq!((purpose.service(), purpose.tax_percent()), ("meldebescheinigung", 19));
        let id = payments.submission_id(Job(7)).unwrap();
        assert_eq!(purpose.reference(), id.to_string());
        assert_eq!(payments.submission_id(Job(8)), None);
        payments.note(&PaymentCommand::Reverse { job: Job(7) });
        assert_eq!(payments.submission_id(Job(7)), None);
    }
}
