//! Finding a service by the citizen's own words: titles, summaries and keywords of all languages in one index. Forgives
//! typing mistakes, missing umlauts and accents, endings, and takes words apart ("Hund" finds "Hundesteuer").
use crate::service::Service;
use std::collections::BTreeMap;
use std::sync::Arc;
use unicode_normalization::char::{decompose_compatible, is_combining_mark};
use zeroize::Zeroizing;

/// Most words of a query that are looked for.
const QUERY_WORDS_MAX: usize = 8;
/// Longest query that is read, in characters.
const QUERY_CHARS_MAX: usize = 100;
/// Longest word that is kept; longer ones are cut.
const WORD_CHARS_MAX: usize = 40;
/// What a service's words weigh: its name and the citizens' own words for it, and the sentence about it.
const NAMED: f32 = 3.0;
const MENTIONED: f32 = 1.0;
/// A service is told if it fits at least this well, in parts of the best one.
const WORSE_THAN_BEST: f32 = 0.4;
/// Shortest part that a long word is taken apart into.
const PART_CHARS_MIN: usize = 4;
/// A word that says only this much of what was asked says nothing.
const LIKENESS_MIN: f32 = 0.3;

/// Words that say nothing about what is wanted, folded (de, en).
const IDLE_WORDS: &[&str] = &[
    "ab", "aber", "am", "an", "and", "auch", "auf", "aus", "bei", "bekommen", "bin", "bitte", "brauche", "das", "dem",
    "den", "der", "die", "do", "ein", "eine", "einem", "einen", "einer", "eines", "es", "for", "fur", "get", "gibt",
    "habe", "haben", "hat", "have", "how", "i", "ich", "ihr", "im", "in", "is", "ist", "kann", "man", "mein", "meine",
    "meinem", "meinen", "meiner", "mir", "mit", "mochte", "muss", "my", "nach", "need", "neu", "neun", "neur", "new",
    "nicht", "of", "on", "or", "sich", "sie", "the", "to", "um", "und", "uns", "vom", "von", "want", "was", "wegen",
    "wie", "will", "wir", "wird", "wo", "wurde", "zu", "zum", "zur",
];

/// Every word that the services use, and where.
#[derive(Debug, Default)]
pub(crate) struct Index {
    words: Vec<Word>,
}

#[derive(Debug)]
struct Word {
    text: String,
    chars: usize,
    letters: u64,
    /// How much it tells: rare words more than common ones.
    rarity: f32,
    /// The service's place in the list, and what the word weighs there.
    places: Vec<(usize, f32)>,
}

impl Index {
    pub(crate) fn new(services: &[Arc<Service>]) -> Self {
        Self::of(services.iter().map(|service| {
            let named = service
                .texts
                .title
                .all()
                .chain(service.keywords.iter().map(String::as_str));
            (named, service.texts.summary.all())
        }))
    }

    /// Things by the texts that name them, and those that mention them.
    fn of<'a, N, M>(things: impl ExactSizeIterator<Item = (N, M)>) -> Self
    where
        N: Iterator<Item = &'a str>,
        M: Iterator<Item = &'a str>,
    {
        let mut found: BTreeMap<String, Vec<(usize, f32)>> = BTreeMap::new();
        let all = things.len() as f32;
        for (at, (named, mentioned)) in things.enumerate() {
            let weighed = named
                .map(|text| (text, NAMED))
                .chain(mentioned.map(|text| (text, MENTIONED)));
            for (text, weight) in weighed {
                for word in telling(&fold(text)) {
                    let places = match found.get_mut(word) {
                        Some(places) => places,
                        None => found.entry(word.to_owned()).or_default(),
                    };
                    match places.last_mut().filter(|(held_at, _)| *held_at == at) {
                        Some((_, held)) => *held = held.max(weight),
                        None => places.push((at, weight)),
                    }
                }
            }
        }
        let word = |(text, places): (String, Vec<(usize, f32)>)| Word {
            chars: text.chars().count(),
            letters: letters(&text),
            rarity: (1.0 + all / places.len() as f32).ln(),
            places,
            text,
        };
        Self {
            words: found.into_iter().map(word).collect(),
        }
    }

