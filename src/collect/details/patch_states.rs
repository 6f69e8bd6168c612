//! Reading patch states, fifty instances at a time.

use std::collections::HashMap;
use std::sync::Arc;

use super::{DetailCalls, DetailReader};
use crate::collect::source::{MAX_PAGE_ROWS, Source, SourceResult};
use crate::model::{Collected, Operation, PartialRead, PatchCounts};

impl DetailReader for Option<PatchCounts> {
    const BATCH_INSTANCES: usize = MAX_PAGE_ROWS;

    async fn read<S: Source>(
        calls: &DetailCalls<'_, S>,
        ids: &[Arc<str>],
    ) -> SourceResult<Vec<(Arc<str>, Self)>> {
        let fetch = |page| async move { calls.source.patch_states(ids, &page).await };
        let rows = calls
            .rows(Operation::DescribeInstancePatchStates, fetch)
            .await?;
        // AWS leaves out the instances that were never scanned.
        let mut states: HashMap<Arc<str>, Self> =
            ids.iter().map(|id| (Arc::clone(id), None)).collect();
        for row in rows {
            if let Some(state) = states.get_mut(row.id.as_str()) {
                *state = Some(PatchCounts::from_row(&row, calls.interner));
            }
        }
        Ok(states.into_iter().collect())
    }

    fn collected(read: PartialRead<Self>) -> Collected {
        Collected::Patches(read)
    }
}
