//! Asking one source once.
use crate::config::{Config, Kind, Place, Source};
use crate::feed::{self, FEED_BYTES_MAX, FeedTrouble};
use crate::fetch::{FetchTrouble, Fetched, Validators, Web};
use crate::lists::{self, LIST_BYTES_MAX, ListTrouble};
use crate::oparl::{Answer, Counts, Known, PAGE_BYTES_MAX, Sweep};
use crate::responsible::{self, Question};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::io::Read;
use std::time::Duration;
use url::Url;
use wire::board::{Consultation, Found, News, Office, Responsible};

/// Between two requests to the same server: a sweep must not be felt by those who read there.
const PAUSE: Duration = Duration::from_millis(100);

/// What a source gave.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Content {
    /// News.
    News(Vec<News>),
    /// What is known of the council.
    Council(Known),
    /// Consultations.
    Consultations(Vec<Consultation>),
    /// Found things.
    Found(Vec<Found>),
    /// Offices.
    Offices(Vec<Office>),
    /// Who is responsible.
    Responsible(Vec<Responsible>),
}

/// An answer of a source.
#[derive(Debug)]
pub struct Gathered {
    /// What it gave; `None` when what was had still holds.
    pub content: Option<Content>,
    /// For the next time.
    pub validators: Validators,
    /// The same in words, for whoever runs the backend.
    pub words: String,
    /// Nothing was missed.
    pub whole: bool,
}

