//! State Manager: the health of associations, the collection of inventory, and the instances that
//! fail.

use super::{DAY, targets, who};
use crate::grafana::{Column, Dashboard, Panel, Query, Section};
use crate::looks;
use crate::queries as q;

/// Association statuses with a column of their own; AWS may add others.
const STATUSES: [&str; 4] = ["Success", "Failed", "TimedOut", "Pending"];

pub(super) fn board() -> Dashboard {
    Dashboard {
        uid: "ssm-compliance-associations",
        title: "SSM Compliance / Associations",
        description: "Which State Manager associations fail, on which instances, and whether inventory is collected.",
        back: "24h",
        variables: targets(),
        sections: vec![answer(), associations(), instances(), successes()],
    }
}

fn answer() -> Section {
    Section::new("")
        .row(
            4,
            vec![
                (6, compliant()),
                (12, reasons()),
                (3, unreported()),
                (3, count()),
            ],
        )
        .row(8, vec![(8, documents()), (16, reasons_over_time())])
}

fn associations() -> Section {
    Section::new("Health of associations")
        .row(10, vec![(24, health())])
        .row(8, vec![(12, statuses()), (12, inventory())])
}

fn instances() -> Section {
    Section::new("Instances").row(10, vec![(24, failing())])
}

fn successes() -> Section {
    Section::new("Last success").row(8, vec![(8, success_ages()), (16, longest())])
}

