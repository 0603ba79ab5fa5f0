//! BSI's worked example of the whole procedure with ECDH: PACE with the PIN, terminal authentication, chip
//! authentication (numbers as in OpenPACE's self-test, tests/data/README.md).
use crate::Fault;
use crate::chip_auth::{self, CHIP_AUTHENTICATION_OID};
use crate::crypto::{Key, Purpose};
use crate::curve::{KeyPair, Point, SecretScalar, compressed};
use crate::cv_certificate::CvCertificate;
use crate::pace::{Nonce, agree, mapped_generator, token};
use crate::security_info::SecurityInfos;
use crate::terminal_auth::{set_terminal, signed_message};

const MAP_TERMINAL: &str = "752287f5b02de3c4bc3e17945118c51b23c97278e4cd748048ac56ba5bdc3d46";
const MAP_TERMINAL_PUBLIC: &str = "043dd29bbe5907fd21a152ada4895faae7acc55f5e50efbfde5ab0c6eb54f198d6\
                                   15913635f0fdf5beb383e00355f82d3c41ed0df2e28363433dfb73856a15dc9f";
const MAP_CARD: &str = "19c428715663de745d1824b855d2b967890c99d68ed5feee9dcdf8d7bba289d2";
const MAP_CARD_PUBLIC: &str = "049cfcf7582ac986d0dd52fa53123414c3e1b96b4d00aba8e574679b70efb5bc3b\
                               45d2f13729cc2ae178e7e241b443213533b77dbb44649a815ddc4a2384ba422a";
const GENERATOR: &str = "043929d28ba1e5339d6c5dade5e33bd3c2f0bd14dd77c7521532261659c918fa60\
                         14dd48fa84e62bde438edb4c9771d042cdb24b7788bdbab2031c45751e777f66";
const PACE_TERMINAL: &str = "9d9a32df93a57cce33ca3cdd3457e33a976f293546c73550f397259c93be0120";
const PACE_TERMINAL_PUBLIC: &str = "04518bc4e532ad2a9bd6527804d5d665abd51041037a0cc8aa922804eb501c222b\
                                    3427388599afaae9fbace2df93e13c3c4979cd12f0ae3e3c0126028391554582";
const PACE_CARD: &str = "15872c56908c144002177994cfaaedd5467ce150853c44535051ff24183039d8";
const PACE_CARD_PUBLIC: &str = "04282cf38073036afac216af135bd994da0c357f10bd4c34afea1042b2eb0fd680\
                                4df3658b835ac2e7133f13691184542bb50b109963a4662abdc08b9763af4b5b";
const TOKEN_TERMINAL: &str = "a27ae7b36573c1d9";
const TOKEN_CARD: &str = "a2658c2f38600b0f";
const CHIP: &str = "7984674cf3b3a524bf929ce8a67fcf22173da0bad595eed6deb72d22c542fa9d";
const CHIP_PUBLIC: &str = "04a44ebe5451df7aadb01e459b8c928a87746a57927c8c28a6775c97a7e1fe8d9a\
                           46ff4a1cc7e4d1389aea19758e4f75c28c598fd734aebeb135337cf95be12e94";
const CHIP_TERMINAL: &str = "a6a4d255c5bf7a77ec3d0553db74f693cf044e18c98364d4977a296108af19bd";
const CHIP_TERMINAL_PUBLIC: &str = "045a7a377fc9cafc03ac7ff45441a8b2909d88eab8e6b0173847ab49b949df3799\
                                    a34ee57ec55268cf8b1c3ec489f8bf4cf4c68d3fd9670e89c0d5d3fff1aaf89f";
const CHIP_NONCE: &str = "4287b3072a3edc60";
const CHIP_TOKEN: &str = "ff0117d68dee8e72";
const CHIP_SHARED: &str = "791da04273ccfe862e52df60347e2557192e1f8d7517822ce3d306056c1cdeb4";
const CHIP_MAC: &str = "78b5709e7abedb185b424d0ee3a82499";
const CHIP_ENC: &str = "94abcd271ab7d9a5590ba52cb518b831";
const CHALLENGE: &str = "547e4eab03b235d2";
/// Verified with the terminal's certificate and the example's signature by another program.
const SIGNED: &str = "282cf38073036afac216af135bd994da0c357f10bd4c34afea1042b2eb0fd680547e4eab03b235d2\
                      5a7a377fc9cafc03ac7ff45441a8b2909d88eab8e6b0173847ab49b949df3799";

fn bytes(text: &str) -> Vec<u8> {
    hex::decode(text).unwrap()
}

fn scalar(text: &str) -> SecretScalar {
    SecretScalar::from_number(&bytes(text)).unwrap()
}

fn pair(text: &str) -> KeyPair {
    KeyPair::of(scalar(text))
}

#[test]
fn ts_pace_1_1_ef_card_access_names_our_variant() {
    let file = include_bytes!("../tests/data/worked_example/ef_card_access.bin");
    assert!(SecurityInfos::parse(file).unwrap().pace().is_some());
}

