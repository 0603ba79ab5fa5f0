//! The card's side of what follows PACE: terminal authentication, chip authentication, restricted identification,
//! verification of auxiliary data (TR-03110-3 B.2–B.4, B.6).
use super::chip::{Chip, status};
use super::files::Directory;
use super::messaging::Session;
use super::security_infos::{
    BLOCKLIST_KEY, CA_ECDH_AES_128, CHIP_KEY, COMMON_KEY, PSEUDONYM_KEY, sector_key, token_input,
};
use super::session::{Selected, Switch};
use crate::curve::agree_256;
use crate::der;
use crate::pki::{RI_ECDH_SHA_256, Right};
use apdu::tlv::{Reader, Tag, encode};
use apdu::{Command, Response, StatusWord};
use bp256::r1::NonZeroScalar;
use rand_core::Rng;
use sha2::{Digest, Sha256};

/// id-DateOfBirth, id-DateOfExpiry, id-MunicipalityID (TR-03110-3 A.7.5).
const DATE_OF_BIRTH: &str = "0.4.0.127.0.7.3.1.4.1";
const DATE_OF_EXPIRY: &str = "0.4.0.127.0.7.3.1.4.2";
const MUNICIPALITY_ID: &str = "0.4.0.127.0.7.3.1.4.3";

impl Chip {
    /// MSE:Set DST. Without a CHAT in PACE there is no terminal authentication (TR-03110-2 §2.3.2.1).
    pub(super) fn choose_issuer(&mut self, data: &[u8]) -> StatusWord {
        match &mut self.volatile.open {
            Some(open) if open.confined().is_some() => open.terminal.choose_issuer(data, &self.trust),
            Some(_) | None => StatusWord::SECURITY_STATUS,
        }
    }

    pub(super) fn verify_certificate(&mut self, command: &Command) -> StatusWord {
        match &mut self.volatile.open {
            Some(open) if open.confined().is_some() => open.terminal.import(command.data(), &mut self.trust),
            Some(_) | None => StatusWord::SECURITY_STATUS,
        }
    }

    pub(super) fn announce_terminal(&mut self, data: &[u8]) -> StatusWord {
        match &mut self.volatile.open {
            Some(open) if open.confined().is_some() => open.terminal.announce(data),
            Some(_) | None => StatusWord::SECURITY_STATUS,
        }
    }

    pub(super) fn challenge(&mut self, command: &Command) -> Response {
        if command.expected() != Some(8) || !command.data().is_empty() {
            return status(StatusWord::WRONG_LENGTH);
        }
        let Some(open) = &mut self.volatile.open else {
            return status(StatusWord::SECURITY_STATUS);
        };
        let mut challenge = [0; 8];
        self.random.fill_bytes(&mut challenge);
        open.terminal.keep_challenge(challenge);
        Response::new(challenge.to_vec(), StatusWord::OK)
    }

    pub(super) fn external_authenticate(&mut self, command: &Command) -> StatusWord {
        let Some(open) = &mut self.volatile.open else {
            return StatusWord::SECURITY_STATUS;
        };
        let Some(confined) = open.confined() else {
            return StatusWord::SECURITY_STATUS;
        };
        let result = open.terminal.authenticate(command.data(), &confined);
        self.volatile.authenticated |= result == StatusWord::OK;
        result
    }

    /// MSE:Set AT for chip authentication and restricted identification.
    pub(super) fn choose_internal(&mut self, data: &[u8]) -> Result<StatusWord, StatusWord> {
        let (mut protocol, mut key) = (None, None);
        let mut objects = Reader::new(data);
        while let Ok(Some(object)) = objects.read() {
            match object.tag {
                Tag(0x80) => protocol = Some(object.value),
                Tag(0x84) => key = Some(object.value),
                _ => return Err(StatusWord::WRONG_DATA),
            }
        }
        if objects.finish().is_err() {
            return Err(StatusWord::WRONG_DATA);
        }
        self.volatile.selected = match protocol {
            Some(oid) if oid == der::oid_value(CA_ECDH_AES_128) => self.choose_chip_key(key)?,
            Some(oid) if oid == der::oid_value(RI_ECDH_SHA_256) => self.choose_identification_key(key)?,
            Some(_) | None => return Err(StatusWord::WRONG_DATA),
        };
        Ok(StatusWord::OK)
    }