fn compliant() -> Panel {
    let by = |status: &str| {
        let matchers = format!(r#"compliance_type="Association", status=~"{status}""#);
        format!(
            "sum({})",
            q::target(
                "aws_ssm_compliance_instances",
                "compliance_type, status",
                &matchers
            )
        )
    };
    Panel::stat("Compliant", "Share of instances compliant with their associations, among those with a status. Red below 75 %, green from 95 %.")
        .query("compliant", format!("{} / ({} > 0)", by("COMPLIANT"), by("COMPLIANT|NON_COMPLIANT")))
        .unit("percentunit")
        .default("decimals", 1)
        .steps(looks::SHARE)
        .empty("no data")
}

fn by_reason() -> String {
    let matchers = r#"compliance_type="Association""#;
    format!(
        "sum by (reason) ({})",
        q::target(
            "aws_ssm_noncompliant_instances",
            "compliance_type, reason",
            matchers
        )
    )
}

fn reasons() -> Panel {
    Panel::stat(
        "Non-compliant instances by reason",
        "inventory_failed: AWS-GatherSoftwareInventory. patch_association_noncompliant: AWS-RunPatchBaselineAssociation found patches missing. association_failed: any other document.",
    )
    .query("{{reason}}", by_reason())
    .unit("short")
    .steps(looks::NONE_IS_GOOD)
    .empty("no data")
}

fn unreported() -> Panel {
    let matchers = r#"compliance_type="Association", status="UNREPORTED""#;
    let unreported = q::target(
        "aws_ssm_compliance_instances",
        "compliance_type, status",
        matchers,
    );
    Panel::stat(
        "Unreported",
        "Instances with associations that AWS has no compliance summary of.",
    )
    .query("instances", format!("sum({unreported})"))
    .unit("short")
    .steps(looks::FEW_IS_GOOD)
    .empty("no data")
}

fn count() -> Panel {
    Panel::stat(
        "How many associations",
        "Associations in the chosen accounts and regions.",
    )
    .query(
        "associations",
        format!(
            "count({})",
            q::target("aws_ssm_association_info", "association_id", "")
        ),
    )
    .unit("short")
    .empty("none")
}

/// Non-compliant associations of instances.
fn failed(labels: &str) -> String {
    q::instance("aws_ssm_instance_noncompliant_association_info", labels, "")
}

fn documents() -> Panel {
    // Shared documents go by their ARN; its last part is the name.
    let failed = failed("document_name");
    let named =
        format!(r#"label_replace({failed}, "document_name", "$1", "document_name", ".*/(.+)")"#);
    Panel::bars(
        "Non-compliant instances by document",
        "Instances with a non-compliant association, by the document it runs.",
    )
    .query(
        "{{document_name}}",
        format!("sort_desc(count by (document_name) ({named}))"),
    )
    .unit("short")
    .default(
        "color",
        serde_json::json!({ "mode": "fixed", "fixedColor": "red" }),
    )
    .empty("no association is non-compliant")
}

fn reasons_over_time() -> Panel {
    Panel::lines(
        "Non-compliant instances by reason over time",
        "An instance with several reasons counts for each.",
    )
    .query("{{reason}}", by_reason())
    .unit("short")
    .colours(looks::REASONS)
    .empty("no data")
}

fn in_status(matchers: &str) -> String {
    let instances = q::target(
        "aws_ssm_association_instances",
        "association_id, status",
        matchers,
    );
    format!("sum by (account_id, region, association_id) ({instances})")
}

fn health() -> Panel {
    let info = q::with_account(&q::target(
        "aws_ssm_association_info",
        "association_id, association_name, document_name",
        "",
    ));
    let matchers = STATUSES.map(|status| format!(r#"status="{status}""#));
    let others = format!(r#"status!~"{}""#, STATUSES.join("|"));
    let finished = in_status(r#"status!="Pending""#);
    let share = format!(
        "({} or 0 * {finished}) / {finished}",
        in_status(&matchers[0])
    );
    let counts = matchers
        .iter()
        .map(|status| in_status(status))
        .chain([in_status(&others), share]);
    let columns = vec![
        Column::new("association_name", "Association"),
        Column::new("document_name", "Document"),
        Column::new("account_name", "Account").width(120),
        Column::new("region", "Region").width(110),
        Column::new("Value #G", "Share of success")
            .width(140)
            .unit("percentunit")
            .steps(looks::SHARE),
        Column::new("Value #B", "Success").width(90),
        Column::new("Value #C", "Failed")
            .width(80)
            .steps(looks::NONE_IS_GOOD),
        Column::new("Value #D", "TimedOut")
            .width(90)
            .steps(looks::FEW_IS_GOOD),
        Column::new("Value #E", "Pending").width(90),
        Column::new("Value #F", "Others").width(80),
        Column::new("association_id", "Association id").width(310),
    ];
    Panel::table(
        "Instances of each association by status",
        "Instances of each association by the status of its last run, as AWS counts them. Share of success: among those whose run has ended.",
        columns,
    )
    .query("", info)
    .queries(counts.map(|expr| Query::new("", expr)))
    .unit("short")
    .sorted("Failed", true)
    .empty("–")
}

fn statuses() -> Panel {
    let instances = q::target(
        "aws_ssm_association_instances",
        "association_id, status",
        "",
    );
    Panel::areas(
        "Instances by association status",
        "Over all associations; an instance counts once for each of its associations.",
    )
    .query("{{status}}", format!("sum by (status) ({instances})"))
    .unit("short")
    .colours(looks::ASSOCIATION_STATUSES)
    .empty("no association")
}

fn inventory() -> Panel {
    let info = q::target(
        "aws_ssm_association_info",
        "association_id",
        r#"document_name=~"(.*/)?AWS-GatherSoftwareInventory""#,
    );
    let instances = q::target(
        "aws_ssm_association_instances",
        "association_id, status",
        "",
    );
    let inventory = format!("{instances} and on (account_id, region, association_id) {info}");
    Panel::areas(
        "Collection of inventory",
        "Instances by the last status of AWS-GatherSoftwareInventory: without inventory the console shows no applications and no files of them.",
    )
    .query("{{status}}", format!("sum by (status) ({inventory})"))
    .unit("short")
    .colours(looks::ASSOCIATION_STATUSES)
    .empty("no inventory association")
}

fn failing() -> Panel {
    let failed = q::named(&failed(
        "association_id, document_name, compliance_severity",
    ));
    let mut columns = who();
    columns.extend([
        Column::new("document_name", "Document"),
        Column::new("compliance_severity", "Severity").width(130),
        Column::new("association_id", "Association id").width(310),
    ]);
    Panel::table(
        "Non-compliant instances",
        "Every instance with a non-compliant association. The id leads to its dashboard; the association id is what the console's execution history asks for.",
        columns,
    )
    .query("", failed)
    .sorted("Document", false)
    .empty("no association is non-compliant")
}

fn success_age() -> String {
    q::since(&q::instance(
        "aws_ssm_instance_last_association_success_timestamp_seconds",
        "",
        "",
    ))
}

fn success_ages() -> Panel {
    let age = success_age();
    Panel::bars(
        "Instances by age of the last success",
        "How long ago any association last succeeded on the instance.",
    )
    .query("up to a day", q::aged(&age, 0, Some(DAY)))
    .query("1 to 7 days", q::aged(&age, DAY, Some(7 * DAY)))
    .query("7 to 30 days", q::aged(&age, 7 * DAY, Some(30 * DAY)))
    .query("over 30 days", q::aged(&age, 30 * DAY, None))
    .unit("short")
    .colours(looks::AGES)
    .empty("no data")
}

fn longest() -> Panel {
    let oldest = format!("topk(50, {})", success_age());
    let ran = q::since(&q::instance(
        "aws_ssm_instance_last_association_execution_timestamp_seconds",
        "",
        "",
    ));
    let mut columns = who();
    columns.extend([
        Column::new("Value #A", "Last success ago")
            .width(150)
            .unit("s")
            .steps(looks::AGE),
        Column::new("Value #B", "Last run ago").width(130).unit("s"),
    ]);
    Panel::table(
        "Longest without success",
        "The 50 instances whose associations last succeeded longest ago. A run that is younger than the success has failed.",
        columns,
    )
    .query("", q::named(&oldest))
    .query("", q::and(&ran, &oldest))
    .sorted("Last success ago", true)
    .empty("–")
}
