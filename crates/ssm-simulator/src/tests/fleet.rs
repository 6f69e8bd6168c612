//! The fleet is believable: repeatable, with every reason of non-compliance and with AWS's own
//! habits.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::client::{ACCOUNT, REGION, small, truth};
use super::consistency::assert_totals;
use crate::fault::ActiveFaults;
use crate::fleet::FleetShape;
use crate::operations::{self, CallRequest};
use crate::rows::{Summary, TargetTruth};
use crate::target::{ListingSlot, SimulatedTarget};
use crate::{Options, Simulator};

#[test]
fn equal_seeds_give_equal_fleets_and_targets_differ() {
    assert_eq!(truth(small(60)), truth(small(60)));
    assert_ne!(
        truth(small(60)),
        truth(Options {
            seed: 2,
            ..small(60)
        })
    );
    let simulator = Simulator::new(Options {
        instances: 30,
        ..Options::default()
    });
    let targets = simulator.targets();
    assert_eq!(targets.len(), 4);
    let ids: BTreeSet<String> = targets
        .iter()
        .flat_map(|(account, region)| simulator.outline(account, region).instances)
        .map(|row| row.instance_id)
        .collect();
    assert_eq!(ids.len(), 120, "an id occurs in one target only");
}

#[test]
fn the_default_fleet_has_a_tenth_non_compliant_with_every_reason_and_ghosts() {
    let truth = truth(small(137));
    assert_eq!(truth.instances.len(), 137);
    let listed: BTreeSet<&str> = truth
        .instances
        .iter()
        .map(|row| row.instance_id.as_str())
        .collect();
    let ghosts: BTreeSet<&str> = truth
        .summaries
        .iter()
        .map(|row| row.resource_id.as_str())
        .filter(|id| !listed.contains(id))
        .collect();
    assert_eq!(ghosts.len(), 27);
    let bad: Vec<&Summary> = truth
        .summaries
        .iter()
        .filter(|row| row.status == "NON_COMPLIANT" && listed.contains(row.resource_id.as_str()))
        .collect();
    let instances: BTreeSet<&str> = bad.iter().map(|row| row.resource_id.as_str()).collect();
    assert_eq!(instances.len(), 14);
    let state = |test: fn(&crate::rows::PatchState) -> bool| truth.patch_states.iter().any(test);
    assert!(state(|row| row.missing_count > 0) && state(|row| row.failed_count > 0));
    assert!(state(|row| row.installed_rejected_count > 0));
    assert!(state(|row| row.installed_pending_reboot_count > 0
        && row.reboot_option.as_deref() == Some("NoReboot")));
    let documents: BTreeSet<&str> = truth
        .items
        .iter()
        .filter(|item| item.status == "NON_COMPLIANT")
        .filter_map(|item| item.details.get("DocumentName").map(String::as_str))
        .collect();
    assert!(documents.contains("AWS-GatherSoftwareInventory"));
    assert!(documents.contains("AWS-RunPatchBaselineAssociation"));
    assert!(
        documents
            .iter()
            .any(|name| name.starts_with("arn:aws:ssm:eu-west-1:999988887777:document/"))
    );
    assert!(
        bad.iter()
            .any(|row| row.compliance_type == "Custom:Antivirus")
    );
    assert!(bad.iter().any(|row| unexplained(row, &truth)));
    assert!(bad.iter().any(|row| beyond_the_four(row, &truth)));
}

fn counted(row: &Summary, truth: &TargetTruth) -> Option<(i32, i32)> {
    let state = truth
        .patch_states
        .iter()
        .find(|state| state.instance_id == row.resource_id)?;
    let four = state.missing_count
        + state.failed_count
        + state.installed_pending_reboot_count
        + state.installed_rejected_count;
    Some((four, state.available_security_update_count.unwrap_or(0)))
        .filter(|_| row.compliance_type == "Patch")
}

fn unexplained(row: &Summary, truth: &TargetTruth) -> bool {
    counted(row, truth).is_some_and(|(four, security)| four == 0 && security == 0)
}

