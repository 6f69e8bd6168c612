//! Finds out what there is to read: the accounts of an organization, and the regions that are enabled
//! for an account.
//!
//! It decides which calls this takes, and what their answers mean in the light of earlier ones: a
//! listing that fails removes nothing. `aws` deals with the SDK; `app` decides which accounts the
//! configuration asks for, and when they are listed.
//!
//! # Calls of a discovery
//!
//! | for | operation | calls |
//! |---|---|---|
//! | all accounts | `ListAccounts` | one per 20 accounts, in a chain |
//! | the accounts of organizational units | `ListAccountsForParent`, `ListOrganizationalUnitsForParent` | each of them once per 20 rows, for each unit and each unit below it |
//! | the regions of an account | `ListRegions` | one per account with `regions: [all]` |

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
