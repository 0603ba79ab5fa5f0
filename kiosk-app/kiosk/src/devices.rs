//! The real devices of a terminal, and the loop that drives them.
use crate::config::{self, Config, Eid};
use crate::printing::printer;
use crate::services::{self, Destinations, ServicesFault};
use crate::staff;
use crate::{line, payment};
use ausweisapp::Program;
use ausweisapp::events::AppEvent;
use catalogue::{Catalogue, Town};
use drivers_api::card::{CardEvent, Reader};
use drivers_api::language::Language;
use drivers_api::voice::VoiceEvent;
use host::{
    Devices, Filing, FilingConfig, Host, Inbox, Inquiry, NewServices, Sender, SharedVoice, board, cases, numbers,
};
use outbox::Outbox;
use rand::SeedableRng;
use rand::rngs::StdRng;
use reader::NoCertificate;
use reader::pcsc::PcscSlot;
use screens::ScreensHandle;
use seal::{AuthorityKey, JWK_BYTES_MAX};
use session::{Input, Terminal};
use shelf::Watched;
use signer::authority::{Folder, SystemClock};
use signer::remote::RemoteSigner;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};
use uuid::Uuid;
use voice::{Espeak, SwitchJack, VoiceHandle};

/// How long the signer may take. The citizen looks at a progress display meanwhile.
const SIGNER_PATIENCE: Duration = Duration::from_secs(10);

/// Everything the configuration names that has to be right before the screen is switched on.
pub(crate) struct Parts {
    catalogue: Catalogue,
    /// The folder of services, and whom cases can be sealed for.
    watched: Option<(Watched, Destinations)>,
    filing: FilingConfig,
    agent: Option<PathBuf>,
    board: Option<PathBuf>,
    printers: [Option<String>; 2],
    payment: Option<(config::Payment, PathBuf)>,
    cards: Cards,
    voice: Option<config::Voice>,
}

/// Who has the card reader.
enum Cards {
    /// We, and cards can be read.
    Eid(Eid),
    /// We, for work on PINs alone.
    Pins,
    /// AusweisApp, for work on PINs alone: what it reads goes to an eID-Server elsewhere.
    AusweisApp(config::AusweisApp),
}

