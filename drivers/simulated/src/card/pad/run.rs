//! EstablishPACEChannel: the reader asks for the password and runs PACE as the terminal (TR-03119 D.1.2; TR-03110-2 §3.2).
use super::super::numbers::{decrypt, derive, number, point, uncompressed};
use super::super::pace::PACE_OID;
use super::super::rules::Password;
use super::super::security_infos::token_input;
use super::input::Establish;
use super::wrapping::Wrapping;
use super::{Asks, Channel, Contact, NoSecret, Pad, output};
use apdu::tlv::{Reader, Tag, encode};
use apdu::{Command, NE_SHORT_MAX, Response, StatusWord};
use bp256::r1::{NonZeroScalar, ProjectivePoint};
use drivers_api::slot::TransportError;
use elliptic_curve::Generate;
use sha2::{Digest, Sha256};

/// Codes of TR-03119 D.1.2.
const MISSING_OBJECT: u32 = 0xE000_0002;
const WRONG_TOKEN: u32 = 0xE000_0006;
const SELECT_CARD_ACCESS: u32 = 0xF000_0000;
const READ_CARD_ACCESS: u32 = 0xF001_0000;
const SET_PASSWORD: u32 = 0xF002_0000;
const FIRST_STEP: u32 = 0xF003_0000;
const BROKEN: u32 = 0xF010_0001;
const NO_CARD: u32 = 0xF010_0002;
const ABORTED: u32 = 0xF020_0001;
const TIMED_OUT: u32 = 0xF020_0002;
/// Short id of EF.CardAccess.
const CARD_ACCESS: u8 = 0x1C;

/// What PACE found out.
struct Opened {
    wrapping: Wrapping,
    trust_points: [Vec<u8>; 2],
    card_id: Vec<u8>,
}

impl From<NoSecret> for u32 {
    fn from(none: NoSecret) -> Self {
        match none {
            NoSecret::Aborted => ABORTED,
            NoSecret::TimedOut => TIMED_OUT,
            NoSecret::Pulled => BROKEN,
        }
    }
}

impl Pad {
    pub(super) fn establish(&mut self, order: &Establish<'_>, contact: Option<&mut dyn Contact>) -> Vec<u8> {
        let Some(contact) = contact else {
            return output(NO_CARD, &[]);
        };
        let mut status = StatusWord(0);
        match self.try_establish(order, &mut status, contact) {
            Ok(data) => output(0, &data),
            Err(code) if self.manner.terse => output(code, &[]),
            Err(code) => output(code, &[&status.0.to_be_bytes()[..], &[0, 0]].concat()),
        }
    }

    fn try_establish(
        &mut self,
        order: &Establish<'_>,
        status: &mut StatusWord,
        contact: &mut dyn Contact,
    ) -> Result<Vec<u8>, u32> {
        let card_access = self.read_card_access(contact)?;
        let asks = match order.password {
            Password::Can if !order.transmitted.is_empty() => Asks::MayUseCan,
            Password::Can => Asks::Can,
            Password::Pin => Asks::Pin,
            Password::Puk => Asks::Puk,
        };
        let provider = order.provider();
        let typed = self.ask(asks, provider.as_deref(), contact)?;
        let secret = if asks == Asks::MayUseCan {
            order.transmitted
        } else {
            typed
        };
        *status = self.set_password(order, contact)?;
        let opened = self.agree(secret, contact)?;
        let mut data = status.0.to_be_bytes().to_vec();
        data.extend((card_access.len() as u16).to_le_bytes());
        data.extend(card_access);
        if !order.chat.is_empty() {
            for trust_point in &opened.trust_points {
                data.push(trust_point.len() as u8);
                data.extend(trust_point);
            }
            data.extend((opened.card_id.len() as u16).to_le_bytes());
            data.extend(opened.card_id);
        }
        self.channel = Some(Channel {
            wrapping: opened.wrapping,
            password: order.password,
            shown: (!order.description.is_empty()).then(|| Sha256::digest(order.description).into()),
        });
        Ok(data)
    }

    fn read_card_access(&mut self, contact: &mut dyn Contact) -> Result<Vec<u8>, u32> {
        let select = data(Command::new(0x00, 0xA4, 0x00, 0x0C), vec![0x3F, 0x00])?;
        self.own(&select, SELECT_CARD_ACCESS, contact)?;
        let mut file = vec![];
        loop {
            let [high, low] = (file.len() as u16).to_be_bytes();
            let (p1, p2) = if file.is_empty() {
                (0x80 | CARD_ACCESS, 0)
            } else {
                (high, low)
            };
            let read = Command::new(0x00, 0xB0, p1, p2).with_expected(0xC0);
            let response = self
                .through(&read.map_err(|_| MISSING_OBJECT)?, contact)
                .map_err(broken)?;
            match response.status() {
                StatusWord::OK | StatusWord::END_OF_FILE => file.extend_from_slice(response.data()),
                StatusWord::WRONG_OFFSET if !file.is_empty() => return Ok(file),
                refused => return Err(READ_CARD_ACCESS | u32::from(refused.0)),
            }
        }
    }

