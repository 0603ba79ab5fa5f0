//! What a service looks like to whoever writes it, without anybody being there: every page, and every field that a page
//! can show.
use crate::entrance::{ChoosingService, Requesting};
use crate::form::{Case, Filling};
use crate::inform::Informing;
use crate::view::View;
use crate::visit::{Stage, Visit};
use crate::{Now, Terminal};
use catalogue::{Answers, FieldKind, Finish, PageIndex, Service};
use drivers_api::language::Language;
use std::collections::BTreeSet;
use std::sync::Arc;

/// The views of a service in the order of its file, each with a name: who asks for what, the pages of the form (once
/// more where an answer shows other fields), or what it tells. Nothing is filled in but what such an answer needs.
pub fn pages(service: &Arc<Service>, terminal: &Terminal, language: Language) -> Vec<(String, View)> {
    let view = |stage| Visit::in_front_of(stage, language).view(Now::ZERO, terminal);
    let chosen_from = ChoosingService::default;
    if service.finish() == Finish::Inform {
        let stage = Stage::Informing(Informing::about(Arc::clone(service), chosen_from()));
        return vec![("information".to_owned(), view(stage))];
    }
    let stage = Stage::Request(Requesting {
        service: Arc::clone(service),
        chosen_from: chosen_from(),
    });
    let mut views = vec![("request".to_owned(), view(stage))];
    for page in 0..service.page_count() {
        // Further entries of a list look as the first; a town without a map passes over pages that ask for a place.
        if service.page(page).entry().is_some_and(|entry| entry > 0) || asks_for_a_place_only(service, page) {
            continue;
        }
        for (number, answers) in answers_for(service, page, terminal).into_iter().enumerate() {
            let stage = Filling::at(Case::new(Arc::clone(service), answers, None), page);
            let name = service.page(page).id();
            let name = if number == 0 {
                name.to_owned()
            } else {
                format!("{name}-{number}")
            };
            views.push((name, view(stage)));
        }
    }
    views
}

/// True where there is no map to ask on.
fn asks_for_a_place_only(service: &Service, page: PageIndex) -> bool {
    let fields = service.page(page).fields();
    let is_place = |field: &usize| matches!(service.field(*field).kind(), FieldKind::Place { .. });
    service.town().map().is_none() && !fields.is_empty() && fields.iter().all(is_place)
}

/// The lists that lead to the services: the first one, and those by situation in life.
pub fn menu(terminal: &Terminal, language: Language) -> Vec<(String, View)> {
    let view = |stage| Visit::in_front_of(Stage::Services(stage), language).view(Now::ZERO, terminal);
    let mut views = vec![("start".to_owned(), view(ChoosingService::default()))];
    for situation in ChoosingService::situations(terminal) {
        let name = situation.map_or("others", catalogue::Situation::name);
        views.push((name.to_owned(), view(ChoosingService::of(situation))));
    }
    views
}

/// Answers with which the page shows each of its fields at least once, as far as one choice, yes or no decides it.
fn answers_for(service: &Service, page: PageIndex, terminal: &Terminal) -> Vec<Answers> {
    let blank = || service.blank(terminal.today());
    let mut found = vec![blank()];
    let mut seen: BTreeSet<_> = service.shown_fields(page, &blank()).into_iter().collect();
    for field in 0..service.field_count() {
        let values: Vec<&str> = match service.field(field).kind() {
            FieldKind::Bool => vec!["true", "false"],
            FieldKind::Select { choices } => choices.iter().map(catalogue::Choice::key).collect(),
            FieldKind::Text { .. } | FieldKind::Date { .. } | FieldKind::Iban | FieldKind::Place { .. } => Vec::new(),
            FieldKind::Number { .. } | FieldKind::Money { .. } => Vec::new(),
        };
        for value in values {
            let mut answers = blank();
            service.enter(&mut answers, field, value);
            let shown = service.shown_fields(page, &answers);
            if shown.iter().any(|field| !seen.contains(field)) {
                seen.extend(shown);
                found.push(answers);
            }
        }
    }
    found
}
