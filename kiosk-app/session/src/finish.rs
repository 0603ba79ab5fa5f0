//! The last stages: the case is filed, the receipt printed, the card taken.
use crate::form::{Case, Reviewing};
use crate::paper::PaperJob;
use crate::view::{ReceiptView, Screen};
use crate::visit::{AnyStage, Expired, Stage, Step};
use crate::{Effect, Ending, Input, Now, Record, Tap, Terminal, patience};
use catalogue::{Delivery, Finish, LocalTime};
use core::time::Duration;
use drivers_api::Job;
use drivers_api::language::Language;
use drivers_api::print::PrintJob;

/// The case is being sealed and stored.
#[derive(Debug)]
pub(crate) struct Filing {
    case: Case,
    job: Job,
    began: Now,
}

impl Filing {
    pub(crate) fn begin(case: Case, language: Language, step: &mut Step<'_>) -> Stage {
        let job = step.terminal.next_job();
        Self::again(case, job, language, step)
    }

    /// The same job number again: whoever stores it answers a repeated job with the case that is there already.
    fn again(case: Case, job: Job, language: Language, step: &mut Step<'_>) -> Stage {
        step.effects.push(Effect::File {
            job,
            service: case.service.clone(),
            submission: case.service.submission(&case.answers),
            authenticity: case.authenticity,
            language,
        });
        Stage::Filing(Self {
            case,
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
        let Self { case, job, began } = self;
        match filed(input, job) {
            Answer::Filed(case_code, filed_at) => Receipt::begin(case, case_code, filed_at, language, step),
            Answer::Failed { storage_full } => Stage::FilingFailed(FilingFailed {
                case,
                job,
                storage_full,
                certain: true,
            }),
            Answer::Other(_) => Stage::Filing(Self { case, job, began }),
        }
    }

    fn expired(self, _language: Language, _step: &mut Step<'_>) -> Expired {
        let Self { case, job, .. } = self;
        Expired::Go(Stage::FilingFailed(FilingFailed {
            case,
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

enum Answer {
    Filed(String, LocalTime),
    Failed { storage_full: bool },
    Other(Input),
}

/// What an input says about the filing with this number.
fn filed(input: Input, job: Job) -> Answer {
    match input {
        Input::Filed {
            job: answered,
            case_code,
            filed_at,
        } if answered == job => Answer::Filed(case_code, filed_at),
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
    job: Job,
    storage_full: bool,
    /// We were told that nothing was stored. Without an answer the case may yet be stored, so it can be tried again
    /// under its number, but not be changed and filed as a second one.
    certain: bool,
}

impl AnyStage for FilingFailed {
    const NAME: &'static str = "filing_failed";
    const PATIENCE: Duration = patience::FILING_FAILED;

    fn handle(self, input: Input, language: Language, step: &mut Step<'_>) -> Stage {
        let Self {
            case,
            job,
            storage_full,
            certain,
        } = self;
        match filed(input, job) {
            // Late, but stored after all.
            Answer::Filed(case_code, filed_at) => Receipt::begin(case, case_code, filed_at, language, step),
            Answer::Failed { storage_full } => Stage::FilingFailed(Self {
                case,
                job,
                storage_full,
                certain: true,
            }),
            Answer::Other(Input::Tap(Tap::Continue)) => Filing::again(case, job, language, step),
            Answer::Other(Input::Tap(Tap::Back)) if certain => Stage::Reviewing(Reviewing { case }),
            Answer::Other(_) => Stage::FilingFailed(Self {
                case,
                job,
                storage_full,
                certain,
            }),
        }
    }

    fn expired(self, _language: Language, _step: &mut Step<'_>) -> Expired {
        let Self {
            case,
            job,
            storage_full,
            certain,
        } = self;
        case.left_alone(|case| {
            Stage::FilingFailed(Self {
                case,
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
        }
    }

    fn has_back(&self) -> bool {
        self.certain
    }

    fn has_work(&self) -> bool {
        true
    }
}

/// Filed. Whatever becomes of the paper, the case stands.
#[derive(Debug)]
pub(crate) struct Receipt {
    case: Case,
    code: String,
    filed_at: LocalTime,
    paper: PaperJob,
    prints: u8,
}

impl Receipt {
    fn begin(case: Case, code: String, filed_at: LocalTime, language: Language, step: &mut Step<'_>) -> Stage {
        step.record(Record::Filed);
        let mut receipt = Self {
            case,
            code,
            filed_at,
            paper: PaperJob::Printed,
            prints: 0,
        };
        receipt.print(language, step);
        Stage::Receipt(receipt)
    }

    /// One that lies in the tray.
    pub(crate) fn printed(case: Case, code: String, filed_at: LocalTime) -> Stage {
        Stage::Receipt(Self {
            case,
            code,
            filed_at,
            paper: PaperJob::Printed,
            prints: 1,
        })
    }

    fn print(&mut self, language: Language, step: &mut Step<'_>) {
        self.prints += 1;
        let job = step.terminal.next_job();
        let Case {
            service,
            answers,
            authenticity,
            ..
        } = &self.case;
        let filing = catalogue::Filing {
            case_code: self.code.clone(),
            filed_at: self.filed_at,
            delivery: if step.terminal.line_up {
                Delivery::OnItsWay
            } else {
                Delivery::WaitingForLine
            },
            authenticity: *authenticity,
        };
        let declaration = service.declaration(answers, language);
        let document = service.receipt(answers, &declaration, &filing, language);
        step.effects.push(Effect::Print(PrintJob { job, document }));
        self.paper = PaperJob::sent(job, step.now);
    }

    fn may_print_again(&self) -> bool {
        self.prints < patience::PRINTS_MAX && !matches!(self.paper, PaperJob::Printing { .. })
    }
}

impl AnyStage for Receipt {
    const NAME: &'static str = "receipt";
    const PATIENCE: Duration = patience::RECEIPT;

    fn handle(mut self, input: Input, language: Language, step: &mut Step<'_>) -> Stage {
        match input {
            Input::Printer(event) => self.paper.hear(&event, step),
            Input::Tap(Tap::PrintAgain) if self.may_print_again() => self.print(language, step),
            Input::Tap(Tap::Continue) => return leave(Ending::Filed, step),
            _ => {}
        }
        self.paper.lose_patience(step);
        Stage::Receipt(self)
    }

    fn expired(self, _language: Language, step: &mut Step<'_>) -> Expired {
        Expired::Go(leave(Ending::Filed, step))
    }

    fn screen(&self, language: Language, terminal: &Terminal) -> Screen {
        let service = &self.case.service;
        Screen::Receipt(ReceiptView {
            service: service.title(language).to_owned(),
            code: self.code.clone(),
            line_up: terminal.line_up,
            prepared: service.finish() == Finish::Prepare,
            paper: self.paper.paper(),
            print_again: self.may_print_again(),
            next_steps: service.next_steps_after(&self.case.answers, language),
        })
    }

    fn texts_in(&self, language: Language, _terminal: &Terminal) -> Language {
        self.case.service.language_of_texts(language)
    }

    fn wake(&self) -> Option<Now> {
        self.paper.wake()
    }

    fn may_cancel(&self) -> bool {
        false
    }
}

/// The case's memory is gone; the card still has to be taken.
#[derive(Debug)]
pub(crate) struct TakingCard {
    ending: Ending,
}

/// The way out, by way of the card if one lies there.
pub(crate) fn leave(ending: Ending, step: &mut Step<'_>) -> Stage {
    match step.terminal.card {
        Some(_) => Stage::TakingCard(TakingCard { ending }),
        None => Stage::Goodbye(Goodbye { ending }),
    }
}

impl AnyStage for TakingCard {
    const NAME: &'static str = "taking_card";
    const PATIENCE: Duration = patience::TAKING_CARD;

    fn handle(self, _input: Input, _language: Language, step: &mut Step<'_>) -> Stage {
        leave(self.ending, step)
    }

    /// The card stays; the attract screen goes on asking for it.
    fn expired(self, _language: Language, _step: &mut Step<'_>) -> Expired {
        Expired::Go(Stage::Over(self.ending))
    }

    fn screen(&self, _language: Language, _terminal: &Terminal) -> Screen {
        Screen::TakeCard
    }

    fn may_cancel(&self) -> bool {
        false
    }
}

/// Good-bye.
#[derive(Debug)]
pub(crate) struct Goodbye {
    ending: Ending,
}

impl AnyStage for Goodbye {
    const NAME: &'static str = "goodbye";
    const PATIENCE: Duration = patience::GOODBYE;
    const ANNOUNCED: bool = false;

    fn handle(self, input: Input, _language: Language, _step: &mut Step<'_>) -> Stage {
        match input {
            Input::Tap(Tap::Continue | Tap::Start) => Stage::Over(self.ending),
            _ => Stage::Goodbye(self),
        }
    }

    fn expired(self, _language: Language, _step: &mut Step<'_>) -> Expired {
        Expired::Go(Stage::Over(self.ending))
    }

    fn screen(&self, _language: Language, _terminal: &Terminal) -> Screen {
        Screen::Goodbye { ending: self.ending }
    }

    fn may_cancel(&self) -> bool {
        false
    }
}
