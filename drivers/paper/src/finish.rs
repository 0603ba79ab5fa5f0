//! What `printpdf` doesn't write: the structure tree, the metadata, the colour space, and an end without traces.
//!
//! Clauses: ISO 32000-1 §14.7 (structure), ISO 19005-2 (PDF/A-2a), ISO 14289-1 (PDF/UA-1).
use crate::PaperError;
use crate::bidi::Direction;
use crate::canvas::{round, utf16};
use crate::face::fnv;
use crate::structure::{Element, ElementId, Figure, Kid, Role, Tree};
use crate::{icc, xmp};
use drivers_api::document::Document;
use drivers_api::language::Language;
use flate2::Compression;
use flate2::write::ZlibEncoder;
use lopdf::{Dictionary, Object, ObjectId, Stream, StringFormat, dictionary};
use std::io::Write;
use zeroize::{Zeroize, Zeroizing};

/// Tags, labels, compresses and writes a document.
pub(crate) fn finish(
    mut pdf: lopdf::Document,
    document: &Document,
    tree: &Tree,
) -> Result<Zeroizing<Vec<u8>>, PaperError> {
    pdf.version = "1.7".to_owned();
    let pages: Vec<ObjectId> = pdf.get_pages().into_values().collect();
    for (index, &page) in pages.iter().enumerate() {
        let page = pdf.get_dictionary_mut(page).map_err(PaperError::Pdf)?;
        page.remove(b"Annots");
        page.set("StructParents", index as i64);
        page.set("Tabs", Object::Name(b"S".to_vec()));
    }
    let root = structure(&mut pdf, tree, Direction::of(document.language), &pages);
    let metadata = Stream::new(
        dictionary! { "Type" => "Metadata", "Subtype" => "XML" },
        xmp::packet(document).into_bytes(),
    );
    let metadata = pdf.add_object(metadata.with_compression(false));
    let profile = pdf.add_object(Stream::new(dictionary! { "N" => 3 }, icc::srgb()));
    let catalog = pdf.catalog_mut().map_err(PaperError::Pdf)?;
    catalog.set("Lang", Object::string_literal(document.language.tag()));
    catalog.set("MarkInfo", dictionary! { "Marked" => true });
    catalog.set("ViewerPreferences", dictionary! { "DisplayDocTitle" => true });
    catalog.set("StructTreeRoot", root);
    catalog.set("Metadata", metadata);
    catalog.set(
        "OutputIntents",
        vec![Object::Dictionary(dictionary! {
            "Type" => "OutputIntent",
            "S" => "GTS_PDFA1",
            "OutputConditionIdentifier" => Object::string_literal("sRGB IEC61966-2.1"),
            "Info" => Object::string_literal("sRGB IEC61966-2.1"),
            "DestOutputProfile" => profile,
        })],
    );
    if let Some(info) = pdf.trailer.remove(b"Info").and_then(|info| info.as_reference().ok()) {
        pdf.objects.remove(&info);
    }
    compress(&mut pdf)?;
    let id = identifier(&pdf);
    pdf.trailer.set("ID", vec![id.clone(), id]);
    let mut bytes = Zeroizing::new(Vec::with_capacity(FILE_BYTES_EXPECTED));
    pdf.save_to(&mut *bytes).map_err(PaperError::Write)?;
    pdf.objects.values_mut().for_each(wipe);
    Ok(bytes)
}

/// Room for an ordinary receipt, so that the buffer needn't grow and leave a copy behind.
const FILE_BYTES_EXPECTED: usize = 256 * 1024;

/// Overwrites the texts of structure elements.
fn wipe(object: &mut Object) {
    if let Ok(dictionary) = object.as_dict_mut() {
        for (_, value) in dictionary.iter_mut() {
            if let Object::String(bytes, _) = value {
                bytes.zeroize();
            }
        }
    }
}

/// Compresses every stream and overwrites what was in it.
fn compress(pdf: &mut lopdf::Document) -> Result<(), PaperError> {
    for object in pdf.objects.values_mut() {
        let Object::Stream(stream) = object else { continue };
        if !stream.dict.has_type(b"Metadata") {
            let room = Vec::with_capacity(stream.content.len() / 2 + 64);
            let mut encoder = ZlibEncoder::new(room, Compression::default());
            encoder.write_all(&stream.content).map_err(PaperError::Write)?;
            let packed = encoder.finish().map_err(PaperError::Write)?;
            stream.content.zeroize();
            stream.dict.set("Filter", Object::Name(b"FlateDecode".to_vec()));
            stream.set_content(packed);
        }
    }
    Ok(())
}

