//! The rows of `ListAssociations`.

use std::collections::BTreeMap;

use super::names::{association_id, document_name};
use super::runs::AssociationRuns;
use crate::fleet::catalogue::{DOCUMENTS, Document, NodeScope};
use crate::fleet::snapshot::TargetNames;
use crate::rows::{Association, AssociationTarget, Overview};

/// How long before the moment of the answer each association last ran.
const LAST_EXECUTION_AGE_SECONDS: f64 = 600.0;

/// The rows that follow from how many instances are in which status, by index in [`DOCUMENTS`].
pub(crate) fn association_rows(
    names: &TargetNames,
    counts: Vec<BTreeMap<String, i32>>,
    runs: &AssociationRuns,
    clock: f64,
) -> Vec<Association> {
    DOCUMENTS
        .iter()
        .zip(counts)
        .enumerate()
        .map(|(index, (document, counts))| Association {
            name: document_name(names, document),
            association_id: association_id(names, index),
            association_version: "1".to_owned(),
            document_version: "$DEFAULT".to_owned(),
            targets: vec![association_target(document.scope)],
            last_execution_date: (!document.pending)
                .then(|| (clock - LAST_EXECUTION_AGE_SECONDS).max(runs.started_at(index))),
            overview: overview(document, counts),
            schedule_expression: document.schedule.to_owned(),
            association_name: document.name.map(str::to_owned),
        })
        .collect()
}

fn overview(document: &Document, counts: BTreeMap<String, i32>) -> Overview {
    // A single instance makes the whole association fail.
    let failed = counts.contains_key("Failed") || counts.contains_key("TimedOut");
    let status = match (failed, document.pending) {
        (true, _) => "Failed",
        (false, true) => "Pending",
        (false, false) => "Success",
    };
    let detailed_status = if document.pending {
        "Associated"
    } else {
        status
    };
    Overview {
        status: status.to_owned(),
        detailed_status: detailed_status.to_owned(),
        association_status_aggregated_count: counts,
    }
}

fn association_target(scope: NodeScope) -> AssociationTarget {
    let (key, value) = match scope {
        NodeScope::All => ("InstanceIds", "*"),
        NodeScope::Linux => ("tag:Platform", "linux"),
        NodeScope::Windows => ("tag:Platform", "windows"),
        NodeScope::PatchAssociation => ("tag:QSConfigId-Scan", "quick-setup"),
        NodeScope::Empty => ("tag:Explorer", "enabled"),
    };
    AssociationTarget {
        key: key.to_owned(),
        values: vec![value.to_owned()],
    }
}
