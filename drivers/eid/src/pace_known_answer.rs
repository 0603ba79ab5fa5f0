//! ICAO Doc 9303-11, appendix G.1: worked example of PACE with generic mapping, brainpoolP256r1, AES-128, password MRZ.
use super::*;

const MRZ: &[u8] = b"T22000129364081251010318";
const Z: &str = "95A3A016522EE98D01E76CB6B98B42C3";
const SK_MAP_IFD: &str = "7F4EF07B9EA82FD78AD689B38D0BC78CF21F249D953BC46F4C6E19259C010F99";
const PK_MAP_IFD: &str = "047ACF3EFC982EC45565A4B155129EFBC74650DCBFA6362D896FC70262E0C2CC5E\
                          544552DCB6725218799115B55C9BAA6D9F6BC3A9618E70C25AF71777A9C4922D";
const SK_MAP_IC: &str = "498FF49756F2DC1587840041839A85982BE7761D14715FB091EFA7BCE9058560";
const PK_MAP_IC: &str = "04824FBA91C9CBE26BEF53A0EBE7342A3BF178CEA9F45DE0B70AA601651FBA3F57\
                         30D8C879AAA9C9F73991E61B58F4D52EB87A0A0C709A49DC63719363CCD13C54";
const SHARED_H: &str = "0460332EF2450B5D247EF6D3868397D398852ED6E8CAF6FFEEF6BF85CA57057FD5\
                        0840CA7415BAF3E43BD414D35AA4608B93A2CAF3A4E3EA4E82C9C13D03EB7181";
const MAPPED_G: &str = "048CED63C91426D4F0EB1435E7CB1D74A46723A0AF21C89634F65A9AE87A9265E2\
                        8C879506743F8611AC33645C5B985C80B5F09A0B83407C1B6A4D857AE76FE522";
const SK_DH_IFD: &str = "A73FB703AC1436A18E0CFA5ABB3F7BEC7A070E7A6788486BEE230C4A22762595";
const PK_DH_IFD: &str = "042DB7A64C0355044EC9DF190514C625CBA2CEA48754887122F3A5EF0D5EDD301C\
                         3556F3B3B186DF10B857B58F6A7EB80F20BA5DC7BE1D43D9BF850149FBB36462";
const SK_DH_IC: &str = "107CF58696EF6155053340FD633392BA81909DF7B9706F226F32086C7AFF974A";
const PK_DH_IC: &str = "049E880F842905B8B3181F7AF7CAA9F0EFB743847F44A306D2D28C1D9EC65DF6DB\
                        7764B22277A2EDDC3C265A9F018F9CB852E111B768B326904B59A0193776F094";
const SHARED_K: &str = "28768D20701247DAE81804C9E780EDE582A9996DB4A315020B2733197DB84925";
const KS_ENC: &str = "F5F0E35C0D7161EE6724EE513A0D9A7F";
const KS_MAC: &str = "FE251C7858B356B24514B3BD5F4297D1";
const T_IFD: &str = "C2B0BD78D94BA866";
const T_IC: &str = "3ABB9674BCE93C08";

fn bytes(text: &str) -> Vec<u8> {
    hex::decode(text).unwrap()
}

fn scalar(text: &str) -> SecretScalar {
    SecretScalar::from_number(&bytes(text)).unwrap()
}

fn pair(secret: &str) -> KeyPair {
    KeyPair::of(scalar(secret))
}

fn nonce() -> Nonce {
    // The MRZ goes in as SHA-1 of its digits; CAN and PIN as characters.
    use sha1::Digest;
    let password = sha1::Sha1::digest(MRZ);
    assert_eq!(hex::encode(password), "7e2d2a41c74ea0b38cd36f863939bfa8e9032aad");
    Nonce::decrypt(&password, &bytes(Z)).unwrap()
}

#[test]
fn nonce_and_its_key() {
    let key = Key::derive(&bytes("7E2D2A41C74EA0B38CD36F863939BFA8E9032AAD"), Purpose::Password);
    assert_eq!(key.bytes(), bytes("89DED1B26624EC1E634C1989302849DD"));
    let expected = scalar("3F00C4D39D153F2B2A214A078D899B22");
    let point = |scalar| Point::generator().times(scalar).unwrap().encode().unwrap();
    assert_eq!(*point(&nonce().0), *point(&expected));
}

