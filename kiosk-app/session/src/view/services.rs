//! Services to choose from.
use catalogue::{ServiceId, Situation};
use drivers_api::language::Language;

/// Which services are on a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum List {
    /// All; there are few.
    All,
    /// What most people come for; all others are found by situation and by search.
    Start {
        /// The situations that have services; `None` are those that belong to none.
        situations: Vec<Option<Situation>>,
    },
    /// Those of a situation; `None`: of none.
    Situation(Option<Situation>),
}

/// A service on the list.
#[derive(Debug)]
pub struct Tile {
    /// Which.
    pub id: ServiceId,
    /// Its name.
    pub title: String,
    /// What it is, in one sentence.
    pub summary: String,
    /// Language of both.
    pub texts_in: Language,
    /// It needs a card.
    pub needs_card: bool,
    /// Whether it can be begun now.
    pub available: Availability,
}

/// Whether a service can be begun.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Availability {
    /// Yes.
    Now,
    /// Its card can't be read: no reader.
    NoReader,
    /// Its card can't be read: the terminal's certificate is missing, has ended, or doesn't grant what is needed.
    NoCertificate,
}
