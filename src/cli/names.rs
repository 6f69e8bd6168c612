//! The names by which clap knows the arguments that are looked at beside their values.

/// The flag of all commands but `simulate`.
pub(super) const CONFIG_FILE: &str = "config_file";
/// The argument of `check-config` that says the same.
pub(super) const FILE: &str = "file";
