//! Seals a finished declaration in memory and stores it in the outbox, on a thread of its own. What leaves this thread
//! is ciphertext; what comes back to the visit is a case code and a time.
use crate::Sender;
use crate::clock;
use crate::follow_up::follow_up;
use crate::payment_information::payment_information;
use catalogue::{LocalTime, Payment, Service, SubmissionJson};
use drivers_api::Job;
use drivers_api::card::Authenticity;
use drivers_api::language::Language;
use drivers_api::private::wipe_stack;
use jiff::Timestamp;
use outbox::Outbox;
use rand::SeedableRng;
use rand::rngs::StdRng;
use seal::AuthorityKey;
use session::Input;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use uuid::Uuid;
use wire::receipt::{CHECK_CODE_RANDOM_BYTES, CheckCode};
use wire::{CaseCode, Envelope, case_code};
use zeroize::Zeroizing;

/// One visit files one case at a time; a retry may wait behind it.
const ORDERS_MAX: usize = 4;

/// Version of the plaintext's outline, for the office that opens it.
const OUTLINE_VERSION: u32 = 1;

/// Where cases go.
#[derive(Debug)]
pub struct FilingConfig {
    /// The delivery point of the terminal's town.
    pub destination_id: Uuid,
    /// Its public key.
    pub key: AuthorityKey,
    /// The delivery points of services whose cases go elsewhere, and their public keys.
    pub others: BTreeMap<Uuid, AuthorityKey>,
    /// The durable queue.
    pub outbox: Outbox,
}

/// A case to file.
#[derive(Debug)]
pub struct Order {
    /// Number that the answer carries. The same number again means: the same case.
    pub job: Job,
    /// Which service.
    pub service: Arc<Service>,
    /// The declaration.
    pub submission: SubmissionJson,
    /// How far the card's data are proven.
    pub authenticity: Option<Authenticity>,
    /// Language of the visit.
    pub language: Language,
    /// The fee, where it was settled at the terminal.
    pub payment: Option<Payment>,
    /// The id that its payment has as reference; `None`: a new one is made.
    pub submission_id: Option<Uuid>,
}

