//! The signing socket: question and answer read no byte too many, and say the same when written again; a question that an
//! authority could take for a request isn't signed.
#![no_main]
use apdu_fuzz::within;
use drivers_api::signer::{SignerTrouble, TerminalSigner};
use signer::remote::answer;
use signer::remote::protocol::{MESSAGE_BYTES_MAX, Question, SIGNATURE_BYTES_MAX, encode_answer, read_answer};
use signer::request::could_be_a_request;

/// Signs whatever it is given, so that what may not be signed shows.
struct Willing(usize);

impl TerminalSigner for Willing {
    fn sign(&mut self, _holder: &[u8], _message: &[u8]) -> Result<Vec<u8>, SignerTrouble> {
        self.0 += 1;
        Ok(vec![7; 64])
    }
}

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let mut rest = bytes;
    if let Ok(question) = within(8192, || Question::read(&mut rest)) {
        let read = bytes.len() - rest.len();
        assert_eq!(question.encode(), &bytes[..read]);
        assert!((1..=MESSAGE_BYTES_MAX).contains(&question.message.len()));
        let mut signer = Willing(0);
        let signed = answer(&question, &mut signer).is_ok();
        assert_eq!(signed, !could_be_a_request(&question.message));
        assert_eq!(signer.0, usize::from(signed));
    }
    let mut rest = bytes;
    if let Ok(answer) = within(8192, || read_answer(&mut rest)) {
        let read = bytes.len() - rest.len();
        if let Ok(signature) = &answer {
            assert!((1..=SIGNATURE_BYTES_MAX).contains(&signature.len()));
        }
        assert_eq!(encode_answer(&answer), &bytes[..read]);
    }
});
