//! The instance is not listed any more, and AWS still has its compliance data.

use super::steps::place;
use crate::explain::case::Case;
use crate::explain::cause::Cause;
use crate::explain::commands;
use crate::explain::explanation::{Effect, Finding, Step};

pub(super) fn find(case: Case<'_>) -> Vec<Finding> {
    if !case.is_unlisted() || case.summaries().is_empty() {
        return Vec::new();
    }
    let summaries = case.summaries().iter();
    let newest = summaries.filter_map(|row| row.execution_time).max();
    let finding = Finding::new(
        Cause::Terminated,
        Effect::Doubtful,
        "",
        "AWS does not list the instance any more: it is stopped, terminated or deregistered, and \
         only its compliance data is left",
    )
    .since(newest, "its last report");
    vec![steps(case).into_iter().fold(finding, Finding::step)]
}

fn steps(case: Case<'_>) -> Vec<Step> {
    let place = place(case);
    let is_hybrid = case.id().starts_with("mi-");
    let look = if is_hybrid {
        Step::new("Does the machine still exist? A deregistered one needs a new activation.")
            .command(commands::activations(place))
    } else {
        Step::new("Does the instance still exist, and is it stopped?")
            .command(commands::ec2_state(place))
    };
    let decide = Step::new(
        "If it is stopped: start it, and explain it again. If it is gone, there is nothing to \
         mend: AWS deletes the data 30 days after the end of an instance.",
    );
    vec![look, decide]
}
