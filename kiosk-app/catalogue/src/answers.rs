//! What the citizen answered, in memory only.
use crate::card::CardAnswers;
use crate::check::cleaned_input;
use crate::field::{Correctable, FieldIndex, FieldKind};
use crate::service::Service;
use crate::{charset, date, iban};
use drivers_api::card::{GroupContent, PersonalData, Place};
use drivers_api::private::PrivateText;
use jiff::civil::Date;

use crate::field::{CardSource, PlacePart};

/// Most characters of one answer; longer input is cut. Definitions allow at most this (`max_chars`).
pub const ANSWER_CHARS_MAX: usize = 1_000;

/// Answers of one visit to one service. Can't be copied, and `Debug` tells only how many there are.
#[derive(Default)]
pub struct Answers {
    slots: Vec<Option<Answer>>,
    /// The day of the visit.
    pub(crate) today: Option<Date>,
    pub(crate) card: CardAnswers,
}

/// One answer; see [`FieldKind`] for how each kind is stored.
#[derive(Debug)]
pub struct Answer {
    /// The answer as text.
    pub text: PrivateText,
    /// True while it is what the card said.
    pub from_card: bool,
}

impl core::fmt::Debug for Answers {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "[{} answers]", self.slots.iter().flatten().count())
    }
}

impl Answers {
    /// The answer to a field, if there is one.
    pub fn get(&self, field: FieldIndex) -> Option<&Answer> {
        self.slots.get(field)?.as_ref()
    }

    /// True when nothing is answered.
    pub fn is_empty(&self) -> bool {
        self.slots.iter().all(Option::is_none)
    }

    /// The answer without blanks around it; `None` when nothing is left.
    pub(crate) fn value(&self, field: FieldIndex) -> Option<&str> {
        self.get(field)
            .map(|answer| answer.text.expose().trim())
            .filter(|text| !text.is_empty())
    }

    /// The answer, which is gone then.
    pub(crate) fn take(&mut self, field: FieldIndex) -> Option<Answer> {
        self.slots.get_mut(field)?.take()
    }

    pub(crate) fn set(&mut self, field: FieldIndex, answer: Option<Answer>) {
        if self.slots.len() <= field {
            self.slots.resize_with(field + 1, || None);
        }
        if let Some(slot) = self.slots.get_mut(field) {
            *slot = answer;
        }
    }
}

impl Service {
    /// Answers at the start of a visit without a card: what the definition chooses beforehand (`default`). Days are
    /// counted from `today`; a clock that isn't set sets no limits.
    pub fn blank(&self, today: Option<Date>) -> Answers {
        let mut answers = Answers {
            slots: Vec::with_capacity(self.fields.len()),
            today,
            card: CardAnswers::default(),
        };
        for (index, field) in self.fields.iter().enumerate() {
            let default = field.default.as_deref();
            answers.set(
                index,
                default.map(|text| Answer {
                    text: PrivateText::from(text),
                    from_card: false,
                }),
            );
        }
        answers
    }

    /// Answers at the start of a visit with a card: [`Self::blank`], what fields name as `from_card`, marked so, and
    /// the card's own yes and no.
    pub fn prefill(&self, person: &PersonalData, today: Option<Date>) -> Answers {
        let mut answers = self.blank(today);
        answers.card = CardAnswers::of(person);
        for (index, field) in self.fields.iter().enumerate() {
            let Some(source) = field.from_card else { continue };
            let Some(text) = person
                .groups
                .get(&source.group)
                .and_then(|content| card_text(content, source))
            else {
                continue;
            };
            if !text.expose().trim().is_empty() {
                answers.set(index, Some(Answer { text, from_card: true }));
            }
        }
        self.follow(0, &mut answers);
        answers
    }

    /// Takes what the citizen typed or chose. Input for a field that isn't [`Self::editable`] is ignored, input longer
    /// than [`ANSWER_CHARS_MAX`] is cut, an empty text takes the answer back. A change clears the card's mark.
    pub fn enter(&self, answers: &mut Answers, field: FieldIndex, text: &str) {
        if !self.editable(field, answers) {
            return;
        }
        let Some(definition) = self.fields.get(field) else {
            return;
        };
        let cut = text
            .char_indices()
            .nth(ANSWER_CHARS_MAX)
            .map_or(text, |(at, _)| text.get(..at).unwrap_or_default());
        let entered = cleaned_input(&definition.kind, cut);
        if answers.get(field).is_some_and(|answer| answer.text == entered) {
            return;
        }
        let answer = (!entered.is_empty()).then_some(Answer {
            text: entered,
            from_card: false,
        });
        let before = self.known(answers);
        answers.set(field, answer);
        self.follow(before, answers);
    }

