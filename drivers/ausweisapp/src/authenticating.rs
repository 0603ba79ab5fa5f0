//! The first half of an authentication: from RUN_AUTH to the citizen's consent.
//!
//! RUN_AUTH → AUTH → ACCESS_RIGHTS → (SET_ACCESS_RIGHTS → ACCESS_RIGHTS) → GET_CERTIFICATE → CERTIFICATE → consent →
//! ACCEPT.
use crate::command::Command;
use crate::dialogue::{ANSWER_PATIENCE, Next, Step, WORK_PATIENCE};
use crate::message::{AccessRights, Auth, Certificate, Message, PrivateUrl};
use crate::rights::{Granted, RightsRefused, grant};
use crate::words::{Authentication, Consent, Failure, Success, Tell, Way};
use crate::working::{Kind, Working};
use drivers_api::card::{ProviderCertificate, ReadRequest, Rights};
use jiff::civil::Date;

/// Longest address of a TC Token.
const URL_BYTES_MAX: usize = 2048;
/// Longest result code or failure code that is kept.
const CODE_CHARS_MAX: usize = 64;

#[derive(Debug)]
#[allow(clippy::enum_variant_names, reason = "states are named by what is awaited")]
pub(crate) enum Authenticating {
    ExpectBegun(ExpectBegun),
    ExpectRights(Terms),
    ExpectRightsSet(Terms, Rights),
    ExpectCertificate(Terms, Asked),
    ExpectConsent(Terms),
}

/// What was agreed with the service.
#[derive(Debug)]
pub(crate) struct Terms {
    allowed: ReadRequest,
    way: Way,
}

#[derive(Debug)]
pub(crate) struct ExpectBegun(Terms);

/// What the provider may see, as the consent shows it.
#[derive(Debug)]
pub(crate) struct Asked {
    rights: Rights,
    age_date: Option<String>,
    transaction: Option<String>,
}

impl ExpectBegun {
    pub(crate) fn run(authentication: Authentication, step: &mut Step<'_>) -> Result<Authenticating, Failure> {
        let Authentication {
            tc_token_url,
            allowed,
            way,
        } = authentication;
        if !is_https(&tc_token_url) {
            return Err(Failure::BadAddress);
        }
        let command = Command::RunAuth {
            tc_token_url: tc_token_url.expose(),
            status: true,
        };
        step.send(command, ANSWER_PATIENCE);
        Ok(Authenticating::ExpectBegun(Self(Terms { allowed, way })))
    }
}

impl Authenticating {
    pub(crate) fn is_citizens_turn(&self) -> bool {
        matches!(self, Self::ExpectConsent(_))
    }

    /// The citizen agrees; without effect while there is nothing to agree to.
    pub(crate) fn accept(self, step: &mut Step<'_>) -> Next {
        match self {
            Self::ExpectConsent(terms) => {
                step.send(Command::Accept, WORK_PATIENCE);
                Next::Working(Working::new(Kind::Auth, Some(terms.way)))
            }
            Self::ExpectBegun(_) | Self::ExpectRights(_) | Self::ExpectRightsSet(..) | Self::ExpectCertificate(..) => {
                Next::Authenticating(self)
            }
        }
    }

    pub(crate) fn message(self, message: Message, step: &mut Step<'_>) -> Next {
        match message {
            Message::Auth(auth) => return self.auth(auth, step),
            Message::BadState(_) | Message::UnknownCommand(_) | Message::Invalid(_) => return self.refused(),
            Message::InternalError(_) => return cancel(Failure::OutOfStep("internal error")),
            Message::Status(status) => {
                status
                    .progress
                    .into_iter()
                    .for_each(|percent| step.tell(Tell::Progress(percent.min(100))));
                return Next::Authenticating(self);
            }
            Message::Enter(..) => return cancel(Failure::OutOfStep("a secret was asked for before the consent")),
            Message::ChangePin(_) => return cancel(Failure::OutOfStep("CHANGE_PIN in an authentication")),
            Message::AccessRights(_) | Message::Certificate(_) => {}
            Message::Info(_) | Message::ApiLevel(_) | Message::InsertCard(_) | Message::Reader(_) => {
                return Next::Authenticating(self);
            }
            Message::ReaderList(_) | Message::Pause | Message::Unknown => return Next::Authenticating(self),
        }
        match (self, message) {
            (Self::ExpectRights(terms), Message::AccessRights(asked)) => rights_asked(terms, &asked, step),
            (Self::ExpectRightsSet(terms, rights), Message::AccessRights(asked)) => {
                rights_set(terms, rights, &asked, step)
            }
            (Self::ExpectCertificate(terms, asked), Message::Certificate(certificate)) => {
                match consent(*certificate, asked, &terms.allowed) {
                    Some(consent) => {
                        step.tell(Tell::Consent(Box::new(consent)));
                        Next::Authenticating(Self::ExpectConsent(terms))
                    }
                    None => cancel(Failure::OutOfStep("the certificate's dates aren't dates")),
                }
            }
            // Other rights than those that were shown.
            (Self::ExpectConsent(_), Message::AccessRights(_)) => cancel(RightsRefused::NotAsTold.into()),
            (state, _) => Next::Authenticating(state),
        }
    }