/// Why a case could not be filed. Nothing of it was kept.
#[derive(Debug, thiserror::Error)]
pub enum FilingFault {
    /// The service's destination has no key here: the case can't be sealed to whom it is for.
    #[error("the service `{service}` has a destination without a key")]
    NoKey {
        /// Which service.
        service: String,
    },
    /// The operating system has no randomness.
    #[error("no randomness from the operating system")]
    Random(#[from] getrandom::Error),
    /// The key did not seal.
    #[error("sealing to the authority's key")]
    Seal(#[from] seal::SealError),
    /// There is no memory to derive keys from the code.
    #[error("deriving keys from the case code")]
    Keys(#[from] wire::case_status::StretchError),
    /// The code did not seal.
    #[error("sealing the case code for the card")]
    CardCode(#[source] wire::case_status::OpenError),
    /// The outbox did not take it.
    #[error("storing in the outbox")]
    Outbox(#[from] outbox::OutboxError),
}

/// Handle to the filing thread; the thread ends when it is dropped.
#[derive(Debug)]
pub struct Filing {
    orders: SyncSender<Order>,
    answers: Sender,
}

impl Filing {
    /// Starts the thread. Answers go to the inbox as [`Input::Filed`] or [`Input::FilingFailed`].
    pub fn spawn(config: FilingConfig, answers: Sender) -> std::io::Result<Self> {
        let (orders, inbox) = sync_channel(ORDERS_MAX);
        let to = answers.clone();
        std::thread::Builder::new()
            .name("filing".to_owned())
            .spawn(move || work(config, &inbox, &to))?;
        Ok(Self { orders, answers })
    }

    /// Hands an order over; returns at once.
    pub fn file(&self, order: Order) {
        let (TrySendError::Full(order) | TrySendError::Disconnected(order)) = match self.orders.try_send(order) {
            Ok(()) => return,
            Err(refused) => refused,
        };
        tracing::error!("the filing thread is stuck or gone");
        self.answers.send(Input::FilingFailed {
            job: order.job,
            storage_full: false,
        });
    }
}

/// The case of the last job, kept sealed: a retry stores the same envelope, not a second case.
struct Last {
    job: Job,
    envelope: Envelope,
    case_code: CaseCode,
    check_code: Option<CheckCode>,
    filed_at: LocalTime,
}

fn work(mut config: FilingConfig, orders: &Receiver<Order>, answers: &Sender) {
    let mut last: Option<Last> = None;
    tell_notices(&mut config.outbox);
    while let Ok(order) = orders.recv() {
        let job = order.job;
        let sealed = match last.take() {
            Some(same) if same.job == job => Ok(same),
            _ => sealed(&config, order),
        };
        let filed = sealed.and_then(|case| {
            let stored = config.outbox.file(&case.envelope);
            let answer = Input::Filed {
                job,
                case_code: case.case_code.grouped(),
                check_code: case.check_code.as_ref().map(CheckCode::grouped),
                filed_at: case.filed_at,
            };
            last = Some(case);
            stored.map(|()| answer).map_err(FilingFault::from)
        });
        wipe_stack();
        tell_notices(&mut config.outbox);
        answers.send(filed.unwrap_or_else(|fault| {
            tracing::error!(error = &fault as &dyn std::error::Error, "case not filed");
            Input::FilingFailed {
                job,
                storage_full: is_full(&fault),
            }
        }));
    }
}

/// What the outbox found damaged and set aside; staff must hear of it.
fn tell_notices(outbox: &mut Outbox) {
    for notice in outbox.take_notices() {
        tracing::error!(?notice, "the outbox was damaged");
    }
}

fn is_full(fault: &FilingFault) -> bool {
    matches!(fault, FilingFault::Outbox(outbox::OutboxError::DiskFull { .. }))
}

impl FilingConfig {
    /// Where a service's cases go, and the key for there; `None` where the key is missing.
    pub fn destination(&self, service: &Service) -> Option<(Uuid, &AuthorityKey)> {
        let Some(id) = service.destination_id() else {
            return Some((self.destination_id, &self.key));
        };
        let id = id.parse().ok()?;
        if id == self.destination_id {
            return Some((id, &self.key));
        }
        self.others.get(&id).map(|key| (id, key))
    }
}

fn sealed(config: &FilingConfig, order: Order) -> Result<Last, FilingFault> {
    let (destination_id, key) = config.destination(&order.service).ok_or_else(|| FilingFault::NoKey {
        service: order.service.id().as_str().to_owned(),
    })?;
    let mut random = Zeroizing::new([0; case_code::RANDOM_BYTES]);
    getrandom::fill(random.as_mut_slice())?;
    let case_code = CaseCode::from_random(*random);
    let now = Timestamp::now();
    let submission_id = match order.submission_id {
        Some(id) => id,
        None => new_submission_id(now)?,
    };
    let local = clock::legal(now);
    let head = Head {
        outline: OUTLINE_VERSION,
        submission_id,
        case_code: &case_code.grouped(),
        filed_at: &local.strftime("%Y-%m-%dT%H:%M:%S%:z").to_string(),
        order: &order,
    };
    let plaintext = head.plaintext();
    let mut seed = Zeroizing::new([0; 32]);
    getrandom::fill(seed.as_mut_slice())?;
    let sealed = seal::seal(key, &plaintext, seal::ContentType::Json, &mut StdRng::from_seed(*seed))?;
    let check_code = check_code(&order.service)?;
    let follow_up = follow_up(&order, submission_id, &case_code, check_code.as_ref())?;
    Ok(Last {
        job: order.job,
        envelope: Envelope {
            submission_id,
            destination_id,
            leika: order.service.leika().to_owned(),
            service_version: order.service.version().to_owned(),
            filed_at: now.as_second(),
            encrypted_data: sealed.into_string(),
            follow_up: Some(follow_up),
        },
        case_code,
        check_code,
        filed_at: clock::local_time(&local),
    })
}

/// The code by which the receipt is checked, where the town has an address for that.
fn check_code(service: &Service) -> Result<Option<CheckCode>, getrandom::Error> {
    if service.town().check_receipts_at().is_none() {
        return Ok(None);
    }
    let mut random = Zeroizing::new([0; CHECK_CODE_RANDOM_BYTES]);
    getrandom::fill(random.as_mut_slice())?;
    Ok(Some(CheckCode::from_random(*random)))
}

/// A UUIDv7 (RFC 9562 §5.7).
pub(crate) fn new_submission_id(now: Timestamp) -> Result<Uuid, getrandom::Error> {
    let mut random = [0; 10];
    getrandom::fill(&mut random)?;
    let millis = u64::try_from(now.as_millisecond()).unwrap_or(0);
    Ok(uuid::Builder::from_unix_timestamp_millis(millis, &random).into_uuid())
}

/// The outline around the declaration. `data` is what the citizen declared, keyed by FIM ids, valid against the
/// service's JSON Schema; the rest are facts of the filing.
struct Head<'a> {
    outline: u32,
    submission_id: Uuid,
    case_code: &'a str,
    filed_at: &'a str,
    order: &'a Order,
}

impl Head<'_> {
    /// `{"data":{…},"schalter":1,…}`, in one buffer of the right size that is wiped on drop.
    fn plaintext(&self) -> Zeroizing<Vec<u8>> {
        let authenticity = self.order.authenticity.map(|authenticity| match authenticity {
            Authenticity::NotProven => "notProven",
            Authenticity::ChipTrusted => "chipTrusted",
        });
        let facts = serde_json::json!({
            "schalter": self.outline,
            "submissionId": self.submission_id,
            "caseCode": self.case_code,
            "filedAt": self.filed_at,
            "language": self.order.language.tag(),
            "service": {
                "leika": self.order.service.leika(),
                "version": self.order.service.version(),
                "assurance": self.order.service.assurance().name(),
                "retention": self.order.service.retention().map(catalogue::Retention::iso),
            },
            "paymentInformation": self.order.payment.as_ref().and_then(|payment| payment_information(payment, self.submission_id)),
            "identification": authenticity.map(|word| serde_json::json!({ "basis": "PAuswG §18", "authenticity": word })),
        });
        let facts = facts.to_string();
        let data = self.order.submission.expose();
        let attachments = self.attachments();
        let mut plaintext = Zeroizing::new(Vec::with_capacity(facts.len() + data.len() + attachments.len() + 16));
        plaintext.extend_from_slice(b"{\"data\":");
        plaintext.extend_from_slice(data);
        plaintext.extend_from_slice(&attachments);
        plaintext.push(b',');
        plaintext.extend_from_slice(facts.trim_start_matches('{').as_bytes());
        plaintext
    }

    /// `,"attachments":[{"file":…,"type":"application/xml","text":…}]`; empty where there is none.
    fn attachments(&self) -> Zeroizing<Vec<u8>> {
        let Some(attachment) = self.order.submission.attachment() else {
            return Zeroizing::default();
        };
        let xml = attachment.xml(&self.submission_id.to_string(), self.filed_at);
        let head = format!(
            ",\"attachments\":[{{\"file\":\"{}\",\"type\":\"application/xml\",\"text\":",
            attachment.file()
        );
        // XML holds no control characters but line breaks, so a character takes at most two bytes more.
        let mut json = Zeroizing::new(Vec::with_capacity(head.len() + 2 * xml.len() + 8));
        json.extend_from_slice(head.as_bytes());
        json.push(b'"');
        for byte in xml.bytes() {
            match byte {
                b'"' => json.extend_from_slice(b"\\\""),
                b'\\' => json.extend_from_slice(b"\\\\"),
                b'\n' => json.extend_from_slice(b"\\n"),
                b'\r' => json.extend_from_slice(b"\\r"),
                b'\t' => json.extend_from_slice(b"\\t"),
                byte => json.push(byte),
            }
        }
        json.extend_from_slice(b"\"}]");
        json
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use catalogue::{Catalogue, bundled};

    #[test]
    fn the_plaintext_is_one_json_object_with_the_offices_xml_in_it() {
        let loaded = Catalogue::load(&bundled::small(&["gewerbe", "lob"])).unwrap();
        let service = Arc::clone(loaded.catalogue.service(&"gewerbe".into()).unwrap());
        let mut answers = service.blank(None);
        for (field, text) in [("what", "open"), ("activity", "Laden \"Blümchen\" \\ & <Café>")] {
            service.enter(&mut answers, service.field_named(field).unwrap(), text);
        }
        let plaintext = |service: &Arc<catalogue::Service>, answers: &catalogue::Answers| -> serde_json::Value {
            let order = Order {
                job: Job(1),
                service: Arc::clone(service),
                submission: service.submission(answers),
                authenticity: None,
                language: Language::German,
                payment: None,
                submission_id: None,
            };
            let head = Head {
                outline: OUTLINE_VERSION,
                submission_id: Uuid::from_u128(7),
                case_code: "K7QF-2M9X-4TB",
                filed_at: "2026-11-24T09:41:00+01:00",
                order: &order,
            };
            let bytes = head.plaintext();
            let value = serde_json::from_slice(&bytes).unwrap();
            assert!(bytes.capacity() >= bytes.len());
            value
        };
        let case = plaintext(&service, &answers);
        assert_eq!(
            case["data"]["schalter.gewerbe.activity"],
            "Laden \"Blümchen\" \\ & <Café>"
        );
        assert_eq!(case["service"]["assurance"], "normal");
        assert_eq!(case["service"]["retention"], "P5Y");
        let attachment = &case["attachments"][0];
        assert_eq!(
            (&attachment["file"], &attachment["type"]),
            (&"gewerbeanzeige.xml".into(), &"application/xml".into())
        );
        let xml = attachment["text"].as_str().unwrap();
        assert!(xml.starts_with("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<xga:abh.gewerbemeldung.0500 "));
        assert!(
            xml.contains(">Laden &quot;Blümchen&quot; \\ &amp; &lt;Café&gt;<"),
            "{xml}"
        );
        assert!(xml.contains(&Uuid::from_u128(7).to_string()) && xml.ends_with(">\n"));
        // A service whose office reads JSON alone has none.
        let lob = loaded.catalogue.service(&"lob".into()).unwrap();
        assert!(plaintext(lob, &lob.blank(None)).get("attachments").is_none());
    }
}
