//! Begins a service: files that are without a fault, to be changed line by line.
use std::error::Error;
use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};

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

/// Writes the folder; what is there already stays as it is.
pub(crate) fn begin(services: &Path, name: &str) -> Result<PathBuf, Box<dyn Error>> {
    let known = |byte: u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_');
    if name.is_empty() || name.len() > 40 || !name.bytes().all(known) {
        return Err(format!("`{name}` is no name for a service: a–z, 0–9 and _, at most 40").into());
    }
    let folder = services.join(name);
    if folder.exists() {
        return Err(format!("{} is there already", folder.display()).into());
    }
    fs::create_dir_all(&folder)?;
    for (file, text) in FILES {
        let mut file = OpenOptions::new()
            .write(true)
            .create_new(true)
            .open(folder.join(file))?;
        file.write_all(text.replace(NAME, name).as_bytes())?;
    }
    Ok(folder)
}
