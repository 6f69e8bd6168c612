//! Answers of Systems Manager and of the tagging API.

use std::fmt::Debug;
use std::sync::Arc;
use std::time::Duration;

use fuzzing::Fuzz;

use super::in_memory::{Answer, InMemoryAws, SECRET_KEY, SESSION_TOKEN};
use super::{check_error, in_bounded_time, paused_runtime};
use crate::aws::SsmSource;
use crate::aws::tests::scripted_aws::{Counts, options};
use crate::collect::{Page, PageRequest, Source, SourceResult, TypeFilter};
use crate::inspect::{ExecutionOf, InspectionSource, TargetsOf};
use crate::model::{PatchState, TagKeys};

/// The most attempts of one call.
const MAX_ATTEMPTS: usize = 8;
/// The SDK's deserialisers are slow without optimisation.
const PER_KILOBYTE: Duration = Duration::from_millis(20);

const WORDS: [&str; 76] = [
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    "\"",
    "\\u0000",
    "\\ud800",
    "\\\"",
    "{}",
    "[]",
    "null",
    "true",
    "-0",
    "1e400",
    "1e300",
    "-1",
    "2147483648",
    "-2147483649",
    "9223372036854775808",
    "1550501835.178",
    "0.0",
    "\"NaN\"",
    "\"2024-01-01T00:00:00Z\"",
    "[[[[",
    "{\"a\":{\"a\":",
    "\"NextToken\":",
    "\"NextToken\":\"\"",
    "\"InstanceId\":",
    "\"InstanceId\":\"i-1\"",
    "\"ResourceId\":",
    "\"InstanceInformationList\":",
    "\"ResourceComplianceSummaryItems\":",
    "\"ComplianceSummaryItems\":",
    "\"InstancePatchStates\":",
    "\"BaselineIdentities\":",
    "\"Associations\":",
    "\"ComplianceItems\":",
    "\"ResourceTagMappingList\":",
    "\"Details\":",
    "\"ExecutionTime\":",
    "\"MissingCount\":",
    "\"OperationStartTime\":",
    "\"AssociationOverview\":",
    "\"Name\":",
    "\"Tags\":",
    "\"ResourceARN\":",
    "arn:aws:ssm:eu-west-1:111122223333:managed-instance/mi-1",
    "\"__type\":\"ThrottlingException\"",
    "\"__type\":\"AccessDeniedException\"",
    "\"__type\":\"x#ExpiredTokenException:http://y\"",
    "\"code\":",
    "\"message\":",
    "\"Message\":",
    "\"Error\":{\"Code\":",
    "com.amazonaws.ssm#InvalidInstanceId",
    "InvalidNextToken",
    " 200\n",
    " 400\n",
    " 500\n",
    " 503\n",
    " 204\n",
    " 301\n",
    "\n\n",
    "x-amzn-errortype: AccessDeniedException\n",
    "x-amz-retry-after: 99999999999\n",
    "retry-after: 1\n",
    "x-amzn-requestid: ",
    "content-type: text/html\n",
    "<html>",
    "<Error><Code>",
    SECRET_KEY,
    SESSION_TOKEN,
    "\\u0046woGZXIvYXdzEXAMPLETOKENFwoGZXIvYXdz",
    "DescribeInstanceInformation",
];

#[test]
fn any_answer_is_rows_or_an_error_and_never_a_secret() {
    let runtime = paused_runtime();
    let aws = InMemoryAws::default();
    let base = aws.base();
    Fuzz::of("aws-answers")
        .words(WORDS)
        .per_kilobyte(PER_KILOBYTE)
        .check(|input| {
            let answer = Answer::read(input)?;
            let asked = answer.asked.clone();
            if !aws.answer(answer) {
                return None;
            }
            let counts = Arc::<Counts>::default();
            let called = runtime.block_on(async {
                let source = SsmSource::new(&base, options(), Arc::clone(&counts) as _);
                in_bounded_time(call(&source, &asked)).await
            });
            let attempts = counts.attempts();
            assert!(
                (1..=MAX_ATTEMPTS).contains(&attempts),
                "{attempts} attempts"
            );
            Some((
                asked,
                called.map_err(|error| (check_error(&error), attempts)),
            ))
        });
}

/// Makes the call that is asked for, and returns the shape of what it has led to.
async fn call(source: &SsmSource, asked: &str) -> SourceResult<String> {
    let page = &PageRequest::FIRST;
    let ids: [Arc<str>; 1] = ["i-1".into()];
    let all = &TypeFilter::All;
    let execution = ExecutionOf {
        association_id: "a",
        execution_id: "e",
    };
    match asked {
        "ListResourceComplianceSummaries" => source.summaries(all, page).await.map(checked),
        "ListComplianceSummaries" => source.totals(page).await.map(checked),
        "DescribeInstancePatchStates" => source.patch_states(&ids, page).await.map(checked),
        "DescribePatchBaselines" => source.baselines(page).await.map(checked),
        "ListAssociations" => source.associations(page).await.map(checked),
        "ListComplianceItems" => source.items("i-1", all, page).await.map(checked),
        "GetResources" => source
            .tags(&TagKeys::new(["Team"]), page)
            .await
            .map(checked),
        "DescribeInstancePatches" => source
            .patches("i-1", &PatchState::ALL, page)
            .await
            .map(checked),
        "DescribeInstanceAssociationsStatus" => {
            source.association_statuses("i-1", page).await.map(checked)
        }
        "DescribeAssociationExecutions" => {
            source.association_executions("a", page).await.map(checked)
        }
        "DescribeAssociationExecutionTargets" => {
            let targets = TargetsOf::Resource("i-1");
            source
                .execution_targets(execution, targets, page)
                .await
                .map(checked)
        }
        "ListCommandInvocations" => source
            .command_invocations("c", "i-1", page)
            .await
            .map(checked),
        "GetPatchBaseline" => source.baseline("pb-1").await.map(checked_row),
        "GetDefaultPatchBaseline" => source.default_baseline("WINDOWS").await.map(checked_row),
        "GetServiceSetting" => source.service_setting("/ssm/x").await.map(checked_row),
        _ => source.instances(page).await.map(checked),
    }
}

/// The shape of a page, whose rows are no more than may be and tell no secret.
fn checked<R: Debug>(page: Page<R>) -> String {
    let rows = page.rows.as_ref().map_or(0, Vec::len);
    assert!(rows + page.skipped <= 100, "{rows} rows");
    assert_ne!(page.next.as_deref(), Some(""), "an empty token is none");
    let shape = format!(
        "{} {} {}",
        page.rows.is_none(),
        rows.min(3),
        page.skipped.min(2)
    );
    shape + &checked_row(page)
}

/// The shape of a row: which of its values are there.
fn checked_row<R: Debug>(row: R) -> String {
    let text = format!("{row:?}");
    // The secret key is in no request, so no answer can repeat it.
    assert!(!text.contains(SESSION_TOKEN), "{text}");
    text.chars()
        .filter(|sign| "\"({[N".contains(*sign))
        .take(100)
        .collect()
}
