//! Lists the instances on which a patch is a finding.

use futures_util::future::join_all;
use tokio::sync::mpsc;

use super::progress::Progress;
use super::render::Layout;
use super::scope::display_name;
use super::targets::{Begun, notes_of_unasked};
use super::{Answer, Report};
use crate::aws::SsmSource;
use crate::explain::{PatchHolder, PatchList, Read, ReadFailure, TargetName};
use crate::inspect::{Holding, Inspector, PatchQuery};

const WAITING_INSTANCES: usize = 64;

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
    let (sender, mut found) = mpsc::channel(WAITING_INSTANCES);
    let searches = begun
        .inspectors
        .into_iter()
        .map(|inspector| search(inspector, &query, progress, sender.clone()));
    let searching = join_all(searches);
    drop(sender);
    let collecting = async {
        let mut findings = Findings::default();
        while let Some(holding) = found.recv().await {
            findings.add(holding);
            progress.advance();
        }
        findings
    };
    let (unread, mut findings) = tokio::join!(searching, collecting);
    findings.notes.extend(unread.into_iter().flatten());
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
    let target = display_name(inspector.target());
    let searched = match inspector.patch_suspects().await {
        Ok(search) => {
            progress.know(search.count());
            search.search_each(query.clone(), found).await
        }
        Err(error) => Err(error),
    };
    let error = searched.err()?;
    Some(format!("{target} could not be listed: {error}"))
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
    format!(
        "{instance_id} in {} could not be searched: ssm:{}: {}: {}",
        display_name(target),
        failure.operation.as_str(),
        failure.reason.as_str(),
        failure.detail
    )
}
