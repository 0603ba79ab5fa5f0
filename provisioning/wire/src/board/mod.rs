//! What the town tells on its terminals: news, the council, consultations, found things, opening times, who is
//! responsible. One bounded document; nothing in it is about a citizen.
//!
//! # The exchange
//! `GET` [`BOARD_PATH`] with `Authorization: Bearer <terminal token>`, and `If-None-Match` with the `ETag` of the board
//! that the terminal has.
//!
//! | status | meaning | body |
//! |---|---|---|
//! | 200 | the board, with its `ETag` | [`Board`] as JSON, at most [`BOARD_BYTES_MAX`] |
//! | 304 | the terminal has it already | none |
//! | 401 | unknown or withdrawn terminal | [`crate::Problem`] |
//! | 404 | this backend has no board, or none yet | [`crate::Problem`] |
//!
//! # Trust
//! A board comes from servers of many hands. Whatever is in the JSON, a [`Board`] that was read is clean and bounded:
//! texts are plain, lists have an end, an agenda names only papers that are there. Addresses are for QR codes.
mod opening;
mod text;
mod time;

pub use opening::{EXCEPTIONS_MAX, Exception, Hours, Office, OpenNow, STRETCHES_MAX};
pub use text::{LINE_CHARS_MAX, LINK_CHARS_MAX, Line, Link, PARAGRAPH_CHARS_MAX, PARAGRAPHS_MAX, TEXT_BYTES_MAX, Text};
pub use time::{Clock, Day, Moment};

use serde::{Deserialize, Serialize};
use text::link_or_none;

/// Where terminals get the board.
pub const BOARD_PATH: &str = "/v1/board";

/// Largest board as JSON.
pub const BOARD_BYTES_MAX: usize = 2 * 1024 * 1024;

/// Most news, newest first. Nobody reads further back at a terminal.
pub const NEWS_MAX: usize = 30;
/// Most meetings: a quarter of a year of a large town.
pub const MEETINGS_MAX: usize = 60;
/// Most items of one agenda.
pub const AGENDA_MAX: usize = 60;
/// Most papers of one item of an agenda.
pub const ITEM_PAPERS_MAX: usize = 8;
/// Most papers in all.
pub const PAPERS_MAX: usize = 200;
/// Most consultations that run at a time.
pub const CONSULTATIONS_MAX: usize = 30;
/// Most found things: half a year of a large town's lost property office.
pub const FOUND_MAX: usize = 1_500;
/// Most offices.
pub const OFFICES_MAX: usize = 40;
/// Most services that somebody is named for.
pub const RESPONSIBLE_MAX: usize = 300;

/// What a source gave, and when it did so last.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Section<T> {
    /// When it was read last from where it comes, on the town's clock; `None` when never.
    pub as_of: Option<Moment>,
    /// What it gave.
    pub items: Vec<T>,
}

impl<T> Default for Section<T> {
    fn default() -> Self {
        Self {
            as_of: None,
            items: Vec::new(),
        }
    }
}

/// A piece of news, or a consultation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct News {
    /// Heading.
    pub title: Line,
    /// When it was published.
    pub day: Option<Day>,
    /// What it says.
    #[serde(default)]
    pub text: Text,
    /// Where there is more.
    #[serde(default, deserialize_with = "link_or_none")]
    pub link: Option<Link>,
}

/// The town asks what people think.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Consultation {
    /// Heading.
    pub title: Line,
    /// Last day for saying something.
    pub until: Option<Day>,
    /// What it is about, and how to take part.
    #[serde(default)]
    pub text: Text,
    /// Where to take part.
    #[serde(default, deserialize_with = "link_or_none")]
    pub link: Option<Link>,
}

/// A meeting of the council or a committee (OParl 1.1 Meeting).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Meeting {
    /// Name.
    pub name: Line,
    /// Beginning.
    pub start: Moment,
    /// Where.
    #[serde(default)]
    pub place: Line,
    /// It was called off.
    #[serde(default)]
    pub cancelled: bool,
    /// What is talked about, in order.
    #[serde(default)]
    pub agenda: Vec<AgendaItem>,
    /// Where there is more.
    #[serde(default, deserialize_with = "link_or_none")]
    pub link: Option<Link>,
}

