//! What can go wrong with a payment on purpose.
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use std::collections::VecDeque;

/// A mishap of one payment or one reversal; some of them of an end of day, too.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mishap {
    /// None: it goes well.
    None,
    /// 84 9C to the command.
    Busy,
    /// 84 83 to the command.
    NotPossible,
    /// The command isn't answered.
    Silent,
    /// The bank says no, with this code.
    Declined(u8),
    /// As before, and only 06 1E says so.
    DeclinedWithoutStatus(u8),
    /// Nobody presents a card; the terminal gives up after its patience, or when it is told to (06 B0).
    NobodyComes,
    /// The line drops before the card is read.
    DropEarly,
    /// The bank approves, and the line drops before 04 0F.
    DropBeforeStatus,
    /// The line drops right after 04 0F: no acknowledgement is read.
    DropAfterStatus,
    /// The acknowledgement gets lost on its way, then the line drops.
    AckLost,
    /// The line drops after the acknowledgement, before the receipt.
    DropAfterAck,
    /// The line drops in the middle of the receipt.
    DropWhilePrinting,
    /// The line drops before 06 0F.
    DropBeforeCompletion,
    /// The acknowledgement arrives, but storing fails: it reverses and says so with 04 0F and 06 1E.
    FailsAfterAck,
    /// 04 0F tells one cent more, and that much would be taken.
    WrongAmount,
    /// 04 0F comes without receipt and trace number.
    NoNumbers,
    /// 04 0F comes twice.
    RepeatsStatus,
    /// Nonsense instead of 04 0F.
    Garbage,
    /// 06 0F without 04 0F, and nothing is taken.
    NoStatus,
    /// It takes its time, and says so.
    Slow,
    /// It falls silent before 04 0F until the cash register closes the line.
    FallsSilent,
    /// It dies before 04 0F and doesn't take so many of the next connections.
    DiesBefore(u8),
    /// It dies after it has stored the payment, and doesn't take so many of the next connections.
    DiesAfter(u8),
    /// 04 0F tells one cent more, and the 84 to that is taken for a yes.
    IgnoresRefusal,
}

impl Mishap {
    /// All kinds.
    pub const ALL: [Self; 25] = [
        Self::None,
        Self::Busy,
        Self::NotPossible,
        Self::Silent,
        Self::Declined(0x05),
        Self::DeclinedWithoutStatus(0x6C),
        Self::NobodyComes,
        Self::DropEarly,
        Self::DropBeforeStatus,
        Self::DropAfterStatus,
        Self::AckLost,
        Self::DropAfterAck,
        Self::DropWhilePrinting,
        Self::DropBeforeCompletion,
        Self::FailsAfterAck,
        Self::WrongAmount,
        Self::NoNumbers,
        Self::RepeatsStatus,
        Self::Garbage,
        Self::NoStatus,
        Self::Slow,
        Self::FallsSilent,
        Self::DiesBefore(2),
        Self::DiesAfter(2),
        Self::IgnoresRefusal,
    ];
}

/// Which mishaps come.
pub enum Plan {
    /// These, one for each transaction, then none.
    Script(VecDeque<Mishap>),
    /// Any, so often of a hundred transactions.
    Seed(Box<StdRng>, u8),
}

impl Plan {
    /// These, in their order.
    pub fn script(mishaps: impl IntoIterator<Item = Mishap>) -> Self {
        Self::Script(mishaps.into_iter().collect())
    }

    /// Chosen by a seed, in `percent` of the transactions.
    pub fn seed(seed: u64, percent: u8) -> Self {
        Self::Seed(Box::new(StdRng::seed_from_u64(seed)), percent)
    }

    /// True if the line drops in the middle of an enquiry, too: by a seed, in a quarter of the cases.
    pub(super) fn trips(&mut self) -> bool {
        match self {
            Self::Script(_) => false,
            Self::Seed(rng, percent) => rng.random_range(0..400) < u16::from(*percent),
        }
    }

    pub(super) fn next(&mut self) -> Mishap {
        match self {
            Self::Script(mishaps) => mishaps.pop_front().unwrap_or(Mishap::None),
            Self::Seed(rng, percent) => {
                if rng.random_range(0..100) < *percent {
                    Mishap::ALL[rng.random_range(1..Mishap::ALL.len())]
                } else {
                    Mishap::None
                }
            }
        }
    }
}