    fn auth(self, auth: Auth, step: &mut Step<'_>) -> Next {
        let begins = auth.error.is_none() && auth.result.is_none();
        match self {
            Self::ExpectBegun(ExpectBegun(terms)) if begins => {
                // AusweisApp fetches the TC Token and waits for the eID-Server.
                step.patience = Some(WORK_PATIENCE);
                Next::Authenticating(Self::ExpectRights(terms))
            }
            Self::ExpectBegun(_)
            | Self::ExpectRights(_)
            | Self::ExpectRightsSet(..)
            | Self::ExpectCertificate(..)
            | Self::ExpectConsent(_) => match result(auth) {
                _ if begins => cancel(Failure::OutOfStep("AUTH began twice")),
                Ok(_) => Next::Done(Err(Failure::OutOfStep("authenticated before the consent"))),
                Err(failure) => Next::Done(Err(failure)),
            },
        }
    }

    fn refused(self) -> Next {
        if matches!(self, Self::ExpectBegun(_)) {
            Next::Done(Err(Failure::NotBegun))
        } else {
            cancel(Failure::OutOfStep("a command didn't fit"))
        }
    }
}

/// How an authentication ended.
pub(crate) fn result(auth: Auth) -> Result<Success, Failure> {
    let Some(result) = auth.result else {
        return Err(Failure::NotBegun);
    };
    match (result.major.ends_with("resultmajor#ok"), auth.url) {
        (true, Some(url)) => Ok(Success::Authenticated(url)),
        (true, None) => Err(Failure::OutOfStep("authenticated, but no address to go on")),
        (false, url) => Err(Failure::Ended {
            minor: result
                .minor
                .map(|minor| code(minor.rsplit('#').next().unwrap_or_default())),
            reason: result.reason.map(|reason| code(&reason)),
            url,
        }),
    }
}

/// A code for the log: letters, digits and `_` only.
pub(crate) fn code(text: &str) -> String {
    let plain = |c: &char| c.is_ascii_alphanumeric() || *c == '_';
    text.chars().filter(plain).take(CODE_CHARS_MAX).collect()
}

fn cancel(failure: Failure) -> Next {
    Next::Cancel(Kind::Auth, failure)
}

fn rights_asked(terms: Terms, asked: &AccessRights, step: &mut Step<'_>) -> Next {
    match grant(asked, &terms.allowed, matches!(terms.way, Way::VorOrt(_))) {
        Err(refused) => cancel(refused.into()),
        Ok(Granted {
            as_told: true, rights, ..
        }) => ask_certificate(terms, rights, asked, step),
        Ok(Granted { optional, rights, .. }) => {
            step.send(Command::SetAccessRights { chat: &optional }, ANSWER_PATIENCE);
            Next::Authenticating(Authenticating::ExpectRightsSet(terms, rights))
        }
    }
}

/// The second ACCESS_RIGHTS must be what was told, word for word.
fn rights_set(terms: Terms, rights: Rights, asked: &AccessRights, step: &mut Step<'_>) -> Next {
    if asked.error.is_some() {
        return cancel(RightsRefused::NotAsTold.into());
    }
    match grant(asked, &terms.allowed, matches!(terms.way, Way::VorOrt(_))) {
        Ok(granted) if granted.as_told && granted.rights == rights => ask_certificate(terms, rights, asked, step),
        Ok(_) => cancel(RightsRefused::NotAsTold.into()),
        Err(refused) => cancel(refused.into()),
    }
}

fn ask_certificate(terms: Terms, rights: Rights, asked: &AccessRights, step: &mut Step<'_>) -> Next {
    step.send(Command::GetCertificate, ANSWER_PATIENCE);
    let asked = Asked {
        age_date: rights.age.then(|| asked.aux.age_verification_date.clone()).flatten(),
        transaction: asked.transaction_info.clone().filter(|text| !text.is_empty()),
        rights,
    };
    Next::Authenticating(Authenticating::ExpectCertificate(terms, asked))
}

fn consent(certificate: Certificate, asked: Asked, allowed: &ReadRequest) -> Option<Consent> {
    let Certificate { description, validity } = certificate;
    let told = |text: String| Some(text).filter(|text| !text.is_empty());
    let Asked {
        rights,
        age_date,
        transaction,
    } = asked;
    Some(Consent {
        age_at_least: allowed.age_at_least.filter(|_| rights.age),
        municipality: allowed.municipality.clone().filter(|_| rights.municipality),
        age_date,
        transaction,
        provider: ProviderCertificate {
            subject_name: description.subject_name,
            subject_url: told(description.subject_url),
            issuer_name: description.issuer_name,
            issuer_url: told(description.issuer_url),
            terms_of_usage: description.terms_of_usage,
            valid_from: day(&validity.effective_date)?,
            valid_until: day(&validity.expiration_date)?,
            rights,
        },
    })
}

fn day(text: &str) -> Option<Date> {
    // AusweisApp tells days; a time behind it would be one in UTC.
    text.get(..10)?.parse().ok()
}

/// TR-03124-1 §2.5.1: the TC Token comes over TLS.
fn is_https(url: &PrivateUrl) -> bool {
    let url = url.expose();
    let host = url.strip_prefix("https://").unwrap_or_default();
    let begins_with_host = host.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '[');
    begins_with_host && url.len() <= URL_BYTES_MAX && url.bytes().all(|byte| byte.is_ascii_graphic())
}