    /// Without object 84 it isn't clear which key is meant: every card here has two (TR-03110-3 B.14.1).
    fn choose_chip_key(&self, key: Option<&[u8]>) -> Result<Selected, StatusWord> {
        let open = self.volatile.open.as_ref().filter(|open| !open.chip_authenticated);
        let terminal = open
            .and_then(|open| open.terminal.done())
            .ok_or(StatusWord::SECURITY_STATUS)?;
        match key {
            Some(&[COMMON_KEY]) => Ok(Selected::Chip(COMMON_KEY)),
            Some(&[CHIP_KEY]) if terminal.rights.allows(Right::PrivilegedTerminal) => Ok(Selected::Chip(CHIP_KEY)),
            Some(&[CHIP_KEY]) => Err(StatusWord::SECURITY_STATUS),
            Some(_) => Err(StatusWord::REFERENCE_NOT_FOUND),
            None => Err(StatusWord::WRONG_DATA),
        }
    }

    /// Restricted identification belongs to the eID application (TR-03110-4 §2.2.7).
    fn choose_identification_key(&self, key: Option<&[u8]>) -> Result<Selected, StatusWord> {
        let terminal = self.volatile.trusted_terminal().ok_or(StatusWord::SECURITY_STATUS)?;
        if self.volatile.directory != Directory::Eid {
            return Err(StatusWord::CONDITIONS_OF_USE);
        }
        match key {
            Some(&[BLOCKLIST_KEY]) => Ok(Selected::Restricted(BLOCKLIST_KEY)),
            Some(&[PSEUDONYM_KEY]) if terminal.rights.allows(Right::RestrictedIdentification) => {
                Ok(Selected::Restricted(PSEUDONYM_KEY))
            }
            Some(&[PSEUDONYM_KEY]) => Err(StatusWord::SECURITY_STATUS),
            Some(_) => Err(StatusWord::REFERENCE_NOT_FOUND),
            None => Err(StatusWord::WRONG_DATA),
        }
    }

    /// Chip authentication version 2 (TR-03110-2 §3.4): only with the ephemeral key that was authenticated before.
    pub(super) fn authenticate_chip(
        &mut self,
        key: u8,
        object: Option<(Tag, &[u8])>,
    ) -> Result<(Vec<u8>, Option<Switch>), StatusWord> {
        let Some((Tag(0x80), public)) = object else {
            return Err(StatusWord::WRONG_DATA);
        };
        let terminal = self.volatile.open.as_ref().and_then(|open| open.terminal.done());
        let terminal = terminal.ok_or(StatusWord::SECURITY_STATUS)?;
        let secret = if key == CHIP_KEY {
            &self.keys.chip
        } else {
            &self.keys.common
        };
        let shared = agree_256(secret, public).ok_or(StatusWord::WRONG_DATA)?;
        if public[1..33] != terminal.ephemeral {
            return Err(StatusWord::AUTHENTICATION_FAILED);
        }
        let mut nonce = [0; 8];
        self.random.fill_bytes(&mut nonce);
        let messaging = Session::over(&[&shared[1..33], &nonce].concat());
        let token = messaging.token(&token_input(&der::oid_value(CA_ECDH_AES_128), public));
        let objects = [encode(Tag(0x81), &nonce).to_vec(), encode(Tag(0x82), &token).to_vec()].concat();
        Ok((objects, Some(Switch::Rekeyed(messaging))))
    }

