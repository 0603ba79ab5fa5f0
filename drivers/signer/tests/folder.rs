//! The folder with certificates and lists: whole files only, whatever happens while one is written.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test may panic, and so may what it calls"
)]
mod common;

use common::authority::{Authority, block_list, parsed};
use common::{HOUR, START, holder, key, point};
use proptest::prelude::*;
use signer::certificates::{CHAIN_FILE_NAME, Certificates, StoreError};
use signer::chain::{CHAIN_BYTES_MAX, CHAIN_OBJECTS_MAX, Chain, ChainError, Refusal};
use signer::lists::ListKind;
use std::fs;

fn chain() -> Chain {
    let authority = Authority::new(START);
    let name = holder("DETESTAT00001");
    let terminal = authority.terminal_certificate(&name, &point(&key(3)));
    let chain = authority
        .anchor()
        .accept(&[parsed(&terminal)], &name, &point(&key(3)), START)
        .unwrap();
    chain.with_description(&authority.description).unwrap()
}

#[test]
fn what_was_written_is_read() {
    let folder = tempfile::tempdir().unwrap();
    let store = Certificates::open(&folder.path().join("certificates")).unwrap();
    assert_eq!(store.chain().unwrap(), Chain::default());
    store.replace_chain(&chain()).unwrap();
    let reader = Certificates::read_only(&folder.path().join("certificates"));
    let read = reader.chain().unwrap();
    assert_eq!(read, chain());
    let terminal = read.terminal_at(START).unwrap();
    assert_eq!(
        read.description_of(terminal).unwrap(),
        Authority::new(START).description
    );
    assert!(read.terminal_at(START.after(49 * HOUR)).is_none());
    assert!(read.terminal_at(START.before(9 * HOUR)).is_none());
    for kind in ListKind::ALL {
        assert_eq!(reader.list(kind).unwrap(), None);
        assert_eq!(reader.confirmed_at(kind), None);
        store.replace_list(kind, &[0x30, 0x01, 0x00]).unwrap();
        assert_eq!(reader.list(kind).unwrap().unwrap(), [0x30, 0x01, 0x00]);
        store.confirm_list(kind, START).unwrap();
        assert_eq!(reader.confirmed_at(kind), Some(START));
    }
    store.replace_list(ListKind::Blocklist, &block_list(b"new")).unwrap();
    assert_eq!(
        reader.list(ListKind::BlocklistDeltas).unwrap(),
        None,
        "changes to the old list are void"
    );
}

