//! Explains every listed instance that is non-compliant, the worst first.

use futures_util::future::join_all;
use tokio::sync::mpsc;

use super::progress::Progress;
use super::render::Layout;
use super::scope::display_name;
use super::targets::{Begun, notes_of_unasked};
use super::{Answer, Report};
use crate::aws::SsmSource;
use crate::explain::{Evidence, Explanation};
use crate::inspect::Inspector;

/// How many instances may wait to be explained. Explaining is much faster than reading.
const WAITING_INSTANCES: usize = 64;

/// What is said of a fleet that is well.
const NONE: &str = "no listed instance is non-compliant\n";

pub(super) async fn report(begun: Begun, progress: &Progress, layout: &Layout) -> Report {
    let (sender, mut found) = mpsc::channel(WAITING_INSTANCES);
    let reading = join_all(
        begun
            .inspectors
            .into_iter()
            .map(|inspector| read(inspector, progress, sender.clone())),
    );
    drop(sender);
    let explaining = async {
        let mut explanations = Vec::new();
        while let Some(evidence) = found.recv().await {
            explanations.push(layout.explain(&evidence));
            progress.advance();
        }
        explanations
    };
    let (unread, mut explanations) = tokio::join!(reading, explaining);
    let notes: Vec<String> = notes_of_unasked(&begun.unasked)
        .chain(unread.into_iter().flatten())
        .collect();
    sort_worst_first(&mut explanations);
    // Where a target could not be read, nothing is said about it.
    let none = if notes.is_empty() { NONE } else { "" };
    Report {
        output: layout.explanations(&explanations, &notes, none),
        answer: answer(&explanations, &notes),
        notes,
    }
}

/// Reads one target. Returns why not all of it could be listed, if so.
async fn read(
    inspector: Inspector<SsmSource>,
    progress: &Progress,
    found: mpsc::Sender<Evidence>,
) -> Option<String> {
    let target = display_name(inspector.target());
    let read = match inspector.noncompliant().await {
        Ok(inspection) => {
            progress.know(inspection.count());
            inspection.inspect_each(found).await
        }
        Err(error) => Err(error),
    };
    let error = read.err()?;
    Some(format!("{target} could not be listed: {error}"))
}

fn sort_worst_first(explanations: &mut [Explanation]) {
    explanations.sort_by(|a, b| {
        let by_rank = b.rank().cmp(&a.rank());
        // Those that are equally bad stay in the same order from run to run.
        by_rank.then_with(|| a.resource_id.cmp(&b.resource_id))
    });
}

fn answer(explanations: &[Explanation], notes: &[String]) -> Answer {
    let verdicts = explanations
        .iter()
        .map(|explanation| explanation.verdict.into());
    let unread = notes.iter().map(|_| Answer::Unclear);
    Answer::of_all(verdicts.chain(unread))
}
