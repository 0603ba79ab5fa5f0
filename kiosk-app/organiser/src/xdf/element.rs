//! What stands in one element of a schema: labels, limits, choices.
use roxmltree::Node;
use std::collections::BTreeSet;

/// What a `praezisierung` says: JSON in version 2, attributes in version 3.
#[derive(Default)]
pub(super) struct Limits {
    pub(super) max_length: Option<u64>,
    pub(super) min: Option<i64>,
    pub(super) max: Option<i64>,
    pub(super) pattern: Option<String>,
}

impl Limits {
    pub(super) fn of(field: Node<'_, '_>) -> Self {
        let Some(node) = field
            .children()
            .find(|child| child.tag_name().name() == "praezisierung")
        else {
            return Self::default();
        };
        let json: serde_json::Value = serde_json::from_str(node.text().unwrap_or_default()).unwrap_or_default();
        let said = |name: &str| {
            let value = json
                .get(name)
                .map(|value| value.as_str().map_or_else(|| value.to_string(), str::to_owned));
            node.attribute(name)
                .map(str::to_owned)
                .or(value)
                .filter(|text| !text.is_empty())
        };
        // "1.5" is a limit of one.
        let whole = |text: String| {
            text.split(['.', ','])
                .next()
                .and_then(|whole| whole.trim().parse::<i64>().ok())
        };
        Self {
            max_length: said("maxLength").and_then(|text| text.trim().parse().ok()),
            min: said("minValue").and_then(whole),
            max: said("maxValue").and_then(whole),
            pattern: said("pattern"),
        }
    }
}

/// Keys and labels that stand in the schema itself (version 3).
pub(super) fn choices(field: Node<'_, '_>) -> Vec<(String, String)> {
    let values = field.children().filter(|child| child.tag_name().name() == "werte");
    let values = values
        .flat_map(|values| values.children())
        .filter(|value| value.tag_name().name() == "wert");
    let mut keys = BTreeSet::new();
    values
        .filter_map(|value| {
            let (code, name) = (child(value, "code"), child(value, "name"));
            let key: String = code
                .to_lowercase()
                .chars()
                .map(|c| if c.is_ascii_alphanumeric() { c } else { '_' })
                .take(60)
                .collect();
            let key = if key.is_empty() { return None } else { key };
            keys.insert(key.clone()).then_some((key, name))
        })
        .collect()
}

/// "0:1", "1:*": how often at most; no end is many.
pub(super) fn most(count: &str) -> usize {
    let (_, most) = count.split_once(':').unwrap_or(("", "1"));
    if most == "*" {
        usize::MAX
    } else {
        most.parse().unwrap_or(1)
    }
}

pub(super) fn is_fim(id: &str) -> bool {
    let digits = id.strip_prefix('F').unwrap_or_default();
    matches!(digits.len(), 8 | 11) && digits.bytes().all(|byte| byte.is_ascii_digit())
}

/// What people read.
pub(super) fn label(node: Node<'_, '_>) -> String {
    let words = child(node, "bezeichnungEingabe");
    if words.is_empty() { child(node, "name") } else { words }
}

/// Text of the child of that name, on one line; empty without one.
pub(super) fn child(node: Node<'_, '_>, name: &str) -> String {
    let found = node.children().find(|child| child.tag_name().name() == name);
    found.map_or_else(String::new, |found| one_line(found.text().unwrap_or_default()))
}

/// Text of the first element of that name anywhere below.
pub(super) fn within(node: Node<'_, '_>, name: &str) -> String {
    let found = node.descendants().find(|below| below.tag_name().name() == name);
    found.map_or_else(String::new, |found| one_line(found.text().unwrap_or_default()))
}

/// The code in the child of that name.
pub(super) fn code(node: Node<'_, '_>, name: &str) -> String {
    let found = node.children().find(|child| child.tag_name().name() == name);
    found.map_or_else(String::new, |found| within(found, "code"))
}

/// Without breaks, and without characters that a service's text may not have.
fn one_line(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    let plain =
        |c: &char| !c.is_control() && !matches!(u32::from(*c), 0xAD | 0x200B..=0x200F | 0x2028..=0x202E | 0xFEFF);
    words.join(" ").chars().filter(plain).take(2_000).collect()
}
