//! Whether a reading that lost most of a fleet at once is to be believed.
//!
//! AWS, or a proxy in front of it, may answer well-formed and far too little. A fleet may also
//! really shrink, as when a test account is switched off for the night. The two look alike, so a
//! sudden loss is believed once a second reading, in a later refresh, says the same.

use std::collections::HashSet;
use std::hash::Hash;

/// Fleets of no more than this may come and go at once.
const MAX_UNGUARDED: usize = 10;

/// A reading that lost most of what was known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SuddenLoss {
    /// How many there were.
    pub known: usize,
    /// How many of them the reading misses.
    pub missing: usize,
}

/// Whether a reading is to be believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Belief {
    /// It is much like the last one.
    AtOnce,
    /// It lost most of the fleet, as the reading before it did.
    Confirmed,
    /// It lost most of the fleet, and is the first to say so.
    Doubted(SuddenLoss),
}

impl Belief {
    /// `Ok` if the reading is to be believed.
    pub(super) fn believed(self) -> Result<(), SuddenLoss> {
        match self {
            Self::Doubted(loss) => Err(loss),
            Self::AtOnce | Self::Confirmed => Ok(()),
        }
    }
}

/// Remembers a reading that was doubted until the next one.
#[derive(Clone, Debug)]
pub(super) struct LossGuard<K>(Option<HashSet<K>>);

impl<K> Default for LossGuard<K> {
    fn default() -> Self {
        Self(None)
    }
}

impl<K: Eq + Hash> LossGuard<K> {
    /// Judges a reading by the `loss` that it means, if there is one, and remembers what it `has`
    /// if it is doubted.
    pub(super) fn judge(
        &mut self,
        loss: Option<SuddenLoss>,
        has: impl FnOnce() -> HashSet<K>,
    ) -> Belief {
        let doubted = self.0.take();
        if loss.is_none() && doubted.is_none() {
            return Belief::AtOnce;
        }
        let has = has();
        match (doubted, loss) {
            (Some(doubted), _) if is_much_like(&doubted, &has) => Belief::Confirmed,
            (_, Some(loss)) => {
                self.0 = Some(has);
                Belief::Doubted(loss)
            }
            (_, None) => Belief::AtOnce,
        }
    }
}

/// Whether neither lacks most of the other.
fn is_much_like<K: Eq + Hash>(one: &HashSet<K>, other: &HashSet<K>) -> bool {
    sudden_loss(one, |key| other.contains(*key)).is_none()
        && sudden_loss(other, |key| one.contains(*key)).is_none()
}

/// The loss that it means if of all that is `known` only those are left that the reading `has`.
pub(super) fn sudden_loss<T>(
    known: impl IntoIterator<Item = T>,
    has: impl Fn(&T) -> bool,
) -> Option<SuddenLoss> {
    let (mut all, mut missing) = (0, 0);
    for key in known {
        all += 1;
        missing += usize::from(!has(&key));
    }
    (all > MAX_UNGUARDED && missing * 2 > all).then_some(SuddenLoss {
        known: all,
        missing,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judge(guard: &mut LossGuard<u32>, known: u32, read: &[u32]) -> Belief {
        let has: HashSet<u32> = read.iter().copied().collect();
        guard.judge(sudden_loss(0..known, |key| has.contains(key)), || {
            has.clone()
        })
    }

    #[test]
    fn half_a_fleet_may_go_at_once_and_more_is_doubted_until_it_is_read_again() {
        let mut guard = LossGuard::default();
        assert_eq!(
            judge(&mut guard, 20, &[0, 1, 2, 3, 4, 5, 6, 7, 8, 9]),
            Belief::AtOnce
        );
        let few = [0, 1, 2, 3, 4, 5, 6, 7, 8];
        assert_eq!(
            judge(&mut guard, 20, &few),
            Belief::Doubted(SuddenLoss {
                known: 20,
                missing: 11
            })
        );
        assert_eq!(judge(&mut guard, 20, &few), Belief::Confirmed);
    }

    #[test]
    fn ten_instances_may_all_go_at_once() {
        assert_eq!(judge(&mut LossGuard::default(), 10, &[]), Belief::AtOnce);
        assert!(matches!(
            judge(&mut LossGuard::default(), 11, &[]),
            Belief::Doubted(_)
        ));
    }

    #[test]
    fn two_readings_that_each_lost_another_part_do_not_confirm_each_other() {
        let mut guard = LossGuard::default();
        let (first, second): (Vec<u32>, Vec<u32>) = ((0..20).collect(), (20..40).collect());
        assert!(matches!(judge(&mut guard, 100, &first), Belief::Doubted(_)));
        assert!(matches!(
            judge(&mut guard, 100, &second),
            Belief::Doubted(_)
        ));
        assert_eq!(judge(&mut guard, 100, &second), Belief::Confirmed);
    }

    #[test]
    fn a_good_reading_between_two_losses_makes_the_second_doubted_again() {
        let mut guard = LossGuard::default();
        assert!(matches!(judge(&mut guard, 20, &[]), Belief::Doubted(_)));
        assert_eq!(
            judge(&mut guard, 20, &(0..20).collect::<Vec<_>>()),
            Belief::AtOnce
        );
        assert!(matches!(judge(&mut guard, 20, &[]), Belief::Doubted(_)));
    }
}
