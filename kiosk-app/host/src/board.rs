//! Gives the visit what the town tells, whenever the courier (`agent`) has laid down a new board.
//!
//! The file is replaced whole and may be missing. What can't be read leaves the board that is known: yesterday's opening
//! times are better than none, and the screen says from when they are.
use crate::Sender;
use session::Input;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};
use wire::board::{BOARD_BYTES_MAX, Board};

/// How often the file is looked at; a look costs microseconds.
const LOOK_PERIOD: Duration = Duration::from_secs(5);

/// Tells the visit what stands in the file, at once and after every change.
///
/// # Errors
/// No thread to be had.
pub fn watch(file: PathBuf, inbox: Sender) -> std::io::Result<()> {
    std::thread::Builder::new().name("board".to_owned()).spawn(move || {
        let mut known = None;
        loop {
            if let Some(board) = look(&file, &mut known) {
                inbox.send(Input::Board(Arc::new(board)));
            }
            pause();
        }
    })?;
    Ok(())
}

#[allow(clippy::disallowed_methods)] // a thread of its own that does nothing else
fn pause() {
    std::thread::sleep(LOOK_PERIOD);
}

/// When the file was written, and its size.
type Mark = (SystemTime, u64);

/// The board, if the file is another one than at the last look.
fn look(file: &Path, known: &mut Option<Mark>) -> Option<Board> {
    let metadata = std::fs::metadata(file).ok()?;
    let mark = (metadata.modified().ok()?, metadata.len());
    if known.replace(mark) == Some(mark) {
        return None;
    }
    let read = read(file).and_then(|bytes| Board::from_json(&bytes).map_err(std::io::Error::other));
    match read {
        Ok(board) => {
            tracing::info!(bytes = mark.1, "a new board");
            Some(board)
        }
        Err(error) => {
            tracing::error!(%error, file = %file.display(), "the board can't be read; the last one stays");
            None
        }
    }
}

fn read(file: &Path) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let most = BOARD_BYTES_MAX as u64 + 1;
    std::fs::File::open(file)?.take(most).read_to_end(&mut bytes)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_board_is_told_once_and_again_when_it_changes() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("board.json");
        let mut known = None;
        assert!(look(&file, &mut known).is_none(), "not there yet");
        std::fs::write(&file, "{}").unwrap();
        assert_eq!(look(&file, &mut known), Some(Board::default()));
        assert!(look(&file, &mut known).is_none());
        let news = r#"{"news":{"as_of":null,"items":[{"title":"Neu","day":null}]}}"#;
        std::fs::write(&file, news).unwrap();
        assert_eq!(look(&file, &mut known).unwrap().news.items[0].title.as_str(), "Neu");
        for broken in ["<html>", &" ".repeat(BOARD_BYTES_MAX + 10)] {
            std::fs::write(&file, broken).unwrap();
            assert!(look(&file, &mut known).is_none());
        }
        std::fs::write(&file, "{}").unwrap();
        assert!(look(&file, &mut known).is_some(), "whole again");
    }
}
