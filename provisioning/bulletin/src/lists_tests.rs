use super::*;
use proptest::prelude::*;

#[test]
fn a_spreadsheet_is_a_list() {
    let utf8 = "Nummer;Art;Gegenstand;Fundtag;Fundort\n17;Fahrrad;\"Damenrad; blau\";3.11.2026;Markt\n18;Schlüssel;Bund;;\n;;;;\n";
    let read = found(utf8.as_bytes()).unwrap();
    assert_eq!(read.len(), 2);
    assert_eq!(
        (read[0].what.as_str(), read[0].number.as_str()),
        ("Damenrad; blau", "17")
    );
    assert_eq!(read[0].day, Day::parse("2026-11-03"));
    assert_eq!(read[1].day, None);
    let (windows, _, _) = WINDOWS_1252.encode(utf8);
    assert_eq!(found(&windows).unwrap(), read);
    let commas = "\u{feff}what,day\nUmbrella,2026-11-03\n";
    assert_eq!(found(commas.as_bytes()).unwrap()[0].day, Day::parse("2026-11-03"));
    let responsible = responsible(
        "Leistung\tStelle\tZeiten\tLink\nHundesteuer\tSteueramt\tMo 8-12\thttps://www.musterstadt.de/hund\n".as_bytes(),
    )
    .unwrap();
    assert_eq!(responsible[0].opening.paragraphs(), ["Mo 8-12"]);
    assert!(responsible[0].link.is_some());
}

#[test]
fn wrong_tables_are_told() {
    assert_eq!(found(b""), Err(ListTrouble::Column { missing: "gegenstand" }));
    assert_eq!(found(b"a;b\n1;2\n"), Err(ListTrouble::Column { missing: "gegenstand" }));
    assert!(matches!(
        found(&vec![b'a'; LIST_BYTES_MAX + 1]),
        Err(ListTrouble::TooLarge { .. })
    ));
}

#[test]
fn offices_have_a_week_and_holidays() {
    let toml = "[[closed]]\nday = '2026-12-25'\nwhy = '1. Weihnachtstag'\n\
                [[office]]\nname = 'Bürgerbüro'\nplace = 'Rathausplatz 1'\nphone = '0123 456'\nnote = 'Nur mit Termin'\n\
                week = { mo = '08:00-12:00, 13:00–16:00', do = '8:00 - 18:00' }\n\
                [[office.except]]\nfrom = '2026-12-28'\nuntil = '2026-12-30'\nhours = '08:00-12:00'\n\
                [[office]]\nname = 'Bad'\n";
    let read = offices(toml.as_bytes()).unwrap();
    assert_eq!(
        (read[0].week[0].len(), read[0].week[3].len(), read[0].week[1].len()),
        (2, 1, 0)
    );
    assert_eq!((read[0].exceptions.len(), read[1].exceptions.len()), (2, 1));
    assert_eq!(read[1].exceptions[0].why.as_str(), "1. Weihnachtstag");
    for (wrong, told) in [
        (
            "[[office]]\nname = 'x'\nweek = { mo = '8-12' }\n",
            "\"8-12\" is no stretch",
        ),
        ("[[office]]\nname = 'x'\nweek = { mo = '12:00-08:00' }\n", "no stretch"),
        ("[[office]]\nname = 'x'\ncolour = 1\n", "line 3: unknown field `colour`"),
        ("[[closed]]\nwhy = 'Umzug'\n", "\"Umzug\" needs a day"),
        ("[[closed]]\nday = '25.12.2026'\n", "a day is written as 2026-12-03"),
    ] {
        let error = offices(wrong.as_bytes()).unwrap_err().to_string();
        assert!(error.contains(told), "{error}");
    }
}

#[test]
fn consultations_are_a_file() {
    let toml = "[[consultation]]\ntitle = 'Neuer Spielplatz'\nuntil = '2027-01-15'\n\
                text = '''Was wünschen Sie sich?\n\nSchreiben Sie uns.'''\nlink = 'https://mitmachen.musterstadt.de'\n";
    let read = consultations(toml.as_bytes()).unwrap();
    assert_eq!(read[0].text.paragraphs().len(), 2);
    assert_eq!(read[0].link.as_ref().unwrap().host(), "mitmachen.musterstadt.de");
    assert!(
        consultations(b"[[consultation]]\nuntil = '2027-01-15'\n")
            .unwrap_err()
            .to_string()
            .contains("title")
    );
    assert_eq!(consultations(b""), Ok(vec![]));
}

proptest! {
    #[test]
    fn no_list_panics(bytes in proptest::collection::vec(any::<u8>(), 0..200), text in "\\PC{0,100}|[a-z;,\"\\n=\\[\\]']{0,100}") {
        for bytes in [&bytes[..], text.as_bytes(), format!("gegenstand;{text}\n{text}").as_bytes()] {
            let _ = (found(bytes), offices(bytes), consultations(bytes), responsible(bytes));
        }
    }

    #[test]
    fn days_are_read_or_not(text in "[0-9.-]{0,12}") {
        if let Some(day) = any_day(&text) {
            prop_assert!(day.to_string().len() == 10);
        }
    }
}
