//! `GetPatchBaseline`: the settings of a patch baseline.

use aws_sdk_ssm::Client;
use aws_sdk_ssm::operation::get_patch_baseline::{GetPatchBaselineError, GetPatchBaselineOutput};
use aws_sdk_ssm::types::{PatchFilter, PatchFilterGroup, PatchRule};

use super::ssm_operation::{PendingAnswer, SsmOperation};
use super::values::{non_empty, timestamp, word};
use crate::explain::{ApprovalRule, BaselineSettings};
use crate::model::Operation;

/// Reads the baseline with this id, which is an ARN for those that AWS provides.
pub(in crate::aws) struct GetPatchBaseline<'a> {
    pub(in crate::aws) id: &'a str,
}

impl SsmOperation for GetPatchBaseline<'_> {
    const OPERATION: Operation = Operation::GetPatchBaseline;
    type Output = GetPatchBaselineOutput;
    type Error = GetPatchBaselineError;
    type Answer = BaselineSettings;

    fn id_count(&self) -> usize {
        1
    }

    fn send(&self, client: &Client) -> PendingAnswer<Self::Output, Self::Error> {
        let request = client.get_patch_baseline().baseline_id(self.id);
        Box::pin(request.send())
    }

    fn answer(output: Self::Output) -> Option<BaselineSettings> {
        let rules = output.approval_rules.map(|rules| rules.patch_rules);
        let flag = output.available_security_updates_compliance_status;
        Some(BaselineSettings {
            id: non_empty(output.baseline_id)?,
            name: output.name.unwrap_or_default(),
            operating_system: word(output.operating_system.as_ref()),
            approval_rules: rules.into_iter().flatten().map(approval_rule).collect(),
            approved_patches: output.approved_patches.unwrap_or_default(),
            rejected_patches: output.rejected_patches.unwrap_or_default(),
            rejected_patches_action: word(output.rejected_patches_action.as_ref()),
            available_security_updates: word(flag.as_ref()),
            modified: output.modified_date.and_then(timestamp),
        })
    }
}

fn approval_rule(from: PatchRule) -> ApprovalRule {
    ApprovalRule {
        filters: filters(from.patch_filter_group),
        approve_after_days: from.approve_after_days,
        approve_until_date: from.approve_until_date.unwrap_or_default(),
        compliance_level: word(from.compliance_level.as_ref()),
    }
}

fn filters(group: Option<PatchFilterGroup>) -> Vec<(String, Vec<String>)> {
    let filters = group.into_iter().flat_map(|group| group.patch_filters);
    filters.map(filter).collect()
}

fn filter(from: PatchFilter) -> (String, Vec<String>) {
    (from.key.as_str().to_owned(), from.values)
}

#[cfg(test)]
mod tests {
    use aws_sdk_ssm::types::{PatchFilterKey, PatchRuleGroup};

    use super::*;

    fn rule() -> PatchRule {
        let filter = PatchFilter::builder()
            .key(PatchFilterKey::Classification)
            .values("Security")
            .build()
            .expect("key and values");
        let filters = PatchFilterGroup::builder().patch_filters(filter).build();
        PatchRule::builder()
            .patch_filter_group(filters.expect("filters"))
            .approve_after_days(7)
            .build()
    }

    #[test]
    fn the_rules_of_a_baseline_keep_their_filters_and_days() {
        let rules = PatchRuleGroup::builder().patch_rules(rule()).build();
        let output = GetPatchBaselineOutput::builder()
            .baseline_id("pb-0123456789abcdef0")
            .approval_rules(rules.expect("rules"))
            .rejected_patches("telnet")
            .build();
        let baseline = GetPatchBaseline::answer(output).expect("it has an id");
        let [rule] = &baseline.approval_rules[..] else {
            unreachable!("one rule");
        };
        assert_eq!(rule.approve_after_days, Some(7));
        let filter = ("CLASSIFICATION".to_owned(), vec!["Security".to_owned()]);
        assert_eq!(rule.filters, [filter]);
        assert_eq!(baseline.rejected_patches, ["telnet"]);
        assert_eq!(baseline.available_security_updates, "");
    }

    #[test]
    fn an_answer_without_an_id_is_none() {
        let empty = GetPatchBaselineOutput::builder().build();
        assert_eq!(GetPatchBaseline::answer(empty), None);
    }
}
