//! Requests and certificates against OpenPACE (Debian package `openpace`), a CV certificate implementation nobody here
//! wrote: it reads and verifies what is asked for, and its `cvc-create` is the authority that certifies the keys.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test may panic, and so may what it calls"
)]
mod common;

use common::holder;
use common::token::{Token, openssl_verifies, run, with_token};
use drivers_api::signer::TerminalSigner;
use signer::certificate::{CvCertificate, HolderReference};
use signer::certificates::Certificates;
use signer::chain::Chain;
use signer::curve::{Curve, Digest};
use signer::keys::TerminalKeys;
use signer::lists::ListKind;
use signer::pkcs11::Pkcs11Signer;
use signer::renewal::{Action, BlockListAnswer, Outcome, PkiPartner, PkiTrouble, Requested, Tools, carry_out};
use signer::request::{CertificateRequest, Wish, signed_request};
use signer::time::UnixTime;
use std::fs;
use std::path::Path;
use std::time::SystemTime;

/// An authority made of OpenPACE's `cvc-create`: CVCA, document verifier.
struct OpenPace<'a> {
    folder: &'a Path,
    expires: String,
    issued: usize,
}

impl<'a> OpenPace<'a> {
    fn new(folder: &'a Path, now: UnixTime) -> Self {
        for name in ["cvca", "dv"] {
            let key = format!("{name}.pkcs8");
            let arguments = [
                "-algorithm",
                "EC",
                "-pkeyopt",
                "ec_paramgen_curve:brainpoolP256r1",
                "-outform",
                "DER",
            ];
            let pem = run(folder, "openssl", &[&["genpkey"], &arguments[..]].concat());
            fs::write(folder.join("key.der"), pem).unwrap();
            let to_pkcs8 = [
                "pkcs8", "-topk8", "-nocrypt", "-inform", "DER", "-outform", "DER", "-in", "key.der", "-out",
            ];
            run(folder, "openssl", &[&to_pkcs8[..], &[key.as_str()]].concat());
        }
        let expires = now.after(10 * common::DAY).date().to_string().replace('-', "")[2..].to_owned();
        let authority = Self {
            folder,
            expires,
            issued: 0,
        };
        let scheme = ["--scheme=ECDSA_SHA_256", "--read-dg4", "--read-dg17"];
        let cvca = [
            "--role=cvca",
            "--type=at",
            "--chr=DECVCAeID00001",
            "--sign-with=cvca.pkcs8",
            "--out-cert=cvca.cv",
        ];
        authority.create(&[&cvca[..], &scheme].concat());
        let dv = [
            "--role=dv_domestic",
            "--chr=DEDVTEST00001",
            "--key=dv.pkcs8",
            "--sign-as=cvca.cv",
            "--sign-with=cvca.pkcs8",
            "--out-cert=dv.cv",
        ];
        authority.create(&[&dv[..], &scheme].concat());
        authority
    }

    fn create(&self, arguments: &[&str]) {
        let expires = format!("--expires={}", self.expires);
        run(self.folder, "cvc-create", &[arguments, &[expires.as_str()]].concat());
    }

    fn read(&self, name: &str) -> Vec<u8> {
        fs::read(self.folder.join(name)).unwrap()
    }

    fn anchor(&self) -> Chain {
        Chain::parse(&[self.read("cvca.cv"), self.read("dv.cv")].concat()).unwrap()
    }

    /// Certifies the key in a request. Debian's `cvc-create` and `cvc-print` can't read the authentication object with the
    /// outer signature, so they get what is inside it.
    fn certify(&mut self, request: &[u8]) -> Vec<u8> {
        self.issued += 1;
        let certificate = format!("terminal{}.cv", self.issued);
        fs::write(self.folder.join("authenticated"), request).unwrap();
        fs::write(self.folder.join("request"), inner_of(request)).unwrap();
        let certify = [
            "--role=terminal",
            "--type=at",
            "--csr=request",
            "--sign-with=dv.pkcs8",
            "--read-dg4",
        ];
        self.create(
            &[
                &certify[..],
                &["--scheme=ECDSA_SHA_256", &format!("--out-cert={certificate}")],
            ]
            .concat(),
        );
        self.read(&certificate)
    }

