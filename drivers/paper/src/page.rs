//! Slabs onto pages, and pages drawn.
use crate::PaperError;
use crate::canvas::{Canvas, Fonts, Owner};
use crate::face::{Glyph, Glyphs, width};
use crate::flow::{Item, Slab};
use crate::lines::set_one;
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
        if y + tall > BODY_BOTTOM && !is_page_empty {
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
    issuer: (Glyphs, Style),
    /// On every page but the first.
    title: Option<Glyphs>,
    footer: Glyphs,
    number: Glyphs,
}

/// Sets head and foot of every page; also tells how many characters the font doesn't have.
pub(crate) fn running(document: &Document, pages: usize) -> Result<(Vec<Running>, usize), PaperError> {
    let mut all = Vec::with_capacity(pages);
    let mut substituted = 0;
    for page in 0..pages {
        let number = set_one(&page_number(document.language, page + 1, pages), RUNNING, WIDTH)?.0;
        let footer_width = WIDTH - points(&number, RUNNING) - ENDS_GAP;
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
    let mut add = |glyphs: &[Glyph], weight: Weight| {
        let set = match weight {
            Weight::Regular => &mut used[0],
            Weight::SemiBold => &mut used[1],
        };
        set.extend(glyphs.iter().map(|glyph| glyph.gid));
    };
    for item in pages.iter().flatten().flat_map(|placed| &placed.slab.items) {
        if let Item::Line { glyphs, style, .. } = item {
            add(glyphs, style.weight);
        }
    }
    for page in running {
        add(&page.issuer.0, page.issuer.1.weight);
        for glyphs in page.title.iter().chain([&page.footer, &page.number]) {
            add(glyphs, RUNNING.weight);
        }
    }
    used
}

/// Draws one page. `issuer` is the element of the letterhead on the first page; later heads are repetitions.
pub(crate) fn draw(
    page: usize,
    placed: &[Placed],
    running: &Running,
    issuer: ElementId,
    fonts: &Fonts,
    tree: &mut Tree,
) -> Vec<Op> {
    note_bounds(placed, tree);
    let mut canvas = Canvas::new(fonts, tree, page);
    boxes(&mut canvas, placed);
    head(
        &mut canvas,
        running,
        if page == 0 {
            Owner::Element(issuer)
        } else {
            Owner::Artifact
        },
    );
    for (slab_y, item) in items(placed) {
        match item {
            Item::Line {
                x,
                y,
                glyphs,
                style,
                element,
            } => {
                canvas.text(Owner::Element(*element), *x, slab_y + y, glyphs, *style);
            }
            Item::Rule {
                x,
                y,
                width,
                thickness,
                colour,
            } => {
                canvas.rectangle(*x, slab_y + y, *width, *thickness, *colour);
            }
            Item::Qr {
                x,
                y,
                module,
                quiet,
                code,
                element,
            } => {
                let panel = module * code.side as f32 + 2.0 * quiet;
                canvas.rectangle(x - quiet, slab_y + y - quiet, panel, panel, WHITE);
                canvas.qr(*element, *x, slab_y + y, *module, code);
            }
        }
    }
    foot(&mut canvas, running);
    canvas.finish()
}

/// Notes where each QR code lies, for its structure element.
fn note_bounds(placed: &[Placed], tree: &mut Tree) {
    for (slab_y, item) in items(placed) {
        if let Item::Qr {
            x,
            y,
            module,
            code,
            element,
            ..
        } = item
            && let Some(figure) = &mut tree.elements[element.0].figure
        {
            let side = *module * code.side as f32;
            let top = PAGE_HEIGHT - slab_y - y;
            figure.bounds = [*x, top - side, x + side, top];
        }
    }
}

fn items(placed: &[Placed]) -> impl Iterator<Item = (f32, &Item)> {
    placed
        .iter()
        .flat_map(|placed| placed.slab.items.iter().map(|item| (placed.y, item)))
}

/// Tints behind the slabs of a box, in one piece, with a bar of colour at the left.
fn boxes(canvas: &mut Canvas<'_>, placed: &[Placed]) {
    for run in placed.chunk_by(|a, b| a.slab.boxed == b.slab.boxed) {
        if let (Some(first), Some(last)) = (run.first(), run.last())
            && first.slab.boxed.is_some()
        {
            let height = last.y + last.slab.height - first.y;
            canvas.rectangle(LEFT, first.y, WIDTH, height, BLUE_TINT);
            canvas.rectangle(LEFT, first.y, BOX_BAR, height, BLUE);
        }
    }
}

fn head(canvas: &mut Canvas<'_>, running: &Running, owner: Owner) {
    let (issuer, style) = &running.issuer;
    canvas.text(owner, LEFT, HEAD_BASELINE, issuer, *style);
    let mut thickness = RULE_HEAD;
    if let Some(title) = &running.title {
        canvas.text(
            Owner::Artifact,
            RIGHT - points(title, RUNNING),
            HEAD_BASELINE,
            title,
            RUNNING,
        );
        thickness = RULE_THIN * 2.0;
    }
    canvas.rectangle(LEFT, HEAD_BASELINE + HEAD_RULE_GAP, WIDTH, thickness, BLUE);
}

fn foot(canvas: &mut Canvas<'_>, running: &Running) {
    canvas.rectangle(LEFT, FOOT_RULE, WIDTH, RULE_THIN, HAIRLINE);
    canvas.text(Owner::Artifact, LEFT, FOOT_BASELINE, &running.footer, RUNNING);
    let number = &running.number;
    canvas.text(
        Owner::Artifact,
        RIGHT - points(number, RUNNING),
        FOOT_BASELINE,
        number,
        RUNNING,
    );
}

fn points(glyphs: &Glyphs, style: Style) -> f32 {
    width(glyphs) as f32 * style.size / 1000.0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn slab(height: f32, keep: bool) -> Slab {
        Slab {
            gap: 0.0,
            height,
            keep,
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
    fn pages_are_bounded() {
        assert!(matches!(
            paginate((0..100_000).map(|_| slab(20.0, false)).collect()),
            Err(PaperError::TooLong)
        ));
    }
}
