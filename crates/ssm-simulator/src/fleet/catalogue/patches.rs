//! Patches for Linux and Windows.

/// A patch as its vendor describes it.
pub(crate) struct VendorPatch {
    /// The name of the package, or the title of the update.
    pub(crate) name: &'static str,
    pub(crate) classification: &'static str,
    pub(crate) severity: &'static str,
}

const fn vendor_patch(
    name: &'static str,
    classification: &'static str,
    severity: &'static str,
) -> VendorPatch {
    VendorPatch {
        name,
        classification,
        severity,
    }
}

/// Packages of Linux.
pub(crate) const PACKAGES: [VendorPatch; 16] = [
    vendor_patch("kernel", "Security", "Important"),
    vendor_patch("openssl-libs", "Security", "Critical"),
    vendor_patch("bind-libs", "Security", "Important"),
    vendor_patch("curl", "Security", "Moderate"),
    vendor_patch("systemd", "Bugfix", "Low"),
    vendor_patch("glibc", "Security", "Critical"),
    vendor_patch("python3", "Security", "Moderate"),
    vendor_patch("sudo", "Security", "Important"),
    vendor_patch("tzdata", "Enhancement", "Low"),
    vendor_patch("vim-minimal", "Security", "Moderate"),
    vendor_patch("openssh-server", "Security", "Critical"),
    vendor_patch("libxml2", "Security", "Moderate"),
    vendor_patch("rsyslog", "Bugfix", "Moderate"),
    vendor_patch("ca-certificates", "Enhancement", "Low"),
    vendor_patch("expat", "Security", "Important"),
    vendor_patch("nss", "Bugfix", "Medium"),
];

/// Updates of Windows.
pub(crate) const UPDATES: [VendorPatch; 5] = [
    vendor_patch(
        "Cumulative Update for Microsoft server operating system",
        "SecurityUpdates",
        "Critical",
    ),
    vendor_patch(
        "Cumulative Update for .NET Framework 3.5 and 4.8",
        "SecurityUpdates",
        "Important",
    ),
    vendor_patch(
        "Security Intelligence Update for Microsoft Defender",
        "DefinitionUpdates",
        "Unspecified",
    ),
    vendor_patch(
        "Servicing Stack Update for Windows Server",
        "CriticalUpdates",
        "Critical",
    ),
    vendor_patch(
        // Quotes in a title have to survive both JSON and the labels of a client's metrics.
        "Update for Windows Server \"daylight saving\"",
        "Updates",
        "Moderate",
    ),
];
