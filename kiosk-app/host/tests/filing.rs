//! A declaration goes in, a sealed envelope lies in the outbox, a code comes back.
#![allow(clippy::unwrap_used, reason = "a test may panic, and so may what it calls")]
use catalogue::{Catalogue, Payment, PaymentState, Service, bundled};
use drivers_api::Job;
use drivers_api::card::{Authenticity, DataGroup, GroupContent, PersonalData, SpecialFunctions};
use drivers_api::language::Language;
use drivers_api::private::PrivateText;
use host::filing::Order;
use host::{Filing, FilingConfig, Inbox};
use outbox::{Options, Outbox};
use seal::AuthorityKey;
use session::Input;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use uuid::Uuid;
use wire::CaseCode;
use wire::case_status::{CardKeys, CaseKeys};
use wire::receipt::{CheckCode, Fee, FeeState};

const KEY: &str = include_str!("../../../tests/authority/authority.jwk");
const PATIENCE: Duration = Duration::from_secs(30);

fn service() -> Arc<Service> {
    let loaded = Catalogue::load(&bundled::small(&bundled::TWO)).unwrap();
    Arc::clone(loaded.catalogue.service(&"meldebescheinigung".into()).unwrap())
}

fn order(job: u64) -> Order {
    let service = service();
    let name = GroupContent::Text(PrivateText::from("Mustermann"));
    let groups = [(DataGroup::FamilyNames, name)].into();
    let person = PersonalData {
        authenticity: Authenticity::NotProven,
        functions: SpecialFunctions::default(),
        groups,
    };
    let mut answers = service.prefill(&person, None);
    for (field, choice) in [("kind", "simple"), ("purpose", "bank")] {
        service.enter(&mut answers, service.field_named(field).unwrap(), choice);
    }
    let submission = service.submission(&answers);
    assert!(submission.expose().windows(10).any(|window| window == b"Mustermann"));
    let authenticity = Some(Authenticity::NotProven);
    Order {
        job: Job(job),
        service,
        submission,
        authenticity,
        language: Language::German,
        payment: None,
        submission_id: None,
    }
}

fn filing(path: &Path, options: Options) -> (Filing, Inbox) {
    let inbox = Inbox::default();
    let outbox = Outbox::open_with(path, options).unwrap();
    let key = AuthorityKey::from_jwk(KEY.as_bytes()).unwrap();
    let config = FilingConfig {
        destination_id: Uuid::from_u128(7),
        key,
        others: BTreeMap::new(),
        outbox,
    };
    (Filing::spawn(config, inbox.sender()).unwrap(), inbox)
}

fn code(inbox: &Inbox, expected: u64) -> String {
    match inbox.receive(PATIENCE) {
        Some(Input::Filed { job, case_code, .. }) if job == Job(expected) => case_code,
        other => panic!("not filed: {other:?}"),
    }
}

#[test]
fn a_case_is_sealed_and_stored_and_a_retry_is_the_same_case() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("outbox.db");
    let (filing, inbox) = filing(&path, Options::default());
    filing.file(order(1));
    let first = code(&inbox, 1);
    filing.file(order(1));
    assert_eq!(code(&inbox, 1), first);
    filing.file(order(2));
    assert_ne!(code(&inbox, 2), first);

    let mut outbox = Outbox::open(&path).unwrap();
    assert_eq!(outbox.counts().unwrap().waiting, 2);
    let envelope = outbox.next(i64::MAX).unwrap().unwrap().envelope;
    assert_eq!(envelope.leika, "99115003012000");
    assert_eq!(envelope.destination_id, Uuid::from_u128(7));
    assert_eq!(envelope.submission_id.get_version_num(), 7);
    let facts = envelope.follow_up.unwrap();
    let keys = CaseKeys::from_code(&CaseCode::parse(&first).unwrap()).unwrap();
    assert_eq!((&*facts.service, facts.card), ("meldebescheinigung", None));
    assert_eq!(facts.case_lookup, keys.lookup());
}

const PSEUDONYM: &str = "0123456789abcdef0123456789ABCDEF0123456789abcdef0123456789abcdef";

/// A case of a service that asks the card's pseudonym.
fn with_pseudonym() -> Order {
    let mut files = bundled::small(&bundled::TWO);
    for file in &mut files {
        if file.path == "meldebescheinigung/service.toml" && !file.text.contains("\n[card]\n") {
            file.text = file
                .text
                .replacen("\n[[fee]]\n", "\n[card]\npseudonym = true\n\n[[fee]]\n", 1);
        }
    }
    let loaded = Catalogue::load(&files).unwrap();
    let service = Arc::clone(loaded.catalogue.service(&"meldebescheinigung".into()).unwrap());
    let functions = SpecialFunctions {
        pseudonym: Some(PrivateText::from(PSEUDONYM)),
        ..SpecialFunctions::default()
    };
    let person = PersonalData {
        authenticity: Authenticity::ChipTrusted,
        functions,
        groups: [].into(),
    };
    let submission = service.submission(&service.prefill(&person, None));
    Order {
        service,
        submission,
        ..order(1)
    }
}

#[test]
fn a_card_finds_its_case_again() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("outbox.db");
    let (filing, inbox) = filing(&path, Options::default());
    filing.file(with_pseudonym());
    let code = code(&inbox, 1);
    let envelope = Outbox::open(&path).unwrap().next(i64::MAX).unwrap().unwrap().envelope;
    let card = envelope.follow_up.unwrap().card.unwrap();
    let keys = CardKeys::from_pseudonym(PSEUDONYM);
    assert_eq!(card.lookup, keys.lookup());
    let opened = keys.open_code(envelope.submission_id, &card.code).unwrap();
    assert_eq!(opened.grouped(), code);
    let other = CardKeys::from_pseudonym(&PSEUDONYM.replace('0', "1"));
    assert!(other.open_code(envelope.submission_id, &card.code).is_err());
}

