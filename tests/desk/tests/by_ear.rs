//! A whole visit by somebody who sees nothing: from plugging in the headset to the receipt's code, by five keys and the
//! number pad, deciding by what was heard alone.
#![allow(clippy::unwrap_used, reason = "a test may panic")]
use desk::by_ear::ByEar;
use drivers_api::voice::Audience;

#[test]
fn a_visit_with_the_screen_off() {
    let out = tempfile::tempdir().unwrap();
    let mut citizen = ByEar::start(out.path(), None).unwrap();
    let code = citizen.order_meldebescheinigung().unwrap();

    // The receipt that was printed has the code that was heard.
    let receipts = std::fs::read_dir(out.path().join("receipts")).unwrap();
    let pdf = receipts
        .map(|file| file.unwrap().path())
        .find(|path| path.extension().is_some_and(|ending| ending == "pdf"))
        .unwrap();
    let text = std::process::Command::new("pdftotext")
        .arg(pdf)
        .arg("-")
        .output()
        .unwrap();
    assert!(String::from_utf8(text.stdout).unwrap().contains(&code), "{code}");

    let heard = citizen.heard();
    let private = heard.iter().filter(|heard| heard.audience == Audience::Private);
    let private: String = private.map(|heard| heard.text.clone()).collect();
    for word in ["ERIKA", "MUSTERMANN", "12. August 1964", &code, "6 von 6 Ziffern"] {
        assert!(private.contains(word), "{word} was not heard:\n{}", citizen.transcript);
    }
    for public in heard.iter().filter(|heard| heard.audience == Audience::Public) {
        for word in ["ERIKA", "MUSTERMANN", "1964", "HEIDE", "Heide", &code] {
            assert!(!public.text.contains(word), "said to all: {}", public.text);
        }
    }
    for heard in &heard {
        assert!(
            !heard.text.contains(simulated::card::PIN),
            "the PIN was said: {}",
            heard.text
        );
        assert!(!heard.text.contains('·'), "{}", heard.text);
    }
}
