//! A question what became of a case goes to the agent, which asks the backend.
//!
//! One line `cases <question as JSON>`, one line of JSON back. Whatever else comes back, or nothing in time, means that
//! nobody can be asked now. Called on a thread that waits for the answer; the loop of the visit never does.
use crate::Ask;
use std::io::{Read, Write};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::time::Duration;
use wire::case_status::{ANSWER_LINE_BYTES_MAX, CaseAnswer, CaseRequest, CaseStatusError};

/// How long the agent may be silent: it gives the backend 8 s.
const ANSWER_PATIENCE: Duration = Duration::from_secs(10);
/// How long it may take over taking the question.
const QUESTION_PATIENCE: Duration = Duration::from_secs(1);

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
enum AskFault {
    /// The agent is not there, or says nothing.
    #[error("asking the agent")]
    Agent(#[from] std::io::Error),
    /// It says something else: it is older or newer than we.
    #[error("the agent's answer is none")]
    Answer(#[from] CaseStatusError),
}

/// Who asks: blocks until the answer is there. Without an agent, nobody can be asked.
pub fn asker(agent: Option<PathBuf>) -> Ask {
    let Some(agent) = agent else {
        return Box::new(|_| CaseAnswer::Unreachable);
    };
    Box::new(move |request| {
        ask(&agent, &request).unwrap_or_else(|fault| {
            tracing::warn!(
                error = &fault as &dyn std::error::Error,
                "nobody can be asked about a case"
            );
            CaseAnswer::Unreachable
        })
    })
}

fn ask(agent: &Path, request: &CaseRequest) -> Result<CaseAnswer, AskFault> {
    let mut line = b"cases ".to_vec();
    line.extend(request.to_body()?);
    line.push(b'\n');
    let mut stream = UnixStream::connect(agent)?;
    stream.set_read_timeout(Some(ANSWER_PATIENCE))?;
    stream.set_write_timeout(Some(QUESTION_PATIENCE))?;
    stream.write_all(&line)?;
    let mut answer = Vec::new();
    stream.take(ANSWER_LINE_BYTES_MAX as u64).read_to_end(&mut answer)?;
    match answer.strip_suffix(b"\n") {
        Some(line) => Ok(CaseAnswer::from_line(line)?),
        None => Err(std::io::Error::from(std::io::ErrorKind::UnexpectedEof).into()),
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
    use wire::case_status::{CaseKeys, CaseReply, CaseState};
    use wire::{CaseCode, Envelope, FollowUp};

    fn by_code(code: &CaseCode) -> CaseRequest {
        let lookup = CaseKeys::from_code(code).unwrap().lookup();
        CaseRequest::ByCode { lookup }
    }

    fn code(number: u8) -> CaseCode {
        CaseCode::from_random([number; 7])
    }

    /// An agent that answers one question, and what it was asked.
    fn asked(answer: &[u8]) -> (CaseAnswer, String) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("agent.sock");
        let listener = UnixListener::bind(&path).unwrap();
        std::thread::scope(|scope| {
            let agent = scope.spawn(|| {
                let (mut stream, _) = listener.accept().unwrap();
                let mut line = String::new();
                BufReader::new(&stream).read_line(&mut line).unwrap();
                let _ = stream.write_all(answer);
                line
            });
            let heard = asker(Some(path.clone()))(by_code(&code(1)));
            (heard, agent.join().unwrap())
        })
    }

    #[test]
    fn a_question_and_its_answer_are_a_line_each() {
        let (heard, line) = asked(b"{\"heard\":\"unknown\"}\n");
        assert_eq!(heard, CaseAnswer::Heard(CaseReply::Unknown));
        let question = line.strip_prefix("cases ").unwrap().trim_end();
        assert_eq!(CaseRequest::from_body(question.as_bytes()), Ok(by_code(&code(1))));
    }

    #[test]
    fn nobody_there_and_nonsense_are_nobody_to_ask() {
        let question = by_code(&code(1));
        assert_eq!(asker(None)(question.clone()), CaseAnswer::Unreachable);
        let folder = tempfile::tempdir().unwrap();
        let missing = folder.path().join("agent.sock");
        assert_eq!(asker(Some(missing))(question), CaseAnswer::Unreachable);
        for answer in [
            &b""[..],
            b"what?\n",
            b"\"unreachable\"\n",
            b"{\"heard\":\"unknown\"}",
            b"{}\n",
        ] {
            assert_eq!(asked(answer).0, CaseAnswer::Unreachable, "{answer:?}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]
        #[test]
        fn no_answer_panics(answer in proptest::collection::vec(any::<u8>(), 0..300)) {
            let _ = asked(&answer);
        }
    }

    fn envelope(number: u8) -> Envelope {
        Envelope {
            submission_id: uuid::Uuid::from_u128((0x0192_0000_0000_7000_8000u128 << 48) | u128::from(number)),
            destination_id: uuid::Uuid::from_u128(7),
            leika: "99115001060000".into(),
            service_version: "1.0.0".into(),
            filed_at: 1_795_305_600,
            encrypted_data: "eyJh.a2V5.aXY.Y3Q.dGFn".into(),
            follow_up: Some(FollowUp {
                service: "wohnsitz".into(),
                case_lookup: CaseKeys::from_code(&code(number)).unwrap().lookup(),
                receipt: None,
                fee: None,
                card: None,
            }),
        }
    }

    /// A terminal's outbox, the agent, and the backend, each as it is in life.
    #[test]
    fn a_question_reaches_the_town_hall() {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().join("data");
        let token = fleet::enrol(&data, "Bürgeramt 1", store::IfKnown::Refuse).unwrap();
        let listen = "127.0.0.1:0".parse().unwrap();
        let settings = fleet::Config {
            data: data.clone(),
            listen,
        };
        let server = fleet::Running::start(settings).unwrap();
        let path = folder.path().join("outbox.db");
        let token = agent::Token::new(&token.reveal()).unwrap();
        let mut config = agent::Config::new(server.base_url(), token, path.clone());
        let socket = folder.path().join("agent.sock");
        config.socket = Some(socket.clone());
        let control = agent::Control::default();
        let theirs = control.clone();
        let mut outbox = outbox::Outbox::open(&path).unwrap();
        outbox.file(&envelope(1)).unwrap();
        let agent = std::thread::spawn(move || {
            agent::run(&config, &theirs, &mut StdRng::seed_from_u64(1), |_| {}).unwrap();
        });
        while outbox.counts().unwrap().delivered == 0 || !socket.exists() {
            std::thread::park_timeout(Duration::from_millis(50));
        }
        let mut asker = asker(Some(socket));
        let CaseAnswer::Heard(CaseReply::Known(reports)) = asker(by_code(&code(1))) else {
            panic!("nothing was heard")
        };
        assert_eq!(reports[0].submission_id, envelope(1).submission_id);
        assert_eq!(reports[0].state(), Some(CaseState::Received));
        assert_eq!(asker(by_code(&code(2))), CaseAnswer::Heard(CaseReply::Unknown));
        control.stop();
        agent.join().unwrap();
    }
}
