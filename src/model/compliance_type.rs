//! Compliance types, as AWS calls the kinds of compliance that a resource can report.

use std::cmp::Ordering;
use std::fmt;

use super::intern::Symbol;

/// A compliance type, as `ListComplianceSummaries` and `ListResourceComplianceSummaries` name it.
///
/// Two types have a variant of their own, because the exporter reads the details that explain them.
/// Every other type is known by its name only: AWS accepts any name that starts with `Custom:`, and
/// may add types of its own. Types are ordered by name.
///
/// ```
/// use ssm_compliance_exporter::model::ComplianceType;
///
/// assert_eq!(ComplianceType::Patch.to_string(), "Patch");
/// assert!(ComplianceType::Patch == *"Patch");
/// assert!(ComplianceType::Association < ComplianceType::Patch);
/// assert!(!ComplianceType::Patch.is_custom());
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum ComplianceType {
    /// The type `Patch`, which Patch Manager reports.
    Patch,
    /// The type `Association`, which State Manager reports.
    Association,
    /// Any other type, with its name.
    Other(Symbol),
}

impl ComplianceType {
    /// The name of the type `Patch`.
    pub const PATCH: &'static str = "Patch";
    /// The name of the type `Association`.
    pub const ASSOCIATION: &'static str = "Association";
    /// How the names begin of types whose items users of AWS write themselves.
    pub const CUSTOM_PREFIX: &'static str = "Custom:";

    /// The types that every instance of an account can have a summary for. They are read even if
    /// AWS's own counts do not mention them.
    pub const OF_EVERY_INSTANCE: [Self; 2] = [Self::Patch, Self::Association];

    /// Returns the name as AWS spells it, which is also the value of the label `compliance_type`.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Patch => Self::PATCH,
            Self::Association => Self::ASSOCIATION,
            Self::Other(name) => name,
        }
    }

    /// Says whether users of AWS write items of this type themselves, with `PutComplianceItems`.
    pub fn is_custom(&self) -> bool {
        self.as_str().starts_with(Self::CUSTOM_PREFIX)
    }
}

impl PartialEq<str> for ComplianceType {
    fn eq(&self, name: &str) -> bool {
        self.as_str() == name
    }
}

// A derived order would follow the variants and put `Association` after `Patch`. Rows from AWS are
// merged and binary-searched by name, so the order must be that of the names.
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
