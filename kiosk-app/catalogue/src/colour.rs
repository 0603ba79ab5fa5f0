//! The town's colour, and whether white can be read on it.
use core::fmt;
use core::str::FromStr;

/// What is read needs this contrast (WCAG 2.1, 1.4.6).
const CONTRAST_MIN: f64 = 7.0;
/// What is written on the town's colour, main things and lesser ones: the screens' `on-brand` and `on-brand-soft`.
const INKS: [Colour; 2] = [Colour([0xff; 3]), Colour([0xd8, 0xe1, 0xf4])];

/// A colour: red, green, blue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Colour(pub [u8; 3]);

impl Colour {
    /// The contrast between two colours, 1 to 21 (WCAG 2.1, "contrast ratio").
    pub fn contrast(self, other: Self) -> f64 {
        let (a, b) = (self.luminance(), other.luminance());
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }

    /// The least contrast of what the screens write on it.
    pub(crate) fn least_contrast(self) -> f64 {
        INKS.iter().map(|ink| self.contrast(*ink)).fold(f64::INFINITY, f64::min)
    }

    /// True when everything that the screens write on it can be read.
    pub(crate) fn carries_text(self) -> bool {
        self.least_contrast() >= CONTRAST_MIN
    }

    /// Relative luminance (WCAG 2.1).
    fn luminance(self) -> f64 {
        let part = |value: u8| {
            let v = f64::from(value) / 255.0;
            if v <= 0.04045 {
                v / 12.92
            } else {
                ((v + 0.055) / 1.055).powf(2.4)
            }
        };
        let [red, green, blue] = self.0;
        0.2126 * part(red) + 0.7152 * part(green) + 0.0722 * part(blue)
    }
}

impl fmt::Display for Colour {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [red, green, blue] = self.0;
        write!(f, "#{red:02x}{green:02x}{blue:02x}")
    }
}

impl FromStr for Colour {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let digits = text.strip_prefix('#').filter(|digits| digits.len() == 6).ok_or(())?;
        if !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err(());
        }
        let number = u32::from_str_radix(digits, 16).map_err(|_| ())?;
        let [_, red, green, blue] = number.to_be_bytes();
        Ok(Self([red, green, blue]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn contrast_is_computed_as_wcag_says() {
        let colour = |text: &str| text.parse::<Colour>().unwrap();
        assert!((colour("#000000").contrast(colour("#ffffff")) - 21.0).abs() < 1e-9);
        // The well-known grey that just fails 4.5.
        assert!((colour("#777777").contrast(colour("#ffffff")) - 4.478).abs() < 1e-3);
        for (text, fits) in [
            ("#092797", true),
            ("#004d14", true),
            ("#005916", false),
            ("#9e0000", false),
            ("#777777", false),
            ("#ffffff", false),
        ] {
            assert_eq!(
                colour(text).carries_text(),
                fits,
                "{text}: {}",
                colour(text).least_contrast()
            );
        }
        for none in ["", "#fff", "092797", "#09279", "#0927977", "#09279g", "#+92797", "blue"] {
            assert_eq!(none.parse::<Colour>(), Err(()), "{none}");
        }
        assert_eq!(colour("#0A2b97").to_string(), "#0a2b97");
    }
}
