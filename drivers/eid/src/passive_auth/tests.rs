//! Passive authentication against files that OpenSSL made (`tests/data/passive_auth/make.sh`), right ones and one wrong
//! one for each step.
use super::public_key::{PublicKey, SignatureAlgorithm};
use super::*;
use crate::der::{Der, Item, OBJECT_IDENTIFIER, SEQUENCE, SET, context, encode_head};
use jiff::civil::date;
use proptest::prelude::*;

macro_rules! data {
    ($name:literal) => {
        include_bytes!(concat!("../../tests/data/passive_auth/", $name)).as_slice()
    };
}
pub(super) use data;

pub(super) const CARD: &[u8] = data!("card.der");
pub(super) const CSCA: &[u8] = data!("csca.pem");
pub(super) const TODAY: Date = date(2026, 12, 1);
pub(super) const RELAXED: RevocationPolicy = RevocationPolicy::WhenPresent;

pub(super) fn store(certificates: &[&[u8]]) -> TrustStore {
    let mut store = TrustStore::new(RELAXED);
    for certificate in certificates {
        store.add_csca(certificate).unwrap();
    }
    store
}

/// What comes of a file with the usual CSCA.
pub(super) fn outcome(card: &[u8]) -> Result<(), PassiveAuthError> {
    verify(card, &store(&[CSCA]), TODAY).map(|_| ())
}

#[test]
fn a_signed_file_passes() {
    let infos = verify(CARD, &store(&[CSCA]), TODAY).unwrap();
    let access = SecurityInfos::parse(data!("card_access.der")).unwrap();
    assert_eq!(infos.agrees_with(&access), Ok(()));
    let key = infos.chip_key().unwrap();
    assert_eq!(
        (key.key_id().unwrap().to_bytes(), key.public_key()[0]),
        (vec![0x41], 0x04)
    );
    assert!(infos.restricted_identification().blocklist.is_some());
    assert!(infos.infos().pace().is_some());
    assert_eq!(infos.fingerprint(), fingerprint(CARD));
    assert_eq!(outcome(&[CARD, &[0xFF; 40]].concat()), Ok(()), "files may be filled up");
    assert_eq!(verify(CARD, &store(&[data!("csca.der")]), TODAY).map(|_| ()), Ok(()));
    let old = verify(data!("card_2011.der"), &store(&[CSCA]), TODAY).unwrap();
    assert_eq!(
        old.agrees_with(&SecurityInfos::parse(data!("card_access_2011.der")).unwrap()),
        Ok(())
    );
    assert!(old.chip_key().is_ok());
}

#[test]
fn a_long_file_with_all_that_cards_may_say() {
    let card = data!("card_long.der");
    assert!(card.len() > 2500);
    let infos = verify(card, &store(&[data!("csca_explicit.pem")]), TODAY).unwrap();
    let access = SecurityInfos::parse(data!("card_access_long.der")).unwrap();
    assert_eq!(infos.agrees_with(&access), Ok(()));
    assert_eq!(infos.chip_key().unwrap().key_id().unwrap().to_bytes(), [0x41]);
    assert!(infos.restricted_identification().sector.is_some());
}

#[test]
fn every_curve_and_both_ways_to_name_the_signer() {
    for (card, csca) in [
        (data!("card_p256.der"), data!("csca_p256.pem")),
        (data!("card_p384.der"), data!("csca_p384.pem")),
        (data!("card_p521.der"), data!("csca_p521.pem")),
        (data!("card_bp256.der"), data!("csca_bp256.pem")),
        (data!("card_bp384.der"), data!("csca_bp384.pem")),
        (data!("card_bp512.der"), data!("csca_bp512.pem")),
        (data!("card_key_id.der"), CSCA),
        (data!("card_explicit.der"), data!("csca_explicit.pem")),
        (data!("card_plain.der"), data!("csca_plain.pem")),
    ] {
        let store = store(&[csca]);
        assert_eq!(verify(card, &store, TODAY).map(|_| ()), Ok(()));
        let mut changed = card.to_vec();
        *changed.last_mut().unwrap() ^= 1;
        assert_eq!(
            verify(&changed, &store, TODAY).map(|_| ()),
            Err(PassiveAuthError::Signature)
        );
    }
}

