//! Card generations and forgeries: how a card differs from its neighbours apart from its holder (TR-03127 annex D).
use crate::pki::SignerKind;

/// When a card was made. The older ones are no longer in anybody's hands, but show what terminals have to expect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Generation {
    /// 2010: no PrivilegedTerminalInfo (the first ChipAuthenticationInfo is everybody's), no buffer sizes in
    /// EF.ATR/INFO, no DG10 and DG13, one authentication per power-up.
    Y2010,
    /// 2017: PrivilegedTerminalInfo, buffer sizes, DG10 empty.
    Y2017,
    /// From August 2021 on: a second PACEInfo (parameter id 12), chip authentication version 3 beside version 2.
    Y2021,
}

/// What is wrong with a card that isn't what it says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Forgery {
    /// A copied EF.CardSecurity without the private key that belongs to it: chip authentication fails.
    CopiedChip,
    /// EF.CardSecurity is signed below a country signing CA that nobody trusts.
    ForeignSigner,
    /// EF.CardAccess offers weaker protocols than the signed EF.CardSecurity.
    Downgrade,
}

impl Generation {
    /// All of them, oldest first.
    pub const ALL: [Self; 3] = [Self::Y2010, Self::Y2017, Self::Y2021];

    /// Who signed the cards of this generation.
    pub fn signer(self) -> SignerKind {
        match self {
            Self::Y2010 => SignerKind::Cards2010,
            Self::Y2017 => SignerKind::Cards2017,
            Self::Y2021 => SignerKind::Cards2021,
        }
    }

    /// Parameter ids of the curves offered for PACE; only 13 is carried out.
    pub(super) fn pace_parameters(self) -> &'static [u8] {
        match self {
            Self::Y2010 | Self::Y2017 => &[13],
            Self::Y2021 => &[12, 13],
        }
    }

    /// Longest command and response that EF.ATR/INFO states (TR-03110-3 B.12.2).
    pub(super) fn buffer_bytes_max(self) -> Option<usize> {
        match self {
            Self::Y2010 => None,
            Self::Y2017 | Self::Y2021 => Some(1024),
        }
    }

    pub(super) fn names_privileged_keys(self) -> bool {
        !matches!(self, Self::Y2010)
    }

    pub(super) fn offers_version_3(self) -> bool {
        matches!(self, Self::Y2021)
    }

    /// id-PowerDownReq: no second authentication before the power was off.
    pub(super) fn authenticates_once(self) -> bool {
        matches!(self, Self::Y2010)
    }

    pub(super) fn label(self) -> &'static str {
        match self {
            Self::Y2010 => "2010",
            Self::Y2017 => "2017",
            Self::Y2021 => "2021",
        }
    }
}
