//! The loop between the visit, the devices and the screens. One thread, one inbox, data flows one way:
//!
//! ```text
//! finger, devices, clock ──Input──▶ Session::handle ──Effect──▶ reader · printer · filing · journal
//!                                   Session::view   ──View────▶ screens
//! ```
//!
//! [`Host::run`] is that loop. Whoever names the devices (`kiosk`, `desk`) makes them with [`Inbox`] senders, so that
//! their answers come back as [`Input`]s.
use drivers_api::Job;
use drivers_api::card::Reader;
use drivers_api::payment::{NotPaidReason, PaymentCommand, PaymentEvent, PaymentTerminal};
use drivers_api::print::Printer;
use drivers_api::private::wipe_stack;
use drivers_api::voice::{Mute, Voice};
use session::view::View;
use session::{Effect, Input, Now, Session, Terminal};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::time::{Duration, Instant};
use wire::board::Board;

pub mod board;
pub mod cases;
pub mod clock;
pub mod filing;
mod follow_up;
pub mod inquiry;
pub mod journal;
pub mod numbers;
mod opening;
mod paying;
mod payment_information;
mod services;
mod voice;

pub use filing::{Filing, FilingConfig, FilingFault};
pub use inquiry::{Ask, Inquiry};
use paying::Payments;
pub use services::NewServices;
pub use voice::SharedVoice;

/// Inputs that may wait while the loop is busy with one; devices block beyond that, and nothing is dropped.
const INBOX_MAX: usize = 256;

/// The loop's inbox: everybody who has something to say gets a sender.
#[derive(Debug)]
pub struct Inbox {
    sender: SyncSender<Input>,
    receiver: Receiver<Input>,
}

impl Default for Inbox {
    fn default() -> Self {
        let (sender, receiver) = sync_channel(INBOX_MAX);
        Self { sender, receiver }
    }
}

impl Inbox {
    /// A way into the inbox. Inputs sent after the loop has ended are dropped.
    pub fn sender(&self) -> Sender {
        Sender(self.sender.clone())
    }

    /// The next input, for whoever stands in for the loop. `None` when nothing came within `patience`.
    pub fn receive(&self, patience: Duration) -> Option<Input> {
        self.receiver.recv_timeout(patience).ok()
    }
}

/// A way into the [`Inbox`].
#[derive(Clone, Debug)]
pub struct Sender(SyncSender<Input>);

impl Sender {
    /// Says something to the visit.
    pub fn send(&self, input: Input) {
        // The loop has ended: nobody is left whom it could concern.
        let _ = self.0.send(input);
    }
}

/// The devices of a terminal.
pub struct Devices {
    /// The card reader.
    pub reader: Box<dyn Reader + Send>,
    /// The printer.
    pub printer: Box<dyn Printer + Send>,
    /// The payment terminal, if there is one.
    pub payment: Option<Box<dyn PaymentTerminal + Send>>,
    /// How the voice speaks; what it says comes from the screens.
    pub voice: Box<dyn Voice + Send>,
    /// Tells staff that somebody asks for a person, in the stage of that name; returns at once. What becomes of it is told
    /// as [`Input::Staff`] with that number.
    pub staff: Box<dyn Fn(Job, &'static str) + Send>,
    /// Who seals and stores cases.
    pub filing: Filing,
    /// Who asks what became of cases.
    pub inquiry: Inquiry,
    /// Who draws waiting numbers.
    pub numbers: numbers::Draw,
}

impl Devices {
    /// A terminal that can't speak, takes no money, draws no numbers and has nobody to call.
    pub fn quiet(
        reader: Box<dyn Reader + Send>,
        printer: Box<dyn Printer + Send>,
        filing: Filing,
        inquiry: Inquiry,
    ) -> Self {
        Self {
            reader,
            printer,
            payment: None,
            voice: Box::new(Mute),
            staff: Box::new(|_, _| {}),
            filing,
            inquiry,
            numbers: Box::new(|_, _| {}), // the visit's patience ends
        }
    }
}

impl std::fmt::Debug for Devices {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Devices")
    }
}

/// The loop with everything it needs.
#[derive(Debug)]
pub struct Host {
    terminal: Terminal,
    devices: Devices,
    session: Session,
    payments: Payments,
    began: Instant,
    new_services: NewServices,
    /// As the courier brought it.
    board: Arc<Board>,
}

