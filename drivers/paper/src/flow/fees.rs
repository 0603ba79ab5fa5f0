//! Fees on the page: what, the tax in it, how much; sums set off.
use super::{Flow, Item, Slab, line};
use crate::PaperError;
use crate::paragraph::Line;
use crate::structure::{ElementId, Role, Tree};
use crate::theme::*;
use crate::words::fee_heads;
use drivers_api::document::FeeLine;

/// A row's texts, set in lines: what, tax, amount.
struct Cells {
    texts: [Vec<Line>; 3],
    style: Style,
    role: Role,
}

/// Widths of the columns, the gaps before them included; that of the tax is 0 where there is none.
#[derive(Clone, Copy)]
struct Columns {
    vat: f32,
    amount: f32,
}

impl Columns {
    fn label(self) -> f32 {
        WIDTH - self.vat - self.amount
    }
}

impl Flow {
    pub(super) fn fees(&mut self, fees: &[FeeLine]) -> Result<(), PaperError> {
        if fees.is_empty() {
            return Ok(());
        }
        let (rows, columns) = self.cells(fees)?;
        let table = self.tree.add(Tree::ROOT, Role::Table);
        let first = self.slabs.len();
        for (number, cells) in rows.into_iter().enumerate() {
            let fee = number.checked_sub(1).and_then(|at| fees.get(at));
            self.fee(table, cells, columns, fee.is_some_and(|fee| fee.is_total))?;
        }
        // the heads stay with the first fee, sums with the fee before them
        for (number, slab) in self.slabs.iter_mut().skip(first).enumerate() {
            slab.keep = number == 0 || fees.get(number).is_some_and(|next| next.is_total);
            slab.gap = if number == 0 { BLOCK_GAP } else { 0.0 };
        }
        Ok(())
    }

    /// Sets every row, the heads first. What is charged has the room that tax and amount leave.
    fn cells(&mut self, fees: &[FeeLine]) -> Result<(Vec<Cells>, Columns), PaperError> {
        let has_vat = fees.iter().any(|fee| fee.vat.is_some());
        let [head, vat, amount] = fee_heads(self.language);
        let heads = (if has_vat { vat } else { "" }, amount, FEE_HEAD, Role::ColumnHeader);
        let lines = fees.iter().map(|fee| {
            let style = if fee.is_total { FEE_TOTAL } else { FEE };
            (
                fee.vat.as_deref().unwrap_or_default(),
                fee.amount.expose(),
                style,
                Role::DataCell,
            )
        });
        let mut rows = Vec::with_capacity(fees.len() + 1);
        for (vat, amount, style, role) in core::iter::once(heads).chain(lines) {
            let vat = self.set(vat, style, VAT_WIDTH_MAX)?;
            let amount = self.set(amount, style, AMOUNT_WIDTH_MAX)?;
            rows.push(Cells {
                texts: [Vec::new(), vat, amount],
                style,
                role,
            });
        }
        let columns = Columns {
            vat: width(&rows, 1),
            amount: width(&rows, 2),
        };
        let labels = core::iter::once(head).chain(fees.iter().map(|fee| fee.label.as_str()));
        for (label, row) in labels.zip(&mut rows) {
            row.texts[0] = self.set(label, row.style, columns.label())?;
        }
        Ok((rows, columns))
    }

    fn fee(&mut self, table: ElementId, cells: Cells, columns: Columns, is_total: bool) -> Result<(), PaperError> {
        let Cells { texts, style, role } = cells;
        let count = texts.iter().map(Vec::len).max().unwrap_or(0).max(1);
        let height = count as f32 * style.leading + 2.0 * ROW_PAD + RULE_THIN;
        if height > ROW_WHOLE_MAX {
            return Err(PaperError::TooLong);
        }
        let [label, vat, amount] = texts;
        let tr = self.tree.add(table, Role::Row);
        let head = if role == Role::ColumnHeader {
            role
        } else {
            Role::HeaderCell
        };
        let th = self.tree.add(tr, head);
        let mut items = Vec::new();
        if is_total {
            items.push(rule(0.0, RULE_TOTAL, INK));
        }
        let y = |i: usize| ROW_PAD + i as f32 * style.leading;
        let label = label.into_iter().enumerate();
        items.extend(label.map(|(i, text)| line(LEFT, y(i), text, style, th)));
        if columns.vat > 0.0 {
            let cell = self.tree.add(tr, role);
            items.extend(at_end(vat, RIGHT - columns.amount, style, cell));
        }
        let cell = self.tree.add(tr, role);
        items.extend(at_end(amount, RIGHT, style, cell));
        items.push(rule(height - RULE_THIN, RULE_THIN, HAIRLINE));
        self.slabs.push(Slab::new(0.0, height, items));
        Ok(())
    }
}

/// Width of a column with the gap before it; 0 if nothing stands in it.
fn width(rows: &[Cells], column: usize) -> f32 {
    let lines = rows
        .iter()
        .flat_map(|row| row.texts[column].iter().map(|line| line.seen(row.style)));
    let widest = lines.fold(0.0, f32::max);
    if widest > 0.0 { widest + COLUMN_GAP } else { 0.0 }
}

/// Lines that end at `end`.
fn at_end(lines: Vec<Line>, end: f32, style: Style, element: ElementId) -> impl Iterator<Item = Item> {
    lines.into_iter().enumerate().map(move |(i, text)| {
        let x = end - text.seen(style);
        line(x, ROW_PAD + i as f32 * style.leading, text, style, element)
    })
}

fn rule(y: f32, thickness: f32, colour: Colour) -> Item {
    Item::Rule {
        x: LEFT,
        y,
        width: WIDTH,
        thickness,
        colour,
    }
}
