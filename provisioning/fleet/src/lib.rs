//! The backend server: takes sealed submissions from enrolled terminals and acknowledges them when, and only when, they
//! are on stable storage. It sees ciphertext and routing facts, never personal data, and logs no content.
//!
//! The exchange is described in the crate `wire`. Every error is a problem (RFC 9457). The server keeps no state but
//! the store's, so that any number of copies can run on a shared one.
//!
//! # Use
//! `fleet` starts with one command: an SQLite store in a data folder, listening on [`LISTEN_DEFAULT`]. `fleet enrol
//! NAME` prints a terminal's token, once; the store keeps its hash. TLS is the business of the reverse proxy before it;
//! without one, it should listen on loopback only. `fleet calls` and `fleet answered NAME` are for staff: who at a terminal
//! asks for a person. `fleet cases`, `fleet envelope`, `fleet state` and `fleet letter` are for the office: which cases
//! there are, and what citizens are told of theirs (docs/case-status.md); `fleet fee` and `fleet paid` for the counter. With
//! `--board FILE`, it also gathers what the town tells on its terminals (docs/town-board.md).
//!
//! At `/verify`, anyone sees whether a paper from a terminal is genuine (docs/receipts.md).
//!
//! `fleet queue`, `fleet next` and `fleet again` call waiting numbers, which [`HALL_PATH`] shows in the hall (docs/kiosk.md).
//!
//! A program that brings its own server (tests, the desk) uses [`Running::start`].
mod board;
mod calls;
mod cases;
pub mod eid;
mod fees;
mod html;
mod limits;
mod numbers;
mod problem;
mod routes;
mod running;
mod token;
mod verify;

pub use board::{BOARD_FOLDER, BoardDesk, check_board};
pub use calls::{WATCH_PERIOD, answer_call, call_in_words, call_in_words_now, open_calls, reprint, watch_calls};
pub use cases::{
    CASES_LISTED_MAX, CaseError, case_in_words, case_in_words_here, change_case, fetch_case, list_cases, read_letter,
    states_by_hand,
};
pub use fees::{FeeError, case_of, fee_in_words_here, mark_paid, show_fee};
pub use limits::{
    ALL_BURST, ALL_MISS_BURST, ALL_MISS_PERIOD, ALL_PERIOD, CHECK_BURST, CHECK_PERIOD, TERMINAL_BURST,
    TERMINAL_MISS_BURST, TERMINAL_MISS_PERIOD, TERMINAL_PERIOD,
};
pub use numbers::{
    DRAW_BURST, DRAW_PERIOD, HALL_PATH, HALL_PERIOD, call_again, call_next, hall_in_words, hall_in_words_now, show_hall,
};
pub use routes::{BODIES_AT_ONCE_MAX, BODY_PATIENCE};
pub use running::Running;
pub use token::{TOKEN_CHARS, TerminalToken, TokenError};

use eid::EidDesk;
use std::future::Future;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use store::{IfKnown, SqliteStore, Store, StoreError, Terminal};
use tokio::net::TcpListener;

/// Where the server listens when nothing is said.
pub const LISTEN_DEFAULT: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 8080);

/// How long running requests may take to end after a stop was asked for.
pub const STOP_PATIENCE: Duration = Duration::from_secs(10);

/// Longest name of a terminal.
pub const NAME_CHARS_MAX: usize = 64;

/// Settings of a server.
#[derive(Clone, Debug)]
pub struct Config {
    /// Folder of the store; made if missing.
    pub data: PathBuf,
    /// Where to listen; port 0 takes a free one.
    pub listen: SocketAddr,
}

