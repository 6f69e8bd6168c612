//! The fleet: how much of it is compliant, why the rest is not, and whether the numbers can be
//! trusted.

use super::{compliance_type, targets, who};
use crate::grafana::{Column, Dashboard, Panel, Section};
use crate::looks;
use crate::queries::{self as q, TYPES};

pub(super) fn board() -> Dashboard {
    let mut variables = targets();
    variables.push(compliance_type());
    Dashboard {
        uid: "ssm-compliance-fleet",
        title: "SSM Compliance / Fleet",
        description: "How much of the fleet is compliant, why the rest is not, which instances need work first.",
        back: "24h",
        variables,
        sections: vec![answer(), places(), instances(), trust()],
    }
}

fn answer() -> Section {
    Section::new("")
        .row(
            4,
            vec![
                (7, share()),
                (6, noncompliant()),
                (4, unreported()),
                (3, managed()),
                (4, unread()),
            ],
        )
        .row(9, vec![(8, reasons_now()), (16, reasons())])
}

fn places() -> Section {
    Section::new("Where").row(8, vec![(14, accounts()), (10, severities())])
}

fn instances() -> Section {
    Section::new("Instances").row(11, vec![(24, worst())])
}

fn trust() -> Section {
    Section::new("Over time, and how fresh the numbers are")
        .row(8, vec![(12, types()), (12, managed_over_time())])
        .row(8, vec![(12, freshness()), (12, console())])
}

fn share() -> Panel {
    Panel::stat(
        "Compliant",
        "Share of compliant instances among those with a status, by compliance type. Red below 75 %, green from 95 %. \
         Instances that AWS has no status of count neither way: see Unreported.",
    )
    .query("{{compliance_type}}", q::compliant_share())
    .unit("percentunit")
    .default("decimals", 1)
    .default("max", 1)
    .steps(looks::SHARE)
    .empty("no data")
}

fn noncompliant() -> Panel {
    Panel::stat(
        "Non-compliant instances",
        "Listed instances that are NON_COMPLIANT, by compliance type.",
    )
    .query("{{compliance_type}}", q::by_status("NON_COMPLIANT"))
    .unit("short")
    .steps(looks::NONE_IS_GOOD)
    .empty("no data")
}

fn unreported() -> Panel {
    Panel::stat(
        "Unreported",
        "Managed instances without a compliance summary. Patch: never scanned, scanned only through \
         AWS-RunPatchBaselineAssociation, or longer ago than AWS keeps. Association: AWS knows a status but no summary. \
         Their compliance is unknown.",
    )
    .query("{{compliance_type}}", q::by_status("UNREPORTED"))
    .unit("short")
    .steps(looks::FEW_IS_GOOD)
    .empty("no data")
}

