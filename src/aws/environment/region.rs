//! The region of the base credentials, and of targets whose region is not configured.

use super::problems::Problems;
use super::reader::SettingReader;
use super::variables::Variables;
use crate::config::forms;

/// The region of a variable, or else of the profile.
pub(super) fn region(reader: SettingReader<'_>) -> Option<String> {
    let of_variables = of_variables(reader.variables, reader.problems);
    // The profile's region is looked at only if no variable has a good one.
    of_variables.or_else(|| {
        let of_profile = reader
            .profile
            .parsed("region", reader.problems, forms::region)?;
        Some(of_profile.value)
    })
}

/// The region of the first variable that has a good one. The other is checked all the same.
pub(super) fn of_variables(variables: &Variables, problems: &Problems) -> Option<String> {
    let region = variables.parsed("AWS_REGION", problems, forms::region);
    let default = variables.parsed("AWS_DEFAULT_REGION", problems, forms::region);
    Some(region.or(default)?.value)
}
