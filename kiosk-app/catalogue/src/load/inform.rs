//! Reads what a service tells that only informs, and of which queue it gives numbers.
use crate::fault::Faults;
use crate::load::definition::is_id;
use crate::load::view::{At, View, shorten};
use crate::service::Finish;

/// Most sections of a service that informs.
const SECTIONS_MAX: usize = 20;

/// `queue`: the letter of the queue of which a service that informs gives numbers.
pub(crate) fn queue(root: &mut View<'_>, finish: Finish, faults: &mut Faults) -> Option<char> {
    let text = root.text_if("queue", faults)?;
    let line = root.line_of("queue");
    let queue = capital_letter(&text);
    if queue.is_none() {
        let what = format!("`{}` is no queue", shorten(&text));
        root.fault(
            faults,
            line,
            what,
            "write a capital letter, A to Z: numbers are called as A17",
        );
    }
    if finish != Finish::Inform {
        let mend = "write finish = \"inform\", or remove it";
        root.fault(faults, line, "`queue` is for a service that informs", mend);
    }
    queue
}

/// A capital letter, alone.
fn capital_letter(text: &str) -> Option<char> {
    let mut letters = text.chars();
    let letter = letters.next().filter(char::is_ascii_uppercase)?;
    letters.next().is_none().then_some(letter)
}

/// `sections`: what a service tells that only informs.
pub(crate) fn sections(root: &mut View<'_>, finish: Finish, faults: &mut Faults) -> Vec<String> {
    let line = root.line_of("sections");
    let named = root.texts("sections", faults);
    let mut ids: Vec<String> = Vec::new();
    for At { line, value } in named {
        if !is_id(&value) {
            let what = format!("`{}` is no section", shorten(&value));
            root.fault(faults, line, what, "use a–z, 0–9 and _, at most 64");
        } else if ids.contains(&value) {
            root.fault(
                faults,
                line,
                format!("the section `{value}` is there twice"),
                "remove one",
            );
        } else {
            ids.push(value);
        }
    }
    match finish {
        Finish::Inform if ids.is_empty() => {
            root.fault(faults, line, "there is nothing to tell", "name sections = [\"…\"]");
        }
        Finish::Inform if ids.len() > SECTIONS_MAX => {
            let what = format!("more than {SECTIONS_MAX} sections");
            root.fault(faults, line, what, "tell less, or make two services of it");
        }
        Finish::Submit | Finish::Prepare | Finish::Show if !ids.is_empty() => {
            root.fault(
                faults,
                line,
                "`sections` are for a service that informs",
                "write finish = \"inform\", or remove them",
            );
        }
        Finish::Submit | Finish::Prepare | Finish::Show | Finish::Inform => {}
    }
    ids
}
