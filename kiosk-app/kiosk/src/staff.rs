//! A citizen's call for a person goes to the agent, which takes it to the town hall; what becomes of it comes back.
//!
//! The agent takes it on its Unix socket: one line `help <stage>`, one line `ok` back, which means that the call is on its
//! way. Nothing but the stage is told. Then the line `call` is asked for how it stands, and `reprints` for how often staff
//! want the receipt printed once more, until the call was dropped, a newer one counts, or nobody would wait any longer. The
//! loop of the visit never waits for any of this.
use drivers_api::Job;
use host::Sender;
use session::{Input, StaffNews};
use std::io::{Read, Write};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, RecvTimeoutError, TrySendError, sync_channel};
use std::time::Duration;

/// Calls that may wait while one is under way; more say nothing new.
const WAITING_MAX: usize = 1;
/// How often the agent is asked. With [`TRY_PAUSE`], time enough for it to be started again.
const TRIES_MAX: u32 = 5;
/// How long to wait between two tries.
const TRY_PAUSE: Duration = Duration::from_secs(1);
/// How long the agent may take over an answer.
const ANSWER_PATIENCE: Duration = Duration::from_secs(1);
/// Longest answer; a real one has at most 10 bytes.
const ANSWER_BYTES_MAX: u64 = 16;
/// How often the agent is asked how a call stands.
const NEWS_PERIOD: Duration = Duration::from_secs(2);
/// More papers of one visit nobody wants.
const REPRINTS_MAX: u32 = 10;
/// So often, half an hour: as long as staff may have a receipt printed once more.
const NEWS_ASKED_MAX: u32 = 900;

/// Why a try failed.
#[derive(Debug, thiserror::Error)]
enum CallFault {
    /// The agent is not there, or says nothing.
    #[error("asking the agent")]
    Agent(#[from] std::io::Error),
    /// It says something else than `ok`: it is older or newer than we.
    #[error("the agent doesn't take calls")]
    NotTaken,
}

/// A call under way.
type Call = (Job, &'static str);

/// Who calls staff: returns at once, and works on a thread of its own. News go to `inbox`.
pub(crate) fn caller(agent: Option<PathBuf>, inbox: Sender) -> Box<dyn Fn(Job, &'static str) + Send> {
    let not_reached = {
        let inbox = inbox.clone();
        move |job| tell(&inbox, job, StaffNews::NotReached)
    };
    let Some(agent) = agent else {
        return Box::new(move |job, stage| {
            tracing::warn!(stage, "staff can't be called: no agent is configured");
            not_reached(job);
        });
    };
    let (calls, waiting) = sync_channel(WAITING_MAX);
    let thread = std::thread::Builder::new().name("staff".to_owned());
    if let Err(error) = thread.spawn(move || carry(&agent, &waiting, &inbox)) {
        tracing::error!(%error, "starting the thread \"staff\"");
    }
    Box::new(move |job, stage| match calls.try_send((job, stage)) {
        Ok(()) => {}
        Err(TrySendError::Full(_)) => tracing::warn!(stage, "not called again: calls are under way already"),
        Err(TrySendError::Disconnected(_)) => {
            tracing::error!(stage, "staff can't be called: the thread is gone");
            not_reached(job);
        }
    })
}

fn tell(inbox: &Sender, job: Job, news: StaffNews) {
    inbox.send(Input::Staff { job, news });
}

fn carry(agent: &Path, waiting: &Receiver<Call>, inbox: &Sender) {
    let mut next = None;
    while let Some((job, stage)) = next.take().or_else(|| waiting.recv().ok()) {
        match call_patiently(agent, stage, TRY_PAUSE) {
            Ok(()) => {
                tracing::info!(stage, "staff are called");
                next = follow(agent, job, waiting, inbox, NEWS_PERIOD);
            }
            Err(fault) => {
                tracing::warn!(stage, "staff can't be called: {}", crate::guard::chain(&fault));
                tell(inbox, job, StaffNews::NotReached);
            }
        }
    }
}

/// Tells what becomes of a call, each thing once, until nothing more can. A newer call ends it, and is handed back.
fn follow(agent: &Path, job: Job, waiting: &Receiver<Call>, inbox: &Sender, period: Duration) -> Option<Call> {
    let (mut known, mut reprints) = (None, 0);
    for _ in 0..NEWS_ASKED_MAX {
        match waiting.recv_timeout(period) {
            Ok(newer) => return Some(newer),
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => return None,
        }
        // An agent that is away knows nothing of the call when it is back, and says so.
        let Ok(answer) = ask(agent, "call") else { continue };
        let news = news(&answer);
        if let Some(news) = news.filter(|_| news != known) {
            known = Some(news);
            tell(inbox, job, news);
        }
        if news == Some(StaffNews::NotReached) {
            return None;
        }
        let wanted = ask(agent, "reprints").ok().and_then(|answer| number(&answer));
        while reprints < wanted.unwrap_or_default().min(REPRINTS_MAX) {
            reprints += 1;
            tell(inbox, job, StaffNews::PrintAgain);
        }
    }
    None
}

/// A number and the end of the line; an older agent doesn't know what is asked.
fn number(answer: &[u8]) -> Option<u32> {
    let text = std::str::from_utf8(answer).ok()?.strip_suffix('\n')?;
    text.parse().ok()
}

/// What the agent's word means: `agent::CallState` as JSON. While it is calling there is no news.
fn news(answer: &[u8]) -> Option<StaffNews> {
    match answer {
        b"\"told\"\n" => Some(StaffNews::Told),
        b"\"coming\"\n" => Some(StaffNews::Coming),
        b"\"dropped\"\n" | b"\"none\"\n" => Some(StaffNews::NotReached),
        _ => None,
    }
}

fn call_patiently(agent: &Path, stage: &str, pause: Duration) -> Result<(), CallFault> {
    let mut tried = 1;
    loop {
        match call(agent, stage) {
            Err(CallFault::Agent(_)) if tried < TRIES_MAX => tried += 1,
            settled => return settled,
        }
        wait(pause);
    }
}

#[allow(clippy::disallowed_methods)] // a thread of its own that does nothing else
fn wait(pause: Duration) {
    std::thread::sleep(pause);
}

/// One line to the agent, and its answer.
fn ask(agent: &Path, line: &str) -> std::io::Result<Vec<u8>> {
    let mut stream = UnixStream::connect(agent)?;
    stream.set_read_timeout(Some(ANSWER_PATIENCE))?;
    stream.set_write_timeout(Some(ANSWER_PATIENCE))?;
    stream.write_all(format!("{line}\n").as_bytes())?;
    let mut answer = Vec::new();
    stream.take(ANSWER_BYTES_MAX).read_to_end(&mut answer)?;
    Ok(answer)
}

fn call(agent: &Path, stage: &str) -> Result<(), CallFault> {
    match &*ask(agent, &format!("help {stage}"))? {
        b"ok\n" => Ok(()),
        b"" => Err(std::io::Error::from(std::io::ErrorKind::UnexpectedEof).into()),
        _ => Err(CallFault::NotTaken),
    }
}

#[cfg(test)]
#[path = "staff_tests.rs"]
mod tests;
