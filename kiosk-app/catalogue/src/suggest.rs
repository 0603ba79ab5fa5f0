//! Help while typing: names from a list that begin as the citizen does.
use crate::catalogue::Catalogue;
use crate::field::Field;
use crate::search::{first, fold};
use crate::service::Service;
use crate::text::Text;
use drivers_api::language::Language;
use drivers_api::private::PrivateText;
use zeroize::Zeroizing;

/// Most names that are offered.
const SUGGESTIONS_MAX: usize = 3;
/// Shortest beginning that something is offered for, in characters.
const TYPED_CHARS_MIN: usize = 2;
/// Shortest beginning that may hold a mistake, and one that may hold two.
const ONE_MISTAKE_FROM: usize = 4;
const TWO_MISTAKES_FROM: usize = 9;

/// A list that a text field is helped with. Other answers are taken just as well.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum List {
    /// `"streets"`: the town's, from `streets.txt`. A house number may follow.
    Streets,
    /// `"countries"`: all states, found by their names in the visit's language, too; written in German.
    Countries,
}

impl List {
    pub(crate) const ALL: [Self; 2] = [Self::Streets, Self::Countries];

    /// Its name in service definitions.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Streets => "streets",
            Self::Countries => "countries",
        }
    }
}

/// How well a name fits, best first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Fit {
    Begins,
    /// A later word of it begins so.
    Within,
    /// Offered only when nothing fits better.
    Mistyped,
}

impl Catalogue {
    /// What the citizen may be about to type into the field: whole answers, at most three, best first. None as soon as
    /// what is typed is one of the list, and for fields without a list.
    pub fn suggestions(&self, service: &Service, field: &Field, typed: &str, language: Language) -> Vec<PrivateText> {
        match field.suggest {
            None => Vec::new(),
            Some(List::Streets) => {
                let (street, number) = split_number(typed);
                let whole = |name: &str| {
                    let mut text = String::with_capacity(name.len() + 1 + number.len()); // never moved
                    text.push_str(name);
                    if !number.is_empty() {
                        text.push(' ');
                        text.push_str(number);
                    }
                    PrivateText::new(text)
                };
                best(street, &service.town().streets).into_iter().map(whole).collect()
            }
            Some(List::Countries) => {
                let names: Vec<Name> = self
                    .words
                    .states
                    .values()
                    .flat_map(|state| named(state, language))
                    .collect();
                best(typed, &names).into_iter().map(PrivateText::from).collect()
            }
        }
    }
}

/// A name of a list, ready to be compared.
#[derive(Clone, Debug)]
pub(crate) struct Name {
    /// What the citizen may type, see [`fold`].
    folded: String,
    /// What is written then.
    written: String,
    /// Both are the same name.
    is_itself: bool,
}

impl Name {
    pub(crate) fn new(name: &str) -> Self {
        Self {
            folded: fold(name).to_string(),
            written: name.to_owned(),
            is_itself: true,
        }
    }
}

/// A state by its German name and by the one of the visit's language.
fn named(state: &Text, language: Language) -> [Name; 2] {
    let (german, own) = (state.get(Language::German), state.get(language));
    let other = Name {
        written: german.to_owned(),
        is_itself: own == german,
        ..Name::new(own)
    };
    [Name::new(german), other]
}

/// "Am Markt 5 b" is "Am Markt" and "5 b".
pub(crate) fn split_number(typed: &str) -> (&str, &str) {
    let starts = typed.match_indices(' ').map(|(at, _)| typed.split_at(at));
    let mut numbered = starts.filter(|(_, rest)| rest.trim_start().starts_with(|c: char| c.is_ascii_digit()));
    numbered
        .next()
        .map_or((typed, ""), |(street, number)| (street, number.trim()))
}

/// What is written for the names that fit best.
fn best<'a>(typed: &str, names: &'a [Name]) -> Vec<&'a str> {
    let asked = key(typed);
    if asked.chars().count() < TYPED_CHARS_MIN {
        return Vec::new();
    }
    let mut found: Vec<(Fit, &str)> = Vec::new();
    for name in names {
        if name.is_itself && counting(&name.folded).eq(asked.chars()) {
            return Vec::new();
        }
        if let Some(fit) = fit(&asked, &name.folded) {
            found.push((fit, &name.written));
        }
    }
    found.sort_unstable();
    if found.first().is_some_and(|(fit, _)| *fit < Fit::Mistyped) {
        found.retain(|(fit, _)| *fit < Fit::Mistyped);
    }
    let mut best: Vec<&str> = Vec::new();
    for (_, name) in found {
        if best.len() < SUGGESTIONS_MAX && !best.contains(&name) {
            best.push(name);
        }
    }
    best
}

fn fit(asked: &str, folded: &str) -> Option<Fit> {
    if begins(folded, asked) {
        return Some(Fit::Begins);
    }
    let mut starts = folded.match_indices(|c: char| !c.is_alphanumeric());
    if starts.any(|(at, _)| begins(folded.get(at..).unwrap_or_default(), asked)) {
        return Some(Fit::Within);
    }
    let len = asked.chars().count();
    let mistakes = match len {
        0..ONE_MISTAKE_FROM => return None,
        ONE_MISTAKE_FROM..TWO_MISTAKES_FROM => 1,
        _ => 2,
    };
    let known: String = counting(folded).collect();
    // A letter too many or too few moves the end.
    let mut starts = (len - 1..=len + 1).map(|len| first(&known, len));
    let is_near = starts.any(|start| strsim::osa_distance(asked, start) <= mistakes);
    is_near.then_some(Fit::Mistyped)
}

fn begins(folded: &str, asked: &str) -> bool {
    let mut known = counting(folded);
    asked.chars().all(|c| known.next() == Some(c))
}

/// The letters and digits of a name.
fn counting(folded: &str) -> impl Iterator<Item = char> {
    folded.chars().filter(|c| c.is_alphanumeric())
}

/// What counts of a name: "Karl-Müller-Str." and "karl mueller str" are one.
pub(crate) fn key(name: &str) -> Zeroizing<String> {
    let mut key = fold(name);
    key.retain(char::is_alphanumeric);
    key
}

#[cfg(test)]
mod tests {
    use super::*;

    const STREETS: [&str; 6] = [
        "Am Markt",
        "Bahnhofstraße",
        "Bahnweg",
        "Karl-Müller-Straße",
        "Müllerweg",
        "Straße des 17. Juni",
    ];

    fn found(typed: &str) -> Vec<String> {
        let names = STREETS.map(Name::new);
        best(typed, &names).into_iter().map(str::to_owned).collect()
    }

    #[test]
    fn what_begins_so_comes_first() {
        assert_eq!(found("bahn"), ["Bahnhofstraße", "Bahnweg"]);
        assert_eq!(found("mueller"), ["Müllerweg", "Karl-Müller-Straße"]);
        assert_eq!(found("Bahnhof Str."), ["Bahnhofstraße"]);
        assert_eq!(found("Banhofstr"), ["Bahnhofstraße"], "a slip of the finger");
        for nothing in ["", "b", "xyz", "  ", "\u{202e}", "Bahnhofstrasse"] {
            assert_eq!(found(nothing), [""; 0], "{nothing}");
        }
    }

    #[test]
    fn a_house_number_is_no_street() {
        assert_eq!(split_number("Am Markt 5 b"), ("Am Markt", "5 b"));
        assert_eq!(split_number("Am Markt"), ("Am Markt", ""));
        assert_eq!(split_number("Am Markt "), ("Am Markt ", ""));
        assert_eq!(split_number("17"), ("17", ""));
    }
}
