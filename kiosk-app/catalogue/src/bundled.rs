//! The services built into the program: the town of `make run` and of the tests.
use crate::fault::SourceFile;

macro_rules! bundled {
    ($($path:literal,)*) => {
        [$(($path, include_str!(concat!("../../services/", $path)))),*]
    };
}

/// The files of `kiosk-app/services` as they were when the program was built.
pub fn files() -> Vec<SourceFile> {
    let files = bundled![
        "town.toml",
        "streets.txt",
        "words.de.toml",
        "words.de-x-leicht.toml",
        "words.en.toml",
        "words.tr.toml",
        "words.ru.toml",
        "words.uk.toml",
        "words.ar.toml",
        "words.fa.toml",
        "words.pl.toml",
        "words.ro.toml",
        "words.fr.toml",
        "words.es.toml",
        "meldebescheinigung/service.toml",
        "meldebescheinigung/texts.de.toml",
        "meldebescheinigung/texts.de-x-leicht.toml",
        "meldebescheinigung/texts.en.toml",
        "meldebescheinigung/receipt.toml",
        "ausweisdaten/service.toml",
        "ausweisdaten/texts.de.toml",
        "ausweisdaten/texts.de-x-leicht.toml",
        "ausweisdaten/texts.en.toml",
    ];
    let file = |(path, text): (&str, &str)| SourceFile {
        path: path.to_owned(),
        text: text.to_owned(),
    };
    files.into_iter().map(file).collect()
}
