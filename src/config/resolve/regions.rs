//! Lists of regions, which accounts and an organization have alike.

use std::collections::HashMap;

use super::resolver::{Resolver, items_of};
use crate::config::fields::List;
use crate::config::forms::{self, RoleArn, partition_of_arn, partition_of_region};

/// A region of the file, with its line for the rules that compare it with others.
pub(super) struct ListedRegion {
    pub(super) name: String,
    pub(super) line: usize,
}

/// The good regions of a list. A repetition is left in: whether it is reported depends on what
/// the list belongs to.
pub(super) fn read(list: Option<&List>, resolver: &Resolver<'_>) -> Vec<ListedRegion> {
    let mut regions = Vec::new();
    for item in items_of(list) {
        if let Some(name) = resolver.value(item, forms::region) {
            let line = item.line;
            regions.push(ListedRegion { name, line });
        }
    }
    regions
}

/// Reports each region that a list, which messages call `path`, has twice.
pub(super) fn check_once(regions: &[ListedRegion], path: &str, resolver: &Resolver<'_>) {
    let mut first_lines: HashMap<&str, usize> = HashMap::new();
    for ListedRegion { name, line } in regions {
        if let Some(first) = first_lines.get(name.as_str()) {
            let what = format!("{path} has {name} twice, first on line {first}");
            resolver.report(*line, what, "remove one");
        } else {
            first_lines.insert(name, *line);
        }
    }
}

/// Reports each region outside of the partition of `role`, which messages call by its `key`. A
/// role can only be assumed, and only reads, in its own partition.
pub(super) fn check_partition(
    role: Option<&RoleArn>,
    regions: &[ListedRegion],
    key: &str,
    resolver: &Resolver<'_>,
) {
    // An entry without a role reads with credentials whose partition is not known here.
    let Some(partition) = role.and_then(|role| partition_of_arn(&role.arn)) else {
        return;
    };
    for ListedRegion { name, line } in regions {
        if let Some(other) = partition_of_region(name)
            && other != partition
        {
            let what = format!(
                "{name} is a region of the partition {other}, {key} names the partition {partition}"
            );
            let hint = "a role reads only its own partition; mend the region or the ARN";
            resolver.report(*line, what, hint);
        }
    }
}

pub(super) fn names(regions: &[ListedRegion]) -> Vec<String> {
    regions.iter().map(|region| region.name.clone()).collect()
}
