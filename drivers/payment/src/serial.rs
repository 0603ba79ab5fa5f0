//! Messages over a serial line (PA00P016 chapter 3): `DLE STX message DLE ETX CRC`, each acknowledged by one byte. Sans-IO:
//! bytes and the time come in, bytes and messages come out.
use crate::apdu::{Apdu, DATA_BYTES_MAX};
use core::time::Duration;
use std::collections::VecDeque;
use zeroize::{Zeroize, Zeroizing};

const STX: u8 = 0x02;
const ETX: u8 = 0x03;
const ACK: u8 = 0x06;
const DLE: u8 = 0x10;
const NAK: u8 = 0x15;

/// T1: longest pause within a message (§3.4.1).
const T1: Duration = Duration::from_millis(200);
/// T2: until the acknowledgement (§3.4.2).
const T2: Duration = Duration::from_secs(5);
/// A message is sent again at most so often (§3.5).
const REPETITIONS_MAX: u8 = 2;
/// Control, length and data.
const MESSAGE_BYTES_MAX: usize = DATA_BYTES_MAX + 5;

/// The checksum over message and ETX (§3.3): the polynomial x¹⁶+x¹²+x⁵+1 from the lowest bit up, beginning at 0, low byte
/// first on the line. (The document's exponents are a misprint; this is what terminals compute.)
pub fn crc(bytes: impl IntoIterator<Item = u8>) -> u16 {
    bytes.into_iter().fold(0, |crc, byte| {
        (0..8).fold(crc ^ u16::from(byte), |crc, _| {
            if crc & 1 == 1 { crc >> 1 ^ 0x8408 } else { crc >> 1 }
        })
    })
}

/// A message as it goes over the line.
pub fn frame(message: &[u8]) -> Zeroizing<Vec<u8>> {
    let mut bytes = Zeroizing::new(Vec::with_capacity(2 * message.len() + 6));
    bytes.extend_from_slice(&[DLE, STX]);
    for byte in message {
        bytes.push(*byte);
        if *byte == DLE {
            bytes.push(DLE);
        }
    }
    bytes.extend_from_slice(&[DLE, ETX]);
    bytes.extend_from_slice(&crc(message.iter().copied().chain([ETX])).to_le_bytes());
    bytes
}

/// The line couldn't carry a message in three tries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the serial line carries nothing")]
pub struct LineBroken;

enum Place {
    Outside,
    /// A DLE outside.
    Opening,
    Inside,
    /// A DLE inside.
    Escaped,
    /// Two bytes of checksum follow.
    Checksum(Option<u8>),
}

/// Both directions of a line.
pub struct SerialLine {
    place: Place,
    message: Zeroizing<Vec<u8>>,
    last_byte: Duration,
    /// Waits for its acknowledgement: bytes, repetitions left, until when.
    unanswered: Option<(Zeroizing<Vec<u8>>, u8, Duration)>,
    waiting: VecDeque<Zeroizing<Vec<u8>>>,
    /// Bytes to be written.
    out: Vec<u8>,
    received: VecDeque<Apdu>,
}

impl Default for SerialLine {
    fn default() -> Self {
        Self {
            place: Place::Outside,
            message: Zeroizing::new(Vec::with_capacity(MESSAGE_BYTES_MAX)),
            last_byte: Duration::ZERO,
            unanswered: None,
            waiting: VecDeque::new(),
            out: Vec::new(),
            received: VecDeque::new(),
        }
    }
}

impl SerialLine {
    /// Sends a message, after those before it are acknowledged.
    pub fn send(&mut self, apdu: &Apdu, now: Duration) {
        self.waiting.push_back(frame(&apdu.encode()));
        self.send_next(now);
    }

    /// Takes bytes from the line.
    ///
    /// # Errors
    /// [`LineBroken`] when a message was refused three times.
    pub fn handle(&mut self, bytes: &[u8], now: Duration) -> Result<(), LineBroken> {
        for byte in bytes {
            self.take(*byte, now)?;
        }
        Ok(())
    }

    /// The time has come, or not yet.
    ///
    /// # Errors
    /// [`LineBroken`] when a message wasn't acknowledged three times.
    pub fn tick(&mut self, now: Duration) -> Result<(), LineBroken> {
        if !matches!(self.place, Place::Outside) && now >= self.last_byte + T1 {
            self.refuse();
        }
        match &self.unanswered {
            Some((_, _, until)) if now >= *until => self.repeat(now),
            _ => Ok(()),
        }
    }

    /// When [`Self::tick`] is to be called.
    pub fn deadline(&self) -> Option<Duration> {
        let inside = (!matches!(self.place, Place::Outside)).then_some(self.last_byte + T1);
        let unanswered = self.unanswered.as_ref().map(|unanswered| unanswered.2);
        inside.into_iter().chain(unanswered).min()
    }

    /// The bytes to be written now.
    pub fn take_output(&mut self) -> Zeroizing<Vec<u8>> {
        Zeroizing::new(core::mem::take(&mut self.out))
    }

    /// The next whole message.
    pub fn take_message(&mut self) -> Option<Apdu> {
        self.received.pop_front()
    }