#[test]
fn a_downgrade_of_card_access_is_seen() {
    let infos = verify(CARD, &store(&[CSCA]), TODAY).unwrap();
    let access = SecurityInfos::parse(data!("card_access_other.der")).unwrap();
    assert_eq!(infos.agrees_with(&access), Err(PassiveAuthError::CardAccessDiffers));
}

#[test]
fn files_out_of_the_profile_are_refused() {
    assert_eq!(
        outcome(data!("card_no_attributes.der")),
        Err(PassiveAuthError::Attributes)
    );
    assert_eq!(
        outcome(data!("card_no_certificate.der")),
        Err(PassiveAuthError::NoSignerCertificate)
    );
    assert_eq!(
        outcome(data!("card_other_type.der")),
        Err(PassiveAuthError::ContentType)
    );
    assert_eq!(outcome(data!("card_two_signers.der")), Err(PassiveAuthError::Signers));
    assert_eq!(outcome(data!("card_sha1.der")), Err(PassiveAuthError::Algorithm));
    assert!(matches!(
        outcome(data!("card_no_infos.der")),
        Err(PassiveAuthError::Content(_))
    ));
    assert!(matches!(outcome(&[]), Err(PassiveAuthError::Encoding(_))));
    assert!(matches!(
        outcome(&CARD[..CARD.len() - 1]),
        Err(PassiveAuthError::Encoding(_))
    ));
    assert_eq!(
        outcome(data!("csca.der")),
        Err(PassiveAuthError::Encoding(DerError::Missing { awaited: 0x06 }))
    );
    assert_eq!(
        outcome(&[0x30; CARD_SECURITY_BYTES_MAX + 1]),
        Err(PassiveAuthError::TooLong)
    );
}

#[test]
fn signers_for_other_uses_are_refused() {
    assert_eq!(
        outcome(data!("card_passport_signer.der")),
        Err(PassiveAuthError::DocumentType)
    );
    assert_eq!(outcome(data!("card_abroad.der")), Err(PassiveAuthError::DocumentType));
    assert_eq!(outcome(data!("card_critical.der")), Err(PassiveAuthError::SignerUsage));
    assert_eq!(outcome(data!("card_agreement.der")), Err(PassiveAuthError::SignerUsage));
    assert_eq!(outcome(data!("card_by_csca.der")), Err(PassiveAuthError::SignerUsage));
}

#[test]
fn other_cscas_are_refused() {
    let with = |certificates: &[&[u8]]| verify(CARD, &store(certificates), TODAY).map(|_| ());
    assert_eq!(with(&[]), Err(PassiveAuthError::UnknownCsca));
    assert_eq!(with(&[data!("csca_p256.pem")]), Err(PassiveAuthError::UnknownCsca));
    // The same name with another key, with and without an id that tells them apart; the right one beside it is found.
    assert_eq!(with(&[data!("csca_twin.pem")]), Err(PassiveAuthError::CscaSignature));
    let twin = with(&[data!("csca_twin_key_id.pem")]);
    assert_eq!(twin, Err(PassiveAuthError::UnknownCsca));
    assert_eq!(with(&[data!("csca_twin.pem"), CSCA]), Ok(()));
}

#[test]
fn certificates_are_valid_on_their_days_only() {
    let on = |today| verify(CARD, &store(&[CSCA]), today).map(|_| ());
    assert_eq!(on(date(2026, 11, 22)), Err(PassiveAuthError::CscaValidity));
    assert_eq!(on(date(2026, 11, 23)), Ok(()));
    assert_eq!(on(date(2028, 11, 22)), Ok(()));
    assert_eq!(on(date(2028, 11, 23)), Err(PassiveAuthError::SignerValidity));
    assert_eq!(on(date(2037, 1, 1)), Err(PassiveAuthError::CscaValidity));
}

#[test]
fn forged_generators_are_no_curves() {
    // CVE-2020-0601: the CSCA's signature on the certificate is right, and so is the file's for whoever believes the
    // generator that the certificate states.
    let store = store(&[data!("csca_explicit.pem")]);
    assert_eq!(verify(data!("card_explicit.der"), &store, TODAY).map(|_| ()), Ok(()));
    let forged = verify(data!("card_forged_generator.der"), &store, TODAY);
    assert_eq!(forged.map(|_| ()), Err(PassiveAuthError::Algorithm));
}

