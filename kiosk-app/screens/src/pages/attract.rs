//! Adapter of `attract.slint`.
use crate::ui;
use catalogue::LocalTime;
use drivers_api::language::Language;
use slint::{ComponentHandle, SharedString};

/// Services that are named; who looks for another one begins all the same.
const NAMED_MAX: usize = 5;

pub(crate) fn fill(app: &ui::App, card_left: bool, reader_works: bool, eid_works: bool) {
    let attract = app.global::<ui::Attract>();
    attract.set_card_left(card_left);
    attract.set_reader_works(reader_works);
    attract.set_eid_works(eid_works);
}

/// The clock, what can be done here, and what the town tells.
pub(crate) fn news(app: &ui::App, time: Option<LocalTime>, services: &[String], headlines: &[String]) {
    let attract = app.global::<ui::Attract>();
    let told = |text: fn(&LocalTime) -> String| time.as_ref().map(text).unwrap_or_default();
    attract.set_clock(told(LocalTime::clock_text).into());
    attract.set_day(told(|time| time.day_text(Language::German)).into());
    attract.set_more(services.len() > NAMED_MAX);
    let named = services.iter().take(NAMED_MAX).map(SharedString::from);
    attract.set_services(super::put(attract.get_services(), named.collect()));
    let headlines = headlines.iter().map(SharedString::from);
    attract.set_headlines(super::put(attract.get_headlines(), headlines.collect()));
}