/// An item of an agenda (OParl 1.1 AgendaItem).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AgendaItem {
    /// Its number, as it is printed ("Ö 3.1").
    #[serde(default)]
    pub number: Line,
    /// What it is about.
    pub title: Line,
    /// Talked about without the public.
    #[serde(default)]
    pub closed: bool,
    /// Places in [`Board::papers`].
    #[serde(default)]
    pub papers: Vec<u32>,
}

/// A paper of the council (OParl 1.1 Paper).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Paper {
    /// Name.
    pub name: Line,
    /// Its number in the house ("1234/2014").
    #[serde(default)]
    pub reference: Line,
    /// What it is ("Beschlussvorlage").
    #[serde(default)]
    pub kind: Line,
    /// Its date.
    pub day: Option<Day>,
    /// What it says, where the server tells it as text.
    #[serde(default)]
    pub text: Text,
    /// Where it can be read.
    #[serde(default, deserialize_with = "link_or_none")]
    pub link: Option<Link>,
}

/// Something that was found and handed in. Never says whose it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Found {
    /// What kind of thing ("Fahrrad").
    #[serde(default)]
    pub kind: Line,
    /// What it is ("Damenrad, blau").
    pub what: Line,
    /// When it was found.
    pub day: Option<Day>,
    /// Where it was found.
    #[serde(default)]
    pub place: Line,
    /// Its number at the office.
    #[serde(default)]
    pub number: Line,
}

/// Who is responsible for a service.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Responsible {
    /// The service.
    pub service: Line,
    /// Its LeiKa key, if it has one.
    #[serde(default)]
    pub leika: Line,
    /// The office.
    pub office: Line,
    /// Street and town.
    #[serde(default)]
    pub address: Line,
    /// Telephone.
    #[serde(default)]
    pub phone: Line,
    /// When it is open, in the office's own words.
    #[serde(default)]
    pub opening: Text,
    /// Where there is more.
    #[serde(default, deserialize_with = "link_or_none")]
    pub link: Option<Link>,
}

/// All of it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Board {
    /// News, newest first.
    pub news: Section<News>,
    /// Meetings, soonest first.
    pub meetings: Section<Meeting>,
    /// Papers that agendas name.
    pub papers: Vec<Paper>,
    /// What people are asked, what ends soonest first.
    pub consultations: Section<Consultation>,
    /// What was found, newest first.
    pub found: Section<Found>,
    /// When offices are open.
    pub offices: Section<Office>,
    /// Who is responsible, by name of the service.
    pub responsible: Section<Responsible>,
}

/// Why bytes are no board.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BoardError {
    /// More than fits.
    #[error("the board has {found} bytes, at most {BOARD_BYTES_MAX} are allowed")]
    TooLarge {
        /// How many there are.
        found: usize,
    },
    /// Not the JSON described here.
    #[error("the board is not the JSON we speak (line {line}, column {column})")]
    Json {
        /// Where, from 1.
        line: usize,
        /// Where, from 1.
        column: usize,
    },
}

impl Board {
    /// Reads a board and puts it in order.
    ///
    /// # Errors
    /// When it is too large or no JSON of this shape.
    pub fn from_json(bytes: &[u8]) -> Result<Self, BoardError> {
        if bytes.len() > BOARD_BYTES_MAX {
            return Err(BoardError::TooLarge { found: bytes.len() });
        }
        // An empty list would pass for a board without anything on it.
        if bytes.trim_ascii_start().first() != Some(&b'{') {
            return Err(BoardError::Json { line: 1, column: 1 });
        }
        let mut board: Self = serde_json::from_slice(bytes).map_err(|error| at(&error))?;
        board.tidy();
        Ok(board)
    }