#[test]
fn any_other_number_of_a_curve_is_another_curve() {
    let certificate = pem::der_or_pem(data!("csca_explicit.pem")).unwrap().remove(0);
    let fields = Der::new(&certificate)
        .any()
        .unwrap()
        .inside()
        .any()
        .unwrap()
        .inside()
        .all(10)
        .unwrap();
    let algorithm = fields[6].inside().any().unwrap();
    let curve = |bytes: &[u8]| crate::domain_parameters::Curve::from_algorithm(&Der::new(bytes).any().unwrap());
    assert!(curve(algorithm.raw).unwrap().is_some());
    // Everything behind the object identifier: the head of the parameters, then version, field, equation, base, order.
    for at in 15..algorithm.raw.len() {
        for bit in [0x01, 0x80] {
            let mut bytes = algorithm.raw.to_vec();
            bytes[at] ^= bit;
            let found = curve(&bytes);
            let is_version = bytes.get(at - 2..at) == Some(&[0x02, 0x01]) && at < 22;
            assert!(is_version || !matches!(found, Ok(Some(_))), "byte {at}");
        }
    }
}

#[test]
fn changed_content_is_seen() {
    let at = CARD
        .windows(10)
        .position(|window| window == &data!("content.der")[..10])
        .unwrap();
    let mut changed = CARD.to_vec();
    changed[at + 40] ^= 1;
    assert_eq!(outcome(&changed), Err(PassiveAuthError::Digest));
}

/// A file with another SignerInfo: `change` gets its fields.
fn with_signer(card: &[u8], change: impl Fn(&mut Vec<Vec<u8>>)) -> Vec<u8> {
    fn wrap(tag: u8, parts: &[Vec<u8>]) -> Vec<u8> {
        let value = parts.concat();
        [encode_head(tag, value.len()), value].concat()
    }
    let fields = |item: &Item<'_>| {
        item.inside()
            .all(20)
            .unwrap()
            .iter()
            .map(|item| item.raw.to_vec())
            .collect::<Vec<_>>()
    };
    let outer = Der::new(card).any().unwrap();
    let explicit = outer.inside().all(2).unwrap()[1];
    let mut signed = fields(&explicit.inside().any().unwrap());
    let signers = signed.pop().unwrap();
    let mut signer = fields(&Der::new(&signers).any().unwrap().inside().any().unwrap());
    change(&mut signer);
    signed.push(wrap(SET, &[wrap(SEQUENCE, &signer)]));
    let explicit = wrap(context(0), &[wrap(SEQUENCE, &signed)]);
    wrap(SEQUENCE, &[fields(&outer)[0].clone(), explicit])
}

fn attributes(field: &[u8]) -> Vec<Vec<u8>> {
    let items = Der::new(field).any().unwrap().inside().all(20).unwrap();
    items.iter().map(|item| item.raw.to_vec()).collect()
}

fn joined(attributes: &[Vec<u8>]) -> Vec<u8> {
    let value = attributes.concat();
    [encode_head(context(0), value.len()), value].concat()
}

#[test]
fn attributes_may_stand_in_any_order_but_not_be_missing_or_doubled() {
    assert_eq!(with_signer(CARD, |_| {}), CARD);
    let attribute_change = |change: &dyn Fn(&mut Vec<Vec<u8>>)| {
        outcome(&with_signer(CARD, |signer| {
            let mut list = attributes(&signer[3]);
            change(&mut list);
            signer[3] = joined(&list);
        }))
    };
    assert_eq!(attribute_change(&|list| list.reverse()), Ok(()));
    for number in [0, 2] {
        // 0: content type, 1: signing time, 2: message digest.
        let removed = attribute_change(&|list| drop(list.remove(number)));
        assert_eq!(removed, Err(PassiveAuthError::Attributes), "{number}");
        let doubled = attribute_change(&|list| list.push(list[number].clone()));
        assert_eq!(doubled, Err(PassiveAuthError::Attributes), "{number}");
    }
    assert_eq!(
        attribute_change(&|list| drop(list.remove(1))),
        Err(PassiveAuthError::Signature)
    );
    let unsigned = outcome(&with_signer(CARD, |signer| signer.push(vec![0xA1, 0])));
    assert_eq!(unsigned, Err(PassiveAuthError::Encoding(DerError::Trailing)));
}

