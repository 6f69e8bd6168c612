//! The evidence of one instance as the refreshes have recorded it, for readers that call nobody.
//!
//! It has less in it than what live calls read: no history of associations, no settings of
//! baselines, and patches by name only where the refreshes read them.

use super::evidence::{Evidence, Read, ReadFailure, TargetName};
use super::rows::{BaselineSettings, InstancePatchRow};
use crate::model::{
    Collector, ComplianceType, DetailMark, Instance, InstanceRow, ItemCounts, ItemRow, Listing,
    NoncompliantAssociation, NoncompliantPatch, PatchCounts, PatchRow, Severity, Summary,
    SummaryRow, Target,
};

/// Returns what the refreshes of `target` know of one of its instances.
pub fn recorded_evidence(target: &Target, name: TargetName, instance: &Instance) -> Evidence {
    let recorded = Recorded { target, instance };
    Evidence {
        target: name,
        resource_id: instance.id.to_string(),
        listing: recorded.listing(),
        summaries: recorded.summaries(),
        items: recorded.items(),
        patch_state: recorded.patch_state(),
        patches: recorded.patches(),
        baseline: recorded.baseline(),
        ..Evidence::default()
    }
}

/// An instance with the target that it belongs to.
#[derive(Clone, Copy)]
struct Recorded<'a> {
    target: &'a Target,
    instance: &'a Instance,
}

// === impl Recorded ===

impl<'a> Recorded<'a> {
    fn listing(self) -> Read<Option<InstanceRow>> {
        if !self.target.has(Collector::Instances) {
            return self.unread(Collector::Instances);
        }
        let listing = self.instance.listing.as_ref();
        Read::Done(listing.map(|listing| self.instance_row(listing)))
    }

    fn instance_row(self, listing: &Listing) -> InstanceRow {
        let shared = &listing.shared;
        let counts = listing.associations.iter();
        let association_counts = counts.map(|(status, count)| {
            let count = i64::try_from(*count).unwrap_or(i64::MAX);
            (status.to_string(), count)
        });
        InstanceRow {
            id: self.instance.id.to_string(),
            name: listing.name().to_owned(),
            computer_name: listing.computer_name().to_owned(),
            ip_address: listing.ip_address().to_owned(),
            resource_type: shared.resource_type.to_string(),
            platform_type: shared.platform_type.to_string(),
            platform_name: shared.platform_name.to_string(),
            platform_version: shared.platform_version.to_string(),
            agent_version: shared.agent_version.to_string(),
            agent_latest: shared.agent_latest,
            ping_status: shared.ping_status.to_string(),
            last_ping: listing.last_ping,
            association_counts: association_counts.collect(),
            last_association_execution: listing.last_association_execution,
            last_association_success: listing.last_association_success,
            // The state keeps neither whether associations are in order, nor how a hybrid node was
            // registered.
            ..InstanceRow::default()
        }
    }

    fn summaries(self) -> Read<Vec<SummaryRow>> {
        if !self.target.has(Collector::Compliance) {
            return self.unread(Collector::Compliance);
        }
        let summaries = self.instance.summaries.iter();
        Read::Done(summaries.map(|it| self.summary_row(it)).collect())
    }

    fn summary_row(self, summary: &Summary) -> SummaryRow {
        let counts = &summary.counts;
        let compliant = by_severity(counts.compliant);
        SummaryRow {
            resource_id: self.instance.id.to_string(),
            compliance_type: counts.compliance_type.to_string(),
            status: counts.status.as_str().unwrap_or_default().to_owned(),
            execution_time: summary.execution_time,
            compliant: ItemCounts {
                total: compliant.iter().sum(),
                by_severity: compliant,
            },
            noncompliant: ItemCounts {
                total: counts.noncompliant_total.into(),
                by_severity: by_severity(counts.noncompliant),
            },
            ..SummaryRow::default()
        }
    }

    fn items(self) -> Read<Vec<ItemRow>> {
        let Some(detail) = &self.instance.items else {
            return self.unread(Collector::Items);
        };
        // Items that are older than the summary may just not have been read again yet.
        if detail.content.is_empty() && !self.is_current(&detail.mark) {
            return Read::Unasked;
        }
        let items = detail.content.iter();
        Read::Done(items.map(|item| self.item_row(item)).collect())
    }

