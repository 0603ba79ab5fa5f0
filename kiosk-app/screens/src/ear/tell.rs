//! From what is on the screen to what is said: whole pages, single controls, news. Pure; the words come from outside.
#![allow(clippy::wildcard_enum_match_arm)] // roles are Slint's, which adds to them
use crate::tree::{Element, Role};
use crate::ui::{Counted, Word};
use drivers_api::voice::Manner;
use std::collections::BTreeSet;

/// The seconds of a countdown: said now and then, not each time.
pub(crate) const SECONDS: &str = "seconds";
/// A place on the map: its square is news, though only a digit of it changes.
const PLACE: &str = "place";
/// A case code: said character by character.
pub(super) const CODE: &str = "code";

/// Words of the language that is spoken.
pub(crate) trait Words {
    /// One of them.
    fn word(&self, word: Word) -> String;
    /// So many of them.
    fn count(&self, what: Counted, n: usize) -> String;
}

/// Something to say in one manner.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Part {
    pub(crate) text: String,
    pub(crate) manner: Manner,
}

impl Part {
    pub(crate) fn plain(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            manner: Manner::Plain,
        }
    }

    pub(crate) fn spelled(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            manner: Manner::Spelled,
        }
    }
}

/// A whole page: its heading, its texts in reading order, how much there is to do and how.
pub(crate) fn page(elements: &[Element], words: &dyn Words) -> Vec<Part> {
    let mut parts: Vec<Part> = heading(elements).into_iter().collect();
    let mut digits = false;
    for element in elements {
        let text = match element.role {
            Role::Text | Role::ListItem => {
                digits |= element.live && !element.value.is_empty();
                text(element)
            }
            Role::TextInput if !element.enabled => vec![Part::plain(labelled(&element.label, &element.value))],
            Role::RadioButton if !element.enabled && element.checked == Some(true) => {
                vec![Part::plain(labelled(&element.description, &element.label))]
            }
            Role::Button if !element.enabled && !element.description.is_empty() => {
                vec![Part::plain(labelled(&element.label, &element.description))]
            }
            _ => continue,
        };
        // A heading is a text, too, and some say the same for the eye twice.
        parts.extend(
            text.into_iter()
                .filter(|part| !parts.contains(part))
                .collect::<Vec<_>>(),
        );
    }
    parts.extend(to_do(elements, digits, words));
    parts
}

/// The heading alone.
pub(crate) fn heading(elements: &[Element]) -> Option<Part> {
    let is_heading = |element: &&Element| matches!(element.role, Role::Main | Role::Groupbox | Role::Form);
    let labelled = elements.iter().filter(is_heading).map(|element| &element.label);
    labelled.into_iter().find(|label| !label.is_empty()).map(Part::plain)
}

fn to_do(elements: &[Element], digits: bool, words: &dyn Words) -> Vec<Part> {
    let usable = |role: Role| {
        elements
            .iter()
            .filter(|element| element.role == role && element.enabled)
            .count()
    };
    let counts = [
        (Counted::Fields, usable(Role::TextInput)),
        (Counted::Answers, usable(Role::RadioButton)),
        (Counted::Buttons, usable(Role::Button)),
    ];
    let counted = counts
        .into_iter()
        .filter(|(what, n)| *n > 0 && !(digits && *what == Counted::Buttons));
    let mut told: Vec<String> = counted.map(|(what, n)| words.count(what, n)).collect();
    if told.is_empty() && !digits {
        return Vec::new();
    }
    let how = if digits { Word::GoOnDigits } else { Word::GoOn };
    let how = words.word(how);
    if told.is_empty() {
        return vec![Part::plain(how)];
    }
    let counted = told.split_off(0).join(", ");
    vec![Part::plain(counted), Part::plain(how)]
}

fn labelled(label: &str, text: &str) -> String {
    match (label.is_empty(), text.is_empty()) {
        (true, _) => text.to_owned(),
        (_, true) => label.to_owned(),
        (false, false) => format!("{label}: {text}"),
    }
}

fn text(element: &Element) -> Vec<Part> {
    if element.id != CODE {
        return vec![Part::plain(labelled(&element.label, &element.value))];
    }
    let code = Part {
        text: element.value.clone(),
        manner: Manner::Code,
    };
    vec![Part::plain(element.label.clone()), code]
}

/// What has the focus: label, what it is, what stands in it, and more about it.
pub(crate) fn control(element: &Element, words: &dyn Words) -> Vec<Part> {
    let mut told = vec![element.label.clone()];
    if element.role == Role::TextInput && element.id == CODE && !element.value.is_empty() {
        return code_field(element, words);
    }
    match element.role {
        Role::TextInput => {
            told.push(words.word(Word::Field));
            told.push(if element.value.is_empty() {
                words.word(Word::Empty)
            } else {
                element.value.clone()
            });
        }
        Role::RadioButton => told.push(state(element, words)),
        Role::Checkbox | Role::Switch => told.push(state(element, words)),
        _ => told.push(words.word(Word::Button)),
    }
    told.push(element.description.clone());
    if element.role == Role::TextInput {
        told.push(words.word(Word::GoOnLetters));
    }
    told.into_iter()
        .filter(|text| !text.is_empty())
        .map(Part::plain)
        .collect()
}

