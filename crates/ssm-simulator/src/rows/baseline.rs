//! The answer of `GetPatchBaseline`, which is what a patch baseline decides by.

use serde::{Deserialize, Serialize};

/// A patch baseline with its rules and lists.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
#[expect(missing_docs, reason = "the members of AWS's GetPatchBaselineResult")]
pub struct PatchBaseline {
    /// Baselines that AWS provides are named by their ARN.
    pub baseline_id: String,
    pub name: String,
    pub operating_system: String,
    pub global_filters: PatchFilterGroup,
    pub approval_rules: PatchRuleGroup,
    pub approved_patches: Vec<String>,
    pub approved_patches_compliance_level: String,
    pub approved_patches_enable_non_security: bool,
    pub rejected_patches: Vec<String>,
    pub rejected_patches_action: String,
    /// The patch groups that the baseline is registered for.
    pub patch_groups: Vec<String>,
    pub created_date: f64,
    pub modified_date: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    pub sources: Vec<serde_json::Value>,
    /// Only baselines for Windows have this setting.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub available_security_updates_compliance_status: Option<String>,
}

/// The rules of a baseline.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
#[expect(missing_docs, reason = "the members of AWS's PatchRuleGroup")]
pub struct PatchRuleGroup {
    pub patch_rules: Vec<PatchRule>,
}

/// A rule that approves patches some days after their release.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
#[expect(missing_docs, reason = "the members of AWS's PatchRule")]
pub struct PatchRule {
    pub patch_filter_group: PatchFilterGroup,
    pub compliance_level: String,
    pub approve_after_days: i32,
    pub enable_non_security: bool,
}

/// Filters that a patch must pass together.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
#[expect(missing_docs, reason = "the members of AWS's PatchFilterGroup")]
pub struct PatchFilterGroup {
    pub patch_filters: Vec<PatchFilter>,
}

/// A filter that a patch passes with any of the values.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
#[expect(missing_docs, reason = "the members of AWS's PatchFilter")]
pub struct PatchFilter {
    pub key: String,
    pub values: Vec<String>,
}
