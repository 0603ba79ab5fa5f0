//! A SQLite VFS that lets the unix VFS do the work and records what it is asked to do, in folders that are watched.
//!
//! It is the process's default: programs under test open their files as they always do, and don't know. Reading, locks and
//! shared memory are the unix VFS's own, since two connections must see each other as they do on a terminal.
//!
//! A crate for VFSes wouldn't do (December 2026): `sqlite-vfs` 0.2 calls itself a prototype and knows neither the log nor a
//! folder's sync; `sqlite-plugin` 0.11 wants locks and shared memory written anew, and clang to be built (bindgen).
#![allow(
    unsafe_code,
    reason = "a VFS is a table of C functions; this is the one place that has them"
)]
use crate::disk::Event;
use crate::record::{Record, held, random, watched};
use rusqlite::ffi::{self, sqlite3_file, sqlite3_io_methods, sqlite3_vfs};
use std::ffi::{CStr, c_char, c_int, c_void};
use std::path::Path;
use std::sync::{Arc, Mutex, OnceLock};

/// Makes SQLite's random numbers anew: from [`crate::record::random`].
pub(crate) fn reseed() {
    install();
    // SAFETY: no bytes are asked for; this makes SQLite seed its generator anew at the next request.
    unsafe { ffi::sqlite3_randomness(0, std::ptr::null_mut()) };
}

/// The unix VFS and what was taken from it.
struct Unix {
    vfs: *mut sqlite3_vfs,
    file_bytes: usize,
    open_directory: OpenDirectory,
}

// SAFETY: the unix VFS is a static of SQLite's that is never changed, and its functions may be called from any thread.
unsafe impl Send for Unix {}
// SAFETY: as above.
unsafe impl Sync for Unix {}

type OpenDirectory = unsafe extern "C" fn(*const c_char, *mut c_int) -> c_int;

static UNIX: OnceLock<Unix> = OnceLock::new();

/// What stands behind the unix VFS's own file in the room that SQLite gives each.
struct Tail {
    unix: *const sqlite3_io_methods,
    record: Arc<Mutex<Record>>,
    file: usize,
}

pub(crate) fn install() {
    UNIX.get_or_init(|| {
        // SAFETY: SQLite's default VFS lives as long as the process, and so does ours, which is never freed. The name of the
        // system call is one that the unix VFS knows, and its type is that of `openDirectory` in SQLite's os_unix.c.
        unsafe {
            let vfs = ffi::sqlite3_vfs_find(std::ptr::null());
            assert!(!vfs.is_null(), "SQLite has a VFS on every unix");
            let mut ours = *vfs;
            let file_bytes = (ours.szOsFile as usize).next_multiple_of(align_of::<*mut Tail>());
            ours.szOsFile = (file_bytes + size_of::<*mut Tail>()) as c_int;
            ours.zName = c"powercut".as_ptr();
            ours.pNext = std::ptr::null_mut();
            ours.xOpen = Some(open);
            ours.xDelete = Some(delete);
            ours.xRandomness = Some(randomness);
            let name = c"openDirectory".as_ptr();
            let (get, set) = ((*vfs).xGetSystemCall, (*vfs).xSetSystemCall);
            let default = get
                .and_then(|get| get(vfs, name))
                .map(|call| std::mem::transmute::<unsafe extern "C" fn(), OpenDirectory>(call));
            let ours_call = std::mem::transmute::<OpenDirectory, unsafe extern "C" fn()>(open_directory);
            let is_set = set.is_some_and(|set| set(vfs, name, Some(ours_call)) == ffi::SQLITE_OK);
            assert!(is_set, "the unix VFS lets its system calls be replaced");
            let registered = ffi::sqlite3_vfs_register(Box::leak(Box::new(ours)), 1);
            assert_eq!(registered, ffi::SQLITE_OK);
            Unix {
                vfs,
                file_bytes,
                open_directory: default.unwrap_or(open_directory),
            }
        }
    });
}

/// A path as SQLite gives it: absolute, without links.
///
/// # Safety
/// `name` is null or a C string that lives as long as the result is used.
unsafe fn path<'a>(name: *const c_char) -> Option<&'a Path> {
    if name.is_null() {
        return None;
    }
    // SAFETY: the caller's promise.
    let name = unsafe { CStr::from_ptr(name) };
    name.to_str().ok().map(Path::new)
}

/// Where a file's own words are kept.
///
/// # Safety
/// `file` has the room that `szOsFile` asks for.
unsafe fn tail(file: *mut sqlite3_file) -> *mut *mut Tail {
    // SAFETY: the room is `file_bytes` and a pointer long, and `file_bytes` is a multiple of the pointer's alignment.
    unsafe { file.cast::<u8>().add(UNIX.wait().file_bytes).cast() }
}

