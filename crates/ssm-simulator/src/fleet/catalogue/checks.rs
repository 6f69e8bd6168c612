//! Checks of a benchmark that the account reports as a custom compliance type.

/// Checks of the compliance type `Custom:CISBenchmark`, as id, title and severity.
pub(crate) const CIS_CHECKS: [(&str, &str, &str); 8] = [
    (
        "1.1.1",
        "Ensure mounting of cramfs filesystems is disabled",
        "LOW",
    ),
    (
        "1.4.1",
        "Ensure permissions on bootloader config are configured",
        "MEDIUM",
    ),
    ("3.1.1", "Ensure IP forwarding is disabled", "MEDIUM"),
    (
        "4.2.3",
        "Ensure permissions on all logfiles are configured",
        "LOW",
    ),
    ("5.2.4", "Ensure SSH Protocol is set to 2", "HIGH"),
    ("5.2.10", "Ensure SSH root login is disabled", "CRITICAL"),
    (
        "6.1.2",
        "Ensure permissions on /etc/passwd are configured",
        "HIGH",
    ),
    (
        "6.2.1",
        "Ensure accounts in /etc/passwd use shadowed passwords",
        "INFORMATIONAL",
    ),
];
