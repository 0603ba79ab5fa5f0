//! The folder as the authority of real dialogues: strict simulated cards are read through it, with the key in SoftHSM2
//! behind the signing socket; then everything that may be wrong with its files.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::wildcard_enum_match_arm,
    reason = "a test may panic, and so may what it calls"
)]
mod common;

use common::installed::{Installed, TestClock, key_of_terminal, pki};
use common::token::{run, with_token};
use drivers_api::Job;
use drivers_api::basis::ReadBasis;
use drivers_api::card::{
    CardEvent, CardFailure, CardPassword, DataGroup, GroupContent, ReadRequest, Reader, ReaderCommand, Secret,
};
use drivers_api::private::Digits;
use eid::Authority;
use rand::SeedableRng;
use rand::rngs::StdRng;
use reader::ReaderHandle;
use signer::authority::{Folder, ListGuard, Pinned};
use signer::certificates::{CHAIN_FILE_NAME, Certificates};
use signer::lists::ListKind;
use signer::remote::{RemoteSigner, ServeOptions, serve};
use simulated::card::{Card, Hand, PIN, Profile};
use std::fs;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

const PATIENCE: Duration = Duration::from_secs(20);
const DAY: u64 = 86_400;

fn next(events: &Receiver<CardEvent>) -> CardEvent {
    events.recv_timeout(PATIENCE).expect("an event")
}

/// Reads all data groups; the family name, or why there is none.
fn read(reader: &mut ReaderHandle, events: &Receiver<CardEvent>, job: u64) -> Result<String, CardFailure> {
    reader.give(ReaderCommand::Read {
        job: Job(job),
        basis: ReadBasis::OnlineAusweis(CardPassword::Pin(Secret::Typed(Digits::parse(PIN).unwrap()))),
        request: ReadRequest {
            groups: DataGroup::ALL.into(),
            ..ReadRequest::default()
        },
    });
    loop {
        match next(events) {
            CardEvent::ReadFailed { why, .. } => return Err(why),
            CardEvent::ReadDone { person, .. } => {
                let GroupContent::Text(name) = &person.groups[&DataGroup::FamilyNames] else {
                    panic!("no text")
                };
                return Ok(name.expose().to_owned());
            }
            _ => {}
        }
    }
}

#[test]
fn a_strict_card_is_read_with_the_key_in_a_token() {
    with_token("a_strict_card_is_read_with_the_key_in_a_token", |token| {
        let pki = pki();
        let installed = Installed::new(&pki, &[&Profile::Revoked.card(&pki)]);
        fs::write(token.folder().join("key.p8"), key_of_terminal(&installed.point)).unwrap();
        run(
            token.folder(),
            "openssl",
            &["pkey", "-inform", "DER", "-in", "key.p8", "-out", "key.pem"],
        );
        run(
            token.folder(),
            "softhsm2-util",
            &[
                "--import",
                "key.pem",
                "--token",
                "Rathaus",
                "--label",
                "DETESTAT00001",
                "--id",
                "01",
                "--pin",
                "123456",
            ],
        );
        let socket = token.folder().join("signing.sock");
        let server = serve(&socket, token.signer(), ServeOptions::default()).unwrap();
        let authority = Folder::new(
            installed.path(),
            RemoteSigner::new(socket, PATIENCE),
            installed.clock.clone(),
        );
        let (hand, slot) = Hand::new();
        let (tell, events) = channel();
        let mut reader = reader::spawn(slot, StdRng::seed_from_u64(5), authority, move |event| {
            drop(tell.send(event));
        })
        .unwrap();
        assert!(matches!(next(&events), CardEvent::Certificate(Some(_))));
        assert!(matches!(next(&events), CardEvent::ReaderReady { .. }));
        hand.lay_on(Card::erika(&pki));
        assert!(matches!(next(&events), CardEvent::Inserted(_)));
        assert_eq!(read(&mut reader, &events, 1), Ok("MUSTERMANN".to_owned()));
        hand.take_off().unwrap();
        assert!(matches!(next(&events), CardEvent::Removed));
        hand.lay_on(Profile::Revoked.card(&pki));
        assert!(matches!(next(&events), CardEvent::Inserted(_)));
        assert_eq!(read(&mut reader, &events, 2), Err(CardFailure::Revoked));
        hand.take_off().unwrap();
        assert!(matches!(next(&events), CardEvent::Removed));
        // The agent is gone: the key can't be reached, and nobody waits for long.
        drop(server);
        hand.lay_on(Card::erika(&pki));
        assert!(matches!(next(&events), CardEvent::Inserted(_)));
        assert_eq!(read(&mut reader, &events, 3), Err(CardFailure::SignerGone));
    });
}

