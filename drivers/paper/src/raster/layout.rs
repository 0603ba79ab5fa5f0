//! From blocks to marks on pieces, from above to below.
use super::marks::{Mark, Sketch};
use super::theme::*;
use super::{PIECES_MAX, ROWS_MAX};
use crate::PaperError;
use crate::bidi::Direction;
use crate::lines::{Lines, set, set_one};
use crate::paragraph::Line;
use crate::qr::encode;
use crate::theme::{Style, points};
use crate::words::{page_number, substitution_notice};
use drivers_api::document::{Block, Document, Row};
use drivers_api::picture::Picture;

/// Blocks being laid out.
pub(super) struct Layout<'a> {
    document: &'a Document,
    pub(super) direction: Direction,
    sketches: Vec<Sketch<'a>>,
    marks: Vec<Mark<'a>>,
    /// How many of them are the piece's head.
    head_marks: usize,
    /// Where the next block begins on the piece.
    pub(super) y: f32,
    /// Rows of the pieces that are done.
    rows: f32,
    substituted: usize,
}

impl<'a> Layout<'a> {
    pub(super) fn new(document: &'a Document) -> Result<Self, PaperError> {
        let mut layout = Self {
            document,
            direction: Direction::of(document.language),
            sketches: Vec::new(),
            marks: Vec::new(),
            head_marks: 0,
            y: PIECE_TOP,
            rows: 0.0,
            substituted: 0,
        };
        layout.head(ISSUER)?;
        Ok(layout)
    }

    pub(super) fn block(&mut self, block: &'a Block) -> Result<(), PaperError> {
        match block {
            Block::Heading { level, text } => self.heading(*level, text.expose()),
            Block::Paragraph(text) => self.paragraph(text.expose()),
            Block::Notice(text) => self.notice(text.expose()),
            Block::Table(rows) => self.table(rows),
            Block::Fees(fees) => self.fees(self.document.language, fees),
            Block::Image { picture, width_mm, .. } => self.picture(picture, *width_mm),
            Block::SignatureLine { label } => self.signature_line(label),
            Block::Code { label, text, qr, .. } => self.code(label, text, qr),
            Block::NewPage if self.is_fresh() => Ok(()),
            Block::NewPage => self.next_piece(),
        }
    }

    /// Characters that the font doesn't have, so far.
    pub(super) fn substituted(&self) -> usize {
        self.substituted
    }

