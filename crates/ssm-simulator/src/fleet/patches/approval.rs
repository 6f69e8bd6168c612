//! What patch baselines decide: the answers of `GetPatchBaseline`.

use super::baselines::{aws_arn, own_id};
use super::listing::first_ids;
use super::states::{ListedState, MAX_REJECTED_PATCHES};
use crate::fleet::catalogue::{
    AWS_BASELINES, CataloguedBaseline, OWN_BASELINE_GROUP, OWN_BASELINES,
};
use crate::fleet::snapshot::TargetNames;
use crate::rows::{PatchBaseline, PatchFilter, PatchFilterGroup, PatchRule, PatchRuleGroup};

const SECONDS_PER_DAY: f64 = 86_400.0;

/// How long before the start of the fleet the account made its baselines.
const OWN_AGE_SECONDS: f64 = 400.0 * SECONDS_PER_DAY;
/// How long before the start of the fleet the account last changed them.
const OWN_CHANGE_AGE_SECONDS: f64 = 90.0 * SECONDS_PER_DAY;
/// How long before the start of the fleet AWS made its baselines.
const AWS_AGE_SECONDS: f64 = 1500.0 * SECONDS_PER_DAY;

/// The days after which the rules of AWS approve a patch.
const AWS_APPROVAL_DAYS: i32 = 7;
/// The days after which the rules of the account approve a patch.
const OWN_APPROVAL_DAYS: i32 = 3;

/// All baselines of a target, in the order of listing.
pub(crate) fn patch_baselines(names: &TargetNames, start: f64) -> Vec<PatchBaseline> {
    let aws = AWS_BASELINES
        .iter()
        .map(|baseline| aws_baseline(names, baseline, start));
    let own = OWN_BASELINES
        .iter()
        .map(|baseline| own_baseline(names, baseline, start));
    aws.chain(own).collect()
}

fn aws_baseline(names: &TargetNames, baseline: &CataloguedBaseline, start: f64) -> PatchBaseline {
    let os = baseline.os;
    PatchBaseline {
        baseline_id: aws_arn(names, os),
        approval_rules: rules(os, AWS_APPROVAL_DAYS, ["UNSPECIFIED"; 2]),
        rejected_patches_action: "ALLOW_AS_DEPENDENCY".to_owned(),
        created_date: start - AWS_AGE_SECONDS,
        modified_date: start - AWS_AGE_SECONDS,
        description: Some(format!("Default Patch Baseline for {os} Provided by AWS.")),
        available_security_updates_compliance_status: windows_only(os, "COMPLIANT"),
        ..named(baseline)
    }
}

fn own_baseline(names: &TargetNames, baseline: &CataloguedBaseline, start: f64) -> PatchBaseline {
    let os = baseline.os;
    PatchBaseline {
        baseline_id: own_id(names, baseline.name),
        approval_rules: rules(os, OWN_APPROVAL_DAYS, ["CRITICAL", "MEDIUM"]),
        rejected_patches: first_ids(
            ListedState::InstalledRejected,
            MAX_REJECTED_PATCHES,
            os == "WINDOWS",
        ),
        rejected_patches_action: "BLOCK".to_owned(),
        patch_groups: vec![OWN_BASELINE_GROUP.to_owned()],
        created_date: start - OWN_AGE_SECONDS,
        modified_date: start - OWN_CHANGE_AGE_SECONDS,
        available_security_updates_compliance_status: windows_only(os, "NON_COMPLIANT"),
        ..named(baseline)
    }
}

fn named(baseline: &CataloguedBaseline) -> PatchBaseline {
    PatchBaseline {
        name: baseline.name.to_owned(),
        operating_system: baseline.os.to_owned(),
        approved_patches_compliance_level: "UNSPECIFIED".to_owned(),
        ..PatchBaseline::default()
    }
}

/// Only Windows reports available security updates.
fn windows_only(os: &str, status: &str) -> Option<String> {
    (os == "WINDOWS").then(|| status.to_owned())
}

/// The rules approve all patches that nodes miss: those for security, and the others.
fn rules(os: &str, days: i32, levels: [&str; 2]) -> PatchRuleGroup {
    let [security_level, other_level] = levels;
    let (severity_key, security, others): (_, &[&str], &[&str]) = match os {
        "WINDOWS" => (
            "MSRC_SEVERITY",
            &["CriticalUpdates", "SecurityUpdates"],
            &["DefinitionUpdates", "Updates"],
        ),
        _ => ("SEVERITY", &["Security"], &["Bugfix", "Enhancement"]),
    };
    PatchRuleGroup {
        patch_rules: vec![
            rule(severity_key, security, security_level, days),
            rule(severity_key, others, other_level, days),
        ],
    }
}

fn rule(severity_key: &str, classes: &[&str], level: &str, days: i32) -> PatchRule {
    PatchRule {
        patch_filter_group: PatchFilterGroup {
            patch_filters: vec![
                filter("CLASSIFICATION", classes),
                filter(severity_key, &["*"]),
            ],
        },
        compliance_level: level.to_owned(),
        approve_after_days: days,
        enable_non_security: false,
    }
}

fn filter(key: &str, values: &[&str]) -> PatchFilter {
    PatchFilter {
        key: key.to_owned(),
        values: values.iter().map(|value| (*value).to_owned()).collect(),
    }
}
