//! Opens what was sealed, with the test authority's private key. Only tests know how.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test's helpers may panic, too")]
use aes_gcm::aead::{AeadInOut, KeyInit};
use aes_gcm::{Aes256Gcm, Key, Nonce, Tag};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use proptest::prelude::*;
use rand::SeedableRng;
use rand::rngs::StdRng;
use rsa::{BigUint, Oaep, RsaPrivateKey};
use seal::{AuthorityKey, CompactJwe, ContentType, PLAINTEXT_BYTES_MAX, SealError, seal};
use serde_json::{Value, json};
use std::sync::LazyLock;

static KEY: LazyLock<AuthorityKey> =
    LazyLock::new(|| AuthorityKey::from_jwk(include_bytes!("../../../tests/authority/authority.jwk")).unwrap());

static PRIVATE_KEY: LazyLock<RsaPrivateKey> = LazyLock::new(|| {
    let jwk: Value = serde_json::from_slice(include_bytes!("../../../tests/authority/authority.private.jwk")).unwrap();
    let number = |member: &str| BigUint::from_bytes_be(&decode(jwk[member].as_str().unwrap()));
    RsaPrivateKey::from_components(number("n"), number("e"), number("d"), vec![number("p"), number("q")]).unwrap()
});

fn decode(part: &str) -> Vec<u8> {
    URL_SAFE_NO_PAD.decode(part).unwrap()
}

fn open(jwe: &str) -> Option<(Value, Vec<u8>)> {
    let parts: Vec<&str> = jwe.split('.').collect();
    let content_key = PRIVATE_KEY
        .decrypt(Oaep::new::<rsa::sha2::Sha256>(), &decode(parts[1]))
        .ok()?;
    let cipher = Aes256Gcm::new(&Key::<Aes256Gcm>::try_from(content_key.as_slice()).unwrap());
    let nonce: [u8; 12] = decode(parts[2]).try_into().unwrap();
    let tag: [u8; 16] = decode(parts[4]).try_into().unwrap();
    let mut content = decode(parts[3]);
    cipher
        .decrypt_inout_detached(
            &Nonce::from(nonce),
            parts[0].as_bytes(),
            content.as_mut_slice().into(),
            &Tag::from(tag),
        )
        .ok()?;
    Some((serde_json::from_slice(&decode(parts[0])).unwrap(), content))
}

fn sealed(plaintext: &[u8], seed: u64) -> CompactJwe {
    seal(&KEY, plaintext, ContentType::Json, &mut StdRng::seed_from_u64(seed)).unwrap()
}

#[test]
fn header_is_exactly_what_fit_connect_wants() {
    let (header, plaintext) = open(sealed(br#"{"a":1}"#, 1).as_str()).unwrap();
    assert_eq!(plaintext, br#"{"a":1}"#);
    assert_eq!(
        header,
        json!({"alg": "RSA-OAEP-256", "enc": "A256GCM", "kid": "test-destination-enc-1", "cty": "application/json"})
    );
    let xml = seal(&KEY, b"<a/>", ContentType::Xml, &mut StdRng::seed_from_u64(1)).unwrap();
    assert_eq!(open(xml.as_str()).unwrap().0["cty"], "application/xml");
}

#[test]
fn shape_is_that_of_the_wire() {
    let jwe = sealed(b"x", 2);
    assert_eq!(wire::check_compact_jwe(jwe.as_str()), Ok(()));
    let lengths: Vec<usize> = jwe.as_str().split('.').map(|part| decode(part).len()).collect();
    assert_eq!(lengths[1..], [512, 12, 1, 16]);
    assert_eq!(jwe.authentication_tag(), jwe.as_str().split('.').nth(4).unwrap());
}

#[test]
fn every_sealing_has_its_own_key_and_nonce() {
    let mut rng = StdRng::seed_from_u64(3);
    let first = seal(&KEY, b"the same", ContentType::Json, &mut rng)
        .unwrap()
        .into_string();
    let second = seal(&KEY, b"the same", ContentType::Json, &mut rng)
        .unwrap()
        .into_string();
    for part in 1..5 {
        assert_ne!(first.split('.').nth(part), second.split('.').nth(part), "part {part}");
    }
}

#[test]
fn a_change_anywhere_keeps_it_shut() {
    let jwe = sealed(b"declaration", 4).into_string();
    for part in 0..5 {
        let mut parts: Vec<String> = jwe.split('.').map(str::to_owned).collect();
        let mut bytes = decode(&parts[part]);
        let last = bytes.len() - 1;
        // In the header this turns the kid's or a brace's last bit; the text stays JSON-shaped for the helper or not at
        // all.
        if part == 0 {
            parts[0] = URL_SAFE_NO_PAD.encode(r#"{"alg":"RSA-OAEP-256","cty":"application/xml","enc":"A256GCM"}"#);
        } else {
            bytes[last] ^= 1;
            parts[part] = URL_SAFE_NO_PAD.encode(bytes);
        }
        assert!(open(&parts.join(".")).is_none(), "part {part}");
    }
}

#[test]
fn limits() {
    let mut rng = StdRng::seed_from_u64(5);
    assert_eq!(seal(&KEY, b"", ContentType::Json, &mut rng), Err(SealError::Empty));
    let large = vec![b' '; PLAINTEXT_BYTES_MAX + 1];
    let found = PLAINTEXT_BYTES_MAX + 1;
    assert_eq!(
        seal(&KEY, &large, ContentType::Json, &mut rng),
        Err(SealError::TooLarge { found })
    );
    let envelope = wire::Envelope {
        submission_id: "01920000-0000-7000-8000-000000000001".parse().unwrap(),
        destination_id: "9f6bb611-df46-494a-9a98-a253f1362dc7".parse().unwrap(),
        leika: "99115001060000".into(),
        service_version: "1".repeat(wire::SERVICE_VERSION_CHARS_MAX),
        filed_at: 0,
        encrypted_data: sealed(&large[1..], 6).into_string(),
        follow_up: None,
    };
    // Room for the longest header and an 8192-bit key, too.
    assert!(envelope.to_body().unwrap().len() + 1000 < wire::BODY_BYTES_MAX);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn what_goes_in_comes_out(plaintext in proptest::collection::vec(any::<u8>(), 1..5000), seed in any::<u64>()) {
        prop_assert_eq!(open(sealed(&plaintext, seed).as_str()).unwrap().1, plaintext);
    }
}
