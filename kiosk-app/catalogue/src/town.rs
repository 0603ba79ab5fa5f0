//! The town that offers the services, and who answers for the data (PAuswG §18(4)).
use crate::colour::Colour;
use crate::crest::Crest;
use crate::map::TownMap;
use crate::opening::Opening;
use crate::service::ServiceId;
use crate::suggest::Name;
use std::sync::Arc;

/// A town, from `town.toml` and `streets.txt`.
#[derive(Clone, Debug, Default)]
pub struct Town {
    pub(crate) name: String,
    pub(crate) provider: Provider,
    pub(crate) destination_id: String,
    pub(crate) check_receipts_at: Option<String>,
    pub(crate) accent: Option<Colour>,
    pub(crate) opening: Option<Opening>,
    pub(crate) crest: Option<Crest>,
    pub(crate) most_used: Vec<ServiceId>,
    /// From `streets.txt`.
    pub(crate) streets: Vec<Name>,
    /// From `map/`.
    pub(crate) map: Option<Arc<TownMap>>,
}

impl Town {
    /// Short name ("Musterstadt").
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Who asks for the citizen's data.
    pub fn provider(&self) -> &Provider {
        &self.provider
    }

    /// What most people come for, most wanted first: services of the catalogue, or names of such as are left out.
    pub fn most_used(&self) -> &[ServiceId] {
        &self.most_used
    }

    /// The town's colour, dark enough for white writing; without one, the screens have theirs.
    pub fn accent(&self) -> Option<Colour> {
        self.accent
    }

    /// When its office is open, where it says so.
    pub fn opening(&self) -> Option<&Opening> {
        self.opening.as_ref()
    }

    /// The town's crest; without one, the screens have theirs.
    pub fn crest(&self) -> Option<&Crest> {
        self.crest.as_ref()
    }

    /// Its map, if it has one.
    pub fn map(&self) -> Option<&Arc<TownMap>> {
        self.map.as_ref()
    }

    /// Where anyone finds out whether a paper is genuine: an https address to which a check code is appended
    /// (`wire::receipt`), with a slash at its end. Without one, papers have no check code.
    pub fn check_receipts_at(&self) -> Option<&str> {
        self.check_receipts_at.as_deref()
    }

    /// Where cases go: the UUID of the destination (FIT-Connect Submission API v2, `destinationId`), in text form.
    pub fn destination_id(&self) -> &str {
        &self.destination_id
    }
}

/// What a citizen must be told about who asks before the PIN is typed (PAuswG §18(4)).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Provider {
    /// Name of the office ("Stadt Musterstadt, Bürgerbüro").
    pub name: String,
    /// Street and number.
    pub street: String,
    /// Post code and town.
    pub city: String,
    /// E-mail address.
    pub email: String,
    /// Web address.
    pub website: String,
    /// The authority that supervises data protection, with address.
    pub data_protection_authority: String,
    /// Whom to ask about the data (the town's data protection officer).
    pub data_protection_officer: String,
}