/// A field with a code in it, which is said symbol by symbol.
fn code_field(element: &Element, words: &dyn Words) -> Vec<Part> {
    let plain = |text: String| (!text.is_empty()).then(|| Part::plain(text));
    let label = [plain(element.label.clone()), plain(words.word(Word::Field))];
    let more = [plain(element.description.clone()), plain(words.word(Word::GoOnLetters))];
    let code = Part {
        text: element.value.clone(),
        manner: Manner::Code,
    };
    label
        .into_iter()
        .flatten()
        .chain([code])
        .chain(more.into_iter().flatten())
        .collect()
}

/// Whether it is chosen, or on.
pub(crate) fn state(element: &Element, words: &dyn Words) -> String {
    let is_on = element.checked == Some(true);
    words.word(match (element.role, is_on) {
        (Role::RadioButton, true) => Word::Chosen,
        (Role::RadioButton, false) => Word::NotChosen,
        (_, true) => Word::On,
        (_, false) => Word::Off,
    })
}

/// What the focus says when it is spelled: what stands in it, else what it is called.
pub(crate) fn spelled(element: &Element) -> Part {
    let text = if element.value.is_empty() {
        &element.label
    } else {
        &element.value
    };
    if element.id == CODE {
        return Part {
            text: text.clone(),
            manner: Manner::Code,
        };
    }
    Part::spelled(text.clone())
}

/// What was typed: letter by letter what came, or what went.
pub(crate) fn typed(before: &str, after: &str, words: &dyn Words) -> Vec<Part> {
    let heard = |text: &str| text.chars().filter(|c| !matches!(c, '.' | '-')).collect::<String>();
    if let Some(came) = after.strip_prefix(before) {
        // Points come by themselves in a date, hyphens in a code.
        let came = if came.len() > 1 { heard(came) } else { came.to_owned() };
        return vec![Part::spelled(came)];
    }
    if let Some(went) = before.strip_prefix(after) {
        let went = if went.len() > 1 { heard(went) } else { went.to_owned() };
        return vec![Part::spelled(went), Part::plain(words.word(Word::Erased))];
    }
    vec![Part::spelled(after)]
}

/// Symbols of a code: a capital is not told, all are.
pub(super) fn as_code(parts: &mut [Part]) {
    for part in parts.iter_mut().filter(|part| part.manner == Manner::Spelled) {
        part.manner = Manner::Code;
    }
}

/// One entry of the letter wheel.
pub(crate) fn letter(middle: &Result<String, Word>, words: &dyn Words) -> Vec<Part> {
    match middle {
        Err(word) => vec![Part::plain(words.word(*word))],
        Ok(letter) if letter.chars().any(char::is_uppercase) => {
            vec![Part::plain(words.word(Word::Capital)), Part::spelled(letter.clone())]
        }
        Ok(letter) => vec![Part::spelled(letter.clone())],
    }
}

/// Texts that are on the screen, so that it is known which are new. A text that only counts down is not; where
/// digits are counted up it is.
pub(crate) fn texts(elements: &[Element]) -> BTreeSet<String> {
    elements
        .iter()
        .filter(|element| element.role == Role::Text)
        .map(news_key)
        .collect()
}

fn news_key(element: &Element) -> String {
    let shown = labelled(&element.label, &element.value);
    if element.live && !element.value.is_empty() || element.id == PLACE {
        return shown;
    }
    shown
        .chars()
        .map(|c| if c.is_ascii_digit() { '#' } else { c })
        .collect()
}

/// Texts that weren't there before. Of something that is counted only the count is said.
pub(crate) fn news(before: &BTreeSet<String>, elements: &[Element], words: &dyn Words) -> Vec<Part> {
    let mut parts = Vec::new();
    for element in elements.iter().filter(|element| element.role == Role::Text) {
        if element.id == SECONDS || before.contains(&news_key(element)) {
            continue;
        }
        if element.live && element.value.is_empty() {
            parts.push(Part::plain(mistake(elements, element, words)));
        } else if element.live {
            parts.push(Part::plain(element.value.clone()));
        } else {
            parts.extend(text(element));
        }
    }
    parts
}

/// A mistake with the field that it is about (EN 301 549 §5.1.3.15): the first one that tells it, too.
fn mistake(elements: &[Element], error: &Element, words: &dyn Words) -> String {
    let word = words.word(Word::Mistake);
    let tells = |element: &&Element| element.role == Role::TextInput && element.description.contains(&error.label);
    match elements.iter().find(tells) {
        Some(field) => format!("{word}: {}: {}", field.label, error.label),
        None => format!("{word}: {}", error.label),
    }
}

#[cfg(test)]
#[path = "tell_tests.rs"]
mod tests;
