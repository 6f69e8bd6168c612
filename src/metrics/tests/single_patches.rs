//! Which single patches are shown, and what is counted of them.

use std::sync::Arc;
use std::time::Duration;

use proptest::prelude::*;

use crate::metrics::{
    Body, Encoding, Format, Identity, Policy, Publisher, ShownInstances, TargetPage, TargetView,
};
use crate::model::{
    AgeLimits, Attempt, Collected, Collector, InstanceRow, ItemRow, Listings, NoncompliantPatch,
    Now, Outcome, PartialRead, Selection, Summaries, SummaryRow, Target,
};

const INFO: &str = "aws_ssm_instance_noncompliant_patch_info";
const TRUNCATED: &str = "aws_ssm_noncompliant_patches_truncated";
const BY_PATCH: &str = "aws_ssm_noncompliant_patch_instances";
const BY_CVE: &str = "aws_ssm_noncompliant_cve_instances";

const SEVERITIES: [&str; 6] = ["Critical", "Important", "Moderate", "Low", "Odd", ""];

/// A patch of an instance: the numbers of the instance and of the patch, and its severity.
type Lacking = (usize, usize, usize);

fn target(patches: &[(usize, ItemRow)]) -> Target {
    let mut target = Target::new(AgeLimits {
        stale_after: Duration::from_hours(1),
        interval: Duration::from_mins(5),
        full_every: Duration::from_hours(6),
    });
    let refresh = target.begin_refresh(now());
    let interner = target.interner();
    let (mut listings, mut summaries) = (Listings::default(), Summaries::default());
    let mut rows = Vec::new();
    for number in 0..=patches.iter().map(|(number, _)| *number).max().unwrap_or(0) {
        let id: Arc<str> = format!("i-{number:02}").into();
        listings.add(Arc::clone(&id), &InstanceRow::default(), &interner);
        summaries.add(Arc::clone(&id), &summary(), &interner, refresh);
        let items = patches.iter().filter(|(of, _)| *of == number);
        let items: Vec<ItemRow> = items.map(|(_, item)| item.clone()).collect();
        rows.push((id, NoncompliantPatch::from_rows(&items, &interner)));
    }
    take(&mut target, Collector::Instances, listings.finish());
    take(&mut target, Collector::Compliance, summaries.finish());
    let read = PartialRead {
        rows,
        unread: <_>::default(),
    };
    let details = Collected::Details(Box::new(read));
    take(&mut target, Collector::PatchDetails, details);
    target.end_refresh();
    target
}

pub(super) fn now() -> Now {
    Now {
        since_start: Duration::ZERO,
        wall: None,
    }
}

pub(super) fn take(target: &mut Target, collector: Collector, data: Collected) {
    let outcome = Outcome {
        collector,
        attempt: Attempt::succeeded(0, Duration::ZERO),
        data: Some(data),
    };
    target.apply(outcome, now());
}

fn summary() -> SummaryRow {
    SummaryRow {
        compliance_type: "Patch".to_owned(),
        status: "NON_COMPLIANT".to_owned(),
        ..<_>::default()
    }
}

fn item(id: &str, details: &[(&str, &str)]) -> ItemRow {
    let details = details
        .iter()
        .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()));
    ItemRow {
        id: id.to_owned(),
        compliance_type: "Patch".to_owned(),
        status: "NON_COMPLIANT".to_owned(),
        details: details.collect(),
        ..<_>::default()
    }
}

fn policy(max_patch_info_series: usize) -> Policy {
    Policy {
        instances: ShownInstances::All,
        include_unlisted: false,
        selection: Selection::everything().with_patch_details(max_patch_info_series > 0),
        max_patch_info_series,
        tag_labels: Vec::new(),
        tag_compliance: Vec::new(),
    }
}

pub(super) fn page(target: &Target, policy: &Policy) -> String {
    let identity = Identity {
        account_id: "1".to_owned(),
        region: "r".to_owned(),
        account_name: "one".to_owned(),
    };
    let view = TargetView {
        target,
        identity: &identity,
        policy,
    };
    let publisher = Publisher::default();
    publisher.publish(0, TargetPage::render(&view, None));
    let body = Body::new(&publisher.page(), Format::Text, Encoding::Identity, "");
    String::from_utf8(body.into_bytes()).expect("the page is text")
}

/// Returns the samples of a family, without its name and the labels of the target.
fn samples<'a>(page: &'a str, family: &str) -> Vec<&'a str> {
    let start = format!("{family}{{account_id=\"1\",region=\"r\"");
    page.lines()
        .filter_map(|line| line.strip_prefix(&start))
        .map(|sample| sample.trim_start_matches(','))
        .collect()
}

fn label(sample: &str, name: &str) -> String {
    let start = format!("{name}=\"");
    let value = sample.split(&start).nth(1).expect("it has the label");
    value.split('"').next().unwrap_or_default().to_owned()
}