    fn set_password(&mut self, order: &Establish<'_>, contact: &mut dyn Contact) -> Result<StatusWord, u32> {
        let id = match order.password {
            Password::Can => 2,
            Password::Pin => 3,
            Password::Puk => 4,
        };
        let objects = [
            encode(Tag(0x80), &PACE_OID),
            encode(Tag(0x83), &[id]),
            encode(Tag(0x84), &[13]),
        ];
        let mut value: Vec<u8> = objects.iter().flat_map(|object| object.to_vec()).collect();
        value.extend_from_slice(order.chat);
        let command = data(Command::new(0x00, 0x22, 0xC1, 0xA4), value)?;
        let status = self.through(&command, contact).map_err(broken)?.status();
        if status == StatusWord::OK || status.tries_left().is_some() {
            Ok(status)
        } else {
            Err(SET_PASSWORD | u32::from(status.0))
        }
    }

    fn agree(&mut self, secret: &[u8], contact: &mut dyn Contact) -> Result<Opened, u32> {
        let nonce = object(&self.step(0, &[], contact)?, 0x80)?;
        let nonce = decrypt(&derive(secret, 3), [0; 16], &nonce);
        let nonce: [u8; 16] = nonce.try_into().map_err(|_| MISSING_OBJECT)?;
        let nonce = number(&nonce).ok_or(MISSING_OBJECT)?;
        let mapping = NonZeroScalar::generate_from_rng(&mut self.random);
        let own = uncompressed(&(ProjectivePoint::GENERATOR * *mapping));
        let theirs = object(&self.step(1, &encode(Tag(0x81), &own), contact)?, 0x82)?;
        let generator = ProjectivePoint::GENERATOR * *nonce + point(&theirs).ok_or(MISSING_OBJECT)? * *mapping;
        let agreement = NonZeroScalar::generate_from_rng(&mut self.random);
        let own = uncompressed(&(generator * *agreement));
        let theirs = object(&self.step(2, &encode(Tag(0x83), &own), contact)?, 0x84)?;
        let shared = uncompressed(&(point(&theirs).ok_or(MISSING_OBJECT)? * *agreement));
        let wrapping = Wrapping::over(&shared[1..33]);
        let proof = wrapping.token(&token_input(&PACE_OID, &theirs));
        let last = self.step(3, &encode(Tag(0x85), &proof), contact)?;
        if object(&last, 0x86)? != wrapping.token(&token_input(&PACE_OID, &own)) {
            return Err(WRONG_TOKEN);
        }
        Ok(Opened {
            wrapping,
            trust_points: [0x87, 0x88].map(|tag| object(&last, tag).unwrap_or_default()),
            card_id: theirs[1..33].to_vec(),
        })
    }

    /// GENERAL AUTHENTICATE, the nth of four.
    fn step(&mut self, n: u32, inside: &[u8], contact: &mut dyn Contact) -> Result<Response, u32> {
        let class = if n < 3 { 0x10 } else { 0x00 };
        let command = data(Command::new(class, 0x86, 0, 0), encode(Tag(0x7C), inside).to_vec())?;
        let command = command.with_expected(NE_SHORT_MAX).map_err(|_| MISSING_OBJECT)?;
        self.own(&command, FIRST_STEP + (n << 16), contact)
    }

    /// A command of the reader's own, which has to be answered by 9000.
    fn own(&mut self, command: &Command, code: u32, contact: &mut dyn Contact) -> Result<Response, u32> {
        let response = self.through(command, contact).map_err(broken)?;
        match response.status() {
            StatusWord::OK => Ok(response),
            refused => Err(code | u32::from(refused.0)),
        }
    }
}

fn broken(_: TransportError) -> u32 {
    BROKEN
}

fn data(command: Command, data: Vec<u8>) -> Result<Command, u32> {
    command.with_data(data).map_err(|_| MISSING_OBJECT)
}

fn object(response: &Response, tag: u32) -> Result<Vec<u8>, u32> {
    let found = || {
        let mut inside = Reader::new(response.data()).expect(Tag(0x7C)).ok()?.nested().ok()?;
        Some(inside.find(Tag(tag)).ok()??.value.to_vec())
    };
    found().ok_or(MISSING_OBJECT)
}
