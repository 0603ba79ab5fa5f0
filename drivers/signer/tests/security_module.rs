//! Keys in a PKCS#11 token, against SoftHSM; its signatures are checked by RustCrypto and by OpenSSL, its keys' attributes
//! by OpenSC's pkcs11-tool.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test may panic, and so may what it calls"
)]
mod common;

use common::holder;
use common::token::{module, openssl_verifies, run, with_token};
use cryptoki::context::Pkcs11;
use drivers_api::signer::{SignerTrouble, TerminalSigner};
use signer::curve::{Curve, Digest};
use signer::keys::TerminalKeys;
use signer::remote::{RemoteSigner, ServeOptions, serve};
use std::fs;
use std::time::Duration;

#[test]
fn keys_are_made_sign_and_are_destroyed() {
    with_token("keys_are_made_sign_and_are_destroyed", |token| {
        let mut signer = token.signer();
        let name = holder("DETESTAT00001");
        assert_eq!(signer.public_point(&name), Err(SignerTrouble::UnknownHolder));
        for (name, curve) in [(&name, Curve::BrainpoolP256r1), (&name.next(), Curve::BrainpoolP384r1)] {
            let point = signer.generate(name, curve).unwrap();
            assert_eq!(signer.public_point(name).unwrap(), point);
            assert_eq!(
                signer.generate(name, curve),
                Err(SignerTrouble::Refused),
                "there is one already"
            );
            for length in [0, 1, 104, 1024] {
                let message = vec![7; length];
                let signature = signer.sign(name.as_bytes(), &message).unwrap();
                assert_eq!(signature.len(), 2 * curve.field_bytes());
                assert!(curve.verifies(&point, curve.digest(), &message, &signature));
            }
            let signature = signer.sign(name.as_bytes(), b"message").unwrap();
            openssl_verifies(token.folder(), curve, &point, b"message", &signature);
        }
        // A hash longer than the curve, because the certificate says so.
        signer.announce(&name, Digest::Sha384);
        let point = signer.public_point(&name).unwrap();
        let signature = signer.sign(name.as_bytes(), b"message").unwrap();
        assert!(Curve::BrainpoolP256r1.verifies(&point, Digest::Sha384, b"message", &signature));
        signer.destroy(&name).unwrap();
        assert_eq!(signer.destroy(&name), Err(SignerTrouble::UnknownHolder));
        assert_eq!(
            signer.sign(name.as_bytes(), b"message"),
            Err(SignerTrouble::UnknownHolder)
        );
        assert!(signer.sign(name.next().as_bytes(), b"message").is_ok());
    });
}

#[test]
fn keys_cannot_leave_the_token() {
    with_token("keys_cannot_leave_the_token", |token| {
        let mut signer = token.signer();
        signer
            .generate(&holder("DETESTAT00001"), Curve::BrainpoolP256r1)
            .unwrap();
        let module = module();
        let list = [
            "--module",
            module.to_str().unwrap(),
            "--token-label",
            "Rathaus",
            "--login",
            "--pin",
            "123456",
            "-O",
        ];
        let listed = String::from_utf8(run(token.folder(), "pkcs11-tool", &list)).unwrap();
        let private = listed.split("Private Key Object").nth(1).expect("a private key");
        assert!(private.contains("DETESTAT00001"), "{listed}");
        assert!(
            private.contains("sensitive, always sensitive, never extractable, local"),
            "{listed}"
        );
        let without_pin = ["--module", module.to_str().unwrap(), "--token-label", "Rathaus", "-O"];
        let listed = String::from_utf8(run(token.folder(), "pkcs11-tool", &without_pin)).unwrap();
        assert!(!listed.contains("Private Key Object"), "{listed}");
    });
}

#[test]
fn keys_of_other_tools_are_found_by_label_or_id() {
    with_token("keys_of_other_tools_are_found_by_label_or_id", |token| {
        let module = module();
        let make = |name: &str, value: &str| {
            let common = [
                "--module",
                module.to_str().unwrap(),
                "--token-label",
                "Rathaus",
                "--login",
                "--pin",
                "123456",
            ];
            let make = ["--keypairgen", "--key-type", "EC:brainpoolP256r1", name, value];
            run(token.folder(), "pkcs11-tool", &[&common[..], &make[..]].concat());
        };
        make("--label", "DETESTAT00001");
        make("--id", &hex::encode("DETESTAT00002"));
        make("--label", "DETESTAT00003");
        make("--label", "DETESTAT00003");
        let mut signer = token.signer();
        for name in ["DETESTAT00001", "DETESTAT00002"] {
            let point = signer.public_point(&holder(name)).unwrap();
            let signature = signer.sign(name.as_bytes(), b"message").unwrap();
            assert!(Curve::BrainpoolP256r1.verifies(&point, Digest::Sha256, b"message", &signature));
        }
        assert_eq!(
            signer.sign(b"DETESTAT00003", b"message"),
            Err(SignerTrouble::Refused),
            "which of the two?"
        );
        assert_eq!(signer.sign(b"", b"message"), Err(SignerTrouble::UnknownHolder));
    });
}

