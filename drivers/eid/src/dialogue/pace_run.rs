//! PACE on the wire: a chain of four GENERAL AUTHENTICATE commands (TR-03110-3 B.1, B.14.2), plain or inside a channel
//! that stands already.
use super::{dynamic_data, dynamic_object, optional_dynamic_object};
use crate::Fault;
use crate::channel::{Channel, Line, PaceOnly};
use crate::curve::{COORDINATE_BYTES, POINT_BYTES, Point, compressed};
use crate::cv_certificate::Reference;
use crate::pace::{Agreed, EphemeralKeys, Nonce, agree, mapped_generator};
use apdu::tlv::Tag;
use apdu::{Command, Response, StatusWord};
use drivers_api::private::Digits;
use zeroize::Zeroizing;

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
        card_id: CardId,
    },
}

/// ID_ICC: the compressed ephemeral key that the card used in PACE (TR-03110-2 §3.2.1).
pub(super) type CardId = [u8; COORDINATE_BYTES];

/// Whose certificates the card verifies (TR-03110-3 B.1.4); told when a CHAT was sent.
#[derive(Default)]
pub(super) struct TrustPoints {
    pub(super) current: Option<Reference>,
    pub(super) previous: Option<Reference>,
}

/// What came of an answer.
#[allow(clippy::large_enum_variant)] // taken apart at once, never stored
pub(super) enum PaceStep {
    Ask(PaceRun, Command),
    /// Both sides know the password.
    Open(PaceOpened),
    Refused(Refusal),
}

pub(super) struct PaceOpened {
    pub(super) channel: Channel<PaceOnly>,
    pub(super) card_id: CardId,
    pub(super) trust_points: TrustPoints,
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
        match expect {
            Expect::Nonce { password, keys } => {
                let nonce = Nonce::decrypt(password.expose(), dynamic_object(&response, Tag(0x80))?)?;
                let own_key = Zeroizing::new(*keys.mapping.public());
                Self::go_on(line, Expect::MappingKey { nonce, keys }, Tag(0x81), &*own_key)
            }
            Expect::MappingKey { nonce, keys } => {
                let card_key = dynamic_object(&response, Tag(0x82))?;
                let generator = mapped_generator(&keys.mapping, card_key, &nonce)?;
                let own_key = generator.times(&keys.agreement)?.encode()?;
                let sent = own_key.clone();
                let next = Expect::AgreementKey {
                    generator,
                    keys,
                    own_key,
                };
                Self::go_on(line, next, Tag(0x83), &*sent)
            }
            Expect::AgreementKey {
                generator: _generator,
                keys,
                own_key,
            } => {
                let card_key = dynamic_object(&response, Tag(0x84))?;
                let agreed = agree(&keys.agreement, &*own_key, card_key)?;
                let card_id = card_id(card_key)?;
                let token = agreed.own_token;
                Self::go_on(line, Expect::Token { agreed, card_id }, Tag(0x85), &token)
            }
            Expect::Token { agreed, card_id } => {
                // The last answer is still under the old keys; the new session counts from zero.
                let messaging = agreed.confirm(dynamic_object(&response, Tag(0x86))?)?;
                Ok(PaceStep::Open(PaceOpened {
                    channel: Channel::after_pace(messaging),
                    card_id,
                    trust_points: TrustPoints {
                        current: reference(&response, Tag(0x87))?,
                        previous: reference(&response, Tag(0x88))?,
                    },
                }))
            }
        }
    }

    fn go_on(line: Line, expect: Expect, tag: Tag, value: &[u8]) -> Result<PaceStep, Fault> {
        let (run, command) = Self::ask(line, expect, Some((tag, value)))?;
        Ok(PaceStep::Ask(run, command))
    }

    fn ask(mut line: Line, expect: Expect, object: Option<(Tag, &[u8])>) -> Result<(Self, Command), Fault> {
        let command = dynamic_data(object)?;
        // All but the last command of the run are links of a chain.
        let last = matches!(expect, Expect::Token { .. });
        let command = line.seal(if last { command } else { command.chained() })?;
        Ok((Self { line, expect }, command))
    }
}

fn card_id(card_key: &[u8]) -> Result<CardId, Fault> {
    let point: &[u8; POINT_BYTES] = card_key.try_into().map_err(|_| Fault::NotOnCurve)?;
    let mut id = [0; COORDINATE_BYTES];
    id.copy_from_slice(compressed(point));
    Ok(id)
}

fn reference(response: &Response, tag: Tag) -> Result<Option<Reference>, Fault> {
    optional_dynamic_object(response, tag)?
        .map(|bytes| Reference::new(bytes).map_err(|_| Fault::TrustPoint))
        .transpose()
}
