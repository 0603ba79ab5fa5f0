//! The payment terminal that the configuration names.
use crate::config;
use drivers_api::payment::{PaymentPurpose, PaymentTerminal};
use host::Sender;
use outbox::Outbox;
use payment::line::Place;
use payment::order::Password;
use payment::till::TillError;
use payment::{DailyClosing, Settings, Till};
use session::Input;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Bits a second of a serial line (PA00P016 §2.1).
const BAUD: u32 = 9600;

/// Why there is no payment terminal.
#[derive(Debug, thiserror::Error)]
pub(crate) enum PaymentFault {
    /// Where it is can't be understood.
    #[error(
        "[payment] terminal = {0:?} is neither an address such as \"192.168.1.20:20007\" nor a path such as \"/dev/ttyACM0\""
    )]
    Place(String),
    /// The password can't be one.
    #[error("[payment] password has at most six digits")]
    Password,
    /// The till.
    #[error("opening the till {}", journal.display())]
    Till {
        /// Its journal.
        journal: PathBuf,
        /// Why.
        #[source]
        source: TillError,
    },
}

/// Starts the till. `outbox` is asked after a crash whether the case is stored that somebody paid for.
pub(crate) fn start(
    config: config::Payment,
    outbox: PathBuf,
    events: Sender,
) -> Result<Box<dyn PaymentTerminal + Send>, PaymentFault> {
    let place = place(&config)?;
    let mut settings = Settings::new(place, config.journal.clone());
    settings.password = Password::new(config.password).ok_or(PaymentFault::Password)?;
    settings.was_filed = Some(Arc::new(move |purpose| was_filed(&outbox, purpose)));
    settings.closing = config.closing.map(|closing| DailyClosing {
        at: closing.at,
        folder: closing.folder,
    });
    let till = Till::start(settings, move |event| events.send(Input::Payment(event)));
    let journal = config.journal;
    Ok(Box::new(till.map_err(|source| PaymentFault::Till { journal, source })?))
}

fn place(config: &config::Payment) -> Result<Place, PaymentFault> {
    let terminal = &config.terminal;
    if terminal.starts_with('/') {
        return Ok(Place::Serial {
            path: terminal.into(),
            baud: config.baud.unwrap_or(BAUD),
        });
    }
    let address = terminal.parse::<SocketAddr>();
    address
        .map(Place::Tcp)
        .map_err(|_| PaymentFault::Place(terminal.clone()))
}

/// A payment's reference is the id of the case that it is for. Where nobody can tell, the money stays: the case may be
/// stored, and the day's closing shows both.
fn was_filed(outbox: &Path, purpose: &PaymentPurpose) -> bool {
    let Ok(id) = purpose.reference().parse() else {
        return false;
    };
    let has = Outbox::open(outbox).and_then(|mut outbox| outbox.has(id));
    has.unwrap_or_else(|error| {
        tracing::error!(%error, "whether a paid case is stored can't be told");
        true
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;
    use wire::Envelope;

    fn config(terminal: &str) -> config::Payment {
        config::Payment {
            terminal: terminal.to_owned(),
            baud: None,
            journal: "payments.db".into(),
            password: 0,
            closing: None,
        }
    }

    #[test]
    fn addresses_and_ports_are_told_apart() {
        let tcp = place(&config("192.168.1.20:20007")).unwrap();
        assert_eq!(tcp, Place::Tcp("192.168.1.20:20007".parse().unwrap()));
        let serial = place(&config("/dev/ttyACM0")).unwrap();
        assert!(matches!(serial, Place::Serial { baud: 9600, .. }));
        for wrong in ["", "terminal", "192.168.1.20"] {
            assert!(place(&config(wrong)).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_paid_case_is_found_by_its_reference() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("outbox.db");
        let id = |last| uuid::Builder::from_unix_timestamp_millis(1_795_305_600_000, &[last; 10]).into_uuid();
        let (filed, other) = (id(7), id(8));
        let envelope = Envelope {
            submission_id: filed,
            destination_id: Uuid::from_u128(0x9f6b_b611_df46_494a_9a98_a253_f136_2dc7),
            leika: "99115003012000".into(),
            service_version: "1.0.0".into(),
            filed_at: 1_795_305_600,
            encrypted_data: "eyJh.a2V5.aXY.Y3Q.dGFn".into(),
            follow_up: None,
        };
        Outbox::open(&path).unwrap().file(&envelope).unwrap();
        let purpose = |id: Uuid| PaymentPurpose::new(&id.to_string(), "meldebescheinigung").unwrap();
        assert!(was_filed(&path, &purpose(filed)));
        assert!(!was_filed(&path, &purpose(other)));
        assert!(
            was_filed(Path::new("/nowhere/outbox.db"), &purpose(other)),
            "nobody can tell"
        );
    }
}
