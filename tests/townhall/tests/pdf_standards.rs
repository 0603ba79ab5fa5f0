//! What every service prints, in every language, as a sheet: veraPDF, which nobody here wrote, finds PDF/A-2a (ISO 19005-2)
//! and PDF/UA-1 (ISO 14289-1) kept; `zbarimg` reads every code on it.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test's helpers may panic, too")]
mod common;
use catalogue::{Catalogue, Finish, bundled};
use common::load;
use drivers_api::document::{Block, Document};
use drivers_api::language::Language;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;
use townhall::robot::walk_as;

/// Which of the robot's visits: with it, every service that files prints its receipt.
const SEED: u64 = 3;

fn write(folder: &Path, name: &str, document: &Document) -> PathBuf {
    let pdf = paper::pdf::render(document).unwrap_or_else(|error| panic!("{name}: {error}"));
    assert_eq!(pdf.substituted, 0, "{name} lacks letters");
    let file = folder.join(name);
    std::fs::write(&file, &*pdf.bytes).unwrap();
    file
}

/// What veraPDF says of each file, by file and standard.
fn verdicts(files: &[PathBuf]) -> Vec<String> {
    let script = Path::new(&std::env::var("CARGO_MANIFEST_DIR").unwrap()).join("../peers/pdf/validate.sh");
    let output = Command::new(script)
        .arg(Path::new(env!("CARGO_TARGET_TMPDIR")).join("verapdf"))
        .arg("2a,ua1")
        .args(files)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "veraPDF failed: {said}");
    let lines = String::from_utf8(output.stdout).unwrap();
    lines.lines().map(str::to_owned).collect()
}

/// The payloads of the codes on a sheet, as a reader of codes sees them.
fn codes_seen(file: &Path) -> BTreeSet<String> {
    let pages = file.with_extension("");
    let drawn = Command::new("pdftoppm")
        .args(["-r", "150", "-gray"])
        .arg(file)
        .arg(&pages)
        .status();
    assert!(drawn.unwrap().success());
    let folder = file.parent().unwrap();
    let stem = format!("{}-", pages.file_name().unwrap().to_string_lossy());
    let mut seen = BTreeSet::new();
    for page in std::fs::read_dir(folder).unwrap() {
        let page = page.unwrap().path();
        let name = page.file_name().unwrap().to_string_lossy().into_owned();
        if name.starts_with(&stem) && name.ends_with(".pgm") {
            let read = Command::new("zbarimg")
                .args(["--quiet", "--raw"])
                .arg(&page)
                .output()
                .unwrap();
            let text = String::from_utf8(read.stdout).unwrap();
            seen.extend(text.lines().map(str::to_owned));
        }
    }
    seen
}

fn codes_of(document: &Document) -> BTreeSet<String> {
    let codes = document.blocks.iter().filter_map(|block| match block {
        Block::Code { qr, .. } => Some(qr.clone()),
        Block::Heading { .. }
        | Block::Paragraph(_)
        | Block::Notice(_)
        | Block::Table(_)
        | Block::Fees(_)
        | Block::Image { .. }
        | Block::SignatureLine { .. }
        | Block::NewPage => None,
    });
    codes.collect()
}

#[test]
fn every_paper_keeps_the_standards_in_every_language() {
    let folder = tempfile::tempdir().unwrap();
    let all = Catalogue::load(&bundled::files()).unwrap();
    let mut files = Vec::new();
    for service in all.catalogue.services() {
        let id = service.id().as_str();
        for language in Language::ALL {
            let papers = walk_as(load(id), id, SEED, language, false).papers;
            assert!(
                !papers.is_empty() || service.finish() == Finish::Show,
                "{id} printed nothing"
            );
            for (number, paper) in papers.iter().enumerate() {
                let name = format!("{id}.{}.{number}.pdf", language.tag());
                let file = write(folder.path(), &name, paper);
                if service.finish().files() && language == Language::German {
                    let codes = codes_of(paper);
                    assert!(codes.len() >= 2, "{id}: the case code and the check code");
                    assert_eq!(codes_seen(&file), codes, "{id}");
                }
                files.push(file);
            }
        }
    }
    assert!(files.len() >= 15 * Language::ALL.len(), "{} papers", files.len());
    let verdicts = verdicts(&files);
    assert_eq!(verdicts.len(), 2 * files.len());
    for verdict in &verdicts {
        assert!(verdict.ends_with(" ok"), "{verdict}");
    }
}

/// The test must be able to fail.
#[test]
fn a_paper_that_only_says_so_is_found_out() {
    let folder = tempfile::tempdir().unwrap();
    let papers = walk_as(load("lob"), "lob", SEED, Language::German, false).papers;
    let file = write(folder.path(), "lob.pdf", papers.first().expect("a receipt"));
    let bytes = std::fs::read(&file).unwrap();
    let tagged = b"/MarkInfo";
    let at = bytes
        .windows(tagged.len())
        .position(|window| window == tagged)
        .expect("tagged");
    let mut broken = bytes;
    broken[at + 1] = b'X';
    std::fs::write(&file, broken).unwrap();
    let verdicts = verdicts(&[file]);
    assert!(
        verdicts.iter().all(|verdict| verdict.contains(" broken ")),
        "{verdicts:?}"
    );
}