fn beyond_the_four(row: &Summary, truth: &TargetTruth) -> bool {
    counted(row, truth).is_some_and(|(four, security)| {
        security > 0 && row.non_compliant_summary.non_compliant_count > four
    })
}

#[test]
fn instances_of_the_default_fleet_have_the_oddities_of_the_wire() {
    let truth = truth(small(137));
    let pings: BTreeSet<&str> = truth
        .instances
        .iter()
        .map(|row| row.ping_status.as_str())
        .collect();
    assert_eq!(
        pings,
        BTreeSet::from(["ConnectionLost", "Hibernated", "Inactive", "Online"])
    );
    assert!(
        truth
            .instances
            .iter()
            .any(|row| row.is_latest_version.is_none())
    );
    assert!(
        truth
            .instances
            .iter()
            .any(|row| row.instance_id.starts_with("mi-") && row.name.is_some())
    );
    assert!(
        truth
            .instances
            .iter()
            .any(|row| row.platform_type == "Windows")
    );
    let has = |id: &str, name: &str| {
        truth
            .summaries
            .iter()
            .any(|row| row.resource_id == id && row.compliance_type == name)
    };
    assert!(
        truth
            .instances
            .iter()
            .any(|row| !has(&row.instance_id, "Patch")),
        "never scanned"
    );
    assert!(
        truth
            .instances
            .iter()
            .any(|row| !has(&row.instance_id, "Association") && row.association_status.is_some())
    );
}

#[test]
fn patches_of_the_default_fleet_have_the_oddities_of_the_wire() {
    let truth = truth(small(137));
    assert!(
        truth
            .patch_states
            .iter()
            .any(|row| row.unreported_not_applicable_count == -1)
    );
    assert!(
        truth
            .patch_states
            .iter()
            .any(|row| row.patch_group.is_empty())
    );
    assert!(
        truth
            .patch_states
            .iter()
            .any(|row| row.baseline_id.starts_with("arn:"))
    );
    assert!(
        truth
            .patch_states
            .iter()
            .any(|row| row.baseline_id.starts_with("pb-"))
    );
    assert!(
        truth
            .items
            .iter()
            .any(|item| item.status.is_empty() && item.compliance_type == "Patch")
    );
    assert!(
        truth
            .summaries
            .iter()
            .any(|row| row.overall_severity == "NEGLIGIBLE")
    );
    assert!(truth.items.iter().any(|item| {
        item.details
            .get("InstalledTime")
            .is_some_and(|time| time.starts_with("0001"))
    }));
    assert!(
        truth
            .patches
            .iter()
            .any(|patch| patch.installed_time < -6e10)
    );
    let known = |id: &str| {
        truth
            .baselines
            .iter()
            .any(|row| row.baseline_id == id || row.baseline_id.ends_with(&format!("/{id}")))
    };
    assert!(
        truth.patch_states.iter().all(|row| known(&row.baseline_id)),
        "baselines in use are listed"
    );
}

#[test]
fn association_items_have_no_execution_id() {
    let truth = truth(small(137));
    let associations = truth
        .items
        .iter()
        .filter(|item| item.compliance_type == "Association");
    assert!(
        associations
            .clone()
            .all(|item| item.execution_summary.execution_id.is_none())
    );
}

#[test]
fn edits_are_kept_and_the_rest_follows() {
    let simulator = Simulator::new(small(40));
    let before = simulator.truth(ACCOUNT, REGION);
    let (stopped, gone, renamed) = (
        before.instances[0].instance_id.clone(),
        before.instances[1].instance_id.clone(),
        before.instances[2].instance_id.clone(),
    );
    simulator.stop(ACCOUNT, REGION, &stopped);
    simulator.replace(ACCOUNT, REGION, &gone, None);
    simulator.update(ACCOUNT, REGION, |truth| {
        truth
            .instances
            .iter_mut()
            .find(|row| row.instance_id == renamed)
            .unwrap()
            .computer_name = "renamed".to_owned();
    });
    let mut new = simulator.resource(ACCOUNT, REGION, &renamed).unwrap();
    new.instance.as_mut().unwrap().instance_id = "i-0aaaaaaaaaaaaaaaa".to_owned();
    new.summaries.clear();
    simulator.replace(ACCOUNT, REGION, "i-0aaaaaaaaaaaaaaaa", Some(new));
    let after = simulator.truth(ACCOUNT, REGION);
    assert_eq!(after.instances.len(), 39);
    assert!(
        after
            .instances
            .iter()
            .any(|row| row.computer_name == "renamed")
    );
    assert!(
        after
            .instances
            .iter()
            .all(|row| row.instance_id != stopped && row.instance_id != gone)
    );
    assert!(
        after.summaries.iter().any(|row| row.resource_id == stopped),
        "compliance outlives a stop"
    );
    assert!(after.summaries.iter().all(|row| row.resource_id != gone));
    assert_totals(&after);
}

