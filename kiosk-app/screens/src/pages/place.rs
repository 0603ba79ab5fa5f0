//! Adapter of `place.slint`: draws the shown part of the map, in the colours of the look, and tells what is done on it.
//! The part is made of pixels only while its page is shown.
use crate::pages::put;
use crate::{OnTap, ui};
use catalogue::{Direction, FieldIndex, MapPart, Spot, TownMap};
use drivers_api::private::PrivateText;
use session::preferences::Look;
use session::view::MapView;
use session::{MapStep, Tap};
use slint::{ComponentHandle, Image, Rgb8Pixel, SharedPixelBuffer, SharedString};
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::sync::Arc;

/// What has to be remembered of the map that is shown.
#[derive(Default)]
pub(crate) struct MapMemory {
    field: Cell<Option<FieldIndex>>,
    drawn: RefCell<Option<Drawn>>,
}

/// What is drawn.
struct Drawn {
    map: Arc<TownMap>,
    part: MapPart,
    look: Look,
    height: u32,
}

impl MapMemory {
    /// Lets go of the map.
    pub(crate) fn forget(&self) {
        self.field.take();
        self.drawn.take();
    }

    /// True if this is drawn already; it is from now on.
    fn has(&self, view: &MapView, look: Look, height: u32) -> bool {
        let drawn = Drawn {
            map: Arc::clone(&view.map),
            part: view.part,
            look,
            height,
        };
        let before = self.drawn.replace(Some(drawn));
        before.is_some_and(|before| {
            let same = before.part == view.part && before.look == look && before.height == height;
            same && Arc::ptr_eq(&before.map, &view.map)
        })
    }
}

pub(crate) fn connect(app: &ui::App, on_tap: &OnTap, memory: &Rc<MapMemory>) {
    let page = app.global::<ui::PlaceMap>();
    let tell = |memory: &Rc<MapMemory>, on_tap: &OnTap| {
        let (memory, on_tap) = (memory.clone(), on_tap.clone());
        move |step| {
            if let Some(field) = memory.field.get() {
                on_tap(Tap::Map { field, step });
            }
        }
    };
    let step = tell(memory, on_tap);
    page.on_step(move |way| step(of(way)));
    let touch = tell(memory, on_tap);
    page.on_touched(move |x, y| touch(MapStep::Touch(spot(x, y))));
}

fn of(step: ui::MapStep) -> MapStep {
    match step {
        ui::MapStep::Closer => MapStep::Closer,
        ui::MapStep::Farther => MapStep::Farther,
        ui::MapStep::North => MapStep::Move(Direction::North),
        ui::MapStep::South => MapStep::Move(Direction::South),
        ui::MapStep::West => MapStep::Move(Direction::West),
        ui::MapStep::East => MapStep::Move(Direction::East),
        ui::MapStep::Middle => MapStep::Middle,
        ui::MapStep::Remove => MapStep::Remove,
    }
}

/// A finger that slid off is at the edge.
fn spot(x: f32, y: f32) -> Spot {
    let part = |at: f32| (at.clamp(0.0, 1.0) * f32::from(u16::MAX)).round() as u16;
    Spot { x: part(x), y: part(y) }
}

fn fraction(at: u16) -> f32 {
    f32::from(at) / f32::from(u16::MAX)
}

pub(crate) fn fill(app: &ui::App, memory: &MapMemory, field: FieldIndex, view: &MapView, look: Look) {
    memory.field.set(Some(field));
    let page = app.global::<ui::PlaceMap>();
    let height = app.global::<ui::Theme>().get_map();
    let height = height.round().clamp(1.0, 2_000.0) as u32;
    if !memory.has(view, look, height) {
        page.set_picture(drawn(view, look, height));
    }
    page.set_pinned(view.pin.is_some());
    let pin = view.pin.unwrap_or(Spot::MIDDLE);
    page.set_pin_x(fraction(pin.x));
    page.set_pin_y(fraction(pin.y));
    page.set_chosen(view.chosen.as_ref().map(PrivateText::expose).unwrap_or_default().into());
    page.set_middle(view.middle.expose().into());
    page.set_attribution(view.map.attribution().into());
    page.set_closer(view.ways.closer);
    page.set_farther(view.ways.farther);
    page.set_north(view.ways.north);
    page.set_south(view.ways.south);
    page.set_west(view.ways.west);
    page.set_east(view.ways.east);
    page.set_columns(put(page.get_columns(), lines(&view.columns)));
    page.set_rows(put(page.get_rows(), lines(&view.rows)));
}

