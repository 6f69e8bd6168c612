//! Checks of a benchmark that the account reports as a custom compliance type.

/// A check of a benchmark.
pub(crate) struct Check {
    pub(crate) id: &'static str,
    pub(crate) title: &'static str,
    pub(crate) severity: &'static str,
}

const fn check(id: &'static str, title: &'static str, severity: &'static str) -> Check {
    Check {
        id,
        title,
        severity,
    }
}

/// The checks of the compliance type `Custom:CISBenchmark`.
pub(crate) const CIS_CHECKS: [Check; 8] = [
    check(
        "1.1.1",
        "Ensure mounting of cramfs filesystems is disabled",
        "LOW",
    ),
    check(
        "1.4.1",
        "Ensure permissions on bootloader config are configured",
        "MEDIUM",
    ),
    check("3.1.1", "Ensure IP forwarding is disabled", "MEDIUM"),
    check(
        "4.2.3",
        "Ensure permissions on all logfiles are configured",
        "LOW",
    ),
    check("5.2.4", "Ensure SSH Protocol is set to 2", "HIGH"),
    check("5.2.10", "Ensure SSH root login is disabled", "CRITICAL"),
    check(
        "6.1.2",
        "Ensure permissions on /etc/passwd are configured",
        "HIGH",
    ),
    check(
        "6.2.1",
        "Ensure accounts in /etc/passwd use shadowed passwords",
        "INFORMATIONAL",
    ),
];
