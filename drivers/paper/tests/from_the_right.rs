//! Receipts in Arabic and Persian: mirrored, readable for people and programs. Needs poppler-utils.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test says so by failing")]
#![allow(clippy::disallowed_methods)] // time is measured
mod golden;
use drivers_api::document::{Block, Document};
use drivers_api::language::Language;
use drivers_api::private::PrivateText;
use lopdf::{Dictionary, Object};
use paper::pdf::render;
use std::io::Write;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// The file stays in memory.
fn poppler(options: &[&str], pdf: &[u8]) -> String {
    let mut child = Command::new("pdftotext")
        .args(options)
        .args(["-", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("pdftotext of poppler-utils");
    child.stdin.take().unwrap().write_all(pdf).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success());
    // embeddings that poppler adds for terminals
    let text = String::from_utf8(output.stdout).unwrap();
    text.chars()
        .filter(|c| !('\u{202A}'..='\u{202E}').contains(c))
        .collect()
}

#[test]
fn words_of_the_receipt_can_be_copied_and_searched() {
    let arabic: &[&str] = &[
        "تأكيد استلام الطلب",
        "الجهة المختصة",
        "طلبك مشفر ويجري إرساله الآن",
        "من قانون الإجراءات الإدارية الألماني",
        "لم تثبت صحة بيانات البطاقة",
        "رمز المعاملة",
        "نوفمبر",
        "لا توجد بيانات",
    ];
    let persian: &[&str] = &[
        "تأیید دریافت درخواست",
        "کد پرونده",
        "درستی داده",
        "این رونوشت اظهارات شماست",
        "نوامبر",
        "بخشی از این تأیید فقط به زبان آلمانی موجود است",
    ];
    let both = [
        "K7QF-2M9X-4TB",
        "Stadt Musterstadt, Bürgerbüro",
        "Heidestraße 17",
        "51147",
        "Ĝiĥ-Þórð ẞ",
        "Marktplatz 1, 12345 Musterstadt",
        "buergerbuero@musterstadt.example",
        "20,00 €",
        "Prüfung \"B2\" \\ Köln",
    ];
    for (language, phrases) in [(Language::Arabic, arabic), (Language::Persian, persian)] {
        let pdf = render(&golden::paper("receipt", language).unwrap()).unwrap();
        assert_eq!((pdf.pages, pdf.substituted), (4, 0));
        assert!(pdf.bytes.len() <= 16_000 * pdf.pages, "{} bytes", pdf.bytes.len());
        let text = poppler(&["-layout"], &pdf.bytes);
        for phrase in phrases.iter().chain(&both) {
            assert!(text.contains(phrase), "{language:?} lacks {phrase}: {text}");
        }
    }
}

/// Structure elements in reading order.
fn elements(pdf: &lopdf::Document) -> Vec<Dictionary> {
    let root = pdf
        .catalog()
        .unwrap()
        .get(b"StructTreeRoot")
        .unwrap()
        .as_reference()
        .unwrap();
    let mut found = Vec::new();
    let mut left = vec![Object::Reference(root)];
    while let Some(object) = left.pop() {
        if let Object::Reference(id) = object {
            let element = pdf.get_dictionary(id).unwrap();
            found.push(element.clone());
            if let Ok(Object::Array(kids)) = element.get(b"K") {
                left.extend(kids.iter().rev().cloned());
            }
        }
    }
    found
}

fn text_of(element: &Dictionary, key: &[u8]) -> Option<String> {
    let bytes = element.get(key).ok()?.as_str().ok()?;
    let units = bytes.strip_prefix(&[0xFE, 0xFF])?.chunks(2);
    let units: Vec<u16> = units.map(|unit| u16::from_be_bytes([unit[0], unit[1]])).collect();
    String::from_utf16(&units).ok()
}

#[test]
fn a_screen_reader_gets_every_sentence_as_it_was_written() {
    for language in [Language::Arabic, Language::Persian] {
        let document = golden::paper("receipt", language).unwrap();
        let pdf = lopdf::Document::load_mem(&render(&document).unwrap().bytes).unwrap();
        let lang = pdf.catalog().unwrap().get(b"Lang").unwrap().as_str().unwrap();
        assert_eq!(lang, language.tag().as_bytes());
        let elements = elements(&pdf);
        let actual: Vec<String> = elements.iter().filter_map(|e| text_of(e, b"ActualText")).collect();
        let mut from_the_right = 0;
        let mut expect = |text: &str| {
            if text.contains(|c: char| ('\u{620}'..='\u{6FF}').contains(&c)) {
                from_the_right += 1;
                assert!(actual.iter().any(|read| read == text), "{text} isn't in {actual:#?}");
            }
        };
        for block in &document.blocks {
            match block {
                Block::Heading { text, .. } | Block::Paragraph(text) | Block::Notice(text) => expect(text.expose()),
                Block::Table(rows) => rows.iter().for_each(|row| {
                    expect(&row.label);
                    expect(row.value.expose());
                }),
                Block::Code { label, .. } | Block::SignatureLine { label } => expect(label),
                Block::Fees(fees) => fees.iter().for_each(|fee| expect(&fee.label)),
                Block::Image { .. } | Block::NewPage => {}
            }
        }
        assert!(from_the_right > 25 && actual.len() == from_the_right);
        // what is in Latin letters says whose words they are
        let german = elements.iter().filter(|e| {
            e.get(b"Lang")
                .is_ok_and(|lang| lang.as_str().is_ok_and(|lang| lang == b"de"))
        });
        assert!(german.clone().count() > 25);
        assert!(german.clone().all(|e| e.get(b"ActualText").is_err()));
    }
    let german = golden::paper("receipt", Language::German).unwrap();
    let pdf = lopdf::Document::load_mem(&render(&german).unwrap().bytes).unwrap();
    for element in elements(&pdf) {
        assert!(element.get(b"ActualText").is_err() && element.get(b"Lang").is_err());
    }
}

/// Left and right end of the first place of a word, in points. Boxes have their words from the left.
fn place(boxes: &str, word: &str) -> (f32, f32) {
    let is_arabic = word.contains(|c: char| ('\u{620}'..='\u{6FF}').contains(&c));
    let word: String = if is_arabic {
        word.chars().rev().collect()
    } else {
        word.to_owned()
    };
    let line = boxes.lines().find(|line| line.contains(&format!(">{word}<")));
    let line = line.unwrap_or_else(|| panic!("no {word} in {boxes}"));
    let number = |name: &str| -> f32 {
        let rest = line.split_once(&format!("{name}=\"")).unwrap().1;
        rest.split_once('"').unwrap().0.parse().unwrap()
    };
    (number("xMin"), number("xMax"))
}

#[test]
fn pages_are_mirrored() {
    const LEFT: f32 = 70.87; // 25 mm
    const RIGHT: f32 = 538.58; // 20 mm less than A4
    let near = |a: f32, b: f32| (a - b).abs() < 2.0;
    let render = |language| render(&golden::paper("receipt", language).unwrap()).unwrap().bytes;
    let arabic = poppler(&["-bbox", "-l", "1"], &render(Language::Arabic));
    let german = poppler(&["-bbox", "-l", "1"], &render(Language::German));
    let (label, value) = (place(&arabic, "الخدمة"), place(&arabic, "Meldebescheinigung"));
    assert!(near(label.1, RIGHT), "{label:?}");
    assert!(
        value.1 < label.0,
        "the value stands left of its label: {value:?}, {label:?}"
    );
    assert!(near(place(&arabic, "تأكيد").1, RIGHT) && near(place(&arabic, "Bürgerbüro").1, RIGHT));
    assert!(
        near(place(&arabic, "4").0, LEFT),
        "the number of pages: {:?}",
        place(&arabic, "4")
    );
    let (german_label, german_value) = (place(&german, "Dienst"), place(&german, "Meldebescheinigung"));
    assert!(near(german_label.0, LEFT) && near(LEFT + RIGHT - german_value.0, value.1));
    assert!(near(place(&german, "4").1, RIGHT));
    // the code stands where lines begin, its QR code where they end
    let (code, german_code) = (place(&arabic, "K7QF-2M9X-4TB"), place(&german, "K7QF-2M9X-4TB"));
    assert!(near(LEFT + RIGHT - german_code.0, code.1), "{code:?} {german_code:?}");
    let pdf = lopdf::Document::load_mem(&render(Language::Arabic)).unwrap();
    let figure = elements(&pdf)
        .into_iter()
        .find(|e| text_of(e, b"Alt").is_some())
        .unwrap();
    let bounds = figure
        .get(b"A")
        .unwrap()
        .as_dict()
        .unwrap()
        .get(b"BBox")
        .unwrap()
        .as_array()
        .unwrap();
    assert!(bounds[0].as_float().unwrap() > LEFT && bounds[2].as_float().unwrap() < code.0);
}

#[test]
fn lines_of_a_long_sentence_stay_in_order() {
    let sentence = "يُرجى إحضار بطاقة الهوية Personalausweis أو بطاقة الإقامة، والرمز K7QF-2M9X-4TB، إلى مكتب خدمة المواطنين \
                    (Bürgerbüro) في Marktplatz 1, 12345 Musterstadt، قبل 23.11.2026 أو الاتصال على +49 1234 56-789 أيام العمل.";
    let text = |text: &str| text.to_owned();
    let document = Document {
        language: Language::Arabic,
        title: text("عنوان"),
        issuer: text("Stadt"),
        footer: text("تذييل"),
        blocks: vec![Block::Paragraph(PrivateText::from(sentence))],
    };
    let pdf = render(&document).unwrap();
    let boxes = poppler(&["-bbox"], &pdf.bytes);
    let order = |words: &[&str]| {
        for pair in words.windows(2) {
            let (first, second) = (place(&boxes, pair[0]), place(&boxes, pair[1]));
            assert!(
                first.0 > second.1,
                "{} stands right of {}: {first:?}, {second:?}",
                pair[0],
                pair[1]
            );
        }
    };
    order(&["إحضار", "الهوية", "Personalausweis", "الإقامة،"]);
    let (street, number) = (place(&boxes, "Marktplatz"), place(&boxes, "1,"));
    assert!(street.1 < number.0, "the address runs from the left");
    let (country, area) = (place(&boxes, "+49"), place(&boxes, "1234"));
    assert!(country.1 < area.0, "the telephone number runs from the left");
    let read = lopdf::Document::load_mem(&pdf.bytes).unwrap();
    assert!(
        elements(&read)
            .iter()
            .any(|e| text_of(e, b"ActualText").as_deref() == Some(sentence))
    );
}

#[test]
fn the_pin_note_can_be_read() {
    for (language, phrases) in [
        (Language::Arabic, ["رقم PIN جديد لبطاقتك", "ستة أرقام لا يراها أحد غيرك"]),
        (Language::Persian, ["رمز PIN جدید برای کارت شما", "شش رقم که"]),
    ] {
        let pdf = render(&golden::paper("pin_note", language).unwrap()).unwrap();
        assert_eq!((pdf.pages, pdf.substituted), (1, 0));
        let text = poppler(&["-layout"], &pdf.bytes);
        // a Latin word stands between what runs from the right; the order is seen in the boxes
        for word in phrases.iter().flat_map(|phrase| phrase.split(' ')) {
            assert!(text.contains(word), "{word}: {text}");
        }
        assert!(text.contains(phrases[1]) && text.contains("Bürgerbüro"), "{text}");
        let title: Vec<&str> = phrases[0].split(' ').collect();
        let boxes = poppler(&["-bbox"], &pdf.bytes);
        for pair in title.windows(2) {
            assert!(place(&boxes, pair[0]).0 > place(&boxes, pair[1]).1, "{pair:?}: {boxes}");
        }
    }
}

#[test]
fn long_texts_from_the_right_are_bounded() {
    let start = Instant::now();
    for piece in ["كلمة ", "ك", "0 1 2 ", "كلمة Wort 12-3 ", "ك(a", "أ)(", "\u{2067}", "كَّ"] {
        let repeated = format!("ك{}", piece.repeat(100_000 / piece.len()));
        let document = Document {
            language: Language::Arabic,
            title: String::new(),
            issuer: repeated.clone(),
            footer: repeated.clone(),
            blocks: vec![Block::Paragraph(PrivateText::new(repeated))],
        };
        render(&document).unwrap();
    }
    let nested = format!("ك a{}b{}", "(".repeat(50_000), ")".repeat(50_000));
    let document = Document {
        language: Language::Arabic,
        title: String::new(),
        issuer: String::new(),
        footer: String::new(),
        blocks: vec![Block::Paragraph(PrivateText::new(nested))],
    };
    render(&document).unwrap();
    assert!(start.elapsed() < Duration::from_secs(60));
}
