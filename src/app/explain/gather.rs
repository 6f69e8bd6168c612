//! Gathers what all targets send, while they are read.

use std::future::Future;

use futures_util::future::join_all;
use tokio::sync::mpsc;

use super::progress::Progress;
use super::scope::display_name;
use crate::aws::SsmSource;
use crate::collect::SourceError;
use crate::explain::TargetName;
use crate::inspect::Inspector;

/// How many instances may wait to be taken in. To take one in is much faster than to read one.
const WAITING_INSTANCES: usize = 64;

/// Reads all targets at the same time, and takes in what they send. Returns why targets could not be
/// listed, or not to their end.
pub(super) async fn gather<T, F>(
    inspectors: Vec<Inspector<SsmSource>>,
    progress: &Progress,
    read: impl Fn(Inspector<SsmSource>, mpsc::Sender<T>) -> F,
    mut take: impl FnMut(T),
) -> Vec<String>
where
    F: Future<Output = Option<String>>,
{
    let (sender, mut sent) = mpsc::channel(WAITING_INSTANCES);
    let readers = inspectors.into_iter();
    let reading = join_all(readers.map(|inspector| read(inspector, sender.clone())));
    // The targets have the only senders, so that the last one to be read ends the taking.
    drop(sender);
    let taking = async {
        while let Some(item) = sent.recv().await {
            take(item);
            progress.advance();
        }
    };
    let (unlisted, ()) = tokio::join!(reading, taking);
    unlisted.into_iter().flatten().collect()
}

/// Says that a target could not be listed, why, and where to look.
pub(super) fn could_not_list(target: &TargetName, error: &SourceError) -> String {
    let look_at = error.reason.look_at();
    format!(
        "{} could not be listed: {error}\n  hint: look at {look_at}",
        display_name(target)
    )
}
