//! A terminal of its own for tests, written from TR-03110 byte by byte and apart from the `eid` crate: it can misbehave
//! at every step.
use super::channel::{Channel, cbc, derive, mac};
pub(crate) use super::channel::{bytes, find, plain, tlv};
use bp256::r1::{AffinePoint, NonZeroScalar, ProjectivePoint, Sec1Point};
use drivers_api::signer::TerminalSigner;
use drivers_api::slot::CardTransport;
use elliptic_curve::Generate;
use elliptic_curve::sec1::{FromSec1Point, ToSec1Point};
use rand::SeedableRng;
use rand::rngs::StdRng;
use simulated::card::Card;
use simulated::pki::{Chat, Terminal};

pub(crate) const PACE: [u8; 10] = [4, 0, 0x7F, 0, 7, 2, 2, 4, 2, 2];
pub(crate) const CA: [u8; 10] = [4, 0, 0x7F, 0, 7, 2, 2, 3, 2, 2];
pub(crate) const TA: [u8; 10] = [4, 0, 0x7F, 0, 7, 2, 2, 2, 2, 3];
pub(crate) const RI: [u8; 10] = [4, 0, 0x7F, 0, 7, 2, 2, 5, 2, 3];
pub(crate) const CAN_ID: u8 = 2;
pub(crate) const PIN_ID: u8 = 3;
pub(crate) const PUK_ID: u8 = 4;
pub(crate) const EID: [u8; 9] = [0xE8, 7, 4, 0, 0x7F, 0, 7, 3, 2];

fn point(bytes: &[u8]) -> ProjectivePoint {
    AffinePoint::from_sec1_point(&Sec1Point::from_bytes(bytes).unwrap())
        .unwrap()
        .into()
}

fn written(point: &ProjectivePoint) -> Vec<u8> {
    point.to_sec1_point(false).as_bytes().to_vec()
}

/// Changes a command.
pub(crate) type Meddle = Box<dyn Fn(&mut Vec<u8>)>;

/// A terminal at work with a card.
pub(crate) struct Desk {
    pub(crate) card: Card,
    pub(crate) channel: Option<Channel>,
    /// Compressed ephemeral key of the card in PACE.
    pub(crate) id_icc: Vec<u8>,
    /// 87 and 88 of PACE.
    pub(crate) references: Vec<String>,
    /// Ephemeral key for chip authentication.
    pub(crate) ephemeral: NonZeroScalar,
    /// Changes the bytes of every command just before the card gets them.
    pub(crate) meddle: Option<Meddle>,
    random: StdRng,
}

impl Desk {
    pub(crate) fn new(card: Card) -> Self {
        let mut random = StdRng::seed_from_u64(42);
        Self {
            card,
            channel: None,
            id_icc: vec![],
            references: vec![],
            ephemeral: NonZeroScalar::generate_from_rng(&mut random),
            meddle: None,
            random,
        }
    }

    /// Power off and on.
    pub(crate) fn reset(&mut self) {
        self.card.reset();
        self.channel = None;
    }

    /// Sends bytes as they are.
    pub(crate) fn raw(&mut self, hex: &str) -> u16 {
        let answer = self.card.transmit(&bytes(hex)).unwrap();
        u16::from_be_bytes(*answer.last_chunk().unwrap())
    }

    /// Sends a command, inside the channel if there is one.
    pub(crate) fn send(&mut self, header: [u8; 4], data: &[u8], le: Option<u32>) -> (Vec<u8>, u16) {
        let mut command = match &mut self.channel {
            Some(channel) => channel.seal(header, data, le),
            None => plain(header, data, le),
        };
        if let Some(meddle) = &self.meddle {
            meddle(&mut command);
        }
        let answer = self.card.transmit(&command).unwrap();
        match &mut self.channel {
            Some(channel) if answer.len() > 2 => channel.open(&answer),
            Some(_) | None => {
                let (data, status) = answer.split_at(answer.len() - 2);
                (data.to_vec(), u16::from_be_bytes([status[0], status[1]]))
            }
        }
    }

