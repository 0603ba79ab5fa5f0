use super::*;
use proptest::collection::vec;
use proptest::prelude::*;

fn octets(length: core::ops::RangeInclusive<usize>) -> impl Strategy<Value = Octets> {
    vec(any::<u8>(), length).prop_map(Octets)
}

fn word() -> impl Strategy<Value = String> {
    "[A-Za-z0-9_-][A-Za-z0-9._-]{0,63}"
}

fn question() -> impl Strategy<Value = Question> {
    prop_oneof![
        (octets(7..=16), octets(1..=300)).prop_map(|(holder, to_be_signed)| Question::Sign { holder, to_be_signed }),
        octets(7..=16).prop_map(|holder| Question::PublicPoint { holder }),
        (octets(7..=16), word()).prop_map(|(holder, curve)| Question::GenerateKey { holder, curve }),
        octets(7..=16).prop_map(|holder| Question::DestroyKey { holder }),
        octets(1..=700).prop_map(|request| Question::RequestCertificate { request }),
        word().prop_map(|message_id| Question::SentCertificates { message_id }),
        Just(Question::GetCertificates {}),
        octets(32..=32).prop_map(|hash| Question::GetCertificateDescription { hash }),
        proptest::option::of(octets(1..=64)).prop_map(|delta_base| Question::GetBlockList { delta_base }),
    ]
}

fn answer() -> impl Strategy<Value = Answer> {
    let trouble = prop_oneof![
        Just(KeyTrouble::UnknownHolder),
        Just(KeyTrouble::Unreachable),
        Just(KeyTrouble::Refused)
    ];
    prop_oneof![
        octets(1..=132).prop_map(|signature| Answer::Signature { signature }),
        octets(1..=133).prop_map(|point| Answer::Point { point }),
        Just(Answer::Destroyed {}),
        trouble.prop_map(|trouble| Answer::KeyTrouble { trouble }),
        vec(octets(1..=300), 0..=CERTIFICATES_MAX).prop_map(|certificates| Answer::Certificates { certificates }),
        word().prop_map(|message_id| Answer::Later { message_id }),
        Just(Answer::NothingYet {}),
        octets(1..=3000).prop_map(|description| Answer::Description { description }),
        Just(Answer::UpToDate {}),
        octets(1..=3000).prop_map(|deltas| Answer::Deltas { deltas }),
        Just(Answer::CompleteList {}),
        word().prop_map(|code| Answer::Refused { code }),
        Just(Answer::Away {}),
    ]
}

#[test]
fn the_words_are_those_that_are_documented() {
    let question = Question::GetBlockList {
        delta_base: Some(Octets(vec![0xFB, 0xFF])),
    };
    let body = question.to_body().unwrap();
    assert_eq!(body, br#"{"message":"GetBlockList","delta_base":"+/8="}"#);
    let answer = Answer::KeyTrouble {
        trouble: KeyTrouble::UnknownHolder,
    };
    let body = answer.to_body().unwrap();
    assert_eq!(body, br#"{"answer":"key_trouble","trouble":"unknown_holder"}"#);
    assert_eq!(list_path("crl.der"), "/v1/eid/lists/crl.der");
    assert_eq!(format!("{question:?}"), "GetBlockList { delta_base: Some([2 bytes]) }");
}

#[test]
fn what_is_outside_is_refused() {
    let long = "x".repeat(WORD_CHARS_MAX + 1);
    for (json, what) in [
        (r#"{"message":"PublicPoint","holder":"QUJD"}"#.to_owned(), "holder"),
        (
            format!(r#"{{"message":"SentCertificates","message_id":"{long}"}}"#),
            "message_id",
        ),
        (
            r#"{"message":"SentCertificates","message_id":"../x"}"#.to_owned(),
            "message_id",
        ),
        (
            r#"{"message":"SentCertificates","message_id":""}"#.to_owned(),
            "message_id",
        ),
        (
            r#"{"message":"GetCertificateDescription","hash":"QUJD"}"#.to_owned(),
            "hash",
        ),
        (r#"{"message":"GetBlockList","delta_base":""}"#.to_owned(), "delta_base"),
        (r#"{"message":"RequestCertificate","request":""}"#.to_owned(), "request"),
    ] {
        assert_eq!(
            Question::from_body(json.as_bytes()),
            Err(EidError::Range(what)),
            "{json}"
        );
    }
    for json in [
        "",
        "null",
        "{}",
        r#"{"message":"Sing"}"#,
        r#"{"message":"GetCertificates","more":1}"#,
        r#"{"message":"PublicPoint"}"#,
        r#"{"message":"PublicPoint","holder":"not base64!"}"#,
    ] {
        let told = Question::from_body(json.as_bytes()).unwrap_err();
        assert!(matches!(told, EidError::Json { .. }), "{json}: {told}");
        assert!(!told.to_string().contains("base64!"), "quotes nothing");
    }
    let many = vec![Octets(vec![1]); CERTIFICATES_MAX + 1];
    assert!(Answer::Certificates { certificates: many }.to_body().is_err());
    let large = vec![b' '; QUESTION_BYTES_MAX + 1];
    assert_eq!(Question::from_body(&large), Err(EidError::TooLarge(large.len())));
    let longest = Question::RequestCertificate {
        request: Octets(vec![0; OBJECT_BYTES_MAX]),
    };
    assert!(longest.to_body().unwrap().len() < QUESTION_BYTES_MAX);
    let longest = Answer::Deltas {
        deltas: Octets(vec![0; DELTAS_BYTES_MAX]),
    };
    assert!(longest.to_body().unwrap().len() < ANSWER_BYTES_MAX);
}

proptest! {
    #[test]
    fn what_was_written_is_read(question in question(), answer in answer()) {
        prop_assert_eq!(Question::from_body(&question.to_body().unwrap()).unwrap(), question);
        prop_assert_eq!(Answer::from_body(&answer.to_body().unwrap()).unwrap(), answer);
    }

    #[test]
    fn arbitrary_bytes_never_panic(bytes in vec(any::<u8>(), 0..600), question in question(), at: usize, with: u8) {
        let _ = (Question::from_body(&bytes), Answer::from_body(&bytes));
        let mut changed = question.to_body().unwrap();
        let at = at % changed.len();
        changed[at] = with;
        if let Ok(read) = Question::from_body(&changed) {
            prop_assert!(read.to_body().is_ok());
        }
    }
}
