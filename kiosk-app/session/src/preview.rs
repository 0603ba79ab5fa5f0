//! What a service looks like to whoever writes it, without anybody being there: every page, and every field that a page
//! can show.
mod sample;

use crate::entrance::{ChoosingService, Requesting};
use crate::filing::Filed;
use crate::finish::Receipt;
use crate::form::{Case, Filling, Reviewing};
use crate::inform::Informing;
use crate::show::Exit;
use crate::view::View;
use crate::visit::{Stage, Visit};
use crate::{Now, Terminal};
use catalogue::{Answers, FieldKind, Finish, LocalTime, PageIndex, Service};
use drivers_api::language::Language;
use sample::{Choices, Sample};
use std::collections::BTreeSet;
use std::sync::Arc;

/// The code on the receipt that is shown.
const CODE: &str = "MUSTER-2345";

/// The views of a service in the order of its file, each with a name: who asks for what, the ways out, the pages of the form (once
/// more where an answer shows other fields), review and receipt, or what it tells. On the pages before one, the test person
/// has answered what leads there; on itself, nothing but what shows its fields.
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
    // What somebody reads to whom the card says no.
    for question in service.exits() {
        let service = Arc::clone(service);
        let stage = Stage::Exit(Exit { service, question });
        views.push((question.on_no().to_owned(), view(stage)));
    }
    let sample = Sample {
        service,
        today: terminal.today(),
    };
    let person = service.needs_card().then(|| sample::person(service));
    let case = |answers| Case::new(Arc::clone(service), answers, person.as_ref());
    let ways = sample.ways();
    for (page, way) in ways.iter().enumerate() {
        // Further entries of a list look as the first; a town without a map passes over pages that ask for a place.
        if service.page(page).entry().is_some_and(|entry| entry > 0) || asks_for_a_place_only(service, page) {
            continue;
        }
        let way = way.clone().unwrap_or_default();
        for (number, answers) in answers_for(&sample, page, &way).into_iter().enumerate() {
            let stage = Filling::at(case(answers), page);
            let name = service.page(page).id();
            let name = if number == 0 {
                name.to_owned()
            } else {
                format!("{name}-{number}")
            };
            views.push((name, view(stage)));
        }
    }
    if service.finish().files() {
        let all = || case(sample.answers(&Choices::new(), None));
        views.push(("review".to_owned(), view(Stage::Reviewing(Reviewing { case: all() }))));
        let filed_at = terminal.time.unwrap_or(LocalTime {
            year: 2026,
            month: 11,
            day: 24,
            hour: 9,
            minute: 41,
        });
        let filed = Filed {
            code: CODE.to_owned(),
            check: None,
            at: filed_at,
        };
        let stage = Receipt::printed(all(), filed);
        views.push(("receipt".to_owned(), view(stage)));
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
fn answers_for(sample: &Sample<'_>, page: PageIndex, way: &Choices) -> Vec<Answers> {
    let service = sample.service;
    let first = sample.answers(way, Some(page));
    let mut seen: BTreeSet<_> = service.shown_fields(page, &first).into_iter().collect();
    let mut found = vec![first];
    if service.page(page).fields().iter().all(|field| seen.contains(field)) {
        return found;
    }
    for field in 0..service.field_count() {
        for value in sample.deciding(field) {
            let mut more: Choices = way.iter().filter(|(at, _)| *at != field).cloned().collect();
            more.push((field, value));
            let answers = sample.answers(&more, Some(page));
            let shown = service.shown_fields(page, &answers);
            if shown.iter().any(|field| !seen.contains(field)) {
                seen.extend(shown);
                found.push(answers);
            }
        }
    }
    found
}
