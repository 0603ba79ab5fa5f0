//! IPP over HTTP (RFC 8010), every answer bounded in size and time.
use crate::SpawnError;
use core::time::Duration;
use ipp::model::{DelimiterTag, JobState, PrinterState, StatusCode};
use ipp::parser::{IppParseError, IppParser};
use ipp::prelude::{IppAttribute, IppOperationBuilder, IppPayload, IppRequestResponse, IppValue, Uri};
use ipp::reader::IppReader;
use std::io::{Cursor, Read};
use thiserror::Error;
use ureq::{Agent, SendBody};
use zeroize::Zeroizing;

/// Largest answer that is read. A printer with every attribute answers in some 30 kB.
const ANSWER_BYTES_MAX: u64 = 256 * 1024;
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// For a question.
const ASK_TIMEOUT: Duration = Duration::from_secs(10);
/// For handing over a document; slow printers read while they rasterise.
const SEND_TIMEOUT: Duration = Duration::from_secs(60);
/// Who asks, as far as the printer is told.
const USER: &str = "schalter";

/// Why there is no answer.
#[derive(Debug, Error)]
pub(crate) enum WireError {
    /// No connection, no answer in time, a connection lost.
    #[error("the printer can't be reached")]
    Unreachable(#[source] Box<ureq::Error>),
    /// HTTP says no.
    #[error("the printer's web server answers {0}")]
    Http(u16),
    /// Not IPP, or too much of it.
    #[error("the printer's answer isn't IPP")]
    Malformed(#[from] IppParseError),
    /// IPP says no.
    #[error("the printer refuses: {0:?}")]
    Refused(StatusCode),
    /// An answer without what was asked for.
    #[error("the printer's answer lacks {0}")]
    Missing(&'static str),
}

/// What a printer says of itself.
#[derive(Debug, Default)]
pub(crate) struct PrinterAttributes {
    pub(crate) state: Option<PrinterState>,
    pub(crate) reasons: Vec<String>,
    pub(crate) formats: Vec<String>,
    pub(crate) media_supported: Vec<String>,
    pub(crate) media_ready: Vec<String>,
    pub(crate) accepts_jobs: bool,
}

/// A job in the printer.
#[derive(Debug)]
pub(crate) struct JobAttributes {
    pub(crate) id: i32,
    pub(crate) name: String,
    pub(crate) state: Option<JobState>,
    pub(crate) reasons: Vec<String>,
    /// Sides that are on paper, if the printer counts them (RFC 8011 §5.3.18.2).
    pub(crate) impressions: Option<i32>,
}

/// A line to one printer; each question opens its own connection, so a printer may come and go.
pub(crate) struct Wire {
    uri: Uri,
    address: String,
}

impl Wire {
    pub(crate) fn new(uri: &str) -> Result<Self, SpawnError> {
        let wrong = || SpawnError::Address(uri.to_owned());
        let parsed: Uri = uri.parse().map_err(|_| wrong())?;
        let (authority, port) = match (parsed.scheme_str(), parsed.authority()) {
            (Some("ipp"), Some(authority)) => (authority, ":631"),
            (Some("http"), Some(authority)) => (authority, ""),
            _ => return Err(wrong()),
        };
        let port = if authority.port().is_some() { "" } else { port };
        Ok(Self {
            address: format!("http://{authority}{port}{}", parsed.path()),
            uri: parsed,
        })
    }

    /// Get-Printer-Attributes.
    pub(crate) fn printer(&self) -> Result<PrinterAttributes, WireError> {
        let wanted = [
            "printer-state",
            "printer-state-reasons",
            "printer-is-accepting-jobs",
            "document-format-supported",
            "media-supported",
            "media-ready",
        ];
        let operation = IppOperationBuilder::get_printer_attributes(self.uri.clone())
            .attributes(wanted)
            .build()?;
        let answer = self.ask(operation.into(), ASK_TIMEOUT)?;
        let value = |name| value(&answer, DelimiterTag::PrinterAttributes, name);
        let words = |name| value(name).map(words).unwrap_or_default();
        Ok(PrinterAttributes {
            state: value("printer-state").and_then(number).and_then(printer_state),
            reasons: words("printer-state-reasons"),
            formats: words("document-format-supported"),
            media_supported: words("media-supported"),
            media_ready: words("media-ready"),
            accepts_jobs: value("printer-is-accepting-jobs")
                .and_then(IppValue::as_boolean)
                .copied()
                .unwrap_or(true),
        })
    }

    /// Print-Job; gives the job's number.
    pub(crate) fn print(&self, name: &str, media: &str, pdf: Zeroizing<Vec<u8>>) -> Result<i32, WireError> {
        let operation = IppOperationBuilder::print_job(self.uri.clone(), IppPayload::new(Cursor::new(pdf)))
            .user_name(USER)
            .job_title(name)
            .document_format("application/pdf")
            .attribute(IppAttribute::with_name("media", IppValue::new_keyword(media)?)?)
            .build()?;
        let answer = self.ask(operation.into(), SEND_TIMEOUT)?;
        value(&answer, DelimiterTag::JobAttributes, "job-id")
            .and_then(number)
            .ok_or(WireError::Missing("job-id"))
    }

    /// Get-Job-Attributes.
    pub(crate) fn job(&self, id: i32) -> Result<JobAttributes, WireError> {
        let operation = IppOperationBuilder::get_job_attributes(self.uri.clone(), id)
            .user_name(USER)
            .build()?;
        let answer = self.ask(operation.into(), ASK_TIMEOUT)?;
        jobs(&answer).into_iter().next().ok_or(WireError::Missing("job-state"))
    }

    /// Cancel-Job.
    pub(crate) fn cancel(&self, id: i32) -> Result<(), WireError> {
        let operation = IppOperationBuilder::cancel_job(self.uri.clone(), id)
            .user_name(USER)
            .build()?;
        self.ask(operation.into(), ASK_TIMEOUT).map(drop)
    }

    /// Get-Jobs: those that aren't done.
    pub(crate) fn jobs(&self) -> Result<Vec<JobAttributes>, WireError> {
        let operation = IppOperationBuilder::get_jobs(self.uri.clone())
            .user_name(USER)
            .build()?;
        let mut request: IppRequestResponse = operation.into();
        let wanted = ["job-id", "job-name", "job-state", "job-state-reasons"];
        let wanted = wanted
            .into_iter()
            .map(IppValue::new_keyword)
            .collect::<Result<Vec<_>, _>>()?;
        for (name, value) in [
            ("which-jobs", IppValue::new_keyword("not-completed")?),
            ("requested-attributes", IppValue::Array(wanted)),
        ] {
            request
                .attributes_mut()
                .add(DelimiterTag::OperationAttributes, IppAttribute::with_name(name, value)?);
        }
        Ok(jobs(&self.ask(request, ASK_TIMEOUT)?))
    }

    fn ask(&self, request: IppRequestResponse, timeout: Duration) -> Result<IppRequestResponse, WireError> {
        let config = Agent::config_builder()
            .timeout_connect(Some(CONNECT_TIMEOUT))
            .timeout_global(Some(timeout));
        let agent: Agent = config.build().into();
        let sent = agent
            .post(&self.address)
            .header("content-type", "application/ipp")
            .send(SendBody::from_reader(&mut request.into_read()));
        let answer = sent.map_err(|error| {
            if let ureq::Error::StatusCode(code) = error {
                WireError::Http(code)
            } else {
                WireError::Unreachable(Box::new(error))
            }
        })?;
        let reader = answer.into_body().into_reader().take(ANSWER_BYTES_MAX);
        let answer = IppParser::new(IppReader::new(reader)).parse()?;
        let status = answer.header().status_code();
        if status.is_success() {
            Ok(answer)
        } else {
            Err(WireError::Refused(status))
        }
    }
}

fn value<'a>(answer: &'a IppRequestResponse, group: DelimiterTag, name: &str) -> Option<&'a IppValue> {
    answer
        .attributes()
        .groups_of(group)
        .find_map(|group| group.get(name))
        .map(IppAttribute::value)
}

fn jobs(answer: &IppRequestResponse) -> Vec<JobAttributes> {
    let groups = answer.attributes().groups_of(DelimiterTag::JobAttributes);
    groups
        .filter_map(|group| {
            let value = |name: &str| group.get(name).map(IppAttribute::value);
            Some(JobAttributes {
                id: value("job-id").and_then(number)?,
                name: value("job-name").map(words).unwrap_or_default().concat(),
                state: value("job-state").and_then(number).and_then(job_state),
                reasons: value("job-state-reasons").map(words).unwrap_or_default(),
                impressions: value("job-impressions-completed").and_then(number),
            })
        })
        .collect()
}

/// Keywords, names and media types of a value or of an array of them.
fn words(value: &IppValue) -> Vec<String> {
    value
        .into_iter()
        .filter_map(|value| {
            let keyword = value.as_keyword().map(|word| word.as_str().to_owned());
            let name = || value.as_name_without_language().map(|word| word.as_str().to_owned());
            let media_type = || value.as_mime_media_type().map(|word| word.as_str().to_owned());
            keyword.or_else(name).or_else(media_type)
        })
        .collect()
}

fn number(value: &IppValue) -> Option<i32> {
    value.as_integer().or_else(|| value.as_enum()).copied()
}

fn job_state(number: i32) -> Option<JobState> {
    use JobState::{Aborted, Canceled, Completed, Pending, PendingHeld, Processing, ProcessingStopped};
    [
        Pending,
        PendingHeld,
        Processing,
        ProcessingStopped,
        Canceled,
        Aborted,
        Completed,
    ]
    .into_iter()
    .find(|&state| state as i32 == number)
}

fn printer_state(number: i32) -> Option<PrinterState> {
    use PrinterState::{Idle, Processing, Stopped};
    [Idle, Processing, Stopped]
        .into_iter()
        .find(|&state| state as i32 == number)
}
