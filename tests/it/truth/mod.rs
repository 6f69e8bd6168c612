//! The page shows the simulated account: every series that follows from its rows, with the right
//! value, and no other.

mod expected;
mod families;

use std::collections::BTreeMap;

use ssm_simulator::{Fault, FaultKind, Options};

pub(crate) use expected::{AskedTags, Reading, ShownInstances, Span, fleet};
pub(crate) use families::check_families;

use crate::support::{Aws, Exporter, Format, Page, Run, Series, Settings, TARGETS, run_with};

/// Faults that must change nothing on the page, because AWS behaves like this every day.
fn habits() -> Vec<Fault> {
    [
        FaultKind::EmptyPage,
        FaultKind::EmptyToken,
        FaultKind::DuplicateRows,
    ]
    .map(Fault::always)
    .into()
}

/// A fleet with everything odd that the simulator knows, in three targets.
async fn odd_fleet(instances: usize) -> Aws {
    Aws::start(Options {
        instances,
        faults: habits(),
        noncompliant: 0.3,
        ..Options::default()
    })
    .await
}

/// The series that are missing, that are too many, or whose values are wrong.
pub(crate) fn differences(expected: &BTreeMap<Series, Span>, page: &Page) -> Vec<String> {
    let shown: BTreeMap<&Series, f64> = page.fleet().collect();
    let mut wrong = Vec::new();
    for (series, span) in expected {
        match shown.get(series) {
            None => wrong.push(format!("missing: {series:?} {span:?}")),
            Some(value) if !span.holds(*value) => {
                wrong.push(format!("wrong:   {series:?} {value}, not {span:?}"))
            }
            Some(_) => {}
        }
    }
    let extra = shown
        .iter()
        .filter(|(series, _)| !expected.contains_key(*series));
    wrong.extend(extra.map(|(series, value)| format!("extra:   {series:?} {value}")));
    wrong
}

/// Fails with the first differences, if there are any.
pub(crate) fn assert_same(expected: &BTreeMap<Series, Span>, page: &Page) {
    let wrong = differences(expected, page);
    let first: Vec<String> = wrong.iter().take(25).cloned().collect();
    assert!(
        wrong.is_empty(),
        "{} of {} series differ:\n{}",
        wrong.len(),
        expected.len(),
        first.join("\n")
    );
}

