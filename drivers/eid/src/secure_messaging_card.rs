//! Unwraps commands and wraps answers, as a card does.
use super::*;

impl SecureMessaging {
    /// The plain command; panics when it isn't secured rightly.
    pub(crate) fn unwrap_command(&mut self, command: &Command) -> Command {
        let counter = self.advance();
        let (mut data, mut expected, mut checksum) = (Zeroizing::default(), None, vec![]);
        let mut reader = Reader::new(command.data());
        let mut signed = 0;
        while let Some(object) = reader.read().unwrap() {
            match object.tag {
                CRYPTOGRAM => data = self.decrypted(counter, object.value).unwrap(),
                EXPECTED_LENGTH => {
                    let le = object.value.iter().fold(0u32, |le, byte| le << 8 | u32::from(*byte));
                    expected = Some(if le > 0 { le } else { 1 << (8 * object.value.len()) });
                }
                CHECKSUM => checksum = object.value.to_vec(),
                _ => panic!("object {:?}", object.tag),
            }
            if object.tag != CHECKSUM {
                signed += tlv::encode(object.tag, object.value).len();
            }
        }
        assert!(command.is_secured(), "plain command inside a session");
        let header = pad(&[command.class(), command.instruction(), command.p1(), command.p2()]);
        let body = if signed == 0 {
            Zeroizing::default()
        } else {
            pad(&command.data()[..signed])
        };
        assert_eq!(
            self.authentication.checksum(&[&counter, &header, &body]).as_slice(),
            checksum
        );
        let plain = Command::new(
            command.class() & 0xF3,
            command.instruction(),
            command.p1(),
            command.p2(),
        );
        let plain = plain.with_data(data).unwrap();
        match expected {
            Some(ne) => plain.with_expected(ne).unwrap(),
            None => plain,
        }
    }

    /// The answer in its envelope.
    pub(crate) fn wrap_response(&mut self, data: &[u8], status: StatusWord) -> Response {
        let counter = self.advance();
        let cryptogram = if data.is_empty() {
            Zeroizing::default()
        } else {
            tlv::encode(
                CRYPTOGRAM,
                &tlv::concat(&[&[PADDING_INDICATOR], &self.encrypted(counter, data)]),
            )
        };
        let objects = tlv::concat(&[&cryptogram, &tlv::encode(STATUS, &status.0.to_be_bytes())]);
        let checksum = self.authentication.checksum(&[&counter, &pad(&objects)]);
        Response::new(tlv::concat(&[&objects, &tlv::encode(CHECKSUM, &checksum)]), status)
    }
}
