//! Reads the region of the base credentials, and of targets whose region is not configured.

use super::default_region::{DefaultRegion, RegionOrigin};
use super::profile::Profile;
use super::reader::SettingReader;
use super::variable_reader::VariableReader;
use crate::config::forms;

/// The key of the profile.
const KEY: &str = "region";

/// The region of a variable, or else of the profile. If the profile itself could not be read, its
/// region cannot be told.
pub(super) fn region(reader: SettingReader<'_>, is_profile_good: bool) -> DefaultRegion {
    // The profile's region is looked at only if no variable has a good one.
    match of_variables(reader.variables) {
        DefaultRegion::Absent if is_profile_good => of_profile(reader),
        DefaultRegion::Absent => DefaultRegion::Unreadable,
        of_variables => of_variables,
    }
}

/// The region of the first variable that has a good one.
pub(super) fn of_variables(variables: VariableReader<'_>) -> DefaultRegion {
    let first = of_variable("AWS_REGION", variables);
    // The second one is read even if the first one is good, so that a mistake in it is reported.
    let second = of_variable("AWS_DEFAULT_REGION", variables);
    match (&first, &second) {
        (DefaultRegion::Absent, _) | (DefaultRegion::Unreadable, DefaultRegion::Named { .. }) => {
            second
        }
        _ => first,
    }
}

fn of_variable(name: &'static str, variables: VariableReader<'_>) -> DefaultRegion {
    if !variables.is_set(name) {
        return DefaultRegion::Absent;
    }
    match variables.parsed(name, forms::region) {
        Some(setting) => DefaultRegion::Named {
            region: setting.value,
            origin: RegionOrigin::Variable(name),
        },
        None => DefaultRegion::Unreadable,
    }
}

fn of_profile(reader: SettingReader<'_>) -> DefaultRegion {
    if reader.profile.get(KEY).is_none() {
        return DefaultRegion::Absent;
    }
    match reader.key(KEY, forms::region) {
        Some(setting) => DefaultRegion::Named {
            region: setting.value,
            origin: origin_of(reader.profile),
        },
        None => DefaultRegion::Unreadable,
    }
}

fn origin_of(profile: &Profile) -> RegionOrigin {
    RegionOrigin::Profile {
        name: profile.name().to_owned(),
        file: profile.file_name_of(KEY),
    }
}