    fn take(&mut self, byte: u8, now: Duration) -> Result<(), LineBroken> {
        self.last_byte = now;
        match (&self.place, byte) {
            (Place::Outside, DLE) => self.place = Place::Opening,
            (Place::Outside, ACK) => {
                self.unanswered = None;
                self.send_next(now);
            }
            (Place::Outside, NAK) => return self.repeat(now),
            (Place::Outside, _) => {}
            (Place::Opening, STX) => {
                self.message.zeroize();
                self.place = Place::Inside;
            }
            (Place::Opening, DLE) => {}
            (Place::Opening, _) => self.place = Place::Outside,
            (Place::Inside, DLE) => self.place = Place::Escaped,
            (Place::Escaped, ETX) => self.place = Place::Checksum(None),
            (Place::Inside, byte) | (Place::Escaped, byte @ DLE) if self.message.len() < MESSAGE_BYTES_MAX => {
                self.message.push(byte);
                self.place = Place::Inside;
            }
            // Too long, or a DLE before what needs none.
            (Place::Inside | Place::Escaped, _) => self.refuse(),
            (Place::Checksum(None), low) => self.place = Place::Checksum(Some(low)),
            (Place::Checksum(Some(low)), high) => self.end(u16::from_le_bytes([*low, high])),
        }
        Ok(())
    }

    fn end(&mut self, checksum: u16) {
        let expected = crc(self.message.iter().copied().chain([ETX]));
        match Apdu::decode(&self.message) {
            Ok(Some((apdu, used))) if checksum == expected && used == self.message.len() => {
                self.out.push(ACK);
                self.received.push_back(apdu);
                self.leave();
            }
            _ => self.refuse(),
        }
    }

    fn refuse(&mut self) {
        self.out.push(NAK);
        self.leave();
    }

    fn leave(&mut self) {
        self.message.zeroize();
        self.place = Place::Outside;
    }

    fn repeat(&mut self, now: Duration) -> Result<(), LineBroken> {
        // A NAK to nothing is noise.
        let Some((bytes, left, _)) = self.unanswered.take() else {
            return Ok(());
        };
        let left = left.checked_sub(1).ok_or(LineBroken)?;
        self.out.extend_from_slice(&bytes);
        self.unanswered = Some((bytes, left, now + T2));
        Ok(())
    }

    fn send_next(&mut self, now: Duration) {
        if self.unanswered.is_none()
            && let Some(bytes) = self.waiting.pop_front()
        {
            self.out.extend_from_slice(&bytes);
            self.unanswered = Some((bytes, REPETITIONS_MAX, now + T2));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const NOW: Duration = Duration::from_secs(9);

    #[test]
    fn checksums_that_others_compute() {
        // The check value of CRC-16/KERMIT in the catalogue of parametrised CRCs.
        assert_eq!(crc(*b"123456789"), 0x2189);
        assert_eq!(
            frame(&[0x80, 0x10, 0x00])[..8],
            [DLE, STX, 0x80, DLE, DLE, 0x00, DLE, ETX]
        );
    }

    #[test]
    fn a_message_is_repeated_twice_and_no_more() {
        let mut line = SerialLine::default();
        let message = Apdu::short([6, 0x70]);
        line.send(&message, NOW);
        line.send(&message, NOW);
        let first = line.take_output();
        assert_eq!(first, frame(&message.encode()));
        line.handle(&[NAK], NOW).unwrap();
        assert_eq!(line.take_output(), first);
        assert_eq!(line.deadline(), Some(NOW + T2));
        line.tick(NOW + T2).unwrap();
        assert_eq!(line.take_output(), first);
        assert_eq!(line.handle(&[NAK], NOW + T2), Err(LineBroken));
    }

    #[test]
    fn the_second_waits_for_the_first() {
        let mut line = SerialLine::default();
        line.send(&Apdu::short([1, 1]), NOW);
        line.send(&Apdu::short([2, 2]), NOW);
        assert_eq!(line.take_output(), frame(&[1, 1, 0]));
        line.handle(&[ACK], NOW).unwrap();
        assert_eq!(line.take_output(), frame(&[2, 2, 0]));
    }

    #[test]
    fn a_torn_message_is_refused() {
        let mut line = SerialLine::default();
        line.handle(&[DLE, STX, 0x80], NOW).unwrap();
        assert_eq!(line.deadline(), Some(NOW + T1));
        line.tick(NOW + T1).unwrap();
        assert_eq!(*line.take_output(), [NAK]);
        let mut broken = frame(&[0x80, 0, 0]);
        broken[2] ^= 1;
        line.handle(&broken, NOW).unwrap();
        assert_eq!(*line.take_output(), [NAK]);
        assert_eq!(line.take_message(), None);
        line.handle(&frame(&[0x80, 0, 0]), NOW).unwrap();
        assert_eq!(line.take_message(), Some(Apdu::short([0x80, 0])));
    }

    proptest! {
        #[test]
        fn messages_come_through(control in any::<[u8; 2]>(), data in proptest::collection::vec(prop_oneof![Just(DLE), any::<u8>()], 0..400)) {
            let sent = Apdu::new(control, data).unwrap();
            let mut line = SerialLine::default();
            line.handle(&frame(&sent.encode()), NOW).unwrap();
            prop_assert_eq!(line.take_message(), Some(sent));
            prop_assert_eq!(&**line.take_output(), &[ACK][..]);
        }

        #[test]
        fn noise_breaks_nothing(bytes in proptest::collection::vec(prop_oneof![Just(DLE), Just(STX), Just(ETX), any::<u8>()], 0..800)) {
            let mut line = SerialLine::default();
            line.handle(&bytes, NOW).unwrap();
            line.tick(NOW + T1).unwrap();
            line.take_output();
            // What comes next is read, whatever was before.
            line.handle(&frame(&[6, 0x0F, 0]), NOW + T1).unwrap();
            prop_assert_eq!(line.received.pop_back(), Some(Apdu::short([6, 0x0F])));
        }
    }
}
