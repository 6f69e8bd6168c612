//! The rows of Organizations and of Account Management.

use serde::Serialize;

/// A row of `ListAccounts` and `ListAccountsForParent`.
///
/// The member `Status` is absent, because AWS retired it in September 2026 in favour of `State`.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[serde(rename_all = "PascalCase")]
#[expect(missing_docs, reason = "the members of AWS's Account")]
pub struct OrganizationAccount {
    pub id: String,
    pub arn: String,
    pub email: String,
    pub name: String,
    pub state: String,
    pub joined_method: String,
    pub joined_timestamp: f64,
}

/// A row of `ListOrganizationalUnitsForParent`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
#[expect(missing_docs, reason = "the members of AWS's OrganizationalUnit")]
pub struct OrganizationalUnit {
    pub id: String,
    pub arn: String,
    pub name: String,
}

/// The row of `ListRoots`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
#[expect(missing_docs, reason = "the members of AWS's Root")]
pub struct OrganizationRoot {
    pub id: String,
    pub arn: String,
    pub name: String,
    /// No types of policies are enabled.
    pub policy_types: Vec<String>,
}

/// A row of `ListRegions`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
#[expect(missing_docs, reason = "the members of AWS's Region")]
pub struct RegionOptStatus {
    pub region_name: String,
    pub region_opt_status: String,
}
