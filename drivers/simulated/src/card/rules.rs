//! Passwords and their counters (TR-03127 §3.5.5, TR-03110-2 §2.2.3): what a card remembers and what it allows.
use super::{CAN, PIN, PUK};
use apdu::StatusWord;

/// How often the PUK sets the PIN's counter back (TR-03127 §3.5.5).
const PUK_USES: u8 = 10;
/// Tries of a fresh PIN.
const TRIES: u8 = 3;

/// A password by its id in MSE:Set AT.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Password {
    Can,
    Pin,
    Puk,
}

impl Password {
    pub(super) fn of_id(id: u8) -> Option<Self> {
        match id {
            2 => Some(Self::Can),
            3 => Some(Self::Pin),
            4 => Some(Self::Puk),
            _ => None,
        }
    }
}

/// The card's lasting memory of its passwords.
pub(super) struct Rules {
    pub(super) pin: Vec<u8>,
    pub(super) tries_left: u8,
    pub(super) switched_on: bool,
    /// The five digits of the letter are still set: they can be changed and nothing else (TR-03127 §3.5.3.1).
    pub(super) transport: bool,
    pub(super) puk_uses_left: u8,
}

impl Rules {
    pub(super) fn new() -> Self {
        Self {
            pin: PIN.as_bytes().to_vec(),
            tries_left: TRIES,
            switched_on: true,
            transport: false,
            puk_uses_left: PUK_USES,
        }
    }

    pub(super) fn secret(&self, password: Password) -> &[u8] {
        match password {
            Password::Can => CAN.as_bytes(),
            Password::Pin => &self.pin,
            Password::Puk => PUK.as_bytes(),
        }
    }

    /// Answer of MSE:Set AT (TR-03110-3 B.14.1). A resumed PIN still says 63C1.
    pub(super) fn state(&self, password: Password) -> StatusWord {
        match password {
            Password::Can | Password::Puk => StatusWord::OK,
            Password::Pin if !self.switched_on => StatusWord::DEACTIVATED,
            Password::Pin if self.tries_left >= TRIES => StatusWord::OK,
            Password::Pin => StatusWord::tries(self.tries_left),
        }
    }

    /// Whether PACE with that password may begin; `resumed` says that it runs inside the CAN's session.
    pub(super) fn may_begin(&self, password: Password, resumed: bool) -> Result<(), StatusWord> {
        match (password, self.tries_left) {
            (Password::Can | Password::Puk, _) => Ok(()),
            (Password::Pin, _) if !self.switched_on => Err(StatusWord::REFERENCE_DATA_NOT_USABLE),
            (Password::Pin, 0) => Err(StatusWord::AUTHENTICATION_BLOCKED),
            (Password::Pin, 1) if !resumed => Err(StatusWord::CONDITIONS_OF_USE),
            (Password::Pin, _) => Ok(()),
        }
    }

    /// Judges a token. The try is taken off first, so that pulling the card in between gains nothing. `with_rights` says
    /// that terminal authentication shall follow, for which the transport PIN doesn't serve.
    pub(super) fn judge(&mut self, password: Password, right: bool, with_rights: bool) -> Result<(), StatusWord> {
        if password == Password::Pin {
            self.tries_left = self.tries_left.saturating_sub(1);
        }
        match (password, right) {
            (Password::Pin, true) => {
                self.tries_left = TRIES;
                if self.transport && with_rights {
                    return Err(StatusWord::SECURITY_STATUS);
                }
            }
            (Password::Pin, false) => return Err(StatusWord::tries(self.tries_left)),
            (Password::Can | Password::Puk, true) => {}
            (Password::Can | Password::Puk, false) => return Err(StatusWord::AUTHENTICATION_FAILED),
        }
        Ok(())
    }

    /// RESET RETRY COUNTER `2C 02 03`: a new PIN, in a session that the PIN opened, or for a terminal with the right to
    /// manage PINs.
    pub(super) fn change_pin(&mut self, allowed: bool, digits: &[u8]) -> StatusWord {
        if !allowed {
            return StatusWord::SECURITY_STATUS;
        }
        if digits.len() != 6 || !digits.iter().all(u8::is_ascii_digit) {
            return StatusWord::WRONG_DATA;
        }
        self.pin = digits.to_vec();
        self.transport = false;
        self.tries_left = TRIES;
        StatusWord::OK
    }

    /// RESET RETRY COUNTER `2C 03 03`: three tries again, in a session that the PUK opened.
    pub(super) fn unblock_pin(&mut self, opened: Option<Password>) -> StatusWord {
        if opened != Some(Password::Puk) || self.puk_uses_left == 0 {
            return StatusWord::SECURITY_STATUS;
        }
        self.puk_uses_left -= 1;
        self.tries_left = TRIES;
        StatusWord::OK
    }

    /// ACTIVATE and DEACTIVATE, for a terminal with the right to manage PINs (TR-03110-3 B.14.12, B.14.13).
    pub(super) fn switch(&mut self, allowed: bool, on: bool) -> StatusWord {
        if !allowed {
            return StatusWord::SECURITY_STATUS;
        }
        self.switched_on = on;
        StatusWord::OK
    }
}