impl Host {
    /// A terminal at which nobody is.
    #[allow(clippy::disallowed_methods)] // the host owns the terminal's clock
    pub fn new(terminal: Terminal, devices: Devices) -> Self {
        Self {
            terminal,
            devices,
            session: Session::Idle,
            payments: Payments::default(),
            began: Instant::now(),
            new_services: NewServices::default(),
            board: Arc::default(),
        }
    }

    /// Takes services that come there later, while nobody is here.
    pub fn renewing(self, new_services: NewServices) -> Self {
        Self { new_services, ..self }
    }

    /// Runs until every sender of the inbox is gone. `show` gets each new view.
    ///
    /// A visit under way at the end is dropped, and its memory wiped with it.
    pub fn run(mut self, inbox: Inbox, mut show: impl FnMut(View)) {
        let Inbox { sender, receiver } = inbox;
        drop(sender);
        self.tell_board();
        loop {
            self.renew();
            let moment = clock::now();
            self.terminal.time = Some(clock::local_time(&moment));
            show(self.session.view(self.now(), &self.terminal));
            // An idle loop wakes for the clock on the screen.
            let patience = self
                .session
                .deadline(self.now())
                .map_or_else(|| clock::until_next_minute(&moment), |at| at.saturating_sub(self.now()));
            match receiver.recv_timeout(patience) {
                Ok(input) => self.take(input),
                Err(RecvTimeoutError::Timeout) => self.take(Input::Tick),
                Err(RecvTimeoutError::Disconnected) => break,
            }
            if matches!(self.session, Session::Idle) {
                wipe_stack();
            }
        }
    }

    /// Between two visits the services may become others.
    fn renew(&mut self) {
        if matches!(self.session, Session::Idle)
            && let Some(catalogue) = self.new_services.take()
        {
            tracing::info!(services = catalogue.services().len(), "other services are offered");
            self.terminal.catalogue = catalogue;
            self.tell_board();
        }
    }

    /// What the town tells, with its opening times, for which it may not need a courier.
    fn tell_board(&mut self) {
        self.take(Input::Board(Arc::clone(&self.board)));
    }

    /// What can't be asked for wasn't paid: the citizen hears so at once.
    fn pay(&mut self, job: Job, command: Option<PaymentCommand>) {
        match (&mut self.devices.payment, command) {
            (Some(terminal), Some(command)) => terminal.give(command),
            (None, _) | (_, None) => {
                tracing::error!("a payment that can't be asked for");
                let why = NotPaidReason::Busy;
                self.take(Input::Payment(PaymentEvent::NotPaid { job, why }));
            }
        }
    }

    #[allow(clippy::disallowed_methods)]
    fn now(&self) -> Now {
        self.began.elapsed()
    }

    fn take(&mut self, mut input: Input) {
        if let Input::Board(board) = &mut input {
            self.board = Arc::clone(board);
            *board = opening::completed(board, self.terminal.catalogue.town());
        }
        let mut effects = Vec::new();
        let session = std::mem::take(&mut self.session);
        self.session = session.handle(input, self.now(), &mut self.terminal, &mut effects);
        for effect in effects {
            self.give(effect);
        }
    }

    fn give(&mut self, effect: Effect) {
        match effect {
            Effect::Reader(command) => self.devices.reader.give(command),
            Effect::Print(job) => self.devices.printer.print(job),
            Effect::File {
                job,
                service,
                submission,
                authenticity,
                language,
                payment,
                paid_by,
            } => {
                self.devices.filing.file(filing::Order {
                    job,
                    service,
                    submission,
                    authenticity,
                    language,
                    payment,
                    submission_id: paid_by.and_then(|payment| self.payments.submission_id(payment)),
                });
            }
            Effect::Pay {
                job,
                cents,
                tax_percent,
                service,
            } => {
                let command = self.payments.begin(job, cents, tax_percent, &service);
                self.pay(job, command);
            }
            Effect::Payment(command) => {
                self.payments.note(&command);
                // Only a terminal that took money is told of it.
                if let Some(terminal) = &mut self.devices.payment {
                    terminal.give(command);
                }
            }
            Effect::DrawNumber { job, queue } => (self.devices.numbers)(job, queue),
            Effect::AskCase { job, question } => self.devices.inquiry.ask(job, question),
            Effect::Voice(command) => self.devices.voice.give(command),
            Effect::CallStaff { job, stage } => (self.devices.staff)(job, stage),
            Effect::Record(record) => journal::write(record),
        }
    }
}
