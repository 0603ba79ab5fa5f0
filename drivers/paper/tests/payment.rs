//! Fees, pictures and lines for signatures in the PDF: how they are tagged.
#![allow(clippy::unwrap_used)] // helpers of tests
use drivers_api::document::Block;
use drivers_api::language::Language;
use lopdf::{Dictionary, Object};
use paper::pdf::render;

#[path = "golden/payment.rs"]
mod payment;

fn elements(pdf: &lopdf::Document) -> Vec<&Dictionary> {
    let dictionaries = pdf.objects.values().filter_map(|object| object.as_dict().ok());
    dictionaries
        .filter(|dictionary| dictionary.has_type(b"StructElem"))
        .collect()
}

fn named<'a>(elements: &[&'a Dictionary], name: &[u8]) -> Vec<&'a Dictionary> {
    let is_named = |e: &&&Dictionary| e.get(b"S").and_then(Object::as_name).is_ok_and(|found| found == name);
    elements.iter().filter(is_named).copied().collect()
}

fn scope(element: &Dictionary) -> &[u8] {
    let attributes = element.get(b"A").and_then(Object::as_dict).unwrap();
    attributes.get(b"Scope").and_then(Object::as_name).unwrap()
}

#[test]
fn fees_have_heads_of_rows_and_columns_and_pictures_a_description() {
    for language in Language::ALL {
        let file = render(&payment::receipt(language)).unwrap();
        assert_eq!((file.pages, file.substituted), (1, 0), "{language:?}");
        assert!(file.bytes.len() <= 60_000, "{} bytes", file.bytes.len());
        let pdf = lopdf::Document::load_mem(&file.bytes).unwrap();
        let elements = elements(&pdf);
        let heads = named(&elements, b"TH");
        let count = |wanted: &[u8]| heads.iter().filter(|head| scope(head) == wanted).count();
        assert_eq!((count(b"Column"), count(b"Row")), (3, 4 + 4), "{language:?}");
        assert_eq!(named(&elements, b"Table").len(), 2);
        let figures = named(&elements, b"Figure");
        assert_eq!(figures.len(), 2, "crest and QR code");
        for figure in figures {
            assert!(figure.get(b"Alt").is_ok(), "{language:?}");
            let attributes = figure.get(b"A").and_then(Object::as_dict).unwrap();
            let bounds = attributes.get(b"BBox").and_then(Object::as_array).unwrap();
            let bounds: Vec<f32> = bounds.iter().map(|side| side.as_float().unwrap()).collect();
            assert!(
                bounds[0] > 56.0 && bounds[2] < 540.0 && bounds[1] < bounds[3],
                "{bounds:?}"
            );
        }
        let images = pdf.objects.values().filter_map(|object| object.as_stream().ok());
        let images: Vec<_> = images.filter(|stream| stream.dict.has_type(b"XObject")).collect();
        assert_eq!(images.len(), 1);
        assert_eq!(images[0].decompressed_content().unwrap().len(), 96 / 8 * 112);
    }
}

#[test]
fn without_a_tax_there_is_no_column_for_it() {
    let mut document = payment::receipt(Language::German);
    for block in &mut document.blocks {
        if let Block::Fees(fees) = block {
            fees.iter_mut().for_each(|fee| fee.vat = None);
        }
    }
    let file = render(&document).unwrap();
    let pdf = lopdf::Document::load_mem(&file.bytes).unwrap();
    let elements = elements(&pdf);
    let columns = named(&elements, b"TH")
        .into_iter()
        .filter(|head| scope(head) == b"Column");
    assert_eq!(columns.count(), 2);
    let read = pdf.extract_text(&[1]).unwrap();
    assert!(read.contains("47,76 €") && !read.contains("Umsatzsteuer"), "{read}");
    assert_eq!(payment::CODE, "K7QF-2M9X-4TB");
    assert!(payment::QR.starts_with("https://"));
}
