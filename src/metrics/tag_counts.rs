//! Counts of instances by the values of their tags.

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap};

use super::by_status::ByStatus;
use super::target_view::TargetView;
use crate::model::{ComplianceType, Instance};

/// How many values of one tag are told apart in a target.
// Whoever may tag an instance decides how many values there are, and tags such as `Name` have one
// for each instance. Those counts would be as large as the series that `exposition.instances: none`
// is to spare.
pub(super) const MAX_TAG_VALUES: usize = 200;

/// The value under which all others are counted.
const OTHER: &str = "(other)";

/// The number of listed instances by the values of the tags that are counted by.
#[derive(Debug, Default)]
pub(super) struct TagCounts<'a> {
    /// The types that every instance can have, and are read.
    types: Vec<ComplianceType>,
    by_key: HashMap<&'a str, ByValue<'a>>,
}

type ByValue<'a> = HashMap<&'a str, ValueCounts>;

/// The number of instances with one value of a tag.
#[derive(Clone, Debug, Default)]
struct ValueCounts {
    instances: u64,
    by_type: BTreeMap<ComplianceType, ByStatus>,
}

/// The number of instances by value and compliance type.
pub(super) type ByValueAndType<'a> = BTreeMap<(&'a str, ComplianceType), ByStatus>;

impl<'a> TagCounts<'a> {
    pub(super) fn new(view: &TargetView<'_>) -> Self {
        Self {
            types: view.policy.selection.types_of_every_instance().collect(),
            by_key: HashMap::new(),
        }
    }

    /// Counts one more listed instance.
    pub(super) fn add(&mut self, view: &TargetView<'a>, instance: &Instance) {
        // Nearly always there are none, and then nothing is to be looked up.
        if view.policy.tag_compliance.is_empty() {
            return;
        }
        let tags = view.target.tags().of(&instance.id);
        let unreported: Vec<ComplianceType> = view.unreported(instance).collect();
        for key in &view.policy.tag_compliance {
            let values = self.by_key.entry(key).or_default();
            let counts = values.entry(tags.value(key));
            counts
                .or_insert_with(|| ValueCounts::zero(&self.types))
                .add(instance, &unreported);
        }
    }

    /// The counts by the values of a tag. The types that every instance can have are always there.
    pub(super) fn compliance(&self, key: &str) -> ByValueAndType<'a> {
        let Some(values) = self.by_key.get(key) else {
            return BTreeMap::new();
        };
        let mut compliance = BTreeMap::new();
        for (rank, (value, counts)) in ranked(values).into_iter().enumerate() {
            let value = if rank < MAX_TAG_VALUES { value } else { OTHER };
            for (compliance_type, by_status) in &counts.by_type {
                let sum: &mut ByStatus = compliance
                    .entry((value, compliance_type.clone()))
                    .or_default();
                sum.add_all(by_status);
            }
        }
        compliance
    }
}

/// The values with the most instances first, and of those with equally many the first in order.
fn ranked<'a, 'b>(values: &'b ByValue<'a>) -> Vec<(&'a str, &'b ValueCounts)> {
    let mut ranked: Vec<_> = values
        .iter()
        .map(|(value, counts)| (*value, counts))
        .collect();
    ranked.sort_unstable_by_key(|(value, counts)| (Reverse(counts.instances), *value));
    ranked
}

impl ValueCounts {
    fn zero(types: &[ComplianceType]) -> Self {
        let zero = ByStatus {
            unreported: Some(0),
            ..ByStatus::default()
        };
        Self {
            instances: 0,
            by_type: types.iter().map(|name| (name.clone(), zero)).collect(),
        }
    }

    fn add(&mut self, instance: &Instance, unreported: &[ComplianceType]) {
        self.instances += 1;
        for summary in &instance.summaries {
            let compliance_type = summary.compliance_type().clone();
            let by_status = self.by_type.entry(compliance_type).or_default();
            by_status.add(summary.status(), 1);
        }
        for compliance_type in unreported {
            let by_status = self.by_type.entry(compliance_type.clone()).or_default();
            *by_status.unreported.get_or_insert(0) += 1;
        }
    }
}
