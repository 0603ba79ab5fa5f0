//! What the town tells: news, the council, consultations, found things, opening times, who is responsible. To read and to
//! hear; nothing in it is about a citizen but the words that are looked for.
use crate::entrance::ChoosingService;
use crate::view::{BoardPlace, BoardSection, BoardView, Screen};
use crate::visit::{AnyStage, Stage, Step};
use crate::{Input, Tap, Terminal, patience};
use catalogue::{LocalTime, WordIndex};
use core::time::Duration;
use drivers_api::language::Language;
use drivers_api::private::PrivateText;
use std::sync::Arc;
use wire::board::{Board, Moment};

mod pages;

/// Headlines on the attract screen.
const HEADLINES_MAX: usize = 3;

/// A board that tells something, made ready for looking found things up.
#[derive(Debug)]
pub struct TownBoard {
    board: Arc<Board>,
    found: WordIndex,
}

impl TownBoard {
    /// `None` for a board with nothing on it.
    pub(crate) fn new(board: Arc<Board>) -> Option<Arc<Self>> {
        let things = board.found.items.iter().map(|found| {
            let named = vec![found.kind.as_str(), found.what.as_str()];
            (named, vec![found.place.as_str()])
        });
        let found = WordIndex::new(&things.collect::<Vec<_>>());
        (!board.is_empty()).then(|| Arc::new(Self { board, found }))
    }

    /// The newest news.
    pub(crate) fn headlines(&self) -> Vec<String> {
        let newest = self.board.news.items.iter().take(HEADLINES_MAX);
        newest.map(|news| news.title.to_string()).collect()
    }

    /// The sections that tell something.
    fn sections(&self) -> impl Iterator<Item = BoardSection> {
        BoardSection::ALL.into_iter().filter(|section| self.len(*section) > 0)
    }

    fn len(&self, section: BoardSection) -> usize {
        match section {
            BoardSection::News => self.board.news.items.len(),
            BoardSection::Council => self.board.meetings.items.len(),
            BoardSection::Consultations => self.board.consultations.items.len(),
            BoardSection::Found => self.board.found.items.len(),
            BoardSection::Offices => self.board.offices.items.len(),
            BoardSection::Responsible => self.board.responsible.items.len(),
        }
    }

    /// From when a section is.
    fn as_of(&self, section: BoardSection) -> Option<LocalTime> {
        let as_of = match section {
            BoardSection::News => self.board.news.as_of,
            BoardSection::Council => self.board.meetings.as_of,
            BoardSection::Consultations => self.board.consultations.as_of,
            BoardSection::Found => self.board.found.as_of,
            BoardSection::Offices => self.board.offices.as_of,
            BoardSection::Responsible => self.board.responsible.as_of,
        };
        as_of.map(local)
    }
}

/// Somebody reads what the town tells. The board stays as it is while they read.
#[derive(Debug)]
pub(crate) struct AtBoard {
    board: Arc<TownBoard>,
    place: BoardPlace,
    /// What is looked for among found things.
    words: Arc<PrivateText>,
    /// Where "back" leads in the end.
    chosen_from: ChoosingService,
}

impl AtBoard {
    pub(crate) fn new(board: Arc<TownBoard>, chosen_from: ChoosingService) -> Self {
        Self {
            board,
            place: BoardPlace::Overview,
            words: Arc::default(),
            chosen_from,
        }
    }

    fn at(self, place: BoardPlace) -> Stage {
        Stage::Board(Self { place, ..self })
    }

    /// What opens when the entry of that number is touched; `None` where there is nothing behind it.
    fn opened(&self, entry: usize) -> Option<BoardPlace> {
        match self.place {
            BoardPlace::Overview => self.board.sections().nth(entry).map(BoardPlace::List),
            BoardPlace::List(BoardSection::Found) => {
                let found = self.shown_found();
                found.get(entry).map(|at| BoardPlace::One(BoardSection::Found, *at))
            }
            BoardPlace::List(section) => (entry < self.board.len(section)).then_some(BoardPlace::One(section, entry)),
            BoardPlace::One(BoardSection::Council, meeting) => {
                let papers = self.board.papers_of(meeting);
                let paper = papers.get(entry).copied().flatten()?;
                Some(BoardPlace::Paper(meeting, paper))
            }
            BoardPlace::One(..) | BoardPlace::Paper(..) => None,
        }
    }

    /// Places of the found things that are shown: those that fit the words, or the newest.
    fn shown_found(&self) -> Vec<usize> {
        let words = self.words.expose();
        let all = match words.trim().is_empty() {
            true => (0..self.board.len(BoardSection::Found)).collect(),
            false => self.board.found.find(words),
        };
        all.into_iter().take(FOUND_SHOWN_MAX).collect()
    }
}

/// Most found things that are shown at a time.
const FOUND_SHOWN_MAX: usize = 12;

impl AnyStage for AtBoard {
    const NAME: &'static str = "board";
    const PATIENCE: Duration = patience::SHOWING;

    fn handle(mut self, input: Input, _language: Language, _step: &mut Step<'_>) -> Stage {
        match input {
            Input::Tap(Tap::Entry(entry)) => match self.opened(entry) {
                Some(place) => self.at(place),
                None => Stage::Board(self),
            },
            Input::Tap(Tap::Find(words)) if self.place == BoardPlace::List(BoardSection::Found) => {
                self.words = Arc::new(words);
                Stage::Board(self)
            }
            Input::Tap(Tap::Back) => match self.place {
                BoardPlace::Overview => Stage::Services(self.chosen_from),
                BoardPlace::List(_) => self.at(BoardPlace::Overview),
                BoardPlace::One(section, _) => self.at(BoardPlace::List(section)),
                BoardPlace::Paper(meeting, _) => self.at(BoardPlace::One(BoardSection::Council, meeting)),
            },
            _ => Stage::Board(self),
        }
    }

    fn screen(&self, language: Language, terminal: &Terminal) -> Screen {
        let view = match self.place {
            BoardPlace::Overview => self.board.overview(language, terminal.time),
            BoardPlace::List(BoardSection::Found) => {
                let shown = self.shown_found();
                BoardView {
                    words: PrivateText::from(self.words.expose()),
                    ..self.board.found_list(&shown, self.words.expose(), language)
                }
            }
            BoardPlace::List(section) => self.board.list(section, language, terminal.time),
            BoardPlace::One(section, at) => self.board.one(section, at, language, terminal.time),
            BoardPlace::Paper(_, paper) => self.board.paper(paper, language),
        };
        let section = match self.place {
            BoardPlace::Overview => None,
            BoardPlace::List(section) | BoardPlace::One(section, _) => Some(section),
            BoardPlace::Paper(..) => Some(BoardSection::Council),
        };
        Screen::Board(Box::new(BoardView {
            place: self.place,
            as_of: section.and_then(|section| self.board.as_of(section)),
            ..view
        }))
    }

    /// The town writes German.
    fn texts_in(&self, language: Language, _terminal: &Terminal) -> Language {
        match self.place {
            BoardPlace::Overview => language,
            BoardPlace::List(_) | BoardPlace::One(..) | BoardPlace::Paper(..) => Language::German,
        }
    }

    fn has_back(&self) -> bool {
        true
    }
}

/// A moment of the board as the screens write times.
fn local(moment: Moment) -> LocalTime {
    LocalTime {
        year: moment.0.year(),
        month: moment.0.month().unsigned_abs(),
        day: moment.0.day().unsigned_abs(),
        hour: moment.0.hour().unsigned_abs(),
        minute: moment.0.minute().unsigned_abs(),
    }
}

#[cfg(test)]
mod tests;
