//! The double of a Berechtigungs-CA: certifies whoever signs rightly, as TR-03129 says, and can be made to fail.
use super::{key, point, sign};
use apdu::tlv::{Tag, concat, encode};
use bp256::BrainpoolP256r1;
use ecdsa::SigningKey;
use signer::certificate::{CvCertificate, HolderReference};
use signer::chain::Chain;
use signer::curve::{Curve, Digest};
use signer::lists::ListKind;
use signer::renewal::{BlockListAnswer, PkiPartner, PkiTrouble, Requested, ReturnCode};
use signer::request::CertificateRequest;
use signer::time::{Date, UnixTime};
use std::collections::{BTreeMap, VecDeque};

/// Upper bits of the authorisation.
pub const CVCA: u8 = 0xC0;
pub const VERIFIER: u8 = 0x40;
pub const TERMINAL: u8 = 0x00;

/// What goes into a certificate.
pub struct Content<'a> {
    pub authority: &'a str,
    pub holder: &'a str,
    pub role: u8,
    pub point: &'a [u8],
    pub from: Date,
    pub until: Date,
    pub description: Option<&'a [u8]>,
    pub has_domain: bool,
}

/// A certificate signed by that key.
pub fn certificate(content: &Content<'_>, signer: &SigningKey<BrainpoolP256r1>) -> Vec<u8> {
    let domain = Curve::BrainpoolP256r1.domain();
    let mut public_key = encode(Tag(0x06), &Digest::Sha256.algorithm()).to_vec();
    if content.has_domain {
        let parts = [domain.prime, domain.a, domain.b, domain.base_point, domain.order];
        (0x81..)
            .zip(parts)
            .for_each(|(tag, part)| public_key.extend_from_slice(&encode(Tag(tag), part)));
    }
    public_key.extend_from_slice(&encode(Tag(0x86), content.point));
    let rights = [content.role, 0x01, 0x02, 0x03, 0x04];
    let chat = concat(&[
        &encode(Tag(0x06), &[4, 0, 127, 0, 7, 3, 1, 2, 2]),
        &encode(Tag(0x53), &rights),
    ]);
    let extension = content.description.map(|description| {
        let hash = encode(Tag(0x80), &Digest::Sha256.hash(description));
        encode(
            Tag(0x65),
            &encode(
                Tag(0x73),
                &concat(&[&encode(Tag(0x06), &[4, 0, 127, 0, 7, 3, 1, 3, 1]), &hash]),
            ),
        )
    });
    let body = encode(
        Tag(0x7F4E),
        &concat(&[
            &encode(Tag(0x5F29), &[0]),
            &encode(Tag(0x42), content.authority.as_bytes()),
            &encode(Tag(0x7F49), &public_key),
            &encode(Tag(0x5F20), content.holder.as_bytes()),
            &encode(Tag(0x7F4C), &chat),
            &encode(Tag(0x5F25), &digits(content.from)),
            &encode(Tag(0x5F24), &digits(content.until)),
            extension
                .as_ref()
                .map(|extension| extension.as_slice())
                .unwrap_or_default(),
        ]),
    );
    encode(
        Tag(0x7F21),
        &concat(&[&body, &encode(Tag(0x5F37), &sign(signer, &body))]),
    )
    .to_vec()
}

fn digits(date: Date) -> Vec<u8> {
    let text = date.to_string().replace('-', "");
    text.bytes().skip(2).map(|digit| digit - b'0').collect()
}

/// What the next message is answered with instead.
pub enum Mishap {
    Trouble(PkiTrouble),
    Later,
    /// Certifies rightly, but the answer is lost.
    AnswerLost,
    OtherKey,
    WrongSigner,
}

/// The authority.
pub struct Authority {
    pub now: UnixTime,
    pub days: u64,
    pub description: Vec<u8>,
    pub mishaps: VecDeque<Mishap>,
    pub requests: Vec<CertificateRequest>,
    pub block_list: Vec<Option<Vec<u8>>>,
    pub block_list_answer: BlockListAnswer,
    pub known: BTreeMap<HolderReference, Vec<u8>>,
    promised: Vec<Vec<Vec<u8>>>,
    pub cvca: SigningKey<BrainpoolP256r1>,
    pub verifier: SigningKey<BrainpoolP256r1>,
}

impl Authority {
    pub fn new(now: UnixTime) -> Self {
        Self {
            now,
            days: 1,
            description: encode(Tag(0x30), b"Rathaus Musterstadt").to_vec(),
            mishaps: VecDeque::new(),
            requests: Vec::new(),
            block_list: Vec::new(),
            block_list_answer: BlockListAnswer::UpToDate,
            known: BTreeMap::new(),
            promised: Vec::new(),
            cvca: key(1),
            verifier: key(2),
        }
    }

    fn days_from_now(&self, days: u64) -> Date {
        self.now.after(days * 86_400).date()
    }

    pub fn cvca_certificate(&self) -> Vec<u8> {
        let (from, until) = (self.now.before(86_400).date(), self.days_from_now(1000));
        let point = point(&self.cvca);
        let content = Content {
            authority: "DECVCAeID00001",
            holder: "DECVCAeID00001",
            role: CVCA,
            point: &point,
            from,
            until,
            description: None,
            has_domain: true,
        };
        certificate(&content, &self.cvca)
    }

    pub fn verifier_certificate(&self) -> Vec<u8> {
        let (from, until) = (self.now.before(86_400).date(), self.days_from_now(90));
        let point = point(&self.verifier);
        let content = Content {
            authority: "DECVCAeID00001",
            holder: "DEDVTEST00001",
            role: VERIFIER,
            point: &point,
            from,
            until,
            description: None,
            has_domain: false,
        };
        certificate(&content, &self.cvca)
    }

