//! Reads non-compliant items of type Association, one instance at a time.

use std::sync::Arc;

use super::{DetailCalls, DetailReader};
use crate::collect::source::{Source, SourceResult};
use crate::model::{ComplianceType, NoncompliantAssociation};

impl DetailReader for Box<[NoncompliantAssociation]> {
    // The operation takes a list of ids, but AWS's API reference says that only one of them can be
    // specified at present.
    const BATCH_INSTANCES: usize = 1;

    async fn read<S: Source>(
        calls: &DetailCalls<'_, S>,
        ids: &[Arc<str>],
    ) -> SourceResult<Vec<(Arc<str>, Self)>> {
        let mut items = Vec::with_capacity(ids.len());
        for id in ids {
            let rows = calls.items(id, &ComplianceType::Association).await?;
            let associations = NoncompliantAssociation::from_rows(&rows, calls.interner);
            items.push((Arc::clone(id), associations));
        }
        Ok(items)
    }
}
