//! The citizens' own words find the right service among a thousand.
use catalogue::Catalogue;
use proptest::prelude::*;
use townhall::thousand;

#[test]
fn own_words_find_the_right_service() {
    let missed: Vec<String> = thousand::missed(&thousand::catalogue());
    assert!(missed.is_empty(), "{missed:#?}");
}

#[test]
fn nothing_is_found_for_nothing() {
    let catalogue = Catalogue::load(&catalogue::bundled::small(&catalogue::bundled::TWO))
        .unwrap()
        .catalogue;
    for nothing in ["", " ", "-", "ich und du", "xqxqxq", "😀", "\u{0}\u{202e}", "%", "*"] {
        assert!(catalogue.search(nothing).is_empty(), "{nothing:?}");
    }
    for found in [
        "Meldebescheinigung",
        "شهادة سكن",
        "گواهي سكونت",
        "ПРОПИСКЕ",
        "Ikametgah",
    ] {
        assert_eq!(
            catalogue.search(found)[0].id().as_str(),
            "meldebescheinigung",
            "{found}"
        );
    }
}

proptest! {
    #[test]
    fn any_words_are_taken(words in "\\PC{0,300}|(\\w{1,50} ?){0,40}") {
        static CATALOGUE: std::sync::LazyLock<Catalogue> =
            std::sync::LazyLock::new(|| Catalogue::load(&catalogue::bundled::small(&catalogue::bundled::TWO)).unwrap().catalogue);
        let found = CATALOGUE.search(&words);
        prop_assert!(found.len() <= CATALOGUE.services().len());
    }
}
