//! Reads messages: the name first, then the fields of that message; bounded.
use crate::message::{
    AccessRights, MESSAGE_BYTES_MAX, Message, MessageError, READERS_MAX, RIGHTS_MAX, Reader, SecretKind,
};
use serde::Deserialize;

impl Message {
    /// Reads one text.
    pub fn parse(text: &str) -> Result<Self, MessageError> {
        #[derive(Deserialize)]
        struct Head {
            msg: String,
        }
        if text.len() > MESSAGE_BYTES_MAX {
            return Err(MessageError::TooLong(text.len()));
        }
        let head: Head = serde_json::from_str(text).map_err(|error| MessageError::NotAMessage {
            line: error.line(),
            column: error.column(),
        })?;
        match head.msg.as_str() {
            "INFO" => body("INFO", text).map(Self::Info),
            "API_LEVEL" => body("API_LEVEL", text).map(Self::ApiLevel),
            "AUTH" => body("AUTH", text).map(Self::Auth),
            "ACCESS_RIGHTS" => access_rights(text).map(Self::AccessRights),
            "CERTIFICATE" => body("CERTIFICATE", text).map(Self::Certificate),
            "CHANGE_PIN" => body("CHANGE_PIN", text).map(Self::ChangePin),
            "INSERT_CARD" => body("INSERT_CARD", text).map(Self::InsertCard),
            "ENTER_PIN" => body("ENTER_PIN", text).map(|enter| Self::Enter(SecretKind::Pin, enter)),
            "ENTER_CAN" => body("ENTER_CAN", text).map(|enter| Self::Enter(SecretKind::Can, enter)),
            "ENTER_PUK" => body("ENTER_PUK", text).map(|enter| Self::Enter(SecretKind::Puk, enter)),
            "ENTER_NEW_PIN" => body("ENTER_NEW_PIN", text).map(|enter| Self::Enter(SecretKind::NewPin, enter)),
            "READER" => body("READER", text).map(Self::Reader),
            "READER_LIST" => reader_list(text).map(Self::ReaderList),
            "STATUS" => body("STATUS", text).map(Self::Status),
            "PAUSE" => Ok(Self::Pause),
            "BAD_STATE" => body("BAD_STATE", text).map(Self::BadState),
            "UNKNOWN_COMMAND" => body("UNKNOWN_COMMAND", text).map(Self::UnknownCommand),
            "INVALID" => body("INVALID", text).map(Self::Invalid),
            "INTERNAL_ERROR" => body("INTERNAL_ERROR", text).map(Self::InternalError),
            _ => Ok(Self::Unknown),
        }
    }
}

/// Reads the fields. The error tells a place, not the content: serde's own words would quote it.
fn body<'a, T: Deserialize<'a>>(message: &'static str, text: &'a str) -> Result<T, MessageError> {
    serde_json::from_str(text).map_err(|error| MessageError::Broken {
        message,
        line: error.line(),
        column: error.column(),
    })
}

fn access_rights(text: &str) -> Result<AccessRights, MessageError> {
    let message = "ACCESS_RIGHTS";
    let rights: AccessRights = body(message, text)?;
    let chat = &rights.chat;
    let short = [&chat.effective, &chat.optional, &chat.required]
        .iter()
        .all(|list| list.len() <= RIGHTS_MAX);
    short.then_some(rights).ok_or(MessageError::ListTooLong { message })
}

fn reader_list(text: &str) -> Result<Vec<Reader>, MessageError> {
    #[derive(Deserialize)]
    struct Body {
        readers: Vec<Reader>,
    }
    let message = "READER_LIST";
    let Body { readers } = body(message, text)?;
    let short = readers.len() <= READERS_MAX;
    short.then_some(readers).ok_or(MessageError::ListTooLong { message })
}
