//! The services built into the program: the town of `make run` and of the tests.
use crate::fault::SourceFile;

/// The files of `kiosk-app/services` as they were when the program was built.
pub fn files() -> Vec<SourceFile> {
    let file = |path: &str, text: &str| SourceFile {
        path: path.to_owned(),
        text: text.to_owned(),
    };
    vec![
        file("town.toml", include_str!("../../services/town.toml")),
        file("words.de.toml", include_str!("../../services/words.de.toml")),
        file("words.en.toml", include_str!("../../services/words.en.toml")),
        file(
            "meldebescheinigung/service.toml",
            include_str!("../../services/meldebescheinigung/service.toml"),
        ),
        file(
            "meldebescheinigung/texts.de.toml",
            include_str!("../../services/meldebescheinigung/texts.de.toml"),
        ),
        file(
            "meldebescheinigung/texts.en.toml",
            include_str!("../../services/meldebescheinigung/texts.en.toml"),
        ),
        file(
            "meldebescheinigung/receipt.toml",
            include_str!("../../services/meldebescheinigung/receipt.toml"),
        ),
        file(
            "ausweisdaten/service.toml",
            include_str!("../../services/ausweisdaten/service.toml"),
        ),
        file(
            "ausweisdaten/texts.de.toml",
            include_str!("../../services/ausweisdaten/texts.de.toml"),
        ),
        file(
            "ausweisdaten/texts.en.toml",
            include_str!("../../services/ausweisdaten/texts.en.toml"),
        ),
    ]
}