#[test]
fn mapping() {
    assert_eq!(pair(SK_MAP_IFD).public().as_slice(), bytes(PK_MAP_IFD));
    assert_eq!(pair(SK_MAP_IC).public().as_slice(), bytes(PK_MAP_IC));
    let shared = Point::parse(&bytes(PK_MAP_IC))
        .unwrap()
        .times(&scalar(SK_MAP_IFD))
        .unwrap();
    assert_eq!(shared.encode().unwrap().as_slice(), bytes(SHARED_H));
    let terminal = mapped_generator(&pair(SK_MAP_IFD), &bytes(PK_MAP_IC), &nonce()).unwrap();
    let card = mapped_generator(&pair(SK_MAP_IC), &bytes(PK_MAP_IFD), &nonce()).unwrap();
    assert_eq!(terminal.encode().unwrap().as_slice(), bytes(MAPPED_G));
    assert_eq!(card.encode().unwrap().as_slice(), bytes(MAPPED_G));
}

#[test]
fn agreement_keys_and_tokens() {
    let generator = Point::parse(&bytes(MAPPED_G)).unwrap();
    let key = |secret| generator.times(&scalar(secret)).unwrap().encode().unwrap();
    assert_eq!(key(SK_DH_IFD).as_slice(), bytes(PK_DH_IFD));
    assert_eq!(key(SK_DH_IC).as_slice(), bytes(PK_DH_IC));
    let shared = Point::parse(&bytes(PK_DH_IC))
        .unwrap()
        .times(&scalar(SK_DH_IFD))
        .unwrap();
    assert_eq!(shared.encode().unwrap()[1..33], bytes(SHARED_K));

    let agreed = agree(&scalar(SK_DH_IFD), &bytes(PK_DH_IFD), &bytes(PK_DH_IC)).unwrap();
    assert_eq!(agreed.encryption.bytes(), bytes(KS_ENC));
    assert_eq!(agreed.authentication.bytes(), bytes(KS_MAC));
    assert_eq!(agreed.own_token.as_slice(), bytes(T_IFD));
    assert!(agreed.confirm(&bytes(T_IC)).is_ok());
    let card = agree(&scalar(SK_DH_IC), &bytes(PK_DH_IC), &bytes(PK_DH_IFD)).unwrap();
    assert_eq!(card.own_token.as_slice(), bytes(T_IC));
    assert_eq!(card.confirm(&bytes(T_IC)).err(), Some(Fault::Token));
}

#[test]
fn ts_pace_bad_points_are_refused() {
    let agree_with = |card_key: &[u8]| agree(&scalar(SK_DH_IFD), &bytes(PK_DH_IFD), card_key).err();
    assert_eq!(agree_with(&bytes(PK_DH_IFD)), Some(Fault::EqualKeys));
    assert_eq!(agree_with(&[0]), Some(Fault::NotOnCurve));
    assert_eq!(agree_with(&[4; 65]), Some(Fault::NotOnCurve));
    let mut compressed = bytes(PK_DH_IC);
    compressed[0] = 0x02;
    assert_eq!(agree_with(&compressed[..33]), Some(Fault::NotOnCurve));
    let own = bytes(PK_MAP_IFD);
    assert_eq!(
        mapped_generator(&pair(SK_MAP_IFD), &own, &nonce()).err(),
        Some(Fault::EqualKeys)
    );
    assert_eq!(Nonce::decrypt(b"123456", &[1; 15]).err(), Some(Fault::Nonce));
}

#[test]
fn mapped_to_infinity_is_refused() {
    // H = −s·G makes the mapped generator infinite: the card's mapping key is (n − s)·G with the terminal's secret 1.
    let negated = "A9FB57DBA1EEA9BC3E660A909D838D714D38B5D0184C67CC65FCC47B09BEBB85";
    let error = mapped_generator(&pair("01"), pair(negated).public(), &nonce()).err();
    assert_eq!(error, Some(Fault::Infinity));
}
