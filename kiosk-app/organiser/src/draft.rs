//! Begins a service: files that are without a fault, to be changed line by line.
use crate::xdf::{Field, Page, Schema};
use std::error::Error;
use std::fmt::Write as _;
use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};
use toml::Value;

const FILES: [(&str, &str); 3] = [
    ("service.toml", include_str!("template/service.toml")),
    ("texts.de.toml", include_str!("template/texts.de.toml")),
    (
        "texts.de-x-leicht.toml",
        include_str!("template/texts.de-x-leicht.toml"),
    ),
];
/// Stands in the template for the service's name.
const NAME: &str = "NAME";
/// Stands in the template for the name as a part of keys.
const KEY: &str = "schalter.NAME.";
/// The file that names the town.
const TOWN: &str = "town.toml";
/// Folders of a town that are no services.
const TAKEN: [&str; 3] = [catalogue::TABLES, catalogue::NEIGHBOURS, "adopted"];
/// Longest hint of a draft, in characters.
const HINT_CHARS_MAX: usize = 200;

/// Writes the folder, and `town.toml` where there is none; what is there already stays as it is. Tells what it made.
pub(crate) fn begin(services: &Path, name: &str) -> Result<Vec<PathBuf>, Box<dyn Error>> {
    let files = FILES.map(|(file, text)| {
        (
            file,
            text.replace(KEY, &format!("schalter.{}.", key_of(name)))
                .replace(NAME, name),
        )
    });
    let mut made = vec![write(services, name, &files)?];
    let town = services.join(TOWN);
    if !town.exists() {
        crate::named_file(&town, fs::write(&town, include_str!("template/town.toml")))?;
        made.push(town);
    }
    Ok(made)
}

/// The name as a part of keys, which have no `-`.
pub(crate) fn key_of(name: &str) -> String {
    name.replace('-', "_")
}

/// Writes what a FIM schema asks as the draft of a service.
pub(crate) fn of(schema: &Schema, services: &Path, name: &str) -> Result<PathBuf, Box<dyn Error>> {
    if schema.pages.is_empty() {
        return Err("there is no question in it".into());
    }
    let texts = texts(schema);
    let leicht = format!("# Noch nicht in Leichter Sprache: bitte umschreiben.\n{texts}");
    let files = [
        ("service.toml", definition(schema, name)),
        (
            "texts.de.toml",
            format!("# Aus FIM übernommen: bitte so schreiben, wie man mit Menschen spricht.\n{texts}"),
        ),
        ("texts.de-x-leicht.toml", leicht),
    ];
    write(services, name, &files)
}

fn write(services: &Path, name: &str, files: &[(&str, String)]) -> Result<PathBuf, Box<dyn Error>> {
    if !catalogue::is_service_id(name) || TAKEN.contains(&name) {
        return Err(format!("`{name}` is no name for a service: a–z, 0–9, - and _, at most 64").into());
    }
    let folder = services.join(name);
    if folder.exists() {
        return Err(format!("{} is there already", folder.display()).into());
    }
    crate::named_file(&folder, fs::create_dir_all(&folder))?;
    for (file, text) in files {
        let path = folder.join(file);
        let made = OpenOptions::new().write(true).create_new(true).open(&path);
        crate::named_file(&path, made.and_then(|mut file| file.write_all(text.as_bytes())))?;
    }
    Ok(folder)
}

fn definition(schema: &Schema, name: &str) -> String {
    let mut text = format!(
        "# {}: Entwurf aus dem FIM-Schema {}.\n# Noch zu tun:\n",
        schema.title, schema.id
    );
    text.push_str("# - Schlüssel (LeiKa), Lebenslagen, Suchwörter; was die Karte weiß (from_card); Bedingungen\n");
    for note in &schema.notes {
        text += &format!("# - {note}\n");
    }
    text.push_str("format = 1\nversion = \"0.1.0\"\nleika = \"99000000000000\"\nsituations = []\nkeywords = []\n");
    let (pages, key) = (&schema.pages, key_of(name));
    let number = |page: &Page| page.entries.map(|(number, _)| number);
    let way = |page: Option<&Page>| page.map_or_else(|| "end".to_owned(), |page| page.id.clone());
    for (at, page) in pages.iter().enumerate() {
        let first = at.checked_sub(1).and_then(|before| pages.get(before)).and_then(number) != number(page);
        if let (Some((entries, most)), true) = (page.entries, first) {
            let after = pages.iter().skip(at).find(|other| number(other) != Some(entries));
            let next = way(after);
            text += &format!(
                "\n[[repeat]]\nid = \"r{entries}\"\nmax = {most}\nfim = \"schalter.{key}.r{entries}\"\nnext = \"{next}\"\n"
            );
        }
    }
    for (at, page) in pages.iter().enumerate() {
        let next = pages.get(at + 1);
        let repeat = page.entries.map(|(entries, _)| format!("repeat = \"r{entries}\"\n"));
        let ends = page.entries.is_some() && next.and_then(number) != number(page);
        let next = if ends { "another".to_owned() } else { way(next) };
        let repeat = repeat.unwrap_or_default();
        text += &format!("\n[[page]]\nid = \"{}\"\n{repeat}next = \"{next}\"\n", page.id);
        for field in &page.fields {
            text += &question(field);
        }
    }
    text
}

fn question(field: &Field) -> String {
    let kind = field.kind.join("\n");
    let is_bool = kind.contains("\"bool\"");
    let required = match (field.required, is_bool) {
        (true, true) => "required = true\n",
        (false, false) => "required = false\n",
        (true, false) | (false, true) => "",
    };
    format!(
        "\n[[page.field]]\nid = \"{}\"\n{kind}\n{required}fim = \"{}\"\n",
        field.id, field.fim
    )
}

fn texts(schema: &Schema) -> String {
    let quoted = |text: &str| {
        let text = if text.is_empty() { "[?]" } else { text };
        Value::String(text.to_owned()).to_string()
    };
    let mut text = String::new();
    for (key, words) in [
        ("title", schema.title.as_str()),
        ("summary", schema.title.as_str()),
        ("purpose", "Wir brauchen Ihre Angaben, um den Antrag zu bearbeiten."),
        ("legal_basis", schema.basis.as_str()),
        ("next_steps", "Das Amt prüft Ihre Angaben und meldet sich."),
        ("statement", "Meine Angaben sind vollständig und richtig."),
    ] {
        text += &format!("{key} = {}\n", quoted(words));
    }
    let mut told = 0;
    for page in &schema.pages {
        let title = match page.entries {
            Some((entries, _)) => {
                if entries > told {
                    told = entries;
                    let title = quoted(&format!("{}: Gibt es noch einen Eintrag?", page.title));
                    text += &format!("\n[repeat.r{entries}]\ntitle = {title}\nlabel = \"Noch ein Eintrag\"\n");
                }
                format!("{{number}}. {}", page.title)
            }
            None => page.title.clone(),
        };
        text += &format!("\n[page.{}]\ntitle = {}\n", page.id, quoted(&title));
        for field in &page.fields {
            text += &format!("\n[field.{}]\nlabel = {}\n", field.id, quoted(&field.label));
            if !field.hint.is_empty() {
                let hint: String = field.hint.chars().take(HINT_CHARS_MAX).collect();
                text += &format!("hint = {}\n", quoted(&hint));
            }
            if !field.choices.is_empty() {
                text += &format!("\n[field.{}.choices]\n", field.id);
                for (key, label) in &field.choices {
                    let _ = writeln!(text, "{key} = {}", quoted(label));
                }
            }
        }
    }
    text
}
