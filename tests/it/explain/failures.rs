//! A call that fails costs what it would have told, and nothing else.

use std::sync::Arc;

use ssm_compliance_exporter::explain::{Evidence, ReadFailure};
use ssm_compliance_exporter::model::{FailureReason, Operation};
use ssm_simulator::{Fault, FaultKind};

use super::reading::{Calls, REGION, evidence, inspector};
use crate::support::{Aws, OWN};

/// An instance for which as many operations are called as for any.
fn eventful_instance(aws: &Aws) -> String {
    let noncompliant = |id: &str, compliance_type: &str| {
        let resource = aws.resource(OWN, REGION, id).unwrap();
        let has_state = resource
            .patch_state
            .is_some_and(|state| !state.patch_group.is_empty());
        let mut rows = resource.summaries.into_iter();
        has_state
            && rows
                .any(|row| row.compliance_type == compliance_type && row.status == "NON_COMPLIANT")
    };
    let instances = aws.outline(OWN, REGION).instances;
    let mut ids = instances.into_iter().map(|row| row.instance_id);
    ids.find(|id| noncompliant(id, "Patch") && noncompliant(id, "Association"))
        .unwrap()
}

fn failures(evidence: &Evidence) -> Vec<ReadFailure> {
    let mut failures = vec![
        evidence.listing.failure().cloned(),
        evidence.summaries.failure().cloned(),
        evidence.items.failure().cloned(),
        evidence.patch_state.failure().cloned(),
        evidence.patches.failure().cloned(),
        evidence.associations.failure().cloned(),
        evidence.baseline.failure().cloned(),
        evidence.assigned_baseline.failure().cloned(),
        evidence.patch_command.failure().cloned(),
        evidence.default_host_management.failure().cloned(),
    ];
    for history in &evidence.histories {
        failures.push(history.executions.failure().cloned());
        failures.push(history.run.failure().cloned());
        failures.push(history.command.failure().cloned());
    }
    failures.into_iter().flatten().collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_denied_call_is_named_and_the_others_still_tell() {
    let aws = Aws::of(300).await;
    let id = eventful_instance(&aws);
    let calls: Arc<Calls> = Arc::default();
    let inspector_without_fault = inspector(&aws, 1000.0, Arc::clone(&calls)).await;
    assert_eq!(failures(&evidence(&inspector_without_fault, &id).await), []);
    let mut operations = calls.take();
    operations.sort_unstable();
    operations.dedup();
    assert!(operations.len() >= 11, "{operations:?}");
    for operation in operations {
        aws.break_with([Fault::always(FaultKind::Deny).of(operation.as_str())]);
        let inspector = inspector(&aws, 1000.0, Arc::default()).await;
        let evidence = evidence(&inspector, &id).await;
        let failures = failures(&evidence);
        assert!(!failures.is_empty(), "{operation:?}");
        for failure in &failures {
            assert_eq!(
                (failure.operation, failure.reason),
                (operation, FailureReason::AccessDenied)
            );
            assert!(
                failure.detail.contains("AccessDenied"),
                "{}",
                failure.detail
            );
        }
        // What does not rest on that call is there.
        let rests_on_state = operation == Operation::DescribeInstancePatchStates;
        let knows = [
            evidence.listing.done().is_some(),
            evidence.summaries.done().is_some(),
            evidence.items.done().is_some(),
            evidence.patch_state.done().is_some(),
            evidence.associations.done().is_some(),
            rests_on_state || evidence.patches.done().is_some(),
            rests_on_state || evidence.baseline.done().is_some(),
        ];
        let lost = knows.iter().filter(|known| !**known).count();
        assert!(lost <= 1, "{operation:?}: {knows:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_throttled_call_waits_and_succeeds_or_says_so() {
    let aws = Aws::of(300).await;
    let id = eventful_instance(&aws);
    aws.break_with(["throttle:0.2".parse().unwrap()]);
    let patient = inspector(&aws, 1000.0, Arc::default()).await;
    assert_eq!(failures(&evidence(&patient, &id).await), []);
    aws.break_with(["throttle:DescribeInstancePatches".parse().unwrap()]);
    let throttled = inspector(&aws, 1000.0, Arc::default()).await;
    let failures = failures(&evidence(&throttled, &id).await);
    let [failure] = &failures[..] else {
        panic!("{failures:?}");
    };
    assert_eq!(
        (failure.operation, failure.reason),
        (Operation::DescribeInstancePatches, FailureReason::Throttled)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_without_its_list_is_a_failure_and_no_good_news() {
    let aws = Aws::of(300).await;
    let id = eventful_instance(&aws);
    aws.break_with(["empty-object:ListComplianceItems".parse().unwrap()]);
    let inspector = inspector(&aws, 1000.0, Arc::default()).await;
    let evidence = evidence(&inspector, &id).await;
    let failure = evidence.items.failure().unwrap();
    assert_eq!(failure.reason, FailureReason::BadResponse);
}
