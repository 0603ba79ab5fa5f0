//! A question what became of a case, by the agent's socket, as on a terminal.
use std::io::{Error, ErrorKind, Read, Write};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use wire::case_status::{ANSWER_LINE_BYTES_MAX, CaseAnswer, CaseRequest};

/// Who asks: blocks until the answer is there.
pub(crate) fn asker(socket: PathBuf) -> host::Ask {
    Box::new(move |request| {
        ask(&socket, &request).unwrap_or_else(|error| {
            tracing::warn!(%error, "nobody can be asked about a case");
            CaseAnswer::Unreachable
        })
    })
}

fn ask(socket: &Path, request: &CaseRequest) -> std::io::Result<CaseAnswer> {
    let mut stream = UnixStream::connect(socket)?;
    stream.set_read_timeout(Some(session::patience::ASKING_CASE))?;
    let question = request.to_body().map_err(Error::other)?;
    let word = agent::CASES_REQUEST.as_bytes();
    stream.write_all(&[word, b" ", &question, b"\n"].concat())?;
    let mut answer = Vec::new();
    stream.take(ANSWER_LINE_BYTES_MAX as u64).read_to_end(&mut answer)?;
    let line = answer.strip_suffix(b"\n").ok_or(ErrorKind::UnexpectedEof)?;
    CaseAnswer::from_line(line).map_err(Error::other)
}