/// Compares the page with the truth in both formats, compressed and not.
async fn compare(aws: &Aws, more: &'static str, reading: impl Fn(Reading) -> Reading) {
    let exporter = Exporter::start(
        aws,
        &Settings {
            more,
            ..Settings::default()
        },
    )
    .await;
    exporter.ready().await;
    let expected = fleet(aws, reading);
    for (format, gzip) in [(Format::Text, false), (Format::OpenMetrics, true)] {
        let page = exporter.page_as(format, gzip).await;
        assert_same(&expected, &page);
        check_families(&page, format);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_is_the_truth_series_by_series() {
    compare(&odd_fleet(137).await, "", |reading| reading).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn with_some_compliance_types_the_page_is_the_truth_of_those() {
    let aws = odd_fleet(60).await;
    compare(&aws, "compliance_types: [Patch]\n", |reading| Reading {
        types: &["Patch"],
        ..reading
    })
    .await;
    compare(&aws, "compliance_types: [\"Custom:*\"]\n", |reading| {
        Reading {
            types: &["Custom:"],
            ..reading
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn which_resources_have_series_of_their_own_is_configured_and_all_counts_stay() {
    let aws = odd_fleet(60).await;
    let more = "exposition:\n  instances: noncompliant\n";
    compare(&aws, more, |reading| Reading {
        show: ShownInstances::Noncompliant,
        ..reading
    })
    .await;
    let more = "exposition:\n  instances: none\n";
    compare(&aws, more, |reading| Reading {
        show: ShownInstances::None,
        ..reading
    })
    .await;
    let more = "exposition:\n  include_unlisted: true\n";
    compare(&aws, more, |reading| Reading {
        unlisted: true,
        ..reading
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn single_patches_are_the_truth_up_to_their_limit_and_their_counts_beyond_it() {
    let aws = odd_fleet(60).await;
    for (more, patch_series) in [
        ("exposition:\n  max_patch_info_series: 1000000\n", 1_000_000),
        ("exposition:\n  max_patch_info_series: 25\n", 25),
    ] {
        compare(&aws, more, |reading| Reading {
            patch_series: Some(patch_series),
            ..reading
        })
        .await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn single_patches_follow_which_instances_have_series_and_which_types_are_read() {
    let aws = odd_fleet(60).await;
    let more = "exposition:\n  instances: none\n  max_patch_info_series: 25\n";
    compare(&aws, more, |reading| Reading {
        show: ShownInstances::None,
        patch_series: Some(25),
        ..reading
    })
    .await;
    let more = "compliance_types: [Patch]\nexposition:\n  max_patch_info_series: 25\n";
    compare(&aws, more, |reading| Reading {
        types: &["Patch"],
        patch_series: Some(25),
        ..reading
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn tags_are_the_truth_as_labels_and_in_counts_that_need_no_series_of_instances() {
    let aws = odd_fleet(137).await;
    let more = "instance_tags: [Name, Environment, Team]\ntag_compliance: [Team, Environment]\n";
    let tags = AskedTags {
        labels: &["Name", "Environment", "Team"],
        counted: &["Team", "Environment"],
    };
    compare(&aws, more, |reading| Reading { tags, ..reading }).await;
    let more = "instance_tags: [Team]\ntag_compliance: [Team]\nexposition:\n  instances: none\n";
    let tags = AskedTags {
        labels: &["Team"],
        counted: &["Team"],
    };
    compare(&aws, more, |reading| Reading {
        show: ShownInstances::None,
        tags,
        ..reading
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn once_prints_the_truth() {
    let aws = odd_fleet(137).await;
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), Settings::default().yaml(&aws)).unwrap();
    let path = file.path().to_str().unwrap();
    let Run { code, out, err } = run_with(
        &crate::support::CREDENTIALS,
        &["once", "--config.file", path],
    )
    .await;
    assert_eq!(code, Some(0), "{err}");
    let page = Page::read(&out, Format::Text).unwrap_or_else(|error| panic!("{error}"));
    assert_same(&fleet(&aws, |reading| reading), &page);
    assert_eq!(
        page.samples.len(),
        page.fleet().count(),
        "only the fleet, nothing of the exporter itself"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_fleet_that_is_compared_has_everything_odd() {
    let aws = odd_fleet(137).await;
    let expected = fleet(&aws, |reading| reading);
    let has = |name: &str, label: &str, value: &str| {
        let mut series = expected.keys().filter(|series| series.name == name);
        series.any(|series| series.label(label) == value)
    };
    for reason in [
        "patches_missing",
        "patches_failed",
        "reboot_pending",
        "patches_rejected",
        "security_updates_available",
        "inventory_failed",
        "patch_association_noncompliant",
        "association_failed",
        "custom_items",
        "unexplained",
    ] {
        assert!(
            has("aws_ssm_instance_noncompliance_reason", "reason", reason),
            "{reason}"
        );
    }
    for kind in ["Patch", "Association"] {
        assert!(
            has("aws_ssm_instance_unreported", "compliance_type", kind),
            "{kind}"
        );
    }
    for (account, region, _) in TARGETS {
        let target = [("account_id", account), ("region", region)];
        assert!(expected[&Series::new("aws_ssm_unlisted_resources", target)].low > 0.0);
    }
    assert!(has(
        "aws_ssm_instance_info",
        "resource_type",
        "ManagedInstance"
    ));
    assert!(has(
        "aws_ssm_managed_instances",
        "ping_status",
        "Hibernated"
    ));
}

#[test]
fn a_series_that_is_missing_wrong_or_too_many_is_told() {
    let text = "# HELP aws_ssm_up Up.\n# TYPE aws_ssm_up gauge\naws_ssm_up{region=\"a\"} 1\naws_ssm_up{region=\"b\"} 1\n";
    let page = Page::read(text, Format::Text).unwrap();
    let series = |region| Series::new("aws_ssm_up", [("region", region)]);
    let one = |value| Span {
        low: value,
        high: value,
    };
    let expected = BTreeMap::from([(series("a"), one(0.0)), (series("c"), one(1.0))]);
    let told = differences(&expected, &page);
    assert_eq!(told.len(), 3, "{told:?}");
    for (line, start) in told.iter().zip(["wrong:", "missing:", "extra:"]) {
        assert!(line.starts_with(start), "{told:?}");
    }
}
