//! Nothing changes unseen: every key of every bundled file is changed, left out and moved, and each time a line tells it.
use super::*;
use crate::bundled;
use toml::{Table, Value};

/// Where in a file something stands.
#[derive(Clone, Debug)]
enum Step {
    Key(String),
    At(usize),
}

fn places(value: &Value, here: &mut Vec<Step>, all: &mut Vec<Vec<Step>>) {
    let keys = value.as_table().into_iter().flatten();
    let items = value.as_array().into_iter().flatten().enumerate();
    let inner = keys.map(|(key, value)| (Step::Key(key.clone()), value));
    let inner = inner.chain(items.map(|(at, value)| (Step::At(at), value)));
    for (step, value) in inner {
        here.push(step);
        all.push(here.clone());
        places(value, here, all);
        here.pop();
    }
}

fn parent<'a>(root: &'a mut Value, place: &[Step]) -> &'a mut Value {
    let mut value = root;
    for step in &place[..place.len() - 1] {
        value = match step {
            Step::Key(key) => value.get_mut(key).unwrap(),
            Step::At(at) => value.get_mut(*at).unwrap(),
        };
    }
    value
}

/// The file with that one place changed, in every way that is worth trying.
fn mutants(root: &Value, place: &[Step]) -> Vec<(&'static str, Value)> {
    let mut mutants = Vec::new();
    let mut mutant = |how, change: &dyn Fn(&mut Value, &Step)| {
        let mut root = root.clone();
        change(parent(&mut root, place), &place[place.len() - 1]);
        mutants.push((how, root));
    };
    mutant("left out", &|around, step| match (around, step) {
        (Value::Table(table), Step::Key(key)) => _ = table.remove(key),
        (Value::Array(values), Step::At(at)) => _ = values.remove(*at),
        _ => unreachable!(),
    });
    mutant("changed", &|around, step| {
        let value = match step {
            Step::Key(key) => around.get_mut(key).unwrap(),
            Step::At(at) => around.get_mut(*at).unwrap(),
        };
        match value {
            Value::String(text) => text.push_str(" x"),
            Value::Integer(number) => *number += 1,
            Value::Boolean(flag) => *flag = !*flag,
            Value::Table(table) => _ = table.insert("unheard_of".to_owned(), Value::Boolean(true)),
            Value::Array(values) => values.push(values[0].clone()),
            Value::Float(number) => *number += 1.0,
            Value::Datetime(_) => unreachable!("no file has one"),
        }
    });
    if let Some(Step::At(at @ 1..)) = place.last() {
        mutant("moved up", &|around, _| {
            around.as_array_mut().unwrap().swap(*at - 1, *at)
        });
    }
    mutants
}

/// What says the same with another spelling: a service submits unless it says otherwise.
fn says_the_same(place: &[Step], before: &str, how: &str) -> bool {
    matches!(place, [Step::Key(key)] if key == "finish") && before == "submit" && how == "left out"
}

/// The lines for a service whose file of that name is another one.
fn told_of(before: &Definition, after: &mut Definition, name: &str, mut changed: Table) -> Vec<String> {
    let tag = name.strip_prefix("texts.").and_then(|name| name.strip_suffix(".toml"));
    let language = tag.and_then(drivers_api::language::Language::from_tag);
    let mut swap = |after: &mut Definition| {
        let file = match (name, language) {
            ("service.toml", _) => &mut after.service,
            (_, Some(language)) => after.texts.get_mut(&language).unwrap(),
            (other, None) => after.others.get_mut(other).unwrap(),
        };
        core::mem::swap(file, &mut changed);
    };
    swap(after);
    let lines = service::compared(before, after);
    swap(after);
    lines
}

#[test]
fn every_key_of_every_file_is_told() {
    let mut tried = 0;
    let all = bundled::files();
    // Words in other languages than German have the same keys, and take the same way.
    let repeated = |path: &str| path.starts_with("words.") && path != "words.de.toml";
    for file in all
        .iter()
        .filter(|file| file.path.ends_with(".toml") && !repeated(&file.path))
    {
        let root = Value::Table(file.text.parse::<Table>().unwrap());
        let mut all_places = Vec::new();
        places(&root, &mut Vec::new(), &mut all_places);
        let mut service: Option<(Definition, Definition, &str)> = file.path.split_once('/').map(|(id, name)| {
            let folder = format!("{id}/");
            let files: Vec<&SourceFile> = all.iter().filter(|other| other.path.starts_with(&folder)).collect();
            (Definition::of(&files), Definition::of(&files), name)
        });
        for place in all_places {
            let before = match &place[..] {
                [Step::Key(key)] => root[key.as_str()].as_str().unwrap_or_default(),
                _ => "",
            };
            for (how, mutant) in mutants(&root, &place) {
                if root == mutant || says_the_same(&place, before, how) {
                    continue;
                }
                let Value::Table(changed) = mutant else { unreachable!() };
                let lines = match &mut service {
                    Some((before, after, name)) => told_of(before, after, name, changed),
                    None => {
                        let after = SourceFile {
                            path: file.path.clone(),
                            text: changed.to_string(),
                        };
                        assert!(after.text.parse::<Table>().is_ok());
                        town::compared(&[file], &[&after])
                    }
                };
                assert!(!lines.is_empty(), "{} {how}: {place:?}", file.path);
                // One slip is one or two lines: else the diff would hide it among others.
                let is_id = matches!(place.last(), Some(Step::Key(key)) if key == "id");
                let whole = place.len() == 1 || how == "left out" || is_id;
                assert!(whole || lines.len() <= 3, "{} {how}: {place:?}\n{lines:#?}", file.path);
                let rust =
                    |line: &String| line.contains("Some(") || line.contains(": true") || line.contains("→ false");
                assert!(!lines.iter().any(rust), "{lines:?}");
                tried += 1;
            }
        }
    }
    assert!(tried > 10_000, "{tried}");
}

/// The town with that one file changed.
fn told(path: &str, before: &[SourceFile], after: &SourceFile) -> Vec<String> {
    let changed: Vec<SourceFile> = before
        .iter()
        .map(|file| if file.path == path { after.clone() } else { file.clone() })
        .collect();
    changes(
        &Edition::of_folder(before, |_| true),
        &Edition::of_folder(&changed, |_| true),
    )
}

#[test]
fn every_line_of_streets_and_tables_and_every_file_is_told() {
    let all = bundled::files();
    for file in &all {
        let without: Vec<SourceFile> = all.iter().filter(|other| other.path != file.path).cloned().collect();
        let (whole, less) = (
            Edition::of_folder(&all, |_| true),
            Edition::of_folder(&without, |_| true),
        );
        assert!(!changes(&whole, &less).is_empty(), "{} gone", file.path);
        assert!(!changes(&less, &whole).is_empty(), "{} new", file.path);
        if file.path.ends_with(".toml") {
            continue;
        }
        let lines: Vec<&str> = file.text.lines().collect();
        for (at, line) in lines.iter().enumerate().filter(|(_, line)| !line.starts_with('#')) {
            let mut changed = lines.clone();
            let other = format!("{line}x");
            changed[at] = &other;
            let changed = SourceFile {
                path: file.path.clone(),
                text: changed.join("\n"),
            };
            assert!(
                !told(&file.path, std::slice::from_ref(file), &changed).is_empty(),
                "{line}"
            );
        }
    }
    let same = Edition::of_folder(&all, |_| true);
    assert_eq!(changes(&same, &same), Vec::<String>::new());
}
