//! The pages with much on them.
use super::pick;
use catalogue::{CardFact, CardSection, Declaration, DeclarationRow, Provider, Section};
use drivers_api::card::{Authenticity, DataGroup, ProviderCertificate, Rights};
use drivers_api::language::Language;
use drivers_api::print::Medium;
use drivers_api::private::PrivateText;
use session::view::{
    CardContent, Form, FormChoice, FormField, FormFieldKind, Information, Leaflet, Number, Paper, Request, Review,
    Screen,
};

pub(crate) fn request(l: Language) -> Request {
    Request {
        service: pick(l, "Meldebescheinigung", "Certificate of residence"),
        provider: Provider {
            name: "Stadt Musterstadt, Bürgerbüro".into(),
            street: "Rathausplatz 1".into(),
            city: "12345 Musterstadt".into(),
            email: "buergerbuero@musterstadt.example".into(),
            website: "www.musterstadt.example".into(),
            data_protection_authority:
                "Die Landesbeauftragte für den Datenschutz, Postfach 1234, 54321 Landeshauptstadt".into(),
            data_protection_officer: "Behördliche Datenschutzbeauftragte, datenschutz@musterstadt.example".into(),
        },
        purpose: pick(
            l,
            "Damit wir wissen, wer die Bescheinigung bestellt und wessen Daten darin stehen.",
            "So that we know who orders the certificate and whose data it shows.",
        ),
        legal_basis: pick(l, "§ 18 Bundesmeldegesetz", "Section 18 Federal Registration Act (BMG)"),
        data: vec![
            DataGroup::GivenNames,
            DataGroup::FamilyNames,
            DataGroup::BirthName,
            DataGroup::AcademicTitle,
            DataGroup::DateOfBirth,
            DataGroup::PlaceOfBirth,
            DataGroup::PlaceOfResidence,
        ],
        questions: Vec::new(),
        only_shown: false,
        fee: Some(pick(
            l,
            "10,00 €, zahlbar mit der Rechnung",
            "€10.00, payable by invoice",
        )),
        certificate: Some(Box::new(ProviderCertificate {
            subject_name: "Stadt Musterstadt, Bürgerbüro".into(),
            subject_url: Some("https://www.musterstadt.example".into()),
            issuer_name: "Test-Berechtigungs-CA".into(),
            issuer_url: Some("https://berechtigung.example".into()),
            terms_of_usage: "Stadt Musterstadt, Bürgerbüro, Rathausplatz 1, 12345 Musterstadt, \
                             buergerbuero@musterstadt.example. Zweck: Anträge am Selbstbedienungsterminal."
                .into(),
            valid_from: jiff::civil::date(2026, 11, 23),
            valid_until: jiff::civil::date(2026, 11, 24),
            rights: Rights::default(),
        })),
        no_paper: false,
    }
}

pub(crate) fn field(index: usize, label: &str, kind: FormFieldKind, value: &str) -> FormField {
    FormField {
        field: index,
        label: label.into(),
        hint: String::new(),
        kind,
        value: PrivateText::from(value),
        from_card: false,
        editable: true,
        required: true,
        error: None,
        suggestions: Vec::new(),
    }
}

pub(crate) fn person_form(l: Language) -> Form {
    let text = |index, german, english, value| FormField {
        from_card: true,
        ..field(index, &pick(l, german, english), FormFieldKind::Text, value)
    };
    Form {
        page: 0,
        title: pick(l, "Ihre Angaben", "Your details"),
        intro: pick(
            l,
            "Bitte prüfen Sie, was wir vom Ausweis gelesen haben.",
            "Please check what we read from your ID card.",
        ),
        position: 1,
        of: 3,
        leave_out: false,
        fields: vec![
            FormField {
                editable: false,
                ..text(0, "Vorname(n)", "Given name(s)", "ERIKA")
            },
            FormField {
                editable: false,
                ..text(1, "Familienname", "Family name", "MUSTERMANN")
            },
            FormField {
                editable: false,
                ..text(2, "Geburtsdatum", "Date of birth", "12.08.1964")
            },
            FormField {
                hint: pick(l, "So, wie Sie heute wohnen.", "Where you live today."),
                ..text(3, "Straße und Hausnummer", "Street and house number", "Heidestraße 17")
            },
            FormField {
                required: false,
                ..field(
                    4,
                    &pick(l, "Zusatz zur Anschrift", "Address line 2"),
                    FormFieldKind::Text,
                    "",
                )
            },
        ],
    }
}

