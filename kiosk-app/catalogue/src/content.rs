//! What a service says, as a few digits: whoever has read it can tell whether it still says the same, whatever version it
//! calls itself.
use crate::fault::SourceFile;
use sha2::{Digest, Sha256};
use toml::{Table, Value};

/// Bytes of the digest that are told: two texts that somebody wrote by mistake never have the same; against forgery there
/// is the package's signature.
const DIGEST_BYTES: usize = 6;

/// The digits of a service: of every value in its files, not of comments, order of keys, or ends of lines.
pub fn content<'a>(files: impl IntoIterator<Item = &'a SourceFile>) -> String {
    let mut files: Vec<&SourceFile> = files.into_iter().collect();
    files.sort_by(|a, b| a.path.cmp(&b.path));
    let mut hash = Sha256::new();
    for file in files {
        let name = file.path.rsplit('/').next().unwrap_or_default();
        put(&mut hash, b'f', name);
        match file.text.parse::<Table>() {
            Ok(table) => feed(&mut hash, &Value::Table(table)),
            Err(_) => put(&mut hash, b'?', &file.text), // told elsewhere
        }
    }
    let digest = hash.finalize();
    digest
        .iter()
        .take(DIGEST_BYTES)
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

/// Kind, length and bytes, so that no two values run into one another.
fn put(hash: &mut Sha256, kind: u8, text: &str) {
    let text = text.replace("\r\n", "\n");
    hash.update([kind]);
    hash.update((text.len() as u64).to_be_bytes());
    hash.update(text.as_bytes());
}

fn feed(hash: &mut Sha256, value: &Value) {
    match value {
        Value::String(text) => put(hash, b's', text),
        Value::Integer(number) => put(hash, b'i', &number.to_string()),
        Value::Float(number) => put(hash, b'd', &number.to_string()),
        Value::Boolean(flag) => put(hash, b'b', &flag.to_string()),
        Value::Datetime(day) => put(hash, b'D', &day.to_string()),
        Value::Array(values) => {
            put(hash, b'a', &values.len().to_string());
            values.iter().for_each(|value| feed(hash, value));
        }
        Value::Table(table) => {
            let mut keys: Vec<&String> = table.keys().collect();
            keys.sort();
            put(hash, b't', &keys.len().to_string());
            for key in keys {
                put(hash, b'k', key);
                if let Some(value) = table.get(key) {
                    feed(hash, value);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> String {
        content(&[SourceFile {
            path: "a/service.toml".to_owned(),
            text: text.to_owned(),
        }])
    }

    #[test]
    fn only_what_is_said_counts() {
        let digits = of("a = 1\nb = \"x\\ny\"\n");
        assert_eq!(digits.len(), 2 * DIGEST_BYTES);
        assert_eq!(digits, of("# note\r\nb = \"\"\"x\r\ny\"\"\"\r\na   = 1\r\n"));
        for other in [
            "a = 2\nb = \"x\\ny\"",
            "a = 1\nb = \"xy\"",
            "a = 1",
            "a = \"1\"\nb = \"x\\ny\"",
        ] {
            assert_ne!(digits, of(other), "{other}");
        }
    }
}
