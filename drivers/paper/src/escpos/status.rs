//! What a printer's status bytes say.
use drivers_api::print::PrintTrouble;

/// What can be asked at any time (`DLE EOT n`). The answer is one byte that doesn't say what was asked: ask one thing at a
/// time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ask {
    /// n = 1: is it online?
    Printer,
    /// n = 2: why is it offline?
    Offline,
    /// n = 3: which error?
    Error,
    /// n = 4: how much paper?
    Paper,
}

impl Ask {
    /// All, in the order in which they are asked.
    pub const ALL: [Self; 4] = [Self::Printer, Self::Offline, Self::Error, Self::Paper];

    /// The command.
    pub fn request(self) -> [u8; 3] {
        let n = match self {
            Self::Printer => 1,
            Self::Offline => 2,
            Self::Error => 3,
            Self::Paper => 4,
        };
        [0x10, 0x04, n]
    }
}

/// How a printer is, as far as it was told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Condition {
    /// Little paper is left.
    pub near_end: bool,
    /// No paper is left, or the printer stopped for want of it.
    pub paper_out: bool,
    /// The cover is open.
    pub cover_open: bool,
    /// It prints nothing now, for one of the other reasons or for its own.
    pub offline: bool,
    /// The cutter is stuck.
    pub cutter_error: bool,
    /// An error that only switching off and on ends.
    pub unrecoverable: bool,
    /// Another error: too hot, a stuck carriage.
    pub error: bool,
}

impl Condition {
    /// Takes over what the answer to a request says.
    pub fn note(&mut self, ask: Ask, answer: u8) {
        let bit = |bit: u8| answer & (1 << bit) != 0;
        match ask {
            Ask::Printer => self.offline = bit(3),
            Ask::Offline => {
                self.cover_open = bit(2);
                self.paper_out = bit(5);
                self.error = bit(6);
            }
            Ask::Error => {
                self.cutter_error = bit(3);
                self.unrecoverable = bit(5);
                // also the errors that end by themselves, when the head has cooled down
                self.error |= bit(2) || bit(6);
            }
            Ask::Paper => {
                self.near_end = bit(2) || bit(3);
                self.paper_out |= bit(5) || bit(6);
            }
        }
    }

    /// What four bytes say that the printer sent by itself (`GS a`, "Automatic Status Back").
    pub fn automatic(frame: [u8; 4]) -> Self {
        let [printer, error, paper, _] = frame;
        let has = |byte: u8, bit: u8| byte & (1 << bit) != 0;
        Self {
            offline: has(printer, 3),
            cover_open: has(printer, 5),
            error: has(error, 2) || has(error, 6),
            cutter_error: has(error, 3),
            unrecoverable: has(error, 5),
            near_end: paper & 0b0000_0011 != 0,
            paper_out: paper & 0b0000_1100 != 0,
        }
    }

    /// What stands in the way of printing; of several, what has to be mended first. A printer at rest that is merely low
    /// on paper has none.
    pub fn trouble(self) -> Option<PrintTrouble> {
        match self {
            Self { cover_open: true, .. } => Some(PrintTrouble::CoverOpen),
            Self { cutter_error: true, .. } => Some(PrintTrouble::PaperJam),
            Self { paper_out: true, .. } => Some(PrintTrouble::PaperEmpty),
            Self {
                unrecoverable: true, ..
            }
            | Self { error: true, .. } => Some(PrintTrouble::Other),
            Self { offline: true, .. } => Some(PrintTrouble::Offline),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(ask: Ask, answer: u8) -> Condition {
        let mut condition = Condition::default();
        condition.note(ask, answer);
        condition
    }

    #[test]
    fn answers_say_what_the_reference_says() {
        let healthy = 0x12;
        for ask in Ask::ALL {
            assert_eq!(asked(ask, healthy), Condition::default(), "{ask:?}");
        }
        assert!(asked(Ask::Printer, 0x1A).offline);
        assert!(asked(Ask::Offline, 0x16).cover_open && asked(Ask::Offline, 0x32).paper_out);
        assert!(asked(Ask::Offline, 0x52).error);
        assert!(asked(Ask::Error, 0x1A).cutter_error && asked(Ask::Error, 0x32).unrecoverable);
        assert!(asked(Ask::Error, 0x52).error);
        let low = asked(Ask::Paper, 0x1E);
        assert!(low.near_end && !low.paper_out && low.trouble().is_none());
        assert_eq!(asked(Ask::Paper, 0x7E).trouble(), Some(PrintTrouble::PaperEmpty));
    }

    #[test]
    fn frames_say_the_same() {
        let trouble = |frame| Condition::automatic(frame).trouble();
        assert_eq!(Condition::automatic([0x10, 0, 0, 0]), Condition::default());
        assert!(Condition::automatic([0x10, 0, 3, 0]).near_end);
        assert_eq!(trouble([0x10, 0, 3, 0]), None);
        assert_eq!(trouble([0x38, 0, 3, 0]), Some(PrintTrouble::CoverOpen));
        assert_eq!(trouble([0x18, 0, 0x0F, 0]), Some(PrintTrouble::PaperEmpty));
        assert_eq!(trouble([0x18, 0x08, 0, 0]), Some(PrintTrouble::PaperJam));
        assert_eq!(trouble([0x18, 0x20, 0, 0]), Some(PrintTrouble::Other));
        assert_eq!(trouble([0x18, 0, 0, 0]), Some(PrintTrouble::Offline));
    }
}