type TestFolder = Folder<RemoteSigner, TestClock>;

fn folder(installed: &Installed) -> TestFolder {
    let signer = RemoteSigner::new(installed.path().join("nobody.sock"), PATIENCE);
    Folder::new(installed.path(), signer, installed.clock.clone())
}

fn is_on(folder: &TestFolder) -> bool {
    folder.terminal().is_some()
}

#[test]
fn nothing_is_read_twice_without_a_reason() {
    let installed = Installed::new(&pki(), &[]);
    let folder = folder(&installed);
    assert_eq!(folder.readings(), 0);
    let first = folder.terminal().unwrap();
    for _ in 0..100 {
        assert!(std::sync::Arc::ptr_eq(&first, &folder.terminal().unwrap()));
    }
    assert_eq!(folder.readings(), 1);
    // What the agent is writing is no change; what it has written is one.
    fs::write(installed.path().join("crl.der.part"), [0x30, 0x82]).unwrap();
    assert!(is_on(&folder) && folder.readings() == 1);
    installed
        .store
        .confirm_list(ListKind::Blocklist, installed.clock.now().after(60))
        .unwrap();
    assert!(is_on(&folder) && folder.readings() == 2);
    // A fault isn't looked at again and again either.
    fs::remove_file(installed.path().join(CHAIN_FILE_NAME)).unwrap();
    for _ in 0..10 {
        assert!(!is_on(&folder));
    }
    assert_eq!(folder.readings(), 3);
}

#[test]
fn missing_wrong_and_unreadable_files_turn_it_off_until_mended() {
    let installed = Installed::new(&pki(), &[]);
    let folder = folder(&installed);
    let names = [
        CHAIN_FILE_NAME,
        Pinned::BlocklistSector.file_name(),
        Pinned::PseudonymSector.file_name(),
        Pinned::BlocklistSigner.file_name(),
        Pinned::MasterListSigner.file_name(),
        ListKind::Blocklist.file_name(),
        ListKind::MasterList.file_name(),
        ListKind::Crl.file_name(),
    ];
    for name in names {
        let path = installed.path().join(name);
        let right = fs::read(&path).unwrap();
        let mend = || {
            fs::write(&path, &right).unwrap();
            installed.confirm();
            assert!(is_on(&folder), "{name} was mended");
        };
        mend();
        fs::remove_file(&path).unwrap();
        // The pseudonym is a service of its own, a master list with no new issuers and an empty set of revocations
        // leave what the CSCA certificates say; everything else is needed.
        let may_be_missing = [
            Pinned::PseudonymSector.file_name(),
            ListKind::MasterList.file_name(),
            ListKind::Crl.file_name(),
        ];
        assert_eq!(is_on(&folder), may_be_missing.contains(&name), "{name} is missing");
        mend();
        // A folder in its place can be opened, and not be read.
        fs::remove_file(&path).unwrap();
        fs::create_dir(&path).unwrap();
        assert!(!is_on(&folder), "{name} is unreadable");
        fs::remove_dir(&path).unwrap();
        mend();
        fs::write(&path, &right[..right.len() - 1]).unwrap();
        assert!(!is_on(&folder), "{name} is cut short");
        mend();
        let mut wrong = right.clone();
        *wrong.last_mut().unwrap() ^= 1;
        fs::write(&path, &wrong).unwrap();
        assert!(!is_on(&folder), "{name} is wrong");
        mend();
        fs::write(&path, vec![0; 70_000]).unwrap();
        assert!(!is_on(&folder), "{name} is something else");
        mend();
    }
    fs::rename(installed.path(), installed.path().with_extension("away")).unwrap();
    assert!(!is_on(&folder), "the whole folder is gone");
    fs::rename(installed.path().with_extension("away"), installed.path()).unwrap();
    assert!(is_on(&folder));
}

