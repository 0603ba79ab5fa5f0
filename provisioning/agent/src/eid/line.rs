//! The backend as the partner for certificates and as the place of keys. Signs, asks, and fetches over the same line and
//! with the same token as the courier.
use crate::Config;
use signer::lists::ListKind;
use signer::renewal::{BlockListAnswer, PkiPartner, PkiTrouble, Requested, ReturnCode};
use std::time::Duration;
use wire::eid::{ANSWER_BYTES_MAX, Answer, LIST_BYTES_MAX, MESSAGES_PATH, Octets, Question, list_path};
use wire::{JSON_MEDIA_TYPE, Problem, ProblemKind};

/// How long an answer may take: the kiosk waits ten seconds for a signature.
pub const QUESTION_PATIENCE: Duration = Duration::from_secs(8);

/// How long a list may take: 256 MiB over a line of 5 Mbit/s.
pub const LIST_PATIENCE: Duration = Duration::from_secs(450);

/// The line, cheap to clone.
#[derive(Clone)]
pub(crate) struct Line {
    agent: ureq::Agent,
    base_url: String,
    authorization: String,
}

impl Line {
    pub(crate) fn new(agent: ureq::Agent, config: &Config) -> Self {
        Self {
            agent,
            base_url: config.backend_url.clone(),
            authorization: format!("Bearer {}", config.token.expose()),
        }
    }

    /// Asks once. What isn't an answer of ours is trouble with the line, a refusal of the backend's one with the
    /// registration.
    pub(crate) fn ask(&self, question: &Question) -> Result<Answer, PkiTrouble> {
        let body = question.to_body().map_err(|error| {
            tracing::error!(%error, "this can't be asked");
            PkiTrouble::Strange
        })?;
        let sent = self
            .agent
            .post(format!("{}{MESSAGES_PATH}", self.base_url))
            .config()
            .timeout_global(Some(QUESTION_PATIENCE))
            .build()
            .header("Authorization", &self.authorization)
            .header("Content-Type", JSON_MEDIA_TYPE)
            .send(&body[..]);
        let mut response = sent.map_err(|error| away(&error))?;
        let status = response.status().as_u16();
        let limited = response.body_mut().with_config().limit(ANSWER_BYTES_MAX as u64);
        let body = limited.read_to_vec().map_err(|error| away(&error))?;
        if status != 200 {
            return Err(refusal(status, &body));
        }
        Answer::from_body(&body).map_err(|error| {
            tracing::warn!(%error, "the backend's answer can't be understood");
            PkiTrouble::Strange
        })
    }

    fn fetch(&self, kind: ListKind) -> Result<Vec<u8>, PkiTrouble> {
        let sent = self
            .agent
            .get(format!("{}{}", self.base_url, list_path(kind.file_name())))
            .config()
            .timeout_global(Some(LIST_PATIENCE))
            .build()
            .header("Authorization", &self.authorization)
            .call();
        let mut response = sent.map_err(|error| away(&error))?;
        let status = response.status().as_u16();
        let bytes_max = if status == 200 {
            kind.bytes_max().min(LIST_BYTES_MAX)
        } else {
            wire::ANSWER_BYTES_MAX as u64
        };
        let body = response.body_mut().with_config().limit(bytes_max).read_to_vec();
        let body = body.map_err(|error| away(&error))?;
        if status == 200 {
            Ok(body)
        } else {
            Err(refusal(status, &body))
        }
    }
}

/// Sorts what isn't 200. Only the backend's own words count: a portal or a firewall in between says all sorts of things.
fn refusal(status: u16, body: &[u8]) -> PkiTrouble {
    let problem = serde_json::from_slice::<Problem>(body).ok();
    let is = |kind: ProblemKind| {
        problem
            .as_ref()
            .is_some_and(|problem| kind.status() == status && problem.uri == kind.uri())
    };
    let detail = problem
        .as_ref()
        .map(|problem| problem.detail.as_str())
        .unwrap_or_default();
    tracing::warn!(status, detail, "the backend gives nothing");
    if is(ProblemKind::UnknownTerminal) {
        return PkiTrouble::Refused(ReturnCode::from_name("failure_not_authorized"));
    }
    if is(ProblemKind::NotFound) {
        let is_code = detail.starts_with("failure_");
        return PkiTrouble::Refused(ReturnCode::from_name(if is_code {
            detail
        } else {
            "failure_not_authorized"
        }));
    }
    if is(ProblemKind::Malformed) || is(ProblemKind::TooLarge) || is(ProblemKind::MediaType) {
        return PkiTrouble::Strange;
    }
    PkiTrouble::Unreachable
}

