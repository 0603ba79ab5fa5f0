//! Adapter of `widgets/keyboard.slint`: layers of letters, and keys that become key presses of the window, so that a
//! field can't tell our keyboard from a real one.
use crate::ui;
use slint::platform::WindowEvent;
use slint::{ComponentHandle, ModelRc, SharedString};
use std::cell::Cell;
use std::rc::Rc;

/// The German layout. Rows three and four of the picture get shift and erase beside them.
const GERMAN: [&str; 4] = ["1234567890ß", "qwertzuiopü", "asdfghjklöä", "yxcvbnm,."];

/// Further Latin letters (DIN 91379 Latin letters that Unicode has as one character), in pages of four rows of 11, 11,
/// 11 and 9, ordered by the letter they come from.
const FURTHER: [[&str; 4]; 4] = [
    ["áàâãåāăąæćč", "ċĉçďđðéèêëē", "ėęěğģġĝħĥíì", "îïīįıĩĭķĺ"],
    ["ľļłńňñņŋóòô", "õøōőœŕřŗśšş", "șŝťţțŧþúùûů", "ūűųŭũŵýÿŷ"],
    ["źžżǎǐǒǔǧǩḋḑ", "ṁṗṡṫẁẃẅỳạẹị", "ọụảẻỉỏủỷấầế", "ềốồớờứừĳŉ"],
    ["ḥḩẖṃṅṇṛṣṭẓẕ", "ḍḏḳḷṉṟṯẏẗẍǰ", "ǫǭȧȩȯȳɵəƶǥǯ", "&+()@:;–!"],
];

/// All of them in their order, and signs.
pub(crate) fn further() -> impl Iterator<Item = char> {
    FURTHER.iter().flatten().flat_map(|row| row.chars())
}

#[derive(Clone, Copy, Default)]
struct Layer {
    /// 0 is German, else a page of [`FURTHER`] from 1.
    page: usize,
    shifted: bool,
}

pub(crate) fn connect(app: &ui::App) {
    let layer = Rc::new(Cell::new(Layer::default()));
    let keyboard = app.global::<ui::Keyboard>();
    draw(&keyboard, Layer::default());
    let weak = app.as_weak();
    let with = move |act: fn(&ui::App, &Cell<Layer>)| {
        let (weak, layer) = (weak.clone(), layer.clone());
        move || {
            if let Some(app) = weak.upgrade() {
                act(&app, &layer);
                draw(&app.global::<ui::Keyboard>(), layer.get());
            }
        }
    };
    keyboard.on_shift(with(|_, layer| {
        layer.set(Layer {
            shifted: !layer.get().shifted,
            ..layer.get()
        })
    }));
    keyboard.on_layer(with(|_, layer| {
        layer.set(Layer {
            page: (layer.get().page + 1) % (FURTHER.len() + 1),
            ..layer.get()
        });
    }));
    keyboard.on_done(with(|app, layer| {
        layer.set(Layer::default());
        hide(app);
    }));
    let weak = app.as_weak();
    // one capital, one foreign letter, and the German ones are back
    let after = with(|_, layer| layer.set(Layer::default()));
    keyboard.on_key(move |text| {
        if let Some(app) = weak.upgrade() {
            press(&app, text);
            after();
        }
    });
}

/// Puts the keyboard away and takes the focus from the field.
pub(crate) fn hide(app: &ui::App) {
    let keyboard = app.global::<ui::Keyboard>();
    if keyboard.get_mode() != ui::Typing::None {
        keyboard.set_mode(ui::Typing::None);
        keyboard.set_owner(-1);
        app.invoke_rest();
    }
}

/// A key of ours, as if it were one of a real keyboard.
pub(crate) fn press(app: &ui::App, text: SharedString) {
    // a window that can't take a key has no field either
    let _ = app
        .window()
        .dispatch_event_with_result(WindowEvent::KeyPressed { text: text.clone() });
    let _ = app
        .window()
        .dispatch_event_with_result(WindowEvent::KeyReleased { text });
}

fn draw(keyboard: &ui::Keyboard<'_>, layer: Layer) {
    let rows = match layer.page.checked_sub(1).and_then(|page| FURTHER.get(page)) {
        Some(rows) => rows,
        None => &GERMAN,
    };
    let rows: Vec<ui::KeyRow> = rows
        .iter()
        .map(|row| {
            let keys: Vec<SharedString> = row.chars().map(|c| shift(c, layer.shifted)).collect();
            ui::KeyRow {
                keys: ModelRc::from(keys.as_slice()),
            }
        })
        .collect();
    keyboard.set_rows(ModelRc::from(rows.as_slice()));
    keyboard.set_shifted(layer.shifted);
    keyboard.set_letters(if layer.page == FURTHER.len() {
        "abc".into()
    } else {
        "Äé…".into()
    });
}

/// The capital of a letter; ß has ẞ, and what has no capital of one character stays.
pub(crate) fn shift(c: char, shifted: bool) -> SharedString {
    if !shifted {
        return SharedString::from(c.to_string());
    }
    if c == 'ß' {
        return "ẞ".into();
    }
    let mut capitals = c.to_uppercase();
    match (capitals.next(), capitals.next()) {
        (Some(capital), None) => SharedString::from(capital.to_string()),
        _ => SharedString::from(c.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_fits_beside_its_keys() {
        for rows in core::iter::once(&GERMAN).chain(&FURTHER) {
            let lengths: Vec<usize> = rows.iter().map(|row| row.chars().count()).collect();
            assert_eq!(lengths, [11, 11, 11, 9], "{rows:?}");
        }
    }

    #[test]
    fn capitals_are_german_ones() {
        assert_eq!(shift('ß', true), "ẞ");
        assert_eq!(shift('ä', true), "Ä");
        assert_eq!(shift('ŉ', true), "ŉ");
        assert_eq!(shift('ä', false), "ä");
    }

    #[test]
    fn no_letter_is_there_twice() {
        let mut seen = std::collections::BTreeSet::new();
        for c in further() {
            assert!(seen.insert(c), "{c} twice");
        }
    }
}
