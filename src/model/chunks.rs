//! The instances of a target, in the order of their ids, in chunks of bounded size.
//!
//! A chunk is what is rendered at once, while its instances are at hand, and what is copied when an
//! instance comes or goes: a list of all of them would be copied whole, and shift all that follow.
//! Boundaries move only where a chunk is split or joined.

use std::sync::Arc;

use super::instance::Instance;

/// The most instances of a chunk.
pub const MAX_CHUNK_INSTANCES: usize = 256;

/// Below this a chunk is joined to its neighbour, so that their number stays in proportion to the
/// fleet.
const MIN_CHUNK_INSTANCES: usize = MAX_CHUNK_INSTANCES / 4;

/// Instances in the order of their ids.
#[derive(Debug, Default)]
pub struct Chunks(Vec<Vec<Instance>>);

impl Chunks {
    /// The chunks, none of them empty.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &[Instance]> {
        self.0.iter().map(Vec::as_slice)
    }

    /// Every instance, in the order of ids.
    pub fn instances(&self) -> impl Iterator<Item = &Instance> {
        self.0.iter().flatten()
    }

    /// The instance of this id.
    pub fn find(&self, id: &str) -> Option<&Instance> {
        let after = self
            .0
            .partition_point(|chunk| chunk.first().is_some_and(|first| *first.id <= *id));
        let chunk = self.0.get(after.checked_sub(1)?)?;
        chunk
            .binary_search_by(|instance| (*instance.id).cmp(id))
            .ok()
            .and_then(|at| chunk.get(at))
    }

    /// Visits every instance; those that nothing is known of afterwards are removed.
    pub fn update(&mut self, mut visit: impl FnMut(&mut Instance)) {
        for chunk in &mut self.0 {
            chunk.iter_mut().for_each(&mut visit);
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
        let mut chunks = std::mem::take(&mut self.0);
        if chunks.is_empty() {
            chunks.push(Vec::new());
        }
        let firsts: Vec<Option<Arc<str>>> = chunks
            .iter()
            .skip(1)
            .map(|chunk| chunk.first().map(|i| Arc::clone(&i.id)))
            .chain([None])
            .collect();
        for (chunk, end) in chunks.iter_mut().zip(firsts) {
            let mut merged = Vec::with_capacity(chunk.len());
            for mut known in chunk.drain(..) {
                while let Some((id, value)) = values.next_if(|(id, _)| *id < known.id) {
                    merged.push(visited(Instance::named(id), Some(value), &mut visit));
                }
                let value = values
                    .next_if(|(id, _)| *id == known.id)
                    .map(|(_, value)| value);
                visit(&mut known, value);
                merged.push(known);
            }
            while let Some((id, value)) =
                values.next_if(|(id, _)| end.as_ref().is_none_or(|end| id < end))
            {
                merged.push(visited(Instance::named(id), Some(value), &mut visit));
            }
            *chunk = merged;
        }
        self.0 = chunks;
        self.tidy();
    }

    fn tidy(&mut self) {
        let mut tidy: Vec<Vec<Instance>> = Vec::with_capacity(self.0.len());
        for mut chunk in self.0.drain(..) {
            chunk.retain(Instance::is_known);
            match tidy.last_mut() {
                Some(last)
                    if last.len().min(chunk.len()) < MIN_CHUNK_INSTANCES
                        && last.len() + chunk.len() <= MAX_CHUNK_INSTANCES =>
                {
                    last.append(&mut chunk);
                }
                _ => split_into(&mut tidy, chunk),
            }
        }
        self.0 = tidy;
    }
}

fn visited<T>(
    mut instance: Instance,
    value: Option<T>,
    visit: &mut impl FnMut(&mut Instance, Option<T>),
) -> Instance {
    visit(&mut instance, value);
    instance
}

/// Pushes `chunk` in even parts of at most [`MAX_CHUNK_INSTANCES`], none with room to spare: the first read of a
/// fleet comes as one chunk, and parts cut off it by halves would keep room for all of it, each.
fn split_into(chunks: &mut Vec<Vec<Instance>>, mut chunk: Vec<Instance>) {
    let (parts, all) = (chunk.len().div_ceil(MAX_CHUNK_INSTANCES), chunk.len());
    if parts == 1 {
        chunk.shrink_to_fit();
        return chunks.push(chunk);
    }
    let mut instances = chunk.into_iter();
    for part in 0..parts {
        let length = all * (part + 1) / parts - all * part / parts;
        chunks.push(instances.by_ref().take(length).collect());
    }
}

impl Instance {
    fn named(id: Arc<str>) -> Self {
        Self {
            id,
            listing: None,
            summaries: Box::default(),
            patches: None,
            items: None,
        }
    }

    /// Whether anything but the id is known.
    fn is_known(&self) -> bool {
        self.listing.is_some()
            || !self.summaries.is_empty()
            || self.patches.is_some()
            || self.items.is_some()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::super::DetailMark;
    use super::super::instance::ItemDetail;
    use super::*;

    fn merge(chunks: &mut Chunks, ids: &BTreeSet<u16>) {
        let values = ids.iter().map(|id| (Arc::from(format!("i-{id:05}")), ()));
        chunks.merge(values, |instance, value| {
            instance.items = value.map(|()| {
                Box::new(ItemDetail {
                    mark: DetailMark::default(),
                    associations: Box::default(),
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
        let room: usize = chunks.0.iter().map(Vec::capacity).sum();
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
