use super::*;

#[test]
fn a_map_is_taken_as_a_whole_and_what_lacks_is_told() {
    let folder = tempfile::tempdir().unwrap();
    for file in catalogue::bundled::small(&["maengelmelder"]) {
        let path = folder.path().join(&file.path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, file.text).unwrap();
    }
    std::fs::write(folder.path().join("map/draw.py"), "passed over").unwrap();
    let loaded = || open(folder.path(), None).unwrap().load().unwrap();
    let without = loaded();
    assert!(
        without.faults[0]
            .to_string()
            .starts_with("map/map.png: the map has no picture: No such file")
    );
    assert!(without.catalogue.town().map().is_none());
    assert_eq!(without.catalogue.services().len(), 1);
    let picture = folder.path().join(MAP_PICTURE);
    std::fs::write(&picture, catalogue::bundled::PICTURE).unwrap();
    let with = loaded();
    assert_eq!(with.faults, []);
    assert!(with.catalogue.town().map().is_some());
    std::fs::write(&picture, vec![0; 2 * MAP_PICTURE_BYTES_MAX]).unwrap();
    let huge = loaded();
    assert!(
        huge.faults[0]
            .to_string()
            .starts_with("map/map.png: the map has no picture: more than 4194304 bytes")
    );
    assert!(huge.catalogue.town().map().is_none());
    std::fs::remove_file(&picture).unwrap();
    std::fs::remove_dir_all(folder.path().join(MAP)).unwrap();
    assert_eq!(loaded().faults, [], "a town needs no map");
}

#[test]
fn what_is_hidden_or_no_service_is_passed_over() {
    let folder = tempfile::tempdir().unwrap();
    for (path, text) in [
        ("town.toml", "a"),
        ("streets.txt", "b"),
        ("README.md", "c"),
        ("hund/service.toml", "d"),
        ("hund/notes.txt", "e"),
        (".git/config.toml", "f"),
    ] {
        let path = folder.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    let (found, faults) = files(folder.path()).unwrap();
    assert!(faults.is_empty());
    let found: Vec<(&str, &str)> = found.iter().map(|file| (&*file.path, &*file.text)).collect();
    assert_eq!(
        found,
        [("hund/service.toml", "d"), ("streets.txt", "b"), ("town.toml", "a")]
    );
    std::fs::write(folder.path().join("hund/service.toml"), b"title = \"Stra\xdfe\"").unwrap();
    let (found, faults) = files(folder.path()).unwrap();
    assert_eq!((found.len(), faults.len()), (2, 1));
    assert!(
        faults[0].to_string().starts_with("hund/service.toml: is not UTF-8"),
        "{faults:?}"
    );
    assert!(files(&folder.path().join("nowhere")).is_err());
    let long = "x".repeat(usize::try_from(FILE_BYTES_MAX).unwrap() + 1);
    std::fs::write(folder.path().join("town.toml"), long).unwrap();
    assert!(files(folder.path()).is_err());
}

#[test]
fn a_crest_lies_beside_the_town() {
    let folder = tempfile::tempdir().unwrap();
    for mut file in catalogue::bundled::small(&["lob"]) {
        let path = folder.path().join(&file.path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        if file.path == TOWN {
            file.text = file.text.replacen("format = 1", "format = 1\ncrest = \"crest.svg\"", 1);
        }
        std::fs::write(path, file.text).unwrap();
    }
    let load = || open(folder.path(), None).unwrap().load().unwrap();
    let missing = load();
    assert!(missing.catalogue.town().crest().is_none());
    assert!(
        missing.faults[0].to_string().starts_with("crest.svg: can't be read"),
        "{:?}",
        missing.faults
    );
    let crest = folder.path().join("crest.svg");
    let svg = "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 9 9\"><path d=\"M0 0h9v9z\"/></svg>";
    std::fs::write(&crest, svg).unwrap();
    let loaded = load();
    assert!(loaded.faults.is_empty(), "{:?}", loaded.faults);
    assert_eq!(loaded.catalogue.town().crest().unwrap().bytes(), svg.as_bytes());
    // What is wrong with it is told, and the town offers its services all the same.
    for wrong in [svg.replace("path", "image"), " ".repeat(CREST_BYTES_MAX + 1)] {
        std::fs::write(&crest, wrong).unwrap();
        let loaded = load();
        assert_eq!((loaded.faults.len(), loaded.catalogue.services().len()), (1, 1));
        assert!(loaded.catalogue.town().crest().is_none());
    }
}
