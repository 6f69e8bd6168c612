//! What is known of the region that applies where none is configured.

use std::fmt;

use crate::config::forms::shown;

/// What environment and profile say of the region.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DefaultRegion {
    /// They name one.
    Named {
        /// Its name, in a valid form.
        region: String,
        /// What names it.
        origin: RegionOrigin,
    },
    /// Nothing names one.
    Absent,
    /// It cannot be told, because of a problem of the variables or the profile.
    Unreadable,
}

/// What names the region. `Display` gives it in words, for people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RegionOrigin {
    /// An environment variable.
    Variable(&'static str),
    /// A profile.
    Profile {
        /// Its name.
        name: String,
        /// The file in which its region stands.
        file: Option<String>,
    },
}

impl DefaultRegion {
    /// The region, if there is one.
    pub fn name(&self) -> Option<&str> {
        match self {
            Self::Named { region, .. } => Some(region),
            Self::Absent | Self::Unreadable => None,
        }
    }

    /// What names it, if anything does.
    pub fn origin(&self) -> Option<&RegionOrigin> {
        match self {
            Self::Named { origin, .. } => Some(origin),
            Self::Absent | Self::Unreadable => None,
        }
    }
}

impl fmt::Display for RegionOrigin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Variable(name) => write!(f, "the environment variable {name}"),
            Self::Profile { name, file: None } => write!(f, "the profile {}", shown(name)),
            Self::Profile {
                name,
                file: Some(file),
            } => write!(f, "the profile {} in {file}", shown(name)),
        }
    }
}
