//! Words of the town: plain text that can be shown, spoken and counted. Whoever sent it, it is clean by type.
use core::fmt;
use serde::{Deserialize, Deserializer, Serialize};

/// Longest line (a title, a place, a name), in characters: two lines of a screen at 200 %.
pub const LINE_CHARS_MAX: usize = 240;

/// Longest paragraph, in characters. What is longer is cut.
pub const PARAGRAPH_CHARS_MAX: usize = 2_000;

/// Most paragraphs of one text.
pub const PARAGRAPHS_MAX: usize = 40;

/// Largest text: some two sheets of paper. Nobody reads more while standing.
pub const TEXT_BYTES_MAX: usize = 8 * 1024;

/// Longest address: what a QR code of a readable size holds (ISO/IEC 18004, version 13 at level M holds 331 bytes).
pub const LINK_CHARS_MAX: usize = 320;

/// Where something was cut off.
const CUT: char = '…';

/// One line: no control characters, no invisible ones that turn the writing direction, single blanks, none at the ends,
/// at most [`LINE_CHARS_MAX`] characters.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Line(String);

impl Line {
    /// Makes a line out of any text.
    pub fn clean(text: &str) -> Self {
        Self(cleaned(text, LINE_CHARS_MAX))
    }

    /// The words.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Nothing to read.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Line {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self::clean(&String::deserialize(deserializer)?))
    }
}

/// A text in paragraphs, each as clean as a [`Line`] and none empty; at most [`PARAGRAPHS_MAX`] and [`TEXT_BYTES_MAX`].
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Text(Vec<String>);

impl Text {
    /// Makes a text out of any paragraphs. What is too much is left out, and a "…" says so.
    pub fn clean<'a>(paragraphs: impl IntoIterator<Item = &'a str>) -> Self {
        let mut kept: Vec<String> = Vec::new();
        let mut bytes = 0;
        let mut whole = true;
        for paragraph in paragraphs {
            let paragraph = cleaned(paragraph, PARAGRAPH_CHARS_MAX);
            if paragraph.is_empty() {
                continue;
            }
            bytes += paragraph.len();
            // One place is kept for the sign that something is missing.
            whole = kept.len() + 1 < PARAGRAPHS_MAX && bytes + CUT.len_utf8() <= TEXT_BYTES_MAX;
            if !whole {
                break;
            }
            kept.push(paragraph);
        }
        if !whole && kept.last().is_none_or(|last| !last.ends_with(CUT)) {
            kept.push(CUT.to_string());
        }
        Self(kept)
    }

    /// The paragraphs.
    pub fn paragraphs(&self) -> &[String] {
        &self.0
    }

    /// Nothing to read.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let paragraphs = Vec::<String>::deserialize(deserializer)?;
        Ok(Self::clean(paragraphs.iter().map(String::as_str)))
    }
}

/// An address of the web, for a QR code only: nothing on the terminal ever opens it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Link(String);

impl Link {
    /// Takes `http` and `https` addresses in ASCII, without user and password, with a host.
    pub fn parse(text: &str) -> Option<Self> {
        let fits = text.len() <= LINK_CHARS_MAX && text.bytes().all(|byte| byte.is_ascii_graphic());
        let link = fits.then(|| Self(text.to_owned()))?;
        let host = link.host();
        let is_host = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | ':' | '[' | ']');
        (!host.is_empty() && host.chars().all(is_host)).then_some(link)
    }

    /// The whole address.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Where it leads, as one says it: `www.musterstadt.de`. Empty for what isn't an address.
    pub fn host(&self) -> &str {
        let rest = self.0.strip_prefix("https://").or(self.0.strip_prefix("http://"));
        let rest = rest.unwrap_or_default();
        rest.split(['/', '?', '#']).next().unwrap_or_default()
    }
}

/// An address that can't be a QR code here is left out; what it belongs to is told without.
pub(super) fn link_or_none<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Link>, D::Error> {
    let text = Option::<String>::deserialize(deserializer)?;
    Ok(text.and_then(|text| Link::parse(&text)))
}

/// Blanks of all kinds become one; what can't be seen goes.
fn cleaned(text: &str, chars_max: usize) -> String {
    let mut clean = String::with_capacity(text.len().min(chars_max));
    let mut chars = 0;
    let mut gap = false;
    for c in text.chars().filter(|c| !is_invisible(*c)) {
        if c.is_whitespace() || c.is_control() {
            gap = true;
            continue;
        }
        let blank = gap && chars > 0;
        if chars + usize::from(blank) + 1 >= chars_max {
            clean.push(CUT);
            return clean;
        }
        if blank {
            clean.push(' ');
        }
        clean.push(c);
        chars += 1 + usize::from(blank);
        gap = false;
    }
    clean
}

