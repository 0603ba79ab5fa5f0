//! What the town tells on its terminals, gathered from where it is told already: news by RSS and Atom, the council by
//! OParl, consultations, found things and opening times from simple files, who is responsible from the federal portals'
//! search service. [`Keeper`] holds the last good answer of each source and makes a [`wire::board::Board`] of them.
//!
//! Everything that comes from a server is foreign: sizes, depths, numbers of pages and times have limits; markup becomes
//! plain text; addresses are told, never followed, but for pages of the very server that is asked (see [`oparl`] and
//! [`fetch`]). `docs/town-board.md` is the page for whoever runs it.
mod config;
pub mod feed;
pub mod fetch;
mod gather;
pub mod html;
mod keeper;
pub mod lists;
pub mod oparl;
pub mod responsible;

pub use config::{CONFIG_BYTES_MAX, Config, ConfigError, Kind, NEWS_SOURCES_MAX, PERIOD_MIN, Place, Source};
pub use gather::{Before, Content, GatherTrouble, Gathered, gather};
pub use keeper::Keeper;
