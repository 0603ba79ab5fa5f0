//! The world of an honest card: its country, its terminal, and the run of a dialogue with what may never happen on the
//! line.
use apdu::Command;
use drivers_api::card::{CardPassword, DataGroup, ReadRequest, Secret};
use drivers_api::private::Digits;
use eid::blocklist::Blocklist;
use eid::passive_auth::{RevocationPolicy, TrustStore};
use eid::{COMMANDS_MAX, CertificateFiles, Circumstances, Prepared, Terminal, TerminalCertificates};
use jiff::civil::{Date, date};
use rand::SeedableRng;
use rand::rngs::StdRng;
use simulated::pki::{Chat, Terminal as Issued, TerminalOrder, TestPki};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

/// The day on which everything happens.
pub const TODAY: Date = date(2026, 11, 23);
/// Memory of a whole dialogue: files, certificates and what proves them.
pub const DIALOGUE_BYTES_MAX: usize = 4 << 20;

/// The country and the terminal that it issued.
pub struct World {
    pub pki: TestPki,
    pub issued: Issued,
    pub terminal: Arc<Terminal>,
}

/// The one world, made once.
pub fn world() -> &'static World {
    static WORLD: OnceLock<World> = OnceLock::new();
    WORLD.get_or_init(|| {
        let pki = TestPki::seeded(TODAY, 1);
        let issued = pki.terminal(&TerminalOrder::new(TODAY, Chat::ALL));
        let files = CertificateFiles {
            terminal: &issued.chain[1],
            document_verifier: &issued.chain[0],
            links: &[],
            description: &issued.description,
            blocklist_sector: &issued.blocklist_sector,
            pseudonym_sector: Some(&issued.sector),
        };
        let certificates = TerminalCertificates::new(&files).expect("the country's certificates");
        let mut trust = TrustStore::new(RevocationPolicy::WhenPresent);
        trust.add_csca(&pki.csca_certificate()).expect("the country's CSCA");
        let terminal = Arc::new(Terminal::new(certificates, trust, empty_blocklist()).expect("a terminal"));
        World { pki, issued, terminal }
    })
}

/// A complete list without entries, of the sector `S`.
pub fn empty_blocklist() -> Blocklist {
    let mut list = Blocklist::new(b"S");
    let complete = [
        0x30, 0x12, 2, 1, 1, 2, 1, 0, 4, 1, b'1', 0x30, 7, 0x30, 5, 4, 1, b'S', 0x30, 0,
    ];
    list.update(&complete).expect("a complete list");
    list
}

/// What is true around every dialogue.
pub fn circumstances() -> Circumstances {
    Circumstances {
        today: TODAY,
        now: Duration::ZERO,
        extended_length: true,
    }
}

/// The terminal's ephemeral keys, the same for every input.
pub fn keys() -> Prepared {
    Prepared::new(&mut StdRng::seed_from_u64(7))
}

/// Digits of the test persons.
pub fn typed(text: &str) -> Secret {
    Secret::Typed(Digits::parse(text).expect("digits"))
}

/// The PIN, or CAN and PIN.
pub fn password(can: Option<&str>, pin: &str) -> CardPassword {
    match can {
        Some(can) => CardPassword::CanThenPin {
            can: typed(can),
            pin: typed(pin),
        },
        None => CardPassword::Pin(typed(pin)),
    }
}

/// What a service asks for.
pub fn request() -> ReadRequest {
    ReadRequest {
        groups: [
            DataGroup::GivenNames,
            DataGroup::DateOfBirth,
            DataGroup::PlaceOfResidence,
        ]
        .into(),
        age_at_least: Some(18),
        municipality: Some("02760503".into()),
        pseudonym: true,
    }
}

/// Watches the commands of one dialogue.
#[derive(Default)]
pub struct Watch {
    sent: usize,
    secured: bool,
    refused: bool,
    /// Proofs of a password (the last GENERAL AUTHENTICATE of PACE) that went out plain.
    pub plain_proofs: usize,
}

impl Watch {
    /// Looks at a command that is about to be sent.
    pub fn command(&mut self, command: &Command) {
        self.sent += 1;
        assert!(self.sent <= COMMANDS_MAX, "no end");
        assert!(
            command.is_secured() || !self.secured,
            "a plain command inside a session"
        );
        self.secured |= command.is_secured();
        if !command.is_secured() {
            let proves = command.instruction() == 0x86 && !command.is_chained();
            assert!(
                !(self.refused && command.instruction() == 0x86),
                "PACE again after a refusal"
            );
            self.plain_proofs += usize::from(proves);
            assert!(self.plain_proofs <= 1, "a second try of a password");
            assert!(
                matches!(command.instruction(), 0xA4 | 0xB0 | 0x22 | 0x86),
                "{command:?} goes out plain"
            );
        }
    }

    /// Looks at its answer as it arrived.
    pub fn answer(&mut self, command: &Command, answer: &[u8]) {
        if command.instruction() == 0x86 && !command.is_secured() {
            self.refused |= !answer.ends_with(&[0x90, 0x00]);
        }
    }
}
