//! The status that AWS gives a resource or an item.

/// The status of a summary or of an item.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Status {
    /// AWS says `COMPLIANT`.
    Compliant,
    /// AWS says `NON_COMPLIANT`.
    NonCompliant,
    /// AWS says something else, and nothing is claimed about the resource.
    // AWS sends an empty status for some patches on Windows, and Security Hub also documents
    // `UNSPECIFIED_DATA`. Neither may count as compliant.
    Other,
}

impl Status {
    /// Reads a status as AWS spells it.
    pub fn parse(word: &str) -> Self {
        match word {
            "COMPLIANT" => Self::Compliant,
            "NON_COMPLIANT" => Self::NonCompliant,
            _ => Self::Other,
        }
    }

    /// Returns the status as AWS spells it, or `None` if nothing is claimed about it.
    pub const fn as_str(self) -> Option<&'static str> {
        match self {
            Self::Compliant => Some("COMPLIANT"),
            Self::NonCompliant => Some("NON_COMPLIANT"),
            Self::Other => None,
        }
    }
}
