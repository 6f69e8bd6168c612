//! The regions that there were when this was written.
//!
//! They serve to find slips, and not to decide what may be read: a new region must not wait for a
//! release of this program. What is not in the list is a slip if it is hardly different from a region
//! of the list and AWS would not call a region so. Anything else may be new, and `check-config` says
//! that it is not known here.

use crate::config::suggest;

/// Every region of every partition, after `partitions.json` of AWS's SDKs.
const KNOWN_REGIONS: [&str; 44] = [
    "af-south-1",
    "ap-east-1",
    "ap-east-2",
    "ap-northeast-1",
    "ap-northeast-2",
    "ap-northeast-3",
    "ap-south-1",
    "ap-south-2",
    "ap-southeast-1",
    "ap-southeast-2",
    "ap-southeast-3",
    "ap-southeast-4",
    "ap-southeast-5",
    "ap-southeast-6",
    "ap-southeast-7",
    "ca-central-1",
    "ca-west-1",
    "cn-north-1",
    "cn-northwest-1",
    "eu-central-1",
    "eu-central-2",
    "eu-isoe-west-1",
    "eu-north-1",
    "eu-south-1",
    "eu-south-2",
    "eu-west-1",
    "eu-west-2",
    "eu-west-3",
    "eusc-de-east-1",
    "il-central-1",
    "me-central-1",
    "me-south-1",
    "mx-central-1",
    "sa-east-1",
    "us-east-1",
    "us-east-2",
    "us-gov-east-1",
    "us-gov-west-1",
    "us-iso-east-1",
    "us-iso-west-1",
    "us-isob-east-1",
    "us-isob-west-1",
    "us-west-1",
    "us-west-2",
];

/// The words with which AWS tells the regions of one part of the world apart.
const DIRECTIONS: [&str; 9] = [
    "central",
    "east",
    "north",
    "northeast",
    "northwest",
    "south",
    "southeast",
    "southwest",
    "west",
];

/// How many letters of a known region a slip changes at most.
const MAX_SLIPS: usize = 2;

pub(super) fn is_known(region: &str) -> bool {
    KNOWN_REGIONS.contains(&region)
}

/// The known region that was probably meant by a text, if it is near enough to one.
pub(super) fn nearest(text: &str) -> Option<&'static str> {
    suggest::nearest_within(text, &KNOWN_REGIONS, MAX_SLIPS)
}

/// The known region that was probably meant by what has the shape of a region and the word
/// `direction` in it; none if it is known itself or may be a new one.
pub(super) fn slip_of(region: &str, direction: &str) -> Option<&'static str> {
    // `eu-south-3` is hardly different from `eu-south-2`, but it is what AWS would call the next
    // region there.
    if is_known(region) || DIRECTIONS.contains(&direction) {
        return None;
    }
    nearest(region)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::forms::region;

    #[test]
    fn every_known_region_is_read_and_is_its_own_nearest() {
        for known in KNOWN_REGIONS {
            assert!(region(known).is_ok(), "{known}");
            assert_eq!(nearest(known), Some(known));
        }
    }
}