/// Why the terminal can't be put together.
#[derive(Debug, thiserror::Error)]
pub(crate) enum PartsFault {
    /// The services.
    #[error(transparent)]
    Services(#[from] ServicesFault),
    /// A destination is no UUID.
    #[error("the destination {id:?} is no UUID")]
    Destination {
        /// What stands there.
        id: String,
        /// Why.
        #[source]
        source: uuid::Error,
    },
    /// The authority's key can't be read.
    #[error("reading the authority's key {}", file.display())]
    KeyFile {
        /// Which file.
        file: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// The authority's key is none.
    #[error("the authority's key {} can't be used", file.display())]
    Key {
        /// Which file.
        file: PathBuf,
        /// Why.
        #[source]
        source: seal::KeyError,
    },
    /// The outbox.
    #[error("opening the outbox {}", file.display())]
    Outbox {
        /// Which file.
        file: PathBuf,
        /// Why.
        #[source]
        source: outbox::OutboxError,
    },
    /// The printer's address.
    #[error("starting the printer")]
    Printer(#[from] printer::SpawnError),
    /// The payment terminal.
    #[error(transparent)]
    Payment(#[from] payment::PaymentFault),
    /// The voice.
    #[error("starting the voice")]
    Voice(#[from] voice::SpawnError),
    /// The operating system has no randomness.
    #[error("asking the operating system for randomness")]
    Random(#[from] getrandom::Error),
    /// The operating system has no threads left.
    #[error("starting the thread \"{name}\"")]
    Thread {
        /// For what.
        name: &'static str,
        /// Why.
        #[source]
        source: std::io::Error,
    },
}

/// The day on which packages of other towns have to be valid still.
pub(crate) fn today() -> Option<jiff::civil::Date> {
    Some(host::clock::now().date())
}

impl Parts {
    /// Reads and opens what the configuration names.
    pub(crate) fn prepare(config: &Config) -> Result<Self, PartsFault> {
        let (mut catalogue, watched) = services::load(config.services.as_deref(), today())?;
        let id = catalogue.town().destination_id().to_owned();
        let destination_id = uuid(&id)?;
        let authority_key = key(&config.authority_key)?;
        let mut others = BTreeMap::new();
        for (id, file) in &config.destination_keys {
            others.insert(uuid(id)?, key(file)?);
        }
        let destinations = Destinations {
            home: id,
            others: others.keys().copied().collect(),
        };
        destinations.leave_out_others(&mut catalogue);
        let mut outbox = Outbox::open(&config.outbox).map_err(|source| PartsFault::Outbox {
            file: config.outbox.clone(),
            source,
        })?;
        for notice in outbox.take_notices() {
            tracing::error!(?notice, "the outbox was damaged");
        }
        tracing::info!(
            services = catalogue.services().len(),
            kid = authority_key.kid(),
            "configured"
        );
        let filing = FilingConfig {
            destination_id,
            key: authority_key,
            others,
            outbox,
        };
        Ok(Self {
            catalogue,
            watched: watched.map(|watched| (watched, destinations)),
            filing,
            agent: config.agent.clone(),
            board: config.board.clone(),
            printers: [config.printer.clone(), config.second_printer.clone()],
            payment: config.payment.clone().map(|payment| (payment, config.outbox.clone())),
            cards: match (config.eid.clone(), config.ausweisapp.clone()) {
                (Some(eid), _) => Cards::Eid(eid),
                (None, Some(ausweisapp)) => Cards::AusweisApp(ausweisapp),
                (None, None) => Cards::Pins,
            },
            voice: config.voice.clone(),
        })
    }
}

impl Parts {
    /// Whose terminal it is.
    pub(crate) fn town(&self) -> &Town {
        self.catalogue.town()
    }
}

/// Starts the devices and, on a thread of its own, the loop.
pub(crate) fn start(parts: Parts, inbox: Inbox, screens: ScreensHandle, voice: SharedVoice) -> Result<(), PartsFault> {
    let thread = |name| move |source| PartsFault::Thread { name, source };
    let filing = Filing::spawn(parts.filing, inbox.sender()).map_err(thread("filing"))?;
    let inquiry = Inquiry::spawn(cases::asker(parts.agent.clone()), inbox.sender()).map_err(thread("inquiry"))?;
    let reader = reader(parts.cards, inbox.sender())?;
    let printer = printer(parts.printers, inbox.sender())?;
    let payment = match parts.payment {
        Some((config, outbox)) => Some(payment::start(config, outbox, inbox.sender())?),
        None => None,
    };
    let staff = staff::caller(parts.agent.clone(), inbox.sender());
    let numbers = numbers::drawer(parts.agent.clone(), inbox.sender()).map_err(thread("numbers"))?;
    if let Some(agent) = parts.agent {
        line::watch(agent, inbox.sender()).map_err(thread("line"))?;
    }
    if let Some(file) = parts.board {
        board::watch(file, inbox.sender()).map_err(thread("board"))?;
    }
    if let Some(config) = parts.voice {
        voice.become_voice(speech(config, inbox.sender(), screens.clone())?);
    }
    let devices = Devices {
        payment,
        voice: Box::new(voice),
        staff,
        numbers,
        ..Devices::quiet(reader, printer, filing, inquiry)
    };
    let new_services = NewServices::default();
    if let Some((watched, destinations)) = parts.watched {
        services::follow(watched, destinations, new_services.clone()).map_err(thread("services"))?;
    }
    let host = Host::new(Terminal::new(parts.catalogue), devices).renewing(new_services);
    let show = move |view| {
        if screens.show(view).is_err() {
            tracing::error!("the screens are gone");
        }
    };
    let run = move || {
        host.run(inbox, show);
        // Can't be, as long as the reader's thread lives; a screen without its loop must not stay.
        tracing::error!("the loop of the visit ended");
        std::process::exit(1);
    };
    std::thread::Builder::new()
        .name("visit".to_owned())
        .spawn::<_, ()>(run)
        .map_err(thread("visit"))?;
    Ok(())
}

fn uuid(id: &str) -> Result<Uuid, PartsFault> {
    id.parse().map_err(|source| PartsFault::Destination {
        id: id.to_owned(),
        source,
    })
}

fn reader(cards: Cards, events: Sender) -> Result<Box<dyn Reader + Send>, PartsFault> {
    let tell = move |event| events.send(Input::Card(event));
    let reader = match cards {
        Cards::Eid(Eid { folder, signer }) => {
            let signer = RemoteSigner::new(signer, SIGNER_PATIENCE);
            let authority = Folder::new(folder, signer, SystemClock::start());
            reader::spawn(PcscSlot::new(), random()?, authority, tell)
        }
        Cards::Pins => reader::spawn(PcscSlot::new(), random()?, NoCertificate, tell),
        Cards::AusweisApp(config) => return ausweisapp(config, tell),
    };
    let name = "reader";
    Ok(Box::new(reader.map_err(|source| PartsFault::Thread { name, source })?))
}

#[allow(clippy::disallowed_methods)] // the outermost program owns the clock
fn ausweisapp(
    config: config::AusweisApp,
    tell: impl Fn(CardEvent) + Send + 'static,
) -> Result<Box<dyn Reader + Send>, PartsFault> {
    let program = Program {
        executable: config.program,
        // It ends with us, however we end.
        launcher: ["setpriv", "--pdeathsig", "KILL"].map(Into::into).to_vec(),
        folder: config.folder,
        environment: Vec::new(),
    };
    let began = Instant::now();
    let tell = move |event| {
        if let AppEvent::Card(event) = event {
            tell(event);
        }
    };
    let app = ausweisapp::spawn(program, move || began.elapsed(), tell);
    let name = "AusweisApp";
    let mut app = app.map_err(|source| PartsFault::Thread { name, source })?;
    app.start();
    Ok(Box::new(app))
}

/// The voice, in the headset and perhaps aloud. A jack or a sound device that is missing may come.
fn speech(config: config::Voice, events: Sender, screens: ScreensHandle) -> Result<VoiceHandle, PartsFault> {
    let jack = SwitchJack::new(voice::INPUT_FOLDER, config.jack).map_err(voice::SpawnError::Jack)?;
    let config = voice::Config {
        target: voice::Target::Alsa {
            headset: config.headset,
            loudspeaker: config.loudspeaker,
        },
        language: Language::default().tag(),
        patience: voice::Patience::default(),
    };
    let tell = move |event| {
        if let VoiceEvent::Ended { job, .. } = event {
            // Screens that are gone say nothing more.
            let _ = screens.spoken(job.0);
        }
        events.send(Input::Voice(event));
    };
    Ok(voice::spawn(config, Espeak::default(), jack, tell)?)
}

fn key(file: &Path) -> Result<AuthorityKey, PartsFault> {
    let json = crate::config::read_text(file, JWK_BYTES_MAX as u64).map_err(|source| PartsFault::KeyFile {
        file: file.to_owned(),
        source,
    })?;
    AuthorityKey::from_jwk(json.as_bytes()).map_err(|source| PartsFault::Key {
        file: file.to_owned(),
        source,
    })
}

/// For the ephemeral keys of PACE.
fn random() -> Result<StdRng, PartsFault> {
    let mut seed = [0; 32];
    getrandom::fill(&mut seed)?;
    Ok(StdRng::from_seed(seed))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Display;
    use crate::guard::chain;

    fn authority(key: &str) -> PathBuf {
        let here = std::env::var("CARGO_MANIFEST_DIR").unwrap();
        Path::new(&here).join("../../tests/authority").join(key)
    }

    fn config(folder: &Path, key: &str) -> Config {
        Config {
            services: None,
            authority_key: authority(key),
            destination_keys: BTreeMap::new(),
            outbox: folder.join("outbox.db"),
            agent: None,
            board: None,
            printer: None,
            second_printer: None,
            payment: None,
            eid: None,
            ausweisapp: None,
            voice: None,
            display: Display::default(),
        }
    }

    #[test]
    fn a_right_configuration_is_put_together() {
        let folder = tempfile::tempdir().unwrap();
        let parts = Parts::prepare(&config(folder.path(), "authority.jwk"))
            .map_err(|fault| chain(&fault))
            .unwrap();
        assert!(!parts.catalogue.services().is_empty());
        assert!(folder.path().join("outbox.db").exists());
    }

    #[test]
    fn what_is_wrong_is_told_with_its_file() {
        let folder = tempfile::tempdir().unwrap();
        let told = |config: &Config| chain(&Parts::prepare(config).err().unwrap());
        let private = told(&config(folder.path(), "authority.private.jwk"));
        assert!(
            private.contains("authority.private.jwk can't be used: ") && private.contains("private"),
            "{private}"
        );
        let missing = told(&config(folder.path(), "nobody.jwk"));
        assert!(
            missing.starts_with("reading the authority's key ") && missing.contains("nobody.jwk: No such"),
            "{missing}"
        );
        let nowhere = Config {
            outbox: "/nowhere/outbox.db".into(),
            ..config(folder.path(), "authority.jwk")
        };
        assert!(
            told(&nowhere).starts_with("opening the outbox /nowhere/outbox.db: "),
            "{}",
            told(&nowhere)
        );
    }
}
