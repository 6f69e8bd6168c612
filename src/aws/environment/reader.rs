//! Reads settings that both a variable and a key of the profile may hold.

use super::problems::Problems;
use super::profile::{Profile, shown_value};
use super::value_forms::{Form, unpadded};
use super::variable_reader::VariableReader;
use super::variables::Setting;

/// The sources of settings, and the collection of what is wrong with them.
#[derive(Clone, Copy)]
pub(super) struct SettingReader<'a> {
    pub(super) variables: VariableReader<'a>,
    pub(super) profile: &'a Profile,
}

impl<'a> SettingReader<'a> {
    /// Where this reader reports what is wrong.
    pub(super) fn problems(self) -> &'a Problems {
        self.variables.problems
    }

    /// A variable, parsed. An invalid one is reported as a problem, and is no value.
    pub(super) fn variable<T>(self, name: &str, form: Form<T>) -> Option<Setting<T>> {
        self.variables.parsed(name, form)
    }

    /// A variable, or else a key of the selected profile.
    pub(super) fn variable_or_key<T>(
        self,
        variable: &str,
        key: &str,
        form: Form<T>,
    ) -> Option<Setting<T>> {
        // If the variable is valid, the key is not looked at, whatever is wrong with it.
        let named = self.variable(variable, form);
        named.or_else(|| self.key(key, form))
    }

    /// A key of the selected profile, parsed. An invalid one is reported as a problem, and is no
    /// value.
    pub(super) fn key<T>(self, key: &str, form: Form<T>) -> Option<Setting<T>> {
        let text = self.profile.get(key)?;
        self.parse_key(self.profile.name(), key, text, form)
    }

    /// Parses the text that a profile has for a key, and reports it if it is invalid.
    pub(super) fn parse_key<T>(
        self,
        profile: &str,
        key: &str,
        text: &str,
        form: Form<T>,
    ) -> Option<Setting<T>> {
        let place = self.profile.place(profile, key);
        // Padding is a fault of every value, whatever its form allows.
        match unpadded(text).and_then(|()| form(text)) {
            Ok(value) => Some(Setting { value, place }),
            Err(fault) => {
                let shown = shown_value(key, text);
                self.problems().add_fault(place, &shown, fault);
                None
            }
        }
    }
}
