//! The people on the test cards: published or invented.
use super::profile::{Permit, Person, Residence};
use jiff::civil::Date;

fn text(text: &str) -> String {
    text.to_owned()
}

impl Person {
    /// Erika Mustermann, the published test person of the German identity card.
    pub fn erika() -> Self {
        Self {
            document_type: text("ID"),
            issuing_state: text("D"),
            date_of_expiry: text("20311031"),
            given_names: text("ERIKA"),
            family_names: text("MUSTERMANN"),
            artistic_name: None,
            academic_title: None,
            date_of_birth: text("19640812"),
            place_of_birth: text("BERLIN"),
            nationality: Some(text("D")),
            birth_name: Some(text("GABLER")),
            residence: Residence::Address {
                street: Some(text("HEIDESTRAẞE 17")),
                zip: Some(text("51147")),
                city: text("KÖLN"),
                state: None,
                country: text("D"),
            },
            municipality_id: Some(text("02760503150000")),
            residence_permit_1: None,
            residence_permit_2: None,
            phone_number: None,
            email_address: None,
        }
    }

    /// A child of twelve years on that day: its card has the eID switched off (TR-03127 §6.1).
    pub fn child(today: Date) -> Self {
        Self {
            given_names: text("MAX"),
            date_of_birth: written(today.saturating_sub(jiff::Span::new().years(12))),
            birth_name: None,
            ..Self::erika()
        }
    }

    /// Erika with a card that was valid until the day before.
    pub fn expired(today: Date) -> Self {
        Self {
            date_of_expiry: written(today.saturating_sub(jiff::Span::new().days(1))),
            ..Self::erika()
        }
    }

    /// Somebody without a residence in Germany.
    pub fn without_residence() -> Self {
        Self {
            residence: Residence::None(text("keine Hauptwohnung in Deutschland")),
            municipality_id: None,
            ..Self::erika()
        }
    }

    /// Somebody who lives abroad, at a verified address.
    pub fn abroad() -> Self {
        Self {
            residence: Residence::Address {
                street: Some(text("12 RUE DE L'ÉGLISE")),
                zip: Some(text("67000")),
                city: text("STRASBOURG"),
                state: Some(text("GRAND EST")),
                country: text("FRA"),
            },
            // Country code 250, then zeros (TR-03127 §3.4.3 on DG18).
            municipality_id: Some(text("02500000000000")),
            ..Self::erika()
        }
    }

    /// Somebody whose day of birth isn't known: blanks in the date.
    pub fn unknown_birth_day() -> Self {
        Self {
            date_of_birth: text("196408  "),
            ..Self::erika()
        }
    }

    /// Somebody with very long names and a very long address, with letters of two and three bytes in them: each group
    /// needs several READ BINARY.
    pub fn longest() -> Self {
        let filled = |unit: &str, chars: usize| unit.chars().cycle().take(chars).collect::<String>();
        Self {
            given_names: filled("MARIA-ÉLISABETH ", 80).trim_end().to_owned(),
            family_names: filled("ŽUPANČIČ-GROẞMÜLLER ", 120).trim_end().to_owned(),
            artistic_name: Some(filled("DIE ÖFFENTLICHE ", 120).trim_end().to_owned()),
            academic_title: Some(filled("DR. ", 80).trim_end().to_owned()),
            place_of_birth: filled("LLANFAIRPWLLGWYNGYLL ", 80).trim_end().to_owned(),
            birth_name: Some(filled("ĆWIĄKAŁA-ẞØRENSEN ", 120).trim_end().to_owned()),
            residence: Residence::Address {
                street: Some(filled("STRAẞE DES ACHTZEHNTEN OKTOBER ", 80).trim_end().to_owned()),
                zip: Some(text("51147")),
                city: filled("BAD NEUENAHR-AHRWEILER ", 80).trim_end().to_owned(),
                state: Some(filled("RHEINLAND-PFALZ ", 80).trim_end().to_owned()),
                country: text("D"),
            },
            ..Self::erika()
        }
    }

    /// Somebody with phone number and e-mail address on the card, which TR-03110-4 knows and no German card has.
    pub fn reachable() -> Self {
        Self {
            phone_number: Some(text("tel:+49-221-5550142")),
            email_address: Some(text("erika.mustermann@example.org")),
            ..Self::erika()
        }
    }

    /// A citizen of the Union: the card has no photo.
    pub fn union_citizen() -> Self {
        Self {
            document_type: text("UB"),
            given_names: text("ANNA"),
            family_names: text("KOVÁČOVÁ"),
            place_of_birth: text("BRATISLAVA"),
            nationality: Some(text("SVK")),
            birth_name: None,
            ..Self::erika()
        }
    }

    /// The holder of a residence permit, with ancillary provisions in both data groups; the second is packed.
    pub fn residence_permit() -> Self {
        Self {
            document_type: text("AR"),
            given_names: text("AMINA"),
            family_names: text("DIALLO"),
            place_of_birth: text("DAKAR"),
            nationality: Some(text("SEN")),
            birth_name: None,
            residence_permit_1: Some(Permit::Plain(text("§ 18A AUFENTHG. ERWERBSTÄTIGKEIT ERLAUBT."))),
            residence_permit_2: Some(Permit::Compressed("WOHNSITZNAHME IN KÖLN. ".repeat(10))),
            ..Self::erika()
        }
    }
}

fn written(date: Date) -> String {
    date.strftime("%Y%m%d").to_string()
}
