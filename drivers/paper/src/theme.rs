//! Every measure and colour of the printed page, in PostScript points (1/72 inch) and sRGB.
//!
//! The page follows DIN 5008 where it says something: A4, 25 mm left, 20 mm right. Colours are the KERN-UX tokens
//! (action blue, informative tints), each with at least 4.5:1 contrast on what it stands on.

/// Points in a millimetre.
const MM: f32 = 72.0 / 25.4;

pub(crate) const PAGE_WIDTH: f32 = 210.0 * MM;
pub(crate) const PAGE_HEIGHT: f32 = 297.0 * MM;
/// Left edge of the text (DIN 5008: 25 mm).
pub(crate) const LEFT: f32 = 25.0 * MM;
/// Right edge of the text (DIN 5008: 20 mm margin).
pub(crate) const RIGHT: f32 = PAGE_WIDTH - 20.0 * MM;
pub(crate) const WIDTH: f32 = RIGHT - LEFT;

/// Distances from the page's top edge.
pub(crate) const HEAD_BASELINE: f32 = 22.0 * MM;
pub(crate) const HEAD_RULE_GAP: f32 = 9.0;
pub(crate) const BODY_TOP_FIRST: f32 = 38.0 * MM;
pub(crate) const BODY_TOP_NEXT: f32 = 34.0 * MM;
pub(crate) const BODY_BOTTOM: f32 = PAGE_HEIGHT - 27.0 * MM;
pub(crate) const FOOT_RULE: f32 = PAGE_HEIGHT - 20.0 * MM;
pub(crate) const FOOT_BASELINE: f32 = FOOT_RULE + 13.0;
/// Space kept between the two ends of a head or foot line.
pub(crate) const ENDS_GAP: f32 = 18.0;

/// A colour, 0–1 each.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Colour(pub(crate) f32, pub(crate) f32, pub(crate) f32);

const fn rgb(hex: u32) -> Colour {
    Colour(
        ((hex >> 16) & 255) as f32 / 255.0,
        ((hex >> 8) & 255) as f32 / 255.0,
        (hex & 255) as f32 / 255.0,
    )
}

/// KERN action blue.
pub(crate) const BLUE: Colour = rgb(0x2044AA);
pub(crate) const BLUE_TINT: Colour = rgb(0xEDF1FB);
pub(crate) const INK: Colour = rgb(0x171A2B);
pub(crate) const GREY: Colour = rgb(0x535764);
pub(crate) const HAIRLINE: Colour = rgb(0xCBD0DC);
pub(crate) const BLACK: Colour = rgb(0);
pub(crate) const WHITE: Colour = rgb(0xFFFFFF);

/// The two cuts of Schalter Sans.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Weight {
    Regular,
    SemiBold,
}

/// How a text looks.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Style {
    pub(crate) weight: Weight,
    pub(crate) size: f32,
    /// Distance from baseline to baseline.
    pub(crate) leading: f32,
    pub(crate) colour: Colour,
}

const fn style(weight: Weight, size: f32, leading: f32, colour: Colour) -> Style {
    Style {
        weight,
        size,
        leading,
        colour,
    }
}

pub(crate) const ISSUER: Style = style(Weight::SemiBold, 13.0, 16.0, INK);
pub(crate) const RUNNING: Style = style(Weight::Regular, 8.5, 11.0, GREY);
pub(crate) const TITLE: Style = style(Weight::SemiBold, 23.0, 29.0, INK);
pub(crate) const SECTION: Style = style(Weight::SemiBold, 13.5, 18.0, BLUE);
pub(crate) const BODY: Style = style(Weight::Regular, 10.5, 15.0, INK);
pub(crate) const NOTICE: Style = style(Weight::Regular, 10.5, 15.0, INK);
pub(crate) const LABEL: Style = style(Weight::Regular, 10.0, 15.0, GREY);
pub(crate) const VALUE: Style = style(Weight::SemiBold, 10.5, 15.0, INK);
/// Fees: heads of columns, lines, sums.
pub(crate) const FEE_HEAD: Style = style(Weight::Regular, 9.0, 15.0, GREY);
pub(crate) const FEE: Style = style(Weight::Regular, 10.5, 15.0, INK);
pub(crate) const FEE_TOTAL: Style = style(Weight::SemiBold, 10.5, 15.0, INK);
pub(crate) const SIGNER: Style = style(Weight::Regular, 9.0, 12.0, GREY);
pub(crate) const CODE_LABEL: Style = style(Weight::Regular, 10.5, 15.0, GREY);
/// The code at its largest; it shrinks to its column down to [`CODE_SIZE_MIN`].
pub(crate) const CODE: Style = style(Weight::SemiBold, 31.0, 38.0, INK);
pub(crate) const CODE_SIZE_MIN: f32 = 15.0;

/// Gaps above blocks.
pub(crate) const TITLE_GAP: f32 = 10.0;
pub(crate) const TITLE_AFTER: f32 = 6.0;
pub(crate) const SECTION_GAP: f32 = 15.0;
pub(crate) const SECTION_AFTER: f32 = 3.0;
pub(crate) const BLOCK_GAP: f32 = 9.0;
pub(crate) const BOX_GAP: f32 = 14.0;

/// Tables.
pub(crate) const LABEL_WIDTH: f32 = 0.36 * WIDTH;
pub(crate) const COLUMN_GAP: f32 = 14.0;
pub(crate) const ROW_PAD: f32 = 3.5;
pub(crate) const RULE_THIN: f32 = 0.6;
pub(crate) const RULE_HEAD: f32 = 2.25;
/// A row taller than this may be torn between pages; a lower one never is.
pub(crate) const ROW_WHOLE_MAX: f32 = 300.0;

/// Amounts and taxes of fees never take more of the width than this; longer ones are set in lines.
pub(crate) const AMOUNT_WIDTH_MAX: f32 = 0.35 * WIDTH;
pub(crate) const VAT_WIDTH_MAX: f32 = 0.25 * WIDTH;
pub(crate) const RULE_TOTAL: f32 = 1.2;

/// Pictures and signatures.
pub(crate) const PICTURE_HEIGHT_MAX: f32 = 120.0 * MM;
pub(crate) const SIGNATURE_SPACE: f32 = 16.0 * MM;
pub(crate) const SIGNATURE_WIDTH: f32 = 80.0 * MM;

/// Points of so many millimetres.
pub(crate) fn points(millimetres: u8) -> f32 {
    f32::from(millimetres) * MM
}

/// Notices and code boxes.
pub(crate) const BOX_PAD: f32 = 12.0;
pub(crate) const BOX_BAR: f32 = 3.0;
/// Side of a QR code without its quiet zone: 33 modules of 0.9 mm are read by any telephone.
pub(crate) const QR_SIDE: f32 = 31.0 * MM;
/// Quiet zone of a QR code in modules (ISO/IEC 18004 §6.3.8).
pub(crate) const QR_QUIET: f32 = 4.0;