/// The file identifier (ISO 32000-1 §14.4): depends on nothing but the content.
fn identifier(pdf: &lopdf::Document) -> Object {
    let mut id = Vec::with_capacity(16);
    for seed in [1, 2] {
        let hash = pdf
            .objects
            .values()
            .fold(seed, |hash, object| match object.as_stream() {
                Ok(stream) => fnv(&stream.content, hash),
                Err(_) => hash,
            });
        id.extend(hash.to_be_bytes());
    }
    Object::String(id, StringFormat::Hexadecimal)
}

/// Writes the structure tree; gives its root.
fn structure(pdf: &mut lopdf::Document, tree: &Tree, direction: Direction, pages: &[ObjectId]) -> ObjectId {
    let root = pdf.new_object_id();
    let ids: Vec<ObjectId> = tree.elements.iter().map(|_| pdf.new_object_id()).collect();
    for (element, &id) in tree.elements.iter().zip(&ids) {
        let parent = element
            .parent
            .and_then(|ElementId(parent)| ids.get(parent).copied())
            .unwrap_or(root);
        pdf.set_object(id, element_dictionary(element, (parent, direction), &ids, pages));
    }
    let mut numbers = Vec::new();
    for (page, owners) in tree.owners.iter().enumerate() {
        let owners: Vec<Object> = owners.iter().map(|owner| Object::Reference(ids[owner.0])).collect();
        numbers.push(Object::Integer(page as i64));
        numbers.push(Object::Array(owners));
    }
    let parents = pdf.add_object(dictionary! { "Nums" => numbers });
    let document = ids[Tree::ROOT.0];
    pdf.set_object(
        root,
        dictionary! {
            "Type" => "StructTreeRoot",
            "K" => vec![Object::Reference(document)],
            "ParentTree" => parents,
            "ParentTreeNextKey" => pages.len() as i64,
        },
    );
    root
}

fn element_dictionary(
    element: &Element,
    (parent, direction): (ObjectId, Direction),
    ids: &[ObjectId],
    pages: &[ObjectId],
) -> Dictionary {
    let mut dictionary = dictionary! { "Type" => "StructElem", "S" => element.role.name(), "P" => parent };
    let first_page = element.kids.iter().find_map(|kid| match kid {
        Kid::Content { page, .. } => Some(*page),
        Kid::Element(_) => None,
    });
    if let Some(&page) = first_page.and_then(|page| pages.get(page)) {
        dictionary.set("Pg", page);
    }
    let kids: Vec<Object> = element
        .kids
        .iter()
        .map(|kid| match *kid {
            Kid::Element(ElementId(id)) => Object::Reference(ids[id]),
            Kid::Content { page, mcid } if Some(page) == first_page => Object::Integer(mcid as i64),
            Kid::Content { page, mcid } => {
                Object::Dictionary(dictionary! { "Type" => "MCR", "Pg" => pages[page], "MCID" => mcid as i64 })
            }
        })
        .collect();
    if !kids.is_empty() {
        dictionary.set("K", kids);
    }
    if let Some(text) = element.actual_text() {
        dictionary.set("ActualText", text_string(&text));
    }
    // what stands in Latin letters in an Arabic or Persian document are the town's words, addresses and names
    if direction == Direction::RightToLeft && element.is_latin() {
        dictionary.set("Lang", Object::string_literal(Language::German.tag()));
    }
    let heads = [(Role::HeaderCell, "Row"), (Role::ColumnHeader, "Column")];
    if let Some((_, scope)) = heads.iter().find(|(role, _)| *role == element.role) {
        dictionary.set("A", dictionary! { "O" => "Table", "Scope" => *scope });
    }
    if let Some(Figure { alt, bounds }) = &element.figure {
        let bounds: Vec<Object> = bounds.iter().map(|&side| Object::Real(round(side))).collect();
        dictionary.set("Alt", text_string(alt));
        dictionary.set(
            "A",
            dictionary! { "O" => "Layout", "Placement" => "Block", "BBox" => bounds },
        );
    }
    dictionary
}

fn text_string(text: &str) -> Object {
    Object::String(utf16(text), StringFormat::Hexadecimal)
}
