//! The card's side of secure messaging (TR-03110-3 appendix F). Strict: an object missing is 6987, anything wrong is
//! 6988, and both end the session.
use super::numbers::{BLOCK, Key, checksum, decrypt, derive, encrypt, encrypt_block, pad, unpad};
use apdu::tlv::{Reader, Tag, Tlv, concat, encode};
use apdu::{Command, NE_EXTENDED_MAX, NE_SHORT_MAX, Response, StatusWord};

/// Keys and counter of a session.
pub(super) struct Session {
    encryption: Key,
    authentication: Key,
    counter: u128,
}

impl Session {
    /// A session over the shared secret of a key agreement.
    pub(super) fn over(shared: &[u8]) -> Self {
        Self {
            encryption: derive(shared, 1),
            authentication: derive(shared, 2),
            counter: 0,
        }
    }

    /// Token over a public key with this session's authentication key.
    pub(super) fn token(&self, message: &[u8]) -> [u8; 8] {
        checksum(&self.authentication, message)
    }

    /// The command inside a secured one.
    pub(super) fn open(&mut self, outer: &Command) -> Result<Command, StatusWord> {
        self.counter += 1;
        let (missing, incorrect) = (
            StatusWord::SECURE_MESSAGING_MISSING,
            StatusWord::SECURE_MESSAGING_INCORRECT,
        );
        let mut objects = objects(outer.data()).ok_or(incorrect)?.into_iter().peekable();
        let cryptogram = objects.next_if(|object| object.tag == Tag(0x87));
        let expected = objects.next_if(|object| object.tag == Tag(0x97));
        let sum = objects.next_if(|object| object.tag == Tag(0x8E)).ok_or(missing)?;
        if objects.next().is_some() || sum.value.len() != 8 || outer.expected().is_none() {
            return Err(incorrect);
        }
        let signed = &outer.data()[..outer.data().len() - 10];
        let header = vec![outer.class(), outer.instruction(), outer.p1(), outer.p2()];
        let body = if signed.is_empty() {
            vec![]
        } else {
            pad(signed.to_vec())
        };
        let message = [self.counter.to_be_bytes().to_vec(), pad(header), body].concat();
        if checksum(&self.authentication, &message) != *sum.value {
            return Err(incorrect);
        }
        let data = match cryptogram {
            Some(cryptogram) => self.decrypted(cryptogram.value).ok_or(incorrect)?,
            None => vec![],
        };
        let class = outer.class() & !0x0C;
        let inner = Command::new(class, outer.instruction(), outer.p1(), outer.p2()).with_data(data);
        let inner = inner.map_err(|_| incorrect)?;
        match expected.map(|object| object.value) {
            None => Ok(inner),
            Some([0]) => inner.with_expected(NE_SHORT_MAX).map_err(|_| incorrect),
            Some([0, 0]) => inner.with_expected(NE_EXTENDED_MAX).map_err(|_| incorrect),
            Some([ne]) => inner.with_expected(u32::from(*ne)).map_err(|_| incorrect),
            Some([a, b]) => inner
                .with_expected(u32::from(u16::from_be_bytes([*a, *b])))
                .map_err(|_| incorrect),
            Some(_) => Err(incorrect),
        }
    }

    /// The answer in its envelope.
    pub(super) fn seal(&mut self, inner: &Response) -> Response {
        self.counter += 1;
        let cryptogram = match inner.data() {
            [] => vec![],
            data => {
                let encrypted = encrypt(&self.encryption, self.iv(), &pad(data.to_vec()));
                encode(Tag(0x87), &concat(&[&[0x01], &encrypted])).to_vec()
            }
        };
        let status = encode(Tag(0x99), &inner.status().0.to_be_bytes());
        let objects = [cryptogram, status.to_vec()].concat();
        let message = [self.counter.to_be_bytes().to_vec(), pad(objects.clone())].concat();
        let sum = encode(Tag(0x8E), &checksum(&self.authentication, &message));
        Response::new([objects, sum.to_vec()].concat(), inner.status())
    }

    /// Bytes of a secured answer that carries so many bytes of data.
    pub(super) fn sealed_length(data: usize) -> usize {
        let cryptogram = if data == 0 { 0 } else { 1 + (data / BLOCK + 1) * BLOCK };
        let head = match cryptogram {
            0 => 0,
            1..=0x7F => 2,
            0x80..=0xFF => 3,
            _ => 4,
        };
        head + cryptogram + 14
    }

    fn iv(&self) -> Key {
        encrypt_block(&self.encryption, self.counter.to_be_bytes())
    }

    fn decrypted(&self, value: &[u8]) -> Option<Vec<u8>> {
        let (indicator, cryptogram) = value.split_first()?;
        if *indicator != 0x01 || cryptogram.is_empty() || cryptogram.len() % BLOCK != 0 {
            return None;
        }
        unpad(decrypt(&self.encryption, self.iv(), cryptogram))
    }
}

fn objects(data: &[u8]) -> Option<Vec<Tlv<'_>>> {
    let mut reader = Reader::new(data);
    let mut objects = vec![];
    while let Some(object) = reader.read().ok()? {
        objects.push(object);
    }
    Some(objects)
}
