//! The card's side of terminal authentication version 2 (TR-03110-2 §3.3, TR-03110-3 B.3).
use super::trust::{Imported, Trust};
use crate::curve::verify_256;
use crate::der;
use crate::pki::{Chat, Role, TA_ECDSA_SHA_256};
use apdu::StatusWord;
use apdu::tlv::{Reader, Tag};

/// Where terminal authentication stands within a session.
#[derive(Default)]
pub(super) struct TerminalAuthentication {
    /// Chosen by MSE:Set DST for the next certificate.
    issuer: Option<Imported>,
    /// The most recently imported key of a document verifier or terminal.
    imported: Option<Imported>,
    /// May come before all else and is kept (TR-03110-3 B.3).
    challenge: Option<[u8; 8]>,
    /// By MSE:Set AT.
    announced: Option<Announced>,
    /// After EXTERNAL AUTHENTICATE.
    done: Option<Authenticated>,
}

struct Announced {
    terminal: Imported,
    /// The object `67` as it came, or nothing.
    auxiliary: Vec<u8>,
    /// Compressed ephemeral key for chip authentication.
    ephemeral: [u8; 32],
}

/// A terminal that has proved who it is.
pub(super) struct Authenticated {
    /// Effective authorization (TR-03110-3 §2.7).
    pub(super) rights: Chat,
    /// Hashes of its sectors' public keys.
    pub(super) sectors: Vec<Vec<u8>>,
    /// The only ephemeral key with which chip authentication may be done.
    pub(super) ephemeral: [u8; 32],
    auxiliary: Vec<(Vec<u8>, Vec<u8>)>,
}

/// What PACE said before: it binds terminal authentication.
pub(super) struct Confined {
    pub(super) rights: Chat,
    /// Compressed ephemeral key of the card.
    pub(super) card: [u8; 32],
    /// PACE ran with the CAN.
    pub(super) by_can: bool,
}

impl TerminalAuthentication {
    pub(super) fn done(&self) -> Option<&Authenticated> {
        self.done.as_ref()
    }

    /// MSE:Set DST (TR-03110-3 B.14.4).
    pub(super) fn choose_issuer(&mut self, data: &[u8], trust: &Trust) -> StatusWord {
        self.issuer = None;
        let mut objects = Reader::new(data);
        let Ok(reference) = objects.expect(Tag(0x83)) else {
            return StatusWord::WRONG_DATA;
        };
        if objects.finish().is_err() {
            return StatusWord::WRONG_DATA;
        }
        let temporary = self.imported.as_ref().filter(|key| key.holder == reference.value);
        self.issuer = trust.point(reference.value).or(temporary).cloned();
        match self.issuer {
            Some(_) => StatusWord::OK,
            None => StatusWord::REFERENCE_NOT_FOUND,
        }
    }

    /// PSO:Verify Certificate (TR-03110-3 B.14.5).
    pub(super) fn import(&mut self, data: &[u8], trust: &mut Trust) -> StatusWord {
        let Some(issuer) = self.issuer.take() else {
            return StatusWord::CONDITIONS_OF_USE;
        };
        match trust.verify(data, &issuer) {
            Ok(imported) => {
                self.imported = imported.or(self.imported.take());
                StatusWord::OK
            }
            Err(error) => error,
        }
    }

    /// MSE:Set AT for terminal authentication (TR-03110-3 B.14.1).
    pub(super) fn announce(&mut self, data: &[u8]) -> StatusWord {
        self.announced = None;
        let (mut protocol, mut holder, mut ephemeral, mut auxiliary) = (None, None, None, vec![]);
        let mut objects = Reader::new(data);
        while let Ok(Some(object)) = objects.read() {
            match object.tag {
                Tag(0x80) => protocol = Some(object.value),
                Tag(0x83) => holder = Some(object.value),
                Tag(0x91) => ephemeral = object.value.try_into().ok(),
                Tag(0x67) if templates(object.value).is_some() => auxiliary = der::tlv(0x67, &[object.value]),
                _ => return StatusWord::WRONG_DATA,
            }
        }
        let (Ok(()), Some(holder), Some(ephemeral)) = (objects.finish(), holder, ephemeral) else {
            return StatusWord::WRONG_DATA;
        };
        if protocol != Some(&der::oid_value(TA_ECDSA_SHA_256)) {
            return StatusWord::WRONG_DATA;
        }
        let terminal = self.imported.as_ref();
        let Some(terminal) = terminal.filter(|key| key.role == Role::Terminal && key.holder == holder) else {
            return StatusWord::REFERENCE_NOT_FOUND;
        };
        self.announced = Some(Announced {
            terminal: terminal.clone(),
            auxiliary,
            ephemeral,
        });
        StatusWord::OK
    }

    /// GET CHALLENGE (TR-03110-3 B.14.6).
    pub(super) fn keep_challenge(&mut self, challenge: [u8; 8]) {
        self.challenge = Some(challenge);
    }

    /// EXTERNAL AUTHENTICATE (TR-03110-3 B.14.7).
    pub(super) fn authenticate(&mut self, signature: &[u8], confined: &Confined) -> StatusWord {
        if self.done.is_some() {
            return StatusWord::SECURITY_STATUS;
        }
        let (Some(challenge), Some(announced)) = (self.challenge.take(), self.announced.take()) else {
            return StatusWord::CONDITIONS_OF_USE;
        };
        let terminal = announced.terminal;
        let message = [
            &confined.card[..],
            &challenge,
            &announced.ephemeral,
            &announced.auxiliary,
        ]
        .concat();
        if !verify_256(&terminal.public, &message, signature) {
            return StatusWord::AUTHENTICATION_FAILED;
        }
        if !terminal.authentication_terminal {
            return StatusWord::CONDITIONS_OF_USE;
        }
        let rights = terminal.rights.and(confined.rights);
        if confined.by_can && !rights.allows(crate::pki::Right::CanAllowed) {
            return StatusWord::SECURITY_STATUS;
        }
        let auxiliary = Reader::new(&announced.auxiliary).expect(Tag(0x67)).ok();
        self.done = Some(Authenticated {
            rights,
            sectors: terminal.sectors,
            ephemeral: announced.ephemeral,
            auxiliary: auxiliary.and_then(|object| templates(object.value)).unwrap_or_default(),
        });
        StatusWord::OK
    }
}

impl Authenticated {
    /// The terminal's data of that name; of several the last counts (TR-03110-3 A.7.5).
    pub(super) fn auxiliary(&self, name: &[u8]) -> Option<&[u8]> {
        let mut named = self.auxiliary.iter().rev().filter(|(oid, _)| oid == name);
        named.next().map(|(_, data)| data.as_slice())
    }
}

/// Discretionary data templates `73 {06 …} {53 …}` (TR-03110-3 A.7.5).
fn templates(value: &[u8]) -> Option<Vec<(Vec<u8>, Vec<u8>)>> {
    let (mut objects, mut found) = (Reader::new(value), vec![]);
    while let Some(template) = objects.read().ok()? {
        if template.tag != Tag(0x73) {
            return None;
        }
        let mut fields = template.nested().ok()?;
        let name = fields.expect(Tag(0x06)).ok()?.value.to_vec();
        let data = fields.expect(Tag(0x53)).ok()?.value.to_vec();
        fields.finish().ok()?;
        found.push((name, data));
    }
    Some(found)
}