/// Marks and overrides of the writing direction (UAX #9), joiners and soft hyphens, private use, tags: a text of the town
/// needs none of them, and each can make a line look like another one. Pictures (emoji), too: the terminal's fonts have
/// none of them, and a voice reads them out at length.
fn is_invisible(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff0}'..='\u{fffc}' | '\u{e000}'..='\u{f8ff}'
        | '\u{2600}'..='\u{27bf}' | '\u{2b00}'..='\u{2bff}' | '\u{fe00}'..='\u{fe0f}' | '\u{1f000}'..='\u{1faff}'
        | '\u{e0000}'..='\u{e0fff}' | '\u{f0000}'..='\u{10ffff}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_line_is_one_line() {
        for (text, clean) in [
            ("  Rat\n\tder\u{a0} Stadt ", "Rat der Stadt"),
            ("a\u{202e}b\u{0}c", "ab c"),
            ("Bürger\u{ad}büro", "Bürgerbüro"),
            ("", ""),
            ("\u{feff}\u{200b}", ""),
            ("🎄 Weihnachts❤️markt", "Weihnachtsmarkt"),
        ] {
            assert_eq!(Line::clean(text).as_str(), clean);
        }
        let long = Line::clean(&"ä".repeat(1000));
        assert_eq!(long.as_str().chars().count(), LINE_CHARS_MAX);
        assert!(long.as_str().ends_with('…'));
    }

    #[test]
    fn a_text_has_an_end() {
        let text = Text::clean(["Eins", " ", "Zwei"]);
        assert_eq!(text.paragraphs(), ["Eins", "Zwei"]);
        let many = Text::clean((0..100).map(|_| "x"));
        assert_eq!((many.paragraphs().len(), many.paragraphs()[39].as_str()), (40, "…"));
        let large = "ü".repeat(1900);
        let large = Text::clean([large.as_str(); 9]);
        assert!(large.paragraphs().len() == 3 && large.paragraphs()[2] == "…");
    }

    #[test]
    fn links_are_for_reading_elsewhere() {
        for (text, host) in [
            ("https://www.musterstadt.de/rat?x=1#y", "www.musterstadt.de"),
            ("http://musterstadt.de", "musterstadt.de"),
            ("https://ris.example:8443/", "ris.example:8443"),
        ] {
            assert_eq!(Link::parse(text).unwrap().host(), host);
        }
        for wrong in [
            "",
            "https://",
            "https:///x",
            "ftp://h/",
            "javascript:alert(1)",
            "https://erika@h/",
            "https://h:x@y",
            "https://münchen.de",
            "https://h/ x",
            "HTTPS://h",
            "file:///etc/passwd",
        ] {
            assert_eq!(Link::parse(wrong), None, "{wrong}");
        }
        assert_eq!(Link::parse(&format!("https://h/{}", "x".repeat(400))), None);
    }

    proptest! {
        #[test]
        fn clean_stays_clean(text in "\\PC{0,300}|[\\x00-\\x7f\\u{200b}-\\u{2070} ]{0,400}") {
            let line = Line::clean(&text);
            prop_assert_eq!(&Line::clean(line.as_str()), &line);
            prop_assert!(line.as_str().chars().count() <= LINE_CHARS_MAX);
            prop_assert!(!line.as_str().contains(|c: char| c.is_control() || is_invisible(c)));
            prop_assert!(!line.as_str().contains("  ") && line.as_str().trim() == line.as_str());
        }

        #[test]
        fn texts_stay_in_their_bounds(paragraphs in proptest::collection::vec("\\PC{0,80}|[aäa ]{0,3000}", 0..60)) {
            let text = Text::clean(paragraphs.iter().map(String::as_str));
            prop_assert_eq!(&Text::clean(text.paragraphs().iter().map(String::as_str)), &text);
            prop_assert!(text.paragraphs().len() <= PARAGRAPHS_MAX);
            prop_assert!(text.paragraphs().iter().map(String::len).sum::<usize>() <= TEXT_BYTES_MAX);
        }

        #[test]
        fn a_host_is_a_host(text in "(https?://)?[a-z.:@/?#\\[\\]-]{0,40}") {
            if let Some(link) = Link::parse(&text) {
                prop_assert!(!link.host().is_empty() && !link.host().contains(['/', '@', '?', '#']));
            }
        }
    }
}
