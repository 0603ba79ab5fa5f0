//! What a new version of services changes, in words, for whoever answers for them.
use crate::catalogue::Catalogue;
use crate::condition::Condition;
use crate::day::Limit;
use crate::field::{Field, FieldKind, Page};
use crate::opening::Opening;
use crate::repeat::Copied;
use crate::service::{Service, ServiceId};
use crate::text::Text;
use crate::town::{Provider, Town};
use drivers_api::language::Language;
use std::collections::{BTreeMap, BTreeSet};

impl Catalogue {
    /// What is otherwise in `new`, a line for each: services, then what is asked and read, fees and ends, then texts in
    /// every language. Nothing when nothing is.
    pub fn changes(&self, new: &Self) -> Vec<String> {
        let ids = |catalogue: &Self| -> BTreeSet<String> {
            let services = catalogue.services.iter();
            services.map(|service| service.id().as_str().to_owned()).collect()
        };
        let (before, after) = (ids(self), ids(new));
        let mut lines = Vec::new();
        lines.extend(before.difference(&after).map(|id| format!("{id}: is gone")));
        for id in &after {
            let id = id.as_str();
            match (self.service(&id.into()), new.service(&id.into())) {
                (Some(before), Some(after)) => {
                    let changes = changes(before, after);
                    lines.extend(changes.into_iter().map(|line| format!("{id}: {line}")));
                }
                (None, Some(service)) => lines.push(format!("{id}: is new ({})", service.title(Language::German))),
                (_, None) => {}
            }
        }
        lines
    }

    /// What is otherwise in the town itself, a line for each.
    pub fn town_changes(&self, new: &Self) -> Vec<String> {
        town_changes(&self.town, &new.town)
    }
}

/// What is otherwise in the town itself, among that who answers for the data.
fn town_changes(before: &Town, after: &Town) -> Vec<String> {
    let accent = |town: &Town| {
        town.accent
            .map_or_else(|| "the screens' own".to_owned(), |colour| colour.to_string())
    };
    let crest = |town: &Town| {
        let crest = town.crest.as_ref();
        crest.map_or_else(|| "the screens' own".to_owned(), ToString::to_string)
    };
    let provider = |town: &Town| {
        let Provider {
            name,
            street,
            city,
            email,
            website,
            data_protection_authority,
            responsible_for_data,
        } = &town.provider;
        [
            name,
            street,
            city,
            email,
            website,
            data_protection_authority,
            responsible_for_data,
        ]
        .map(String::as_str)
        .join(", ")
    };
    let most_used = |town: &Town| {
        let ids: Vec<&str> = town.most_used.iter().map(ServiceId::as_str).collect();
        ids.join(", ")
    };
    let facts = [
        ("name", before.name.clone(), after.name.clone()),
        (
            "cases go to",
            before.destination_id.clone(),
            after.destination_id.clone(),
        ),
        ("colour", accent(before), accent(after)),
        ("crest", crest(before), crest(after)),
        ("office", provider(before), provider(after)),
        ("offered first", most_used(before), most_used(after)),
    ];
    let facts = facts.into_iter().map(|(what, was, is)| (what.to_owned(), was, is));
    let changed = facts
        .chain(opening_changes(before, after))
        .filter(|(_, was, is)| was != is);
    changed
        .map(|(what, was, is)| format!("town: {what}: {was} → {is}"))
        .collect()
}

/// Each day of the week by itself, so that a reviewer sees which is otherwise.
fn opening_changes(before: &Town, after: &Town) -> impl Iterator<Item = (String, String, String)> {
    let facts = |town: &Town| -> BTreeMap<String, String> { town.opening.iter().flat_map(Opening::facts).collect() };
    let (was, is) = (facts(before), facts(after));
    let names: BTreeSet<String> = was.keys().chain(is.keys()).cloned().collect();
    names.into_iter().map(move |name| {
        let told = |facts: &BTreeMap<String, String>| facts.get(&name).map_or("not told", String::as_str).to_owned();
        let (was, is) = (told(&was), told(&is));
        (name, was, is)
    })
}

