//! Patch baselines.

/// A patch baseline for an operating system.
pub(crate) struct CataloguedBaseline {
    pub(crate) os: &'static str,
    pub(crate) name: &'static str,
}

const fn baseline(os: &'static str, name: &'static str) -> CataloguedBaseline {
    CataloguedBaseline { os, name }
}

/// The baselines that AWS provides.
pub(crate) const AWS_BASELINES: [CataloguedBaseline; 15] = [
    baseline("WINDOWS", "AWS-DefaultPatchBaseline"),
    baseline("AMAZON_LINUX", "AWS-AmazonLinuxDefaultPatchBaseline"),
    baseline("AMAZON_LINUX_2", "AWS-AmazonLinux2DefaultPatchBaseline"),
    baseline(
        "AMAZON_LINUX_2022",
        "AWS-AmazonLinux2022DefaultPatchBaseline",
    ),
    baseline(
        "AMAZON_LINUX_2023",
        "AWS-AmazonLinux2023DefaultPatchBaseline",
    ),
    baseline("UBUNTU", "AWS-UbuntuDefaultPatchBaseline"),
    baseline("REDHAT_ENTERPRISE_LINUX", "AWS-RedHatDefaultPatchBaseline"),
    baseline("SUSE", "AWS-SuseDefaultPatchBaseline"),
    baseline("CENTOS", "AWS-CentOSDefaultPatchBaseline"),
    baseline("ORACLE_LINUX", "AWS-OracleLinuxDefaultPatchBaseline"),
    baseline("DEBIAN", "AWS-DebianDefaultPatchBaseline"),
    baseline("MACOS", "AWS-MacOSDefaultPatchBaseline"),
    // AWS lists its baselines of all operating systems, also of those that no instance runs.
    baseline("RASPBIAN", "AWS-RaspbianDefaultPatchBaseline"),
    baseline("ROCKY_LINUX", "AWS-RockyLinuxDefaultPatchBaseline"),
    baseline("ALMA_LINUX", "AWS-AlmaLinuxDefaultPatchBaseline"),
];

/// The patch group that the account's own baselines are registered for.
pub(crate) const OWN_BASELINE_GROUP: &str = "production";

/// The baselines that the account has made for its patch group `production`.
pub(crate) const OWN_BASELINES: [CataloguedBaseline; 3] = [
    baseline("AMAZON_LINUX_2023", "production-amazon-linux"),
    baseline("UBUNTU", "production-ubuntu"),
    baseline("WINDOWS", "production-windows"),
];
