//! How long a receipt of two pages takes as a sheet and as a strip, and how much longer Chromium takes to print the same
//! content as a web page.
//!
//! * `paper.pdf_ms`, `paper.pdf_kb`, `paper.raster_ms`: medians of one receipt, rendered again and again.
//! * `paper.pdf_vs_chromium`: a Chromium that is started for the paper (`--headless --print-to-pdf`), in parts of
//!   `paper.pdf_ms`. Nobody keeps a browser of 400 MiB running for that.
//! * `paper.pdf_vs_warm_chromium`: what each further copy of the same content in the same file costs Chromium, in parts of
//!   `paper.pdf_ms`: without its start, with one set of fonts for all.
//!
//! Both PDFs are tagged and have their fonts in them; Chromium's is neither PDF/A nor PDF/UA.
#![allow(clippy::disallowed_methods)] // it measures
use crate::{Fault, median};
use catalogue::bundled;
use drivers_api::document::{Block, Document};
use drivers_api::language::Language;
use std::fmt::Write;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;
use townhall::robot::walk_as;

const PDF: &str = "paper.pdf_ms";

/// The figures' keys.
pub const KEYS: [&str; 5] = [
    PDF,
    "paper.pdf_kb",
    "paper.raster_ms",
    "paper.pdf_vs_chromium",
    "paper.pdf_vs_warm_chromium",
];

/// Of these services' receipts, the first of two pages.
const SERVICES: [&str; 4] = ["hundesteuer", "termin", "sperrmuell", "lob"];
const PAGES: usize = 2;
/// Visits of each service after which one of two pages must have come.
const VISITS: u64 = 20;
const RENDERS: usize = 31;
const PRINTS: usize = 5;
/// Further copies, so that their cost stands out of the noise of a start.
const COPIES: usize = 40;

/// Measures all of [`KEYS`] but those that need Chromium, where it isn't there.
///
/// # Errors
/// No receipt has two pages, one can't be rendered, or Chromium printed nothing.
pub fn measure(folder: &Path) -> Result<Vec<(&'static str, f64)>, Fault> {
    let receipt = receipt()?;
    let size = paper::pdf::render(&receipt)?.bytes.len() as f64 / 1000.0;
    let pdf = median_ms(|| Ok(paper::pdf::render(&receipt)?.pages))?;
    let raster = median_ms(|| Ok(paper::raster::render(&receipt)?.pieces.len()))?;
    let mut figures: Vec<_> = KEYS.into_iter().zip([pdf, size, raster]).collect();
    if let Ok(version) = Command::new("chromium").arg("--version").output()
        && version.status.success()
    {
        std::fs::create_dir_all(folder)?;
        let one = printing_ms(folder, &page(&receipt, 1)?)?;
        let many = printing_ms(folder, &page(&receipt, 1 + COPIES)?)?;
        figures.push((KEYS[3], one / pdf));
        figures.push((KEYS[4], (many - one) / COPIES as f64 / pdf));
    }
    Ok(figures)
}

fn receipt() -> Result<Document, Fault> {
    for (service, seed) in SERVICES
        .into_iter()
        .flat_map(|service| (0..VISITS).map(move |seed| (service, seed)))
    {
        let files = bundled::small(&[service]);
        let loaded = bundled::load(&files).map_err(|faults| format!("{:?}", faults.first()))?;
        let papers = walk_as(loaded.catalogue, service, seed, Language::German, false).papers;
        for document in papers {
            if paper::pdf::render(&document)?.pages == PAGES {
                return Ok(document);
            }
        }
    }
    Err(format!("no receipt has {PAGES} pages").into())
}

fn median_ms(mut render: impl FnMut() -> Result<usize, Fault>) -> Result<f64, Fault> {
    let mut times = Vec::new();
    for _ in 0..RENDERS {
        let began = Instant::now();
        std::hint::black_box(render()?);
        times.push(began.elapsed().as_secs_f64() * 1e3);
    }
    Ok(median(times))
}

