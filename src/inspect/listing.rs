//! Lists the managed instances of a target, as pages come.

use std::collections::HashSet;

use tokio::sync::mpsc;

use super::inspector::Inspector;
use super::purpose;
use super::source::InspectionSource;
use crate::collect::SourceResult;
use crate::model::{InstanceRow, SummaryRow};

impl<S: InspectionSource> Inspector<S> {
    /// Lists all managed instances, a page for each 50.
    ///
    /// # Errors
    /// If the listing cannot be read to its end.
    pub async fn listings(&self) -> SourceResult<Vec<InstanceRow>> {
        let source = &self.calls.source;
        let fetch = async |page| source.instances(&page).await;
        self.calls.rows(purpose::ALL_LISTINGS, fetch).await
    }

    /// Sends those of the listed instances that are wanted, each once, as they come.
    ///
    /// # Errors
    /// If the listing cannot be read to its end.
    // A listing cannot be read faster than page by page, so its reader does not wait for its end.
    pub(super) async fn list_among(
        &self,
        mut wanted: HashSet<String>,
        listed: mpsc::UnboundedSender<InstanceRow>,
    ) -> SourceResult<()> {
        let source = &self.calls.source;
        let fetch = async |page| source.instances(&page).await;
        let take = |page: Vec<InstanceRow>| {
            for row in page {
                // A listing that is begun again has some instances twice.
                if wanted.remove(&row.id) {
                    // Nobody wants the rest if this fails.
                    let _ = listed.send(row);
                }
            }
        };
        self.calls
            .each_page(purpose::ALL_LISTINGS, fetch, take)
            .await
    }
}

/// The resources of these summaries, each once, in the order in which they came.
pub(super) fn resources_of(summaries: Vec<SummaryRow>) -> Vec<String> {
    let mut known = HashSet::new();
    let ids = summaries.into_iter().map(|row| row.resource_id);
    ids.filter(|id| known.insert(id.clone())).collect()
}
