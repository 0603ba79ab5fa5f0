//! Fees on thermal paper: what on the left, how much on the right, the tax in it below; sums set off.
use super::layout::Layout;
use super::theme::*;
use crate::PaperError;
use crate::lines::Lines;
use crate::words::including_vat;
use drivers_api::document::FeeLine;
use drivers_api::language::Language;
use zeroize::Zeroizing;

impl Layout<'_> {
    pub(super) fn fees(&mut self, language: Language, fees: &[FeeLine]) -> Result<(), PaperError> {
        if fees.is_empty() {
            return Ok(());
        }
        self.y += BLOCK_GAP;
        let mut amounts = Vec::with_capacity(fees.len());
        for fee in fees {
            let style = if fee.is_total { FEE_TOTAL } else { FEE };
            amounts.push((self.set(fee.amount.expose(), style, AMOUNT_WIDTH_MAX)?, style));
        }
        let seen = |(amount, style): &(Lines, _)| amount.lines.iter().map(|line| line.seen(*style)).fold(0.0, f32::max);
        let widest = amounts.iter().map(seen).fold(0.0, f32::max);
        for (fee, (amount, style)) in fees.iter().zip(amounts) {
            self.rule(if fee.is_total { RULE_TOTAL } else { RULE_THIN });
            self.y += ROW_PAD;
            let top = self.y;
            self.text(&fee.label, style, LEFT, WIDTH - widest - COLUMN_GAP)?;
            let below = self.y;
            self.y = top;
            for line in amount.lines {
                let x = RIGHT - line.seen(style);
                self.line(line, style, x);
            }
            self.y = self.y.max(below);
            if let Some(vat) = &fee.vat {
                let text = Zeroizing::new(format!("{} {vat}", including_vat(language)));
                self.text(&text, LABEL, LEFT, WIDTH)?;
            }
            self.y += ROW_PAD;
        }
        self.rule(RULE_THIN);
        Ok(())
    }
}
