//! Tokens of SoftHSM (Debian packages `softhsm2`, `opensc`). SoftHSM reads its configuration from the environment of the
//! process, and a process can't change its own environment safely: each test runs once more, as a child.
use signer::curve::Curve;
use signer::pkcs11::{Pkcs11Config, Pkcs11Signer};
use std::env;
use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

const FOLDER: &str = "SIGNER_TEST_FOLDER";

/// Runs `body` in a process of its own with a fresh token. `name` is the test's name.
pub fn with_token(name: &str, body: impl FnOnce(&Token)) {
    if let Some(folder) = env::var_os(FOLDER) {
        return body(&Token { folder: folder.into() });
    }
    let folder = tempfile::tempdir().unwrap();
    let token = Token {
        folder: folder.path().to_owned(),
    };
    fs::create_dir(token.objects()).unwrap();
    let configuration = format!(
        "directories.tokendir = {}\nobjectstore.backend = file\n",
        token.objects().display()
    );
    fs::write(token.configuration(), configuration).unwrap();
    token.make("Rathaus", "123456");
    token.write_pin("123456\n");
    let mut child = Command::new(env::current_exe().unwrap());
    child.args([name, "--exact", "--nocapture", "--test-threads=1"]);
    let child = child
        .env(FOLDER, folder.path())
        .env("SOFTHSM2_CONF", token.configuration())
        .output()
        .unwrap();
    let told = [child.stdout, child.stderr].concat();
    let told = String::from_utf8_lossy(&told);
    assert!(child.status.success(), "{told}");
    assert!(told.contains("1 passed"), "the child ran nothing: {told}");
}

/// A folder with tokens.
pub struct Token {
    folder: PathBuf,
}

impl Token {
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    pub fn objects(&self) -> PathBuf {
        self.folder.join("tokens")
    }

    fn configuration(&self) -> PathBuf {
        self.folder.join("softhsm2.conf")
    }

    pub fn pin_file(&self) -> PathBuf {
        self.folder.join("pin")
    }

    pub fn write_pin(&self, pin: &str) {
        fs::write(self.pin_file(), pin).unwrap();
        fs::set_permissions(self.pin_file(), Permissions::from_mode(0o600)).unwrap();
    }

    /// Makes one more token.
    pub fn make(&self, label: &str, pin: &str) {
        let mut tool = Command::new("softhsm2-util");
        tool.args([
            "--init-token",
            "--free",
            "--label",
            label,
            "--so-pin",
            "87654321",
            "--pin",
            pin,
        ]);
        let made = tool.env("SOFTHSM2_CONF", self.configuration()).output();
        let made = made.expect("softhsm2-util of the Debian package softhsm2");
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    }

    pub fn config(&self) -> Pkcs11Config {
        Pkcs11Config {
            module: module(),
            token_label: "Rathaus".to_owned(),
            token_serial: None,
            pin_file: self.pin_file(),
        }
    }

    pub fn signer(&self) -> Pkcs11Signer {
        Pkcs11Signer::new(self.config())
    }
}

/// The library of the Debian package.
pub fn module() -> PathBuf {
    let paths = [
        "/usr/lib/softhsm/libsofthsm2.so",
        "/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so",
    ];
    paths
        .into_iter()
        .map(PathBuf::from)
        .find(|path| path.exists())
        .expect("the Debian package softhsm2")
}

/// Runs a program in the folder and gives what it printed; fails with what it said.
pub fn run(folder: &Path, program: &str, arguments: &[&str]) -> Vec<u8> {
    let run = Command::new(program)
        .args(arguments)
        .current_dir(folder)
        .output()
        .unwrap();
    let told = String::from_utf8_lossy(&run.stderr);
    assert!(
        run.status.success(),
        "{program} {arguments:?}: {told}{}",
        String::from_utf8_lossy(&run.stdout)
    );
    run.stdout
}

/// Fails unless OpenSSL takes the plain signature over `message` by the key with that point.
pub fn openssl_verifies(folder: &Path, curve: Curve, point: &[u8], message: &[u8], signature: &[u8]) {
    let (name, digest) = match curve {
        Curve::BrainpoolP256r1 => ("brainpoolP256r1", "-sha256"),
        Curve::BrainpoolP384r1 => ("brainpoolP384r1", "-sha384"),
    };
    let (r, s) = signature.split_at(curve.field_bytes());
    let hex = |bytes: &[u8]| hex::encode(bytes);
    let asn1 = format!(
        "[default]\nasn1=SEQUENCE:signature\n[signature]\nr=INTEGER:0x{}\ns=INTEGER:0x{}\n\
         [spki]\nalgorithm=SEQUENCE:algorithm\nkey=FORMAT:HEX,BITSTRING:{}\n\
         [algorithm]\nid=OID:id-ecPublicKey\ncurve=OID:{name}\n",
        hex(r),
        hex(s),
        hex(point)
    );
    fs::write(folder.join("signature.cnf"), &asn1).unwrap();
    fs::write(
        folder.join("key.cnf"),
        asn1.replace("SEQUENCE:signature", "SEQUENCE:spki"),
    )
    .unwrap();
    fs::write(folder.join("message"), message).unwrap();
    run(
        folder,
        "openssl",
        &[
            "asn1parse",
            "-genconf",
            "signature.cnf",
            "-noout",
            "-out",
            "signature.der",
        ],
    );
    run(
        folder,
        "openssl",
        &["asn1parse", "-genconf", "key.cnf", "-noout", "-out", "key.der"],
    );
    run(
        folder,
        "openssl",
        &["pkey", "-pubin", "-inform", "DER", "-in", "key.der", "-out", "key.pem"],
    );
    let verify = [
        "dgst",
        digest,
        "-verify",
        "key.pem",
        "-signature",
        "signature.der",
        "message",
    ];
    assert_eq!(run(folder, "openssl", &verify), b"Verified OK\n");
}
