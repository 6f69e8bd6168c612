//! Reads settings that both a variable and a key of the profile may hold.

use super::problems::Problems;
use super::profile::Profile;
use super::variables::{Setting, Variables};
use crate::config::forms::Fault;

/// The sources of settings, and the collection of what is wrong with them.
#[derive(Clone, Copy)]
pub(super) struct SettingReader<'a> {
    pub(super) variables: &'a Variables,
    pub(super) profile: &'a Profile,
    pub(super) problems: &'a Problems,
}

impl SettingReader<'_> {
    /// A variable, parsed. An invalid one is reported as a problem, and is no value.
    pub(super) fn variable<T>(
        &self,
        name: &str,
        parse: impl Fn(&str) -> Result<T, Fault>,
    ) -> Option<Setting<T>> {
        self.variables.parsed(name, self.problems, parse)
    }

    /// A variable, or else a key of the selected profile.
    pub(super) fn variable_or_key<T>(
        &self,
        variable: &str,
        key: &str,
        parse: impl Fn(&str) -> Result<T, Fault>,
    ) -> Option<Setting<T>> {
        // If the variable is valid, the key is not looked at, whatever is wrong with it.
        let named = self.variable(variable, &parse);
        named.or_else(|| self.profile.parsed(key, self.problems, parse))
    }
}
