//! Lists the instances on which a patch is a finding.

use tokio::sync::mpsc;

use super::gather::{could_not_list, gather};
use super::progress::Progress;
use super::render::Layout;
use super::scope::display_name;
use super::targets::{Begun, notes_of_unasked};
use super::{Answer, Report};
use crate::aws::SsmSource;
use crate::explain::{PatchHolder, PatchList, Read, ReadFailure, TargetName};
use crate::inspect::{Holding, Inspector, PatchQuery};

/// What was found in all targets.
#[derive(Default)]
struct Findings {
    holders: Vec<PatchHolder>,
    notes: Vec<String>,
}

pub(super) async fn report(
    begun: Begun,
    patch: &str,
    progress: &Progress,
    layout: &Layout,
) -> Report {
    let query = PatchQuery::new(patch);
    let mut findings = Findings::default();
    let unlisted = gather(
        begun.inspectors,
        progress,
        |inspector, found| search(inspector, &query, progress, found),
        |holding| findings.add(holding),
    )
    .await;
    findings.notes.extend(unlisted);
    findings.notes.extend(notes_of_unasked(&begun.unasked));
    findings.report(patch, layout)
}

/// Searches one target. Returns why not all of it could be listed, if so.
async fn search(
    inspector: Inspector<SsmSource>,
    query: &PatchQuery,
    progress: &Progress,
    found: mpsc::Sender<Holding>,
) -> Option<String> {
    let target = inspector.target().clone();
    let searched = match inspector.patch_suspects().await {
        Ok(search) => {
            progress.know(search.count());
            search.search_each(query.clone(), found).await
        }
        Err(error) => Err(error),
    };
    searched.err().map(|error| could_not_list(&target, &error))
}

impl Findings {
    fn add(&mut self, holding: Holding) {
        match holding.holders {
            Read::Done(holders) => self.holders.extend(holders),
            Read::Failed(failure) => {
                self.notes
                    .push(unread(&holding.target, &holding.instance_id, &failure))
            }
            Read::Unasked => {}
        }
    }

    fn report(mut self, patch: &str, layout: &Layout) -> Report {
        self.holders.sort_by(|a, b| key(a).cmp(&key(b)));
        let list = PatchList {
            patch,
            holders: &self.holders,
            notes: &self.notes,
        };
        Report {
            output: layout.patch_list(&list),
            answer: self.answer(),
            notes: self.notes,
        }
    }

    fn answer(&self) -> Answer {
        if !self.notes.is_empty() {
            Answer::Unclear
        } else if self.holders.is_empty() {
            Answer::Compliant
        } else {
            Answer::NonCompliant
        }
    }
}

fn key(holder: &PatchHolder) -> (&str, &str, &str, &str) {
    let PatchHolder {
        target,
        instance_id,
        patch_id,
        ..
    } = holder;
    (&target.account_id, &target.region, instance_id, patch_id)
}

fn unread(target: &TargetName, instance_id: &str, failure: &ReadFailure) -> String {
    let target = display_name(target);
    format!("{instance_id} in {target} could not be searched: {failure}")
}