    /// Writes a board in order. One that is too large loses what is missed least: the texts of papers, then the older
    /// half of the longest lists, until it fits.
    ///
    /// # Errors
    /// Never in practice: an empty board fits.
    pub fn to_json(&self) -> Result<Vec<u8>, BoardError> {
        let mut board = self.clone();
        board.tidy();
        loop {
            let bytes = serde_json::to_vec(&board).map_err(|error| at(&error))?;
            if bytes.len() <= BOARD_BYTES_MAX {
                return Ok(bytes);
            }
            if !board.shed() {
                return Err(BoardError::TooLarge { found: bytes.len() });
            }
        }
    }

    /// Nothing to tell.
    pub fn is_empty(&self) -> bool {
        self.news.items.is_empty()
            && self.meetings.items.is_empty()
            && self.consultations.items.is_empty()
            && self.found.items.is_empty()
            && self.offices.items.is_empty()
            && self.responsible.items.is_empty()
    }

    /// Brings everything into its order and bounds. Done twice, it changes nothing.
    pub fn tidy(&mut self) {
        self.news.items.retain(|news| !news.title.is_empty());
        self.news.items.sort_by_key(|news| core::cmp::Reverse(news.day));
        self.news.items.truncate(NEWS_MAX);
        self.meetings.items.retain(|meeting| !meeting.name.is_empty());
        self.meetings.items.sort_by_key(|meeting| meeting.start);
        self.meetings.items.truncate(MEETINGS_MAX);
        self.tidy_papers();
        let consultations = &mut self.consultations.items;
        consultations.retain(|consultation| !consultation.title.is_empty());
        // What has no last day comes last.
        consultations.sort_by_key(|consultation| (consultation.until.is_none(), consultation.until));
        consultations.truncate(CONSULTATIONS_MAX);
        self.found
            .items
            .retain(|found| !found.what.is_empty() || !found.kind.is_empty());
        self.found.items.sort_by_key(|found| core::cmp::Reverse(found.day));
        self.found.items.truncate(FOUND_MAX);
        self.offices.items.retain(|office| !office.name.is_empty());
        self.offices.items.truncate(OFFICES_MAX);
        self.offices.items.iter_mut().for_each(Office::tidy);
        let responsible = &mut self.responsible.items;
        responsible.retain(|one| !one.service.is_empty() && !one.office.is_empty());
        responsible.sort_by(|a, b| a.service.cmp(&b.service));
        responsible.truncate(RESPONSIBLE_MAX);
    }

    /// Only papers that an agenda names stay, in the order in which they are named.
    fn tidy_papers(&mut self) {
        let mut place_of = vec![None; self.papers.len()];
        let mut kept = Vec::new();
        for item in self.meetings.items.iter_mut().flat_map(|meeting| {
            meeting.agenda.retain(|item| !item.title.is_empty());
            meeting.agenda.truncate(AGENDA_MAX);
            &mut meeting.agenda
        }) {
            let mut papers = Vec::new();
            for named in item.papers.iter().filter_map(|place| usize::try_from(*place).ok()) {
                let Some(place) = place_of.get_mut(named).filter(|_| papers.len() < ITEM_PAPERS_MAX) else {
                    continue;
                };
                if place.is_none() && kept.len() < PAPERS_MAX {
                    *place = u32::try_from(kept.len()).ok();
                    kept.push(named);
                }
                papers.extend(place.filter(|place| !papers.contains(place)));
            }
            item.papers = papers;
        }
        self.papers = kept
            .iter()
            .filter_map(|place| self.papers.get(*place).cloned())
            .collect();
    }

    /// Gives something up. False when there is nothing left to give.
    fn shed(&mut self) -> bool {
        if self.papers.iter().any(|paper| !paper.text.is_empty()) {
            self.papers.iter_mut().for_each(|paper| paper.text = Text::default());
            return true;
        }
        let before = self.found.items.len() + self.meetings.items.len() + self.responsible.items.len();
        self.found.items.truncate(self.found.items.len() / 2);
        self.meetings.items.truncate(self.meetings.items.len() / 2);
        self.responsible.items.truncate(self.responsible.items.len() / 2);
        self.tidy_papers();
        before > 0
    }
}

fn at(error: &serde_json::Error) -> BoardError {
    BoardError::Json {
        line: error.line(),
        column: error.column(),
    }
}

#[cfg(test)]
mod tests;
