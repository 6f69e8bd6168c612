//! The collectors of a refresh.

use super::{ComplianceType, Operation};

/// One reading of one AWS view. The names are values of the label `collector`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Collector {
    /// Which managed instances there are.
    Instances,
    /// The summary of each resource and compliance type.
    Compliance,
    /// AWS's own counts of resources per compliance type.
    ComplianceTotals,
    /// The patch counts of the listed instances.
    Patches,
    /// The names of patch baselines.
    Baselines,
    /// State Manager associations, with their counts.
    Associations,
    /// The non-compliant items of type Association.
    Items,
}

/// What is known of a collector beforehand.
struct Entry {
    collector: Collector,
    name: &'static str,
    operation: Operation,
    reads: &'static str,
    /// The compliance type without which there is nothing to read for.
    serves: Option<ComplianceType>,
}

/// Every collector, in the order of their declaration.
static COLLECTORS: [Entry; Collector::ALL.len()] = [
    Entry {
        collector: Collector::Instances,
        name: "instances",
        operation: Operation::DescribeInstanceInformation,
        reads: "which managed instances there are",
        serves: None,
    },
    Entry {
        collector: Collector::Compliance,
        name: "compliance",
        operation: Operation::ListResourceComplianceSummaries,
        reads: "one summary per resource and compliance type",
        serves: None,
    },
    Entry {
        collector: Collector::ComplianceTotals,
        name: "compliance_totals",
        operation: Operation::ListComplianceSummaries,
        reads: "AWS's own counts per compliance type",
        serves: None,
    },
    Entry {
        collector: Collector::Patches,
        name: "patches",
        operation: Operation::DescribeInstancePatchStates,
        reads: "patch counts of listed instances",
        serves: Some(ComplianceType::Patch),
    },
    Entry {
        collector: Collector::Baselines,
        name: "baselines",
        operation: Operation::DescribePatchBaselines,
        reads: "names of patch baselines",
        serves: Some(ComplianceType::Patch),
    },
    Entry {
        collector: Collector::Associations,
        name: "associations",
        operation: Operation::ListAssociations,
        reads: "State Manager associations and their counts",
        serves: Some(ComplianceType::Association),
    },
    Entry {
        collector: Collector::Items,
        name: "items",
        operation: Operation::ListComplianceItems,
        reads: "non-compliant associations of listed instances that are NON_COMPLIANT \
         for Association",
        serves: Some(ComplianceType::Association),
    },
];

// An entry in the wrong place does not compile.
const _: () = {
    let mut index = 0;
    while index < COLLECTORS.len() {
        assert!(COLLECTORS[index].collector as usize == index);
        index += 1;
    }
};

impl Collector {
    /// Every collector, in the order in which the page lists them and in which a refresh takes in
    /// what they have read.
    pub const ALL: [Self; 7] = [
        Self::Instances,
        Self::Compliance,
        Self::ComplianceTotals,
        Self::Patches,
        Self::Baselines,
        Self::Associations,
        Self::Items,
    ];

    /// The value of the label `collector`.
    pub fn as_str(self) -> &'static str {
        self.entry().name
    }

    /// The operation that it calls.
    pub fn operation(self) -> Operation {
        self.entry().operation
    }

    /// What it reads, in a few words.
    pub fn reads(self) -> &'static str {
        self.entry().reads
    }

    /// The compliance type that it serves: without that type the collector is off. `None` if it is
    /// always on.
    pub fn serves(self) -> Option<ComplianceType> {
        self.entry().serves.clone()
    }

    fn entry(self) -> &'static Entry {
        &COLLECTORS[self as usize]
    }
}