fn changes(before: &Service, after: &Service) -> Vec<String> {
    let mut lines = Vec::new();
    let mut fact = |what: &str, before: String, after: String| {
        if before != after {
            lines.push(format!("{what}: {before} → {after}"));
        }
    };
    fact("version", before.version.clone(), after.version.clone());
    fact("LeiKa key", before.leika.clone(), after.leika.clone());
    fact(
        "ends with",
        format!("{:?}", before.finish),
        format!("{:?}", after.finish),
    );
    fact("offered", offered(before), offered(after));
    let level = |service: &Service| service.assurance().name().to_owned();
    fact("needs to know who is there", level(before), level(after));
    let kept = |service: &Service| {
        service
            .retention()
            .map_or_else(|| "not told".to_owned(), |kept| kept.to_string())
    };
    fact("data are kept for", kept(before), kept(after));
    let goes = |service: &Service| service.destination_id().unwrap_or("the town's destination").to_owned();
    fact("cases go to", goes(before), goes(after));
    let film = |service: &Service| {
        let film = service.sign_video();
        film.map_or_else(|| "none".to_owned(), |film| format!("{} ({})", film.file, film.sha256))
    };
    fact("film in sign language", film(before), film(after));
    let groups = |service: &Service| -> BTreeSet<String> {
        let groups = service.request.groups.iter();
        groups.map(|group| group.name().to_owned()).collect()
    };
    listed("reads from the card", &groups(before), &groups(after), &mut lines);
    let questions = |service: &Service| -> BTreeSet<String> {
        let request = &service.request;
        let age = request.age_at_least.map(|years| format!("age of at least {years}"));
        let place = request.municipality.as_ref().map(|id| format!("municipality {id}"));
        let pseudonym = request.pseudonym.then(|| "pseudonym".to_owned());
        age.into_iter().chain(place).chain(pseudonym).collect()
    };
    listed("asks the card for", &questions(before), &questions(after), &mut lines);
    fees(before, after, &mut lines);
    form(before, after, &mut lines);
    texts(before, after, &mut lines);
    lines
}

fn offered(service: &Service) -> String {
    let day = |day: Option<jiff::civil::Date>| day.map_or_else(|| "…".to_owned(), |day| day.to_string());
    match (service.period.from, service.period.until) {
        (None, None) => "always".to_owned(),
        (from, until) => format!("{} to {}", day(from), day(until)),
    }
}

/// Sets, by what came and what went.
fn listed(what: &str, before: &BTreeSet<String>, after: &BTreeSet<String>, lines: &mut Vec<String>) {
    lines.extend(after.difference(before).map(|one| format!("{what}: now also {one}")));
    lines.extend(before.difference(after).map(|one| format!("{what}: no longer {one}")));
}

fn fees(before: &Service, after: &Service, lines: &mut Vec<String>) {
    let rows = |service: &Service| -> Vec<String> {
        let rows = service.fees.iter().map(|fee| {
            let further = fee.times.map(|(_, cents)| format!(", further {}", euros(cents)));
            let from = fee.from.map(|day| format!(" from {day}"));
            let until = fee.until.map(|day| format!(" until {day}"));
            let when = fee.when.as_ref().map(|when| format!(" when {}", told(when, service)));
            let parts = [further, from, until, when].into_iter().flatten().collect::<String>();
            format!("{} {}{parts}", fee.id, euros(fee.cents))
        });
        rows.collect()
    };
    let (before, after) = (rows(before), rows(after));
    if before != after {
        let told = |rows: &[String]| {
            if rows.is_empty() {
                "none".to_owned()
            } else {
                rows.join("; ")
            }
        };
        lines.push(format!("fee: {} → {}", told(&before), told(&after)));
    }
}

fn euros(cents: u32) -> String {
    format!("{}.{:02} €", cents / 100, cents % 100)
}

