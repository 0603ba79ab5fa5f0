//! What comes into the trust store and what it then says of a card.
use super::signed_data::SignedData;
use super::tests::{CARD, CSCA, RELAXED, TODAY, data, store};
use super::*;
use jiff::civil::date;

/// A list has to be there, and may be two days old.
const STRICT: RevocationPolicy = RevocationPolicy::Required { grace_days: 2 };

#[test]
fn revoked_signers_and_cscas_are_refused() {
    let mut store = store(&[CSCA]);
    store.add_revocation_list(data!("crl_empty.pem")).unwrap();
    assert_eq!(verify(CARD, &store, TODAY).map(|_| ()), Ok(()));
    store.add_revocation_list(data!("crl_signer.pem")).unwrap();
    assert_eq!(verify(CARD, &store, TODAY).map(|_| ()), Err(PassiveAuthError::Revoked));
    // However old the list is.
    assert_eq!(
        verify(CARD, &store, date(2028, 1, 1)).map(|_| ()),
        Err(PassiveAuthError::Revoked)
    );
    store.add_revocation_list(data!("crl_csca.pem")).unwrap();
    assert_eq!(verify(CARD, &store, TODAY).map(|_| ()), Err(PassiveAuthError::Revoked));
}

#[test]
fn the_policy_says_whether_a_current_list_is_needed() {
    let mut store = TrustStore::new(STRICT);
    store.add_csca(CSCA).unwrap();
    let missing = Err(PassiveAuthError::NoCurrentRevocationList);
    assert_eq!(verify(CARD, &store, TODAY).map(|_| ()), missing);
    store.add_revocation_list(data!("crl_empty.pem")).unwrap();
    for (today, result) in [
        (date(2026, 11, 23), Ok(())),
        (date(2026, 12, 23), Ok(())),
        (date(2026, 12, 25), Ok(())),
        (date(2026, 12, 26), missing),
    ] {
        assert_eq!(verify(CARD, &store, today).map(|_| ()), result, "{today}");
    }
    // The next CSCA has no list of its own yet.
    store.add_csca(data!("csca_link.pem")).unwrap();
    assert_eq!(verify(data!("card_next.der"), &store, TODAY).map(|_| ()), Ok(()));
}

#[test]
fn an_older_list_does_not_replace_a_newer_one() {
    let mut store = store(&[CSCA]);
    let old = data!("crl_old.pem");
    store.add_revocation_list(old).unwrap();
    store.add_revocation_list(data!("crl_signer.pem")).unwrap();
    assert_eq!(
        store.add_revocation_list(old),
        Err(TrustStoreError::OlderRevocationList)
    );
    assert_eq!(verify(CARD, &store, TODAY).map(|_| ()), Err(PassiveAuthError::Revoked));
}

#[test]
fn foreign_and_partial_revocation_lists_are_refused() {
    let mut store = store(&[CSCA]);
    let generation = store.generation();
    assert_eq!(
        store.add_revocation_list(data!("crl_twin.pem")),
        Err(TrustStoreError::RevocationListSigner)
    );
    let partial = store.add_revocation_list(data!("crl_partial.pem"));
    assert_eq!(partial, Err(TrustStoreError::Encoding(DerError::Value)));
    assert!(matches!(
        store.add_revocation_list(CARD),
        Err(TrustStoreError::Encoding(_))
    ));
    assert!(matches!(
        store.add_revocation_list(b"nothing"),
        Err(TrustStoreError::Pem(_))
    ));
    assert_eq!(store.generation(), generation);
}

#[test]
fn a_link_certificate_brings_the_next_csca() {
    let card = data!("card_next.der");
    let link = data!("csca_link.pem");
    let mut chained = store(&[CSCA]);
    assert_eq!(
        verify(card, &chained, TODAY).map(|_| ()),
        Err(PassiveAuthError::UnknownCsca)
    );
    assert_eq!(chained.add_csca(link).unwrap().added, 1);
    assert_eq!(verify(card, &chained, TODAY).map(|_| ()), Ok(()));
    // Without the CSCA that signed it the link is worth nothing; in one file the order doesn't matter.
    assert_eq!(TrustStore::new(RELAXED).add_csca(link), Err(TrustStoreError::NotCsca));
    let both = TrustStore::new(RELAXED).add_csca(&[link, CSCA].concat());
    assert_eq!(both.unwrap().added, 2);
    assert_eq!(
        chained.add_csca(CSCA).unwrap(),
        Imported {
            added: 0,
            known: 1,
            skipped: 0
        }
    );
}

