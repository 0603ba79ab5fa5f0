//! Fields and pages of a form.
use crate::card::CardQuestion;
use crate::suggest::List;
use crate::text::Text;
use drivers_api::card::DataGroup;
use drivers_api::language::Language;

/// Number of a page in its service, from 0, in the order of the file.
pub type PageIndex = usize;
/// Number of a field in its service, from 0, in the order of the file.
pub type FieldIndex = usize;

/// One page: what is asked at a time.
#[derive(Debug)]
pub struct Page {
    pub(crate) id: String,
    pub(crate) title: Text,
    pub(crate) intro: Text,
    pub(crate) fields: Vec<FieldIndex>,
    pub(crate) next: Vec<Step>,
}

impl Page {
    /// The question as a heading.
    pub fn title(&self, language: Language) -> &str {
        self.title.get(language)
    }

    /// A sentence below the heading; may be empty.
    pub fn intro(&self, language: Language) -> &str {
        self.intro.get(language)
    }

    /// Fields of the page in order, also those that are hidden at times ([`crate::Service::shown_fields`]).
    pub fn fields(&self) -> &[FieldIndex] {
        &self.fields
    }
}

/// A way on from a page. The first whose guard holds is taken.
#[derive(Debug)]
pub(crate) struct Step {
    pub(crate) when: Option<Condition>,
    /// `None` leads to the review.
    pub(crate) to: Option<PageIndex>,
}

/// A typed condition on one answer.
#[derive(Debug)]
pub(crate) struct Condition {
    pub(crate) on: Subject,
    pub(crate) test: Test,
}

/// Whose answer a condition is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Subject {
    /// What the citizen answered here.
    Field(FieldIndex),
    /// What the card answered (`card.…`); always with yes or no.
    Card(CardQuestion),
}

/// What a condition asks.
#[derive(Debug)]
pub(crate) enum Test {
    /// Answered, and with this.
    Equals(Value),
    /// Not answered, or with something else.
    NotEquals(Value),
    /// Answered (`true`) or not (`false`).
    IsSet(bool),
}

/// A typed value in a condition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Value {
    Text(String),
    Number(i64),
    Bool(bool),
}

/// One question.
#[derive(Debug)]
pub struct Field {
    pub(crate) id: String,
    pub(crate) page: PageIndex,
    pub(crate) label: Text,
    pub(crate) hint: Text,
    pub(crate) kind: FieldKind,
    pub(crate) required: bool,
    pub(crate) correctable: Correctable,
    pub(crate) digits: Option<usize>,
    pub(crate) fim_id: String,
    pub(crate) from_card: Option<CardSource>,
    pub(crate) shown_when: Option<Condition>,
    pub(crate) default: Option<String>,
    pub(crate) suggest: Option<List>,
}

impl Field {
    /// What it is called.
    pub fn label(&self, language: Language) -> &str {
        self.label.get(language)
    }

    /// Help beside the input; may be empty.
    pub fn hint(&self, language: Language) -> &str {
        self.hint.get(language)
    }

    /// What kind of answer it takes.
    pub fn kind(&self) -> &FieldKind {
        &self.kind
    }

    /// True when there is no way on without an answer. A `bool` that is required wants a "yes" or "no"; one that isn't
    /// is a box to tick, and unticked means "no".
    pub fn required(&self) -> bool {
        self.required
    }

    /// True when the citizen may change what the card says. A field with `correctable = "if_blank"` says false here
    /// and still takes input while the card left it blank: [`crate::Service::editable`] knows.
    pub fn correctable(&self) -> bool {
        self.correctable == Correctable::Always
    }

    /// Exact number of digits that a text must have (a post code), so that a keypad suffices.
    pub fn digits(&self) -> Option<usize> {
        self.digits
    }

    /// Key in the submission: a FIM field id (`F60000227`), or one in our own namespace (`schalter.…`).
    pub fn fim_id(&self) -> &str {
        &self.fim_id
    }
}

/// Kind of an answer, and how [`crate::Answer`] stores it as text.
#[derive(Debug, PartialEq, Eq)]
pub enum FieldKind {
    /// A line of text in the characters of DIN 91379, stored as typed.
    Text {
        /// Most characters (Unicode scalar values).
        max_chars: usize,
    },
    /// A day. Typed as `12.8.1964` or `12.08.1964`, stored as `1964-08-12` once it is a real day; until then as typed.
    /// Parts that a card leaves blank are stored as `XX`: `1964-XX-XX` (ISO 8601-2:2019).
    Date,
    /// Yes or no, stored as `true` or `false`.
    Bool,
    /// A whole number, stored as typed.
    Number {
        /// Smallest.
        min: i64,
        /// Largest.
        max: i64,
    },
    /// A bank account of SEPA (ISO 13616-1), stored in capitals without spaces.
    Iban,
    /// One of several choices, stored as its key.
    Select {
        /// The choices in order.
        choices: Vec<Choice>,
    },
}

/// One choice of a [`FieldKind::Select`].
#[derive(Debug, PartialEq, Eq)]
pub struct Choice {
    pub(crate) key: String,
    pub(crate) label: Text,
}

impl Choice {
    /// Key as stored and submitted.
    pub fn key(&self) -> &str {
        &self.key
    }

    /// What the citizen reads.
    pub fn label(&self, language: Language) -> &str {
        self.label.get(language)
    }
}

/// Whether the citizen may change what the card filled in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Correctable {
    Never,
    /// Only what the card left blank can be typed.
    IfBlank,
    Always,
}

/// Where on the card a field finds its answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct CardSource {
    pub(crate) group: DataGroup,
    /// Part of a place; `None` takes the whole group.
    pub(crate) part: Option<PlacePart>,
}

/// A part of an address (TR-03110-4 §2.2, `GeneralPlace`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PlacePart {
    Street,
    Zip,
    City,
}

impl CardSource {
    /// Reads `family_names` or `place_of_residence.street`.
    pub(crate) fn from_name(name: &str) -> Option<Self> {
        let (group, part) = match name.split_once('.') {
            None => (name, None),
            Some((group, part)) => (group, Some(part)),
        };
        let group = DataGroup::from_name(group)?;
        let is_place = matches!(group, DataGroup::PlaceOfBirth | DataGroup::PlaceOfResidence);
        let part = match part {
            None => None,
            Some("street") if is_place => Some(PlacePart::Street),
            Some("zip") if is_place => Some(PlacePart::Zip),
            Some("city") if is_place => Some(PlacePart::City),
            Some(_) => return None,
        };
        Some(Self { group, part })
    }

    /// True for groups that hold a date.
    pub(crate) fn is_date(self) -> bool {
        matches!(self.group, DataGroup::DateOfBirth | DataGroup::DateOfExpiry)
    }

    /// True when every card has it (TR-03127 §3.4.3): others may be missing or empty, old cards lack whole groups.
    pub(crate) fn is_on_every_card(self) -> bool {
        matches!(
            self.group,
            DataGroup::DocumentType
                | DataGroup::IssuingState
                | DataGroup::DateOfExpiry
                | DataGroup::GivenNames
                | DataGroup::FamilyNames
                | DataGroup::DateOfBirth
        )
    }
}