fn away(error: &ureq::Error) -> PkiTrouble {
    tracing::warn!(%error, "no answer from the backend");
    PkiTrouble::Unreachable
}

/// What isn't an answer to the question.
fn otherwise(answer: Answer) -> PkiTrouble {
    match answer {
        Answer::Refused { code } => PkiTrouble::Refused(ReturnCode::from_name(&code)),
        Answer::Away {} => PkiTrouble::Unreachable,
        Answer::Signature { .. }
        | Answer::Point { .. }
        | Answer::Destroyed {}
        | Answer::KeyTrouble { .. }
        | Answer::Certificates { .. }
        | Answer::Later { .. }
        | Answer::NothingYet {}
        | Answer::Description { .. }
        | Answer::UpToDate {}
        | Answer::Deltas { .. }
        | Answer::CompleteList {} => PkiTrouble::Strange,
    }
}

fn bytes(certificates: Vec<Octets>) -> Vec<Vec<u8>> {
    certificates.into_iter().map(|one| one.0).collect()
}

#[allow(
    clippy::wildcard_enum_match_arm,
    reason = "every other answer is sorted by `otherwise`, which names them all"
)]
impl PkiPartner for Line {
    fn request_certificate(&mut self, request: &[u8]) -> Result<Requested, PkiTrouble> {
        match self.ask(&Question::RequestCertificate {
            request: request.into(),
        })? {
            Answer::Certificates { certificates } => Ok(Requested::Certificates(bytes(certificates))),
            Answer::Later { message_id } => Ok(Requested::Later { message_id }),
            answer => Err(otherwise(answer)),
        }
    }

    fn sent_certificates(&mut self, message_id: &str) -> Result<Option<Vec<Vec<u8>>>, PkiTrouble> {
        let message_id = message_id.to_owned();
        match self.ask(&Question::SentCertificates { message_id })? {
            Answer::Certificates { certificates } => Ok(Some(bytes(certificates))),
            Answer::NothingYet {} => Ok(None),
            answer => Err(otherwise(answer)),
        }
    }

    fn authority_certificates(&mut self) -> Result<Vec<Vec<u8>>, PkiTrouble> {
        match self.ask(&Question::GetCertificates {})? {
            Answer::Certificates { certificates } => Ok(bytes(certificates)),
            answer => Err(otherwise(answer)),
        }
    }

    fn certificate_description(&mut self, hash: &[u8]) -> Result<Vec<u8>, PkiTrouble> {
        match self.ask(&Question::GetCertificateDescription { hash: hash.into() })? {
            Answer::Description { description } => Ok(description.0),
            answer => Err(otherwise(answer)),
        }
    }

    fn block_list(&mut self, delta_base: Option<&[u8]>) -> Result<BlockListAnswer, PkiTrouble> {
        let delta_base = delta_base.map(Octets::from);
        match self.ask(&Question::GetBlockList { delta_base })? {
            Answer::UpToDate {} => Ok(BlockListAnswer::UpToDate),
            Answer::Deltas { deltas } => Ok(BlockListAnswer::Deltas(deltas.0)),
            Answer::CompleteList {} => Ok(BlockListAnswer::Complete(self.fetch(ListKind::Blocklist)?)),
            answer => Err(otherwise(answer)),
        }
    }

    fn list(&mut self, kind: ListKind) -> Result<Vec<u8>, PkiTrouble> {
        self.fetch(kind)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_backends_own_words_are_refusals() {
        let problem = |kind, detail: &str| serde_json::to_vec(&Problem::new(kind, detail)).unwrap();
        let refused = |code| PkiTrouble::Refused(ReturnCode::from_name(code));
        for (status, body, told) in [
            (
                401,
                problem(ProblemKind::UnknownTerminal, ""),
                refused("failure_not_authorized"),
            ),
            (
                404,
                problem(ProblemKind::NotFound, "no cards"),
                refused("failure_not_authorized"),
            ),
            (
                404,
                problem(ProblemKind::NotFound, "failure_list_not_available"),
                refused("failure_list_not_available"),
            ),
            (400, problem(ProblemKind::Malformed, ""), PkiTrouble::Strange),
            (503, problem(ProblemKind::Unavailable, ""), PkiTrouble::Unreachable),
            (404, b"<html>Not here</html>".to_vec(), PkiTrouble::Unreachable),
            (401, b"".to_vec(), PkiTrouble::Unreachable),
            (401, problem(ProblemKind::NotFound, ""), PkiTrouble::Unreachable),
        ] {
            assert_eq!(refusal(status, &body), told, "{status}");
        }
    }
}
