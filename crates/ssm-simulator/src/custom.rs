//! Compliance types of the account's own, written by its tools through `PutComplianceItems`.

use std::collections::BTreeMap;

use super::catalogue::CIS_CHECKS;
use super::node::{Condition, NodeSnapshot};
use super::rows::{ExecutionSummary, Item};
use super::tally::ItemStatus;

pub(super) const ANTIVIRUS: &str = "Custom:Antivirus";
pub(super) const BENCHMARK: &str = "Custom:CISBenchmark";

/// A severity that the model does not know.
const NEGLIGIBLE: &str = "NEGLIGIBLE";

impl NodeSnapshot<'_> {
    /// Where more than the antivirus is wrong, its tool puts a severity of its own.
    pub(super) fn antivirus_verdict(&self) -> ItemStatus {
        let severity = if self.condition.has(Condition::MISSING) {
            NEGLIGIBLE
        } else {
            "HIGH"
        };
        ItemStatus::new(!self.condition.has(Condition::CUSTOM), severity)
    }

    /// Compliant, but for the node that reports an unknown severity.
    pub(super) fn benchmark_verdicts(&self) -> impl Iterator<Item = ItemStatus> + use<> {
        let odd = self.has_unknown_severity();
        CIS_CHECKS
            .iter()
            .enumerate()
            .map(move |(index, (_, _, severity))| {
                if odd && index == 0 {
                    ItemStatus::new(true, NEGLIGIBLE)
                } else {
                    ItemStatus::new(true, severity)
                }
            })
    }

    pub(super) fn put_execution(&self) -> ExecutionSummary {
        ExecutionSummary {
            execution_time: self.put(),
            execution_id: None,
            execution_type: None,
        }
    }

    /// The one item of `Custom:Antivirus`.
    pub(super) fn antivirus_item(&self) -> Item {
        let verdict = self.antivirus_verdict();
        let bad = self.condition.has(Condition::CUSTOM);
        let title = if bad {
            "Signatures are 9 days old"
        } else {
            "Signatures are current"
        };
        self.custom_item(ANTIVIRUS, "signatures", title, verdict)
    }

    pub(super) fn benchmark_items(&self) -> impl Iterator<Item = Item> {
        CIS_CHECKS
            .iter()
            .zip(self.benchmark_verdicts())
            .map(|((id, title, _), verdict)| self.custom_item(BENCHMARK, id, title, verdict))
    }

    fn custom_item(
        &self,
        compliance_type: &str,
        id: &str,
        title: &str,
        verdict: ItemStatus,
    ) -> Item {
        Item {
            compliance_type: compliance_type.to_owned(),
            resource_type: "ManagedInstance".to_owned(),
            resource_id: self.node.id(),
            id: id.to_owned(),
            title: title.to_owned(),
            status: verdict.status.to_owned(),
            severity: verdict.severity.to_owned(),
            execution_summary: self.put_execution(),
            details: BTreeMap::new(),
        }
    }
}
