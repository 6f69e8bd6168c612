//! Reads non-compliant items of type Association, one instance at a time.

use std::sync::Arc;

use super::{DetailCalls, DetailReader};
use crate::collect::source::{Page, PageRequest, Source, SourceResult, TypeFilter};
use crate::model::{ComplianceType, ItemRow, NoncompliantAssociation, Operation};

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
            let rows = rows_of(calls, id).await?;
            let associations = NoncompliantAssociation::from_rows(&rows, calls.interner);
            items.push((Arc::clone(id), associations));
        }
        Ok(items)
    }
}

async fn rows_of<S: Source>(calls: &DetailCalls<'_, S>, id: &str) -> SourceResult<Vec<ItemRow>> {
    let operation = Operation::ListComplianceItems;
    calls
        .rows(operation, |page| fetch(calls.source, id, page))
        .await
}

async fn fetch<S: Source>(source: &S, id: &str, page: PageRequest) -> SourceResult<Page<ItemRow>> {
    let types = TypeFilter::Named(vec![ComplianceType::Association.as_str().to_owned()]);
    source.items(id, &types, &page).await
}
