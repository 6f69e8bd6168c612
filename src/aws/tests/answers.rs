//! Answers as AWS really gives them, odd ones included.

use std::sync::Arc;

use crate::aws::testing::{Server, json};
use crate::collect::{PageRequest, Scope, Source, Types};
use crate::model::Reason;

#[tokio::test]
async fn a_page_may_be_empty_and_yet_not_the_last() {
    let server = Server::start(|_, before| match before {
        0 => json(200, r#"{"InstanceInformationList":[],"NextToken":"more"}"#),
        1 => json(200, r#"{"InstanceInformationList":null,"NextToken":""}"#),
        _ => json(200, r#"{"Unheard":{"Of":1}}"#),
    })
    .await;
    let (source, _) = server.source().await;
    let mut pages = Vec::new();
    for _ in 0..3 {
        let page = source.instances(&PageRequest::FIRST).await.expect("a page");
        pages.push((page.rows, page.next));
    }
    let more = Some("more".to_owned());
    assert_eq!(pages, [(Some(Vec::new()), more), (None, None), (None, None)], "no list is not an empty one");
}

#[tokio::test]
async fn unknown_words_unknown_times_and_missing_members_are_no_errors() {
    let server = Server::start(|_, _| {
        json(
            200,
            r#"{"ResourceComplianceSummaryItems":[
                {"ResourceId":"i-1","ComplianceType":"Patch","Status":"WEIRD","ExecutionSummary":{"ExecutionTime":0.0},
                 "NonCompliantSummary":{"NonCompliantCount":3}},
                {"ResourceId":"i-2","ComplianceType":"Custom:Odd","Status":"",
                 "ExecutionSummary":{"ExecutionTime":1550501835.123}},
                {"ResourceId":"i-3"}]}"#,
        )
    })
    .await;
    let (source, _) = server.source().await;
    let page = source.summaries(&Types::All, &PageRequest::FIRST).await.expect("a page");
    let rows = page.rows.expect("a list");
    assert_eq!((rows.len(), page.skipped), (2, 1));
    assert_eq!((rows[0].status.as_str(), rows[0].execution_time), ("WEIRD", None));
    assert_eq!((rows[0].noncompliant.total, rows[0].noncompliant.by_severity), (3, [0, 0, 0, 0, 0, 3]));
    assert_eq!(rows[1].status, "");
    assert_eq!(rows[1].execution_time.map(|time| time.to_string()).as_deref(), Some("1550501835.123"));
}

/// The SDK gives the whole page up, so the caller must ask for half of the ids.
#[tokio::test]
async fn a_row_that_the_sdk_cannot_read_asks_for_a_smaller_question() {
    let server = Server::start(|asked, before| match (asked.operation.as_str(), before) {
        ("DescribeInstancePatchStates", 0) => json(
            200,
            r#"{"InstancePatchStates":[{"InstanceId":"i-1","PatchGroup":"","BaselineId":"pb-0123456789abcdef0",
                "OperationStartTime":1.0,"OperationEndTime":1.0}]}"#,
        ),
        ("DescribeInstancePatchStates", _) => {
            json(200, r#"{"InstancePatchStates":[{"InstanceId":"i-1","MissingCount":99999999999,"Operation":"Scan"}]}"#)
        }
        (_, 0) => json(200, r#"{"ComplianceItems":[{"Id":"a","Details":{"DocumentName":null}}]}"#),
        _ => json(200, r#"{"ComplianceItems":[{"Id":"a""#),
    })
    .await;
    let (source, counts) = server.source().await;
    let ids: [Arc<str>; 1] = ["i-1".into()];
    let errors = [
        source.patch_states(&ids, &PageRequest::FIRST).await.expect_err("no Operation"),
        source.patch_states(&ids, &PageRequest::FIRST).await.expect_err("more than an i32"),
        source.items("i-1", &PageRequest::FIRST).await.expect_err("a null detail"),
        source.items("i-1", &PageRequest::FIRST).await.expect_err("half of the JSON"),
    ];
    for error in errors {
        assert_eq!((error.reason, error.scope), (Reason::BadResponse, Scope::Content), "{error}");
    }
    assert_eq!(counts.attempts(), 4, "none is tried again");
}

#[tokio::test]
async fn a_baseline_of_a_new_operating_system_is_read() {
    let server = Server::start(|_, _| {
        json(200, r#"{"BaselineIdentities":[{"BaselineId":"pb-1","BaselineName":"x","OperatingSystem":"BEOS"}]}"#)
    })
    .await;
    let (source, _) = server.source().await;
    let page = source.baselines(&PageRequest::FIRST).await.expect("a page");
    assert_eq!(page.rows.expect("a list")[0].operating_system, "BEOS");
}
