//! The document as plain text, in reading order: for speech and for a screen reader. Nothing is lost save how it looks,
//! and what stands beside each other is told apart by words and stops.
use crate::words::including_vat;
use drivers_api::document::{Block, Document, FeeLine, Row};
use drivers_api::language::Language;
use zeroize::Zeroizing;

/// The document's text: a line for each piece that is read in one breath, in the document's language. Blanks and line
/// ends in its texts are kept; a heading ends in a full stop so that the voice falls. Overwritten when dropped.
///
/// A QR code isn't read out: its description is ([`Block::Code`]'s `alt`).
pub fn text(document: &Document) -> Zeroizing<String> {
    let mut spoken = Spoken {
        // whoever needs more room leaves a copy behind: this is more than the parts and their words
        text: Zeroizing::new(String::with_capacity(room(document))),
        words: words(document.language),
        language: document.language,
    };
    spoken.sentence(&[&document.issuer]);
    if !document.has_own_title() {
        spoken.sentence(&[&document.title]);
    }
    for block in &document.blocks {
        spoken.block(block);
    }
    spoken.sentence(&[&document.footer]);
    spoken.text
}

/// What is said of things that the eye sees.
struct Words {
    /// "Tabelle, Zeilen"
    rows: &'static str,
    /// "Gebühren, Zeilen"
    fees: &'static str,
    /// "Bild"
    picture: &'static str,
    /// "Linie für die Unterschrift"
    signature: &'static str,
    /// "Neues Blatt"
    page: &'static str,
    /// "Wichtig"
    notice: &'static str,
}

struct Spoken {
    text: Zeroizing<String>,
    words: Words,
    language: Language,
}

impl Spoken {
    fn block(&mut self, block: &Block) {
        match block {
            Block::Heading { text, .. } => self.sentence(&[text.expose()]),
            Block::Paragraph(text) => self.sentence(&[text.expose()]),
            Block::Notice(text) => self.sentence(&[self.words.notice, ": ", text.expose()]),
            Block::Table(rows) if rows.is_empty() => {}
            Block::Table(rows) => {
                self.sentence(&[self.words.rows, ": ", &rows.len().to_string()]);
                for Row { label, value } in rows {
                    self.sentence(&[label, ": ", value.expose()]);
                }
            }
            Block::Fees(fees) if fees.is_empty() => {}
            Block::Fees(fees) => {
                self.sentence(&[self.words.fees, ": ", &fees.len().to_string()]);
                fees.iter().for_each(|fee| self.fee(fee));
            }
            Block::Image { alt, .. } => self.sentence(&[self.words.picture, ": ", alt]),
            Block::SignatureLine { label } => self.sentence(&[self.words.signature, ": ", label]),
            Block::Code { label, text, alt, .. } => {
                self.sentence(&[label, ": ", text]);
                self.sentence(&[alt]);
            }
            Block::NewPage => self.sentence(&[self.words.page]),
        }
    }

    fn fee(&mut self, fee: &FeeLine) {
        let amount = fee.amount.expose();
        match &fee.vat {
            Some(vat) => self.sentence(&[&fee.label, ": ", amount, ", ", including_vat(self.language), " ", vat]),
            None => self.sentence(&[&fee.label, ": ", amount]),
        }
    }

    /// A line of these parts, with a stop at its end if it has none.
    fn sentence(&mut self, parts: &[&str]) {
        let is_empty = parts.iter().all(|part| part.trim().is_empty());
        if is_empty {
            return;
        }
        for part in parts {
            self.text.push_str(part);
        }
        let kept = self.text.trim_end().len();
        self.text.truncate(kept);
        if !self.text.ends_with(['.', '!', '?', ':', '…', '؟', '。']) {
            self.text.push('.');
        }
        self.text.push('\n');
    }
}

/// Bytes that the words and stops of one line never exceed.
const LINE_WORDS_BYTES: usize = 128;

/// Enough for [`text`].
fn room(document: &Document) -> usize {
    let line = |bytes: usize| bytes + LINE_WORDS_BYTES;
    let block = |block: &Block| match block {
        Block::Heading { text, .. } | Block::Paragraph(text) | Block::Notice(text) => line(text.expose().len()),
        Block::Table(rows) => {
            let rows = rows.iter().map(|row| line(row.label.len() + row.value.expose().len()));
            line(rows.sum())
        }
        Block::Fees(fees) => {
            let vat = |fee: &FeeLine| fee.vat.as_ref().map_or(0, String::len);
            let fees = fees
                .iter()
                .map(|fee| line(fee.label.len() + fee.amount.expose().len() + vat(fee)));
            line(fees.sum())
        }
        Block::Image { alt: text, .. } | Block::SignatureLine { label: text } => line(text.len()),
        Block::Code { label, text, alt, .. } => line(label.len() + text.len()) + line(alt.len()),
        Block::NewPage => line(0),
    };
    let ends = [&document.issuer, &document.title, &document.footer];
    ends.map(|text| line(text.len())).iter().sum::<usize>() + document.blocks.iter().map(block).sum::<usize>()
}

fn words(language: Language) -> Words {
    let own = WORDS.iter().find(|(of, _)| *of == language).unwrap_or(&WORDS[0]);
    let (_, [rows, fees, picture, signature, page, notice]) = *own;
    Words {
        rows,
        fees,
        picture,
        signature,
        page,
        notice,
    }
}

