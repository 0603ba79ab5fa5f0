//! What a reader with keys doesn't let its host do (TR-03119 A.4.4, D.1.2 step 7).
use crate::der::oid_value;
use apdu::tlv::{Reader, Tag};
use apdu::{Command, StatusWord};

/// id-description (TR-03110-3 C.3.1).
const DESCRIPTION: &str = "0.4.0.127.0.7.3.1.3.1";

/// What the host has done that matters.
#[derive(Default)]
pub(super) struct Host {
    /// It has chosen a password, which is how the tries are asked for. PACE itself is the reader's.
    chose_password: bool,
}

impl Host {
    /// Lets a plain command pass, or says with which word it is refused.
    pub(super) fn may(&mut self, command: &Command) -> Result<(), StatusWord> {
        match (command.instruction(), command.p1(), command.p2()) {
            (0x22, 0xC1, 0xA4) => {
                // Only as an unauthenticated terminal: no CHAT.
                let with_rights = Reader::new(command.data()).find(Tag(0x7F4C)) != Ok(None);
                self.chose_password = true;
                if with_rights {
                    Err(StatusWord::SECURITY_STATUS)
                } else {
                    Ok(())
                }
            }
            (0x22, ..) => {
                self.chose_password = false;
                Ok(())
            }
            (0x86, ..) if self.chose_password => Err(StatusWord::SECURITY_STATUS),
            // A new PIN is typed on the reader.
            (0x2C, 0x02, _) => Err(StatusWord::SECURITY_STATUS),
            _ => Ok(()),
        }
    }
}

/// Whether a certificate that passes has the hash of the description that was shown; true for other commands, and for
/// certificates that have no hash at all (those of CVCA and document verifier).
pub(super) fn is_of_description(command: &Command, shown: &[u8]) -> bool {
    if (command.instruction(), command.p1(), command.p2()) != (0x2A, 0x00, 0xBE) {
        return true;
    }
    let told = || {
        let mut body = Reader::new(command.data()).find(Tag(0x7F4E)).ok()??.nested().ok()?;
        let mut extensions = body.find(Tag(0x65)).ok()??.nested().ok()?;
        while let Some(template) = extensions.find(Tag(0x73)).ok()? {
            let mut fields = template.nested().ok()?;
            if fields.expect(Tag(0x06)).ok()?.value == oid_value(DESCRIPTION) {
                return Some(fields.expect(Tag(0x80)).ok()?.value.to_vec());
            }
        }
        None
    };
    told().is_none_or(|hash| hash == shown)
}
