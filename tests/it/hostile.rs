//! Names that no label has seen before, from AWS to the page and back through two readers: ours,
//! and the one of Prometheus's Python client.

use std::collections::BTreeMap;
use std::io::Write;
use std::process::{Command, Stdio};

use ssm_simulator::TargetTruth;
use ssm_simulator::rows::Summary;

use crate::support::{Aws, Exporter, Format, Page, Series, Settings, TARGETS};
use crate::truth::{Reading, assert_same, check_families, fleet};

/// Names that people and their tools give to things.
const NAMES: [&str; 12] = [
    "a \"quoted\" name",
    "back\\slash\\",
    "two\nlines\r\n",
    "\\n is not a newline, \\\" not a quote",
    "tab\tand\u{0}null\u{7f}",
    "{label=\"value\"} 1",
    "# EOF",
    "München, 東京, עברית, 🦀",
    "e\u{301} \u{200b}\u{202e}\u{feff}\u{2028}",
    "<script>alert('x')</script>",
    " leading and trailing ",
    "=,;'`$(id)%s",
];

/// Values for fields with a fixed vocabulary that are not in it.
const WORDS: [&str; 5] = ["Two Words", "quote\"", "naïve", "", "Custom:Fine-1.0"];

fn name(number: usize) -> String {
    // Some are longer than a label may be, and the limit cuts a character in two.
    NAMES[number % NAMES.len()].repeat(if number.is_multiple_of(5) { 40 } else { 1 })
}

/// Renames everything that has a name, and breaks every rule that AWS's model does not enforce.
fn edit(truth: &mut TargetTruth) {
    for (number, row) in truth.instances.iter_mut().enumerate() {
        row.name = Some(name(number));
        row.computer_name = name(number + 1);
        row.ip_address = name(number + 2);
        row.platform_name = name(number + 3);
        row.platform_version = name(number + 4);
        row.agent_version = name(number + 5);
        WORDS[number % WORDS.len()].clone_into(&mut row.ping_status);
        if number.is_multiple_of(3) {
            row.last_ping_date_time =
                [0.0, -62_135_596_800.0, 946_684_799.0, 1_763_200_000.125][number / 3 % 4];
            let counts = row.association_overview.iter_mut();
            for all in counts {
                let counts = [
                    ("Success", 2),
                    ("not one", 3),
                    ("nor one", 4),
                    ("Zero", 0),
                    ("Negative", -1),
                ];
                all.instance_association_status_aggregated_count = counts
                    .map(|(status, count)| (status.to_owned(), count))
                    .into();
            }
        }
    }
    for (number, row) in truth.patch_states.iter_mut().enumerate() {
        row.patch_group = name(number);
        row.reboot_option = Some(WORDS[number % WORDS.len()].to_owned());
        if number.is_multiple_of(4) {
            (
                row.installed_count,
                row.missing_count,
                row.critical_non_compliant_count,
            ) = (-1, -1, -1);
            row.operation_end_time = 0.0;
        }
    }
    for (number, row) in truth.baselines.iter_mut().enumerate() {
        row.baseline_name = name(number);
    }
    for (number, row) in truth.associations.iter_mut().enumerate() {
        row.association_name = Some(name(number));
        row.name = name(number + 1);
    }
    for (number, row) in truth.summaries.iter_mut().enumerate() {
        if number.is_multiple_of(7) && row.compliance_type.starts_with("Custom:") {
            "SOMETHING_NEW".clone_into(&mut row.status);
        }
    }
    unlisted(truth);
}

/// AWS takes compliance for any resource id of up to 100 characters.
fn unlisted(truth: &mut TargetTruth) {
    let model = truth
        .summaries
        .iter()
        .find(|row| row.compliance_type == "Custom:Antivirus")
        .unwrap()
        .clone();
    let ids = NAMES
        .iter()
        .map(|name| name.chars().filter(|c| !c.is_control()).collect::<String>());
    truth.summaries.extend(ids.map(|resource_id| Summary {
        resource_id,
        ..model.clone()
    }));
}

/// An exporter that shows a fleet with such names.
async fn hostile() -> (Aws, Exporter) {
    let aws = Aws::of(30).await;
    for (account, region, _) in TARGETS {
        aws.update(account, region, edit);
    }
    let more = "exposition:\n  include_unlisted: true\n";
    let exporter = Exporter::start(
        &aws,
        &Settings {
            more,
            ..Settings::default()
        },
    )
    .await;
    exporter.ready().await;
    (aws, exporter)
}

#[tokio::test(flavor = "multi_thread")]
async fn every_name_comes_through_as_the_rules_have_it() {
    let (aws, exporter) = hostile().await;
    let expected = fleet(&aws, |reading| Reading {
        unlisted: true,
        ..reading
    });
    for (format, gzip) in [(Format::Text, true), (Format::OpenMetrics, false)] {
        let page = exporter.page_as(format, gzip).await;
        assert_same(&expected, &page);
        check_families(&page, format);
    }
}

/// Reads a page with `prometheus_client` and prints each sample as a line of JSON.
const READER: &str = "
import json, sys
from prometheus_client.parser import text_string_to_metric_families as text
from prometheus_client.openmetrics.parser import text_string_to_metric_families as openmetrics
families = {'Text': text, 'OpenMetrics': openmetrics}[sys.argv[1]]
for family in families(sys.stdin.buffer.read().decode('utf-8')):
    for sample in family.samples:
        print(json.dumps([sample.name, sample.labels, str(float(sample.value))]))
";

/// The samples as another parser reads them.
fn read_by_python(python: &str, format: Format, page: &str) -> BTreeMap<Series, String> {
    let mut command = Command::new(python);
    command
        .args(["-c", READER, &format!("{format:?}")])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut input = child.stdin.take().unwrap();
    let page = page.to_owned();
    let writer = std::thread::spawn(move || input.write_all(page.as_bytes()));
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap().unwrap();
    assert!(
        output.status.success(),
        "prometheus_client refuses the page as {format:?}"
    );
    let line = |line: &str| {
        let (name, labels, value): (String, BTreeMap<String, String>, String) =
            serde_json::from_str(line).unwrap();
        (Series { name, labels }, value)
    };
    String::from_utf8(output.stdout)
        .unwrap()
        .lines()
        .map(line)
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn another_parser_reads_the_same() {
    let Ok(python) = std::env::var("PROMETHEUS_CLIENT_PYTHON") else {
        eprintln!(
            "SKIPPED: PROMETHEUS_CLIENT_PYTHON names no interpreter that has prometheus_client"
        );
        return;
    };
    let (_aws, exporter) = hostile().await;
    for format in [Format::Text, Format::OpenMetrics] {
        let text = exporter
            .get("/metrics", &format!("Accept: {}\r\n", format.accept()))
            .await
            .text();
        let ours = Page::read(&text, format).unwrap();
        let theirs = read_by_python(&python, format, &text);
        let theirs: BTreeMap<&Series, f64> = theirs
            .iter()
            .map(|(series, v)| (series, v.parse().unwrap()))
            .collect();
        let ours: BTreeMap<&Series, f64> = ours
            .samples
            .iter()
            .map(|(series, value)| (series, *value))
            .collect();
        for (series, value) in &ours {
            assert_eq!(
                theirs.get(*series).map(|v| v.to_bits()),
                Some(value.to_bits()),
                "{format:?} {series:?}"
            );
        }
        assert_eq!(ours.len(), theirs.len());
    }
}
