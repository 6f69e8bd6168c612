//! Finds out what there is to read: the accounts of an organization, and the regions that are enabled
//! for an account.
//!
//! It decides which calls that takes, and what their answers mean together with those before: a
//! listing that fails takes nothing away. The SDK is left to `aws`; which accounts the configuration
//! wants, and when they are listed, to `app`.
//!
//! # Calls of a discovery
//!
//! | for | operation | calls |
//! |---|---|---|
//! | all accounts | `ListAccounts` | one per 20 accounts, in a chain |
//! | the accounts of organizational units | `ListAccountsForParent`, `ListOrganizationalUnitsForParent` | both, per 20 rows, for each unit and each unit below it |
//! | the regions of an account | `ListRegions` | one per account of which all regions are read |

mod directory;
mod source;
#[cfg(test)]
mod tests;
mod walk;

pub use directory::{AccountKey, Directory, DiscoveryFailure, FailedPart, MembershipChange};
pub use source::{
    AccountRow, MAX_ACCOUNT_ROWS, OrganizationSource, RegionRow, RegionSource, UnitRow,
};
pub use walk::{enabled_regions, member_accounts};
