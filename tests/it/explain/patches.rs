//! Which instances lack a patch.

use std::collections::BTreeSet;

use serde_json::Value;
use ssm_simulator::rows::Item;
use ssm_simulator::{Fault, FaultKind};

use super::program::explain;
use super::reading::REGION;
use crate::support::{Aws, OWN, Run};

/// The non-compliant patch items of listed instances.
fn findings(aws: &Aws) -> Vec<Item> {
    let truth = aws.truth(OWN, REGION);
    let listed: BTreeSet<&str> = truth
        .instances
        .iter()
        .map(|row| row.instance_id.as_str())
        .collect();
    let is_finding =
        |item: &&Item| item.compliance_type == "Patch" && item.status == "NON_COMPLIANT";
    let found = truth.items.iter().filter(is_finding);
    found
        .filter(|item| listed.contains(item.resource_id.as_str()))
        .cloned()
        .collect()
}

fn told(run: &Run) -> BTreeSet<(String, String)> {
    let json: Value = serde_json::from_str(&run.out).unwrap();
    let rows = json["instances"].as_array().unwrap().iter();
    rows.map(|row| {
        let text = |key: &str| row[key].as_str().unwrap().to_owned();
        (text("instance_id"), text("patch_id"))
    })
    .collect()
}

fn expected(items: &[Item], is_meant: impl Fn(&Item) -> bool) -> BTreeSet<(String, String)> {
    let meant = items.iter().filter(|item| is_meant(item));
    meant
        .map(|item| (item.resource_id.clone(), item.id.clone()))
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_kb_a_package_and_a_vulnerability_find_the_instances_that_lack_them() {
    let aws = Aws::of(200).await;
    let items = findings(&aws);
    let search = async |text: &str| explain(&aws, &["--patch", text, "--output", "json"]).await;

    let kb = &items
        .iter()
        .find(|item| item.id.starts_with("KB"))
        .unwrap()
        .id;
    for text in [kb.as_str(), &kb.to_lowercase(), &kb[2..]] {
        let run = search(text).await;
        assert_eq!((run.code, run.err.as_str()), (Some(1), ""), "{text}");
        assert_eq!(
            told(&run),
            expected(&items, |item| item.id == *kb),
            "{text}"
        );
    }

    let package = &items
        .iter()
        .find(|item| item.id.ends_with(".x86_64"))
        .unwrap()
        .id;
    let name = package.strip_suffix(".x86_64").unwrap();
    for text in [package.as_str(), name] {
        assert_eq!(
            told(&search(text).await),
            expected(&items, |item| item.id == *package),
            "{text}"
        );
    }

    let cves = |item: &Item| item.details.get("CVEIds").cloned().unwrap_or_default();
    let lists: Vec<String> = items
        .iter()
        .map(cves)
        .filter(|list| !list.is_empty())
        .collect();
    let cve = lists[0].split(',').next().unwrap().trim();
    let run = search(&cve.to_lowercase()).await;
    let has_cve = |item: &Item| cves(item).split(',').any(|id| id.trim() == cve);
    assert_eq!(told(&run), expected(&items, has_cve));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_patch_that_nobody_lacks_is_told_and_compliant() {
    let aws = Aws::of(60).await;
    let run = explain(&aws, &["--patch", "KB1"]).await;
    assert_eq!((run.code, run.err.as_str()), (Some(0), ""));
    assert_eq!(run.out, "KB1 is a finding on no instance\n");
}

#[tokio::test(flavor = "multi_thread")]
async fn instances_that_cannot_be_searched_are_named_and_make_the_answer_unclear() {
    let aws = Aws::of(60).await;
    aws.break_with([Fault::always(FaultKind::Deny).of("ListComplianceItems")]);
    let run = explain(&aws, &["--patch", "KB1"]).await;
    assert_eq!(run.code, Some(3));
    assert!(
        run.err
            .contains("could not be searched: ssm:ListComplianceItems: access_denied"),
        "{}",
        run.err
    );
}