    /// Restricted identification (TR-03110-2 §3.6): an id for a sector that stands in the terminal's certificate.
    pub(super) fn identify(&self, key: u8, object: Option<(Tag, &[u8])>) -> Result<Vec<u8>, StatusWord> {
        let (answer, value) = match object {
            Some((Tag(0xA0), value)) => (Tag(0x81), value),
            Some((Tag(0xA2), value)) => (Tag(0x83), value),
            Some(_) | None => return Err(StatusWord::WRONG_DATA),
        };
        let terminal = self.volatile.trusted_terminal().ok_or(StatusWord::SECURITY_STATUS)?;
        let hash = Sha256::digest(der::tlv(0x7F49, &[value]));
        if !terminal.sectors.iter().any(|sector| **sector == *hash) {
            return Err(StatusWord::WRONG_DATA);
        }
        let point = Reader::new(value).find(Tag(0x86)).ok().flatten();
        let point = point
            .filter(|point| sector_key(point.value) == value)
            .ok_or(StatusWord::WRONG_DATA)?;
        let secret = if key == PSEUDONYM_KEY {
            &self.keys.pseudonym
        } else {
            &self.keys.blocklist
        };
        let id = sector_id(secret, point.value).ok_or(StatusWord::WRONG_DATA)?;
        Ok(encode(answer, &id).to_vec())
    }

    /// VERIFY (TR-03110-3 B.14.10): compares what the terminal committed itself to.
    pub(super) fn verify(&self, command: &Command) -> StatusWord {
        if (command.class(), command.p1(), command.p2()) != (0x80, 0x80, 0x00) {
            return StatusWord::WRONG_P1_P2;
        }
        let Some(terminal) = self.volatile.trusted_terminal() else {
            return StatusWord::SECURITY_STATUS;
        };
        if self.volatile.directory != Directory::Eid {
            return StatusWord::CONDITIONS_OF_USE;
        }
        let mut objects = Reader::new(command.data());
        let (Ok(name), Ok(())) = (objects.expect(Tag(0x06)), objects.finish()) else {
            return StatusWord::WRONG_DATA;
        };
        let is = |oid: &str| name.value == der::oid_value(oid);
        let allowed = match name.value {
            _ if is(DATE_OF_BIRTH) => terminal.rights.allows(Right::AgeVerification),
            _ if is(MUNICIPALITY_ID) => terminal.rights.allows(Right::MunicipalityIdVerification),
            _ if is(DATE_OF_EXPIRY) => true,
            _ => return StatusWord::REFERENCE_NOT_FOUND,
        };
        if !allowed {
            return StatusWord::SECURITY_STATUS;
        }
        let Some(wanted) = terminal.auxiliary(name.value) else {
            return StatusWord::REFERENCE_NOT_FOUND;
        };
        let facts = &self.facts;
        let holds = if is(DATE_OF_BIRTH) {
            let born = facts.born_at_the_latest.as_deref().filter(|_| is_date(wanted));
            born.map(|born| born.as_bytes() <= wanted)
        } else if is(DATE_OF_EXPIRY) {
            is_date(wanted).then(|| facts.date_of_expiry.as_bytes() >= wanted)
        } else {
            let municipality = facts.municipality.as_deref().filter(|_| !wanted.is_empty());
            municipality.map(|municipality| municipality.starts_with(wanted))
        };
        match holds {
            Some(true) => StatusWord::OK,
            Some(false) => StatusWord::AUTHENTICATION_FAILED,
            None => StatusWord::REFERENCE_NOT_FOUND,
        }
    }
}

/// `SHA-256(x)` of the common point (TR-03110-3 A.5.4).
pub(super) fn sector_id(secret: &NonZeroScalar, sector: &[u8]) -> Option<[u8; 32]> {
    let common = agree_256(secret, sector)?;
    Some(Sha256::digest(&common[1..33]).into())
}

fn is_date(text: &[u8]) -> bool {
    text.len() == 8 && text.iter().all(u8::is_ascii_digit)
}
