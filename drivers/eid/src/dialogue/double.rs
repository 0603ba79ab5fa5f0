//! A card for tests of the dialogues: it speaks the protocols rightly but for what a test changes, with fixed keys and
//! numbers. It checks no signatures and grants no rights; the strict card is another crate's.
use super::*;
use crate::blocklist::Blocklist;
use crate::chip_auth::CHIP_AUTHENTICATION_OID;
use crate::crypto::{Key, Purpose};
use crate::curve::{KeyPair, Point, SecretScalar};
use crate::pace::{Nonce, agree, mapped_generator, token};
use crate::passive_auth::{RevocationPolicy, TrustStore};
use crate::secure_messaging::SecureMessaging;
use crate::{CertificateFiles, TerminalCertificates};
use apdu::StatusWord;
use drivers_api::private::Digits;
use jiff::civil::date;
use rand::SeedableRng;
use rand::rngs::StdRng;

const CHIP: &str = "7984674cf3b3a524bf929ce8a67fcf22173da0bad595eed6deb72d22c542fa9d";
const MAPPING: &str = "19c428715663de745d1824b855d2b967890c99d68ed5feee9dcdf8d7bba289d2";
const AGREEMENT: &str = "15872c56908c144002177994cfaaedd5467ce150853c44535051ff24183039d8";
const OTHER_KEY: &str = "752287f5b02de3c4bc3e17945118c51b23c97278e4cd748048ac56ba5bdc3d46";
const SECTOR: &[u8] = b"sector";
pub(crate) const BLOCKLIST_ID: [u8; 32] = [0xB1; 32];
pub(crate) const PSEUDONYM: [u8; 32] = [0x5E; 32];
pub(crate) const PIN: &str = "123456";
pub(crate) const CAN: &str = "500540";
pub(crate) const PUK: &str = "9876543210";

/// What a test changes about the card.
pub(crate) struct Manner {
    /// Answer to MSE:Set AT for the PIN.
    pub(crate) pin_status: u16,
    /// Answer when a password is wrong.
    pub(crate) wrong: u16,
    /// The CAN on its front.
    pub(crate) can: &'static str,
    pub(crate) trust_points: (&'static [u8], Option<&'static [u8]>),
    pub(crate) card_access: &'static [u8],
    pub(crate) card_security: Vec<u8>,
    pub(crate) atr_info: Option<Vec<u8>>,
    /// The chip has another key than the signed one.
    pub(crate) copied_chip: bool,
    /// Status words instead of the usual ones, by instruction, P1 and P2; only under secure messaging.
    pub(crate) refuses: Vec<([u8; 3], u16)>,
    /// Answers to VERIFY by the last byte of its object identifier.
    pub(crate) verdicts: [u16; 3],
    pub(crate) groups: Vec<(u8, Vec<u8>)>,
    /// An answer without secure messaging to that command of the session (counted from 0).
    pub(crate) plain_at: Option<usize>,
}

impl Default for Manner {
    fn default() -> Self {
        Self {
            pin_status: 0x9000,
            wrong: 0x63C2,
            can: CAN,
            trust_points: (b"DETESTeID00002", Some(b"DETESTeID00001")),
            card_access: include_bytes!("../../tests/data/chip/card_access.der"),
            card_security: include_bytes!("../../tests/data/chip/card_security.der").to_vec(),
            atr_info: None,
            copied_chip: false,
            refuses: vec![],
            verdicts: [0x9000; 3],
            groups: vec![(4, hex::decode("64070C054552494B41").unwrap())],
            plain_at: None,
        }
    }
}

pub(crate) struct Card {
    manner: Manner,
    password: &'static str,
    with_chat: bool,
    generator: Option<Point>,
    agreed: Option<crate::pace::Agreed>,
    session: Option<SecureMessaging>,
    next_session: Option<SecureMessaging>,
    compressed: Vec<u8>,
    /// The key that MSE:Set AT chose: protocol and key id.
    chosen: Vec<u8>,
    file: Vec<u8>,
    in_session: usize,
    /// The plain commands: instruction, P1, P2.
    pub(crate) seen: Vec<[u8; 3]>,
    /// Data of RESET RETRY COUNTER.
    pub(crate) new_pin: Option<Vec<u8>>,
    /// CHATs that were sent with passwords.
    pub(crate) chats: Vec<Vec<u8>>,
    /// Longest Le of READ BINARY.
    pub(crate) longest_read: u32,
}

fn scalar(hex: &str) -> SecretScalar {
    SecretScalar::from_number(&hex::decode(hex).unwrap()).unwrap()
}

impl Card {
    pub(crate) fn new(manner: Manner) -> Self {
        Self {
            manner,
            password: "",
            with_chat: false,
            generator: None,
            agreed: None,
            session: None,
            next_session: None,
            compressed: vec![],
            chosen: vec![],
            file: vec![],
            in_session: 0,
            seen: vec![],
            new_pin: None,
            chats: vec![],
            longest_read: 0,
        }
    }

