//! Money whose case could not be filed goes back: before the citizen leaves, or as soon as it is certain.
use crate::finish;
use crate::form::Case;
use crate::view::{PayBack, PayScreen, PayView, Screen};
use crate::visit::{AnyStage, Expired, Stage, Step};
use crate::{Effect, Ending, Input, Now, Record, Tap, Terminal, patience};
use catalogue::{Cents, Service};
use core::time::Duration;
use drivers_api::Job;
use drivers_api::language::Language;
use drivers_api::payment::{PaymentCommand, PaymentEvent};
use std::sync::Arc;

/// The case could not be filed: the money goes back before the citizen leaves.
#[derive(Debug)]
pub(crate) struct GivingBack {
    job: Job,
    amount: (Cents, Arc<Service>),
    state: PayBack,
    began: Now,
}

impl GivingBack {
    pub(crate) fn begin(case: Case, cents: Cents, job: Job, step: &mut Step<'_>) -> Stage {
        step.terminal.unfiled = None;
        step.effects.push(Effect::Payment(PaymentCommand::Reverse { job }));
        Stage::GivingBack(Self {
            job,
            amount: (cents, case.service),
            state: PayBack::UnderWay,
            began: step.now,
        })
    }

    fn failed(&mut self, step: &mut Step<'_>) {
        self.state = PayBack::Failed;
        step.record(Record::PaymentTrouble("not_given_back"));
        step.call_staff("payment_not_given_back");
    }
}

impl AnyStage for GivingBack {
    const NAME: &'static str = "giving_back";
    const PATIENCE: Duration = patience::GIVING_BACK;

    fn lasts(&self) -> (Duration, bool) {
        match self.state {
            PayBack::UnderWay => (patience::GIVING_BACK, false),
            PayBack::Done | PayBack::Failed => (patience::CHOOSING, true),
        }
    }

    fn began(&self) -> Option<Now> {
        (self.state == PayBack::UnderWay).then_some(self.began)
    }

    fn handle(mut self, input: Input, _language: Language, step: &mut Step<'_>) -> Stage {
        let under_way = self.state == PayBack::UnderWay;
        match input {
            Input::Payment(PaymentEvent::Reversed { job }) if job == self.job => {
                step.record(Record::GivenBack);
                self.state = PayBack::Done;
            }
            Input::Payment(PaymentEvent::NotReversed { job }) if job == self.job && under_way => self.failed(step),
            Input::Tap(Tap::Continue) if !under_way => return finish::leave(Ending::Cancelled, step),
            _ => {}
        }
        Stage::GivingBack(self)
    }

    fn expired(mut self, _language: Language, step: &mut Step<'_>) -> Expired {
        if self.state == PayBack::UnderWay {
            self.failed(step);
            return Expired::Go(Stage::GivingBack(self));
        }
        Expired::Go(finish::leave(Ending::Cancelled, step))
    }

    fn screen(&self, language: Language, _terminal: &Terminal) -> Screen {
        let (cents, service) = &self.amount;
        Screen::Pay(PayView {
            service: service.title(language).to_owned(),
            amount: service.amount_text(*cents, language),
            state: PayScreen::Back(self.state),
        })
    }

    fn may_cancel(&self) -> bool {
        false
    }
}

/// Money that was taken for a case that isn't stored yet.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Unfiled {
    pub(crate) payment: Job,
    pub(crate) filing: Job,
    /// It is certain that the case isn't stored.
    pub(crate) failed: bool,
}

impl Terminal {
    /// Notes what becomes of a case that was paid for, whoever is standing here now.
    pub(crate) fn note_filing(&mut self, input: &Input, effects: &mut Vec<Effect>) {
        let Some(unfiled) = &mut self.unfiled else { return };
        match input {
            Input::Filed { job, .. } if *job == unfiled.filing => {
                effects.push(Effect::Payment(PaymentCommand::Filed(unfiled.payment)));
                self.unfiled = None;
            }
            Input::FilingFailed { job, .. } if *job == unfiled.filing => unfiled.failed = true,
            _ => {}
        }
    }

    /// A payment whose case isn't stored, and that no visit holds any more, goes back.
    pub(crate) fn give_back_unheld(&mut self, held: Option<Job>, effects: &mut Vec<Effect>) {
        if let Some(unfiled) = self
            .unfiled
            .filter(|unfiled| unfiled.failed && held != Some(unfiled.filing))
        {
            self.unfiled = None;
            let job = unfiled.payment;
            effects.push(Effect::Payment(PaymentCommand::Reverse { job }));
            effects.push(Effect::Record(Record::PaymentTrouble("given_back_later")));
        }
    }
}
