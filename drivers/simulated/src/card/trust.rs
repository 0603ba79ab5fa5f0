//! What a card trusts: CVCA keys and a date of its own, moved on by certificates (TR-03110-3 §2.5, §2.7).
use crate::curve::{Curve, point_256, verify_256};
use crate::der;
use crate::pki::{AUTHENTICATION_TERMINAL, Chat, Role, SECTOR, TA_ECDSA_SHA_256};
use apdu::StatusWord;
use apdu::tlv::{Reader, Tag, TlvError};

/// YYMMDD in unpacked digits, which compare like the days they stand for.
pub(super) type Day = [u8; 6];

/// Trust points that a card holds at most.
const POINTS_MAX: usize = 2;

/// A key that a certificate brought, with what was said about its holder.
#[derive(Clone)]
pub(super) struct Imported {
    pub(super) holder: Vec<u8>,
    pub(super) role: Role,
    /// Of this certificate and all above it.
    pub(super) rights: Chat,
    pub(super) public: Vec<u8>,
    pub(super) valid: (Day, Day),
    /// All certificates so far are ones of authentication terminals.
    pub(super) authentication_terminal: bool,
    /// Hashes of sector public keys.
    pub(super) sectors: Vec<Vec<u8>>,
}

/// The lasting memory.
pub(super) struct Trust {
    /// Oldest first.
    points: Vec<Imported>,
    today: Day,
}

impl Trust {
    pub(super) fn new(points: Vec<Imported>, today: Day) -> Self {
        Self { points, today }
    }

    /// Certification authority references for the end of PACE, newest first (TR-03110-3 B.1.4).
    pub(super) fn references(&self) -> impl Iterator<Item = &[u8]> {
        self.points.iter().rev().map(|point| point.holder.as_slice())
    }

    pub(super) fn point(&self, holder: &[u8]) -> Option<&Imported> {
        self.points.iter().find(|point| point.holder == holder)
    }

    /// The card's own idea of the day.
    pub(super) fn today(&self) -> Day {
        self.today
    }

    /// PSO:Verify Certificate: checks `data` (`7F4E`, `5F37`) with the key of `issuer`. Date and trust points change
    /// together or not at all. Gives the key of a document verifier or terminal; a link's is kept here.
    pub(super) fn verify(&mut self, data: &[u8], issuer: &Imported) -> Result<Option<Imported>, StatusWord> {
        let certificate = Certificate::parse(data).map_err(|_| StatusWord::WRONG_DATA)?;
        if certificate.authority != issuer.holder {
            return Err(StatusWord::WRONG_DATA);
        }
        if !verify_256(&issuer.public, certificate.body, certificate.signature) {
            return Err(StatusWord::AUTHENTICATION_FAILED);
        }
        let subject = certificate.subject;
        match (issuer.role, subject.role) {
            (Role::Cvca, Role::Cvca) => self.link(subject).map(|()| None),
            (Role::Cvca, Role::DomesticDv | Role::ForeignDv) => {
                // An expired trust point verifies links only.
                self.not_expired(issuer)?;
                self.temporary(subject, issuer, true).map(Some)
            }
            (Role::DomesticDv, Role::Terminal) => self.temporary(subject, issuer, true).map(Some),
            (Role::ForeignDv, Role::Terminal) => self.temporary(subject, issuer, false).map(Some),
            (Role::Cvca | Role::DomesticDv | Role::ForeignDv | Role::Terminal, _) => Err(StatusWord::CONDITIONS_OF_USE),
        }
    }

    fn link(&mut self, subject: Imported) -> Result<(), StatusWord> {
        if !subject.authentication_terminal || self.point(&subject.holder).is_some() {
            return Err(StatusWord::CONDITIONS_OF_USE);
        }
        self.today = self.today.max(subject.valid.0);
        self.points.push(subject);
        self.points.sort_by_key(|point| point.valid.0);
        let surplus = self.points.len().saturating_sub(POINTS_MAX);
        self.points.drain(..surplus);
        Ok(())
    }

    fn temporary(&mut self, subject: Imported, issuer: &Imported, accurate: bool) -> Result<Imported, StatusWord> {
        self.not_expired(&subject)?;
        if accurate {
            self.today = self.today.max(subject.valid.0);
        }
        Ok(Imported {
            rights: subject.rights.and(issuer.rights),
            authentication_terminal: subject.authentication_terminal && issuer.authentication_terminal,
            ..subject
        })
    }

    fn not_expired(&self, key: &Imported) -> Result<(), StatusWord> {
        if key.valid.1 < self.today {
            return Err(StatusWord::CONDITIONS_OF_USE);
        }
        Ok(())
    }
}

