//! Whatever is in the files and whatever is typed: no panic, and the laws of the walk hold.
#![allow(clippy::unwrap_used, reason = "a test says so by failing")]
mod common;
use catalogue::{Catalogue, Finish, Service, SourceFile};
use common::{erika, service, with_jugendkarte};
use drivers_api::language::Language;
use proptest::prelude::*;

/// What typing can look like, sensible answers included.
fn typed() -> impl Strategy<Value = String> {
    let known = [
        "simple",
        "extended",
        "other",
        "bank",
        "other_address",
        "counter",
        "true",
        "false",
        "3",
        "12.8.1964",
        "",
    ];
    prop_oneof![
        proptest::sample::select(known.to_vec()).prop_map(str::to_owned),
        any::<String>(),
        "[0-9.-]{0,12}"
    ]
}

fn laws(service: &Service, inputs: &[(usize, String)], prune: bool) -> Result<(), TestCaseError> {
    let mut answers = service.prefill(&erika(), None);
    for (field, text) in inputs {
        service.enter(&mut answers, *field, text);
        if prune {
            service.prune(&mut answers);
        }
    }
    let path = service.path(&answers);
    if service.finish() == Finish::Show {
        prop_assert!(path.is_empty() && service.page_count() == 0 && service.fee(&answers).is_none());
        return Ok(());
    }
    prop_assert_eq!(path.first(), Some(&0));
    prop_assert!(path.windows(2).all(|pair| pair[0] < pair[1]), "forward only");
    for pair in path.windows(2) {
        prop_assert_eq!(service.next_page(Some(pair[0]), &answers), Some(pair[1]));
        prop_assert_eq!(service.previous_page(Some(pair[1]), &answers), Some(pair[0]));
    }
    prop_assert_eq!(service.previous_page(None, &answers), path.last().copied());
    for page in 0..service.page_count() + 2 {
        let shown = service.shown_fields(page, &answers);
        let problems = service.check_page(page, &answers);
        prop_assert!(problems.iter().all(|(field, _)| shown.contains(field)));
    }
    let submission = service.submission(&answers);
    let json: serde_json::Value = serde_json::from_slice(submission.expose()).unwrap();
    for language in Language::ALL {
        let declaration = service.declaration(&answers, language);
        let pages = declaration.sections.iter().filter(|section| section.page.is_some());
        let rows: usize = pages.map(|section| section.rows.len()).sum();
        let shown: usize = path
            .iter()
            .map(|page| service.shown_fields(*page, &answers).len())
            .sum();
        prop_assert_eq!(rows, shown);
    }
    let incomplete = service.first_incomplete(&answers);
    if incomplete.is_none() {
        prop_assert_eq!(service.next_page(path.last().copied(), &answers), None);
        let schema = service.schema();
        let required = schema["required"].as_array().unwrap();
        prop_assert!(required.iter().all(|name| json.get(name.as_str().unwrap()).is_some()));
    }
    service.prune(&mut answers);
    prop_assert_eq!(service.path(&answers), path);
    prop_assert_eq!(service.first_incomplete(&answers), incomplete);
    let pruned = service.submission(&answers);
    prop_assert_eq!(pruned.expose(), submission.expose());
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn any_typing(inputs in proptest::collection::vec((0..30_usize, typed()), 0..40), prune in any::<bool>()) {
        laws(&service(), &inputs, prune)?;
    }

    #[test]
    fn any_text_as_file(path in any::<proptest::sample::Index>(), text in "\\PC{0,200}|[a-z_\\[\\]={}\", \n.0-9]{0,300}") {
        let mut files = with_jugendkarte();
        let path = path.index(files.len());
        files[path].text = text;
        let broken = files[path].path.split_once('/').map(|(id, _)| id);
        let needed = ["town.toml", "words.de.toml", "words.en.toml"].contains(&&*files[path].path);
        match (Catalogue::load(&files), broken) {
            // Nothing can do without the town and the words of these two languages.
            (loaded, None) if needed => prop_assert!(loaded.is_err()),
            // Other languages may leave words out: an empty file is none.
            (_, None) => {}
            (Err(faults), Some(_)) => prop_assert!(false, "{faults:?}"),
            (Ok(loaded), Some(id)) => {
                prop_assert!(loaded.catalogue.service(&id.into()).is_none());
                prop_assert_eq!(loaded.catalogue.services().len(), 2);
                prop_assert!(!loaded.faults.is_empty());
            }
        }
    }

    /// Cuts, copies and slips of the pen anywhere in the files.
    #[test]
    fn mutated_files(
        path in 0..14_usize,
        edits in proptest::collection::vec((any::<prop::sample::Index>(), 0..40_usize, "\\PC{0,3}|[\\[\\]{}=\"\n]{0,3}"), 1..6),
    ) {
        let mut files = with_jugendkarte();
        let mut chars: Vec<char> = files[path].text.chars().collect();
        for (at, len, replacement) in edits {
            let at = at.index(chars.len());
            let end = (at + len).min(chars.len());
            chars.splice(at..end, replacement.chars());
        }
        files[path].text = chars.into_iter().collect();
        check_load(&files)?;
    }

    /// Lines moved and doubled: structure breaks, syntax mostly not.
    #[test]
    fn shuffled_lines(path in 0..14_usize, moves in proptest::collection::vec(any::<(prop::sample::Index, prop::sample::Index, bool)>(), 1..8)) {
        let mut files = with_jugendkarte();
        let mut lines: Vec<String> = files[path].text.lines().map(str::to_owned).collect();
        for (from, to, copy) in moves {
            let line = lines[from.index(lines.len())].clone();
            if !copy {
                lines.remove(from.index(lines.len()));
            }
            lines.insert(to.index(lines.len()), line);
        }
        files[path].text = lines.join("\n");
        check_load(&files)?;
    }
}

/// Faults name lines that exist; what loads keeps the laws of the walk.
fn check_load(files: &[SourceFile]) -> Result<(), TestCaseError> {
    let faults = match Catalogue::load(files) {
        Ok(loaded) => {
            for service in loaded.catalogue.services() {
                laws(service, &[(0, "extended".to_owned()), (6, "other".to_owned())], false)?;
            }
            loaded.faults
        }
        Err(faults) => {
            prop_assert!(!faults.is_empty());
            faults
        }
    };
    for fault in faults {
        let lines = files
            .iter()
            .find(|file| file.path == fault.path)
            .map_or(0, |file| file.text.lines().count());
        prop_assert!(
            fault.line.is_none_or(|line| (1..=lines.max(1) + 1).contains(&line)),
            "{}",
            fault
        );
        prop_assert!(!fault.what.is_empty() && !fault.mend.is_empty());
    }
    Ok(())
}
