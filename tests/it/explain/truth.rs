//! The evidence of every non-compliant instance is what the simulated AWS has of it.

use std::collections::BTreeSet;
use std::sync::Arc;

use ssm_compliance_exporter::explain::{Evidence, Read};
use ssm_simulator::{Options, ResourceTruth, TargetTruth};
use tokio::sync::mpsc;

use super::reading::{Calls, REGION, evidence, inspector};
use crate::support::{Aws, OWN};

const BAD_STATES: [&str; 4] = [
    "Missing",
    "Failed",
    "InstalledPendingReboot",
    "InstalledRejected",
];

async fn fleet() -> Aws {
    Aws::start(Options {
        instances: 300,
        noncompliant: 0.3,
        ..Options::default()
    })
    .await
}

fn noncompliant_ids(truth: &TargetTruth) -> BTreeSet<String> {
    let noncompliant: BTreeSet<&str> = truth
        .summaries
        .iter()
        .filter(|row| row.status == "NON_COMPLIANT")
        .map(|row| row.resource_id.as_str())
        .collect();
    let ids = truth.instances.iter().map(|row| row.instance_id.as_str());
    ids.filter(|id| noncompliant.contains(id))
        .map(str::to_owned)
        .collect()
}

/// The ids of the non-compliant items, with their types.
fn expected_items(truth: &ResourceTruth) -> BTreeSet<(String, String)> {
    let items = truth
        .items
        .iter()
        .filter(|row| row.status == "NON_COMPLIANT");
    items
        .map(|row| (row.compliance_type.clone(), row.id.clone()))
        .collect()
}

/// The patches that make the instance non-compliant. Available updates do if their items say so.
fn expected_patches(truth: &ResourceTruth) -> BTreeSet<(String, String)> {
    let items = expected_items(truth);
    let is_bad = |id: &str, state: &str| {
        let is_item = items.contains(&("Patch".to_owned(), id.to_owned()));
        BAD_STATES.contains(&state) || (state == "AvailableSecurityUpdate" && is_item)
    };
    let patches = truth
        .patches
        .iter()
        .filter(|row| is_bad(&row.kb_id, &row.state));
    patches
        .map(|row| (row.kb_id.clone(), row.state.clone()))
        .collect()
}

fn is_noncompliant(truth: &ResourceTruth, compliance_type: &str) -> bool {
    let mut rows = truth.summaries.iter();
    rows.any(|row| row.compliance_type == compliance_type && row.status == "NON_COMPLIANT")
}

fn assert_is_truth(evidence: &Evidence, truth: &ResourceTruth) {
    let id = &evidence.resource_id;
    let items = evidence
        .items
        .done()
        .unwrap_or_else(|| panic!("{id}: {:?}", evidence.items));
    let items = items
        .iter()
        .map(|row| (row.compliance_type.clone(), row.id.clone()));
    assert_eq!(
        items.collect::<BTreeSet<_>>(),
        expected_items(truth),
        "{id}"
    );
    if is_noncompliant(truth, "Patch") {
        assert_patches_are_truth(evidence, truth);
    }
    if is_noncompliant(truth, "Association") {
        assert_associations_are_truth(evidence, truth);
    } else {
        assert!(evidence.histories.is_empty(), "{id}");
    }
}

fn assert_patches_are_truth(evidence: &Evidence, truth: &ResourceTruth) {
    let id = &evidence.resource_id;
    let patches = evidence.patches.done().into_iter().flatten();
    let patches: BTreeSet<_> = patches
        .map(|row| (row.id.clone(), row.state.clone()))
        .collect();
    assert_eq!(patches, expected_patches(truth), "{id}");
    let state = truth.patch_state.as_ref();
    let read = evidence.patch_state.done().unwrap().as_ref();
    assert_eq!(
        read.map(|row| row.snapshot_id.as_str()),
        state.map(|row| row.snapshot_id.as_str()),
        "{id}"
    );
    if let Some(state) = state {
        let baseline = evidence
            .baseline
            .done()
            .unwrap_or_else(|| panic!("{id}: {:?}", evidence.baseline));
        assert!(
            state
                .baseline_id
                .ends_with(baseline.id.rsplit('/').next().unwrap()),
            "{id}"
        );
        assert!(
            matches!(evidence.patch_command, Read::Done(Some(_)) | Read::Unasked),
            "{id}"
        );
    }
}

