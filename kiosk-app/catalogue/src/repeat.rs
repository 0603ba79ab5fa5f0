//! Pages that are answered several times: for each person who moves, each child, each business.
//!
//! A definition names them once. Loading lays out as many copies as there may be, one behind the other, and after each
//! but the last a page that asks for another one. So way, checks and pruning know nothing of it; only what is sent to
//! the authority puts the copies together again, as a list.
use crate::answers::{Answer, Answers};
use crate::field::{FieldIndex, PageIndex};
use crate::service::Service;
use core::ops::Range;
use drivers_api::private::PrivateText;

/// A group of pages that is answered several times.
#[derive(Debug)]
pub(crate) struct Repeat {
    pub(crate) id: String,
    /// Key of the list in the submission.
    pub(crate) fim_id: String,
    /// Each time that it can be answered.
    pub(crate) copies: Vec<CopyRange>,
}

/// What belongs to one copy, without the question for another.
#[derive(Clone, Debug)]
pub(crate) struct CopyRange {
    pub(crate) pages: Range<PageIndex>,
    pub(crate) fields: Range<FieldIndex>,
}

/// To which copy a page or a field belongs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Copied {
    /// Number of the group in its service.
    pub(crate) repeat: usize,
    /// Which copy, from 0.
    pub(crate) number: usize,
    /// True for the question whether there is another one.
    pub(crate) asks: bool,
}

/// Between the author's id and the number of a copy; no id of an author has it.
pub(crate) const NUMBER_SIGN: char = '#';

/// The id of a copy.
pub(crate) fn copied_id(id: &str, number: usize) -> String {
    format!("{id}{NUMBER_SIGN}{}", number + 1)
}

/// The id that the author gave.
pub(crate) fn authors_id(id: &str) -> &str {
    id.split(NUMBER_SIGN).next().unwrap_or_default()
}

impl Service {
    /// True when this page belongs to an entry of a list that may be left out: another one stays.
    pub fn can_leave_out(&self, page: PageIndex, answers: &Answers) -> bool {
        let Some(copied) = self.pages.get(page).and_then(|page| page.copied) else {
            return false;
        };
        !copied.asks && self.entries(copied.repeat, answers) > 1
    }

    /// Leaves out the entry that this page belongs to; those behind it move up. Answers with the page that asks for
    /// another one, after what is now the last entry before its place.
    pub fn leave_out(&self, answers: &mut Answers, page: PageIndex) -> Option<PageIndex> {
        if !self.can_leave_out(page, answers) {
            return None;
        }
        let Copied { repeat, number, .. } = self.pages.get(page)?.copied?;
        let entries = self.entries(repeat, answers);
        let copies = &self.repeats.get(repeat)?.copies;
        let last = entries.checked_sub(1)?;
        for (to, from) in copies.iter().zip(copies.iter().skip(1)).take(last).skip(number) {
            for (to, from) in to.fields.clone().zip(from.fields.clone()) {
                let moved = answers.take(from);
                answers.set(to, moved);
            }
        }
        for field in copies.get(last)?.fields.clone() {
            answers.set(field, None);
        }
        // The question for another one lies right behind the fields of its copy.
        let asks = |copy: usize| Some(copies.get(copy)?.fields.end);
        if last < copies.len() {
            answers.set(asks(last)?, None);
        }
        let no = Answer {
            text: PrivateText::from("false"),
            from_card: false,
        };
        answers.set(asks(last.checked_sub(1)?)?, Some(no));
        let before = number.min(last).saturating_sub(1);
        Some(copies.get(before)?.pages.end)
    }

    /// How many entries the citizen has begun.
    fn entries(&self, repeat: usize, answers: &Answers) -> usize {
        let reach = self.walk(answers);
        let copies = self.repeats.get(repeat).map_or(&[][..], |repeat| &repeat.copies);
        copies.iter().filter(|copy| reach.has(copy.pages.start)).count()
    }
}
