//! Papers that are handed in later, and services that only inform.
#![allow(clippy::unwrap_used, reason = "a test says so by failing")]
mod common;
use catalogue::{Answers, Catalogue, Finish, Service, SourceFile};
use common::ferienpass::{DAY, files};
use common::{enter, lines, receipt, told, whole};
use drivers_api::language::Language;

const PROOF: &str = "
[[page.field]]
id = \"proof\"
kind = \"file\"
shown_when = { field = \"benefits\", equals = true }
fim = \"schalter.ferienpass.proof\"
";

/// The holiday pass, which wants a proof of whoever gets benefits.
fn with_proof() -> Vec<SourceFile> {
    let mut files = files();
    for file in files.iter_mut().filter(|file| file.path.starts_with("ferienpass/")) {
        match file.path.as_str() {
            "ferienpass/service.toml" => {
                let (before, after) = file.text.split_once("\n[[page]]\nid = \"child\"").unwrap();
                file.text = format!("{before}{PROOF}\n[[page]]\nid = \"child\"{after}");
            }
            "ferienpass/receipt.toml" => file.text.push_str("\n[[block]]\nkind = \"documents\"\n"),
            _ => file.text.push_str("\n[field.proof]\nlabel = \"Bescheid\"\n"),
        }
    }
    files
}

fn answered(service: &Service, proof: &str) -> Answers {
    let mut answers = service.blank(Some(DAY));
    for (field, text) in [
        ("benefits", "true"),
        ("proof", proof),
        ("name#1", "Max"),
        ("born#1", "1.5.2018"),
        ("children#1", "false"),
        ("passes", "1"),
    ] {
        enter(service, &mut answers, field, text);
    }
    assert_eq!(service.first_incomplete(&answers), None);
    answers
}

#[test]
fn papers_are_told_until_they_are_there() {
    let service = whole(&with_proof(), "ferienpass");
    let proof = service.field_named("proof").unwrap();
    let answers = answered(&service, "post");
    for (language, how, steps, note) in [
        (
            Language::German,
            "Bescheid: Schicke ich mit der Post",
            "Sie geben noch ab: Bescheid.",
            "Bitte schreiben Sie auf jedes Blatt diesen Code: K7QF-2M9X-4TB",
        ),
        (
            Language::English,
            "Bescheid: I will send it by post",
            "You still have to hand in: Bescheid.",
            "Please write this code on every sheet: K7QF-2M9X-4TB",
        ),
    ] {
        let lines = lines(&receipt(&service, &answers, language));
        for wanted in [how, note] {
            assert!(lines.iter().any(|line| line == wanted), "{wanted}: {lines:#?}");
        }
        let told = service.next_steps_after(&answers, language);
        assert!(told.starts_with(steps) && told.contains('\n'), "{told}");
    }
    let json: serde_json::Value = serde_json::from_slice(service.submission(&answers).expose()).unwrap();
    assert_eq!(json["schalter.ferienpass.proof"], "post");
    assert_eq!(
        service.value_text(proof, &answers, Language::EasyGerman).expose(),
        "Das schicke ich mit der Post."
    );
    // What the office has, nobody hands in.
    let answers = answered(&service, "known");
    assert_eq!(
        service.next_steps_after(&answers, Language::German),
        "Die Pässe kommen mit der Post."
    );
    let lines = lines(&receipt(&service, &answers, Language::German));
    assert!(!lines.iter().any(|line| line.contains("auf jedes Blatt")), "{lines:#?}");
    // And what isn't asked for, neither.
    let mut answers = answered(&service, "post");
    enter(&service, &mut answers, "benefits", "false");
    assert!(service.declaration(&answers, Language::German).papers.is_empty());
}

#[test]
fn a_receipt_lists_the_papers() {
    let mut files = with_proof();
    for file in files.iter_mut().filter(|file| file.path == "ferienpass/receipt.toml") {
        file.text = file.text.replace("documents", "contact");
    }
    assert!(
        told(&files).contains("the receipt has no block `documents`"),
        "{}",
        told(&files)
    );
    // Without an order of its own it has the town's.
    files.retain(|file| file.path != "ferienpass/receipt.toml");
    let service = whole(&files, "ferienpass");
    let lines = lines(&receipt(&service, &answered(&service, "counter"), Language::German));
    assert!(
        lines.iter().any(|line| line == "Bescheid: Gebe ich am Schalter ab"),
        "{lines:#?}"
    );
}

/// A service that informs, with texts in three languages.
fn informing(service: &str, texts: &str) -> Vec<SourceFile> {
    let mut files = catalogue::bundled::small(&catalogue::bundled::TWO);
    let head = "format = 1\nversion = \"1.0.0\"\nleika = \"99008001012000\"\n";
    let words = "title = \"Ausweis beantragen\"\nsummary = \"So geht es.\"\nlegal_basis = \"§ 9 PAuswG\"\n";
    for (name, text) in [
        ("service.toml", format!("{head}{service}")),
        ("texts.de.toml", format!("{words}{texts}")),
        ("texts.de-x-leicht.toml", format!("{words}{texts}")),
    ] {
        files.push(SourceFile {
            path: format!("ausweis/{name}"),
            text,
        });
    }
    files
}

const BRING: &str = "[section.bring]\ntitle = \"Mitbringen\"\ntext = \"\"\"\nAlter Ausweis\nGeld\n\"\"\"\n";

#[test]
fn a_service_informs() {
    let files = informing("finish = \"inform\"\nsections = [\"bring\"]\n", BRING);
    let service = whole(&files, "ausweis");
    assert_eq!(service.finish(), Finish::Inform);
    assert!(!service.needs_card() && service.page_count() == 0);
    let told: Vec<_> = service.sections(Language::German).collect();
    assert_eq!(told, [("Mitbringen", "Alter Ausweis\nGeld")]);
    let catalogue = Catalogue::load(&files).unwrap().catalogue;
    let leaflet = catalogue.leaflet(&service, Language::Turkish);
    let lines = lines(&leaflet);
    assert_eq!(
        lines[..5],
        [
            "Ausweis beantragen",
            "So geht es.",
            "Mitbringen",
            "Alter Ausweis",
            "Geld"
        ]
    );
    assert!(lines.iter().any(|line| line.contains("Marktplatz 1")), "{lines:#?}");
}

#[test]
fn what_a_service_can_t_have_that_informs() {
    for (service, texts, what) in [
        ("finish = \"inform\"\n", "", "there is nothing to tell"),
        (
            "finish = \"inform\"\nsections = [\"bring\", \"bring\"]\n",
            BRING,
            "is there twice",
        ),
        ("finish = \"inform\"\nsections = [\"b r\"]\n", "", "no section"),
        (
            "finish = \"inform\"\nsections = [\"bring\"]\n",
            "",
            "[section.bring] is missing",
        ),
        (
            "finish = \"inform\"\nsections = [\"bring\"]\ndata_groups = [\"given_names\"]\n",
            BRING,
            "a service that only informs reads no card",
        ),
        (
            "finish = \"inform\"\nsections = [\"bring\"]\n[[fee]]\nid = \"one\"\ncents = 100\n",
            BRING,
            "a service that only informs costs nothing",
        ),
        (
            "finish = \"inform\"\nsections = [\"bring\"]\n[[page]]\nid = \"one\"\nnext = \"end\"\n",
            BRING,
            "a service that only informs has no pages",
        ),
        (
            "sections = [\"bring\"]\n",
            BRING,
            "`sections` are for a service that informs",
        ),
    ] {
        let faults = told(&informing(service, texts));
        assert!(faults.contains(what), "{service}: {faults}");
    }
}
