//! The country signing CA and the signers below it (ICAO Doc 9303-12).
use super::cms::{self, Naming};
use super::{TestPki, x509};
use crate::curve::{Curve, Key};

/// id-SecurityObject (TR-03110-3 A.1.2.5).
const SECURITY_OBJECT: &str = "0.4.0.127.0.7.3.2.1";

/// Who signs below a country signing CA.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignerKind {
    /// Cards until 2011: brainpoolP256r1, explicit parameters, serial number 105 (TR-03127 annex D).
    Cards2010,
    /// Cards until 2019: brainpoolP384r1, explicit parameters, serial number 150.
    Cards2017,
    /// Cards from 2021 on: brainpoolP256r1, named curve, serial number 250.
    Cards2021,
    /// Master lists and blocklists.
    Lists,
    /// Cards of a country signing CA that is in no master list.
    ForeignCards,
}

/// A signer with its certificate.
pub struct DocumentSigner {
    /// Serial number, for revocation lists.
    pub serial: u32,
    /// X.509 certificate.
    pub certificate: Vec<u8>,
    pub(super) issuer: Vec<u8>,
    pub(super) key: Key,
}

/// Names and labels of a country signing CA.
struct Country {
    label: &'static str,
    common_name: &'static str,
}

const GERMANY: Country = Country {
    label: "csca",
    common_name: "TEST csca-germany",
};
const NOWHERE: Country = Country {
    label: "foreign csca",
    common_name: "TEST csca-nowhere",
};

impl SignerKind {
    pub(super) const COUNT: usize = 5;

    fn country(self) -> Country {
        match self {
            Self::Cards2010 | Self::Cards2017 | Self::Cards2021 | Self::Lists => GERMANY,
            Self::ForeignCards => NOWHERE,
        }
    }

    fn serial(self) -> u32 {
        match self {
            Self::Cards2010 => 105,
            Self::Cards2017 => 150,
            Self::Cards2021 | Self::ForeignCards => 250,
            Self::Lists => 7,
        }
    }

    fn curve(self) -> Curve {
        match self {
            Self::Cards2010 | Self::Cards2021 | Self::ForeignCards => Curve::BrainpoolP256,
            Self::Cards2017 | Self::Lists => Curve::BrainpoolP384,
        }
    }

    fn common_name(self) -> &'static str {
        match self {
            Self::Cards2010 => "TEST document signer 2010",
            Self::Cards2017 => "TEST document signer 2017",
            Self::Cards2021 => "TEST document signer 2021",
            Self::Lists => "TEST list signer",
            Self::ForeignCards => "TEST document signer nowhere",
        }
    }

    fn extensions(self, public: &[u8], authority: &[u8]) -> Vec<Vec<u8>> {
        let last = match self {
            Self::Cards2010 | Self::Cards2017 | Self::Cards2021 | Self::ForeignCards => {
                x509::document_types(&["A", "ID", "UB"])
            }
            Self::Lists => x509::signs_master_lists(),
        };
        vec![
            x509::authority_key(authority),
            x509::subject_key(public),
            x509::may_sign(),
            last,
        ]
    }
}

impl TestPki {
    /// The country signing CA of the cards (self-signed, brainpoolP384r1 with explicit parameters).
    pub fn csca_certificate(&self) -> Vec<u8> {
        self.csca(&GERMANY)
    }

    /// A country signing CA that is in no master list.
    pub fn foreign_csca_certificate(&self) -> Vec<u8> {
        self.csca(&NOWHERE)
    }

    /// A signer below a country signing CA.
    pub fn signer(&self, kind: SignerKind) -> &DocumentSigner {
        self.signers[kind as usize].get_or_init(|| self.make_signer(kind))
    }

    fn make_signer(&self, kind: SignerKind) -> DocumentSigner {
        let country = kind.country();
        let (authority, key) = (self.csca_key(&country), self.key(kind.curve(), kind.common_name()));
        let (issuer, public) = (x509::name(country.common_name), key.public());
        let explicit = self.explicit_parameters && kind != SignerKind::Cards2021;
        let certificate = x509::Certificate {
            serial: kind.serial(),
            issuer: &issuer,
            subject: &x509::name(kind.common_name()),
            valid: (self.day(-200), self.day(3650)),
            public_key_info: kind.curve().public_key_info(&public, explicit),
            extensions: kind.extensions(&public, &authority.public()),
        };
        DocumentSigner {
            serial: kind.serial(),
            certificate: certificate.signed(&authority),
            issuer,
            key,
        }
    }

    /// EF.CardSecurity: the security infos (a DER `SET`), signed.
    pub(crate) fn card_security(&self, infos: &[u8], kind: SignerKind) -> Vec<u8> {
        let signer = self.signer(kind);
        let by = (signer, Naming::IssuerAndSerialNumber);
        cms::signed_data((SECURITY_OBJECT, infos), by, &[&signer.certificate], vec![])
    }

    pub(super) fn germany_name_and_key(&self) -> (Vec<u8>, Key) {
        (x509::name(GERMANY.common_name), self.csca_key(&GERMANY))
    }

    fn csca_key(&self, country: &Country) -> Key {
        self.key(Curve::BrainpoolP384, country.label)
    }

    fn csca(&self, country: &Country) -> Vec<u8> {
        let key = self.csca_key(country);
        let (name, public) = (x509::name(country.common_name), key.public());
        let certificate = x509::Certificate {
            serial: 1,
            issuer: &name,
            subject: &name,
            valid: (self.day(-1000), self.day(4000)),
            public_key_info: Curve::BrainpoolP384.public_key_info(&public, self.explicit_parameters),
            extensions: vec![
                x509::authority_key(&public),
                x509::subject_key(&public),
                x509::basic_constraints(),
                x509::may_certify(),
            ],
        };
        certificate.signed(&key)
    }
}
