//! Reads what explains instances of one target.

use std::sync::Arc;

use super::calls::{CallObserver, Calls, known, known_if_any, known_or_empty};
use super::purpose;
use super::shared::Shared;
use super::sighting::{Sighting, newest_of_each_type};
use super::source::InspectionSource;
use crate::collect::{SourceResult, TypeFilter};
use crate::explain::{Evidence, Read, TargetName};
use crate::model::{InstanceRow, ItemRow, PatchRow, SummaryRow};

/// The setting that names the role of the default host management configuration.
const HOST_MANAGEMENT_SETTING: &str = "/ssm/managed-instance/default-ec2-instance-management-role";

/// How many instances are asked about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Breadth {
    /// A few by name, so that each call names its instance.
    Few,
    /// All that are non-compliant, so that a call about many saves calls.
    Fleet,
}

/// Reads what explains instances of one target.
pub struct Inspector<S> {
    pub(super) calls: Calls<S>,
    pub(super) breadth: Breadth,
    pub(super) shared: Shared,
}

impl<S: InspectionSource> Inspector<S> {
    /// Resolves the credentials of a target, and asks STS at most once for its account.
    ///
    /// # Errors
    /// If there are no credentials that AWS accepts.
    pub async fn begin(
        source: Arc<S>,
        target: TargetName,
        observer: Arc<dyn CallObserver>,
    ) -> SourceResult<Self> {
        let account_id = source.begin().await?;
        let target = TargetName {
            account_id,
            ..target
        };
        Ok(Self {
            calls: Calls {
                source,
                target,
                observer,
            },
            breadth: Breadth::Few,
            shared: Shared::default(),
        })
    }

    /// The target, with its account's id.
    pub fn target(&self) -> &TargetName {
        &self.calls.target
    }

    /// Looks whether an instance is here, and how it fares. Two calls.
    pub async fn look(&self, id: &str) -> Sighting {
        let (listing, summaries) = tokio::join!(self.listing(id), self.summaries(id));
        Sighting {
            id: id.to_owned(),
            listing: known_if_any(purpose::LISTING.operation, listing),
            summaries: known(purpose::SUMMARIES.operation, summaries),
        }
    }

    async fn listing(&self, id: &str) -> SourceResult<Option<InstanceRow>> {
        let source = &self.calls.source;
        let fetch = async |page| source.instance(id, &page).await;
        let rows = self.calls.rows(purpose::LISTING, fetch).await?;
        Ok(rows.into_iter().find(|row: &InstanceRow| row.id == id))
    }

    pub(super) async fn summaries(&self, id: &str) -> SourceResult<Vec<SummaryRow>> {
        let rows = self.summaries_of(&[id.into()]).await?;
        Ok(newest_of_each_type(rows))
    }

    /// Reads the summaries of at most 20 instances.
    pub(super) async fn summaries_of(&self, ids: &[Arc<str>]) -> SourceResult<Vec<SummaryRow>> {
        let source = &self.calls.source;
        let fetch = async |page| source.summaries_of(ids, &page).await;
        self.calls.rows(purpose::SUMMARIES, fetch).await
    }

    /// Reads what else explains how the instance fares.
    pub async fn inspect(&self, sighting: Sighting) -> Evidence {
        // Its state would be thirty kilobytes of each caller's.
        Box::pin(self.inspect_with(sighting, Read::Unasked)).await
    }

    /// The same, where the patch state was read before.
    pub(super) async fn inspect_with(
        &self,
        sighting: Sighting,
        patch_state: Read<Option<PatchRow>>,
    ) -> Evidence {
        let (items, patching, associations, default_host_management) = tokio::join!(
            self.items_if_needed(&sighting),
            self.patching(&sighting, patch_state),
            self.statuses_if_needed(&sighting),
            self.host_management_if_needed(&sighting),
        );
        let histories = self.histories(&sighting, &items, &associations).await;
        Evidence {
            target: self.target().clone(),
            resource_id: sighting.id,
            listing: sighting.listing,
            summaries: sighting.summaries,
            items,
            patch_state: patching.state,
            patches: patching.patches,
            associations,
            histories,
            baseline: patching.baseline,
            assigned_baseline: patching.assigned_baseline,
            patch_command: patching.command,
            default_host_management,
        }
    }

    async fn items_if_needed(&self, sighting: &Sighting) -> Read<Vec<ItemRow>> {
        if !sighting.may_be_noncompliant() {
            return Read::Unasked;
        }
        let items = self.items(&sighting.id, &TypeFilter::All).await;
        known_or_empty(purpose::ITEMS.operation, items)
    }

    pub(super) async fn items(&self, id: &str, types: &TypeFilter) -> SourceResult<Vec<ItemRow>> {
        let source = &self.calls.source;
        let fetch = async |page| source.items(id, types, &page).await;
        self.calls.rows(purpose::ITEMS, fetch).await
    }

    /// Only an instance that is not managed may lack the role that the setting would give it.
    async fn host_management_if_needed(&self, sighting: &Sighting) -> Read<String> {
        if sighting.may_be_listed() {
            return Read::Unasked;
        }
        self.shared
            .host_management
            .get((), self.host_management())
            .await
    }

    async fn host_management(&self) -> Read<String> {
        let setting = self.calls.source.service_setting(HOST_MANAGEMENT_SETTING);
        let answer = self.calls.one(purpose::HOST_MANAGEMENT, setting).await;
        known(purpose::HOST_MANAGEMENT.operation, answer)
    }
}