/// The same while the street is typed.
pub(crate) fn suggesting_form(l: Language) -> Form {
    let mut form = person_form(l);
    form.fields.retain(|field| field.field >= 3);
    if let Some(street) = form.fields.first_mut() {
        street.value = PrivateText::from("Hei 17");
        street.suggestions = ["Heidestraße 17", "Heinrich-Heine-Straße 17", "An der Heide 17"]
            .map(PrivateText::from)
            .into();
    }
    form
}

pub(crate) fn question_form(l: Language) -> Form {
    let choice = |key: &str, german, english| FormChoice {
        key: key.into(),
        label: pick(l, german, english),
    };
    Form {
        page: 1,
        title: pick(l, "Ihre Bescheinigung", "Your certificate"),
        intro: String::new(),
        position: 2,
        of: 3,
        leave_out: false,
        fields: vec![
            FormField {
                hint: pick(
                    l,
                    "Die erweiterte nennt auch frühere Anschriften.",
                    "The extended one also lists earlier addresses.",
                ),
                ..field(
                    5,
                    &pick(
                        l,
                        "Welche Bescheinigung brauchen Sie?",
                        "Which certificate do you need?",
                    ),
                    FormFieldKind::Select {
                        choices: vec![
                            choice("einfach", "Einfache Meldebescheinigung", "Simple certificate"),
                            choice("erweitert", "Erweiterte Meldebescheinigung", "Extended certificate"),
                        ],
                    },
                    "einfach",
                )
            },
            field(
                6,
                &pick(l, "Soll sie per Post kommen?", "Shall we send it by post?"),
                FormFieldKind::YesNo,
                "",
            ),
            FormField {
                error: Some(pick(
                    l,
                    "Schreiben Sie das Datum bitte so: 24.12.2026.",
                    "Please write the date like this: 24.12.2026.",
                )),
                ..field(
                    7,
                    &pick(l, "Ab wann wird sie gebraucht?", "From when do you need it?"),
                    FormFieldKind::Date,
                    "24.1",
                )
            },
            field(
                8,
                &pick(l, "Wie viele Exemplare?", "How many copies?"),
                FormFieldKind::Number { min: 1, max: 5 },
                "1",
            ),
        ],
    }
}

fn old_enough(l: Language) -> String {
    pick(l, "Sind Sie mindestens 16 Jahre alt?", "Are you at least 16 years old?")
}

/// A request that asks the card questions, and reads nothing.
pub(crate) fn questions(l: Language) -> Request {
    let note = pick(
        l,
        "Der Ausweis antwortet nur mit Ja oder Nein, Ihr Geburtsdatum nennt er nicht.",
        "The card only answers yes or no, it does not tell your date of birth.",
    );
    Request {
        data: Vec::new(),
        questions: vec![format!("{} {note}", old_enough(l))],
        ..request(l)
    }
}

/// All that can be on a card, with names as long as they come.
pub(crate) fn card_content(l: Language) -> CardContent {
    let fact = |group, value: &str| CardFact {
        group,
        value: PrivateText::from(value),
    };
    let nothing = pick(l, "Steht nicht auf Ihrem Ausweis", "Not on your ID card");
    let born = pick(l, "12. August 1964", "12 August 1964");
    let person = vec![
        fact(DataGroup::FamilyNames, "MUSTERMANN"),
        fact(DataGroup::BirthName, "GABLER"),
        fact(DataGroup::GivenNames, &"ERIKA MARIA-MAGDALENA ".repeat(5)),
        fact(DataGroup::AcademicTitle, &nothing),
        fact(DataGroup::ArtisticName, &nothing),
        fact(DataGroup::DateOfBirth, &born),
        fact(DataGroup::PlaceOfBirth, "BERLIN"),
        fact(DataGroup::Nationality, &pick(l, "Deutschland", "Germany")),
    ];
    let residence = vec![
        fact(DataGroup::PlaceOfResidence, "Heidestraße 17\n51147 Köln"),
        fact(DataGroup::MunicipalityId, "02760503150000"),
    ];
    let document = vec![
        fact(
            DataGroup::DocumentType,
            &pick(l, "Personalausweis", "German identity card"),
        ),
        fact(DataGroup::IssuingState, &pick(l, "Deutschland", "Germany")),
        fact(DataGroup::DateOfExpiry, &pick(l, "31. August 2035", "31 August 2035")),
    ];
    let permit = vec![
        fact(DataGroup::ResidencePermitI, &nothing),
        fact(DataGroup::ResidencePermitII, &nothing),
    ];
    CardContent {
        service: pick(l, "Was steht auf meinem Ausweis?", "What is on my ID card?"),
        sections: vec![
            (CardSection::Person, person),
            (CardSection::Residence, residence),
            (CardSection::Document, document),
            (CardSection::Permit, permit),
        ],
        note: pick(
            l,
            "Stimmt etwas nicht? Dann wenden Sie sich bitte mit Ihrem Ausweis an das Bürgerbüro.",
            "Is something wrong? Then please bring your ID card to the citizens’ office.",
        ),
        authenticity: Authenticity::ChipTrusted,
    }
}

