//! What the calls for details have in common.

use crate::collect::pagination::{self, AbsentList, Listing};
use crate::collect::progress::Progress;
use crate::collect::source::{Page, PageRequest, Source, SourceResult, TypeFilter};
use crate::model::{ComplianceType, Interner, ItemRow, Operation};

/// What the calls for details need.
pub(in crate::collect) struct DetailCalls<'a, S> {
    pub(in crate::collect) source: &'a S,
    pub(in crate::collect) interner: &'a Interner,
    pub(in crate::collect) progress: &'a Progress,
    /// What an answer without its list means.
    pub(in crate::collect) absent_list: AbsentList,
}

impl<S: Source> DetailCalls<'_, S> {
    /// Reads the non-compliant items that one instance has of one compliance type.
    pub(super) async fn items(
        &self,
        id: &str,
        compliance_type: &ComplianceType,
    ) -> SourceResult<Vec<ItemRow>> {
        let types = TypeFilter::Named(vec![compliance_type.as_str().to_owned()]);
        self.rows(Operation::ListComplianceItems, |page| {
            items_page(self.source, id, &types, page)
        })
        .await
    }

    /// Reads all pages of one call for details.
    pub(super) async fn rows<T, F>(
        &self,
        operation: Operation,
        fetch: impl Fn(PageRequest) -> F,
    ) -> SourceResult<Vec<T>>
    where
        F: Future<Output = SourceResult<Page<T>>>,
    {
        // One page is enough for nearly every call, but AWS may send a token with any of them, even
        // with an empty page.
        let listing = Listing {
            operation,
            absent_list: self.absent_list,
        };
        let mut rows = Vec::new();
        let noted = |request| self.progress.noting(fetch(request));
        pagination::read(listing, noted, |page| rows.extend(page)).await?;
        Ok(rows)
    }
}

async fn items_page<S: Source>(
    source: &S,
    id: &str,
    types: &TypeFilter,
    page: PageRequest,
) -> SourceResult<Page<ItemRow>> {
    source.items(id, types, &page).await
}
