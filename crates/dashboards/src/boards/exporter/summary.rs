//! Whether the exporter reads every target.

use super::series::{CHOSEN_EXPORTERS, CHOSEN_TARGETS, panics, per_exporter, refresh_duration};
use crate::grafana::{Column, Panel, Section};
use crate::looks;
use crate::queries;

pub(super) fn section() -> Section {
    Section::new("")
        .row(4, first_row())
        .row(8, vec![(14, targets()), (10, errors())])
}

fn first_row() -> Vec<(u32, Panel)> {
    vec![
        (4, up()),
        (3, targets_down()),
        (4, failing()),
        (3, age()),
        (4, throttles()),
        (3, page_now()),
        (3, panicked()),
    ]
}

fn up() -> Panel {
    Panel::stat("Exporters", "Whether Prometheus can scrape each exporter.")
        // Prometheus itself writes `up`, so that an exporter that does not answer is seen, too.
        .query("{{instance}}", per_exporter("up", "instance"))
        .mapped(looks::works())
        .empty("no exporter")
}

fn targets_down() -> Panel {
    Panel::stat(
        "Targets down",
        "Accounts and regions whose last reading of instances or of compliance failed.",
    )
    .query("down", queries::targets_down())
    .unit("short")
    .steps(looks::NONE_IS_GOOD)
    .empty("no target")
}

fn failing() -> Panel {
    Panel::stat("Collectors failing", "Collectors, over all targets, whose last attempt failed. They keep showing their last good data until it is stale.")
        .query("failing", queries::collectors_failing())
        .unit("short")
        .steps(looks::NONE_IS_GOOD)
        .empty("no target")
}

fn age() -> Panel {
    Panel::stat("Oldest data", "Age of the oldest data of any collector, in refresh periods (interval plus duration of the last refresh): stale from two upwards.")
        .query("periods", format!("max({})", queries::in_refresh_periods(&queries::data_age(""))))
        .unit("none")
        .decimals(1)
        .steps(looks::AGE_IN_PERIODS)
        .empty("no data yet")
}

fn throttles() -> Panel {
    Panel::stat("Throttled calls", "Share of calls that AWS throttled recently; SsmComplianceThrottled fires above 5 %. The limiter slows down by itself; a large share means that other tools use up the account's quota.")
        .query("throttled", throttled_share())
        .unit("percentunit")
        .decimals(1)
        .steps(&[(f64::NEG_INFINITY, "green"), (0.01, "orange"), (0.05, "red")])
        .empty("no calls")
}

fn throttled_share() -> String {
    let throttled = format!(r#"{CHOSEN_TARGETS}, reason="throttled""#);
    format!(
        // The rates are summed first: a share of shares would give idle targets the same weight.
        "sum(rate(aws_ssm_exporter_api_errors_total{{{throttled}}}[$__rate_interval])) \
         / (sum(rate(aws_ssm_exporter_api_requests_total{{{CHOSEN_TARGETS}}}[$__rate_interval])) > 0)"
    )
}

fn page_now() -> Panel {
    Panel::stat("Page", "Size of the largest page before compression. vmagent drops pages over 16 MiB; if yours is larger, scrape each target separately.")
        // Scrapers count their limit after decompression.
        .query("page", format!(r#"max(aws_ssm_exporter_exposition_bytes{{{CHOSEN_EXPORTERS}, encoding="identity"}})"#))
        .unit("bytes")
        .steps(looks::PAGE_BYTES)
        .empty("no exporter")
}

fn panicked() -> Panel {
    Panel::stat("Panics", "Panics since each exporter was started: bugs in the exporter, to be reported with the log line. \"Processes\", at the end, shows which exporter; SsmCompliancePanicking fires for an hour after each.")
        .query("panics", format!("sum({})", panics()))
        .unit("short")
        .steps(looks::FEW_IS_GOOD)
        .empty("no exporter")
}

fn targets() -> Panel {
    let failing = queries::per_target("aws_ssm_collector_success", "collector", "");
    let ages = format!("max by (account_id, region) ({})", queries::data_age(""));
    let targets = queries::per_target("aws_ssm_up", "", "");
    Panel::table(
        "Targets",
        "Each account and region: whether its last reading succeeded, and how old its oldest data is.",
        &target_columns(),
    )
    .query("", queries::with_account_name(&targets))
    // A collector is 1 where its last attempt succeeded, so this counts those that failed.
    .query("", format!("sum by (account_id, region) (1 - {failing})"))
    .query("", queries::in_refresh_periods(&ages))
    // Of the chosen exporters: two replicas may take differently long for the same target.
    .query("", refresh_duration())
    .sorted("Failing collectors", true)
    .empty("–")
}

fn target_columns() -> Vec<Column> {
    vec![
        Column::new("account_name", "Account"),
        Column::new("account_id", "Account id").width(125),
        Column::new("region", "Region").width(110),
        Column::new("Value #A", "State")
            .width(75)
            .mapped(looks::works()),
        Column::new("Value #B", "Failing collectors")
            .width(145)
            .unit("short")
            .steps(looks::NONE_IS_GOOD),
        Column::new("Value #C", "Oldest data, periods")
            .width(165)
            .unit("none")
            .decimals(1)
            .steps(looks::AGE_IN_PERIODS),
        Column::new("Value #D", "Refresh took").width(115).unit("s"),
    ]
}

fn errors() -> Panel {
    let columns = [
        Column::new("account_id", "Account id"),
        Column::new("region", "Region"),
        Column::new("collector", "Collector"),
        Column::new("reason", "Reason"),
    ];
    let errors = queries::per_target("aws_ssm_collector_error_info", "collector, reason", "");
    Panel::table(
        "Failing collectors",
        "Collectors whose last attempt failed, and why. Empty: all of them work.",
        &columns,
    )
    .query("", errors)
    .empty("none fails")
}
