//! The lists that a terminal works with: master list, revocation list, blocklist.
use super::cms::{self, Attribute, Naming};
use super::{SignerKind, TestPki, x509};
use crate::der;
use jiff::civil::Date;
use sha2::{Digest, Sha256};

/// id-icao-cscaMasterList.
const MASTER_LIST: &str = "2.23.136.1.1.2";
/// id-BlockList (TR-03129-1 B.1).
const BLOCK_LIST: &str = "0.4.0.127.0.7.3.2.2";
/// id-ListContentDescription (TR-03129-1 C.1).
const LIST_CONTENT_DESCRIPTION: &str = "0.4.0.127.0.7.3.1.6";

impl TestPki {
    /// Master list with the country signing CA of the cards, signed by [`SignerKind::Lists`] (ICAO Doc 9303-12 §8).
    pub fn master_list(&self) -> Vec<u8> {
        self.master_list_of(&[self.csca_certificate()])
    }

    /// Master list with these certificates.
    pub fn master_list_of(&self, certificates: &[Vec<u8>]) -> Vec<u8> {
        let list = der::set(der::SET, certificates.to_vec());
        let content = der::sequence(&[&der::integer(0), &list]);
        let signer = self.signer(SignerKind::Lists);
        let certificates = [signer.certificate.as_slice(), &self.csca_certificate()];
        let by = (signer, Naming::SubjectKeyIdentifier);
        cms::signed_data((MASTER_LIST, &content), by, &certificates, vec![self.signing_time()])
    }

    /// Certificate revocation list of the country signing CA with the serial numbers of revoked signers; `valid` is
    /// this and next update.
    pub fn crl(&self, revoked: &[u32], valid: (Date, Date)) -> Vec<u8> {
        let (issuer, key) = self.germany_name_and_key();
        let revoked: Vec<(u32, Date)> = revoked.iter().map(|serial| (*serial, valid.0)).collect();
        x509::revocation_list(&issuer, &key, 1, valid, &revoked)
    }

    /// Complete blocklist for the terminals of that sector's name with the cards of these keys
    /// ([`Card::identification_key`]), signed by [`SignerKind::Lists`] (TR-03129-1 B.1). It has both of the terminals'
    /// sectors, the one for the blocklist first; a sector's id is the SHA-256 of its public key data object, as in the
    /// terminal's certificate.
    ///
    /// [`Card::identification_key`]: crate::card::Card::identification_key
    pub fn blocklist(&self, sector: &str, identification_keys: &[Vec<u8>]) -> Vec<u8> {
        let details = |public: Vec<u8>, id: fn(&Self, &str, &[u8]) -> [u8; 32]| {
            let ids = identification_keys
                .iter()
                .flat_map(|key| der::octets(&id(self, sector, key)));
            let ids: Vec<u8> = ids.collect();
            der::sequence(&[&der::octets(&Sha256::digest(public)), &der::sequence(&[&ids])])
        };
        let for_blocklist = details(self.blocklist_sector(sector), Self::blocklist_id);
        let for_terminals = details(self.sector(sector), Self::sector_id);
        let content = der::sequence(&[
            &der::integer(1),
            &der::integer(0),
            &der::octets(self.today().to_string().as_bytes()),
            &der::sequence(&[&for_blocklist, &for_terminals]),
        ]);
        let signer = self.signer(SignerKind::Lists);
        let by = (signer, Naming::SubjectKeyIdentifier);
        let description = (LIST_CONTENT_DESCRIPTION, der::utf8("Sector"));
        let attributes = vec![self.signing_time(), description];
        cms::signed_data((BLOCK_LIST, &content), by, &[&signer.certificate], attributes)
    }

    fn signing_time(&self) -> Attribute {
        ("1.2.840.113549.1.9.5", der::time(self.today()))
    }
}