/// A condition with the names of its fields.
fn told(condition: &Condition, service: &Service) -> String {
    condition.told(&|field| {
        let field = service.fields.get(field);
        field.map_or_else(String::new, |field| field.id.clone())
    })
}

/// Pages and fields; of several entries the first stands for all.
fn form(before: &Service, after: &Service, lines: &mut Vec<String>) {
    let first = |copied: Option<Copied>| copied.is_none_or(|copied| copied.number == 0);
    let pages = |service: &Service| -> Vec<String> {
        let pages = service.pages.iter().filter(|page| first(page.copied));
        pages.map(|page| page.id.clone()).collect()
    };
    let (old, new) = (pages(before), pages(after));
    let set = |ids: &[String]| ids.iter().cloned().collect::<BTreeSet<_>>();
    listed("pages", &set(&old), &set(&new), lines);
    if set(&old) == set(&new) && old != new {
        lines.push(format!("pages are in another order: {}", new.join(", ")));
    }
    fn by_id(service: &Service) -> BTreeMap<&str, &Field> {
        let fields = service.fields.iter();
        let first = fields.filter(|field| field.copied.is_none_or(|copied| copied.number == 0));
        first.map(|field| (field.id.as_str(), field)).collect()
    }
    let (old, new) = (by_id(before), by_id(after));
    let names = |fields: &BTreeMap<&str, &Field>| fields.keys().map(|id| (*id).to_owned()).collect::<BTreeSet<_>>();
    listed("questions", &names(&old), &names(&new), lines);
    for (id, old) in &old {
        let Some(new) = new.get(id) else { continue };
        let (old, new) = (facts(old, before), facts(new, after));
        for (what, was) in &old {
            let is = new.get(what).map_or("", String::as_str);
            if is != was {
                lines.push(format!("question {id}: {what}: {was} → {is}"));
            }
        }
    }
    let ways = |service: &Service, id: &str| {
        let page: Option<&Page> = service.pages.iter().find(|page| page.id == id);
        let steps = page.map(|page| page.next.iter()).into_iter().flatten().map(|step| {
            let to = step
                .to
                .and_then(|to| service.pages.get(to))
                .map_or("the review", |page| &page.id);
            let when = step.when.as_ref().map(|when| format!("{} → ", told(when, service)));
            format!("{}{to}", when.unwrap_or_default())
        });
        steps.collect::<Vec<_>>().join(", ")
    };
    for id in pages(before).iter().filter(|id| pages(after).contains(id)) {
        let (was, is) = (ways(before, id), ways(after, id));
        if was != is {
            lines.push(format!("way on from {id}: {was} → {is}"));
        }
    }
}

/// What a question is, beside its words.
fn facts(field: &Field, service: &Service) -> BTreeMap<&'static str, String> {
    let kind = match &field.kind {
        FieldKind::Text { max_chars } => format!("text of at most {max_chars}"),
        FieldKind::Date { not_before, not_after } => {
            let limit = |limit: &Option<Limit>| limit.as_ref().map_or_else(|| "…".to_owned(), Limit::to_string);
            format!("date, {} to {}", limit(not_before), limit(not_after))
        }
        FieldKind::Bool => "yes or no".to_owned(),
        FieldKind::Number { min, max } => format!("number, {min} to {max}"),
        FieldKind::Money { min, max } => format!("money, {min} to {max} cents"),
        FieldKind::Iban => "IBAN".to_owned(),
        FieldKind::Place { must: false } => "place on the map".to_owned(),
        FieldKind::Place { must: true } => "place on the map, or the text instead of it".to_owned(),
        FieldKind::Select { choices } => {
            let keys: Vec<&str> = choices.iter().map(|choice| choice.key.as_str()).collect();
            format!("one of {}", keys.join(", "))
        }
    };
    let page = service.pages.get(field.page).map(|page| page.id.clone());
    let shown = field.shown_when.as_ref().map(|when| told(when, service));
    BTreeMap::from([
        ("kind", kind),
        ("page", page.unwrap_or_default()),
        ("must be answered", field.required.to_string()),
        ("key", field.fim_id.clone()),
        ("from the card", format!("{:?}", field.from_card)),
        ("correctable", format!("{:?}", field.correctable)),
        ("shown", shown.unwrap_or_else(|| "always".to_owned())),
        ("follows from", from_table(field, service)),
        ("falls on", on_weekdays(field, service)),
        ("chosen beforehand", field.default.clone().unwrap_or_default()),
    ])
}

