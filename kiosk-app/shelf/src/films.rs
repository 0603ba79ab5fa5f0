//! Films in sign language: they lie in the services' folders and are shown only when they are what the definition names.
use catalogue::{Catalogue, Fault, NEIGHBOURS, Service, ServiceId, SignVideo};
use sha2::{Digest, Sha256};
use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};

/// Longest film; one of five minutes has a tenth.
const FILM_BYTES_MAX: u64 = 200 * 1024 * 1024;
/// Bytes that are read at a time.
const PIECE: usize = 64 * 1024;

/// The films of a folder of services.
#[derive(Debug, Default)]
pub struct Films {
    /// Those that are there, and what the definition names.
    pub there: Vec<(ServiceId, PathBuf)>,
    /// Those that aren't there: the service is offered without.
    pub missing: Vec<(ServiceId, String)>,
    /// Those that are something else than the definition names: they are not shown.
    pub faults: Vec<Fault>,
}

/// Looks for the films of a catalogue's services, in each one's folder.
pub fn films(folder: &Path, catalogue: &Catalogue) -> Films {
    let mut films = Films::default();
    for service in catalogue.services() {
        let Some(film) = service.sign_video() else { continue };
        let (path, name) = place(folder, service, film);
        match hash(&path) {
            Ok(found) if found == film.sha256 => films.there.push((service.id().clone(), path)),
            Ok(_) => films.faults.push(Fault {
                path: name,
                line: None,
                what: "is another film than service.toml names".to_owned(),
                mend: "put the right one there, or write what `sha256sum` tells into [sign_video]".to_owned(),
            }),
            Err(why) if why.kind() == ErrorKind::NotFound => films.missing.push((service.id().clone(), name)),
            Err(why) => films.faults.push(Fault {
                path: name,
                line: None,
                what: format!("can't be read: {why}"),
                mend: format!("a film has at most {FILM_BYTES_MAX} bytes"),
            }),
        }
    }
    films
}

/// Where the film is, and how it is called in faults.
fn place(folder: &Path, service: &Service, film: &SignVideo) -> (PathBuf, String) {
    let id = service.id();
    let town = id.as_str().split_once('@').map(|(_, town)| town);
    let below = match town {
        None => id.folder().to_owned(),
        Some(town) => format!("{NEIGHBOURS}/{town}/{}", id.folder()),
    };
    let name = format!("{below}/{}", film.file);
    (folder.join(&name), name)
}

fn hash(path: &Path) -> std::io::Result<String> {
    let mut film = std::fs::File::open(path)?.take(FILM_BYTES_MAX + 1);
    let (mut hash, mut piece, mut len) = (Sha256::new(), vec![0; PIECE], 0);
    loop {
        let count = film.read(&mut piece)?;
        if count == 0 {
            break;
        }
        len += count as u64;
        hash.update(piece.get(..count).unwrap_or_default());
    }
    if len > FILM_BYTES_MAX {
        return Err(std::io::Error::from(ErrorKind::FileTooLarge));
    }
    Ok(hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use catalogue::{SourceFile, bundled};

    fn lob_with(film: &str) -> Vec<SourceFile> {
        let mut files = bundled::small(&["lob"]);
        let service = files.iter_mut().find(|file| file.path == "lob/service.toml").unwrap();
        service.text = service.text.replacen("[[page]]", &format!("{film}\n[[page]]"), 1);
        files
    }

    #[test]
    fn a_film_is_shown_only_when_it_is_the_right_one() {
        let folder = tempfile::tempdir().unwrap();
        // sha256sum of "film".
        let hash = "d0607f7ad2628b2af9158dfba06ce87166e66b15bf68f8f358f9aa27ccb7c321";
        let wrong = format!("[sign_video]\nfile = \"dgs.webm\"\nsha256 = \"{}\"", "0".repeat(64));
        let catalogue = Catalogue::load(&lob_with(&wrong)).unwrap().catalogue;
        let found = films(folder.path(), &catalogue);
        assert_eq!((found.there.len(), found.missing.len(), found.faults.len()), (0, 1, 0));
        std::fs::create_dir(folder.path().join("lob")).unwrap();
        std::fs::write(folder.path().join("lob/dgs.webm"), "film").unwrap();
        let found = films(folder.path(), &catalogue);
        assert_eq!((found.there.len(), found.missing.len(), found.faults.len()), (0, 0, 1));
        assert!(found.faults[0].to_string().starts_with("lob/dgs.webm: is another film"));
        let right = wrong.replace(&"0".repeat(64), hash);
        let catalogue = Catalogue::load(&lob_with(&right)).unwrap().catalogue;
        let found = films(folder.path(), &catalogue);
        assert_eq!((found.there.len(), found.missing.len(), found.faults.len()), (1, 0, 0));
    }
}