/// Why the server or a command ended.
#[derive(Debug, thiserror::Error)]
pub enum FleetError {
    /// The store can't be opened or changed.
    #[error("the store in {} can't be used", data.display())]
    Store {
        /// The data folder.
        data: PathBuf,
        /// Why.
        #[source]
        source: StoreError,
    },
    /// There is no store, and none should be made.
    #[error("there is no store in {}; say --data DIR, as for the server", data.display())]
    NoStore {
        /// The data folder.
        data: PathBuf,
    },
    /// The address can't be listened on.
    #[error("listening on {listen} failed")]
    Listen {
        /// The address.
        listen: SocketAddr,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// Something of the operating system failed.
    #[error("{doing} failed")]
    Io {
        /// What was being done.
        doing: &'static str,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// No random bytes are to be had.
    #[error("the system gave no random bytes")]
    Random,
    /// The settings for identity cards.
    #[error("the settings for identity cards can't be used")]
    Eid(#[from] eid::EidConfigError),
    /// The settings for the board.
    #[error("the settings for the board can't be used")]
    Board(#[from] bulletin::ConfigError),
    /// A terminal's name is empty, too long or holds control characters.
    #[error("a terminal's name must have 1 to {NAME_CHARS_MAX} characters and no control characters")]
    Name,
}

/// Serves until `shutdown` ends, then lets running requests end for at most [`STOP_PATIENCE`]. Without `eid`, nothing is
/// answered about identity cards; without `board`, there is none.
///
/// # Errors
/// When the store can't be opened or the listener fails.
pub async fn serve(
    config: &Config,
    eid: Option<EidDesk>,
    board: Option<BoardDesk>,
    listener: TcpListener,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> Result<(), FleetError> {
    let store = open_store(&config.data)?;
    let router = routes::router(store, eid.map(Arc::new), board);
    let (stopping, stopped) = tokio::sync::oneshot::channel();
    let server = axum::serve(listener, router).with_graceful_shutdown(async move {
        shutdown.await;
        tracing::info!("stopping");
        let _ = stopping.send(());
    });
    let patience = async {
        // An error means that the server has ended by itself; then the other branch wins.
        if stopped.await.is_ok() {
            tokio::time::sleep(STOP_PATIENCE).await;
        } else {
            std::future::pending::<()>().await;
        }
    };
    tokio::select! {
        ended = server => ended.map_err(|source| FleetError::Io { doing: "serving", source }),
        () = patience => {
            tracing::warn!("requests did not end in time");
            Ok(())
        }
    }
}

/// Enrols a terminal and returns its token, which nothing can print a second time.
///
/// # Errors
/// When the name is wrong or taken, or the store can't be used.
pub fn enrol(data: &Path, name: &str, if_known: IfKnown) -> Result<TerminalToken, FleetError> {
    if name.is_empty() || name.chars().count() > NAME_CHARS_MAX || name.chars().any(char::is_control) {
        return Err(FleetError::Name);
    }
    let mut random = [0u8; 48];
    getrandom::fill(&mut random).map_err(|_| FleetError::Random)?;
    let mut token = TerminalToken::from_random(random);
    let terminal = Terminal {
        terminal_id: token.terminal_id(),
        name: name.to_owned(),
        token_sha256: token.secret_sha256(),
        enrolled_at: now(),
    };
    let terminal_id = on_store(
        data,
        |store| async move { store.enrol_terminal(terminal, if_known).await },
    )?;
    token.set_terminal_id(terminal_id);
    Ok(token)
}

/// Withdraws a terminal. False when there is none of that name.
///
/// # Errors
/// When the store can't be used.
pub fn withdraw(data: &Path, name: &str) -> Result<bool, FleetError> {
    let name = name.to_owned();
    on_store(data, |store| async move { store.withdraw_terminal(name, now()).await })
}

fn on_store<T, F>(data: &Path, step: impl FnOnce(SqliteStore) -> F) -> Result<T, FleetError>
where
    F: Future<Output = Result<T, StoreError>>,
{
    let store = open_store(data)?;
    runtime()?.block_on(step(store)).map_err(|source| FleetError::Store {
        data: data.to_owned(),
        source,
    })
}

/// For a command, which does one thing at a time.
fn runtime() -> Result<tokio::runtime::Runtime, FleetError> {
    let mut builder = tokio::runtime::Builder::new_current_thread();
    builder.enable_time().build().map_err(|source| FleetError::Io {
        doing: "starting the runtime",
        source,
    })
}

fn open_store(data: &Path) -> Result<SqliteStore, FleetError> {
    SqliteStore::open(data).map_err(|source| FleetError::Store {
        data: data.to_owned(),
        source,
    })
}

/// Seconds since 1970-01-01 UTC.
#[allow(clippy::disallowed_methods)] // the server owns its clock: it stamps what it receives
pub(crate) fn now() -> i64 {
    let since = std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .unwrap_or_default();
    i64::try_from(since.as_secs()).unwrap_or(i64::MAX)
}
