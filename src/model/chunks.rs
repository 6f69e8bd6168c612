//! The instances of a target, in the order of their ids, in chunks of bounded size.
//!
//! A chunk is what is rendered at once, while its instances are at hand. It is also what is copied
//! when an instance comes or goes, and when something changes while a page is rendered of it: a
//! single list of all instances would be copied whole. Boundaries move only where a chunk is split
//! or joined.

use std::iter::Peekable;
use std::mem;
use std::sync::Arc;

use super::instance::Instance;

/// The most instances of a chunk.
pub const MAX_CHUNK_INSTANCES: usize = 256;

/// Below this a chunk is joined to its neighbour, so that their number stays in proportion to the
/// fleet.
const MIN_CHUNK_INSTANCES: usize = MAX_CHUNK_INSTANCES / 4;

/// Instances in the order of their ids.
///
/// A clone shares the chunks. Whoever changes one while a clone is alive changes a copy of it.
#[derive(Clone, Debug, Default)]
pub struct Chunks(Vec<Arc<Vec<Instance>>>);

impl Chunks {
    /// The chunks, none of them empty.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &[Instance]> {
        self.0.iter().map(|chunk| chunk.as_slice())
    }

    /// Every instance, in the order of ids.
    pub fn instances(&self) -> impl Iterator<Item = &Instance> {
        self.0.iter().flat_map(|chunk| chunk.iter())
    }

    /// The instance of this id.
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

    /// Visits every instance. Those of which nothing is known afterwards are removed.
    pub fn update(&mut self, mut visit: impl FnMut(&mut Instance)) {
        for chunk in &mut self.0 {
            Arc::make_mut(chunk).iter_mut().for_each(&mut visit);
        }
        self.tidy();
    }

    /// Brings in one value per id: `visit` gets every instance that is known or named, and the
    /// value where it is named.
    ///
    /// `values` are in the order of ids, each id once.
    pub fn merge<T>(
        &mut self,
        values: impl IntoIterator<Item = (Arc<str>, T)>,
        mut visit: impl FnMut(&mut Instance, Option<T>),
    ) {
        let mut values = values.into_iter().peekable();
        let mut merged = Vec::with_capacity(self.0.len().max(1));
        let mut chunks = mem::take(&mut self.0).into_iter().peekable();
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

/// Brings the values before `next_start` into one chunk.
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
    let is_before_next = |id: &str| next_start.is_none_or(|next| id < next);
    while let Some((id, value)) = values.next_if(|(id, _)| is_before_next(id)) {
        merged.push(new_instance(id, value, visit));
    }
    merged
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

/// Pushes `chunk` in even parts of at most [`MAX_CHUNK_INSTANCES`], none with room to spare.
///
/// The first reading of a fleet comes as one chunk. Parts that are cut off it by halves would keep
/// room for all of it, each.
fn push_split(chunks: &mut Vec<Arc<Vec<Instance>>>, mut chunk: Arc<Vec<Instance>>) {
    let parts = chunk.len().div_ceil(MAX_CHUNK_INSTANCES);
    if parts == 1 {
        // A chunk that somebody else shares is left as it is: shrinking it would copy it.
        if let Some(chunk) = Arc::get_mut(&mut chunk) {
            chunk.shrink_to_fit();
        }
        chunks.push(chunk);
        return;
    }
    let all = chunk.len();
    let mut instances = Arc::unwrap_or_clone(chunk).into_iter();
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
        // As ranges, because thousands of single ids are slow to make and to shrink: every chunk
        // boundary moves all the same.
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
