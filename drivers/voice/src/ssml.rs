//! A piece in the markup that espeak-ng reads (SSML 1.1 §3; espeak-ng `docs/markup.md`). Pure.
//!
//! Two things of espeak-ng's would turn a citizen's text into instructions: tags and entities, which are escaped, and
//! phonemes in `[[ ]]`, which are read whether markup is on or not; a space between the brackets undoes them.
use crate::text::{Piece, Reading};
use zeroize::Zeroizing;

/// Pause between groups of characters: time to write them down.
const GROUP_PAUSE: &str = "<break time=\"400ms\"/>";
const CHARACTERS: &str = "<say-as interpret-as=\"characters\">";
const CHARACTERS_END: &str = "</say-as>";
/// Most that one byte of text can become: a space, for which a group ends and another begins.
const GROWTH_MAX: usize = GROUP_PAUSE.len() + CHARACTERS.len() + CHARACTERS_END.len();

/// The piece as markup.
pub(crate) fn ssml(piece: &Piece) -> Zeroizing<String> {
    // All the room it can need: growing would leave copies behind.
    let mut markup = Zeroizing::new(String::with_capacity((piece.text.len() + 1) * GROWTH_MAX));
    match piece.reading {
        Reading::Text => escape(&piece.text, &mut markup),
        Reading::Characters => {
            for (at, group) in piece.text.split(' ').filter(|group| !group.is_empty()).enumerate() {
                if at > 0 {
                    markup.push_str(GROUP_PAUSE);
                }
                markup.push_str(CHARACTERS);
                escape(group, &mut markup);
                markup.push_str(CHARACTERS_END);
            }
        }
    }
    markup
}

fn escape(text: &str, markup: &mut String) {
    for character in text.chars() {
        match character {
            '<' => markup.push_str("&lt;"),
            '>' => markup.push_str("&gt;"),
            '&' => markup.push_str("&amp;"),
            '[' | ']' if markup.ends_with(character) => {
                markup.push(' ');
                markup.push(character);
            }
            _ => markup.push(character),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn markup(text: &str, reading: Reading) -> String {
        let piece = Piece {
            text: Zeroizing::new(text.to_owned()),
            reading,
            language: "de",
        };
        ssml(&piece).as_str().to_owned()
    }

    #[test]
    fn text_is_no_markup() {
        assert_eq!(markup("<b> & [[d3p]]", Reading::Text), "&lt;b&gt; &amp; [ [d3p] ]");
        assert_eq!(
            markup("XK4 <", Reading::Characters),
            "<say-as interpret-as=\"characters\">XK4</say-as><break time=\"400ms\"/>\
             <say-as interpret-as=\"characters\">&lt;</say-as>"
        );
    }

    proptest! {
        #[test]
        fn only_our_own_tags(text in "[<>&;\\[\\]a-z/\" ]{0,60}", characters in any::<bool>()) {
            let reading = if characters { Reading::Characters } else { Reading::Text };
            let markup = markup(&text, reading);
            prop_assert!(markup.len() <= (text.len() + 1) * GROWTH_MAX);
            let own = [CHARACTERS, CHARACTERS_END, GROUP_PAUSE];
            let bare = own.iter().fold(markup, |markup, tag| markup.replace(tag, " "));
            prop_assert!(!bare.contains(['<', '>']) && !bare.contains("[[") && !bare.contains("]]"), "{}", bare);
            let entities = ["lt;", "gt;", "amp;"];
            let known = |after: &str| entities.iter().any(|entity| after.starts_with(entity));
            prop_assert!(bare.split('&').skip(1).all(known), "{}", bare);
            let plain = bare.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&").replace(' ', "");
            prop_assert_eq!(plain, text.replace(' ', ""));
        }
    }
}
