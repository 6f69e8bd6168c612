//! The dashboards, and what they have in common.

mod associations;
mod exporter;
mod fleet;
mod instance;
mod patching;

use crate::grafana::{Column, Dashboard, Variable};

/// Every dashboard.
pub fn all() -> Vec<Dashboard> {
    vec![
        fleet::board(),
        instance::board(),
        patching::board(),
        associations::board(),
        exporter::board(),
    ]
}

/// A day, in seconds.
const DAY: u32 = 86_400;

/// The jobs that scrape the exporter, and the accounts and regions it reads.
fn targets() -> Vec<Variable> {
    vec![job(), account(), region()]
}

fn job() -> Variable {
    Variable::many(
        "job",
        "Job",
        "Scrape jobs of the exporter.",
        ".+",
        "label_values(aws_ssm_up, job)",
    )
}

fn account() -> Variable {
    let query =
        r#"query_result(max by (account_id, account_name) (aws_ssm_target_info{job=~"$job"}))"#;
    Variable::many(
        "account",
        "Account",
        "AWS accounts, by the names of the configuration.",
        ".*",
        query,
    )
    .regex(r#"/account_id="(?<value>[^"]+)"|account_name="(?<text>[^"]+)"/g"#)
}

fn region() -> Variable {
    let query = r#"label_values(aws_ssm_up{job=~"$job", account_id=~"$account"}, region)"#;
    Variable::many("region", "Region", "AWS regions.", ".*", query)
}

fn compliance_type() -> Variable {
    let query = r#"label_values(aws_ssm_compliance_instances{job=~"$job", account_id=~"$account", region=~"$region"}, compliance_type)"#;
    let description = "Patch (Patch Manager), Association (State Manager) and custom types.";
    Variable::many(
        "compliance_type",
        "Compliance type",
        description,
        ".*",
        query,
    )
}

fn platform() -> Variable {
    let query = r#"label_values(aws_ssm_managed_instances{job=~"$job", account_id=~"$account", region=~"$region"}, platform_type)"#;
    Variable::many(
        "platform",
        "Platform",
        "Linux, Windows, MacOS.",
        ".*",
        query,
    )
}

/// The columns that say which instance a row is about; the id leads to its dashboard.
fn who() -> Vec<Column> {
    let url = "/d/ssm-compliance-instance?var-datasource=${datasource}&${job:queryparam}\
               &var-account=${__data.fields.account_id}&var-region=${__data.fields.region}\
               &var-instance_id=${__value.raw}&${__url_time_range}";
    vec![
        Column::new("instance_id", "Instance")
            .width(190)
            .link("Why is it non-compliant?", url),
        Column::new("computer_name", "Computer name"),
        Column::new("platform_name", "Platform"),
        Column::new("account_id", "Account").width(130),
        Column::new("region", "Region").width(120),
    ]
}