fn lines(lines: &[(u16, String)]) -> Vec<ui::MapLine> {
    let ends = lines.iter().skip(1).map(|(at, _)| *at).chain([u16::MAX]);
    let line = |((begin, name), end): (&(u16, String), u16)| ui::MapLine {
        begin: fraction(*begin),
        middle: f32::midpoint(fraction(*begin), fraction(end)),
        name: SharedString::from(name),
    };
    lines.iter().zip(ends).map(line).collect()
}

pub(crate) fn clear(app: &ui::App) {
    let page = app.global::<ui::PlaceMap>();
    page.set_picture(Image::default());
    page.set_pinned(false);
    page.set_chosen(SharedString::default());
    page.set_middle(SharedString::default());
}

fn drawn(view: &MapView, look: Look, height: u32) -> Image {
    let width = height * 4 / 3;
    let rgb = view.map.draw(view.part, width, height);
    let mut pixels = SharedPixelBuffer::<Rgb8Pixel>::new(width, height);
    for (pixel, from) in pixels.make_mut_slice().iter_mut().zip(rgb.as_chunks::<3>().0) {
        let [r, g, b] = in_look(*from, look);
        *pixel = Rgb8Pixel { r, g, b };
    }
    Image::from_rgb8(pixels)
}

/// A map is drawn for daylight. In the dark light and dark change places and hues stay; on black only light is left, in
/// yellow.
fn in_look(colour: [u8; 3], look: Look) -> [u8; 3] {
    let [most, least] = [colour.iter().max(), colour.iter().min()].map(|shade| i16::from(*shade.unwrap_or(&0)));
    match look {
        Look::Light => colour,
        Look::Dark => colour.map(|shade| {
            let turned = i16::from(shade) + 255 - most - least;
            u8::try_from(turned.clamp(0, 255)).unwrap_or(u8::MAX)
        }),
        Look::YellowOnBlack => {
            let [red, green, blue] = colour.map(u32::from);
            let dark = 255 - (299 * red + 587 * green + 114 * blue) / 1_000; // ITU-R BT.601
            let shade = |part: u32| u8::try_from(dark * part / 255).unwrap_or(u8::MAX);
            [shade(255), shade(238), 0]
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_touch_is_a_spot_and_nothing_lies_outside() {
        assert_eq!(spot(0.0, 1.0), Spot { x: 0, y: u16::MAX });
        assert_eq!(spot(0.5, 0.25), Spot { x: 32_768, y: 16_384 });
        for (x, y) in [(-3.0, 7.0), (f32::NEG_INFINITY, f32::INFINITY)] {
            assert_eq!(spot(x, y), Spot { x: 0, y: u16::MAX });
        }
        assert_eq!(spot(f32::NAN, f32::NAN), Spot { x: 0, y: 0 });
    }

    #[test]
    fn looks_turn_light_and_dark_and_keep_apart_what_was_apart() {
        for grey in [0, 17, 128, 255] {
            assert_eq!(in_look([grey; 3], Look::Dark), [255 - grey; 3]);
            assert_eq!(in_look([grey; 3], Look::YellowOnBlack)[2], 0);
        }
        assert_eq!(in_look([197, 211, 239], Look::Dark), [16, 30, 58], "water stays blue");
        assert_eq!(in_look([0; 3], Look::YellowOnBlack), [255, 238, 0]);
        assert_eq!(in_look([255; 3], Look::YellowOnBlack), [0, 0, 0]);
        assert_eq!(in_look([1, 2, 3], Look::Light), [1, 2, 3]);
    }

    #[test]
    fn lines_have_their_names_between_them() {
        let shown = lines(&[(0, "A".to_owned()), (32_767, "B".to_owned())]);
        assert!((shown[0].middle - 0.25).abs() < 0.001 && (shown[1].middle - 0.75).abs() < 0.001);
        assert_eq!(shown[1].name, "B");
    }
}
