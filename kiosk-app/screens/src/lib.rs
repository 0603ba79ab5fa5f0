//! The screens of the terminal: draws a [`View`] and answers with a [`Tap`]. The only crate that knows Slint.
//!
//! A screen is told, never asked: [`Screens::show`] sets the adapters (one Slint global a screen, one Rust file beside
//! one `.slint` file in `pages/`), and whatever a person does comes back through the closure given to [`Screens::new`].
//! `app.slint` is the place to start reading; numbers and colours are in `theme/theme.slint`.
//!
//! # Personal data
//! What a page shows stands in Slint strings, which can't be overwritten. As soon as another page is shown, all texts of
//! the old one are replaced by empty ones, so nothing personal is reachable any more; freed memory and the glyphs of the
//! last frame may keep traces until they are used again. PIN, CAN and birthday never come here: only how many digits
//! were typed.
use session::Tap;
use session::view::View;
use slint::ComponentHandle;
use std::cell::{Cell, RefCell};
use std::rc::Rc;

pub mod fit;
pub mod hand;
pub mod picture;
pub mod theme;

mod crest;
mod ear;
mod face;
mod frame;
mod keyboard;
mod letters;
mod pad;
mod pages;
mod steer;
mod tree;
mod tremble;
mod typed;
mod wheel;

pub use crest::CrestFault;
pub use ear::Said;

/// The compiled `.slint` files.
#[allow(
    missing_docs,
    unreachable_pub,
    clippy::all,
    clippy::pedantic,
    clippy::unwrap_used,
    clippy::expect_used
)]
#[allow(
    clippy::wildcard_enum_match_arm,
    clippy::print_stdout,
    clippy::print_stderr,
    unsafe_code
)]
pub(crate) mod ui {
    slint::include_modules!();
}

/// Where taps go.
pub(crate) type OnTap = Rc<dyn Fn(Tap)>;

/// The window and what it needs to remember between two views.
pub(crate) struct Inner {
    pub(crate) app: ui::App,
    /// The page that is shown now, to know a new one.
    pub(crate) shown: RefCell<Option<face::PageKey>>,
    pub(crate) visit: Cell<i32>,
    pub(crate) form: Rc<pages::form::FormMemory>,
    pub(crate) pad: pad::Pad,
    pub(crate) board: Rc<keyboard::Board>,
    pub(crate) tremble: Rc<tremble::Tremble>,
    pub(crate) on_tap: OnTap,
    pub(crate) ear: ear::Ear,
    pub(crate) steer: steer::Steer,
}

thread_local! {
    /// The screens of this (the window's) thread, for [`ScreensHandle`].
    static HERE: RefCell<Option<std::rc::Weak<Inner>>> = const { RefCell::new(None) };
}

/// The window with all screens. Lives on the thread that made it, which must be the one that runs the event loop.
pub struct Screens {
    inner: Rc<Inner>,
}

/// Shows views from any thread. The view travels to the window's thread and is dropped (and wiped) there.
#[derive(Clone, Debug)]
pub struct ScreensHandle {
    _private: (),
}

impl Screens {
    /// Makes the window, showing an empty attract screen. One per process. A Slint platform must be there or be found:
    /// binaries choose it by Slint's backend features, tests by [`picture::install`].
    ///
    /// # Errors
    /// No display, no backend.
    pub fn new(on_input: impl Fn(Tap) + 'static) -> Result<Self, slint::PlatformError> {
        Self::make(Rc::new(on_input), None)
    }

    /// The same for a terminal that can speak: `on_speech` gets what is to be said, when [`View::speech`] wants it.
    /// [`ScreensHandle::spoken`] is to be told when it has been.
    ///
    /// # Errors
    /// As [`Screens::new`].
    pub fn speaking(
        on_input: impl Fn(Tap) + 'static,
        on_speech: impl Fn(Said) + 'static,
    ) -> Result<Self, slint::PlatformError> {
        Self::make(Rc::new(on_input), Some(Box::new(on_speech)))
    }