fn managed() -> Panel {
    Panel::stat(
        "Managed instances",
        "Instances that Systems Manager lists, and those whose agent is Online.",
    )
    .query("managed", q::managed("", ""))
    .query("online", q::managed("", r#"ping_status="Online""#))
    .unit("short")
    .empty("no data")
}

fn unread() -> Panel {
    Panel::stat(
        "Not read",
        "Accounts and regions whose last reading failed, and collectors: what they tell is old, or missing from every count. The dashboard Exporter says why.",
    )
    .query("targets", format!("sum(1 - {})", q::target("aws_ssm_up", "", "")))
    .query("collectors", format!("sum(1 - {})", q::target("aws_ssm_collector_success", "collector", "")))
    .unit("short")
    .steps(looks::NONE_IS_GOOD)
    .empty("no exporter")
}

fn reasons_now() -> Panel {
    Panel::bars(
        "Non-compliant instances by reason",
        "Why instances are non-compliant now, after AWS's troubleshooting article. An instance with several reasons counts for each.",
    )
    .query("{{reason}}", format!("sort_desc({})", q::by_reason()))
    .unit("short")
    .colours(looks::REASONS)
    .empty("no data")
}

fn reasons() -> Panel {
    Panel::lines(
        "Non-compliant instances by reason over time",
        "A rising line is work to do; one that falls after a maintenance window is work done. An instance with several reasons counts for each, so the lines do not add up.",
    )
    .query("{{reason}}", q::by_reason())
    .unit("short")
    .colours(looks::REASONS)
    .empty("no data")
}

fn accounts() -> Panel {
    let sum = |by: &str| format!("sum by (account_id, region) ({by})");
    let instances = |types: &str, status: &str| {
        let matchers = format!(r#"{types}, status="{status}", {TYPES}"#);
        sum(&q::target(
            "aws_ssm_compliance_instances",
            "compliance_type, status",
            &matchers,
        ))
    };
    let columns = vec![
        Column::new("account_name", "Account"),
        Column::new("account_id", "Account id").width(125),
        Column::new("region", "Region").width(110),
        Column::new("Value #A", "Managed").width(85),
        Column::new("Value #B", "Online").width(75),
        Column::new("Value #C", "Patch")
            .width(70)
            .steps(looks::NONE_IS_GOOD),
        Column::new("Value #D", "Association")
            .width(100)
            .steps(looks::NONE_IS_GOOD),
        Column::new("Value #E", "Custom")
            .width(80)
            .steps(looks::NONE_IS_GOOD),
        Column::new("Value #F", "Never scanned")
            .width(125)
            .steps(looks::FEW_IS_GOOD),
    ];
    Panel::table(
        "Non-compliant instances by account and region",
        "Each configured account and region: its instances, those non-compliant by type, and those without a patch summary.",
        columns,
    )
    .query("", q::with_account(&q::managed("account_id, region", "")))
    .query("", q::managed("account_id, region", r#"ping_status="Online""#))
    .query("", instances(r#"compliance_type="Patch""#, "NON_COMPLIANT"))
    .query("", instances(r#"compliance_type="Association""#, "NON_COMPLIANT"))
    .query("", instances(r#"compliance_type=~"Custom:.*""#, "NON_COMPLIANT"))
    .query("", instances(r#"compliance_type="Patch""#, "UNREPORTED"))
    .unit("short")
    .sorted("Patch", true)
    .empty("–")
}

fn items(by: &str) -> String {
    let matchers = format!(r#"status="NON_COMPLIANT", {TYPES}"#);
    let items = q::instance(
        "aws_ssm_instance_compliance_items",
        "compliance_type, compliance_severity",
        &matchers,
    );
    format!("sum by ({by}) ({items})")
}

fn severities() -> Panel {
    Panel::areas(
        "Non-compliant items by severity",
        "Patches, associations and custom items that are non-compliant. AWS's own patch baselines leave the severity UNSPECIFIED. \
         Needs the series of instances (exposition.instances is not none).",
    )
    .query("{{compliance_severity}}", items("compliance_severity"))
    .unit("short")
    .colours(looks::SEVERITIES)
    .coarse()
        .empty("no non-compliant item")
}

fn worst() -> Panel {
    let worst = format!("topk(50, {})", items("account_id, region, instance_id"));
    let reasons = q::instance(
        "aws_ssm_instance_noncompliance_reason",
        "compliance_type, reason",
        TYPES,
    );
    let since = q::recorded(
        "instance:aws_ssm_noncompliant_since:timestamp_seconds",
        "compliance_type",
        TYPES,
    );
    let by_instance = |function: &str, expr: &str| {
        q::and(
            &format!("{function} by (account_id, region, instance_id) ({expr})"),
            &worst,
        )
    };
    let mut columns = who();
    columns.extend([
        Column::new("Value #A", "Non-compliant items")
            .width(170)
            .steps(looks::NONE_IS_GOOD),
        Column::new("Value #B", "Reasons").width(100),
        Column::new("Value #C", "Non-compliant for")
            .width(160)
            .unit("s")
            .steps(looks::STANDING),
        Column::new("Value #D", "Online")
            .width(90)
            .mapped(looks::mapping(&[("1", "yes", "green"), ("0", "NO", "red")])),
    ]);
    Panel::table(
        "Worst instances",
        "The 50 instances with the most non-compliant items. The id leads to the dashboard that says why and what to do. \
         Non-compliant for: since the recording rule has seen it; AWS keeps no such time.",
        columns,
    )
    .query("", q::named(&worst))
    .query("", by_instance("count", &reasons))
    .query("", by_instance("max", &q::since(&since)))
    .query("", by_instance("max", &q::instance("aws_ssm_instance_online", "", "")))
    .unit("short")
    .sorted("Non-compliant items", true)
    .empty("–")
}

fn types() -> Panel {
    Panel::lines(
        "Non-compliant instances by type",
        "Listed instances that are NON_COMPLIANT.",
    )
    .query("{{compliance_type}}", q::by_status("NON_COMPLIANT"))
    .unit("short")
    .empty("no data")
}

fn managed_over_time() -> Panel {
    Panel::lines(
        "Managed, online, unreported and unlisted instances",
        "A falling line of online instances hides compliance: an agent that is not heard reports nothing new. Unlisted: resources \
         that only the compliance APIs still know, stopped or terminated.",
    )
    .query("managed", q::managed("", ""))
    .query("online", q::managed("", r#"ping_status="Online""#))
    .query("unreported {{compliance_type}}", q::by_status("UNREPORTED"))
    .query("unlisted", format!("sum({})", q::target("aws_ssm_unlisted_resources", "", "")))
    .unit("short")
    .colours(&[
        ("managed", "blue"),
        ("online", "green"),
        ("unreported Patch", "#8E8E8E"),
        ("unreported Association", "purple"), ("unlisted", "yellow"),
    ])
    .empty("no data")
}

fn freshness() -> Panel {
    let age = q::data_age(r#"collector=~"instances|compliance|patches|items""#);
    let columns = vec![
        Column::new("account_name", "Account"),
        Column::new("account_id", "Account id"),
        Column::new("region", "Region"),
        Column::new("Value #A", "State").mapped(looks::works()),
        Column::new("Value #B", "Oldest data").unit("s"),
        Column::new("Value #C", "In periods")
            .with("decimals", 1)
            .steps(looks::PERIODS),
    ];
    let oldest = format!("max by (account_id, region) ({age})");
    Panel::table(
        "Freshness of the data",
        "Age of what is shown: AWS is read once per refresh interval, not at each scrape. Periods: refresh interval plus duration of the last refresh; stale from two on.",
        columns,
    )
    .query("", q::with_account(&q::target("aws_ssm_up", "", "")))
    .query("", oldest.clone())
    .query("", q::in_periods(&oldest))
    .sorted("In periods", true)
    .empty("–")
}

fn console() -> Panel {
    let console = |status: &str| {
        let matchers = format!(r#"status="{status}", {TYPES}"#);
        let resources = q::target(
            "aws_ssm_compliance_resources",
            "compliance_type, status",
            &matchers,
        );
        format!("sum by (compliance_type) ({resources})")
    };
    let columns = vec![
        Column::new("compliance_type", "Compliance type"),
        Column::new("Value #A", "Compliant, listed"),
        Column::new("Value #B", "Non-compliant, listed"),
        Column::new("Value #C", "Compliant, console"),
        Column::new("Value #D", "Non-compliant, console"),
    ];
    Panel::table(
        "Why the AWS console shows other numbers",
        "The console also counts resources that only the compliance APIs still know (stopped, terminated); the other panels count listed instances.",
        columns,
    )
    .query("", q::by_status("COMPLIANT"))
    .query("", q::by_status("NON_COMPLIANT"))
    .query("", console("COMPLIANT"))
    .query("", console("NON_COMPLIANT"))
    .unit("short")
    .empty("–")
}
