//! Whatever is wrong with an instance can be repaired.

use serde_json::json;

use super::super::client::{ACCOUNT, REGION, Running, small};
use super::super::consistency::assert_consistent;
use super::steps::{
    approve_available, noncompliant_instances, noncompliant_types, ok, patch, patches,
    remove_rejected, resource, script, send,
};
use crate::rows::{ResourceTruth, TargetTruth};

fn has_bad_available_updates(resource: &ResourceTruth) -> bool {
    let available = patches(resource, "AvailableSecurityUpdate");
    let mut bad = resource
        .items
        .iter()
        .filter(|item| item.status == "NON_COMPLIANT");
    bad.any(|item| available.contains(&item.id))
}

/// Does what the reason of each finding asks for.
async fn repair(running: &Running, id: &str) {
    let before = resource(running, id);
    running.simulator.mend(ACCOUNT, REGION, id);
    if !patches(&before, "InstalledRejected").is_empty() {
        remove_rejected(running, id).await;
    }
    if has_bad_available_updates(&before) {
        approve_available(running, id).await;
    }
    patch(running, id, "Install", "RebootIfNeeded").await;
    let bad = before.instance_associations.iter();
    for row in bad.filter(|row| ["Failed", "TimedOut"].contains(&row.status.as_str())) {
        ok(
            running,
            "StartAssociationsOnce",
            json!({ "AssociationIds": [row.association_id] }),
        )
        .await;
    }
}

#[tokio::test]
async fn every_non_compliant_instance_can_be_repaired_and_the_counts_follow() {
    let running = Running::start(small(400)).await;
    let before = running.simulator.truth(ACCOUNT, REGION);
    let bad = noncompliant_instances(&before);
    assert_eq!(bad.len(), 40);
    for id in &bad {
        repair(&running, id).await;
        let after = resource(&running, id);
        assert_eq!(noncompliant_types(&after), Vec::<&str>::new(), "{id}");
    }
    let after = running.simulator.truth(ACCOUNT, REGION);
    assert_consistent(&after);
    assert!(noncompliant_instances(&after).is_empty());
    assert_newer(&before, &after);
    running.stop().await;
}

/// What changed its status has a newer time than before.
fn assert_newer(before: &TargetTruth, after: &TargetTruth) {
    let mut changed = 0;
    for new in &after.summaries {
        let old = before.summaries.iter().find(|old| {
            (&old.resource_id, &old.compliance_type) == (&new.resource_id, &new.compliance_type)
        });
        if let Some(old) = old.filter(|old| old.status != new.status) {
            assert!(new.execution_summary.execution_time > old.execution_summary.execution_time);
            changed += 1;
        }
    }
    assert!(changed > 20, "{changed}");
}

#[tokio::test]
async fn the_agent_is_updated_and_tools_report_again_once_mended() {
    let running = Running::start(small(137)).await;
    let truth = running.simulator.truth(ACCOUNT, REGION);
    let old = truth
        .instances
        .iter()
        .find(|row| row.is_latest_version == Some(false) && row.ping_status == "Online");
    let id = &old.unwrap().instance_id;
    send(&running, id, "AWS-UpdateSSMAgent", json!({})).await;
    assert_eq!(
        resource(&running, id).instance.unwrap().is_latest_version,
        Some(true)
    );
    let bad = noncompliant_instances(&truth);
    let custom = truth.items.iter().find(|item| {
        item.compliance_type == "Custom:Antivirus"
            && item.status == "NON_COMPLIANT"
            && bad.contains(&item.resource_id)
    });
    let id = &custom.unwrap().resource_id;
    script(&running, id, "uptime", "Get-Uptime").await;
    assert!(noncompliant_types(&resource(&running, id)).contains(&"Custom:Antivirus"));
    running.simulator.mend(ACCOUNT, REGION, id);
    script(&running, id, "uptime", "Get-Uptime").await;
    assert!(!noncompliant_types(&resource(&running, id)).contains(&"Custom:Antivirus"));
    running.stop().await;
}
