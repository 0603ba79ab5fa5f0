//! What is typed, and where it is typed.
use super::World;
use super::common::{self, person_form, pick, suggesting_form, view};
use drivers_api::language::Language;
use drivers_api::private::PrivateText;
use screens::hand::{self, Role, find, key, tap};
use session::preferences::TextSize;
use session::view::{Form, FormField, Screen};

/// Whoever has scrolled down sees the next page of the form from its top.
pub(super) fn next_page(world: &mut World, l: Language) {
    let top = |world: &World| {
        let intro = person_form(l).intro;
        find(&world.screens, &intro).unwrap().in_sight
    };
    let big = |mut form: Form, page: usize| {
        form.page = page;
        let mut view = view(l, Screen::Form(form));
        view.preferences.text = TextSize::Percent200;
        view
    };
    world.show(&big(person_form(l), 0));
    assert!(top(world));
    let all = hand::elements(&world.screens);
    let (x, y) = all.iter().find(|element| element.id == hand::READ_ON).unwrap().middle();
    hand::tap_at(&world.screens, x, y);
    world.turn();
    assert!(!top(world), "scrolled");
    world.show(&big(person_form(l), 1));
    world.turn();
    assert!(top(world));
}

pub(super) fn typing(world: &mut World, l: Language) {
    let form = || person_form(l);
    world.show(&view(l, Screen::Form(form())));
    let street = pick(l, "Straße und Hausnummer", "Street and house number");
    tap(&world.screens, &street).unwrap();
    world.turn();
    world.says("ß", &["3=Heidestraße 17ß"]);
    // a view that was made before that letter
    world.screens.show(&view(l, Screen::Form(form())));
    world.turn();
    assert_eq!(world.value(&street), "Heidestraße 17ß", "a late view eats no letter");
    world.says(&pick(l, "Großbuchstaben", "Capital letters"), &[]);
    world.says("Ä", &["3=Heidestraße 17ßÄ"]);
    world.says("ä", &["3=Heidestraße 17ßÄä"]);
    world.says(&pick(l, "Weitere Buchstaben", "More letters"), &[]);
    world.says("é", &["3=Heidestraße 17ßÄäé"]);
    world.says(&pick(l, "Leertaste", "Space bar"), &["3=Heidestraße 17ßÄäé "]);
    world.says(
        &pick(l, "Letztes Zeichen löschen", "Delete last character"),
        &["3=Heidestraße 17ßÄäé"],
    );
    key(&world.screens, "Ł");
    assert_eq!(
        world.value(&street),
        "Heidestraße 17ßÄäéŁ",
        "a real keyboard types as well"
    );
    // the session has another text: that is shown
    let mut changed = form();
    changed.fields[3].value = PrivateText::from("Am Markt 1");
    world.screens.show(&view(l, Screen::Form(changed)));
    world.turn();
    assert_eq!(world.value(&street), "Am Markt 1");
    // a field more above, and the one that is typed in keeps its text
    world.says("x", &["3=Am Markt 1x"]);
    let mut longer = form();
    longer.fields[3].value = PrivateText::from("Am Markt 1x");
    longer.fields.insert(
        3,
        FormField {
            required: false,
            ..common::field(9, "c/o", session::view::FormFieldKind::Text, "")
        },
    );
    world.screens.show(&view(l, Screen::Form(longer)));
    world.turn();
    assert_eq!(world.value(&street), "Am Markt 1x");
    assert!(find(&world.screens, "c/o").is_some());
}

/// A suggestion is taken by a touch; the keyboard stays, and one can write on.
pub(super) fn suggesting(world: &mut World, l: Language) {
    let street = pick(l, "Straße und Hausnummer", "Street and house number");
    world.show(&view(l, Screen::Form(suggesting_form(l))));
    tap(&world.screens, &street).unwrap();
    world.turn();
    let offered = pick(l, "Vorschlag: Heidestraße 17", "Suggestion: Heidestraße 17");
    world.says(&offered, &["3=Heidestraße 17"]);
    assert_eq!(world.value(&street), "Hei 17", "until the session says so");
    let mut taken = suggesting_form(l);
    taken.fields[0].value = PrivateText::from("Heidestraße 17");
    taken.fields[0].suggestions.clear();
    world.screens.show(&view(l, Screen::Form(taken)));
    world.turn();
    assert_eq!(world.value(&street), "Heidestraße 17");
    assert!(find(&world.screens, &offered).is_none());
    world.says("b", &["3=Heidestraße 17b"]);
}

/// In the search one writes as one speaks; in a form, which goes to an office, in Latin letters.
pub(super) fn own_letters(world: &mut World) {
    for (language, letters, is_latin_next) in [
        (Language::Russian, ["с", "о", "б"], true),
        (Language::Ukrainian, ["п", "е", "с"], true),
        (Language::Arabic, ["ك", "ل", "ب"], true),
        (Language::Persian, ["س", "گ", "پ"], true),
        (Language::Polish, ["p", "i", "e"], false),
    ] {
        world.show(&view(language, common::empty_search()));
        let all = hand::elements(&world.screens);
        let field = all.into_iter().find(|element| element.role == Role::TextInput).unwrap();
        tap(&world.screens, &field.label).unwrap();
        world.turn();
        let mut word = String::new();
        for letter in letters {
            word += letter;
            world.says(letter, &[&format!("find {word}")]);
        }
        assert_eq!(find(&world.screens, "q").is_none(), is_latin_next, "{language:?}");
        world.show(&view(language, Screen::Form(person_form(language))));
        tap(&world.screens, "Straße und Hausnummer").unwrap();
        world.turn();
        assert!(find(&world.screens, "q").is_some(), "{language:?}");
    }
}

/// A code by our keys, which has no letter that no code has; and by a real keyboard, as people type it.
pub(super) fn code(world: &mut World, l: Language) {
    world.show(&view(l, common::follow_up::code("", None)));
    let label = pick(l, "Geben Sie den Code ein", "Enter the code");
    tap(&world.screens, &label).unwrap();
    world.turn();
    world.says("K", &["code K"]);
    world.says("7", &["code K7"]);
    assert!(find(&world.screens, "U").is_none() && find(&world.screens, "ß").is_none());
    for typed in ["q", "f", "o", "ü"] {
        key(&world.screens, typed);
    }
    assert_eq!(world.value(&label), "K7QF-0", "groups come by themselves, an O is a 0");
    world.says(
        &pick(l, "Letztes Zeichen löschen", "Delete last character"),
        &["code K7QF"],
    );
    world.screens.show(&view(l, common::follow_up::code("K7", None)));
    world.turn();
    assert_eq!(world.value(&label), "K7QF", "a late view eats no symbol");
}
