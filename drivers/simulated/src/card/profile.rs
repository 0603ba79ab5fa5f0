//! How a holder's data are written into data groups (TR-03110-4 §2.2, TR-03127 §3.4.3). The people themselves are in
//! `people`.
use super::generation::Generation;
use apdu::tlv::{Tag, concat, encode};

/// What stands on a card. Published or invented test persons only.
#[derive(Clone)]
#[allow(missing_docs)]
pub struct Person {
    pub document_type: String,
    pub issuing_state: String,
    /// YYYYMMDD.
    pub date_of_expiry: String,
    pub given_names: String,
    pub family_names: String,
    pub artistic_name: Option<String>,
    pub academic_title: Option<String>,
    /// YYYYMMDD; unknown parts are blanks.
    pub date_of_birth: String,
    pub place_of_birth: String,
    pub nationality: Option<String>,
    pub birth_name: Option<String>,
    pub residence: Residence,
    /// Decimal digits, an even number of them.
    pub municipality_id: Option<String>,
    pub residence_permit_1: Option<Permit>,
    pub residence_permit_2: Option<Permit>,
    /// A telephone URI.
    pub phone_number: Option<String>,
    pub email_address: Option<String>,
}

/// Ancillary provisions of a residence permit (`Text`, TR-03110-4 §2.2.3.1).
#[derive(Clone)]
pub enum Permit {
    /// As it is.
    Plain(String),
    /// Packed with DEFLATE, in the zlib envelope that real cards have.
    Compressed(String),
}

/// Where somebody lives, in the three kinds that a card knows.
#[derive(Clone)]
#[allow(missing_docs)]
pub enum Residence {
    Address {
        street: Option<String>,
        zip: Option<String>,
        city: String,
        state: Option<String>,
        country: String,
    },
    Freetext(String),
    None(String),
}

impl Person {
    /// The files of the data groups that this card has: number and content.
    pub(super) fn data_groups(&self, generation: Generation) -> Vec<(u8, Vec<u8>)> {
        let printable = |text: &str| encode(Tag(0x13), text.as_bytes()).to_vec();
        let numeric = |text: &str| encode(Tag(0x12), text.as_bytes()).to_vec();
        let utf8 = |text: &str| encode(Tag(0x0C), text.as_bytes()).to_vec();
        let first_choice = |text: &str| encode(Tag(0xA1), &utf8(text)).to_vec();
        let nationality = match generation {
            Generation::Y2010 => None,
            Generation::Y2017 => Some(printable("")),
            Generation::Y2021 => self.nationality.as_deref().map(printable),
        };
        let birth_name = self.birth_name.as_deref().filter(|_| generation != Generation::Y2010);
        let optional = |text: &Option<String>, write: fn(&str) -> Vec<u8>| text.as_deref().map(write);
        let groups = [
            (1, Some(printable(&self.document_type))),
            (2, Some(printable(&self.issuing_state))),
            (3, Some(numeric(&self.date_of_expiry))),
            (4, Some(utf8(&self.given_names))),
            (5, Some(utf8(&self.family_names))),
            (6, optional(&self.artistic_name, utf8)),
            (7, optional(&self.academic_title, utf8)),
            (8, Some(numeric(&self.date_of_birth))),
            (9, Some(first_choice(&self.place_of_birth))),
            (10, nationality),
            (13, birth_name.map(utf8)),
            (17, Some(self.residence.encode())),
            (
                18,
                self.municipality().map(|packed| encode(Tag(0x04), &packed).to_vec()),
            ),
            (19, self.residence_permit_1.as_ref().map(Permit::encode)),
            (20, self.residence_permit_2.as_ref().map(Permit::encode)),
            (
                21,
                optional(&self.phone_number, |text| encode(Tag(0x13), text.as_bytes()).to_vec()),
            ),
            (
                22,
                optional(&self.email_address, |text| encode(Tag(0x16), text.as_bytes()).to_vec()),
            ),
        ];
        let wrap = |number: u8, inner: Vec<u8>| encode(Tag(0x60 | u32::from(number)), &inner).to_vec();
        groups
            .into_iter()
            .filter_map(|(number, inner)| inner.map(|inner| (number, wrap(number, inner))))
            .collect()
    }
}

impl Person {
    /// The municipality's id, two digits in a byte.
    pub(super) fn municipality(&self) -> Option<Vec<u8>> {
        self.municipality_id.as_deref().map(packed)
    }

    /// The latest day on which the holder can have been born, `YYYYMMDD`: what age verification compares
    /// (TR-03127 §3.4.3 on DG8). `None` without a year.
    pub(super) fn born_at_the_latest(&self) -> Option<String> {
        let known = self.date_of_birth.trim_end();
        let date = match known.len() {
            8 => return Some(known.to_owned()),
            6 => {
                let (year, month) = (known.get(..4)?.parse().ok()?, known.get(4..)?.parse().ok()?);
                jiff::civil::Date::new(year, month, 1).ok()?.last_of_month()
            }
            4 => jiff::civil::Date::new(known.parse().ok()?, 12, 31).ok()?,
            _ => return None,
        };
        Some(date.strftime("%Y%m%d").to_string())
    }
}

impl Permit {
    fn encode(&self) -> Vec<u8> {
        match self {
            Self::Plain(text) => encode(Tag(0xA1), &encode(Tag(0x0C), text.as_bytes())).to_vec(),
            Self::Compressed(text) => {
                let packed = miniz_oxide::deflate::compress_to_vec_zlib(text.as_bytes(), 6);
                encode(Tag(0xA2), &encode(Tag(0x04), &packed)).to_vec()
            }
        }
    }
}

impl Residence {
    fn encode(&self) -> Vec<u8> {
        let field = |tag, kind, text: &str| encode(Tag(tag), &encode(Tag(kind), text.as_bytes())).to_vec();
        let optional =
            |tag, kind, text: &Option<String>| text.as_deref().map_or_else(Vec::new, |text| field(tag, kind, text));
        match self {
            Self::Address {
                street,
                zip,
                city,
                state,
                country,
            } => {
                let fields = [
                    optional(0xAA, 0x0C, street),
                    field(0xAB, 0x0C, city),
                    optional(0xAC, 0x0C, state),
                    field(0xAD, 0x13, country),
                    optional(0xAE, 0x13, zip),
                ];
                encode(Tag(0x30), &concat(&fields.each_ref().map(Vec::as_slice))).to_vec()
            }
            Self::Freetext(text) => field(0xA1, 0x0C, text),
            Self::None(text) => field(0xA2, 0x0C, text),
        }
    }
}

/// Two decimal digits in a byte; anything else in `digits` counts as zero.
fn packed(digits: &str) -> Vec<u8> {
    let digit = |byte: &u8| if byte.is_ascii_digit() { byte - b'0' } else { 0 };
    digits
        .as_bytes()
        .chunks(2)
        .map(|pair| pair.iter().fold(0, |packed, byte| packed << 4 | digit(byte)))
        .collect()
}
