use super::*;

struct German;

impl Words for German {
    fn word(&self, word: Word) -> String {
        format!("{word:?}")
    }

    fn count(&self, what: Counted, n: usize) -> String {
        format!("{n} {what:?}")
    }
}

fn element(role: Role, label: &str) -> Element {
    Element {
        role,
        label: label.into(),
        description: String::new(),
        value: String::new(),
        enabled: true,
        checked: None,
        x: 0.0,
        y: 0.0,
        width: 1.0,
        height: 1.0,
        in_sight: true,
        seen: (0.0, 1.0),
        has_focus: false,
        live: false,
        id: String::new(),
    }
}

fn said(parts: &[Part]) -> Vec<&str> {
    parts.iter().map(|part| part.text.as_str()).collect()
}

#[test]
fn a_page_is_heading_texts_and_what_to_do() {
    let elements = [
        element(Role::Banner, "Musterstadt"),
        element(Role::Main, "Ihre Angaben"),
        element(Role::Text, "Schritt 1 von 3"),
        element(Role::Text, "Ihre Angaben"),
        Element {
            enabled: false,
            value: "ERIKA".into(),
            ..element(Role::TextInput, "Vorname")
        },
        element(Role::TextInput, "Straße"),
        Element {
            enabled: false,
            ..element(Role::Button, "Weiter")
        },
        Element {
            enabled: false,
            description: "Geht gerade nicht.".into(),
            ..element(Role::Button, "Parkausweis")
        },
        element(Role::Button, "Zurück"),
    ];
    assert_eq!(
        said(&page(&elements, &German)),
        [
            "Ihre Angaben",
            "Schritt 1 von 3",
            "Vorname: ERIKA",
            "Parkausweis: Geht gerade nicht.",
            "1 Fields, 1 Buttons",
            "GoOn"
        ]
    );
}

#[test]
fn a_page_on_which_nothing_can_be_done_says_so_by_saying_nothing() {
    let elements = [element(Role::Main, "Ihr Antrag wird gespeichert")];
    assert_eq!(said(&page(&elements, &German)), ["Ihr Antrag wird gespeichert"]);
}

#[test]
fn of_a_secret_only_the_count_is_said() {
    let dots = |value: &str| Element {
        live: true,
        value: value.into(),
        ..element(Role::Text, "PIN")
    };
    let before = [
        element(Role::Main, "PIN eingeben"),
        dots("2 von 6 Ziffern"),
        element(Role::Button, "1"),
    ];
    assert_eq!(
        said(&page(&before, &German)),
        ["PIN eingeben", "PIN: 2 von 6 Ziffern", "GoOnDigits"]
    );
    let after = [dots("3 von 6 Ziffern")];
    assert_eq!(said(&news(&texts(&before), &after, &German)), ["3 von 6 Ziffern"]);
    assert!(news(&texts(&after), &after, &German).is_empty());
}

#[test]
fn a_code_is_said_character_by_character() {
    let code = Element {
        value: "AB12-CD34".into(),
        id: "code".into(),
        ..element(Role::Text, "Ihr Code")
    };
    let parts = page(core::slice::from_ref(&code), &German);
    assert_eq!(parts[1].manner, Manner::Code);
    assert_eq!(said(&parts), ["Ihr Code", "AB12-CD34"]);
    assert_eq!(spelled(&code).manner, Manner::Code);
}

#[test]
fn the_focus_says_label_role_value_and_help() {
    let field = Element {
        description: "Wo Sie heute wohnen.".into(),
        ..element(Role::TextInput, "Straße")
    };
    assert_eq!(
        said(&control(&field, &German)),
        ["Straße", "Field", "Empty", "Wo Sie heute wohnen.", "GoOnLetters"]
    );
    let choice = Element {
        checked: Some(true),
        ..element(Role::RadioButton, "Ja")
    };
    assert_eq!(said(&control(&choice, &German)), ["Ja", "Chosen"]);
    assert_eq!(
        said(&control(&element(Role::Button, "Weiter"), &German)),
        ["Weiter", "Button"]
    );
}

#[test]
fn typing_is_heard_letter_by_letter() {
    let parts = |before, after| typed(before, after, &German);
    assert_eq!(parts("Haup", "Haupt"), [Part::spelled("t")]);
    assert_eq!(said(&parts("Haupt", "Haup")), ["t", "Erased"]);
    assert_eq!(said(&parts("24", "24.1")), ["1"], "the point comes by itself");
    assert_eq!(said(&parts("Bonn", "Köln")), ["Köln"]);
    assert_eq!(said(&letter(&Ok("Ä".into()), &German)), ["Capital", "Ä"]);
    assert_eq!(said(&letter(&Err(Word::Space), &German)), ["Space"]);
}

#[test]
fn a_mistake_names_its_field_and_seconds_are_no_news() {
    let before = [
        element(Role::Text, "In 30 Sekunden wird alles gelöscht."),
        element(Role::TextInput, "Straße"),
    ];
    let after = [
        element(Role::Text, "In 29 Sekunden wird alles gelöscht."),
        Element {
            id: "seconds".into(),
            live: true,
            ..element(Role::Text, "Noch 12 Sekunden")
        },
        Element {
            live: true,
            ..element(Role::Text, "Bitte ausfüllen.")
        },
        Element {
            description: "Bitte ausfüllen.".into(),
            ..element(Role::TextInput, "Straße")
        },
        element(Role::Text, "Der Zettel liegt im Ausgabefach."),
    ];
    assert_eq!(
        said(&news(&texts(&before), &after, &German)),
        ["Mistake: Straße: Bitte ausfüllen.", "Der Zettel liegt im Ausgabefach."]
    );
}
