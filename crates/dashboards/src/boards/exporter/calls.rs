//! The calls to AWS, and how they get on with AWS's limits.

use super::series::{CHOSEN_EXPORTERS, CHOSEN_TARGETS, max_by, rate};
use crate::grafana::{Panel, Section};

pub(super) fn section() -> Section {
    Section::new("Calls to AWS")
        .row(8, vec![(8, requests()), (8, failures()), (8, latency())])
        .row(8, vec![(12, waits()), (12, limits())])
}

fn requests() -> Panel {
    Panel::areas(
        "Calls by operation",
        "Attempts on the wire, retries included.",
    )
    .query(
        "{{operation}}",
        rate(
            "aws_ssm_exporter_api_requests_total",
            "operation",
            CHOSEN_TARGETS,
        ),
    )
    .unit("reqps")
    .empty("no calls")
}

/// The colours of the reasons that matter most; Grafana chooses those of the others.
const FAILURE_COLOURS: &[(&str, &str)] = &[
    ("throttled", "orange"),
    ("access_denied", "red"),
    ("server_error", "purple"),
    ("timeout", "yellow"),
];

fn failures() -> Panel {
    let failures = rate(
        "aws_ssm_exporter_api_errors_total",
        "reason",
        CHOSEN_TARGETS,
    );
    Panel::areas(
        "Failed calls by reason",
        "Attempts that failed; most are retried.",
    )
    .query("{{reason}}", failures)
    .unit("reqps")
    .colours(FAILURE_COLOURS)
    .empty("no calls")
}

fn latency() -> Panel {
    // The histogram has no labels of a target: each bucket of each target would be a series.
    let buckets = rate(
        "aws_ssm_exporter_api_request_duration_seconds_bucket",
        "le, operation",
        CHOSEN_EXPORTERS,
    );
    Panel::lines(
        "Duration of calls, 95th percentile",
        "From sending to the answer, for all accounts and regions. Waiting for the request ceiling is not included.",
    )
    // Without calls a quantile is NaN, which no comparison lets through.
    .query("{{operation}}", format!("histogram_quantile(0.95, {buckets}) >= 0"))
    .unit("s")
    .empty("no calls")
}

fn waits() -> Panel {
    Panel::lines(
        "Calls waiting for the ceiling",
        "How many calls of each target are waiting on average. Waiting throughout a refresh is normal; waiting all the time means that the ceiling is too low for the fleet.",
    )
    // Seconds waited per second are the number of calls that wait on average.
    .query("{{account_id}} {{region}}", rate("aws_ssm_exporter_api_wait_seconds_total", "account_id, region", CHOSEN_TARGETS))
    .unit("none")
    .decimals(2)
    .empty("no calls")
}

fn limits() -> Panel {
    let limits = max_by(
        "account_id, region, operation",
        "aws_ssm_exporter_api_requests_per_second_limit",
        CHOSEN_TARGETS,
    );
    Panel::lines("Limit in force", "Calls per second that the limiter currently allows: the configured ceiling, or less after throttling. The lowest of any target.")
        // The slowest target decides how long a refresh of all takes.
        .query("{{operation}}", format!("min by (operation) ({limits})"))
        .unit("reqps")
        .empty("no calls")
}
