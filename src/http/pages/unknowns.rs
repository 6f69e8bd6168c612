//! What the page of an instance cannot know, because no refresh reads it.

use crate::explain::{Explanation, ReadFailure};
use crate::metrics::TargetView;
use crate::model::{ComplianceType, Instance};

/// Each thing that the page does not know, in a sentence.
pub(super) fn unknowns(
    view: &TargetView<'_>,
    instance: &Instance,
    explanation: &Explanation,
) -> Vec<String> {
    let mut unknowns: Vec<String> = explanation.unread.iter().map(unread).collect();
    unknowns.extend(unselected(view));
    for summary in instance.summaries.iter().filter(|it| it.is_noncompliant()) {
        unknowns.push(detail(summary.compliance_type()));
    }
    unknowns.push(
        "Whether all of this is still so: it is as of the last refresh, and of the reports that \
         AWS had then."
            .to_owned(),
    );
    unknowns
}

fn unread(failure: &ReadFailure) -> String {
    let (operation, reason) = (failure.operation.as_str(), failure.reason.summary());
    format!("What {operation} says: {reason}.")
}

/// The types that the configuration leaves out.
fn unselected(view: &TargetView<'_>) -> impl Iterator<Item = String> {
    let selection = &view.policy.selection;
    let types = ComplianceType::OF_EVERY_INSTANCE.into_iter();
    types
        .filter(|kind| !selection.has_type(kind.as_str()))
        .map(|kind| format!("The type {kind}: the configuration leaves it out."))
}

/// What a non-compliant type has that no refresh reads.
fn detail(compliance_type: &ComplianceType) -> String {
    match compliance_type {
        ComplianceType::Patch => {
            "Which patches these are, what their baseline says, and what the last installation \
             wrote."
                .to_owned()
        }
        ComplianceType::Association => {
            "Why the associations did not succeed: their executions, error codes and outputs."
                .to_owned()
        }
        ComplianceType::Other(name) => format!("The items of type {}.", &**name),
    }
}