#[test]
fn without_being_asked_for_there_is_no_series_of_single_patches() {
    let target = target(&[(0, item("KB1", &[("CVEIds", "CVE-1")]))]);
    let page = page(&target, &policy(0));
    for family in [INFO, TRUNCATED, BY_PATCH, BY_CVE] {
        assert!(
            !page.lines().any(|line| line.starts_with(family)),
            "{family}"
        );
    }
}

#[test]
fn what_fits_is_shown_and_nothing_is_truncated() {
    let details = [
        ("PatchState", "MISSING"),
        ("Classification", "Security"),
        ("PatchSeverity", "Critical"),
        ("CVEIds", "CVE-1,CVE-2"),
    ];
    let target = target(&[(1, item("KB1", &details))]);
    let page = page(&target, &policy(1));
    assert_eq!(
        samples(&page, INFO),
        [
            "instance_id=\"i-01\",patch_id=\"KB1\",patch_state=\"Missing\",classification=\"Security\",\
          patch_severity=\"Critical\",title=\"\",cve_ids=\"CVE-1,CVE-2\"} 1"
        ]
    );
    assert_eq!(samples(&page, TRUNCATED), ["} 0"]);
}

#[test]
fn without_series_of_instances_the_counts_stay_and_nothing_counts_as_truncated() {
    let target = target(&[(0, item("KB1", &[])), (1, item("KB1", &[]))]);
    let policy = Policy {
        instances: ShownInstances::None,
        ..policy(1)
    };
    let page = page(&target, &policy);
    assert_eq!(samples(&page, INFO), [""; 0]);
    assert_eq!(samples(&page, TRUNCATED), ["} 0"]);
    let [sample] = samples(&page, BY_PATCH)[..] else {
        panic!("one patch: {page}")
    };
    assert!(sample.ends_with(" 2"), "{sample}");
}

#[test]
fn an_instance_counts_once_for_a_vulnerability_of_several_patches() {
    let target = target(&[
        (0, item("KB1", &[("CVEIds", "CVE-1,CVE-2")])),
        (0, item("KB2", &[("CVEIds", "CVE-2")])),
        (1, item("KB2", &[("CVEIds", "CVE-2")])),
    ]);
    let page = page(&target, &policy(10));
    assert_eq!(
        samples(&page, BY_CVE),
        ["cve_id=\"CVE-1\"} 1", "cve_id=\"CVE-2\"} 2"]
    );
}

#[test]
fn patches_without_a_limit_of_distinct_ones_do_not_flood_the_page() {
    let patches: Vec<(usize, ItemRow)> = (0..20_010)
        .map(|number| (number % 90, item(&format!("p-{number:05}"), &[])))
        .chain([(1, item("z-on-two", &[])), (2, item("z-on-two", &[]))])
        .collect();
    let page = page(&target(&patches), &policy(10));
    let counted = samples(&page, BY_PATCH);
    assert_eq!(counted.len(), 20_000);
    assert!(counted.iter().any(|sample| sample.contains("z-on-two")));
    assert_eq!(samples(&page, TRUNCATED), ["} 20002"]);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_worst_patches_are_kept_then_those_of_the_first_instances_and_ids(
        lacking in proptest::collection::btree_set((0_usize..9, 0_usize..9, 0..SEVERITIES.len()), 0..60),
        most in 1_usize..70,
    ) {
        let patches: Vec<(usize, ItemRow)> = lacking
            .iter()
            .map(|&(instance, patch, severity)| {
                let details = [("PatchSeverity", SEVERITIES[severity])];
                (instance, item(&format!("KB{patch}"), &details))
            })
            .collect();
        let mut expected: Vec<Lacking> = lacking.iter().copied().collect();
        // A severity that nobody knows comes after the known ones, by name, and the empty name
        // comes before any other.
        let place = |severity: usize| [0, 1, 2, 3, 5, 4][severity];
        expected.sort_by_key(|&(instance, patch, severity)| (place(severity), instance, patch));
        let left_out = expected.len().saturating_sub(most);
        expected.truncate(most);
        expected.sort_by_key(|&(instance, patch, severity)| (instance, place(severity), patch));

        let (target, policy) = (target(&patches), policy(most));
        let once = page(&target, &policy);
        let shown: Vec<(String, String, String)> = samples(&once, INFO)
            .into_iter()
            .map(|sample| ["instance_id", "patch_id", "patch_severity"].map(|name| label(sample, name)))
            .map(|[instance, patch, severity]| (instance, patch, severity))
            .collect();
        let expected: Vec<(String, String, String)> = expected
            .into_iter()
            .map(|(instance, patch, severity)| {
                (format!("i-{instance:02}"), format!("KB{patch}"), SEVERITIES[severity].to_owned())
            })
            .collect();
        prop_assert_eq!(shown, expected);
        prop_assert_eq!(samples(&once, TRUNCATED), [format!("}} {left_out}")]);
        prop_assert_eq!(&once, &page(&target, &policy), "another scrape says the same");
    }
}