#[test]
fn a_hundred_thousand_instances_take_little_memory_and_pages_cost_no_scan() {
    assert!(
        size_of::<ListingSlot>() <= 48,
        "{} bytes per instance",
        size_of::<ListingSlot>()
    );
    let shape = FleetShape {
        instances: 100_000,
        ghosts: 0.2,
        noncompliant: 0.1,
    };
    let mut target = SimulatedTarget::new(shape, 1, ACCOUNT, REGION, 1.79e9);
    let faults = ActiveFaults::default();
    let operation = operations::find("AmazonSSM.ListResourceComplianceSummaries").unwrap();
    let filters = json!([{"Key": "Status", "Values": ["NON_COMPLIANT"]}]);
    let mut input = json!({"MaxResults": 50, "Filters": filters})
        .as_object()
        .cloned()
        .unwrap();
    let mut times = Vec::new();
    for _ in 0..30 {
        let started = Instant::now();
        let request = CallRequest {
            operation,
            target: &mut target,
            input: &input,
            faults: &faults,
        };
        let page = operations::answer(request, |_| 0).unwrap();
        times.push(started.elapsed());
        let page: Value = serde_json::from_slice(&page).unwrap();
        assert_eq!(
            page["ResourceComplianceSummaryItems"]
                .as_array()
                .unwrap()
                .len(),
            50
        );
        input.insert("NextToken".to_owned(), page["NextToken"].clone());
    }
    times.sort();
    // About 2 ms without optimisation on a quiet machine.
    assert!(
        times[times.len() / 2] < Duration::from_millis(20),
        "{times:?}"
    );
}

#[test]
fn questions_about_one_instance_of_a_large_fleet_cost_no_walk() {
    let shape = FleetShape {
        instances: 20_000,
        ghosts: 0.2,
        noncompliant: 0.1,
    };
    let mut target = SimulatedTarget::new(shape, 1, ACCOUNT, REGION, 1.79e9);
    let slot = (10_000..24_000)
        .find(|slot| target.is_listed(*slot))
        .unwrap();
    let row = target.instance(slot).unwrap().into_owned();
    let id = json!([row.instance_id]);
    let questions = [
        (
            "ListResourceComplianceSummaries",
            json!({"Filters": [{"Key": "InstanceId", "Values": id, "Type": "EQUAL"}]}),
        ),
        (
            "DescribeInstanceInformation",
            json!({"Filters": [{"Key": "InstanceIds", "Values": id}]}),
        ),
        (
            "ListCommandInvocations",
            json!({"InstanceId": row.instance_id, "Details": true}),
        ),
    ];
    for (operation, input) in questions {
        let input = input.as_object().cloned().unwrap();
        let mut times: Vec<Duration> = (0..9)
            .map(|_| {
                let started = Instant::now();
                let request = CallRequest {
                    operation: operations::find(&format!("AmazonSSM.{operation}")).unwrap(),
                    target: &mut target,
                    input: &input,
                    faults: &ActiveFaults::default(),
                };
                let page = operations::answer(request, |_| 0).unwrap();
                assert!(String::from_utf8(page).unwrap().contains(&row.instance_id));
                started.elapsed()
            })
            .collect();
        times.sort();
        // A walk over the fleet takes more than 100 ms without optimisation.
        assert!(
            times[4] < Duration::from_millis(20),
            "{operation} {times:?}"
        );
    }
}
