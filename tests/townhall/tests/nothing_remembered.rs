//! After a visit no byte of the citizen's data is left in memory that was given back: an allocator of our own looks into
//! every block that is freed, and a block that still holds the canary was not overwritten.
//!
//! What is under test: session, catalogue and the words of `drivers/api`, with every kind of visit that a storm makes.
#![allow(clippy::unwrap_used)] // a test may panic
#![allow(unsafe_code)] // an allocator can't be written without; this one adds a look to the system's
use std::alloc::{GlobalAlloc, Layout, System};
use std::backtrace::Backtrace;
use std::cell::Cell;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use townhall::cases::CODE;
use townhall::devices::Weather;
use townhall::erika::{CANARY, PSEUDONYM};
use townhall::storm::day;

/// Digits of the pseudonym that are looked for.
const PSEUDONYM_PART: usize = 16;
/// Leaks told with their place; the first is enough to mend it.
const TOLD_MAX: usize = 1;

static WATCHING: AtomicBool = AtomicBool::new(false);
static LEAKS: AtomicUsize = AtomicUsize::new(0);
static FREED: AtomicUsize = AtomicUsize::new(0);
static FIRST: Mutex<Option<String>> = Mutex::new(None);

thread_local! {
    /// Telling a leak allocates and frees, too.
    static TELLING: Cell<bool> = const { Cell::new(false) };
}

struct Watching;

// SAFETY: every call is handed to the system's allocator unchanged.
unsafe impl GlobalAlloc for Watching {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // Zeroed, so that a block holds only what was written since.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        if WATCHING.load(Ordering::Relaxed) && !TELLING.with(Cell::get) {
            // SAFETY: the block is valid for `layout.size()` bytes until it is freed below, and was zeroed at first.
            let bytes = unsafe { std::slice::from_raw_parts(block, layout.size()) };
            FREED.fetch_add(1, Ordering::Relaxed);
            if holds_canary(bytes) {
                tell(layout.size());
            }
        }
        unsafe { System.dealloc(block, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Watching = Watching;

fn holds_canary(bytes: &[u8]) -> bool {
    let holds = |text: &[u8]| bytes.windows(text.len()).any(|window| window == text);
    // A part of the pseudonym is enough to follow somebody by.
    holds(CANARY.as_bytes()) || holds(CODE.as_bytes()) || holds(&PSEUDONYM.as_bytes()[..PSEUDONYM_PART])
}

fn tell(size: usize) {
    if LEAKS.fetch_add(1, Ordering::Relaxed) < TOLD_MAX {
        TELLING.set(true);
        *FIRST.lock().unwrap() = Some(format!("{size} bytes freed here:\n{}", Backtrace::force_capture()));
        TELLING.set(false);
    }
}

#[test]
fn what_is_freed_was_overwritten() {
    // The watch sees what it is to see.
    WATCHING.store(true, Ordering::SeqCst);
    drop(CANARY.to_owned());
    assert_eq!(LEAKS.swap(0, Ordering::SeqCst), 1);
    *FIRST.lock().unwrap() = None;

    let freed = FREED.load(Ordering::SeqCst);
    let (mut filed, mut shown, mut followed_up) = (0, 0, 0);
    for seed in 0..5 {
        let tally = day(seed, 60, Weather { faults: 0.15 }).unwrap();
        filed += tally.filed;
        shown += tally.shown;
        followed_up += tally.followed_up;
    }
    WATCHING.store(false, Ordering::SeqCst);
    assert!(
        filed > 40 && shown > 20 && followed_up > 20,
        "only {filed} cases were filed, {shown} cards shown and {followed_up} cases found again"
    );
    assert!(FREED.load(Ordering::SeqCst) - freed > 10_000);
    let first = FIRST.lock().unwrap().take().unwrap_or_default();
    assert_eq!(
        LEAKS.load(Ordering::SeqCst),
        0,
        "memory with a citizen's data was given back as it was: {first}"
    );
}
