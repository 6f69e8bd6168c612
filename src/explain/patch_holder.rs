//! An instance on which a given patch is a finding.

use super::evidence::TargetName;
use crate::model::Timestamp;

/// A patch that is a finding on an instance.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PatchHolder {
    /// Where the instance is.
    pub target: TargetName,
    /// The instance's id.
    pub instance_id: String,
    /// Its computer name; empty if AWS gives none.
    pub computer_name: String,
    /// The patch's id.
    pub patch_id: String,
    /// The patch's title; often empty.
    pub title: String,
    /// The patch's state, for example `Missing`.
    pub state: String,
    /// The severity that the vendor gives the patch.
    pub severity: String,
    /// The classification of the patch.
    pub classification: String,
    /// The vulnerabilities that the patch closes, separated by commas.
    pub cve_ids: String,
    /// When the patch was installed, as AWS writes it, and so since when it waits for a reboot; empty
    /// for a patch that is not installed. AWS does not say for how long one has been missing.
    pub installed: String,
    /// When the operation ran that reported it.
    pub reported: Option<Timestamp>,
}
