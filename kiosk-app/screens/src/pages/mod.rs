//! The adapters: one beside each `.slint` file, setting its global from the view.
pub(crate) mod attract;
pub(crate) mod away;
pub(crate) mod board;
pub(crate) mod card_content;
pub(crate) mod card_refused;
pub(crate) mod ending;
pub(crate) mod exit;
pub(crate) mod filing;
pub(crate) mod follow_up;
pub(crate) mod form;
pub(crate) mod information;
pub(crate) mod languages;
pub(crate) mod lay_card;
pub(crate) mod leaflet;
pub(crate) mod pay;
pub(crate) mod pin;
pub(crate) mod place;
pub(crate) mod receipt;
pub(crate) mod request;
pub(crate) mod review;
pub(crate) mod secret;
pub(crate) mod services;
pub(crate) mod working;

use slint::{Model, ModelRc};

/// The model for `rows`: the one that is there if nothing changed, so that a page that is told the same again stays as
/// it is (focus, scrolling, no repaint).
fn put<T: Clone + PartialEq + 'static>(there: ModelRc<T>, rows: Vec<T>) -> ModelRc<T> {
    if there.row_count() == rows.len() && there.iter().eq(rows.iter().cloned()) {
        return there;
    }
    ModelRc::from(rows.as_slice())
}
