//! Explains every listed instance that is non-compliant, the worst first.

use tokio::sync::mpsc;

use super::gather::{could_not_list, gather};
use super::progress::Progress;
use super::render::Layout;
use super::targets::{Begun, notes_of_unasked};
use super::{Answer, Report};
use crate::aws::SsmSource;
use crate::explain::{Evidence, Explanation};
use crate::inspect::Inspector;

/// What is said of a fleet that is well.
const NONE: &str = "no listed instance is non-compliant\n";

pub(super) async fn report(begun: Begun, progress: &Progress, layout: &Layout) -> Report {
    let mut explanations = Vec::new();
    let unlisted = gather(
        begun.inspectors,
        progress,
        |inspector, found| read(inspector, progress, found),
        |evidence| explanations.push(layout.explain(&evidence)),
    )
    .await;
    let notes: Vec<String> = notes_of_unasked(&begun.unasked).chain(unlisted).collect();
    sort_worst_first(&mut explanations);
    // Where a target could not be read, nothing is said about it.
    let none = if notes.is_empty() { NONE } else { "" };
    Report {
        output: layout.explanations(&explanations, &notes, none),
        answer: Answer::of(&explanations, &notes),
        notes,
    }
}

/// Reads one target. Returns why not all of it could be listed, if so.
async fn read(
    inspector: Inspector<SsmSource>,
    progress: &Progress,
    found: mpsc::Sender<Evidence>,
) -> Option<String> {
    let target = inspector.target().clone();
    let read = match inspector.noncompliant().await {
        Ok(inspection) => {
            progress.know(inspection.count());
            inspection.inspect_each(found).await
        }
        Err(error) => Err(error),
    };
    read.err().map(|error| could_not_list(&target, &error))
}

fn sort_worst_first(explanations: &mut [Explanation]) {
    explanations.sort_by(|a, b| {
        let by_rank = b.rank().cmp(&a.rank());
        // Those that are equally bad stay in the same order from run to run.
        by_rank.then_with(|| a.resource_id.cmp(&b.resource_id))
    });
}
