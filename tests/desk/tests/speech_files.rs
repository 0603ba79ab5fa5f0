//! What the first screens say, as sound: every speech gives a WAV file as long as its text lets expect.
#![allow(clippy::unwrap_used, reason = "a test may panic")]
use desk::by_ear::ByEar;
use slint::platform::Key;

/// Bytes a second of the files: 22,050 samples of two bytes.
const BYTES_PER_S: f64 = 44_100.0;

#[test]
fn every_speech_is_a_sound_of_plausible_length() {
    let out = tempfile::tempdir().unwrap();
    let speech = out.path().join("speech");
    let mut citizen = ByEar::start(out.path(), Some(speech.clone())).unwrap();
    citizen.plug();
    citizen.hear("Wählen Sie Ihre Sprache").unwrap();
    citizen.go_to("Türkçe").unwrap();
    citizen.go_to("Deutsch.").unwrap();
    citizen.press(Key::Return).unwrap();
    citizen.hear("Was möchten Sie erledigen?").unwrap();
    citizen.go_to("Meldebescheinigung.").unwrap();
    let heard = citizen.heard();
    assert!(heard.len() > 6);
    let turkish = heard.iter().find(|heard| heard.text.starts_with("Türkçe")).unwrap();
    assert_eq!(turkish.languages.first(), Some(&"tr"), "each language by its own voice");
    let mut files = 0;
    for (at, heard) in heard.iter().enumerate() {
        let file = speech.join(format!("headset-{}.wav", at + 1));
        let bytes = std::fs::metadata(&file)
            .unwrap_or_else(|error| panic!("{}: {error}", file.display()))
            .len();
        let seconds = bytes as f64 / BYTES_PER_S;
        // A slow reader says 8 characters a second, a fast one 25; pauses and numbers come on top.
        let characters = heard.text.chars().count() as f64;
        assert!(seconds > characters / 30.0, "{seconds} s for “{}”", heard.text);
        assert!(seconds < 3.0 + characters / 4.0, "{seconds} s for “{}”", heard.text);
        files += 1;
    }
    assert_eq!(files, heard.len());
    assert!(!citizen.starts.is_empty(), "the time to the first sound is measured");
}
