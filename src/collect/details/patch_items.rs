//! Reads non-compliant items of type Patch, one instance at a time.

use std::sync::Arc;

use super::{DetailCalls, DetailReader};
use crate::collect::source::{Source, SourceResult};
use crate::model::{ComplianceType, NoncompliantPatch, NoncompliantPatches};

impl DetailReader for NoncompliantPatches {
    // As with items of type Association, the operation takes one id at a time.
    const BATCH_INSTANCES: usize = 1;

    async fn read<S: Source>(
        calls: &DetailCalls<'_, S>,
        ids: &[Arc<str>],
    ) -> SourceResult<Vec<(Arc<str>, Self)>> {
        let mut items = Vec::with_capacity(ids.len());
        for id in ids {
            let rows = calls.items(id, &ComplianceType::Patch).await?;
            let patches = NoncompliantPatch::from_rows(&rows, calls.interner);
            items.push((Arc::clone(id), patches));
        }
        Ok(items)
    }
}
