//! Checks of answers, and how their problems are told.
use crate::answers::{Answer, Answers};
use crate::day::Limit;
use crate::field::{Field, FieldIndex, FieldKind, Format, PageIndex};
use crate::map::Point;
use crate::service::Service;
use crate::weekday::OFFERED;
use crate::words::{Word, Words, fill};
use crate::{charset, date, iban};
use drivers_api::language::Language;
use drivers_api::private::PrivateText;
use jiff::civil::Date;
use zeroize::Zeroizing;

/// Most digits of an amount in whole euros.
const MONEY_DIGITS_MAX: usize = 12;

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
    /// Before the first day that is taken.
    TooEarly {
        /// That day.
        first: Date,
    },
    /// After the last day that is taken.
    TooLate {
        /// That day.
        last: Date,
    },
    /// On a day of the week that doesn't go with another answer.
    WrongWeekday {
        /// Days near it that do, at least one.
        days: [Option<Date>; OFFERED],
    },
    /// Not an amount in euros.
    NotMoney,
    /// Too little or too much.
    MoneyOutOfRange {
        /// Least, in cents.
        min: i64,
        /// Most, in cents.
        max: i64,
    },
    /// No e-mail address.
    NotAnEmail,
    /// No telephone number.
    NotAPhone,
    /// No number plate.
    NotAPlate,
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
            Self::TooEarly { first } => {
                let day = date::day_in_words(first, words, language);
                say(Word::ProblemTooEarly, &[("day", day.expose())])
            }
            Self::TooLate { last } => {
                let day = date::day_in_words(last, words, language);
                say(Word::ProblemTooLate, &[("day", day.expose())])
            }
            Self::WrongWeekday { days } => {
                let days = days.into_iter().flatten();
                let days = days.map(|day| date::day_in_words(day, words, language).expose().to_owned());
                say(
                    Word::ProblemWrongWeekday,
                    &[("days", &days.collect::<Vec<_>>().join(", "))],
                )
            }
            Self::NotMoney => say(Word::ProblemNotMoney, &[]),
            Self::MoneyOutOfRange { min, max } => {
                let (min, max) = (words.amount(min, language), words.amount(max, language));
                say(Word::ProblemMoneyOutOfRange, &[("min", &min), ("max", &max)])
            }
            Self::NotAnEmail => say(Word::ProblemNotAnEmail, &[]),
            Self::NotAPhone => say(Word::ProblemNotAPhone, &[]),
            Self::NotAPlate => say(Word::ProblemNotAPlate, &[]),
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
            let told_in_words = field.instead.is_some_and(|text| answers.value(text).is_some());
            let must = field.kind == (FieldKind::Place { must: true }) && !told_in_words;
            return (field.required || must).then_some(match field.kind {
                FieldKind::Bool | FieldKind::Select { .. } | FieldKind::Place { .. } => Problem::NotChosen,
                FieldKind::Text { .. }
                | FieldKind::Date { .. }
                | FieldKind::Number { .. }
                | FieldKind::Money { .. }
                | FieldKind::Iban => Problem::Missing,
            });
        };
        // The card's word stands: a citizen can't mend it, and long or rare names are true all the same.
        if answers.get(index).is_some_and(|Answer { from_card, .. }| *from_card) {
            return None;
        }
        if matches!(field.kind, FieldKind::Place { .. }) {
            let point = Point::parse(text);
            let on_map = point.is_some_and(|point| self.town().map().is_some_and(|map| map.holds(point)));
            return (!on_map).then_some(Problem::NotAChoice);
        }
        problem_of(field, text, answers.today).or_else(|| self.wrong_weekday(index, answers))
    }
}

fn problem_of(field: &Field, text: &str, today: Option<Date>) -> Option<Problem> {
    match &field.kind {
        FieldKind::Text { max_chars } => {
            let is_digits = |count| text.len() == count && text.bytes().all(|byte| byte.is_ascii_digit());
            match field.digits {
                Some(count) if !is_digits(count) => Some(Problem::NotDigits { count }),
                _ if !charset::is_allowed(text) => Some(Problem::BadCharacter),
                _ if text.chars().count() > *max_chars => Some(Problem::TooLong { max: *max_chars }),
                _ => field.format.and_then(|format| wrong_format(format, text)),
            }
        }
        FieldKind::Date { not_before, not_after } => {
            let Some(day) = date::parse(text).and_then(|date| date::known_day(&date)) else {
                return Some(Problem::NotADate);
            };
            let limit = |limit: &Option<Limit>| limit.as_ref()?.day(today);
            match (limit(not_before), limit(not_after)) {
                (Some(first), _) if day < first => Some(Problem::TooEarly { first }),
                (_, Some(last)) if day > last => Some(Problem::TooLate { last }),
                _ => None,
            }
        }
        FieldKind::Money { min, max } => match cents(text) {
            None => Some(Problem::NotMoney),
            Some(cents) if !(*min..=*max).contains(&cents) => Some(Problem::MoneyOutOfRange { min: *min, max: *max }),
            Some(_) => None,
        },
        FieldKind::Iban => (!iban::is_valid(text)).then_some(Problem::NotAnIban),
        FieldKind::Place { .. } => Point::parse(text).is_none().then_some(Problem::NotAChoice),
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

fn wrong_format(format: Format, text: &str) -> Option<Problem> {
    let problem = match format {
        Format::Email => Problem::NotAnEmail,
        Format::Phone => Problem::NotAPhone,
        Format::Plate => Problem::NotAPlate,
    };
    (!format.fits(text)).then_some(problem)
}

/// An amount as people write it, in cents: `12`, `12,5`, `12.50`, `1.200,00 €`. A point before three digits groups
/// thousands.
pub(crate) fn cents(text: &str) -> Option<i64> {
    let text = text.trim().trim_end_matches('€').trim_end();
    let (euros, rest) = match (text.rsplit_once(','), text.rsplit_once('.')) {
        (Some(parts), _) => parts,
        (None, Some((euros, rest))) if rest.len() < 3 => (euros, rest),
        (None, _) => (text, "0"),
    };
    let mut groups = euros.split(['.', ' ']);
    let first = groups.next().filter(|group| !group.is_empty())?;
    let mut digits = Zeroizing::new(String::with_capacity(euros.len()));
    digits.push_str(first);
    for group in groups {
        // Only groups of three digits stand behind a point.
        if group.len() != 3 || !(1..=3).contains(&first.len()) {
            return None;
        }
        digits.push_str(group);
    }
    let all_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if !all_digits(&digits) || !all_digits(rest) || digits.len() > MONEY_DIGITS_MAX {
        return None;
    }
    let cents = match rest.len() {
        1 => rest.parse::<i64>().ok()? * 10,
        2 => rest.parse().ok()?,
        _ => return None,
    };
    Some(digits.parse::<i64>().ok()? * 100 + cents)
}

/// What is stored of an input: a real day and an IBAN in their canonical form, everything else as typed.
pub(crate) fn cleaned_input(kind: &FieldKind, text: &str) -> PrivateText {
    match (kind, date::parse(text)) {
        (FieldKind::Date { .. }, Some(date)) => date::canonical(&date),
        (FieldKind::Iban, _) => iban::compact(text),
        _ => PrivateText::from(text),
    }
}
