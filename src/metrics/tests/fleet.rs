//! Rules for the names, labels and help texts of the fleet's families.

use std::collections::HashSet;

use crate::metrics::{Family, Format, Kind, SampleSource, families};

/// Suffixes that a scraper or another format appends by itself. A gauge that ends in one of them
/// would be taken for a part of something else.
const SUFFIXES: [&str; 6] = ["_total", "_count", "_sum", "_bucket", "_created", "_info"];

fn labels(family: &Family) -> Vec<&'static str> {
    [family.identity_labels(), family.labels.fixed()].concat()
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
        let of_instances = !matches!(family.samples, SampleSource::Target(_));
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
