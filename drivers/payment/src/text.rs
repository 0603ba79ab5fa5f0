//! Texts of the terminal: code page 437, the one that must be supported (PA00P015 tag 14).
use zeroize::Zeroizing;

/// 0x80 to 0xFF of code page 437 (Unicode's `VENDORS/MICSFT/PC/CP437.TXT`).
const UPPER: &str = "ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u{A0}";

/// Appends the text. Control characters are left out: a line is a line.
pub fn append(to: &mut Zeroizing<String>, bytes: &[u8]) {
    for byte in bytes {
        match byte {
            0x20..=0x7E => to.push(char::from(*byte)),
            0x80.. => to.extend(UPPER.chars().nth(usize::from(byte - 0x80))),
            _ => {}
        }
    }
}

/// A short text without blanks around it, cut at `chars_max`.
pub fn one_line(bytes: &[u8], chars_max: usize) -> String {
    let mut text = Zeroizing::new(String::new());
    append(&mut text, &bytes[..bytes.len().min(chars_max)]);
    text.trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_has_its_places() {
        assert_eq!(UPPER.chars().count(), 128);
        assert_eq!(one_line(b"K\x81rzel \x99\x9A\xE1\x0D\x0A\x00", 32), "Kürzel ÖÜß");
        assert_eq!(one_line(b"0123456789", 4), "0123");
    }
}
