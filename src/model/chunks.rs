//! The instances of a target, in the order of their ids, in chunks of bounded size.
//!
//! A chunk is rendered as a whole, while its instances are in the processor's cache. It is also the
//! unit of copying when an instance appears or disappears, or when data changes while a page is
//! being rendered. A single list of all instances would have to be copied as a whole. Boundaries
//! move only where a chunk is split or where two are joined.

use std::iter::Peekable;
use std::mem;
use std::sync::Arc;

use super::instance::Instance;

/// The largest number of instances in a chunk.
// Large enough that a fleet of 100,000 has only some 400 chunks, and small enough that copying one
// costs next to nothing.
pub const MAX_CHUNK_INSTANCES: usize = 256;

/// A chunk with fewer instances than this is joined to its neighbour if both fit into one chunk.
/// That keeps the number of chunks in proportion to the fleet.
// It is well below half of the maximum: two chunks that have just been made by a split must not be
// joined again when a few of their instances go.
const MIN_CHUNK_INSTANCES: usize = MAX_CHUNK_INSTANCES / 4;

/// Instances in the order of their ids.
///
/// A clone shares the chunks. Changing a chunk while a clone is alive changes a copy of it.
#[derive(Clone, Debug, Default)]
pub struct Chunks(Vec<Arc<Vec<Instance>>>);

impl Chunks {
    /// Returns the chunks, none of which is empty.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &[Instance]> {
        self.0.iter().map(|chunk| chunk.as_slice())
    }

    /// Returns every instance, in the order of ids.
    pub fn instances(&self) -> impl Iterator<Item = &Instance> {
        self.0.iter().flat_map(|chunk| chunk.iter())
    }

    /// Finds the instance with this id.
    pub fn find(&self, id: &str) -> Option<&Instance> {
        let after = self
            .0
            .partition_point(|chunk| starts_at_or_before(chunk, id));
        let chunk = self.0.get(after.checked_sub(1)?)?;
        let at = chunk
            .binary_search_by(|instance| (*instance.id).cmp(id))
            .ok()?;
        chunk.get(at)
    }

    /// Visits every instance, and removes those of which nothing is known afterwards.
    pub fn update(&mut self, mut visit: impl FnMut(&mut Instance)) {
        for chunk in &mut self.0 {
            Arc::make_mut(chunk).iter_mut().for_each(&mut visit);
        }
        self.tidy();
    }

    /// Merges one value per id into the instances.
    ///
    /// Calls `visit` for every instance that is already known or that `values` names, with the
    /// value if there is one. `values` must be sorted by id and must name each id at most once.
    pub fn merge<T>(
        &mut self,
        values: impl IntoIterator<Item = (Arc<str>, T)>,
        mut visit: impl FnMut(&mut Instance, Option<T>),
    ) {
        let mut values = values.into_iter().peekable();
        let mut merged = Vec::with_capacity(self.0.len().max(1));
        let mut chunks = mem::take(&mut self.0).into_iter().peekable();
        // The loop runs once even if there is no chunk yet: the values of a first reading then make
        // up a chunk of their own.
        loop {
            let chunk = chunks.next().map(Arc::unwrap_or_clone).unwrap_or_default();
            let next_start = chunks.peek().and_then(|next| first_id(next));
            let chunk = merge_chunk(chunk, next_start.as_deref(), &mut values, &mut visit);
            merged.push(Arc::new(chunk));
            if chunks.peek().is_none() {
                break;
            }
        }
        self.0 = merged;
        self.tidy();
    }

    /// Removes the instances of which nothing is known, joins chunks that are too small, and splits
    /// those that are too large.
    fn tidy(&mut self) {
        let mut tidy: Vec<Arc<Vec<Instance>>> = Vec::with_capacity(self.0.len());
        for mut chunk in self.0.drain(..) {
            // The check comes first, because `make_mut` copies a chunk that a snapshot shares.
            if !chunk.iter().all(Instance::is_known) {
                Arc::make_mut(&mut chunk).retain(Instance::is_known);
            }
            match tidy.last_mut() {
                Some(last) if are_to_join(last, &chunk) => {
                    Arc::make_mut(last).append(Arc::make_mut(&mut chunk));
                }
                _ => push_split(&mut tidy, chunk),
            }
        }
        self.0 = tidy;
    }
}

fn first_id(chunk: &[Instance]) -> Option<Arc<str>> {
    chunk.first().map(|instance| Arc::clone(&instance.id))
}

fn starts_at_or_before(chunk: &[Instance], id: &str) -> bool {
    chunk.first().is_some_and(|first| *first.id <= *id)
}

fn are_to_join(left: &[Instance], right: &[Instance]) -> bool {
    left.len().min(right.len()) < MIN_CHUNK_INSTANCES
        && left.len() + right.len() <= MAX_CHUNK_INSTANCES
}

