//! Custom compliance types, which tools of the account report through `PutComplianceItems`.

use std::collections::BTreeMap;

use super::catalogue::CIS_CHECKS;
use super::condition::Condition;
use super::quirk::Quirk;
use super::snapshot::NodeSnapshot;
use super::tally::ItemStatus;
use crate::rows::{ExecutionSummary, Item};

pub(crate) const ANTIVIRUS: &str = "Custom:Antivirus";
pub(crate) const BENCHMARK: &str = "Custom:CISBenchmark";

/// A severity that the service model does not know.
const UNKNOWN_SEVERITY: &str = "NEGLIGIBLE";

impl NodeSnapshot<'_> {
    /// The status of the one item of `Custom:Antivirus`.
    pub(crate) fn antivirus_status(&self) -> ItemStatus {
        // Nodes that have other troubles too are where the unknown severity shows up.
        let severity = if self.condition.has(Condition::MISSING) {
            UNKNOWN_SEVERITY
        } else {
            "HIGH"
        };
        if self.condition.has(Condition::CUSTOM) {
            ItemStatus::noncompliant(severity)
        } else {
            ItemStatus::compliant(severity)
        }
    }

    /// The one item of `Custom:Antivirus`.
    pub(crate) fn antivirus_item(&self) -> Item {
        let title = if self.condition.has(Condition::CUSTOM) {
            "Signatures are 9 days old"
        } else {
            "Signatures are current"
        };
        self.custom_item(ANTIVIRUS, "signatures", title, self.antivirus_status())
    }

    /// The status of each item of `Custom:CISBenchmark`, all of which are compliant.
    pub(crate) fn benchmark_statuses(&self) -> impl Iterator<Item = ItemStatus> + use<> {
        let reports_unknown = self.node.quirk == Quirk::UnknownSeverity;
        CIS_CHECKS.iter().enumerate().map(move |(index, check)| {
            // One check with an unknown severity is enough for a client to stumble over.
            let is_unknown = reports_unknown && index == 0;
            let severity = if is_unknown {
                UNKNOWN_SEVERITY
            } else {
                check.severity
            };
            ItemStatus::compliant(severity)
        })
    }

    pub(crate) fn benchmark_items(&self) -> impl Iterator<Item = Item> {
        CIS_CHECKS
            .iter()
            .zip(self.benchmark_statuses())
            .map(|(check, status)| self.custom_item(BENCHMARK, check.id, check.title, status))
    }

    pub(crate) fn put_execution(&self) -> ExecutionSummary {
        ExecutionSummary {
            execution_time: self.put(),
            execution_id: None,
            execution_type: None,
        }
    }

    fn custom_item(
        &self,
        compliance_type: &str,
        id: &str,
        title: &str,
        status: ItemStatus,
    ) -> Item {
        Item {
            compliance_type: compliance_type.to_owned(),
            resource_type: "ManagedInstance".to_owned(),
            resource_id: self.node.id(),
            id: id.to_owned(),
            title: title.to_owned(),
            status: status.status.to_owned(),
            severity: status.severity.to_owned(),
            execution_summary: self.put_execution(),
            details: BTreeMap::new(),
        }
    }
}
