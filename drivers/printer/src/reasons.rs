//! What a printer says of its troubles, in our words.
//!
//! Keywords of `printer-state-reasons` (RFC 8011 §5.4.12, PWG 5100.9) carry `-report`, `-warning` or `-error`. The suffix
//! doesn't tell whether paper will come out: CUPS's printer reports an empty tray as `media-empty-report` when idle.
//! So a printer with a second, empty tray counts as out of paper until that tray is filled or switched off: a clerk is
//! called once too often rather than a citizen left without a receipt.
use drivers_api::print::PrintTrouble;

/// The trouble that a list of `printer-state-reasons` amounts to; the one a citizen can mend first.
pub(crate) fn trouble<'a>(reasons: impl IntoIterator<Item = &'a str>) -> Option<PrintTrouble> {
    reasons.into_iter().filter_map(one).min_by_key(|&trouble| rank(trouble))
}

/// Whether one of them says that paper is nearly at its end.
pub(crate) fn is_paper_low<'a>(reasons: impl IntoIterator<Item = &'a str>) -> bool {
    let keyword = |reason: &str| reason.starts_with("media-low");
    reasons.into_iter().any(keyword)
}

fn one(reason: &str) -> Option<PrintTrouble> {
    let (keyword, is_error) = match reason.rsplit_once('-') {
        Some((keyword, "error")) => (keyword, true),
        Some((keyword, "report" | "warning")) => (keyword, false),
        _ => (reason, false),
    };
    match keyword {
        "media-empty" | "media-needed" | "input-tray-missing" => Some(PrintTrouble::PaperEmpty),
        "media-jam" => Some(PrintTrouble::PaperJam),
        "cover-open" | "door-open" | "interlock-open" => Some(PrintTrouble::CoverOpen),
        "toner-empty" | "marker-supply-empty" => Some(PrintTrouble::TonerEmpty),
        "shutdown" | "timed-out" | "connecting-to-device" => Some(PrintTrouble::Offline),
        "paused" | "moving-to-paused" | "stopped-partly" | "stopping" => Some(PrintTrouble::Other),
        "none" => None,
        _ if is_error => Some(PrintTrouble::Other),
        _ => None,
    }
}

fn rank(trouble: PrintTrouble) -> u8 {
    match trouble {
        PrintTrouble::PaperJam => 0,
        PrintTrouble::CoverOpen => 1,
        PrintTrouble::PaperEmpty => 2,
        PrintTrouble::TonerEmpty => 3,
        PrintTrouble::Offline => 4,
        PrintTrouble::Busy => 5,
        PrintTrouble::Other => 6,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn suffixes_are_stripped() {
        for suffix in ["", "-report", "-warning", "-error"] {
            assert_eq!(
                trouble([format!("media-empty{suffix}").as_str()]),
                Some(PrintTrouble::PaperEmpty)
            );
            assert_eq!(
                trouble([format!("media-jam{suffix}").as_str()]),
                Some(PrintTrouble::PaperJam)
            );
            assert_eq!(
                trouble([format!("marker-supply-empty{suffix}").as_str()]),
                Some(PrintTrouble::TonerEmpty)
            );
            assert_eq!(
                trouble([format!("door-open{suffix}").as_str()]),
                Some(PrintTrouble::CoverOpen)
            );
        }
    }

    #[test]
    fn warnings_that_stop_nothing_are_no_trouble() {
        assert_eq!(trouble(["none"]), None);
        assert_eq!(
            trouble(["toner-low-warning", "media-low-report", "spool-area-full-report"]),
            None
        );
        assert!(is_paper_low(["none", "media-low-report"]) && !is_paper_low(["media-empty", "toner-low"]));
        assert_eq!(trouble(["fuser-over-temp-error"]), Some(PrintTrouble::Other));
        assert_eq!(
            trouble(["media-empty-error", "media-jam-error"]),
            Some(PrintTrouble::PaperJam)
        );
    }

    proptest! {
        #[test]
        fn any_text_is_taken(reasons in proptest::collection::vec(".{0,40}", 0..5)) {
            let _ = trouble(reasons.iter().map(String::as_str));
        }
    }
}
