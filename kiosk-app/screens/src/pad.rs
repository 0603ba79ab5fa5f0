//! Adapter of `widgets/keypad.slint`: where the digits lie. Against onlookers a visitor may have them shuffled, anew for
//! each secret; whoever types on real keys or listens loses nothing by it.
use crate::ui;
use session::view::{Screen, View};
use slint::{ComponentHandle, ModelRc};
use std::cell::Cell;
use std::hash::{BuildHasher, RandomState};

/// As on a telephone.
const USUAL: [i32; 10] = [1, 2, 3, 4, 5, 6, 7, 8, 9, 0];

/// Whether the digits lie shuffled now.
#[derive(Debug, Default)]
pub(crate) struct Pad {
    shuffled: Cell<bool>,
}

impl Pad {
    /// Lays the digits as the view wants it; a new page that wants them shuffled gets another order.
    pub(crate) fn fill(&self, app: &ui::App, view: &View, new: bool) {
        let wanted = view.preferences.shuffled && matches!(view.screen, Screen::Secret(_));
        let before = self.shuffled.replace(wanted);
        if wanted && (new || !before) {
            // The standard library's random keys are the operating system's randomness; each state is another one.
            let order = shuffled(|| RandomState::new().hash_one(0_u8));
            app.global::<ui::Pad>().set_order(ModelRc::from(order));
        } else if before && !wanted {
            app.global::<ui::Pad>().set_order(ModelRc::from(USUAL));
        }
    }
}

/// All ten digits in an order drawn from `random` (Fisher and Yates).
fn shuffled(mut random: impl FnMut() -> u64) -> [i32; 10] {
    let mut order = USUAL;
    for last in (1..order.len()).rev() {
        // of 2^64 numbers none of ten is noticeably likelier
        let at = usize::try_from(random() % (last as u64 + 1)).unwrap_or(last);
        order.swap(at, last);
    }
    order
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn every_digit_has_a_place(numbers in prop::collection::vec(any::<u64>(), 9)) {
            let mut numbers = numbers.into_iter();
            let mut order = shuffled(|| numbers.next().unwrap());
            order.sort_unstable();
            prop_assert_eq!(order, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
        }
    }

    #[test]
    fn each_digit_comes_to_each_place() {
        let mut seen = [[0_u32; 10]; 10];
        for _ in 0..5_000 {
            for (place, digit) in shuffled(|| RandomState::new().hash_one(0_u8)).into_iter().enumerate() {
                seen[place][usize::try_from(digit).unwrap()] += 1;
            }
        }
        // 500 are expected, with a deviation of 21
        assert!(
            seen.iter().flatten().all(|count| (350..650).contains(count)),
            "{seen:?}"
        );
    }
}
