//! Does what was planned: with the keys, the authority and the folder at hand.
use super::partner::{BlockListAnswer, PkiPartner, PkiTrouble, Requested, ReturnCode};
use super::words::{Action, Cause, Outcome};
use crate::certificate::{CvCertificate, HolderReference};
use crate::certificates::{Certificates, StoreError};
use crate::chain::{Chain, Refusal};
use crate::curve::Curve;
use crate::keys::TerminalKeys;
use crate::lists::{ListKind, block_list_id, der_objects};
use crate::request::{Known, Wish, signed_request};
use crate::time::UnixTime;
use drivers_api::signer::SignerTrouble;

/// Most certificates looked at in one answer.
const RECEIVED_MAX: usize = 32;

/// Says whether a list is genuine: signed by whom it should be. The reading of signed lists is the eID part's; `Err`
/// tells why not, for the log.
pub type ListCheck<'a> = dyn FnMut(ListKind, &[u8]) -> Result<(), String> + 'a;

/// What it takes.
pub struct Tools<'a> {
    /// The terminal's keys.
    pub keys: &'a mut dyn TerminalKeys,
    /// The authority.
    pub partner: &'a mut dyn PkiPartner,
    /// The folder.
    pub store: &'a Certificates,
    /// Whether a list is genuine; one that isn't never replaces one that is.
    pub check: &'a mut ListCheck<'a>,
}

/// Carries out one action and tells how it ended; blocks for as long as key and authority take.
pub fn carry_out(action: &Action, tools: &mut Tools<'_>, now: UnixTime) -> Outcome {
    let outcome = tools.carry_out(action, now).unwrap_or_else(Outcome::Failed);
    match &outcome {
        Outcome::Failed(cause) => tracing::warn!(?action, %cause, "renewal: failed"),
        Outcome::Done | Outcome::CompleteBlocklist => tracing::info!(?action, "renewal: done"),
        Outcome::Promised { .. } | Outcome::NotYet | Outcome::HolderInUse => {
            tracing::info!(?action, ?outcome, "renewal")
        }
    }
    outcome
}

