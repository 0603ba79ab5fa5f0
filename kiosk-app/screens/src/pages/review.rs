//! Adapter of `review.slint`.
use crate::frame::count;
use crate::ui;
use drivers_api::card::Authenticity;
use session::view::Review;
use slint::{ComponentHandle, ModelRc, SharedString};

/// `new`: the page wasn't shown before. The declaration doesn't change while it is read.
pub(crate) fn fill(app: &ui::App, review: &Review, new: bool) {
    let page = app.global::<ui::Review>();
    page.set_service(SharedString::from(&review.service));
    page.set_fee(SharedString::from(
        review.declaration.fee.as_deref().unwrap_or_default(),
    ));
    page.set_prepared(review.prepared);
    page.set_not_proven(review.authenticity == Some(Authenticity::NotProven));
    if !new {
        return;
    }
    page.set_statement(SharedString::from(&review.declaration.statement));
    let sections: Vec<ui::ReviewSection> = review
        .declaration
        .sections
        .iter()
        .map(|section| {
            let rows: Vec<ui::ReviewRow> = section
                .rows
                .iter()
                .map(|row| ui::ReviewRow {
                    label: SharedString::from(&row.label),
                    value: SharedString::from(row.value.expose()),
                    from_card: row.from_card,
                })
                .collect();
            ui::ReviewSection {
                title: SharedString::from(&section.title),
                page: section.page.map_or(-1, count),
                rows: ModelRc::from(rows.as_slice()),
            }
        })
        .collect();
    page.set_sections(ModelRc::from(sections.as_slice()));
}

pub(crate) fn clear(app: &ui::App) {
    let page = app.global::<ui::Review>();
    page.set_sections(ModelRc::default());
    page.set_statement(SharedString::default());
}
