//! Messages of a payment terminal: read or refused; what is read says the same when written again; memory in proportion;
//! receipts and names have their limits; no log tells what is in a message.
#![no_main]
use apdu_fuzz::in_proportion;
use drivers_api::payment::Cents;
use payment::apdu::{Apdu, DATA_BYTES_MAX};
use payment::paper::Papers;
use payment::status::{SYNC_BYTES_MAX, Status};
use payment::tlv;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let Ok(Some((apdu, used))) = in_proportion(bytes, || Apdu::decode(bytes)) else { return };
    assert!(used <= bytes.len() && apdu.data().len() <= DATA_BYTES_MAX);
    let again = apdu.encode();
    // A short message may come with a long length; otherwise it is the same.
    assert!(*again == bytes[..used] || (bytes[2] == 0xFF && again.len() + 2 == used));
    assert!(format!("{apdu:?}").len() < 25, "a log that tells content");
    let data = apdu.data();
    let status = in_proportion(bytes, || Status::parse(data));
    assert!(status.amount.is_none_or(|amount| amount <= Cents::MAX));
    assert!(status.card_kind.chars().count() <= 32 && !status.card_kind.chars().any(char::is_control));
    assert!(status.sync.as_ref().is_none_or(|sync| sync.len() <= SYNC_BYTES_MAX));
    assert!(status.numbers.same(&status.numbers) || status.numbers.receipt_no.or(status.numbers.date).is_none() || !status.numbers.are_enough());
    let printed = in_proportion(bytes, || {
        let mut papers = Papers::default();
        papers.line(data);
        papers.block(data);
        papers.customer()
    });
    assert!(printed.expose().chars().count() <= 16 * 1024);
    assert!(printed.expose().chars().all(|c| c == '\n' || !c.is_control()));
    assert!(tlv::elements(data).map(|element| element.1.len()).sum::<usize>() <= data.len());
});
