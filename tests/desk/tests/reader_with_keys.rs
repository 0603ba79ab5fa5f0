//! A visit at a reader with keys of its own: the secret is typed there, after a first time that the citizen has broken off.
//! One test: Slint's platform is set once per process.
#![allow(clippy::unwrap_used, reason = "a test may panic, and so may what it calls")]
use desk::headless::Player;

#[test]
fn what_is_on_the_card_is_seen_with_the_pin_typed_on_the_reader() {
    let folder = tempfile::tempdir().unwrap();
    let mut player = Player::start_with_keys(folder.path()).unwrap();
    let values = player.see_card_by_keys().unwrap();
    for value in [
        "MUSTERMANN",
        "ERIKA",
        "12. August 1964",
        "Personalausweis",
        "Deutschland",
    ] {
        assert!(
            values.iter().any(|shown| shown == value),
            "{value} isn't among {values:?}"
        );
    }
    assert!(values.iter().any(|shown| shown.contains("HEIDESTRA")), "{values:?}");
    let receipts = std::fs::read_dir(folder.path().join("receipts")).unwrap();
    assert_eq!(receipts.count(), 0, "nothing is printed");
}
