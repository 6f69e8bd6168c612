//! Reading non-compliant items of type Association, one instance at a time.

use std::sync::Arc;

use super::{DetailCalls, DetailReader};
use crate::collect::source::{Source, SourceResult};
use crate::model::{Collected, NoncompliantAssociation, Operation, PartialRead};

impl DetailReader for Box<[NoncompliantAssociation]> {
    /// `ListComplianceItems` takes one resource.
    const BATCH_INSTANCES: usize = 1;

    async fn read<S: Source>(
        calls: &DetailCalls<'_, S>,
        ids: &[Arc<str>],
    ) -> SourceResult<Vec<(Arc<str>, Self)>> {
        let mut items = Vec::with_capacity(ids.len());
        for id in ids {
            let fetch = |page| async move { calls.source.items(id, &page).await };
            let rows = calls.rows(Operation::ListComplianceItems, fetch).await?;
            let associations = NoncompliantAssociation::from_rows(&rows, calls.interner);
            items.push((Arc::clone(id), associations));
        }
        Ok(items)
    }

    fn collected(read: PartialRead<Self>) -> Collected {
        Collected::Items(read)
    }
}
