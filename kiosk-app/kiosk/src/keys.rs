//! Key combinations that would lead out of the kiosk. A keyboard isn't part of the terminal, but anybody may bring one.
//!
//! Slint 1.18's linuxkms backend ends its event loop at Ctrl+Alt+Backspace and Ctrl+Alt+Delete, and may one day switch
//! virtual terminals at Ctrl+Alt+F1…F12. What the *kernel* does at these keys is switched off by `lock-console`.
use std::collections::BTreeMap;

/// Key codes of `linux/input-event-codes.h`.
mod code {
    pub(super) const BACKSPACE: u32 = 14;
    pub(super) const CTRL_LEFT: u32 = 29;
    pub(super) const ALT_LEFT: u32 = 56;
    pub(super) const F1: u32 = 59;
    pub(super) const F10: u32 = 68;
    pub(super) const KEYPAD_DOT: u32 = 83;
    pub(super) const F11: u32 = 87;
    pub(super) const F12: u32 = 88;
    pub(super) const CTRL_RIGHT: u32 = 97;
    pub(super) const SYSRQ: u32 = 99;
    pub(super) const ALT_RIGHT: u32 = 100;
    pub(super) const DELETE: u32 = 111;
}

/// Knows which of Ctrl and Alt are held, over all keyboards, and which keys were kept away.
#[derive(Debug, Default)]
pub(crate) struct Keys {
    /// How many keyboards hold this key: two of them can be pressed together.
    held: BTreeMap<u32, u32>,
    kept: BTreeMap<u32, u32>,
}

impl Keys {
    /// True if nobody else may see this event. What was kept away when it was pressed is so too when it is released.
    pub(crate) fn keep_away(&mut self, key: u32, pressed: bool) -> bool {
        match key {
            code::CTRL_LEFT | code::CTRL_RIGHT | code::ALT_LEFT | code::ALT_RIGHT => {
                if pressed {
                    add(&mut self.held, key);
                } else {
                    take(&mut self.held, key);
                }
                false
            }
            _ if !pressed => take(&mut self.kept, key),
            _ if leads_out(key) && self.ctrl_and_alt() => {
                add(&mut self.kept, key);
                true
            }
            _ => false,
        }
    }

    fn ctrl_and_alt(&self) -> bool {
        let held = |left, right| self.held.contains_key(&left) || self.held.contains_key(&right);
        held(code::CTRL_LEFT, code::CTRL_RIGHT) && held(code::ALT_LEFT, code::ALT_RIGHT)
    }
}

fn leads_out(key: u32) -> bool {
    let function = (code::F1..=code::F10).contains(&key) || matches!(key, code::F11 | code::F12);
    function || matches!(key, code::BACKSPACE | code::DELETE | code::KEYPAD_DOT | code::SYSRQ)
}

fn add(counts: &mut BTreeMap<u32, u32>, key: u32) {
    let count = counts.entry(key).or_default();
    *count = count.saturating_add(1);
}

/// True if there was one to take.
fn take(counts: &mut BTreeMap<u32, u32>, key: u32) -> bool {
    let Some(count) = counts.get_mut(&key) else {
        return false;
    };
    *count -= 1;
    if *count == 0 {
        counts.remove(&key);
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const F2: u32 = 60;
    const A: u32 = 30;

    fn run(events: &[(u32, bool)]) -> Vec<bool> {
        let mut keys = Keys::default();
        events
            .iter()
            .map(|(key, pressed)| keys.keep_away(*key, *pressed))
            .collect()
    }

    #[test]
    fn combinations_that_lead_out_are_kept_away() {
        for key in [
            code::BACKSPACE,
            code::DELETE,
            code::KEYPAD_DOT,
            code::F1,
            F2,
            code::F10,
            code::F11,
            code::F12,
        ] {
            for ctrl in [code::CTRL_LEFT, code::CTRL_RIGHT] {
                for alt in [code::ALT_LEFT, code::ALT_RIGHT] {
                    let both = [
                        (ctrl, true),
                        (alt, true),
                        (key, true),
                        (key, false),
                        (alt, false),
                        (ctrl, false),
                    ];
                    assert_eq!(run(&both), [false, false, true, true, false, false], "{key}");
                }
            }
        }
    }

    #[test]
    fn the_same_keys_alone_pass() {
        let ctrl = code::CTRL_LEFT;
        assert_eq!(
            run(&[(code::BACKSPACE, true), (code::BACKSPACE, false)]),
            [false, false]
        );
        assert_eq!(
            run(&[(ctrl, true), (code::BACKSPACE, true), (code::BACKSPACE, false)]),
            [false; 3]
        );
        assert_eq!(
            run(&[(ctrl, true), (code::ALT_LEFT, true), (A, true), (A, false)]),
            [false; 4]
        );
    }

    #[test]
    fn a_key_kept_away_is_released_unseen_though_alt_went_first() {
        let (ctrl, alt) = (code::CTRL_LEFT, code::ALT_RIGHT);
        let events = [
            (ctrl, true),
            (alt, true),
            (F2, true),
            (alt, false),
            (F2, false),
            (F2, true),
            (F2, false),
        ];
        assert_eq!(run(&events), [false, false, true, false, true, false, false]);
    }

    #[test]
    fn two_keyboards_hold_together() {
        let (ctrl, alt) = (code::CTRL_LEFT, code::ALT_LEFT);
        let events = [
            (ctrl, true),
            (ctrl, true),
            (ctrl, false),
            (alt, true),
            (code::DELETE, true),
        ];
        assert_eq!(run(&events), [false, false, false, false, true]);
    }

    proptest! {
        /// Whatever is typed: a key that leads out never passes while Ctrl and Alt are held, and letters always pass.
        #[test]
        fn nothing_leads_out(events in proptest::collection::vec((prop_oneof![
            Just(code::CTRL_LEFT), Just(code::CTRL_RIGHT), Just(code::ALT_LEFT), Just(code::ALT_RIGHT),
            Just(code::BACKSPACE), Just(code::DELETE), Just(F2), Just(A), any::<u32>(),
        ], any::<bool>()), 0..200)) {
            let mut keys = Keys::default();
            for (key, pressed) in events {
                let both = keys.ctrl_and_alt();
                let kept = keys.keep_away(key, pressed);
                prop_assert!(!kept || leads_out(key));
                if pressed && both && leads_out(key) {
                    prop_assert!(kept);
                }
            }
        }
    }
}
