//! Terminals made of files that fit together, and of such that don't.
use super::*;
use crate::passive_auth::RevocationPolicy;
use drivers_api::card::DataGroup::{DateOfBirth, FamilyNames, Nationality};
use jiff::civil::date;

const TERMINAL: &[u8] = include_bytes!("../tests/data/cvc/terminal.cvcert");
const VERIFIER: &[u8] = include_bytes!("../tests/data/cvc/dv.cvcert");
const LINK: &[u8] = include_bytes!("../tests/data/cvc/link_2.cvcert");
const ROOT: &[u8] = include_bytes!("../tests/data/cvc/cvca_1.cvcert");
const DESCRIPTION: &[u8] = include_bytes!("../tests/data/cvc/terminal.desc");

fn files() -> CertificateFiles<'static> {
    CertificateFiles {
        terminal: TERMINAL,
        document_verifier: VERIFIER,
        links: &[ROOT, LINK],
        description: DESCRIPTION,
        blocklist_sector: &[0x7F, 0x49, 0x02, 0x06, 0x00],
        pseudonym_sector: None,
    }
}

fn error(files: &CertificateFiles<'_>) -> TerminalError {
    TerminalCertificates::new(files).unwrap_err()
}

fn reference(number: u8) -> Reference {
    Reference::new(format!("DETESTeID0000{number}").as_bytes()).unwrap()
}

#[test]
fn the_provider_is_shown_from_the_description() {
    let certificates = TerminalCertificates::new(&files()).unwrap();
    let provider = certificates.provider();
    assert_eq!(
        (provider.subject_name.as_str(), provider.issuer_name.as_str()),
        ("Stadt Musterstadt", "Test-DV")
    );
    assert_eq!(provider.subject_url.as_deref(), Some("https://stadt.test"));
    assert!(provider.terms_of_usage.contains("\nZweck: Anträge am Terminal"));
    assert_eq!(
        (provider.valid_from, provider.valid_until),
        (date(2026, 11, 22), date(2026, 11, 24))
    );
    assert!(provider.rights.groups.contains(&FamilyNames) && !provider.rights.groups.contains(&Nationality));
    assert!(certificates.valid_on(date(2026, 11, 24)) && !certificates.valid_on(date(2026, 11, 25)));
}

#[test]
fn files_that_do_not_fit_make_no_terminal() {
    let with = |change: fn(&mut CertificateFiles<'static>)| {
        let mut files = files();
        change(&mut files);
        error(&files)
    };
    assert_eq!(with(|f| f.terminal = VERIFIER), TerminalError::Role);
    assert_eq!(with(|f| f.document_verifier = TERMINAL), TerminalError::Role);
    assert_eq!(with(|f| f.links = &[VERIFIER]), TerminalError::Role);
    assert_eq!(with(|f| f.links = &[LINK; 9]), TerminalError::TooMuch);
    assert_eq!(with(|f| f.description = b"0"), TerminalError::DescriptionHash);
    assert!(matches!(with(|f| f.terminal = &[]), TerminalError::Certificate(_)));
    assert!(matches!(
        with(|f| f.blocklist_sector = &[0x30, 0]),
        TerminalError::SectorKey(_)
    ));
    let other = include_bytes!("../tests/data/worked_example/dv.cvcert");
    let mut strange = files();
    strange.document_verifier = other;
    assert_eq!(error(&strange), TerminalError::Chain);
}

#[test]
fn ts_cta_1_the_path_depends_on_the_cards_trust_points() {
    let certificates = TerminalCertificates::new(&files()).unwrap();
    let path = |current: &Reference, previous: Option<&Reference>| {
        let path = certificates.path_for(current, previous)?;
        Some(
            path.into_iter()
                .map(|certificate| certificate.holder().to_string())
                .collect::<Vec<_>>(),
        )
    };
    let direct = vec!["DEDVTEST00001".to_owned(), "DETESTAT00001".to_owned()];
    let linked = [vec!["DETESTeID00002".to_owned()], direct.clone()].concat();
    assert_eq!(path(&reference(1), None), Some(linked), "TS_CTA_1.1 an old trust point");
    assert_eq!(
        path(&reference(2), None),
        Some(direct.clone()),
        "TS_CTA_1.2 the new trust point"
    );
    assert_eq!(
        path(&reference(2), Some(&reference(1))),
        Some(direct.clone()),
        "TS_CTA_1.3 both"
    );
    assert_eq!(path(&reference(3), Some(&reference(2))), Some(direct), "the one before");
    assert_eq!(path(&reference(3), None), None);
}

