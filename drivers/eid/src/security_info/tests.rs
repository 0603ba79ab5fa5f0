//! SecurityInfos of a card of today, of a card of 2011, and of cards as TR-03105-5.3 wants them.
use super::*;
use crate::der::{BIT_STRING, encode_head};
use proptest::prelude::*;

const CARD_ACCESS: &[u8] = include_bytes!("../../tests/data/passive_auth/card_access.der");
const CARD_ACCESS_2011: &[u8] = include_bytes!("../../tests/data/passive_auth/card_access_2011.der");
const CONTENT: &[u8] = include_bytes!("../../tests/data/passive_auth/content.der");
const CONTENT_2011: &[u8] = include_bytes!("../../tests/data/passive_auth/content_2011.der");
/// ICAO 9303-11 appendix G.1.
const ONE: &str = "31143012060A04007F0007020204020202010202010D";
const PACE: &str = "3012060A04007F0007020204020202010202010D";

fn pace(hex: &str) -> Result<bool, SecurityInfoError> {
    SecurityInfos::parse(&hex::decode(hex).unwrap()).map(|infos| infos.pace().is_some())
}

fn parse(bytes: &[u8]) -> SecurityInfos {
    SecurityInfos::parse(bytes).unwrap()
}

/// A set of infos in hexadecimal digits.
fn set(infos: &[&str]) -> Vec<u8> {
    let value = hex::decode(infos.concat()).unwrap();
    [encode_head(SET, value.len()), value].concat()
}

/// ChipAuthenticationInfo with id-CA-ECDH-AES-CBC-CMAC-`cipher`.
fn chip(cipher: u8, version: u8, key: Option<u8>) -> String {
    let key = key.map(|key| format!("0201{key:02x}")).unwrap_or_default();
    let value = format!(
        "060a04007f00070202030202{key_version}",
        key_version = format_args!("0201{version:02x}{key}")
    );
    let value = value.replacen("030202", &format!("0302{cipher:02x}"), 1);
    format!("30{:02x}{value}", value.len() / 2)
}

/// ChipAuthenticationDomainParameterInfo with standardised parameters.
fn domain(number: u8, key: Option<u8>) -> String {
    let key = key.map(|key| format!("0201{key:02x}")).unwrap_or_default();
    let value = format!("060904007f0007020203023010060704007f000701020201{number:02x}{key}");
    let value = value.replace("023010060704", "02300c060704");
    format!("30{:02x}{value}", value.len() / 2)
}

#[test]
fn one_info() {
    assert_eq!(pace(ONE), Ok(true));
    assert_eq!(pace(&format!("{ONE}0000")), Ok(true));
}

#[test]
fn ts_pace_1_6_one_of_three_infos_with_other_algorithms() {
    let aes_192 = PACE.replace("04020202010202010D", "04020302010202010D");
    let triple_des = PACE.replace("04020202010202010D", "04020102010202010D");
    let infos = set(&[&triple_des, &aes_192, PACE]);
    assert!(parse(&infos).pace().is_some());
    assert!(parse(&set(&[&triple_des, &aes_192])).pace().is_none());
}

#[test]
fn ts_pace_1_7_and_1_11_proprietary_parameters_are_left_alone() {
    let proprietary = PACE.replace("02010D", "020120");
    let parameters = "3023060904007f000702020402300f060704007f0007010204040000000002012004030000 00";
    let parameters = parameters.replace(' ', "");
    let domain = format!(
        "3019{}",
        "060904007f0007020204023009060704007f000701020201 20".replace(' ', "")
    );
    assert!(hex::decode(&parameters).is_ok());
    assert!(parse(&set(&[&proprietary, PACE, &domain])).pace().is_some());
    assert!(parse(&set(&[&proprietary, &domain])).pace().is_none());
}

