//! Keeps what the sources gave, in memory and on disk: the last good of each, for as long as it takes.
use crate::config::{Config, Source};
use crate::fetch::{Validators, Web};
use crate::gather::{Before, Content, GatherTrouble, Gathered, gather};
use crate::oparl::{Known, council};
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};
use serde::{Deserialize, Serialize};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use wire::board::{Board, Day, Moment, Section};

/// Largest file of one source.
const STATE_BYTES_MAX: u64 = 32 * 1024 * 1024;

/// A whole council is read anew so often: what a server forgot to mark as changed or deleted doesn't stay for ever.
const ANEW_DAYS: i64 = 7;

/// Changes are asked for with this overlap: servers' clocks differ, and entries are marked late.
const OVERLAP_HOURS: i64 = 24;

/// First wait after a failure, in minutes; it doubles up to the usual period.
const RETRY_MIN: i64 = 5;

/// What is remembered of a source.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
struct State {
    /// Where it was; another place voids it.
    from: String,
    /// When it gave something last, in seconds since 1970-01-01 UTC, as all times here.
    as_of: Option<i64>,
    /// Since when it gives nothing.
    failing_since: Option<i64>,
    /// When the last whole sweep began, and the last one that read everything anew.
    whole_at: Option<i64>,
    anew_at: Option<i64>,
    validators: Validators,
    content: Option<Content>,
}

struct Held {
    source: Source,
    state: State,
    due: Timestamp,
    failures: u32,
}

/// All sources of a town, and what they gave.
pub struct Keeper<W> {
    config: Config,
    web: W,
    folder: PathBuf,
    held: Vec<Held>,
}

impl<W: Web> Keeper<W> {
    /// Takes up what lies in that folder, which is made if missing. Everything is due at once.
    ///
    /// # Errors
    /// When the folder can't be made.
    pub fn open(config: Config, web: W, folder: &Path) -> std::io::Result<Self> {
        std::fs::create_dir_all(folder)?;
        let held = |source: &Source| Held {
            state: load(folder, source),
            source: source.clone(),
            due: Timestamp::MIN,
            failures: 0,
        };
        Ok(Self {
            held: config.sources.iter().map(held).collect(),
            config,
            web,
            folder: folder.to_owned(),
        })
    }

    /// Asks whoever is due, and says when somebody is due next. `stop` is looked at between sources.
    pub fn step(&mut self, now: Timestamp, stop: impl Fn() -> bool) -> Timestamp {
        for at in 0..self.held.len() {
            if stop() {
                break;
            }
            let Some(held) = self.held.get_mut(at).filter(|held| held.due <= now) else {
                continue;
            };
            let before = held.before(now);
            let anew = before.since.is_none();
            match gather(&self.config, &held.source, before, now, &self.web) {
                Ok(gathered) => {
                    tracing::info!(
                        source = held.source.name,
                        gave = gathered.words,
                        "the board's source answered"
                    );
                    held.take(gathered, anew, now);
                }
                Err(trouble) => held.failed(&trouble, now),
            }
            if let Err(error) = save(&self.folder, &held.source, &held.state) {
                tracing::error!(%error, source = held.source.name, "what a source gave can't be stored");
            }
        }
        self.held.iter().map(|held| held.due).min().unwrap_or(Timestamp::MAX)
    }

    /// Every source has given something, now or in an earlier run.
    pub fn is_complete(&self) -> bool {
        self.held.iter().all(|held| held.state.content.is_some())
    }

    /// What the town tells now.
    pub fn board(&self, now: Timestamp) -> Board {
        let mut board = Board::default();
        let zone = &self.config.zone;
        let today = Day(now.to_zoned(zone.clone()).date());
        for held in &self.held {
            let as_of = held.state.as_of.and_then(|second| moment(second, zone));
            match &held.state.content {
                None => {}
                Some(Content::News(news)) => add(&mut board.news, news, as_of),
                Some(Content::Consultations(all)) => {
                    add(&mut board.consultations, all, as_of);
                    board
                        .consultations
                        .items
                        .retain(|one| one.until.is_none_or(|until| until >= today));
                }
                Some(Content::Found(found)) => add(&mut board.found, found, as_of),
                Some(Content::Offices(offices)) => add(&mut board.offices, offices, as_of),
                Some(Content::Responsible(all)) => add(&mut board.responsible, all, as_of),
                Some(Content::Council(known)) => {
                    let (meetings, papers) = council(known, today);
                    add(&mut board.meetings, &meetings, as_of);
                    board.papers = papers;
                }
            }
        }
        board.tidy();
        board
    }

