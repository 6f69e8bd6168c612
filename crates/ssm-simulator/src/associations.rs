//! State Manager associations: how each fares on each node, and the rows that follow.

use std::collections::BTreeMap;

use super::catalogue::{
    AGENT_UPDATE, DOCUMENTS, Document, INVENTORY, NodeScope, PACKAGE, PATCH_ASSOCIATION, SHARED,
};
use super::node::{Condition, Names, NodeSnapshot, Quirk};
use super::random;
use super::rows::{
    Association, AssociationOverview, AssociationTarget, ExecutionSummary, InstanceAssociation,
    Item, Overview,
};
use super::tally::ItemStatus;

pub(super) fn id(names: &Names, index: usize) -> String {
    random::uuid(random::join(
        names.seed,
        random::text(DOCUMENTS[index % DOCUMENTS.len()].path),
    ))
}

pub(super) fn document_name(names: &Names, document: &Document) -> String {
    document.path.replace("{region}", &names.region)
}

impl<'a> NodeSnapshot<'a> {
    fn is_target(&self, scope: NodeScope) -> bool {
        match scope {
            NodeScope::All => true,
            NodeScope::Linux => self.node.platform().kind == "Linux",
            NodeScope::Windows => self.node.is_windows(),
            NodeScope::PatchAssociation => self.node.quirk == Quirk::ByAssociation,
            NodeScope::Nobody => false,
        }
    }

    /// Status of an association on this node; none where it does not apply.
    pub(super) fn association_status(&self, index: usize) -> Option<&'static str> {
        let document = DOCUMENTS
            .get(index)
            .filter(|document| self.is_target(document.scope))?;
        if document.pending || self.node.quirk == Quirk::Pending {
            return Some("Pending");
        }
        let reason = match index {
            INVENTORY => Condition::INVENTORY,
            PATCH_ASSOCIATION => Condition::PATCH_ASSOCIATION,
            AGENT_UPDATE => Condition::TIMED_OUT,
            PACKAGE => Condition::PACKAGE,
            SHARED => Condition::SHARED,
            _ => Condition::HEALTHY,
        };
        Some(match index {
            AGENT_UPDATE if self.condition.has(reason) => "TimedOut",
            _ if self.condition.has(reason) => "Failed",
            AGENT_UPDATE if self.node.roll("skipped", 50) == 0 => "Skipped",
            _ => "Success",
        })
    }

    pub(super) fn association_statuses(
        self,
    ) -> impl Iterator<Item = (usize, &'static str)> + use<'a> {
        (0..DOCUMENTS.len())
            .filter_map(move |index| self.association_status(index).map(|status| (index, status)))
    }

    /// The agent reports an association when it has ended, well or badly.
    fn reported(self) -> impl Iterator<Item = (usize, ItemStatus)> + use<'a> {
        self.association_statuses().filter_map(|(index, status)| {
            let severity = DOCUMENTS[index].severity;
            match status {
                "Success" => Some((index, ItemStatus::new(true, severity))),
                "Failed" | "TimedOut" => Some((index, ItemStatus::new(false, severity))),
                _ => None,
            }
        })
    }

    pub(super) fn association_verdicts(self) -> impl Iterator<Item = ItemStatus> + use<'a> {
        self.reported().map(|(_, verdict)| verdict)
    }

    /// One time for all, that of the upload, and no execution id.
    pub(super) fn association_execution(&self) -> ExecutionSummary {
        ExecutionSummary {
            execution_time: self.uploaded(),
            execution_id: None,
            execution_type: None,
        }
    }

    /// Items of type Association.
    pub(super) fn association_items(self) -> impl Iterator<Item = Item> + use<'a> {
        let (resource, execution) = (self.node.id(), self.association_execution());
        self.reported().map(move |(index, verdict)| {
            let document = &DOCUMENTS[index];
            let mut details = BTreeMap::from([
                (
                    "DocumentName".to_owned(),
                    document_name(self.names, document),
                ),
                ("DocumentVersion".to_owned(), "1".to_owned()),
            ]);
            if index == PATCH_ASSOCIATION {
                details.insert("PatchBaselineId".to_owned(), self.baseline_id());
            }
            Item {
                compliance_type: "Association".to_owned(),
                resource_type: "ManagedInstance".to_owned(),
                resource_id: resource.clone(),
                id: id(self.names, index),
                title: if index % 2 == 0 {
                    String::new()
                } else {
                    document.name.unwrap_or_default().to_owned()
                },
                status: verdict.status.to_owned(),
                severity: verdict.severity.to_owned(),
                execution_summary: execution.clone(),
                details,
            }
        })
    }

    /// What `DescribeInstanceInformation` says about the associations.
    pub(super) fn association_overview(&self) -> AssociationOverview {
        let mut counts = BTreeMap::new();
        for (_, status) in self.association_statuses() {
            *counts.entry(status.to_owned()).or_default() += 1;
        }
        let worst = ["Failed", "TimedOut", "Pending"]
            .into_iter()
            .find(|status| counts.contains_key(*status));
        let detailed_status = match worst {
            Some("Pending") if counts.contains_key("Success") => "Success",
            Some(status) => status,
            None => "Success",
        };
        AssociationOverview {
            detailed_status: detailed_status.to_owned(),
            instance_association_status_aggregated_count: counts,
        }
    }

    /// Rows of `DescribeInstanceAssociationsStatus`.
    pub(super) fn instance_associations(
        self,
    ) -> impl Iterator<Item = InstanceAssociation> + use<'a> {
        let resource = self.node.id();
        self.association_statuses().map(move |(index, status)| {
            let document = &DOCUMENTS[index];
            let pending = status == "Pending";
            InstanceAssociation {
                association_id: id(self.names, index),
                name: document_name(self.names, document),
                document_version: "1".to_owned(),
                association_version: "1".to_owned(),
                instance_id: resource.clone(),
                execution_date: (!pending)
                    .then(|| self.uploaded() - f64::from(self.node.roll("run", 1200))),
                status: status.to_owned(),
                detailed_status: if pending { "Associated" } else { status }.to_owned(),
                execution_summary: (!pending)
                    .then(|| format!("1 out of 1 plugin processed, {}.", summary_of(status))),
                error_code: match status {
                    "TimedOut" => Some("TimedOut".to_owned()),
                    "Failed" => Some("ExecError".to_owned()),
                    _ => None,
                },
                association_name: document.name.map(str::to_owned),
            }
        })
    }
}

