//! Reads patch states, fifty instances at a time.

use std::collections::HashMap;
use std::sync::Arc;

use super::{DetailCalls, DetailReader};
use crate::collect::source::{MAX_PAGE_ROWS, Page, PageRequest, Source, SourceResult};
use crate::model::{Interner, Operation, PatchCounts, PatchRow};

impl DetailReader for Option<PatchCounts> {
    const BATCH_INSTANCES: usize = MAX_PAGE_ROWS;

    async fn read<S: Source>(
        calls: &DetailCalls<'_, S>,
        ids: &[Arc<str>],
    ) -> SourceResult<Vec<(Arc<str>, Self)>> {
        let operation = Operation::DescribeInstancePatchStates;
        let rows = calls
            .rows(operation, |page| fetch(calls.source, ids, page))
            .await?;
        Ok(by_instance(ids, &rows, calls.interner))
    }
}

async fn fetch<S: Source>(
    source: &S,
    ids: &[Arc<str>],
    page: PageRequest,
) -> SourceResult<Page<PatchRow>> {
    source.patch_states(ids, &page).await
}

/// Returns the patch state of each of these instances.
fn by_instance(
    ids: &[Arc<str>],
    rows: &[PatchRow],
    interner: &Interner,
) -> Vec<(Arc<str>, Option<PatchCounts>)> {
    let rows: HashMap<&str, &PatchRow> = rows.iter().map(|row| (row.id.as_str(), row)).collect();
    let mut states = Vec::with_capacity(ids.len());
    for id in ids {
        // AWS leaves out the instances that were never scanned. That there is nothing is an answer
        // as well, so such an instance counts as read.
        let row = rows.get(&**id);
        let state = row.map(|row| PatchCounts::from_row(row, interner));
        states.push((Arc::clone(id), state));
    }
    states
}