    fn item_row(self, association: &NoncompliantAssociation) -> ItemRow {
        let document = ("DocumentName".to_owned(), association.document.to_string());
        ItemRow {
            compliance_type: "Association".to_owned(),
            id: association.association_id.to_string(),
            title: self
                .association_name(&association.association_id)
                .to_owned(),
            severity: association.severity.to_string(),
            status: "NON_COMPLIANT".to_owned(),
            details: [document].into(),
            ..ItemRow::default()
        }
    }

    fn association_name(self, id: &str) -> &'a str {
        let associations = self.target.associations();
        let found = associations.binary_search_by(|association| (*association.id).cmp(id));
        found.map_or("", |at| &*associations[at].name)
    }

    fn patch_state(self) -> Read<Option<PatchRow>> {
        let Some(detail) = &self.instance.patches else {
            return self.unread(Collector::Patches);
        };
        let counts = detail.content.as_ref();
        Read::Done(counts.map(|counts| self.patch_row(counts)))
    }

    fn patch_row(self, counts: &PatchCounts) -> PatchRow {
        let operation = &counts.operation;
        PatchRow {
            id: self.instance.id.to_string(),
            patch_group: operation.patch_group.to_string(),
            baseline_id: operation.baseline_id.to_string(),
            operation: operation.operation.to_string(),
            reboot_option: operation.reboot_option.to_string(),
            operation_end: counts.operation_end,
            last_no_reboot_install: counts.last_no_reboot_install,
            counts: counts.counts.map(|count| count.get().map(i64::from)),
            critical_noncompliant: counts.critical_noncompliant.get().map(i64::from),
            security_noncompliant: counts.security_noncompliant.get().map(i64::from),
            other_noncompliant: counts.other_noncompliant.get().map(i64::from),
            ..PatchRow::default()
        }
    }

    /// The patches by name, which refreshes read only if they are asked to.
    fn patches(self) -> Read<Vec<InstancePatchRow>> {
        let patches = self.instance.noncompliant_patches();
        if patches.is_empty() {
            return Read::Unasked;
        }
        Read::Done(patches.iter().map(|patch| patch_by_name(patch)).collect())
    }

    /// The name of the baseline that the last operation used.
    fn baseline(self) -> Read<BaselineSettings> {
        let detail = self.instance.patches.as_ref();
        let Some(counts) = detail.and_then(|detail| detail.content.as_ref()) else {
            return Read::Unasked;
        };
        let used = &*counts.operation.baseline_id;
        let mut baselines = self.target.baselines().iter();
        match baselines.find(|baseline| *baseline.id == *used) {
            Some(baseline) => Read::Done(BaselineSettings {
                id: baseline.id.to_string(),
                name: baseline.name.to_string(),
                operating_system: baseline.operating_system.to_string(),
                ..BaselineSettings::default()
            }),
            None => Read::Unasked,
        }
    }

    /// Whether the items are not older than the summary that they explain.
    fn is_current(self, mark: &DetailMark) -> bool {
        let summary = self.instance.summary(&ComplianceType::Association);
        summary.is_none_or(|summary| mark.confirmed_in >= summary.read_in)
    }

    /// Why there is no data of a collector.
    fn unread<T>(self, collector: Collector) -> Read<T> {
        let attempt = self.target.collector(collector).attempt;
        match attempt.and_then(|attempt| attempt.result.err()) {
            Some(reason) => Read::Failed(ReadFailure {
                operation: collector.operation(),
                reason,
                detail: "as of the last refresh".to_owned(),
            }),
            None => Read::Unasked,
        }
    }
}

fn patch_by_name(patch: &NoncompliantPatch) -> InstancePatchRow {
    InstancePatchRow {
        id: patch.id.to_string(),
        title: patch.title.to_string(),
        classification: patch.classification.to_string(),
        severity: patch.severity.to_string(),
        state: patch.state.to_string(),
        cve_ids: patch.cve_ids().map(str::to_owned).collect(),
        ..InstancePatchRow::default()
    }
}

fn by_severity(counts: [u32; Severity::ALL.len()]) -> [i64; Severity::ALL.len()] {
    counts.map(i64::from)
}
