//! Rules for the exporter's own metrics.

use std::time::Duration;

use crate::metrics::{Build, ExporterMetrics, Format, Page};

fn own_metrics(format: Format) -> String {
    let build = Build {
        version: "1",
        revision: "2",
        rustc: "3",
    };
    ExporterMetrics::new(build, Duration::ZERO).encode(format, &Page::default())
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
