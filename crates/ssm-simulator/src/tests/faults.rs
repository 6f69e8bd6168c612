//! Each fault does what its name says, where and as often as it was asked for.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::{Value, json};

use super::client::{ACCOUNT, REGION, Running, small};
use crate::{Fault, FaultKind};

const LIST: (&str, &str) = (
    "ListResourceComplianceSummaries",
    "ResourceComplianceSummaryItems",
);

async fn with(kind: FaultKind) -> Running {
    let running = Running::start(small(60)).await;
    running.simulator.set_faults(vec![Fault::always(kind)]);
    running
}

async fn page(running: &Running, token: Option<&Value>) -> Value {
    let mut input = json!({"MaxResults": 20});
    if let Some(token) = token {
        input["NextToken"] = token.clone();
    }
    running.call(LIST.0, input).await.json()
}

#[tokio::test]
async fn errors_come_with_the_code_and_status_of_aws() {
    let cases = [
        (FaultKind::Throttle, 400, "ThrottlingException"),
        (FaultKind::ThrottleRetryAfter, 400, "ThrottlingException"),
        (FaultKind::Deny, 400, "AccessDeniedException"),
        (FaultKind::ExpiredToken, 400, "ExpiredTokenException"),
        (
            FaultKind::InvalidCredentials,
            400,
            "UnrecognizedClientException",
        ),
        (FaultKind::Error500, 500, "InternalServerError"),
    ];
    let running = Running::start(small(5)).await;
    for (kind, status, code) in cases {
        running
            .simulator
            .set_faults(vec![Fault::always(kind).of("ListAssociations")]);
        let answer = running.call("ListAssociations", json!({})).await;
        assert_eq!(
            (answer.status, answer.json()["__type"].as_str().unwrap()),
            (status, code)
        );
        assert_eq!(
            answer.headers.contains_key("x-amz-retry-after"),
            kind == FaultKind::ThrottleRetryAfter
        );
        assert_eq!(
            running
                .call("DescribePatchBaselines", json!({}))
                .await
                .status,
            200,
            "another operation"
        );
        assert_eq!(
            running.sts("AKID", "Action=GetCallerIdentity").await.status,
            200
        );
    }
    running.simulator.set_faults(vec![
        Fault::always(FaultKind::Deny).at(ACCOUNT, "elsewhere"),
    ]);
    assert_eq!(
        running.call("ListAssociations", json!({})).await.status,
        200
    );
    running
        .simulator
        .set_faults(vec![Fault::always(FaultKind::Deny).of("AssumeRole")]);
    let denied = running.sts("AKID", "Action=AssumeRole").await;
    assert!(denied.status == 403 && denied.text.contains("<Code>AccessDenied</Code>"));
    running.stop().await;
}

#[tokio::test]
async fn answers_are_broken_in_every_way() {
    let running = with(FaultKind::Html503).await;
    let answer = running.call(LIST.0, json!({})).await;
    assert!(answer.status == 503 && answer.text.starts_with("<html>"));
    running
        .simulator
        .set_faults(vec![Fault::always(FaultKind::Html200)]);
    let answer = running.call(LIST.0, json!({})).await;
    assert!(answer.status == 200 && answer.text.starts_with("<html>"));
    running
        .simulator
        .set_faults(vec![Fault::always(FaultKind::Truncate)]);
    let answer = running.call(LIST.0, json!({})).await;
    assert!(answer.status == 200 && serde_json::from_str::<Value>(&answer.text).is_err());
    running
        .simulator
        .set_faults(vec![Fault::always(FaultKind::Reset)]);
    assert!(running.try_call(LIST.0, json!({})).await.is_err());
    running
        .simulator
        .set_faults(vec![Fault::always(FaultKind::Hang)]);
    let hung =
        tokio::time::timeout(Duration::from_millis(100), running.call(LIST.0, json!({}))).await;
    assert!(hung.is_err());
    let outcomes: Vec<String> = running
        .simulator
        .requests()
        .into_iter()
        .map(|request| request.outcome)
        .collect();
    assert_eq!(
        outcomes,
        ["html503", "html200", "truncate", "reset", "hang"]
    );
    running.stop().await;
}

