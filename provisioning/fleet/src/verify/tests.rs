use super::page::{Finding, STYLE, page};
use super::typed_in;
use jiff::tz::TimeZone;
use proptest::prelude::*;
use store::Receipt;
use wire::case_status::CaseState;

fn receipt(title: &str, issuer: &str, state: CaseState) -> Receipt {
    Receipt {
        title: title.into(),
        issuer: issuer.into(),
        filed_at: 1_795_305_600, // 2026-11-22T00:00:00Z
        state,
    }
}

fn html(finding: Finding<'_>) -> String {
    page(finding, &TimeZone::UTC)
}

#[test]
fn a_genuine_receipt_tells_four_things_in_two_languages() {
    let told = receipt("Meldebescheinigung", "Stadt Musterstadt", CaseState::InWork);
    let html = html(Finding::Genuine(&told));
    for words in [
        "<title>Dieser Beleg ist echt</title>",
        "<dt>Es geht um</dt><dd><bdi lang=\"de\">Meldebescheinigung</bdi></dd>",
        "<dt>Zuständig</dt><dd><bdi lang=\"de\">Stadt Musterstadt</bdi></dd>",
        "<dt>Eingereicht am</dt><dd>22. November 2026</dd>",
        "<dt>Stand</dt><dd>Der Antrag wird bearbeitet.</dd>",
        "<section id=\"en\" lang=\"en\">",
        "<dt>Filed on</dt><dd>22 November 2026</dd>",
    ] {
        assert!(html.contains(words), "{words}\n{html}");
    }
    assert_eq!(html.matches("<dt>").count(), 8);
    assert!(!html.contains("<form") && !html.contains("<script") && !html.contains("http"));
}

#[test]
fn a_stranger_learns_neither_the_decision_nor_what_is_missing() {
    let of = |state| html(Finding::Genuine(&receipt("T", "I", state)));
    assert_eq!(of(CaseState::Answered), of(CaseState::Rejected));
    assert_eq!(of(CaseState::InWork), of(CaseState::NeedsSomething));
    let withdrawn = of(CaseState::Withdrawn);
    assert!(withdrawn.contains("aber der Antrag wurde zurückgezogen") && withdrawn.contains("told warn"));
    assert!(of(CaseState::Received).contains("told good"));
}

#[test]
fn a_time_that_no_calendar_has_is_no_day() {
    let told = Receipt {
        filed_at: i64::MAX,
        ..receipt("T", "I", CaseState::Received)
    };
    assert!(html(Finding::Genuine(&told)).contains("<dt>Eingereicht am</dt><dd>?</dd>"));
}

/// Text in element or attribute: nothing in it opens or closes anything.
fn between<'h>(html: &'h str, start: &str, end: &str) -> &'h str {
    let after = html.split_once(start).unwrap().1;
    after.split_once(end).unwrap().0
}

#[test]
fn hostile_titles_are_text() {
    let hostile = "</bdi><script>alert(1)</script><img src=x onerror='alert(2)'>\"&amp;\u{202e}";
    let html = html(Finding::Genuine(&receipt(hostile, hostile, CaseState::Received)));
    assert!(!html.contains("<script") && !html.contains("<img"));
    let title = between(&html, "<dt>Es geht um</dt><dd><bdi lang=\"de\">", "</bdi>");
    assert_eq!(
        title,
        "&lt;/bdi&gt;&lt;script&gt;alert(1)&lt;/script&gt;&lt;img src=x onerror=&#39;alert(2)&#39;&gt;&quot;&amp;amp;\u{202e}"
    );
}

/// Relative luminance of a variable in `:root` (WCAG 2.2).
fn luminance(root: &str, name: &str) -> f64 {
    let hex = between(root, &format!("--{name}: #"), ";");
    let channel = |at: usize| {
        let digits = match hex.len() {
            3 => hex[at..=at].repeat(2),
            _ => hex[2 * at..2 * at + 2].to_owned(),
        };
        let value = f64::from(u8::from_str_radix(&digits, 16).unwrap()) / 255.0;
        match value <= 0.04045 {
            true => value / 12.92,
            false => ((value + 0.055) / 1.055).powf(2.4),
        }
    };
    0.2126 * channel(0) + 0.7152 * channel(1) + 0.0722 * channel(2)
}

#[test]
fn every_text_stands_out_by_seven_to_one_by_day_and_by_night() {
    let roots: Vec<&str> = STYLE.split(":root {").skip(1).collect();
    assert_eq!(roots.len(), 2);
    for root in roots {
        let pairs = [
            "text page",
            "link page",
            "page link",
            "good good-page",
            "warn warn-page",
            "plain plain-page",
        ];
        for (text, page) in pairs.map(|pair| pair.split_once(' ').unwrap()) {
            let (one, other) = (luminance(root, text), luminance(root, page));
            let contrast = (one.max(other) + 0.05) / (one.min(other) + 0.05);
            assert!(contrast >= 7.0, "{text} on {page}: {contrast}");
        }
    }
}

#[test]
fn what_was_typed_is_read_as_forms_write_it() {
    assert_eq!(typed_in("code=ABCD-0123").as_deref(), Some("ABCD-0123"));
    assert_eq!(
        typed_in("a=b&code=AB+CD%2d%E2%80%9301&code=x").as_deref(),
        Some("AB CD-–01")
    );
    assert_eq!(typed_in("code=%").as_deref(), Some("%"));
    assert_eq!(typed_in("code=%4").as_deref(), Some("%4"));
    assert_eq!(typed_in("code=%+f%zz%41").as_deref(), Some("% f%zzA"));
    assert_eq!(typed_in("code=%ff").as_deref(), Some("\u{fffd}"));
    assert_eq!(typed_in("code="), Some(String::new()));
    for none in ["", "code", "kode=1", &format!("code={}", "0".repeat(600))] {
        assert_eq!(typed_in(none), None, "{none}");
    }
}

proptest! {
    #[test]
    fn no_text_is_markup(text in "[ -~\u{0}-\u{ff}<>&\"']{0,120}") {
        let plain = html(Finding::Genuine(&receipt("", "", CaseState::Received)));
        let with = html(Finding::Genuine(&receipt(&text, &text, CaseState::Received)));
        for mark in ['<', '>', '"'] {
            prop_assert_eq!(with.matches(mark).count(), plain.matches(mark).count());
        }
        prop_assert!(!between(&with, "<dd><bdi lang=\"de\">", "</bdi>").contains(char::is_control));
        let plain = html(Finding::Slip { typed: "" });
        let with = html(Finding::Slip { typed: &text });
        for mark in ['<', '>', '"'] {
            prop_assert_eq!(with.matches(mark).count(), plain.matches(mark).count());
        }
        prop_assert!(between(&with, "value=\"", "\"").len() <= 6 * 64);
    }

    #[test]
    fn any_query_is_read(query in any::<String>(), bytes in proptest::collection::vec(any::<u8>(), 0..100)) {
        let _ = typed_in(&query);
        let written: String = bytes.iter().map(|byte| format!("%{byte:02X}")).collect();
        let read = typed_in(&format!("code={written}"));
        prop_assert_eq!(read, Some(String::from_utf8_lossy(&bytes).into_owned()));
    }
}