impl Tools<'_> {
    fn carry_out(&mut self, action: &Action, now: UnixTime) -> Result<Outcome, Cause> {
        match action {
            Action::RequestCertificate { holder, known } => self.request(holder, known.as_ref(), now),
            Action::CollectCertificate { holder, message_id } => match self.partner.sent_certificates(message_id)? {
                Some(received) => self.take_in(&received, holder, now),
                None => Ok(Outcome::NotYet),
            },
            Action::FetchDescription { hash } => {
                let description = self.partner.certificate_description(hash)?;
                let chain = self.chain()?.with_description(&description);
                let chain = chain.ok_or_else(|| Cause::Unusable("no certificate names this description".to_owned()))?;
                self.replace(&chain)
            }
            Action::RetireKey { holder } => self.retire(holder, now),
            Action::FetchAuthorities => {
                let received = certificates(&self.partner.authority_certificates()?);
                let chain = self.chain()?;
                let extended = chain.with_authorities(&received, now);
                if extended == chain {
                    Ok(Outcome::Done)
                } else {
                    self.replace(&extended)
                }
            }
            Action::FetchBlocklist { is_complete } => self.fetch_blocklist(*is_complete, now),
            Action::FetchList(kind) => {
                let list = self.partner.list(*kind)?;
                self.check_and_replace(*kind, &list)?;
                self.store.confirm_list(*kind, now).map_err(stored)?;
                Ok(Outcome::Done)
            }
        }
    }

    fn request(
        &mut self,
        holder: &HolderReference,
        known: Option<&HolderReference>,
        now: UnixTime,
    ) -> Result<Outcome, Cause> {
        let chain = self.chain()?;
        let curve = curve_for(&chain);
        // After a crash the key may be there already: it is as good as a new one.
        let point = match self.keys.public_point(holder) {
            Err(SignerTrouble::UnknownHolder) => self.keys.generate(holder, curve)?,
            point => point?,
        };
        let signing = known.map(|known| known_key(&chain, known)).transpose()?;
        let authority = signing.map(|(_, certificate)| certificate.authority().clone());
        let authority = authority.or_else(|| newest_verifier(&chain, now).map(|verifier| verifier.holder().clone()));
        let wish = Wish {
            authority: authority.as_ref(),
            holder,
            curve,
            point: &point,
            known: signing.map(|(known, _)| known),
        };
        let request = signed_request(&mut *self.keys, &wish)?;
        match self.partner.request_certificate(&request) {
            Ok(Requested::Certificates(received)) => self.take_in(&received, holder, now),
            Ok(Requested::Later { message_id }) => Ok(Outcome::Promised { message_id }),
            Err(PkiTrouble::Refused(ReturnCode::HOLDER_REFERENCE_IN_USE)) => {
                // Whatever was certified under this name, no certificate for it is here: its key is of no use.
                if !chain.terminals().any(|terminal| terminal.holder() == holder) {
                    self.keys.destroy(holder)?;
                }
                Ok(Outcome::HolderInUse)
            }
            Err(trouble) => Err(trouble.into()),
        }
    }

    /// Takes the certificate in if everything about it is proved; asks for the authorities' certificates when the path
    /// doesn't lead to it (TR-03110-3 C.2.2: another key than expected may have signed).
    fn take_in(&mut self, received: &[Vec<u8>], holder: &HolderReference, now: UnixTime) -> Result<Outcome, Cause> {
        let mut received = certificates(received);
        let chain = self.chain()?;
        let point = self.keys.public_point(holder)?;
        let accepted = match chain.accept(&received, holder, &point, now) {
            Err(Refusal::Untrusted(_)) => {
                received.extend(certificates(&self.partner.authority_certificates()?));
                chain.accept(&received, holder, &point, now)?
            }
            accepted => accepted?,
        };
        self.replace(&accepted)
    }

    /// Destroys a key. Looks once more at the folder first: without a usable certificate for another key there, nothing
    /// is destroyed, whoever planned it.
    fn retire(&mut self, holder: &HolderReference, now: UnixTime) -> Result<Outcome, Cause> {
        let chain = self.chain()?;
        let successor = chain.terminal_at(now).filter(|terminal| terminal.holder() != holder);
        let successor = successor.ok_or_else(|| Cause::Unusable("there is no successor for this key".to_owned()))?;
        // That it is listed isn't enough: its key has to be there, too.
        if self.keys.public_point(successor.holder())? != successor.point() {
            return Err(Cause::Signer(SignerTrouble::Refused));
        }
        match self.keys.destroy(holder) {
            Ok(()) | Err(SignerTrouble::UnknownHolder) => self.replace(&chain.without(holder)),
            Err(trouble) => Err(trouble.into()),
        }
    }

    fn fetch_blocklist(&mut self, is_complete: bool, now: UnixTime) -> Result<Outcome, Cause> {
        let deltas = if is_complete {
            None
        } else {
            self.store.list(ListKind::BlocklistDeltas).map_err(stored)?
        };
        let deltas = deltas.unwrap_or_default();
        let base = if is_complete {
            None
        } else {
            self.newest_list_id(&deltas)?
        };
        match self.partner.block_list(base.as_deref())? {
            BlockListAnswer::Complete(list) => {
                self.check_and_replace(ListKind::Blocklist, &list)?;
                self.store.confirm_list(ListKind::Blocklist, now).map_err(stored)?;
                return Ok(Outcome::CompleteBlocklist);
            }
            BlockListAnswer::Deltas(new) if base.is_some() => {
                for delta in der_objects(&new).map_err(|error| Cause::Unusable(error.to_string()))? {
                    (self.check)(ListKind::BlocklistDeltas, delta).map_err(Cause::Unusable)?;
                }
                self.store
                    .replace_list(ListKind::BlocklistDeltas, &[deltas, new].concat())
                    .map_err(stored)?;
            }
            BlockListAnswer::UpToDate if base.is_some() => {
                // Its file tells until when nothing had changed, even if nothing ever did.
                if self.store.confirmed_at(ListKind::BlocklistDeltas).is_none() {
                    self.store
                        .replace_list(ListKind::BlocklistDeltas, &[])
                        .map_err(stored)?;
                }
            }
            BlockListAnswer::Deltas(_) | BlockListAnswer::UpToDate => {
                return Err(Cause::Unusable(
                    "changes came where a complete blocklist was asked for".to_owned(),
                ));
            }
        }
        self.store
            .confirm_list(ListKind::BlocklistDeltas, now)
            .map_err(stored)?;
        Ok(Outcome::Done)
    }

    /// Identifier of the newest blocklist on disk; `None` means that a complete one is needed.
    fn newest_list_id(&self, deltas: &[u8]) -> Result<Option<Vec<u8>>, Cause> {
        let deltas = der_objects(deltas).unwrap_or_default();
        if let Some(newest) = deltas.last() {
            return Ok(block_list_id(newest).map(<[u8]>::to_vec));
        }
        let complete = self
            .store
            .list(ListKind::Blocklist)
            .map_err(stored)?
            .unwrap_or_default();
        Ok(block_list_id(&complete).map(<[u8]>::to_vec))
    }

    fn check_and_replace(&mut self, kind: ListKind, list: &[u8]) -> Result<(), Cause> {
        if list.is_empty() || list.len() as u64 > kind.bytes_max() {
            return Err(Cause::Unusable(format!("{} of {} bytes", kind.file_name(), list.len())));
        }
        (self.check)(kind, list).map_err(Cause::Unusable)?;
        self.store.replace_list(kind, list).map_err(stored)
    }

    fn chain(&self) -> Result<Chain, Cause> {
        self.store.chain().map_err(stored)
    }

    fn replace(&self, chain: &Chain) -> Result<Outcome, Cause> {
        self.store.replace_chain(chain).map_err(stored)?;
        Ok(Outcome::Done)
    }
}

