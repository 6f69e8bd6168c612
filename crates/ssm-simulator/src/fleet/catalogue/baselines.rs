//! Patch baselines.

/// The baselines that AWS provides, as operating system and name.
pub(crate) const AWS_BASELINES: [(&str, &str); 15] = [
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

/// The baselines that the account has made for its patch group `production`, as operating system
/// and name.
pub(crate) const OWN_BASELINES: [(&str, &str); 3] = [
    ("AMAZON_LINUX_2023", "production-amazon-linux"),
    ("UBUNTU", "production-ubuntu"),
    ("WINDOWS", "production-windows"),
];
