//! The organization: its accounts, its tree of organizational units, and the regions that each
//! account has enabled. Nothing here knows of the protocol or of faults.

mod account;
mod partition;
mod regions;
mod tree;
mod units;

pub use account::AccountState;
pub(crate) use partition::partition_of;
pub(crate) use regions::AccountRegions;
pub(crate) use tree::Organization;
pub(crate) use units::ROOT_ID;