#[test]
fn a_wrong_pin_is_tried_once() {
    with_token("a_wrong_pin_is_tried_once", |token| {
        token.write_pin("1234567");
        let mut signer = token.signer();
        for _ in 0..5 {
            assert_eq!(signer.sign(b"DETESTAT00001", b"message"), Err(SignerTrouble::Refused));
        }
        // SoftHSM doesn't lock; that there was one try only is what the PIN file's own test shows.
        token.write_pin("123456");
        assert_eq!(
            signer.sign(b"DETESTAT00001", b"message"),
            Err(SignerTrouble::UnknownHolder)
        );
        fs::remove_file(token.pin_file()).unwrap();
        assert_eq!(
            token.signer().sign(b"DETESTAT00001", b"message"),
            Err(SignerTrouble::Refused)
        );
    });
}

#[test]
fn the_module_may_be_restarted_under_us() {
    with_token("the_module_may_be_restarted_under_us", |token| {
        let name = holder("DETESTAT00001");
        let (mut one, mut other) = (token.signer(), token.signer());
        let point = one.generate(&name, Curve::BrainpoolP256r1).unwrap();
        assert_eq!(other.public_point(&name).unwrap(), point);
        for _ in 0..3 {
            Pkcs11::new(module()).unwrap().finalize().unwrap();
            for signer in [&mut one, &mut other] {
                let signature = signer.sign(name.as_bytes(), b"message").unwrap();
                assert!(Curve::BrainpoolP256r1.verifies(&point, Digest::Sha256, b"message", &signature));
            }
        }
    });
}

#[test]
fn a_token_may_come_later_and_go() {
    with_token("a_token_may_come_later_and_go", |token| {
        let mut config = token.config();
        config.token_label = "Bürgeramt".to_owned();
        let mut late = signer::pkcs11::Pkcs11Signer::new(config.clone());
        let name = holder("DETESTAT00001");
        assert_eq!(late.sign(name.as_bytes(), b"message"), Err(SignerTrouble::Unreachable));
        token.make("Bürgeramt", "123456");
        let point = late.generate(&name, Curve::BrainpoolP256r1).unwrap();
        // Pulled out and put back in.
        let away = token.folder().join("away");
        fs::rename(token.objects(), &away).unwrap();
        fs::create_dir(token.objects()).unwrap();
        let gone = late.sign(name.as_bytes(), b"message");
        assert!(
            matches!(gone, Err(SignerTrouble::Unreachable | SignerTrouble::UnknownHolder)),
            "{gone:?}"
        );
        fs::remove_dir_all(token.objects()).unwrap();
        fs::rename(&away, token.objects()).unwrap();
        let signature = late.sign(name.as_bytes(), b"message").unwrap();
        assert!(Curve::BrainpoolP256r1.verifies(&point, Digest::Sha256, b"message", &signature));
        // Two of the same name: the serial number decides.
        token.make("Bürgeramt", "123456");
        Pkcs11::new(module()).unwrap().finalize().unwrap();
        assert_eq!(late.sign(name.as_bytes(), b"message"), Err(SignerTrouble::Refused));
        config.token_serial = Some("0000".to_owned());
        let mut other = signer::pkcs11::Pkcs11Signer::new(config);
        assert_eq!(other.sign(name.as_bytes(), b"message"), Err(SignerTrouble::Unreachable));
    });
}

#[test]
fn a_token_serves_at_a_socket() {
    with_token("a_token_serves_at_a_socket", |token| {
        let mut signer = token.signer();
        let point = signer
            .generate(&holder("DETESTAT00001"), Curve::BrainpoolP256r1)
            .unwrap();
        let path = token.folder().join("signing.sock");
        let _server = serve(&path, signer, ServeOptions::default()).unwrap();
        let mut asking = RemoteSigner::new(path, Duration::from_secs(10));
        let transcript = [0x5A; 120];
        let signature = asking.sign(b"DETESTAT00001", &transcript).unwrap();
        assert!(Curve::BrainpoolP256r1.verifies(&point, Digest::Sha256, &transcript, &signature));
        assert_eq!(
            asking.sign(b"DETESTAT00002", &transcript),
            Err(SignerTrouble::UnknownHolder)
        );
    });
}

#[test]
fn a_module_that_is_not_there_is_unreachable() {
    with_token("a_module_that_is_not_there_is_unreachable", |token| {
        let mut config = token.config();
        config.module = "/nonexistent/module.so".into();
        let mut signer = signer::pkcs11::Pkcs11Signer::new(config);
        assert_eq!(
            signer.sign(b"DETESTAT00001", b"message"),
            Err(SignerTrouble::Unreachable)
        );
    });
}
