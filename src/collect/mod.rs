//! Decides which calls a refresh makes, in what order and how often.
//!
//! This module uses the model and tokio. It leaves the SDK, the request rate and retries to the
//! implementation of [`Source`], and everything that is shown to `metrics`.
//!
//! # Calls of a refresh
//!
//! | collector | operation | calls | in a steady refresh | starts |
//! |---|---|---|---|---|
//! | `instances` | `DescribeInstanceInformation` | one per 50 instances, in a chain | the same | at once |
//! | `compliance_totals` | `ListComplianceSummaries` | one per 50 compliance types, in a chain | the same | at once |
//! | `compliance` | `ListResourceComplianceSummaries` | one per 50 summaries, in up to three chains: Patch, Association, and 20 others each | the same | at once; if other types are wanted, after `compliance_totals`, which names them |
//! | `patches` | `DescribeInstancePatchStates` | one per 50 listed instances | one per 50 whose Patch summary has changed, or whose turn it is | while pages of `instances` and `compliance` come |
//! | `items` | `ListComplianceItems` | one per instance that is non-compliant for Association | one per such instance whose summary has changed, or whose turn it is | the same |
//! | `patch_details` | `ListComplianceItems` | if asked for: one per 50 non-compliant patches of each instance that is non-compliant for Patch | one per such instance whose summary has changed, or whose turn it is | the same |
//! | `baselines` | `DescribePatchBaselines` | one per 50 baselines, in a chain | the same | at once |
//! | `associations` | `ListAssociations` | one per 50 associations, in a chain | the same | at once |
//! | `tags` | `GetResources` | if asked for: one per 100 tagged EC2 instances and managed instances, in a chain | the same | at once |
//!
//! Before all of these, [`Source::begin`] asks STS at most once which account the credentials of a
//! target belong to.

mod chains;
mod clock;
mod details;
mod estimate;
mod news;
mod pagination;
mod progress;
mod reconfiguration;
mod refresh;
mod refresh_log;
mod refresher;
mod resources;
mod shared_target;
mod source;
mod supervisor;
mod target_settings;
#[cfg(test)]
mod tests;

pub use clock::Clock;
pub use estimate::{Calls, Estimate, estimate};
pub(crate) use pagination::{AbsentList, Listing, absent_list, read as read_pages};
pub use refresher::{Identification, RefreshObserver, Refresher, TargetTask};
pub use shared_target::SharedTarget;
pub use source::{
    FailureScope, MAX_PAGE_ROWS, Page, PageRequest, Source, SourceError, SourceResult, TypeFilter,
};
pub use target_settings::TargetSettings;
