//! The fee, between the review and the filing. The order is fixed: paid, filed, printed. Who paid and isn't served gets the
//! money back; what nobody can tell is for the office, and nobody pays twice.
use crate::filing::Filing;
use crate::form::{Case, Reviewing};
use crate::view::{PayScreen, PayView, Screen};
use crate::visit::{AnyStage, Expired, Stage, Step};
use crate::{CardPay, Effect, Input, Now, Record, Tap, Terminal, patience};
use catalogue::{CardPayment, Cents, LocalTime, PayWay, Payment, PaymentState};
use core::time::Duration;
use drivers_api::Job;
use drivers_api::language::Language;
use drivers_api::payment::{NotPaidReason, PaymentCommand, PaymentEvent, PaymentHint, PaymentReceipt};
use drivers_api::private::PrivateText;

/// A fee that is settled as far as it can be before the filing.
#[derive(Debug)]
pub(crate) struct Paid {
    /// As the case and the receipt tell it.
    pub(crate) payment: Payment,
    /// For the receipt alone.
    pub(crate) slip: PrivateText,
    /// The money that was taken, and goes back when the case can't be filed.
    pub(crate) taken: Option<Job>,
}

impl Paid {
    fn later(cents: Cents, state: PaymentState) -> Self {
        Self {
            payment: Payment { cents, state },
            slip: PrivateText::default(),
            taken: None,
        }
    }

    fn by_card(cents: Cents, job: Job, receipt: PaymentReceipt) -> Self {
        let card = CardPayment {
            card: receipt.card_kind,
            receipt_no: receipt.receipt_no,
            trace_no: receipt.trace_no,
            terminal_id: receipt.terminal_id,
            at: receipt.at.map(local_time),
        };
        Self {
            payment: Payment {
                cents,
                state: PaymentState::Card(card),
            },
            slip: receipt.customer_lines,
            taken: Some(job),
        }
    }
}

fn local_time(at: jiff::civil::DateTime) -> LocalTime {
    let part = |part: i8| u8::try_from(part).unwrap_or_default();
    LocalTime {
        year: at.year(),
        month: part(at.month()),
        day: part(at.day()),
        hour: part(at.hour()),
        minute: part(at.minute()),
    }
}

/// The citizen pays, or chooses how.
#[derive(Debug)]
pub(crate) struct Paying {
    pub(crate) case: Case,
    cents: Cents,
    at: At,
}

#[derive(Clone, Copy, Debug)]
enum At {
    /// Chooses how, maybe after it didn't work.
    Choosing { trouble: Option<NotPaidReason> },
    /// At the payment terminal.
    Terminal {
        job: Job,
        hint: PaymentHint,
        /// The citizen wants to pay otherwise.
        stopping: bool,
        began: Now,
    },
}

impl Paying {
    /// What follows the review: the filing, where nothing is to be paid or nothing is to be chosen.
    pub(crate) fn begin(case: Case, language: Language, step: &mut Step<'_>) -> Stage {
        let Some(cents) = case.service.to_pay(&case.answers) else {
            return Filing::begin(case, None, language, step);
        };
        let ways = ways(&case, step.terminal);
        match ways.as_slice() {
            [PayWay::Counter] => Filing::begin(case, Some(Paid::later(cents, PaymentState::Counter)), language, step),
            [PayWay::Invoice] => Filing::begin(case, Some(Paid::later(cents, PaymentState::Invoice)), language, step),
            _ => Self::choosing(case, cents, None),
        }
    }

    fn choosing(case: Case, cents: Cents, trouble: Option<NotPaidReason>) -> Stage {
        Stage::Paying(Self {
            case,
            cents,
            at: At::Choosing { trouble },
        })
    }

    fn choose(self, way: PayWay, language: Language, step: &mut Step<'_>) -> Stage {
        let Self { case, cents, at } = self;
        let may = ways(&case, step.terminal).contains(&way);
        match way {
            _ if !may => Stage::Paying(Self { case, cents, at }),
            PayWay::Counter => Filing::begin(case, Some(Paid::later(cents, PaymentState::Counter)), language, step),
            PayWay::Invoice => Filing::begin(case, Some(Paid::later(cents, PaymentState::Invoice)), language, step),
            // No receipt, no payment.
            PayWay::Card if step.terminal.card_pay_trouble() => Stage::Paying(Self { case, cents, at }),
            PayWay::Card => {
                let job = step.terminal.next_job();
                step.effects.push(Effect::Pay {
                    job,
                    cents,
                    tax_percent: case.service.fee_tax_percent(&case.answers),
                    service: case.service.id().clone(),
                });
                let at = At::Terminal {
                    job,
                    hint: PaymentHint::Wait,
                    stopping: false,
                    began: step.now,
                };
                Stage::Paying(Self { case, cents, at })
            }
        }
    }

