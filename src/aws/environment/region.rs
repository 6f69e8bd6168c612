//! The region of the base credentials, and of targets whose region is not configured.

use super::reader::SettingReader;
use super::variable_reader::VariableReader;
use crate::config::forms;

/// The region of a variable, or else of the profile.
pub(super) fn region(reader: SettingReader<'_>) -> Option<String> {
    // The profile's region is looked at only if no variable has a good one.
    of_variables(reader.variables).or_else(|| of_profile(reader))
}

/// The region of the first variable that has a good one.
pub(super) fn of_variables(variables: VariableReader<'_>) -> Option<String> {
    let region = variables.parsed("AWS_REGION", forms::region);
    // The second one is read even if the first one is good, so that a mistake in it is reported.
    let default = variables.parsed("AWS_DEFAULT_REGION", forms::region);
    Some(region.or(default)?.value)
}

fn of_profile(reader: SettingReader<'_>) -> Option<String> {
    Some(reader.key("region", forms::region)?.value)
}
