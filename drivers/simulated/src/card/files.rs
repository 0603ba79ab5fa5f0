//! The file system of the simulated cards (TR-03127 §3.4; ISO 7816-4 §7.2).
use super::generation::{Forgery, Generation};
use super::profile::Person;
use super::security_infos::card_access;
use apdu::tlv::{Tag, concat, encode};
use apdu::{Command, Response, StatusWord};
use std::collections::BTreeMap;

/// AID of the eID application.
pub(super) const EID_AID: [u8; 9] = [0xE8, 0x07, 0x04, 0x00, 0x7F, 0x00, 0x07, 0x03, 0x02];
const PASSPORT_AID: [u8; 7] = [0xA0, 0x00, 0x00, 0x02, 0x47, 0x10, 0x01];
const GIROCARD_AID: [u8; 10] = [0xA0, 0x00, 0x00, 0x03, 0x59, 0x10, 0x10, 0x02, 0x80, 0x01];

/// A directory.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Directory {
    Master,
    Eid,
}

/// A file by its directory and short id.
pub(super) type FileId = (Directory, u8);

pub(super) const EF_DIR: FileId = (Directory::Master, 0x1E);
pub(super) const EF_CARD_ACCESS: FileId = (Directory::Master, 0x1C);
pub(super) const EF_CARD_SECURITY: FileId = (Directory::Master, 0x1D);
pub(super) const EF_CHIP_SECURITY: FileId = (Directory::Master, 0x1B);
pub(super) const EF_ATR: FileId = (Directory::Master, 0x01);

/// All files of a card.
pub(super) struct Files(BTreeMap<FileId, Vec<u8>>);

impl Files {
    /// `security` and `chip_security` are the signed files.
    pub(super) fn of(
        person: &Person,
        generation: Generation,
        forgery: Option<Forgery>,
        security: Vec<u8>,
        chip_security: Vec<u8>,
    ) -> Self {
        let mut files = BTreeMap::from([
            (
                EF_DIR,
                concat(&[&template(&PASSPORT_AID), &template(&EID_AID)]).to_vec(),
            ),
            (EF_CARD_ACCESS, card_access(generation, forgery)),
            (EF_CARD_SECURITY, security),
            (EF_CHIP_SECURITY, chip_security),
            (EF_ATR, atr_info(generation)),
        ]);
        let groups = person.data_groups(generation).into_iter();
        files.extend(groups.map(|(number, content)| ((Directory::Eid, number), content)));
        Self(files)
    }

    /// The short id of a file id in that directory, if there is such a file.
    pub(super) fn by_file_id(&self, directory: Directory, file_id: [u8; 2]) -> Option<FileId> {
        let id = match (directory, file_id) {
            (Directory::Master, [0x2F, 0x00]) => EF_DIR,
            (Directory::Master, [0x2F, 0x01]) => EF_ATR,
            (Directory::Master, [0x01, 0x1C]) => EF_CARD_ACCESS,
            (Directory::Master, [0x01, 0x1D]) => EF_CARD_SECURITY,
            (Directory::Master, [0x01, 0x1B]) => EF_CHIP_SECURITY,
            (Directory::Eid, [0x01, number]) => (Directory::Eid, number),
            (Directory::Master | Directory::Eid, _) => return None,
        };
        self.0.contains_key(&id).then_some(id)
    }

    pub(super) fn contains(&self, id: FileId) -> bool {
        self.0.contains_key(&id)
    }

    pub(super) fn content(&self, id: FileId) -> Option<&[u8]> {
        self.0.get(&id).map(Vec::as_slice)
    }

    /// READ BINARY from `offset`, at most `ne` bytes.
    pub(super) fn read(&self, id: FileId, offset: usize, ne: usize) -> Response {
        let refuse = |status| Response::new(vec![], status);
        let Some(file) = self.0.get(&id) else {
            return refuse(StatusWord::NOT_FOUND);
        };
        let Some(rest) = file.get(offset..).filter(|rest| !rest.is_empty()) else {
            return refuse(StatusWord::WRONG_OFFSET);
        };
        // `00` and `0000` ask for all there is; a number asks for so many.
        let end_reached = rest.len() < ne && !matches!(ne, 256 | 65_536);
        let status = if end_reached {
            StatusWord::END_OF_FILE
        } else {
            StatusWord::OK
        };
        Response::new(rest[..rest.len().min(ne)].to_vec(), status)
    }
}

/// Card capabilities: chaining and extended length; newer cards state their buffers, too (ISO 7816-4 §12.7.1).
fn atr_info(generation: Generation) -> Vec<u8> {
    let capabilities = encode(Tag(0x47), &[0x94, 0x01, 0xC0]);
    let buffers = match generation.buffer_bytes_max() {
        None => vec![],
        Some(bytes) => {
            let [high, low] = (bytes as u16).to_be_bytes();
            let number = encode(Tag(0x02), &[high, low]);
            encode(Tag(0x7F66), &concat(&[&number, &number])).to_vec()
        }
    };
    concat(&[&encode(Tag(0x43), &[0x01]), &capabilities, &buffers]).to_vec()
}

fn template(aid: &[u8]) -> Vec<u8> {
    encode(Tag(0x61), &encode(Tag(0x4F), aid)).to_vec()
}

/// A bank card: knows SELECT and has an EF.DIR that names the girocard.
pub(super) fn bank_answer(command: &[u8]) -> Vec<u8> {
    let refuse = |status| Response::new(vec![], status).encode();
    let Ok(command) = Command::parse(command) else {
        return refuse(StatusWord::WRONG_LENGTH);
    };
    match (command.instruction(), command.p1(), command.data()) {
        (0xA4, 0x00, [] | [0x3F, 0x00]) => refuse(StatusWord::OK),
        (0xA4, 0x04, aid) if aid == GIROCARD_AID => refuse(StatusWord::OK),
        (0xA4, ..) => refuse(StatusWord::NOT_FOUND),
        (0xB0, 0x9E, _) => Response::new(template(&GIROCARD_AID), StatusWord::OK).encode(),
        (0xB0, ..) => refuse(StatusWord::NOT_FOUND),
        _ => refuse(StatusWord::INSTRUCTION_NOT_SUPPORTED),
    }
}
