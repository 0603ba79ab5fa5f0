//! The card's side of PACE with generic mapping (TR-03110-2 §3.2, TR-03110-3 B.1).
use super::messaging::Session;
use super::numbers::{decrypt, derive, encrypt, number, point, uncompressed};
use super::rules::{Password, Rules};
use super::security_infos::token_input;
use crate::pki::Chat;
use apdu::StatusWord;
use apdu::tlv::Tag;
use bp256::r1::{NonZeroScalar, ProjectivePoint};
use elliptic_curve::Generate;
use rand::rngs::StdRng;
use rand_core::Rng;

/// Value of id-PACE-ECDH-GM-AES-CBC-CMAC-128.
pub(super) const PACE_OID: [u8; 10] = [0x04, 0x00, 0x7F, 0x00, 0x07, 0x02, 0x02, 0x04, 0x02, 0x02];

/// What MSE:Set AT asked for.
#[derive(Clone, Copy)]
pub(super) struct Asked {
    pub(super) password: Password,
    /// The rights that terminal authentication will be confined to; without them there is none.
    pub(super) rights: Option<Chat>,
}

/// Where a run of PACE stands.
pub(super) enum Run {
    Chosen(Asked),
    NonceSent {
        asked: Asked,
        nonce: [u8; 16],
    },
    Mapped {
        asked: Asked,
        generator: ProjectivePoint,
    },
    Agreed {
        asked: Asked,
        session: Session,
        own_key: Vec<u8>,
        terminal_key: Vec<u8>,
    },
}

/// What PACE opened.
pub(super) struct Opened {
    pub(super) asked: Asked,
    pub(super) session: Session,
    /// Compressed ephemeral key of the card, which names it in terminal authentication.
    pub(super) own_key: [u8; 32],
}

/// What a step brings.
pub(super) struct Progress {
    pub(super) next: Option<Run>,
    /// The object of the answer.
    pub(super) answer: (Tag, Vec<u8>),
    /// The session that stands after this step.
    pub(super) opened: Option<Opened>,
}

impl Run {
    /// True when the next command is the last of the chain.
    pub(super) fn awaits_last(&self) -> bool {
        matches!(self, Self::Agreed { .. })
    }

    /// Takes one object of the terminal's dynamic authentication data; `None` is the empty one of the first step.
    /// `resumed` says that this runs inside a session of the CAN.
    pub(super) fn step(
        self,
        object: Option<(Tag, &[u8])>,
        rules: &mut Rules,
        resumed: bool,
        random: &mut StdRng,
    ) -> Result<Progress, StatusWord> {
        match (self, object) {
            (Self::Chosen(asked), None) => {
                rules.may_begin(asked.password, resumed)?;
                Ok(send_nonce(asked, rules, random))
            }
            (Self::NonceSent { asked, nonce }, Some((Tag(0x81), key))) => map(asked, &nonce, key, random),
            (Self::Mapped { asked, generator }, Some((Tag(0x83), key))) => agree(asked, generator, key, random),
            (
                Self::Agreed {
                    asked,
                    session,
                    own_key,
                    terminal_key,
                },
                Some((Tag(0x85), token)),
            ) => {
                let right = session.token(&token_input(&PACE_OID, &own_key)) == *token;
                rules.judge(asked.password, right, asked.rights.is_some())?;
                let answer = session.token(&token_input(&PACE_OID, &terminal_key)).to_vec();
                let own_key = core::array::from_fn(|at| own_key[1 + at]);
                Ok(Progress {
                    next: None,
                    answer: (Tag(0x86), answer),
                    opened: Some(Opened {
                        asked,
                        session,
                        own_key,
                    }),
                })
            }
            (_, _) => Err(StatusWord::WRONG_DATA),
        }
    }
}

fn send_nonce(asked: Asked, rules: &Rules, random: &mut StdRng) -> Progress {
    let mut nonce = [0; 16];
    random.fill_bytes(&mut nonce);
    let key = derive(rules.secret(asked.password), 3);
    let encrypted = encrypt(&key, [0; 16], &nonce);
    debug_assert_eq!(decrypt(&key, [0; 16], &encrypted), nonce);
    Progress {
        next: Some(Run::NonceSent { asked, nonce }),
        answer: (Tag(0x80), encrypted),
        opened: None,
    }
}

fn map(asked: Asked, nonce: &[u8; 16], key: &[u8], random: &mut StdRng) -> Result<Progress, StatusWord> {
    let terminal = point(key).ok_or(StatusWord::WRONG_DATA)?;
    let nonce = number(nonce).ok_or(StatusWord::AUTHENTICATION_FAILED)?;
    let secret = NonZeroScalar::generate_from_rng(random);
    let generator = ProjectivePoint::GENERATOR * *nonce + terminal * *secret;
    if generator == ProjectivePoint::IDENTITY {
        return Err(StatusWord::AUTHENTICATION_FAILED);
    }
    let own_key = uncompressed(&(ProjectivePoint::GENERATOR * *secret));
    Ok(Progress {
        next: Some(Run::Mapped { asked, generator }),
        answer: (Tag(0x82), own_key),
        opened: None,
    })
}

fn agree(asked: Asked, generator: ProjectivePoint, key: &[u8], random: &mut StdRng) -> Result<Progress, StatusWord> {
    let terminal = point(key).ok_or(StatusWord::WRONG_DATA)?;
    let secret = NonZeroScalar::generate_from_rng(random);
    let own_key = uncompressed(&(generator * *secret));
    if own_key == key {
        return Err(StatusWord::AUTHENTICATION_FAILED);
    }
    let shared = uncompressed(&(terminal * *secret));
    let session = Session::over(&shared[1..33]);
    let run = Run::Agreed {
        asked,
        session,
        own_key: own_key.clone(),
        terminal_key: key.to_vec(),
    };
    Ok(Progress {
        next: Some(run),
        answer: (Tag(0x84), own_key),
        opened: None,
    })
}
