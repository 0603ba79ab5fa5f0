//! Every measure on thermal paper, in dots (8 to the millimetre). Body text is as large as on A4 (30 dots are 10.6 points).
use super::{DOTS_PER_MM, WIDTH_DOTS};
use crate::theme::{BLACK, Style, Weight};

/// Edges of the text: a millimetre of what can be printed stays free, because rolls sit a little askew.
pub(super) const LEFT: f32 = DOTS_PER_MM as f32;
pub(super) const RIGHT: f32 = (WIDTH_DOTS - DOTS_PER_MM) as f32;
pub(super) const WIDTH: f32 = RIGHT - LEFT;

const fn style(weight: Weight, size: f32, leading: f32) -> Style {
    Style {
        weight,
        size,
        leading,
        colour: BLACK,
    }
}

pub(super) const ISSUER: Style = style(Weight::SemiBold, 30.0, 38.0);
pub(super) const RUNNING: Style = style(Weight::Regular, 22.0, 30.0);
pub(super) const TITLE: Style = style(Weight::SemiBold, 44.0, 52.0);
pub(super) const SECTION: Style = style(Weight::SemiBold, 34.0, 43.0);
pub(super) const BODY: Style = style(Weight::Regular, 30.0, 40.0);
pub(super) const LABEL: Style = style(Weight::Regular, 26.0, 34.0);
pub(super) const VALUE: Style = style(Weight::SemiBold, 30.0, 39.0);
pub(super) const FEE: Style = style(Weight::Regular, 30.0, 39.0);
pub(super) const FEE_TOTAL: Style = style(Weight::SemiBold, 34.0, 43.0);
/// The code at its largest; it shrinks to the strip down to [`CODE_SIZE_MIN`].
pub(super) const CODE: Style = style(Weight::SemiBold, 84.0, 98.0);
pub(super) const CODE_SIZE_MIN: f32 = 44.0;

/// Gaps above blocks and around pieces.
pub(super) const PIECE_TOP: f32 = 8.0;
pub(super) const PIECE_BOTTOM: f32 = 16.0;
pub(super) const HEAD_RULE: f32 = 4.0;
pub(super) const TITLE_GAP: f32 = 22.0;
pub(super) const SECTION_GAP: f32 = 34.0;
pub(super) const BLOCK_GAP: f32 = 20.0;
pub(super) const FOOT_GAP: f32 = 36.0;

/// Tables and fees.
pub(super) const ROW_PAD: f32 = 7.0;
pub(super) const COLUMN_GAP: f32 = 20.0;
/// Labels stand beside their values if none needs more than this.
pub(super) const LABEL_WIDTH: f32 = 0.38 * WIDTH;
pub(super) const AMOUNT_WIDTH_MAX: f32 = 0.5 * WIDTH;
pub(super) const RULE_THIN: f32 = 2.0;
pub(super) const RULE_TOTAL: f32 = 4.0;

/// Notices.
pub(super) const BOX_RULE: f32 = 4.0;
pub(super) const BOX_PAD: f32 = 16.0;

/// Side that a QR code's modules come close to: 38 mm.
pub(super) const QR_SIDE: usize = 304;
/// Quiet zone in modules (ISO/IEC 18004 §6.3.8).
pub(super) const QR_QUIET: usize = 4;

/// Pictures and signatures.
pub(super) const PICTURE_HEIGHT_MAX: f32 = 800.0;
pub(super) const SIGNATURE_SPACE: f32 = 112.0;