    /// A certificate for a key of its own, and the description that belongs to it.
    fn described(&self) -> (Vec<u8>, Vec<u8>) {
        fs::write(self.folder.join("terms.txt"), "Rathaus Musterstadt").unwrap();
        self.create(&[
            "--role=terminal",
            "--type=at",
            "--chr=DETESTAT00009",
            "--sign-as=dv.cv",
            "--sign-with=dv.pkcs8",
            "--scheme=ECDSA_SHA_256",
            "--read-dg4",
            "--cert-desc=terms.txt",
            "--issuer-name=DV",
            "--issuer-url=https://dv.test",
            "--subject-name=Musterstadt",
            "--subject-url=https://stadt.test",
            "--out-desc=described.desc",
            "--out-cert=described.cv",
            "--out-key=described.pkcs8",
        ]);
        (self.read("described.cv"), self.read("described.desc"))
    }
}

/// The 7F21 inside a 67; the bytes themselves where there is no 67.
fn inner_of(request: &[u8]) -> &[u8] {
    if request.starts_with(&[0x7F, 0x21]) {
        return request;
    }
    let outer = apdu::tlv::Reader::new(request).expect(apdu::tlv::Tag(0x67)).unwrap();
    let header = apdu::tlv::header(outer.value).unwrap();
    &outer.value[..header.header_bytes + header.value_bytes]
}

impl PkiPartner for OpenPace<'_> {
    fn request_certificate(&mut self, request: &[u8]) -> Result<Requested, PkiTrouble> {
        Ok(Requested::Certificates(vec![self.certify(request)]))
    }

    fn sent_certificates(&mut self, _message_id: &str) -> Result<Option<Vec<Vec<u8>>>, PkiTrouble> {
        Err(PkiTrouble::Strange)
    }

    fn authority_certificates(&mut self) -> Result<Vec<Vec<u8>>, PkiTrouble> {
        Ok(vec![self.read("dv.cv")])
    }

    fn certificate_description(&mut self, _hash: &[u8]) -> Result<Vec<u8>, PkiTrouble> {
        Err(PkiTrouble::Unreachable)
    }

    fn block_list(&mut self, _delta_base: Option<&[u8]>) -> Result<BlockListAnswer, PkiTrouble> {
        Err(PkiTrouble::Unreachable)
    }

    fn list(&mut self, _kind: ListKind) -> Result<Vec<u8>, PkiTrouble> {
        Err(PkiTrouble::Unreachable)
    }
}

#[allow(
    clippy::disallowed_methods,
    reason = "cvc-create dates certificates with the machine's clock"
)]
fn now() -> UnixTime {
    UnixTime(
        SystemTime::now()
            .duration_since(SystemTime::UNIX_EPOCH)
            .unwrap()
            .as_secs(),
    )
}

fn printed(token: &Token, request: &[u8]) -> String {
    fs::write(token.folder().join("request"), request).unwrap();
    let printed = run(token.folder(), "cvc-print", &["--csr=request"]);
    String::from_utf8_lossy(&printed).into_owned()
}

#[test]
fn requests_are_read_and_verified() {
    with_token("requests_are_read_and_verified", |token| {
        let mut signer = token.signer();
        let name = holder("DETESTAT00001");
        for (name, curve) in [(&name, Curve::BrainpoolP256r1), (&name.next(), Curve::BrainpoolP384r1)] {
            let point = signer.generate(name, curve).unwrap();
            let authority = holder("DEDVTEST00001");
            let wish = Wish {
                authority: Some(&authority),
                holder: name,
                curve,
                point: &point,
                known: None,
            };
            let request = signed_request(&mut signer, &wish).unwrap();
            let read = CertificateRequest::parse(&request).unwrap();
            assert_eq!(
                (read.holder, read.point, read.authority),
                (name.clone(), point, Some(authority))
            );
            let told = printed(token, &request);
            assert!(told.contains(&name.to_string()), "{told}");
            assert!(told.contains("certificate request verified"), "{told}");
        }
    });
}

