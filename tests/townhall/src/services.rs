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
    let mut files = bundled::small(&bundled::TWO);
    files.extend([
        file("service.toml", include_str!("../services/jugendkarte/service.toml")),
        file("texts.de.toml", include_str!("../services/jugendkarte/texts.de.toml")),
        file(
            "texts.de-x-leicht.toml",
            include_str!("../services/jugendkarte/texts.de-x-leicht.toml"),
        ),
        file("texts.en.toml", include_str!("../services/jugendkarte/texts.en.toml")),
        file("receipt.toml", include_str!("../services/jugendkarte/receipt.toml")),
    ]);
    files
}

/// The services on offer in every story and in every other storm: few enough for one list.
pub fn catalogue() -> Catalogue {
    load(&files())
}

/// More services than one list holds: those of [`catalogue`], waiting numbers, and the certificate under names of other
/// services.
pub fn many() -> Catalogue {
    let mut files = files();
    let numbers = bundled::small(&["wartenummer"]).into_iter();
    files.extend(numbers.filter(|file| file.path.starts_with("wartenummer/")));
    for (id, title, situations) in [
        ("hund", "Hundesteuer", "[\"animals\"]"),
        ("parken", "Bewohnerparkausweis", "[\"vehicles\", \"housing\"]"),
        ("umzug", "Wohnsitz ummelden", "[\"housing\"]"),
        ("lob", "Lob und Beschwerde", "[]"),
    ] {
        let copied = bundled::small(&bundled::TWO).into_iter().filter_map(|file| {
            let path = file.path.strip_prefix("meldebescheinigung/")?;
            let lines = file.text.lines().map(|line| match line.split_once(" = ") {
                Some(("title", _)) if path.starts_with("texts") && !line.contains('?') => {
                    format!("title = \"{title}\"")
                }
                Some(("situations", _)) => format!("situations = {situations}"),
                Some(_) | None => line.to_owned(),
            });
            let text = lines.collect::<Vec<_>>().join("\n");
            let path = format!("{id}/{path}");
            Some(SourceFile { path, text })
        });
        files.extend(copied);
    }
    load(&files)
}

fn load(files: &[SourceFile]) -> Catalogue {
    match Catalogue::load(files) {
        Ok(loaded) if loaded.faults.is_empty() => loaded.catalogue,
        Ok(loaded) => panic!("the services have faults: {:?}", loaded.faults),
        Err(faults) => panic!("the services don't load: {faults:?}"),
    }
}