    fn make(on_tap: OnTap, on_speech: Option<ear::OnSpeech>) -> Result<Self, slint::PlatformError> {
        let app = ui::App::new()?;
        let form = Rc::new(pages::form::FormMemory::default());
        let tremble = Rc::new(tremble::Tremble::default());
        frame::connect(&app, &on_tap, &form);
        frame::connect_digits(&app, &on_tap, &tremble);
        let board = Rc::new(keyboard::Board::default());
        keyboard::connect(&app, &board);
        pages::place::connect(&app, &on_tap, &form.map);
        pages::languages::fill(&app);
        let inner = Rc::new(Inner {
            app,
            shown: RefCell::new(None),
            visit: Cell::new(0),
            form,
            pad: pad::Pad::default(),
            board,
            tremble,
            on_tap,
            ear: ear::Ear::new(on_speech),
            steer: steer::Steer::default(),
        });
        steer::connect(&inner);
        ear::connect(&inner);
        HERE.set(Some(Rc::downgrade(&inner)));
        Ok(Self { inner })
    }

    /// Takes the town's colour for the attract screen and the crest, in the light look (it carries white writing, see
    /// [`catalogue::Town::accent`]), and its own crest, if it has them.
    ///
    /// # Errors
    /// The crest can't be drawn: the screens' own stays.
    pub fn dress(&self, town: &catalogue::Town) -> Result<(), CrestFault> {
        let app = &self.inner.app;
        if let Some(catalogue::Colour([red, green, blue])) = town.accent() {
            app.global::<ui::Theme>()
                .set_accent(slint::Color::from_rgb_u8(red, green, blue));
        }
        town.crest().map_or(Ok(()), |own| crest::wear(app, own))
    }

    /// Shows a view. Sets adapters only; what a person is typing stays as it is (see [`session::view::Form::page`]).
    pub fn show(&self, view: &View) {
        face::show(&self.inner, view);
    }

    /// The speech of that number has ended, said to its end or not.
    pub fn spoken(&self, number: u64) {
        self.inner.ear.spoken(number, &self.inner.on_tap);
    }

    /// The window: size, full screen, snapshots.
    pub fn window(&self) -> &slint::Window {
        self.inner.app.window()
    }

    /// A handle for other threads.
    pub fn handle(&self) -> ScreensHandle {
        ScreensHandle { _private: () }
    }

    /// Opens the window and runs the event loop until the window is closed or [`quit`] is called.
    ///
    /// # Errors
    /// The display went away.
    pub fn run(&self) -> Result<(), slint::PlatformError> {
        self.inner.app.run()
    }

    /// Opens the window without running the event loop (headless drawing), and gives it the keyboard.
    ///
    /// # Errors
    /// As [`Screens::run`].
    pub fn open(&self) -> Result<(), slint::PlatformError> {
        self.inner.app.show()?;
        let active = slint::platform::WindowEvent::WindowActiveChanged(true);
        // a window that was just opened takes this
        let _ = self.window().dispatch_event_with_result(active);
        Ok(())
    }
}

impl ScreensHandle {
    /// Shows a view as soon as the event loop comes to it; views are shown in the order in which they were given.
    ///
    /// # Errors
    /// The event loop has ended (or there is none).
    pub fn show(&self, view: View) -> Result<(), slint::EventLoopError> {
        slint::invoke_from_event_loop(move || with_screens(|inner| face::show(inner, &view)))
    }

    /// The speech of that number has ended; see [`Screens::spoken`].
    ///
    /// # Errors
    /// As [`ScreensHandle::show`].
    pub fn spoken(&self, number: u64) -> Result<(), slint::EventLoopError> {
        slint::invoke_from_event_loop(move || with_screens(|inner| inner.ear.spoken(number, &inner.on_tap)))
    }
}

/// Does something with the screens of this thread, if there are any.
pub(crate) fn with_screens(act: impl FnOnce(&Inner)) {
    if let Some(inner) = HERE.with_borrow(|here| here.as_ref().and_then(std::rc::Weak::upgrade)) {
        act(&inner);
    }
}

/// Ends [`Screens::run`], from any thread.
///
/// # Errors
/// The event loop has ended already.
pub fn quit() -> Result<(), slint::EventLoopError> {
    slint::quit_event_loop()
}
