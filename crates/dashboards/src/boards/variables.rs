//! What the reader can choose at the top of a dashboard.

use crate::grafana::Variable;

/// The jobs that scrape the exporter, the accounts and regions that it reads, and where its pages
/// are.
pub(super) fn targets() -> Vec<Variable> {
    vec![job(), account(), region(), exporter_url()]
}

/// The address of the exporter's pages, which no metric knows.
fn exporter_url() -> Variable {
    Variable::text(
        "exporter_url",
        "Exporter URL",
        "The address at which people reach the exporter's pages, without a slash at the end.",
        "http://localhost:10068",
    )
}

pub(super) fn job() -> Variable {
    let query = "label_values(aws_ssm_up, job)";
    Variable::many("job", "Job", "Scrape jobs of the exporter.", ".+", query)
}

pub(super) fn account() -> Variable {
    // `label_values` gives the values of a single label, and a choice needs the name beside the id.
    let query =
        r#"query_result(max by (account_id, account_name) (aws_ssm_target_info{job=~"$job"}))"#;
    let description = "AWS accounts, by their names in the configuration.";
    Variable::many("account", "Account", description, ".*", query)
        .regex(r#"/account_id="(?<value>[^"]+)"|account_name="(?<text>[^"]+)"/g"#)
}

pub(super) fn region() -> Variable {
    let query = r#"label_values(aws_ssm_up{job=~"$job", account_id=~"$account"}, region)"#;
    Variable::many("region", "Region", "AWS regions.", ".*", query)
}

pub(super) fn compliance_type() -> Variable {
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

/// The tag by whose values instances are counted.
pub(super) fn tag_key() -> Variable {
    let query = r#"label_values(aws_ssm_tag_compliance_instances{job=~"$job", account_id=~"$account", region=~"$region"}, tag_key)"#;
    let description = "Tags by whose values instances are counted: tag_compliance in the configuration. Empty without it.";
    Variable::one("tag_key", "Tag", description, query)
}

pub(super) fn tag_value() -> Variable {
    let query = r#"label_values(aws_ssm_tag_compliance_instances{job=~"$job", account_id=~"$account", region=~"$region", tag_key="$tag_key"}, tag_value)"#;
    let description = "Values of that tag. They affect only the section By tag.";
    Variable::many("tag_value", "Tag value", description, ".*", query)
}

pub(super) fn platform() -> Variable {
    let query = r#"label_values(aws_ssm_managed_instances{job=~"$job", account_id=~"$account", region=~"$region"}, platform_type)"#;
    Variable::many(
        "platform",
        "Platform",
        "Linux, Windows, MacOS.",
        ".*",
        query,
    )
}

/// The patches whose instances are listed.
pub(super) fn patch() -> Variable {
    let query = r#"label_values(aws_ssm_noncompliant_patch_instances{job=~"$job", account_id=~"$account", region=~"$region"}, patch_id)"#;
    let description =
        "KB numbers and packages that make instances non-compliant. Needs max_patch_info_series.";
    Variable::many("patch", "Patch", description, ".*", query)
}

/// The one instance that a dashboard is about.
pub(super) fn instance_id() -> Variable {
    let query = r#"label_values(aws_ssm_instance_info{job=~"$job", account_id=~"$account", region=~"$region", platform_type=~"$platform"}, instance_id)"#;
    let description = "The managed instance, i-... or mi-....";
    Variable::one("instance_id", "Instance id", description, query)
}

/// The exporters, as Prometheus names what it scrapes.
pub(super) fn exporter_instance() -> Variable {
    let query = r#"label_values(aws_ssm_exporter_build_info{job=~"$job"}, instance)"#;
    Variable::many(
        "instance",
        "Instance",
        "Exporters, by the instance label of their scrapes.",
        ".+",
        query,
    )
}
