//! The board: gathered on a thread of its own, given to terminals that ask for it.
use crate::FleetError;
use crate::problem::Failure;
use crate::routes::{Shared, authenticate};
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use bulletin::fetch::Http;
use bulletin::{Config, Keeper};
use jiff::Timestamp;
use sha2::{Digest, Sha256};
use std::path::Path;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use store::Store;
use wire::{JSON_MEDIA_TYPE, ProblemKind};

/// Folder of what the sources gave, in the data folder.
pub const BOARD_FOLDER: &str = "board";

/// The board is put together anew so often, even if no source gave anything: meetings pass, consultations end.
const ANEW: Duration = Duration::from_secs(600);

/// A board as it is given out.
#[derive(Debug)]
struct Published {
    etag: String,
    json: Vec<u8>,
}

#[derive(Debug, Default)]
struct Desk {
    published: Mutex<Option<Arc<Published>>>,
    stopped: Mutex<bool>,
    wake: Condvar,
}

/// The town's board; stops gathering when dropped.
#[derive(Debug)]
pub struct BoardDesk {
    desk: Arc<Desk>,
}

impl BoardDesk {
    /// Begins to gather. What was gathered before is given out at once, if it is all; else once every source was asked.
    ///
    /// # Errors
    /// When the folder for it can't be made.
    pub fn start(config: Config, data: &Path) -> Result<Self, FleetError> {
        let doing = "beginning to gather the board";
        let web = web(&config).map_err(|trouble| FleetError::Io {
            doing,
            source: std::io::Error::other(trouble),
        })?;
        let keeper = Keeper::open(config, web, &data.join(BOARD_FOLDER));
        let keeper = keeper.map_err(|source| FleetError::Io { doing, source })?;
        let desk = Arc::new(Desk::default());
        // A backend that has just begun knows less than its terminals do: it has no board yet.
        if keeper.is_complete() {
            desk.publish(&keeper, now());
        }
        let theirs = Arc::clone(&desk);
        let thread = std::thread::Builder::new().name("board".to_owned());
        thread
            .spawn(move || theirs.run(keeper))
            .map_err(|source| FleetError::Io { doing, source })?;
        Ok(Self { desk })
    }

    fn published(&self) -> Option<Arc<Published>> {
        locked(&self.desk.published).clone()
    }
}

impl Drop for BoardDesk {
    /// The thread may be waiting for a slow server; it holds nothing that must be brought home.
    fn drop(&mut self) {
        *locked(&self.desk.stopped) = true;
        self.desk.wake.notify_all();
    }
}

impl Desk {
    fn run(&self, mut keeper: Keeper<Http>) {
        while !*locked(&self.stopped) {
            let due = keeper.step(now(), || *locked(&self.stopped));
            if *locked(&self.stopped) {
                return;
            }
            self.publish(&keeper, now());
            let wait = Duration::try_from(due.duration_since(now())).unwrap_or_default();
            let stopped = self
                .wake
                .wait_timeout_while(locked(&self.stopped), wait.min(ANEW), |stopped| !*stopped);
            drop(stopped.unwrap_or_else(PoisonError::into_inner));
        }
    }

    fn publish(&self, keeper: &Keeper<Http>, now: Timestamp) {
        let json = match keeper.board(now).to_json() {
            Ok(json) => json,
            Err(error) => {
                tracing::error!(%error, "the board can't be given out");
                return;
            }
        };
        let hash = hex::encode(Sha256::digest(&json));
        let etag = format!("\"{}\"", hash.get(..32).unwrap_or(&hash));
        let mut published = locked(&self.published);
        if published.as_ref().is_none_or(|before| before.etag != etag) {
            tracing::info!(bytes = json.len(), etag, "the board is new");
            *published = Some(Arc::new(Published { etag, json }));
        }
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn web(config: &Config) -> Result<Http, bulletin::fetch::FetchTrouble> {
    Http::new(config.proxy.as_deref(), &config.hosts, config.client_id.clone())
}

fn now() -> Timestamp {
    Timestamp::from_second(crate::now()).unwrap_or(Timestamp::UNIX_EPOCH)
}

/// Asks each source once; one line each, in words. The second value is false when one of them gave nothing.
///
/// # Errors
/// When the settings can't be used.
pub fn check_board(file: &Path) -> Result<(Vec<String>, bool), FleetError> {
    let config = Config::read(file)?;
    let web = web(&config).map_err(|trouble| FleetError::Io {
        doing: "preparing to ask",
        source: std::io::Error::other(trouble),
    })?;
    let mut all = true;
    let lines = Keeper::check(&config, &web, now()).into_iter().map(|(source, gave)| {
        let place = source.place_in_words();
        match gave {
            Ok(words) => format!("{}: {words}  ({place})", source.name),
            Err(trouble) => {
                all = false;
                format!("{}: gave nothing: {trouble}  ({place})", source.name)
            }
        }
    });
    Ok((lines.collect(), all))
}

pub(crate) async fn get_board<S: Store>(
    State(shared): State<Arc<Shared<S>>>,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    authenticate(&shared.store, &headers).await?;
    let desk = shared.board.as_ref();
    let desk = desk.ok_or_else(|| Failure::new(ProblemKind::NotFound, "this backend has no board"))?;
    // Soon it has: who asks comes again after seconds, not at the next regular time.
    let gathering = || Failure::new(ProblemKind::Unavailable, "the board is being gathered");
    let board = desk.published().ok_or_else(gathering)?;
    let known = headers.get(header::IF_NONE_MATCH).and_then(|value| value.to_str().ok());
    let tag = [(header::ETAG, board.etag.clone())];
    if known.is_some_and(|known| {
        known
            .split(',')
            .any(|one| one.trim().trim_start_matches("W/") == board.etag)
    }) {
        return Ok((StatusCode::NOT_MODIFIED, tag).into_response());
    }
    let kind = [(header::CONTENT_TYPE, JSON_MEDIA_TYPE)];
    Ok((StatusCode::OK, tag, kind, board.json.clone()).into_response())
}
