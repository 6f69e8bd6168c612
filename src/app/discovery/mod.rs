//! The accounts and regions that are discovered instead of configured: when they are listed, and
//! what the lists mean for the targets.
//!
//! [`discovery`](crate::discovery) decides which calls a listing takes, and whether to believe it.

mod accounts;
mod discoverer;
mod outlook;
mod round;
mod schedule;
mod sources;

pub(super) use accounts::{accounts_to_read, assume_read};
pub(super) use discoverer::{Discoverer, Update};
pub(super) use outlook::{DiscoveryOutlook, report};
pub(super) use round::{Extent, discover_once};
pub(super) use sources::DiscoveryMeter;