    /// Places of the services that fit, best first; none for a query without words.
    pub(crate) fn find(&self, query: &str) -> Vec<usize> {
        let mut scores: BTreeMap<usize, f32> = BTreeMap::new();
        for asked in telling(&fold(first(query, QUERY_CHARS_MAX))).take(QUERY_WORDS_MAX) {
            for (at, score) in self.told(asked) {
                *scores.entry(at).or_default() += score;
            }
        }
        let best = scores.values().copied().fold(0.0, f32::max);
        let mut found: Vec<(usize, f32)> = scores.into_iter().collect();
        found.retain(|(_, score)| *score >= best * WORSE_THAN_BEST);
        found.sort_by(|a, b| b.1.total_cmp(&a.1)); // stable: else by id
        found.into_iter().map(|(at, _)| at).collect()
    }
}

impl Index {
    /// How well each service fits one word of the query; a long word also by its two parts, if it has both.
    fn told(&self, asked: &str) -> BTreeMap<usize, f32> {
        let mut told = self.fit(asked);
        if let Some((head, tail)) = self.parts(asked) {
            let (head, tail) = (self.fit(head), self.fit(tail));
            for (at, score) in head {
                if let Some(other) = tail.get(&at) {
                    let held = told.entry(at).or_default();
                    *held = held.max(score.midpoint(*other));
                }
            }
        }
        told
    }

    fn fit(&self, asked: &str) -> BTreeMap<usize, f32> {
        let asked = Asked::new(asked);
        let mut best: BTreeMap<usize, f32> = BTreeMap::new();
        for word in &self.words {
            let likeness = asked.likeness(word);
            if likeness < LIKENESS_MIN {
                continue;
            }
            for (at, weight) in &word.places {
                let held = best.entry(*at).or_default();
                *held = held.max(likeness * weight * word.rarity);
            }
        }
        best
    }

    /// "gewerbeanmeldung": "gewerbe", which is known, and what is left.
    fn parts<'a>(&self, asked: &'a str) -> Option<(&'a str, &'a str)> {
        let splits = asked.char_indices().rev().map(|(at, _)| asked.split_at(at));
        let long = |text: &str| text.chars().count() >= PART_CHARS_MIN;
        let mut whole = splits.filter(|(head, tail)| long(head) && long(tail));
        whole.find(|(head, _)| self.words.binary_search_by(|word| word.text.as_str().cmp(head)).is_ok())
    }
}

/// Things that are no services, found as services are: each by what it is called, and by what is said about it.
#[derive(Debug, Default)]
pub struct WordIndex(Index);

impl WordIndex {
    /// Makes the index. For each thing: its names, and other texts about it.
    pub fn new<'a>(things: &'a [(Vec<&'a str>, Vec<&'a str>)]) -> Self {
        let things = things.iter();
        Self(Index::of(things.map(|(named, mentioned)| {
            (named.iter().copied(), mentioned.iter().copied())
        })))
    }

    /// Places of the things that fit, best first; none for a query without words.
    pub fn find(&self, query: &str) -> Vec<usize> {
        self.0.find(query)
    }
}

/// A word of the query.
struct Asked<'a> {
    text: &'a str,
    chars: usize,
    letters: u64,
}

impl<'a> Asked<'a> {
    fn new(text: &'a str) -> Self {
        Self {
            text,
            chars: text.chars().count(),
            letters: letters(text),
        }
    }

    /// How far a word says what was asked: 0 not at all, 1 to the letter.
    fn likeness(&self, word: &Word) -> f32 {
        let (asked, known) = (self.chars, word.chars);
        let shared = |short: usize, long: usize| short as f32 / long as f32;
        if self.text == word.text {
            return 1.0;
        }
        if asked >= 3 && word.text.starts_with(self.text) {
            return 0.7 + 0.2 * shared(asked, known);
        }
        if known >= 4 && self.text.starts_with(&word.text) {
            return 0.6 + 0.2 * shared(known, asked);
        }
        if asked >= 4 && word.text.contains(self.text) {
            return 0.5 + 0.2 * shared(asked, known);
        }
        if known >= 5 && self.text.contains(&word.text) {
            return 0.4 + 0.2 * shared(known, asked);
        }
        self.mistyped(word)
    }

    /// As far as it is the same word with mistakes, or the beginning of one.
    fn mistyped(&self, word: &Word) -> f32 {
        let allowed = match self.chars {
            0..=3 => return 0.0,
            4..=7 => 1,
            _ => 2,
        };
        // Each mistake takes at most one of the asked letters away.
        if (self.letters & !word.letters).count_ones() > allowed || word.chars + 2 < self.chars {
            return 0.0;
        }
        let likeness = |mistakes: usize, whole: f32| {
            let few = u32::try_from(mistakes).is_ok_and(|mistakes| mistakes <= allowed);
            if few { whole - 0.12 * mistakes as f32 } else { 0.0 }
        };
        if word.chars <= self.chars + 2 {
            return likeness(strsim::osa_distance(self.text, &word.text), 0.8);
        }
        if self.chars < 5 {
            return 0.0;
        }
        let start: String = word.text.chars().take(self.chars).collect();
        likeness(strsim::osa_distance(self.text, &start), 0.65)
    }
}

