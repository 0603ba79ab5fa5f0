//! Looks what the town tells, without wanting anything else.
use super::Player;
use crate::Fault;
use session::view::{BoardPlace, BoardSection, Screen};

impl Player {
    /// From the first touch to the opening times, and away. Gives the offices' names.
    ///
    /// # Errors
    /// See [`super::play`].
    pub fn read_opening_times(&mut self) -> Result<Vec<String>, Fault> {
        self.until("attract", |screen| matches!(screen, Screen::Attract { .. }))?;
        self.tap("Zum Starten berühren")?;
        self.until("language", |screen| matches!(screen, Screen::Languages))?;
        self.tap(self.guise.language.own_name())?;
        self.until("services_with_town", |screen| {
            matches!(screen, Screen::Services { board: true, .. })
        })?;
        self.press("Aus dem Rathaus")?;
        self.until("town", |screen| is_at(screen, BoardPlace::Overview))?;
        self.press("Öffnungszeiten")?;
        self.until("opening", |screen| {
            is_at(screen, BoardPlace::List(BoardSection::Offices))
        })?;
        let Screen::Board(board) = &self.view.screen else {
            return Err("the opening times went away".into());
        };
        let offices = board.entries.iter().map(|entry| entry.title.clone()).collect();
        self.press("Abbrechen")?;
        self.until("attract", |screen| matches!(screen, Screen::Attract { .. }))?;
        Ok(offices)
    }
}

fn is_at(screen: &Screen, place: BoardPlace) -> bool {
    matches!(screen, Screen::Board(board) if board.place == place)
}