unsafe extern "C" fn open(
    _: *mut sqlite3_vfs,
    name: *const c_char,
    file: *mut sqlite3_file,
    flags: c_int,
    flags_out: *mut c_int,
) -> c_int {
    let unix = UNIX.wait();
    // SAFETY: SQLite calls with a name that lives as long as the file, and with room of `szOsFile` bytes, more than the
    // unix VFS needs. What it put at the head is left as it is, but for the table of functions.
    unsafe {
        let Some(unix_open) = (*unix.vfs).xOpen else {
            return ffi::SQLITE_CANTOPEN;
        };
        let Some((path, (record, name_in_folder))) = path(name).and_then(|path| Some((path, watched(path)?))) else {
            return unix_open(unix.vfs, name, file, flags, flags_out);
        };
        let known = held(&record).names.get(&name_in_folder).copied();
        // Before it is opened, and only if nobody had it open: closing a file drops its process's locks on it.
        let found = if known.is_none() {
            std::fs::read(path).ok()
        } else {
            None
        };
        let code = unix_open(unix.vfs, name, file, flags, flags_out);
        if code != ffi::SQLITE_OK || (*file).pMethods.is_null() {
            return code;
        }
        let number = known.unwrap_or_else(|| {
            let mut record = held(&record);
            let name = name_in_folder;
            // An empty file was made by the program under test. That it synced the folder isn't seen: SQLite's own syncs must do.
            if let Some(bytes) = found.filter(|bytes| !bytes.is_empty()) {
                record.find(&name, &bytes);
            } else {
                let file = record.number(&name);
                record.events.push(Event::Create {
                    name: name.clone(),
                    file,
                });
            }
            record.names[&name]
        });
        let own = Tail {
            unix: (*file).pMethods,
            record,
            file: number,
        };
        tail(file).write(Box::into_raw(Box::new(own)));
        (*file).pMethods = methods(&*(*file).pMethods);
        ffi::SQLITE_OK
    }
}

/// The unix VFS's functions, four of them ours. No `xFetch`: nothing may pass us by.
fn methods(unix: &sqlite3_io_methods) -> &'static sqlite3_io_methods {
    static METHODS: OnceLock<sqlite3_io_methods> = OnceLock::new();
    METHODS.get_or_init(|| sqlite3_io_methods {
        iVersion: 2,
        xClose: Some(close),
        xWrite: Some(write),
        xTruncate: Some(truncate),
        xSync: Some(sync),
        ..*unix
    })
}

unsafe extern "C" fn close(file: *mut sqlite3_file) -> c_int {
    // SAFETY: `open` put the tail there, and SQLite closes once and uses the file no more.
    unsafe {
        let own = Box::from_raw(tail(file).read());
        (*own.unix).xClose.map_or(ffi::SQLITE_IOERR_CLOSE, |close| close(file))
    }
}

unsafe extern "C" fn write(file: *mut sqlite3_file, bytes: *const c_void, amount: c_int, at: i64) -> c_int {
    // SAFETY: `open` put the tail there; SQLite gives `amount` bytes.
    unsafe {
        let own = &**tail(file);
        let new = std::slice::from_raw_parts(bytes.cast::<u8>(), amount as usize);
        let mut len = 0;
        let (Some(unix_write), Some(unix_size)) = ((*own.unix).xWrite, (*own.unix).xFileSize) else {
            return ffi::SQLITE_IOERR_WRITE;
        };
        let mut record = held(&own.record);
        if let Some(room) = record.room {
            let code = unix_size(file, &raw mut len);
            let grown = (at + i64::from(amount) - len).max(0) as u64;
            if code != ffi::SQLITE_OK || grown > 0 && record.used().is_ok_and(|used| used + grown > room) {
                return ffi::SQLITE_FULL;
            }
        }
        let code = unix_write(file, bytes, amount, at);
        if code == ffi::SQLITE_OK {
            record.events.push(Event::Write {
                file: own.file,
                at: at as usize,
                bytes: new.into(),
            });
        }
        code
    }
}

unsafe extern "C" fn truncate(file: *mut sqlite3_file, len: i64) -> c_int {
    // SAFETY: `open` put the tail there.
    unsafe {
        let own = &**tail(file);
        let code = (*own.unix)
            .xTruncate
            .map_or(ffi::SQLITE_IOERR_TRUNCATE, |truncate| truncate(file, len));
        if code == ffi::SQLITE_OK {
            held(&own.record).events.push(Event::Truncate {
                file: own.file,
                len: len as usize,
            });
        }
        code
    }
}

unsafe extern "C" fn sync(file: *mut sqlite3_file, flags: c_int) -> c_int {
    // SAFETY: `open` put the tail there.
    unsafe {
        let own = &**tail(file);
        // First this: a folder that is synced with it comes second.
        held(&own.record).events.push(Event::Sync { file: own.file });
        (*own.unix)
            .xSync
            .map_or(ffi::SQLITE_IOERR_FSYNC, |sync| sync(file, flags))
    }
}

unsafe extern "C" fn delete(_: *mut sqlite3_vfs, name: *const c_char, sync_folder: c_int) -> c_int {
    let unix = UNIX.wait();
    // SAFETY: SQLite gives a C string.
    unsafe {
        if let Some(path) = path(name)
            && let Some((record, name)) = watched(path)
            && path.exists()
        {
            let mut record = held(&record);
            record.names.remove(&name);
            record.events.push(Event::Delete { name });
        }
        let unix_delete = (*unix.vfs).xDelete;
        unix_delete.map_or(ffi::SQLITE_IOERR_DELETE, |delete| delete(unix.vfs, name, sync_folder))
    }
}

/// The unix VFS opens a folder for one thing only: to sync it.
unsafe extern "C" fn open_directory(file: *const c_char, handle: *mut c_int) -> c_int {
    // SAFETY: SQLite gives a C string and a place for the handle.
    unsafe {
        if let Some((record, _)) = path(file).and_then(watched) {
            held(&record).events.push(Event::SyncFolder);
        }
        (UNIX.wait().open_directory)(file, handle)
    }
}

unsafe extern "C" fn randomness(_: *mut sqlite3_vfs, amount: c_int, bytes: *mut c_char) -> c_int {
    let unix = UNIX.wait();
    // SAFETY: SQLite gives room for `amount` bytes.
    unsafe {
        if random(std::slice::from_raw_parts_mut(bytes.cast::<u8>(), amount as usize)) {
            return amount;
        }
        (*unix.vfs)
            .xRandomness
            .map_or(0, |randomness| randomness(unix.vfs, amount, bytes))
    }
}
