//! Secure messaging and its primitives, written from TR-03110-3 A.2 and F for the test terminal alone.
use aes::Aes128;
use aes::cipher::{BlockCipherDecrypt, BlockCipherEncrypt, KeyInit};
use apdu::tlv::{Reader, Tag, encode};
use cmac::{Cmac, Mac};
use sha1::{Digest, Sha1};

pub(crate) fn tlv(tag: u32, value: &[u8]) -> Vec<u8> {
    encode(Tag(tag), value).to_vec()
}

/// First object of that tag.
pub(crate) fn find(data: &[u8], tag: u32) -> Option<Vec<u8>> {
    Reader::new(data)
        .find(Tag(tag))
        .unwrap()
        .map(|object| object.value.to_vec())
}

pub(crate) fn bytes(hex: &str) -> Vec<u8> {
    let pairs = hex.as_bytes().chunks(2);
    pairs
        .map(|pair| u8::from_str_radix(core::str::from_utf8(pair).unwrap(), 16).unwrap())
        .collect()
}

pub(crate) type Key = [u8; 16];

pub(crate) fn derive(secret: &[u8], counter: u8) -> Key {
    let digest = Sha1::digest([secret, &[0, 0, 0, counter]].concat());
    digest[..16].try_into().unwrap()
}

pub(crate) fn mac(key: &Key, message: &[u8]) -> Vec<u8> {
    let mut mac = <Cmac<Aes128> as KeyInit>::new(key.into());
    mac.update(message);
    mac.finalize().into_bytes()[..8].to_vec()
}

fn block(key: &Key, block: Key) -> Key {
    let mut block = block.into();
    Aes128::new(key.into()).encrypt_block(&mut block);
    block.into()
}

pub(crate) fn cbc(key: &Key, mut iv: Key, data: &[u8], encrypting: bool) -> Vec<u8> {
    let mut out = vec![];
    for chunk in data.chunks(16) {
        let chunk: Key = chunk.try_into().unwrap();
        if encrypting {
            iv = block(key, core::array::from_fn(|at| chunk[at] ^ iv[at]));
            out.extend(iv);
        } else {
            let mut plain = chunk.into();
            Aes128::new(key.into()).decrypt_block(&mut plain);
            out.extend(plain.iter().zip(iv).map(|(a, b)| a ^ b));
            iv = chunk;
        }
    }
    out
}

fn pad(mut data: Vec<u8>) -> Vec<u8> {
    data.push(0x80);
    data.resize(data.len().next_multiple_of(16), 0);
    data
}

/// Keys and counter of secure messaging.
pub(crate) struct Channel {
    encryption: Key,
    pub(crate) authentication: Key,
    counter: u128,
}

impl Channel {
    pub(crate) fn over(secret: &[u8]) -> Self {
        Self {
            encryption: derive(secret, 1),
            authentication: derive(secret, 2),
            counter: 0,
        }
    }

    fn iv(&self) -> Key {
        block(&self.encryption, self.counter.to_be_bytes())
    }

    pub(crate) fn seal(&mut self, header: [u8; 4], data: &[u8], le: Option<u32>) -> Vec<u8> {
        self.counter += 1;
        let header = [header[0] | 0x0C, header[1], header[2], header[3]];
        let mut objects = vec![];
        if !data.is_empty() {
            let sealed = cbc(&self.encryption, self.iv(), &pad(data.to_vec()), true);
            objects.extend(tlv(0x87, &[&[1], &sealed[..]].concat()));
        }
        match le {
            None => {}
            Some(le @ 1..=256) => objects.extend(tlv(0x97, &[le as u8])),
            Some(le) => objects.extend(tlv(0x97, &(le as u16).to_be_bytes())),
        }
        let body = if objects.is_empty() {
            vec![]
        } else {
            pad(objects.clone())
        };
        let message = [self.counter.to_be_bytes().to_vec(), pad(header.to_vec()), body].concat();
        objects.extend(tlv(0x8E, &mac(&self.authentication, &message)));
        let extended = objects.len() > 255 || le.is_some_and(|le| le > 256);
        plain(header, &objects, Some(if extended { 65_536 } else { 256 }))
    }

    /// Opens an answer; panics when it isn't the standard's.
    pub(crate) fn open(&mut self, answer: &[u8]) -> (Vec<u8>, u16) {
        self.counter += 1;
        let (objects, outer) = answer.split_at(answer.len() - 2);
        let sum = find(objects, 0x8E).unwrap();
        let message = [
            &self.counter.to_be_bytes()[..],
            &pad(objects[..objects.len() - 10].to_vec()),
        ]
        .concat();
        assert_eq!(mac(&self.authentication, &message), sum, "checksum of the answer");
        assert_eq!(find(objects, 0x99).unwrap(), outer);
        let data = find(objects, 0x87).map_or_else(Vec::new, |sealed| {
            let mut data = cbc(&self.encryption, self.iv(), &sealed[1..], false);
            while data.pop() != Some(0x80) {}
            data
        });
        (data, u16::from_be_bytes([outer[0], outer[1]]))
    }
}

/// A command without secure messaging.
pub(crate) fn plain(header: [u8; 4], data: &[u8], le: Option<u32>) -> Vec<u8> {
    let mut out = header.to_vec();
    let extended = data.len() > 255 || le.is_some_and(|le| le > 256);
    match (extended, data.len()) {
        (false, 0) => {}
        (false, length) => out.push(length as u8),
        (true, 0) => out.push(0),
        (true, length) => out.extend([0, (length >> 8) as u8, length as u8]),
    }
    out.extend(data);
    match le {
        None => {}
        Some(le) if extended => out.extend((le as u16).to_be_bytes()),
        Some(le) => out.push(le as u8),
    }
    out
}
