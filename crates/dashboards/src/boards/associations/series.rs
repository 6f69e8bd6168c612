//! What several sections of this dashboard ask.

use crate::queries;

/// The non-compliant associations of each instance.
pub(super) fn failed_associations(labels: &str) -> String {
    queries::per_instance("aws_ssm_instance_noncompliant_association_info", labels, "")
}
