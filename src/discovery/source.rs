//! The boundary to AWS Organizations and to the Account API, in types of our own.

use crate::collect::{Page, PageRequest, SourceResult};

/// The largest number of rows that AWS Organizations returns for one call.
pub const MAX_ACCOUNT_ROWS: usize = 20;

/// An account of an organization.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccountRow {
    /// Twelve digits.
    pub id: String,
    /// The name that the account has in the organization. It may be empty, and two accounts may have
    /// the same.
    pub name: String,
    /// The partition of the organization, if the account's ARN reveals it.
    pub partition: Option<String>,
    /// Whether the account can be read: its `State`, or its older `Status`, is `ACTIVE`.
    pub is_active: bool,
}

/// An organizational unit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnitRow {
    /// For example `ou-ab12-34cd56ef`.
    pub id: String,
}

/// A region of an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RegionRow {
    /// For example `eu-west-1`.
    pub name: String,
    /// Whether the account may use it: its status is `ENABLED` or `ENABLED_BY_DEFAULT`.
    pub is_enabled: bool,
}

/// AWS Organizations, as the credentials of the lister see it.
pub trait OrganizationSource: Send + Sync {
    /// Prepares the credentials, and returns the account that they belong to.
    fn begin(&self) -> impl Future<Output = SourceResult<String>> + Send;

    /// Calls `ListAccounts`, or `ListAccountsForParent` for the accounts directly in a unit.
    fn accounts(
        &self,
        unit: Option<&str>,
        page: &PageRequest,
    ) -> impl Future<Output = SourceResult<Page<AccountRow>>> + Send;

    /// Calls `ListOrganizationalUnitsForParent`.
    fn units(
        &self,
        parent: &str,
        page: &PageRequest,
    ) -> impl Future<Output = SourceResult<Page<UnitRow>>> + Send;
}

/// The Account API, as the credentials of one account see it.
pub trait RegionSource: Send + Sync {
    /// Prepares the credentials, and returns the account that they belong to.
    fn begin(&self) -> impl Future<Output = SourceResult<String>> + Send;

    /// Calls `ListRegions`.
    fn regions(
        &self,
        page: &PageRequest,
    ) -> impl Future<Output = SourceResult<Page<RegionRow>>> + Send;
}
