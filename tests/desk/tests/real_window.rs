//! A whole visit in a real window, by the pointer of an X server (`OUT=folder` keeps its pictures).
#![allow(clippy::unwrap_used, reason = "a test may panic")]
use std::path::{Path, PathBuf};

#[test]
fn a_visit_by_the_pointer_of_an_x_server() {
    let folder = tempfile::tempdir().unwrap();
    let out = std::env::var_os("OUT").map_or_else(|| folder.path().to_owned(), PathBuf::from);
    desk::real_window::order_meldebescheinigung(Path::new(env!("CARGO_BIN_EXE_window")), &out).unwrap();
    let papers = std::fs::read_dir(&out).unwrap().map(|entry| entry.unwrap().path());
    let papers = papers.filter(|path| path.extension().is_some_and(|extension| extension == "pdf"));
    assert_eq!(papers.count(), 1, "one receipt");
    let mut outbox = outbox::Outbox::open(out.join("outbox.db")).unwrap();
    assert_eq!(
        outbox.counts().unwrap().waiting,
        1,
        "one case, sealed, waits for the line"
    );
    let pictures: Vec<_> = std::fs::read_dir(out.join("window")).unwrap().collect();
    assert!(pictures.len() >= 10, "{} pages were kept", pictures.len());
}
