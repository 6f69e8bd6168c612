//! Which targets this exporter reads if several exporters divide those of one configuration.
//!
//! Nobody assigns targets: each exporter works out by itself which are its own, from their accounts
//! and regions.

use std::fmt;

use super::configured::ConfiguredTarget;

/// One of the exporters that divide the targets of a configuration between them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shard {
    index: u32,
    total: u32,
}

impl Shard {
    /// The shard with this number, counted from 0, out of `total`. `None` if the number is too high.
    ///
    /// ```
    /// use ssm_compliance_exporter::app::Shard;
    ///
    /// assert!(Shard::new(2, 3).is_some());
    /// assert!(Shard::new(3, 3).is_none());
    /// ```
    pub fn new(index: u32, total: u32) -> Option<Self> {
        (index < total).then_some(Self { index, total })
    }

    /// Its number, counted from 0.
    pub fn index(self) -> u32 {
        self.index
    }

    /// How many shards there are. A single one has all targets.
    pub fn total(self) -> u32 {
        self.total
    }

    /// Those of the targets that this shard reads.
    pub(super) fn own(self, mut targets: Vec<ConfiguredTarget<'_>>) -> Vec<ConfiguredTarget<'_>> {
        targets.retain(|target| self.has(target));
        targets
    }

    fn has(self, target: &ConfiguredTarget<'_>) -> bool {
        let account_id = target.account.account_id.as_deref();
        self.reads(account_id.unwrap_or_default(), &target.region)
    }

    /// Whether it reads this account and region. The id is empty for an account that only AWS can
    /// name.
    fn reads(self, account_id: &str, region: &str) -> bool {
        let target = hash(account_id, region);
        // Rendezvous hashing: every shard draws a number for the target, and the highest number wins.
        // Adding or removing a shard changes no other shard's numbers, so no other targets move.
        let winner = (0..self.total).max_by_key(|shard| mix(target ^ mix(u64::from(*shard) + 1)));
        winner == Some(self.index)
    }
}

impl Default for Shard {
    fn default() -> Self {
        Self { index: 0, total: 1 }
    }
}

impl fmt::Display for Shard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // People count from 1, and the metric and the flag from 0.
        write!(f, "shard {} of {}", u64::from(self.index) + 1, self.total)
    }
}

/// FNV-1a of the target, which is the same in every version and on every machine. The standard
/// library's hash promises neither, and exporters that disagree would lose targets.
fn hash(account_id: &str, region: &str) -> u64 {
    let bytes = account_id.bytes().chain([b'/']).chain(region.bytes());
    bytes.fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

/// The finalizer of `SplitMix64`. With FNV alone, names that differ only in their last letter have
/// nearly the same high bits, and those decide here.
fn mix(bits: u64) -> u64 {
    let bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    bits ^ (bits >> 31)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const REGIONS: [&str; 4] = ["eu-west-1", "eu-west-2", "us-east-1", "ap-southeast-2"];

    /// The numbers of all shards that read a target.
    fn readers(account_id: &str, region: &str, total: u32) -> Vec<u32> {
        let shards = (0..total).filter_map(|index| Shard::new(index, total));
        let readers = shards.filter(|shard| shard.reads(account_id, region));
        readers.map(Shard::index).collect()
    }

    /// The shard of each target of so many accounts, which are alike but for their last digits.
    fn owners(accounts: u32, total: u32) -> Vec<u32> {
        let mut owners = Vec::new();
        for account in 0..accounts {
            let account_id = format!("{:012}", 111_122_220_000_u64 + u64::from(account));
            owners.extend(REGIONS.map(|region| readers(&account_id, region, total)[0]));
        }
        owners
    }

    proptest! {
        #[test]
        fn no_target_is_lost_and_none_is_read_twice(
            account_id in "([0-9]{12})?",
            region in "[a-z]{2}(-gov)?-[a-z]{4,9}-[1-9]",
            total in 1_u32..40,
        ) {
            prop_assert_eq!(readers(&account_id, &region, total).len(), 1);
        }

        #[test]
        fn a_shard_more_takes_its_part_of_the_targets_and_moves_no_others(
            account_id in "[0-9]{12}",
            region in "[a-z]{2}-[a-z]{4,9}-[1-9]",
            total in 1_u32..40,
        ) {
            let before = readers(&account_id, &region, total);
            let after = readers(&account_id, &region, total + 1);
            prop_assert!(after == before || after == [total]);
        }
    }

    #[test]
    fn about_as_many_targets_move_as_the_new_shard_needs() {
        for total in [1, 2, 3, 7] {
            let before = owners(500, total);
            let after = owners(500, total + 1);
            let moved = before.iter().zip(&after).filter(|(a, b)| a != b).count();
            let fair = before.len() / (total as usize + 1);
            assert!(
                moved.abs_diff(fair) < fair / 5,
                "{total}: {moved} of {fair}"
            );
        }
    }

    #[test]
    fn every_shard_has_about_its_share() {
        let owners = owners(500, 5);
        for shard in 0..5 {
            let count = owners.iter().filter(|owner| **owner == shard).count();
            assert!(count.abs_diff(400) < 60, "{shard}: {count}");
        }
    }

    #[test]
    fn the_shards_of_a_target_are_the_same_in_every_version() {
        // During a rolling update two versions divide the targets between them.
        assert_eq!(owners(4, 3), PINNED_OWNERS);
        assert_eq!(readers("", "eu-west-1", 3), PINNED_OWN);
    }

    const PINNED_OWNERS: [u32; 16] = [2, 1, 1, 0, 1, 2, 1, 1, 0, 2, 1, 2, 2, 2, 2, 1];
    const PINNED_OWN: [u32; 1] = [0];
}
