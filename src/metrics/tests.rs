//! What holds for every metric, and for the document that lists them.

use std::collections::HashSet;
use std::time::Duration;

use super::{Build, ExporterMetrics, Family, Format, Kind, Page, SampleSource, document, families};

/// What a scraper or another format appends by itself: a gauge that ends so would be taken for a
/// part of something else.
const SUFFIXES: [&str; 6] = ["_total", "_count", "_sum", "_bucket", "_created", "_info"];

fn labels(family: &Family) -> Vec<&'static str> {
    [family.identity_labels(), family.labels.fixed()].concat()
}

fn own_metrics(format: Format) -> String {
    ExporterMetrics::new(
        Build {
            version: "1",
            revision: "2",
            rustc: "3",
        },
        Duration::ZERO,
    )
    .encode(format, &Page::default())
}

fn is_identifier(name: &str) -> bool {
    let mut bytes = name.bytes();
    bytes.next().is_some_and(|b| b.is_ascii_lowercase())
        && bytes.all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
}

#[test]
fn every_name_is_an_identifier_with_the_prefix_of_the_fleet() {
    for family in families() {
        assert!(is_identifier(family.name), "{}", family.name);
        assert!(family.name.starts_with("aws_ssm_"), "{}", family.name);
        assert!(
            !family.name.starts_with("aws_ssm_exporter_"),
            "{} is named as if of the exporter itself",
            family.name
        );
    }
}

#[test]
fn no_two_families_have_one_name_in_either_format() {
    let (mut text, mut open) = (HashSet::new(), HashSet::new());
    for family in families() {
        assert!(text.insert(family.name), "{}", family.name);
        assert!(
            open.insert(family.name.trim_end_matches("_info")),
            "{}",
            family.name
        );
    }
}

#[test]
fn a_name_says_whether_a_family_is_of_instances() {
    for family in families() {
        let of_instances = matches!(family.samples, SampleSource::Instance(_));
        assert_eq!(
            family.name.starts_with("aws_ssm_instance_"),
            of_instances,
            "{}",
            family.name
        );
        assert_eq!(
            labels(family).contains(&"instance_id"),
            of_instances,
            "{}",
            family.name
        );
    }
}

#[test]
fn info_families_and_only_they_end_in_info() {
    for family in families() {
        assert_eq!(
            family.name.ends_with("_info"),
            family.kind == Kind::Info,
            "{}",
            family.name
        );
    }
}

#[test]
fn no_gauge_ends_in_a_suffix_of_another_type() {
    for family in families().filter(|family| family.kind == Kind::Gauge) {
        assert!(
            !SUFFIXES.iter().any(|suffix| family.name.ends_with(suffix)),
            "{}",
            family.name
        );
    }
}

#[test]
fn times_are_timestamps_in_seconds() {
    for family in families().filter(|family| family.help.starts_with("When ")) {
        assert!(
            family.name.ends_with("_timestamp_seconds"),
            "{}",
            family.name
        );
    }
}

#[test]
fn every_label_is_valid_occurs_once_and_leaves_alone_what_belongs_to_scrapes_and_alerts() {
    let taken = ["severity", "instance", "job", "le", "quantile", "alertname"];
    for family in families() {
        let labels = labels(family);
        assert!(
            labels
                .iter()
                .all(|label| is_identifier(label) && !taken.contains(label)),
            "{}",
            family.name
        );
        assert_eq!(
            labels.iter().collect::<HashSet<_>>().len(),
            labels.len(),
            "{}",
            family.name
        );
    }
}

#[test]
fn every_help_is_one_line_that_says_as_of_when() {
    for family in families() {
        let header = family.header(Format::Text);
        let mut lines = header.lines();
        let help = lines.next().unwrap();
        assert!(
            lines.next().unwrap().starts_with("# TYPE ") && lines.next().is_none(),
            "{header}"
        );
        assert!(help.ends_with(&format!(". {}", Family::AS_OF)), "{help}");
        assert!(
            !help.contains('\\') && !help.contains("  ") && help.trim_end() == help,
            "{help}"
        );
        assert!(!family.help.contains(Family::AS_OF), "{help}");
    }
}

#[test]
fn no_two_families_have_one_help() {
    let mut seen = HashSet::new();
    assert!(families().all(|family| seen.insert(family.help)));
}

#[test]
fn metrics_of_the_exporter_itself_are_named_apart_from_the_fleet() {
    for format in [Format::Text, Format::OpenMetrics] {
        let text = own_metrics(format);
        let names = text
            .lines()
            .filter_map(|line| line.strip_prefix("# TYPE ")?.split(' ').next());
        let strangers: Vec<&str> = names
            .filter(|n| !n.starts_with("aws_ssm_exporter_") && !n.starts_with("process_"))
            .collect();
        assert!(strangers.is_empty(), "{strangers:?}");
    }
}

#[test]
fn helps_of_the_exporter_itself_are_sentences_on_one_line() {
    let text = own_metrics(Format::Text);
    let helps: Vec<&str> = text
        .lines()
        .filter(|line| line.starts_with("# HELP "))
        .collect();
    assert!(!helps.is_empty());
    for help in helps {
        assert!(
            help.ends_with('.') && !help.ends_with("..") && !help.contains('\\'),
            "{help}"
        );
    }
}

// === docs/metrics.md ===

/// Not read from the registry: that leaves out what has no sample yet, so a metric could be missing
/// on both sides.
const OWN: [&str; 12] = [
    "build_info",
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
