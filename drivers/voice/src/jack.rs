//! Is a headset plugged in? The switch in the jack, or a hand in tests and at the desk.
use evdev::{Device, SwitchCode};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::inotify;
use std::io::{self, PipeReader, PipeWriter, Write};
use std::os::fd::{AsFd, OwnedFd};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex, PoisonError};

/// The door for whatever knows of a headset.
pub trait Jack: Send + 'static {
    /// Waits for a change and tells whether a headset is plugged in. The first call tells the present state at once.
    /// `None` when the waker was called; then it isn't asked again.
    fn wait(&mut self) -> Option<bool>;

    /// A handle with which another thread ends a `wait`, this one or the next.
    fn waker(&self) -> io::Result<Box<dyn Fn() + Send>>;
}

/// A headset that is plugged in and out by whoever holds a clone. It is out at first.
#[derive(Clone, Debug, Default)]
pub struct HandJack {
    state: Arc<(Mutex<Hand>, Condvar)>,
    told: Option<bool>,
}

#[derive(Debug, Default)]
struct Hand {
    is_plugged: bool,
    is_over: bool,
}

impl HandJack {
    /// Plugs the headset in.
    pub fn plug(&self) {
        self.set(|hand| hand.is_plugged = true);
    }

    /// Pulls it out.
    pub fn unplug(&self) {
        self.set(|hand| hand.is_plugged = false);
    }

    fn set(&self, change: impl Fn(&mut Hand)) {
        change(&mut self.state.0.lock().unwrap_or_else(PoisonError::into_inner));
        self.state.1.notify_all();
    }
}

impl Jack for HandJack {
    fn wait(&mut self) -> Option<bool> {
        let (lock, changed) = &*self.state;
        let hand = lock.lock().unwrap_or_else(PoisonError::into_inner);
        let told = self.told;
        let same = |hand: &mut Hand| !hand.is_over && told == Some(hand.is_plugged);
        let hand = changed.wait_while(hand, same).unwrap_or_else(PoisonError::into_inner);
        if hand.is_over {
            return None;
        }
        self.told = Some(hand.is_plugged);
        self.told
    }

    fn waker(&self) -> io::Result<Box<dyn Fn() + Send>> {
        let hand = self.clone();
        Ok(Box::new(move || hand.set(|hand| hand.is_over = true)))
    }
}

/// Where Linux puts input devices.
pub const INPUT_FOLDER: &str = "/dev/input";
/// How often the folder of input devices is looked at when the system doesn't tell its changes.
const LOOK_SECONDS: i64 = 5;

/// The switch `SW_HEADPHONE_INSERT` that a sound card's jack reports as an input device (Linux
/// `Documentation/sound/designs/jack-controls.rst`, `Documentation/input/event-codes.rst`). Devices may come and go; one
/// that goes takes its headset along. The terminal's user is in the group `input`.
pub struct SwitchJack {
    folder: PathBuf,
    /// Only devices of this name, if one is given: a second sound card's jack at the back isn't the citizen's.
    name: Option<String>,
    devices: Vec<(PathBuf, Device)>,
    changes: Option<OwnedFd>,
    over: PipeReader,
    waker: PipeWriter,
    told: Option<bool>,
}

impl SwitchJack {
    /// Watches the devices of a folder ([`INPUT_FOLDER`]), only those of that name if one is given (as in
    /// `/proc/bus/input/devices`, for instance `HDA Intel PCH Front Headphone`).
    ///
    /// # Errors
    /// No pipe to be had. That there is no such device, or no such folder, is no error: it may come.
    pub fn new(folder: impl Into<PathBuf>, name: Option<String>) -> io::Result<Self> {
        let (over, waker) = io::pipe()?;
        Ok(Self {
            folder: folder.into(),
            name,
            devices: Vec::new(),
            changes: None,
            over,
            waker,
            told: None,
        })
    }

    /// Takes in devices that have come, and forgets those that have gone.
    fn look(&mut self) {
        if self.changes.is_none() {
            self.changes = watch(&self.folder).ok();
        }
        let paths = event_files(&self.folder);
        self.devices.retain(|(path, _)| paths.contains(path));
        for path in paths {
            if self.devices.iter().all(|(known, _)| *known != path) {
                let found = Device::open(&path).ok().filter(|device| self.is_jack(device));
                if let Some(device) = found.filter(|device| device.set_nonblocking(true).is_ok()) {
                    tracing::info!(name = device.name(), "headset jack");
                    self.devices.push((path, device));
                }
            }
        }
    }

    fn is_jack(&self, device: &Device) -> bool {
        let has_switch = device
            .supported_switches()
            .is_some_and(|switches| switches.contains(SwitchCode::SW_HEADPHONE_INSERT));
        has_switch && self.name.as_deref().is_none_or(|name| device.name() == Some(name))
    }

