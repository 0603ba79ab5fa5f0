//! Readers that answer anything: errors come of it, never a panic, and never a read.
use super::*;
use apdu::Command;
use apdu::tlv::{Reader, Tag, encode};
use core::time::Duration;
use drivers_api::card::{CardFailure, PinTask};
use drivers_api::slot::{CardTransport, FEATURE_REQUEST, Slot, SlotEvent, TransportError};
use proptest::prelude::*;
use reader::part10::{EstablishPace, PaceOutput, PacePassword, PaceResult};
use simulated::card::{CAN, Card, PIN, PUK, SimulatedLine, SimulatedSlot};
use simulated::pki::{Chat, TerminalOrder};

/// Says that it has keys, then answers one of these to each order.
struct Liar {
    slot: SimulatedSlot,
    answers: Vec<Vec<u8>>,
}

struct LiarsLine {
    line: SimulatedLine,
    answers: Vec<Vec<u8>>,
}

const PACE: u32 = 7;
const MODIFY: u32 = 8;

fn lie(answers: &mut Vec<Vec<u8>>, code: u32, input: &[u8]) -> Result<Vec<u8>, TransportError> {
    match (code, input) {
        (FEATURE_REQUEST, _) => Ok([[0x20, 4, 0, 0, 0, PACE as u8], [0x07, 4, 0, 0, 0, MODIFY as u8]].concat()),
        (PACE, [1, ..]) => Ok(vec![0, 0, 0, 0, 1, 0, 0xE0]),
        (PACE | MODIFY, _) => Ok(answers.pop().unwrap_or_default()),
        _ => Err(TransportError::Other(1)),
    }
}

impl Slot for Liar {
    type Line = LiarsLine;

    fn wait(&mut self, patience: Duration) -> SlotEvent {
        self.slot.wait(patience)
    }

    fn connect(&mut self) -> Result<LiarsLine, TransportError> {
        let line = self.slot.connect()?;
        Ok(LiarsLine {
            line,
            answers: self.answers.clone(),
        })
    }

    fn control(&mut self, code: u32, input: &[u8]) -> Result<Vec<u8>, TransportError> {
        lie(&mut self.answers, code, input)
    }

    fn waker(&self) -> Box<dyn Fn() + Send> {
        self.slot.waker()
    }
}

impl CardTransport for LiarsLine {
    fn transmit(&mut self, command: &[u8]) -> Result<Vec<u8>, TransportError> {
        self.line.transmit(command)
    }

    fn control(&mut self, code: u32, input: &[u8]) -> Result<Vec<u8>, TransportError> {
        lie(&mut self.answers, code, input)
    }
}

fn with_liar(answers: Vec<Vec<u8>>) -> World {
    let pki = pki();
    let (hand, slot) = Hand::new();
    let world = World::over(reader::NoCertificate, pki, hand, Liar { slot, answers });
    assert!(matches!(world.next(), CardEvent::Certificate(None)));
    assert!(matches!(world.next(), CardEvent::ReaderReady { pin_pad: true }));
    world
}

/// OutputData of an open channel that never was one, with the card's real trust points or without any.
fn pretended(card: &Card, with_rights: bool) -> Vec<u8> {
    let mut data = vec![0x90, 0, 2, 0, 0x31, 0];
    if with_rights {
        let mut trust_points = card.trusted().into_iter();
        for trust_point in [trust_points.next().unwrap(), trust_points.next().unwrap_or_default()] {
            data.push(trust_point.len() as u8);
            data.extend(trust_point.bytes());
        }
        data.extend([32, 0]);
        data.extend([3; 32]);
    }
    [&[0; 4][..], &(data.len() as u16).to_le_bytes(), &data].concat()
}

#[test]
fn a_reader_that_only_says_that_it_opened_the_card_unblocks_nothing_and_reads_nothing() {
    let mut world = with_liar(vec![pretended(&Card::blocked(&pki()), false)]);
    world.lay_on(Card::blocked(&world.pki));
    let unblock = PinTask::Unblock { puk: Secret::OnPad };
    assert_eq!(
        world.manage(unblock),
        Err(CardFailure::PukUsedUp),
        "the card says 6982 to a plain command"
    );
    assert_eq!(world.take_off().tries_left(), Some(0));

    for with_rights in [true, false] {
        let pki = pki();
        let (hand, slot) = Hand::new();
        let card = Card::erika(&pki);
        let answers = vec![pretended(&card, with_rights)];
        let mut world = World::over(authority(&pki), pki, hand, Liar { slot, answers });
        assert!(matches!(world.next(), CardEvent::Certificate(Some(_))));
        assert!(matches!(world.next(), CardEvent::ReaderReady { pin_pad: true }));
        world.lay_on(card);
        world.hand.take_log();
        let why = world.read(pin_on_pad()).unwrap_err();
        let refused = world.hand.take_log().iter().any(|entry| {
            entry.header == [0x00, 0x22, 0x81, 0xB6] && entry.status == Some(apdu::StatusWord::SECURITY_STATUS)
        });
        // With trust points it is the card that refuses terminal authentication in plain.
        let expected = if with_rights {
            CardFailure::NoCertificate
        } else {
            CardFailure::Malformed
        };
        assert_eq!((why, refused), (expected, with_rights));
    }
}

