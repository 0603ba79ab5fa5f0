//! What every stage of a visit can do, and what it may use.
use crate::finish;
use crate::view::Screen;
use crate::visit::Stage;
use crate::{Effect, Ending, Input, Now, Record, Terminal};
use core::time::Duration;
use drivers_api::language::Language;

/// What a stage may use while it handles an input.
pub(crate) struct Step<'a> {
    pub(crate) now: Now,
    pub(crate) terminal: &'a mut Terminal,
    pub(crate) effects: &'a mut Vec<Effect>,
}

impl Step<'_> {
    pub(crate) fn record(&mut self, record: Record) {
        self.effects.push(Effect::Record(record));
    }

    /// Calls for a person because something must be seen to, not because the citizen asked.
    pub(crate) fn call_staff(&mut self, stage: &'static str) {
        let job = self.terminal.next_job();
        self.effects.push(Effect::CallStaff { job, stage });
        self.record(Record::HelpWanted(stage));
    }
}

/// What every stage can do.
pub(crate) trait AnyStage: Sized {
    /// Name for the journal.
    const NAME: &'static str;
    /// How long it waits.
    const PATIENCE: Duration;
    /// A person is waited for, so the end is announced; else a device.
    const ANNOUNCED: bool = true;

    /// Its name, where it is one of several.
    fn name(&self) -> &'static str {
        Self::NAME
    }
    /// How long it waits, and whether for a person.
    fn lasts(&self) -> (Duration, bool) {
        (Self::PATIENCE, Self::ANNOUNCED)
    }
    /// Handles an input that isn't about patience or cancelling.
    fn handle(self, input: Input, language: Language, step: &mut Step<'_>) -> Stage;
    /// The citizen stops here for good.
    fn stop(self, step: &mut Step<'_>) -> Stage {
        finish::leave(Ending::Cancelled, step)
    }
    /// The time is up; by default there is nothing to lose.
    fn expired(self, language: Language, step: &mut Step<'_>) -> Expired {
        let _ = (language, step);
        Expired::End
    }
    /// What is shown.
    fn screen(&self, language: Language, terminal: &Terminal) -> Screen;
    /// Language of the service's texts on the screen; see [`View::texts_in`].
    fn texts_in(&self, language: Language, _terminal: &Terminal) -> Language {
        language
    }
    /// "Back" leads somewhere.
    fn has_back(&self) -> bool {
        false
    }
    /// The citizen may stop here.
    fn may_cancel(&self) -> bool {
        true
    }
    /// Something would be lost by stopping, so it is asked.
    fn has_work(&self) -> bool {
        false
    }
    /// When it wants to be called again, beside its patience.
    fn wake(&self) -> Option<Now> {
        None
    }
    /// When it began to wait for a device, if it does; else the last touch counts.
    fn began(&self) -> Option<Now> {
        None
    }
}

/// What follows when a stage's time is up.
pub(crate) enum Expired {
    /// Nothing to lose: the visit ends.
    End,
    /// A case worth keeping: it is covered.
    Aside(Stage),
    /// The stage knows a way on.
    Go(Stage),
}
