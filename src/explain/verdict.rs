//! The answer in one word.

/// What can be said of an instance as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Everything that was read says so, and nothing that says so is missing.
    Compliant,
    /// At least one compliance type is non-compliant.
    NonCompliant,
    /// Too little could be read, or AWS has nothing that says so.
    Unknown,
}

// === impl Verdict ===

impl Verdict {
    /// Returns the verdict in AWS's spelling, or `UNKNOWN`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Compliant => "COMPLIANT",
            Self::NonCompliant => "NON_COMPLIANT",
            Self::Unknown => "UNKNOWN",
        }
    }

    /// Returns the exit code of a program that explains this instance only: 0 compliant,
    /// 1 non-compliant, 3 could not tell. Of several instances the highest code counts.
    pub const fn exit_code(self) -> u8 {
        match self {
            Self::Compliant => 0,
            Self::NonCompliant => 1,
            Self::Unknown => 3,
        }
    }
}
