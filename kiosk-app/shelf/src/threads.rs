//! Many services are read by as many threads as the machine has cores.
use catalogue::Crew;
use std::panic::resume_unwind;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

/// Most threads at once; reading is soon done.
const THREADS_MAX: usize = 4;
/// Fewer items than this aren't worth another thread.
const ITEMS_A_THREAD_MIN: usize = 32;

/// As many as there are cores.
#[derive(Clone, Copy, Debug)]
pub struct Threads;

impl Crew for Threads {
    fn each<T: Sync, R: Send>(&self, items: &[T], work: impl Fn(&T) -> R + Sync) -> Vec<R> {
        let cores = thread::available_parallelism().map_or(1, usize::from);
        let threads = cores.min(THREADS_MAX).min(items.len() / ITEMS_A_THREAD_MIN);
        shared_out(items, &work, threads)
    }
}

/// Each thread takes the next item when it is done with one. The caller is one of them; one that can't be started leaves
/// its share to the others.
fn shared_out<T: Sync, R: Send>(items: &[T], work: &(impl Fn(&T) -> R + Sync), threads: usize) -> Vec<R> {
    let next = AtomicUsize::new(0);
    let share = || {
        let mut made: Vec<(usize, R)> = Vec::new();
        loop {
            let at = next.fetch_add(1, Ordering::Relaxed);
            match items.get(at) {
                Some(item) => made.push((at, work(item))),
                None => return made,
            }
        }
    };
    let mut made = thread::scope(|scope| {
        let others: Vec<_> = (1..threads)
            .filter_map(|_| thread::Builder::new().spawn_scoped(scope, share).ok())
            .collect();
        let mut made = share();
        for other in others {
            made.extend(other.join().unwrap_or_else(|panic| resume_unwind(panic)));
        }
        made
    });
    made.sort_unstable_by_key(|(at, _)| *at);
    made.into_iter().map(|(_, result)| result).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;
    use std::sync::Mutex;
    use std::thread::ThreadId;

    #[test]
    fn each_item_is_done_once_and_in_order_by_however_many() {
        let items: Vec<usize> = (0..1000).collect();
        for threads in [0, 1, 2, 4] {
            let crew: Mutex<BTreeSet<String>> = Mutex::default();
            let name = |id: ThreadId| format!("{id:?}");
            let squares = shared_out(
                &items,
                &|item: &usize| {
                    crew.lock().unwrap().insert(name(thread::current().id()));
                    thread::yield_now();
                    item * item
                },
                threads,
            );
            assert!(squares.iter().enumerate().all(|(at, square)| *square == at * at));
            assert_eq!(squares.len(), items.len());
            assert!(crew.lock().unwrap().len() <= threads.max(1));
        }
        assert!(Threads.each(&[0_u8; 0], |item| *item).is_empty());
    }

    #[test]
    #[should_panic(expected = "the ninth")]
    fn a_panic_is_passed_on() {
        let items: Vec<usize> = (0..100).collect();
        shared_out(&items, &|item: &usize| assert!(*item != 9, "the ninth"), 4);
    }
}
