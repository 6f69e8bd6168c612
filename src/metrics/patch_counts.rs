//! Counts of single patches and vulnerabilities over the instances of a target.

use std::collections::HashMap;
use std::hash::Hash;
use std::ptr;

use crate::model::{Instance, NoncompliantPatch};

/// The largest number of different patches, and of different vulnerabilities, that a target shows.
// The ids of patches are free text. A repository with a version in every name, or whoever may put
// compliance items, must not be able to add series without end.
const MAX_SERIES: usize = 20_000;

/// The values of the labels by which patches are counted: id, state, classification and severity.
pub(super) type PatchLabels<'a> = [&'a str; 4];

/// The number of instances that each patch, and each vulnerability, makes non-compliant.
#[derive(Debug, Default)]
pub(super) struct PatchCounts<'a> {
    /// The number of instances that were counted so far.
    instances: u64,
    patches: InstanceCounter<PatchLabels<'a>>,
    vulnerabilities: InstanceCounter<&'a str>,
    /// What each patch counts for. Patches are interned, so an address stands for a patch.
    places: HashMap<*const NoncompliantPatch, Places>,
}

/// The places in the two counters that one patch counts for.
#[derive(Debug)]
struct Places {
    patch: usize,
    vulnerabilities: Box<[usize]>,
}

/// Counts instances by a key. An instance that has a key twice counts once.
#[derive(Debug)]
struct InstanceCounter<K> {
    places: HashMap<K, usize>,
    counts: Vec<KeyCount<K>>,
}

#[derive(Debug)]
struct KeyCount<K> {
    key: K,
    instances: u64,
    /// The number of the last instance that was counted.
    last: u64,
}

// === impl PatchCounts ===

impl<'a> PatchCounts<'a> {
    /// Counts the patches of one more instance.
    pub(super) fn add(&mut self, instance: &'a Instance) {
        self.instances += 1;
        for patch in instance.noncompliant_patches() {
            self.add_patch(patch);
        }
    }

    fn add_patch(&mut self, patch: &'a NoncompliantPatch) {
        // The texts of a patch are looked at once, and not once for each instance that lacks it.
        let places = self
            .places
            .entry(ptr::from_ref(patch))
            .or_insert_with(|| Places {
                patch: self.patches.place(labels(patch)),
                vulnerabilities: patch
                    .cve_ids()
                    .map(|id| self.vulnerabilities.place(id))
                    .collect(),
            });
        self.patches.count(places.patch, self.instances);
        for place in &places.vulnerabilities {
            self.vulnerabilities.count(*place, self.instances);
        }
    }

    /// The number of instances by patch and its state, in the order of labels.
    pub(super) fn by_patch(&self) -> Vec<(PatchLabels<'a>, u64)> {
        self.patches.most_frequent(MAX_SERIES)
    }

    /// The number of instances by vulnerability, in the order of their ids.
    pub(super) fn by_vulnerability(&self) -> Vec<(&'a str, u64)> {
        self.vulnerabilities.most_frequent(MAX_SERIES)
    }
}

fn labels(patch: &NoncompliantPatch) -> PatchLabels<'_> {
    [
        &patch.id,
        &patch.state,
        &patch.classification,
        &patch.severity,
    ]
}

// === impl InstanceCounter ===

impl<K> Default for InstanceCounter<K> {
    fn default() -> Self {
        Self {
            places: HashMap::new(),
            counts: Vec::new(),
        }
    }
}

impl<K: Copy + Eq + Hash + Ord> InstanceCounter<K> {
    /// The place of a key.
    fn place(&mut self, key: K) -> usize {
        let next = self.counts.len();
        let place = *self.places.entry(key).or_insert(next);
        if place == next {
            self.counts.push(KeyCount {
                key,
                instances: 0,
                last: 0,
            });
        }
        place
    }

    /// Counts an instance, whose number is above 0, for the key at a place.
    fn count(&mut self, place: usize, instance: u64) {
        // Several patches of an instance close one vulnerability, and a patch may come with two
        // titles.
        if let Some(count) = self.counts.get_mut(place)
            && count.last != instance
        {
            count.last = instance;
            count.instances += 1;
        }
    }

    /// Those `most` keys that most instances have, in the order of keys.
    fn most_frequent(&self, most: usize) -> Vec<(K, u64)> {
        let mut counts: Vec<(K, u64)> = self
            .counts
            .iter()
            .map(|count| (count.key, count.instances))
            .collect();
        if counts.len() > most {
            counts.sort_unstable_by(|(a, left), (b, right)| right.cmp(left).then(a.cmp(b)));
            counts.truncate(most);
        }
        counts.sort_unstable();
        counts
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_instance_counts_once_for_a_key_that_it_has_twice() {
        let mut counter = InstanceCounter::default();
        for (key, instance) in [("b", 1), ("a", 1), ("b", 1), ("b", 2)] {
            let place = counter.place(key);
            counter.count(place, instance);
        }
        assert_eq!(counter.most_frequent(9), [("a", 1), ("b", 2)]);
    }

    #[test]
    fn the_keys_of_most_instances_are_kept_whatever_the_order_in_which_they_came() {
        for keys in [["a", "c", "b", "c"], ["c", "b", "c", "a"]] {
            let mut counter = InstanceCounter::default();
            for (instance, key) in (1..).zip(keys) {
                let place = counter.place(key);
                counter.count(place, instance);
            }
            assert_eq!(counter.most_frequent(2), [("a", 1), ("c", 2)]);
        }
    }
}
