//! The run of an association on one resource.

use std::collections::BTreeMap;

use super::tallies::{tally_associations, tally_items};
use crate::fleet::{error_code, execution_summary};
use crate::rows::{ExecutionSummary, InstanceAssociation, Item, ResourceTruth};

const ASSOCIATION_TYPE: &str = "Association";

/// A run of one association.
#[derive(Clone, Copy, Debug)]
pub(crate) struct AssociationRun<'a> {
    pub(crate) association_id: &'a str,
    /// The compliance severity of the association.
    pub(crate) severity: &'a str,
    /// When it was, in seconds since 1970.
    pub(crate) time: f64,
}

/// The status after a run: what has failed fails again until its cause is mended.
pub(crate) fn status_after_run(before: &str, mended: bool) -> &str {
    match before {
        "Failed" | "TimedOut" if !mended => before,
        _ => "Success",
    }
}

impl AssociationRun<'_> {
    /// Brings the association's row, its item, the summary and the instance to what a run with this
    /// status reports. A resource without the association stays as it is.
    pub(crate) fn apply(&self, resource: &mut ResourceTruth, status: &str) {
        let row = resource
            .instance_associations
            .iter_mut()
            .find(|row| row.association_id == self.association_id);
        let Some(row) = row else {
            return;
        };
        self.write_row(row, status);
        let item = self.new_item(row);
        self.write_items(resource, item, status);
        self.write_dates(resource, status);
        tally_associations(resource);
        tally_items(resource, ASSOCIATION_TYPE);
    }

    fn write_row(&self, row: &mut InstanceAssociation, status: &str) {
        status.clone_into(&mut row.status);
        status.clone_into(&mut row.detailed_status);
        row.error_code = error_code(status).map(str::to_owned);
        row.execution_date = Some(self.time);
        row.execution_summary = Some(execution_summary(status));
    }

    /// The item of an association that has not been reported before.
    fn new_item(&self, row: &InstanceAssociation) -> Item {
        Item {
            compliance_type: ASSOCIATION_TYPE.to_owned(),
            resource_type: "ManagedInstance".to_owned(),
            resource_id: row.instance_id.clone(),
            id: row.association_id.clone(),
            severity: self.severity.to_owned(),
            execution_summary: ExecutionSummary::default(),
            details: BTreeMap::from([
                ("DocumentName".to_owned(), row.name.clone()),
                ("DocumentVersion".to_owned(), row.document_version.clone()),
            ]),
            ..Item::default()
        }
    }

    /// The agent sends all items anew with each run, so that they have one time.
    fn write_items(&self, resource: &mut ResourceTruth, new_item: Item, status: &str) {
        let is_own = |item: &Item| {
            item.compliance_type == ASSOCIATION_TYPE && item.id == self.association_id
        };
        if !resource.items.iter().any(is_own) {
            resource.items.push(new_item);
        }
        let items = resource
            .items
            .iter_mut()
            .filter(|item| item.compliance_type == ASSOCIATION_TYPE);
        for item in items {
            item.execution_summary.execution_time = self.time;
            if item.id == self.association_id {
                item_status(status).clone_into(&mut item.status);
            }
        }
    }

    fn write_dates(&self, resource: &mut ResourceTruth, status: &str) {
        let Some(instance) = &mut resource.instance else {
            return;
        };
        instance.last_association_execution_date = Some(self.time);
        if status == "Success" {
            instance.last_successful_association_execution_date = Some(self.time);
        }
    }
}

fn item_status(status: &str) -> &'static str {
    if status == "Success" {
        "COMPLIANT"
    } else {
        "NON_COMPLIANT"
    }
}
