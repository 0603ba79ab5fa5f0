//! The case is sealed and stored; and what if it could not be.
use crate::finish::{Receipt, leave};
use crate::form::{Case, Reviewing};
use crate::give_back::{GivingBack, Unfiled};
use crate::pay::Paid;
use crate::view::Screen;
use crate::visit::{AnyStage, Expired, Stage, Step};
use crate::{Effect, Ending, Input, Now, Tap, Terminal, patience};
use catalogue::LocalTime;
use core::time::Duration;
use drivers_api::Job;
use drivers_api::language::Language;

/// The case is being sealed and stored.
#[derive(Debug)]
pub(crate) struct Filing {
    case: Case,
    paid: Option<Paid>,
    pub(crate) job: Job,
    began: Now,
}

impl Filing {
    pub(crate) fn begin(case: Case, paid: Option<Paid>, language: Language, step: &mut Step<'_>) -> Stage {
        let job = step.terminal.next_job();
        Self::again(case, paid, job, language, step)
    }

    /// The same job number again: whoever stores it answers a repeated job with the case that is there already.
    fn again(case: Case, paid: Option<Paid>, job: Job, language: Language, step: &mut Step<'_>) -> Stage {
        let paid_by = paid.as_ref().and_then(|paid| paid.taken);
        step.terminal.unfiled = paid_by.map(|payment| Unfiled {
            payment,
            filing: job,
            failed: false,
        });
        step.effects.push(Effect::File {
            job,
            service: case.service.clone(),
            submission: case.service.submission(&case.answers),
            authenticity: case.authenticity,
            language,
            payment: paid.as_ref().map(|paid| paid.payment.clone()),
            paid_by,
        });
        Stage::Filing(Self {
            case,
            paid,
            job,
            began: step.now,
        })
    }
}

impl AnyStage for Filing {
    const NAME: &'static str = "filing";
    const PATIENCE: Duration = patience::FILING;
    const ANNOUNCED: bool = false;

    fn handle(self, input: Input, language: Language, step: &mut Step<'_>) -> Stage {
        let Self { case, paid, job, began } = self;
        match filed(input, job) {
            Answer::Filed(filed) => Receipt::begin(case, paid, filed, language, step),
            Answer::Failed { storage_full } => Stage::FilingFailed(FilingFailed {
                case,
                paid,
                job,
                storage_full,
                certain: true,
            }),
            Answer::Other(_) => Stage::Filing(Self { case, paid, job, began }),
        }
    }

    fn expired(self, _language: Language, _step: &mut Step<'_>) -> Expired {
        let Self { case, paid, job, .. } = self;
        Expired::Go(Stage::FilingFailed(FilingFailed {
            case,
            paid,
            job,
            storage_full: false,
            certain: false,
        }))
    }

    fn screen(&self, _language: Language, _terminal: &Terminal) -> Screen {
        Screen::Filing
    }

    fn may_cancel(&self) -> bool {
        false
    }

    fn began(&self) -> Option<Now> {
        Some(self.began)
    }
}

/// What is told of a case that is stored.
#[derive(Debug)]
pub(crate) struct Filed {
    /// The case code, in groups.
    pub(crate) code: String,
    /// The code by which its receipt is checked, in groups, where there is one.
    pub(crate) check: Option<String>,
    pub(crate) at: LocalTime,
}

enum Answer {
    Filed(Filed),
    Failed { storage_full: bool },
    Other(Input),
}

/// What an input says about the filing with this number.
fn filed(input: Input, job: Job) -> Answer {
    match input {
        Input::Filed {
            job: answered,
            case_code,
            check_code,
            filed_at,
        } if answered == job => Answer::Filed(Filed {
            code: case_code,
            check: check_code,
            at: filed_at,
        }),
        Input::FilingFailed {
            job: answered,
            storage_full,
        } if answered == job => Answer::Failed { storage_full },
        other => Answer::Other(other),
    }
}

/// The case could not be stored. Nothing is lost yet: it can be tried again.
#[derive(Debug)]
pub(crate) struct FilingFailed {
    pub(crate) case: Case,
    paid: Option<Paid>,
    pub(crate) job: Job,
    storage_full: bool,
    /// We were told that nothing was stored. Without an answer the case may yet be stored, so it can be tried again
    /// under its number, but not be changed and filed as a second one.
    certain: bool,
}

impl FilingFailed {
    /// The money that goes back, if the citizen gives up now.
    fn taken(&self) -> Option<(catalogue::Cents, Job)> {
        let paid = self.paid.as_ref().filter(|_| self.certain)?;
        Some((paid.payment.cents, paid.taken?))
    }
}

impl AnyStage for FilingFailed {
    const NAME: &'static str = "filing_failed";
    const PATIENCE: Duration = patience::FILING_FAILED;

    fn handle(mut self, input: Input, language: Language, step: &mut Step<'_>) -> Stage {
        match filed(input, self.job) {
            // Late, but stored after all.
            Answer::Filed(filed) => Receipt::begin(self.case, self.paid, filed, language, step),
            Answer::Failed { storage_full } => {
                (self.storage_full, self.certain) = (storage_full, true);
                Stage::FilingFailed(self)
            }
            Answer::Other(Input::Tap(Tap::Continue)) => Filing::again(self.case, self.paid, self.job, language, step),
            Answer::Other(Input::Tap(Tap::Back)) if self.has_back() => Stage::Reviewing(Reviewing { case: self.case }),
            Answer::Other(_) => Stage::FilingFailed(self),
        }
    }

    fn stop(self, step: &mut Step<'_>) -> Stage {
        match self.taken() {
            Some((cents, job)) => GivingBack::begin(self.case, cents, job, step),
            None => leave(Ending::Cancelled, step),
        }
    }

    /// Whoever has paid doesn't leave without the money or the case.
    fn expired(self, _language: Language, step: &mut Step<'_>) -> Expired {
        if let Some((cents, job)) = self.taken() {
            return Expired::Go(GivingBack::begin(self.case, cents, job, step));
        }
        let Self {
            case,
            paid,
            job,
            storage_full,
            certain,
        } = self;
        case.left_alone(|case| {
            Stage::FilingFailed(Self {
                case,
                paid,
                job,
                storage_full,
                certain,
            })
        })
    }

    fn screen(&self, _language: Language, _terminal: &Terminal) -> Screen {
        Screen::FilingFailed {
            storage_full: self.storage_full,
            certain: self.certain,
            paid: self.paid.as_ref().is_some_and(|paid| paid.taken.is_some()),
        }
    }

    /// What is paid for can't be changed any more.
    fn has_back(&self) -> bool {
        self.certain && self.taken().is_none()
    }

    fn has_work(&self) -> bool {
        true
    }
}