#[test]
fn plain_signatures_are_read_as_tr_03111_writes_them() {
    let plain = |zeros: usize| {
        with_signer(CARD, |signer| {
            signer[4] = hex::decode("300c060a04007f00070101040103").unwrap();
            let signature = Der::new(&signer[5]).any().unwrap();
            let numbers = Der::new(signature.value).any().unwrap().inside().all(2).unwrap();
            let mut value = vec![0; zeros];
            for number in numbers {
                let number = number.unsigned().unwrap();
                value.resize(value.len() + 32 - number.len(), 0);
                value.extend_from_slice(number);
            }
            signer[5] = [encode_head(0x04, value.len()), value].concat();
        })
    };
    assert_eq!(outcome(&plain(0)), Ok(()));
    assert_eq!(outcome(&plain(1)), Err(PassiveAuthError::Signature));
}

#[test]
fn other_signature_algorithms_are_refused() {
    // ecdsa-with-SHA1, ecdsa-with-SHA224, sha256WithRSAEncryption.
    for oid in ["2a8648ce3d0401", "2a8648ce3d040301", "2a864886f70d01010b"] {
        let algorithm = format!("30{:02x}06{:02x}{oid}", oid.len() / 2 + 2, oid.len() / 2);
        let changed = with_signer(CARD, |signer| signer[4] = hex::decode(&algorithm).unwrap());
        assert_eq!(outcome(&changed), Err(PassiveAuthError::Algorithm), "{oid}");
    }
}

#[test]
fn the_curve_of_this_crate_agrees_with_openssl() {
    let key = PublicKey::read(&Der::new(data!("bp512.spki")).any().unwrap())
        .unwrap()
        .unwrap();
    for (number, message, signature) in [
        (2, "sample sha256", data!("bp512_sha256.sig")),
        (3, "sample sha384", data!("bp512_sha384.sig")),
        (4, "sample sha512", data!("bp512_sha512.sig")),
    ] {
        let oid = [
            &[OBJECT_IDENTIFIER, 8, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x04, 0x03][..],
            &[number],
        ]
        .concat();
        let algorithm = [encode_head(SEQUENCE, oid.len()), oid].concat();
        let algorithm = SignatureAlgorithm::read(&Der::new(&algorithm).any().unwrap())
            .unwrap()
            .unwrap();
        assert!(key.verifies(algorithm, &[message.as_bytes()], signature));
        assert!(!key.verifies(algorithm, &[message.as_bytes(), b" "], signature));
        assert!(!key.verifies(algorithm, &[message.as_bytes()], &signature[..signature.len() - 1]));
    }
}

proptest! {
    #[test]
    fn arbitrary_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        let mut store = store(&[CSCA]);
        prop_assert!(verify(&bytes, &store, TODAY).is_err());
        prop_assert!(store.add_csca(&bytes).is_err());
        prop_assert!(store.add_revocation_list(&bytes).is_err());
        prop_assert!(store.import_master_list(&bytes, MasterListSigner::IssuedByStore, TODAY).is_err());
    }
}

proptest! {
    // Each case costs two signatures.
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn no_changed_file_passes_with_other_content(at in 0..CARD.len(), byte: u8) {
        let mut changed = CARD.to_vec();
        changed[at] = byte;
        if let Ok(infos) = verify(&changed, &store(&[CSCA]), TODAY) {
            let content = SecurityInfos::parse(data!("content.der")).unwrap();
            prop_assert!(infos.infos().contains_all(&content) && content.contains_all(infos.infos()));
            prop_assert_eq!(infos.chip_key().unwrap(), verify(CARD, &store(&[CSCA]), TODAY).unwrap().chip_key().unwrap());
        }
    }

    #[test]
    fn no_changed_csca_or_list_comes_in(at in 0..512usize, byte: u8) {
        let csca = data!("csca.der");
        let mut changed = csca.to_vec();
        let at = at % csca.len();
        prop_assume!(changed[at] != byte);
        changed[at] = byte;
        prop_assert!(TrustStore::new(RELAXED).add_csca(&changed).is_err());
        let list = pem::der_or_pem(data!("crl_signer.pem")).unwrap().remove(0);
        let mut changed = list.clone();
        let at = at % list.len();
        prop_assume!(changed[at] != byte);
        changed[at] = byte;
        prop_assert!(store(&[CSCA]).add_revocation_list(&changed).is_err());
    }
}
