//! An input as a list of wrong answers among right ones. A record is `[n, kind, …]`: n right answers, then a wrong one.
//! When the input ends, all further answers are right; the empty input is the honest card.

/// What is done to an answer.
#[derive(Clone, Debug)]
enum Kind {
    /// Kind 0, `length, bytes`: other bytes instead.
    Replace(Vec<u8>),
    /// Kind 1, `high, low, bits`: bits of one byte are turned over.
    Flip(usize, u8),
    /// Kind 2, `bytes kept`: the end is missing.
    Cut(usize),
    /// Kind 3, `SW1 SW2`: another status word.
    Status([u8; 2]),
    /// Kind 4: the answer before this one again.
    Repeat,
    /// Kind 5, `high, low, length, bytes`: bytes put in.
    Insert(usize, Vec<u8>),
    /// Kind 6, `SW1 SW2, length, bytes`: other data with that status word.
    Answer([u8; 2], Vec<u8>),
}

/// Where a wrong answer is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layer {
    /// Bit 8 of the kind is clear: what the card says, before secure messaging.
    Said,
    /// It is set: what goes over the line.
    Sent,
}

/// The rest of an input.
pub struct Mischief<'a> {
    rest: &'a [u8],
    /// Right answers until the next wrong one, and that one.
    next: Option<(usize, Layer, Kind)>,
    before: [Vec<u8>; 2],
}

impl<'a> Mischief<'a> {
    /// Reads an input.
    pub fn new(rest: &'a [u8]) -> Self {
        let mut mischief = Self {
            rest,
            next: None,
            before: Default::default(),
        };
        mischief.advance();
        mischief
    }

    /// What becomes of the answer `right` on that layer. Ask for each layer of each answer once, [`Layer::Sent`] last.
    pub fn applied(&mut self, layer: Layer, right: Vec<u8>) -> Vec<u8> {
        let due = matches!(&self.next, Some((0, of, _)) if *of == layer);
        let answer = match self.next.take_if(|_| due) {
            Some((_, _, kind)) => kind.applied(right, &self.before[layer as usize]),
            None => right,
        };
        self.before[layer as usize].clone_from(&answer);
        if due {
            self.advance();
        } else if layer == Layer::Sent
            && let Some((right, ..)) = &mut self.next
        {
            *right = right.saturating_sub(1);
        }
        answer
    }

    /// True while no answer has been wrong and none will be.
    pub fn is_over(&self) -> bool {
        self.next.is_none()
    }

    fn advance(&mut self) {
        self.next = match self.rest {
            [right, kind, rest @ ..] => {
                self.rest = rest;
                let layer = if kind & 0x80 == 0 { Layer::Said } else { Layer::Sent };
                Some((usize::from(right % 64), layer, self.kind(kind & 0x7F)))
            }
            _ => None,
        };
    }

    fn kind(&mut self, number: u8) -> Kind {
        match number % 7 {
            0 => Kind::Replace(self.bytes()),
            1 => Kind::Flip(self.place(), self.byte()),
            2 => Kind::Cut(self.byte().into()),
            3 => Kind::Status([self.byte(), self.byte()]),
            4 => Kind::Repeat,
            5 => Kind::Insert(self.place(), self.bytes()),
            _ => Kind::Answer([self.byte(), self.byte()], self.bytes()),
        }
    }

    fn byte(&mut self) -> u8 {
        let (first, rest) = self.rest.split_first().unwrap_or((&0, &[]));
        self.rest = rest;
        *first
    }

    fn place(&mut self) -> usize {
        usize::from(u16::from_be_bytes([self.byte(), self.byte()]))
    }

    fn bytes(&mut self) -> Vec<u8> {
        let length = usize::from(self.byte()).min(self.rest.len());
        let (bytes, rest) = self.rest.split_at(length);
        self.rest = rest;
        bytes.to_vec()
    }
}

impl Kind {
    fn applied(self, mut right: Vec<u8>, before: &[u8]) -> Vec<u8> {
        match self {
            Self::Replace(bytes) => return bytes,
            Self::Flip(at, bits) => {
                let length = right.len().max(1);
                right
                    .iter_mut()
                    .skip(at % length)
                    .take(1)
                    .for_each(|byte| *byte ^= bits);
            }
            Self::Cut(kept) => right.truncate(kept),
            Self::Status(status) => {
                right.truncate(right.len().saturating_sub(2));
                right.extend(status);
            }
            Self::Repeat => return before.to_vec(),
            Self::Insert(at, bytes) => {
                let at = at % (right.len() + 1);
                right.splice(at..at, bytes);
            }
            Self::Answer(status, bytes) => return [bytes, status.to_vec()].concat(),
        }
        right
    }
}
