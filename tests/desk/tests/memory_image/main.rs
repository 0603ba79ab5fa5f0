//! After a visit the terminal remembers nobody: an image of its whole memory has neither PIN nor name nor address.
//!
//! The terminal is a process of its own (`src/bin/watched_terminal.rs`) with the real screens, loop, session, reader's
//! thread, filing and printer; what a citizen brings (card, PIN, answers) comes from here, so it is in no program text.
//! That the search works is shown during each visit: there the same search finds what is looked for.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test may panic, and so may what it calls"
)]
#![allow(
    clippy::disallowed_methods,
    clippy::print_stderr,
    reason = "waits for another process, and tells what it saw"
)]
mod image;
mod watched;

use image::{Find, Needle, search};
use simulated::card::{CAN, Card, Person, Residence};
use simulated::pki::TestPki;
use std::collections::BTreeSet;
use std::path::Path;
use std::time::{Duration, Instant};
use watched::Watched;

const PIN: &str = "739184";
const NEW_PIN: &str = "286415";
const FAMILY_NAME: &str = "QUASTENFLOH";
const BIRTH_NAME: &str = "ZWIRBELKNOPF";
const GIVEN_NAMES: &str = "WILBURGIS";
const STREET: &str = "KNURRHAHNSTIEG";
const ZIP: &str = "98127";
const CITY: &str = "OBERPFUDELHAIN";
const BIRTH_DATE: &str = "19710923";
const PURPOSE: &str = "mondkalbzucht";

/// Long enough that no other word of the program has it by chance.
const PART_CHARS: usize = 6;

/// The last threads put down what they have in their hands.
const SETTLES_IN: Duration = Duration::from_secs(5);

fn person() -> Person {
    Person {
        family_names: FAMILY_NAME.to_owned(),
        birth_name: Some(BIRTH_NAME.to_owned()),
        given_names: GIVEN_NAMES.to_owned(),
        date_of_birth: BIRTH_DATE.to_owned(),
        residence: Residence::Address {
            street: Some(format!("{STREET} 83")),
            zip: Some(ZIP.to_owned()),
            city: CITY.to_owned(),
            state: None,
            country: "D".to_owned(),
        },
        ..Person::erika()
    }
}

/// The whole and, of texts, every part of [`PART_CHARS`]: a text of which only the end was overwritten is found too.
fn needles() -> Vec<Needle> {
    let mut needles = vec![
        Needle::digits("PIN", PIN),
        Needle::digits("new PIN", NEW_PIN),
        Needle::digits("CAN", CAN),
        Needle::text("zip", ZIP),
        Needle::text("birth date", BIRTH_DATE),
        Needle::text("birth date", "23.09.1971"),
        Needle::text("birth date", "1971-09-23"),
        Needle::text("birth date", "23. September 1971"),
    ];
    for (what, text) in [
        ("family name", FAMILY_NAME),
        ("birth name", BIRTH_NAME),
        ("given names", GIVEN_NAMES),
        ("street", STREET),
        ("city", CITY),
        ("purpose", PURPOSE),
    ] {
        let parts = (0..=text.len() - PART_CHARS).map(|at| Needle::text(what, &text[at..at + PART_CHARS]));
        needles.extend(parts);
    }
    needles
}

fn found(terminal: &Watched) -> BTreeSet<&'static str> {
    search(terminal.pid(), &needles())
        .into_iter()
        .map(|find| find.what)
        .collect()
}

/// Nothing is left, or will be soon.
fn remembers_nobody(terminal: &Watched, when: &str) {
    let began = Instant::now();
    let mut finds = search(terminal.pid(), &needles());
    while !finds.is_empty() && began.elapsed() < SETTLES_IN {
        std::thread::sleep(Duration::from_millis(200));
        finds = search(terminal.pid(), &needles());
    }
    let told: Vec<String> = finds
        .iter()
        .map(|Find { what, place }| format!("{what}: {place}"))
        .collect();
    assert!(told.is_empty(), "{when}:\n{}", told.join("\n"));
    let journal = terminal.journal().to_ascii_lowercase();
    for word in [PIN, NEW_PIN, CAN, FAMILY_NAME, STREET, CITY, PURPOSE] {
        assert!(
            !journal.contains(&word.to_ascii_lowercase()),
            "{when}, the journal has {word}"
        );
    }
}

/// A terminal in `folder`, and the country that issued its certificate.
fn started(folder: &Path) -> (Watched, TestPki) {
    let mut terminal = Watched::start(folder);
    terminal.until("Attract", "reader_works: true, eid_works: true");
    remembers_nobody(&terminal, "before the first visit");
    (terminal, TestPki::seeded(jiff::civil::date(2026, 3, 2), 1))
}

