//! How a card is made: files, keys and trust points from the test PKI.
use super::chip::{Chip, Facts, Keys};
use super::files::Files;
use super::generation::{Forgery, Generation};
use super::profile::Person;
use super::rules::Rules;
use super::security_infos::{card_security, chip_security};
use super::session::Volatile;
use super::trust::{Imported, Trust};
use crate::pki::{Chat, Role, SignerKind, TestPki, date};
use bp256::r1::NonZeroScalar;
use elliptic_curve::Generate;
use elliptic_curve::sec1::ToSec1Point;

/// Days since a card was made: its own idea of the day.
const AGE_DAYS: i32 = 90;

impl Chip {
    pub(super) fn make(
        person: &Person,
        generation: Generation,
        forgery: Option<Forgery>,
        pki: &TestPki,
        seed: u64,
    ) -> Self {
        // Everybody's key is one for the whole generation; the others are the chip's own.
        let own = |name: &str| NonZeroScalar::generate_from_rng(&mut pki.random(&format!("card {seed} {name}")));
        let signed_key = NonZeroScalar::generate_from_rng(&mut pki.random(&format!("cards {}", generation.label())));
        let keys = Keys {
            common: if forgery == Some(Forgery::CopiedChip) {
                own("copy")
            } else {
                signed_key
            },
            chip: own("chip authentication"),
            blocklist: own("blocklist"),
            pseudonym: own("pseudonym"),
        };
        let signer = match forgery {
            Some(Forgery::ForeignSigner) => SignerKind::ForeignCards,
            Some(Forgery::CopiedChip | Forgery::Downgrade) | None => generation.signer(),
        };
        let common_key = public(&signed_key);
        let security = pki.card_security(&card_security(generation, &common_key), signer);
        let chip_infos = chip_security(generation, &common_key, &public(&keys.chip));
        let files = Files::of(
            person,
            generation,
            forgery,
            security,
            pki.card_security(&chip_infos, signer),
        );
        Self {
            rules: Rules::new(),
            trust: trust(pki),
            keys,
            facts: Facts {
                date_of_expiry: person.date_of_expiry.clone(),
                born_at_the_latest: person.born_at_the_latest(),
                municipality: person.municipality(),
            },
            generation,
            files,
            random: pki.random(&format!("card {seed} random numbers")),
            volatile: Volatile::new(),
        }
    }
}

/// `04 ‖ x ‖ y`.
pub(super) fn public(secret: &NonZeroScalar) -> Vec<u8> {
    let point = bp256::r1::ProjectivePoint::GENERATOR * **secret;
    point.to_sec1_point(false).as_bytes().to_vec()
}

fn trust(pki: &TestPki) -> Trust {
    let points = pki.trust_points().iter().map(|cvca| Imported {
        holder: cvca.holder.clone().into_bytes(),
        role: Role::Cvca,
        rights: Chat::ALL,
        public: cvca.public.clone(),
        valid: (date(cvca.valid.0), date(cvca.valid.1)),
        authentication_terminal: true,
        sectors: vec![],
    });
    Trust::new(points.collect(), date(pki.day(-AGE_DAYS)))
}
