//! Repeatable chance: hashes and a small generator, so that one seed gives the same fleet on every
//! machine and in every version of our dependencies. Not for secrets.

const GOLDEN: u64 = 0x9e37_79b9_7f4a_7c15;

/// The finalizer of splitmix64: a bijection that spreads every bit of its input.
pub(super) const fn mix(value: u64) -> u64 {
    let mut x = value;
    x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^ (x >> 31)
}

/// A hash of two hashes.
pub(super) const fn join(left: u64, right: u64) -> u64 {
    mix(left ^ mix(right.wrapping_add(GOLDEN)).rotate_left(23))
}

/// A hash of a text.
pub(super) fn text(value: &str) -> u64 {
    mix(value.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    }))
}

/// A number in `0..limit` (0 for a limit of 0), evenly spread.
pub(super) fn below(hash: u64, limit: u32) -> u32 {
    u32::try_from((u128::from(hash) * u128::from(limit)) >> 64).unwrap_or(0)
}

/// A share in `0.0..1.0`.
pub(super) fn share(hash: u64) -> f64 {
    f64::from(u32::try_from(hash >> 32).unwrap_or(0)) / 4_294_967_296.0
}

/// The textual form of a UUID.
pub(super) fn uuid(hash: u64) -> String {
    let (high, low) = (hash, mix(hash));
    format!(
        "{:08x}-{:04x}-4{:03x}-a{:03x}-{:012x}",
        high >> 32,
        (high >> 16) & 0xffff,
        high & 0xfff,
        low >> 52,
        low & 0xffff_ffff_ffff
    )
}

/// `count` units, a hundredth of them being a `share` of 0.01, rounded to the nearest.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a share of a count, never negative"
)]
pub(super) fn part_of(count: u32, share: f64) -> u32 {
    (f64::from(count) * share.max(0.0)).round() as u32
}

/// A generator for shuffles.
pub(super) struct Rng(u64);

impl Rng {
    pub(super) const fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub(super) fn below(&mut self, limit: u32) -> u32 {
        self.0 = self.0.wrapping_add(GOLDEN);
        below(mix(self.0), limit)
    }

    /// Fisher and Yates.
    pub(super) fn shuffle<T>(&mut self, values: &mut [T]) {
        for last in (1..values.len()).rev() {
            let limit = u32::try_from(last + 1).unwrap_or(u32::MAX);
            values.swap(last, self.below(limit) as usize);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Rng, below, share, text, uuid};

    #[test]
    fn the_same_seed_shuffles_the_same_way_and_another_seed_does_not() {
        let shuffled = |seed| {
            let mut values: Vec<u32> = (0..50).collect();
            Rng::new(seed).shuffle(&mut values);
            values
        };
        assert_eq!(shuffled(1), shuffled(1));
        assert_ne!(shuffled(1), shuffled(2));
    }

    #[test]
    fn numbers_stay_below_their_limit_and_reach_both_ends() {
        let rolled: Vec<u32> = (0..200).map(|n| below(text(&n.to_string()), 3)).collect();
        assert!(rolled.contains(&0) && rolled.contains(&2) && rolled.iter().all(|n| *n < 3));
        assert!((0.0..1.0).contains(&share(u64::MAX)));
    }

    #[test]
    fn uuids_have_the_shape_that_aws_checks() {
        let id = uuid(text("x"));
        let lengths: Vec<usize> = id.split('-').map(str::len).collect();
        assert_eq!(lengths, [8, 4, 4, 4, 12]);
    }
}
