//! How a conversation ended, and what was said in it.
use crate::paper::Papers;
use crate::status::Status;
use crate::{fields, hint};
use drivers_api::payment::PaymentTrouble;

/// How a conversation ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// 84 xx to the command: the terminal didn't begin.
    Refused(u8),
    /// 06 0F.
    Completed,
    /// 06 1E with this code.
    Aborted(u8),
    /// The line closed, a timer ran out, or what came made no sense. What the terminal did is unknown.
    Lost,
}

/// What the terminal said until then.
#[derive(Default)]
pub struct Report {
    /// The success that was acknowledged after [`super::Conversation::committed`].
    pub committed: Option<Status>,
    /// The success that was refused.
    pub refused: Option<Status>,
    /// A status that needed no holding: a failure, a repetition, an enquiry.
    pub told: Option<Status>,
    /// Status byte of the completion, BMP 19 (PA00P015 table 3).
    pub status_byte: u8,
    /// Terminal id of the completion.
    pub terminal_id: Option<u32>,
    /// Terminal status code of an enquiry's completion (chapter 11).
    pub terminal_status: Option<u8>,
    /// The completion lists tag 1F1F among those that the terminal knows (tag 1F71).
    pub knows_sync: bool,
    /// Receipts to print.
    pub papers: Papers,
}

impl Report {
    /// True if a success was acknowledged and nothing said otherwise afterwards.
    pub fn stands(&self) -> bool {
        self.committed.is_some() && self.refused.is_none() && self.told.as_ref().is_none_or(Status::is_success)
    }

    /// True if there was no success at all: the end then says that nothing was taken.
    pub fn never_succeeded(&self) -> bool {
        self.committed.is_none() && self.refused.is_none() && !self.told.as_ref().is_some_and(Status::is_success)
    }

    /// What keeps the terminal from taking a payment, as an enquiry told.
    pub fn trouble(&self) -> Option<PaymentTrouble> {
        self.terminal_status.and_then(hint::trouble)
    }

    /// Data of 06 0F (§3.2).
    pub(super) fn completion(&mut self, data: &[u8]) {
        for (number, content) in fields::fields(data) {
            match (number, content) {
                (0x19, [byte]) => self.status_byte = *byte,
                (0x29, content) => self.terminal_id = crate::bcd::read(content).and_then(|id| u32::try_from(id).ok()),
                (fields::CONTAINER, container) => {
                    let known = crate::tlv::find(container, 0x1F71).unwrap_or_default();
                    self.knows_sync = known.windows(2).any(|tag| tag == [0x1F, 0x1F]);
                }
                _ => {}
            }
        }
    }

    /// Data of 06 0F after an enquiry (§2.56.5): a version, if any, and the status code, both without a number before.
    pub(super) fn enquiry_completion(&mut self, data: &[u8]) {
        let has_version = data.first().is_some_and(|byte| byte >> 4 == 0xF) && data.len() > 3;
        let version = fields::split_digits(data, 3).filter(|_| has_version);
        let after_version = version.map_or(data, |(_, rest)| rest);
        self.terminal_status = after_version.first().copied();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_enquiry_is_answered_with_and_without_a_version() {
        for data in [&[0xF0, 0xF0, 0xF2, b'1', b'2', 0xC2][..], &[0xC2], &[0xC2, 0x06, 0x00]] {
            let mut report = Report::default();
            report.enquiry_completion(data);
            assert_eq!(report.trouble(), Some(PaymentTrouble::NeedsDiagnosis), "{data:02X?}");
        }
        let mut report = Report::default();
        report.enquiry_completion(&[0xF0]);
        assert_eq!(report.trouble(), Some(PaymentTrouble::NeedsClosing));
    }
}
