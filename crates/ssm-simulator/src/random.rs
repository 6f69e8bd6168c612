//! Repeatable chance: hashes and a small generator. One seed gives the same fleet on every machine,
//! whatever the versions of dependencies. None of this is fit for secrets.

/// The increment of splitmix64, which is 2^64 divided by the golden ratio.
const GOLDEN: u64 = 0x9e37_79b9_7f4a_7c15;

/// The finalizer of splitmix64, which maps one to one and spreads every bit of its input.
pub(crate) const fn mix(value: u64) -> u64 {
    let mut x = value;
    x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^ (x >> 31)
}

/// A hash of two hashes.
pub(crate) const fn join(left: u64, right: u64) -> u64 {
    mix(left ^ mix(right.wrapping_add(GOLDEN)).rotate_left(23))
}

/// A hash of a text.
pub(crate) fn text(value: &str) -> u64 {
    mix(value.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    }))
}

/// A number in `0..limit`, evenly spread. It is 0 for a limit of 0.
pub(crate) fn below(hash: u64, limit: u32) -> u32 {
    // The product keeps the high bits of the hash, and has no bias that matters, unlike a
    // remainder.
    u32::try_from((u128::from(hash) * u128::from(limit)) >> 64).unwrap_or(0)
}

/// A share in `0.0..1.0`.
pub(crate) fn share(hash: u64) -> f64 {
    f64::from(u32::try_from(hash >> 32).unwrap_or(0)) / 4_294_967_296.0
}

/// The textual form of a UUID.
pub(crate) fn uuid(hash: u64) -> String {
    let low = mix(hash);
    format!(
        "{:08x}-{:04x}-4{:03x}-a{:03x}-{:012x}",
        hash >> 32,
        (hash >> 16) & 0xffff,
        hash & 0xfff,
        low >> 52,
        low & 0xffff_ffff_ffff
    )
}

/// A share of a count, rounded to the nearest whole number.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a share of a count, never negative"
)]
pub(crate) fn part_of(count: u32, share: f64) -> u32 {
    (f64::from(count) * share.max(0.0)).round() as u32
}

/// A generator for shuffles.
pub(crate) struct Rng(u64);

impl Rng {
    pub(crate) const fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub(crate) fn below(&mut self, limit: u32) -> u32 {
        self.0 = self.0.wrapping_add(GOLDEN);
        below(mix(self.0), limit)
    }

    /// The shuffle of Fisher and Yates.
    pub(crate) fn shuffle<T>(&mut self, values: &mut [T]) {
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
