//! The office's tool. It runs on the office's own machine with the authority's private key, which nothing else ever has:
//! neither a terminal nor the backend can read a case, or a letter.
//!
//! ```text
//! backend  fleet envelope CASE ──▶ envelope.json ──▶ schalter open     ──▶ the declaration
//!          fleet letter CASE   ◀── letter.jwe    ◀── schalter letter   ◀── letter.txt
//! ```
//! Between the two machines travels ciphertext, by whatever way the office likes.
mod declaration;
mod key;
mod text;

pub use declaration::{Declaration, OpenError};
pub use key::{KEY_BYTES_MAX, KeyError, OfficeKey};
pub use text::{ROW_NAME_CHARS_MAX, Shape, TextError, letter};
