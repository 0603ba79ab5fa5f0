//! Reads what a definition tells the office: `assurance`, `retention`, `destination_id` and `[sign_video]`.
use crate::facts::{Assurance, Facts, Retention, SignVideo};
use crate::fault::Faults;
use crate::load::town::is_uuid;
use crate::load::view::{View, shorten};
use crate::service::Finish;
use crate::town::Town;
use std::sync::Arc;

/// How a film's name may end.
pub(crate) const FILMS: [&str; 2] = [".webm", ".mp4"];
/// Longest name of a film.
const FILM_NAME_BYTES_MAX: usize = 64;

/// Reads the facts. `card`: something is read from a card, or asked of it.
pub(crate) fn read(root: &mut View<'_>, finish: Finish, card: bool, faults: &mut Faults) -> Facts {
    let facts = Facts {
        assurance: assurance(root, card, faults),
        retention: retention(root, faults),
        destination_id: destination_id(root, faults),
        sign_video: sign_video(root, faults),
        town: Arc::<Town>::default(),
    };
    if !finish.files() {
        for key in ["retention", "destination_id"].into_iter().filter(|key| root.has(key)) {
            let what = format!("`{key}` in a service that files nothing");
            root.fault(
                faults,
                root.line_of(key),
                what,
                "remove it, or write finish = \"submit\"",
            );
        }
    }
    facts
}

/// Who reads a card needs to know who is there; who reads none can't.
fn assurance(root: &mut View<'_>, card: bool, faults: &mut Faults) -> Assurance {
    let reached = if card { Assurance::High } else { Assurance::None };
    let Some(name) = root.text_if("assurance", faults) else {
        return reached;
    };
    let line = root.line_of("assurance");
    let level = Assurance::ALL.into_iter().find(|level| level.name() == name);
    match level {
        None => {
            let known = Assurance::ALL.map(Assurance::name).join(", ");
            let what = format!("there is no level of assurance `{}`", shorten(&name));
            root.fault(faults, line, what, format!("known: {known}"));
        }
        Some(Assurance::None) if card => {
            let mend = "name the level that the service needs, or read nothing from the card (GDPR Art. 5(1)(c))";
            root.fault(faults, line, "a card is read, and nobody needs to be known", mend);
        }
        Some(Assurance::Normal | Assurance::Substantial | Assurance::High) if !card => {
            let what = format!("no card is read, so nobody is known at the level `{name}`");
            let mend = "write assurance = \"none\", or name data_groups or [card]";
            root.fault(faults, line, what, mend);
        }
        Some(_) => {}
    }
    level.unwrap_or(reached)
}

fn retention(root: &mut View<'_>, faults: &mut Faults) -> Option<Retention> {
    let text = root.text_if("retention", faults)?;
    let retention = text.parse().ok();
    if retention.is_none() {
        let what = format!("`{}` is no time for which data are kept", shorten(&text));
        let mend = "write it as \"90 days\", \"6 months\" or \"10 years\"; at most 110 years";
        root.fault(faults, root.line_of("retention"), what, mend);
    }
    retention
}

/// Reads `destination_id`, where it may be left out.
fn destination_id(root: &mut View<'_>, faults: &mut Faults) -> Option<String> {
    let id = root.text_if("destination_id", faults)?;
    check_destination(root, &id, faults);
    Some(id.to_ascii_lowercase())
}

/// Tells when the id is no UUID.
pub(crate) fn check_destination(root: &View<'_>, id: &str, faults: &mut Faults) {
    if !is_uuid(id) {
        let line = root.line_of("destination_id");
        let mend = "write it as 8-4-4-4-12 hexadecimal digits";
        root.fault(faults, line, "`destination_id` is no UUID", mend);
    }
}

fn sign_video(root: &mut View<'_>, faults: &mut Faults) -> Option<SignVideo> {
    let mut view = root.table("sign_video", "[sign_video]".to_owned(), faults)?;
    let (file, sha256) = (view.text("file", faults), view.text("sha256", faults));
    if let Some(name) = file.as_deref().filter(|name| !is_film(name)) {
        let what = format!("`{}` is no name of a film", shorten(name));
        let mend = format!("a–z, 0–9, - and _, and {} at the end", FILMS.join(" or "));
        view.fault(faults, view.line_of("file"), what, mend);
    }
    let hex = |byte: u8| byte.is_ascii_digit() || matches!(byte, b'a'..=b'f');
    if let Some(hash) = sha256
        .as_deref()
        .filter(|hash| hash.len() != 64 || !hash.bytes().all(hex))
    {
        let what = format!("`{}` is no SHA-256", shorten(hash));
        view.fault(
            faults,
            view.line_of("sha256"),
            what,
            "write what `sha256sum FILE` tells: 64 digits 0–9 and a–f",
        );
    }
    view.finish(faults);
    Some(SignVideo {
        file: file?,
        sha256: sha256?,
    })
}

fn is_film(name: &str) -> bool {
    let known = |byte: u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_');
    let stem = FILMS.iter().find_map(|end| name.strip_suffix(end));
    name.len() <= FILM_NAME_BYTES_MAX && stem.is_some_and(|stem| !stem.is_empty() && stem.bytes().all(known))
}