    /// What the payment terminal says of the payment that is under way.
    fn hear(self, event: PaymentEvent, language: Language, step: &mut Step<'_>) -> Stage {
        let Self { case, cents, at } = self;
        let At::Terminal {
            job, stopping, began, ..
        } = at
        else {
            return Stage::Paying(Self { case, cents, at });
        };
        match event {
            PaymentEvent::Show { job: told, what } if told == job => {
                let at = At::Terminal {
                    job,
                    hint: what,
                    stopping,
                    began,
                };
                Stage::Paying(Self { case, cents, at })
            }
            PaymentEvent::Paid { job: told, receipt } if told == job => {
                step.record(Record::Paid(cents));
                if receipt.amount.value() != u64::from(cents) {
                    // It is on the receipt as it is; the office sees both.
                    step.record(Record::PaymentTrouble("other_amount"));
                }
                let paid = Paid::by_card(cents, job, receipt);
                Filing::begin(case, Some(paid), language, step)
            }
            PaymentEvent::NotPaid { job: told, why } if told == job => {
                step.record(Record::PaymentTrouble("not_paid"));
                let wanted = stopping && why == NotPaidReason::Cancelled;
                Self::choosing(case, cents, Some(why).filter(|_| !wanted))
            }
            PaymentEvent::Unclear { job: told } if told == job => Self::unclear(case, cents, language, step),
            _ => Stage::Paying(Self { case, cents, at }),
        }
    }

    /// The case stands, and the office finds out whether it was paid.
    fn unclear(case: Case, cents: Cents, language: Language, step: &mut Step<'_>) -> Stage {
        step.record(Record::PaymentTrouble("unclear"));
        step.call_staff("payment_unclear");
        let paid = Paid::later(cents, PaymentState::Unclear);
        Filing::begin(case, Some(paid), language, step)
    }
}

/// The ways of the service that this terminal has.
fn ways(case: &Case, terminal: &Terminal) -> Vec<PayWay> {
    let ways = case.service.pay_ways().iter().copied();
    ways.filter(|way| *way != PayWay::Card || terminal.card_pay != CardPay::Absent)
        .collect()
}

impl AnyStage for Paying {
    const NAME: &'static str = "paying";
    const PATIENCE: Duration = patience::PAY_CHOOSING;

    fn name(&self) -> &'static str {
        match self.at {
            At::Choosing { .. } => "pay_choosing",
            At::Terminal { .. } => "paying",
        }
    }

    fn lasts(&self) -> (Duration, bool) {
        match self.at {
            At::Choosing { .. } => (patience::PAY_CHOOSING, true),
            At::Terminal { .. } => (patience::PAYING, false),
        }
    }

    fn began(&self) -> Option<Now> {
        match self.at {
            At::Choosing { .. } => None,
            At::Terminal { began, .. } => Some(began),
        }
    }

    fn handle(mut self, input: Input, language: Language, step: &mut Step<'_>) -> Stage {
        match (input, &mut self.at) {
            (Input::Payment(event), _) => self.hear(event, language, step),
            (Input::Tap(Tap::Pay(way)), At::Choosing { .. }) => self.choose(way, language, step),
            (Input::Tap(Tap::Back), At::Choosing { .. }) => Stage::Reviewing(Reviewing { case: self.case }),
            (Input::Tap(Tap::Back), At::Terminal { job, stopping, .. }) => {
                if !core::mem::replace(stopping, true) {
                    step.effects.push(Effect::Payment(PaymentCommand::Abort(*job)));
                }
                Stage::Paying(self)
            }
            _ => Stage::Paying(self),
        }
    }

    fn expired(self, language: Language, step: &mut Step<'_>) -> Expired {
        let Self { case, cents, at } = self;
        match at {
            At::Choosing { trouble } => case.left_alone(|case| Self::choosing(case, cents, trouble)),
            // Whoever asks the terminal gives up sooner.
            At::Terminal { job, .. } => {
                step.effects.push(Effect::Payment(PaymentCommand::Abort(job)));
                Expired::Go(Self::unclear(case, cents, language, step))
            }
        }
    }

    fn screen(&self, language: Language, terminal: &Terminal) -> Screen {
        let service = &self.case.service;
        let state = match self.at {
            At::Choosing { trouble } => PayScreen::Choose {
                ways: ways(&self.case, terminal),
                card_works: !terminal.card_pay_trouble(),
                trouble,
            },
            At::Terminal { hint, stopping, .. } => PayScreen::AtTerminal { hint, stopping },
        };
        Screen::Pay(PayView {
            service: service.title(language).to_owned(),
            amount: service.amount_text(self.cents, language),
            state,
        })
    }

    /// The service's name stands above the choice only.
    fn texts_in(&self, language: Language, _terminal: &Terminal) -> Language {
        match self.at {
            At::Choosing { .. } => self.case.service.language_of_texts(language),
            At::Terminal { .. } => language,
        }
    }

    fn has_back(&self) -> bool {
        match self.at {
            At::Choosing { .. } => true,
            At::Terminal { stopping, .. } => !stopping,
        }
    }

    fn may_cancel(&self) -> bool {
        matches!(self.at, At::Choosing { .. })
    }

    fn has_work(&self) -> bool {
        matches!(self.at, At::Choosing { .. })
    }
}

impl Terminal {
    /// Nobody can pay by card just now: the payment terminal or the receipt's printer doesn't work.
    pub(crate) fn card_pay_trouble(&self) -> bool {
        self.card_pay != CardPay::Ready || self.printer_trouble.is_some()
    }
}
