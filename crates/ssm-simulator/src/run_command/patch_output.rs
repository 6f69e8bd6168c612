//! What `AWS-RunPatchBaseline` prints.

use std::fmt::Write as _;

use super::invocation::Outcome;

/// One run of the document.
#[derive(Clone, Debug)]
pub(crate) struct PatchRun<'a> {
    /// `Scan` or `Install`.
    pub(crate) operation: &'a str,
    pub(crate) baseline_id: &'a str,
    pub(crate) snapshot_id: &'a str,
    pub(crate) platform_type: &'a str,
    /// The ids of the patches that could not be installed.
    pub(crate) failed: Vec<&'a str>,
}

/// How the run ended: a single patch that cannot be installed makes it fail.
pub(crate) fn patch_outcome(run: &PatchRun<'_>) -> Outcome {
    let mut output = format!(
        "Patch baseline: {}, snapshot: {}, operation: {}\n",
        run.baseline_id, run.snapshot_id, run.operation
    );
    if run.failed.is_empty() {
        output.push_str("Patch compliance was reported.");
        return Outcome::Success { output };
    }
    for patch in &run.failed {
        // Writing to a text cannot fail.
        let _ = writeln!(output, "{}", cause(patch, run.platform_type));
    }
    output.push_str("failed to run commands: exit status 1");
    Outcome::Failed {
        exit_code: 1,
        output,
    }
}

/// Why a patch could not be installed. The disk is full.
fn cause(patch: &str, platform_type: &str) -> String {
    if platform_type == "Windows" {
        return format!(
            "Installation of {patch} failed: HRESULT 0x80070070 (ERROR_DISK_FULL): there is not \
             enough space on the disk"
        );
    }
    format!(
        "Error unpacking rpm package {patch}: cpio: write failed - No space left on device\n\
         {patch} was supposed to be installed but is not!"
    )
}