pub(crate) fn review(l: Language) -> Review {
    let row = |label: String, value: &str, from_card| DeclarationRow {
        label,
        value: PrivateText::from(value),
        from_card,
    };
    Review {
        service: pick(l, "Meldebescheinigung", "Certificate of residence"),
        declaration: Declaration {
            sections: vec![
                Section {
                    title: pick(l, "Von Ihrem Ausweis bestätigt", "Confirmed by your ID card"),
                    page: None,
                    rows: vec![row(old_enough(l), &pick(l, "Ja", "Yes"), true)],
                },
                Section {
                    title: pick(l, "Ihre Angaben", "Your details"),
                    page: Some(0),
                    rows: vec![
                        row(pick(l, "Vorname(n)", "Given name(s)"), "ERIKA", true),
                        row(pick(l, "Familienname", "Family name"), "MUSTERMANN", true),
                        row(pick(l, "Geburtsdatum", "Date of birth"), "12.08.1964", true),
                        row(pick(l, "Anschrift", "Address"), "Heidestraße 17, 51147 Köln", true),
                    ],
                },
                Section {
                    title: pick(l, "Ihre Bescheinigung", "Your certificate"),
                    page: Some(1),
                    rows: vec![
                        row(
                            pick(l, "Welche Bescheinigung?", "Which certificate?"),
                            &pick(l, "Einfache Meldebescheinigung", "Simple certificate"),
                            false,
                        ),
                        row(pick(l, "Zusatz", "Addition"), "", false),
                    ],
                },
            ],
            papers: Vec::new(),
            statement: pick(
                l,
                "Ich versichere, dass meine Angaben richtig und vollständig sind.",
                "I confirm that what I have stated is correct and complete.",
            ),
            fee: Some(pick(
                l,
                "10,00 €, zahlbar mit der Rechnung",
                "€10.00, payable by invoice",
            )),
        },
        prepared: false,
        authenticity: Some(Authenticity::NotProven),
    }
}

pub(crate) fn drawn(l: Language) -> Number {
    Number::Drawn {
        text: "A17".to_owned(),
        ahead: pick(l, "Vor Ihnen warten: 3", "Waiting before you: 3"),
    }
}

/// A waiting number that can be drawn, or was.
pub(crate) fn number(l: Language, number: Number) -> Screen {
    let is_drawn = matches!(number, Number::Drawn { .. });
    let text = |german: &str, english: &str| pick(l, german, english);
    Screen::Information(Information {
        service: text("Wartenummer ziehen", "Take a waiting number"),
        sections: vec![(
            text("So geht es", "How it works"),
            text(
                "Ziehen Sie eine Nummer und nehmen Sie den Zettel mit.\nIm Wartebereich sehen Sie auf dem Bildschirm, welche Nummer dran ist und wohin sie geht.",
                "Take a number and keep the slip.\nThe screen in the waiting area shows which number is called, and to which desk.",
            ),
        )],
        legal_basis: text(
            "Keine: Wir wissen nicht, wer eine Nummer zieht.",
            "None: we don’t know who takes a number.",
        ),
        number: Some(number),
        leaflet: Leaflet {
            paper: is_drawn.then_some(Paper::Printed(Medium::Strip)),
            print: true,
        },
    })
}

pub(crate) fn information(l: Language) -> Screen {
    let section = |title: (&str, &str), text: (&str, &str)| (pick(l, title.0, title.1), pick(l, text.0, text.1));
    Screen::Information(Information {
        service: pick(l, "Personalausweis beantragen", "Apply for an ID card"),
        sections: vec![
            section(
                ("Das bringen Sie mit", "What to bring"),
                (
                    "Ihren alten Ausweis oder Ihren Reisepass.\nEin Foto machen wir am Schalter.",
                    "Your old ID card or your passport.\nWe take a photo at the counter.",
                ),
            ),
            section(
                ("Das kostet es", "What it costs"),
                (
                    "46,00 €. Wer jünger als 24 ist, zahlt 27,60 €.",
                    "46.00 €. People under 24 pay 27.60 €.",
                ),
            ),
        ],
        legal_basis: pick(l, "§ 9 Personalausweisgesetz", "Section 9 Personalausweisgesetz"),
        number: None,
        leaflet: Leaflet {
            paper: Some(Paper::Printed(Medium::Sheet)),
            print: true,
        },
    })
}
