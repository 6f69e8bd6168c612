//! Faults of rows, pages and tokens.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::client::{ACCOUNT, REGION, Running, SUMMARIES, page, small};
use crate::{Fault, FaultKind};

#[tokio::test]
async fn tokens_repeat_never_end_or_are_empty() {
    let running = Running::with_fault(FaultKind::RepeatToken).await;
    let first = page(&running, None).await;
    let second = page(&running, Some(&first["NextToken"])).await;
    assert_eq!(first["NextToken"], second["NextToken"]);
    running
        .simulator
        .set_faults(vec![Fault::always(FaultKind::EndlessChain)]);
    let (mut token, mut seen) = (None, Vec::new());
    for _ in 0..40 {
        let next = page(&running, token.as_ref()).await["NextToken"].clone();
        assert!(
            next.is_string() && !seen.contains(&next),
            "always another token"
        );
        seen.push(next.clone());
        token = Some(next);
    }
    running
        .simulator
        .set_faults(vec![Fault::always(FaultKind::EmptyToken)]);
    let answer = running
        .call("ListComplianceSummaries", json!({}))
        .await
        .json();
    assert_eq!(answer["NextToken"], "");
    running.stop().await;
}

#[tokio::test]
async fn tokens_are_refused_although_they_were_just_given() {
    let running = Running::with_fault(FaultKind::RefusedToken).await;
    let first = page(&running, None).await;
    assert_eq!(
        first[SUMMARIES.1].as_array().unwrap().len(),
        20,
        "a call without a token passes"
    );
    let second = json!({"MaxResults": 20, "NextToken": first["NextToken"]});
    assert_eq!(
        running.call(SUMMARIES.0, second.clone()).await.code(),
        "InvalidNextToken"
    );
    running
        .simulator
        .set_faults(vec!["refused-token:*:0.3".parse().unwrap()]);
    let mut refused = 0;
    for _ in 0..100 {
        refused += usize::from(running.call(SUMMARIES.0, second.clone()).await.status == 400);
    }
    assert!(
        (15..=45).contains(&refused),
        "of the same token {refused} in 100"
    );
    running.stop().await;
}

#[tokio::test]
async fn empty_pages_come_between_full_ones_and_lose_nothing() {
    let running = Running::with_fault(FaultKind::EmptyPage).await;
    let pages = running
        .pages(SUMMARIES.0, SUMMARIES.1, json!({"MaxResults": 20}))
        .await;
    assert!(pages[1].is_empty() && !pages[2].is_empty() && !pages[pages.len() - 1].is_empty());
    assert_eq!(
        pages.concat().len(),
        running.simulator.outline(ACCOUNT, REGION).summaries.len()
    );
    running.stop().await;
}

fn counted(rows: &[Value]) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    for row in rows {
        *counts
            .entry(format!("{}{}", row["ResourceId"], row["ComplianceType"]))
            .or_default() += 1;
    }
    counts
}

#[tokio::test]
async fn rows_occur_twice_and_none_is_lost() {
    let running = Running::with_fault(FaultKind::DuplicateRows).await;
    let expected = running.simulator.outline(ACCOUNT, REGION).summaries.len();
    let rows = counted(
        &running
            .all(SUMMARIES.0, SUMMARIES.1, json!({"MaxResults": 20}))
            .await,
    );
    assert!(rows.len() == expected && rows.values().any(|count| *count == 2));
    running.stop().await;
}

#[tokio::test]
async fn rows_move_between_pages_but_none_is_missed_in_two_readings_that_follow_each_other() {
    let running = Running::with_fault(FaultKind::MovingRows).await;
    let kinds = ["Association", "Patch"];
    for kind in kinds {
        let filters = json!([{"Key": "ComplianceType", "Values": [kind]}]);
        let expected = running.simulator.outline(ACCOUNT, REGION).summaries;
        let expected = expected
            .iter()
            .filter(|row| row.compliance_type == kind)
            .count();
        let mut missing = Vec::new();
        for _ in 0..4 {
            let rows = running
                .all(
                    SUMMARIES.0,
                    SUMMARIES.1,
                    json!({"MaxResults": 20, "Filters": filters}),
                )
                .await;
            let counts = counted(&rows);
            assert!(
                counts.len() < expected || counts.values().any(|count| *count == 2),
                "something moved"
            );
            missing.push(expected - counts.len());
        }
        assert!(
            missing
                .windows(2)
                .all(|pair| (pair[0] == 0) != (pair[1] == 0)),
            "{missing:?}"
        );
    }
    let information = ("DescribeInstanceInformation", "InstanceInformationList");
    let mut lengths = Vec::new();
    for _ in 0..2 {
        lengths.push(
            running
                .all(information.0, information.1, json!({"MaxResults": 20}))
                .await
                .len(),
        );
    }
    assert!(
        lengths.iter().any(|length| *length < 60) && lengths.iter().any(|length| *length > 60),
        "{lengths:?}"
    );
    running.stop().await;
}

