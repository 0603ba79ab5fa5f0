//! Adapter of `card_content.slint`.
use crate::ui;
use catalogue::CardSection;
use drivers_api::card::Authenticity;
use session::view::CardContent;
use slint::{ComponentHandle, ModelRc, SharedString};

/// `new`: the page wasn't shown before. The card's content doesn't change while it is read.
pub(crate) fn fill(app: &ui::App, content: &CardContent, new: bool) {
    let page = app.global::<ui::CardContent>();
    page.set_service(SharedString::from(&content.service));
    page.set_note(SharedString::from(&content.note));
    page.set_not_proven(content.authenticity == Authenticity::NotProven);
    if !new {
        return;
    }
    let parts = content.sections.iter().map(|(section, facts)| {
        let rows: Vec<ui::CardRow> = facts
            .iter()
            .map(|fact| ui::CardRow {
                group: i32::from(fact.group.number()),
                value: SharedString::from(fact.value.expose()),
            })
            .collect();
        ui::CardPart {
            about: match section {
                CardSection::Person => ui::CardAbout::Person,
                CardSection::Residence => ui::CardAbout::Residence,
                CardSection::Document => ui::CardAbout::Document,
                CardSection::Permit => ui::CardAbout::Permit,
            },
            rows: ModelRc::from(rows.as_slice()),
        }
    });
    let parts: Vec<ui::CardPart> = parts.collect();
    page.set_parts(ModelRc::from(parts.as_slice()));
}

pub(crate) fn clear(app: &ui::App) {
    app.global::<ui::CardContent>().set_parts(ModelRc::default());
}
