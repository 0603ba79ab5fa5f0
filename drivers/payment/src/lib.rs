//! Payment terminals by ZVT (PA00P015, PA00P016), with a journal that survives a power cut.
//!
//! ```text
//! bcd · tlv · fields · apdu · serial    bytes               pure
//! order · status · paper · hint         what they say       pure
//! dialogue                              one conversation    pure
//! verdict                               what became of it   pure
//! journal                               what survives       SQLite
//! line · clerk · till                   who does it         host
//! closing                               the end of the day: schedule, record are pure
//! ```
//!
//! The order of things (`docs/protocols/zvt.md`): INTENT on disk → 06 01 → 04 0F → RESULT on disk → acknowledgement →
//! completion → the case is filed → receipt. Where it breaks off, the terminal is asked for its last transaction; what
//! that doesn't prove is staff's to decide, and nobody pays before. Nothing is ever charged twice.
pub mod apdu;
pub mod bcd;
pub mod clerk;
pub mod closing;
pub mod dialogue;
pub mod fields;
pub mod hint;
pub mod journal;
pub mod line;
pub mod order;
pub mod paper;
pub mod serial;
pub mod status;
pub mod text;
pub mod till;
pub mod tlv;
pub mod verdict;

pub use closing::DailyClosing;
pub use till::{Settings, Till};