/// The words of a folded text that say something.
fn telling(folded: &str) -> impl Iterator<Item = &str> {
    let split = folded.split(|c: char| !c.is_alphanumeric());
    let kept = split.filter(|word| word.chars().nth(1).is_some() && IDLE_WORDS.binary_search(word).is_err());
    kept.map(|word| first(word, WORD_CHARS_MAX))
}

/// The first characters of a text.
pub(crate) fn first(text: &str, chars: usize) -> &str {
    let end = text.char_indices().nth(chars).map_or(text.len(), |(at, _)| at);
    text.get(..end).unwrap_or_default()
}

/// Small letters without umlauts, accents and the many ways to write the same: "Müll", "Muell" and "mull" are one.
/// Overwritten in the end, and in one piece: what citizens type is theirs.
pub(crate) fn fold(text: &str) -> Zeroizing<String> {
    let mut bytes = 0;
    plain(text, |c| bytes += c.len_utf8());
    let mut folded = Zeroizing::new(String::with_capacity(bytes));
    let mut was = ' '; // a letter that takes an "e" after it: "ae" is "a"
    plain(text, |c| {
        if c == 'e' && matches!(was, 'a' | 'o' | 'u') {
            was = ' ';
        } else {
            folded.push(c);
            was = c;
        }
    });
    folded
}

/// Tells the letters without what hangs on them. As marks are left out, their order doesn't matter: each character is
/// taken apart (NFKD) by itself.
fn plain(text: &str, mut tell: impl FnMut(char)) {
    for c in text.chars() {
        if c.is_ascii() {
            tell(c.to_ascii_lowercase());
            continue;
        }
        decompose_compatible(c, |part| {
            if !is_combining_mark(part) {
                part.to_lowercase().for_each(|small| one_way(small, &mut tell));
            }
        });
    }
}

/// Of letters that are written in several ways, one.
fn one_way(c: char, tell: &mut impl FnMut(char)) {
    match c {
        'ß' => {
            tell('s');
            tell('s');
        }
        'ı' => tell('i'),
        'ł' => tell('l'),
        'ø' | 'œ' => tell('o'),
        'æ' => tell('a'),
        'đ' => tell('d'),
        'ي' | 'ى' => tell('ی'),
        'ك' => tell('ک'),
        'ة' => tell('ه'),
        'ё' => tell('е'),
        '\u{ad}' | '\u{200c}' | '\u{200d}' => {}
        other if is_combining_mark(other) => {}
        other => tell(other),
    }
}

/// Which letters are in a word, for a quick look: 64 drawers for all alphabets.
fn letters(text: &str) -> u64 {
    text.chars().fold(0, |set, c| set | 1 << (u32::from(c) % 64))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn idle_words_are_sorted_and_folded() {
        assert!(IDLE_WORDS.is_sorted());
        for word in IDLE_WORDS {
            assert_eq!(*fold(word), *word);
        }
    }

    #[test]
    fn things_are_found_as_services_are() {
        let things = [
            (vec!["Fahrrad", "Damenrad, blau"], vec!["Markt"]),
            (vec!["Schlüssel", "Schlüsselbund mit Anhänger"], vec!["Bahnhof"]),
        ];
        let index = WordIndex::new(&things);
        assert_eq!(index.find("schluesel"), [1]);
        assert_eq!(index.find("blaues Damenrad"), [0]);
        assert_eq!(index.find("am Bahnhof"), [1]);
        assert!(index.find("").is_empty() && index.find("Elefant").is_empty());
    }

    #[test]
    fn many_ways_to_write_are_one() {
        for same in ["Müll", "Muell", "MULL", "mu\u{308}ll"] {
            assert_eq!(*fold(same), "mull");
        }
        assert_eq!(fold("Straße"), fold("STRASSE"));
        assert_eq!(*fold("İkametgâh ışık"), "ikametgah isik");
        assert_eq!(
            telling(&fold("Ich möchte meine Wohnung ummelden!")).collect::<Vec<_>>(),
            ["wohnung", "ummelden"]
        );
    }
}
