//! What a full read costs, on a card of today: commands, and the terminal's own time without the card's.
use crate::Fault;
use drivers_api::basis::ReadBasis;
use drivers_api::card::{CardPassword, DataGroup, ReadRequest, Secret};
use drivers_api::private::Digits;
use drivers_api::slot::{CardTransport, TransportError};
use eid::{Authority, Circumstances, Dialogue, Prepared, Step};
use jiff::Zoned;
use rand::rngs::StdRng;
use simulated::authority::TestAuthority;
use simulated::card::{Card, PIN};
use simulated::pki::{Chat, TerminalOrder, TestPki};
use std::time::{Duration, Instant};

/// The nine data groups of the figure: who, born when and where, living where.
const GROUPS: [DataGroup; 9] = [
    DataGroup::DocumentType,
    DataGroup::DateOfExpiry,
    DataGroup::GivenNames,
    DataGroup::FamilyNames,
    DataGroup::AcademicTitle,
    DataGroup::DateOfBirth,
    DataGroup::PlaceOfBirth,
    DataGroup::BirthName,
    DataGroup::PlaceOfResidence,
];

/// What one read took.
#[derive(Clone, Copy, Debug)]
pub struct ReadFigures {
    /// Commands to the card.
    pub commands: usize,
    /// The terminal's own time: cryptography, parsing, the signature; not the card's.
    pub host: Duration,
}

/// Reads Erika's card so many times: PIN, terminal authentication, passive authentication, chip authentication, blocklist,
/// validity, nine data groups. The ephemeral keys were made before, as the reader's thread does.
///
/// # Errors
/// A read that failed.
pub fn full_reads(times: usize) -> Result<Vec<ReadFigures>, Fault> {
    let mut random: StdRng = rand::make_rng();
    let pki = TestPki::new(Zoned::now().date(), &mut random);
    let mut authority = TestAuthority::new(&pki, &TerminalOrder::new(pki.today(), Chat::ALL), &[])?;
    let mut card = Card::erika(&pki);
    let read = |_| {
        card.reset();
        one_read(&mut authority, &mut card, Prepared::new(&mut random))
    };
    (0..times).map(read).collect()
}

#[allow(clippy::disallowed_methods)] // it measures
fn one_read(authority: &mut TestAuthority, card: &mut Card, keys: Prepared) -> Result<ReadFigures, Fault> {
    let pin = Digits::parse(PIN).ok_or("the PIN has other characters than digits")?;
    let basis = ReadBasis::OnlineAusweis(CardPassword::Pin(Secret::Typed(pin)));
    let request = ReadRequest {
        groups: GROUPS.into(),
        ..ReadRequest::default()
    };
    let circumstances = Circumstances {
        today: authority.today(),
        now: authority.now(),
        extended_length: true,
    };
    let terminal = authority.terminal().ok_or("no certificate")?;
    let (mut commands, mut of_card) = (0, Duration::ZERO);
    let began = Instant::now();
    let mut step = Dialogue::read(basis, &request, terminal, circumstances, keys);
    loop {
        step = match step {
            Step::Ask(ask) => {
                let command = ask.command.encode();
                let sent = Instant::now();
                let answer = card.transmit(&command).map_err(lost)?;
                of_card += sent.elapsed();
                commands += 1;
                ask.dialogue.handle(answer)
            }
            Step::Sign(ask) => ask.dialogue.signed(authority.sign(&ask.holder, &ask.message)?),
            Step::Done(outcome) => {
                outcome?;
                let host = began.elapsed().saturating_sub(of_card);
                return Ok(ReadFigures { commands, host });
            }
        }
    }
}

fn lost(error: TransportError) -> Fault {
    format!("the simulated card failed: {error:?}").into()
}
