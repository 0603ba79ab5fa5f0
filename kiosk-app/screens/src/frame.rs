//! Adapter of `frame.slint`: what every page shares, and the way of a tap back to the session.
use crate::pages::form::FormMemory;
use crate::{OnTap, ui};
use catalogue::ServiceId;
use drivers_api::language::Language;
use session::view::View;
use session::{PinWish, Tap};
use slint::{ComponentHandle, SharedString};
use std::rc::Rc;

/// Longest list of numbers Slint can count; more is shown as that many.
pub(crate) fn count(n: usize) -> i32 {
    i32::try_from(n).unwrap_or(i32::MAX)
}

/// Seconds, for Slint.
pub(crate) fn seconds(s: u32) -> i32 {
    i32::try_from(s).unwrap_or(i32::MAX)
}

pub(crate) fn fill(app: &ui::App, view: &View) {
    let frame = app.global::<ui::Frame>();
    frame.set_town(SharedString::from(&view.town));
    frame.set_language(SharedString::from(view.language.own_name()));
    frame.set_untranslated(view.texts_in != view.language);
    frame.set_back(view.back);
    frame.set_cancel(view.cancel);
    frame.set_asking_cancel(view.asking_cancel);
    frame.set_counting(view.countdown.is_some());
    if let Some(countdown) = view.countdown {
        frame.set_remaining(seconds(countdown.remaining_s));
        frame.set_from(seconds(countdown.from_s));
    }
}

/// Every callback of the global `Tap` becomes one [`Tap`].
pub(crate) fn connect(app: &ui::App, on_tap: &OnTap, form: &Rc<FormMemory>) {
    let tap = app.global::<ui::Tap>();
    let plain = |make: fn() -> Tap| {
        let on_tap = on_tap.clone();
        move || on_tap(make())
    };
    tap.on_start(plain(|| Tap::Start));
    tap.on_proceed(plain(|| Tap::Continue));
    tap.on_back(plain(|| Tap::Back));
    tap.on_cancel(plain(|| Tap::Cancel));
    tap.on_confirm_cancel(plain(|| Tap::ConfirmCancel));
    tap.on_keep_going(plain(|| Tap::KeepGoing));
    tap.on_more_time(plain(|| Tap::MoreTime));
    tap.on_erase(plain(|| Tap::Erase));
    tap.on_pin_services(plain(|| Tap::PinServices));
    tap.on_pin_forgotten(plain(|| Tap::PinForgotten));
    tap.on_print_again(plain(|| Tap::PrintAgain));
    tap.on_language({
        let on_tap = on_tap.clone();
        move |tag| {
            if let Some(language) = Language::from_tag(&tag) {
                on_tap(Tap::Language(language));
            }
        }
    });
    tap.on_service({
        let on_tap = on_tap.clone();
        move |id| on_tap(Tap::Service(ServiceId::from(id.as_str())))
    });
    tap.on_pin({
        let on_tap = on_tap.clone();
        move |wish| match wish {
            0 => on_tap(Tap::Pin(PinWish::Change)),
            1 => on_tap(Tap::Pin(PinWish::First)),
            _ => on_tap(Tap::Pin(PinWish::Check)),
        }
    });
    tap.on_digit({
        let on_tap = on_tap.clone();
        move |digit| {
            if let Some(digit) = u8::try_from(digit).ok().filter(|digit| *digit <= 9) {
                on_tap(Tap::Digit(digit));
            }
        }
    });
    tap.on_change({
        let on_tap = on_tap.clone();
        move |page| {
            if let Ok(page) = usize::try_from(page) {
                on_tap(Tap::Change(page));
            }
        }
    });
    let entered = crate::pages::form::entered(on_tap, form);
    tap.on_enter({
        let entered = entered.clone();
        move |field, text| {
            entered(field, &text);
        }
    });
    app.global::<ui::Typed>()
        .on_edited(move |field, text| entered(field, &text));
}
