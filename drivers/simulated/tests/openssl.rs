//! The test PKI's X.509 and CMS files against a program nobody here wrote: openssl has to take what is right and refuse
//! what isn't.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)] // a test may
use jiff::civil::{Date, date};
use simulated::card::{Card, Forgery, Generation, Person};
use simulated::pki::{SignerKind, TestPki};
use std::path::Path;
use std::process::Command;

const TODAY: Date = date(2026, 3, 2);
/// Noon of [`TODAY`].
const NOW: &str = "1772452800";

fn pki() -> TestPki {
    TestPki::seeded(TODAY, 7)
}

/// Runs openssl in `folder`; what it says, and whether it was content.
fn openssl(folder: &Path, arguments: &str) -> (bool, String) {
    let mut command = Command::new("openssl");
    command.current_dir(folder).args(arguments.split_whitespace());
    let output = command.output().expect("openssl is installed (make test)");
    let said = [output.stdout, output.stderr].concat();
    (output.status.success(), String::from_utf8_lossy(&said).into_owned())
}

/// The files of the PKI in a folder; the certificate of the country signing CA as PEM, as openssl wants it.
fn written(pki: &TestPki) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, bytes: &[u8]| std::fs::write(folder.path().join(name), bytes).unwrap();
    write("csca.der", &pki.csca_certificate());
    write("foreign.der", &pki.foreign_csca_certificate());
    write("list.der", &pki.master_list());
    for (name, generation) in [
        ("2010", Generation::Y2010),
        ("2017", Generation::Y2017),
        ("2021", Generation::Y2021),
    ] {
        let card = Card::of_generation(&Person::erika(), generation, pki, 1);
        write(&format!("security{name}.der"), card.card_security().unwrap());
        write(&format!("ds{name}.der"), &pki.signer(generation.signer()).certificate);
    }
    write(
        "forged.der",
        Card::forged(Forgery::ForeignSigner, pki).card_security().unwrap(),
    );
    write(
        "blocklist.der",
        &pki.blocklist("musterstadt", &[Card::erika(pki).identification_key().unwrap()]),
    );
    write("crl.der", &pki.crl(&[], (TODAY, date(2026, 4, 1))));
    write("crl150.der", &pki.crl(&[150], (TODAY, date(2026, 4, 1))));
    for name in ["csca", "foreign", "ds2010", "ds2017", "ds2021"] {
        assert!(
            openssl(
                folder.path(),
                &format!("x509 -inform DER -in {name}.der -out {name}.pem")
            )
            .0,
            "{name}"
        );
    }
    for name in ["crl", "crl150"] {
        assert!(
            openssl(
                folder.path(),
                &format!("crl -inform DER -in {name}.der -out {name}.pem")
            )
            .0,
            "{name}"
        );
    }
    folder
}

#[test]
fn certificates_are_verified_and_revoked_ones_refused() {
    let folder = written(&pki().naming_curves());
    let verify = |crl: &str, ca: &str, name: &str| {
        let options = format!("verify -attime {NOW} -crl_check -CRLfile {crl}.pem -CAfile {ca}.pem {name}.pem");
        openssl(folder.path(), &options)
    };
    for name in ["ds2010", "ds2017", "ds2021"] {
        let (content, said) = verify("crl", "csca", name);
        assert!(content, "{name}: {said}");
        assert!(!verify("crl", "foreign", name).0, "{name} below another CA");
    }
    let (content, said) = verify("crl150", "csca", "ds2017");
    assert!(!content && said.contains("revoked"), "{said}");
    assert!(verify("crl150", "csca", "ds2021").0);
}

#[test]
fn signed_files_are_verified_with_their_content_type() {
    let folder = written(&pki().naming_curves());
    let verify = |ca: &str, name: &str| {
        let options = format!(
            "cms -verify -inform DER -in {name}.der -CAfile {ca}.pem -attime {NOW} -purpose any -binary -out {name}.content"
        );
        openssl(folder.path(), &options)
    };
    for name in ["security2010", "security2017", "security2021", "list", "blocklist"] {
        let (content, said) = verify("csca", name);
        assert!(content, "{name}: {said}");
        assert!(
            openssl(folder.path(), &format!("asn1parse -inform DER -in {name}.content")).0,
            "{name}"
        );
        assert!(!verify("foreign", name).0, "{name} below another CA");
    }
    assert!(!verify("csca", "forged").0);
    assert!(verify("foreign", "forged").0);
    for (name, kind) in [
        ("security2021", "0.4.0.127.0.7.3.2.1"),
        ("list", "2.23.136.1.1.2"),
        ("blocklist", "0.4.0.127.0.7.3.2.2"),
    ] {
        let (_, said) = openssl(folder.path(), &format!("cms -cmsout -print -inform DER -in {name}.der"));
        assert!(said.contains(kind), "{name}: {said}");
    }
}

/// OpenSSL verifies no chain of such certificates, but every signature by itself.
#[test]
fn signatures_hold_with_explicit_parameters_too() {
    let folder = written(&pki());
    for name in ["security2010", "security2017", "security2021", "list", "blocklist"] {
        let options = format!("cms -verify -noverify -inform DER -in {name}.der -binary -out {name}.content");
        let (content, said) = openssl(folder.path(), &options);
        assert!(content, "{name}: {said}");
    }
    let (_, said) = openssl(folder.path(), "x509 -in ds2017.pem -noout -text");
    assert!(
        said.contains("Field Type: prime-field") && said.contains("Generator"),
        "{said}"
    );
    let (_, said) = openssl(folder.path(), "crl -in crl.pem -noout -CAfile csca.pem -verify");
    assert!(said.contains("verify OK"), "{said}");
}

#[test]
fn a_changed_file_is_refused() {
    let folder = written(&pki().naming_curves());
    let path = folder.path().join("security2021.der");
    let mut file = std::fs::read(&path).unwrap();
    // Within the signed infos, not far behind the content type.
    file[80] ^= 1;
    std::fs::write(&path, file).unwrap();
    let options = format!(
        "cms -verify -inform DER -in security2021.der -CAfile csca.pem -attime {NOW} -purpose any -binary -out x"
    );
    let (content, said) = openssl(folder.path(), &options);
    assert!(!content && said.contains("content verify error"), "{said}");
}

#[test]
fn the_same_seed_gives_the_same_bytes() {
    let (first, second) = (pki(), pki());
    assert_eq!(first.csca_certificate(), second.csca_certificate());
    assert_eq!(first.master_list(), second.master_list());
    assert_eq!(
        Card::erika(&first).card_security(),
        Card::erika(&second).card_security()
    );
    let other = TestPki::seeded(TODAY, 8);
    assert_ne!(
        first.signer(SignerKind::Lists).certificate,
        other.signer(SignerKind::Lists).certificate
    );
}
