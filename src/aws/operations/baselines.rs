//! `DescribePatchBaselines`: the names of the patch baselines.

use aws_sdk_ssm::Client;
use aws_sdk_ssm::operation::describe_patch_baselines::{
    DescribePatchBaselinesError, DescribePatchBaselinesOutput,
};
use aws_sdk_ssm::types::PatchBaselineIdentity;

use super::ssm_operation::{ListOperation, PendingAnswer, max_results, page_of};
use super::values::{non_empty, word};
use crate::collect::{Page, PageRequest};
use crate::model::{BaselineRow, Operation};

/// Lists all patch baselines, including those of AWS.
pub(in crate::aws) struct DescribePatchBaselines;

impl ListOperation for DescribePatchBaselines {
    const OPERATION: Operation = Operation::DescribePatchBaselines;
    type Output = DescribePatchBaselinesOutput;
    type Error = DescribePatchBaselinesError;
    type Row = BaselineRow;

    fn send(
        &self,
        client: &Client,
        page: &PageRequest,
    ) -> PendingAnswer<Self::Output, Self::Error> {
        let request = client
            .describe_patch_baselines()
            .max_results(max_results(Self::OPERATION, page))
            .set_next_token(page.token.clone());
        Box::pin(request.send())
    }

    fn page(output: Self::Output) -> Page<BaselineRow> {
        page_of(output.baseline_identities, output.next_token, baseline)
    }
}

fn baseline(from: PatchBaselineIdentity) -> Option<BaselineRow> {
    Some(BaselineRow {
        id: non_empty(from.baseline_id)?,
        name: from.baseline_name.unwrap_or_default(),
        operating_system: word(from.operating_system.as_ref()),
    })
}
