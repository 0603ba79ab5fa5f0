//! The terminal's files together: certificate, document verifier, link, description and sector, changed in one place.
//! The input is a record of [`eid_fuzz::mischief`] for each of them.
#![no_main]
use apdu_fuzz::within;
use eid::{CertificateFiles, TerminalCertificates};
use eid_fuzz::mischief::{Layer, Mischief};
use eid_fuzz::world::{TODAY, world};

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let issued = &world().issued;
    let mut mischief = Mischief::new(bytes);
    let link = world().pki.cvca_certificate();
    let right = [
        &issued.chain[1],
        &issued.chain[0],
        &issued.description,
        &issued.blocklist_sector,
        &issued.sector,
    ];
    let files = right.map(|file| {
        let said = mischief.applied(Layer::Said, file.clone());
        mischief.applied(Layer::Sent, said)
    });
    let link = mischief.applied(Layer::Sent, link.to_vec());
    let [terminal, document_verifier, description, blocklist_sector, sector] = &files;
    let links = [link.as_slice()];
    let files = CertificateFiles {
        terminal,
        document_verifier,
        links: &links,
        description,
        blocklist_sector,
        pseudonym_sector: Some(sector),
    };
    let read = within(64 * bytes.len() + (1 << 20), || TerminalCertificates::new(&files));
    let Ok(read) = read else { return };
    assert_eq!(
        description, &issued.description,
        "another text than the certificate names"
    );
    assert_eq!(read.terminal().authority(), read.document_verifier().holder());
    let (current, previous) = (read.document_verifier().authority(), read.terminal().holder());
    for path in [read.path_for(current, Some(previous)), read.path_for(previous, None)]
        .into_iter()
        .flatten()
    {
        assert!((2..=3).contains(&path.len()));
    }
    let provider = read.provider();
    assert!(provider.valid_from <= provider.valid_until);
    let _ = read.valid_on(TODAY);
});