/// In the order of [`Words`]. Numbers stand behind a colon, where no language bends a noun by them.
const WORDS: [(Language, [&str; 6]); 12] = [
    (
        Language::German,
        [
            "Tabelle, Zeilen",
            "Gebühren, Zeilen",
            "Bild",
            "Linie für die Unterschrift",
            "Neues Blatt",
            "Wichtig",
        ],
    ),
    (
        Language::EasyGerman,
        [
            "Jetzt kommt eine Liste. So viele Punkte hat die Liste",
            "Das kostet es. So viele Punkte hat die Liste",
            "Hier ist ein Bild",
            "Hier unterschreiben Sie",
            "Jetzt kommt ein neues Blatt",
            "Wichtig",
        ],
    ),
    (
        Language::English,
        [
            "Table, rows",
            "Fees, rows",
            "Picture",
            "Line for a signature",
            "New sheet",
            "Important",
        ],
    ),
    (
        Language::Turkish,
        [
            "Tablo, satır sayısı",
            "Ücretler, satır sayısı",
            "Resim",
            "İmza satırı",
            "Yeni sayfa",
            "Önemli",
        ],
    ),
    (
        Language::Russian,
        [
            "Таблица, строк",
            "Сборы, строк",
            "Изображение",
            "Строка для подписи",
            "Новый лист",
            "Важно",
        ],
    ),
    (
        Language::Ukrainian,
        [
            "Таблиця, рядків",
            "Збори, рядків",
            "Зображення",
            "Рядок для підпису",
            "Новий аркуш",
            "Важливо",
        ],
    ),
    (
        Language::Polish,
        [
            "Tabela, wierszy",
            "Opłaty, wierszy",
            "Obraz",
            "Miejsce na podpis",
            "Nowa kartka",
            "Ważne",
        ],
    ),
    (
        Language::Romanian,
        [
            "Tabel, rânduri",
            "Taxe, rânduri",
            "Imagine",
            "Linie pentru semnătură",
            "Foaie nouă",
            "Important",
        ],
    ),
    (
        Language::French,
        [
            "Tableau, lignes",
            "Frais, lignes",
            "Image",
            "Ligne pour la signature",
            "Nouvelle feuille",
            "Important",
        ],
    ),
    (
        Language::Spanish,
        [
            "Tabla, filas",
            "Tasas, filas",
            "Imagen",
            "Línea para la firma",
            "Nueva hoja",
            "Importante",
        ],
    ),
    (
        Language::Arabic,
        [
            "جدول، عدد الصفوف",
            "الرسوم، عدد الصفوف",
            "صورة",
            "سطر التوقيع",
            "ورقة جديدة",
            "مهم",
        ],
    ),
    (
        Language::Persian,
        [
            "جدول، تعداد ردیف‌ها",
            "هزینه‌ها، تعداد ردیف‌ها",
            "تصویر",
            "جای امضا",
            "برگهٔ تازه",
            "مهم",
        ],
    ),
];

#[cfg(test)]
mod tests {
    use super::*;
    use drivers_api::picture::{Depth, Picture};
    use drivers_api::private::PrivateText;
    use proptest::prelude::*;

    fn row(label: &str, value: &str) -> Row {
        Row {
            label: label.to_owned(),
            value: PrivateText::from(value),
        }
    }

    fn fee(label: &str, amount: &str, vat: Option<&str>) -> FeeLine {
        FeeLine {
            label: label.to_owned(),
            amount: PrivateText::from(amount),
            vat: vat.map(str::to_owned),
            is_total: label == "Gesamt",
        }
    }

    fn document(language: Language, text: &str) -> Document {
        let owned = || text.to_owned();
        Document {
            language,
            title: "Quittung".to_owned(),
            issuer: "Stadt Musterstadt".to_owned(),
            footer: String::new(),
            blocks: vec![
                Block::Paragraph(PrivateText::from(text)),
                Block::Notice(PrivateText::from(text)),
                Block::Table(vec![row(text, text)]),
                Block::Fees(vec![
                    fee("Ausweis", "37,00 €", Some(text)),
                    fee("Gesamt", "37,00 €", None),
                ]),
                Block::Image {
                    picture: Picture::new(1, 1, Depth::Gray, vec![0]).unwrap(),
                    width_mm: 10,
                    alt: owned(),
                },
                Block::SignatureLine { label: owned() },
                Block::Code {
                    label: owned(),
                    text: owned(),
                    qr: "never read".to_owned(),
                    alt: owned(),
                },
                Block::NewPage,
            ],
        }
    }

    #[test]
    fn everything_is_read_in_its_order() {
        let spoken = text(&document(Language::German, "Eins?"));
        let lines: Vec<&str> = spoken.lines().collect();
        assert_eq!(
            lines,
            [
                "Stadt Musterstadt.",
                "Quittung.",
                "Eins?",
                "Wichtig: Eins?",
                "Tabelle, Zeilen: 1.",
                "Eins?: Eins?",
                "Gebühren, Zeilen: 2.",
                "Ausweis: 37,00 €, darin Umsatzsteuer Eins?",
                "Gesamt: 37,00 €.",
                "Bild: Eins?",
                "Linie für die Unterschrift: Eins?",
                "Eins?: Eins?",
                "Eins?",
                "Neues Blatt.",
            ]
        );
    }

    proptest! {
        #[test]
        fn the_buffer_never_grows_and_no_word_is_lost(text in "[a-zÄب. ]{0,60}", language in 0..Language::ALL.len()) {
            let document = document(Language::ALL[language], &text);
            let spoken = super::text(&document);
            prop_assert!(spoken.len() <= room(&document) && spoken.capacity() == room(&document));
            let count = spoken.matches("never read").count();
            prop_assert_eq!(count, 0);
            let word = text.trim_end();
            let stands = |line: &str| line.trim_end_matches('.').ends_with(word.trim_end_matches('.'));
            prop_assert!(word.is_empty() || spoken.lines().filter(|line| stands(line)).count() >= 7, "{}", *spoken);
        }
    }
}
