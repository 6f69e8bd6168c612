//! The exporter itself: whether it reads every target, how it gets on with AWS's limits, and what
//! it costs.

use super::{account, job, region};
use crate::grafana::{Column, Dashboard, Panel, Section, Variable};
use crate::looks;
use crate::queries as q;

/// The choices, on the exporter's own metrics.
const OWN: &str = r#"job=~"$job", instance=~"$instance""#;

/// The same for those about a target.
const CALLS: &str =
    r#"job=~"$job", instance=~"$instance", account_id=~"$account", region=~"$region""#;

pub(super) fn board() -> Dashboard {
    let query = r#"label_values(aws_ssm_exporter_build_info{job=~"$job"}, instance)"#;
    let instance = Variable::many(
        "instance",
        "Instance",
        "Exporters, as they are scraped.",
        ".+",
        query,
    );
    Dashboard {
        uid: "ssm-compliance-exporter",
        title: "SSM Compliance / Exporter",
        description: "Whether the exporter reads every account and region, how it gets on with AWS's limits, and what it costs.",
        back: "6h",
        variables: vec![job(), instance, account(), region()],
        sections: vec![answer(), collectors(), calls(), process()],
    }
}

fn answer() -> Section {
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

fn collectors() -> Section {
    Section::new("Collectors and refreshes")
        .row(8, vec![(12, targets_over_time()), (12, ages())])
        .row(8, vec![(8, durations()), (8, refreshes()), (8, skipped())])
}

fn calls() -> Section {
    Section::new("Calls to AWS")
        .row(8, vec![(8, requests()), (8, failures()), (8, latency())])
        .row(8, vec![(12, waits()), (12, limits())])
}

fn process() -> Section {
    Section::new("Page and process")
        .row(8, vec![(8, page()), (8, series()), (8, answers())])
        .row(8, vec![(6, memory()), (6, cpu()), (12, processes())])
}

/// An own metric of each exporter.
fn own(metric: &str, by: &str, matchers: &str) -> String {
    format!("max by ({by}) ({metric}{{{matchers}}})")
}

/// The rate of a counter, over the exporters: each makes its own calls.
fn rate(metric: &str, by: &str, matchers: &str) -> String {
    format!("sum by ({by}) (rate({metric}{{{matchers}}}[$__rate_interval]))")
}

fn up() -> Panel {
    Panel::stat("Exporters", "Whether Prometheus can scrape each exporter.")
        .query("{{instance}}", own("up", "instance", OWN))
        .mapped(looks::works())
        .empty("no exporter")
}

fn targets_down() -> Panel {
    Panel::stat(
        "Targets down",
        "Accounts and regions whose last reading of instances or of compliance failed.",
    )
    .query(
        "down",
        format!("sum(1 - {})", q::target("aws_ssm_up", "", "")),
    )
    .unit("short")
    .steps(looks::NONE_IS_GOOD)
    .empty("no target")
}

fn failing() -> Panel {
    Panel::stat("Collectors failing", "Collectors, over all targets, whose last attempt failed. They keep showing their last good data until it is stale.")
        .query("failing", format!("sum(1 - {})", q::target("aws_ssm_collector_success", "collector", "")))
        .unit("short")
        .steps(looks::NONE_IS_GOOD)
        .empty("no target")
}

fn age() -> Panel {
    Panel::stat("Oldest data", "Age of the oldest data of any collector, in refresh periods (interval plus duration of the last refresh): stale from two on.")
        .query("periods", format!("max({})", q::in_periods(&q::data_age(""))))
        .unit("none")
        .default("decimals", 1)
        .steps(looks::PERIODS)
        .empty("no data yet")
}

fn throttles() -> Panel {
    let throttled = format!(r#"{CALLS}, reason="throttled""#);
    let share = format!(
        "sum(rate(aws_ssm_exporter_api_errors_total{{{throttled}}}[$__rate_interval])) \
         / (sum(rate(aws_ssm_exporter_api_requests_total{{{CALLS}}}[$__rate_interval])) > 0)"
    );
    Panel::stat("Throttled calls", "Share of calls that AWS throttled lately; from 5 % on SsmComplianceThrottled fires. The limiter slows down by itself; much of it means that others use up the account's quota.")
        .query("throttled", share)
        .unit("percentunit")
        .default("decimals", 1)
        .steps(&[(f64::NEG_INFINITY, "green"), (0.01, "orange"), (0.05, "red")])
        .empty("no calls")
}

fn page_now() -> Panel {
    Panel::stat("Page", "Size of the largest page before compression. vmagent drops pages over 16 MiB: scrape each target by itself then.")
        .query("page", format!(r#"max(aws_ssm_exporter_exposition_bytes{{{OWN}, encoding="identity"}})"#))
        .unit("bytes")
        .steps(looks::PAGE)
        .empty("no exporter")
}

/// Panics of each exporter since its start. Not an increase: a panic before the first scrape is
/// none.
fn panics() -> String {
    own("aws_ssm_exporter_panics_total", "instance, task", OWN)
}

fn panicked() -> Panel {
    Panel::stat("Panics", "Panics of the exporters since each was started: faults of the exporter, to be reported with the line of the log. Processes, at the end, tells which; SsmCompliancePanicking fires for an hour after each.")
        .query("panics", format!("sum({})", panics()))
        .unit("short")
        .steps(looks::FEW_IS_GOOD)
        .empty("no exporter")
}

fn targets() -> Panel {
    let columns = vec![
        Column::new("account_name", "Account"),
        Column::new("account_id", "Account id").width(125),
        Column::new("region", "Region").width(110),
        Column::new("Value #A", "State")
            .width(75)
            .mapped(looks::works()),
        Column::new("Value #B", "Failing collectors")
            .width(145)
            .steps(looks::NONE_IS_GOOD),
        Column::new("Value #C", "Oldest data, periods")
            .width(165)
            .with("decimals", 1)
            .steps(looks::PERIODS),
        Column::new("Value #D", "Refresh took").width(115).unit("s"),
    ];
    let failing = q::target("aws_ssm_collector_success", "collector", "");
    let ages = format!("max by (account_id, region) ({})", q::data_age(""));
    Panel::table(
        "Targets",
        "Each account and region: whether its last reading worked, and how old its oldest data is.",
        columns,
    )
    .query("", q::with_account(&q::target("aws_ssm_up", "", "")))
    .query("", format!("sum by (account_id, region) (1 - {failing})"))
    .query("", q::in_periods(&ages))
    .query(
        "",
        own(
            "aws_ssm_exporter_refresh_duration_seconds",
            "account_id, region",
            CALLS,
        ),
    )
    .sorted("Failing collectors", true)
    .empty("–")
}

fn targets_over_time() -> Panel {
    Panel::timeline(
        "Targets over time",
        "Whether the last reading of each account and region worked.",
    )
    .query("{{account_id}} {{region}}", q::target("aws_ssm_up", "", ""))
    .mapped(looks::works())
    .empty("no target")
}

fn errors() -> Panel {
    let columns = vec![
        Column::new("account_id", "Account id"),
        Column::new("region", "Region"),
        Column::new("collector", "Collector"),
        Column::new("reason", "Reason"),
    ];
    Panel::table(
        "Failing collectors",
        "Collectors whose last attempt failed, and why. Empty: all work.",
        columns,
    )
    .query(
        "",
        q::target("aws_ssm_collector_error_info", "collector, reason", ""),
    )
    .empty("none fails")
}

fn ages() -> Panel {
    let age = format!("max by (collector) ({})", q::in_periods(&q::data_age("")));
    Panel::lines(
        "Age of the data in refresh periods",
        "The oldest data of each collector: a saw-tooth up to one while all is well, stale from two on.",
    )
    .query("{{collector}}", age)
    .unit("none")
    .limit(looks::PERIODS)
    .empty("no data yet")
}

fn durations() -> Panel {
    let longest = q::target("aws_ssm_collector_duration_seconds", "collector", "");
    Panel::lines(
        "Duration of collectors",
        "The longest of any target; waiting for the request ceiling included.",
    )
    .query("{{collector}}", format!("max by (collector) ({longest})"))
    .unit("s")
    .empty("no data yet")
}

fn refreshes() -> Panel {
    let took = own(
        "aws_ssm_exporter_refresh_duration_seconds",
        "account_id, region",
        CALLS,
    );
    let started = own(
        "aws_ssm_exporter_refresh_last_start_timestamp_seconds",
        "account_id, region",
        CALLS,
    );
    Panel::lines(
        "Refreshes against the interval",
        "In intervals. Duration above one: the interval or the ceiling is too low for the fleet, and ticks are skipped. Last start: how long ago, of the slowest target.",
    )
    .query("duration", format!("max({took}) / {}", q::interval()))
    .query("last start", format!("max({}) / {}", q::since(&started), q::interval()))
    .unit("none")
    .limit(looks::PERIODS)
    .empty("no data yet")
}

fn skipped() -> Panel {
    let skipped = q::target("aws_ssm_collector_skipped_resources", "collector", "");
    Panel::lines(
        "Skipped resources",
        "Instances or rows that the last attempt could not read; they keep their last good data until it is stale.",
    )
    .query("{{collector}}", format!("sum by (collector) ({skipped})"))
    .unit("short")
    .empty("no data yet")
}

fn requests() -> Panel {
    Panel::areas(
        "Calls by operation",
        "Attempts on the wire, retries included.",
    )
    .query(
        "{{operation}}",
        rate("aws_ssm_exporter_api_requests_total", "operation", CALLS),
    )
    .unit("reqps")
    .empty("no calls")
}

fn failures() -> Panel {
    Panel::areas(
        "Failed calls by reason",
        "Attempts that failed; most are tried again.",
    )
    .query(
        "{{reason}}",
        rate("aws_ssm_exporter_api_errors_total", "reason", CALLS),
    )
    .unit("reqps")
    .colours(&[
        ("throttled", "orange"),
        ("access_denied", "red"),
        ("server_error", "purple"),
        ("timeout", "yellow"),
    ])
    .empty("no calls")
}

fn latency() -> Panel {
    let buckets = rate(
        "aws_ssm_exporter_api_request_duration_seconds_bucket",
        "le, operation",
        OWN,
    );
    Panel::lines(
        "Duration of calls, 95th percentile",
        "From sending to the answer, for all accounts and regions. Waiting for the ceiling is not in it.",
    )
    .query("{{operation}}", format!("histogram_quantile(0.95, {buckets}) >= 0"))
    .unit("s")
    .empty("no calls")
}

fn waits() -> Panel {
    Panel::lines(
        "Calls waiting for the ceiling",
        "How many calls of each target wait on average. It may well wait all through a refresh; waiting all the time means that the ceiling is what limits the fleet.",
    )
    .query("{{account_id}} {{region}}", rate("aws_ssm_exporter_api_wait_seconds_total", "account_id, region", CALLS))
    .unit("none")
    .empty("no calls")
}

fn limits() -> Panel {
    let limits = own(
        "aws_ssm_exporter_api_requests_per_second_limit",
        "account_id, region, operation",
        CALLS,
    );
    Panel::lines("Limit in force", "Calls per second that the limiter allows now: the configured ceiling, lower after throttling. The lowest of any target.")
        .query("{{operation}}", format!("min by (operation) ({limits})"))
        .unit("reqps")
        .empty("no calls")
}

fn page() -> Panel {
    Panel::lines(
        "Size of the page",
        "The fleet's part of the page; identity is before compression. vmagent drops pages over 16 MiB.",
    )
    .query("{{instance}} {{encoding}}", own("aws_ssm_exporter_exposition_bytes", "instance, encoding", OWN))
    .unit("bytes")
    .empty("no exporter")
}

fn series() -> Panel {
    Panel::lines(
        "Series",
        "Series of the fleet on the page; exposition.instances and compliance_types make them fewer.",
    )
    .query("{{instance}}", own("aws_ssm_exporter_exposition_series", "instance", OWN))
    .unit("short")
    .empty("no exporter")
}

fn answers() -> Panel {
    Panel::lines(
        "Answered HTTP requests",
        "By path and status code: 503 of ready is a start, other 5xx are errors.",
    )
    .query(
        "{{handler}} {{code}}",
        rate("aws_ssm_exporter_http_requests_total", "handler, code", OWN),
    )
    .unit("reqps")
    .empty("no requests")
}

fn memory() -> Panel {
    Panel::lines("Memory", "Resident memory of each exporter.")
        .query(
            "{{instance}}",
            own("process_resident_memory_bytes", "instance", OWN),
        )
        .unit("bytes")
        .empty("no exporter")
}

fn cpu() -> Panel {
    Panel::lines("CPU", "Cores in use by each exporter.")
        .query(
            "{{instance}}",
            rate("process_cpu_seconds_total", "instance", OWN),
        )
        .unit("none")
        .default("decimals", 3)
        .empty("no exporter")
}

fn processes() -> Panel {
    let columns = vec![
        Column::new("instance", "Instance"),
        Column::new("version", "Version"),
        Column::new("revision", "Revision"),
        Column::new("rustc", "Compiler"),
        Column::new("Value #B", "Up for").unit("s"),
        Column::new("Value #C", "Panics")
            .width(75)
            .steps(looks::FEW_IS_GOOD),
        Column::new("Value #D", "Log lines lost")
            .width(115)
            .steps(looks::FEW_IS_GOOD),
    ];
    let started = own("process_start_time_seconds", "instance", OWN);
    Panel::table(
        "Processes",
        "What each exporter was built from, how long it runs, and since its start: panics, and lines of the log that were dropped because nobody read them.",
        columns,
    )
    .query("", own("aws_ssm_exporter_build_info", "instance, version, revision, rustc", OWN))
    .query("", q::since(&started))
    .query("", format!("sum by (instance) ({})", panics()))
    .query("", own("aws_ssm_exporter_log_lines_dropped_total", "instance", OWN))
    .empty("–")
}