/// The present key as the request's outer signature needs it.
fn known_key<'a>(chain: &'a Chain, known: &HolderReference) -> Result<(Known<'a>, &'a CvCertificate), Cause> {
    let certificate = chain.terminals().find(|terminal| terminal.holder() == known);
    let certificate = certificate.ok_or_else(|| Cause::Refusal(Refusal::NotThere(known.clone())))?;
    let (Some(curve), Some(digest)) = (chain.curve_of(certificate), certificate.digest()) else {
        return Err(Cause::Unusable(format!(
            "the certificate of {known} is for a key of another kind"
        )));
    };
    Ok((
        Known {
            holder: certificate.holder(),
            curve,
            digest,
            point: certificate.point(),
        },
        certificate,
    ))
}

/// The curve for a new key: its authority's, whose domain parameters it inherits (TR-03110-3 D.3.3).
fn curve_for(chain: &Chain) -> Curve {
    let newest = chain
        .certificates()
        .iter()
        .max_by_key(|certificate| certificate.effective());
    newest
        .and_then(|certificate| chain.curve_of(certificate))
        .unwrap_or(Curve::BrainpoolP256r1)
}

fn newest_verifier(chain: &Chain, now: UnixTime) -> Option<&CvCertificate> {
    let verifiers = chain
        .certificates()
        .iter()
        .filter(|certificate| certificate.is_verifier());
    verifiers
        .filter(|verifier| verifier.is_valid_at(now))
        .max_by_key(|verifier| verifier.expires())
}

/// Those that can be read: a new kind of certificate beside ours is no reason to refuse ours.
fn certificates(received: &[Vec<u8>]) -> Vec<CvCertificate> {
    let read = received
        .iter()
        .take(RECEIVED_MAX)
        .map(|bytes| CvCertificate::parse(bytes));
    let tell = |error: &crate::certificate::CertificateError| tracing::warn!(%error, "a certificate was skipped");
    read.filter_map(|read| read.inspect_err(tell).ok()).collect()
}

fn stored(error: StoreError) -> Cause {
    Cause::Store(error.to_string())
}
