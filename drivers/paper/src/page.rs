//! Slabs onto pages, and pages drawn.
use crate::PaperError;
use crate::bidi::Direction;
use crate::canvas::{Canvas, Fonts, Owner};
use crate::flow::{Item, Slab};
use crate::lines::set_one;
use crate::paragraph::Line;
use crate::pdf::PAGES_MAX;
use crate::structure::{ElementId, Tree};
use crate::theme::*;
use crate::words::page_number;
use drivers_api::document::Document;
use printpdf::Op;
use std::collections::BTreeSet;

/// A slab and where it lies: distance of its top from the page's top.
pub(crate) struct Placed {
    pub(crate) y: f32,
    pub(crate) slab: Slab,
}

/// Lays slabs on pages. Slabs tied by `keep` stay on one page if a page can hold them.
///
/// # Errors
/// [`PaperError::TooLong`] beyond [`PAGES_MAX`] pages.
pub(crate) fn paginate(slabs: Vec<Slab>) -> Result<Vec<Vec<Placed>>, PaperError> {
    let chains = chains(&slabs);
    let mut pages: Vec<Vec<Placed>> = vec![Vec::new()];
    let mut y = BODY_TOP_FIRST;
    let mut chain_ends = chains.into_iter();
    let mut chain_left = 0;
    for slab in slabs {
        let tall = if chain_left == 0 {
            let (count, height) = chain_ends.next().unwrap_or((1, slab.height));
            chain_left = count;
            let fits_a_page = height <= BODY_BOTTOM - BODY_TOP_NEXT;
            if fits_a_page { height } else { slab.gap + slab.height }
        } else {
            slab.gap + slab.height
        };
        chain_left -= 1;
        let is_page_empty = pages.last().is_none_or(Vec::is_empty);
        if (slab.new_page || y + tall > BODY_BOTTOM) && !is_page_empty {
            if pages.len() == PAGES_MAX {
                return Err(PaperError::TooLong);
            }
            pages.push(Vec::new());
            y = BODY_TOP_NEXT;
        } else if !is_page_empty {
            y += slab.gap;
        }
        let height = slab.height;
        if let Some(page) = pages.last_mut() {
            page.push(Placed { y, slab });
        }
        y += height;
    }
    Ok(pages)
}

/// Lengths and heights of the runs of slabs that are tied together.
fn chains(slabs: &[Slab]) -> Vec<(usize, f32)> {
    let mut chains = Vec::new();
    let (mut count, mut height) = (0, 0.0);
    for slab in slabs {
        count += 1;
        height += slab.gap + slab.height;
        if !slab.keep {
            chains.push((count, height));
            (count, height) = (0, 0.0);
        }
    }
    if count > 0 {
        chains.push((count, height));
    }
    chains
}

/// Head and foot of one page.
pub(crate) struct Running {
    issuer: (Line, Style),
    /// On every page but the first.
    title: Option<Line>,
    footer: Line,
    number: Line,
}

/// Sets head and foot of every page; also tells how many characters the font doesn't have.
pub(crate) fn running(document: &Document, pages: usize) -> Result<(Vec<Running>, usize), PaperError> {
    let mut all = Vec::with_capacity(pages);
    let mut substituted = 0;
    let direction = Direction::of(document.language);
    let set_one = |text: &str, style, width| set_one(text, style, width, direction);
    for page in 0..pages {
        let number = set_one(&page_number(document.language, page + 1, pages), RUNNING, WIDTH)?.0;
        let footer_width = WIDTH - number.seen(RUNNING) - ENDS_GAP;
        let (footer, footer_lacks) = set_one(&document.footer, RUNNING, footer_width)?;
        let style = if page == 0 { ISSUER } else { RUNNING };
        let issuer_width = if page == 0 { WIDTH } else { WIDTH * 0.5 - ENDS_GAP };
        let (issuer, issuer_lacks) = set_one(&document.issuer, style, issuer_width)?;
        let title = if page == 0 {
            None
        } else {
            Some(set_one(&document.title, RUNNING, WIDTH * 0.5)?.0)
        };
        if page == 0 {
            substituted = footer_lacks + issuer_lacks;
        }
        all.push(Running {
            issuer: (issuer, style),
            title,
            footer,
            number,
        });
    }
    Ok((all, substituted))
}