#[test]
fn the_strict_reader_refuses_what_a_host_must_not_do() {
    let pki = pki();
    let (hand, mut slot) = Hand::with_pad(PadManner::default());
    hand.lay_on(Card::erika(&pki));
    let mut line = slot.connect().unwrap();
    let pace = 0x4200_0DCC;
    let mut order = |hex: &str| {
        let answer = line.control(pace, &hex::decode(hex.replace(' ', "")).unwrap()).unwrap();
        u32::from_le_bytes(*answer.first_chunk().unwrap())
    };
    let chat = "7F4C12060904007F00070301020253050000000800";
    let signature = "7F4C0E060904007F00070301020353 0103";
    let digits = |text: &str| hex::encode(text);
    for (input, code) in [
        ("02 0500 05 00 00 0000".to_owned(), 0xE000_0003),
        ("02 0600 03 00 00 0000".to_owned(), 0xD000_0001),
        ("02 0500 03 01 00 0000".to_owned(), 0xD000_0001),
        ("02 0700 03 00 00 0000 0000".to_owned(), 0xD000_0002),
        (format!("02 0B00 03 00 06 {} 0000", digits(PIN)), 0xD000_0003),
        (format!("02 0F00 04 00 0A {} 0000", digits(PUK)), 0xD000_0003),
        (format!("02 1A00 03 15 {chat} 00 0000"), 0xD000_0003),
        (format!("02 1C00 04 15 {chat} 00 0200 3000"), 0xD000_0003),
        (format!("02 1800 03 11 {signature} 00 0200 3000"), 0xD000_0002),
        (format!("02 0B00 02 00 06 {} 0000", hex::encode("50054x")), 0xD000_0002),
        ("09 0000".to_owned(), 0xD000_0002),
        ("03 0100 00".to_owned(), 0xD000_0001),
    ] {
        assert_eq!(order(&input), code, "{input}");
    }
    hand.presses([Press::Aborts]);
    assert_eq!(
        order(&format!("02 0B00 02 00 06 {} 0000", digits(CAN))),
        0xF020_0001,
        "may the CAN be used? No."
    );
    // The tries may be asked for, with no rights; PACE may not be run from here, nor a PIN be set.
    let mut word = |hex: &str| hex::encode(line.transmit(&hex::decode(hex.replace(' ', "")).unwrap()).unwrap());
    let set_password = "800A04007F00070202040202 830103 84010D";
    assert_eq!(word(&format!("0022C1A4 12 {set_password}")), "9000");
    assert_eq!(word("10860000 02 7C00 00"), "6982");
    assert_eq!(word(&format!("0022C1A4 27 {set_password} {chat}")), "6982");
    assert_eq!(word("002C0203 06 323731383238"), "6982");
}

#[test]
fn the_strict_reader_blocks_a_certificate_of_another_description() {
    let pki = pki();
    let terminal = pki.terminal(&TerminalOrder::new(pki.today(), Chat::ALL));
    let chat = Chat::ALL.template();
    for (description, blocked) in [(&terminal.description[..], false), (b"another", true)] {
        let (hand, mut slot) = Hand::with_pad(PadManner::default());
        hand.lay_on(Card::erika(&pki));
        hand.presses([Press::Types(PIN)]);
        let mut line = slot.connect().unwrap();
        let order = EstablishPace {
            password: PacePassword::Pin,
            chat: &chat,
            description,
        };
        let answer = line.control(0x4200_0DCC, &order.encode().unwrap()).unwrap();
        assert_eq!(PaceOutput::parse(&answer).unwrap().result, PaceResult::Open);
        let mut word = |p1, p2, instruction, data: &[u8]| {
            let command = Command::new(0x00, instruction, p1, p2)
                .with_data(data.to_vec())
                .unwrap();
            u16::from_be_bytes(line.transmit(&command.encode()).unwrap().try_into().unwrap())
        };
        let words = terminal.chain.iter().map(|certificate| {
            let inside = Reader::new(certificate).expect(Tag(0x7F21)).unwrap().value;
            let mut body = Reader::new(inside).expect(Tag(0x7F4E)).unwrap().nested().unwrap();
            let issuer = body.find(Tag(0x42)).unwrap().unwrap().value;
            assert_eq!(word(0x81, 0xB6, 0x22, &encode(Tag(0x83), issuer)), 0x9000);
            word(0x00, 0xBE, 0x2A, inside)
        });
        let expected = [0x9000, if blocked { 0x6985 } else { 0x9000 }];
        assert_eq!(words.collect::<Vec<_>>(), expected);
        let name = hand.take_prompts()[0].provider.clone().unwrap();
        assert_eq!(name == "Unbekannt", blocked);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn random_answers_are_errors_and_the_thread_lives(
        answers in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..60), 0..6),
        head in prop::sample::select(vec![vec![], vec![0; 4], vec![0xC2, 0x63, 0x06, 0xF0], vec![1, 0, 0x10, 0xF0]]),
    ) {
        let answers: Vec<Vec<u8>> = answers.into_iter().map(|tail| [head.clone(), tail].concat()).collect();
        let mut world = with_liar(answers);
        world.lay_on(Card::suspended(&world.pki));
        let change = PinTask::Change { old: both_on_pad(), new: Secret::OnPad };
        for task in [change, PinTask::Unblock { puk: Secret::OnPad }] {
            if let Ok(pin) = world.manage(task) {
                // A liar can say that it has changed a PIN; the card knows better.
                prop_assert_eq!(pin, THREE);
            }
        }
        prop_assert_eq!(world.take_off().tries_left(), Some(1));
    }
}
