//! The accounts and regions that are found instead of written down: when they are listed, and what
//! the lists mean for the targets.
//!
//! Which calls a listing takes, and whether it is believed, is for [`discovery`](crate::discovery).

mod accounts;
mod discoverer;
mod outlook;
mod round;
mod schedule;
mod sources;

pub(super) use accounts::accounts_to_read;
pub(super) use discoverer::{Discoverer, Update};
pub(super) use outlook::{DiscoveryOutlook, report};
pub(super) use round::discover_once;
pub(super) use sources::DiscoveryMeter;