/// Every glyph the pages use, by weight: regular, semi-bold.
pub(crate) fn glyphs_used(pages: &[Vec<Placed>], running: &[Running]) -> [BTreeSet<u16>; 2] {
    let mut used = [BTreeSet::new(), BTreeSet::new()];
    let mut add = |line: &Line, weight: Weight| {
        let set = match weight {
            Weight::Regular => &mut used[0],
            Weight::SemiBold => &mut used[1],
        };
        set.extend(
            line.runs
                .iter()
                .flat_map(|run| run.glyphs.iter())
                .map(|glyph| glyph.gid),
        );
    };
    for item in pages.iter().flatten().flat_map(|placed| &placed.slab.items) {
        if let Item::Line { line, style, .. } = item {
            add(line, style.weight);
        }
    }
    for page in running {
        add(&page.issuer.0, page.issuer.1.weight);
        for line in page.title.iter().chain([&page.footer, &page.number]) {
            add(line, RUNNING.weight);
        }
    }
    used
}

/// Draws one page. `issuer` is the element of the letterhead on the first page; later heads are repetitions.
pub(crate) fn draw(
    page: usize,
    placed: &[Placed],
    running: &Running,
    (issuer, direction): (ElementId, Direction),
    fonts: &Fonts,
    tree: &mut Tree,
) -> Vec<Op> {
    note_bounds(placed, direction, tree);
    let mut sheet = Sheet {
        canvas: Canvas::new(fonts, tree, page),
        direction,
    };
    sheet.boxes(placed);
    let owner = match page {
        0 => Owner::Element(issuer),
        _ => Owner::Artifact,
    };
    sheet.head(running, owner);
    for (slab_y, item) in items(placed) {
        sheet.item(slab_y, item);
    }
    sheet.foot(running);
    sheet.canvas.finish()
}

/// A page being drawn; whoever draws on it gives places as on a page from left to right.
struct Sheet<'a> {
    canvas: Canvas<'a>,
    direction: Direction,
}

impl Sheet<'_> {
    /// A line whose text begins at `x`.
    fn text(&mut self, owner: Owner, x: f32, y: f32, line: &Line, style: Style) {
        let start = mirrored(self.direction, x, 0.0);
        let left = line.left_end(start, style, self.direction);
        self.canvas.text(owner, left, y, line, style);
    }

    /// A line whose text ends at [`RIGHT`].
    fn text_at_end(&mut self, owner: Owner, y: f32, line: &Line, style: Style) {
        self.text(owner, RIGHT - line.seen(style), y, line, style);
    }

    fn rectangle(&mut self, x: f32, y: f32, width: f32, height: f32, colour: Colour) {
        let left = mirrored(self.direction, x, width);
        self.canvas.rectangle(left, y, width, height, colour);
    }

    fn item(&mut self, slab_y: f32, item: &Item) {
        match item {
            Item::Line {
                x,
                y,
                line,
                style,
                element,
            } => {
                self.text(Owner::Element(*element), *x, slab_y + y, line, *style);
            }
            Item::Rule {
                x,
                y,
                width,
                thickness,
                colour,
            } => {
                self.rectangle(*x, slab_y + y, *width, *thickness, *colour);
            }
            Item::Qr {
                x,
                y,
                module,
                quiet,
                code,
                element,
            } => {
                let side = module * code.side as f32;
                let panel = side + 2.0 * quiet;
                self.rectangle(x - quiet, slab_y + y - quiet, panel, panel, WHITE);
                let left = mirrored(self.direction, *x, side);
                self.canvas.qr(*element, left, slab_y + y, *module, code);
            }
            Item::Picture {
                x,
                y,
                width,
                height,
                number,
                element,
            } => {
                let left = mirrored(self.direction, *x, *width);
                self.canvas
                    .picture(*element, (left, slab_y + y), (*width, *height), *number);
            }
        }
    }

    /// Tints behind the slabs of a box, in one piece, with a bar of colour where lines begin.
    fn boxes(&mut self, placed: &[Placed]) {
        for run in placed.chunk_by(|a, b| a.slab.boxed == b.slab.boxed) {
            if let (Some(first), Some(last)) = (run.first(), run.last())
                && first.slab.boxed.is_some()
            {
                let height = last.y + last.slab.height - first.y;
                self.rectangle(LEFT, first.y, WIDTH, height, BLUE_TINT);
                self.rectangle(LEFT, first.y, BOX_BAR, height, BLUE);
            }
        }
    }

    fn head(&mut self, running: &Running, owner: Owner) {
        let (issuer, style) = &running.issuer;
        self.text(owner, LEFT, HEAD_BASELINE, issuer, *style);
        let mut thickness = RULE_HEAD;
        if let Some(title) = &running.title {
            self.text_at_end(Owner::Artifact, HEAD_BASELINE, title, RUNNING);
            thickness = RULE_THIN * 2.0;
        }
        self.rectangle(LEFT, HEAD_BASELINE + HEAD_RULE_GAP, WIDTH, thickness, BLUE);
    }

    fn foot(&mut self, running: &Running) {
        self.rectangle(LEFT, FOOT_RULE, WIDTH, RULE_THIN, HAIRLINE);
        self.text(Owner::Artifact, LEFT, FOOT_BASELINE, &running.footer, RUNNING);
        self.text_at_end(Owner::Artifact, FOOT_BASELINE, &running.number, RUNNING);
    }
}

