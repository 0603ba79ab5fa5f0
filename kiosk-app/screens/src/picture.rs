//! Draws the screens without a display: for snapshots, for `desk` on a machine without a screen, and to measure repaints.
//!
//! ```text
//! let canvas = picture::install(1080, 1920)?;      // before Screens::new
//! let screens = Screens::new(on_tap)?;
//! screens.open()?;
//! screens.show(&view);
//! canvas.turn(now);                                 // views from other threads, timers
//! std::fs::write("attract.png", canvas.picture().png()?)?;
//! ```
use slint::platform::software_renderer::{
    MinimalSoftwareWindow, PremultipliedRgbaColor, RepaintBufferType, TargetPixel,
};
use slint::platform::{EventLoopProxy, Platform, WindowAdapter};
use slint::{EventLoopError, PhysicalSize, PlatformError, Rgb8Pixel};
use std::cell::Cell;
use std::rc::Rc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::Duration;

type Event = Box<dyn FnOnce() + Send>;

/// A window without a display. Stays on the thread that made it.
pub struct Canvas {
    window: Rc<MinimalSoftwareWindow>,
    clock: Rc<Cell<Duration>>,
    events: Receiver<Event>,
}

/// One picture of the window.
#[derive(Clone, PartialEq, Eq)]
pub struct Picture {
    /// Pixels in a row.
    pub width: u32,
    /// Rows.
    pub height: u32,
    /// Red, green, blue; row by row from the top left.
    pub rgb: Vec<u8>,
}

/// A pixel as a display's memory has it: DRM format XRGB8888, which the kiosk draws into.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(transparent)]
pub struct Xrgb8888(pub u32);

struct Headless {
    window: Rc<MinimalSoftwareWindow>,
    clock: Rc<Cell<Duration>>,
    events: Sender<Event>,
}

struct Proxy(Sender<Event>);

/// Becomes Slint's platform of this process, with a window of that many pixels. Once per process, before
/// [`crate::Screens::new`].
///
/// # Errors
/// There is a platform already.
pub fn install(width: u32, height: u32) -> Result<Canvas, PlatformError> {
    let window = MinimalSoftwareWindow::new(RepaintBufferType::NewBuffer);
    let clock = Rc::new(Cell::new(Duration::ZERO));
    let (sender, events) = channel();
    let platform = Headless {
        window: window.clone(),
        clock: clock.clone(),
        events: sender,
    };
    slint::platform::set_platform(Box::new(platform)).map_err(|e| PlatformError::Other(e.to_string()))?;
    let canvas = Canvas { window, clock, events };
    canvas.resize(width, height);
    Ok(canvas)
}

impl Canvas {
    /// Gives the window that many pixels.
    pub fn resize(&self, width: u32, height: u32) {
        self.window.set_size(PhysicalSize::new(width, height));
    }

    /// Shows what other threads gave to [`crate::ScreensHandle`] and lets time pass. `now` is monotonic; going back is
    /// ignored.
    pub fn turn(&self, now: Duration) {
        self.clock.set(self.clock.get().max(now));
        while let Ok(event) = self.events.try_recv() {
            event();
        }
        slint::platform::update_timers_and_animations();
    }

    /// True if something changed since the last picture.
    pub fn dirty(&self) -> bool {
        slint::platform::update_timers_and_animations();
        let mut dirty = false;
        self.window.draw_if_needed(|renderer| {
            dirty = true;
            let size = self.window.size();
            let mut pixels = vec![Rgb8Pixel::default(); area(size)];
            renderer.render(&mut pixels, size.width as usize);
        });
        dirty
    }

    /// Draws the whole window.
    pub fn picture(&self) -> Picture {
        slint::platform::update_timers_and_animations();
        let size = self.window.size();
        let mut pixels = vec![Rgb8Pixel::default(); area(size)];
        self.window.request_redraw();
        self.window.draw_if_needed(|renderer| {
            renderer.render(&mut pixels, size.width as usize);
        });
        let mut rgb = Vec::with_capacity(3 * pixels.len());
        for pixel in &pixels {
            rgb.extend_from_slice(&[pixel.r, pixel.g, pixel.b]);
        }
        Picture {
            width: size.width,
            height: size.height,
            rgb,
        }
    }

    /// Draws the whole window into a buffer as a display has it, which is made as big as needed and should be used again:
    /// for measuring. Generic, so that the renderer's loops are compiled as whoever measures is: those of the kiosk are
    /// compiled for speed, in Slint's own crate for displays, and this crate for size.
    pub fn repaint<P: TargetPixel>(&self, pixels: &mut Vec<P>) {
        let size = self.window.size();
        pixels.resize(area(size), P::background());
        self.window.request_redraw();
        self.window.draw_if_needed(|renderer| {
            renderer.render(pixels, size.width as usize);
        });
    }
}

impl core::fmt::Debug for Canvas {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Canvas")
            .field("size", &self.window.size())
            .finish_non_exhaustive()
    }
}

impl Picture {
    /// The picture as a PNG file.
    ///
    /// # Errors
    /// [`Picture::rgb`] doesn't have `3 * width * height` bytes, or one side is 0.
    pub fn png(&self) -> Result<Vec<u8>, png::EncodingError> {
        let mut file = Vec::new();
        let mut encoder = png::Encoder::new(&mut file, self.width, self.height);
        encoder.set_color(png::ColorType::Rgb);
        encoder.set_depth(png::BitDepth::Eight);
        encoder.set_compression(png::Compression::Fast);
        let mut writer = encoder.write_header()?;
        writer.write_image_data(&self.rgb)?;
        writer.finish()?;
        Ok(file)
    }
}

impl core::fmt::Debug for Picture {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "[picture {}×{}]", self.width, self.height)
    }
}

impl TargetPixel for Xrgb8888 {
    #[inline]
    fn blend(&mut self, color: PremultipliedRgbaColor) {
        let [_, red, green, blue] = self.0.to_be_bytes();
        let rest = u16::from(u8::MAX - color.alpha);
        // Premultiplied: the sum stays within a byte.
        let mix = |under: u8, over: u8| ((u16::from(under) * rest / 255) as u8).wrapping_add(over);
        *self = Self::from_rgb(mix(red, color.red), mix(green, color.green), mix(blue, color.blue));
    }

    #[inline]
    fn from_rgb(red: u8, green: u8, blue: u8) -> Self {
        Self(u32::from_be_bytes([0xFF, red, green, blue]))
    }
}

impl Platform for Headless {
    fn create_window_adapter(&self) -> Result<Rc<dyn WindowAdapter>, PlatformError> {
        Ok(self.window.clone())
    }

    fn duration_since_start(&self) -> Duration {
        self.clock.get()
    }

    fn new_event_loop_proxy(&self) -> Option<Box<dyn EventLoopProxy>> {
        Some(Box::new(Proxy(self.events.clone())))
    }
}

impl EventLoopProxy for Proxy {
    fn quit_event_loop(&self) -> Result<(), EventLoopError> {
        Ok(())
    }

    fn invoke_from_event_loop(&self, event: Event) -> Result<(), EventLoopError> {
        self.0.send(event).map_err(|_| EventLoopError::EventLoopTerminated)
    }
}

fn area(size: PhysicalSize) -> usize {
    size.width as usize * size.height as usize
}