#[tokio::test]
async fn a_short_list_ends_after_a_fifth_of_its_rows() {
    let running = Running::start(small(60)).await;
    let lists = [
        ("DescribeInstanceInformation", "InstanceInformationList"),
        SUMMARIES,
        ("DescribePatchBaselines", "BaselineIdentities"),
    ];
    for (operation, list) in lists {
        for size in [5, 50] {
            running.simulator.set_faults(Vec::new());
            let whole = running
                .all(operation, list, json!({"MaxResults": size}))
                .await;
            running
                .simulator
                .set_faults(vec![Fault::always(FaultKind::ShortList)]);
            let short = running
                .all(operation, list, json!({"MaxResults": size}))
                .await;
            assert!(
                short.len() == whole.len().div_ceil(5) && whole.starts_with(&short),
                "{operation} {}",
                short.len()
            );
        }
    }
    running.stop().await;
}

#[tokio::test]
async fn a_bad_row_is_that_of_one_instance_and_breaks_what_the_model_requires() {
    let running = Running::with_fault(FaultKind::BadRow).await;
    let victim = running.simulator.victim(ACCOUNT, REGION).unwrap();
    let other = running
        .simulator
        .truth(ACCOUNT, REGION)
        .patch_states
        .into_iter()
        .map(|row| row.instance_id)
        .find(|id| *id != victim)
        .unwrap();
    let answer = running
        .call(
            "DescribeInstancePatchStates",
            json!({"InstanceIds": [victim, other]}),
        )
        .await
        .json();
    let rows = answer["InstancePatchStates"].as_array().unwrap();
    assert!(rows[0]["Operation"].is_null() && rows[1]["Operation"].is_string());
    let items = running
        .call("ListComplianceItems", json!({"ResourceIds": [victim]}))
        .await
        .json();
    assert!(
        items["ComplianceItems"][0]["Details"]
            .as_object()
            .unwrap()
            .values()
            .any(Value::is_null)
    );
    let summaries = running.all(SUMMARIES.0, SUMMARIES.1, json!({})).await;
    let huge = |row: &Value| {
        row["CompliantSummary"]["CompliantCount"].as_i64().unwrap() > i64::from(i32::MAX)
    };
    assert!(
        summaries
            .iter()
            .all(|row| huge(row) == (row["ResourceId"] == json!(victim)))
    );
    running.stop().await;
}

#[tokio::test]
async fn patch_states_lag_one_step_of_drift_behind() {
    let running = Running::start(small(60)).await;
    let before = running.simulator.truth(ACCOUNT, REGION);
    running.simulator.drift(1.0);
    let after = running.simulator.truth(ACCOUNT, REGION);
    let changed = before.patch_states.iter().find(|old| {
        old.missing_count > 0
            && after
                .patch_states
                .iter()
                .any(|new| new.instance_id == old.instance_id && new.missing_count == 0)
    });
    let changed = changed.unwrap();
    let missing = async || {
        let input = json!({"InstanceIds": [changed.instance_id]});
        let answer = running
            .call("DescribeInstancePatchStates", input)
            .await
            .json();
        answer["InstancePatchStates"][0]["MissingCount"].clone()
    };
    assert_eq!(missing().await, 0);
    running
        .simulator
        .set_faults(vec![Fault::always(FaultKind::LagPatches)]);
    assert_eq!(missing().await, changed.missing_count);
    running.simulator.drift(0.0);
    assert_eq!(missing().await, 0, "one step later they have caught up");
    running.stop().await;
}