#[test]
fn a_crash_leaves_the_old_files() {
    let folder = tempfile::tempdir().unwrap();
    let store = Certificates::open(folder.path()).unwrap();
    store.replace_chain(&chain()).unwrap();
    store.replace_list(ListKind::Crl, &[0x30, 0]).unwrap();
    let bytes = Chain::default().encode();
    assert!(bytes.is_empty());
    let half = &chain().encode()[..100];
    fs::write(folder.path().join(format!("{CHAIN_FILE_NAME}.part")), half).unwrap();
    fs::write(folder.path().join("crl.der.part"), [0x30, 0x82]).unwrap();
    // Who only reads sees the old ones; who opens for writing clears the halves away.
    assert_eq!(Certificates::read_only(folder.path()).chain().unwrap(), chain());
    let store = Certificates::open(folder.path()).unwrap();
    assert_eq!(store.chain().unwrap(), chain());
    assert_eq!(store.list(ListKind::Crl).unwrap().unwrap(), [0x30, 0]);
    let names: Vec<_> = fs::read_dir(folder.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect();
    assert_eq!(names.len(), 2, "{names:?}");
    // A half that is in the way of the next writing is overwritten.
    fs::write(folder.path().join("crl.der.part"), [0x30, 0x82]).unwrap();
    store.replace_list(ListKind::Crl, &[0x30, 1, 1]).unwrap();
    assert_eq!(store.list(ListKind::Crl).unwrap().unwrap(), [0x30, 1, 1]);
}

#[test]
fn a_failed_writing_leaves_the_old_file() {
    let folder = tempfile::tempdir().unwrap();
    let store = Certificates::open(folder.path()).unwrap();
    store.replace_list(ListKind::Crl, &[0x30, 0]).unwrap();
    // Something that can't be opened for writing stands where the new file would be written.
    fs::create_dir(folder.path().join("crl.der.part")).unwrap();
    let error = store.replace_list(ListKind::Crl, &[0x30, 1, 1]).unwrap_err();
    assert!(error.to_string().contains("crl.der can't be written"), "{error}");
    assert_eq!(store.list(ListKind::Crl).unwrap().unwrap(), [0x30, 0]);
}

#[test]
fn broken_and_large_files_are_errors() {
    let folder = tempfile::tempdir().unwrap();
    let store = Certificates::open(folder.path()).unwrap();
    let chain_file = folder.path().join(CHAIN_FILE_NAME);
    let whole = chain().encode();
    fs::write(&chain_file, &whole[..whole.len() - 1]).unwrap();
    assert!(matches!(store.chain(), Err(StoreError::Chain(_))));
    fs::write(&chain_file, vec![0; CHAIN_BYTES_MAX + 1]).unwrap();
    assert!(matches!(store.chain(), Err(StoreError::TooLarge(..))));
    let many = [0x30, 0x00].repeat(CHAIN_OBJECTS_MAX + 1);
    assert_eq!(Chain::parse(&many), Err(ChainError::TooLarge));
    assert!(matches!(
        store.replace_list(ListKind::Crl, &[0x30, 5]),
        Err(StoreError::NotDer)
    ));
    let large = fs::File::create(folder.path().join(ListKind::DefectList.file_name())).unwrap();
    large.set_len(ListKind::DefectList.bytes_max() + 1).unwrap();
    assert!(matches!(
        store.list(ListKind::DefectList),
        Err(StoreError::TooLarge(..))
    ));
}

#[test]
fn only_what_is_proved_comes_in() {
    let authority = Authority::new(START);
    let (name, mine) = (holder("DETESTAT00001"), point(&key(3)));
    let anchor = authority.anchor();
    let good = parsed(&authority.terminal_certificate(&name, &mine));
    let take = |certificate: &_, now| anchor.accept(std::slice::from_ref(certificate), &name, &mine, now);
    assert!(take(&good, START).is_ok());
    assert_eq!(take(&good, START.after(48 * HOUR)), Err(Refusal::Expired(name.clone())));
    assert_eq!(
        anchor.accept(&[], &name, &mine, START),
        Err(Refusal::NotThere(name.clone()))
    );
    let other = parsed(&authority.terminal_certificate(&name, &point(&key(4))));
    assert_eq!(take(&other, START), Err(Refusal::OtherKey(name.clone())));
    assert_eq!(
        take(&parsed(&authority.verifier_certificate()), START),
        Err(Refusal::NotThere(name.clone()))
    );
    // Another CVCA of the same name, with a document verifier of its own: not ours, even if it brings its root along.
    let mut stranger = Authority::new(START);
    (stranger.cvca, stranger.verifier) = (key(6), key(7));
    let brought = [stranger.cvca_certificate(), stranger.verifier_certificate()].map(|bytes| parsed(&bytes));
    let theirs = parsed(&stranger.terminal_certificate(&name, &mine));
    let all = [brought[0].clone(), brought[1].clone(), theirs];
    assert_eq!(
        anchor.accept(&all, &name, &mine, START),
        Err(Refusal::Untrusted(name.clone()))
    );
    assert_eq!(
        Chain::default().accept(&all, &name, &mine, START),
        Err(Refusal::Untrusted(name.clone()))
    );
    assert_eq!(anchor.with_authorities(&brought, START), anchor);
    // Every bit of it is signed.
    let bytes = good.as_bytes();
    for at in 0..bytes.len() {
        let mut changed = bytes.to_vec();
        changed[at] ^= 0x01;
        if let Ok(changed) = signer::certificate::CvCertificate::parse(&changed) {
            assert!(take(&changed, START).is_err(), "byte {at}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn arbitrary_sets_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..800), at in 0usize..2000, with: u8) {
        let _ = Chain::parse(&bytes);
        let mut changed = chain().encode();
        let at = at % changed.len();
        changed[at] ^= with;
        if let Ok(changed) = Chain::parse(&changed) {
            prop_assert_eq!(Chain::parse(&changed.encode()).unwrap(), changed);
        }
    }
}