#[test]
fn only_cscas_come_into_the_store() {
    let mut store = TrustStore::new(RELAXED);
    assert_eq!(store.add_csca(data!("csca_no_ca.pem")), Err(TrustStoreError::NotCsca));
    assert_eq!(
        store.add_csca(data!("master_list_signer.pem")),
        Err(TrustStoreError::NotCsca)
    );
    let mut changed = data!("csca.der").to_vec();
    *changed.last_mut().unwrap() ^= 1;
    assert_eq!(store.add_csca(&changed), Err(TrustStoreError::NotCsca));
    // One bad certificate among good ones: nothing comes in.
    let mixed = [CSCA, data!("csca_no_ca.pem")].concat();
    assert_eq!(store.add_csca(&mixed), Err(TrustStoreError::NotCsca));
    assert!(matches!(
        store.add_csca(b"-----END X-----"),
        Err(TrustStoreError::Pem(_))
    ));
    assert!(matches!(
        store.add_csca(b"-----BEGIN X-----\n?\n-----END X-----"),
        Err(TrustStoreError::Pem(_))
    ));
    assert!(store.is_empty() && store.generation() == TrustStore::new(RELAXED).generation());
}

#[test]
fn a_master_list_of_the_pinned_signer() {
    let list = data!("master_list.der");
    let pinned = MasterListSigner::Pinned(data!("master_list_signer.pem"));
    let mut store = TrustStore::new(RELAXED);
    // The French, the RSA one are left out; the link stands before its root.
    let imported = Imported {
        added: 4,
        known: 0,
        skipped: 2,
    };
    assert_eq!(store.import_master_list(list, pinned, TODAY), Ok(imported));
    let again = Imported {
        added: 0,
        known: 4,
        skipped: 2,
    };
    assert_eq!(store.import_master_list(list, pinned, TODAY), Ok(again));
    for card in [CARD, data!("card_next.der"), data!("card_p256.der")] {
        assert_eq!(verify(card, &store, TODAY).map(|_| ()), Ok(()));
    }
}

#[test]
fn master_lists_of_others_are_refused() {
    let mut store = TrustStore::new(RELAXED);
    let mut import = |list: &[u8], signer, today| store.import_master_list(list, signer, today).unwrap_err();
    let other = MasterListSigner::Pinned(data!("blocklist_signer.pem"));
    let pinned = MasterListSigner::Pinned(data!("master_list_signer.pem"));
    let list = data!("master_list.der");
    assert_eq!(
        import(list, other, TODAY),
        TrustStoreError::MasterList(PassiveAuthError::OtherSigner)
    );
    let late = date(2030, 1, 1);
    assert_eq!(
        import(list, pinned, late),
        TrustStoreError::MasterList(PassiveAuthError::SignerValidity)
    );
    assert_eq!(
        import(CARD, pinned, TODAY),
        TrustStoreError::MasterList(PassiveAuthError::ContentType)
    );
    let mut changed = list.to_vec();
    changed[600] ^= 1;
    assert_eq!(
        import(&changed, pinned, TODAY),
        TrustStoreError::MasterList(PassiveAuthError::Digest)
    );
    let unknown = TrustStoreError::MasterList(PassiveAuthError::UnknownCsca);
    assert_eq!(import(list, MasterListSigner::IssuedByStore, TODAY), unknown);
    let long = vec![0x30; MASTER_LIST_BYTES_MAX + 1];
    assert_eq!(import(&long, pinned, TODAY), TrustStoreError::TooLong);
    assert!(store.is_empty());
}

#[test]
fn a_master_list_of_a_signer_of_the_csca() {
    let mut store = store(&[CSCA]);
    let own = MasterListSigner::IssuedByStore;
    // A document signer has a certificate of the CSCA as well, but not for this.
    let by_document_signer = store.import_master_list(data!("master_list_by_ds.der"), own, TODAY);
    assert_eq!(by_document_signer, Err(TrustStoreError::MasterListSigner));
    let imported = store.import_master_list(data!("master_list.der"), own, TODAY).unwrap();
    assert_eq!(
        imported,
        Imported {
            added: 3,
            known: 1,
            skipped: 2
        }
    );
    // And the list's signer signs no documents.
    let list = data!("master_list.der");
    let certificate = SignedData::verify(list, &[0x67, 0x81, 0x08, 0x01, 0x01, 0x02])
        .unwrap()
        .signer;
    assert_eq!(
        store.check_document_signer(&certificate, TODAY),
        Err(PassiveAuthError::SignerUsage)
    );
}

#[test]
fn known_files_are_known_for_a_store_and_a_day() {
    let mut known = KnownFiles::new();
    let mut store = store(&[CSCA]);
    assert!(known.verify(data!("card_next.der"), &store, TODAY).is_err() && known.is_empty());
    for _ in 0..2 {
        assert!(known.verify(CARD, &store, TODAY).is_ok() && known.len() == 1);
    }
    assert!(known.verify(data!("card_2011.der"), &store, TODAY).is_ok() && known.len() == 2);
    assert_eq!(
        known.verify(CARD, &store, date(2029, 1, 1)).map(|_| ()),
        Err(PassiveAuthError::SignerValidity)
    );
    assert!(known.verify(CARD, &store, TODAY).is_ok() && known.len() == 1);
    store.add_revocation_list(data!("crl_signer.pem")).unwrap();
    assert_eq!(
        known.verify(CARD, &store, TODAY).map(|_| ()),
        Err(PassiveAuthError::Revoked)
    );
    assert!(known.is_empty());
}
