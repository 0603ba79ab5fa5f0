//! What the screens show of a form.
use catalogue::{FieldIndex, MapPart, PageIndex, Spot, TownMap};
use core::fmt;
use drivers_api::private::PrivateText;
use std::sync::Arc;

/// A page of the form.
#[derive(Debug)]
pub struct Form {
    /// Which page; a change of it means new content.
    pub page: PageIndex,
    /// Its heading.
    pub title: String,
    /// A sentence below it; may be empty.
    pub intro: String,
    /// This page's place in the way, from 1.
    pub position: usize,
    /// Pages on the way; 0 as long as the answers don't decide it.
    pub of: usize,
    /// It belongs to one of several entries, which may be left out.
    pub leave_out: bool,
    /// Fields in order.
    pub fields: Vec<FormField>,
}

/// A field of a form page.
#[derive(Debug)]
pub struct FormField {
    /// Which.
    pub field: FieldIndex,
    /// Its label.
    pub label: String,
    /// Help; may be empty.
    pub hint: String,
    /// How it is entered.
    pub kind: FormFieldKind,
    /// What stands in it: text, `DD.MM.YYYY`, number as digits, `true`/`false`, or a choice's key.
    pub value: PrivateText,
    /// It came from the card and wasn't changed.
    pub from_card: bool,
    /// It may be changed.
    pub editable: bool,
    /// It may not be left empty.
    pub required: bool,
    /// What is wrong, told after "continue".
    pub error: Option<String>,
    /// What may be meant, while it is typed: whole answers, best first.
    pub suggestions: Vec<PrivateText>,
}

/// How a field is entered.
#[derive(Debug)]
#[allow(missing_docs)]
pub enum FormFieldKind {
    Text,
    /// Text in digits alone.
    Digits,
    Date,
    Iban,
    /// Euros and cents.
    Money,
    Number {
        min: i64,
        max: i64,
    },
    YesNo,
    Select {
        choices: Vec<FormChoice>,
    },
    /// [`crate::Tap::Map`]
    Place(Box<MapView>),
}

/// The town's map as it is looked at. `Debug` tells nothing of what is chosen.
pub struct MapView {
    /// The map.
    pub map: Arc<TownMap>,
    /// The part that is shown ([`TownMap::draw`]); four units wide and three high, whatever the map's shape.
    pub part: MapPart,
    /// Where the chosen place is on it; `None` also when it isn't in sight.
    pub pin: Option<Spot>,
    /// The chosen place in words.
    pub chosen: Option<PrivateText>,
    /// What is in the middle, in words.
    pub middle: PrivateText,
    /// Which ways lead on from here.
    pub ways: MapWays,
    /// Columns of squares in sight: where each begins from the left, in 65535ths, and its letter.
    pub columns: Vec<(u16, String)>,
    /// Rows likewise, from the top, with their numbers.
    pub rows: Vec<(u16, String)>,
}

impl fmt::Debug for MapView {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[map]")
    }
}

/// The ways on from a part of the map ([`crate::MapStep`]).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct MapWays {
    pub closer: bool,
    pub farther: bool,
    pub north: bool,
    pub south: bool,
    pub west: bool,
    pub east: bool,
}

/// One of several choices.
#[derive(Debug)]
pub struct FormChoice {
    /// What is sent back by [`crate::Tap::Enter`].
    pub key: String,
    /// What is read.
    pub label: String,
}
