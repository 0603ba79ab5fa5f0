//! One citizen's visit: the stages, and what holds in all of them (patience, cancel, language).
//!
//! ```text
//! Language → Services → Request → AwaitingCard → Secret → Working → Filling → Reviewing → Paying → Filing → Receipt → TakingCard → Goodbye
//!                ↓                  ↑  ↑            ↓        ↓ ↓↓                                     ↓                    ↑
//!                ↓                  ↑  ↑            ↓        ↓ ↓└─→ Showing, Exit ────────────────────┼────────────────────┤
//!             PinMenu ──────────────┘  └── taken away, wrong PIN, suspended (CAN) ──→ Refused (PUK)   └→ GivingBack ───────┤
//!                └──→ PinForgotten, Informing, Board                     └──→ PinDone ─────────────────────────────────────┘
//! ```
//!
//! Beside it: what became of a case that was filed before ([`crate::follow_up`]), and what the town tells ([`crate::board`]).
use crate::board::AtBoard;
use crate::card::{AwaitingCard, Refused, Working};
use crate::entrance::{ChoosingLanguage, ChoosingService, Requesting};
use crate::filing::{Filing, FilingFailed};
use crate::finish::{Goodbye, Receipt, TakingCard};
use crate::follow_up::FollowUp;
use crate::form::{Filling, Reviewing};
use crate::give_back::GivingBack;
use crate::inform::Informing;
use crate::patience::Patience;
use crate::pay::Paying;
use crate::pin::{PinDone, PinForgotten, PinMenu};
use crate::secret::SecretStage;
use crate::show::{Exit, Showing};
use crate::staff::Calling;
pub(crate) use crate::stage::{AnyStage, Expired, Step};
use crate::view::{Over, Screen, SpeechTo, View};
use crate::{Effect, Ending, Input, Now, Preferences, Record, StaffNews, Tap, Terminal, Wish};
use core::time::Duration;
use drivers_api::Job;
use drivers_api::card::{CardEvent, ReaderCommand};
use drivers_api::language::Language;
use drivers_api::private::Digits;
use drivers_api::voice::VoiceEvent;

/// What comes after a step of a visit.
pub(crate) enum Next {
    Stay(Visit),
    /// The citizen seems to be away from a case worth keeping.
    Aside(Visit),
    End(Ending),
}

/// A visit.
#[derive(Debug)]
pub struct Visit {
    pub(crate) language: Language,
    pub(crate) stage: Stage,
    quiet_since: Now,
    over: Over,
    pub(crate) preferences: Preferences,
    pub(crate) staff: Calling,
}

/// The way through a visit. Each stage holds only what is true in it.
#[derive(Debug)]
pub(crate) enum Stage {
    Language(ChoosingLanguage),
    Services(ChoosingService),
    Request(Requesting),
    AwaitingCard(AwaitingCard),
    Secret(SecretStage),
    Working(Working),
    Refused(Refused),
    FollowUp(FollowUp),
    PinMenu(PinMenu),
    PinDone(PinDone),
    PinForgotten(PinForgotten),
    Showing(Showing),
    Exit(Exit),
    Informing(Informing),
    Board(AtBoard),
    Filling(Filling),
    Reviewing(Reviewing),
    Paying(Paying),
    GivingBack(GivingBack),
    Filing(Filing),
    FilingFailed(FilingFailed),
    Receipt(Receipt),
    TakingCard(TakingCard),
    Goodbye(Goodbye),
    /// The visit is over.
    Over(Ending),
}

/// Calls the same method on whatever the stage is.
macro_rules! each_stage {
    ($stage:expr, $name:ident => $then:expr, over $ending:ident => $over:expr) => {
        match $stage {
            Stage::Language($name) => $then,
            Stage::Services($name) => $then,
            Stage::Request($name) => $then,
            Stage::AwaitingCard($name) => $then,
            Stage::Secret($name) => $then,
            Stage::Working($name) => $then,
            Stage::Refused($name) => $then,
            Stage::FollowUp($name) => $then,
            Stage::PinMenu($name) => $then,
            Stage::PinDone($name) => $then,
            Stage::PinForgotten($name) => $then,
            Stage::Showing($name) => $then,
            Stage::Exit($name) => $then,
            Stage::Informing($name) => $then,
            Stage::Board($name) => $then,
            Stage::Filling($name) => $then,
            Stage::Reviewing($name) => $then,
            Stage::Paying($name) => $then,
            Stage::GivingBack($name) => $then,
            Stage::Filing($name) => $then,
            Stage::FilingFailed($name) => $then,
            Stage::Receipt($name) => $then,
            Stage::TakingCard($name) => $then,
            Stage::Goodbye($name) => $then,
            Stage::Over($ending) => $over,
        }
    };
}