#[test]
fn ts_pace_1_10_unknown_and_further_infos_are_ignored() {
    let p384 = PACE.replace("02010D", "020110");
    let integrated = PACE.replace("0402020201", "0404020201");
    let unknown = "300706052A03040506";
    assert!(parse(&set(&[&p384, &integrated, unknown, PACE])).pace().is_some());
    // Not even SecurityInfos.
    assert!(parse(&set(&["0500", "3000", "30020500", PACE])).pace().is_some());
    assert!(parse(&set(&[&p384, &integrated])).pace().is_none());
}

#[test]
fn wrong_files_are_errors() {
    for wrong in ["", "3000", &ONE[..20], "31143012060A04007F00070202040202040102", "3180"] {
        assert!(matches!(pace(wrong), Err(SecurityInfoError::Encoding(_))), "{wrong}");
    }
    assert_eq!(pace("3100"), Ok(false));
    assert_eq!(pace(&ONE.replace("020102", "020101")), Ok(false));
    assert_eq!(
        SecurityInfos::parse(&[0x31; INFOS_BYTES_MAX + 1]).err(),
        Some(SecurityInfoError::TooLong)
    );
    let many = set(&vec!["0500"; INFOS_MAX + 1]);
    assert_eq!(SecurityInfos::parse(&many).err(), Some(DerError::TooMany.into()));
}

#[test]
fn a_card_of_today() {
    let access = parse(CARD_ACCESS);
    assert!(access.pace().is_some());
    let key = access.chip_authentication_v2().unwrap();
    assert_eq!((key.key_id, key.public_key), (Some(KeyId(0x41)), None));
    let signed = parse(CONTENT);
    let key = signed.chip_authentication_v2().unwrap();
    assert_eq!(key.key_id.unwrap().to_bytes(), [0x41]);
    assert_eq!(key.public_key.unwrap()[0], 0x04);
    let keys = RestrictedIdKeys {
        blocklist: Some(KeyId(2)),
        sector: Some(KeyId(1)),
    };
    assert_eq!(signed.restricted_identification(), keys);
    assert!(signed.contains_all(&access));
    assert!(!access.contains_all(&signed));
}

#[test]
fn a_card_without_privileged_terminal_info_uses_its_first_key() {
    let access = parse(CARD_ACCESS_2011);
    assert_eq!(access.chip_authentication_v2().unwrap().key_id, Some(KeyId(0x41)));
    let key = parse(CONTENT_2011).chip_authentication_v2().unwrap();
    assert!(key.key_id == Some(KeyId(0x41)) && key.public_key.is_some());
}

#[test]
fn ts_ca_1_4_one_algorithm_and_one_key() {
    let key = parse(&set(&[&chip(2, 2, None), &domain(13, None)])).chip_authentication_v2();
    let nameless = ChipAuthKey {
        key_id: None,
        public_key: None,
    };
    assert_eq!(key, Some(nameless));
    let key = parse(&set(&[&chip(2, 2, Some(7)), &domain(13, Some(7))])).chip_authentication_v2();
    assert_eq!(key.unwrap().key_id, Some(KeyId(7)));
}

#[test]
fn ts_ca_1_5_and_1_6_the_supported_one_of_several_keys() {
    let infos = [
        chip(4, 2, Some(1)),
        chip(2, 2, Some(2)),
        domain(13, Some(1)),
        domain(13, Some(2)),
    ];
    let key = |infos: &[String]| {
        let infos: Vec<_> = infos.iter().map(String::as_str).collect();
        parse(&set(&infos)).chip_authentication_v2()
    };
    assert_eq!(key(&infos).unwrap().key_id, Some(KeyId(2)));
    // The curve decides as well.
    let infos = [
        chip(2, 2, Some(1)),
        chip(2, 2, Some(2)),
        domain(16, Some(1)),
        domain(13, Some(2)),
    ];
    assert_eq!(key(&infos).unwrap().key_id, Some(KeyId(2)));
    // Versions 1 and 3 are other protocols.
    assert_eq!(key(&[chip(2, 1, None), domain(13, None)]), None);
    assert_eq!(key(&[chip(2, 3, Some(1)), domain(13, Some(1))]), None);
    // Beside version 3, or among several, a key without a name can't be asked for.
    assert_eq!(key(&[chip(2, 2, None), chip(2, 3, Some(1)), domain(13, None)]), None);
    assert_eq!(key(&[chip(2, 2, None), chip(2, 2, Some(1)), domain(13, None)]), None);
}

