//! Makes an input that is a fault as small as it can be.

use std::time::{Duration, Instant};

const MAX_TIME: Duration = Duration::from_secs(3);

/// The smallest input that still is a fault after removing parts of it.
pub(crate) fn minimized(input: &[u8], is_fault: impl Fn(&[u8]) -> bool) -> Vec<u8> {
    let end = Instant::now() + MAX_TIME;
    let mut input = input.to_vec();
    let mut part_bytes = input.len().div_ceil(2);
    while part_bytes > 0 {
        let mut from = 0;
        while from < input.len() && Instant::now() < end {
            let without = without(&input, from, part_bytes);
            if is_fault(&without) {
                input = without;
            } else {
                from += part_bytes;
            }
        }
        part_bytes /= 2;
    }
    input
}

fn without(input: &[u8], from: usize, bytes: usize) -> Vec<u8> {
    let to = (from + bytes).min(input.len());
    [&input[..from], &input[to..]].concat()
}
