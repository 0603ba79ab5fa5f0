//! Fields and pages of a form.
use crate::condition::Condition;
use crate::day::Limit;
use crate::repeat::Copied;
use crate::suggest::List;
use crate::text::Text;
use crate::words::Word;
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
    pub(crate) copied: Option<Copied>,
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

    /// Its id in the definition; that of a further entry ends with its number.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Of a page that is answered several times: for which entry, from 0.
    pub fn entry(&self) -> Option<usize> {
        self.copied.map(|copied| copied.number)
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

/// One question.
#[derive(Clone, Debug)]
pub struct Field {
    pub(crate) id: String,
    pub(crate) copied: Option<Copied>,
    pub(crate) page: PageIndex,
    pub(crate) label: Text,
    pub(crate) hint: Text,
    pub(crate) kind: FieldKind,
    pub(crate) required: bool,
    pub(crate) correctable: Correctable,
    pub(crate) digits: Option<usize>,
    pub(crate) format: Option<Format>,
    pub(crate) fim_id: String,
    pub(crate) from_card: Option<CardSource>,
    pub(crate) shown_when: Option<Condition>,
    pub(crate) default: Option<String>,
    pub(crate) suggest: Option<List>,
    /// Of a place: the text that counts as well, and tells where the map begins.
    pub(crate) instead: Option<FieldIndex>,
    /// `kind = "file"`: a paper that is handed in later; the choices are [`HandedIn`].
    pub(crate) paper: bool,
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
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FieldKind {
    /// A line of text in the characters of DIN 91379, stored as typed.
    Text {
        /// Most characters (Unicode scalar values).
        max_chars: usize,
    },
    /// A day between two others. Typed as `12.8.1964` or `12.08.1964`, stored as `1964-08-12` once it is a real day; until then as typed.
    /// Parts that a card leaves blank are stored as `XX`: `1964-XX-XX` (ISO 8601-2:2019).
    Date {
        /// The first that is taken.
        not_before: Option<Limit>,
        /// The last.
        not_after: Option<Limit>,
    },
    /// Yes or no, stored as `true` or `false`.
    Bool,
    /// A whole number, stored as typed.
    Number {
        /// Smallest.
        min: i64,
        /// Largest.
        max: i64,
    },
    /// An amount in euros, stored as typed: `12,50`, `1.200`.
    Money {
        /// Least, in cents.
        min: i64,
        /// Most, in cents.
        max: i64,
    },
    /// A bank account of SEPA (ISO 13616-1), stored in capitals without spaces.
    Iban,
    /// A place on the town's map, stored as [`crate::Point::text`]. Not asked in a town without a map.
    Place {
        /// It, or the text that counts instead, must be answered.
        must: bool,
    },
    /// One of several choices, stored as its key.
    Select {
        /// The choices in order.
        choices: Vec<Choice>,
    },
}

/// One choice of a [`FieldKind::Select`].
#[derive(Clone, Debug, PartialEq, Eq)]
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

/// How a paper is handed in (`kind = "file"`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum HandedIn {
    /// Brought to the counter.
    Counter,
    /// Sent by post.
    Post,
    /// The office has it.
    Known,
}

impl HandedIn {
    /// All, as they are offered.
    pub(crate) const ALL: [Self; 3] = [Self::Counter, Self::Post, Self::Known];

    /// Its key in conditions and submissions.
    pub(crate) fn key(self) -> &'static str {
        match self {
            Self::Counter => "counter",
            Self::Post => "post",
            Self::Known => "known",
        }
    }

    /// What the citizen reads.
    pub(crate) fn word(self) -> Word {
        match self {
            Self::Counter => Word::PapersCounter,
            Self::Post => Word::PapersPost,
            Self::Known => Word::PapersKnown,
        }
    }
}

/// What a text must look like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Format {
    /// An e-mail address (RFC 5321 §4.1.2, as far as people write it).
    Email,
    /// A telephone number.
    Phone,
    /// A German number plate (FZV §9).
    Plate,
}

impl Format {
    /// All, in the order of the handbook.
    pub(crate) const ALL: [Self; 3] = [Self::Email, Self::Phone, Self::Plate];

    /// Its name in a definition.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Email => "email",
            Self::Phone => "phone",
            Self::Plate => "plate",
        }
    }

    /// True for a text that can be meant. Whether it exists, only its owner knows.
    pub(crate) fn fits(self, text: &str) -> bool {
        match self {
            Self::Email => is_email(text),
            Self::Phone => {
                let digits = text.bytes().filter(u8::is_ascii_digit).count();
                let rest = text.strip_prefix('+').unwrap_or(text);
                (5..=20).contains(&digits) && rest.chars().all(|c| c.is_ascii_digit() || " /-()".contains(c))
            }
            Self::Plate => is_plate(text),
        }
    }
}

fn is_email(text: &str) -> bool {
    let Some((name, host)) = text.rsplit_once('@') else {
        return false;
    };
    let named = !name.is_empty() && name.len() <= 64 && !name.contains(['@', ' ', '"', '<', '>', ',', ';']);
    let label = |label: &str| {
        let known = |c: char| c.is_alphanumeric() || c == '-';
        (1..=63).contains(&label.len()) && label.chars().all(known) && !label.starts_with('-') && !label.ends_with('-')
    };
    named && host.contains('.') && host.len() <= 253 && host.split('.').all(label)
}

/// One to three letters for the district, one or two more, one to four digits, and E or H behind them (FZV §9, §10).
fn is_plate(text: &str) -> bool {
    let letters = |part: &str, most: usize| {
        (1..=most).contains(&part.chars().count())
            && part.chars().all(|c| c.is_ascii_alphabetic() || "äöüÄÖÜ".contains(c))
    };
    let Some((district, rest)) = text.split_once(['-', ' ']) else {
        return false;
    };
    let rest: String = rest.chars().filter(|c| *c != ' ').collect();
    let at = rest.find(|c: char| c.is_ascii_digit()).unwrap_or(rest.len());
    let (sign, number) = rest.split_at(at);
    let number = number.strip_suffix(['E', 'H', 'e', 'h']).unwrap_or(number);
    let counted =
        (1..=4).contains(&number.len()) && number.bytes().all(|b| b.is_ascii_digit()) && !number.starts_with('0');
    letters(district, 3) && letters(sign, 2) && counted
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
