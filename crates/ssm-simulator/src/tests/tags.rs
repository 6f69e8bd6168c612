//! The Resource Groups Tagging API lists the tags of the fleet.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::client::{ACCOUNT, REGION, Running, small, truth};
use crate::rows::ResourceTags;
use crate::{Fault, FaultKind, TargetTruth};

/// A fleet that is large enough for every oddity.
fn fleet() -> TargetTruth {
    truth(small(400))
}

/// All rows of `GetResources`, page by page.
async fn pages(running: &Running, mut input: Value) -> Vec<Vec<Value>> {
    let mut pages = Vec::new();
    loop {
        let answer = running.get_resources(input.clone()).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        let mut answer = answer.json();
        let rows = answer["ResourceTagMappingList"].take();
        pages.push(rows.as_array().unwrap().clone());
        // Unlike SSM, this service always ends its lists with an empty token.
        match answer["PaginationToken"].as_str().unwrap() {
            "" => return pages,
            token => input["PaginationToken"] = json!(token),
        }
        assert!(pages.len() < 100, "the chain does not end");
    }
}

/// The rows of the truth that pass, as they are on the wire.
fn expected(truth: &TargetTruth, passes: impl Fn(&ResourceTags) -> bool) -> Value {
    let rows: Vec<&ResourceTags> = truth.tags.iter().filter(|row| passes(row)).collect();
    serde_json::to_value(rows).unwrap()
}

#[test]
fn the_fleet_has_every_kind_of_tag_and_of_instances_without() {
    let truth = fleet();
    let has = |passes: &dyn Fn(&ResourceTags) -> bool| truth.tags.iter().any(passes);
    for key in [
        "Name",
        "Environment",
        "Team",
        "team",
        "Patch Group",
        "aws:autoscaling:groupName",
    ] {
        assert!(has(&|row| row.value(key).is_some()), "{key}");
        assert!(has(&|row| row.value(key).is_none()), "{key}");
    }
    assert!(has(&|row| row.value("Team") == Some("")), "an empty value");
    assert!(has(&|row| row.tags.is_empty()), "no tags any more");
    let tagged: BTreeSet<&str> = truth.tags.iter().map(ResourceTags::resource_id).collect();
    let listed: BTreeSet<&str> = truth
        .instances
        .iter()
        .map(|row| row.instance_id.as_str())
        .collect();
    assert!(!listed.is_subset(&tagged), "some were never tagged");
    assert!(!tagged.is_subset(&listed), "some are not listed any more");
}

#[test]
fn the_tag_of_the_patch_group_is_the_one_that_patch_manager_reports() {
    let truth = fleet();
    let group = |id: &str| {
        let state = truth
            .patch_states
            .iter()
            .find(|row| row.instance_id == id)?;
        Some(state.patch_group.clone())
    };
    let tagged = truth
        .tags
        .iter()
        .filter(|row| row.value("Patch Group").is_some());
    let mut compared = 0;
    for row in tagged {
        let Some(reported) = group(row.resource_id()).filter(|group| !group.is_empty()) else {
            continue;
        };
        assert_eq!(row.value("Patch Group"), Some(reported.as_str()), "{row:?}");
        compared += 1;
    }
    assert!(compared > 50, "{compared}");
}

#[tokio::test]
async fn pages_hold_the_tags_of_the_truth_whatever_their_size() {
    let running = Running::start(small(400)).await;
    let all = expected(&fleet(), |_| true);
    for size in [7, 100] {
        let pages = pages(&running, json!({"ResourcesPerPage": size})).await;
        assert!(pages.iter().all(|page| page.len() <= size));
        assert_eq!(Value::Array(pages.concat()), all);
    }
    let pages = pages(&running, json!({})).await;
    assert_eq!(pages[0].len(), 50);
    running.stop().await;
}

#[tokio::test]
async fn filters_keep_what_they_name() {
    let running = Running::start(small(400)).await;
    let truth = fleet();
    let is_hybrid = |row: &ResourceTags| row.resource_id().starts_with("mi-");
    let team = |row: &ResourceTags| row.value("Team").map(str::to_owned);
    let production = |row: &ResourceTags| row.value("Environment") == Some("production");
    let types = |names: &[&str]| json!({"ResourceTypeFilters": names});
    let tags = |filters: Value| json!({"TagFilters": filters});
    let cases = [
        (
            types(&["ssm:managed-instance"]),
            expected(&truth, is_hybrid),
        ),
        (types(&["ec2"]), expected(&truth, |row| !is_hybrid(row))),
        (
            types(&["ec2:instance", "ssm:managed-instance"]),
            expected(&truth, |_| true),
        ),
        (types(&["s3"]), json!([])),
        (
            tags(json!([{"Key": "Team"}])),
            expected(&truth, |row| team(row).is_some()),
        ),
        (
            tags(json!([{"Key": "Team", "Values": ["data", "search"]}])),
            expected(&truth, |row| {
                ["data", "search"].contains(&team(row).as_deref().unwrap_or("-"))
            }),
        ),
        (
            tags(json!([{"Key": "Team"}, {"Key": "Environment", "Values": ["production"]}])),
            expected(&truth, |row| team(row).is_some() && production(row)),
        ),
    ];
    for (input, expected) in cases {
        let rows = pages(&running, input.clone()).await.concat();
        assert_eq!(Value::Array(rows), expected, "{input}");
    }
    running.stop().await;
}