/// Chromium from its start to its end, with a profile that it has used before.
fn printing_ms(folder: &Path, page: &str) -> Result<f64, Fault> {
    let (html, pdf) = (folder.join("receipt.html"), folder.join("chromium.pdf"));
    std::fs::write(&html, page)?;
    let mut times = Vec::new();
    for _ in 0..=PRINTS {
        // What it printed before must not pass for what it prints now.
        let _ = std::fs::remove_file(&pdf);
        let mut command = Command::new("chromium");
        command.args([
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-background-networking",
        ]);
        command.args([
            "--no-first-run",
            "--no-pdf-header-footer",
            "--allow-file-access-from-files",
        ]);
        command.arg(format!("--user-data-dir={}", folder.join("profile").display()));
        command.arg(format!("--print-to-pdf={}", pdf.display()));
        command.arg(format!("file://{}", html.canonicalize()?.display()));
        command.stdout(Stdio::null()).stderr(Stdio::null());
        let began = Instant::now();
        let ended = command.status()?;
        times.push(began.elapsed().as_secs_f64() * 1e3);
        if !ended.success() || !pdf.exists() {
            return Err("Chromium printed nothing".into());
        }
    }
    Ok(median(times.split_off(1)))
}

/// The document as a web page, so many times, each on pages of its own.
fn page(document: &Document, copies: usize) -> Result<String, Fault> {
    let fonts = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../kiosk-app/screens/src/theme/fonts");
    let fonts = fonts.canonicalize()?;
    let face = |weight: u32, file: &str| {
        let file = fonts.join(file);
        format!(
            "@font-face{{font-family:R;font-weight:{weight};src:url('file://{}')}}",
            file.display()
        )
    };
    let mut body = String::new();
    for _ in 0..copies {
        body.push_str("<article>");
        for block in &document.blocks {
            write_block(&mut body, block)?;
        }
        body.push_str("</article>");
    }
    Ok(format!(
        "<!doctype html><html lang=de><meta charset=utf-8><title>{}</title><style>{}{}{STYLE}</style>{body}</html>",
        document.title,
        face(400, REGULAR),
        face(600, SEMI_BOLD),
    ))
}

const REGULAR: &str = "SchalterSans-Regular.ttf";
const SEMI_BOLD: &str = "SchalterSans-SemiBold.ttf";
const STYLE: &str = "@page{size:A4;margin:20mm}body{font:11pt R}article{break-after:page}table{width:100%;border-collapse:collapse}th{text-align:left;width:30%;font-weight:400}td,th{border-bottom:1px solid #ccc;padding:4px}svg{width:30mm}";

fn write_block(page: &mut String, block: &Block) -> Result<(), Fault> {
    match block {
        Block::Heading { level, text } => write!(page, "<h{level}>{}</h{level}>", escaped(text.expose()))?,
        Block::Paragraph(text) | Block::Notice(text) => write!(page, "<p>{}</p>", escaped(text.expose()))?,
        Block::Table(rows) => {
            page.push_str("<table>");
            for row in rows {
                let (label, value) = (escaped(&row.label), escaped(row.value.expose()));
                write!(page, "<tr><th scope=row>{label}</th><td>{value}</td></tr>")?;
            }
            page.push_str("</table>");
        }
        Block::Fees(lines) => {
            page.push_str("<table>");
            for line in lines {
                let (label, amount) = (escaped(&line.label), escaped(line.amount.expose()));
                write!(page, "<tr><th scope=row>{label}</th><td>{amount}</td></tr>")?;
            }
            page.push_str("</table>");
        }
        Block::Code { label, text, qr, alt } => {
            let code = qr_svg(qr)?;
            let (label, text, alt) = (escaped(label), escaped(text), escaped(alt));
            write!(
                page,
                "<p>{label}</p><h2>{text}</h2><div role=img aria-label='{alt}'>{code}</div>"
            )?;
        }
        Block::Image { alt, .. } | Block::SignatureLine { label: alt } => write!(page, "<p>{}</p>", escaped(alt))?,
        Block::NewPage => page.push_str("<div style='break-after:page'></div>"),
    }
    Ok(())
}

/// As many squares as ours has.
fn qr_svg(payload: &str) -> Result<String, Fault> {
    let code = qrcode::QrCode::new(payload)?;
    let side = code.width();
    let mut squares = String::new();
    for (at, colour) in code.to_colors().into_iter().enumerate() {
        if colour == qrcode::Color::Dark {
            write!(squares, "M{} {}h1v1h-1z", at % side, at / side)?;
        }
    }
    Ok(format!("<svg viewBox='0 0 {side} {side}'><path d='{squares}'/></svg>"))
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('\'', "&#39;")
}