    /// Adds what stands at the end, and the foot of every piece.
    pub(super) fn finish(mut self) -> Result<Vec<Sketch<'a>>, PaperError> {
        if self.substituted > 0 {
            self.notice(&substitution_notice(self.document.language, self.substituted))?;
        }
        self.close()?;
        let mut sketches = core::mem::take(&mut self.sketches);
        let count = sketches.len();
        self.rows = 0.0;
        for (number, sketch) in sketches.iter_mut().enumerate() {
            self.y = sketch.height + FOOT_GAP;
            self.rule(RULE_THIN);
            self.y += ROW_PAD;
            self.text(&self.document.footer, RUNNING, LEFT, WIDTH)?;
            if count > 1 {
                self.text(
                    &page_number(self.document.language, number + 1, count),
                    RUNNING,
                    LEFT,
                    WIDTH,
                )?;
            }
            sketch.marks.append(&mut self.marks);
            sketch.height = self.y + PIECE_BOTTOM;
            self.rows += core::mem::take(&mut self.y) + PIECE_BOTTOM;
            self.within_bounds()?;
        }
        Ok(sketches)
    }

    pub(super) fn heading(&mut self, level: u8, text: &str) -> Result<(), PaperError> {
        let (style, gap) = match level {
            0 | 1 => (TITLE, TITLE_GAP),
            _ => (SECTION, SECTION_GAP),
        };
        self.y += gap;
        self.text(text, style, LEFT, WIDTH)
    }

    fn paragraph(&mut self, text: &str) -> Result<(), PaperError> {
        self.y += BLOCK_GAP;
        self.text(text, BODY, LEFT, WIDTH)
    }

    /// A box of lines around it.
    fn notice(&mut self, text: &str) -> Result<(), PaperError> {
        self.y += BLOCK_GAP + ROW_PAD;
        let top = self.y;
        self.y += BOX_RULE + BOX_PAD * 0.7;
        self.text(
            text,
            BODY,
            LEFT + BOX_RULE + BOX_PAD,
            WIDTH - 2.0 * (BOX_RULE + BOX_PAD),
        )?;
        self.y += BOX_PAD * 0.7 + BOX_RULE;
        let height = self.y - top;
        for (x, y, width, height) in [
            (LEFT, top, WIDTH, BOX_RULE),
            (LEFT, self.y - BOX_RULE, WIDTH, BOX_RULE),
            (LEFT, top, BOX_RULE, height),
            (RIGHT - BOX_RULE, top, BOX_RULE, height),
        ] {
            self.marks.push(Mark::Block { x, y, width, height });
        }
        self.y += ROW_PAD;
        Ok(())
    }

    /// Labels beside their values if all fit there in one line, else above them.
    fn table(&mut self, rows: &[Row]) -> Result<(), PaperError> {
        if rows.is_empty() {
            return Ok(());
        }
        self.y += BLOCK_GAP;
        let value_x = LEFT + LABEL_WIDTH + COLUMN_GAP;
        let mut beside = Vec::with_capacity(rows.len());
        for row in rows {
            let label = set(&row.label, LABEL, LABEL_WIDTH, self.direction)?;
            let value = set(row.value.expose(), VALUE, RIGHT - value_x, self.direction)?;
            beside.push((label, value));
        }
        let fits = beside
            .iter()
            .all(|(label, value)| label.lines.len() <= 1 && value.lines.len() <= 1);
        for (row, (label, value)) in rows.iter().zip(beside) {
            self.rule(RULE_THIN);
            self.y += ROW_PAD;
            if fits {
                self.substituted += label.substituted + value.substituted;
                self.place(label, LABEL_BESIDE, LEFT);
                self.y -= LABEL_BESIDE.leading;
                self.place(value, VALUE, value_x);
            } else {
                self.text(&row.label, LABEL, LEFT, WIDTH)?;
                self.text(row.value.expose(), VALUE, LEFT, WIDTH)?;
            }
            self.y += ROW_PAD;
        }
        self.rule(RULE_THIN);
        Ok(())
    }

    fn picture(&mut self, picture: &'a Picture, width_mm: u8) -> Result<(), PaperError> {
        let wanted = points(width_mm.max(1)) / points(1) * super::DOTS_PER_MM as f32;
        let (dots_wide, dots_high) = (picture.width() as f32, picture.height() as f32);
        let scale = (wanted.min(WIDTH) / dots_wide).min(PICTURE_HEIGHT_MAX / dots_high);
        let (width, height) = (
            (dots_wide * scale).floor().max(1.0),
            (dots_high * scale).floor().max(1.0),
        );
        self.y += BLOCK_GAP;
        self.marks.push(Mark::Picture {
            x: LEFT,
            y: self.y,
            width,
            height,
            picture,
        });
        self.y += height;
        self.within_bounds()
    }

    fn signature_line(&mut self, label: &str) -> Result<(), PaperError> {
        self.y += BLOCK_GAP + SIGNATURE_SPACE;
        self.rule(RULE_THIN);
        self.y += ROW_PAD;
        self.text(label, LABEL, LEFT, WIDTH)
    }

    /// Label, the code as large as the strip allows, and its QR code below.
    fn code(&mut self, label: &str, text: &str, qr: &str) -> Result<(), PaperError> {
        let code = encode(qr)?;
        let widest_module = (WIDTH as usize + 2 * LEFT as usize) / (code.side + 2 * QR_QUIET);
        let module = (QR_SIDE / code.side).clamp(QR_MODULE_MIN, widest_module.max(1));
        self.y += BLOCK_GAP;
        self.rule(RULE_TOTAL);
        self.y += ROW_PAD;
        self.text(label, LABEL, LEFT, WIDTH)?;
        let whole = set(text, CODE, f32::from(u16::MAX), self.direction)?;
        let widest = whole.lines.iter().map(|line| line.width).max().unwrap_or(0).max(1);
        let size = (WIDTH * 1000.0 / widest as f32 - 0.05)
            .floor()
            .clamp(CODE_SIZE_MIN, CODE.size);
        let style = Style {
            size,
            leading: (CODE.leading * size / CODE.size).round(),
            ..CODE
        };
        self.text(text, style, LEFT, WIDTH)?;
        let panel = ((code.side + 2 * QR_QUIET) * module) as f32;
        self.marks.push(Mark::Qr {
            y: self.y,
            module,
            code,
        });
        self.y += panel;
        self.within_bounds()
    }

    /// Head of a piece: who issues it, and a line below.
    fn head(&mut self, style: Style) -> Result<(), PaperError> {
        self.text(&self.document.issuer, style, LEFT, WIDTH)?;
        self.y += ROW_PAD;
        self.rule(HEAD_RULE);
        self.head_marks = self.marks.len();
        Ok(())
    }

    fn next_piece(&mut self) -> Result<(), PaperError> {
        self.close()?;
        if self.sketches.len() == PIECES_MAX {
            return Err(PaperError::TooLong);
        }
        self.y = PIECE_TOP;
        self.head(ISSUER)?;
        let (title, _) = set_one(&self.document.title, RUNNING, WIDTH, self.direction)?;
        self.y += ROW_PAD;
        self.line(title, RUNNING, LEFT);
        self.head_marks = self.marks.len();
        Ok(())
    }

    /// Nothing was laid on the piece yet.
    fn is_fresh(&self) -> bool {
        self.marks.len() == self.head_marks
    }

    /// The piece is full; its foot is added when all are known.
    fn close(&mut self) -> Result<(), PaperError> {
        let marks = core::mem::take(&mut self.marks);
        self.sketches.push(Sketch {
            marks,
            height: self.y,
            direction: self.direction,
        });
        self.rows += self.y;
        self.y = 0.0;
        self.within_bounds()
    }

    fn within_bounds(&self) -> Result<(), PaperError> {
        if self.rows + self.y > ROWS_MAX as f32 {
            return Err(PaperError::TooLong);
        }
        Ok(())
    }

    pub(super) fn rule(&mut self, height: f32) {
        self.marks.push(Mark::Block {
            x: LEFT,
            y: self.y,
            width: WIDTH,
            height,
        });
        self.y += height;
    }

    /// A text in lines of at most `width`, beginning at `x`.
    pub(super) fn text(&mut self, text: &str, style: Style, x: f32, width: f32) -> Result<(), PaperError> {
        let lines = self.set(text, style, width)?;
        self.place(lines, style, x);
        self.within_bounds()
    }

    pub(super) fn place(&mut self, lines: Lines, style: Style, x: f32) {
        for line in lines.lines {
            self.line(line, style, x);
        }
    }

    pub(super) fn line(&mut self, line: Line, style: Style, x: f32) {
        let y = self.y;
        self.marks.push(Mark::Line { x, y, line, style });
        self.y += style.leading;
    }

    pub(super) fn set(&mut self, text: &str, style: Style, width: f32) -> Result<Lines, PaperError> {
        let lines = set(text, style, width, self.direction)?;
        self.substituted += lines.substituted;
        Ok(lines)
    }
}

/// The least that hand-held readers tell apart on thermal paper: 3 dots are 0.375 mm.
const QR_MODULE_MIN: usize = 3;

/// A label in the strip of its value, so that both stand on one line.
const LABEL_BESIDE: Style = Style {
    leading: VALUE.leading,
    ..LABEL
};
