//! A letter of the authority: read page by page, and printed.
use super::FollowUp;
use super::case::{Looking, Opened, title};
use crate::finish::leave;
use crate::paper::Leaflet;
use crate::view::{self, LetterPage, LetterPart, Screen};
use crate::visit::{AnyStage, Expired, Stage, Step};
use crate::{Ending, Input, Now, Tap, Terminal, patience};
use catalogue::{LetterPiece, LetterText};
use core::time::Duration;
use drivers_api::language::Language;
use drivers_api::private::PrivateText;

/// What fits on a page that is read, and heard, in one go. A longer piece is a page of its own.
const PAGE_CHARS: usize = 700;

/// A letter is read.
#[derive(Debug)]
pub(crate) struct ReadingLetter {
    opened: Opened,
    letter: usize,
    page: usize,
    paper: Leaflet,
}

impl ReadingLetter {
    pub(crate) fn begin(opened: Opened, letter: usize) -> Stage {
        Self {
            opened,
            letter,
            page: 0,
            paper: Leaflet::default(),
        }
        .stage()
    }

    fn stage(self) -> Stage {
        Stage::FollowUp(FollowUp::Letter(self))
    }

    fn letter(&self) -> Option<&LetterText> {
        self.opened.case()?.letters.get(self.letter)
    }

    fn pages(&self) -> Vec<&[LetterPiece]> {
        self.letter().map_or_else(Vec::new, |letter| pages(&letter.pieces))
    }

    fn print(&mut self, step: &mut Step<'_>) {
        let Some(case) = self.opened.case() else { return };
        let Some(letter) = case.letters.get(self.letter) else {
            return;
        };
        let document = |step: &Step<'_>| {
            let (service, _) = title(case, Language::German, step.terminal);
            step.terminal.catalogue.letter(letter, &service)
        };
        self.paper.print(document, step);
    }
}

/// The pieces of a letter, page by page: a heading is never the last of a page.
fn pages(pieces: &[LetterPiece]) -> Vec<&[LetterPiece]> {
    let mut pages = Vec::new();
    let (mut from, mut chars) = (0, 0);
    for (at, piece) in pieces.iter().enumerate() {
        let long = length(piece);
        let heads = at > from && matches!(pieces.get(at - 1), Some(LetterPiece::Heading(_)));
        let ends = if heads { at - 1 } else { at };
        if chars + long > PAGE_CHARS && ends > from {
            pages.extend(pieces.get(from..ends));
            from = ends;
            chars = pieces.get(ends..at).into_iter().flatten().map(length).sum();
        }
        chars += long;
    }
    pages.extend(pieces.get(from..).filter(|rest| !rest.is_empty() || pages.is_empty()));
    pages
}

fn length(piece: &LetterPiece) -> usize {
    let chars = |text: &PrivateText| text.expose().chars().count();
    match piece {
        LetterPiece::Heading(text) | LetterPiece::Paragraph(text) => chars(text),
        LetterPiece::Row { name, value } => chars(name) + chars(value),
    }
}

impl AnyStage for ReadingLetter {
    const NAME: &'static str = "follow_up_letter";
    const PATIENCE: Duration = patience::LETTER;

    fn handle(mut self, input: Input, _language: Language, step: &mut Step<'_>) -> Stage {
        self.paper.hear(&input, step);
        let last = self.page + 1 >= self.pages().len();
        match input {
            Input::Tap(Tap::PrintAgain) => self.print(step),
            Input::Tap(Tap::Continue) if last => return Looking::stage(self.opened),
            Input::Tap(Tap::Continue) => self.page += 1,
            Input::Tap(Tap::Back) if self.page > 0 => self.page -= 1,
            Input::Tap(Tap::Back) => return Looking::stage(self.opened),
            _ => {}
        }
        self.stage()
    }

    fn expired(self, _language: Language, step: &mut Step<'_>) -> Expired {
        Expired::Go(leave(Ending::Served, step))
    }

    fn screen(&self, language: Language, _terminal: &Terminal) -> Screen {
        let pages = self.pages();
        let part = |piece: &LetterPiece| match piece {
            LetterPiece::Heading(text) => LetterPart::Heading(text.duplicate()),
            LetterPiece::Paragraph(text) => LetterPart::Paragraph(text.duplicate()),
            LetterPiece::Row { name, value } => LetterPart::Row {
                name: name.duplicate(),
                value: value.duplicate(),
            },
        };
        let shown = pages.get(self.page).copied().unwrap_or_default();
        Screen::FollowUp(view::FollowUp::Letter(LetterPage {
            title: self.letter().map(|letter| letter.title.duplicate()).unwrap_or_default(),
            issuer: self
                .letter()
                .map(|letter| letter.issuer.duplicate())
                .unwrap_or_default(),
            day: self
                .letter()
                .map(|letter| letter.issued_at.day_text(language))
                .unwrap_or_default(),
            parts: shown.iter().map(part).collect(),
            page: self.page + 1,
            of: pages.len().max(1),
            paper: self.paper.view(),
        }))
    }

    /// Authorities write German (VwVfG §23(1)).
    fn texts_in(&self, language: Language, _terminal: &Terminal) -> Language {
        match language {
            Language::EasyGerman => language,
            _ => Language::German,
        }
    }

    fn wake(&self) -> Option<Now> {
        self.paper.wake()
    }

    fn has_back(&self) -> bool {
        true
    }

    fn may_cancel(&self) -> bool {
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paragraph(chars: usize) -> LetterPiece {
        LetterPiece::Paragraph(PrivateText::new("a".repeat(chars)))
    }

    fn heading() -> LetterPiece {
        LetterPiece::Heading(PrivateText::from("Hinweis"))
    }

    #[test]
    fn a_short_letter_is_one_page_and_an_empty_one_too() {
        assert_eq!(pages(&[heading(), paragraph(300), paragraph(300)]).len(), 1);
        assert_eq!(pages(&[]).len(), 1);
    }

    #[test]
    fn no_piece_is_lost_or_doubled_and_no_heading_ends_a_page() {
        let letter: Vec<LetterPiece> = (0..40)
            .flat_map(|n| [heading(), paragraph(37 * (n % 23)), paragraph(1_500 * (n % 2))])
            .collect();
        let pages = pages(&letter);
        assert!(pages.len() > 10);
        assert_eq!(pages.iter().map(|page| page.len()).sum::<usize>(), letter.len());
        for page in &pages {
            assert!(!page.is_empty());
            assert!(!matches!(page.last(), Some(LetterPiece::Heading(_))));
            let chars: usize = page.iter().map(length).sum();
            let pieces = page
                .iter()
                .filter(|piece| !matches!(piece, LetterPiece::Heading(_)))
                .count();
            assert!(chars <= PAGE_CHARS || pieces == 1, "{chars} chars in {pieces} pieces");
        }
    }
}
