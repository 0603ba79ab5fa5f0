//! A card that knows PIN, CAN and all keys, opens every channel rightly, and says in it whatever an input wants. It shares
//! the primitives of the simulated card, not the `eid` crate's.
use crate::mischief::{Layer, Mischief};
use crate::world::{TODAY, empty_blocklist};
use apdu::tlv::{self, Reader, Tag};
use apdu::{Command, Response, StatusWord};
use bp256::r1::{NonZeroScalar, ProjectivePoint};
use eid::passive_auth::{RevocationPolicy, TrustStore};
use eid::{CertificateFiles, Terminal, TerminalCertificates};
use messaging::Session;
use std::sync::{Arc, OnceLock};

#[allow(dead_code)]
#[path = "../../../simulated/src/card/messaging.rs"]
mod messaging;
#[allow(dead_code)]
#[path = "../../../simulated/src/card/numbers.rs"]
mod numbers;

/// Its PIN.
pub const PIN: &str = "123456";
/// Its CAN.
pub const CAN: &str = "500540";
const DYNAMIC_DATA: Tag = Tag(0x7C);
const PACE: [u8; 10] = [0x04, 0x00, 0x7F, 0x00, 0x07, 0x02, 0x02, 0x04, 0x02, 0x02];
const CHIP_AUTHENTICATION: [u8; 10] = [0x04, 0x00, 0x7F, 0x00, 0x07, 0x02, 0x02, 0x03, 0x02, 0x02];
const MAPPING: &str = "19c428715663de745d1824b855d2b967890c99d68ed5feee9dcdf8d7bba289d2";
const AGREEMENT: &str = "15872c56908c144002177994cfaaedd5467ce150853c44535051ff24183039d8";
/// Private key to the one in `card_security.der`, as in the crate's own tests.
const CHIP: &str = "7984674cf3b3a524bf929ce8a67fcf22173da0bad595eed6deb72d22c542fa9d";
const OTHER_CHIP: &str = "752287f5b02de3c4bc3e17945118c51b23c97278e4cd748048ac56ba5bdc3d46";
const NONCE: [u8; 16] = [0x11; 16];

/// The terminal that this card is laid on.
pub fn terminal() -> Arc<Terminal> {
    static TERMINAL: OnceLock<Arc<Terminal>> = OnceLock::new();
    let make = || {
        let sector = tlv::encode(Tag(0x7F49), &[5; 290]);
        let link: &[u8] = include_bytes!("../../tests/data/cvc/link_2.cvcert");
        let files = CertificateFiles {
            terminal: include_bytes!("../../tests/data/cvc/terminal.cvcert"),
            document_verifier: include_bytes!("../../tests/data/cvc/dv.cvcert"),
            links: &[link],
            description: include_bytes!("../../tests/data/cvc/terminal.desc"),
            blocklist_sector: &sector,
            pseudonym_sector: None,
        };
        let certificates = TerminalCertificates::new(&files).expect("certificates");
        let mut trust = TrustStore::new(RevocationPolicy::WhenPresent);
        trust
            .add_csca(include_bytes!("../../tests/data/chip/csca.der"))
            .expect("a CSCA");
        assert!(certificates.valid_on(TODAY));
        Arc::new(Terminal::new(certificates, trust, empty_blocklist()).expect("a terminal"))
    };
    Arc::clone(TERMINAL.get_or_init(make))
}

/// The card.
pub struct Card<'a> {
    mischief: Mischief<'a>,
    copied_chip: bool,
    password: &'static str,
    generator: ProjectivePoint,
    agreed: Option<(Session, Vec<u8>, Vec<u8>)>,
    session: Option<Session>,
    next_session: Option<Session>,
    file: Vec<u8>,
    /// What proves the chip's signed key.
    token: Option<[u8; 8]>,
    /// It has said that the document is valid.
    pub said_valid: bool,
    /// It has shown that it has the key that was signed.
    pub proven: bool,
    /// A data group was asked for.
    pub asked_group: bool,
}

impl<'a> Card<'a> {
    /// A card that does what the input says; a copy has another key than the signed one.
    pub fn new(input: &'a [u8], copied_chip: bool) -> Self {
        Self {
            mischief: Mischief::new(input),
            copied_chip,
            password: PIN,
            generator: ProjectivePoint::GENERATOR,
            agreed: None,
            session: None,
            next_session: None,
            file: vec![],
            token: None,
            said_valid: false,
            proven: false,
            asked_group: false,
        }
    }

    /// The answer that goes over the line.
    pub fn transmit(&mut self, outer: &Command) -> Vec<u8> {
        let said = match self.session.take() {
            None => {
                let said = self.said(outer);
                self.session = self.next_session.take();
                said
            }
            Some(mut session) => {
                let inner = session.open(outer).expect("the terminal seals rightly");
                let said = self.said(&inner);
                let sealed = match Response::parse(said.clone()) {
                    Ok(response) if response.data().len() < 60_000 => session.seal(&response).encode(),
                    Ok(_) | Err(_) => said,
                };
                self.session = Some(self.next_session.take().unwrap_or(session));
                sealed
            }
        };
        self.mischief.applied(Layer::Sent, said)
    }

    fn said(&mut self, command: &Command) -> Vec<u8> {
        let right = self.right(command);
        let said = self.mischief.applied(Layer::Said, right);
        match [command.instruction(), command.p1(), command.p2()] {
            [0x20, ..] if command.data().ends_with(&[1]) => self.said_valid = said.ends_with(&[0x90, 0]),
            [0x86, ..] => {
                // A proof that doesn't arrive is none.
                let token = self.token.take();
                self.proven |= token.is_some_and(|token| said.windows(8).any(|part| part == token));
            }
            [0xB0, 0x82..=0x96, _] => self.asked_group = true,
            _ => {}
        }
        said
    }

