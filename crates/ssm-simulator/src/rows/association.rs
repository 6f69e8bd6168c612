//! The rows of State Manager: associations, and how each fares on an instance.

use std::collections::BTreeMap;

use serde::Serialize;

/// A row of `ListAssociations`. AWS calls the name of the document `name`.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[serde(rename_all = "PascalCase")]
#[expect(missing_docs, reason = "the members of AWS's Association")]
pub struct Association {
    pub name: String,
    pub association_id: String,
    pub association_version: String,
    pub document_version: String,
    pub targets: Vec<AssociationTarget>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_execution_date: Option<f64>,
    pub overview: Overview,
    pub schedule_expression: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub association_name: Option<String>,
}

/// A condition that selects the instances an association applies to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
#[expect(missing_docs, reason = "the members of AWS's Target")]
pub struct AssociationTarget {
    pub key: String,
    pub values: Vec<String>,
}

/// How many instances of one association are in which status.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
#[expect(missing_docs, reason = "the members of AWS's AssociationOverview")]
pub struct Overview {
    pub status: String,
    /// AWS says `Associated` here for what is pending.
    pub detailed_status: String,
    pub association_status_aggregated_count: BTreeMap<String, i32>,
}

/// A row of `DescribeInstanceAssociationsStatus`. AWS calls the name of the document `name`.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[serde(rename_all = "PascalCase")]
#[expect(
    missing_docs,
    reason = "the members of AWS's InstanceAssociationStatusInfo"
)]
pub struct InstanceAssociation {
    pub association_id: String,
    pub name: String,
    pub document_version: String,
    pub association_version: String,
    pub instance_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub execution_date: Option<f64>,
    pub status: String,
    pub detailed_status: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub execution_summary: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error_code: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub association_name: Option<String>,
}