    /// Asks every device for the present state of its switch; one that doesn't answer is gone.
    fn is_plugged(&mut self) -> bool {
        let mut is_plugged = false;
        self.devices.retain_mut(|(_, device)| {
            // The events only tell that something changed; what counts is how the switch stands now (EVIOCGSW), so lost
            // events do no harm.
            let drained = match device.fetch_events() {
                Ok(events) => {
                    events.for_each(drop);
                    true
                }
                Err(error) => error.kind() == io::ErrorKind::WouldBlock,
            };
            match device.get_switch_state() {
                Ok(switches) if drained => {
                    is_plugged |= switches.contains(SwitchCode::SW_HEADPHONE_INSERT);
                    true
                }
                Ok(_) | Err(_) => false,
            }
        });
        is_plugged
    }

    /// Waits until something happens; false when it was woken to end.
    fn pause(&mut self) -> bool {
        let mut fds = vec![PollFd::new(&self.over, PollFlags::IN)];
        fds.extend(self.changes.iter().map(|changes| PollFd::new(changes, PollFlags::IN)));
        fds.extend(
            self.devices
                .iter()
                .map(|(_, device)| PollFd::from_borrowed_fd(device.as_fd(), PollFlags::IN)),
        );
        let patience = Timespec {
            tv_sec: LOOK_SECONDS,
            tv_nsec: 0,
        };
        let patience = self.changes.is_none().then_some(&patience);
        let polled = poll(&mut fds, patience);
        let is_over = fds.first().is_some_and(|over| !over.revents().is_empty());
        drop(fds);
        if let (Ok(_), Some(changes)) = (polled, &self.changes) {
            // What changed is seen by looking; a folder that was removed must be watched anew.
            let mut names = [core::mem::MaybeUninit::uninit(); 1024];
            let mut events = inotify::Reader::new(changes, &mut names);
            let mut is_removed = false;
            while let Ok(event) = events.next() {
                is_removed |= event.events().contains(inotify::ReadFlags::IGNORED);
            }
            if is_removed {
                self.changes = None;
            }
        }
        !is_over
    }
}

impl Jack for SwitchJack {
    fn wait(&mut self) -> Option<bool> {
        loop {
            self.look();
            let is_plugged = self.is_plugged();
            if self.told != Some(is_plugged) {
                self.told = Some(is_plugged);
                return self.told;
            }
            if !self.pause() {
                return None;
            }
        }
    }

    fn waker(&self) -> io::Result<Box<dyn Fn() + Send>> {
        let pipe = self.waker.try_clone()?;
        // The pipe can't be full with one byte, and its reader lives as long as the jack.
        Ok(Box::new(move || drop((&pipe).write_all(&[0]))))
    }
}

fn watch(folder: &Path) -> io::Result<OwnedFd> {
    use inotify::{CreateFlags, WatchFlags};
    let changes = inotify::init(CreateFlags::NONBLOCK | CreateFlags::CLOEXEC)?;
    // ATTRIB: udev hands a new device to its group a moment after it has appeared.
    let what = WatchFlags::CREATE | WatchFlags::DELETE | WatchFlags::ATTRIB | WatchFlags::DELETE_SELF;
    inotify::add_watch(&changes, folder, what)?;
    Ok(changes)
}

fn event_files(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = folder.read_dir() else {
        return Vec::new();
    };
    let named = entries
        .flatten()
        .filter(|entry| entry.file_name().to_string_lossy().starts_with("event"));
    named.map(|entry| entry.path()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::thread;

    #[test]
    fn a_hand_plugs_and_unplugs() {
        let mut jack = HandJack::default();
        let hand = jack.clone();
        assert_eq!(jack.wait(), Some(false));
        hand.plug();
        assert_eq!(jack.wait(), Some(true));
        jack.waker().unwrap()();
        assert_eq!(jack.wait(), None);
    }

    #[test]
    fn files_that_are_no_jack_and_a_folder_that_comes_and_goes() {
        let root = tempfile::tempdir().unwrap();
        let folder = root.path().join("input");
        let mut jack = SwitchJack::new(&folder, None).unwrap();
        assert_eq!(jack.wait(), Some(false));
        assert!(jack.changes.is_none());
        std::fs::create_dir(&folder).unwrap();
        std::fs::write(folder.join("event0"), b"not a device").unwrap();
        jack.look();
        assert!(jack.changes.is_some() && jack.devices.is_empty());
        // A new file ends the wait of the system's call, not ours: nothing has changed for the citizen.
        let end = jack.waker().unwrap();
        let waiting = thread::spawn(move || (jack.wait(), jack));
        std::fs::write(folder.join("event1"), [0xff; 240]).unwrap();
        end();
        let (told, mut jack) = waiting.join().unwrap();
        assert_eq!(told, None);
        std::fs::remove_dir_all(&folder).unwrap();
        assert!(!jack.pause());
        assert!(jack.changes.is_none(), "a folder that is gone is watched no longer");
    }
}
