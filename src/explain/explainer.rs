//! Makes an explanation of the evidence.

use super::case::Case;
use super::commands::quoted;
use super::evidence::{AssociationHistory, Evidence, ReadFailure, TargetName};
use super::explanation::{Explanation, Finding, Step};
use super::findings;
use super::judge::verdict;
use super::rank::Rank;
use crate::model::Timestamp;

/// What an explanation needs beside the evidence.
#[derive(Clone, Copy, Debug, Default)]
pub struct Context {
    /// What time it is. Without it no age is judged.
    pub now: Option<Timestamp>,
}

/// Explains why an instance is non-compliant, or whether it is.
///
/// Nothing is claimed that the evidence does not show: what was not read is named in
/// [`Explanation::unread`], or makes a finding say less.
pub fn explain(evidence: &Evidence, context: &Context) -> Explanation {
    let case = Case {
        evidence,
        now: context.now,
    };
    let verdict = verdict(case);
    let mut found = findings::all(case);
    if case.is_unlisted() {
        found.iter_mut().for_each(defer_remedy);
    }
    Explanation {
        target: evidence.target.clone(),
        resource_id: evidence.resource_id.clone(),
        listing: case.listing().cloned(),
        verdict,
        findings: found,
        unread: unread(evidence),
        rank: Rank::of(case, verdict),
        again: explain_command(&evidence.target, &evidence.resource_id),
    }
}

/// Replaces what cannot be done, because no command reaches an instance that is not listed.
fn defer_remedy(finding: &mut Finding) {
    if findings::blocks_the_rest(finding.cause) {
        return;
    }
    finding.verification.clear();
    finding.remedy = vec![Step::new(
        "No command reaches an instance that AWS does not list. Once it is listed, explain it \
         again.",
    )];
}

/// Returns each thing that AWS was asked for in vain, once.
fn unread(evidence: &Evidence) -> Vec<ReadFailure> {
    let of_instance = [
        evidence.listing.failure(),
        evidence.summaries.failure(),
        evidence.items.failure(),
        evidence.patch_state.failure(),
        evidence.patches.failure(),
        evidence.associations.failure(),
        evidence.baseline.failure(),
        evidence.assigned_baseline.failure(),
        evidence.patch_command.failure(),
        evidence.default_host_management.failure(),
    ];
    let of_histories = evidence.histories.iter().flat_map(unread_history);
    let failures = of_instance.into_iter().chain(of_histories).flatten();
    let mut unread: Vec<ReadFailure> = Vec::new();
    for failure in failures {
        if !unread.contains(failure) {
            unread.push(failure.clone());
        }
    }
    unread
}

fn unread_history(history: &AssociationHistory) -> [Option<&ReadFailure>; 3] {
    [
        history.executions.failure(),
        history.run.failure(),
        history.command.failure(),
    ]
}

/// Returns the command that explains an instance, for a POSIX shell.
pub fn explain_command(target: &TargetName, resource_id: &str) -> String {
    let mut words = vec!["ssm-compliance-exporter explain".to_owned()];
    if !target.account_id.is_empty() {
        words.push(format!("--account-id {}", quoted(&target.account_id)));
    }
    if !target.region.is_empty() {
        words.push(format!("--region {}", quoted(&target.region)));
    }
    // An id that begins with a dash would be taken for an option.
    if resource_id.starts_with('-') {
        words.push("--".to_owned());
    }
    words.push(quoted(resource_id));
    words.join(" ")
}
