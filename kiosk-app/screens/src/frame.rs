//! Adapter of `frame.slint`: what every page shares, and the way of a tap back to the session.
use crate::pages::form::FormMemory;
use crate::pages::services;
use crate::tremble::Tremble;
use crate::{OnTap, tree, ui};
use catalogue::ServiceId;
use drivers_api::language::Language;
use session::preferences::{Look, TextSize};
use session::view::{Over, SpeechTo, StaffCall, View};
use session::{PinWish, Tap, Wish};
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
    frame.set_over(over(view.over));
    frame.set_speech(match view.speech {
        SpeechTo::Nobody => ui::SpeechTo::Nobody,
        SpeechTo::Room => ui::SpeechTo::Room,
        SpeechTo::Headset => ui::SpeechTo::Headset,
    });
    frame.set_shuffled(view.preferences.shuffled);
    frame.set_steady(view.preferences.steady);
    frame.set_staff(match view.staff {
        StaffCall::NotAsked => ui::StaffCall::NotAsked,
        StaffCall::Calling => ui::StaffCall::Calling,
        StaffCall::Told => ui::StaffCall::Told,
        StaffCall::Coming => ui::StaffCall::Coming,
        StaffCall::OutOfReach => ui::StaffCall::OutOfReach,
    });
    frame.set_can_step_aside(view.can_step_aside);
    let theme = app.global::<ui::Theme>();
    theme.set_look(look(view.preferences.look));
    theme.set_zoom(f32::from(view.preferences.text.percent()) / 100.0);
    theme.set_reach(view.preferences.reach);
    theme.set_rtl(view.language.is_right_to_left());
    frame.set_counting(view.countdown.is_some());
    if let Some(countdown) = view.countdown {
        frame.set_remaining(seconds(countdown.remaining_s));
        frame.set_from(seconds(countdown.from_s));
    }
}

pub(crate) fn look(look: Look) -> ui::Look {
    match look {
        Look::Light => ui::Look::Light,
        Look::Dark => ui::Look::Dark,
        Look::YellowOnBlack => ui::Look::YellowOnBlack,
    }
}

fn over(over: Over) -> ui::Over {
    match over {
        Over::Nothing => ui::Over::Nothing,
        Over::AskingCancel => ui::Over::AskingCancel,
        Over::Languages => ui::Over::Languages,
        Over::Settings => ui::Over::Settings,
        Over::Help => ui::Over::Help,
    }
}

/// What a visitor wants otherwise.
fn connect_wishes(tap: &ui::Tap<'_>, on_tap: &OnTap) {
    let wish = |make: fn() -> Wish| {
        let on_tap = on_tap.clone();
        move || on_tap(Tap::Prefer(make()))
    };
    tap.on_slower(wish(|| Wish::Slower));
    tap.on_faster(wish(|| Wish::Faster));
    tap.on_louder(wish(|| Wish::Louder));
    tap.on_quieter(wish(|| Wish::Quieter));
    let switch = |make: fn(bool) -> Wish| {
        let on_tap = on_tap.clone();
        move |on| on_tap(Tap::Prefer(make(on)))
    };
    tap.on_reach(switch(Wish::Reach));
    tap.on_shuffled(switch(Wish::Shuffled));
    tap.on_steady(switch(Wish::Steady));
    tap.on_aloud(switch(Wish::Aloud));
    tap.on_look({
        let on_tap = on_tap.clone();
        move |look| {
            on_tap(Tap::Prefer(Wish::Look(match look {
                ui::Look::Light => Look::Light,
                ui::Look::Dark => Look::Dark,
                ui::Look::YellowOnBlack => Look::YellowOnBlack,
            })));
        }
    });
    tap.on_text_size({
        let on_tap = on_tap.clone();
        move |percent| {
            let size = TextSize::ALL
                .into_iter()
                .find(|size| i32::from(size.percent()) == percent);
            if let Some(size) = size {
                on_tap(Tap::Prefer(Wish::Text(size)));
            }
        }
    });
}

