//! Regions, and the partitions that they belong to.
//!
//! A list of all regions would make each new one wait for a release of this program. AWS's own
//! `partitions.json` recognises partitions by how the names of their regions begin, before a word
//! and a number, so a new region of a known part of the world is accepted here too, unless it looks
//! like a slip (see `known_regions`).

use super::characters::{is_digits, is_lowercase_word};
use super::known_regions;
use crate::config::problem::Fault;

/// How the regions of each partition begin, after `partitions.json` of AWS's endpoint rules.
const PARTITIONS: [(&str, &[&str]); 8] = [
    (
        "aws",
        &["af", "ap", "ca", "eu", "il", "me", "mx", "sa", "us"],
    ),
    ("aws-cn", &["cn"]),
    ("aws-us-gov", &["us-gov"]),
    ("aws-iso", &["us-iso"]),
    ("aws-iso-b", &["us-isob"]),
    ("aws-iso-e", &["eu-isoe"]),
    ("aws-iso-f", &["us-isof"]),
    ("aws-eusc", &["eusc-de"]),
];

/// The region in which each partition has its global services (Organizations, Account), according to
/// the endpoint rules of AWS's SDKs.
const GLOBAL_REGIONS: [(&str, &str); 8] = [
    ("aws", "us-east-1"),
    ("aws-cn", "cn-northwest-1"),
    ("aws-us-gov", "us-gov-west-1"),
    ("aws-iso", "us-iso-east-1"),
    ("aws-iso-b", "us-isob-east-1"),
    ("aws-iso-e", "eu-isoe-west-1"),
    ("aws-iso-f", "us-isof-south-1"),
    ("aws-eusc", "eusc-de-east-1"),
];

/// `eu-west-1`, `us-gov-west-1`, `us-isob-east-1`.
pub(crate) fn region(text: &str) -> Result<String, Fault> {
    if is_region(text) {
        Ok(text.to_owned())
    } else {
        Err(not_a_region(text))
    }
}

fn not_a_region(text: &str) -> Fault {
    let what = if has_shape(text) {
        "is not a region of any partition"
    } else {
        "is not a region"
    };
    Fault::new(what, hint(text))
}

fn hint(text: &str) -> String {
    let lower = text.trim().to_ascii_lowercase();
    if is_region(&lower) {
        let how = spelling_hint(text);
        return format!("write it {how}: {lower}");
    }
    if let Some(region) = region_of_zone(&lower) {
        return format!("this looks like an availability zone; its region is {region}");
    }
    match known_regions::nearest(&lower) {
        Some(region) => format!("did you mean {region}?"),
        None => "write it like eu-west-1 or us-gov-west-1".to_owned(),
    }
}

fn spelling_hint(text: &str) -> &'static str {
    // A variable often holds a newline at its end.
    if text.trim() == text {
        "in lower case"
    } else {
        "without spaces"
    }
}

/// The region of what looks like an availability zone, which is a region with a letter behind it.
fn region_of_zone(text: &str) -> Option<&str> {
    let region = text.strip_suffix(|c: char| c.is_ascii_lowercase())?;
    is_region(region).then_some(region)
}

fn is_region(text: &str) -> bool {
    let Some(parts) = Parts::of(text) else {
        return false;
    };
    parts.partition().is_some() && known_regions::slip_of(text, parts.direction).is_none()
}

/// Whether this region was there when this program was written.
pub(crate) fn is_known_region(region: &str) -> bool {
    known_regions::is_known(region)
}

/// The partition of a region, or nothing if no partition has regions that begin so.
pub(crate) fn partition_of_region(text: &str) -> Option<&'static str> {
    Parts::of(text)?.partition()
}

/// The region of a partition's global services. An unknown partition is treated like `aws`.
pub(crate) fn global_region(partition: &str) -> &'static str {
    let mut regions = GLOBAL_REGIONS.iter();
    let found = regions.find(|(name, _)| *name == partition);
    found.map_or("us-east-1", |(_, region)| region)
}

/// Whether the text could name a region, even one that no known partition has.
pub(crate) fn is_region_like(text: &str) -> bool {
    has_shape(text)
}

/// A text of the shape of a region, without its number.
struct Parts<'a> {
    beginning: &'a str,
    direction: &'a str,
}

impl<'a> Parts<'a> {
    fn of(text: &'a str) -> Option<Self> {
        // The parts are taken from the end, because the beginning may have hyphens itself: `us-gov`.
        let (rest, number) = text.rsplit_once('-')?;
        let (beginning, direction) = rest.rsplit_once('-')?;
        let has_shape = is_number(number) && is_lowercase_word(direction);
        has_shape.then_some(Self {
            beginning,
            direction,
        })
    }