#[tokio::test]
async fn arns_are_answered_in_one_page_and_unknown_ones_left_out() {
    let running = Running::start(small(400)).await;
    let truth = fleet();
    let mut arns: Vec<&str> = truth.tags[..80]
        .iter()
        .map(|row| row.resource_arn.as_str())
        .collect();
    arns.push("arn:aws:ec2:eu-west-1:111122223333:instance/i-0000000000000dead");
    let pages = pages(&running, json!({"ResourceARNList": arns})).await;
    assert_eq!(pages.len(), 1);
    assert_eq!(
        json!(pages[0]),
        serde_json::to_value(&truth.tags[..80]).unwrap()
    );
    running.stop().await;
}

#[tokio::test]
async fn wrong_requests_are_refused_with_the_codes_of_the_service() {
    let running = Running::start(small(5)).await;
    let invalid = "InvalidParameterException";
    let arns = json!(["arn:aws:ec2:eu-west-1:111122223333:instance/i-0000000000000dead"]);
    for (input, expected) in [
        (json!({"ResourcesPerPage": 101}), invalid),
        (json!({"ResourcesPerPage": 0}), invalid),
        (json!({"TagsPerPage": 100}), invalid),
        (json!({"TagFilters": [{"Key": ""}]}), invalid),
        (
            json!({"TagFilters": vec![json!({"Key": "k"}); 51]}),
            invalid,
        ),
        (
            json!({"ResourceARNList": arns, "TagFilters": [{"Key": "Team"}]}),
            invalid,
        ),
        (
            json!({"PaginationToken": "x"}),
            "PaginationTokenExpiredException",
        ),
    ] {
        let answer = running.get_resources(input.clone()).await;
        assert_eq!(answer.code(), expected, "{input}");
    }
    running.stop().await;
}

#[tokio::test]
async fn faults_hit_tags_only_where_they_name_the_operation() {
    let running = Running::start(small(60)).await;
    let simulator = &running.simulator;
    simulator.set_faults(vec![Fault::always(FaultKind::Deny)]);
    assert_eq!(running.get_resources(json!({})).await.status, 200);
    for (fault, expected) in [
        ("throttle", "ThrottledException"),
        ("deny", "AccessDeniedException"),
    ] {
        simulator.set_faults(vec![format!("{fault}:GetResources").parse().unwrap()]);
        let answer = running.get_resources(json!({})).await;
        assert_eq!(answer.code(), expected);
        let names_action = answer.text.contains("perform: tag:GetResources because");
        assert_eq!(names_action, fault == "deny", "{}", answer.text);
    }
    simulator.set_faults(vec!["bad-row:GetResources".parse().unwrap()]);
    let rows = pages(&running, json!({})).await.concat();
    let is_damaged = |row: &&Value| row["Tags"].as_array().unwrap().contains(&Value::Null);
    assert_eq!(rows.iter().filter(is_damaged).count(), 1);
    running.stop().await;
}

#[tokio::test]
async fn instances_are_found_by_their_tags() {
    let running = Running::start(small(400)).await;
    let truth = fleet();
    let ids = |passes: &dyn Fn(&ResourceTags) -> bool| -> Vec<String> {
        let tagged = truth.tags.iter().filter(|row| passes(row));
        let ids: BTreeSet<&str> = tagged.map(ResourceTags::resource_id).collect();
        let listed = truth.instances.iter().map(|row| row.instance_id.as_str());
        listed
            .filter(|id| ids.contains(id))
            .map(str::to_owned)
            .collect()
    };
    for (filter, expected) in [
        (
            json!({"Key": "tag:Team", "Values": ["payments"]}),
            ids(&|row| row.value("Team") == Some("payments")),
        ),
        (
            json!({"Key": "tag-key", "Values": ["team"]}),
            ids(&|row| row.value("team").is_some()),
        ),
    ] {
        let input = json!({"Filters": [filter], "MaxResults": 50});
        let operation = "DescribeInstanceInformation";
        let rows = running
            .all(operation, "InstanceInformationList", input)
            .await;
        let found: Vec<&str> = rows
            .iter()
            .map(|row| row["InstanceId"].as_str().unwrap())
            .collect();
        assert!(!found.is_empty());
        assert_eq!(found, expected);
    }
    running.stop().await;
}

#[tokio::test]
async fn tags_that_are_given_replace_those_before_and_the_instance_goes_on_to_drift() {
    let running = Running::start(small(60)).await;
    let simulator = &running.simulator;
    let before = simulator.outline(ACCOUNT, REGION);
    for row in &before.instances {
        let tags = [("Team".to_owned(), "new".to_owned())];
        assert!(simulator.set_tags(ACCOUNT, REGION, &row.instance_id, tags.into()));
    }
    let after = simulator.outline(ACCOUNT, REGION);
    assert_eq!(after.summaries, before.summaries);
    let has_new_team = |row: &&ResourceTags| row.value("Team") == Some("new");
    assert_eq!(after.tags.iter().filter(has_new_team).count(), 60);
    simulator.drift(0.5);
    assert_ne!(
        simulator.outline(ACCOUNT, REGION).summaries,
        before.summaries
    );
    assert!(!simulator.set_tags(ACCOUNT, REGION, "i-0000000000000dead", [].into()));
    simulator.update(ACCOUNT, REGION, |truth| truth.tags[0].tags.clear());
    assert!(simulator.outline(ACCOUNT, REGION).tags[0].tags.is_empty());
    running.stop().await;
}
