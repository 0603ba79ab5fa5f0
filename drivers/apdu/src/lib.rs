//! ISO 7816 bytes: commands, responses, status words, BER-TLV.
//!
//! Start here: a terminal builds a [`Command`], sends [`Command::encode`], and reads the answer with
//! [`Response::parse`]; a card in software goes the other way with [`Command::parse`] and [`Response::encode`]. What
//! data fields hold is read with [`tlv::Reader`] and written with [`tlv::encode`].
//!
//! Data fields may carry secrets and personal data: they are overwritten on drop, and `Debug` tells their length only.
mod command;
mod response;
pub mod tlv;

pub use command::{COMMAND_DATA_MAX, Command, CommandError, NE_EXTENDED_MAX, NE_SHORT_MAX};
pub use response::{RESPONSE_BYTES_MAX, Response, ResponseError, StatusWord};