    pub fn terminal_certificate(&self, holder: &HolderReference, point: &[u8]) -> Vec<u8> {
        let (holder, until) = (holder.to_string(), self.days_from_now(self.days));
        let content = Content {
            authority: "DEDVTEST00001",
            holder: &holder,
            role: TERMINAL,
            point,
            from: self.now.date(),
            until,
            description: Some(&self.description),
            has_domain: false,
        };
        certificate(&content, &self.verifier)
    }

    /// What is installed before the first certificate: root and document verifier.
    pub fn anchor(&self) -> Chain {
        Chain::parse(&[self.cvca_certificate(), self.verifier_certificate()].concat()).unwrap()
    }
}

impl PkiPartner for Authority {
    fn request_certificate(&mut self, request: &[u8]) -> Result<Requested, PkiTrouble> {
        let mishap = self.mishaps.pop_front();
        if let Some(Mishap::Trouble(trouble)) = mishap {
            return Err(trouble);
        }
        let refused = |code: &str| Err(PkiTrouble::Refused(ReturnCode::from_name(code)));
        let Ok(request) = CertificateRequest::parse(request) else {
            return refused("failure_inner_signature");
        };
        self.requests.push(request.clone());
        if self.known.contains_key(&request.holder) {
            return refused("failure_certificate_holder_reference_in_use");
        }
        // The first certificate comes by a contract, not by a signature; until its key has signed once, it may be repeated.
        let is_first = self.requests.iter().all(|request| request.signed_by.is_none());
        let known = request.signed_by.as_ref().and_then(|holder| self.known.get(holder));
        let is_signed = |point: &Vec<u8>| request.is_signed_by(Curve::BrainpoolP256r1, Digest::Sha256, point);
        if !is_first && !known.is_some_and(is_signed) {
            return refused("failure_outer_signature");
        }
        self.known.insert(request.holder.clone(), request.point.clone());
        let mut terminal = self.terminal_certificate(&request.holder, &request.point);
        match mishap {
            Some(Mishap::AnswerLost) => return Err(PkiTrouble::Unreachable),
            Some(Mishap::OtherKey) => terminal = self.terminal_certificate(&request.holder, &point(&key(9))),
            Some(Mishap::WrongSigner) => {
                let right = std::mem::replace(&mut self.verifier, key(8));
                terminal = self.terminal_certificate(&request.holder, &request.point);
                self.verifier = right;
            }
            Some(Mishap::Later) => {
                self.promised.push(vec![terminal]);
                return Ok(Requested::Later {
                    message_id: "message-1".to_owned(),
                });
            }
            Some(Mishap::Trouble(_)) | None => {}
        }
        Ok(Requested::Certificates(vec![self.verifier_certificate(), terminal]))
    }

    fn sent_certificates(&mut self, message_id: &str) -> Result<Option<Vec<Vec<u8>>>, PkiTrouble> {
        assert_eq!(message_id, "message-1");
        Ok(match self.mishaps.pop_front() {
            Some(_) => None,
            None => self.promised.pop(),
        })
    }

    fn authority_certificates(&mut self) -> Result<Vec<Vec<u8>>, PkiTrouble> {
        Ok(vec![self.cvca_certificate(), self.verifier_certificate()])
    }

    fn certificate_description(&mut self, hash: &[u8]) -> Result<Vec<u8>, PkiTrouble> {
        assert_eq!(hash, Digest::Sha256.hash(&self.description));
        Ok(self.description.clone())
    }

    fn block_list(&mut self, delta_base: Option<&[u8]>) -> Result<BlockListAnswer, PkiTrouble> {
        self.block_list.push(delta_base.map(<[u8]>::to_vec));
        Ok(match delta_base {
            None => BlockListAnswer::Complete(block_list(b"complete")),
            Some(_) => self.block_list_answer.clone(),
        })
    }

    fn list(&mut self, kind: ListKind) -> Result<Vec<u8>, PkiTrouble> {
        match kind {
            ListKind::DefectList => Err(PkiTrouble::Refused(ReturnCode::from_name("failure_list_not_available"))),
            ListKind::MasterList | ListKind::Csca | ListKind::Crl | ListKind::Blocklist | ListKind::BlocklistDeltas => {
                Ok(encode(Tag(0x30), kind.file_name().as_bytes()).to_vec())
            }
        }
    }
}

/// A blocklist's envelope with that identifier; who reads more of it than the identifier would find no signature.
pub fn block_list(id: &[u8]) -> Vec<u8> {
    let wrap = |tag, parts: &[&[u8]]| encode(Tag(tag), &concat(parts));
    let list = wrap(0x30, &[&[2, 1, 1], &[2, 1, 0], &wrap(4, &[id]), &wrap(0x30, &[])]);
    let oid = [0x06, 9, 4, 0, 127, 0, 7, 3, 2, 2, 2];
    let content = wrap(0x30, &[&oid, &wrap(0xA0, &[&wrap(4, &[&list])])]);
    let data = wrap(0x30, &[&[2, 1, 3], &wrap(0x31, &[]), &content]);
    wrap(
        0x30,
        &[
            &wrap(6, &[&[42, 0x86, 0x48, 0x86, 0xF7, 0x0D, 1, 7, 2]]),
            &wrap(0xA0, &[&data]),
        ],
    )
    .to_vec()
}

/// Reads a certificate.
pub fn parsed(bytes: &[u8]) -> CvCertificate {
    CvCertificate::parse(bytes).unwrap()
}