#[test]
fn after_a_case_was_filed_and_a_pin_changed_nobody_is_remembered() {
    let folder = tempfile::tempdir().unwrap();
    let (mut terminal, pki) = started(folder.path());
    let card = Card::eid(&person(), &pki, 77).with_pin(PIN).with_tries_left(1);

    reads_a_suspended_card(&mut terminal, card);
    let mut seen = fills_the_form(&mut terminal);
    terminal.until("Review", "");
    seen.extend(found(&terminal));
    for what in [
        "family name",
        "birth name",
        "given names",
        "street",
        "zip",
        "city",
        "birth date",
        "purpose",
    ] {
        assert!(
            seen.contains(what),
            "the search finds the {what} while it is shown: {seen:?}"
        );
    }
    terminal.tap("Jetzt verbindlich absenden");
    terminal.until("Receipt", "paper: Printed");
    terminal.tap("Fertig");
    let card = ends(&mut terminal);
    remembers_nobody(&terminal, "after a case was filed");

    changes_the_pin(&mut terminal, card);
    ends(&mut terminal);
    remembers_nobody(&terminal, "after a PIN was changed");
}

#[test]
fn after_a_visit_that_was_given_up_nobody_is_remembered() {
    let folder = tempfile::tempdir().unwrap();
    let (mut terminal, pki) = started(folder.path());
    let card = Card::eid(&person(), &pki, 78).with_pin(PIN).with_tries_left(1);

    reads_a_suspended_card(&mut terminal, card);
    let seen = fills_the_form(&mut terminal);
    assert!(
        seen.contains("family name"),
        "the search finds a name while it is shown: {seen:?}"
    );
    terminal.tap("Abbrechen");
    terminal.tap("Ja, abbrechen und löschen");
    ends(&mut terminal);
    remembers_nobody(&terminal, "after a visit was given up");
}

/// From the first touch to the form: CAN, PIN, and what stands on the card.
fn reads_a_suspended_card(terminal: &mut Watched, card: Card) {
    begins(terminal);
    terminal.tap("Meldebescheinigung");
    terminal.until("Request", "");
    terminal.tap("Weiter");
    terminal.until("LayCard", "");
    terminal.lay_on(card);
    terminal.until("Secret", "kind: Can, typed: 0");
    terminal.tap_digits(CAN);
    terminal.until("Secret", "kind: Can, typed: 6");
    terminal.tap("Weiter");
    terminal.until("Secret", "kind: Pin, typed: 0");
    terminal.tap_digits(PIN);
    terminal.until("Secret", "kind: Pin, typed: 6");
    let seen = found(terminal);
    assert!(
        seen.contains("CAN") && seen.contains("PIN"),
        "the search finds what was typed: {seen:?}"
    );
    terminal.tap("Weiter");
    terminal.until("Form", "");
}

fn begins(terminal: &mut Watched) {
    terminal.tap("Zum Starten berühren");
    terminal.until("Languages", "");
    terminal.tap("Deutsch");
    terminal.until("Services", "");
}

/// Takes the card and waits until the terminal is idle again.
fn ends(terminal: &mut Watched) -> Card {
    terminal.until("TakeCard", "");
    let card = terminal.take_off();
    terminal.until("Attract", "");
    card
}

/// To the end of the form; what the search found while it was filled in.
fn fills_the_form(terminal: &mut Watched) -> BTreeSet<&'static str> {
    let mut seen = BTreeSet::new();
    while terminal.screen().starts_with("Form") {
        if terminal.screen().contains("from_card: true") {
            seen.extend(found(terminal));
        }
        fill_page(terminal);
    }
    seen
}

fn fill_page(terminal: &mut Watched) {
    for want in terminal.wants() {
        match want.split_once(' ') {
            Some(("choose", label)) => terminal.tap(label),
            Some(("type", label)) => {
                terminal.tap(label);
                terminal.keys(PURPOSE);
            }
            _ => panic!("{want}?"),
        }
    }
    let before = terminal.screen();
    terminal.tap("Weiter");
    let began = Instant::now();
    while terminal.screen() == before {
        assert!(began.elapsed() < SETTLES_IN, "the page is accepted: {before}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

fn changes_the_pin(terminal: &mut Watched, card: Card) {
    begins(terminal);
    terminal.tap("PIN des Ausweises");
    terminal.until("PinMenu", "");
    terminal.tap("PIN ändern");
    terminal.until("LayCard", "");
    terminal.lay_on(card);
    terminal.until("Secret", "kind: Pin, typed: 0");
    terminal.tap_digits(PIN);
    terminal.until("Secret", "kind: Pin, typed: 6");
    terminal.tap("Weiter");
    for again in ["NewPin,", "NewPinAgain,"] {
        terminal.until("Secret", &format!("kind: {again} typed: 0"));
        terminal.tap_digits(NEW_PIN);
        terminal.until("Secret", &format!("kind: {again} typed: 6"));
        let seen = found(terminal);
        assert!(
            seen.contains("PIN") && seen.contains("new PIN"),
            "both PINs are found: {seen:?}"
        );
        terminal.tap("Weiter");
    }
    terminal.until("PinDone(Changed", "");
    terminal.tap("Fertig");
}
