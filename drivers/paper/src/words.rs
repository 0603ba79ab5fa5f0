//! The few words that the renderer itself adds to a document, in the document's language.
use drivers_api::language::Language;

/// "Seite 1 von 2"
pub(crate) fn page_number(language: Language, page: usize, pages: usize) -> String {
    match language {
        Language::German | Language::EasyGerman => format!("Seite {page} von {pages}"),
        Language::English => format!("Page {page} of {pages}"),
        Language::Turkish => format!("Sayfa {page} / {pages}"),
        Language::Russian => format!("Страница {page} из {pages}"),
        Language::Ukrainian => format!("Сторінка {page} з {pages}"),
        Language::Polish => format!("Strona {page} z {pages}"),
        Language::Romanian => format!("Pagina {page} din {pages}"),
        Language::French => format!("Page {page} sur {pages}"),
        Language::Spanish => format!("Página {page} de {pages}"),
        Language::Arabic => format!("صفحة {page} من {pages}"),
        Language::Persian => format!("صفحهٔ {page} از {pages}"),
    }
}

/// Heads of the columns of a table of fees: what is charged, the value added tax in it, how much.
pub(crate) fn fee_heads(language: Language) -> [&'static str; 3] {
    match language {
        Language::German => ["Gebühr", "Umsatzsteuer", "Betrag"],
        Language::EasyGerman => ["Das kostet etwas", "Steuer", "So viel kostet es"],
        Language::English => ["Fee", "VAT", "Amount"],
        Language::Turkish => ["Harç", "KDV", "Tutar"],
        Language::Russian => ["Сбор", "НДС", "Сумма"],
        Language::Ukrainian => ["Збір", "ПДВ", "Сума"],
        Language::Polish => ["Opłata", "VAT", "Kwota"],
        Language::Romanian => ["Taxă", "TVA", "Sumă"],
        Language::French => ["Frais", "TVA", "Montant"],
        Language::Spanish => ["Tasa", "IVA", "Importe"],
        Language::Arabic => ["الرسم", "ضريبة القيمة المضافة", "المبلغ"],
        Language::Persian => ["هزینه", "مالیات بر ارزش افزوده", "مبلغ"],
    }
}

/// "darin Umsatzsteuer": what stands before the tax in a fee, where there is no column for it.
pub(crate) fn including_vat(language: Language) -> &'static str {
    match language {
        Language::German => "darin Umsatzsteuer",
        Language::EasyGerman => "Davon ist Steuer:",
        Language::English => "including VAT",
        Language::Turkish => "KDV dâhil:",
        Language::Russian => "в том числе НДС:",
        Language::Ukrainian => "зокрема ПДВ:",
        Language::Polish => "w tym VAT:",
        Language::Romanian => "din care TVA:",
        Language::French => "dont TVA :",
        Language::Spanish => "IVA incluido:",
        Language::Arabic => "منه ضريبة القيمة المضافة:",
        Language::Persian => "شامل مالیات بر ارزش افزوده:",
    }
}

/// What the reader is told when the font lacks characters. Where a language bends the noun by the number, the number
/// stands behind a colon.
pub(crate) fn substitution_notice(language: Language, count: usize) -> String {
    match (language, count) {
        (Language::German, 1) => "Ein Zeichen dieses Dokuments kennt die Druckschrift nicht; dafür steht ▯.".to_owned(),
        (Language::German, n) => {
            format!("{n} Zeichen dieses Dokuments kennt die Druckschrift nicht; dafür steht ▯.")
        }
        (Language::EasyGerman, n) => {
            format!("Der Drucker kann {n} Zeichen nicht drucken. Dort steht dieses Zeichen: ▯.")
        }
        (Language::English, 1) => "The printing font lacks one character of this document; ▯ stands for it.".to_owned(),
        (Language::English, n) => {
            format!("The printing font lacks {n} characters of this document; ▯ stands for each.")
        }
        (Language::Turkish, n) => {
            format!("Bu belgedeki {n} karakter yazıcının yazı tipinde yok; her birinin yerinde ▯ var.")
        }
        (Language::Russian, n) => {
            format!("Знаки этого документа, которых нет в печатном шрифте: {n}. Вместо каждого стоит ▯.")
        }
        (Language::Ukrainian, n) => {
            format!("Знаки цього документа, яких немає в друкарському шрифті: {n}. Замість кожного стоїть ▯.")
        }
        (Language::Polish, n) => {
            format!("Znaki tego dokumentu, których nie ma w kroju pisma drukarki: {n}. Zamiast każdego stoi ▯.")
        }
        (Language::Romanian, n) => {
            format!("Caractere din acest document care lipsesc din fontul imprimantei: {n}. În locul lor apare ▯.")
        }
        (Language::French, n) => {
            format!("Caractères de ce document absents de la police d’impression : {n}. À leur place figure ▯.")
        }
        (Language::Spanish, n) => {
            format!("Caracteres de este documento que no están en la fuente de impresión: {n}. En su lugar figura ▯.")
        }
        (Language::Arabic, n) => {
            format!("عدد رموز هذه الوثيقة التي لا يعرفها خط الطباعة: {n}. ومكان كل رمز منها ▯.")
        }
        (Language::Persian, n) => {
            format!("تعداد نویسه‌های این سند که در قلم چاپ نیست: {n}. به جای هر کدام ▯ آمده است.")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bidi::Direction;
    use crate::face::face;
    use crate::theme::Weight;

    #[test]
    fn numbers_are_in_the_document_s_language() {
        assert_eq!(page_number(Language::German, 1, 2), "Seite 1 von 2");
        assert_eq!(page_number(Language::Ukrainian, 1, 2), "Сторінка 1 з 2");
        for language in Language::ALL {
            let text = page_number(language, 3, 14);
            assert!(text.find('3') < text.find("14") && text.contains('3'), "{text}");
        }
    }

    #[test]
    fn the_fonts_have_every_character_of_these_words() {
        for language in Language::ALL {
            for count in [1, 2, 5] {
                let own = [page_number(language, 1, count), substitution_notice(language, count)];
                let fixed = fee_heads(language).into_iter().chain([including_vat(language)]);
                let texts: Vec<String> = own.into_iter().chain(fixed.map(str::to_owned)).collect();
                for (text, weight) in texts
                    .iter()
                    .flat_map(|text| [(text, Weight::Regular), (text, Weight::SemiBold)])
                {
                    assert_eq!(
                        face(weight).unwrap().shape(text, Direction::of(language)).1,
                        0,
                        "{text}"
                    );
                }
                assert!(texts[1].contains('▯') && (count == 1 || texts[1].contains(&count.to_string())));
            }
        }
    }
}
