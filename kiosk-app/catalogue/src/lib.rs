//! Service definitions as data: what a town asks, in which order, in which words, and what comes of it.
//!
//! A [`Catalogue`] is made from the texts of a services folder (`docs/services.md` describes the format). A
//! [`Service`] then knows the way: [`Service::next_page`], [`Service::check_page`], [`Service::prune`] compute from
//! definition and [`Answers`] where the citizen stands and what is still needed; nothing is remembered between calls.
//! Pure: no files, no clock.
mod answers;
pub mod bundled;
mod card;
mod catalogue;
mod charset;
mod check;
mod colour;
mod condition;
mod date;
mod day;
mod declaration;
mod diff;
mod export;
mod facts;
mod fault;
mod fee;
mod field;
mod filing;
mod follow_up;
mod format_schema;
mod iban;
mod load;
mod map;
mod overlay;
mod package;
mod receipt;
mod repeat;
mod schema;
mod search;
mod service;
mod shown;
mod situation;
mod submission;
mod suggest;
mod table;
mod text;
mod town;
mod towns;
mod walk;
mod words;

pub use answers::{ANSWER_CHARS_MAX, Answer, Answers};
pub use card::CardQuestion;
pub use catalogue::{Catalogue, Loaded};
pub use check::Problem;
pub use colour::Colour;
pub use date::date_in_words;
pub use declaration::{Declaration, DeclarationRow, Section};
pub use export::Attachment;
pub use facts::{Assurance, Retention, SignVideo};
pub use fault::{Fault, SourceFile};
pub use field::{Choice, Field, FieldIndex, FieldKind, Page, PageIndex};
pub use filing::{Delivery, Filing, LocalTime};
pub use follow_up::{LetterPiece, LetterText};
pub use format_schema::format_schema;
pub use map::{Direction, MAP, MAP_PICTURE, MAP_PICTURE_BYTES_MAX, MapLines, MapPart, Point, Spot, TownMap};
pub use package::{Adoption, PACKAGE_BYTES_MAX, Package, PackageFault, adoptions, assemble};
pub use receipt::QR_PREFIX;
pub use search::WordIndex;
pub use service::{Cents, Finish, Service, ServiceId};
pub use shown::{CardFact, CardSection};
pub use situation::Situation;
pub use submission::SubmissionJson;
pub use table::{TABLE_END, TABLES};
pub use town::{Provider, Town};
pub use towns::{NEIGHBOURS, Neighbour, neighbours};
