//! The list of collectors.

use super::compliance_type::ComplianceType;
use super::operation::Operation;

/// The reading of one AWS view. The names are values of the label `collector`.
// The order of declaration is the order in which a refresh takes in what the collectors have read.
// Details come after the summaries that they explain, and those after the listing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Collector {
    /// Reads which managed instances there are.
    Instances,
    /// Reads the summary of each resource and compliance type.
    Compliance,
    /// Reads AWS's own counts of resources per compliance type.
    ComplianceTotals,
    /// Reads the patch counts of the listed instances.
    Patches,
    /// Reads the names of patch baselines.
    Baselines,
    /// Reads State Manager associations and their counts.
    Associations,
    /// Reads the non-compliant items of type Association.
    Items,
    /// Reads the non-compliant items of type Patch.
    PatchDetails,
    /// Reads the tags of instances.
    Tags,
}

/// The properties of a collector.
struct Entry {
    collector: Collector,
    name: &'static str,
    operation: Operation,
    reads: &'static str,
    /// The compliance type that the collector is read for, if it is read for one only.
    serves: Option<ComplianceType>,
    /// The key of the configuration without which the collector is off, if it is off by default.
    asked_for_by: Option<&'static str>,
}

/// The properties of every collector, in the order of declaration.
static COLLECTORS: [Entry; Collector::ALL.len()] = [
    Entry {
        collector: Collector::Instances,
        name: "instances",
        operation: Operation::DescribeInstanceInformation,
        reads: "which managed instances there are",
        serves: None,
        asked_for_by: None,
    },
    Entry {
        collector: Collector::Compliance,
        name: "compliance",
        operation: Operation::ListResourceComplianceSummaries,
        reads: "one summary per resource and compliance type",
        serves: None,
        asked_for_by: None,
    },
    Entry {
        collector: Collector::ComplianceTotals,
        name: "compliance_totals",
        operation: Operation::ListComplianceSummaries,
        reads: "AWS's own counts per compliance type",
        serves: None,
        asked_for_by: None,
    },
    Entry {
        collector: Collector::Patches,
        name: "patches",
        operation: Operation::DescribeInstancePatchStates,
        reads: "patch counts of listed instances",
        serves: Some(ComplianceType::Patch),
        asked_for_by: None,
    },
    Entry {
        collector: Collector::Baselines,
        name: "baselines",
        operation: Operation::DescribePatchBaselines,
        reads: "names of patch baselines",
        serves: Some(ComplianceType::Patch),
        asked_for_by: None,
    },
    Entry {
        collector: Collector::Associations,
        name: "associations",
        operation: Operation::ListAssociations,
        reads: "State Manager associations and their counts",
        serves: Some(ComplianceType::Association),
        asked_for_by: None,
    },
    Entry {
        collector: Collector::Items,
        name: "items",
        operation: Operation::ListComplianceItems,
        reads: "non-compliant associations of listed instances that are NON_COMPLIANT \
         for Association",
        serves: Some(ComplianceType::Association),
        asked_for_by: None,
    },
    Entry {
        collector: Collector::PatchDetails,
        name: "patch_details",
        operation: Operation::ListComplianceItems,
        reads: "non-compliant patches of listed instances that are NON_COMPLIANT for Patch",
        serves: Some(ComplianceType::Patch),
        asked_for_by: Some("exposition.max_patch_info_series"),
    },
    Entry {
        collector: Collector::Tags,
        name: "tags",
        operation: Operation::GetResources,
        reads: "tags of EC2 instances and managed instances",
        serves: None,
        asked_for_by: Some("instance_tags"),
    },
];

// The table is indexed by the enum's discriminant, so an entry in the wrong place must not compile.
const _: () = {
    let mut index = 0;
    while index < COLLECTORS.len() {
        assert!(COLLECTORS[index].collector as usize == index);
        index += 1;
    }
};

impl Collector {
    /// Every collector, in the order in which a page lists them and in which a refresh takes in
    /// what they have read.
    pub const ALL: [Self; 9] = [
        Self::Instances,
        Self::Compliance,
        Self::ComplianceTotals,
        Self::Patches,
        Self::Baselines,
        Self::Associations,
        Self::Items,
        Self::PatchDetails,
        Self::Tags,
    ];

    /// Returns the value of the label `collector`.
    pub fn as_str(self) -> &'static str {
        self.entry().name
    }

    /// Returns the operation that it calls.
    pub fn operation(self) -> Operation {
        self.entry().operation
    }

    /// Says in a few words what it reads.
    pub fn reads(self) -> &'static str {
        self.entry().reads
    }

    /// Returns the compliance type without which the collector is off, or `None` if it is always
    /// on.
    pub fn serves(self) -> Option<ComplianceType> {
        self.entry().serves.clone()
    }

    /// Returns the key of the configuration that asks for the collector, or `None` if it is on by
    /// default.
    pub fn asked_for_by(self) -> Option<&'static str> {
        self.entry().asked_for_by
    }

    fn entry(self) -> &'static Entry {
        &COLLECTORS[self as usize]
    }
}
