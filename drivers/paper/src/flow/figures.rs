//! Pictures and the line for a signature on the page.
use super::{Flow, Item, Slab, line};
use crate::PaperError;
use crate::structure::{Figure, Role, Tree};
use crate::theme::*;
use drivers_api::picture::Picture;

impl Flow {
    /// A picture where lines begin, as wide as asked for but never wider than the text or taller than
    /// [`PICTURE_HEIGHT_MAX`].
    pub(super) fn picture(&mut self, picture: &Picture, width_mm: u8, alt: &str) {
        let (dots_wide, dots_high) = (picture.width() as f32, picture.height() as f32);
        let scale = (points(width_mm.max(1)).min(WIDTH) / dots_wide).min(PICTURE_HEIGHT_MAX / dots_high);
        let (width, height) = (dots_wide * scale, dots_high * scale);
        let element = self.tree.add(Tree::ROOT, Role::Figure);
        self.tree.elements[element.0].figure = Some(Figure {
            alt: alt.to_owned(),
            bounds: [0.0; 4],
        });
        let number = self.pictures;
        self.pictures += 1;
        let item = Item::Picture {
            x: LEFT,
            y: 0.0,
            width,
            height,
            number,
            element,
        };
        self.slabs.push(Slab::new(BLOCK_GAP, height, vec![item]));
    }

    /// Room to write in, a line, and below it who signs.
    pub(super) fn signature_line(&mut self, label: &str) -> Result<(), PaperError> {
        let labels = self.set(label, SIGNER, SIGNATURE_WIDTH)?;
        if labels.len() as f32 * SIGNER.leading > ROW_WHOLE_MAX {
            return Err(PaperError::TooLong);
        }
        let element = self.tree.add(Tree::ROOT, Role::P);
        let mut items = vec![Item::Rule {
            x: LEFT,
            y: SIGNATURE_SPACE,
            width: SIGNATURE_WIDTH,
            thickness: RULE_THIN,
            colour: INK,
        }];
        let top = SIGNATURE_SPACE + ROW_PAD;
        let height = top + labels.len() as f32 * SIGNER.leading;
        let label = labels.into_iter().enumerate();
        items.extend(label.map(|(i, text)| line(LEFT, top + i as f32 * SIGNER.leading, text, SIGNER, element)));
        self.slabs.push(Slab::new(BLOCK_GAP, height, items));
        Ok(())
    }
}
