//! The partitions of AWS, which share neither accounts nor roles.

/// The partition of a region, which ARNs begin with.
pub(crate) fn partition_of(region: &str) -> &'static str {
    if region.starts_with("cn-") {
        "aws-cn"
    } else if region.starts_with("us-gov-") {
        "aws-us-gov"
    } else {
        "aws"
    }
}
