//! Reads a services folder and tells every mistake in it.
mod card;
mod condition;
mod copies;
mod definition;
mod export;
pub(crate) mod facts;
mod fee;
mod fields;
mod follows;
mod graph;
mod inform;
mod kinds;
pub(crate) mod map;
mod opening;
mod parsed;
pub(crate) mod place;
mod receipt;
pub(crate) mod repeat;
mod sorted;
pub(crate) mod table;
pub(crate) mod template;
mod texts;
mod town;
pub(crate) mod view;
mod weekdays;
pub(crate) mod words;

use crate::bundled;
use crate::catalogue::{Catalogue, Loaded};
use crate::crew::Crew;
use crate::facts::Facts;
use crate::fault::{Fault, Faults, SourceFile};
use crate::field::{Field, FieldKind, HandedIn};
use crate::load::table::Tables;
use crate::receipt::ReceiptTemplate;
use crate::search::Index;
use crate::service::{Finish, Service, ServiceId, ServiceTexts};
use crate::town::Town;
use crate::words::Words;
use drivers_api::language::Language;
use sorted::{Sorted, language_file, sorted};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Most files of a services folder: a thousand services with texts in every language.
const FILES_MAX: usize = 15_000;
/// Longest name of a service's folder.
const ID_BYTES_MAX: usize = 64;
/// Files that a service must have.
const SERVICE_FILES: [&str; 3] = ["service.toml", "texts.de.toml", "texts.de-x-leicht.toml"];
/// The one that only a service needs which submits something.
/// May be left out: then it is the town's, and that one may be left out for the built-in one.
const RECEIPT: &str = "receipt.toml";
/// May be left out: how the declaration becomes an office's XML.
const EXPORT: &str = "export.toml";
/// Languages in which every service speaks: that of the law, and the one that most people understand.
const REQUIRED: [Language; 2] = [Language::German, Language::EasyGerman];
/// First part of the names of its texts.
const TEXTS: &str = "texts";
/// Version of the format that this program reads.
const FORMAT: i64 = 1;

/// The files of one service.
struct Folder<'a> {
    id: &'a str,
    files: BTreeMap<&'a str, &'a SourceFile>,
}

/// See [`Catalogue::load`].
pub(crate) fn load(files: &[SourceFile], picture: Option<&[u8]>, crew: &impl Crew) -> Result<Loaded, Vec<Fault>> {
    let mut faults = Faults::default();
    if files.len() > FILES_MAX {
        let what = format!("{} files, more than {FILES_MAX}", files.len());
        faults.add("", None, what, "remove what isn't a service");
        return Err(faults.into_list());
    }
    let Sorted {
        town,
        streets,
        receipt,
        words,
        tables,
        map,
        folders,
    } = sorted(files, &mut faults);
    let words = if words.is_empty() {
        Some(Arc::clone(Words::bundled()))
    } else {
        words::town_words(&words, &mut faults).map(Arc::new)
    };
    let town = match town {
        Some(file) => town::read(file, &mut faults),
        None => {
            let mend = "add it: it names the town and its office";
            faults.add("town.toml", None, "the file is missing", mend);
            None
        }
    };
    let (Some(words), Some((mut town, lines))) = (words, town) else {
        return Err(faults.into_list());
    };
    let Some(receipt) = shared_receipt(receipt, &words, &mut faults) else {
        return Err(faults.into_list());
    };
    town.streets = streets.map_or_else(Vec::new, |file| town::streets(file, &mut faults));
    town.map = map::read(&map, picture, &mut faults).map(Arc::new);
    let town = Arc::new(town);
    let shared = Shared {
        tables: read_tables(&tables, &mut faults),
        town: Arc::clone(&town),
        words,
        receipt,
    };
    let services = services(&folders, &shared, crew, &mut faults);
    if services.is_empty() {
        let mend = "mend the faults above, or add a service";
        faults.add("", None, "no service can be offered", mend);
        return Err(faults.into_list());
    }
    town::check_most_used(&town, &lines, &services, &folders, &mut faults);
    let index = Index::new(&services);
    Ok(Loaded {
        catalogue: Catalogue {
            town,
            services,
            words: shared.words,
            index,
            shared: false,
        },
        faults: faults.into_list(),
    })
}

/// True for the name of a folder.
pub(crate) fn is_id(name: &str) -> bool {
    let known = |byte: u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_');
    (1..=ID_BYTES_MAX).contains(&name.len()) && name.bytes().all(known)
}

/// True for what a service's folder may be called.
pub fn is_service_id(name: &str) -> bool {
    is_id(name)
}

/// The tables without a fault.
fn read_tables(files: &BTreeMap<&str, &SourceFile>, faults: &mut Faults) -> Tables {
    let read = files.iter().filter_map(|(name, file)| {
        let table = table::read(file, faults)?;
        Some(((*name).to_owned(), Arc::new(table)))
    });
    read.collect()
}

/// What the services of a town share.
struct Shared {
    tables: Tables,
    town: Arc<Town>,
    words: Arc<Words>,
    receipt: Arc<ReceiptTemplate>,
}

/// The town's order of receipts, or the built-in one.
fn shared_receipt(file: Option<&SourceFile>, words: &Words, faults: &mut Faults) -> Option<Arc<ReceiptTemplate>> {
    let built_in = bundled::town().into_iter().find(|file| file.path == RECEIPT);
    let file = file.or(built_in.as_ref())?;
    let about = receipt::About {
        texts: &ServiceTexts::default(),
        fields: &[],
        asked: &[],
        papers: true,
        words,
    };
    receipt::read(file, &about, faults).map(Arc::new)
}

