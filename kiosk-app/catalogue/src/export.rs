//! A declaration in the XML of an office's program (`export.toml`), beside the JSON that every service makes. Which answer
//! stands in which element is data; the form of an XML standard is no code.
use crate::answers::Answers;
use crate::condition::{Condition, Verdict};
use crate::date;
use crate::field::FieldIndex;
use crate::service::Service;
use crate::suggest::split_number;
use crate::walk::Reach;
use zeroize::Zeroizing;

/// How a declaration becomes XML.
#[derive(Debug)]
pub(crate) struct Export {
    /// Name of the file.
    pub(crate) file: String,
    pub(crate) root: String,
    /// Attributes of the root, namespaces among them.
    pub(crate) attributes: Vec<(String, String)>,
    /// Whether there is a document at all.
    pub(crate) when: Option<Condition>,
    /// Names of elements that an answer chooses.
    pub(crate) chosen: Vec<ChosenName>,
    /// In the order of the document.
    pub(crate) parts: Vec<Part>,
}

/// An element that holds text.
#[derive(Debug)]
pub(crate) struct Part {
    /// Its name and those of the elements around it, outermost first, without the root.
    pub(crate) path: Vec<Name>,
    pub(crate) when: Option<Condition>,
    pub(crate) content: Content,
}

/// Name of an element; `again`: it is another one, even where one of that name is open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Name {
    pub(crate) tag: Tag,
    pub(crate) again: bool,
}

/// What stands between the angle brackets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Tag {
    Fixed(String),
    /// The place of a [`ChosenName`] in its [`Export`].
    Chosen(usize),
}

/// An element that is called otherwise by the answer to a choice, with all that lies in it.
#[derive(Debug)]
pub(crate) struct ChosenName {
    pub(crate) field: FieldIndex,
    /// Its name for each choice; without one, the element is left out.
    pub(crate) codes: Vec<(String, String)>,
}

/// What an element holds.
#[derive(Debug)]
pub(crate) enum Content {
    Text(String),
    Fact(ExportFact),
    Answer(FieldIndex, Form),
}

/// What isn't known before a case is filed, and what the town says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ExportFact {
    SubmissionId,
    FiledAt,
    FiledOn,
    Town,
    Office,
}

impl ExportFact {
    pub(crate) const ALL: [(Self, &'static str); 5] = [
        (Self::SubmissionId, "submission_id"),
        (Self::FiledAt, "filed_at"),
        (Self::FiledOn, "filed_on"),
        (Self::Town, "town"),
        (Self::Office, "office"),
    ];
}

/// How an answer is written.
#[derive(Debug)]
pub(crate) enum Form {
    /// As in the submission.
    Plain,
    /// Of an address: the street.
    Street,
    /// Of an address: the house number.
    Number,
    /// A whole day as `12081964`.
    DayMonthYear,
    /// A code for each choice, and for `true` and `false`.
    Codes(Vec<(String, String)>),
}

/// The XML of a case, until it is filed. `Debug` tells only its name.
pub struct Attachment {
    file: String,
    pieces: Vec<Piece>,
}

enum Piece {
    Known(Zeroizing<String>),
    Later(ExportFact),
}

impl core::fmt::Debug for Attachment {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "[{}]", self.file)
    }
}

impl Attachment {
    /// Name of the file.
    pub fn file(&self) -> &str {
        &self.file
    }

    /// The whole document, once it is known under which id it is filed, and when (RFC 3339).
    pub fn xml(&self, submission_id: &str, filed_at: &str) -> Zeroizing<String> {
        let text = |piece: &Piece| -> &str {
            match piece {
                Piece::Known(_) | Piece::Later(ExportFact::Town | ExportFact::Office) => "",
                Piece::Later(ExportFact::SubmissionId) => submission_id,
                Piece::Later(ExportFact::FiledAt) => filed_at,
                Piece::Later(ExportFact::FiledOn) => filed_at.split('T').next().unwrap_or_default(),
            }
        };
        let len = |piece: &Piece| match piece {
            Piece::Known(known) => known.len(),
            Piece::Later(_) => text(piece).len(),
        };
        let mut xml = Zeroizing::new(String::with_capacity(self.pieces.iter().map(len).sum()));
        for piece in &self.pieces {
            match piece {
                Piece::Known(known) => xml.push_str(known),
                Piece::Later(_) => xml.push_str(text(piece)),
            }
        }
        xml
    }
}

impl Service {
    /// The declaration in the XML that the office's program reads, if the definition has one for these answers.
    pub(crate) fn attachment(&self, answers: &Answers) -> Option<Attachment> {
        let export = self.export.as_ref()?;
        let reach = self.walk(answers);
        let holds = |when: &Option<Condition>| match when {
            None => true,
            Some(when) => self.verdict(when, &reach, answers) == Verdict::Holds,
        };
        if !holds(&export.when) {
            return None;
        }
        let chosen = export.chosen.iter().map(|chosen| {
            let answer = answers.value(chosen.field).filter(|_| reach.shows(chosen.field));
            code(&chosen.codes, answer?)
        });
        let chosen: Vec<Option<&str>> = chosen.collect();
        let mut writer = Writer::new(export);
        for part in export.parts.iter().filter(|part| holds(&part.when)) {
            let Some(path) = named(&part.path, &chosen) else {
                continue;
            };
            match &part.content {
                Content::Text(text) => writer.element(&path, text),
                Content::Fact(ExportFact::Town) => writer.element(&path, self.town().name()),
                Content::Fact(ExportFact::Office) => writer.element(&path, &self.town().provider().name),
                Content::Fact(fact) => writer.later(&path, *fact),
                Content::Answer(field, form) => {
                    if let Some(text) = self.written(*field, form, &reach, answers) {
                        writer.element(&path, &text);
                    }
                }
            }
        }
        Some(writer.finish(export))
    }

