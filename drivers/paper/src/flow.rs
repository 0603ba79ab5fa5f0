//! From blocks to slabs: strips of the page that are never torn, in reading order. Places are those of a page from left to
//! right; [`crate::page::draw`] mirrors them for documents from right to left.
use crate::PaperError;
use crate::bidi::Direction;
use crate::lines::{Lines, set};
use crate::paragraph::Line;
use crate::qr::{Qr, encode};
use crate::structure::{ElementId, Figure, Role, Tree};
use crate::theme::*;
use drivers_api::document::{Block, Row};
use drivers_api::language::Language;

mod fees;
mod figures;

/// A mark on a slab; `x` from the page's left edge, `y` from the slab's top.
pub(crate) enum Item {
    Line {
        /// Where its text begins.
        x: f32,
        y: f32,
        line: Line,
        style: Style,
        element: ElementId,
    },
    Rule {
        x: f32,
        y: f32,
        width: f32,
        thickness: f32,
        colour: Colour,
    },
    Qr {
        x: f32,
        y: f32,
        module: f32,
        quiet: f32,
        code: Qr,
        element: ElementId,
    },
    Picture {
        x: f32,
        y: f32,
        width: f32,
        height: f32,
        /// Which of the document's pictures.
        number: usize,
        element: ElementId,
    },
}

/// A strip over the whole width of the text.
pub(crate) struct Slab {
    /// Space above, dropped at the top of a page.
    pub(crate) gap: f32,
    pub(crate) height: f32,
    /// Stays on one page with the slab that follows.
    pub(crate) keep: bool,
    /// Begins a page.
    pub(crate) new_page: bool,
    /// Number of the tinted box it lies in.
    pub(crate) boxed: Option<usize>,
    pub(crate) items: Vec<Item>,
}

impl Slab {
    fn new(gap: f32, height: f32, items: Vec<Item>) -> Self {
        Self {
            gap,
            height,
            keep: false,
            new_page: false,
            boxed: None,
            items,
        }
    }
}

/// Turns blocks into slabs and structure.
pub(crate) struct Flow {
    pub(crate) tree: Tree,
    pub(crate) slabs: Vec<Slab>,
    pub(crate) substituted: usize,
    boxes: usize,
    /// How many pictures there were so far.
    pictures: usize,
    language: Language,
    direction: Direction,
}

impl Flow {
    pub(crate) fn new(language: Language) -> Self {
        Self {
            language,
            direction: Direction::of(language),
            tree: Tree::new(),
            slabs: Vec::new(),
            substituted: 0,
            boxes: 0,
            pictures: 0,
        }
    }

    /// Adds a block.
    ///
    /// # Errors
    /// Those of [`crate::pdf::render`].
    pub(crate) fn block(&mut self, block: &Block) -> Result<(), PaperError> {
        match block {
            Block::Heading { level, text } => self.heading(*level, text.expose()),
            Block::Paragraph(text) => self.paragraph(text.expose()),
            Block::Notice(text) => self.notice(text.expose()),
            Block::Table(rows) => self.table(rows),
            Block::Fees(lines) => self.fees(lines),
            Block::Image { picture, width_mm, alt } => {
                self.picture(picture, *width_mm, alt);
                Ok(())
            }
            Block::SignatureLine { label } => self.signature_line(label),
            Block::Code { label, text, qr, alt } => self.code(label, text, qr, alt),
            Block::NewPage => {
                self.slabs.push(Slab {
                    keep: true,
                    new_page: true,
                    ..Slab::new(0.0, 0.0, Vec::new())
                });
                Ok(())
            }
        }
    }

    /// A heading; it stays with what follows.
    pub(crate) fn heading(&mut self, level: u8, text: &str) -> Result<(), PaperError> {
        let (role, style, gap, after) = match level {
            0 | 1 => (Role::H1, TITLE, TITLE_GAP, TITLE_AFTER),
            _ => (Role::H2, SECTION, SECTION_GAP, SECTION_AFTER),
        };
        let lines = self.set(text, style, WIDTH)?;
        if lines.is_empty() {
            return Ok(());
        }
        let element = self.tree.add(Tree::ROOT, role);
        let count = lines.len();
        for (i, text) in lines.into_iter().enumerate() {
            let height = style.leading + if i + 1 == count { after } else { 0.0 };
            let mut slab = Slab::new(
                if i == 0 { gap } else { 0.0 },
                height,
                vec![line(LEFT, 0.0, text, style, element)],
            );
            slab.keep = i < HEADING_LINES_KEPT || i + 1 == count;
            self.slabs.push(slab);
        }
        Ok(())
    }

