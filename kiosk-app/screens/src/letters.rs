//! Layers of letters, for the keyboard and for the letter wheel: German first, behind it the other Latin letters of
//! DIN 91379, and before both, where one may write as one speaks (the search), the letters of the visit's language.
use drivers_api::language::Language;
use slint::SharedString;

/// Letters that are there at the same time.
#[derive(Debug)]
pub(crate) struct Layer {
    /// On the key that leads here.
    pub(crate) name: &'static str,
    /// Rows of 11, 11, 11 and 9 keys; 10 in the last where nothing has capitals.
    pub(crate) rows: [&'static str; 4],
    /// Two keys beside the space bar.
    pub(crate) signs: &'static str,
    /// The same in the order of the alphabet: up and down lead through them.
    ring: &'static str,
    pub(crate) has_capitals: bool,
}

/// Name of the layers of rare letters.
const RARE: &str = "Äé…";

impl Layer {
    const fn further(rows: [&'static str; 4]) -> Self {
        Self {
            name: RARE,
            rows,
            signs: "-'",
            ring: "",
            has_capitals: true,
        }
    }
}

static GERMAN: Layer = Layer {
    name: "abc",
    rows: ["1234567890ß", "qwertzuiopü", "asdfghjklöä", "yxcvbnm,."],
    signs: "-'",
    ring: "abcdefghijklmnopqrstuvwxyzäöüß0123456789-'./,&()+@:;–!",
    has_capitals: true,
};

/// DIN 91379 Latin letters that Unicode has as one character, ordered by the letter they come from.
static FURTHER: [Layer; 4] = [
    Layer::further(["áàâãåāăąæćč", "ċĉçďđðéèêëē", "ėęěğģġĝħĥíì", "îïīįıĩĭķĺ"]),
    Layer::further(["ľļłńňñņŋóòô", "õøōőœŕřŗśšş", "șŝťţțŧþúùûů", "ūűųŭũŵýÿŷ"]),
    Layer::further(["źžżǎǐǒǔǧǩḋḑ", "ṁṗṡṫẁẃẅỳạẹị", "ọụảẻỉỏủỷấầế", "ềốồớờứừĳŉ"]),
    Layer::further(["ḥḩẖṃṅṇṛṣṭẓẕ", "ḍḏḳḷṉṟṯẏẗẍǰ", "ǫǭȧȩȯȳɵəƶǥǯ", "&+()@:;–!"]),
];

/// As on Russian keyboards (ЙЦУКЕН), ё and ъ where there is room.
static RUSSIAN: Layer = Layer {
    name: "абв",
    rows: ["1234567890ё", "йцукенгшщзх", "фывапролджэ", "ячсмитьбю"],
    signs: "-ъ",
    ring: "абвгдеёжзийклмнопрстуфхцчшщъыьэюя0123456789-",
    has_capitals: true,
};

static UKRAINIAN: Layer = Layer {
    name: "абв",
    rows: ["1234567890ї", "йцукенгшщзх", "фівапролджє", "ячсмитьбю"],
    signs: "ґ'",
    ring: "абвгґдеєжзиіїйклмнопрстуфхцчшщьюя'0123456789-",
    has_capitals: true,
};

/// As on Arabic keyboards (ASMO 663); what stands beside the letters there is in the top row or beside the space bar.
static ARABIC: Layer = Layer {
    name: "ابت",
    rows: ["1234567890د", "ضصثقفغعهخحج", "شسيبلاتنمكط", "ذئءؤرىةوزظ"],
    signs: "أإ",
    ring: "ابتثجحخدذرزسشصضطظعغفقكلمنهويءأإؤئىة0123456789",
    has_capitals: false,
};

/// As on Persian keyboards (ISIRI 9147), in the same way.
static PERSIAN: Layer = Layer {
    name: "ابپ",
    rows: ["1234567890چ", "ضصثقفغعهخحج", "شسیبلاتنمکگ", "ظطزژرذدپوئ"],
    signs: "آء",
    ring: "آابپتثجچحخدذرزژسشصضطظعغفقکگلمنوهیءئ0123456789",
    has_capitals: false,
};

/// The letters of a language that isn't written in Latin ones.
pub(crate) fn own(language: Language) -> Option<&'static Layer> {
    match language {
        Language::Russian => Some(&RUSSIAN),
        Language::Ukrainian => Some(&UKRAINIAN),
        Language::Arabic => Some(&ARABIC),
        Language::Persian => Some(&PERSIAN),
        Language::German
        | Language::EasyGerman
        | Language::English
        | Language::Turkish
        | Language::Polish
        | Language::Romanian
        | Language::French
        | Language::Spanish => None,
    }
}

/// All layers, in the order in which one key leads through them; after the last comes the first.
pub(crate) fn layers(own: Option<&'static Layer>) -> Vec<&'static Layer> {
    own.into_iter().chain([&GERMAN]).chain(&FURTHER).collect()
}

/// Where to go on after a letter of layer `at`: from the rare ones back to the German ones.
pub(crate) fn home(own: Option<&'static Layer>, at: usize) -> usize {
    at.min(usize::from(own.is_some()))
}

/// All layers for the wheel, each with its name and in the order of the alphabet: the rare letters are one.
pub(crate) fn rings(own: Option<&'static Layer>) -> Vec<(&'static str, Vec<char>)> {
    let rare = FURTHER.iter().flat_map(|layer| layer.rows).flat_map(str::chars);
    let rings = own.into_iter().chain([&GERMAN]);
    let rings = rings.map(|layer| (layer.name, layer.ring.chars().collect()));
    rings.chain([(RARE, rare.collect())]).collect()
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
    use std::collections::BTreeSet;

    fn all() -> impl Iterator<Item = &'static Layer> {
        let own = Language::ALL.into_iter().filter_map(own);
        own.chain(layers(None))
    }

    fn keys(layer: &Layer) -> impl Iterator<Item = char> {
        layer.rows.into_iter().chain([layer.signs]).flat_map(str::chars)
    }

    #[test]
    fn every_row_fits_beside_its_keys() {
        for layer in all() {
            let lengths: Vec<usize> = layer.rows.iter().map(|row| row.chars().count()).collect();
            let last = if layer.has_capitals { 9 } else { 10 };
            assert_eq!(lengths, [11, 11, 11, last], "{layer:?}");
            assert_eq!(layer.signs.chars().count(), 2, "{layer:?}");
        }
    }

    #[test]
    fn keyboard_and_wheel_have_the_same_letters() {
        for layer in all().filter(|layer| layer.name != RARE) {
            let mut on_keys: BTreeSet<char> = keys(layer).filter(|c| c.is_alphanumeric()).collect();
            on_keys.extend('0'..='9');
            let on_ring: BTreeSet<char> = layer.ring.chars().filter(|c| c.is_alphanumeric()).collect();
            assert_eq!(on_keys, on_ring, "{}", layer.name);
        }
    }

    #[test]
    fn every_alphabet_is_whole() {
        for (language, letters) in [(Language::Russian, 33), (Language::Ukrainian, 33)] {
            let layer = own(language).unwrap();
            assert_eq!(keys(layer).filter(|c| c.is_alphabetic()).count(), letters);
        }
        let arabic: BTreeSet<char> = keys(&ARABIC).collect();
        assert!(
            ('\u{627}'..='\u{64a}')
                .all(|c| arabic.contains(&c) || "\u{63b}\u{63c}\u{63d}\u{63e}\u{63f}\u{640}".contains(c))
        );
        let persian: BTreeSet<char> = keys(&PERSIAN).collect();
        assert!("پچژگکی".chars().all(|c| persian.contains(&c)));
    }

    #[test]
    fn no_letter_is_there_twice() {
        for own in Language::ALL.map(own) {
            let mut seen = BTreeSet::new();
            let letters = layers(own)
                .into_iter()
                .flat_map(|layer| layer.rows)
                .flat_map(str::chars);
            for c in letters.filter(|c| c.is_alphabetic()) {
                assert!(seen.insert(c), "{c} twice");
            }
        }
    }

    #[test]
    fn capitals_are_german_ones() {
        assert_eq!(shift('ß', true), "ẞ");
        assert_eq!(shift('ä', true), "Ä");
        assert_eq!(shift('ŉ', true), "ŉ");
        assert_eq!(shift('ä', false), "ä");
    }
}
