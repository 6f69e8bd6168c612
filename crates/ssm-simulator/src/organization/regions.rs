//! The regions of AWS, and which of them an account has enabled.

use std::collections::BTreeSet;

use super::partition::partition_of;
use crate::random;
use crate::rows::RegionOptStatus;

/// Regions that every account has. The real ones cannot be disabled, but here those that are not
/// simulated are.
const DEFAULT_REGIONS: [&str; 21] = [
    "ap-northeast-1",
    "ap-northeast-2",
    "ap-northeast-3",
    "ap-south-1",
    "ap-southeast-1",
    "ap-southeast-2",
    "ca-central-1",
    "cn-north-1",
    "cn-northwest-1",
    "eu-central-1",
    "eu-north-1",
    "eu-west-1",
    "eu-west-2",
    "eu-west-3",
    "sa-east-1",
    "us-east-1",
    "us-east-2",
    "us-gov-east-1",
    "us-gov-west-1",
    "us-west-1",
    "us-west-2",
];

/// Regions that an account has to enable, and their status where it has not.
const OPT_IN_REGIONS: [(&str, &str); 8] = [
    ("af-south-1", DISABLED),
    // A client must not ask in regions that are about to come or to go.
    ("ap-east-1", "DISABLING"),
    ("ap-south-2", DISABLED),
    ("ca-west-1", DISABLED),
    ("eu-central-2", DISABLED),
    ("eu-south-1", DISABLED),
    ("il-central-1", DISABLED),
    ("me-central-1", "ENABLING"),
];

const DISABLED: &str = "DISABLED";

/// The regions that an account has enabled.
#[derive(Clone, Debug)]
pub(super) struct EnabledRegions(BTreeSet<String>);

impl EnabledRegions {
    pub(super) fn new(names: &[String]) -> Self {
        Self(names.iter().cloned().collect())
    }

    pub(super) fn names(&self) -> impl Iterator<Item = &String> {
        self.0.iter()
    }

    pub(super) fn has(&self, region: &str) -> bool {
        self.0.contains(region)
    }

    pub(super) fn set(&mut self, region: &str, is_enabled: bool) {
        if is_enabled {
            self.0.insert(region.to_owned());
        } else {
            self.0.remove(region);
        }
    }
}

/// The answer of `ListRegions` for one account.
#[derive(Debug)]
pub(crate) struct AccountRegions {
    /// Separates the tokens of this account from those of all others.
    pub(crate) seed: u64,
    pub(crate) rows: Vec<RegionOptStatus>,
}

impl AccountRegions {
    /// The regions of the partition that `signed_for` belongs to, sorted by name.
    pub(super) fn new(account: &str, enabled: &EnabledRegions, signed_for: &str) -> Self {
        let known = DEFAULT_REGIONS.into_iter();
        let known = known.chain(OPT_IN_REGIONS.map(|(name, _)| name));
        // Tests may simulate regions that AWS has added since.
        let names: BTreeSet<&str> = known
            .chain(enabled.names().map(String::as_str))
            .filter(|name| partition_of(name) == partition_of(signed_for))
            .collect();
        Self {
            seed: random::text(account),
            rows: names
                .into_iter()
                .map(|name| RegionOptStatus {
                    region_name: name.to_owned(),
                    region_opt_status: status(name, enabled).to_owned(),
                })
                .collect(),
        }
    }
}

fn status(region: &str, enabled: &EnabledRegions) -> &'static str {
    let is_default = DEFAULT_REGIONS.contains(&region);
    match enabled.has(region) {
        true if is_default => "ENABLED_BY_DEFAULT",
        true => "ENABLED",
        false => status_where_not_enabled(region),
    }
}

fn status_where_not_enabled(region: &str) -> &'static str {
    let known = OPT_IN_REGIONS.iter().find(|(name, _)| *name == region);
    known.map_or(DISABLED, |(_, status)| status)
}
