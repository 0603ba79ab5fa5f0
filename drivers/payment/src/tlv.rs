//! TLV containers (PA00P015 §9.3): tags of one to three bytes, lengths in one to three.

/// Most elements that are looked at in one container. The longest receipts have some hundred lines.
pub const ELEMENTS_MAX: usize = 1024;

/// An element: tag and content.
pub type Element<'a> = (u32, &'a [u8]);

/// The elements of a container, until its end or the first byte that is no element.
pub fn elements(container: &[u8]) -> impl Iterator<Item = Element<'_>> {
    let mut rest = container;
    core::iter::from_fn(move || {
        let (tag, after_tag) = split_tag(rest)?;
        let (content, after) = split_content(after_tag)?;
        rest = after;
        Some((tag, content))
    })
    .take(ELEMENTS_MAX)
}

/// The first element with this tag.
pub fn find(container: &[u8], tag: u32) -> Option<&[u8]> {
    elements(container)
        .find(|element| element.0 == tag)
        .map(|element| element.1)
}

/// Appends an element. Content longer than 65,535 bytes is cut: nothing of ours is.
pub fn push(to: &mut Vec<u8>, tag: u32, content: &[u8]) {
    let bytes = tag.to_be_bytes();
    let first = bytes.iter().position(|byte| *byte != 0).unwrap_or(3);
    to.extend_from_slice(&bytes[first..]);
    let content = &content[..content.len().min(usize::from(u16::MAX))];
    push_length(to, content.len());
    to.extend_from_slice(content);
}

/// Appends a container with its length, as BMP 06 has it.
pub fn push_length(to: &mut Vec<u8>, length: usize) {
    match u16::try_from(length).unwrap_or(u16::MAX).to_be_bytes() {
        [0, low @ 0..=0x7F] => to.push(low),
        [0, low] => to.extend_from_slice(&[0x81, low]),
        [high, low] => to.extend_from_slice(&[0x82, high, low]),
    }
}

/// §9.3.1. Three bytes are more than any defined tag has.
fn split_tag(bytes: &[u8]) -> Option<(u32, &[u8])> {
    let (first, mut rest) = bytes.split_first()?;
    let mut tag = u32::from(*first);
    if first & 0x1F != 0x1F {
        return Some((tag, rest));
    }
    for _ in 0..2 {
        let (next, after) = rest.split_first()?;
        tag = tag << 8 | u32::from(*next);
        rest = after;
        if next & 0x80 == 0 {
            return Some((tag, rest));
        }
    }
    None
}

/// §9.3.2: the content and what follows it. Also how BMP 06 is cut out of a message.
pub fn split_content(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (length, rest) = match bytes {
        [length @ 0..=0x7F, rest @ ..] => (usize::from(*length), rest),
        [0x81, length, rest @ ..] => (usize::from(*length), rest),
        [0x82, high, low, rest @ ..] => (usize::from(u16::from_be_bytes([*high, *low])), rest),
        _ => return None,
    };
    rest.split_at_checked(length)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn tags_and_lengths() {
        let mut bytes = Vec::new();
        push(&mut bytes, 0x1F07, &[2]);
        push(&mut bytes, 0x25, &[0; 200]);
        push(&mut bytes, 0x07, &[0; 300]);
        push(&mut bytes, 0x1F1F, &[]);
        assert_eq!(&bytes[..4], [0x1F, 0x07, 1, 2]);
        let found: Vec<_> = elements(&bytes).map(|(tag, content)| (tag, content.len())).collect();
        assert_eq!(found, [(0x1F07, 1), (0x25, 200), (0x07, 300), (0x1F1F, 0)]);
        assert_eq!(find(&bytes, 0x1F07), Some(&[2][..]));
        assert_eq!(find(&[0x24, 0x80], 0x24), None);
        assert_eq!(find(&[0x24, 0x05, 1], 0x24), None);
        assert_eq!(find(&[0x1F, 0x81, 0x81, 0x01, 0], 0x1F81), None);
    }

    proptest! {
        #[test]
        fn there_and_back(content in proptest::collection::vec((0_u32..0x1F, proptest::collection::vec(any::<u8>(), 0..400)), 0..6)) {
            let mut bytes = Vec::new();
            for (tag, content) in &content {
                push(&mut bytes, *tag, content);
            }
            let read: Vec<_> = elements(&bytes).map(|(tag, content)| (tag, content.to_vec())).collect();
            prop_assert_eq!(read, content);
        }

        #[test]
        fn any_bytes_end(bytes in proptest::collection::vec(any::<u8>(), 0..4096)) {
            let length: usize = elements(&bytes).map(|element| element.1.len()).sum();
            prop_assert!(length <= bytes.len());
        }
    }
}