impl Stage {
    pub(crate) fn name(&self) -> &'static str {
        each_stage!(self, stage => stage.name(), over _ending => "over")
    }

    /// Day and month of birth as four digits, where a card told it.
    pub(crate) fn birthday(&self) -> Option<&Digits> {
        match self {
            Self::Filling(stage) => stage.case.birthday.as_ref(),
            Self::Reviewing(stage) => stage.case.birthday.as_ref(),
            Self::Paying(stage) => stage.case.birthday.as_ref(),
            Self::FilingFailed(stage) => stage.case.birthday.as_ref(),
            Self::Language(_) | Self::Services(_) | Self::Request(_) | Self::AwaitingCard(_) | Self::Secret(_) => None,
            Self::PinMenu(_) | Self::PinDone(_) | Self::PinForgotten(_) | Self::Showing(_) | Self::Exit(_) => None,
            Self::Working(_) | Self::Refused(_) | Self::Filing(_) | Self::Receipt(_) | Self::TakingCard(_) => None,
            Self::Informing(_) | Self::FollowUp(_) | Self::Board(_) | Self::Goodbye(_) | Self::Over(_) => None,
            Self::GivingBack(_) => None,
        }
    }

    /// The number of the filing that isn't settled.
    pub(crate) fn filing(&self) -> Option<Job> {
        if let Self::Filing(Filing { job, .. }) | Self::FilingFailed(FilingFailed { job, .. }) = self {
            return Some(*job);
        }
        None
    }

    fn patience(&self, quiet_since: Now) -> Patience {
        fn of<S: AnyStage>(stage: &S, quiet_since: Now) -> Patience {
            let since = stage.began().unwrap_or(quiet_since);
            let (lasts, announced) = stage.lasts();
            Patience {
                since,
                lasts,
                announced,
            }
        }
        each_stage!(self, stage => of(stage, quiet_since),
            over _ending => Patience { since: quiet_since, lasts: Duration::ZERO, announced: false })
    }
}

impl Visit {
    pub(crate) fn begin(now: Now) -> Self {
        let stage = Stage::Language(ChoosingLanguage);
        Self {
            language: Language::default(),
            stage,
            quiet_since: now,
            over: Over::Nothing,
            preferences: Preferences::default(),
            staff: Calling::default(),
        }
    }

    /// Somebody who has come that far in a visit of that language.
    pub(crate) fn in_front_of(stage: Stage, language: Language) -> Self {
        let visit = Self::begin(Now::ZERO);
        Self {
            language,
            stage,
            ..visit
        }
    }

    /// A sign of life: patience starts anew.
    pub(crate) fn touched(&mut self, now: Now) {
        self.quiet_since = now;
    }

    pub(crate) fn patience(&self) -> Patience {
        self.stage.patience(self.quiet_since)
    }

    /// When the screen or the state changes next by time alone.
    pub(crate) fn next_change(&self, now: Now) -> Now {
        let patience = self.patience().next_change(now);
        let wake = each_stage!(&self.stage, stage => stage.wake(), over _ending => None);
        wake.map_or(patience, |wake| wake.min(patience))
    }

    pub(crate) fn handle(mut self, input: Input, step: &mut Step<'_>) -> Next {
        if matches!(
            input,
            Input::Tap(_)
                | Input::Voice(VoiceEvent::HeadsetPlugged)
                | Input::Card(CardEvent::Inserted(_) | CardEvent::Removed)
        ) {
            self.touched(step.now);
        }
        let before = self.stage.name();
        match input {
            Input::Tick => return self.tick(step),
            Input::Tap(Tap::MoreTime) => {}
            Input::Tap(Tap::Cancel) if self.may_cancel() => {
                if !self.has_work() {
                    return self.stop(step);
                }
                self.over = Over::AskingCancel;
            }
            Input::Tap(Tap::ConfirmCancel) if self.over == Over::AskingCancel => return self.stop(step),
            Input::Tap(Tap::Cancel | Tap::ConfirmCancel | Tap::KeepGoing) => self.over = Over::Nothing,
            Input::Tap(Tap::Languages) => self.over = Over::Languages,
            Input::Tap(Tap::Settings) => self.over = Over::Settings,
            Input::Tap(Tap::Help) => self.over = Over::Help,
            Input::Tap(Tap::Prefer(wish)) => self.prefer(wish, step),
            Input::Tap(Tap::CallStaff) => self.staff.ask(before, step),
            Input::Staff {
                job,
                news: StaffNews::PrintAgain,
            } => {
                if self.staff.is_ours(job) {
                    // Whoever waits for the paper isn't away.
                    self.touched(step.now);
                    self.forward(input, step);
                }
            }
            Input::Staff { job, news } => self.staff.hear(job, news),
            Input::Tap(Tap::StepAside) if self.has_work() => {
                self.over = Over::Nothing;
                return Next::Aside(self);
            }
            Input::Tap(Tap::StepAside) => {}
            Input::Tap(Tap::Language(language)) => {
                self.language = language;
                self.over = Over::Nothing;
                self.forward(Input::Tap(Tap::Language(language)), step);
            }
            // Below what lies over the screen nothing can be touched.
            Input::Tap(Tap::Back) if self.over != Over::Nothing => self.over = Over::Nothing,
            Input::Tap(_) if self.over != Over::Nothing => {}
            Input::Voice(_) | Input::Board(_) => {}
            Input::Tap(_) | Input::Card(_) | Input::Printer(_) | Input::Line { .. } => self.forward(input, step),
            Input::Payment(_) | Input::Number { .. } => self.forward(input, step),
            Input::Filed { .. } | Input::FilingFailed { .. } | Input::CaseTold { .. } => self.forward(input, step),
        }
        self.arrive(before, step)
    }

