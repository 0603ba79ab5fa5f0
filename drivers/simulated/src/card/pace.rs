//! The card's side of PACE with generic mapping (TR-03110-2 §3.2, TR-03110-3 B.1).
use super::messaging::Session;
use super::numbers::{decrypt, derive, encrypt, number, point, uncompressed};
use super::rules::{Password, Rules};
use apdu::StatusWord;
use apdu::tlv::{Tag, concat, encode};
use bp256::r1::{NonZeroScalar, ProjectivePoint};
use elliptic_curve::Generate;
use rand::rngs::StdRng;
use rand_core::Rng;

/// Value of id-PACE-ECDH-GM-AES-CBC-CMAC-128.
pub(super) const PACE_OID: [u8; 10] = [0x04, 0x00, 0x7F, 0x00, 0x07, 0x02, 0x02, 0x04, 0x02, 0x02];

/// Where a run of PACE stands.
pub(super) enum Run {
    /// MSE:Set AT has chosen no password.
    Idle,
    Chosen(Password),
    NonceSent {
        password: Password,
        nonce: [u8; 16],
    },
    Mapped {
        password: Password,
        generator: ProjectivePoint,
    },
    Agreed {
        password: Password,
        session: Session,
        own_key: Vec<u8>,
        terminal_key: Vec<u8>,
    },
}

/// What a step brings.
pub(super) struct Progress {
    pub(super) run: Run,
    /// The object of the answer.
    pub(super) answer: (Tag, Vec<u8>),
    /// The session that stands after this step.
    pub(super) opened: Option<(Session, Password)>,
}

impl Run {
    /// True when the next command is the last of the chain.
    pub(super) fn awaits_last(&self) -> bool {
        matches!(self, Self::Agreed { .. })
    }

    /// Takes one object of the terminal's dynamic authentication data; `None` is the empty one of the first step.
    pub(super) fn step(
        self,
        object: Option<(Tag, &[u8])>,
        rules: &mut Rules,
        resumed: bool,
        random: &mut StdRng,
    ) -> Result<Progress, StatusWord> {
        match (self, object) {
            (Self::Chosen(password), None) => {
                rules.may_begin(password, resumed)?;
                Ok(send_nonce(password, rules, random))
            }
            (Self::NonceSent { password, nonce }, Some((Tag(0x81), key))) => map(password, &nonce, key, random),
            (Self::Mapped { password, generator }, Some((Tag(0x83), key))) => agree(password, generator, key, random),
            (
                Self::Agreed {
                    password,
                    session,
                    own_key,
                    terminal_key,
                },
                Some((Tag(0x85), token)),
            ) => {
                let right = session.token(&token_input(&own_key)) == *token;
                rules.judge(password, right)?;
                let answer = session.token(&token_input(&terminal_key)).to_vec();
                Ok(Progress {
                    run: Self::Idle,
                    answer: (Tag(0x86), answer),
                    opened: Some((session, password)),
                })
            }
            (Self::Idle, _) => Err(StatusWord::CONDITIONS_OF_USE),
            (_, _) => Err(StatusWord::WRONG_DATA),
        }
    }
}

fn send_nonce(password: Password, rules: &Rules, random: &mut StdRng) -> Progress {
    let mut nonce = [0; 16];
    random.fill_bytes(&mut nonce);
    let key = derive(rules.secret(password), 3);
    let encrypted = encrypt(&key, [0; 16], &nonce);
    debug_assert_eq!(decrypt(&key, [0; 16], &encrypted), nonce);
    Progress {
        run: Run::NonceSent { password, nonce },
        answer: (Tag(0x80), encrypted),
        opened: None,
    }
}

fn map(password: Password, nonce: &[u8; 16], key: &[u8], random: &mut StdRng) -> Result<Progress, StatusWord> {
    let terminal = point(key).ok_or(StatusWord::WRONG_DATA)?;
    let nonce = number(nonce).ok_or(StatusWord::AUTHENTICATION_FAILED)?;
    let secret = NonZeroScalar::generate_from_rng(random);
    let generator = ProjectivePoint::GENERATOR * *nonce + terminal * *secret;
    if generator == ProjectivePoint::IDENTITY {
        return Err(StatusWord::AUTHENTICATION_FAILED);
    }
    let own_key = uncompressed(&(ProjectivePoint::GENERATOR * *secret));
    Ok(Progress {
        run: Run::Mapped { password, generator },
        answer: (Tag(0x82), own_key),
        opened: None,
    })
}

fn agree(
    password: Password,
    generator: ProjectivePoint,
    key: &[u8],
    random: &mut StdRng,
) -> Result<Progress, StatusWord> {
    let terminal = point(key).ok_or(StatusWord::WRONG_DATA)?;
    let secret = NonZeroScalar::generate_from_rng(random);
    let own_key = uncompressed(&(generator * *secret));
    if own_key == key {
        return Err(StatusWord::AUTHENTICATION_FAILED);
    }
    let shared = uncompressed(&(terminal * *secret));
    let session = Session::over(&shared[1..33]);
    let run = Run::Agreed {
        password,
        session,
        own_key: own_key.clone(),
        terminal_key: key.to_vec(),
    };
    Ok(Progress {
        run,
        answer: (Tag(0x84), own_key),
        opened: None,
    })
}

/// `7F49 {06 OID} {86 point}`.
fn token_input(key: &[u8]) -> Vec<u8> {
    let inner = concat(&[&encode(Tag(0x06), &PACE_OID), &encode(Tag(0x86), key)]);
    encode(Tag(0x7F49), &inner).to_vec()
}
