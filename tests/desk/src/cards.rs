//! The test cards that lie on the desk.
use simulated::card::{CAN, Card, Hand, PIN};

/// A card and what stands on the slip beside it.
pub struct TestCard {
    /// Whose it is and what is the matter with it.
    pub name: &'static str,
    /// Its secrets, as on a PIN letter.
    pub secret: String,
    /// The card, while it isn't on the reader.
    card: Option<Card>,
}

/// All test cards, one of which may lie on the reader.
pub struct Cards {
    cards: Vec<TestCard>,
    lying: Option<usize>,
    hand: Hand,
}

impl Cards {
    /// The cards beside the reader that `hand` operates.
    pub fn new(hand: Hand) -> Self {
        let pin = || format!("PIN {PIN}");
        let both = || format!("PIN {PIN} · Zugangsnummer {CAN}");
        let card = |name, secret, card| TestCard {
            name,
            secret,
            card: Some(card),
        };
        let cards = vec![
            card("Erika Mustermann", pin(), Card::erika()),
            card("PIN zweimal falsch eingegeben", both(), Card::suspended()),
            card("PIN gesperrt", pin(), Card::blocked()),
            card("Online-Funktion ausgeschaltet", pin(), Card::deactivated()),
            card("Ohne Wohnung in Deutschland", pin(), Card::without_residence()),
            card("Geburtstag unbekannt", pin(), Card::unknown_birth_day()),
            card("Bankkarte", "kein Ausweis".to_owned(), Card::bank()),
            card("Defekte Karte", "antwortet nicht".to_owned(), Card::mute()),
        ];
        Self {
            cards,
            lying: None,
            hand,
        }
    }

    /// Lays a card on, or takes it away if it lies there. Another card is taken away first.
    pub fn touch(&mut self, index: usize) {
        let taken = self.lying.take();
        if let Some(taken) = taken
            && let Some(slot) = self.cards.get_mut(taken)
        {
            slot.card = self.hand.take_off();
        }
        if taken != Some(index)
            && let Some(card) = self.cards.get_mut(index).and_then(|slot| slot.card.take())
        {
            self.hand.lay_on(card);
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
