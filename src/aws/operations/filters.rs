//! Filters of the operations on compliance.

use aws_sdk_ssm::types::{ComplianceQueryOperatorType, ComplianceStringFilter};

/// Lets through only what has one of these values under `key`.
pub(super) fn equal<S: AsRef<str>>(key: &str, values: &[S]) -> ComplianceStringFilter {
    let values = values
        .iter()
        .map(|value| value.as_ref().to_owned())
        .collect();
    ComplianceStringFilter::builder()
        .key(key)
        .set_values(Some(values))
        .r#type(ComplianceQueryOperatorType::Equal)
        .build()
}
