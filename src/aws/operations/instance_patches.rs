//! `DescribeInstancePatches`: the patches of one instance that make it non-compliant.

use aws_sdk_ssm::Client;
use aws_sdk_ssm::operation::describe_instance_patches::{
    DescribeInstancePatchesError, DescribeInstancePatchesOutput,
};
use aws_sdk_ssm::types::{PatchComplianceData, PatchOrchestratorFilter};

use super::ssm_operation::{ListOperation, PendingAnswer, max_results, page_of};
use super::values::{non_empty, timestamp};
use crate::collect::{Page, PageRequest};
use crate::explain::InstancePatchRow;
use crate::model::{Operation, PatchState};

/// Lists the patches of the instance with this id that are in one of these states.
pub(in crate::aws) struct DescribeInstancePatches<'a> {
    pub(in crate::aws) id: &'a str,
    pub(in crate::aws) states: &'a [PatchState],
}

impl ListOperation for DescribeInstancePatches<'_> {
    const OPERATION: Operation = Operation::DescribeInstancePatches;
    type Output = DescribeInstancePatchesOutput;
    type Error = DescribeInstancePatchesError;
    type Row = InstancePatchRow;

    fn id_count(&self) -> usize {
        1
    }

    fn send(
        &self,
        client: &Client,
        page: &PageRequest,
    ) -> PendingAnswer<Self::Output, Self::Error> {
        let request = client
            .describe_instance_patches()
            .instance_id(self.id)
            .filters(state_filter(self.states))
            .max_results(max_results(Self::OPERATION, page))
            .set_next_token(page.token.clone());
        Box::pin(request.send())
    }

    fn page(output: Self::Output) -> Page<InstancePatchRow> {
        page_of(output.patches, output.next_token, patch)
    }
}

fn state_filter(states: &[PatchState]) -> PatchOrchestratorFilter {
    // AWS's model spells the states in capitals, but the filter takes those of the answers.
    let names = states.iter().map(|state| state.as_str().to_owned());
    PatchOrchestratorFilter::builder()
        .key("State")
        .set_values(Some(names.collect()))
        .build()
}

fn patch(from: PatchComplianceData) -> Option<InstancePatchRow> {
    Some(InstancePatchRow {
        // AWS requires an id, so that the SDK makes an empty one of none.
        id: non_empty(Some(from.kb_id))?,
        title: from.title,
        classification: from.classification,
        severity: from.severity,
        state: from.state.as_str().to_owned(),
        // A missing patch has the time 0, and some of Windows have the year 0001.
        installed: timestamp(from.installed_time),
        cve_ids: cve_ids(&from.cve_ids.unwrap_or_default()),
    })
}

/// The ids of a list that is separated by commas, with or without spaces.
fn cve_ids(list: &str) -> Vec<String> {
    let ids = list.split(',').map(str::trim);
    ids.filter(|id| !id.is_empty()).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use aws_sdk_ssm::types::PatchComplianceDataState;
    use aws_smithy_types::DateTime;

    use super::*;

    fn row(id: &str, state: &str, installed: f64) -> PatchComplianceData {
        PatchComplianceData::builder()
            .title("")
            .kb_id(id)
            .classification("Security")
            .severity("Important")
            .state(PatchComplianceDataState::from(state))
            .installed_time(DateTime::from_secs_f64(installed))
            .build()
            .expect("all that is required")
    }

    #[test]
    fn states_are_kept_as_aws_spells_them_and_unknown_times_are_dropped() {
        for unknown in [0.0, -62_135_596_800.0] {
            let patch = patch(row("KB5030000", "InstalledPendingReboot", unknown));
            let patch = patch.expect("it has an id");
            assert_eq!(
                (patch.state.as_str(), patch.installed),
                ("InstalledPendingReboot", None)
            );
        }
        assert_eq!(patch(row("", "Missing", 0.0)), None);
    }

    #[test]
    fn vulnerabilities_come_as_a_list_with_commas() {
        let mut from = row("bind-libs.x86_64", "Missing", 0.0);
        from.cve_ids = Some("CVE-2026-20001, CVE-2026-20002,".to_owned());
        let patch = patch(from).expect("it has an id");
        assert_eq!(patch.cve_ids, ["CVE-2026-20001", "CVE-2026-20002"]);
        assert_eq!(cve_ids(""), Vec::<String>::new());
    }

    #[test]
    fn the_filter_has_the_states_of_the_answers() {
        let filter = state_filter(&[PatchState::Missing, PatchState::InstalledRejected]);
        assert_eq!(filter.key(), Some("State"));
        assert_eq!(filter.values(), ["Missing", "InstalledRejected"]);
    }
}
