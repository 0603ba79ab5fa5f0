//! Data objects: whatever is read lies inside the input, is written again to what it was, and nests no deeper than the
//! limit.
#![no_main]
use apdu::tlv::{self, DEPTH_MAX, LENGTH_MAX, Reader, TlvError};
use apdu_fuzz::in_proportion;

/// Walks all objects; gives how deep it got.
fn walk(mut reader: Reader<'_>, inside: &[u8], depth: u8) -> u8 {
    assert!(depth <= DEPTH_MAX, "deeper than the limit");
    let (mut at, mut deepest) = (0, depth);
    while let Ok(Some(object)) = reader.read() {
        let header = tlv::header(&inside[at..]).expect("what was read has a header");
        assert_eq!((header.tag, header.value_bytes), (object.tag, object.value.len()));
        assert_eq!(&inside[at + header.header_bytes..][..header.value_bytes], object.value);
        at += header.header_bytes + header.value_bytes;
        written_again(object.tag, object.value);
        if object.tag.is_constructed() {
            match object.nested() {
                Ok(nested) => deepest = deepest.max(walk(nested, object.value, depth + 1)),
                Err(error) => assert_eq!((error, depth), (TlvError::Depth, DEPTH_MAX)),
            }
        }
    }
    deepest
}

fn written_again(tag: tlv::Tag, value: &[u8]) {
    assert!(value.len() <= LENGTH_MAX);
    let bytes = tlv::encode(tag, value);
    let mut reader = Reader::new(&bytes);
    let again = reader.expect(tag).expect("what was written is read");
    assert_eq!(again.value, value);
    reader.finish().expect("and nothing more");
    // The shortest form, as DER wants it: nobody writes more than four bytes of length.
    assert!(bytes.len() <= value.len() + 7);
}

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    in_proportion(bytes, || walk(Reader::new(bytes), bytes, 0));
    if let Ok(header) = tlv::header(bytes) {
        assert!(header.header_bytes <= bytes.len() && header.header_bytes <= 7);
        assert!(header.value_bytes <= LENGTH_MAX);
    }
});
