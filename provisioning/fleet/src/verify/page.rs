//! The page on which anyone sees whether a paper is genuine: HTML without a script or anything from elsewhere, German
//! first, English below.
use super::words::{ENGLISH, GERMAN, Text, Words};
use crate::html::{Forms, escaped, policy};
use jiff::tz::TimeZone;
use std::sync::LazyLock;
use store::Receipt;
use wire::case_status::CaseState;

pub(super) const STYLE: &str = include_str!("style.css");

/// Longest typed text that is shown again.
const TYPED_CHARS_MAX: usize = 64;

pub(super) static POLICY: LazyLock<String> = LazyLock::new(|| policy(STYLE, Forms::Own));

/// What was found out.
#[derive(Clone, Copy, Debug)]
pub(super) enum Finding<'a> {
    /// Nothing was asked.
    Form,
    /// The receipt is known.
    Genuine(&'a Receipt),
    /// No receipt has that code.
    Unknown,
    /// What was typed is no code.
    Slip { typed: &'a str },
    /// Too many ask.
    Later,
    /// The store can't be asked.
    Away,
}

impl Finding<'_> {
    fn text<'w>(&self, words: &'w Words) -> &'w Text {
        match self {
            Self::Form => &words.form,
            Self::Genuine(receipt) if receipt.state == CaseState::Withdrawn => &words.withdrawn,
            Self::Genuine(_) => &words.genuine,
            Self::Unknown => &words.unknown,
            Self::Slip { .. } => &words.slip,
            Self::Later => &words.later,
            Self::Away => &words.away,
        }
    }

    /// Colour and mark; the heading says the same in words.
    fn looks(&self) -> (&'static str, &'static str) {
        match self {
            Self::Genuine(receipt) if receipt.state == CaseState::Withdrawn => ("warn", "!"),
            Self::Genuine(_) => ("good", "✓"),
            Self::Unknown | Self::Slip { .. } => ("warn", "!"),
            Self::Form | Self::Later | Self::Away => ("plain", ""),
        }
    }
}

/// The whole page; days are those of the zone.
pub(super) fn page(finding: Finding<'_>, zone: &TimeZone) -> String {
    let heading = finding.text(&GERMAN).heading;
    let told = told(finding, &GERMAN, "h1", zone);
    let below = match finding {
        Finding::Form | Finding::Unknown | Finding::Slip { .. } => form(finding),
        Finding::Genuine(_) | Finding::Later | Finding::Away => String::new(),
    };
    let english = self::told(finding, &ENGLISH, "h2", zone);
    format!(
        "<!doctype html>\n<html lang=\"{}\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"robots\" content=\"noindex\">\n<title>{heading}</title>\n<style>{STYLE}</style>\n</head>\n\
         <body>\n<main>\n<p class=\"other\"><a href=\"#en\" lang=\"en\" hreflang=\"en\">English</a></p>\n\
         {told}{below}<hr>\n<section id=\"en\" lang=\"{}\">\n{english}</section>\n</main>\n</body>\n</html>\n",
        GERMAN.lang, ENGLISH.lang
    )
}

/// What is told in one language.
fn told(finding: Finding<'_>, words: &Words, heading: &str, zone: &TimeZone) -> String {
    let text = finding.text(words);
    let (class, mark) = finding.looks();
    let mark = match mark {
        "" => String::new(),
        mark => format!("<span aria-hidden=\"true\">{mark}</span>"),
    };
    let mut html = format!(
        "<div class=\"told {class}\"><{heading}>{mark}<span>{}</span></{heading}>",
        text.heading
    );
    for paragraph in text.paragraphs {
        html += &format!("\n<p>{paragraph}</p>");
    }
    html += "</div>\n";
    match finding {
        Finding::Genuine(receipt) => {
            html += &facts(receipt, words, zone);
            html += &format!(
                "<p>{}</p>\n<p><a href=\"/verify\">{}</a></p>\n",
                words.limits, words.again
            );
        }
        Finding::Later | Finding::Away => {
            html += &format!("<p><a href=\"/verify\">{}</a></p>\n", words.again);
        }
        Finding::Form | Finding::Unknown | Finding::Slip { .. } => {}
    }
    html
}

fn facts(receipt: &Receipt, words: &Words, zone: &TimeZone) -> String {
    let [title, issuer, day, state] = words.labels;
    // Set apart: a name written from right to left moves nothing beside it.
    let quoted = |text: &str| format!("<bdi lang=\"de\">{}</bdi>", escaped(text));
    let rows = [
        (title, quoted(&receipt.title)),
        (issuer, quoted(&receipt.issuer)),
        (day, words.day(receipt.filed_at, zone)),
        (state, words.state(receipt.state).to_owned()),
    ];
    let mut html = "<dl>\n".to_owned();
    for (label, value) in rows {
        html += &format!("<dt>{label}</dt><dd>{value}</dd>\n");
    }
    html + "</dl>\n"
}

/// One field, in both languages.
fn form(finding: Finding<'_>) -> String {
    let (typed, wrong) = match finding {
        Finding::Slip { typed } => (typed, " aria-invalid=\"true\""),
        Finding::Form | Finding::Genuine(_) | Finding::Unknown | Finding::Later | Finding::Away => ("", ""),
    };
    let typed: String = typed.chars().take(TYPED_CHARS_MAX).collect();
    format!(
        "<form action=\"/verify\" method=\"get\" autocomplete=\"off\">\n\
         <label for=\"code\">Prüfcode <span lang=\"en\">(check code)</span></label>\n\
         <span class=\"hint\" id=\"hint\">16 Zeichen in vier Gruppen <span lang=\"en\">16 characters in four groups</span></span>\n\
         <input id=\"code\" name=\"code\" value=\"{}\" required maxlength=\"{TYPED_CHARS_MAX}\" autocapitalize=\"characters\" \
         autocomplete=\"off\" spellcheck=\"false\" aria-describedby=\"hint\"{wrong}>\n\
         <button>Prüfen <span lang=\"en\">(check)</span></button>\n</form>\n",
        escaped(&typed)
    )
}
