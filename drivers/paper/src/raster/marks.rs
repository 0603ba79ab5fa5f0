//! What lies on a piece before it is drawn, and the drawing of it.
use super::ink::Ink;
use super::piece::Piece;
use super::theme::*;
use crate::PaperError;
use crate::bidi::Direction;
use crate::paragraph::Line;
use crate::qr::Qr;
use crate::theme::Style;
use core::convert::Infallible;
use drivers_api::picture::{Depth, Picture};
use embedded_graphics::Pixel;
use embedded_graphics::draw_target::DrawTarget;
use embedded_graphics::geometry::{Point, Size};
use embedded_graphics::pixelcolor::BinaryColor;
use embedded_graphics::primitives::Rectangle;
use zeroize::Zeroizing;

/// A mark; places are those of a piece from left to right.
pub(super) enum Mark<'a> {
    Line {
        /// Where its text begins.
        x: f32,
        /// Upper edge of its strip.
        y: f32,
        line: Line,
        style: Style,
    },
    Block {
        x: f32,
        y: f32,
        width: f32,
        height: f32,
    },
    Qr {
        y: f32,
        /// Dots along a module.
        module: usize,
        code: Qr,
    },
    Picture {
        x: f32,
        y: f32,
        width: f32,
        height: f32,
        picture: &'a Picture,
    },
}

/// A piece to be drawn.
pub(super) struct Sketch<'a> {
    pub(super) marks: Vec<Mark<'a>>,
    pub(super) height: f32,
    pub(super) direction: Direction,
}

impl Sketch<'_> {
    pub(super) fn draw(&self, ink: &mut Ink) -> Result<Piece, PaperError> {
        let mut piece = Piece::blank(self.height.ceil() as u32);
        for mark in &self.marks {
            match mark {
                Mark::Line { x, y, line, style } => {
                    let start = self.mirrored(*x, 0.0);
                    let left = line.left_end(start, *style, self.direction);
                    // capitals (689/1000 high) stand in the middle of the strip
                    let baseline = y + style.leading / 2.0 + style.size * 0.3445;
                    ink.text(&mut piece, (left, baseline.round()), line, *style)?;
                }
                Mark::Block { x, y, width, height } => {
                    fill(&mut piece, (self.mirrored(*x, *width), *y), (*width, *height));
                }
                Mark::Qr { y, module, code } => qr(&mut piece, *y, *module, code),
                Mark::Picture {
                    x,
                    y,
                    width,
                    height,
                    picture,
                } => {
                    let corner = dot(self.mirrored(*x, *width), *y);
                    let Ok(()) = picture_dots(&mut piece, corner, (*width as u32, *height as u32), picture);
                }
            }
        }
        Ok(piece)
    }

    fn mirrored(&self, x: f32, width: f32) -> f32 {
        self.direction.mirrored(x, width, (LEFT, RIGHT))
    }
}

fn dot(x: f32, y: f32) -> Point {
    Point::new(x.round() as i32, y.round() as i32)
}

fn fill(piece: &mut Piece, (x, y): (f32, f32), (width, height): (f32, f32)) {
    let size = Size::new(width.round() as u32, height.round() as u32);
    let Ok(()) = piece.fill_solid(&Rectangle::new(dot(x, y), size), BinaryColor::On);
}

/// In the middle of the piece, a whole number of dots to each module: half a dot more or less is what readers fail at.
fn qr(piece: &mut Piece, y: f32, module: usize, code: &Qr) {
    let left = (super::WIDTH_DOTS as usize - code.side * module) / 2;
    let top = y.round() as usize + QR_QUIET * module;
    for (row, column, length) in &code.runs {
        let corner = ((left + column * module) as f32, (top + row * module) as f32);
        fill(piece, corner, ((length * module) as f32, module as f32));
    }
}

/// Pictures of bits keep their edges; grey ones become dots by error diffusion (Floyd and Steinberg, 1976).
fn picture_dots(
    piece: &mut Piece,
    corner: Point,
    (width, height): (u32, u32),
    picture: &Picture,
) -> Result<(), Infallible> {
    let diffuses = picture.depth() == Depth::Gray;
    let mut errors = Zeroizing::new(vec![0_i32; width as usize + 2]);
    let mut next = Zeroizing::new(vec![0_i32; width as usize + 2]);
    for y in 0..height {
        for x in 0..width {
            let at = x as usize + 1;
            let wanted = mean(picture, (x, y), (width, height)) + errors[at] / 16;
            let is_ink = wanted < 128;
            if diffuses {
                let error = wanted - if is_ink { 0 } else { 255 };
                if let Some(right) = errors.get_mut(at + 1) {
                    *right += error * 7;
                }
                next[at - 1] += error * 3;
                next[at] += error * 5;
                next[at + 1] += error;
            }
            let point = corner + Point::new(x as i32, y as i32);
            if is_ink {
                piece.draw_iter([Pixel(point, BinaryColor::On)])?;
            }
        }
        core::mem::swap(&mut errors, &mut next);
        next.fill(0);
    }
    Ok(())
}

/// How light the part of a picture is that one dot of `width` × `height` covers.
fn mean(picture: &Picture, (x, y): (u32, u32), (width, height): (u32, u32)) -> i32 {
    let span = |at: u32, dots: u32, side: u32| {
        let edge = |at: u32| (u64::from(at) * u64::from(side) / u64::from(dots)) as u32;
        edge(at)..edge(at + 1).max(edge(at) + 1)
    };
    let (mut sum, mut count) = (0, 0);
    for source_y in span(y, height, picture.height()) {
        for source_x in span(x, width, picture.width()) {
            sum += i32::from(picture.lightness(source_x, source_y));
            count += 1;
        }
    }
    sum / count.max(1)
}