/// Merges the values before `next_start` into one chunk.
fn merge_chunk<T>(
    chunk: Vec<Instance>,
    next_start: Option<&str>,
    values: &mut Peekable<impl Iterator<Item = (Arc<str>, T)>>,
    visit: &mut impl FnMut(&mut Instance, Option<T>),
) -> Vec<Instance> {
    let mut merged = Vec::with_capacity(chunk.len());
    for mut known in chunk {
        while let Some((id, value)) = values.next_if(|(id, _)| *id < known.id) {
            merged.push(new_instance(id, value, visit));
        }
        let value = values
            .next_if(|(id, _)| *id == known.id)
            .map(|(_, value)| value);
        visit(&mut known, value);
        merged.push(known);
    }
    // Ids between this chunk and the next belong to this one, so that the next keeps its boundary.
    while let Some((id, value)) = values.next_if(|(id, _)| is_before(id, next_start)) {
        merged.push(new_instance(id, value, visit));
    }
    merged
}

fn is_before(id: &str, next_start: Option<&str>) -> bool {
    next_start.is_none_or(|next| id < next)
}

fn new_instance<T>(
    id: Arc<str>,
    value: T,
    visit: &mut impl FnMut(&mut Instance, Option<T>),
) -> Instance {
    let mut instance = Instance::named(id);
    visit(&mut instance, Some(value));
    instance
}

/// Pushes `chunk` in even parts of at most [`MAX_CHUNK_INSTANCES`], none of which has unused
/// capacity.
fn push_split(chunks: &mut Vec<Arc<Vec<Instance>>>, mut chunk: Arc<Vec<Instance>>) {
    let parts = chunk.len().div_ceil(MAX_CHUNK_INSTANCES);
    if parts == 1 {
        shrink(&mut chunk);
        chunks.push(chunk);
    } else {
        push_parts(chunks, Arc::unwrap_or_clone(chunk), parts);
    }
}

/// Gives up unused capacity.
fn shrink(chunk: &mut Arc<Vec<Instance>>) {
    // A chunk that a snapshot shares is left as it is: shrinking it would mean copying it.
    if let Some(chunk) = Arc::get_mut(chunk) {
        chunk.shrink_to_fit();
    }
}

fn push_parts(chunks: &mut Vec<Arc<Vec<Instance>>>, chunk: Vec<Instance>, parts: usize) {
    let all = chunk.len();
    // The first reading of a fleet arrives as one chunk. Splitting it in halves with `split_off`
    // would leave each part with capacity for all that was left, so each part is collected anew.
    let mut instances = chunk.into_iter();
    for part in 0..parts {
        let length = all * (part + 1) / parts - all * part / parts;
        let instances = instances.by_ref().take(length);
        chunks.push(Arc::new(instances.collect()));
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::super::details::{Detail, DetailMark};
    use super::*;

    fn merge(chunks: &mut Chunks, ids: &BTreeSet<u16>) {
        let values = ids.iter().map(|id| (Arc::from(format!("i-{id:05}")), ()));
        chunks.merge(values, |instance, value| {
            instance.items = value.map(|()| {
                Box::new(Detail {
                    mark: DetailMark::default(),
                    content: Box::default(),
                })
            })
        });
    }

    fn ids() -> impl Strategy<Value = BTreeSet<u16>> {
        // Ranges move every chunk boundary just as well as thousands of single ids, which are slow
        // to generate and to shrink.
        let range = (0_u16..3000, 0_u16..600, 1_usize..5);
        prop::collection::vec(range, 0..4).prop_map(|ranges| {
            ranges
                .into_iter()
                .flat_map(|(start, len, step)| (start..start + len).step_by(step))
                .collect()
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

        #[test]
        fn after_any_merges_the_ids_are_the_last_ones_in_order_and_chunks_are_bounded(
            rounds in prop::collection::vec(ids(), 1..6)
        ) {
            let mut chunks = Chunks::default();
            for ids in &rounds {
                merge(&mut chunks, ids);
                let expected = ids.iter().map(|id| format!("i-{id:05}"));
                prop_assert!(chunks.instances().map(|i| &*i.id).eq(expected));
                for id in (0..3600).step_by(41) {
                    prop_assert_eq!(chunks.find(&format!("i-{id:05}")).is_some(), ids.contains(&id));
                }
                prop_assert!(chunks.iter().all(|chunk| !chunk.is_empty() && chunk.len() <= MAX_CHUNK_INSTANCES));
                prop_assert!(chunks.iter().len() <= 1 + ids.len() / (MIN_CHUNK_INSTANCES / 2));
            }
        }
    }

    #[test]
    fn a_fleet_read_for_the_first_time_takes_no_more_room_than_its_instances() {
        let mut chunks = Chunks::default();
        merge(&mut chunks, &(0..20_000).collect());
        let room: usize = chunks.0.iter().map(|chunk| chunk.capacity()).sum();
        assert_eq!(room, 20_000);
    }

    #[test]
    fn one_more_instance_leaves_the_other_chunks_as_they_are() {
        let mut ids: BTreeSet<u16> = (0..2000).map(|id| id * 2).collect();
        let mut chunks = Chunks::default();
        merge(&mut chunks, &ids);
        let before: Vec<usize> = chunks.iter().map(<[Instance]>::len).collect();
        ids.insert(1);
        merge(&mut chunks, &ids);
        let after: Vec<usize> = chunks.iter().map(<[Instance]>::len).collect();
        assert_eq!(before[1..], after[1..]);
        assert_eq!(before[0] + 1, after[0]);
    }
}