    pub(crate) fn transmit(&mut self, bytes: &[u8]) -> Vec<u8> {
        let command = Command::parse(bytes).unwrap();
        let Some(mut session) = self.session.take() else {
            let (data, status) = self.answer(&command);
            self.session = self.next_session.take();
            return Response::new(data, StatusWord(status)).encode().to_vec();
        };
        let plain = session.unwrap_command(&command);
        let key = [plain.instruction(), plain.p1(), plain.p2()];
        let refusal = self
            .manner
            .refuses
            .iter()
            .find(|(which, _)| *which == key)
            .map(|(_, status)| *status);
        let (data, status) = match refusal {
            Some(status) => {
                self.seen.push(key);
                (vec![], status)
            }
            None => self.answer(&plain),
        };
        let number = self.in_session;
        self.in_session += 1;
        let wrapped = session.wrap_response(&data, StatusWord(status));
        self.session = Some(self.next_session.take().unwrap_or(session));
        if self.manner.plain_at == Some(number) {
            return Response::new(data, StatusWord(status)).encode().to_vec();
        }
        wrapped.encode().to_vec()
    }

    fn answer(&mut self, command: &Command) -> (Vec<u8>, u16) {
        let key = [command.instruction(), command.p1(), command.p2()];
        self.seen.push(key);
        match key {
            [0xB0, ..] => self.read(command),
            [0x22, 0xC1, 0xA4] => self.choose_password(command.data()),
            [0x22, 0x41, 0xA4] => {
                self.chosen = command.data().to_vec();
                (vec![], 0x9000)
            }
            [0x22, 0x81, 0xA4] => {
                let data = command.data();
                self.compressed = data[data.len() - 32..].to_vec();
                (vec![], 0x9000)
            }
            [0x86, ..] => self.general_authenticate(command.data()),
            [0x84, ..] => (vec![7; 8], 0x9000),
            [0x20, 0x80, 0x00] => {
                assert_eq!(command.class(), 0x80, "the class of the application");
                let last = usize::from(*command.data().last().unwrap());
                (vec![], self.manner.verdicts[last - 1])
            }
            [0x2C, ..] => {
                self.new_pin = Some(command.data().to_vec());
                (vec![], 0x9000)
            }
            _ => (vec![], 0x9000),
        }
    }

    fn read(&mut self, command: &Command) -> (Vec<u8>, u16) {
        let expected = command.expected().unwrap();
        self.longest_read = self.longest_read.max(expected);
        let mut offset = usize::from(command.p1()) << 8 | usize::from(command.p2());
        if command.p1() & 0x80 != 0 {
            offset = 0;
            let found = match command.p1() & 0x1F {
                0x1C => Some(self.manner.card_access.to_vec()),
                0x1D => Some(self.manner.card_security.clone()),
                0x01 => self.manner.atr_info.clone(),
                number => self
                    .manner
                    .groups
                    .iter()
                    .find(|(n, _)| *n == number)
                    .map(|(_, file)| file.clone()),
            };
            match found {
                Some(file) => self.file = file,
                None => return (vec![], 0x6A82),
            }
        }
        let end = (offset + expected as usize).min(self.file.len());
        (self.file[offset..end].to_vec(), 0x9000)
    }

    fn choose_password(&mut self, data: &[u8]) -> (Vec<u8>, u16) {
        let mut objects = Reader::new(data);
        let id = objects.find(Tag(0x83)).unwrap().unwrap().value[0];
        let chat = objects.find(Tag(0x7F4C)).unwrap();
        self.with_chat = chat.is_some();
        self.chats.extend(chat.map(|chat| chat.value.to_vec()));
        self.password = match id {
            PASSWORD_CAN => self.manner.can,
            PASSWORD_PUK => PUK,
            _ => PIN,
        };
        (
            vec![],
            if id == PASSWORD_PIN {
                self.manner.pin_status
            } else {
                0x9000
            },
        )
    }

    fn general_authenticate(&mut self, data: &[u8]) -> (Vec<u8>, u16) {
        let object = Reader::new(data)
            .expect(DYNAMIC_DATA)
            .unwrap()
            .nested()
            .unwrap()
            .read()
            .unwrap();
        let Some(object) = object else {
            return answer(&[(0x80, &[0x11; 16])]);
        };
        match object.tag {
            Tag(0x81) => {
                let own = KeyPair::of(scalar(MAPPING));
                let nonce = Nonce::decrypt(self.password.as_bytes(), &[0x11; 16]).unwrap();
                self.generator = Some(mapped_generator(&own, object.value, &nonce).unwrap());
                answer(&[(0x82, own.public())])
            }
            Tag(0x83) => {
                let own = self
                    .generator
                    .as_ref()
                    .unwrap()
                    .times(&scalar(AGREEMENT))
                    .unwrap()
                    .encode()
                    .unwrap();
                self.agreed = Some(agree(&scalar(AGREEMENT), &*own, object.value).unwrap());
                answer(&[(0x84, &*own)])
            }
            Tag(0x85) => {
                let agreed = self.agreed.take().unwrap();
                let own_token = agreed.own_token;
                match agreed.confirm(object.value) {
                    Ok(session) => self.next_session = Some(session),
                    Err(_) => return (vec![], self.manner.wrong),
                }
                let (current, previous) = self.manner.trust_points;
                let mut objects = vec![(0x86, own_token.as_slice())];
                if self.with_chat {
                    objects.push((0x87, current));
                    objects.extend(previous.map(|previous| (0x88, previous)));
                }
                answer(&objects)
            }
            Tag(0x80) => self.authenticate_chip(object.value),
            Tag(0xA0) => {
                let for_blocklist = self.chosen.ends_with(&[0x84, 1, 2]);
                answer(&[(0x81, if for_blocklist { &BLOCKLIST_ID } else { &PSEUDONYM })])
            }
            tag => panic!("object {tag:?}"),
        }
    }

