//! Writes the receipt of a Meldebescheinigung as PDF, for looking at it: `cargo run -p paper --example receipt -- OUT.pdf`.
//! With `long` as second argument it has two pages, with a language (`ar`, `pin_note.ar`) it is the one that the
//! catalogue's tests keep, and `payment.ar` that of a payment; a number as third argument renders it that often and tells the time.
#![allow(clippy::print_stdout, clippy::disallowed_methods)] // a tool for people; it measures
use drivers_api::document::{Block, Document, Row};
use drivers_api::language::Language;
use drivers_api::private::PrivateText;
use std::error::Error;
use std::time::Instant;

#[path = "../tests/golden/mod.rs"]
mod golden;
#[path = "../tests/golden/payment.rs"]
#[allow(dead_code)] // tests use more of it
mod payment;

fn row(label: &str, value: &str) -> Row {
    Row {
        label: label.to_owned(),
        value: PrivateText::from(value),
    }
}

fn section(text: &str) -> Block {
    Block::Heading {
        level: 2,
        text: PrivateText::from(text),
    }
}

/// The receipt of a published test person (BSI's specimen card).
fn receipt(is_long: bool) -> Document {
    let mut blocks = vec![
        Block::Heading {
            level: 1,
            text: PrivateText::from("Eingangsbestätigung: Meldebescheinigung"),
        },
        Block::Paragraph(PrivateText::from(
            "Ihr Antrag ist bei der Stadt Musterstadt, Bürgeramt, eingegangen. Bewahren Sie dieses Blatt gut auf: Mit dem \
             Vorgangs-Code erfahren Sie am Schalter oder am Telefon, wie weit Ihr Antrag ist.",
        )),
        Block::Code {
            label: "Ihr Vorgangs-Code".to_owned(),
            text: "K7QF-2M9X-4TB".to_owned(),
            qr: "https://musterstadt.example/vorgang#K7QF2M9X4TB".to_owned(),
            alt: "QR-Code mit der Adresse der Auskunft zu Ihrem Vorgang K7QF-2M9X-4TB".to_owned(),
        },
        Block::Table(vec![
            row("Leistung", "Meldebescheinigung (§ 18 BMG)"),
            row("Eingegangen am", "23. November 2026, 10:42 Uhr"),
            row("Ort", "Selbstbedienungsterminal 3, Rathaus, Marktplatz 1"),
            row("Gebühr", "keine"),
        ]),
        section("Wie es weitergeht"),
        Block::Paragraph(PrivateText::from(
            "Das Bürgeramt prüft Ihre Angaben und stellt die Bescheinigung aus. Sie erhalten sie in der Regel innerhalb von \
             drei Werktagen per Post an Ihre Meldeanschrift. Rückfragen: Telefon 01234 56-789, montags bis freitags von 8 bis 16 Uhr.",
        )),
        Block::Notice(PrivateText::from(
            "Dieses Blatt ist eine Eingangsbestätigung und noch keine Meldebescheinigung.",
        )),
    ];
    if is_long {
        blocks.extend(declaration());
    }
    Document {
        language: Language::German,
        title: "Eingangsbestätigung: Meldebescheinigung".to_owned(),
        issuer: "Stadt Musterstadt · Bürgeramt".to_owned(),
        footer: "Stadt Musterstadt · Marktplatz 1 · 12345 Musterstadt · Telefon 01234 56-789".to_owned(),
        blocks,
    }
}

/// The copy of the declaration (VwVfG § 3a (5)).
fn declaration() -> Vec<Block> {
    vec![
        section("Ihre Erklärung"),
        Block::Paragraph(PrivateText::from(
            "Diese Angaben haben Sie abgegeben. Sie sind Teil des Antrags (§ 3a Absatz 5 VwVfG).",
        )),
        Block::Table(vec![
            row("Familienname", "Mustermann"),
            row("Geburtsname", "Gabler"),
            row("Vornamen", "Erika"),
            row("Geburtsdatum", "12. August 1964"),
            row("Geburtsort", "Berlin"),
            row("Staatsangehörigkeit", "deutsch"),
            row("Anschrift", "Heidestraße 17\n51147 Köln"),
            row("Herkunft der Angaben", "Online-Ausweis (nicht auf Echtheit geprüft)"),
        ]),
        section("Inhalt der Bescheinigung"),
        Block::Table(vec![
            row("Umfang", "erweiterte Meldebescheinigung (§ 18 Absatz 2 BMG)"),
            row(
                "Zusätzliche Angaben",
                "Familienstand, frühere Anschriften, Einzugsdatum",
            ),
            row(
                "Verwendungszweck",
                "Vorlage bei der Führerscheinstelle. Bitte auch die frühere Anschrift in Łódź (Polen) und die Schreibweisen Ĝiĥ-Þórð, Çelik, Ñuñez und Nguyễn berücksichtigen, unter denen Familienmitglieder gemeldet sind.",
            ),
            row("Sprache", "Deutsch"),
            row("Zustellung", "per Post an die Meldeanschrift"),
        ]),
        section("Versicherung"),
        Block::Paragraph(PrivateText::from(
            "Ich versichere, dass meine Angaben richtig und vollständig sind. Mir ist bekannt, dass falsche Angaben als \
             Ordnungswidrigkeit geahndet werden können (§ 54 BMG).",
        )),
        Block::Notice(PrivateText::from(
            "Datenschutz: Ihre Angaben sind verschlüsselt an das Bürgeramt gegangen. Auf diesem Terminal ist nach dem Ende \
             Ihres Besuchs nichts davon gespeichert.",
        )),
    ]
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let path = arguments
        .next()
        .ok_or("usage: receipt OUT.pdf [short|long|LANGUAGE|pin_note.LANGUAGE|payment.LANGUAGE [TIMES]]")?;
    let kind = arguments.next();
    let document = match kind.as_deref() {
        None | Some("short") => receipt(false),
        Some("long") => receipt(true),
        Some(kind) => {
            let (paper, tag) = kind.rsplit_once('.').unwrap_or(("receipt", kind));
            let language = Language::from_tag(tag).ok_or("not a language of ours")?;
            match paper {
                "payment" => payment::receipt(language),
                paper => golden::paper(paper, language)?,
            }
        }
    };
    let times: usize = arguments.next().map_or(Ok(1), |times| times.parse())?;
    let mut milliseconds: Vec<f64> = Vec::new();
    for _ in 0..times {
        let start = Instant::now();
        let pdf = paper::pdf::render(&document)?;
        milliseconds.push(start.elapsed().as_secs_f64() * 1000.0);
        std::fs::write(&path, pdf.bytes.as_slice())?;
        if milliseconds.len() == times {
            let first = milliseconds[0];
            milliseconds.sort_by(f64::total_cmp);
            let (pages, size) = (pdf.pages, pdf.bytes.len());
            println!(
                "{pages} pages, {size} bytes, first {first:.1} ms, median {:.1} ms",
                milliseconds[times / 2]
            );
        }
    }
    Ok(())
}
