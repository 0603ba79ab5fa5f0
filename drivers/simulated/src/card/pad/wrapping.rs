//! The terminal's side of secure messaging as the reader has it (TR-03110-3 appendix F).
use super::super::numbers::{Key, checksum, decrypt, derive, encrypt, encrypt_block, pad, unpad};
use apdu::tlv::{Reader, Tag, concat, encode};
use apdu::{Command, NE_EXTENDED_MAX, NE_SHORT_MAX, Response, StatusWord};

/// Longest secured data for which short lengths do.
const SHORT_BYTES_MAX: usize = 255;

pub(super) struct Wrapping {
    encryption: Key,
    authentication: Key,
    counter: u128,
}

impl Wrapping {
    /// Over the shared secret of PACE.
    pub(super) fn over(shared: &[u8]) -> Self {
        Self {
            encryption: derive(shared, 1),
            authentication: derive(shared, 2),
            counter: 0,
        }
    }

    /// Token over a public key.
    pub(super) fn token(&self, message: &[u8]) -> [u8; 8] {
        checksum(&self.authentication, message)
    }

    pub(super) fn seal(&mut self, inner: &Command) -> Command {
        self.counter += 1;
        let header = [inner.class() | 0x0C, inner.instruction(), inner.p1(), inner.p2()];
        let cryptogram = match inner.data() {
            [] => vec![],
            data => {
                let encrypted = encrypt(&self.encryption, self.iv(), &pad(data.to_vec()));
                encode(Tag(0x87), &concat(&[&[0x01], &encrypted])).to_vec()
            }
        };
        let [.., high, low] = inner.expected().unwrap_or(0).to_be_bytes();
        let expected = match inner.expected() {
            None => vec![],
            Some(..=NE_SHORT_MAX) => encode(Tag(0x97), &[low]).to_vec(),
            Some(_) => encode(Tag(0x97), &[high, low]).to_vec(),
        };
        let objects = [cryptogram, expected].concat();
        let body = if objects.is_empty() {
            vec![]
        } else {
            pad(objects.clone())
        };
        let message = [self.counter.to_be_bytes().to_vec(), pad(header.to_vec()), body].concat();
        let sum = encode(Tag(0x8E), &checksum(&self.authentication, &message));
        let data = [objects, sum.to_vec()].concat();
        let long = inner.is_extended() || data.len() > SHORT_BYTES_MAX;
        let ne = if long { NE_EXTENDED_MAX } else { NE_SHORT_MAX };
        let [class, instruction, p1, p2] = header;
        let outer = Command::new(class, instruction, p1, p2).with_data(data);
        outer
            .and_then(|outer| outer.with_expected(ne))
            // Longer than any command can be: the card will say so.
            .unwrap_or_else(|_| Command::new(class, instruction, p1, p2))
    }

    /// The answer inside; `None` when it isn't secured rightly.
    pub(super) fn open(&mut self, outer: &Response) -> Option<Response> {
        self.counter += 1;
        let mut objects = Reader::new(outer.data());
        let mut object = objects.read().ok()??;
        let mut data = vec![];
        if object.tag == Tag(0x87) {
            let (indicator, cryptogram) = object.value.split_first()?;
            if *indicator != 1 || cryptogram.is_empty() || cryptogram.len() % 16 != 0 {
                return None;
            }
            data = unpad(decrypt(&self.encryption, self.iv(), cryptogram))?;
            object = objects.read().ok()??;
        }
        let status: [u8; 2] = object.value.try_into().ok().filter(|_| object.tag == Tag(0x99))?;
        let sum = objects.expect(Tag(0x8E)).ok()?.value;
        objects.finish().ok()?;
        let signed = outer.data().get(..outer.data().len().checked_sub(2 + sum.len())?)?;
        let message = [self.counter.to_be_bytes().to_vec(), pad(signed.to_vec())].concat();
        let inner = StatusWord(u16::from_be_bytes(status));
        let right = checksum(&self.authentication, &message) == *sum && inner == outer.status();
        right.then(|| Response::new(data, inner))
    }

    fn iv(&self) -> Key {
        encrypt_block(&self.encryption, self.counter.to_be_bytes())
    }
}
