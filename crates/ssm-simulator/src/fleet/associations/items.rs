//! Compliance items of type Association.

use std::collections::BTreeMap;

use super::names::{association_id, document_name};
use crate::fleet::catalogue::{DOCUMENTS, PATCH_ASSOCIATION};
use crate::fleet::snapshot::NodeSnapshot;
use crate::fleet::tally::ItemStatus;
use crate::rows::{ExecutionSummary, Item};

impl<'a> NodeSnapshot<'a> {
    /// The status of each Association item.
    pub(crate) fn association_item_statuses(self) -> impl Iterator<Item = ItemStatus> + use<'a> {
        self.reported_associations().map(|(_, status)| status)
    }

    pub(crate) fn association_items(self) -> impl Iterator<Item = Item> + use<'a> {
        self.reported_associations()
            .map(move |(index, status)| self.association_item(index, status))
    }

    /// All items have one execution time, that of the upload, and none has an execution id.
    pub(crate) fn association_execution(&self) -> ExecutionSummary {
        ExecutionSummary {
            execution_time: self.uploaded(),
            execution_id: None,
            execution_type: None,
        }
    }

    /// The agent reports an association only once it has succeeded, failed or timed out. One that
    /// is pending or was skipped has no compliance item.
    fn reported_associations(self) -> impl Iterator<Item = (usize, ItemStatus)> + use<'a> {
        self.association_statuses().filter_map(|(index, status)| {
            let severity = DOCUMENTS[index].severity;
            match status {
                "Success" => Some((index, ItemStatus::compliant(severity))),
                "Failed" | "TimedOut" => Some((index, ItemStatus::noncompliant(severity))),
                _ => None,
            }
        })
    }

    fn association_item(&self, index: usize, status: ItemStatus) -> Item {
        Item {
            compliance_type: "Association".to_owned(),
            resource_type: "ManagedInstance".to_owned(),
            resource_id: self.node.id(),
            id: association_id(self.names, index),
            title: title(index).to_owned(),
            status: status.status.to_owned(),
            severity: status.severity.to_owned(),
            execution_summary: self.association_execution(),
            details: self.association_details(index),
        }
    }

    fn association_details(&self, index: usize) -> BTreeMap<String, String> {
        let document = document_name(self.names, &DOCUMENTS[index]);
        let mut details = BTreeMap::from([
            ("DocumentName".to_owned(), document),
            ("DocumentVersion".to_owned(), "1".to_owned()),
        ]);
        // Only this association knows a baseline, and its items are the only ones that name it.
        if index == PATCH_ASSOCIATION {
            details.insert("PatchBaselineId".to_owned(), self.association_baseline_id());
        }
        details
    }
}

/// AWS leaves some titles empty, which this does for every second association.
fn title(index: usize) -> &'static str {
    if index.is_multiple_of(2) {
        ""
    } else {
        DOCUMENTS[index].name.unwrap_or_default()
    }
}