fn assert_associations_are_truth(evidence: &Evidence, truth: &ResourceTruth) {
    let id = &evidence.resource_id;
    let statuses = evidence.associations.done().unwrap();
    assert_eq!(statuses.len(), truth.instance_associations.len(), "{id}");
    let expected: BTreeSet<&str> = truth
        .items
        .iter()
        .filter(|row| row.compliance_type == "Association" && row.status == "NON_COMPLIANT")
        .map(|row| row.id.as_str())
        .collect();
    let histories = evidence
        .histories
        .iter()
        .map(|history| history.association_id.as_str());
    assert_eq!(histories.collect::<BTreeSet<_>>(), expected, "{id}");
    for history in &evidence.histories {
        let row = truth
            .instance_associations
            .iter()
            .find(|row| row.association_id == history.association_id)
            .unwrap();
        let Read::Done(Some(run)) = &history.run else {
            panic!("{id}: {history:?}");
        };
        assert_eq!(run.status, row.status, "{id}");
        let command = history.command.done().unwrap().as_ref().unwrap();
        assert!(!command.steps.is_empty(), "{id}: {command:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_evidence_of_every_noncompliant_instance_is_what_aws_has_of_it() {
    let aws = fleet().await;
    let ids = noncompliant_ids(&aws.outline(OWN, REGION));
    assert!(ids.len() > 60, "{}", ids.len());
    let inspector = inspector(&aws, 1000.0, Arc::default()).await;
    for id in &ids {
        let truth = aws.resource(OWN, REGION, id).unwrap();
        assert_is_truth(&evidence(&inspector, id).await, &truth);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_evidence_of_the_whole_fleet_is_the_same_with_fewer_calls() {
    let aws = fleet().await;
    let ids = noncompliant_ids(&aws.outline(OWN, REGION));
    let calls: Arc<Calls> = Arc::default();
    let inspection = inspector(&aws, 1000.0, Arc::clone(&calls))
        .await
        .noncompliant()
        .await
        .unwrap();
    assert!(inspection.count() >= ids.len(), "ghosts are counted, too");
    let (sender, mut found) = mpsc::channel(1);
    let reading = tokio::spawn(inspection.inspect_each(sender));
    let mut read = BTreeSet::new();
    while let Some(evidence) = found.recv().await {
        let truth = aws.resource(OWN, REGION, &evidence.resource_id).unwrap();
        assert_is_truth(&evidence, &truth);
        read.insert(evidence.resource_id);
    }
    reading.await.unwrap().unwrap();
    assert_eq!(read, ids);
    let calls = calls.take().len();
    // One by one each instance takes seven or more.
    assert!(
        calls < ids.len() * 7,
        "{calls} calls for {} instances",
        ids.len()
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn of_a_ghost_there_is_what_aws_still_keeps() {
    let aws = Aws::of(60).await;
    let id = noncompliant_ids(&aws.outline(OWN, REGION))
        .pop_first()
        .unwrap();
    aws.stop(OWN, REGION, &id);
    let inspector = inspector(&aws, 1000.0, Arc::default()).await;
    let evidence = evidence(&inspector, &id).await;
    assert!(
        matches!(evidence.listing, Read::Done(None)),
        "{:?}",
        evidence.listing
    );
    assert!(evidence.items.done().is_some_and(|items| !items.is_empty()));
    assert_eq!(
        evidence.default_host_management.done().map(String::as_str),
        Some("$None")
    );
    assert_eq!(evidence.patches, Read::Unasked, "AWS refuses to tell");
}