#[test]
fn links_in_a_circle_come_to_an_end() {
    // A link back from 2 to 1 beside the one from 1 to 2, and a verifier below neither.
    let back = hex::encode(LINK);
    let back = back
        .replace(&hex::encode("eID00002"), "X")
        .replace(&hex::encode("eID00001"), &hex::encode("eID00002"));
    let back = hex::decode(back.replace('X', &hex::encode("eID00001"))).unwrap();
    let elsewhere = hex::encode(VERIFIER).replace(&hex::encode("eID00002"), &hex::encode("eID00009"));
    let elsewhere = hex::decode(elsewhere).unwrap();
    let links = [LINK, back.as_slice()];
    let mut files = files();
    files.links = &links;
    files.document_verifier = &elsewhere;
    let certificates = TerminalCertificates::new(&files).unwrap();
    assert_eq!(certificates.path_for(&reference(1), Some(&reference(2))), None);
}

#[test]
fn sector_keys_are_those_of_the_certificate() {
    let key = |byte| [0x7F, 0x49, 0x02, 0x06, byte];
    let issuer = CvCertificate::parse(VERIFIER).unwrap();
    let mut certificate = CvCertificate::parse(TERMINAL).unwrap();
    let none = SectorKey::of(&key(0), &certificate, &issuer).unwrap();
    assert_eq!(
        (none.object().as_slice(), none.answer_tag()),
        (&[0xA0, 0x02, 0x06, 0x00][..], Tag(0x81))
    );
    let hash = |byte| issuer.hash().of(&key(byte));
    certificate = certificate.with_sectors([Some(hash(1)), Some(hash(2))]);
    let second = SectorKey::of(&key(2), &certificate, &issuer).unwrap();
    assert_eq!(
        (second.object().as_slice(), second.answer_tag()),
        (&[0xA2, 0x02, 0x06, 0x02][..], Tag(0x83))
    );
    assert_eq!(
        SectorKey::of(&key(1), &certificate, &issuer).unwrap().answer_tag(),
        Tag(0x81)
    );
    assert_eq!(
        SectorKey::of(&key(3), &certificate, &issuer),
        Err(TerminalError::SectorHash)
    );
    assert_eq!(
        SectorKey::of(&[0; 2000], &certificate, &issuer),
        Err(TerminalError::TooMuch)
    );
}

#[test]
fn rights_are_asked_for_exactly() {
    let certificates = TerminalCertificates::new(&files()).unwrap();
    let trust = || TrustStore::new(RevocationPolicy::WhenPresent);
    let none_yet = Terminal::new(certificates.clone(), trust(), Blocklist::new(b"S")).err();
    assert_eq!(none_yet, Some(TerminalError::Blocklist));
    let terminal = Terminal::new(certificates, trust(), crate::dialogue::double::blocklist(&[])).unwrap();
    let today = date(2026, 11, 23);
    let mut request = ReadRequest {
        groups: [FamilyNames, DateOfBirth].into(),
        ..ReadRequest::default()
    };
    let chat = terminal.chat_for(&request, Basis::OnlineAusweis, today).unwrap();
    assert_eq!(chat.bytes(), [0, 0, 0, 0x90, 0x04]);
    assert_eq!(
        terminal.chat_for(&request, Basis::VorOrt, today),
        Err(CardFailure::NotAuthorised)
    );
    let late = date(2026, 11, 25);
    assert_eq!(
        terminal.chat_for(&request, Basis::OnlineAusweis, late),
        Err(CardFailure::NoCertificate)
    );
    request.groups.insert(Nationality);
    assert_eq!(
        terminal.chat_for(&request, Basis::OnlineAusweis, today),
        Err(CardFailure::NotAuthorised)
    );
}
