//! The kiosk's window and, beside it, the control window with which a hand operates the devices.
use crate::Fault;
use crate::cards::Cards;
use crate::setup::{Desk, Setup};
use agent::{Link, State};
use drivers_api::Job;
use drivers_api::voice::{Voice, VoiceCommand, VoiceEvent};
use host::{Sender, SharedVoice};
use screens::{Screens, ScreensHandle};
use session::{Input, StaffNews};
use simulated::card::Hand;
use simulated::payment::{Mishap, Plan};
use slint::{ComponentHandle, LogicalPosition, LogicalSize, ModelRc, VecModel, Weak};
use std::cell::RefCell;
use std::path::Path;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use voice::{Espeak, HandJack, Target};

#[allow(
    missing_docs,
    unreachable_pub,
    clippy::all,
    clippy::unwrap_used,
    clippy::expect_used,
    unsafe_code
)]
#[allow(clippy::wildcard_enum_match_arm, clippy::print_stdout, clippy::print_stderr)]
mod ui {
    slint::include_modules!();
}

/// Size of a terminal's display.
const KIOSK: LogicalSize = LogicalSize {
    width: 1080.0,
    height: 1920.0,
};

/// So often the bank says no, while the hand wants it to.
const REFUSALS: usize = 100;

/// Shows the kiosk until its window is closed.
///
/// # Errors
/// No display, or something of the house doesn't start.
pub fn show(out: &Path) -> Result<(), Fault> {
    let control = ui::Control::new()?;
    let on_state = {
        let control = control.as_weak();
        move |state: State| tell_state(&control, state)
    };
    let setup = Setup::start(out, Hand::new(), on_state)?;
    let mut setup = setup;
    let sender = setup.desk.sender.clone();
    let voice = SharedVoice::default();
    let speech = voice.clone();
    let screens = Screens::speaking(
        move |tap| sender.send(Input::Tap(tap)),
        move |said| speech.clone().give(VoiceCommand::from(said)),
    )?;
    screens.window().set_size(KIOSK);
    let handle = screens.handle();
    let jack = speak(out, &voice, setup.desk.sender.clone(), handle.clone())?;
    setup.speak_with(voice);
    hear_calls(&control, &mut setup);
    let (desk, cards) = setup.run(move |view| {
        // The window was closed: nobody is looking.
        let _ = handle.show(view);
    })?;
    let (desk, cards) = (Rc::new(desk), Rc::new(RefCell::new(cards)));
    connect(&control, &cards, &desk);
    connect_headset(&control, jack);
    control.show()?;
    // Side by side, where no window manager knows better.
    control
        .window()
        .set_position(LogicalPosition::new(KIOSK.width + 40.0, 0.0));
    screens.run()?;
    Ok(())
}

/// Whoever sits at the control window is the staff: told at once, and on the way when they say so.
fn hear_calls(control: &ui::Control, setup: &mut Setup) {
    let newest = Arc::new(AtomicU64::new(0));
    let (weak, sender, called) = (control.as_weak(), setup.desk.sender.clone(), Arc::clone(&newest));
    setup.call_staff_with(move |job, stage| {
        called.store(job.0, Ordering::Relaxed);
        let told = weak.upgrade_in_event_loop(move |control| control.set_call(stage.into()));
        // The window was closed: nobody is there to come.
        let news = told.map_or(StaffNews::NotReached, |()| StaffNews::Told);
        sender.send(Input::Staff { job, news });
    });
    let (weak, sender) = (control.as_weak(), setup.desk.sender.clone());
    control.on_call_answered(move || {
        with(&weak, |control| control.set_call(slint::SharedString::default()));
        let job = Job(newest.load(Ordering::Relaxed));
        let news = StaffNews::Coming;
        sender.send(Input::Staff { job, news });
    });
}

/// Speech goes to the machine's sound device if it has one, else into `out/speech`, to be listened to there.
fn speak(out: &Path, shared: &SharedVoice, sender: Sender, screens: ScreensHandle) -> Result<HandJack, Fault> {
    let target = if has_sound() {
        Target::Alsa {
            headset: "default".to_owned(),
            loudspeaker: Some("default".to_owned()),
        }
    } else {
        Target::Folder {
            path: out.join("speech"),
            loudspeaker: true,
            live: true,
        }
    };
    let config = voice::Config {
        target,
        language: "de",
        patience: voice::Patience::default(),
    };
    let jack = HandJack::default();
    let tell = move |event| {
        if let VoiceEvent::Ended { job, .. } = event {
            // The window was closed: nobody is listening.
            let _ = screens.spoken(job.0);
        }
        sender.send(Input::Voice(event));
    };
    shared.become_voice(voice::spawn(config, Espeak::default(), jack.clone(), tell)?);
    Ok(jack)
}

