//! The IAM policy allows what is called, and nothing else.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde_json::Value;
use ssm_compliance_exporter::model::Operation;

use super::reading::{Calls, REGION, evidence, inspector};
use crate::support::{Aws, OWN, text};

/// The actions of the statement with this id.
fn actions(sid: &str) -> BTreeSet<String> {
    let policy: Value = serde_json::from_str(&text("deploy/iam/policy.json")).unwrap();
    let statements = policy["Statement"].as_array().unwrap();
    let statement = statements.iter().find(|row| row["Sid"] == sid).unwrap();
    let actions = statement["Action"].as_array().unwrap();
    actions
        .iter()
        .map(|action| action.as_str().unwrap().to_owned())
        .collect()
}

fn actions_of(operations: impl IntoIterator<Item = Operation>) -> BTreeSet<String> {
    let actions = operations
        .into_iter()
        .map(|operation| format!("ssm:{}", operation.as_str()));
    actions.collect()
}

#[test]
fn one_statement_is_for_refreshes_and_one_for_what_only_explains() {
    assert_eq!(actions("ReadCompliance"), actions_of(Operation::OF_REFRESH));
    let only_explains = Operation::ALL
        .into_iter()
        .filter(|operation| !Operation::OF_REFRESH.contains(operation))
        .filter(|operation| !Operation::OF_DISCOVERY.contains(operation))
        .filter(|operation| !operation.has_own_ceiling());
    assert_eq!(actions("ExplainInstances"), actions_of(only_explains));
}

#[test]
fn a_statement_of_its_own_is_for_tags_which_not_everybody_reads() {
    let action = format!("tag:{}", Operation::GetResources.as_str());
    assert_eq!(actions("ReadTags"), BTreeSet::from([action]));
}

#[tokio::test(flavor = "multi_thread")]
async fn explanations_call_every_action_of_the_second_statement_and_none_beyond_the_two() {
    let aws = Aws::of(120).await;
    let ghost = aws.victim(OWN, REGION).unwrap();
    aws.stop(OWN, REGION, &ghost);
    let calls: Arc<Calls> = Arc::default();
    let inspector = inspector(&aws, 1000.0, Arc::clone(&calls)).await;
    let ids: Vec<String> = aws
        .outline(OWN, REGION)
        .instances
        .into_iter()
        .map(|row| row.instance_id)
        .collect();
    for id in ids.iter().chain([&ghost]) {
        evidence(&inspector, id).await;
    }
    let called = actions_of(calls.take());
    let (first, second) = (actions("ReadCompliance"), actions("ExplainInstances"));
    let missing: Vec<_> = second.difference(&called).collect();
    assert!(missing.is_empty(), "never called: {missing:?}");
    assert!(
        called
            .iter()
            .all(|action| first.contains(action) || second.contains(action))
    );
}
