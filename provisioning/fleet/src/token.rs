//! A terminal's token: `schalter1.<terminal id>.<secret>`. The identifier finds the terminal; the secret (256 bits)
//! proves it and is compared by its hash in constant time.
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use core::fmt;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;
use uuid::Uuid;

const PREFIX: &str = "schalter1";

/// Length of a token: prefix, 32 hex digits, 43 base64url symbols and two dots.
pub const TOKEN_CHARS: usize = PREFIX.len() + 1 + 32 + 1 + 43;

/// A bearer token (RFC 6750 §2.1). Can't print itself but by [`TerminalToken::reveal`].
pub struct TerminalToken {
    terminal_id: Uuid,
    secret: [u8; 32],
}

/// Why a text is no token. Tells nothing of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("this is no terminal token")]
pub struct TokenError;

impl TerminalToken {
    /// A token for a new terminal, from 48 bytes of a cryptographic source.
    pub fn from_random(random: [u8; 48]) -> Self {
        let mut id = [0; 16];
        let mut secret = [0; 32];
        id.copy_from_slice(&random[..16]);
        secret.copy_from_slice(&random[16..]);
        Self {
            terminal_id: uuid::Builder::from_random_bytes(id).into_uuid(),
            secret,
        }
    }

    /// Reads a token.
    ///
    /// # Errors
    /// When the text is none.
    pub fn parse(text: &str) -> Result<Self, TokenError> {
        if text.len() != TOKEN_CHARS {
            return Err(TokenError);
        }
        let mut parts = text.split('.');
        let (Some(PREFIX), Some(id), Some(secret), None) = (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(TokenError);
        };
        let mut token = Self {
            terminal_id: Uuid::try_parse(id).map_err(|_| TokenError)?,
            secret: [0; 32],
        };
        match URL_SAFE_NO_PAD.decode_slice(secret, &mut token.secret) {
            Ok(32) => Ok(token),
            Ok(_) | Err(_) => Err(TokenError),
        }
    }

    /// The token as it goes into a terminal's token file. Every use is a place where it leaves its guard.
    pub fn reveal(&self) -> String {
        format!(
            "{PREFIX}.{}.{}",
            self.terminal_id.simple(),
            URL_SAFE_NO_PAD.encode(self.secret)
        )
    }

    /// The terminal it belongs to.
    pub fn terminal_id(&self) -> Uuid {
        self.terminal_id
    }

    pub(crate) fn set_terminal_id(&mut self, terminal_id: Uuid) {
        self.terminal_id = terminal_id;
    }

    /// What the store keeps.
    pub(crate) fn secret_sha256(&self) -> [u8; 32] {
        Sha256::digest(self.secret).into()
    }

    /// Compares in constant time.
    pub(crate) fn fits(&self, token_sha256: &[u8; 32]) -> bool {
        self.secret_sha256().ct_eq(token_sha256).into()
    }
}

impl fmt::Debug for TerminalToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "[token of terminal {}]", self.terminal_id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn token_and_back() {
        let token = TerminalToken::from_random(core::array::from_fn(|index| index as u8 * 5));
        let text = token.reveal();
        assert_eq!(text.len(), TOKEN_CHARS);
        let read = TerminalToken::parse(&text).unwrap();
        assert_eq!(read.terminal_id(), token.terminal_id());
        assert!(read.fits(&token.secret_sha256()));
        assert!(!read.fits(&[0; 32]));
        assert!(!format!("{token:?}").contains(text.rsplit('.').next().unwrap()));
    }

    #[test]
    fn anything_else_is_none() {
        let good = TerminalToken::from_random([7; 48]).reveal();
        for wrong in [
            String::new(),
            good[1..].to_owned(),
            format!("{good}A"),
            good.replace("schalter1", "schalter2"),
            good.replacen('.', "-", 1),
            "ü".repeat(TOKEN_CHARS / 2),
            "x".repeat(1_000_000),
        ] {
            assert_eq!(TerminalToken::parse(&wrong).err(), Some(TokenError));
        }
    }
}
