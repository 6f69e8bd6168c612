//! Tags as labels, and counts by their values.

use std::sync::Arc;
use std::time::Duration;

use super::single_patches::{now, page, take};
use crate::metrics::{Policy, ShownInstances, TagLabel};
use crate::model::{
    AgeLimits, Collected, Collector, InstanceRow, InstanceTags, Listings, Selection, Summaries,
    SummaryRow, TagKeys, TagRow, Target,
};

const BY_TAG: &str = "aws_ssm_tag_compliance_instances";

/// An instance: its id, its tags, and its status for Patch if it has one.
type Tagged<'a> = (&'a str, &'a [(&'a str, &'a str)], Option<&'a str>);

fn policy(labels: &[&str], counted: &[&str]) -> Policy {
    let labels = labels.iter().map(|key| TagLabel {
        key: (*key).to_owned(),
        name: format!("tag_{key}"),
    });
    Policy {
        instances: ShownInstances::All,
        include_unlisted: false,
        selection: Selection::of_types(|name| name == "Patch", false),
        max_patch_info_series: 0,
        tag_labels: labels.collect(),
        tag_compliance: counted.iter().map(|key| (*key).to_owned()).collect(),
    }
}

/// A target without its tags.
fn untagged(instances: &[Tagged<'_>]) -> Target {
    let mut target = Target::new(AgeLimits {
        stale_after: Duration::from_hours(1),
        interval: Duration::from_mins(5),
        full_every: Duration::from_hours(6),
    });
    let refresh = target.begin_refresh(now());
    let interner = target.interner();
    let (mut listings, mut summaries) = (Listings::default(), Summaries::default());
    for (id, _, status) in instances {
        listings.add((*id).into(), &InstanceRow::default(), &interner);
        if let Some(status) = status {
            let row = SummaryRow {
                compliance_type: "Patch".to_owned(),
                status: (*status).to_owned(),
                ..<_>::default()
            };
            summaries.add((*id).into(), &row, &interner, refresh);
        }
    }
    take(&mut target, Collector::Instances, listings.finish());
    take(&mut target, Collector::Compliance, summaries.finish());
    target
}

fn add_tags(target: &mut Target, keys: &[&str], instances: &[Tagged<'_>]) {
    let interner = target.interner();
    let mut tags = InstanceTags::new(TagKeys::new(keys.iter().copied()));
    for (id, of_it, _) in instances {
        let of_it = of_it
            .iter()
            .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()));
        let row = TagRow {
            resource_id: (*id).to_owned(),
            tags: of_it.collect(),
        };
        tags.add(Arc::from(*id), &row, &interner);
    }
    take(target, Collector::Tags, Collected::Tags(tags));
}

fn tagged(keys: &[&str], instances: &[Tagged<'_>]) -> Target {
    let mut target = untagged(instances);
    add_tags(&mut target, keys, instances);
    target
}

/// The lines of a family, without what all of them begin with.
fn lines(page: &str, name: &str) -> Vec<String> {
    let start = format!("{name}{{account_id=\"1\",region=\"r\",");
    let lines = page.lines().filter_map(|line| line.strip_prefix(&start));
    lines.map(str::to_owned).collect()
}

const FLEET: [Tagged<'static>; 4] = [
    (
        "i-1",
        &[("Team", "shop"), ("Name", "web")],
        Some("COMPLIANT"),
    ),
    ("i-2", &[("Team", "shop")], Some("NON_COMPLIANT")),
    ("i-3", &[("Team", "data"), ("Other", "x")], None),
    ("i-4", &[], Some("COMPLIANT")),
];

#[test]
fn instances_are_counted_by_the_values_of_a_tag_as_they_are_without_it() {
    let target = tagged(&["Team"], &FLEET);
    let count = |value: &str, status: &str, count: u64| {
        format!(
            "tag_key=\"Team\",tag_value=\"{value}\",compliance_type=\"Patch\",status=\"{status}\"}} {count}"
        )
    };
    let expected: Vec<String> = [("", [1, 0, 0]), ("data", [0, 0, 1]), ("shop", [1, 1, 0])]
        .into_iter()
        .flat_map(|(value, [compliant, noncompliant, unreported])| {
            [
                count(value, "COMPLIANT", compliant),
                count(value, "NON_COMPLIANT", noncompliant),
                count(value, "UNREPORTED", unreported),
            ]
        })
        .collect();
    let shown = policy(&["Team"], &["Team"]);
    assert_eq!(lines(&page(&target, &shown), BY_TAG), expected);
    let without_instances = Policy {
        instances: ShownInstances::None,
        ..shown
    };
    assert_eq!(lines(&page(&target, &without_instances), BY_TAG), expected);
}

#[test]
fn nothing_is_counted_by_a_tag_that_was_not_read_or_is_not_asked_for() {
    let target = tagged(&["Team"], &FLEET);
    assert!(lines(&page(&target, &policy(&["Team"], &[])), BY_TAG).is_empty());
    let shown = policy(&["Team", "Stage"], &["Stage"]);
    assert!(lines(&page(&target, &shown), BY_TAG).is_empty());
    let shown = policy(&["Team"], &["Team"]);
    assert!(lines(&page(&untagged(&FLEET), &shown), BY_TAG).is_empty());
}

#[test]
fn values_beyond_the_limit_are_counted_together_and_those_with_most_instances_are_not() {
    let ids: Vec<String> = (0..250).map(|number| format!("i-{number:03}")).collect();
    let tags: Vec<[(&str, &str); 1]> = ids.iter().map(|id| [("Team", id.as_str())]).collect();
    let mut fleet: Vec<Tagged<'_>> = ids
        .iter()
        .zip(&tags)
        .map(|(id, tags)| (id.as_str(), &tags[..], Some("COMPLIANT")))
        .collect();
    fleet.push(("i-a", &[("Team", "z")], Some("COMPLIANT")));
    fleet.push(("i-b", &[("Team", "z")], Some("COMPLIANT")));
    let target = tagged(&["Team"], &fleet);
    let lines = lines(&page(&target, &policy(&["Team"], &["Team"])), BY_TAG);
    assert_eq!(lines.len(), 201 * 3);
    let has = |line: &str| lines.iter().any(|other| other.contains(line));
    let compliant = "compliance_type=\"Patch\",status=\"COMPLIANT\"}";
    assert!(has(&format!("tag_value=\"(other)\",{compliant} 51")));
    assert!(has(&format!("tag_value=\"z\",{compliant} 2")));
}

#[test]
fn tags_are_labels_of_the_instance_and_the_tag_name_fills_a_name_that_is_empty() {
    let target = tagged(&["Name", "Team"], &FLEET);
    let info = |labels: &[&str]| {
        let page = page(&target, &policy(labels, &[]));
        lines(&page, "aws_ssm_instance_info").remove(0)
    };
    let with_name = info(&["Name", "Team"]);
    assert!(with_name.contains(",name=\"web\","), "{with_name}");
    assert!(
        with_name.ends_with(",tag_Name=\"web\",tag_Team=\"shop\"} 1"),
        "{with_name}"
    );
    let without_name = info(&["Team"]);
    assert!(without_name.contains(",name=\"\","), "{without_name}");
    assert!(
        info(&["Stage"]).ends_with(",tag_Stage=\"\"} 1"),
        "not read yet"
    );
    assert!(!info(&[]).contains("tag_"));
}