#[test]
fn ts_pace_2_1_pace_with_the_pin() {
    let nonce = Nonce::decrypt(b"123456", &bytes("ce834cde69ffbb1d1eb21585cd709f18")).unwrap();
    assert_eq!(pair(MAP_TERMINAL).public().as_slice(), bytes(MAP_TERMINAL_PUBLIC));
    assert_eq!(pair(MAP_CARD).public().as_slice(), bytes(MAP_CARD_PUBLIC));
    let generator = mapped_generator(&pair(MAP_TERMINAL), &bytes(MAP_CARD_PUBLIC), &nonce).unwrap();
    assert_eq!(generator.encode().unwrap().as_slice(), bytes(GENERATOR));
    let own = generator.times(&scalar(PACE_TERMINAL)).unwrap().encode().unwrap();
    assert_eq!(own.as_slice(), bytes(PACE_TERMINAL_PUBLIC));
    let agreed = agree(&scalar(PACE_TERMINAL), &*own, &bytes(PACE_CARD_PUBLIC)).unwrap();
    assert_eq!(agreed.own_token.as_slice(), bytes(TOKEN_TERMINAL));
    assert!(agreed.confirm(&bytes(TOKEN_CARD)).is_ok());
    let card = agree(
        &scalar(PACE_CARD),
        &bytes(PACE_CARD_PUBLIC),
        &bytes(PACE_TERMINAL_PUBLIC),
    )
    .unwrap();
    assert_eq!(card.own_token.as_slice(), bytes(TOKEN_CARD));
}

#[test]
fn ts_ta_what_the_terminal_signs_and_sends() {
    let card_key: [u8; 65] = bytes(PACE_CARD_PUBLIC).try_into().unwrap();
    let own = pair(CHIP_TERMINAL);
    let message = signed_message(compressed(&card_key), &bytes(CHALLENGE), own.compressed(), &[]);
    assert_eq!(message, bytes(SIGNED));
    let terminal = CvCertificate::parse(include_bytes!("../tests/data/worked_example/terminal.cvcert")).unwrap();
    let command = set_terminal(&terminal, &[0x67, 0], own.compressed()).unwrap();
    let expected = format!(
        "800a04007f00070202020205830d{}67009120{}",
        hex::encode("DETESTATDE019"),
        &CHIP_TERMINAL_PUBLIC[2..66]
    );
    assert_eq!(hex::encode(command.data()), expected);
}

#[test]
fn ts_ca_1_1_keys_and_token_of_chip_authentication() {
    let own = pair(CHIP_TERMINAL);
    assert_eq!(own.public().as_slice(), bytes(CHIP_TERMINAL_PUBLIC));
    assert_eq!(pair(CHIP).public().as_slice(), bytes(CHIP_PUBLIC));
    let shared = Point::parse(&bytes(CHIP_PUBLIC))
        .unwrap()
        .times(&own.secret)
        .unwrap()
        .encode()
        .unwrap();
    assert_eq!(shared[1..33], bytes(CHIP_SHARED));
    let nonce = bytes(CHIP_NONCE);
    let authentication = Key::derive_with(&shared[1..33], &nonce, Purpose::Authentication);
    assert_eq!(authentication.bytes(), bytes(CHIP_MAC));
    assert_eq!(
        Key::derive_with(&shared[1..33], &nonce, Purpose::Encryption).bytes(),
        bytes(CHIP_ENC)
    );
    let expected = token(&authentication, &CHIP_AUTHENTICATION_OID, own.public());
    assert_eq!(expected.as_slice(), bytes(CHIP_TOKEN));
    assert!(chip_auth::agree(&own, &bytes(CHIP_PUBLIC), &nonce, &bytes(CHIP_TOKEN)).is_ok());
}

#[test]
fn ts_ca_2_wrong_tokens_nonces_and_keys_are_refused() {
    let own = pair(CHIP_TERMINAL);
    let agree =
        |key: &str, nonce: &str, token: &str| chip_auth::agree(&own, &bytes(key), &bytes(nonce), &bytes(token)).err();
    assert_eq!(
        agree(CHIP_PUBLIC, CHIP_NONCE, "ff0117d68dee8e73"),
        Some(Fault::ChipToken)
    );
    assert_eq!(agree(CHIP_PUBLIC, CHIP_NONCE, "ff0117d6"), Some(Fault::ChipToken));
    assert_eq!(
        agree(MAP_CARD_PUBLIC, CHIP_NONCE, CHIP_TOKEN),
        Some(Fault::ChipToken),
        "another chip's key"
    );
    assert_eq!(agree(CHIP_PUBLIC, "4287b3072a3edc", CHIP_TOKEN), Some(Fault::Nonce));
    assert_eq!(
        agree(CHIP_PUBLIC, "4287b3072a3edc61", CHIP_TOKEN),
        Some(Fault::ChipToken),
        "another random number"
    );
    assert_eq!(agree("04", CHIP_NONCE, CHIP_TOKEN), Some(Fault::NotOnCurve));
}
