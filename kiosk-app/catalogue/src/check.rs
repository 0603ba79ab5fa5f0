//! Checks of answers, and how their problems are told.
use crate::answers::{Answer, Answers};
use crate::field::{Field, FieldIndex, FieldKind, PageIndex};
use crate::service::Service;
use crate::words::{Word, Words, fill};
use crate::{charset, date, iban};
use drivers_api::language::Language;
use drivers_api::private::PrivateText;

/// What keeps an answer from being taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Problem {
    /// Nothing typed.
    Missing,
    /// Nothing chosen.
    NotChosen,
    /// Too many characters.
    TooLong {
        /// Most characters.
        max: usize,
    },
    /// Not a day of the calendar.
    NotADate,
    /// Not a whole number.
    NotANumber,
    /// Too small or too large.
    OutOfRange {
        /// Smallest.
        min: i64,
        /// Largest.
        max: i64,
    },
    /// None of the choices.
    NotAChoice,
    /// Not that many digits.
    NotDigits {
        /// How many it takes.
        count: usize,
    },
    /// No bank account of SEPA, or a slip in its number.
    NotAnIban,
    /// A character outside DIN 91379.
    BadCharacter,
}

impl Problem {
    /// What the citizen reads: plain, kind, and how to mend it. In the program's own words; a town may have changed
    /// them, see [`Service::problem_text`].
    pub fn text(&self, language: Language) -> String {
        self.text_in(Words::bundled(), language)
    }

    pub(crate) fn text_in(self, words: &Words, language: Language) -> String {
        let say = |word, slots: &[(&str, &str)]| fill(words.text(word, language), slots);
        match self {
            Self::Missing => say(Word::ProblemMissing, &[]),
            Self::NotChosen => say(Word::ProblemNotChosen, &[]),
            Self::TooLong { max } => say(Word::ProblemTooLong, &[("max", &max.to_string())]),
            Self::NotADate => say(Word::ProblemNotADate, &[]),
            Self::NotANumber => say(Word::ProblemNotANumber, &[]),
            Self::OutOfRange { min, max } => say(
                Word::ProblemOutOfRange,
                &[("min", &min.to_string()), ("max", &max.to_string())],
            ),
            Self::NotAChoice => say(Word::ProblemNotAChoice, &[]),
            Self::NotDigits { count } => say(Word::ProblemNotDigits, &[("count", &count.to_string())]),
            Self::NotAnIban => say(Word::ProblemNotAnIban, &[]),
            Self::BadCharacter => say(Word::ProblemBadCharacter, &[]),
        }
    }
}

impl Service {
    /// Problems of the page's shown fields, in order; empty when the page is done.
    pub fn check_page(&self, page: PageIndex, answers: &Answers) -> Vec<(FieldIndex, Problem)> {
        let reach = self.walk_through(Some(page), answers);
        let fields = self.pages.get(page).map_or(&[][..], |page| &page.fields);
        let shown = fields.iter().filter(|field| reach.shows(**field));
        shown
            .filter_map(|field| Some((*field, self.problem(*field, answers)?)))
            .collect()
    }

    /// The first page on the path with problems; `None` when everything needed for the review is there.
    pub fn first_incomplete(&self, answers: &Answers) -> Option<PageIndex> {
        let reach = self.walk(answers);
        reach.pages().find(|page| {
            let fields = self.pages.get(*page).map_or(&[][..], |page| &page.fields);
            fields
                .iter()
                .any(|field| reach.shows(*field) && self.problem(*field, answers).is_some())
        })
    }

    /// A problem in the town's words.
    pub fn problem_text(&self, problem: &Problem, language: Language) -> String {
        problem.text_in(&self.words, language)
    }

    fn problem(&self, index: FieldIndex, answers: &Answers) -> Option<Problem> {
        let field = self.fields.get(index)?;
        let Some(text) = answers.value(index) else {
            return field.required.then_some(match field.kind {
                FieldKind::Bool | FieldKind::Select { .. } => Problem::NotChosen,
                FieldKind::Text { .. } | FieldKind::Date | FieldKind::Number { .. } | FieldKind::Iban => {
                    Problem::Missing
                }
            });
        };
        // The card's word stands: a citizen can't mend it, and long or rare names are true all the same.
        if answers.get(index).is_some_and(|Answer { from_card, .. }| *from_card) {
            return None;
        }
        problem_of(field, text)
    }
}

fn problem_of(field: &Field, text: &str) -> Option<Problem> {
    match &field.kind {
        FieldKind::Text { max_chars } => {
            let is_digits = |count| text.len() == count && text.bytes().all(|byte| byte.is_ascii_digit());
            match field.digits {
                Some(count) if !is_digits(count) => Some(Problem::NotDigits { count }),
                _ if !charset::is_allowed(text) => Some(Problem::BadCharacter),
                _ if text.chars().count() > *max_chars => Some(Problem::TooLong { max: *max_chars }),
                _ => None,
            }
        }
        FieldKind::Date => date::parse(text).is_none().then_some(Problem::NotADate),
        FieldKind::Iban => (!iban::is_valid(text)).then_some(Problem::NotAnIban),
        FieldKind::Bool => (!matches!(text, "true" | "false")).then_some(Problem::NotAChoice),
        FieldKind::Number { min, max } => match whole_number(text) {
            None => Some(Problem::NotANumber),
            Some(number) if !(*min..=*max).contains(&number) => Some(Problem::OutOfRange { min: *min, max: *max }),
            Some(_) => None,
        },
        FieldKind::Select { choices } => {
            (!choices.iter().any(|choice| choice.key == text)).then_some(Problem::NotAChoice)
        }
    }
}

/// A whole number as people write it: digits, a minus sign before them.
pub(crate) fn whole_number(text: &str) -> Option<i64> {
    (!text.starts_with('+')).then(|| text.parse().ok()).flatten()
}

/// What is stored of an input: a real day and an IBAN in their canonical form, everything else as typed.
pub(crate) fn cleaned_input(kind: &FieldKind, text: &str) -> PrivateText {
    match (kind, date::parse(text)) {
        (FieldKind::Date, Some(date)) => date::canonical(&date),
        (FieldKind::Iban, _) => iban::compact(text),
        _ => PrivateText::from(text),
    }
}
