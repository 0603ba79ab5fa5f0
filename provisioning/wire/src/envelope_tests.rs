use super::*;
use crate::receipt::{CheckCode, FeeState};
use proptest::prelude::*;

fn envelope() -> Envelope {
    Envelope {
        submission_id: Uuid::from_u128(0x0192_0000_0000_7000_8000_0000_0000_0001),
        destination_id: Uuid::from_u128(0x9f6b_b611_df46_494a_9a98_a253_f136_2dc7),
        leika: "99115001060000".into(),
        service_version: "1.0.0".into(),
        filed_at: 1_795_305_600,
        encrypted_data: "eyJh.a2V5.aXY.Y3Q.dGFn".into(),
        follow_up: None,
    }
}

#[test]
fn body_and_back() {
    let body = envelope().to_body().unwrap();
    assert_eq!(Envelope::from_body(&body).unwrap(), envelope());
    assert_eq!(body, envelope().to_body().unwrap());
    let text = String::from_utf8(body).unwrap();
    assert!(
        text.starts_with(r#"{"submission_id":"01920000-0000-7000-8000-000000000001","destination_id":"#),
        "{text}"
    );
}

#[test]
fn what_finds_a_case_again_may_be_absent() {
    let mut with = envelope();
    with.follow_up = Some(FollowUp {
        service: "wohnsitz".into(),
        case_lookup: CaseLookup::from_bytes([7; 32]),
        card: None,
        receipt: Some(ReceiptFacts {
            lookup: CheckCode::from_random([7; 10]).lookup(),
            title: "Wohnsitz anmelden".into(),
            issuer: "Stadt Musterstadt".into(),
        }),
        fee: Some(Fee {
            cents: 1250,
            state: FeeState::Counter,
        }),
    });
    assert_eq!(Envelope::from_body(&with.to_body().unwrap()).unwrap(), with);
    let wrong = |change: fn(&mut FollowUp)| {
        let mut broken = with.clone();
        broken.follow_up.as_mut().map(change);
        broken.to_body().unwrap_err()
    };
    assert_eq!(wrong(|facts| facts.service.clear()), EnvelopeError::Service);
    assert_eq!(wrong(|facts| facts.fee.as_mut().unwrap().cents = 0), EnvelopeError::Fee);
    assert_eq!(
        wrong(|facts| facts.receipt.as_mut().unwrap().title.clear()),
        EnvelopeError::Receipt
    );
    let text = String::from_utf8(envelope().to_body().unwrap()).unwrap();
    assert!(
        text.ends_with(r#""encrypted_data":"eyJh.a2V5.aXY.Y3Q.dGFn"}"#),
        "as ever: {text}"
    );
    assert!(is_service("0-9_a") && !is_service("Wohnsitz") && !is_service(""));
}

#[test]
fn each_wrong_field_is_named() {
    let wrong = |change: fn(&mut Envelope)| {
        let mut broken = envelope();
        change(&mut broken);
        broken.to_body().unwrap_err()
    };
    assert_eq!(wrong(|e| e.submission_id = Uuid::nil()), EnvelopeError::SubmissionId);
    assert_eq!(
        wrong(|e| e.submission_id = e.destination_id),
        EnvelopeError::SubmissionId
    );
    assert_eq!(wrong(|e| e.destination_id = Uuid::nil()), EnvelopeError::DestinationId);
    assert_eq!(wrong(|e| e.leika.truncate(13)), EnvelopeError::Leika);
    assert_eq!(wrong(|e| e.leika = "9911500106000O".into()), EnvelopeError::Leika);
    assert_eq!(wrong(|e| e.leika = "٩٩٩٩٩٩٩".into()), EnvelopeError::Leika);
    assert_eq!(wrong(|e| e.service_version.clear()), EnvelopeError::ServiceVersion);
    assert_eq!(
        wrong(|e| e.service_version = "1 0".into()),
        EnvelopeError::ServiceVersion
    );
    assert_eq!(
        wrong(|e| e.service_version = "1".repeat(65)),
        EnvelopeError::ServiceVersion
    );
    assert_eq!(wrong(|e| e.filed_at = -1), EnvelopeError::FiledAt);
    assert_eq!(wrong(|e| e.filed_at = FILED_AT_MAX + 1), EnvelopeError::FiledAt);
    assert_eq!(
        wrong(|e| e.encrypted_data = "a.b".into()),
        EnvelopeError::EncryptedData(JweError::Parts { found: 2 })
    );
    let oversize = wrong(|e| e.encrypted_data = format!("AA.AA.AA.{}.AA", "A".repeat(BODY_BYTES_MAX)));
    assert!(matches!(oversize, EnvelopeError::TooLarge { .. }));
}

#[test]
fn shape_of_a_jwe() {
    assert_eq!(check_compact_jwe("AA.AA.AA.AA.AA"), Ok(()));
    assert_eq!(check_compact_jwe("AA.AA.AA.AA.AA."), Err(JweError::Parts { found: 6 }));
    assert_eq!(check_compact_jwe("AA..AA.AA.AA"), Err(JweError::Empty { part: 2 }));
    assert_eq!(
        check_compact_jwe("AA.AA.AAAAA.AA.AA"),
        Err(JweError::Base64Url { part: 3 })
    );
    assert_eq!(
        check_compact_jwe("AA.AA.AA.A=.AA"),
        Err(JweError::Base64Url { part: 4 })
    );
    assert_eq!(
        check_compact_jwe("AA.AA.AA.AA.A+"),
        Err(JweError::Base64Url { part: 5 })
    );
}

#[test]
fn json_errors_say_where_and_quote_nothing() {
    let error = |text: &str| Envelope::from_body(text.as_bytes()).unwrap_err().to_string();
    assert_eq!(
        error("{}"),
        "the envelope is not the JSON we speak: missing field `submission_id`, at line 1 column 2"
    );
    for text in [
        r#"{"Mustermann":1}"#,
        r#"{"leika":"Mustermann","submission_id":"Mustermann"}"#,
        "Mustermann",
    ] {
        assert!(!error(text).contains("Muster"), "{}", error(text));
    }
}

#[test]
fn unknown_fields_and_doubles_are_refused() {
    let text = String::from_utf8(envelope().to_body().unwrap()).unwrap();
    let unknown = text.replacen('{', r#"{"name":"x","#, 1);
    assert!(matches!(
        Envelope::from_body(unknown.as_bytes()),
        Err(EnvelopeError::Json(_))
    ));
    let double = text.replacen('{', r#"{"leika":"99115001060000","#, 1);
    assert!(matches!(
        Envelope::from_body(double.as_bytes()),
        Err(EnvelopeError::Json(_))
    ));
}

#[test]
fn an_acknowledgement_covers_one_body_only() {
    let body = envelope().to_body().unwrap();
    let id = envelope().submission_id;
    let ack = Acknowledgement {
        submission_id: id,
        sha256: body_sha256(&body),
        received_at: 1,
    };
    assert!(ack.covers(id, &body));
    assert!(!ack.covers(Uuid::nil(), &body));
    assert!(!ack.covers(id, &body[1..]));
    // FIPS 180-4: SHA-256 of "abc".
    assert_eq!(
        body_sha256(b"abc"),
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    );
}

proptest! {
    #[test]
    fn no_bytes_panic(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        let _ = Envelope::from_body(&bytes);
    }

    #[test]
    fn one_changed_byte_is_another_body_or_an_error(at in 0usize..300, to in any::<u8>()) {
        let body = envelope().to_body().unwrap();
        let (mut changed, at) = (body.clone(), at % body.len());
        changed[at] = to;
        if let Ok(read) = Envelope::from_body(&changed) {
            prop_assert!(read.validate().is_ok());
            // Hex digits of a UUID read alike in both cases; everything else differs.
            prop_assert!(changed == body || read != envelope() || to.is_ascii_alphabetic());
        }
        prop_assert_eq!(changed == body, body_sha256(&changed) == body_sha256(&body));
    }
}
