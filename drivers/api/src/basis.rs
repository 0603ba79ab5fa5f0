//! By which right a card is read. The law's conditions are types here: who hasn't met them can't make the value.
//!
//! Two ways are lawful: the holder alone with the PIN (PAuswG §18, eIDKG §12, AufenthG §78(5)), or a member of staff who
//! has compared the photo of the person in front of them, with the CAN (PAuswG §18a, eIDKG §13).
use crate::card::CardPassword;
use crate::private::Digits;
use core::time::Duration;

/// By which right.
#[derive(Debug)]
pub enum ReadBasis {
    /// Online-Ausweis: the holder types the PIN.
    OnlineAusweis(CardPassword),
    /// Vor-Ort-Auslesen: form filling among people who are present.
    VorOrt {
        /// Proof that a member of staff has compared the photo.
        comparison: PhotoComparison,
        /// From the card's front.
        can: Digits,
    },
}

/// A member of staff has logged in at this terminal, in person. Ends by itself.
#[derive(Debug)]
pub struct StaffSession {
    staff: String,
    ends: Duration,
}

/// How long a comparison holds: the person is still standing there.
pub const COMPARISON_HOLDS: Duration = Duration::from_secs(120);

/// A member of staff has compared the photo with the person (PAuswG §18a(2)) and the person agreed to the reading. Made
/// by [`StaffSession::compared`] only, used up by one read.
#[derive(Debug, PartialEq, Eq)]
pub struct PhotoComparison {
    staff: String,
    document: ComparedDocument,
    holds_until: Duration,
}

/// What the face was compared with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ComparedDocument {
    /// The photo on the card that is read.
    ThisCard,
    /// Another valid passport or identity document: the Union citizens' card has no photo (eIDKG §13(2)).
    OtherDocument,
}

/// Knows who belongs to the staff.
pub trait StaffRegister {
    /// Whether `code` is the secret of `staff`. Answers in the same time for unknown names.
    fn knows(&self, staff: &str, code: &Digits) -> bool;
}

impl StaffSession {
    /// Logs `staff` in at `now` (monotonic) for that long; `None` when the register doesn't know the code.
    pub fn log_in(
        register: &dyn StaffRegister,
        staff: &str,
        code: &Digits,
        now: Duration,
        length: Duration,
    ) -> Option<Self> {
        register.knows(staff, code).then(|| Self {
            staff: staff.to_owned(),
            ends: now.saturating_add(length),
        })
    }

    /// Whether it still holds.
    pub fn active(&self, now: Duration) -> bool {
        now < self.ends
    }

    /// The member of staff states: I have compared the photo, the person agrees. `None` after the session's end.
    pub fn compared(&self, document: ComparedDocument, now: Duration) -> Option<PhotoComparison> {
        self.active(now).then(|| PhotoComparison {
            staff: self.staff.clone(),
            document,
            holds_until: now.saturating_add(COMPARISON_HOLDS).min(self.ends),
        })
    }
}

impl PhotoComparison {
    /// Who compared, for the record that PAuswG §18a(2) calls for.
    pub fn staff(&self) -> &str {
        &self.staff
    }

    /// With what.
    pub fn document(&self) -> ComparedDocument {
        self.document
    }

    /// Whether the read may begin at `now`.
    pub fn holds(&self, now: Duration) -> bool {
        now < self.holds_until
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Register;

    impl StaffRegister for Register {
        fn knows(&self, staff: &str, code: &Digits) -> bool {
            staff == "m.beispiel" && code.expose() == b"4711"
        }
    }

    fn log_in(code: &str) -> Option<StaffSession> {
        let code = Digits::parse(code).unwrap();
        StaffSession::log_in(&Register, "m.beispiel", &code, Duration::ZERO, Duration::from_secs(600))
    }

    #[test]
    fn only_a_known_code_logs_in_and_a_comparison_ends_with_the_person_leaving() {
        assert!(log_in("4712").is_none());
        let session = log_in("4711").unwrap();
        let at = Duration::from_secs(10);
        let comparison = session.compared(ComparedDocument::ThisCard, at).unwrap();
        assert_eq!(comparison.staff(), "m.beispiel");
        assert!(comparison.holds(at));
        assert!(!comparison.holds(at + COMPARISON_HOLDS));
    }

    #[test]
    fn a_session_that_ended_compares_nothing() {
        let session = log_in("4711").unwrap();
        assert!(
            session
                .compared(ComparedDocument::ThisCard, Duration::from_secs(600))
                .is_none()
        );
        let late = Duration::from_secs(599);
        let comparison = session.compared(ComparedDocument::OtherDocument, late).unwrap();
        assert!(!comparison.holds(Duration::from_secs(600)));
    }
}
