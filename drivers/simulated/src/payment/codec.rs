//! The bytes of ZVT as the terminal sees them. Own code: `drivers/payment` has its own, so that a mistake in one can't
//! hide in both. Strict where a terminal is: what a command must have, it must have.
use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

/// One message.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Message {
    pub(super) class: u8,
    pub(super) instruction: u8,
    pub(super) body: Vec<u8>,
}

impl Message {
    pub(super) fn new(head: u16, body: Vec<u8>) -> Self {
        let [class, instruction] = head.to_be_bytes();
        Self {
            class,
            instruction,
            body,
        }
    }

    pub(super) fn head(&self) -> u16 {
        u16::from_be_bytes([self.class, self.instruction])
    }

    fn bytes(&self) -> Vec<u8> {
        let mut all = vec![self.class, self.instruction];
        let length = self.body.len();
        if length >= 255 {
            all.push(255);
            all.push((length % 256) as u8);
            all.push((length / 256 % 256) as u8);
        } else {
            all.push(length as u8);
        }
        all.extend(&self.body);
        all
    }
}

/// The line to the cash register.
pub(super) struct Wire(pub(super) TcpStream);

/// The cash register is gone, silent, or talks nonsense.
#[derive(Debug)]
pub(super) struct Gone;

impl From<io::Error> for Gone {
    fn from(_: io::Error) -> Self {
        Self
    }
}

impl Wire {
    pub(super) fn write(&mut self, message: &Message) -> Result<(), Gone> {
        Ok(self.0.write_all(&message.bytes())?)
    }

    /// A message, or `None` if none has begun within `wait`.
    pub(super) fn read(&mut self, wait: Duration) -> Result<Option<Message>, Gone> {
        self.0.set_read_timeout(Some(wait.max(Duration::from_millis(1))))?;
        let mut head = [0_u8; 1];
        match self.0.read(&mut head) {
            Ok(0) => return Err(Gone),
            Ok(_) => {}
            Err(error) if matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut) => {
                return Ok(None);
            }
            Err(_) => return Err(Gone),
        }
        self.0.set_read_timeout(Some(Duration::from_secs(2)))?;
        let [instruction, mut size] = self.take::<2>()?.map(usize::from);
        if size == 255 {
            let [low, high] = self.take::<2>()?;
            size = usize::from(low) + 256 * usize::from(high);
        }
        let mut body = vec![0; size];
        self.0.read_exact(&mut body)?;
        Ok(Some(Message {
            class: head[0],
            instruction: instruction as u8,
            body,
        }))
    }

    fn take<const N: usize>(&mut self) -> Result<[u8; N], Gone> {
        let mut bytes = [0; N];
        self.0.read_exact(&mut bytes)?;
        Ok(bytes)
    }
}

/// `1250` in six bytes is `00 00 00 00 12 50`.
pub(super) fn decimal(number: u64, bytes: usize) -> Vec<u8> {
    let text = format!("{number:0width$}", width = 2 * bytes);
    let digits: Vec<u8> = text.bytes().map(|digit| digit - b'0').collect();
    digits[digits.len() - 2 * bytes..]
        .chunks(2)
        .map(|pair| pair[0] * 16 + pair[1])
        .collect()
}

pub(super) fn number(decimal: &[u8]) -> Option<u64> {
    let text: String = decimal.iter().map(|byte| format!("{byte:02x}")).collect();
    text.parse().ok()
}

/// An object of a TLV container.
pub(super) fn object(tag: &[u8], content: &[u8]) -> Vec<u8> {
    let mut all = tag.to_vec();
    match content.len() {
        length @ 0..128 => all.push(length as u8),
        length @ 128..256 => all.extend([0x81, length as u8]),
        length => all.extend([0x82, (length / 256) as u8, (length % 256) as u8]),
    }
    all.extend(content);
    all
}

/// What a command carries, as far as this terminal looks at it.
#[derive(Default)]
pub(super) struct Wanted {
    pub(super) amount: Option<u64>,
    pub(super) currency: Option<u64>,
    pub(super) receipt: Option<u64>,
    pub(super) service: Option<u8>,
    /// Content of tag 1F1F.
    pub(super) mirrored: Option<Vec<u8>>,
    /// The register takes text blocks (06 D3 in tag 26).
    pub(super) takes_blocks: bool,
}

/// Reads fields; `None` for one that isn't defined or is cut short.
pub(super) fn wanted(mut body: &[u8]) -> Option<Wanted> {
    let mut wanted = Wanted::default();
    while let Some((bitmap, rest)) = body.split_first() {
        let size = match bitmap {
            0x03 => 1,
            0x04 => 6,
            0x49 | 0x87 => 2,
            0x06 => {
                let (container, rest) = cut(rest)?;
                read_container(container, &mut wanted)?;
                body = rest;
                continue;
            }
            _ => return None,
        };
        let field = rest.get(..size)?;
        match bitmap {
            0x03 => wanted.service = Some(field[0]),
            0x04 => wanted.amount = Some(number(field)?),
            0x49 => wanted.currency = Some(number(field)?),
            _ => wanted.receipt = Some(number(field)?),
        }
        body = &rest[size..];
    }
    Some(wanted)
}

fn cut(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (first, rest) = bytes.split_first()?;
    let (size, rest) = match *first {
        size @ 0..=127 => (usize::from(size), rest),
        0x81 => (usize::from(*rest.first()?), &rest[1..]),
        0x82 => (
            usize::from(*rest.first()?) * 256 + usize::from(*rest.get(1)?),
            &rest[2..],
        ),
        _ => return None,
    };
    Some((rest.get(..size)?, rest.get(size..)?))
}

fn read_container(mut container: &[u8], wanted: &mut Wanted) -> Option<()> {
    while let Some(first) = container.first() {
        let tag_size = if first & 31 == 31 { 2 } else { 1 };
        let tag = container.get(..tag_size)?;
        let (content, rest) = cut(&container[tag_size..])?;
        match tag {
            [0x1F, 0x1F] => wanted.mirrored = Some(content.to_vec()),
            [0x26] => wanted.takes_blocks = content.windows(4).any(|object| object == [0x0A, 2, 0x06, 0xD3]),
            _ => {}
        }
        container = rest;
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals() {
        assert_eq!(decimal(1250, 6), [0, 0, 0, 0, 0x12, 0x50]);
        assert_eq!(number(&[0x09, 0x78]), Some(978));
        assert_eq!(number(&[0x0A]), None);
    }

    #[test]
    fn a_command_is_read_or_refused() {
        let command = [
            0x04, 0, 0, 0, 0, 0x12, 0x50, 0x49, 0x09, 0x78, 0x06, 0x05, 0x1F, 0x1F, 0x02, 0x00, 0x42,
        ];
        let read = wanted(&command).unwrap();
        assert_eq!(
            (read.amount, read.currency, read.mirrored),
            (Some(1250), Some(978), Some(vec![0, 0x42]))
        );
        assert!(wanted(&[0x99]).is_none());
        assert!(wanted(&[0x04, 0]).is_none());
    }
}
