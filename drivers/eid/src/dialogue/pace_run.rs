//! PACE on the wire: a chain of four GENERAL AUTHENTICATE commands (TR-03110-3 B.1, B.14.2), plain or inside a channel
//! that stands already.
use crate::Fault;
use crate::channel::{Channel, Line, PaceOnly};
use crate::curve::{POINT_BYTES, Point};
use crate::pace::{Agreed, EphemeralKeys, Nonce, agree, mapped_generator, mapping_key};
use apdu::tlv::{self, Reader, Tag};
use apdu::{Command, NE_SHORT_MAX, Response, StatusWord};
use drivers_api::private::Digits;
use zeroize::Zeroizing;

/// Dynamic authentication data.
const DYNAMIC_DATA: Tag = Tag(0x7C);

/// A run of PACE that awaits an answer.
pub(super) struct PaceRun {
    line: Line,
    expect: Expect,
}

enum Expect {
    Nonce {
        password: Digits,
        keys: EphemeralKeys,
    },
    MappingKey {
        nonce: Nonce,
        keys: EphemeralKeys,
    },
    AgreementKey {
        generator: Point,
        keys: EphemeralKeys,
        own_key: Zeroizing<[u8; POINT_BYTES]>,
    },
    Token {
        agreed: Agreed,
    },
}

/// What came of an answer.
#[allow(clippy::large_enum_variant)] // taken apart at once, never stored
pub(super) enum PaceStep {
    Ask(PaceRun, Command),
    /// Both sides know the password.
    Open(Channel<PaceOnly>),
    Refused(Refusal),
}

/// The card said no; the line is as it was before this run.
pub(super) struct Refusal {
    pub(super) line: Line,
    pub(super) status: StatusWord,
    /// True when it was the password's proof that was refused.
    pub(super) at_token: bool,
}

impl PaceRun {
    /// Starts a run; MSE:Set AT has chosen the password on the same line.
    pub(super) fn start(password: Digits, keys: EphemeralKeys, line: Line) -> Result<(Self, Command), Fault> {
        Self::ask(line, Expect::Nonce { password, keys }, None)
    }

    pub(super) fn handle(self, response: Response) -> Result<PaceStep, Fault> {
        let Self { mut line, expect } = self;
        let response = line.open(response)?;
        let status = response.status();
        if status != StatusWord::OK {
            let at_token = matches!(expect, Expect::Token { .. });
            return Ok(PaceStep::Refused(Refusal { line, status, at_token }));
        }
        let (expect, sent) = match expect {
            Expect::Nonce { password, keys } => {
                let nonce = Nonce::decrypt(password.expose(), object(&response, Tag(0x80))?)?;
                let own_key = mapping_key(&keys.mapping)?;
                (Expect::MappingKey { nonce, keys }, (Tag(0x81), own_key))
            }
            Expect::MappingKey { nonce, keys } => {
                let generator = mapped_generator(&keys.mapping, object(&response, Tag(0x82))?, &nonce)?;
                let own_key = generator.times(&keys.agreement)?.encode()?;
                (
                    Expect::AgreementKey {
                        generator,
                        keys,
                        own_key: own_key.clone(),
                    },
                    (Tag(0x83), own_key),
                )
            }
            Expect::AgreementKey {
                generator: _generator,
                keys,
                own_key,
            } => {
                let agreed = agree(&keys.agreement, &*own_key, object(&response, Tag(0x84))?)?;
                return Self::ask_token(line, agreed);
            }
            Expect::Token { agreed } => {
                // The last answer is still under the old keys; the new session counts from zero.
                let messaging = agreed.confirm(object(&response, Tag(0x86))?)?;
                return Ok(PaceStep::Open(Channel::after_pace(messaging)));
            }
        };
        let (tag, key) = sent;
        let (run, command) = Self::ask(line, expect, Some((tag, key.as_slice())))?;
        Ok(PaceStep::Ask(run, command))
    }

    fn ask_token(line: Line, agreed: Agreed) -> Result<PaceStep, Fault> {
        let token = agreed.own_token;
        let (run, command) = Self::ask(line, Expect::Token { agreed }, Some((Tag(0x85), &token)))?;
        Ok(PaceStep::Ask(run, command))
    }

    fn ask(mut line: Line, expect: Expect, object: Option<(Tag, &[u8])>) -> Result<(Self, Command), Fault> {
        let inner = object.map_or_else(Zeroizing::default, |(tag, value)| tlv::encode(tag, value));
        let data = tlv::encode(DYNAMIC_DATA, &inner);
        let command = Command::new(0x00, 0x86, 0x00, 0x00)
            .with_data(data)?
            .with_expected(NE_SHORT_MAX)?;
        // All but the last command of the run are links of a chain.
        let last = matches!(expect, Expect::Token { .. });
        let command = line.seal(if last { command } else { command.chained() })?;
        Ok((Self { line, expect }, command))
    }
}

/// The value of one object of the answer's dynamic authentication data.
fn object(response: &Response, tag: Tag) -> Result<&[u8], Fault> {
    let mut objects = Reader::new(response.data()).expect(DYNAMIC_DATA)?.nested()?;
    match objects.find(tag)? {
        Some(tlv) => Ok(tlv.value),
        None => Err(tlv::TlvError::Missing { awaited: tag }.into()),
    }
}
