//! The entries of a feed as they stand in it: texts are HTML, or read as such.
use jiff::Timestamp;
use jiff::fmt::rfc2822;
use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

/// Most entries that are read; they are sorted afterwards, for not every feed begins with the newest.
const ENTRIES_MAX: usize = 500;

/// Deepest element. Feeds have markup within their texts, some of it deep.
const DEPTH_MAX: usize = 200;

/// Longest text of one member; what a board keeps of it is far less.
const MEMBER_BYTES_MAX: usize = 512 * 1024;

/// An entry.
#[derive(Debug, Default)]
pub(super) struct Entry {
    pub(super) title: String,
    pub(super) link: String,
    pub(super) summary: String,
    pub(super) content: String,
    published: Option<Timestamp>,
    updated: Option<Timestamp>,
}

impl Entry {
    /// When it was published, or at least changed.
    pub(super) fn published(&self) -> Option<Timestamp> {
        self.published.or(self.updated)
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Member {
    Title,
    Link,
    Summary,
    Content,
    Published,
    Updated,
}

impl Member {
    /// By its name with prefix: feeds have a `media:title` beside their `title`.
    fn of(name: &str) -> Option<Self> {
        Some(match name {
            "title" => Self::Title,
            "link" => Self::Link,
            "description" | "summary" => Self::Summary,
            "content:encoded" | "content" => Self::Content,
            "pubDate" | "published" | "dc:date" | "issued" => Self::Published,
            "updated" | "modified" => Self::Updated,
            _ => return None,
        })
    }
}

/// What is being read.
#[derive(Default)]
struct Reading {
    depth: usize,
    /// The root's name told that this is a feed.
    is_feed: bool,
    /// The entry, and how deep it lies.
    entry: Option<(Entry, usize)>,
    /// The member of it, how deep it lies, and its text so far.
    member: Option<(Member, usize, String)>,
    done: Vec<Entry>,
}

/// Reads a feed, or says what is wrong.
pub(super) fn entries(text: &str) -> Result<Vec<Entry>, String> {
    let mut reader = Reader::from_str(text);
    let config = reader.config_mut();
    config.check_end_names = false;
    config.allow_unmatched_ends = true;
    config.allow_dangling_amp = true;
    let mut reading = Reading::default();
    while reading.done.len() < ENTRIES_MAX {
        let event = reader.read_event();
        let place = reader.buffer_position();
        match event.map_err(|error| format!("{error} at byte {place}"))? {
            Event::Eof => break,
            Event::Start(start) => reading.begin(&start)?,
            Event::Empty(start) => {
                reading.begin(&start)?;
                reading.end(start.name().as_ref());
            }
            Event::End(end) => reading.end(end.name().as_ref()),
            Event::Text(text) => reading.text(&text.html_content()),
            Event::CData(text) => reading.text(&text.html_content()),
            Event::GeneralRef(name) => {
                let known = match &*name.html_content() {
                    "lt" => "<",
                    "gt" => ">",
                    "amp" => "&",
                    "quot" => "\"",
                    "apos" => "'",
                    // Numbers, and HTML's names, which XML doesn't know: for the HTML in it.
                    other => &format!("&{other};"),
                };
                reading.text(known);
            }
            Event::Comment(_) | Event::Decl(_) | Event::PI(_) | Event::DocType(_) => {}
        }
    }
    match reading.is_feed {
        true => Ok(reading.done),
        false => Err("it doesn't begin as one".to_owned()),
    }
}

impl Reading {
    fn begin(&mut self, start: &BytesStart<'_>) -> Result<(), String> {
        self.depth += 1;
        if self.depth > DEPTH_MAX {
            return Err(format!("it is nested deeper than {DEPTH_MAX}"));
        }
        let name = start.name();
        let name = name.as_ref();
        if self.depth == 1 {
            self.is_feed = matches!(name, "rss" | "feed" | "rdf:RDF" | "RDF");
        }
        if let Some((_, _, text)) = &mut self.member {
            // Markup within a text that isn't escaped; its attributes say nothing here.
            push(text, &format!("<{name}>"));
            return Ok(());
        }
        match &mut self.entry {
            None if matches!(name, "item" | "entry") => self.entry = Some((Entry::default(), self.depth)),
            Some((entry, depth)) if self.depth == *depth + 1 => {
                if let Some(member) = Member::of(name) {
                    self.member = Some((member, self.depth, String::new()));
                    if member == Member::Link && entry.link.is_empty() {
                        entry.link = page(start).unwrap_or_default();
                    }
                }
            }
            None | Some(_) => {}
        }
        Ok(())
    }

    fn end(&mut self, name: &str) {
        if let Some((_, depth, text)) = &mut self.member
            && *depth < self.depth
        {
            push(text, &format!("</{name}>"));
        }
        if let Some((member, _, text)) = self.member.take_if(|(_, depth, _)| *depth == self.depth)
            && let Some((entry, _)) = &mut self.entry
        {
            entry.set(member, text);
        }
        if let Some((entry, _)) = self.entry.take_if(|(_, depth)| *depth == self.depth) {
            self.done.push(entry);
        }
        self.depth = self.depth.saturating_sub(1);
    }

    fn text(&mut self, more: &str) {
        if let Some((_, _, text)) = &mut self.member {
            push(text, more);
        }
    }
}

impl Entry {
    fn set(&mut self, member: Member, text: String) {
        let place = match member {
            Member::Title => &mut self.title,
            Member::Link => &mut self.link,
            Member::Summary => &mut self.summary,
            Member::Content => &mut self.content,
            Member::Published => {
                self.published = self.published.or(time(&text));
                return;
            }
            Member::Updated => {
                self.updated = self.updated.or(time(&text));
                return;
            }
        };
        // The first one counts.
        if place.trim().is_empty() {
            *place = text;
        }
    }
}

/// Where an Atom link leads, if that is the page itself (RFC 4287 §4.2.7.2).
fn page(start: &BytesStart<'_>) -> Option<String> {
    let value = |name: &str| {
        let attribute = start.try_get_attribute(name).ok().flatten()?;
        Some(attribute.value.replace("&amp;", "&"))
    };
    let is_page = value("rel").is_none_or(|rel| rel == "alternate");
    value("href").filter(|_| is_page)
}

fn push(text: &mut String, more: &str) {
    if text.len() + more.len() <= MEMBER_BYTES_MAX {
        text.push_str(more);
    }
}

/// `Mon, 30 Nov 2026 08:00:00 +0100` (RFC 2822), or `2026-11-30T08:00:00+01:00` (RFC 3339).
fn time(text: &str) -> Option<Timestamp> {
    let text = text.trim();
    let parser = rfc2822::DateTimeParser::new();
    parser.parse_timestamp(text).ok().or_else(|| text.parse().ok())
}