    pub(crate) fn status(&mut self, header: [u8; 4], data: &[u8]) -> u16 {
        self.send(header, data, None).1
    }

    /// MSE:Set AT for PACE.
    pub(crate) fn choose(&mut self, password: u8, rights: Option<Chat>) -> u16 {
        let mut data = [tlv(0x80, &PACE), tlv(0x83, &[password]), tlv(0x84, &[13])].concat();
        data.extend(rights.into_iter().flat_map(Chat::template));
        self.status([0, 0x22, 0xC1, 0xA4], &data)
    }

    fn authenticate(&mut self, class: u8, object: &[u8]) -> Result<Vec<u8>, u16> {
        match self.send([class, 0x86, 0, 0], &tlv(0x7C, object), Some(256)) {
            (data, 0x9000) => Ok(find(&data, 0x7C).unwrap()),
            (_, status) => Err(status),
        }
    }

    /// PACE; inside the channel if there is one. The error is the card's refusal.
    pub(crate) fn pace(&mut self, password: u8, secret: &str, rights: Option<Chat>) -> Result<(), u16> {
        let state = self.choose(password, rights);
        if !matches!(state, 0x9000 | 0x63C0..=0x63CF | 0x6283) {
            return Err(state);
        }
        let nonce = find(&self.authenticate(0x10, &[])?, 0x80).unwrap();
        let nonce = cbc(&derive(secret.as_bytes(), 3), [0; 16], &nonce, false);
        let nonce = NonZeroScalar::try_from([&[0; 16], &nonce[..]].concat().as_slice()).unwrap();
        let map = NonZeroScalar::generate_from_rng(&mut self.random);
        let mapping = self.authenticate(0x10, &tlv(0x81, &written(&(ProjectivePoint::GENERATOR * *map))))?;
        let generator = ProjectivePoint::GENERATOR * *nonce + point(&find(&mapping, 0x82).unwrap()) * *map;
        let secret = NonZeroScalar::generate_from_rng(&mut self.random);
        let own = written(&(generator * *secret));
        let theirs = find(&self.authenticate(0x10, &tlv(0x83, &own))?, 0x84).unwrap();
        let channel = Channel::over(&written(&(point(&theirs) * *secret))[1..33]);
        let token = |key: &[u8]| {
            mac(
                &channel.authentication,
                &tlv(0x7F49, &[tlv(6, &PACE), tlv(0x86, key)].concat()),
            )
        };
        let last = self.authenticate(0x00, &tlv(0x85, &token(&theirs)))?;
        assert_eq!(find(&last, 0x86).unwrap(), token(&own), "token of the card");
        let references = [0x87, 0x88].into_iter().filter_map(|tag| find(&last, tag));
        self.references = references.map(|name| String::from_utf8(name).unwrap()).collect();
        self.id_icc = theirs[1..33].to_vec();
        self.channel = Some(channel);
        Ok(())
    }

    /// MSE:Set DST and PSO:Verify Certificate for one certificate `7F21`.
    pub(crate) fn present(&mut self, certificate: &[u8]) -> u16 {
        let inner = find(certificate, 0x7F21).unwrap();
        let authority = find(&find(&inner, 0x7F4E).unwrap(), 0x42).unwrap();
        match self.status([0, 0x22, 0x81, 0xB6], &tlv(0x83, &authority)) {
            0x9000 => self.status([0, 0x2A, 0x00, 0xBE], &inner),
            refused => refused,
        }
    }

    pub(crate) fn challenge(&mut self) -> Vec<u8> {
        let (challenge, status) = self.send([0, 0x84, 0, 0], &[], Some(8));
        assert_eq!(status, 0x9000);
        challenge
    }