/// Finding a service.
fn connect_services(tap: &ui::Tap<'_>, on_tap: &OnTap) {
    tap.on_service({
        let on_tap = on_tap.clone();
        move |id| on_tap(Tap::Service(ServiceId::from(id.as_str())))
    });
    tap.on_search({
        let on_tap = on_tap.clone();
        move || on_tap(Tap::Search)
    });
    tap.on_board({
        let on_tap = on_tap.clone();
        move || on_tap(Tap::Board)
    });
    tap.on_entry({
        let on_tap = on_tap.clone();
        move |at| on_tap(Tap::Entry(usize::try_from(at).unwrap_or(usize::MAX)))
    });
    tap.on_situation({
        let on_tap = on_tap.clone();
        move |situation| on_tap(Tap::Situation(services::touched(situation)))
    });
}

/// What became of a case.
fn connect_follow_up(tap: &ui::Tap<'_>, on_tap: &OnTap) {
    let plain = |make: fn() -> Tap| {
        let on_tap = on_tap.clone();
        move || on_tap(make())
    };
    tap.on_follow_up(plain(|| Tap::FollowUp));
    tap.on_by_code(plain(|| Tap::ByCode));
    tap.on_by_card(plain(|| Tap::ByCard));
    tap.on_withdraw(plain(|| Tap::Withdraw));
    tap.on_confirm_withdraw(plain(|| Tap::ConfirmWithdraw));
    let chosen = |make: fn(usize) -> Tap| {
        let on_tap = on_tap.clone();
        move |at| {
            if let Ok(at) = usize::try_from(at) {
                on_tap(make(at));
            }
        }
    };
    tap.on_case(chosen(Tap::Case));
    tap.on_letter(chosen(Tap::Letter));
}

/// Digits of a secret, from the screen and from a real keypad.
pub(crate) fn connect_digits(app: &ui::App, on_tap: &OnTap, tremble: &Rc<Tremble>) {
    let (weak, on_tap, tremble) = (app.as_weak(), on_tap.clone(), tremble.clone());
    app.global::<ui::Tap>().on_digit(move |digit| {
        let Some(app) = weak.upgrade() else { return };
        let Some(digit) = u8::try_from(digit).ok().filter(|digit| *digit <= 9) else {
            return;
        };
        if !tremble.typed_again(char::from(b'0' + digit), tree::now(app.window())) {
            on_tap(Tap::Digit(digit));
        }
    });
}

/// Every other callback of the global `Tap` becomes one [`Tap`].
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
    tap.on_languages(plain(|| Tap::Languages));
    tap.on_settings(plain(|| Tap::Settings));
    tap.on_help(plain(|| Tap::Help));
    tap.on_call_staff(plain(|| Tap::CallStaff));
    tap.on_step_aside(plain(|| Tap::StepAside));
    connect_wishes(&tap, on_tap);
    tap.on_more_time(plain(|| Tap::MoreTime));
    tap.on_erase(plain(|| Tap::Erase));
    tap.on_pin_services(plain(|| Tap::PinServices));
    tap.on_pin_forgotten(plain(|| Tap::PinForgotten));
    tap.on_print_again(plain(|| Tap::PrintAgain));
    tap.on_draw_number(plain(|| Tap::DrawNumber));
    tap.on_pay({
        let on_tap = on_tap.clone();
        move |tile| on_tap(Tap::Pay(crate::pages::pay::way(tile)))
    });
    tap.on_language({
        let on_tap = on_tap.clone();
        move |tag| {
            if let Some(language) = Language::from_tag(&tag) {
                on_tap(Tap::Language(language));
            }
        }
    });
    connect_services(&tap, on_tap);
    connect_follow_up(&tap, on_tap);
    tap.on_pin({
        let on_tap = on_tap.clone();
        move |wish| match wish {
            0 => on_tap(Tap::Pin(PinWish::Change)),
            1 => on_tap(Tap::Pin(PinWish::First)),
            _ => on_tap(Tap::Pin(PinWish::Check)),
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
    tap.on_leave_out({
        let on_tap = on_tap.clone();
        move || on_tap(Tap::LeaveOut)
    });
    let entered = crate::pages::form::entered(on_tap, form);
    tap.on_enter({
        let entered = entered.clone();
        move |field, text| {
            entered(field, &text);
        }
    });
    tap.on_take(crate::pages::form::taken(on_tap));
    app.global::<ui::Typed>()
        .on_edited(move |field, text| entered(field, &text));
}
