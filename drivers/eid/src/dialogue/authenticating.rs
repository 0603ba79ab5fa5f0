//! The terminal proves who it is and what it may (terminal authentication version 2, TR-03110-2 §3.3, TR-03110-3 B.3).
use super::opening::Opened;
use super::pace_run::CardId;
use super::proving;
use super::read::{Expect, Next, Plan, StepOfRead, Turn, ask, ask_in, carry};
use super::wire::Wire;
use super::{Step, Stopped};
use crate::Fault;
use crate::channel::{Channel, PaceOnly};
use crate::cv_certificate::CvCertificate;
use crate::terminal_auth::{
    CHALLENGE_BYTES, external_authenticate, get_challenge, set_terminal, set_verification_key, signed_message,
    verify_certificate,
};
use apdu::tlv::{Tag, TlvError};
use apdu::{Response, StatusWord};
use drivers_api::card::{CardFailure, ReadStep};
use drivers_api::signer::SignerTrouble;
use zeroize::Zeroizing;

/// A card that is open, and what is to be done with it.
pub(super) struct Session {
    pub(super) plan: Box<Plan>,
    pub(super) channel: Channel<PaceOnly>,
    pub(super) card_access: Zeroizing<Vec<u8>>,
    card_id: CardId,
}

/// Finds the certificates that lead from the card's trust point to the terminal, and starts with the first.
pub(super) fn start(opened: Opened, plan: Box<Plan>) -> Next {
    let current = opened
        .trust_points
        .current
        .ok_or(Fault::Tlv(TlvError::Missing { awaited: Tag(0x87) }))?;
    let previous = opened.trust_points.previous;
    let certificates = plan.terminal.certificates();
    let path = certificates
        .path_for(&current, previous.as_ref())
        .ok_or(CardFailure::NoCertificate)?;
    // Worked off from its end.
    let mut waiting: Vec<CvCertificate> = path.into_iter().rev().cloned().collect();
    let certificate = waiting.pop().ok_or(CardFailure::NoCertificate)?;
    let mut session = Session {
        plan,
        channel: opened.channel,
        card_access: opened.card_access,
        card_id: opened.card_id,
    };
    let command = session.channel.seal(set_verification_key(certificate.authority())?)?;
    let state = ExpectCertificate {
        session,
        waiting,
        doing: Doing::ChoosingKey(Box::new(certificate)),
    };
    ask_in(ReadStep::Authenticating, Expect::Certificate(state), command)
}

/// Certificate by certificate: choose its issuer's key, have it verified.
pub(super) struct ExpectCertificate {
    session: Session,
    waiting: Vec<CvCertificate>,
    doing: Doing,
}

enum Doing {
    ChoosingKey(Box<CvCertificate>),
    Verifying,
}

impl ExpectCertificate {
    pub(super) fn handle(self, response: Response) -> Next {
        let Self {
            mut session,
            mut waiting,
            doing,
        } = self;
        let status = session.channel.open(response)?.status();
        match doing {
            Doing::ChoosingKey(certificate) => {
                if status != StatusWord::OK {
                    return refused(CardFailure::NoCertificate, "choosing an issuer's key", status);
                }
                let command = verify_certificate(certificate.verified_data())?;
                go_on(session, waiting, Doing::Verifying, command)
            }
            // The card's date or trust point doesn't go with the certificate.
            Doing::Verifying if status != StatusWord::OK => {
                refused(CardFailure::NoCertificate, "having a certificate verified", status)
            }
            Doing::Verifying => match waiting.pop() {
                Some(certificate) => {
                    let command = set_verification_key(certificate.authority())?;
                    go_on(session, waiting, Doing::ChoosingKey(Box::new(certificate)), command)
                }
                None => {
                    let plan = &session.plan;
                    let own = plan.terminal.certificates().terminal();
                    let command = set_terminal(own, &plan.auxiliary_data, plan.chip_key.compressed())?;
                    let command = session.channel.seal(command)?;
                    let state = ExpectChallenge { session, asked: false };
                    ask(Expect::Challenge(state), command)
                }
            },
        }
    }
}

fn go_on(mut session: Session, waiting: Vec<CvCertificate>, doing: Doing, command: apdu::Command) -> Next {
    let command = session.channel.seal(command)?;
    let state = ExpectCertificate {
        session,
        waiting,
        doing,
    };
    ask(Expect::Certificate(state), command)
}

/// The terminal's key is chosen, then the challenge is asked for.
pub(super) struct ExpectChallenge {
    session: Session,
    asked: bool,
}

impl ExpectChallenge {
    pub(super) fn handle(self, response: Response) -> Next {
        let Self { mut session, asked } = self;
        let response = session.channel.open(response)?;
        let status = response.status();
        if status != StatusWord::OK {
            let doing = if asked {
                "asking for a challenge"
            } else {
                "choosing the terminal's key"
            };
            return refused(CardFailure::NotAuthorised, doing, status);
        }
        if !asked {
            let command = session.channel.seal(get_challenge()?)?;
            return ask(Expect::Challenge(Self { session, asked: true }), command);
        }
        if response.data().len() != CHALLENGE_BYTES {
            return Err(Fault::Challenge.into());
        }
        let plan = &session.plan;
        let message = signed_message(
            &session.card_id,
            response.data(),
            plan.chip_key.compressed(),
            &plan.auxiliary_data,
        );
        let holder = plan.terminal.certificates().terminal().holder().bytes().to_vec();
        Ok(Turn::Sign {
            state: Box::new(ExpectSignature { session }),
            holder,
            message,
        })
    }
}

pub(super) struct ExpectSignature {
    session: Session,
}

/// A read that awaits the terminal's signature.
pub struct AwaitsSignature {
    pub(super) state: Box<ExpectSignature>,
    pub(super) wire: Wire,
}

impl AwaitsSignature {
    /// Takes the plain signature `r ‖ s` (TR-03111 §5.2.1).
    pub fn signed(self, signature: Vec<u8>) -> StepOfRead {
        carry(self.state.signed(signature), self.wire)
    }

    /// There is no signature: the read ends.
    pub fn not_signed(self, trouble: SignerTrouble) -> StepOfRead {
        match trouble {
            SignerTrouble::UnknownHolder | SignerTrouble::Unreachable | SignerTrouble::Refused => {
                Step::Done(Err(CardFailure::SignerGone.into()))
            }
        }
    }
}

impl ExpectSignature {
    fn signed(self, signature: Vec<u8>) -> Next {
        let Self { mut session } = self;
        if signature.len() != session.plan.terminal.certificates().terminal().signature_bytes() {
            return Err(Fault::Signature.into());
        }
        let command = session.channel.seal(external_authenticate(signature)?)?;
        ask(Expect::Authenticated(ExpectAuthenticated { session }), command)
    }
}

pub(super) struct ExpectAuthenticated {
    session: Session,
}

impl ExpectAuthenticated {
    pub(super) fn handle(self, response: Response) -> Next {
        let Self { mut session } = self;
        match session.channel.open(response)?.status() {
            StatusWord::OK => proving::start(session),
            status => refused(CardFailure::NotAuthorised, "authenticating the terminal", status),
        }
    }
}

fn refused(why: CardFailure, doing: &'static str, status: StatusWord) -> Next {
    Err(Stopped::because(why, doing, status))
}
