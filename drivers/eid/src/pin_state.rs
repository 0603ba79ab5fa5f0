//! The state of the PIN as MSE:Set AT tells it without any secret (TR-03110-3 B.14.1).
use apdu::StatusWord;
use drivers_api::card::PinState;

/// The state behind a status word of MSE:Set AT for the PIN; `None` when the word isn't one of the table.
pub(crate) fn pin_state(status: StatusWord) -> Option<PinState> {
    match status {
        StatusWord::OK => Some(PinState::Operational { tries_left: 3 }),
        StatusWord::DEACTIVATED => Some(PinState::Deactivated),
        other => other.tries_left().and_then(of_tries),
    }
}

/// The state when the card says "n tries left".
pub(crate) fn of_tries(left: u8) -> Option<PinState> {
    match left {
        0 => Some(PinState::Blocked),
        1 => Some(PinState::Suspended),
        2 | 3 => Some(PinState::Operational { tries_left: left }),
        _ => None,
    }
}

/// The state after a wrong PIN, when the card only says that it was wrong: what it tells now, but never more than one
/// try less than before (vsmartcard's card says 9000 with two tries left).
pub fn after_wrong_pin(before: PinState, told: PinState) -> PinState {
    let counted = of_tries(tries(before).saturating_sub(1)).unwrap_or(PinState::Blocked);
    if told == PinState::Deactivated || tries(told) <= tries(counted) {
        told
    } else {
        counted
    }
}

fn tries(state: PinState) -> u8 {
    match state {
        PinState::Operational { tries_left } => tries_left,
        PinState::Suspended => 1,
        PinState::Blocked | PinState::Deactivated => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn table_of_b_14_1() {
        let operational = |tries_left| Some(PinState::Operational { tries_left });
        assert_eq!(pin_state(StatusWord(0x9000)), operational(3));
        assert_eq!(pin_state(StatusWord(0x63C2)), operational(2));
        assert_eq!(pin_state(StatusWord(0x63C1)), Some(PinState::Suspended));
        assert_eq!(pin_state(StatusWord(0x63C0)), Some(PinState::Blocked));
        assert_eq!(pin_state(StatusWord(0x6283)), Some(PinState::Deactivated));
        for other in [0x6300, 0x6A80, 0x63C4, 0x6982] {
            assert_eq!(pin_state(StatusWord(other)), None);
        }
    }

    #[test]
    fn a_wrong_pin_always_costs_a_try() {
        let operational = |tries_left| PinState::Operational { tries_left };
        assert_eq!(after_wrong_pin(operational(3), operational(3)), operational(2));
        assert_eq!(after_wrong_pin(operational(3), operational(2)), operational(2));
        assert_eq!(
            after_wrong_pin(operational(2), PinState::Suspended),
            PinState::Suspended
        );
        assert_eq!(
            after_wrong_pin(PinState::Suspended, PinState::Suspended),
            PinState::Blocked
        );
        assert_eq!(
            after_wrong_pin(operational(3), PinState::Deactivated),
            PinState::Deactivated
        );
    }
}