#[test]
fn what_is_not_valid_yet_or_no_longer_turns_it_off() {
    let installed = Installed::new(&pki(), &[]);
    let folder = folder(&installed);
    let start = installed.clock.now();
    assert!(is_on(&folder));
    // Nobody confirms the blocklist for a day: off, although no file changed and the day is another one only once.
    installed.clock.set(start.after(DAY));
    assert!(is_on(&folder));
    let readings = folder.readings();
    installed.clock.set(start.after(DAY + 1));
    assert!(!is_on(&folder) && !is_on(&folder));
    assert_eq!(folder.readings(), readings + 1);
    installed.confirm();
    assert!(is_on(&folder));
    // The certificate holds thirteen days more (`TerminalOrder`), to the last second of the last one in UTC.
    let end = start.date().start().after(14 * DAY);
    installed.clock.set(end.before(1));
    installed.confirm();
    assert!(is_on(&folder));
    installed.clock.set(end);
    assert!(!is_on(&folder), "expired");
    installed.clock.set(start);
    installed.confirm();
    assert!(is_on(&folder));
    installed.clock.set(start.date().start().before(DAY + 1));
    assert!(!is_on(&folder), "not valid yet");
}

#[test]
fn a_folder_that_is_being_written_gives_the_old_or_the_new() {
    let pki = pki();
    let installed = Installed::new(&pki, &[]);
    let folder = folder(&installed);
    let store = Certificates::open(installed.path()).unwrap();
    let chain = store.chain().unwrap();
    let (list, now) = (store.list(ListKind::Blocklist).unwrap().unwrap(), installed.clock.now());
    let (stop, stopped) = channel::<()>();
    let rounds = Arc::new(AtomicUsize::new(0));
    let written = Arc::clone(&rounds);
    let writer = std::thread::spawn(move || {
        while stopped.try_recv() == Err(std::sync::mpsc::TryRecvError::Empty) {
            store.replace_chain(&chain).unwrap();
            store.replace_list(ListKind::Blocklist, &list).unwrap();
            store.confirm_list(ListKind::Blocklist, now).unwrap();
            written.fetch_add(1, Ordering::Relaxed);
        }
    });
    let mut looks = 0;
    while looks < 20 || (rounds.load(Ordering::Relaxed) < 3 && !writer.is_finished()) {
        assert!(is_on(&folder), "look {looks}");
        looks += 1;
    }
    drop(stop);
    writer.join().unwrap();
    assert!(is_on(&folder));
}

#[test]
fn lists_are_checked_before_they_come_in() {
    let pki = pki();
    let stranger = simulated::pki::TestPki::seeded(pki.today(), 2);
    let installed = Installed::new(&pki, &[]);
    let lists = |pki: &simulated::pki::TestPki| {
        let until = pki.today().saturating_add(jiff::Span::new().days(30));
        [
            (ListKind::MasterList, pki.master_list()),
            (ListKind::Crl, pki.crl(&[105], (pki.today(), until))),
            (ListKind::Blocklist, pki.blocklist("musterstadt", &[])),
        ]
    };
    let check = |kind, list: &[u8]| ListGuard::new(installed.path(), pki.today()).check(kind, list);
    for (kind, list) in lists(&pki) {
        assert_eq!(check(kind, &list), Ok(()), "{kind:?}");
        // Near the beginning lies what is signed, at the end the signature.
        for at in [80, list.len() - 1] {
            let mut changed = list.clone();
            changed[at] ^= 1;
            assert!(check(kind, &changed).is_err(), "{kind:?}, byte {at}");
        }
        assert!(check(kind, &[0x30, 0x00]).is_err(), "{kind:?}");
    }
    for (kind, list) in lists(&stranger) {
        let told = check(kind, &list).unwrap_err();
        assert!(told.contains(": "), "{kind:?}: tells the cause: {told}");
    }
    assert!(
        check(ListKind::Blocklist, &pki.blocklist("elsewhere", &[])).is_err(),
        "another sector"
    );
    // Changes have to be ones of the list that is there.
    assert!(check(ListKind::BlocklistDeltas, &pki.blocklist("musterstadt", &[])[1..]).is_err());
    assert!(
        check(ListKind::Csca, &pki.csca_certificate()).is_err(),
        "pinned by hand only"
    );
    assert_eq!(check(ListKind::DefectList, &[0x30, 0x00]), Ok(()));
    assert!(check(ListKind::DefectList, &[0x30, 0x05]).is_err());
    fs::remove_file(installed.path().join(Pinned::BlocklistSigner.file_name())).unwrap();
    let told = check(ListKind::Blocklist, &pki.blocklist("musterstadt", &[])).unwrap_err();
    assert_eq!(told, "blocklist-signer.der is missing");
}