/// The services without a fault, by id.
fn services(folders: &[Folder<'_>], shared: &Shared, crew: &impl Crew, faults: &mut Faults) -> Vec<Arc<Service>> {
    let read = crew.each(folders, |folder| {
        let mut faults = Faults::default();
        (service(folder, shared, &mut faults), faults)
    });
    let mut services = Vec::with_capacity(read.len());
    for (service, told) in read {
        services.extend(service.map(Arc::new));
        faults.extend(told);
    }
    services
}

/// A service, unless it has a fault.
fn service(folder: &Folder<'_>, shared: &Shared, faults: &mut Faults) -> Option<Service> {
    let words = &shared.words;
    let before = faults.count();
    let file = |name: &str| folder.files.get(name).copied();
    let draft = file("service.toml").map(|file| definition::read(file, &shared.tables, faults));
    let shows = matches!(&draft, Some(Some(draft)) if !draft.finish.files());
    for name in SERVICE_FILES.iter().filter(|name| !folder.files.contains_key(*name)) {
        let mend = "add it; docs/services.md shows an example";
        faults.add(&format!("{}/{name}", folder.id), None, "the file is missing", mend);
    }
    for (name, what) in [
        (RECEIPT, "a service that files nothing prints no receipt"),
        (EXPORT, "a service that files nothing exports nothing"),
    ] {
        if shows && folder.files.contains_key(name) {
            faults.add(&format!("{}/{name}", folder.id), None, what, "remove the file");
        }
    }
    let mut draft = draft??;
    let texts = texts_of(folder, &mut draft, &shared.town, faults)?;
    if shared.town.map.is_none() {
        place::pass_over(&mut draft);
    }
    name_ways(&mut draft.fields, &texts, words);
    let export = file(EXPORT).and_then(|file| export::read(file, &draft, faults));
    let receipt = match draft.finish {
        Finish::Submit | Finish::Prepare => match file(RECEIPT) {
            None => Arc::clone(&shared.receipt),
            Some(file) => {
                let about = receipt::About {
                    texts: &texts,
                    fields: &draft.fields,
                    asked: &draft.asked,
                    papers: draft.fields.iter().any(|field| field.paper),
                    words,
                };
                Arc::new(receipt::read(file, &about, faults)?)
            }
        },
        Finish::Show | Finish::Inform => Arc::default(),
    };
    (faults.count() == before).then_some(Service {
        id: ServiceId::new(folder.id),
        leika: draft.leika,
        version: draft.version,
        period: draft.period,
        fees: draft.fees,
        pay: draft.pay,
        finish: draft.finish,
        queue: draft.queue,
        situations: draft.situations,
        keywords: draft.keywords,
        request: draft.request,
        asked: draft.asked,
        facts: Facts {
            town: Arc::clone(&shared.town),
            ..draft.facts
        },
        texts,
        pages: draft.pages,
        fields: draft.fields,
        repeats: draft.repeats,
        follows: draft.follows,
        weekdays: draft.weekdays,
        export,
        receipt,
        words: Arc::clone(words),
    })
}

/// How papers are handed in, in the languages of the service.
fn name_ways(fields: &mut [Field], texts: &ServiceTexts, words: &Words) {
    for field in fields.iter_mut().filter(|field| field.paper) {
        let FieldKind::Select { choices } = &mut field.kind else {
            continue;
        };
        for (choice, way) in choices.iter_mut().zip(HandedIn::ALL) {
            for language in texts.languages.iter().copied() {
                let word = words.text(way.word(), language);
                choice.label.put(language, word.to_owned());
            }
        }
    }
}

/// The service's texts in every language it has, unless one has a fault.
fn texts_of(
    folder: &Folder<'_>,
    draft: &mut definition::Draft,
    town: &Town,
    faults: &mut Faults,
) -> Option<ServiceTexts> {
    let slots = [("town", town.name()), ("office", town.provider().name.as_str())];
    let mut told = Vec::new();
    let mut whole = true;
    for language in Language::ALL {
        let name = format!("{TEXTS}.{}.toml", language.tag());
        match folder
            .files
            .get(name.as_str())
            .map(|file| texts::read(file, draft, &slots, faults))
        {
            Some(Some(texts)) => told.push((language, texts)),
            Some(None) => whole = false,
            None => whole &= !REQUIRED.contains(&language),
        }
    }
    whole &= texts::check_hints(folder.id, draft, &told, faults);
    let mut texts = ServiceTexts::default();
    for (language, told) in told.into_iter().filter(|_| whole) {
        texts::put(language, told, draft, &mut texts);
    }
    whole.then_some(texts)
}

/// Reads `format`, which every file but the texts starts with.
fn format_of(view: &mut view::View<'_>, faults: &mut Faults) {
    if !view.has("format") {
        view.fault(
            faults,
            1,
            "`format` is missing",
            format!("start the file with format = {FORMAT}"),
        );
    }
    let line = view.line_of("format");
    if let Some(found) = view
        .number("format", i64::MIN, i64::MAX, faults)
        .filter(|found| *found != FORMAT)
    {
        let what = format!("`format` is {found}");
        view.fault(
            faults,
            line,
            what,
            format!("it is always {FORMAT}: write format = {FORMAT}"),
        );
    }
}
