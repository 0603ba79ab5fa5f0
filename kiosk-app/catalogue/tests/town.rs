//! What a town says of itself beside its services: when it is open, and its crest, from files that anybody may have put
//! there.
#![allow(clippy::unwrap_used, reason = "a test says so by failing")]
mod common;
use catalogue::{Catalogue, CrestKind, Edition, Loaded, SourceFile, Stretch, bundled, changes, crest_file};
use jiff::civil::date;
use proptest::prelude::*;

const OPENING: &str = "
[opening]
week = { mo = \"08:00-12:00, 14:00-18:00\", do = \"8:00-12:00\" }
phone = \"0221 123456\"
note = \"Nur mit Termin\"

[[opening.except]]
day = \"2026-12-24\"
hours = \"08:00-10:00\"
why = \"Heiligabend\"

[[opening.except]]
from = \"2026-12-25\"
until = \"2027-01-01\"
";

/// The town with this below its name, and with this at the end of its file.
fn files(head: &str, end: &str) -> Vec<SourceFile> {
    let mut files = bundled::small(&["lob"]);
    let file = files.iter_mut().find(|file| file.path == "town.toml").unwrap();
    let own = file.text.split("\n[opening]").next().unwrap();
    file.text = format!(
        "{}\n{end}",
        own.replacen("format = 1", &format!("format = 1\n{head}"), 1)
    );
    files
}

fn town(head: &str, end: &str) -> Loaded {
    match Catalogue::load(&files(head, end)) {
        Ok(loaded) => loaded,
        Err(faults) => panic!("{faults:#?}"),
    }
}

#[test]
fn opening_times_are_read() {
    let loaded = town("", OPENING);
    assert!(loaded.faults.is_empty(), "{:#?}", loaded.faults);
    let opening = loaded.catalogue.town().opening().unwrap();
    let stretch = |from: u16, until: u16| Stretch {
        from: from * 60,
        until: until * 60,
    };
    assert_eq!(opening.week[0], [stretch(8, 12), stretch(14, 18)]);
    assert_eq!(opening.week[3], [stretch(8, 12)]);
    assert!([1, 2, 4, 5, 6].iter().all(|day| opening.week[*day].is_empty()));
    let [eve, holidays] = &opening.exceptions[..] else {
        panic!("{opening:?}")
    };
    assert_eq!((eve.from, eve.until), (date(2026, 12, 24), date(2026, 12, 24)));
    assert_eq!(eve.hours, [stretch(8, 10)]);
    assert_eq!(holidays.until, date(2027, 1, 1));
    assert!(holidays.hours.is_empty() && holidays.why.is_empty());
    assert_eq!(
        (opening.phone.as_str(), opening.note.as_str()),
        ("0221 123456", "Nur mit Termin")
    );
    assert_eq!(town("", "").catalogue.town().opening(), None);
}

#[test]
fn mistakes_in_opening_times_are_told_with_their_line() {
    for (from, to, line, what) in [
        (
            "do = \"8:00-12:00\"",
            "do = \"8-12\"",
            2,
            "`8-12` is no time of opening",
        ),
        ("14:00-18:00", "11:00-18:00", 2, "lie in one another"),
        ("do =", "donnerstag =", 2, "`donnerstag` means nothing"),
        ("phone =", "fon =", 3, "`fon` means nothing"),
        (
            "note = \"Nur mit Termin\"",
            "note = \"\"\"a\nb\"\"\"",
            4,
            "longer than a line",
        ),
        ("day = \"2026-12-24\"", "", 6, "on which days"),
        (
            "day = \"2026-12-24\"",
            "day = \"24.12.2026\"",
            7,
            "`24.12.2026` is no day",
        ),
        ("until = \"2027-01-01\"", "until = \"2026-01-01\"", 11, "on which days"),
        (
            "week = { mo = \"08:00-12:00, 14:00-18:00\", do = \"8:00-12:00\" }",
            "",
            1,
            "`week` is missing",
        ),
        (
            "mo = \"08:00-12:00, 14:00-18:00\", do = \"8:00-12:00\"",
            "",
            2,
            "never open",
        ),
    ] {
        assert!(OPENING.contains(from), "{from}");
        let mut files = bundled::small(&["lob"]);
        let file = files.iter_mut().find(|file| file.path == "town.toml").unwrap();
        let own = file.text.split("\n[opening]").next().unwrap().trim_end().to_owned();
        let before = own.lines().count();
        file.text = format!("{own}{}", OPENING.replacen(from, to, 1));
        let faults = Catalogue::load(&files).unwrap_err();
        let hit = faults.iter().find(|fault| fault.what.contains(what));
        let hit = hit.unwrap_or_else(|| panic!("{what}: {faults:#?}"));
        assert_eq!(
            (hit.path.as_str(), hit.line),
            ("town.toml", Some(before + line)),
            "{what}"
        );
    }
}

#[test]
fn a_reviewer_is_told_what_is_otherwise() {
    let after = OPENING
        .replace("do = \"8:00-12:00\"", "do = \"08:00-13:00\"")
        .replace("Nur mit Termin", "Ohne Termin")
        .replace("2027-01-01", "2027-01-03");
    let told = |before: &str, after: &str| {
        let (before, after) = (files("", before), files("", after));
        changes(
            &Edition::of_folder(&before, |_| true),
            &Edition::of_folder(&after, |_| true),
        )
    };
    let lines = told(OPENING, &after);
    for what in ["08:00-13:00", "Ohne Termin", "2027-01-03"] {
        let mut of = lines
            .iter()
            .filter(|line| line.starts_with("town: ") && line.contains(what));
        assert!(of.next().is_some() && of.next().is_none(), "{what}: {lines:#?}");
    }
    assert!(!told("", OPENING).is_empty());
    assert_eq!(told(OPENING, OPENING), [""; 0]);
}

const SHIELD: &str = "<svg xmlns=\"http://www.w3.org/2000/svg\" xmlns:xlink=\"http://www.w3.org/1999/xlink\" \
     viewBox=\"0 0 100 120\"><defs><linearGradient id=\"g\"><stop offset=\"0\" stop-color=\"#c00\"/></linearGradient>\
     <clipPath id=\"c\"><rect width=\"100\" height=\"60\"/></clipPath><style>.a{fill:#fff}</style></defs>\
     <path clip-path=\"url(#c)\" style=\"fill:url(#g)\" d=\"M0 0h100v70q0 40-50 50q-50-10-50-50z\"/>\
     <circle class=\"a\" cx=\"50\" cy=\"50\" r=\"20\"/></svg>";

fn png(width: u32, height: u32) -> Vec<u8> {
    let mut bytes = b"\x89PNG\r\n\x1a\n".to_vec();
    let mut chunk = |kind: &[u8; 4], data: &[u8]| {
        bytes.extend_from_slice(&u32::try_from(data.len()).unwrap().to_be_bytes());
        bytes.extend_from_slice(kind);
        bytes.extend_from_slice(data);
        bytes.extend_from_slice(&[0; 4]);
    };
    let head = [&width.to_be_bytes()[..], &height.to_be_bytes(), &[8, 6, 0, 0, 0]].concat();
    chunk(b"IHDR", &head);
    chunk(b"IDAT", &[1, 2, 3]);
    chunk(b"IEND", &[]);
    bytes
}

/// The faults with such a crest.
fn dressed(name: &str, bytes: &[u8]) -> Loaded {
    let mut loaded = town("", "");
    loaded.dress(name, bytes);
    assert_eq!(loaded.catalogue.town().crest().is_none(), !loaded.faults.is_empty());
    loaded
}

#[test]
fn a_crest_is_a_drawing_or_a_picture() {
    let loaded = dressed("wappen.svg", SHIELD.as_bytes());
    assert!(loaded.faults.is_empty(), "{:?}", loaded.faults);
    let crest = loaded.catalogue.town().crest().unwrap();
    assert_eq!((crest.kind(), crest.bytes()), (CrestKind::Svg, SHIELD.as_bytes()));
    let picture = dressed("wappen.png", &png(512, 600));
    assert!(picture.faults.is_empty(), "{:?}", picture.faults);
    assert_eq!(picture.catalogue.town().crest().unwrap().kind(), CrestKind::Png);
    assert!(crest.to_string().starts_with("wappen.svg ("));
    let other = dressed("wappen.svg", SHIELD.replace("#c00", "#0c0").as_bytes());
    let other = other.catalogue.town().crest().unwrap();
    assert_ne!(crest.to_string(), other.to_string(), "same name and length");
    let name = |line: &str| {
        let mut files = bundled::small(&["lob"]);
        let file = files.iter_mut().find(|file| file.path == "town.toml").unwrap();
        file.text = file.text.replacen("format = 1", &format!("format = 1\n{line}"), 1);
        (crest_file(&files), Catalogue::load(&files).is_ok())
    };
    assert_eq!(name(""), (None, true));
    assert_eq!(name("crest = \"wappen.svg\""), (Some("wappen.svg".to_owned()), true));
    for wrong in [
        "../wappen.svg",
        "/etc/passwd",
        "wappen.gif",
        ".svg",
        "Wappen.svg",
        "a/b.png",
        &"x".repeat(70),
    ] {
        assert_eq!(name(&format!("crest = {wrong:?}")), (None, false), "{wrong}");
    }
}

#[test]
fn a_crest_asks_for_nothing_and_stays_small() {
    let inside = |text: &str| SHIELD.replacen("<circle", &format!("{text}<circle"), 1);
    let deep = format!("{}{}", "<g>".repeat(40), "</g>".repeat(40));
    let nested = "<clipPath id=\"d\"><rect clip-path=\"url(#c)\" width=\"9\" height=\"9\"/></clipPath>";
    for (svg, what) in [
        (inside("<image href=\"file:///etc/passwd\"/>"), "holds <image>"),
        (inside("<script>alert(1)</script>"), "holds <script>"),
        (inside("<use xlink:href=\"#c\"/>"), "holds <use>"),
        (inside("<text>Köln</text>"), "holds <text>"),
        (inside("<foreignObject/>"), "holds <foreignObject>"),
        (inside("<filter id=\"f\"/>"), "holds <filter>"),
        (inside("<linearGradient xlink:href=\"http://h/x#g\"/>"), "with `href`"),
        (inside("<g onclick=\"x()\"/>"), "with `onclick`"),
        (inside("<g fill=\"url(http://h/)\"/>"), "with `fill`"),
        (inside("<g style=\"fill:\\75rl(x)\"/>"), "with `style`"),
        (inside("<style>@import url(#a);</style>"), "more than colours"),
        (inside(nested), "cuts out"),
        (inside(&deep), "in one another"),
        (inside(&"<g/>".repeat(6_000)), "no XML"),
        (format!("<!DOCTYPE svg [<!ENTITY a \"b\">]>{SHIELD}"), "no XML"),
        (SHIELD.replace("viewBox=\"0 0 100 120\"", ""), "neither viewBox"),
        (SHIELD.replace("0 0 100 120", "0 0 100 1200"), "too long or too high"),
        (SHIELD.replace("0 0 100 120", "0 0 nan 0"), "too long or too high"),
        (SHIELD.replace("2000/svg", "2000/svh"), "is no SVG"),
        ("<html/>".to_owned(), "is no SVG"),
        (" ".repeat(catalogue::CREST_BYTES_MAX + 1), "more than 262144"),
    ] {
        let faults = dressed("wappen.svg", svg.as_bytes()).faults;
        assert!(
            faults[0].what.contains(what) && faults[0].path == "wappen.svg",
            "{what}: {faults:?}"
        );
    }
    let whole = png(512, 512);
    let mut longer = whole.clone();
    longer.push(0);
    let moving = [&whole[..33], &[0, 0, 0, 0], b"acTL", &[0; 4], &whole[33..]].concat();
    for (bytes, what) in [
        (png(63, 512), "63 × 512 pixels"),
        (png(60_000, 60_000), "pixels, outside"),
        (png(1024, 64), "too long or too high"),
        (whole[..whole.len() - 1].to_vec(), "cut off"),
        (longer, "behind its end"),
        (moving, "moves"),
        (whole[..33].to_vec(), "cut off"),
        (SHIELD.as_bytes().to_vec(), "is no PNG"),
        (Vec::new(), "is no PNG"),
    ] {
        let faults = dressed("wappen.png", &bytes).faults;
        assert!(faults[0].what.contains(what), "{what}: {faults:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn any_bytes_as_crest(bytes in prop::collection::vec(any::<u8>(), 0..300), at in 0..400_usize, svg in "(<(svg|g|path|style|/svg|/g)( [a-z]{1,4}=\"[^<&\"]{0,9}\")?/?>){0,20}") {
        for (name, content) in [("a.png", &bytes[..]), ("a.svg", &bytes[..]), ("a.svg", svg.as_bytes())] {
            dressed(name, content);
        }
        let mut cut = png(100, 100);
        let at = at % cut.len();
        cut[at] ^= 0x5a;
        dressed("a.png", &cut);
        dressed("a.svg", &SHIELD.as_bytes()[..at]);
    }

    #[test]
    fn any_text_as_opening(text in "\\PC{0,80}|[a-z=\"{}\\[\\], \n.0-9:-]{0,200}") {
        let mut files = bundled::small(&["lob"]);
        let file = files.iter_mut().find(|file| file.path == "town.toml").unwrap();
        let own = file.text.split("\n[opening]").next().unwrap();
        file.text = format!("{own}\n[opening]\n{text}");
        if let Ok(loaded) = Catalogue::load(&files) {
            let opening = loaded.catalogue.town().opening().unwrap();
            prop_assert!(opening.week.iter().any(|day| !day.is_empty()));
        }
    }
}