/// Left edge of what lies `x` from the left on a page from left to right. The margin for the file's holes stays left.
fn mirrored(direction: Direction, x: f32, width: f32) -> f32 {
    direction.mirrored(x, width, (LEFT, RIGHT))
}

/// Notes where each QR code and each picture lies, for its structure element.
fn note_bounds(placed: &[Placed], direction: Direction, tree: &mut Tree) {
    for (slab_y, item) in items(placed) {
        let (x, y, width, height, element) = match item {
            Item::Qr {
                x,
                y,
                module,
                code,
                element,
                ..
            } => {
                let side = *module * code.side as f32;
                (*x, *y, side, side, *element)
            }
            Item::Picture {
                x,
                y,
                width,
                height,
                element,
                ..
            } => (*x, *y, *width, *height, *element),
            Item::Line { .. } | Item::Rule { .. } => continue,
        };
        if let Some(figure) = &mut tree.elements[element.0].figure {
            let left = mirrored(direction, x, width);
            let top = PAGE_HEIGHT - slab_y - y;
            figure.bounds = [left, top - height, left + width, top];
        }
    }
}

fn items(placed: &[Placed]) -> impl Iterator<Item = (f32, &Item)> {
    placed
        .iter()
        .flat_map(|placed| placed.slab.items.iter().map(|item| (placed.y, item)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn slab(height: f32, keep: bool) -> Slab {
        Slab {
            gap: 0.0,
            height,
            keep,
            new_page: false,
            boxed: None,
            items: Vec::new(),
        }
    }

    #[test]
    fn tied_slabs_move_to_the_next_page_together() {
        let room = BODY_BOTTOM - BODY_TOP_FIRST;
        let pages = paginate(vec![slab(room - 30.0, false), slab(20.0, true), slab(20.0, false)]).unwrap();
        assert_eq!(pages.iter().map(Vec::len).collect::<Vec<_>>(), [1, 2]);
        assert_eq!(pages[1][0].y, BODY_TOP_NEXT);
    }

    #[test]
    fn a_chain_taller_than_a_page_is_torn_and_stays_inside_the_body() {
        let pages = paginate((0..100).map(|_| slab(20.0, true)).collect()).unwrap();
        assert!(pages.len() >= 3);
        for placed in pages.iter().flatten() {
            assert!(placed.y + placed.slab.height <= BODY_BOTTOM);
        }
    }

    #[test]
    fn what_is_taken_off_begins_a_page() {
        let cut = || Slab {
            new_page: true,
            ..slab(0.0, true)
        };
        let pages = paginate(vec![
            cut(),
            slab(20.0, false),
            cut(),
            slab(20.0, true),
            slab(20.0, false),
        ])
        .unwrap();
        assert_eq!(
            pages.iter().map(Vec::len).collect::<Vec<_>>(),
            [2, 3],
            "none before the first"
        );
    }

    #[test]
    fn pages_are_bounded() {
        assert!(matches!(
            paginate((0..100_000).map(|_| slab(20.0, false)).collect()),
            Err(PaperError::TooLong)
        ));
    }
}