/// A certificate as it came, not yet believed.
pub(super) struct Certificate<'a> {
    body: &'a [u8],
    signature: &'a [u8],
    authority: &'a [u8],
    pub(super) subject: Imported,
}

impl<'a> Certificate<'a> {
    /// Strict: each object once, in the order of the profile (TR-03110-3 C.1).
    pub(super) fn parse(data: &'a [u8]) -> Result<Self, TlvError> {
        let mut objects = Reader::new(data);
        let content = objects.expect(Tag(0x7F4E))?;
        let signature = objects.expect(Tag(0x5F37))?.value;
        let signed_bytes = data.len() - der::tlv(0x5F37, &[signature]).len();
        objects.finish()?;
        let mut fields = content.nested()?;
        let profile = fields.expect(Tag(0x5F29))?.value;
        let authority = fields.expect(Tag(0x42))?.value;
        let key = fields.expect(Tag(0x7F49))?.value;
        let holder = fields.expect(Tag(0x5F20))?.value;
        let template = fields.expect(Tag(0x7F4C))?.value;
        let (from, until) = (fields.expect(Tag(0x5F25))?.value, fields.expect(Tag(0x5F24))?.value);
        let extensions = fields.read()?;
        fields.finish()?;
        let sectors = match extensions {
            None => vec![],
            Some(extensions) if extensions.tag == Tag(0x65) => sectors(extensions.value)?,
            Some(_) => return Err(MISSING),
        };
        let (authentication_terminal, role, rights) = chat(template)?;
        let (from, until) = (day(from).ok_or(MISSING)?, day(until).ok_or(MISSING)?);
        if profile != [0] || until < from || !(1..=16).contains(&holder.len()) {
            return Err(MISSING);
        }
        Ok(Self {
            body: &data[..signed_bytes],
            signature,
            authority,
            subject: Imported {
                holder: holder.to_vec(),
                role,
                rights,
                public: public_key(key, role)?,
                valid: (from, until),
                authentication_terminal,
                sectors,
            },
        })
    }
}

/// Any deviation from the profile is answered alike, so one word for them is enough.
const MISSING: TlvError = TlvError::Missing { awaited: Tag(0x7F4E) };

/// Terminal type, role and rights of a CHAT's value; other types than id-AT are told by `false`.
pub(super) fn chat(value: &[u8]) -> Result<(bool, Role, Chat), TlvError> {
    let mut objects = Reader::new(value);
    let terminal_type = objects.expect(Tag(0x06))?.value;
    let bits = objects.expect(Tag(0x53))?.value;
    objects.finish()?;
    let is_authentication_terminal = terminal_type == der::oid_value(AUTHENTICATION_TERMINAL);
    let (head, tail) = bits.split_first().ok_or(MISSING)?;
    let role = Role::of_bits(head >> 6);
    match <[u8; 4]>::try_from(tail) {
        Ok([b, c, d, e]) => Ok((is_authentication_terminal, role, Chat([head & 0x3F, b, c, d, e]))),
        // Inspection systems and signature terminals have one byte.
        Err(_) if !is_authentication_terminal => Ok((false, role, Chat::default())),
        Err(_) => Err(MISSING),
    }
}

/// The point of a public key. Only a CVCA's may carry the domain, and then ours (TR-03110-3 D.3.3).
fn public_key(value: &[u8], role: Role) -> Result<Vec<u8>, TlvError> {
    let point = Reader::new(value).find(Tag(0x86))?.ok_or(MISSING)?.value;
    let with_domain = |domain| Curve::BrainpoolP256.card_verifiable_key(TA_ECDSA_SHA_256, point, domain);
    let fits = value == with_domain(false) || role == Role::Cvca && value == with_domain(true);
    match point_256(point) {
        Some(_) if fits => Ok(point.to_vec()),
        Some(_) | None => Err(MISSING),
    }
}

/// Hashes of the id-sector extension; unknown extensions are passed over (TR-03110-3 C.3).
fn sectors(value: &[u8]) -> Result<Vec<Vec<u8>>, TlvError> {
    let (mut templates, mut hashes) = (Reader::new(value), vec![]);
    while let Some(template) = templates.read()? {
        let mut fields = template.nested()?;
        let known = fields.expect(Tag(0x06))?.value == der::oid_value(SECTOR);
        while let Some(field) = fields.read()? {
            if known && matches!(field.tag, Tag(0x80 | 0x81)) {
                hashes.push(field.value.to_vec());
            }
        }
    }
    Ok(hashes)
}

fn day(digits: &[u8]) -> Option<Day> {
    let day: Day = digits.try_into().ok()?;
    let two = |at: usize| day[at] * 10 + day[at + 1];
    let plausible = day.iter().all(|digit| *digit <= 9) && (1..=12).contains(&two(2)) && (1..=31).contains(&two(4));
    plausible.then_some(day)
}
