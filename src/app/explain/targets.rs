//! The targets of the configuration, ready to be asked.

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::join_all;

use super::options::Scope;
use super::scope::display_name;
use super::verbose::{CallLog, Uncounted};
use crate::app::configured::{ConfiguredTarget, FleetError, configured_targets};
use crate::app::discovery::accounts_to_read;
use crate::app::fleet::target_options;
use crate::aws::{AwsBase, SsmSource, TargetOptions};
use crate::config::Config;
use crate::discovery::Directory;
use crate::explain::TargetName;
use crate::inspect::{CallObserver, Inspector, Unasked};

/// A person waits, so a handful of calls need not wait for each other.
const BURST: Duration = Duration::from_secs(1);

/// A target that may have what is asked about.
#[derive(Debug)]
struct ExplainedTarget {
    name: TargetName,
    source: Arc<SsmSource>,
}

/// The targets that may have what is asked about.
#[derive(Debug)]
pub(super) struct ExplainedTargets {
    targets: Vec<ExplainedTarget>,
    /// What could not be listed, so that targets may be missing here.
    unlisted: Vec<Unasked>,
}

/// The targets whose credentials work, and those whose do not.
pub(super) struct Begun {
    pub(super) inspectors: Vec<Inspector<SsmSource>>,
    pub(super) unasked: Vec<Unasked>,
}

/// The targets of the configuration, and of what was found, that are in scope.
///
/// # Errors
/// If there are none in scope although everything could be listed.
pub(super) fn explained_targets(
    config: &Config,
    base: &AwsBase,
    directory: &Directory,
    scope: &Scope,
) -> Result<ExplainedTargets, FleetError> {
    let default_region = base.default_region();
    let accounts = accounts_to_read(config, directory);
    let configured = configured_targets(&accounts, default_region.as_deref());
    let targets: Vec<ExplainedTarget> = configured
        .iter()
        .filter(|target| scope.may_have(&name_of(target)))
        .map(|target| ExplainedTarget::new(target, config, base))
        .collect();
    let unlisted: Vec<Unasked> = unlisted(directory, scope).collect();
    if targets.is_empty() && unlisted.is_empty() {
        return Err(FleetError::OutOfScope);
    }
    Ok(ExplainedTargets { targets, unlisted })
}

/// What could not be listed and may have been in scope.
fn unlisted(directory: &Directory, scope: &Scope) -> impl Iterator<Item = Unasked> {
    let failures = directory.failures().into_iter();
    let failures = failures.filter(|failure| {
        // Neither kind of failure is about a single region.
        scope.may_have(&TargetName {
            account_id: failure.account_id(),
            account_name: None,
            region: scope.region.clone().unwrap_or_default(),
        })
    });
    failures.map(|failure| Unasked {
        target: failure.part.to_string(),
        error: failure.error,
    })
}

impl ExplainedTarget {
    fn new(target: &ConfiguredTarget<'_>, config: &Config, base: &AwsBase) -> Self {
        let options = TargetOptions {
            burst: BURST,
            ..target_options(target, config)
        };
        Self {
            name: name_of(target),
            source: Arc::new(SsmSource::new(base, options, Arc::new(Uncounted))),
        }
    }
}

fn name_of(target: &ConfiguredTarget<'_>) -> TargetName {
    TargetName {
        account_id: target.account.account_id.clone().unwrap_or_default(),
        account_name: target.account.name.clone(),
        region: target.region.clone(),
    }
}

/// Resolves the credentials of all targets at the same time.
pub(super) async fn begin(targets: ExplainedTargets, scope: &Scope, calls: &Arc<CallLog>) -> Begun {
    let answers = targets.targets.into_iter().map(|target| {
        let observer: Arc<dyn CallObserver> = Arc::<CallLog>::clone(calls);
        begin_one(target, observer)
    });
    let mut begun = Begun {
        inspectors: Vec::new(),
        unasked: targets.unlisted,
    };
    for answer in join_all(answers).await {
        match answer {
            Ok(inspector) => begun.add(inspector, scope),
            Err(unasked) => begun.unasked.push(unasked),
        }
    }
    begun
}

async fn begin_one(
    target: ExplainedTarget,
    observer: Arc<dyn CallObserver>,
) -> Result<Inspector<SsmSource>, Unasked> {
    let name = display_name(&target.name);
    let begun = Inspector::begin(target.source, target.name, observer).await;
    begun.map_err(|error| Unasked {
        target: name,
        error,
    })
}

impl Begun {
    /// Adds a target, unless it turns out to be out of scope, or the same as another.
    fn add(&mut self, inspector: Inspector<SsmSource>, scope: &Scope) {
        let name = inspector.target();
        let is_known = self.inspectors.iter().any(|other| {
            let other = other.target();
            (&other.account_id, &other.region) == (&name.account_id, &name.region)
        });
        if scope.may_have(name) && !is_known {
            self.inspectors.push(inspector);
        }
    }
}

/// Says of each of these targets that it could not be asked, why, and where to look.
pub(super) fn notes_of_unasked(unasked: &[Unasked]) -> impl Iterator<Item = String> {
    unasked.iter().map(|Unasked { target, error }| {
        let look_at = error.reason.look_at();
        format!("{target} could not be asked: {error}\n  hint: look at {look_at}")
    })
}