#[test]
fn nothing_on_the_disk_is_readable() {
    let folder = tempfile::tempdir().unwrap();
    let (filing, inbox) = filing(&folder.path().join("outbox.db"), Options::default());
    filing.file(order(1));
    let code = code(&inbox, 1);
    for file in std::fs::read_dir(folder.path()).unwrap() {
        let bytes = std::fs::read(file.unwrap().path()).unwrap();
        for secret in ["Mustermann", &code] {
            assert!(
                !bytes.windows(secret.len()).any(|window| window == secret.as_bytes()),
                "{secret} lies on the disk"
            );
        }
    }
    // Until here, so that no file goes while it is looked for.
    drop(filing);
}

/// Anyone may learn of a paper what it is and who gave it; the counter learns what is still to be paid.
#[test]
fn the_envelope_tells_how_its_receipt_is_checked_and_how_its_fee_stands() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("outbox.db");
    let (filing, inbox) = filing(&path, Options::default());
    let payment = |state| Some(Payment { cents: 1000, state });
    filing.file(Order {
        payment: payment(PaymentState::Counter),
        ..order(1)
    });
    let Some(Input::Filed { check_code, .. }) = inbox.receive(PATIENCE) else {
        panic!("not filed");
    };
    let check_code = CheckCode::parse(&check_code.unwrap()).unwrap();
    let envelopes = |outbox: &mut Outbox| outbox.find(10, |_| true).unwrap();
    let mut outbox = Outbox::open(&path).unwrap();
    let facts = envelopes(&mut outbox).remove(0).follow_up.unwrap();
    let receipt = facts.receipt.unwrap();
    assert_eq!(receipt.lookup, check_code.lookup());
    assert_eq!(
        (&*receipt.title, &*receipt.issuer),
        ("Meldebescheinigung", "Stadt Musterstadt, Bürgerbüro")
    );
    let fee = |state| Some(Fee { cents: 1000, state });
    assert_eq!(facts.fee, fee(FeeState::Counter));
    for (job, state, told) in [
        (2, PaymentState::Invoice, FeeState::Invoice),
        (3, PaymentState::Unclear, FeeState::Unclear),
    ] {
        filing.file(Order {
            payment: payment(state),
            ..order(job)
        });
        assert!(matches!(inbox.receive(PATIENCE), Some(Input::Filed { .. })));
        let newest = envelopes(&mut outbox).remove(0);
        assert_eq!(newest.follow_up.unwrap().fee, fee(told));
    }
    filing.file(order(4));
    assert!(matches!(inbox.receive(PATIENCE), Some(Input::Filed { .. })));
    assert_eq!(envelopes(&mut outbox).remove(0).follow_up.unwrap().fee, None);
}

#[test]
fn a_full_disk_says_so_and_keeps_what_was_filed() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("outbox.db");
    let (filing, inbox) = filing(
        &path,
        Options {
            file_bytes_max: 128 * 1024,
        },
    );
    let mut filed = 0;
    let full = loop {
        filing.file(order(filed + 1));
        match inbox.receive(PATIENCE) {
            Some(Input::Filed { .. }) => filed += 1,
            Some(Input::FilingFailed { storage_full, .. }) => break storage_full,
            other => panic!("{other:?}"),
        }
        assert!(filed < 1_000, "128 KiB hold a thousand cases?");
    };
    assert!(full && filed > 0);
    assert_eq!(Outbox::open(&path).unwrap().counts().unwrap().waiting, filed);
}

/// `lob` with a destination of its own.
fn elsewhere(id: &str) -> Order {
    let mut files = bundled::small(&["lob"]);
    let file = files.iter_mut().find(|file| file.path == "lob/service.toml").unwrap();
    file.text = file
        .text
        .replacen("format = 1", &format!("format = 1\ndestination_id = {id:?}"), 1);
    let loaded = Catalogue::load(&files).unwrap();
    assert!(loaded.faults.is_empty(), "{:?}", loaded.faults);
    let service = Arc::clone(loaded.catalogue.service(&"lob".into()).unwrap());
    Order {
        job: Job(1),
        submission: service.submission(&service.blank(None)),
        service,
        authenticity: None,
        language: Language::German,
        payment: None,
        submission_id: None,
    }
}

#[test]
fn a_case_goes_to_the_service_s_own_destination_or_nowhere() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("outbox.db");
    let inbox = Inbox::default();
    let key = || AuthorityKey::from_jwk(KEY.as_bytes()).unwrap();
    let config = FilingConfig {
        destination_id: Uuid::from_u128(7),
        key: key(),
        others: BTreeMap::from([(Uuid::from_u128(8), key())]),
        outbox: Outbox::open(&path).unwrap(),
    };
    let filing = Filing::spawn(config, inbox.sender()).unwrap();
    filing.file(elsewhere(&Uuid::from_u128(9).to_string()));
    match inbox.receive(PATIENCE) {
        Some(Input::FilingFailed {
            storage_full: false, ..
        }) => {}
        other => panic!("{other:?}"),
    }
    let mut outbox = Outbox::open(&path).unwrap();
    assert_eq!(outbox.counts().unwrap().waiting, 0, "never sealed to somebody else");
    filing.file(elsewhere(&Uuid::from_u128(8).to_string()));
    code(&inbox, 1);
    let envelope = outbox.next(i64::MAX).unwrap().unwrap().envelope;
    assert_eq!(envelope.destination_id, Uuid::from_u128(8));
}
