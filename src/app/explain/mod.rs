//! The command `explain`: why instances are non-compliant, and what to do about it.
//!
//! It reads live, on the runtime of AWS, and prints what it has to say once it has read all of it.

mod answer;
mod fleet;
mod gather;
mod instances;
mod lookup;
mod options;
mod patch_search;
mod print;
mod progress;
mod render;
mod scope;
mod targets;
mod verbose;

pub use answer::Answer;
pub use options::{ColorWhen, ExplainOptions, OutputFormat, Scope, Subject};

use std::sync::Arc;

use anyhow::Context;

use self::options::Subject as Asked;
use self::print::{print_notes, print_output};
use self::progress::Progress;
use self::render::Layout;
use self::targets::{ExplainedTargets, explained_targets};
use self::verbose::Uncounted;
use super::configuration::accepted_base;
use super::discovery::{Extent, discover_once};
use super::runtime::AwsRuntime;
use crate::config::Config;

/// What is to be printed.
#[derive(Debug)]
struct Report {
    /// What goes to stdout.
    output: String,
    /// What could not be told, for stderr.
    notes: Vec<String>,
    answer: Answer,
}

/// Explains what it is asked about, and prints it.
///
/// # Errors
/// If the configuration has no targets, threads cannot be started, or the output cannot be written.
pub async fn explain(config: &Config, options: ExplainOptions) -> anyhow::Result<Answer> {
    let base = accepted_base(config, None).await?;
    let workers = AwsRuntime::start()?;
    let account_id = options.scope.account_id.clone();
    let extent = account_id.map_or(Extent::Everything, Extent::Account);
    let directory = discover_once(config.clone(), base.clone(), Arc::new(Uncounted), extent);
    let directory = workers.handle().spawn(directory).await;
    let directory = directory.context("the discovery of accounts has panicked")?;
    let targets = explained_targets(config, &base, &directory, &options.scope)?;
    let report = workers.handle().spawn(report(targets, options));
    let Report {
        output,
        notes,
        answer,
    } = report.await.context("the reading has panicked")?;
    print_notes(notes).await;
    print_output(output)
        .await
        .context("cannot write the explanation")?;
    Ok(answer)
}

async fn report(targets: ExplainedTargets, options: ExplainOptions) -> Report {
    let layout = Layout::of(&options);
    let progress = Progress::new(options.verbose);
    let begun = targets::begin(targets, &options.scope, layout.calls()).await;
    match options.subject {
        Asked::Instances(names) => instances::report(begun, names, &layout).await,
        Asked::AllNoncompliant => fleet::report(begun, &progress, &layout).await,
        Asked::Patch(patch) => patch_search::report(begun, &patch, &progress, &layout).await,
    }
}