    fn paragraph(&mut self, text: &str) -> Result<(), PaperError> {
        let lines = self.set(text, BODY, WIDTH)?;
        if lines.is_empty() {
            return Ok(());
        }
        let element = self.tree.add(Tree::ROOT, Role::P);
        let first = self.slabs.len();
        for text in lines {
            self.slabs
                .push(Slab::new(0.0, BODY.leading, vec![line(LEFT, 0.0, text, BODY, element)]));
        }
        self.slabs[first].gap = BLOCK_GAP;
        keep_ends_together(&mut self.slabs[first..], 1);
        Ok(())
    }

    /// A tinted box.
    pub(crate) fn notice(&mut self, text: &str) -> Result<(), PaperError> {
        let x = LEFT + BOX_BAR + BOX_PAD;
        let lines = self.set(text, NOTICE, RIGHT - BOX_PAD - x)?;
        if lines.is_empty() {
            return Ok(());
        }
        let element = self.tree.add(Tree::ROOT, Role::P);
        let first = self.slabs.len();
        self.slabs.push(Slab::new(BOX_GAP, BOX_PAD * 0.8, Vec::new()));
        for text in lines {
            self.slabs.push(Slab::new(
                0.0,
                NOTICE.leading,
                vec![line(x, 0.0, text, NOTICE, element)],
            ));
        }
        self.slabs.push(Slab::new(0.0, BOX_PAD * 0.8, Vec::new()));
        keep_ends_together(&mut self.slabs[first..], 2);
        self.close_box(first);
        Ok(())
    }

    fn table(&mut self, rows: &[Row]) -> Result<(), PaperError> {
        if rows.is_empty() {
            return Ok(());
        }
        let table = self.tree.add(Tree::ROOT, Role::Table);
        let top = Item::Rule {
            x: LEFT,
            y: 0.0,
            width: WIDTH,
            thickness: RULE_THIN,
            colour: HAIRLINE,
        };
        let mut head = Slab::new(BLOCK_GAP, RULE_THIN, vec![top]);
        head.keep = true;
        self.slabs.push(head);
        for row in rows {
            self.row(table, row)?;
        }
        Ok(())
    }

    fn row(&mut self, table: ElementId, row: &Row) -> Result<(), PaperError> {
        let value_x = LEFT + LABEL_WIDTH + COLUMN_GAP;
        let labels = self.set(&row.label, LABEL, LABEL_WIDTH)?;
        let values = self.set(row.value.expose(), VALUE, RIGHT - value_x)?;
        let tr = self.tree.add(table, Role::Row);
        let th = self.tree.add(tr, Role::HeaderCell);
        let td = self.tree.add(tr, Role::DataCell);
        let count = labels.len().max(values.len()).max(1);
        let (mut labels, mut values) = (labels.into_iter(), values.into_iter());
        let rule = |y| Item::Rule {
            x: LEFT,
            y: y - RULE_THIN,
            width: WIDTH,
            thickness: RULE_THIN,
            colour: HAIRLINE,
        };
        let height = count as f32 * VALUE.leading + 2.0 * ROW_PAD + RULE_THIN;
        if height <= ROW_WHOLE_MAX {
            let y = |i: usize| ROW_PAD + i as f32 * VALUE.leading;
            let mut items: Vec<Item> = labels
                .enumerate()
                .map(|(i, text)| line(LEFT, y(i), text, LABEL, th))
                .collect();
            items.extend(values.enumerate().map(|(i, text)| line(value_x, y(i), text, VALUE, td)));
            items.push(rule(height));
            self.slabs.push(Slab::new(0.0, height, items));
            return Ok(());
        }
        let first = self.slabs.len();
        for i in 0..count {
            let above = if i == 0 { ROW_PAD } else { 0.0 };
            let below = if i + 1 == count { ROW_PAD + RULE_THIN } else { 0.0 };
            let mut items: Vec<Item> = labels
                .next()
                .map(|text| line(LEFT, above, text, LABEL, th))
                .into_iter()
                .collect();
            items.extend(values.next().map(|text| line(value_x, above, text, VALUE, td)));
            let height = above + VALUE.leading + below;
            if below > 0.0 {
                items.push(rule(height));
            }
            self.slabs.push(Slab::new(0.0, height, items));
        }
        keep_ends_together(&mut self.slabs[first..], 1);
        Ok(())
    }