fn summary_of(status: &str) -> &'static str {
    match status {
        "Success" => "1 success, 0 failed, 0 timedout, 0 skipped",
        "TimedOut" => "0 success, 0 failed, 1 timedout, 0 skipped",
        "Skipped" => "0 success, 0 failed, 0 timedout, 1 skipped",
        _ => "0 success, 1 failed, 0 timedout, 0 skipped",
    }
}

/// Rows of `ListAssociations`, from the counts of each association's statuses.
pub(super) fn rows(
    names: &Names,
    counts: &[BTreeMap<String, i32>],
    clock: f64,
) -> Vec<Association> {
    let row = |(index, document): (usize, &Document)| {
        let count = counts.get(index).cloned().unwrap_or_default();
        let status = if count.contains_key("Failed") || count.contains_key("TimedOut") {
            "Failed"
        } else if document.pending {
            "Pending"
        } else {
            "Success"
        };
        Association {
            name: document_name(names, document),
            association_id: id(names, index),
            association_version: "1".to_owned(),
            document_version: "$DEFAULT".to_owned(),
            targets: targets(document.scope),
            last_execution_date: (!document.pending).then_some(clock - 600.0),
            overview: Overview {
                status: status.to_owned(),
                detailed_status: if document.pending {
                    "Associated"
                } else {
                    status
                }
                .to_owned(),
                association_status_aggregated_count: count,
            },
            schedule_expression: document.schedule.to_owned(),
            association_name: document.name.map(str::to_owned),
        }
    };
    DOCUMENTS.iter().enumerate().map(row).collect()
}

fn targets(scope: NodeScope) -> Vec<AssociationTarget> {
    let (key, value) = match scope {
        NodeScope::All => ("InstanceIds", "*"),
        NodeScope::Linux => ("tag:Platform", "linux"),
        NodeScope::Windows => ("tag:Platform", "windows"),
        NodeScope::PatchAssociation => ("tag:QSConfigId-Scan", "quick-setup"),
        NodeScope::Nobody => ("tag:Explorer", "enabled"),
    };
    vec![AssociationTarget {
        key: key.to_owned(),
        values: vec![value.to_owned()],
    }]
}
