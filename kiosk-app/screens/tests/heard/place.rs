//! The map by keys and ear: each move tells what is in the middle, a choice tells what was chosen, and the focus stays.
use super::common::place::place_form;
use super::common::view;
use super::{World, to_headset};
use drivers_api::language::Language;
use drivers_api::private::PrivateText;
use session::view::{FormFieldKind, Screen};
use slint::platform::Key;

/// The page as the session shows it after a step.
fn after(world: &mut World, middle: &str, chosen: Option<&str>) -> String {
    let l = Language::German;
    let mut form = place_form(l, true);
    if let FormFieldKind::Place(map) = &mut form.fields[0].kind {
        map.middle = PrivateText::from(middle);
        map.chosen = chosen.map(PrivateText::from);
    }
    world.screens.show(&to_headset(view(l, Screen::Form(form))));
    world.turn();
    world
        .said
        .borrow()
        .iter()
        .map(|speech| format!("{} ", speech.text))
        .collect()
}

pub(super) fn a_place_by_keys(world: &mut World) {
    let l = Language::German;
    world.show(&view(l, Screen::Filing));
    let said = world.show(&to_headset(view(l, Screen::Form(place_form(l, true)))));
    assert!(
        said[0]
            .text
            .contains("Mitte der Karte: in der Nähe von Am Markt, Planquadrat E3"),
        "{}",
        said[0].text
    );
    after(world, "in der Nähe von Am Markt, Planquadrat E3", None);
    for _ in 0..20 {
        world.press(Key::DownArrow);
        if world.focused().is_some_and(|focused| focused.label == "Nach Osten") {
            break;
        }
    }
    world.press(Key::Return);
    let step = "Map { field: 9, step: Move(East) }".to_owned();
    assert_eq!(world.taps.borrow().last(), Some(&step));
    let heard = after(world, "in der Nähe von Kirchplatz, Planquadrat F3", None);
    assert!(
        heard.contains("Mitte der Karte: in der Nähe von Kirchplatz, Planquadrat F3"),
        "{heard}"
    );
    assert_eq!(
        world.focused().unwrap().label,
        "Nach Osten",
        "the focus stays where it is"
    );
    world.listen();
    let heard = after(world, "in der Nähe von Kirchplatz, Planquadrat F4", None);
    assert!(heard.contains("Planquadrat F4"), "the next square is news: {heard}");
    world.listen();
    let heard = after(
        world,
        "in der Nähe von Kirchplatz, Planquadrat F3",
        Some("in der Nähe von Kirchplatz, Planquadrat F3"),
    );
    assert!(
        heard.contains("Gewählt: in der Nähe von Kirchplatz, Planquadrat F3"),
        "{heard}"
    );
    // And on, out of the map.
    for _ in 0..20 {
        world.press(Key::DownArrow);
        if world.focused().is_some_and(|focused| focused.label == "Weiter") {
            return;
        }
    }
    panic!("the focus is caught in the map");
}
