//! Patches for Linux and Windows.

/// Linux packages, as name, classification and severity.
pub(crate) const PACKAGES: [(&str, &str, &str); 16] = [
    ("kernel", "Security", "Important"),
    ("openssl-libs", "Security", "Critical"),
    ("bind-libs", "Security", "Important"),
    ("curl", "Security", "Moderate"),
    ("systemd", "Bugfix", "Low"),
    ("glibc", "Security", "Critical"),
    ("python3", "Security", "Moderate"),
    ("sudo", "Security", "Important"),
    ("tzdata", "Enhancement", "Low"),
    ("vim-minimal", "Security", "Moderate"),
    ("openssh-server", "Security", "Critical"),
    ("libxml2", "Security", "Moderate"),
    ("rsyslog", "Bugfix", "Moderate"),
    ("ca-certificates", "Enhancement", "Low"),
    ("expat", "Security", "Important"),
    ("nss", "Bugfix", "Medium"),
];

/// Windows updates, as title, classification and Microsoft's severity.
pub(crate) const UPDATES: [(&str, &str, &str); 5] = [
    (
        "Cumulative Update for Microsoft server operating system",
        "SecurityUpdates",
        "Critical",
    ),
    (
        "Cumulative Update for .NET Framework 3.5 and 4.8",
        "SecurityUpdates",
        "Important",
    ),
    (
        "Security Intelligence Update for Microsoft Defender",
        "DefinitionUpdates",
        "Unspecified",
    ),
    (
        "Servicing Stack Update for Windows Server",
        "CriticalUpdates",
        "Critical",
    ),
    (
        "Update for Windows Server \"daylight saving\"",
        "Updates",
        "Moderate",
    ),
];