/// The kernel knows a sound card that plays.
fn has_sound() -> bool {
    let devices = std::fs::read_dir("/dev/snd").into_iter().flatten().flatten();
    let mut names = devices.map(|device| device.file_name());
    names.any(|name| name.to_string_lossy().ends_with('p'))
}

fn connect_headset(control: &ui::Control, jack: HandJack) {
    let weak = control.as_weak();
    control.on_headset_touched(move || {
        with(&weak, |control| {
            let is_plugged = !control.get_headset();
            if is_plugged {
                jack.plug()
            } else {
                jack.unplug()
            }
            control.set_headset(is_plugged);
        });
    });
}

fn connect(control: &ui::Control, cards: &Rc<RefCell<Cards>>, desk: &Rc<Desk>) {
    show_cards(control, &cards.borrow());
    let (weak, held, at) = (control.as_weak(), Rc::clone(cards), Rc::clone(desk));
    control.on_card_touched(move |index| {
        let index = usize::try_from(index).unwrap_or(usize::MAX);
        held.borrow_mut().touch(&at.hand, index);
        if let Some(control) = weak.upgrade() {
            show_cards(&control, &held.borrow());
        }
    });
    let (weak, held) = (control.as_weak(), Rc::clone(desk));
    control.on_paper_touched(move || {
        held.tray.set_empty(!held.tray.is_empty());
        with(&weak, |control| control.set_paper(!held.tray.is_empty()));
    });
    let (weak, held) = (control.as_weak(), Rc::clone(desk));
    control.on_reader_touched(move || {
        with(&weak, |control| {
            let plugged = !control.get_reader();
            if plugged {
                held.hand.plug_reader()
            } else {
                held.hand.unplug_reader()
            }
            control.set_reader(plugged);
        });
    });
    let (weak, held) = (control.as_weak(), Rc::clone(desk));
    control.on_payment_touched(move || {
        with(&weak, |control| {
            let takes = !control.get_payment();
            // Until it is told otherwise, the bank says no each time: more often than anybody tries.
            let refusals = if takes { 0 } else { REFUSALS };
            let plan = Plan::script(std::iter::repeat_n(Mishap::Declined(0x6C), refusals));
            held.payment.memory().plan(plan);
            control.set_payment(takes);
        });
    });
    let (weak, held) = (control.as_weak(), Rc::clone(desk));
    control.on_line_touched(move || {
        with(&weak, |control| {
            let up = !control.get_line();
            held.set_line(up);
            control.set_line(up);
        });
    });
    let (weak, held) = (control.as_weak(), Rc::clone(desk));
    control.on_real_reader_touched(move || {
        let real = !held.choice.uses_real();
        held.choice.use_real(real);
        with(&weak, |control| control.set_real_reader(real));
    });
    watch_real_reader(control, desk);
}

/// A real reader may be plugged in at any time; it is offered then.
fn watch_real_reader(control: &ui::Control, desk: &Rc<Desk>) {
    let timer = Rc::new(slint::Timer::default());
    let (weak, held, kept) = (control.as_weak(), Rc::clone(desk), Rc::clone(&timer));
    timer.start(
        slint::TimerMode::Repeated,
        std::time::Duration::from_secs(1),
        move || {
            let _alive = &kept;
            with(&weak, |control| {
                control.set_real_reader_there(held.choice.real_is_there())
            });
        },
    );
}

fn with(control: &Weak<ui::Control>, then: impl FnOnce(&ui::Control)) {
    if let Some(control) = control.upgrade() {
        then(&control);
    }
}

fn show_cards(control: &ui::Control, cards: &Cards) {
    let row = |(name, secret, lying): (&str, &str, bool)| ui::CardRow {
        name: name.into(),
        secret: secret.into(),
        lying,
    };
    control.set_cards(ModelRc::new(VecModel::from_iter(cards.rows().map(row))));
}

fn tell_state(control: &Weak<ui::Control>, state: State) {
    let link = match state.link {
        Link::Online => "Das Rathaus ist erreichbar.",
        Link::Offline => "Das Rathaus ist nicht erreichbar.",
        Link::Refused => "Das Rathaus nimmt dieses Terminal nicht an.",
    };
    let outbox = format!(
        "Fälle im Ausgang: {} · beiseitegelegt: {}",
        state.waiting, state.set_aside
    );
    // The window was closed: nobody is looking.
    let _ = control.upgrade_in_event_loop(move |control| {
        control.set_state(link.into());
        control.set_outbox(outbox.into());
    });
}
