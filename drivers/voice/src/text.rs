//! From a phrase to what an engine reads: cleaned, spelled out where the manner wants it, and cut into pieces. Pure.
//!
//! Nothing that a citizen typed is an instruction: control and formatting characters, and the private characters that
//! engines use as marks, don't get through here. What an engine takes for markup is its own matter (`ssml`).
use drivers_api::voice::{Manner, Phrase};
use zeroize::Zeroizing;

/// Longest piece given to an engine at once, in bytes: a long paragraph. Far below what a pipe holds, so that handing
/// it over never waits, whatever escaping adds.
pub const PIECE_BYTES_MAX: usize = 4096;

/// Longest group of a code that is read without a pause: as many as one remembers while writing them down.
pub const GROUP_CHARS_MAX: usize = 4;

/// How an engine reads a piece.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reading {
    /// As sentences.
    Text,
    /// Every character by its name; a pause at each space.
    Characters,
}

/// Something for an engine to read in one go: at most [`PIECE_BYTES_MAX`] bytes, without control or formatting
/// characters; never empty, never blank.
pub struct Piece {
    /// What.
    pub text: Zeroizing<String>,
    /// How.
    pub reading: Reading,
    /// BCP 47 tag.
    pub language: &'static str,
}

impl core::fmt::Debug for Piece {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(
            f,
            "Piece {{ {:?}, {}, [{} bytes] }}",
            self.reading,
            self.language,
            self.text.len()
        )
    }
}

/// The pieces of a phrase, in order; none if there is nothing to read in it.
pub fn pieces(phrase: &Phrase) -> Vec<Piece> {
    let clean = clean(phrase.text.expose());
    let (text, reading) = match phrase.manner {
        Manner::Plain => (expand(&clean, phrase.language), Reading::Text),
        Manner::Digits => (apart(&expand(&clean, phrase.language)), Reading::Text),
        Manner::Spelled => (clean, Reading::Characters),
        Manner::Code => (groups(&clean), Reading::Characters),
    };
    let language = phrase.language;
    let parts = cut(&text).into_iter().map(str::trim).filter(|part| !part.is_empty());
    parts
        .map(|part| Piece {
            text: Zeroizing::new(part.to_owned()),
            reading,
            language,
        })
        .collect()
}

/// Text without characters that can't be heard. Lines become pauses; the middle dot of Leichte Sprache
/// (Melde·bescheinigung), which helps the eye, is left out inside words, as hidden hyphens are.
fn clean(text: &str) -> Zeroizing<String> {
    // Never grows, so no copy is left behind: a newline becomes two bytes, everything else at most what it was.
    let mut clean = Zeroizing::new(String::with_capacity(text.len() * 2));
    let mut characters = text.chars().peekable();
    let mut last = ' ';
    while let Some(character) = characters.next() {
        let next = match character {
            '\n' | '\u{2028}' | '\u{2029}' if last.is_alphanumeric() => {
                clean.push(',');
                ' '
            }
            '·' | '\u{2027}' if last.is_alphabetic() && characters.peek().is_some_and(|c| c.is_alphabetic()) => {
                continue;
            }
            _ if is_hidden(character) => continue,
            _ if character.is_control() || character.is_whitespace() || is_mark(character) => ' ',
            _ => character,
        };
        if next != ' ' || last != ' ' {
            clean.push(next);
        }
        last = next;
    }
    clean
}

/// Characters that only format: hyphenation, direction, variants. U+200C and U+200D stay, Persian spells with them.
fn is_hidden(character: char) -> bool {
    matches!(
        character,
        '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{e0000}'..='\u{e0fff}'
    )
}

/// Characters without a meaning of their own, which engines use for theirs: private use, non-characters, and what
/// stands for something unreadable.
fn is_mark(character: char) -> bool {
    let low = u32::from(character) & 0xffff;
    matches!(character, '\u{e000}'..='\u{f8ff}' | '\u{fdd0}'..='\u{fdef}' | '\u{f0000}'..)
        || low >= 0xfffe
        || matches!(character, '\u{fff9}'..='\u{fffd}' | '\u{2028}' | '\u{2029}')
}