    /// True when the citizen can type into the field now: it is `correctable`, or it isn't from the card at all, or it
    /// is correctable `"if_blank"` and the card left it blank; and it doesn't follow from another answer.
    pub fn editable(&self, field: FieldIndex, answers: &Answers) -> bool {
        let open = !self.is_known(field, answers);
        self.fields.get(field).is_some_and(|definition| {
            open && match definition.correctable {
                Correctable::Always => true,
                Correctable::IfBlank => !answers.get(field).is_some_and(|answer| answer.from_card),
                Correctable::Never => false,
            }
        })
    }

    /// The answer as an input field shows it: dates as `12.08.1964`, IBANs in groups, everything else as stored. Empty
    /// without answer.
    pub fn input_text(&self, field: FieldIndex, answers: &Answers) -> PrivateText {
        let (Some(definition), Some(answer)) = (self.fields.get(field), answers.get(field)) else {
            return PrivateText::default();
        };
        let stored = answer.text.expose();
        match (&definition.kind, date::parse_canonical(stored)) {
            (FieldKind::Date { .. }, Some(date)) => date::typed(&date),
            (FieldKind::Iban, _) => iban::grouped(stored),
            _ => answer.text.duplicate(),
        }
    }

    /// Drops what the citizen answered on pages that these answers rule out, and in fields that they hide. Kept are
    /// answers on branches still open, and what stands there by itself: the card's words as long as nobody changed
    /// them, and choices made beforehand. Neither declaration nor submission ever tells what is off the path.
    pub fn prune(&self, answers: &mut Answers) {
        let possible = self.possible(answers);
        let before = self.known(answers);
        for (index, field) in self.fields.iter().enumerate() {
            let by_itself = answers
                .get(index)
                .is_some_and(|answer| answer.from_card || field.default.as_deref() == Some(answer.text.expose()));
            if !by_itself && !possible.shows(index) {
                answers.set(index, None);
            }
        }
        self.follow(before, answers);
    }
}

fn card_text(content: &GroupContent, source: CardSource) -> Option<PrivateText> {
    match content {
        GroupContent::Text(text) => Some(harmless(text)),
        GroupContent::Date(date) if date::is_plausible(date) => Some(date::canonical(date)),
        GroupContent::Date(_) | GroupContent::NotOnChip => None,
        GroupContent::Place(place) => place_text(place, source.part),
    }
}

fn place_text(place: &Place, part: Option<PlacePart>) -> Option<PrivateText> {
    match (place, part) {
        (Place::Structured { street, .. }, Some(PlacePart::Street)) => street.as_ref().map(harmless),
        (Place::Structured { zip, .. }, Some(PlacePart::Zip)) => zip.as_ref().map(harmless),
        (Place::Structured { city, .. }, Some(PlacePart::City)) => Some(harmless(city)),
        (Place::Structured { street, zip, city, .. }, None) => {
            let known = [street.as_ref(), zip.as_ref(), Some(city)];
            let len = known.iter().flatten().map(|text| text.expose().len() + 2).sum();
            let mut whole = String::with_capacity(len);
            for text in known.into_iter().flatten() {
                let after_zip = zip
                    .as_ref()
                    .is_some_and(|zip| whole.ends_with(zip.expose()) && !zip.is_empty());
                whole.push_str(if whole.is_empty() {
                    ""
                } else if after_zip {
                    " "
                } else {
                    ", "
                });
                whole.push_str(text.expose());
            }
            Some(harmless(&PrivateText::new(whole)))
        }
        (Place::Freetext(text) | Place::NoPlace(text), None) => Some(harmless(text)),
        (Place::Freetext(_) | Place::NoPlace(_), Some(_)) => None,
    }
}

/// A card's text as it may be shown: cut at [`ANSWER_CHARS_MAX`], hostile characters replaced by U+FFFD, so that
/// nobody overlooks that something stood there.
pub(crate) fn harmless(text: &PrivateText) -> PrivateText {
    let chars = || {
        let chars = text.expose().chars().take(ANSWER_CHARS_MAX);
        chars.map(|c| {
            if charset::is_hostile(c) {
                char::REPLACEMENT_CHARACTER
            } else {
                c
            }
        })
    };
    let mut copy = String::with_capacity(chars().map(char::len_utf8).sum());
    copy.extend(chars());
    PrivateText::new(copy)
}
