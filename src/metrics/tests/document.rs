//! The text of `docs/metrics.md`.

use crate::metrics::{document, families};

/// The exporter's own metrics without their prefix. They are not read from the registry, which leaves
/// out a metric without a sample: a metric could then be missing on both sides.
const OWN: [&str; 14] = [
    "build_info",
    "shard_index",
    "shard_total",
    "api_requests_total",
    "api_errors_total",
    "api_request_duration_seconds",
    "api_wait_seconds_total",
    "api_requests_per_second_limit",
    "refresh_interval_seconds",
    "refresh_duration_seconds",
    "refresh_last_start_timestamp_seconds",
    "exposition_series",
    "exposition_bytes",
    "http_requests_total",
];

#[test]
fn the_document_has_every_metric_of_the_fleet_and_of_the_exporter() {
    let document = document();
    let own = OWN.map(|name| format!("aws_ssm_exporter_{name}"));
    for name in families()
        .map(|family| family.name)
        .chain(own.iter().map(String::as_str))
    {
        assert_eq!(
            document.matches(&format!("\n| `{name}` | ")).count(),
            1,
            "{name}"
        );
    }
}

#[test]
fn every_row_of_the_document_has_as_many_cells_as_its_table() {
    let mut cells = None;
    for line in document().lines() {
        let count = line
            .starts_with('|')
            .then(|| line.replace("\\|", "").matches('|').count());
        assert!(
            cells.is_none() || count.is_none() || cells == count,
            "{line}"
        );
        cells = count;
    }
}

#[test]
fn labels_of_the_exporter_itself_are_in_the_document() {
    let document = document();
    let row = |name: &str| {
        document
            .lines()
            .find(|line| line.starts_with(&format!("| `{name}` ")))
            .unwrap()
            .to_owned()
    };
    let of_errors = "| counter | EXPERIMENTAL | `account_id`, `region`, `operation`, `reason` |";
    assert!(row("aws_ssm_exporter_api_errors_total").contains(of_errors));
    assert!(
        row("aws_ssm_exporter_api_request_duration_seconds")
            .contains("| histogram | EXPERIMENTAL | `operation` |")
    );
    assert!(
        row("aws_ssm_exporter_build_info")
            .contains("| info | EXPERIMENTAL | `version`, `revision`, `rustc` |")
    );
}
