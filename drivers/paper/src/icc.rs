//! The sRGB colour space as an ICC profile (ICC.1:2022, version 4.3 header; IEC 61966-2-1), which PDF/A wants beside
//! every use of RGB (ISO 19005-2 §6.2.3). Made here from its published numbers, so no foreign file is bundled.

/// Profile connection space illuminant D50 and the sRGB primaries adapted to it, in s15Fixed16.
const D50: [u32; 3] = [0x0000_F6D6, 0x0001_0000, 0x0000_D32D];
const RED: [u32; 3] = [0x0000_6FA2, 0x0000_38F5, 0x0000_0390];
const GREEN: [u32; 3] = [0x0000_6299, 0x0000_B785, 0x0000_18DA];
const BLUE: [u32; 3] = [0x0000_24A0, 0x0000_0F84, 0x0000_B6CF];
/// The sRGB transfer curve, parametric type 3: g, a, b, c, d (IEC 61966-2-1).
const CURVE: [u32; 5] = [0x0002_6666, 0x0000_F2A7, 0x0000_0D59, 0x0000_13D0, 0x0000_0A5B];
/// Bradford adaptation from D65 to D50.
const ADAPTATION: [u32; 9] = [
    0x0001_0C42,
    0x0000_05DE,
    0xFFFF_F325,
    0x0000_0793,
    0x0000_FD90,
    0xFFFF_FBA1,
    0xFFFF_FDA2,
    0x0000_03DC,
    0x0000_C06E,
];
const HEADER_BYTES: usize = 128;

/// The profile's bytes.
pub(crate) fn srgb() -> Vec<u8> {
    let tags: [(&[u8; 4], Vec<u8>); 10] = [
        (b"desc", text("sRGB IEC61966-2.1")),
        (b"cprt", text("No copyright, use freely")),
        (b"wtpt", xyz(D50)),
        (b"chad", numbers(b"sf32", &ADAPTATION)),
        (b"rXYZ", xyz(RED)),
        (b"gXYZ", xyz(GREEN)),
        (b"bXYZ", xyz(BLUE)),
        (b"rTRC", curve()),
        (b"gTRC", curve()),
        (b"bTRC", curve()),
    ];
    let mut table = (tags.len() as u32).to_be_bytes().to_vec();
    let mut data = Vec::new();
    let data_start = HEADER_BYTES + 4 + tags.len() * 12;
    for (name, body) in &tags {
        table.extend_from_slice(*name);
        table.extend(((data_start + data.len()) as u32).to_be_bytes());
        table.extend((body.len() as u32).to_be_bytes());
        data.extend_from_slice(body);
        data.resize(data.len().next_multiple_of(4), 0);
    }
    let mut profile = header((data_start + data.len()) as u32);
    profile.extend(table);
    profile.extend(data);
    profile
}

/// ICC.1:2022 §7.2.
fn header(size: u32) -> Vec<u8> {
    let mut header = Vec::with_capacity(HEADER_BYTES);
    header.extend(size.to_be_bytes());
    header.extend([0; 4]); // preferred colour management module: none
    header.extend([4, 0x20, 0, 0]); // version 4.2
    header.extend_from_slice(b"mntrRGB XYZ ");
    header.extend([0x07, 0xE8, 0, 1, 0, 1, 0, 0, 0, 0, 0, 0]); // made 2024-01-01
    header.extend_from_slice(b"acsp");
    header.resize(68, 0);
    D50.iter().for_each(|part| header.extend(part.to_be_bytes()));
    header.resize(HEADER_BYTES, 0);
    header
}

fn numbers(kind: &[u8; 4], values: &[u32]) -> Vec<u8> {
    let mut body = kind.to_vec();
    body.extend([0; 4]);
    values.iter().for_each(|value| body.extend(value.to_be_bytes()));
    body
}

fn xyz(values: [u32; 3]) -> Vec<u8> {
    numbers(b"XYZ ", &values)
}

fn curve() -> Vec<u8> {
    let mut values = vec![0x0003_0000];
    values.extend(CURVE);
    numbers(b"para", &values)
}

/// multiLocalizedUnicodeType with one record (ICC.1:2022 §10.15).
fn text(text: &str) -> Vec<u8> {
    let utf16: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
    let mut body = numbers(b"mluc", &[1, 12, u32::from_be_bytes(*b"enUS"), utf16.len() as u32, 28]);
    body.extend(utf16);
    body
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn profile_says_its_own_size_and_its_tags_lie_inside() {
        let profile = srgb();
        assert_eq!(profile[..4], (profile.len() as u32).to_be_bytes());
        assert_eq!(&profile[36..40], b"acsp");
        let count = u32::from_be_bytes(profile[128..132].try_into().unwrap()) as usize;
        for tag in profile[132..132 + count * 12].chunks(12) {
            let offset = u32::from_be_bytes(tag[4..8].try_into().unwrap()) as usize;
            let size = u32::from_be_bytes(tag[8..12].try_into().unwrap()) as usize;
            assert!(offset.is_multiple_of(4) && offset + size <= profile.len());
        }
        // the primaries add up to the white point
        for part in 0..3 {
            let sum = RED[part] + GREEN[part] + BLUE[part];
            assert!(sum.abs_diff(D50[part]) <= 16, "{part}: {sum:x}");
        }
    }
}
