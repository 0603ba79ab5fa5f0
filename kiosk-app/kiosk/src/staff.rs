//! A citizen's call for a person goes to the agent, which takes it to the town hall.
//!
//! The agent takes it on its Unix socket: one line `help <stage>`, one line `ok` back, which means that the call is on its
//! way. Nothing but the stage is told. The loop of the visit never waits for it.
use std::io::{Read, Write};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, TrySendError, sync_channel};
use std::time::Duration;

/// Calls that may wait while one is under way; more say nothing new.
const WAITING_MAX: usize = 1;
/// How often the agent is asked. With [`TRY_PAUSE`], time enough for it to be started again.
const TRIES_MAX: u32 = 5;
/// How long to wait between two tries.
const TRY_PAUSE: Duration = Duration::from_secs(1);
/// How long the agent may take over an answer.
const ANSWER_PATIENCE: Duration = Duration::from_secs(1);
/// Longest answer; a real one has 3 bytes.
const ANSWER_BYTES_MAX: u64 = 16;

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

/// Who calls staff: returns at once, and works on a thread of its own.
pub(crate) fn caller(agent: Option<PathBuf>) -> Box<dyn Fn(&'static str) + Send> {
    let Some(agent) = agent else {
        return Box::new(|stage| tracing::warn!(stage, "staff can't be called: no agent is configured"));
    };
    let (calls, waiting) = sync_channel(WAITING_MAX);
    let thread = std::thread::Builder::new().name("staff".to_owned());
    if let Err(error) = thread.spawn(move || carry(&agent, &waiting, TRY_PAUSE)) {
        tracing::error!(%error, "starting the thread \"staff\"");
    }
    Box::new(move |stage| match calls.try_send(stage) {
        Ok(()) => {}
        Err(TrySendError::Full(_)) => tracing::warn!(stage, "not called again: calls are under way already"),
        Err(TrySendError::Disconnected(_)) => tracing::error!(stage, "staff can't be called: the thread is gone"),
    })
}

fn carry(agent: &Path, waiting: &Receiver<&'static str>, pause: Duration) {
    while let Ok(stage) = waiting.recv() {
        match call_patiently(agent, stage, pause) {
            Ok(()) => tracing::info!(stage, "staff are called"),
            Err(fault) => tracing::warn!(stage, "staff can't be called: {}", crate::guard::chain(&fault)),
        }
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

fn call(agent: &Path, stage: &str) -> Result<(), CallFault> {
    let mut stream = UnixStream::connect(agent)?;
    stream.set_read_timeout(Some(ANSWER_PATIENCE))?;
    stream.set_write_timeout(Some(ANSWER_PATIENCE))?;
    stream.write_all(format!("help {stage}\n").as_bytes())?;
    let mut answer = Vec::new();
    stream.take(ANSWER_BYTES_MAX).read_to_end(&mut answer)?;
    match &*answer {
        b"ok\n" => Ok(()),
        b"" => Err(std::io::Error::from(std::io::ErrorKind::UnexpectedEof).into()),
        _ => Err(CallFault::NotTaken),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rand::SeedableRng;
    use rand::rngs::StdRng;
    use std::io::{BufRead, BufReader};
    use std::os::unix::net::UnixListener;
    use std::sync::mpsc::channel;

    /// An agent that answers each request as it is told, and tells what it was asked.
    fn played_agent(path: &Path, answers: &'static [&'static [u8]]) -> Receiver<String> {
        let listener = UnixListener::bind(path).unwrap();
        let (asked, requests) = channel();
        std::thread::spawn(move || {
            for answer in answers {
                let (mut stream, _) = listener.accept().unwrap();
                let mut request = String::new();
                BufReader::new(&stream).read_line(&mut request).unwrap();
                asked.send(request).unwrap();
                let _ = stream.write_all(answer);
            }
        });
        requests
    }

    fn next(requests: &Receiver<String>) -> String {
        requests.recv_timeout(Duration::from_secs(60)).unwrap()
    }

    #[test]
    fn the_agent_is_told_the_stage() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("agent.sock");
        let requests = played_agent(&path, &[b"ok\n", b"ok\n"]);
        let caller = caller(Some(path));
        caller("awaiting_card");
        assert_eq!(next(&requests), "help awaiting_card\n");
        caller("secret");
        assert_eq!(next(&requests), "help secret\n");
    }

    #[test]
    fn an_agent_that_hangs_up_is_asked_again_one_that_refuses_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("agent.sock");
        let requests = played_agent(&path, &[b"", b"", b"ok\n", b"what?\n"]);
        call_patiently(&path, "secret", Duration::ZERO).unwrap();
        assert_eq!(
            (0..3).map(|_| next(&requests)).collect::<Vec<_>>(),
            ["help secret\n"; 3]
        );
        let refused = call_patiently(&path, "secret", Duration::ZERO);
        assert!(matches!(refused, Err(CallFault::NotTaken)), "{refused:?}");
    }

    #[test]
    fn nobody_there_is_given_up_and_never_waited_for() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("agent.sock");
        let gone = call_patiently(&path, "secret", Duration::ZERO);
        assert!(matches!(gone, Err(CallFault::Agent(_))), "{gone:?}");
        // A listener that never answers: the calls come back nevertheless, however many.
        let _silent = UnixListener::bind(&path).unwrap();
        let caller = super::caller(Some(path));
        (0..10_000).for_each(|_| caller("secret"));
        (super::caller(None))("secret");
    }

    proptest! {
        #[test]
        fn only_ok_is_taken(answer in proptest::collection::vec(any::<u8>(), 1..100)) {
            prop_assume!(answer != b"ok\n");
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join("agent.sock");
            let listener = UnixListener::bind(&path).unwrap();
            let agent = std::thread::spawn(move || {
                let (mut stream, _) = listener.accept().unwrap();
                BufReader::new(&stream).read_line(&mut String::new()).unwrap();
                let _ = stream.write_all(&answer);
            });
            prop_assert!(call(&path, "secret").is_err());
            agent.join().unwrap();
        }
    }

    /// A finger at the terminal, the agent, and the backend's list, each as it is in life.
    #[test]
    fn a_call_reaches_the_town_hall() {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().join("data");
        let token = fleet::enrol(&data, "Bürgeramt 1", store::IfKnown::Refuse).unwrap();
        let listen = "127.0.0.1:0".parse().unwrap();
        let server = fleet::Running::start(fleet::Config {
            data: data.clone(),
            listen,
        });
        let server = server.unwrap();
        let token = agent::Token::new(&token.reveal()).unwrap();
        let mut config = agent::Config::new(server.base_url(), token, folder.path().join("outbox.db"));
        let socket = folder.path().join("agent.sock");
        config.socket = Some(socket.clone());
        let control = agent::Control::default();
        let theirs = control.clone();
        let caller = caller(Some(socket));
        // Before the agent is there: the caller tries again.
        caller("pin_forgotten");
        let agent = std::thread::spawn(move || {
            agent::run(&config, &theirs, &mut StdRng::seed_from_u64(1), |_| {}).unwrap();
        });
        let mut open = Vec::new();
        for _ in 0..600 {
            open = fleet::open_calls(&data).unwrap();
            if !open.is_empty() {
                break;
            }
            std::thread::park_timeout(Duration::from_millis(100));
        }
        assert_eq!(open.len(), 1, "nobody heard");
        assert_eq!(
            (&*open[0].terminal, open[0].stage.as_str()),
            ("Bürgeramt 1", "pin_forgotten")
        );
        control.stop();
        agent.join().unwrap();
    }
}
