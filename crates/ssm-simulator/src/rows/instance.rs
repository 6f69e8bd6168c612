//! The row of a managed instance.

use std::collections::BTreeMap;

use serde::Serialize;

/// A row of `DescribeInstanceInformation`.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[serde(rename_all = "PascalCase")]
#[expect(missing_docs, reason = "the members of AWS's InstanceInformation")]
pub struct Instance {
    pub instance_id: String,
    pub ping_status: String,
    pub last_ping_date_time: f64,
    pub agent_version: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub is_latest_version: Option<bool>,
    pub platform_type: String,
    pub platform_name: String,
    pub platform_version: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub activation_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub iam_role: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub registration_date: Option<f64>,
    /// Only hybrid nodes have the three members above and the name below. The name of an EC2
    /// instance is a tag, which AWS does not send here.
    pub resource_type: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    #[serde(rename = "IPAddress")]
    pub ip_address: String,
    /// This is what the operating system calls itself. It need not be unique.
    pub computer_name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub association_status: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_association_execution_date: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_successful_association_execution_date: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub association_overview: Option<AssociationOverview>,
    pub source_id: String,
    pub source_type: String,
}

/// How many associations of one instance are in which status.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
#[expect(
    missing_docs,
    reason = "the members of AWS's InstanceAggregatedAssociationOverview"
)]
pub struct AssociationOverview {
    pub detailed_status: String,
    pub instance_association_status_aggregated_count: BTreeMap<String, i32>,
}
