//! Packed decimal digits, two a byte (PA00P015 passim).

/// The number that the digits make. `None` if a nibble is no digit, or there are more digits than a `u64` holds.
pub fn read(bytes: &[u8]) -> Option<u64> {
    bytes.iter().try_fold(0_u64, |value, byte| {
        let (high, low) = (byte >> 4, byte & 0x0F);
        if high > 9 || low > 9 {
            return None;
        }
        value
            .checked_mul(100)?
            .checked_add(u64::from(high) * 10 + u64::from(low))
    })
}

/// The number in so many bytes, with leading zeros. `None` if it doesn't fit.
pub fn write<const N: usize>(mut value: u64) -> Option<[u8; N]> {
    let mut bytes = [0_u8; N];
    for byte in bytes.iter_mut().rev() {
        let digits = u8::try_from(value % 100).ok()?;
        *byte = (digits / 10) << 4 | (digits % 10);
        value /= 100;
    }
    (value == 0).then_some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn known_numbers() {
        assert_eq!(read(&[0x00, 0x12, 0x50]), Some(1250));
        assert_eq!(read(&[0x1A]), None);
        assert_eq!(read(&[0x99; 11]), None);
        assert_eq!(read(&[]), Some(0));
        assert_eq!(write::<2>(978), Some([0x09, 0x78]));
        assert_eq!(write::<2>(10_000), None);
    }

    proptest! {
        #[test]
        fn there_and_back(value in 0_u64..=999_999_999_999) {
            prop_assert_eq!(read(&write::<6>(value).unwrap()), Some(value));
        }

        #[test]
        fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..20)) {
            if let Some(value) = read(&bytes) {
                prop_assert!(bytes.iter().all(|byte| byte >> 4 <= 9 && byte & 0x0F <= 9));
                prop_assert_eq!(format!("{value:040}"), format!("{:0>40}", bytes.iter().map(|b| format!("{b:02x}")).collect::<String>()));
            }
        }
    }
}
