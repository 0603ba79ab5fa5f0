//! Council meetings and papers from an OParl server (OParl 1.0 and 1.1). Sans-IO: a [`Sweep`] says which address it wants
//! next and is given what came back.
//!
//! Real servers have dangling links, objects without `type`, lists in odd shapes and dates in odd formats. All of that is
//! tolerated and counted ([`Counts`]). What isn't tolerated: addresses outside of the server's own origin are never
//! asked for, whoever names them; pages, objects, bytes and the depth of JSON have limits.
mod follow;
mod join;
mod object;
mod sweep;

pub use join::council;
pub use sweep::{Answer, Counts, Sweep, Wish};

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use wire::board::{Line, Meeting, Paper};

/// Largest page. Pages of some hundred kilobytes are usual, with agendas embedded.
pub const PAGE_BYTES_MAX: usize = 8 * 1024 * 1024;

/// Most requests of one sweep. A full one over a small town's fourteen years takes 102.
pub const REQUESTS_MAX: u32 = 600;

/// Most objects that are asked for one by one, in one sweep: what lists left open.
pub const SINGLE_REQUESTS_MAX: u32 = 120;

/// Most objects that are read in one sweep.
pub const OBJECTS_MAX: u32 = 20_000;

/// Meetings are told from so many days back, so that yesterday's can still be looked up …
pub const DAYS_BACK: i32 = 2;

/// … to so many days ahead.
pub const DAYS_AHEAD: i32 = 120;

/// A first sweep asks for what was changed within so many days: a meeting that lies ahead was entered since then.
pub const CHANGED_DAYS: i32 = 400;

/// Most meetings and papers that are remembered between sweeps.
pub const KNOWN_MAX: usize = 2_000;

/// What is known of a council: what earlier sweeps brought, by the objects' own ids. Kept on disk between runs.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Known {
    /// Meetings within the window.
    pub meetings: BTreeMap<String, KnownMeeting>,
    /// Papers.
    pub papers: BTreeMap<String, KnownPaper>,
}

/// A meeting and what it refers to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KnownMeeting {
    /// As it is told, without papers.
    pub meeting: Meeting,
    /// For each item of its agenda, in order: what it refers to.
    pub items: Vec<ItemRefs>,
    /// Where the place is told, as long as it isn't known.
    pub place_at: Option<String>,
}

/// What an item of an agenda refers to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ItemRefs {
    /// Its own id.
    pub id: String,
    /// Its consultation (OParl 1.1 §3.13), which leads to the paper.
    pub consultation: Option<String>,
    /// Papers that a consultation named.
    pub papers: Vec<String>,
}

/// A paper and what refers to it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KnownPaper {
    /// As it is told.
    pub paper: Paper,
    /// Ids of its consultations and of the items of agendas that they belong to.
    pub refs: Vec<String>,
}

impl KnownMeeting {
    /// The place became known.
    fn set_place(&mut self, place: Line) {
        self.meeting.place = place;
        self.place_at = None;
    }
}
