//! The head of a RIFF/WAVE file (Microsoft and IBM, Multimedia Programming Interface 1.0; `fmt ` tag 1). Pure.
//!
//! The lengths that a synthesizer writes into a pipe are made up (it doesn't know them yet), so they are not looked at:
//! the sound ends where the pipe does.
use thiserror::Error;

/// Longest head that is read: some programs write a chunk or two of remarks before the sound.
pub const HEAD_BYTES_MAX: usize = 4096;

/// Why bytes are no sound for us.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum WavError {
    /// Not RIFF/WAVE at all.
    #[error("not a RIFF/WAVE head")]
    NotWave,
    /// Not the plain samples that we take.
    #[error("not 16-bit PCM of one channel at {0} Hz")]
    Format(u32),
    /// No `data` chunk within [`HEAD_BYTES_MAX`], or none after a `fmt ` chunk.
    #[error("no sound within the head")]
    NoSound,
}

/// Where the samples begin in what came so far; `None` when more must come first. The samples must be 16-bit PCM, one
/// channel, `hertz` of them a second.
pub fn sound_begins(bytes: &[u8], hertz: u32) -> Result<Option<usize>, WavError> {
    let known = |at: usize, wanted: &[u8]| bytes.iter().skip(at).zip(wanted).all(|(is, should)| is == should);
    if !known(0, b"RIFF") || !known(8, b"WAVE") {
        return Err(WavError::NotWave);
    }
    let mut at = 12;
    let mut is_ours = false;
    loop {
        if at >= HEAD_BYTES_MAX {
            return Err(WavError::NoSound);
        }
        let Some(head) = bytes.get(at..at + 8) else {
            return Ok(None);
        };
        let length = usize::try_from(number(&head[4..])).unwrap_or(usize::MAX);
        match &head[..4] {
            b"data" if is_ours => return Ok(Some(at + 8)),
            b"data" => return Err(WavError::NoSound),
            b"fmt " => {
                let Some(format) = bytes.get(at + 8..at + 24) else {
                    return Ok(None);
                };
                let wanted = length >= 16 && format[..4] == [1, 0, 1, 0] && format[14..] == [16, 0];
                if !wanted || number(&format[4..8]) != hertz {
                    return Err(WavError::Format(hertz));
                }
                is_ours = true;
            }
            _ => {}
        }
        // Chunks are padded to even lengths.
        at = length
            .checked_next_multiple_of(2)
            .and_then(|length| (at + 8).checked_add(length))
            .unwrap_or(usize::MAX);
    }
}

fn number(bytes: &[u8]) -> u32 {
    bytes
        .iter()
        .take(4)
        .rev()
        .fold(0, |sum, &byte| sum << 8 | u32::from(byte))
}

/// The head of a file with so many samples.
pub fn head(samples: u32, hertz: u32) -> [u8; 44] {
    let data_length = samples.saturating_mul(2);
    let words = [
        *b"RIFF",
        data_length.saturating_add(36).to_le_bytes(),
        *b"WAVE",
        *b"fmt ",
        16_u32.to_le_bytes(),
        [1, 0, 1, 0],
        hertz.to_le_bytes(),
        hertz.saturating_mul(2).to_le_bytes(),
        [2, 0, 16, 0],
        *b"data",
        data_length.to_le_bytes(),
    ];
    let mut head = [0; 44];
    for (place, word) in head.chunks_exact_mut(4).zip(words) {
        place.copy_from_slice(&word);
    }
    head
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn heads_that_synthesizers_write() {
        let mut espeak = head(0, 22050);
        espeak[4..8].copy_from_slice(&[0x24, 0xf0, 0xff, 0x7f]);
        espeak[40..].copy_from_slice(&[0x00, 0xf0, 0xff, 0x7f]);
        assert_eq!(sound_begins(&espeak, 22050), Ok(Some(44)));
        assert_eq!(sound_begins(&espeak, 16000), Err(WavError::Format(16000)));
        assert_eq!(sound_begins(b"espeak: no such voice", 22050), Err(WavError::NotWave));
        let stereo = espeak.map(|byte| byte);
        let mut stereo = stereo;
        stereo[22] = 2;
        assert_eq!(sound_begins(&stereo, 22050), Err(WavError::Format(22050)));
        let no_format = [&espeak[..12], &espeak[36..]].concat();
        assert_eq!(sound_begins(&no_format, 22050), Err(WavError::NoSound));
    }

    #[test]
    fn remarks_are_skipped_but_not_for_ever() {
        let whole = head(1, 22050);
        let with = |length: u32| {
            let mut bytes = whole[..36].to_vec();
            bytes.extend(b"LIST");
            bytes.extend(length.to_le_bytes());
            bytes.extend(std::iter::repeat_n(0, length.min(9000) as usize));
            bytes.extend(&whole[36..]);
            bytes
        };
        assert_eq!(sound_begins(&with(26), 22050), Ok(Some(44 + 34)));
        assert_eq!(sound_begins(&with(5000), 22050), Err(WavError::NoSound));
        assert_eq!(sound_begins(&with(u32::MAX), 22050), Err(WavError::NoSound));
    }

    proptest! {
        #[test]
        fn any_bytes(bytes in prop::collection::vec(any::<u8>(), 0..200), hertz in any::<u32>()) {
            if let Ok(Some(at)) = sound_begins(&bytes, hertz) {
                prop_assert!(at <= bytes.len());
            }
        }

        #[test]
        fn damaged_heads(at in 0..44_usize, byte in any::<u8>(), end in 0..60_usize) {
            let mut bytes = head(7, 22050).to_vec();
            bytes[at] = byte;
            bytes.resize(60, 0);
            bytes.truncate(end);
            if let Ok(Some(begin)) = sound_begins(&bytes, 22050) {
                prop_assert!(begin <= bytes.len() && begin >= 44);
            }
        }

        #[test]
        fn a_part_is_never_wrong(samples in any::<u32>(), hertz in any::<u32>(), end in 0..44_usize) {
            let whole = head(samples, hertz);
            prop_assert_eq!(sound_begins(&whole, hertz), Ok(Some(44)));
            prop_assert_eq!(sound_begins(&whole[..end], hertz), Ok(None));
        }
    }
}
