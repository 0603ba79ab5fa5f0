//! The services of the town in memory: those built into the program, and one that asks the card questions.
use catalogue::{Catalogue, SourceFile, bundled};

/// Id of the service whose card answers yes or no.
pub const JUGENDKARTE: &str = "jugendkarte";
/// Id of the service that shows what is on the card.
pub const AUSWEISDATEN: &str = "ausweisdaten";

/// All files: the bundled ones and [`JUGENDKARTE`].
pub fn files() -> Vec<SourceFile> {
    let file = |name: &str, text: &str| SourceFile {
        path: format!("{JUGENDKARTE}/{name}"),
        text: text.to_owned(),
    };
    let mut files = bundled::files();
    files.extend([
        file("service.toml", include_str!("../services/jugendkarte/service.toml")),
        file("texts.de.toml", include_str!("../services/jugendkarte/texts.de.toml")),
        file("texts.en.toml", include_str!("../services/jugendkarte/texts.en.toml")),
        file("receipt.toml", include_str!("../services/jugendkarte/receipt.toml")),
    ]);
    files
}

/// The services on offer in every story and storm.
pub fn catalogue() -> Catalogue {
    match Catalogue::load(&files()) {
        Ok(loaded) if loaded.faults.is_empty() => loaded.catalogue,
        Ok(loaded) => panic!("the services have faults: {:?}", loaded.faults),
        Err(faults) => panic!("the services don't load: {faults:?}"),
    }
}