    fn partition(&self) -> Option<&'static str> {
        partition_of_beginning(self.beginning)
    }
}

fn partition_of_beginning(text: &str) -> Option<&'static str> {
    let mut partitions = PARTITIONS.iter();
    let (partition, _) = partitions.find(|(_, beginnings)| beginnings.contains(&text))?;
    Some(partition)
}

/// The partition that an ARN names.
pub(crate) fn partition_of_arn(arn: &str) -> Option<&str> {
    arn.split(':').nth(1)
}

/// Whether the text is at least two words and a number, joined by hyphens.
fn has_shape(text: &str) -> bool {
    let Some((words, number)) = text.rsplit_once('-') else {
        return false;
    };
    is_number(number) && words.contains('-') && words.split('-').all(is_lowercase_word)
}

fn is_number(text: &str) -> bool {
    // No region has come near a hundred siblings, and none has a leading zero.
    matches!(text.len(), 1 | 2) && is_digits(text) && !text.starts_with('0')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn regions_of_every_partition_are_known_without_a_list_of_them() {
        for (text, partition) in [
            ("eu-west-1", "aws"),
            ("ap-southeast-7", "aws"),
            ("mx-central-1", "aws"),
            ("il-central-1", "aws"),
            ("eu-south-9", "aws"),
            ("cn-northwest-1", "aws-cn"),
            ("us-gov-east-1", "aws-us-gov"),
            ("us-iso-west-1", "aws-iso"),
            ("us-isob-east-1", "aws-iso-b"),
            ("eu-isoe-west-1", "aws-iso-e"),
            ("us-isof-south-1", "aws-iso-f"),
            ("eusc-de-east-1", "aws-eusc"),
        ] {
            assert_eq!(partition_of_region(text), Some(partition), "{text}");
            assert!(region(text).is_ok(), "{text}");
        }
    }

    #[test]
    fn every_partition_has_a_region_of_its_own_for_global_services() {
        for (partition, _) in PARTITIONS {
            let region = global_region(partition);
            assert_eq!(partition_of_region(region), Some(partition));
        }
        assert_eq!(global_region("aws-new"), "us-east-1");
    }

    #[test]
    fn what_no_partition_has_is_refused() {
        for text in [
            "",
            "-",
            "--",
            "eu-west",
            "eu-west-",
            "eu-west-0",
            "eu-west-1a",
            "eu-west-100",
            "EU-WEST-1",
            " eu-west-1",
            "eu-west-1\n",
            "mars-north-1",
            "xx-west-1",
            "us-isoz-east-1",
            "cn-gov-east-1",
            "us-east-1.evil.example",
            "é-west-1",
            "eu_west_1",
            "global",
        ] {
            assert!(region(text).is_err(), "{text:?}");
        }
    }

    #[test]
    fn a_slip_is_refused_and_a_region_that_may_be_new_is_not() {
        for (slip, meant) in [
            ("eu-wset-1", "eu-west-1"),
            ("eu-wesst-1", "eu-west-1"),
            ("us-est-1", "us-east-1"),
            ("us-eats-2", "us-east-2"),
            ("ap-souteast-1", "ap-southeast-1"),
            ("us-gov-weest-1", "us-gov-west-1"),
            ("ue-west-1", "eu-west-1"),
            ("eu-west1", "eu-west-1"),
            ("eu_west_1", "eu-west-1"),
            ("EU-WSET-1", "eu-west-1"),
            ("eu-west", "eu-west-1"),
        ] {
            let fault = region(slip).expect_err(slip);
            assert_eq!(fault.hint, format!("did you mean {meant}?"), "{slip}");
        }
        for new in [
            "eu-west-4",
            "sa-west-1",
            "me-north-1",
            "us-gov-central-1",
            "eu-polar-1",
        ] {
            assert!(region(new).is_ok() && !is_known_region(new), "{new}");
        }
    }

    #[test]
    fn a_near_miss_is_told_apart() {
        let hint = |text: &str| region(text).expect_err(text).hint;
        assert!(hint("eu-west-1a").contains("its region is eu-west-1"));
        assert!(hint("EU-West-1").contains("lower case: eu-west-1"));
        assert!(hint(" eu-west-1\n").contains("without spaces: eu-west-1"));
        assert!(
            region("mars-north-1")
                .expect_err("no")
                .what
                .contains("of any partition")
        );
    }
}
