//! Decides whether to believe a reading that lacks most of a fleet.
//!
//! AWS, or a proxy in front of it, may send an answer that is well-formed and far too short. But a
//! fleet may also really shrink, for example when a test account is switched off for the night. The
//! two look alike, so a sudden loss is believed once a second reading, in a later refresh, confirms
//! it.

use std::collections::HashSet;
use std::hash::Hash;

/// The largest number of instances that may disappear at once without a doubt.
// In a fleet this small, losing most of it is everyday business: three of five machines may well be
// stopped together.
const MAX_UNGUARDED_INSTANCES: usize = 10;

/// Describes a reading that lost most of what was known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SuddenLoss {
    /// The number of entries that were known before.
    pub known: usize,
    /// The number of those that the reading lacks.
    pub missing: usize,
}

/// The verdict on a reading.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Belief {
    /// The reading is much like the last one, and is believed.
    AtOnce,
    /// The reading lost most of the fleet as the one before it did, and is believed.
    Confirmed,
    /// The reading is the first that lost most of the fleet, and is not believed yet.
    Doubted(SuddenLoss),
}

impl Belief {
    /// Returns `Ok` if the reading is to be believed.
    pub(crate) fn believed(self) -> Result<(), SuddenLoss> {
        match self {
            Self::Doubted(loss) => Err(loss),
            Self::AtOnce | Self::Confirmed => Ok(()),
        }
    }
}

/// Remembers what a doubted reading had, until the next reading.
#[derive(Clone, Debug)]
pub(crate) struct LossGuard<K>(Option<HashSet<K>>);

impl<K> Default for LossGuard<K> {
    fn default() -> Self {
        Self(None)
    }
}

impl<K: Eq + Hash> LossGuard<K> {
    /// Judges a reading by the `loss` that it would mean, if it means one. `has` returns the keys
    /// of the reading, which are remembered if the reading is doubted.
    pub(crate) fn judge(
        &mut self,
        loss: Option<SuddenLoss>,
        has: impl FnOnce() -> HashSet<K>,
    ) -> Belief {
        let doubted = self.0.take();
        // This is nearly always the case, and a set of a hundred thousand ids is not built for it.
        if loss.is_none() && doubted.is_none() {
            return Belief::AtOnce;
        }
        let has = has();
        match (doubted, loss) {
            // It does not suffice that the second reading lost much as well. A proxy that cuts
            // answers off at random would have two different parts of a fleet disappear.
            (Some(doubted), _) if is_much_like(&doubted, &has) => Belief::Confirmed,
            (_, Some(loss)) => {
                self.0 = Some(has);
                Belief::Doubted(loss)
            }
            (_, None) => Belief::AtOnce,
        }
    }
}

/// Says whether each of two readings has at least half of the other.
fn is_much_like<K: Eq + Hash>(one: &HashSet<K>, other: &HashSet<K>) -> bool {
    sudden_loss(one, |key| other.contains(*key)).is_none()
        && sudden_loss(other, |key| one.contains(*key)).is_none()
}

/// Returns the loss that a reading means if it lacks more than half of what is `known`. `has` says
/// whether the reading has an entry.
pub(crate) fn sudden_loss<T>(
    known: impl IntoIterator<Item = T>,
    has: impl Fn(&T) -> bool,
) -> Option<SuddenLoss> {
    let mut all = 0;
    let mut missing = 0;
    for key in known {
        all += 1;
        missing += usize::from(!has(&key));
    }
    let loss = SuddenLoss {
        known: all,
        missing,
    };
    (all > MAX_UNGUARDED_INSTANCES && missing * 2 > all).then_some(loss)
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
