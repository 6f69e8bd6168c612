//! Lists of regions, which accounts and an organization have alike.

use super::resolver::{Resolver, items_of};
use crate::config::fields::List;
use crate::config::first_lines::FirstLines;
use crate::config::forms::{self, RoleArn, partition_of_arn, partition_of_region};
use crate::config::named_node::Value;
use crate::config::problem::Fault;
use crate::config::settings::Regions;

/// The word that stands for every region that is enabled for the account.
const ALL: &str = "all";

/// A region of the file, or the word `all`, with its line for the rules that compare it with others.
pub(super) struct ListedRegion {
    pub(super) name: String,
    pub(super) line: usize,
}

/// The good regions of a list. A repetition is left in: whether it is reported depends on what
/// the list belongs to.
pub(super) fn read(list: Option<&List>, resolver: &Resolver<'_>) -> Vec<ListedRegion> {
    let mut regions = Vec::new();
    for item in items_of(list) {
        regions.extend(ListedRegion::read(item, resolver));
    }
    regions
}

/// Reports each region that a list, which messages call `path`, has twice.
pub(super) fn check_once(regions: &[ListedRegion], path: &str, resolver: &Resolver<'_>) {
    let mut first_lines = FirstLines::new();
    for ListedRegion { name, line } in regions {
        if let Some(first) = first_lines.note(name, *line) {
            let what = format!("{path} has {name} twice, first on line {first}");
            resolver.report(*line, what, "remove one");
        }
    }
}

/// Reports the word `all` in a list, which messages call `path`, that also names regions.
pub(super) fn check_all_stands_alone(
    regions: &[ListedRegion],
    path: &str,
    resolver: &Resolver<'_>,
) {
    let all = regions.iter().find(|region| region.is_all());
    let named = regions.iter().find(|region| !region.is_all());
    if let (Some(all), Some(named)) = (all, named) {
        let what = format!("{path} has both all and {}", named.name);
        let hint =
            "write [all] for every region that is enabled for the account, or name the regions";
        resolver.report(all.line, what, hint);
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
    for region in regions {
        if let Some(other) = partition_of_region(&region.name)
            && other != partition
        {
            let role = format!("{key} names the partition {partition}");
            region.report_other_partition(other, &role, resolver);
        }
    }
}

impl ListedRegion {
    fn read(item: &Value, resolver: &Resolver<'_>) -> Option<Self> {
        let name = resolver.value(item, region_or_all)?;
        let line = item.line;
        Some(Self { name, line })
    }

    /// Whether this is the word that stands for all regions.
    pub(super) fn is_all(&self) -> bool {
        self.name == ALL
    }

    fn report_other_partition(&self, partition: &str, role: &str, resolver: &Resolver<'_>) {
        let name = &self.name;
        let what = format!("{name} is a region of the partition {partition}, {role}");
        let hint = "a role reads only its own partition; correct the region or the ARN";
        resolver.report(self.line, what, hint);
    }
}

fn region_or_all(text: &str) -> Result<String, Fault> {
    match text {
        ALL => Ok(ALL.to_owned()),
        _ => forms::region(text),
    }
}

/// What a list of regions asks for; an empty one asks for the region of the environment.
pub(super) fn wanted(regions: &[ListedRegion]) -> Regions {
    if regions.is_empty() {
        Regions::OfEnvironment
    } else if regions.iter().any(ListedRegion::is_all) {
        Regions::Enabled
    } else {
        Regions::Listed(regions.iter().map(|region| region.name.clone()).collect())
    }
}
