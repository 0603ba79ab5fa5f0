//! The test cards that lie on the desk.
use simulated::card::{CAN, Card, Hand, PIN, PUK, Profile, TRANSPORT_PIN};
use simulated::pki::TestPki;

/// A card and what stands on the slip beside it.
pub struct TestCard {
    /// Whose it is and what is the matter with it.
    pub name: &'static str,
    /// Its secrets, as on a PIN letter.
    pub secret: String,
    profile: Profile,
    /// The card, while it isn't on the reader.
    card: Option<Card>,
}

/// All test cards, one of which may lie on the reader.
pub struct Cards {
    cards: Vec<TestCard>,
    lying: Option<usize>,
}

impl Cards {
    /// New cards, issued by `pki`.
    pub fn new(pki: &TestPki) -> Self {
        let pin = || format!("PIN {PIN}");
        let both = || format!("PIN {PIN} · CAN {CAN}");
        let card = |name, secret, profile: Profile| TestCard {
            name,
            secret,
            profile,
            card: Some(profile.card(pki)),
        };
        let cards = vec![
            card("Erika Mustermann", pin(), Profile::Erika),
            card(
                "Neu, mit PIN-Brief",
                format!("Brief-PIN {TRANSPORT_PIN}"),
                Profile::Fresh,
            ),
            card("PIN zweimal falsch", both(), Profile::Suspended),
            card("PIN gesperrt", format!("PUK {PUK} · PIN {PIN}"), Profile::Blocked),
            card("eID ausgeschaltet", pin(), Profile::Deactivated),
            card("Kind", "eID ausgeschaltet".to_owned(), Profile::Child),
            card("Ohne Wohnung hier", pin(), Profile::WithoutResidence),
            card("Geburtstag unbekannt", pin(), Profile::UnknownBirthDay),
            card("Sehr lange Namen", pin(), Profile::Longest),
            card("Unionsbürgerin", pin(), Profile::UnionCitizen),
            card("Aufenthaltstitel", pin(), Profile::ResidencePermit),
            card("Karte von 2010", pin(), Profile::Made2010),
            card("Abgelaufen", pin(), Profile::Expired),
            card("Verloren gemeldet", pin(), Profile::Revoked),
            card("Kopierter Chip", pin(), Profile::CopiedChip),
            card("Bankkarte", "kein Ausweis".to_owned(), Profile::Bank),
            card("Defekte Karte", "antwortet nicht".to_owned(), Profile::Mute),
        ];
        Self { cards, lying: None }
    }

    /// Those that were reported lost.
    pub fn revoked(&self) -> Vec<&Card> {
        let revoked = |card: &&TestCard| card.profile == Profile::Revoked;
        self.cards
            .iter()
            .filter(revoked)
            .filter_map(|card| card.card.as_ref())
            .collect()
    }

    /// Lays a card on, or takes it away if it lies there. Another card is taken away first.
    pub fn touch(&mut self, hand: &Hand, index: usize) {
        let taken = self.lying.take();
        if let Some(taken) = taken
            && let Some(slot) = self.cards.get_mut(taken)
        {
            slot.card = hand.take_off();
        }
        if taken != Some(index)
            && let Some(card) = self.cards.get_mut(index).and_then(|slot| slot.card.take())
        {
            hand.lay_on(card);
            self.lying = Some(index);
        }
    }

    /// Name, secret and whether it lies on the reader.
    pub fn rows(&self) -> impl Iterator<Item = (&'static str, &str, bool)> {
        let lying = self.lying;
        self.cards
            .iter()
            .enumerate()
            .map(move |(at, card)| (card.name, &*card.secret, lying == Some(at)))
    }
}