    /// An answer in its form; nothing where there is none, or none of that form.
    fn written(&self, field: FieldIndex, form: &Form, reach: &Reach, answers: &Answers) -> Option<Zeroizing<String>> {
        let text = answers.value(field).filter(|_| reach.shows(field))?;
        let owned = |text: &str| Some(Zeroizing::new(text.to_owned())).filter(|text| !text.is_empty());
        match form {
            Form::Plain => owned(text),
            Form::Street => owned(split_number(text).0.trim()),
            Form::Number => owned(split_number(text).1),
            Form::DayMonthYear => {
                let day = date::known_day(&date::parse_canonical(text)?)?;
                owned(&Zeroizing::new(format!(
                    "{:02}{:02}{:04}",
                    day.day(),
                    day.month(),
                    day.year()
                )))
            }
            Form::Codes(codes) => owned(code(codes, text)?),
        }
    }
}

/// What stands for a choice.
fn code<'a>(codes: &'a [(String, String)], choice: &str) -> Option<&'a str> {
    let found = codes.iter().find(|(known, _)| known == choice);
    found.map(|(_, code)| code.as_str())
}

/// An element on the way to a text: its name, and whether it is another one.
type Step<'a> = (&'a str, bool);

/// The way to an element, unless it leads through one that the answers leave out.
fn named<'a>(path: &'a [Name], chosen: &[Option<&'a str>]) -> Option<Vec<Step<'a>>> {
    let steps = path.iter().map(|name| match &name.tag {
        Tag::Fixed(tag) => Some((tag.as_str(), name.again)),
        Tag::Chosen(at) => Some((chosen.get(*at).copied().flatten()?, name.again)),
    });
    steps.collect()
}

/// Writes XML 1.0, elements one in another, without blanks between them.
struct Writer<'a> {
    pieces: Vec<Piece>,
    open: Vec<&'a str>,
}

impl<'a> Writer<'a> {
    fn new(export: &'a Export) -> Self {
        let mut head = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<");
        head.push_str(&export.root);
        for (name, value) in &export.attributes {
            head.push_str(&format!(" {name}=\"{}\"", &*escaped(value)));
        }
        head.push('>');
        Self {
            pieces: vec![Piece::Known(Zeroizing::new(head))],
            open: Vec::new(),
        }
    }

    fn element(&mut self, path: &[Step<'a>], text: &str) {
        self.goto(path);
        self.pieces.push(Piece::Known(escaped(text)));
    }

    fn later(&mut self, path: &[Step<'a>], fact: ExportFact) {
        self.goto(path);
        self.pieces.push(Piece::Later(fact));
    }

    /// Closes and opens elements until the last of the path is open and empty.
    fn goto(&mut self, path: &[Step<'a>]) {
        let same = |(open, (name, again)): &(&&str, &Step<'a>)| *open == name && !again;
        let around = path.len().saturating_sub(1); // the element itself is always a new one
        let shared = self.open.iter().zip(path.iter().take(around)).take_while(same).count();
        self.close_to(shared);
        let mut tags = String::new();
        for (name, _) in path.iter().skip(shared) {
            tags.push_str(&format!("<{name}>"));
            self.open.push(name);
        }
        self.pieces.push(Piece::Known(Zeroizing::new(tags)));
    }

    fn close_to(&mut self, depth: usize) {
        let mut tags = String::new();
        while self.open.len() > depth {
            let Some(name) = self.open.pop() else { break };
            tags.push_str(&format!("</{name}>"));
        }
        self.pieces.push(Piece::Known(Zeroizing::new(tags)));
    }

    fn finish(mut self, export: &Export) -> Attachment {
        self.close_to(0);
        let end = format!("</{}>\n", export.root);
        self.pieces.push(Piece::Known(Zeroizing::new(end)));
        Attachment {
            file: export.file.clone(),
            pieces: self.pieces,
        }
    }
}

/// Text as it stands in an element or in an attribute's quotes (XML 1.0 §2.4), so that it is read as it was: a parser would
/// take a carriage return for a line feed (§2.11), and in an attribute both for a space (§3.3.3). What can't stand there at
/// all (§2.2) becomes U+FFFD.
fn escaped(text: &str) -> Zeroizing<String> {
    let written = |c: char| -> Result<&'static str, char> {
        match c {
            '&' => Ok("&amp;"),
            '<' => Ok("&lt;"),
            '>' => Ok("&gt;"),
            '"' => Ok("&quot;"),
            '\t' => Ok("&#9;"),
            '\n' => Ok("&#10;"),
            '\r' => Ok("&#13;"),
            '\u{0}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => Ok("\u{fffd}"),
            other => Err(other),
        }
    };
    let len = text
        .chars()
        .map(|c| written(c).map_or_else(char::len_utf8, str::len))
        .sum();
    let mut escaped = Zeroizing::new(String::with_capacity(len));
    for c in text.chars() {
        match written(c) {
            Ok(text) => escaped.push_str(text),
            Err(c) => escaped.push(c),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_gets_out_of_its_element() {
        assert_eq!(
            &*escaped("a<b>&\"c\u{0}\u{8}\u{ffff}ß\r\n\t"),
            "a&lt;b&gt;&amp;&quot;c\u{fffd}\u{fffd}\u{fffd}ß&#13;&#10;&#9;"
        );
        let text = escaped("<<<");
        assert_eq!(text.capacity(), text.len());
    }
}