/// Abbreviations of town halls as one says them. Only those that mean one thing.
const GERMAN: &[(&str, &str)] = &[
    ("z. B.", "zum Beispiel"),
    ("z.B.", "zum Beispiel"),
    ("d. h.", "das heißt"),
    ("d.h.", "das heißt"),
    ("u. a.", "unter anderem"),
    ("u.a.", "unter anderem"),
    ("Abs.", "Absatz"),
    ("Art.", "Artikel"),
    ("bzw.", "beziehungsweise"),
    ("ca.", "circa"),
    ("Dr.", "Doktor"),
    ("EUR", "Euro"),
    ("geb.", "geboren"),
    ("ggf.", "gegebenenfalls"),
    ("inkl.", "inklusive"),
    ("Nr.", "Nummer"),
    ("Str.", "Straße"),
    ("Tel.", "Telefon"),
    ("usw.", "und so weiter"),
    ("§§", "Paragrafen"),
    ("§", "Paragraf"),
];
const ENGLISH: &[(&str, &str)] = &[("e.g.", "for example"), ("i.e.", "that is"), ("EUR", "euros")];

/// Text with its abbreviations said in full. A street that ends in `str.` is one, too.
fn expand(text: &str, language: &str) -> Zeroizing<String> {
    let table = match primary(language) {
        "de" => GERMAN,
        "en" => ENGLISH,
        _ => &[],
    };
    let longest = table.iter().map(|(_, full)| full.len()).max().unwrap_or(1);
    // At worst every second byte is an abbreviation; text of one screen, so the room doesn't matter.
    let mut full = Zeroizing::new(String::with_capacity(text.len().saturating_mul(longest)));
    let mut rest = text;
    let mut last = ' ';
    while let Some(character) = rest.chars().next() {
        let found = table.iter().find(|(short, _)| {
            let after = rest.strip_prefix(short).map(|after| after.chars().next());
            let ends = |next: Option<char>| short.ends_with(['.', '§']) || !next.is_some_and(char::is_alphanumeric);
            !last.is_alphanumeric() && after.is_some_and(ends)
        });
        let street = ("str.", "straße");
        let street = (table == GERMAN && last.is_alphabetic() && rest.starts_with(street.0)).then_some(&street);
        let step = match found.or(street) {
            Some((short, words)) => {
                full.push_str(words);
                short.len()
            }
            None => {
                full.push(character);
                character.len_utf8()
            }
        };
        last = full.chars().next_back().unwrap_or(' ');
        rest = &rest[step..];
    }
    full
}

/// Text with every digit by itself.
fn apart(text: &str) -> Zeroizing<String> {
    let mut apart = Zeroizing::new(String::with_capacity(text.len() * 2));
    for character in text.chars() {
        if character.is_numeric() && !apart.is_empty() && !apart.ends_with(' ') {
            apart.push(' ');
        }
        apart.push(character);
    }
    apart
}

/// A code's characters in groups with a space between. Its own separators make the groups; longer ones are halved
/// evenly, so that no character stands alone at the end.
fn groups(code: &str) -> Zeroizing<String> {
    let mut grouped = Zeroizing::new(String::with_capacity(code.len() * 2));
    for group in code
        .split(|c: char| !c.is_alphanumeric())
        .filter(|group| !group.is_empty())
    {
        let length = group.chars().count();
        let parts = length.div_ceil(GROUP_CHARS_MAX);
        for (at, character) in group.chars().enumerate() {
            // The first character of part n of `parts` stands at n * length / parts, rounded up.
            let begins_part = at == 0 || at * parts / length != (at - 1) * parts / length;
            if begins_part && !grouped.is_empty() {
                grouped.push(' ');
            }
            grouped.push(character);
        }
    }
    grouped
}

/// Cuts text into parts of at most [`PIECE_BYTES_MAX`] bytes: after a sentence, else at a space, else where it must be.
fn cut(text: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let mut rest = text;
    while rest.len() > PIECE_BYTES_MAX {
        let mut end = PIECE_BYTES_MAX;
        while !rest.is_char_boundary(end) {
            end -= 1;
        }
        let head = &rest[..end];
        let sentence = head.rmatch_indices(". ").next().map(|(at, _)| at + 1);
        let space = || head.rfind(' ').filter(|&at| at > 0);
        let (part, after) = rest.split_at(sentence.or_else(space).unwrap_or(end));
        parts.push(part);
        rest = after;
    }
    parts.push(rest);
    parts
}

/// The language of a BCP 47 tag, without script, region and variant.
pub fn primary(tag: &str) -> &str {
    tag.split('-').next().unwrap_or_default()
}

#[cfg(test)]
#[path = "text_tests.rs"]
mod tests;