/// Why a source gave nothing.
#[derive(Debug, thiserror::Error)]
#[allow(missing_docs)]
pub enum GatherTrouble {
    #[error(transparent)]
    Fetch(#[from] FetchTrouble),
    #[error("reading the file failed: {0}")]
    File(std::io::Error),
    #[error(transparent)]
    Feed(#[from] FeedTrouble),
    #[error(transparent)]
    List(#[from] ListTrouble),
    #[error("the server gave no body with meetings ({0})")]
    NoBody(String),
    #[error("too many pages of the server failed ({0})")]
    Patchy(String),
}

/// What is known of a source from before.
#[derive(Clone, Debug, Default)]
pub struct Before {
    /// What servers said of their answers.
    pub validators: Validators,
    /// What is known of the council.
    pub council: Known,
    /// When the last whole sweep began.
    pub since: Option<Timestamp>,
}

/// Asks a source. Blocks; a council takes minutes.
///
/// # Errors
/// See [`GatherTrouble`].
pub fn gather(
    config: &Config,
    source: &Source,
    before: Before,
    now: Timestamp,
    web: &impl Web,
) -> Result<Gathered, GatherTrouble> {
    match (&source.kind, &source.place) {
        (Kind::Council(body), Place::Web(url)) => council(config, url, body.clone(), before, now, web),
        (Kind::Portal { ars, leika }, Place::Web(url)) => portal(url, ars, leika, web),
        _ => document(config, source, &before, web),
    }
}

/// Sources that are one document.
fn document(config: &Config, source: &Source, before: &Before, web: &impl Web) -> Result<Gathered, GatherTrouble> {
    let bytes_max = FEED_BYTES_MAX.max(LIST_BYTES_MAX);
    let (bytes, validators, address) = match &source.place {
        Place::File(path) => {
            let mut bytes = Vec::new();
            let file = std::fs::File::open(path).map_err(GatherTrouble::File)?;
            file.take(bytes_max as u64 + 1)
                .read_to_end(&mut bytes)
                .map_err(GatherTrouble::File)?;
            (bytes, Validators::default(), String::new())
        }
        Place::Web(url) => match web.get(url, &before.validators, bytes_max)? {
            Fetched::New { bytes, validators } => (bytes, validators, url.to_string()),
            Fetched::Unchanged => return Ok(unchanged(before)),
        },
    };
    let (content, words) = read(config, &source.kind, &bytes, &address)?;
    Ok(Gathered {
        content: Some(content),
        validators,
        words,
        whole: true,
    })
}

fn unchanged(before: &Before) -> Gathered {
    Gathered {
        content: None,
        validators: before.validators.clone(),
        words: "unchanged".to_owned(),
        whole: true,
    }
}

fn read(config: &Config, kind: &Kind, bytes: &[u8], address: &str) -> Result<(Content, String), GatherTrouble> {
    let is_feed = bytes.trim_ascii_start().starts_with(b"<") || bytes.starts_with(b"\xef\xbb\xbf<");
    Ok(match kind {
        Kind::News | Kind::Council(_) => {
            let news = feed::news(bytes, address, &config.zone)?;
            let words = format!("{} pieces of news", news.len());
            (Content::News(news), words)
        }
        Kind::Consultations => {
            let consultations = match is_feed {
                true => feed::consultations(bytes, address, &config.zone)?,
                false => lists::consultations(bytes)?,
            };
            let words = format!("{} consultations", consultations.len());
            (Content::Consultations(consultations), words)
        }
        Kind::Found => {
            let found = lists::found(bytes)?;
            let words = format!("{} found things", found.len());
            (Content::Found(found), words)
        }
        Kind::Offices => {
            let offices = lists::offices(bytes)?;
            let words = format!("{} offices", offices.len());
            (Content::Offices(offices), words)
        }
        Kind::Responsible | Kind::Portal { .. } => {
            let responsible = lists::responsible(bytes)?;
            let words = format!("{} services with an office", responsible.len());
            (Content::Responsible(responsible), words)
        }
    })
}

fn portal(url: &Url, ars: &str, leika: &[String], web: &impl Web) -> Result<Gathered, GatherTrouble> {
    let question = Question {
        base: url.clone(),
        ars: ars.to_owned(),
        leika: leika.to_vec(),
    };
    let (responsible, unknown) = responsible::ask(&question, web)?;
    let words = format!("{} offices; {unknown} services without one", responsible.len());
    Ok(Gathered {
        content: Some(Content::Responsible(responsible)),
        validators: Validators::default(),
        words,
        whole: true,
    })
}

fn council(
    config: &Config,
    url: &Url,
    body: Option<String>,
    before: Before,
    now: Timestamp,
    web: &impl Web,
) -> Result<Gathered, GatherTrouble> {
    let mut sweep = Sweep::new(
        url.clone(),
        body,
        before.council,
        before.since,
        now,
        config.zone.clone(),
    );
    let mut last = None;
    while let Some(wish) = sweep.next_wish() {
        match web.get(&wish.url, &Validators::default(), PAGE_BYTES_MAX) {
            Ok(Fetched::New { bytes, .. }) => sweep.take(&wish, &Answer::Bytes(&bytes)),
            Err(FetchTrouble::Status(404 | 410)) => sweep.take(&wish, &Answer::Nothing),
            Ok(Fetched::Unchanged) => sweep.take(&wish, &Answer::Failed),
            Err(trouble) => {
                sweep.take(&wish, &Answer::Failed);
                last = Some(trouble);
            }
        }
        pause(url);
    }
    let has_body = sweep.has_body();
    let (known, counts, whole) = sweep.finish();
    let words = in_words(counts);
    match (has_body, last) {
        (false, Some(trouble)) => Err(trouble.into()),
        (false, None) => Err(GatherTrouble::NoBody(words)),
        (true, _) if counts.failed * 4 > counts.requests => Err(GatherTrouble::Patchy(words)),
        (true, _) => Ok(Gathered {
            content: Some(Content::Council(known)),
            validators: Validators::default(),
            words,
            whole,
        }),
    }
}

/// A server on this machine, as in tests, feels nothing.
#[allow(clippy::disallowed_methods)] // the thread that gathers does nothing else
fn pause(url: &Url) {
    if !matches!(url.host_str(), Some("127.0.0.1" | "[::1]" | "localhost")) {
        std::thread::sleep(PAUSE);
    }
}

fn in_words(counts: Counts) -> String {
    let mut words = format!(
        "{} meetings with {} papers ({} requests, {} objects",
        counts.meetings, counts.papers, counts.requests, counts.objects
    );
    let parts = [
        (counts.dangling, "dangling references"),
        (counts.untyped, "objects without type"),
        (counts.odd, "odd objects left out"),
        (counts.elsewhere, "references to other servers not followed"),
        (counts.failed, "pages failed"),
        (counts.beyond, "left out by limits"),
    ];
    for (count, what) in parts.into_iter().filter(|(count, _)| *count > 0) {
        words.push_str(&format!(", {count} {what}"));
    }
    words.push(')');
    words
}