#[tokio::test]
async fn tokens_repeat_never_end_or_are_empty() {
    let running = with(FaultKind::RepeatToken).await;
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
async fn empty_pages_come_between_full_ones_and_lose_nothing() {
    let running = with(FaultKind::EmptyPage).await;
    let pages = running
        .pages(LIST.0, LIST.1, json!({"MaxResults": 20}))
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
    let running = with(FaultKind::DuplicateRows).await;
    let expected = running.simulator.outline(ACCOUNT, REGION).summaries.len();
    let rows = counted(&running.all(LIST.0, LIST.1, json!({"MaxResults": 20})).await);
    assert!(rows.len() == expected && rows.values().any(|count| *count == 2));
    running.stop().await;
}

#[tokio::test]
async fn rows_move_between_pages_but_none_is_missed_in_two_readings_that_follow_each_other() {
    let running = with(FaultKind::MovingRows).await;
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
                    LIST.0,
                    LIST.1,
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
async fn a_bad_row_is_that_of_one_instance_and_breaks_what_the_model_requires() {
    let running = with(FaultKind::BadRow).await;
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
    let summaries = running.all(LIST.0, LIST.1, json!({})).await;
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

#[tokio::test]
async fn answers_lack_their_list_in_every_way() {
    let cases = [
        (FaultKind::EmptyBody, 200, "", "empty-body"),
        (FaultKind::EmptyObject, 200, "{}", "empty-object"),
        (FaultKind::NoContent, 204, "", "no-content"),
        (
            FaultKind::ErrorBody,
            200,
            r#"{"__type":"ThrottlingException","message":"Rate exceeded"}"#,
            "ThrottlingException",
        ),
    ];
    let running = Running::start(small(60)).await;
    for (kind, status, body, outcome) in cases {
        running
            .simulator
            .set_faults(vec![Fault::always(kind).of(LIST.0)]);
        let answer = running.call(LIST.0, json!({})).await;
        assert_eq!(
            (answer.status, answer.text.as_str()),
            (status, body),
            "{kind:?}"
        );
        assert!(
            running.call("ListAssociations", json!({})).await.json()["Associations"].is_array(),
            "another operation"
        );
        let requests = running.simulator.requests();
        assert_eq!(requests[requests.len() - 2].outcome, outcome);
    }
    running
        .simulator
        .set_faults(vec![Fault::always(FaultKind::WrongList)]);
    let answer = page(&running, None).await;
    assert!(
        answer.get(LIST.1).is_none() && answer["NextToken"].is_string(),
        "{answer}"
    );
    assert_eq!(answer["Rows"].as_array().unwrap().len(), 20);
    running.simulator.set_faults(vec![
        Fault::always(FaultKind::ErrorBody).of("GetCallerIdentity"),
    ]);
    let answer = running.sts("AKID", "Action=GetCallerIdentity").await;
    assert!(
        answer.status == 200 && answer.text.contains("<Code>ThrottlingException</Code>"),
        "{answer:?}"
    );
    running.stop().await;
}

#[tokio::test]
async fn tokens_are_refused_although_they_were_just_given() {
    let running = with(FaultKind::RefusedToken).await;
    let first = page(&running, None).await;
    assert_eq!(
        first[LIST.1].as_array().unwrap().len(),
        20,
        "a call without a token passes"
    );
    let second = json!({"MaxResults": 20, "NextToken": first["NextToken"]});
    assert_eq!(
        running.call(LIST.0, second.clone()).await.code(),
        "InvalidNextToken"
    );
    running
        .simulator
        .set_faults(vec!["refused-token:*:0.3".parse().unwrap()]);
    let mut refused = 0;
    for _ in 0..100 {
        refused += usize::from(running.call(LIST.0, second.clone()).await.status == 400);
    }
    assert!(
        (15..=45).contains(&refused),
        "of the same token {refused} in 100"
    );
    running.stop().await;
}

#[tokio::test]
async fn a_short_list_ends_after_a_fifth_of_its_rows() {
    let running = Running::start(small(60)).await;
    let lists = [
        ("DescribeInstanceInformation", "InstanceInformationList"),
        LIST,
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
async fn a_huge_body_is_an_answer_behind_64_mib_of_white_space() {
    let running = with(FaultKind::HugeBody).await;
    let answer = running.call("ListAssociations", json!({})).await;
    assert!(
        !answer.headers.contains_key("content-length"),
        "it comes in chunks"
    );
    assert!(answer.text.len() > 64 << 20);
    assert!(answer.json()["Associations"].is_array());
    running.stop().await;
}

#[tokio::test]
async fn a_rate_hits_that_share_of_the_calls_repeatably() {
    let mut runs = Vec::new();
    for _ in 0..2 {
        let running = Running::start(small(5)).await;
        running
            .simulator
            .set_faults(vec!["error500:ListAssociations:0.3".parse().unwrap()]);
        let mut statuses = Vec::new();
        for _ in 0..100 {
            statuses.push(running.call("ListAssociations", json!({})).await.status);
        }
        runs.push(statuses);
        running.stop().await;
    }
    assert_eq!(runs[0], runs[1]);
    let failed = runs[0].iter().filter(|status| **status == 500).count();
    assert!((15..=45).contains(&failed), "{failed}");
}

#[tokio::test]
async fn a_session_that_is_ended_is_refused_and_another_one_is_not() {
    let running = Running::start(small(5)).await;
    let role = format!("Action=AssumeRole&RoleSessionName=s&RoleArn=arn:aws:iam::{ACCOUNT}:role/r");
    let session = async || {
        let text = running.sts("AKID", &role).await.text;
        text.split("<AccessKeyId>")
            .nth(1)
            .unwrap()
            .split('<')
            .next()
            .unwrap()
            .to_owned()
    };
    let list = async |key: &str| {
        running
            .call_as(key, REGION, "ListAssociations", json!({}))
            .await
            .unwrap()
    };
    let old = session().await;
    assert_eq!(list(&old).await.status, 200);
    running.simulator.end_sessions("999999999999");
    assert_eq!(list(&old).await.status, 200, "another account's");
    running.simulator.end_sessions(ACCOUNT);
    let new = session().await;
    assert_eq!(list(&old).await.code(), "ExpiredTokenException");
    assert_eq!(
        (list(&new).await.status, list("AKIDEXAMPLE").await.status),
        (200, 200)
    );
    running.stop().await;
}