/// From which table and answer it follows.
fn from_table(field: &Field, service: &Service) -> String {
    let id = |at: usize| service.fields.get(at).map_or("", |field| field.id.as_str());
    let mut follows = service.follows.iter().filter(|follows| id(follows.field) == field.id);
    follows.next().map_or_else(String::new, |follows| {
        let column = follows.table.columns.get(follows.column).map_or("", String::as_str);
        format!("{column} of {}", id(follows.by))
    })
}

/// Which answer names the days of the week.
fn on_weekdays(field: &Field, service: &Service) -> String {
    let id = |at: usize| service.fields.get(at).map_or("", |field| field.id.as_str());
    let mut rules = service.weekdays.iter().filter(|rule| id(rule.field) == field.id);
    let rule = rules.next().map(|rule| format!("the days of {}", id(rule.by)));
    rule.unwrap_or_else(|| "any day of the week".to_owned())
}

/// Every text with its place, as in the files.
fn texts(before: &Service, after: &Service, lines: &mut Vec<String>) {
    fn all(service: &Service) -> BTreeMap<String, &Text> {
        let texts = &service.texts;
        let mut all: BTreeMap<String, &Text> = BTreeMap::new();
        for (name, text) in [
            ("title", &texts.title),
            ("summary", &texts.summary),
            ("purpose", &texts.purpose),
            ("legal_basis", &texts.legal_basis),
            ("next_steps", &texts.next_steps),
            ("statement", &texts.statement),
            ("retention", &texts.retention),
            ("fee.overview", &texts.fee_overview),
            ("card.lives_there", &texts.lives_there),
        ] {
            all.insert(name.to_owned(), text);
        }
        for fee in &service.fees {
            all.insert(format!("fee.{}", fee.id), &fee.text);
        }
        for (number, (title, text)) in texts.sections.iter().enumerate() {
            all.insert(format!("section {} title", number + 1), title);
            all.insert(format!("section {}", number + 1), text);
        }
        let first = |copied: Option<Copied>| copied.is_none_or(|copied| copied.number == 0);
        for page in service.pages.iter().filter(|page| first(page.copied)) {
            all.insert(format!("page.{}.title", page.id), &page.title);
            all.insert(format!("page.{}.intro", page.id), &page.intro);
        }
        for field in service.fields.iter().filter(|field| first(field.copied)) {
            all.insert(format!("field.{}.label", field.id), &field.label);
            all.insert(format!("field.{}.hint", field.id), &field.hint);
            if let FieldKind::Select { choices } = &field.kind {
                for choice in choices {
                    all.insert(format!("field.{}.choices.{}", field.id, choice.key), &choice.label);
                }
            }
        }
        all
    }
    let (old, new) = (all(before), all(after));
    for language in Language::ALL {
        let has = |service: &Service| service.texts.languages.contains(&language);
        match (has(before), has(after)) {
            (false, true) => lines.push(format!("is now also in {}", language.tag())),
            (true, false) => lines.push(format!("is no longer in {}", language.tag())),
            (true, true) => {
                for (place, was) in &old {
                    let Some(is) = new.get(place) else { continue };
                    let (was, is) = (was.get(language).trim_end(), is.get(language).trim_end());
                    if was != is {
                        lines.push(format!("text {place} ({}): “{was}” → “{is}”", language.tag()));
                    }
                }
            }
            (false, false) => {}
        }
    }
}