    /// Asks every source once and says in words what it gave, or why it didn't.
    pub fn check(config: &Config, web: &W, now: Timestamp) -> Vec<(Source, Result<String, GatherTrouble>)> {
        let ask = |source: &Source| {
            let gathered = gather(config, source, Before::default(), now, web);
            (source.clone(), gathered.map(|gathered| gathered.words))
        };
        config.sources.iter().map(ask).collect()
    }
}

impl Held {
    fn before(&self, now: Timestamp) -> Before {
        let hours_ago = |hours: i64| now.as_second().saturating_sub(hours * 3600);
        let is_recent = self.state.anew_at.is_some_and(|at| at > hours_ago(ANEW_DAYS * 24));
        let since = self.state.whole_at.filter(|_| is_recent);
        let since = since.and_then(|at| Timestamp::from_second(at.saturating_sub(OVERLAP_HOURS * 3600)).ok());
        let council = if let Some(Content::Council(known)) = &self.state.content {
            known.clone()
        } else {
            Known::default()
        };
        Before {
            // What isn't had any more must come anew.
            validators: match self.state.content {
                Some(_) => self.state.validators.clone(),
                None => Validators::default(),
            },
            council,
            since,
        }
    }

    fn take(&mut self, gathered: Gathered, anew: bool, now: Timestamp) {
        let state = &mut self.state;
        state.from = self.source.place_in_words();
        state.as_of = Some(now.as_second());
        state.failing_since = None;
        state.validators = gathered.validators;
        if gathered.whole {
            state.whole_at = Some(now.as_second());
            state.anew_at = if anew { Some(now.as_second()) } else { state.anew_at };
        }
        if gathered.content.is_some() {
            state.content = gathered.content;
        }
        self.failures = 0;
        self.due = later(now, i64::from(self.source.every_min));
    }

    fn failed(&mut self, trouble: &GatherTrouble, now: Timestamp) {
        let since = *self.state.failing_since.get_or_insert(now.as_second());
        let since = Timestamp::from_second(since).unwrap_or(now);
        let name = &self.source.name;
        tracing::warn!(source = name, %trouble, %since, "the board's source gives nothing; what it gave before stays");
        let wait = RETRY_MIN.saturating_mul(1 << self.failures.min(10));
        self.failures = self.failures.saturating_add(1);
        self.due = later(now, wait.min(i64::from(self.source.every_min)));
    }
}

fn later(now: Timestamp, minutes: i64) -> Timestamp {
    now.checked_add(Span::new().minutes(minutes)).unwrap_or(Timestamp::MAX)
}

/// What several sources gave is as old as the oldest of them.
fn add<T: Clone>(section: &mut Section<T>, items: &[T], as_of: Option<Moment>) {
    section.as_of = match section.as_of {
        Some(present) => Some(as_of.map_or(present, |as_of| as_of.min(present))),
        None => as_of,
    };
    section.items.extend_from_slice(items);
}

fn moment(second: i64, zone: &TimeZone) -> Option<Moment> {
    let at = Timestamp::from_second(second).ok()?.to_zoned(zone.clone()).datetime();
    at.with().second(0).subsec_nanosecond(0).build().ok().map(Moment)
}

fn file(folder: &Path, source: &Source) -> PathBuf {
    folder.join(format!("{}.json", source.name))
}

/// What is broken or of another place is as good as nothing: it is asked for anew.
fn load(folder: &Path, source: &Source) -> State {
    let path = file(folder, source);
    let read = || -> std::io::Result<State> {
        let mut bytes = Vec::new();
        std::fs::File::open(&path)?
            .take(STATE_BYTES_MAX)
            .read_to_end(&mut bytes)?;
        Ok(serde_json::from_slice(&bytes)?)
    };
    match read() {
        Ok(state) if state.from == source.place_in_words() => state,
        Ok(_) => State::default(),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => State::default(),
        Err(error) => {
            tracing::warn!(%error, path = %path.display(), "what a source gave before can't be read");
            State::default()
        }
    }
}

/// Whole or not at all, whenever the power goes.
fn save(folder: &Path, source: &Source, state: &State) -> std::io::Result<()> {
    let path = file(folder, source);
    let new = path.with_extension("new");
    let mut to = std::fs::File::create(&new)?;
    to.write_all(&serde_json::to_vec(state)?)?;
    to.sync_all()?;
    std::fs::rename(&new, &path)?;
    std::fs::File::open(folder)?.sync_all()
}
