//! The platform of an instance: which commands and paths fit it, and whether it can be patched.

use crate::model::InstanceRow;

/// The platform, as far as it decides about commands and paths.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Platform {
    Linux(PackageManager),
    MacOs,
    Windows,
    /// AWS does not say, or the listing was not read.
    Unknown,
}

/// What removes packages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum PackageManager {
    Apt,
    Dnf,
    Yum,
    Zypper,
}

/// Distributions by how their `PlatformName` begins, in lower case. Every other one is taken to
/// have yum, which dnf answers to as well.
const DISTRIBUTIONS: [(&str, PackageManager); 12] = [
    ("ubuntu", PackageManager::Apt),
    ("debian", PackageManager::Apt),
    ("raspbian", PackageManager::Apt),
    ("raspberry pi", PackageManager::Apt),
    ("suse", PackageManager::Zypper),
    ("sles", PackageManager::Zypper),
    ("alma", PackageManager::Dnf),
    ("rocky", PackageManager::Dnf),
    ("fedora", PackageManager::Dnf),
    ("centos stream", PackageManager::Dnf),
    ("amazon linux 2023", PackageManager::Dnf),
    ("kali", PackageManager::Apt),
];

/// Platforms that Systems Manager manages and Patch Manager does not patch, by how their
/// `PlatformName` begins, in lower case.
// What Patch Manager supports is a list in AWS's user guide ("Patch Manager prerequisites"), and it
// grows. Only platforms that were never on it are named here, so that a new one is not slandered.
const UNSUPPORTED: [&str; 9] = [
    "bottlerocket",
    "fedora",
    "kali",
    "arch linux",
    "gentoo",
    "flatcar",
    "opensuse",
    "microsoft windows 10",
    "microsoft windows 11",
];

/// The oldest major version of macOS that Patch Manager supports.
const MIN_MACOS_MAJOR: u32 = 11;

// === impl Platform ===

impl Platform {
    pub(super) fn of(listing: &InstanceRow) -> Self {
        match listing.platform_type.as_str() {
            "Windows" => Self::Windows,
            "MacOS" => Self::MacOs,
            "Linux" => Self::Linux(package_manager(listing)),
            _ => Self::Unknown,
        }
    }
}

/// Whether Patch Manager is known not to support the platform.
pub(super) fn is_unsupported(listing: &InstanceRow) -> bool {
    let name = listing.platform_name.to_ascii_lowercase();
    let is_old_macos = listing.platform_type == "MacOS"
        && major(&listing.platform_version).is_some_and(|major| major < MIN_MACOS_MAJOR);
    is_old_macos || UNSUPPORTED.iter().any(|start| name.starts_with(start))
}

fn package_manager(listing: &InstanceRow) -> PackageManager {
    let name = listing.platform_name.to_ascii_lowercase();
    let version = &listing.platform_version;
    let is_dnf_by_version = match major(version) {
        Some(2023) => name.starts_with("amazon"),
        Some(major) => major >= 8 && (name.starts_with("red hat") || name.starts_with("oracle")),
        None => false,
    };
    if is_dnf_by_version {
        return PackageManager::Dnf;
    }
    let known = DISTRIBUTIONS
        .iter()
        .find(|(start, _)| name.starts_with(start));
    known.map_or(PackageManager::Yum, |(_, manager)| *manager)
}

fn major(version: &str) -> Option<u32> {
    version.split('.').next()?.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn listing(kind: &str, name: &str, version: &str) -> InstanceRow {
        InstanceRow {
            platform_type: kind.to_owned(),
            platform_name: name.to_owned(),
            platform_version: version.to_owned(),
            ..InstanceRow::default()
        }
    }

    #[test]
    fn each_distribution_has_its_package_manager() {
        let manager = |name, version| package_manager(&listing("Linux", name, version));
        assert_eq!(manager("Ubuntu", "22.04"), PackageManager::Apt);
        assert_eq!(manager("SLES", "15.5"), PackageManager::Zypper);
        assert_eq!(manager("Amazon Linux", "2023"), PackageManager::Dnf);
        assert_eq!(manager("Amazon Linux", "2"), PackageManager::Yum);
        assert_eq!(
            manager("Red Hat Enterprise Linux", "9.2"),
            PackageManager::Dnf
        );
        assert_eq!(
            manager("Red Hat Enterprise Linux Server", "7.9"),
            PackageManager::Yum
        );
        assert_eq!(manager("Something New", ""), PackageManager::Yum);
    }

    #[test]
    fn only_platforms_that_were_never_supported_are_called_so() {
        let is = |kind, name, version| is_unsupported(&listing(kind, name, version));
        assert!(is("Linux", "Bottlerocket", "1.20.0"));
        assert!(is("MacOS", "Mac OS X", "10.14.6"));
        assert!(!is("MacOS", "macOS", "14.5"));
        assert!(is(
            "Windows",
            "Microsoft Windows 11 Enterprise",
            "10.0.22631"
        ));
        assert!(!is(
            "Windows",
            "Microsoft Windows Server 2022 Datacenter",
            "10.0"
        ));
        assert!(!is("Linux", "Amazon Linux", "2"));
        assert!(!is("Linux", "", ""));
    }

    /// The rule of the alerts that lists the same platforms.
    fn rule() -> String {
        let file = concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/alerts/ssm-compliance.thresholds.yaml"
        );
        std::fs::read_to_string(file).expect("the thresholds")
    }

    #[test]
    fn the_alerts_leave_out_the_same_platforms() {
        let names = format!("platform_name=~\"(?i)({}).*\"", UNSUPPORTED.join("|"));
        assert!(rule().contains(&names), "{names}");
    }

    #[test]
    fn the_alerts_leave_out_the_same_versions_of_macos() {
        let majors: Vec<_> = (0..MIN_MACOS_MAJOR)
            .map(|major| major.to_string())
            .collect();
        let versions = format!(
            "platform_type=\"MacOS\", platform_version=~\"({})([.].*)?\"",
            majors.join("|")
        );
        assert!(rule().contains(&versions), "{versions}");
    }
}
