//! Compliance types: what AWS calls the kinds of compliance that a resource can report.

use std::cmp::Ordering;
use std::fmt;

use super::intern::Symbol;

/// A compliance type, as `ListComplianceSummaries` and `ListResourceComplianceSummaries` name it.
///
/// The exporter knows two by heart, because it reads what explains them. Every other one is data:
/// AWS takes any name that starts with `Custom:`, and may add types of its own.
///
/// Types compare in the order of their names, which is the order in which the page shows them.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum ComplianceType {
    /// `Patch`, which Patch Manager reports.
    Patch,
    /// `Association`, which State Manager reports.
    Association,
    /// Any other type, by its name.
    Other(Symbol),
}

impl ComplianceType {
    pub(super) const PATCH: &'static str = "Patch";
    pub(super) const ASSOCIATION: &'static str = "Association";
    const CUSTOM_PREFIX: &'static str = "Custom:";

    /// The types that an account can have a row of for every instance. AWS's own counts may be
    /// unknown, and these two are still there.
    pub const OF_EVERY_INSTANCE: [Self; 2] = [Self::Patch, Self::Association];

    /// The name, as AWS spells it and as the label `compliance_type` has it.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Patch => Self::PATCH,
            Self::Association => Self::ASSOCIATION,
            Self::Other(name) => name,
        }
    }

    /// Whether users of AWS write this type themselves.
    pub fn is_custom(&self) -> bool {
        self.as_str().starts_with(Self::CUSTOM_PREFIX)
    }
}

impl PartialEq<str> for ComplianceType {
    fn eq(&self, name: &str) -> bool {
        self.as_str() == name
    }
}

impl PartialOrd for ComplianceType {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for ComplianceType {
    fn cmp(&self, other: &Self) -> Ordering {
        self.as_str().cmp(other.as_str())
    }
}

impl fmt::Display for ComplianceType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