    fn code(&mut self, label: &str, text: &str, qr: &str, alt: &str) -> Result<(), PaperError> {
        let code = encode(qr)?;
        let module = (QR_SIDE / code.side as f32 * 100.0).floor() / 100.0;
        let quiet = module * QR_QUIET;
        let side = module * code.side as f32;
        let panel = side + 2.0 * quiet;
        let x = LEFT + BOX_BAR + BOX_PAD;
        let column = RIGHT - BOX_PAD - panel - BOX_PAD - x;
        let labels = self.set(label, CODE_LABEL, column)?;
        let (style, texts) = self.code_text(text, column)?;
        let div = self.tree.add(Tree::ROOT, Role::Div);
        let label_element = self.tree.add(div, Role::P);
        let text_element = self.tree.add(div, Role::P);
        let figure = self.tree.add(div, Role::Figure);
        self.tree.elements[figure.0].figure = Some(Figure {
            alt: alt.to_owned(),
            bounds: [0.0; 4],
        });
        let mut lines: Vec<(Line, Style, ElementId)> = labels
            .into_iter()
            .map(|line| (line, CODE_LABEL, label_element))
            .collect();
        lines.extend(texts.into_iter().map(|line| (line, style, text_element)));
        let first = self.slabs.len();
        let mut height: f32 = lines.iter().map(|(_, style, _)| style.leading).sum();
        let mut beside = Vec::new();
        if height <= panel {
            let mut y = BOX_PAD + (panel - height) / 2.0;
            for (text, style, element) in lines {
                beside.push(line(x, y, text, style, element));
                y += style.leading;
            }
        } else {
            for (text, style, element) in lines {
                self.slabs
                    .push(Slab::new(0.0, style.leading, vec![line(x, 0.0, text, style, element)]));
            }
        }
        let qr_x = RIGHT - BOX_PAD - panel;
        beside.push(Item::Qr {
            x: qr_x + quiet,
            y: BOX_PAD + quiet,
            module,
            quiet,
            code,
            element: figure,
        });
        height = panel + 2.0 * BOX_PAD;
        self.slabs.push(Slab::new(0.0, height, beside));
        self.slabs[first].gap = BOX_GAP;
        self.close_box(first);
        Ok(())
    }

    /// Sets a code as large as its column allows, in one line if at all possible.
    fn code_text(&mut self, text: &str, column: f32) -> Result<(Style, Vec<Line>), PaperError> {
        let whole = set(text, CODE, f32::from(u16::MAX), self.direction)?;
        let widest = whole.lines.iter().map(|line| line.width).max().unwrap_or(0).max(1);
        let size = (column * 1000.0 / widest as f32 - 0.05).clamp(CODE_SIZE_MIN, CODE.size);
        let style = Style {
            size,
            leading: CODE.leading * size / CODE.size,
            ..CODE
        };
        Ok((style, self.set(text, style, column)?))
    }

    /// Puts the slabs from `first` on into one tinted box.
    fn close_box(&mut self, first: usize) {
        for slab in &mut self.slabs[first..] {
            slab.boxed = Some(self.boxes);
        }
        self.boxes += 1;
    }

    fn set(&mut self, text: &str, style: Style, width: f32) -> Result<Vec<Line>, PaperError> {
        let Lines { lines, substituted } = set(text, style, width, self.direction)?;
        self.substituted += substituted;
        Ok(lines)
    }
}

/// Of a heading, so many lines stay together with each other; the last one always stays with what it heads.
const HEADING_LINES_KEPT: usize = 6;

/// Ties the first and the last `ends + 1` slabs: no single line on a page of its own (widows and orphans).
fn keep_ends_together(slabs: &mut [Slab], ends: usize) {
    let count = slabs.len();
    for (i, slab) in slabs.iter_mut().enumerate() {
        slab.keep = i + 1 < count && (i < ends || i + ends + 1 >= count);
    }
}

/// A line whose strip begins at `y`; capitals (689/1000 high) stand in the middle of the strip.
fn line(x: f32, y: f32, line: Line, style: Style, element: ElementId) -> Item {
    Item::Line {
        x,
        y: y + style.leading / 2.0 + style.size * 0.3445,
        line,
        style,
        element,
    }
}
