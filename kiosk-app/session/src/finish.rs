//! The last stages: the receipt is printed, the card taken.
use crate::filing::Filed;
use crate::form::Case;
use crate::paper::PaperJob;
use crate::pay::Paid;
use crate::view::{Paper, ReceiptView, Screen};
use crate::visit::{AnyStage, Expired, Stage, Step};
use crate::{Effect, Ending, Input, Now, Record, StaffNews, Tap, Terminal, patience};
use catalogue::{Delivery, Finish, PaymentState, ReceiptCheck};
use core::time::Duration;
use drivers_api::language::Language;
use drivers_api::payment::PaymentCommand;
use drivers_api::print::{Medium, PrintJob};

/// Filed. Whatever becomes of the paper, the case stands.
#[derive(Debug)]
pub(crate) struct Receipt {
    case: Case,
    paid: Option<Paid>,
    filed: Filed,
    paper: PaperJob,
    prints: u8,
    /// One came out to its end: what follows is a copy.
    has_one: bool,
    /// Staff want it printed once more, as soon as the printer has answered.
    wanted_again: bool,
}

impl Receipt {
    pub(crate) fn begin(
        case: Case,
        paid: Option<Paid>,
        filed: Filed,
        language: Language,
        step: &mut Step<'_>,
    ) -> Stage {
        step.record(Record::Filed);
        let mut receipt = Self {
            case,
            paid,
            filed,
            paper: PaperJob::Printed(Medium::Sheet),
            prints: 0,
            has_one: false,
            wanted_again: false,
        };
        receipt.print(language, step);
        Stage::Receipt(receipt)
    }

    /// One that lies in the tray.
    pub(crate) fn printed(case: Case, filed: Filed) -> Stage {
        Stage::Receipt(Self {
            case,
            paid: None,
            filed,
            paper: PaperJob::Printed(Medium::Sheet),
            prints: 1,
            has_one: true,
            wanted_again: false,
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
            case_code: self.filed.code.clone(),
            filed_at: self.filed.at,
            delivery: if step.terminal.line_up {
                Delivery::OnItsWay
            } else {
                Delivery::WaitingForLine
            },
            authenticity: *authenticity,
            payment: self.paid.as_ref().map(|paid| paid.payment.clone()),
            slip: self.paid.as_ref().map(|paid| paid.slip.duplicate()).unwrap_or_default(),
            check: self.check(),
            is_copy: self.has_one,
        };
        let declaration = service.declaration(answers, language);
        let document = service.receipt(answers, &declaration, &filing, language);
        step.effects.push(Effect::Print(PrintJob { job, document }));
        self.paper = PaperJob::sent(job, step.now);
    }

    fn check(&self) -> Option<ReceiptCheck> {
        let address = self.case.service.town().check_receipts_at()?;
        Some(ReceiptCheck {
            code: self.filed.check.clone()?,
            address: address.to_owned(),
        })
    }

    /// The receipt is handed over, on paper or as the code on the screen: the payment is closed.
    fn handed_over(&mut self, step: &mut Step<'_>) {
        if let Some(job) = self.paid.as_mut().and_then(|paid| paid.taken.take()) {
            step.effects.push(Effect::Payment(PaymentCommand::Complete(job)));
        }
    }

    fn is_printing(&self) -> bool {
        matches!(self.paper, PaperJob::Printing { .. })
    }

    fn may_print_again(&self) -> bool {
        self.prints < patience::PRINTS_MAX && !self.is_printing()
    }
}

impl AnyStage for Receipt {
    const NAME: &'static str = "receipt";
    const PATIENCE: Duration = patience::RECEIPT;

    fn handle(mut self, input: Input, language: Language, step: &mut Step<'_>) -> Stage {
        match input {
            Input::Printer(event) => self.paper.hear(&event, step),
            Input::Tap(Tap::PrintAgain) if self.may_print_again() => self.print(language, step),
            // Staff have seen what became of the others.
            Input::Staff {
                news: StaffNews::PrintAgain,
                ..
            } => self.wanted_again = true,
            Input::Tap(Tap::Continue) => {
                self.handed_over(step);
                return leave(Ending::Filed, step);
            }
            _ => {}
        }
        self.paper.lose_patience(step);
        if matches!(self.paper.paper(), Paper::Printed(_)) {
            self.has_one = true;
            self.handed_over(step);
        }
        if self.wanted_again && !self.is_printing() {
            self.wanted_again = false;
            self.print(language, step);
        }
        Stage::Receipt(self)
    }

    fn expired(mut self, _language: Language, step: &mut Step<'_>) -> Expired {
        self.handed_over(step);
        Expired::Go(leave(Ending::Filed, step))
    }

    fn screen(&self, language: Language, terminal: &Terminal) -> Screen {
        let service = &self.case.service;
        let payment = self.paid.as_ref().map(|paid| &paid.payment);
        Screen::Receipt(ReceiptView {
            service: service.title(language).to_owned(),
            code: self.filed.code.clone(),
            line_up: terminal.line_up,
            prepared: service.finish() == Finish::Prepare,
            paper: self.paper.paper(),
            print_again: self.may_print_again(),
            next_steps: service.next_steps_after(&self.case.answers, language),
            payment: payment
                .map(|paid| service.payment_text(paid, language))
                .unwrap_or_default(),
            payment_unclear: payment.is_some_and(|paid| paid.state == PaymentState::Unclear),
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
