//! What AusweisApp is told: one JSON text per command, named by `cmd` (AusweisApp SDK, "Commands").
//!
//! Commands that carry a secret are written byte by byte into a buffer of their final size that is overwritten on drop;
//! no `String` and no JSON library sees the digits. AusweisApp itself keeps copies of its own until the workflow ends:
//! that is beyond our reach (docs/protocols/threats.md).
use crate::message::SecretKind;
use core::fmt;
use drivers_api::private::{DIGITS_MAX, Digits};
use serde::Serialize;
use zeroize::Zeroizing;

/// A command without a secret. Not `Debug`: the address of the TC Token bears a session.
#[derive(PartialEq, Eq, Serialize)]
#[serde(tag = "cmd", rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Command<'a> {
    /// Which version?
    GetInfo,
    /// Which API levels?
    GetApiLevel,
    /// Use this API level.
    SetApiLevel {
        /// 2 or 3.
        level: u32,
    },
    /// Which readers?
    GetReaderList,
    /// Begin an authentication (PAuswG §18). Developer mode, which skips checks of TR-03124-1, is never asked for.
    RunAuth {
        /// Where the TC Token is.
        #[serde(rename = "tcTokenURL")]
        tc_token_url: &'a str,
        /// Tell the progress.
        status: bool,
    },
    /// Begin a PIN change.
    RunChangePin {
        /// Tell the progress.
        status: bool,
    },
    /// Who is the provider?
    GetCertificate,
    /// These of the optional rights, and no others.
    SetAccessRights {
        /// Their names.
        chat: &'a [String],
    },
    /// The citizen agrees to the rights.
    Accept,
    /// The card lies well now (API level 3).
    Continue,
    /// Give up the workflow.
    Cancel,
}

/// A text on its way to AusweisApp. `Debug` tells the command's name and the length; overwritten on drop.
#[derive(PartialEq, Eq)]
pub struct Outgoing {
    name: &'static str,
    text: Zeroizing<Vec<u8>>,
}

/// Longest command with a secret: its name, the JSON around it, and the digits.
const SECRET_COMMAND_MAX: usize = 40 + DIGITS_MAX;

impl Outgoing {
    /// Its name, for the log.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// The JSON text in UTF-8, with the secret if it carries one.
    pub fn expose(&self) -> &[u8] {
        &self.text
    }

    /// A command with a secret: SET_PIN, SET_CAN, SET_PUK, SET_NEW_PIN. `None` leaves the value out: it is typed on the
    /// reader's own keys, where the SDK demands just that.
    pub(crate) fn secret(kind: SecretKind, digits: Option<&Digits>) -> Self {
        let name = match kind {
            SecretKind::Pin => "SET_PIN",
            SecretKind::Can => "SET_CAN",
            SecretKind::Puk => "SET_PUK",
            SecretKind::NewPin => "SET_NEW_PIN",
        };
        let mut text = Zeroizing::new(Vec::with_capacity(SECRET_COMMAND_MAX));
        text.extend_from_slice(b"{\"cmd\":\"");
        text.extend_from_slice(name.as_bytes());
        if let Some(digits) = digits {
            text.extend_from_slice(b"\",\"value\":\"");
            text.extend_from_slice(digits.expose());
        }
        text.extend_from_slice(b"\"}");
        Self { name, text }
    }
}

impl Command<'_> {
    fn name(&self) -> &'static str {
        match self {
            Self::GetInfo => "GET_INFO",
            Self::GetApiLevel => "GET_API_LEVEL",
            Self::SetApiLevel { .. } => "SET_API_LEVEL",
            Self::GetReaderList => "GET_READER_LIST",
            Self::RunAuth { .. } => "RUN_AUTH",
            Self::RunChangePin { .. } => "RUN_CHANGE_PIN",
            Self::GetCertificate => "GET_CERTIFICATE",
            Self::SetAccessRights { .. } => "SET_ACCESS_RIGHTS",
            Self::Accept => "ACCEPT",
            Self::Continue => "CONTINUE",
            Self::Cancel => "CANCEL",
        }
    }
}

impl From<Command<'_>> for Outgoing {
    fn from(command: Command<'_>) -> Self {
        // Strings and numbers only: writing them can't fail, and an empty text would be answered with INVALID.
        let text = serde_json::to_vec(&command).unwrap_or_default();
        Self {
            name: command.name(),
            text: Zeroizing::new(text),
        }
    }
}

impl fmt::Debug for Outgoing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} [{} bytes]", self.name, self.text.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_are_written_as_the_sdk_has_them() {
        let text = |command: Command<'_>| String::from_utf8(Outgoing::from(command).expose().to_vec()).unwrap();
        assert_eq!(text(Command::GetInfo), r#"{"cmd":"GET_INFO"}"#);
        assert_eq!(
            text(Command::SetApiLevel { level: 2 }),
            r#"{"cmd":"SET_API_LEVEL","level":2}"#
        );
        let tc_token_url = "https://eid.example/tc?a=\"1";
        assert_eq!(
            text(Command::RunAuth {
                tc_token_url,
                status: true
            }),
            r#"{"cmd":"RUN_AUTH","tcTokenURL":"https://eid.example/tc?a=\"1","status":true}"#
        );
        let chat = ["GivenNames".to_owned()];
        assert_eq!(
            text(Command::SetAccessRights { chat: &chat }),
            r#"{"cmd":"SET_ACCESS_RIGHTS","chat":["GivenNames"]}"#
        );
        for command in [
            Command::Accept,
            Command::Cancel,
            Command::Continue,
            Command::GetCertificate,
        ] {
            let name = command.name();
            assert_eq!(text(command), format!(r#"{{"cmd":"{name}"}}"#));
        }
    }

    #[test]
    fn a_secret_is_written_without_growing_and_never_printed() {
        let puk = Digits::parse("1234567890").unwrap();
        let command = Outgoing::secret(SecretKind::NewPin, Some(&puk));
        assert_eq!(command.expose(), br#"{"cmd":"SET_NEW_PIN","value":"1234567890"}"#);
        assert!(
            command.text.capacity() == SECRET_COMMAND_MAX,
            "the buffer has grown and left a copy behind"
        );
        assert_eq!(format!("{command:?}"), "SET_NEW_PIN [42 bytes]");
        let on_pad = Outgoing::secret(SecretKind::Pin, None);
        assert_eq!(on_pad.expose(), br#"{"cmd":"SET_PIN"}"#);
    }
}