    /// MSE:Set AT for terminal authentication; `auxiliary` is the object 67 or nothing.
    pub(crate) fn announce(&mut self, terminal: &Terminal, auxiliary: &[u8]) -> u16 {
        let data = [
            tlv(0x80, &TA),
            tlv(0x83, terminal.holder()),
            auxiliary.to_vec(),
            tlv(0x91, &self.compressed()),
        ];
        self.status([0, 0x22, 0x81, 0xA4], &data.concat())
    }

    pub(crate) fn compressed(&self) -> Vec<u8> {
        written(&(ProjectivePoint::GENERATOR * *self.ephemeral))[1..33].to_vec()
    }

    /// EXTERNAL AUTHENTICATE.
    pub(crate) fn prove(&mut self, terminal: &Terminal, challenge: &[u8], auxiliary: &[u8]) -> u16 {
        let message = [&self.id_icc[..], challenge, &self.compressed(), auxiliary].concat();
        let signature = terminal.signer().sign(terminal.holder(), &message).unwrap();
        self.status([0, 0x82, 0, 0], &signature)
    }

    /// The whole of terminal authentication; the first refusal ends it.
    pub(crate) fn terminal_authentication(&mut self, terminal: &Terminal, auxiliary: &[u8]) -> u16 {
        let challenge = self.challenge();
        for certificate in &terminal.chain {
            match self.present(certificate) {
                0x9000 => {}
                refused => return refused,
            }
        }
        match self.announce(terminal, auxiliary) {
            0x9000 => self.prove(terminal, &challenge, auxiliary),
            refused => refused,
        }
    }

    pub(crate) fn choose_internal(&mut self, protocol: &[u8], key: u8) -> u16 {
        self.status(
            [0, 0x22, 0x41, 0xA4],
            &[tlv(0x80, protocol), tlv(0x84, &[key])].concat(),
        )
    }

    /// Chip authentication with that key of the card; checks the token with the public key.
    pub(crate) fn chip_authentication(&mut self, key: u8, public: &[u8]) -> Result<(), u16> {
        match self.choose_internal(&CA, key) {
            0x9000 => {}
            refused => return Err(refused),
        }
        let own = written(&(ProjectivePoint::GENERATOR * *self.ephemeral));
        let answer = self.authenticate(0x00, &tlv(0x80, &own))?;
        let (nonce, token) = (find(&answer, 0x81).unwrap(), find(&answer, 0x82).unwrap());
        let shared = written(&(point(public) * *self.ephemeral));
        let channel = Channel::over(&[&shared[1..33], &nonce].concat());
        let expected = mac(
            &channel.authentication,
            &tlv(0x7F49, &[tlv(6, &CA), tlv(0x86, &own)].concat()),
        );
        if token != expected {
            return Err(0);
        }
        self.channel = Some(channel);
        Ok(())
    }

    /// Restricted identification; `tag` is A0 or A2, `sector` the data object `7F49`.
    pub(crate) fn identify(&mut self, tag: u32, sector: &[u8]) -> Result<Vec<u8>, u16> {
        let key = find(sector, 0x7F49).unwrap();
        let answer = self.authenticate(0x00, &tlv(tag, &key))?;
        Ok(find(&answer, tag & 0x0F | 0x80 | 1).unwrap())
    }

    pub(crate) fn select_eid(&mut self) -> u16 {
        self.status([0, 0xA4, 0x04, 0x0C], &EID)
    }

    /// Reads a file by its short id, piece by piece.
    pub(crate) fn read(&mut self, short_id: u8) -> Result<Vec<u8>, u16> {
        let mut file = match self.send([0, 0xB0, 0x80 | short_id, 0], &[], Some(200)) {
            (data, 0x9000 | 0x6282) => data,
            (_, status) => return Err(status),
        };
        loop {
            let [high, low] = (file.len() as u16).to_be_bytes();
            match self.send([0, 0xB0, high, low], &[], Some(200)) {
                (data, 0x9000 | 0x6282) => file.extend(data),
                (_, 0x6B00) => return Ok(file),
                (_, status) => return Err(status),
            }
        }
    }
}
