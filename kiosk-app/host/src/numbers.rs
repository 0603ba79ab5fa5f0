//! A waiting number is drawn at the agent, which asks the backend, on a thread that waits for the answer.
//!
//! One line `number A`, one line of JSON back ([`wire::queue::NumberAnswer`]). Whatever else comes back, or nothing in
//! time, means that none can be drawn now.
use crate::Sender;
use drivers_api::Job;
use session::Input;
use std::io::{Read, Write};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, sync_channel};
use std::time::{Duration, Instant};
use wire::queue::{DRAW_BYTES_MAX, Number, NumberAnswer, Queue, QueueError};

/// One visit draws one number at a time; one that was given up may wait before it.
const DRAWS_MAX: usize = 2;
/// A draw that has waited so long for the one before it isn't made: the visit would give it up before the answer.
const STALE: Duration = Duration::from_secs(2);
/// How long the agent may be silent: it gives the backend 8 s.
const ANSWER_PATIENCE: Duration = Duration::from_secs(10);
/// How long it may take over taking the question.
const QUESTION_PATIENCE: Duration = Duration::from_secs(1);

/// Draws a number of the queue with that letter; returns at once. The answer comes as [`Input::Number`].
pub type Draw = Box<dyn Fn(Job, char) + Send>;

/// Why there is no number.
#[derive(Debug, thiserror::Error)]
enum DrawFault {
    /// The agent is not there, or says nothing.
    #[error("asking the agent")]
    Agent(#[from] std::io::Error),
    /// It says something else: it is older or newer than we.
    #[error("the agent's answer is none")]
    Answer(#[from] QueueError),
}

/// Who draws at the agent. Without one, nobody can.
///
/// # Errors
/// No thread to be had.
pub fn drawer(agent: Option<PathBuf>, answers: Sender) -> std::io::Result<Draw> {
    let (draws, waiting) = sync_channel(DRAWS_MAX);
    let to = answers.clone();
    std::thread::Builder::new()
        .name("numbers".to_owned())
        .spawn(move || work(agent.as_deref(), &waiting, &to))?;
    Ok(Box::new(move |job, queue| {
        if draws.try_send((job, queue, now())).is_err() {
            tracing::error!("the thread that draws numbers is stuck or gone");
            answers.send(Input::Number { job, drawn: None });
        }
    }))
}

#[allow(clippy::disallowed_methods)] // the host owns the terminal's time
fn now() -> Instant {
    Instant::now()
}

fn work(agent: Option<&Path>, waiting: &Receiver<(Job, char, Instant)>, answers: &Sender) {
    while let Ok((job, queue, asked_at)) = waiting.recv() {
        let agent = agent.filter(|_| now().duration_since(asked_at) < STALE);
        let number = agent.zip(Queue::new(queue)).and_then(|(agent, queue)| {
            draw(agent, queue).unwrap_or_else(|fault| {
                tracing::warn!(error = &fault as &dyn std::error::Error, "no number can be drawn");
                None
            })
        });
        let drawn = number.map(|number| (number.text(), number.ahead));
        answers.send(Input::Number { job, drawn });
    }
}

fn draw(agent: &Path, queue: Queue) -> Result<Option<Number>, DrawFault> {
    let mut stream = UnixStream::connect(agent)?;
    stream.set_read_timeout(Some(ANSWER_PATIENCE))?;
    stream.set_write_timeout(Some(QUESTION_PATIENCE))?;
    stream.write_all(format!("number {queue}\n").as_bytes())?;
    let mut answer = Vec::new();
    stream.take(DRAW_BYTES_MAX as u64 + 1).read_to_end(&mut answer)?;
    let Some(line) = answer.strip_suffix(b"\n") else {
        return Err(std::io::Error::from(std::io::ErrorKind::UnexpectedEof).into());
    };
    Ok(match NumberAnswer::from_line(line)? {
        // Somebody else's is none.
        NumberAnswer::Drawn(number) => Some(number).filter(|number| number.queue == queue),
        NumberAnswer::Unreachable => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Inbox;
    use std::io::{BufRead, BufReader};
    use std::os::unix::net::UnixListener;

    /// What the visit hears when an agent answers so, and what that was asked.
    fn heard(answer: &[u8]) -> (Option<(String, u32)>, String) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("agent.sock");
        let listener = UnixListener::bind(&path).unwrap();
        let inbox = Inbox::default();
        let draw = drawer(Some(path.clone()), inbox.sender()).unwrap();
        draw(Job(7), 'A');
        let (mut stream, _) = listener.accept().unwrap();
        let mut line = String::new();
        BufReader::new(&stream).read_line(&mut line).unwrap();
        stream.write_all(answer).unwrap();
        drop(stream);
        match inbox.receive(Duration::from_secs(60)) {
            Some(Input::Number { job: Job(7), drawn }) => (drawn, line),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_number_is_drawn_at_the_agent() {
        let id = r#""draw_id":"00000000-0000-4000-8000-000000000001""#;
        let answer = |rest: &str| format!("{{\"drawn\":{{{id},{rest}}}}}\n").into_bytes();
        let (drawn, line) = heard(&answer(r#""queue":"A","number":17,"ahead":3"#));
        assert_eq!((drawn, line.as_str()), (Some(("A17".to_owned(), 3)), "number A\n"));
        for none in [
            b"\"unreachable\"\n".to_vec(),
            b"what?\n".to_vec(),
            Vec::new(),
            answer(r#""queue":"B","number":17,"ahead":3"#),
            answer(r#""queue":"A","number":0,"ahead":3"#),
        ] {
            assert_eq!(heard(&none).0, None);
        }
    }

    #[test]
    fn without_an_agent_there_is_none() {
        let inbox = Inbox::default();
        let folder = tempfile::tempdir().unwrap();
        for agent in [None, Some(folder.path().join("nobody.sock"))] {
            drawer(agent, inbox.sender()).unwrap()(Job(1), 'A');
            let heard = inbox.receive(Duration::from_secs(60));
            assert!(matches!(heard, Some(Input::Number { drawn: None, .. })), "{heard:?}");
        }
    }
}
