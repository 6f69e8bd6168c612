//! Operating systems, agents, computer names and patch groups of the fleet.

/// An operating system that instances run.
pub(crate) struct Platform {
    pub(crate) kind: &'static str,
    pub(crate) name: &'static str,
    pub(crate) version: &'static str,
    /// The name that patch baselines give the operating system.
    pub(crate) os: &'static str,
    /// The share of the fleet in per cent.
    pub(crate) weight: u32,
}

impl Platform {
    pub(crate) fn is_windows(&self) -> bool {
        self.kind == "Windows"
    }
}

const fn linux(
    name: &'static str,
    version: &'static str,
    os: &'static str,
    weight: u32,
) -> Platform {
    Platform {
        kind: "Linux",
        name,
        version,
        os,
        weight,
    }
}

/// The platforms of the fleet. Their weights add up to 100.
pub(crate) const PLATFORMS: [Platform; 10] = [
    linux("Amazon Linux", "2023", "AMAZON_LINUX_2023", 26),
    linux("Amazon Linux", "2", "AMAZON_LINUX_2", 16),
    linux("Ubuntu", "22.04", "UBUNTU", 14),
    linux("Ubuntu", "24.04", "UBUNTU", 6),
    linux(
        "Red Hat Enterprise Linux",
        "9.4",
        "REDHAT_ENTERPRISE_LINUX",
        8,
    ),
    linux("SLES", "15.5", "SUSE", 3),
    Platform {
        kind: "Windows",
        name: "Microsoft Windows Server 2022 Datacenter",
        version: "10.0.20348",
        os: "WINDOWS",
        weight: 16,
    },
    Platform {
        kind: "Windows",
        name: "Microsoft Windows Server 2019 Datacenter",
        version: "10.0.17763",
        os: "WINDOWS",
        weight: 10,
    },
    Platform {
        // AWS spells the platform type in this way, and the name of the system in another.
        kind: "MacOS",
        name: "macOS",
        version: "14.5",
        os: "MACOS",
        weight: 1,
    },
    // Patch Manager has no baselines for this one. Only nodes that must not be patched run it.
    linux("Bottlerocket", "1.20.0", "", 0),
];

/// The index of the platform that Patch Manager cannot patch.
pub(crate) const BOTTLEROCKET: u8 = 9;

/// The index of a platform that the account has a baseline of its own for.
pub(crate) const AMAZON_LINUX: u8 = 0;

/// The index of the platform of nodes that must run Windows.
pub(crate) const WINDOWS: u8 = 6;

/// The name that patch baselines give an operating system, which is empty where there are none.
pub(crate) fn operating_system(name: &str, version: &str) -> Option<&'static str> {
    PLATFORMS
        .iter()
        .find(|platform| platform.name == name && platform.version == version)
        .map(|platform| platform.os)
}

pub(crate) const LATEST_AGENT_VERSION: &str = "3.3.2299.0";

/// Versions of SSM Agent. The first one is the latest.
pub(crate) const AGENT_VERSIONS: [&str; 4] = [
    LATEST_AGENT_VERSION,
    "3.3.1611.0",
    "3.2.2303.0",
    "3.1.1732.0",
];

/// What computers do. Their names begin with it.
pub(crate) const COMPUTER_ROLES: [&str; 6] = ["web", "app", "db", "batch", "cache", "build"];

/// The index of a node without a patch group.
pub(crate) const NO_PATCH_GROUP: u8 = 0;

/// Values of the tag `Patch Group`. An empty one stands for a node without the tag.
pub(crate) const PATCH_GROUPS: [&str; 8] = [
    "",
    "",
    "",
    "production",
    "production",
    "staging",
    // Patch groups may contain spaces and differ in case, as any value of a tag.
    "web servers",
    "Domain",
];
