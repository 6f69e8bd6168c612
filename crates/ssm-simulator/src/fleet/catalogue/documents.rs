//! State Manager associations and the documents that they run.

/// The nodes that an association applies to.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum NodeScope {
    All,
    Linux,
    Windows,
    /// The nodes that are scanned through `AWS-RunPatchBaselineAssociation`.
    PatchAssociation,
    /// No node at all, because no instance carries the tag that the association targets.
    Empty,
}

/// A State Manager association of a document.
pub(crate) struct Document {
    /// The name of the document. That of a document which another account shares is an ARN, in
    /// which `{region}` stands for the region of the target.
    pub(crate) path: &'static str,
    /// The name of the association itself, which is optional in AWS.
    pub(crate) name: Option<&'static str>,
    pub(crate) severity: &'static str,
    pub(crate) scope: NodeScope,
    pub(crate) schedule: &'static str,
    /// Whether the association was created but has not run yet.
    pub(crate) pending: bool,
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

// Indexes of associations in [`DOCUMENTS`] that can fail.
pub(crate) const INVENTORY: usize = 0;
pub(crate) const PATCH_ASSOCIATION: usize = 1;
pub(crate) const AGENT_UPDATE: usize = 2;
pub(crate) const PACKAGE: usize = 3;
pub(crate) const SHARED: usize = 4;

/// The associations of each target. The first five are those that the indexes above name.
pub(crate) const DOCUMENTS: [Document; 10] = [
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
        // AWS names a document that another account shares by its ARN.
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
        // An association without a name of its own can be told apart by its document only.
        "AWS-ConfigureWindowsUpdate",
        None,
        "UNSPECIFIED",
        NodeScope::Windows,
        "rate(1 day)",
    ),
    Document {
        // An association that never ran has a status on every instance, but no compliance item.
        path: "AWS-ApplyAnsiblePlaybooks",
        name: None,
        severity: "UNSPECIFIED",
        scope: NodeScope::Linux,
        schedule: "cron(0 5 1 * ? *)",
        pending: true,
    },
    document(
        // An association that targets no instance has no counts at all.
        "AWS-EnableExplorer",
        Some("explorer"),
        "UNSPECIFIED",
        NodeScope::Empty,
        "rate(1 day)",
    ),
];