    pub(crate) fn prefer(&mut self, wish: Wish, step: &mut Step<'_>) {
        let command = self.preferences.take(wish);
        step.effects.extend(command.map(Effect::Voice));
    }

    /// Stopped by the citizen: what was typed is dropped now; only the card still has to be taken.
    fn stop(mut self, step: &mut Step<'_>) -> Next {
        let before = self.stage.name();
        step.effects.push(Effect::Reader(ReaderCommand::Stop));
        self.over = Over::Nothing;
        let stage = core::mem::replace(&mut self.stage, Stage::Over(Ending::Cancelled));
        self.stage = each_stage!(stage, stage => stage.stop(step), over ending => Stage::Over(ending));
        self.arrive(before, step)
    }

    fn forward(&mut self, input: Input, step: &mut Step<'_>) {
        let language = self.language;
        let stage = core::mem::replace(&mut self.stage, Stage::Over(Ending::Cancelled));
        self.stage =
            each_stage!(stage, stage => stage.handle(input, language, step), over ending => Stage::Over(ending));
    }

    fn tick(mut self, step: &mut Step<'_>) -> Next {
        let (before, language) = (self.stage.name(), self.language);
        if !self.patience().is_over(step.now) {
            self.forward(Input::Tick, step);
            return self.arrive(before, step);
        }
        let stage = core::mem::replace(&mut self.stage, Stage::Over(Ending::Abandoned));
        let expired = each_stage!(stage, stage => stage.expired(language, step), over _ending => Expired::End);
        self.over = Over::Nothing;
        match expired {
            Expired::End => Next::End(Ending::Abandoned),
            Expired::Aside(stage) => {
                self.stage = stage;
                Next::Aside(self)
            }
            Expired::Go(stage) => {
                self.stage = stage;
                self.arrive(before, step)
            }
        }
    }

    /// Ends the visit, or notes a new stage.
    fn arrive(mut self, before: &'static str, step: &mut Step<'_>) -> Next {
        if let Stage::Over(ending) = self.stage {
            return Next::End(ending);
        }
        let name = self.stage.name();
        if name != before {
            self.touched(step.now);
            // A question about a screen that is gone is gone, too.
            if self.over != Over::AskingCancel || !self.may_cancel() {
                self.over = Over::Nothing;
            }
            step.record(Record::Reached(name));
        }
        Next::Stay(self)
    }

    fn may_cancel(&self) -> bool {
        each_stage!(&self.stage, stage => stage.may_cancel(), over _ending => false)
    }

    fn has_work(&self) -> bool {
        each_stage!(&self.stage, stage => stage.has_work(), over _ending => false)
    }

    pub(crate) fn view(&self, now: Now, terminal: &Terminal) -> View {
        let screen = each_stage!(&self.stage, stage => stage.screen(self.language, terminal),
            over ending => Screen::Goodbye { ending: *ending });
        View {
            language: self.language,
            texts_in: each_stage!(&self.stage, stage => stage.texts_in(self.language, terminal),
                over _ending => self.language),
            town: terminal.catalogue.town().name().to_owned(),
            screen,
            countdown: self.patience().countdown(now),
            back: each_stage!(&self.stage, stage => stage.has_back(), over _ending => false),
            cancel: self.may_cancel(),
            over: self.over,
            preferences: self.preferences,
            speech: SpeechTo::of(self.preferences, terminal),
            staff: self.staff.state(),
            can_step_aside: self.has_work(),
        }
    }
}
