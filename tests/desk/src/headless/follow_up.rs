//! Comes back with the receipt and asks what became of the case.
use super::Player;
use crate::Fault;
use screens::hand;
use session::CaseState;
use session::view::{FollowUp, Screen};

impl Player {
    /// Types the code of a receipt and sees how the case stands.
    ///
    /// # Errors
    /// See [`super::play`].
    pub fn follow_up(&mut self, code: &str) -> Result<CaseState, Fault> {
        self.until("attract", |screen| matches!(screen, Screen::Attract { .. }))?;
        self.tap("Zum Starten berühren")?;
        self.until("language", |screen| matches!(screen, Screen::Languages))?;
        self.tap(self.guise.language.own_name())?;
        self.until("services", |screen| matches!(screen, Screen::Services { .. }))?;
        self.press("Was ist aus meinem Antrag geworden?")?;
        self.until("follow_up", |screen| {
            matches!(screen, Screen::FollowUp(FollowUp::Choose { .. }))
        })?;
        self.press("Code eingeben")?;
        self.until("code", |screen| matches!(screen, Screen::FollowUp(FollowUp::Code(_))))?;
        self.press("Geben Sie den Code ein")?;
        for symbol in code.chars().filter(|symbol| *symbol != '-') {
            hand::key(&self.screens, symbol.to_string());
            self.turn();
        }
        self.until(
            "code_typed",
            |screen| matches!(screen, Screen::FollowUp(FollowUp::Code(entry)) if entry.complete),
        )?;
        self.press("Weiter")?;
        self.until("case", |screen| {
            matches!(screen, Screen::FollowUp(FollowUp::Case(_) | FollowUp::NoAnswer(_)))
        })?;
        let Screen::FollowUp(FollowUp::Case(case)) = &self.view.screen else {
            return Err(format!("no case but {:?}", self.view.screen).into());
        };
        let state = case.state;
        self.press("Fertig")?;
        self.until("goodbye", |screen| matches!(screen, Screen::Goodbye { .. }))?;
        self.until("attract", |screen| matches!(screen, Screen::Attract { .. }))?;
        Ok(state)
    }
}
