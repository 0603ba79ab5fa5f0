//! Asking for a person, within a visit: staff are told the stage, and the citizen what becomes of it.
use crate::view::StaffCall;
use crate::visit::Step;
use crate::{Effect, Record};
use drivers_api::Job;

/// What is known of a call for a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StaffNews {
    /// Staff are told.
    Told,
    /// Somebody said that they are on the way.
    Coming,
    /// It doesn't get through.
    NotReached,
    /// The receipt is to be printed once more, as somebody at the counter said.
    PrintAgain,
}

/// A visit's call for a person.
#[derive(Debug, Default)]
pub(crate) struct Calling {
    /// The call that answers are heard of.
    job: Option<Job>,
    state: StaffCall,
}

impl Calling {
    pub(crate) fn state(&self) -> StaffCall {
        self.state
    }

    /// Once in a visit is enough, unless it didn't get through: whoever presses again is told how it stands.
    pub(crate) fn ask(&mut self, stage: &'static str, step: &mut Step<'_>) {
        if !step.terminal.line_up {
            self.state = StaffCall::OutOfReach;
        } else if matches!(self.state, StaffCall::NotAsked | StaffCall::OutOfReach) {
            let job = step.terminal.next_job();
            self.job = Some(job);
            self.state = StaffCall::Calling;
            step.effects.push(Effect::CallStaff { job, stage });
            step.record(Record::HelpWanted(stage));
        }
    }

    /// News of another visit's call, or of one before, say nothing here. Who is on the way stays so.
    pub(crate) fn hear(&mut self, job: Job, news: StaffNews) {
        if self.job != Some(job) || self.state == StaffCall::Coming {
            return;
        }
        self.state = match news {
            StaffNews::Told => StaffCall::Told,
            StaffNews::Coming => StaffCall::Coming,
            StaffNews::NotReached => StaffCall::OutOfReach,
            StaffNews::PrintAgain => return,
        };
    }

    /// Answers to this number are about this visit.
    pub(crate) fn is_ours(&self, job: Job) -> bool {
        self.job == Some(job)
    }
}
