//! The documents that nodes run, and the names of their steps.

/// The document that scans for patches and installs them.
pub(crate) const PATCH_DOCUMENT: &str = "AWS-RunPatchBaseline";
/// The document that does the same in an association.
pub(crate) const PATCH_ASSOCIATION_DOCUMENT: &str = "AWS-RunPatchBaselineAssociation";

/// The steps of the documents above, and the platform types that they run on.
const PATCH_STEPS: [(&str, &str); 3] = [
    ("PatchWindows", "Windows"),
    ("PatchLinux", "Linux"),
    ("PatchMacOS", "MacOS"),
];

/// The steps of documents that have one step only.
const SINGLE_STEPS: [(&str, &str); 8] = [
    (
        "AWS-GatherSoftwareInventory",
        "collectSoftwareInventoryItems",
    ),
    ("AWS-UpdateSSMAgent", "updateSsmAgent"),
    ("AWS-ConfigureAWSPackage", "configurePackage"),
    ("AWS-RunShellScript", "aws:runShellScript"),
    ("AWS-RunPowerShellScript", "aws:runPowerShellScript"),
    ("AWS-ApplyDSCMofs", "dscMofs"),
    ("AWS-ConfigureWindowsUpdate", "configureWindowsUpdate"),
    ("Company-Hardening", "applyHardening"),
];

/// The name of a step that nothing is known of.
const UNKNOWN_STEP: &str = "runDocument";

/// One step of a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Step {
    pub(super) name: &'static str,
    /// The only platform type that the step runs on. It is skipped on all others.
    pub(super) platform: Option<&'static str>,
}

/// The steps of a document, which is named by its name or its ARN.
pub(super) fn steps(document: &str) -> Vec<Step> {
    if [PATCH_DOCUMENT, PATCH_ASSOCIATION_DOCUMENT].contains(&document) {
        return PATCH_STEPS.map(platform_step).to_vec();
    }
    let short_name = short_name(document);
    let known = SINGLE_STEPS.iter().find(|(name, _)| *name == short_name);
    vec![Step {
        name: known.map_or(UNKNOWN_STEP, |(_, step)| step),
        platform: None,
    }]
}

/// The name of a document without the account and the region of its ARN.
pub(super) fn short_name(document: &str) -> &str {
    document.rsplit('/').next().unwrap_or(document)
}

fn platform_step((name, platform): (&'static str, &'static str)) -> Step {
    Step {
        name,
        platform: Some(platform),
    }
}