#[test]
fn keys_of_privileged_terminals_are_skipped() {
    let privileged = format!("{}{}", chip(2, 2, Some(1)), domain(13, Some(1)));
    let value = format!("060804007f000702020831{:02x}{privileged}", privileged.len() / 2);
    let privileged = format!("30{:02x}{value}", value.len() / 2);
    let others = [
        chip(2, 2, Some(1)),
        domain(13, Some(1)),
        chip(2, 2, Some(2)),
        domain(13, Some(2)),
    ]
    .concat();
    let infos = parse(&set(&[&privileged, &others]));
    assert_eq!(infos.chip_authentication_v2().unwrap().key_id, Some(KeyId(2)));
    // It may stand in EF.CardAccess alone (A.1.2.2); nothing else may.
    assert!(parse(&set(&[&others])).contains_all(&infos));
    let hidden = parse(&set(&["0500", &others]));
    assert!(!parse(&set(&[&others])).contains_all(&hidden));
}

#[test]
fn public_keys_are_those_of_the_curve() {
    let point = [&[0x04][..], &[7; 64]].concat();
    let public = |algorithm: &str, point: &[u8]| {
        let bits = [encode_head(BIT_STRING, point.len() + 1), vec![0], point.to_vec()].concat();
        let algorithm = hex::decode(algorithm).unwrap();
        let spki = [encode_head(SEQUENCE, algorithm.len() + bits.len()), algorithm, bits].concat();
        let oid = hex::decode("060904007f000702020102").unwrap();
        let info = [
            encode_head(SEQUENCE, oid.len() + spki.len() + 3),
            oid,
            spki,
            vec![2, 1, 1],
        ]
        .concat();
        let infos = set(&[&chip(2, 2, Some(1)), &domain(13, Some(1)), &hex::encode(info)]);
        parse(&infos).chip_authentication_v2().unwrap().public_key
    };
    let standardized = "300c060704007f0007010202010d";
    let named = "301406072a8648ce3d020106092b2403030208010107";
    assert_eq!(public(standardized, &point).unwrap().as_slice(), point);
    assert_eq!(public(named, &point).unwrap().as_slice(), point);
    assert_eq!(public(&standardized.replace("02010d", "02010c"), &point), None);
    assert_eq!(public(&named.replace("010107", "010108"), &point), None);
    assert_eq!(public(standardized, &point[..33]), None);
    assert_eq!(public(standardized, &[&[0x05][..], &[7; 64]].concat()), None);
    // An algorithm that isn't known, and one without parameters.
    assert_eq!(public("300506032a03040500".get(..14).unwrap(), &point), None);
}

#[test]
fn key_ids_are_short() {
    assert_eq!(KeyId(0).to_bytes(), [0]);
    assert_eq!(KeyId(0x80).to_bytes(), [0x80]);
    assert_eq!(KeyId(0x0100).to_bytes(), [1, 0]);
}

proptest! {
    #[test]
    fn arbitrary_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        let _ = SecurityInfos::parse(&bytes);
        let _ = SecurityInfos::parse(&[encode_head(SET, bytes.len()), bytes].concat());
    }

    #[test]
    fn one_changed_byte_never_panics_and_makes_no_other_card(at in 0..CARD_ACCESS.len(), byte: u8) {
        let mut bytes = CARD_ACCESS.to_vec();
        bytes[at] = byte;
        let Ok(access) = SecurityInfos::parse(&bytes) else { return Ok(()) };
        let signed = parse(CONTENT);
        if signed.contains_all(&access) {
            // What the terminal does with the changed file is then what the signed one says, or nothing.
            prop_assert!(access.pace().is_none() || signed.pace().is_some());
            let key = access.chip_authentication_v2().map(|key| key.key_id);
            prop_assert!(key.is_none() || key == Some(Some(KeyId(0x41))));
        }
    }
}
