//! The colours of names, which are the same on every dashboard.

/// The grey of what is unknown or does not matter.
pub(super) const UNKNOWN_COLOUR: &str = "#8E8E8E";

/// The colours of reasons for being non-compliant. A patch state has the colour of its reason. All
/// of them may stand in one panel, where a light red could not be told from a red.
pub const REASONS: &[(&str, &str)] = &[
    ("patches_missing", "orange"),
    ("patches_failed", "red"),
    ("reboot_pending", "blue"),
    ("patches_rejected", "purple"),
    ("security_updates_available", "yellow"),
    ("inventory_failed", "#17A2B8"),
    ("patch_association_noncompliant", "#8D6E46"),
    ("association_failed", "#EC6FB5"),
    ("custom_items", "#6F4FC0"),
    ("unexplained", UNKNOWN_COLOUR),
];

/// The colours of patch states.
pub const PATCH_STATES: &[(&str, &str)] = &[
    ("Missing", "orange"),
    ("Failed", "red"),
    ("InstalledPendingReboot", "blue"),
    ("InstalledRejected", "purple"),
    ("AvailableSecurityUpdate", "yellow"),
    ("Installed", "green"),
    ("InstalledOther", "light-green"),
    ("NotApplicable", UNKNOWN_COLOUR),
];

/// The colours of the severities that vendors give patches.
pub const PATCH_SEVERITIES: &[(&str, &str)] = &[
    ("Critical", "dark-red"),
    ("Important", "red"),
    ("High", "red"),
    ("Moderate", "orange"),
    ("Medium", "orange"),
    ("Low", "yellow"),
    ("Unspecified", UNKNOWN_COLOUR),
];

/// The colours of the severities of compliance items.
pub const SEVERITIES: &[(&str, &str)] = &[
    ("CRITICAL", "dark-red"),
    ("HIGH", "red"),
    ("MEDIUM", "orange"),
    ("LOW", "yellow"),
    ("INFORMATIONAL", "blue"),
    ("UNSPECIFIED", UNKNOWN_COLOUR),
];

/// The colours of association statuses.
pub const ASSOCIATION_STATUSES: &[(&str, &str)] = &[
    ("Success", "green"),
    ("Failed", "red"),
    ("TimedOut", "orange"),
    ("Pending", "blue"),
    ("Skipped", UNKNOWN_COLOUR),
];

/// The colours of the classes of age, by the legends that the queries give them.
pub const AGES: &[(&str, &str)] = &[
    ("up to a day", "green"),
    ("1 to 7 days", "super-light-green"),
    ("7 to 30 days", "orange"),
    ("over 30 days", "red"),
    ("never", UNKNOWN_COLOUR),
];