#[test]
fn a_terminal_is_certified_renewed_and_retired() {
    with_token("a_terminal_is_certified_renewed_and_retired", |token| {
        let now = now();
        let mut authority = OpenPace::new(token.folder(), now);
        let store = Certificates::open(&token.folder().join("certificates")).unwrap();
        store.replace_chain(&authority.anchor()).unwrap();
        let mut keys = token.signer();
        let (first, second) = (holder("DETESTAT00001"), holder("DETESTAT00002"));
        let steps = [
            Action::RequestCertificate {
                holder: first.clone(),
                known: None,
            },
            Action::RequestCertificate {
                holder: second.clone(),
                known: Some(first.clone()),
            },
        ];
        for action in &steps {
            let mut check = |_: ListKind, _: &[u8]| Ok(());
            let mut tools = Tools {
                keys: &mut keys,
                partner: &mut authority,
                store: &store,
                check: &mut check,
            };
            assert_eq!(carry_out(action, &mut tools, now), Outcome::Done);
        }
        // The renewal's outer signature is one by the first key.
        let bytes = authority.read("authenticated");
        assert!(printed(token, inner_of(&bytes)).contains("certificate request verified"));
        let request = CertificateRequest::parse(&bytes).unwrap();
        let chain = store.chain().unwrap();
        let certificate = |name| chain.terminals().find(|terminal| terminal.holder() == name).unwrap();
        assert_eq!(request.signed_by, Some(first.clone()));
        assert!(request.is_signed_by(Curve::BrainpoolP256r1, Digest::Sha256, certificate(&first).point()));
        assert!(!request.is_signed_by(Curve::BrainpoolP256r1, Digest::Sha256, certificate(&second).point()));
        openssl_takes_the_outer(token, &bytes, certificate(&first));
        let path = chain
            .path_from(&holder("DECVCAeID00001"), certificate(&second))
            .unwrap();
        let names: Vec<String> = path.iter().map(|step| step.holder().to_string()).collect();
        assert_eq!(names, ["DEDVTEST00001", "DETESTAT00002"]);
        signs_for(&mut keys, certificate(&second));
        retires_one(&mut keys, &mut authority, &store, [first, second], now);
    });
}

#[test]
fn descriptions_are_found_by_their_hash() {
    let folder = tempfile::tempdir().unwrap();
    let now = now();
    let authority = OpenPace::new(folder.path(), now);
    let (certificate, description) = authority.described();
    let chain = Chain::parse(&[authority.anchor().encode(), certificate].concat()).unwrap();
    assert!(
        chain.terminal_at(now).is_none(),
        "without the text for citizens it can't be used"
    );
    assert!(chain.with_description(&[0x30, 0x00]).is_none());
    let chain = chain.with_description(&description).unwrap();
    let terminal = chain.terminal_at(now).unwrap();
    assert_eq!(chain.description_of(terminal).unwrap(), description);
    assert_eq!(Chain::parse(&chain.encode()).unwrap(), chain);
    assert!(chain.without(terminal.holder()).encode().len() < chain.encode().len() - description.len());
}

fn retires_one(
    keys: &mut Pkcs11Signer,
    authority: &mut OpenPace<'_>,
    store: &Certificates,
    names: [HolderReference; 2],
    now: UnixTime,
) {
    let mut check = |_: ListKind, _: &[u8]| Ok(());
    let mut tools = Tools {
        keys,
        partner: authority,
        store,
        check: &mut check,
    };
    let [first, second] = names;
    let chain = store.chain().unwrap();
    let used = chain.terminal_at(now).unwrap().holder().clone();
    let other = if used == first { second } else { first };
    assert_eq!(
        carry_out(&Action::RetireKey { holder: other.clone() }, &mut tools, now),
        Outcome::Done
    );
    assert!(keys.public_point(&other).is_err() && keys.public_point(&used).is_ok());
    assert!(
        store
            .chain()
            .unwrap()
            .terminals()
            .all(|terminal| *terminal.holder() == used)
    );
}

fn openssl_takes_the_outer(token: &Token, request: &[u8], known: &CvCertificate) {
    let outer = apdu::tlv::Reader::new(request)
        .expect(apdu::tlv::Tag(0x67))
        .unwrap()
        .value;
    let (named, signature) = outer.split_at(outer.len() - 67);
    assert_eq!(signature[..3], [0x5F, 0x37, 64]);
    openssl_verifies(
        token.folder(),
        Curve::BrainpoolP256r1,
        known.point(),
        named,
        &signature[3..],
    );
}

fn signs_for(keys: &mut impl TerminalSigner, certificate: &CvCertificate) {
    let transcript = [0x5A; 120];
    let signature = keys.sign(certificate.holder().as_bytes(), &transcript).unwrap();
    assert!(Curve::BrainpoolP256r1.verifies(certificate.point(), Digest::Sha256, &transcript, &signature));
}
