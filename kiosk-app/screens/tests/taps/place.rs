//! A place on the map: touched where the finger is, moved and chosen by buttons, and the pin where it was chosen.
use super::World;
use super::common::place::place_form;
use super::common::{pick, view};
use drivers_api::language::Language;
use screens::hand::{find, tap_at};
use session::view::{FormFieldKind, Screen};

pub(super) fn places(world: &mut World, l: Language) {
    let whole = place_form(l, false);
    world.show(&view(l, Screen::Form(whole)));
    let says = |step: &str| format!("Map {{ field: 9, step: {step} }}");
    for (german, english, step) in [
        ("Karte vergrößern", "Zoom in", "Closer"),
        ("Mitte wählen", "Choose the middle", "Middle"),
    ] {
        world.says(&pick(l, german, english), &[&says(step)]);
    }
    // At its end a button stays where it is, and says so.
    let ends = pick(l, "Nach Norden. Hier endet die Karte.", "Go north. The map ends here.");
    world.says(&ends, &[&says("Move(North)")]);
    assert!(find(&world.screens, &pick(l, "Auswahl löschen", "Clear the choice")).is_none());
    let near = place_form(l, true);
    world.show(&view(l, Screen::Form(near)));
    for (german, english, step) in [
        ("Karte verkleinern", "Zoom out", "Farther"),
        ("Nach Norden", "Go north", "Move(North)"),
        ("Nach Süden", "Go south", "Move(South)"),
        ("Nach Westen", "Go west", "Move(West)"),
        ("Nach Osten", "Go east", "Move(East)"),
        ("Auswahl löschen", "Clear the choice", "Remove"),
    ] {
        world.says(&pick(l, german, english), &[&says(step)]);
    }
    let told = pick(
        l,
        "Gewählt: in der Nähe von Gerhart-Hauptmann-Straße, Planquadrat B3",
        "Chosen: near Gerhart-Hauptmann-Straße, map square B3",
    );
    assert!(find(&world.screens, &told).is_some());
    touched(world, l);
}

/// The pin is drawn where the finger was, and nowhere before.
fn touched(world: &mut World, l: Language) {
    world.show(&view(l, Screen::Form(place_form(l, false))));
    let label = pick(l, "Karte", "Map");
    let area = find(&world.screens, &label).unwrap();
    let (x, y) = (area.x + 0.25 * area.width, area.y + 0.75 * area.height);
    tap_at(&world.screens, x, y);
    world.turn();
    let spot = world.touched.take().unwrap();
    let part = |at: u16| f32::from(at) / f32::from(u16::MAX);
    assert!((part(spot.x) - 0.25).abs() < 0.01 && (part(spot.y) - 0.75).abs() < 0.01);
    // As the session answers: the same part of the map, with a pin there.
    let mut above_the_tip = |pin| {
        let mut form = place_form(l, false);
        if let FormFieldKind::Place(map) = &mut form.fields[0].kind {
            map.pin = pin;
        }
        world.show(&view(l, Screen::Form(form)));
        let picture = world.canvas.picture();
        let pixel = |up: usize| 3 * ((y as usize - up) * picture.width as usize + x as usize);
        let column: Vec<[u8; 3]> = (2..80)
            .filter_map(|up| picture.rgb[pixel(up)..].first_chunk().copied())
            .collect();
        column.contains(&[0x9e, 0, 0])
    };
    assert!(
        !above_the_tip(None) && above_the_tip(Some(spot)),
        "the pin stands on its place"
    );
}