    fn right(&mut self, command: &Command) -> Vec<u8> {
        match [command.instruction(), command.p1(), command.p2()] {
            [0xB0, ..] => self.read(command),
            [0x22, 0xC1, 0xA4] => {
                let can = command.data().windows(3).any(|object| object == [0x83, 1, 2]);
                self.password = if can { CAN } else { PIN };
                ok(&[])
            }
            [0x86, ..] => self.general_authenticate(command.data()),
            [0x84, ..] => ok(&[7; 8]),
            _ => ok(&[]),
        }
    }

    fn read(&mut self, command: &Command) -> Vec<u8> {
        let expected = command.expected().map_or(0, |ne| ne as usize);
        let mut offset = usize::from(command.p1()) << 8 | usize::from(command.p2());
        if command.p1() & 0x80 != 0 {
            offset = 0;
            let file: &[u8] = match command.p1() & 0x1F {
                0x1C => include_bytes!("../../tests/data/chip/card_access.der"),
                0x1D => include_bytes!("../../tests/data/chip/card_security.der"),
                0x04 => b"\x64\x07\x0C\x05ERIKA",
                0x08 => b"\x68\x0A\x12\x0819640812",
                0x11 => b"\x71\x12\x30\x10\xAB\x07\x0C\x05K\xC3\x96LN\xAD\x05\x13\x03D  ",
                _ => return StatusWord::NOT_FOUND.0.to_be_bytes().to_vec(),
            };
            self.file = file.to_vec();
        }
        let end = offset.saturating_add(expected).min(self.file.len());
        ok(self.file.get(offset..end).unwrap_or_default())
    }

    fn general_authenticate(&mut self, data: &[u8]) -> Vec<u8> {
        let inside = Reader::new(data)
            .expect(DYNAMIC_DATA)
            .and_then(|data| data.nested()?.read());
        let Some(object) = inside.expect("dynamic data") else {
            return dynamic(&[(0x80, &NONCE)]);
        };
        match object.tag {
            Tag(0x81) => {
                let key = numbers::derive(self.password.as_bytes(), 3);
                let nonce = numbers::number(&whole(numbers::decrypt(&key, [0; 16], &NONCE))).expect("a nonce");
                let (secret, terminal) = (scalar(MAPPING), numbers::point(object.value).expect("a point"));
                self.generator = ProjectivePoint::GENERATOR * *nonce + terminal * *secret;
                dynamic(&[(0x82, &numbers::uncompressed(&(ProjectivePoint::GENERATOR * *secret)))])
            }
            Tag(0x83) => {
                let (secret, terminal) = (scalar(AGREEMENT), numbers::point(object.value).expect("a point"));
                let own_key = numbers::uncompressed(&(self.generator * *secret));
                let shared = numbers::uncompressed(&(terminal * *secret));
                self.agreed = Some((Session::over(&shared[1..33]), own_key.clone(), object.value.to_vec()));
                dynamic(&[(0x84, &own_key)])
            }
            Tag(0x85) => self.end_pace(object.value),
            Tag(0x80) => self.authenticate_chip(object.value),
            _ => dynamic(&[(0x81, &[0xB1; 32])]),
        }
    }

    fn end_pace(&mut self, token: &[u8]) -> Vec<u8> {
        let Some((session, own_key, terminal_key)) = self.agreed.take() else {
            return StatusWord::CONDITIONS_OF_USE.0.to_be_bytes().to_vec();
        };
        if session.token(&token_input(&PACE, &own_key)) != *token {
            return StatusWord::tries(2).0.to_be_bytes().to_vec();
        }
        let own_token = session.token(&token_input(&PACE, &terminal_key));
        self.next_session = Some(session);
        dynamic(&[(0x86, &own_token), (0x87, b"DETESTeID00002"), (0x88, b"DETESTeID00001")])
    }

    fn authenticate_chip(&mut self, terminal_key: &[u8]) -> Vec<u8> {
        let secret = scalar(if self.copied_chip { OTHER_CHIP } else { CHIP });
        let shared = numbers::uncompressed(&(numbers::point(terminal_key).expect("a point") * *secret));
        // The session's keys are derived with the nonce behind the secret (TR-03110-3 A.2.3.2).
        let session = Session::over(&[&shared[1..33], &[9; 8]].concat());
        let token = session.token(&token_input(&CHIP_AUTHENTICATION, terminal_key));
        self.next_session = Some(session);
        self.token = Some(token).filter(|_| !self.copied_chip);
        dynamic(&[(0x81, &[9; 8]), (0x82, &token)])
    }
}

fn ok(data: &[u8]) -> Vec<u8> {
    [data, &[0x90, 0x00]].concat()
}

fn dynamic(objects: &[(u32, &[u8])]) -> Vec<u8> {
    let objects: Vec<_> = objects
        .iter()
        .map(|(tag, value)| tlv::encode(Tag(*tag), value).to_vec())
        .collect();
    ok(&tlv::encode(DYNAMIC_DATA, &objects.concat()))
}

fn token_input(protocol: &[u8], key: &[u8]) -> Vec<u8> {
    let parts = [
        tlv::encode(Tag(0x06), protocol).to_vec(),
        tlv::encode(Tag(0x86), key).to_vec(),
    ];
    tlv::encode(Tag(0x7F49), &parts.concat()).to_vec()
}

fn scalar(hex: &str) -> NonZeroScalar {
    let bytes = hex::decode(hex).expect("hexadecimal");
    NonZeroScalar::try_from(bytes.as_slice()).expect("a scalar")
}

fn whole(block: Vec<u8>) -> [u8; 16] {
    block.try_into().expect("one block")
}
