//! What the terminal knows about itself between visits: its services and the state of its devices. Nothing of it is
//! about a citizen.
use crate::follow_up::Guesses;
use crate::give_back::Unfiled;
use crate::{Input, TownBoard};
use catalogue::{Catalogue, Finish, LocalTime, Service};
use drivers_api::Job;
use drivers_api::card::{CardEvent, CardFound, ProviderCertificate, ReadRequest};
use drivers_api::language::Language;
use drivers_api::payment::{PaymentEvent, PaymentTrouble};
use drivers_api::print::{PrintTrouble, PrinterEvent};
use drivers_api::voice::VoiceEvent;
use jiff::civil::Date;
use std::sync::Arc;

/// Whether fees can be paid by card here.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum CardPay {
    /// There is no payment terminal, or it hasn't reported yet.
    #[default]
    Absent,
    /// It works.
    Ready,
    /// It doesn't.
    NotReady(PaymentTrouble),
}

/// The terminal, across visits.
#[derive(Debug)]
pub struct Terminal {
    /// The services on offer.
    pub catalogue: Catalogue,
    /// A card reader is there and works.
    pub reader_works: bool,
    /// It has keys of its own, where secrets must be typed.
    pub pin_pad: bool,
    /// What the terminal's certificate says; `None` while there is none that is valid.
    pub certificate: Option<Box<ProviderCertificate>>,
    /// What lies on the reader.
    pub card: Option<CardFound>,
    /// Why the printer can't print now, if it can't.
    pub printer_trouble: Option<PrintTrouble>,
    /// Whether fees can be paid by card.
    pub card_pay: CardPay,
    /// Somebody has plugged a headset in.
    pub headset: bool,
    /// The backend can be reached.
    pub line_up: bool,
    /// What the town tells, as long as that is anything.
    pub board: Option<Arc<TownBoard>>,
    /// The town's clock; set by whoever runs the loop.
    pub time: Option<LocalTime>,
    /// Unknown case codes that were asked for lately.
    pub(crate) guesses: Guesses,
    /// Money for a case that isn't stored yet.
    pub(crate) unfiled: Option<Unfiled>,
    /// Waiting numbers that this visit has asked for.
    pub(crate) numbers_drawn: u8,
    last_job: u64,
}

impl Terminal {
    /// A terminal whose devices haven't reported yet.
    pub fn new(catalogue: Catalogue) -> Self {
        Self {
            catalogue,
            reader_works: false,
            pin_pad: false,
            certificate: None,
            card: None,
            printer_trouble: None,
            card_pay: CardPay::Absent,
            headset: false,
            line_up: false,
            board: None,
            time: None,
            guesses: Guesses::default(),
            unfiled: None,
            numbers_drawn: 0,
            last_job: 0,
        }
    }

    /// The day on the town's clock.
    pub(crate) fn today(&self) -> Option<Date> {
        self.time?.day()
    }

    /// The services on offer today.
    pub(crate) fn offered(&self) -> impl Iterator<Item = &Arc<Service>> {
        self.catalogue.offered(self.today())
    }

    /// A number for the next task; never used twice.
    pub fn next_job(&mut self) -> Job {
        self.last_job += 1;
        Job(self.last_job)
    }

    /// The number that was given last.
    pub fn last_job(&self) -> Job {
        Job(self.last_job)
    }

    /// What can be done here, in German; what most people come for first.
    pub(crate) fn titles(&self) -> Vec<String> {
        let most_used = self.catalogue.town().most_used();
        let mut services: Vec<_> = self.offered().collect();
        let place = |id| most_used.iter().position(|used| used == id).unwrap_or(most_used.len());
        services.sort_by_key(|service| place(service.id()));
        let mut titles: Vec<String> = Vec::new();
        for title in services.iter().map(|service| service.title(Language::German)) {
            // Two towns may offer the same.
            if !titles.iter().any(|told| told == title) {
                titles.push(title.to_owned());
            }
        }
        titles
    }

    /// What may be read for a service now; `None` while the certificate doesn't grant what the service needs. One that
    /// only shows gets along with less: what isn't granted isn't offered. A pseudonym beside data groups only finds the
    /// case again, so it isn't asked where it isn't granted.
    pub(crate) fn granted(&self, service: &Service) -> Option<ReadRequest> {
        let rights = &self.certificate.as_ref()?.rights;
        let mut request = service.read_request();
        if service.finish() == Finish::Show {
            request.groups.retain(|group| rights.groups.contains(group));
            return (!request.groups.is_empty()).then_some(request);
        }
        request.pseudonym &= rights.pseudonym || request.groups.is_empty();
        let granted = request.groups.is_subset(&rights.groups)
            && (rights.age || request.age_at_least.is_none())
            && (rights.municipality || request.municipality.is_none())
            && (rights.pseudonym || !request.pseudonym);
        granted.then_some(request)
    }

    /// Notes what an input says about the devices, whoever is standing here.
    pub(crate) fn note(&mut self, input: &Input) {
        match input {
            Input::Card(CardEvent::ReaderReady { pin_pad }) => {
                self.reader_works = true;
                self.pin_pad = *pin_pad;
                self.card = None;
            }
            Input::Card(CardEvent::Certificate(certificate)) => self.certificate.clone_from(certificate),
            Input::Card(CardEvent::ReaderGone) => {
                self.reader_works = false;
                self.card = None;
            }
            Input::Card(CardEvent::Inserted(found)) => {
                self.reader_works = true;
                self.card = Some(*found);
            }
            Input::Card(CardEvent::Removed) => self.card = None,
            Input::Printer(PrinterEvent::Ready | PrinterEvent::Printed { .. }) => self.printer_trouble = None,
            Input::Printer(PrinterEvent::NotReady(why) | PrinterEvent::Failed { why, .. }) => {
                self.printer_trouble = Some(*why);
            }
            Input::Payment(PaymentEvent::Ready) => self.card_pay = CardPay::Ready,
            Input::Payment(PaymentEvent::NotReady(why)) => self.card_pay = CardPay::NotReady(*why),
            Input::Voice(VoiceEvent::HeadsetPlugged) => self.headset = true,
            Input::Voice(VoiceEvent::HeadsetUnplugged) => self.headset = false,
            Input::Line { up } => self.line_up = *up,
            Input::Board(board) => self.board = TownBoard::new(Arc::clone(board)),
            Input::Card(CardEvent::Progress { .. } | CardEvent::ReadDone { .. } | CardEvent::ReadFailed { .. })
            | Input::Card(CardEvent::PinDone { .. } | CardEvent::PinFailed { .. })
            | Input::Printer(PrinterEvent::PaperLow)
            | Input::Voice(_)
            | Input::Payment(_)
            | Input::Tap(_)
            | Input::Filed { .. }
            | Input::FilingFailed { .. }
            | Input::Staff { .. }
            | Input::CaseTold { .. }
            | Input::Number { .. }
            | Input::Tick => {}
        }
    }
}
