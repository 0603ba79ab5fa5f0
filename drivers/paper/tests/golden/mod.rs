//! The receipts that the catalogue's tests keep as text (`kiosk-app/catalogue/tests/golden`), as documents again.
use drivers_api::document::{Block, Document, Row};
use drivers_api::language::Language;
use drivers_api::private::PrivateText;
use std::path::Path;

/// Longest label of a row; a longer text in front of a colon is a sentence.
const LABEL_WORDS_MAX: usize = 5;

/// The receipt of a published test person, or another paper that is kept so (`pin_note`).
pub(crate) fn paper(name: &str, language: Language) -> std::io::Result<Document> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../kiosk-app/catalogue/tests/golden");
    let text = std::fs::read_to_string(folder.join(format!("{name}.{}.txt", language.tag())))?;
    let (running, body) = text.split_once('\n').unwrap_or_default();
    let mut running = running.split(" | ").map(str::to_owned);
    let mut next = || running.next().unwrap_or_default();
    let (issuer, title, footer) = (next(), next(), next());
    let mut blocks = Vec::new();
    for line in body.lines().filter(|line| !line.is_empty()) {
        match (block(line), blocks.last_mut()) {
            (Block::Table(row), Some(Block::Table(rows))) => rows.extend(row),
            (block, _) => blocks.push(block),
        }
    }
    Ok(Document {
        language,
        title,
        issuer,
        footer,
        blocks,
    })
}

fn block(line: &str) -> Block {
    let heading = |level, text| Block::Heading {
        level,
        text: PrivateText::from(text),
    };
    if let Some(text) = line.strip_prefix("# ") {
        return heading(1, text);
    }
    if let Some(text) = line.strip_prefix("## ") {
        return heading(2, text);
    }
    if let Some(text) = line.strip_prefix("! ") {
        return Block::Notice(PrivateText::from(text));
    }
    let code = line.strip_prefix('[').and_then(|line| line.strip_suffix(']'));
    if let Some([label_and_text, qr, alt]) = code.map(|code| code.split(" | ").collect::<Vec<_>>()).as_deref() {
        let (label, text) = label_and_text.rsplit_once(' ').unwrap_or_default();
        let [label, text, qr, alt] = [label, text, qr, alt].map(str::to_owned);
        return Block::Code { label, text, qr, alt };
    }
    match line.split_once(": ") {
        Some((label, value))
            if label.split(' ').count() <= LABEL_WORDS_MAX && !label.contains(['.', ',', '«', '„']) =>
        {
            Block::Table(vec![Row {
                label: label.to_owned(),
                value: PrivateText::from(value),
            }])
        }
        _ => Block::Paragraph(PrivateText::from(line)),
    }
}
