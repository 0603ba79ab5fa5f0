//! What `catalogue new` writes for its reader to replace, and nobody has: a service or a town that still says it isn't offered.
use crate::fault::{Fault, Faults, SourceFile};
use crate::load::view::Parsed;
use toml::de::DeValue;

/// The key of no service.
const LEIKA: &str = "99000000000000";
/// The UUID of nothing (RFC 9562 §5.9).
const NIL_UUID: &str = "00000000-0000-0000-0000-000000000000";

/// Texts in square brackets, and the template's keys.
pub(crate) fn faults(files: &[SourceFile]) -> Vec<Fault> {
    let mut faults = Faults::default();
    for file in files
        .iter()
        .filter(|file| file.path.ends_with(".toml") && may_hold(&file.text))
    {
        // What can't be read is told elsewhere.
        let Some(parsed) = Parsed::parse(file, &mut Faults::default()) else {
            continue;
        };
        parsed.each(&mut |path, line, value| {
            let DeValue::String(text) = value else { return };
            let text = text.trim();
            let key = path.last().map_or("", String::as_str);
            let told = if text.starts_with('[') && text.ends_with(']') {
                Some((format!("`{key}` is still the text of the template"), "write your own"))
            } else if text == LEIKA {
                let mend = "look up your service's key, docs/services.md says where";
                Some((format!("`{key}` is still the key of the template"), mend))
            } else if text == NIL_UUID {
                let mend = "write the UUID of your delivery point, or make one with uuidgen";
                Some((format!("`{key}` is still that of the template"), mend))
            } else {
                None
            };
            if let Some((what, mend)) = told {
                faults.add(&file.path, Some(line), what, mend);
            }
        });
    }
    let mut faults = faults.into_list();
    faults.sort_by(|a, b| (&a.path, a.line).cmp(&(&b.path, b.line)));
    faults
}

/// Most files hold nothing of it, and needn't be read a second time.
fn may_hold(text: &str) -> bool {
    ["\"[", "'[", "\"\"\"\n[", LEIKA, NIL_UUID]
        .iter()
        .any(|mark| text.contains(mark))
}
