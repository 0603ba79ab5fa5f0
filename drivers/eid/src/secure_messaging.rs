//! Secure messaging with AES-128 (TR-03110-3 appendix F; ISO 7816-4 §6).
use crate::Fault;
use crate::crypto::{BLOCK, Key, equal, pad, unpadded_length};
use apdu::tlv::{self, Reader, Tag};
use apdu::{Command, NE_EXTENDED_MAX, NE_SHORT_MAX, Response, StatusWord};
use zeroize::Zeroizing;

const CRYPTOGRAM: Tag = Tag(0x87);
const EXPECTED_LENGTH: Tag = Tag(0x97);
const STATUS: Tag = Tag(0x99);
const CHECKSUM: Tag = Tag(0x8E);
/// First byte of a cryptogram: padding method 2 of ISO 7816-4.
const PADDING_INDICATOR: u8 = 0x01;

/// Keys and send sequence counter of one session.
pub(crate) struct SecureMessaging {
    encryption: Key,
    authentication: Key,
    counter: u128,
}

impl SecureMessaging {
    /// A session whose counter starts at zero (F.3).
    pub(crate) fn new(encryption: Key, authentication: Key) -> Self {
        Self {
            encryption,
            authentication,
            counter: 0,
        }
    }

    /// The command in its envelope.
    pub(crate) fn seal(&mut self, command: &Command) -> Result<Command, Fault> {
        let counter = self.advance();
        let class = command.class() | 0x0C;
        let cryptogram = match command.data() {
            [] => Zeroizing::default(),
            data => tlv::encode(
                CRYPTOGRAM,
                &tlv::concat(&[&[PADDING_INDICATOR], &self.encrypted(counter, data)]),
            ),
        };
        let expected = command.expected().map_or_else(Zeroizing::default, |ne| {
            let [_, _, bytes @ ..] = ne.to_be_bytes();
            tlv::encode(
                EXPECTED_LENGTH,
                if command.is_extended() { &bytes } else { &bytes[1..] },
            )
        });
        let header = pad(&[class, command.instruction(), command.p1(), command.p2()]);
        let objects = tlv::concat(&[&cryptogram, &expected]);
        // Without objects the header alone is authenticated (F.2.2).
        let body = if objects.is_empty() {
            Zeroizing::default()
        } else {
            pad(&objects)
        };
        let checksum = self.authentication.checksum(&[&counter, &header, &body]);
        let data = tlv::concat(&[&objects, &tlv::encode(CHECKSUM, &checksum)]);
        let ne = if command.is_extended() || data.len() > 255 {
            NE_EXTENDED_MAX
        } else {
            NE_SHORT_MAX
        };
        let (instruction, p1, p2) = (command.instruction(), command.p1(), command.p2());
        Ok(Command::new(class, instruction, p1, p2)
            .with_data(data)?
            .with_expected(ne)?)
    }

    /// The answer out of its envelope: `[87] 99 8E` in this order, checksum first, and the secured status word equal to
    /// the outer one.
    pub(crate) fn open(&mut self, response: &Response) -> Result<Response, Fault> {
        let counter = self.advance();
        let mut reader = Reader::new(response.data());
        let mut next = reader.read()?.ok_or(Fault::SecuredObjects)?;
        let mut cryptogram = None;
        if next.tag == CRYPTOGRAM {
            cryptogram = Some(next.value);
            next = reader.read()?.ok_or(Fault::SecuredObjects)?;
        }
        let (STATUS, &[high, low]) = (next.tag, next.value) else {
            return Err(Fault::SecuredObjects);
        };
        let checksum = reader.expect(CHECKSUM).map_err(|_| Fault::SecuredObjects)?;
        reader.finish().map_err(|_| Fault::SecuredObjects)?;

        // The bytes as they came, up to the checksum: `8E 08` and eight bytes stand at the end.
        let signed = response
            .data()
            .len()
            .checked_sub(checksum.value.len() + 2)
            .ok_or(Fault::SecuredObjects)?;
        let objects = response.data().get(..signed).ok_or(Fault::SecuredObjects)?;
        let expected = self.authentication.checksum(&[&counter, &pad(objects)]);
        if !equal(&expected, checksum.value) {
            return Err(Fault::Checksum);
        }
        let status = StatusWord(u16::from_be_bytes([high, low]));
        if status != response.status() {
            return Err(Fault::StatusDiffers);
        }
        let data = cryptogram.map_or_else(|| Ok(Zeroizing::default()), |value| self.decrypted(counter, value))?;
        Ok(Response::new(data, status))
    }

    fn advance(&mut self) -> [u8; BLOCK] {
        self.counter = self.counter.wrapping_add(1);
        self.counter.to_be_bytes()
    }

    fn encrypted(&self, counter: [u8; BLOCK], data: &[u8]) -> Zeroizing<Vec<u8>> {
        let mut padded = pad(data);
        self.encryption
            .encrypt(&self.encryption.encrypt_block(counter), &mut padded);
        padded
    }

    fn decrypted(&self, counter: [u8; BLOCK], value: &[u8]) -> Result<Zeroizing<Vec<u8>>, Fault> {
        let Some((&PADDING_INDICATOR, cryptogram)) = value.split_first() else {
            return Err(Fault::Cryptogram);
        };
        if cryptogram.is_empty() || cryptogram.len() % BLOCK != 0 {
            return Err(Fault::Cryptogram);
        }
        let mut data = Zeroizing::new(cryptogram.to_vec());
        self.encryption
            .decrypt(&self.encryption.encrypt_block(counter), &mut data);
        let length = unpadded_length(&data).ok_or(Fault::Cryptogram)?;
        data.truncate(length);
        Ok(data)
    }
}

/// The card's side, for tests that need a card.
#[cfg(test)]
#[path = "secure_messaging_card.rs"]
mod card;

#[cfg(test)]
#[path = "secure_messaging_tests.rs"]
mod tests;
