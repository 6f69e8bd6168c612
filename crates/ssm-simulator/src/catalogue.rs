//! Declaration tables of the fleet: platforms, baselines, associations, patches, custom checks.

/// An operating system and how common it is (per cent).
pub(super) struct Platform {
    pub(super) kind: &'static str,
    pub(super) name: &'static str,
    pub(super) version: &'static str,
    pub(super) os: &'static str,
    pub(super) weight: u32,
}

impl Platform {
    pub(super) fn is_windows(&self) -> bool {
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

/// The Windows ones stand together, see [`WINDOWS`].
pub(super) const PLATFORMS: [Platform; 9] = [
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
        kind: "MacOS",
        name: "macOS",
        version: "14.5",
        os: "MACOS",
        weight: 1,
    },
];

/// Index of the platform that stands in where only Windows will do.
pub(super) const WINDOWS: u8 = 6;

pub(super) const AGENTS: [&str; 4] = ["3.3.2299.0", "3.3.1611.0", "3.2.2303.0", "3.1.1732.0"];

/// Name prefixes of computers.
pub(super) const ROLES: [&str; 6] = ["web", "app", "db", "batch", "cache", "build"];

/// The tag `Patch Group`; none for most.
pub(super) const PATCH_GROUPS: [&str; 8] = [
    "",
    "",
    "",
    "production",
    "production",
    "staging",
    "web servers",
    "Domain",
];

/// AWS's own baselines: operating system and name.
pub(super) const AWS_BASELINES: [(&str, &str); 15] = [
    ("WINDOWS", "AWS-DefaultPatchBaseline"),
    ("AMAZON_LINUX", "AWS-AmazonLinuxDefaultPatchBaseline"),
    ("AMAZON_LINUX_2", "AWS-AmazonLinux2DefaultPatchBaseline"),
    (
        "AMAZON_LINUX_2022",
        "AWS-AmazonLinux2022DefaultPatchBaseline",
    ),
    (
        "AMAZON_LINUX_2023",
        "AWS-AmazonLinux2023DefaultPatchBaseline",
    ),
    ("UBUNTU", "AWS-UbuntuDefaultPatchBaseline"),
    ("REDHAT_ENTERPRISE_LINUX", "AWS-RedHatDefaultPatchBaseline"),
    ("SUSE", "AWS-SuseDefaultPatchBaseline"),
    ("CENTOS", "AWS-CentOSDefaultPatchBaseline"),
    ("ORACLE_LINUX", "AWS-OracleLinuxDefaultPatchBaseline"),
    ("DEBIAN", "AWS-DebianDefaultPatchBaseline"),
    ("MACOS", "AWS-MacOSDefaultPatchBaseline"),
    ("RASPBIAN", "AWS-RaspbianDefaultPatchBaseline"),
    ("ROCKY_LINUX", "AWS-RockyLinuxDefaultPatchBaseline"),
    ("ALMA_LINUX", "AWS-AlmaLinuxDefaultPatchBaseline"),
];

/// Baselines of the account's own, used by the patch group `production`: operating system and name.
pub(super) const OWN_BASELINES: [(&str, &str); 3] = [
    ("AMAZON_LINUX_2023", "production-amazon-linux"),
    ("UBUNTU", "production-ubuntu"),
    ("WINDOWS", "production-windows"),
];

/// Which nodes an association applies to.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum NodeScope {
    All,
    Linux,
    Windows,
    /// Those scanned through `AWS-RunPatchBaselineAssociation`.
    PatchAssociation,
    /// None at all: a target without members.
    Nobody,
}

/// A State Manager association. The path of a shared one is an ARN, `{region}` being the target's.
pub(super) struct Document {
    pub(super) path: &'static str,
    pub(super) name: Option<&'static str>,
    pub(super) severity: &'static str,
    pub(super) scope: NodeScope,
    pub(super) schedule: &'static str,
    /// Created, not yet run.
    pub(super) pending: bool,
}

const fn document(
    path: &'static str,
    name: Option<&'static str>,
    severity: &'static str,
    scope: NodeScope,
    schedule: &'static str,
) -> Document {
    Document {
        path,
        name,
        severity,
        scope,
        schedule,
        pending: false,
    }
}

pub(super) const INVENTORY: usize = 0;
pub(super) const PATCH_ASSOCIATION: usize = 1;
pub(super) const AGENT_UPDATE: usize = 2;
pub(super) const PACKAGE: usize = 3;
pub(super) const SHARED: usize = 4;

/// The associations of each target; the first five are named by the constants above.
pub(super) const DOCUMENTS: [Document; 10] = [
    document(
        "AWS-GatherSoftwareInventory",
        Some("inventory"),
        "UNSPECIFIED",
        NodeScope::All,
        "rate(30 minutes)",
    ),
    document(
        "AWS-RunPatchBaselineAssociation",
        Some("SystemAssociationForScanningPatches"),
        "UNSPECIFIED",
        NodeScope::PatchAssociation,
        "rate(1 day)",
    ),
    document(
        "AWS-UpdateSSMAgent",
        Some("SystemAssociationForSsmAgentUpdate"),
        "LOW",
        NodeScope::All,
        "rate(14 days)",
    ),
    document(
        "AWS-ConfigureAWSPackage",
        Some("cloudwatch-agent"),
        "MEDIUM",
        NodeScope::All,
        "rate(7 days)",
    ),
    document(
        "arn:aws:ssm:{region}:999988887777:document/Company-Hardening",
        Some("hardening"),
        "CRITICAL",
        NodeScope::All,
        "rate(12 hours)",
    ),
    document(
        "AWS-RunShellScript",
        Some("harden-sshd"),
        "HIGH",
        NodeScope::Linux,
        "cron(0 2 ? * SUN *)",
    ),
    document(
        "AWS-ApplyDSCMofs",
        Some("dsc"),
        "UNSPECIFIED",
        NodeScope::Windows,
        "rate(4 hours)",
    ),
    document(
        "AWS-ConfigureWindowsUpdate",
        None,
        "UNSPECIFIED",
        NodeScope::Windows,
        "rate(1 day)",
    ),
    Document {
        path: "AWS-ApplyAnsiblePlaybooks",
        name: None,
        severity: "UNSPECIFIED",
        scope: NodeScope::Linux,
        schedule: "cron(0 5 1 * ? *)",
        pending: true,
    },
    document(
        "AWS-EnableExplorer",
        Some("explorer"),
        "UNSPECIFIED",
        NodeScope::Nobody,
        "rate(1 day)",
    ),
];

/// Packages of Linux patches; the patch severity goes with the package.
pub(super) const PACKAGES: [(&str, &str, &str); 16] = [
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

/// Kinds of Windows updates: title, classification, severity of Microsoft.
pub(super) const UPDATES: [(&str, &str, &str); 5] = [
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

/// Checks of `Custom:CISBenchmark`: id, title, severity.
pub(super) const CIS_CHECKS: [(&str, &str, &str); 8] = [
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
