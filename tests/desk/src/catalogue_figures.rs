//! How long the catalogue takes, and what it takes of the memory, with a thousand services.
#![allow(clippy::disallowed_methods)] // it measures
use crate::{Fault, median};
use catalogue::{Catalogue, Service, SourceFile};
use std::fmt::Write;
use std::sync::Arc;
use std::time::Instant;
use townhall::thousand;

/// The keys, in the order of [`measure`].
pub const KEYS: [&str; 5] = [
    "catalogue.load_1000_ms",
    "catalogue.load_1000_mib",
    "catalogue.step_ms",
    "catalogue.search_ms",
    "catalogue.search_top3_percent",
];

const LOADS: usize = 5;
const STEPS: usize = 201;
/// Fields and pages of the service whose steps are measured.
const FIELDS: usize = 200;
const FIELDS_A_PAGE: usize = 4;

/// Loading and checking a thousand services (median), what that adds to the process's memory, one answer to the next
/// page in a service of 200 fields (median), the slowest of a hundred searches (median of its repetitions), and how
/// many of them find the right service among the first three. `memory` tells the process's memory in MiB.
///
/// # Errors
/// `memory` can't tell, or the service of 200 fields has a fault.
pub fn measure(memory: impl Fn() -> Result<f64, Fault>) -> Result<[f64; 5], Fault> {
    let files = thousand::files();
    let before = memory()?;
    let mut began = Instant::now();
    let mut loads = Vec::new();
    // As a terminal loads its folder.
    let load = || Catalogue::load_with_map(&files, None, &shelf::Threads);
    let loaded = load();
    loads.push(began.elapsed().as_secs_f64() * 1e3);
    let taken = memory()? - before;
    drop(loaded);
    for _ in 1..LOADS {
        began = Instant::now();
        std::hint::black_box(load().is_ok());
        loads.push(began.elapsed().as_secs_f64() * 1e3);
    }
    let catalogue = thousand::catalogue();
    let phrases = thousand::phrases();
    let missed = thousand::missed(&catalogue).len();
    let slowest = phrases.iter().map(|phrase| {
        let times = (0..LOADS).map(|_| {
            let began = Instant::now();
            std::hint::black_box(catalogue.search(phrase).len());
            began.elapsed().as_secs_f64() * 1e3
        });
        median(times.collect())
    });
    let slowest = slowest.fold(0.0, f64::max);
    let found = 100.0 * (phrases.len() - missed) as f64 / phrases.len() as f64;
    Ok([median(loads), taken, step_ms()?, slowest, found])
}

/// Middle value of the steps through a form of [`FIELDS`] fields: an answer is taken in, its page is checked, what it
/// makes superfluous is dropped, and the next page with its fields is found.
fn step_ms() -> Result<f64, Fault> {
    let service = long_form()?;
    let mut answers = service.blank(None);
    for field in 0..service.field_count() {
        service.enter(&mut answers, field, "Ja");
    }
    let mut times = Vec::new();
    for step in 0..STEPS {
        let page = step % (service.page_count() - 1);
        let field = service.page(page).fields().first().copied().unwrap_or_default();
        let began = Instant::now();
        service.enter(&mut answers, field, if step % 2 == 0 { "Nein" } else { "Ja" });
        std::hint::black_box(service.check_page(page, &answers).len());
        service.prune(&mut answers);
        let next = service.next_page(Some(page), &answers);
        std::hint::black_box(next.map(|page| service.shown_fields(page, &answers).len()));
        times.push(began.elapsed().as_secs_f64() * 1e3);
    }
    Ok(median(times))
}

/// The bundled certificate with pages of its own: every page forks, and every second field depends on the one before.
fn long_form() -> Result<Arc<Service>, Fault> {
    let pages = FIELDS / FIELDS_A_PAGE;
    let (mut service, mut texts) = (String::new(), String::new());
    for page in 0..pages {
        let next = if page + 1 == pages {
            "next = \"end\"".to_owned()
        } else {
            let skipped = (page + 2).min(pages - 1);
            let when = format!("{{ field = \"f{}\", equals = \"Nein\" }}", page * FIELDS_A_PAGE);
            format!(
                "next = [{{ when = {when}, page = \"p{skipped}\" }}, {{ page = \"p{}\" }}]",
                page + 1
            )
        };
        writeln!(service, "[[page]]\nid = \"p{page}\"\n{next}")?;
        writeln!(texts, "[page.p{page}]\ntitle = \"Seite {page}\"")?;
        for field in page * FIELDS_A_PAGE..(page + 1) * FIELDS_A_PAGE {
            let shown = if field % 2 == 1 {
                format!("shown_when = {{ field = \"f{}\", is_set = true }}\n", field - 1)
            } else {
                String::new()
            };
            writeln!(
                service,
                "[[page.field]]\nid = \"f{field}\"\nkind = \"text\"\nmax_chars = 10\n{shown}fim = \"schalter.f{field}\""
            )?;
            writeln!(texts, "[field.f{field}]\nlabel = \"Feld {field}\"")?;
        }
    }
    let head = "format = 1\nversion = \"1.0.0\"\nleika = \"99089014014000\"\n";
    let words = ["title", "summary", "purpose", "legal_basis", "next_steps", "statement"];
    let words: String = words
        .iter()
        .map(|key| format!("{key} = \"Langes Formular\"\n"))
        .collect();
    let mut files = catalogue::bundled::small(&catalogue::bundled::TWO);
    for (name, text) in [
        ("service.toml", format!("{head}{service}")),
        ("texts.de.toml", format!("{words}{texts}")),
        ("texts.en.toml", format!("{words}{texts}")),
        ("texts.de-x-leicht.toml", format!("{words}{texts}")),
    ] {
        let path = format!("lang/{name}");
        files.push(SourceFile { path, text });
    }
    let loaded = Catalogue::load(&files).map_err(|faults| format!("{:?}", faults.first()))?;
    let service = loaded.catalogue.service(&"lang".into()).map(Arc::clone);
    service.ok_or_else(|| format!("the long form has faults: {:?}", loaded.faults.first()).into())
}
