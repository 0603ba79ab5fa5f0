//! One terminal, several towns: in a district house, or where the border runs through the village.
use crate::catalogue::{Catalogue, Loaded};
use crate::fault::{Fault, Faults, SourceFile};
use crate::load::is_id;
use crate::load::view::{Parsed, View, shorten};
use crate::package::TOP;
use crate::search::Index;
use crate::service::{Service, ServiceId};
use drivers_api::language::Language;
use std::collections::BTreeSet;
use std::sync::Arc;

/// Most towns beside the terminal's own.
const NEIGHBOURS_MAX: usize = 20;
/// Where their folders are.
pub const NEIGHBOURS: &str = "towns";

/// One `[[town]]` of `town.toml`: another town whose services are offered here, too.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Neighbour {
    /// Its line.
    pub line: usize,
    /// Its folder of services below `towns`.
    pub folder: String,
    /// True when the certificate of this terminal was given for that town's office as well.
    pub reads_cards: bool,
}

/// The other towns, in the order of `town.toml`. What is wrong there is told by [`Catalogue::load`].
pub fn neighbours(files: &[SourceFile]) -> Vec<Neighbour> {
    let mut faults = Faults::default();
    let Some(town) = files.iter().find(|file| file.path == "town.toml") else {
        return Vec::new();
    };
    let parsed = Parsed::parse(town, &mut faults);
    parsed.map_or_else(Vec::new, |parsed| read_neighbours(&mut parsed.view(), &mut faults))
}

/// Reads `[[town]]`.
pub(crate) fn read_neighbours(root: &mut View<'_>, faults: &mut Faults) -> Vec<Neighbour> {
    let views = root.tables("town", faults);
    if let Some(view) = views.get(NEIGHBOURS_MAX) {
        let what = format!("more than {NEIGHBOURS_MAX} towns");
        view.fault(faults, view.line, what, "offer those that people come from");
    }
    let mut seen = BTreeSet::new();
    let mut neighbours = Vec::new();
    for mut view in views.into_iter().take(NEIGHBOURS_MAX) {
        let line = view.line;
        view.strays(&TOP, "[[town]]", faults);
        let folder = view.text("folder", faults);
        let reads_cards = view.flag("reads_cards", false, faults);
        let named = folder.filter(|name| {
            let fits = is_id(name);
            if !fits {
                let what = format!("`{}` is no name of a town's folder", shorten(name));
                view.fault(faults, line, what, "a folder below `towns`: a–z, 0–9, - and _");
            } else if !seen.insert(name.clone()) {
                view.fault(faults, line, format!("the town `{name}` is there twice"), "remove one");
                return false;
            }
            fits
        });
        view.finish(faults);
        neighbours.extend(named.map(|folder| Neighbour {
            line,
            folder,
            reads_cards,
        }));
    }
    neighbours
}

impl Loaded {
    /// Offers another town's services as well. They keep their town, their words and their destination; their ids end with
    /// `@` and the town's folder. Services that read a card are left out where the terminal's certificate isn't for that
    /// town, and its faults are told with the path of its folder.
    pub fn join(&mut self, neighbour: &Neighbour, other: Result<Self, Vec<Fault>>) {
        let faults = match other {
            Ok(Self { catalogue, faults }) => {
                self.take_in(neighbour, catalogue);
                faults
            }
            Err(faults) => faults,
        };
        self.faults.extend(faults.into_iter().map(|fault| Fault {
            path: format!("{NEIGHBOURS}/{}/{}", neighbour.folder, fault.path),
            ..fault
        }));
    }

    fn take_in(&mut self, neighbour: &Neighbour, other: Catalogue) {
        let home = other.town.destination_id().to_owned();
        let services = other.services.into_iter().filter_map(Arc::into_inner);
        for mut service in services {
            if service.needs_card() && !neighbour.reads_cards {
                continue;
            }
            service.id = ServiceId::new(&format!("{}@{}", service.id.as_str(), neighbour.folder));
            service.facts.destination_id.get_or_insert_with(|| home.clone());
            self.catalogue.services.push(Arc::new(service));
        }
        self.catalogue.shared = true;
        self.catalogue.in_order();
    }
}

impl Catalogue {
    /// Leaves out the services that don't fit, and tells which.
    pub fn keep(&mut self, fits: impl Fn(&Service) -> bool) -> Vec<ServiceId> {
        let mut gone = Vec::new();
        self.services.retain(|service| {
            let stays = fits(service);
            if !stays {
                gone.push(service.id.clone());
            }
            stays
        });
        if !gone.is_empty() {
            self.in_order();
        }
        gone
    }

    fn in_order(&mut self) {
        self.services.sort_by(|a, b| a.id.cmp(&b.id));
        self.index = Index::new(&self.services);
    }

    /// What a service is called where it can be chosen: with its town, when several offer something here.
    pub fn tile_title(&self, service: &Service, language: Language) -> String {
        let title = service.title(language);
        if self.shared {
            format!("{title} ({})", service.town().name())
        } else {
            title.to_owned()
        }
    }
}