    fn authenticate_chip(&mut self, key: &[u8]) -> (Vec<u8>, u16) {
        assert!(self.chosen.ends_with(&[0x84, 1, 0x41]), "the key is named");
        assert_eq!(key[1..33], self.compressed, "the key that was authenticated");
        let chip = scalar(if self.manner.copied_chip { OTHER_KEY } else { CHIP });
        let shared = Point::parse(key).unwrap().times(&chip).unwrap().encode().unwrap();
        let derive = |purpose| Key::derive_with(&shared[1..33], &[9; 8], purpose);
        let tag = token(&derive(Purpose::Authentication), &CHIP_AUTHENTICATION_OID, key);
        let session = SecureMessaging::new(derive(Purpose::Encryption), derive(Purpose::Authentication));
        self.next_session = Some(session);
        answer(&[(0x81, &[9; 8]), (0x82, &tag)])
    }
}

fn answer(objects: &[(u32, &[u8])]) -> (Vec<u8>, u16) {
    let parts: Vec<_> = objects
        .iter()
        .map(|(tag, value)| tlv::encode(Tag(*tag), value))
        .collect();
    let parts: Vec<&[u8]> = parts.iter().map(|part| part.as_slice()).collect();
    (tlv::encode(DYNAMIC_DATA, &tlv::concat(&parts)).to_vec(), 0x9000)
}

/// A complete list of those identifiers.
pub(crate) fn blocklist(ids: &[[u8; 32]]) -> Blocklist {
    let object = |tag, value: &[u8]| tlv::encode(Tag(tag), value).to_vec();
    let ids: Vec<u8> = ids.iter().flat_map(|id| object(0x04, id)).collect();
    let details = object(0x30, &[object(0x04, SECTOR), object(0x30, &ids)].concat());
    let parts = [vec![2, 1, 1, 2, 1, 0], object(0x04, b"1"), object(0x30, &details)].concat();
    let mut list = Blocklist::new(SECTOR);
    list.update(&object(0x30, &parts)).unwrap();
    list
}

/// A terminal that those cards know, and that knows those cards.
pub(crate) fn terminal(blocked: &[[u8; 32]]) -> Arc<Terminal> {
    let policy = RevocationPolicy::WhenPresent;
    terminal_of(include_bytes!("../../tests/data/cvc/terminal.cvcert"), blocked, policy)
}

/// The same with the right to read with the CAN.
pub(crate) fn counter() -> Arc<Terminal> {
    let policy = RevocationPolicy::WhenPresent;
    terminal_of(include_bytes!("../../tests/data/cvc/terminal_can.cvcert"), &[], policy)
}

/// A terminal that lacks what its policy asks for.
pub(crate) fn without_revocation_list() -> Arc<Terminal> {
    let policy = RevocationPolicy::Required { grace_days: 1 };
    terminal_of(include_bytes!("../../tests/data/cvc/terminal.cvcert"), &[], policy)
}

fn terminal_of(certificate: &[u8], blocked: &[[u8; 32]], policy: RevocationPolicy) -> Arc<Terminal> {
    let link: &[u8] = include_bytes!("../../tests/data/cvc/link_2.cvcert");
    let certificates = TerminalCertificates::new(&CertificateFiles {
        terminal: certificate,
        document_verifier: include_bytes!("../../tests/data/cvc/dv.cvcert"),
        links: &[link],
        description: include_bytes!("../../tests/data/cvc/terminal.desc"),
        blocklist_sector: &tlv::encode(Tag(0x7F49), &[5; 290]),
        pseudonym_sector: None,
    });
    let mut trust = TrustStore::new(policy);
    trust
        .add_csca(include_bytes!("../../tests/data/chip/csca.der"))
        .unwrap();
    Arc::new(Terminal::new(certificates.unwrap(), trust, blocklist(blocked)).unwrap())
}

pub(crate) fn circumstances() -> Circumstances {
    Circumstances {
        today: date(2026, 11, 23),
        now: Duration::from_secs(60),
        extended_length: true,
    }
}

pub(crate) fn keys() -> Prepared {
    Prepared::new(&mut StdRng::seed_from_u64(7))
}

pub(crate) fn digits(text: &str) -> Digits {
    Digits::parse(text).unwrap()
}
