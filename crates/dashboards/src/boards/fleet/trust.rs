//! How the counts developed, and whether they can be trusted.

use crate::grafana::{Column, Panel, Section};
use crate::looks;
use crate::queries::{self, CHOSEN_TYPES};

pub(super) fn section() -> Section {
    Section::new("Over time, and how fresh the numbers are")
        .row(8, vec![(12, types()), (12, managed_over_time())])
        .row(8, vec![(12, freshness()), (12, console())])
}

fn types() -> Panel {
    Panel::lines(
        "Non-compliant instances by type",
        "Listed instances that are NON_COMPLIANT.",
    )
    .query("{{compliance_type}}", queries::by_status("NON_COMPLIANT"))
    .unit("short")
    .empty("no data")
}

fn managed_over_time() -> Panel {
    let unlisted = queries::per_target("aws_ssm_unlisted_resources", "", "");
    Panel::lines(
        "Managed, online, unreported and unlisted instances",
        "If fewer instances are online, compliance is hidden: an agent that is not heard from reports nothing new. Unlisted: resources \
         that only the compliance APIs still know, stopped or terminated.",
    )
    .query("managed", queries::managed(""))
    .query("online", queries::managed(r#"ping_status="Online""#))
    .query("unreported {{compliance_type}}", queries::by_status("UNREPORTED"))
    .query("unlisted", queries::sum(&unlisted))
    .unit("short")
    .colours(MANAGED_COLOURS)
    .empty("no data")
}

const MANAGED_COLOURS: &[(&str, &str)] = &[
    ("managed", "blue"),
    ("online", "green"),
    ("unreported Patch", "#8E8E8E"),
    ("unreported Association", "purple"),
    ("unlisted", "yellow"),
];

fn freshness() -> Panel {
    let age = queries::data_age(r#"collector=~"instances|compliance|patches|items""#);
    let oldest = format!("max by (account_id, region) ({age})");
    let targets = queries::per_target("aws_ssm_up", "", "");
    Panel::table(
        "Freshness of the data",
        "Age of what is shown: AWS is read once per refresh interval, not at each scrape. Periods: refresh interval plus duration of the last refresh; stale from two upwards.",
        &freshness_columns(),
    )
    .query("", queries::with_account_name(&targets))
    .query("", oldest.clone())
    .query("", queries::in_refresh_periods(&oldest))
    .sorted("In periods", true)
    .empty("–")
}

fn freshness_columns() -> Vec<Column> {
    vec![
        Column::new("account_name", "Account"),
        Column::new("account_id", "Account id"),
        Column::new("region", "Region"),
        Column::new("Value #A", "State").mapped(looks::works()),
        Column::new("Value #B", "Oldest data").unit("s"),
        Column::new("Value #C", "In periods")
            .unit("none")
            .decimals(1)
            .steps(looks::AGE_IN_PERIODS),
    ]
}

fn console() -> Panel {
    let columns = [
        Column::new("compliance_type", "Compliance type"),
        Column::new("Value #A", "Compliant, listed"),
        Column::new("Value #B", "Non-compliant, listed"),
        Column::new("Value #C", "Compliant, console"),
        Column::new("Value #D", "Non-compliant, console"),
    ];
    Panel::table(
        "Why the AWS console shows other numbers",
        "The console also counts resources that only the compliance APIs still know (stopped, terminated); the other panels count listed instances.",
        &columns,
    )
    .query("", queries::by_status("COMPLIANT"))
    .query("", queries::by_status("NON_COMPLIANT"))
    .query("", resources_in_console("COMPLIANT"))
    .query("", resources_in_console("NON_COMPLIANT"))
    .unit("short")
    .empty("–")
}

/// Resources in a status, also those that are no longer listed.
fn resources_in_console(status: &str) -> String {
    let matchers = format!(r#"status="{status}", {CHOSEN_TYPES}"#);
    let by = "compliance_type, status";
    let resources = queries::per_target("aws_ssm_compliance_resources", by, &matchers);
    queries::sum_by("compliance_type", &resources)
}
