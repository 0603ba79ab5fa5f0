//! The display and the input devices: DRM/KMS and libinput, without X or Wayland.
use crate::config::{Display, Rotation};
use crate::keys::Keys;
use input::Event;
use input::event::KeyboardEvent;
use input::event::keyboard::{KeyState, KeyboardEventTrait};
use std::cell::RefCell;
use std::os::unix::process::CommandExt;
use std::process::Command;

/// Slint's backend and renderer: no GPU and no Mesa needed.
const BACKEND: &str = "linuxkms-software";

/// Slint reads these two from the environment alone.
const ROTATION: &str = "SLINT_KMS_ROTATION";
const OUTPUT: &str = "SLINT_DRM_OUTPUT";
/// libxkbcommon too. Only for a keyboard that somebody plugs in.
const KEYBOARD: (&str, &str) = ("XKB_DEFAULT_LAYOUT", "de");

/// Why nothing can be shown.
#[derive(Debug, thiserror::Error)]
pub(crate) enum DisplayFault {
    /// The process could not start itself again.
    #[error("starting anew with the display's settings")]
    Restart(#[source] std::io::Error),
    /// This build lacks the backend.
    #[error("choosing the display backend {BACKEND}")]
    Backend(#[source] slint::PlatformError),
    /// No display is connected, or this user may not use it.
    #[error("opening the display (is one connected, and is this user in the groups video and input?)")]
    Open(#[source] slint::PlatformError),
    /// The display or the input devices went away.
    #[error("showing the screens")]
    Lost(#[source] slint::PlatformError),
}

/// Sees to it that Slint finds the display's settings in the environment. Where they aren't there yet, the process
/// replaces itself by one that has them: changing one's own environment isn't safe once threads may run.
pub(crate) fn set_environment(display: &Display) -> Result<(), DisplayFault> {
    let missing = missing(display, |name| std::env::var(name).ok());
    if missing.is_empty() {
        return Ok(());
    }
    let program = std::env::current_exe().map_err(DisplayFault::Restart)?;
    let error = Command::new(program)
        .args(std::env::args_os().skip(1))
        .envs(missing)
        .exec();
    Err(DisplayFault::Restart(error))
}

/// The settings that the environment has otherwise or not at all.
fn missing(display: &Display, now: impl Fn(&str) -> Option<String>) -> Vec<(&'static str, String)> {
    let mut wanted = vec![
        (ROTATION, degrees(display.rotation).to_owned()),
        (KEYBOARD.0, KEYBOARD.1.to_owned()),
    ];
    wanted.extend(display.output.clone().map(|output| (OUTPUT, output)));
    wanted.retain(|(name, value)| now(name).as_ref() != Some(value));
    wanted
}

fn degrees(rotation: Rotation) -> &'static str {
    match rotation {
        Rotation::None => "0",
        Rotation::Right => "90",
        Rotation::UpsideDown => "180",
        Rotation::Left => "270",
    }
}

/// Chooses the backend and keeps away from it the keys that lead out. Before the window is made.
pub(crate) fn choose() -> Result<(), DisplayFault> {
    let keys = RefCell::new(Keys::default());
    slint::BackendSelector::new()
        .backend_name(BACKEND.to_owned())
        .with_libinput_event_hook(move |event| keep_away(&mut keys.borrow_mut(), event))
        .select()
        .map_err(DisplayFault::Backend)
}

fn keep_away(keys: &mut Keys, event: &Event) -> bool {
    let Event::Keyboard(KeyboardEvent::Key(key)) = event else {
        return false;
    };
    let kept = keys.keep_away(key.key(), key.key_state() == KeyState::Pressed);
    if kept && key.key_state() == KeyState::Pressed {
        tracing::warn!("somebody tried to leave the kiosk by keyboard");
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    #[test]
    fn settings_are_missing_until_they_are_there() {
        let display = Display {
            rotation: Rotation::Right,
            output: Some("HDMI-A-1".to_owned()),
            night: None,
        };
        let first = missing(&display, |_| None);
        let settings: BTreeMap<&str, String> = first.into_iter().collect();
        assert_eq!(settings[ROTATION], "90");
        assert_eq!(settings[OUTPUT], "HDMI-A-1");
        assert_eq!(settings[KEYBOARD.0], "de");
        assert!(
            missing(&display, |name| settings.get(name).cloned()).is_empty(),
            "else it would start for ever"
        );
        let other = Display {
            rotation: Rotation::None,
            output: None,
            night: None,
        };
        assert_eq!(
            missing(&other, |name| settings.get(name).cloned()),
            [(ROTATION, "0".to_owned())]
        );
    }
}
