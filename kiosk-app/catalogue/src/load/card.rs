//! Reads how a service ends, and what it asks of the card beside the data: `finish` and `[card]`.
use crate::card::{Asked, CardQuestion, ExitPage};
use crate::fault::Faults;
use crate::load::view::{View, shorten};
use crate::service::Finish;
use drivers_api::card::{DataGroups, ReadRequest};

/// Oldest age that can be asked for.
const AGE_MAX: i64 = 120;
/// How a German municipality's id begins: ISO 3166-1 numeric, in four digits (TR-03127 §3.4.3).
const GERMANY: &str = "0276";
/// Lengths of an id or its beginning: Germany, a Land, a Regierungsbezirk, a Kreis, a municipality. The card compares
/// whole bytes of two digits (TR-03110-3 A.7.5.4).
const ID_DIGITS: [usize; 5] = [4, 6, 8, 10, 14];

/// How the service ends.
pub(crate) fn finish(root: &mut View<'_>, faults: &mut Faults) -> Finish {
    match root.text_if("finish", faults).as_deref() {
        None | Some("submit") => Finish::Submit,
        Some("prepare") => Finish::Prepare,
        Some("show") => Finish::Show,
        Some("inform") => Finish::Inform,
        Some(other) => {
            let what = format!("`{}` is no way to finish", shorten(other));
            root.fault(
                faults,
                root.line_of("finish"),
                what,
                "known: submit, prepare, show, inform",
            );
            Finish::Submit
        }
    }
}

/// The whole request, and what follows each "no".
pub(crate) fn request(root: &mut View<'_>, groups: DataGroups, faults: &mut Faults) -> (ReadRequest, Vec<Asked>) {
    let mut request = ReadRequest {
        groups,
        ..ReadRequest::default()
    };
    let mut asked = Vec::new();
    let Some(mut view) = root.table("card", "[card]".to_owned(), faults) else {
        return (request, asked);
    };
    let before = faults.count();
    request.age_at_least = view
        .number("age_at_least", 1, AGE_MAX, faults)
        .and_then(|years| u8::try_from(years).ok());
    request.municipality = municipality(&mut view, faults);
    request.pseudonym = view.flag("pseudonym", false, faults);
    for question in CardQuestion::ALL {
        let exits = exits(&mut view, question, faults);
        if view.has(question.key()) {
            let exit = exits.then(ExitPage::default);
            asked.push(Asked { question, exit });
        }
    }
    if asked.is_empty() && !request.pseudonym && faults.count() == before {
        let mend = "write age_at_least, municipality or pseudonym, or remove [card]";
        view.fault(faults, view.line, "[card] asks nothing", mend);
    }
    view.finish(faults);
    (request, asked)
}

/// What a service that only shows or informs can't have: nobody receives anything.
pub(crate) fn check_without_pages(root: &View<'_>, finish: Finish, groups: &DataGroups, faults: &mut Faults) {
    let informs = finish == Finish::Inform;
    let does = if informs { "informs" } else { "shows" };
    for (key, what) in [
        ("page", "has no pages"),
        ("card", "asks the card no questions"),
        ("fee", "costs nothing"),
        ("data_groups", "reads no card"),
    ] {
        if root.has(key) && (informs || key != "data_groups") {
            let what = format!("a service that only {does} {what}");
            let mend = format!("remove `{key}`, or write finish = \"submit\"");
            root.fault(faults, root.line_of(key), what, mend);
        }
    }
    if groups.is_empty() && !informs {
        let mend = "name data_groups";
        root.fault(faults, root.line_of("finish"), "there is nothing to show", mend);
    }
}

/// True when a "no" leads to the exit page.
fn exits(view: &mut View<'_>, question: CardQuestion, faults: &mut Faults) -> bool {
    let key = question.on_no();
    let line = view.line_of(key);
    let choice = view.text_if(key, faults);
    if choice.is_some() && !view.has(question.key()) {
        let what = format!("`{key}` without `{}`", question.key());
        view.fault(faults, line, what, format!("add {}, or remove {key}", question.key()));
    }
    match choice.as_deref() {
        None | Some("exit") => true,
        Some("go_on") => false,
        Some(other) => {
            let what = format!("`{}` is no answer to `{key}`", shorten(other));
            view.fault(faults, line, what, "known: exit (the default), go_on");
            true
        }
    }
}

fn municipality(view: &mut View<'_>, faults: &mut Faults) -> Option<String> {
    let id = view.text_if("municipality", faults)?;
    let digits = id.bytes().all(|byte| byte.is_ascii_digit());
    if digits && id.starts_with(GERMANY) && ID_DIGITS.contains(&id.len()) {
        return Some(id);
    }
    let mend = match as_on_the_card(&id).filter(|_| digits) {
        Some(id) => format!("as the card has it, this is \"{id}\""),
        None => {
            "0276, then as the card has it: \"02760503150000\" is the municipality 05315000, \"0276050315\" its Kreis"
                .to_owned()
        }
    };
    let what = format!("`{}` is no municipality id", shorten(&id));
    view.fault(faults, view.line_of("municipality"), what, mend);
    None
}

/// The id of an Amtlicher Gemeindeschlüssel (2 digits Land, 1 Regierungsbezirk, 2 Kreis, 3 Gemeinde; 8 in all): each
/// part is filled up to whole bytes (TR-03127 §3.4.3).
fn as_on_the_card(ags: &str) -> Option<String> {
    match ags.len() {
        8 => Some(format!(
            "{GERMANY}{}0{}{}0{}",
            ags.get(..2)?,
            ags.get(2..3)?,
            ags.get(3..5)?,
            ags.get(5..)?
        )),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_gemeindeschluessel_as_the_card_has_it() {
        // Cologne, as on the published test card.
        assert_eq!(as_on_the_card("05315000").as_deref(), Some("02760503150000"));
        assert_eq!(as_on_the_card("11000000").as_deref(), Some("02761100000000"));
        assert_eq!(as_on_the_card("0531500"), None);
    }
}
