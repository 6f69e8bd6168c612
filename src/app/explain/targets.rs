//! The targets of the configuration, ready to be asked.

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::join_all;

use super::options::Scope;
use super::scope::display_name;
use super::verbose::{CallLog, Uncounted};
use crate::app::configuration::accepted_base;
use crate::app::configured::{ConfiguredTarget, FleetError, configured_targets};
use crate::app::fleet::target_options;
use crate::aws::{AwsBase, SsmSource, TargetOptions};
use crate::config::Config;
use crate::explain::TargetName;
use crate::inspect::{CallObserver, Inspector, Unasked};

/// A person waits, so a handful of calls need not wait for each other.
const BURST: Duration = Duration::from_secs(1);

/// A target that may have what is asked about.
#[derive(Debug)]
pub(super) struct ExplainedTarget {
    name: TargetName,
    source: Arc<SsmSource>,
}

/// The targets whose credentials work, and those whose do not.
pub(super) struct Begun {
    pub(super) inspectors: Vec<Inspector<SsmSource>>,
    pub(super) unasked: Vec<Unasked>,
}

/// The targets of the configuration that are in scope.
///
/// # Errors
/// If the configuration has none, or none in scope.
pub(super) async fn explained_targets(
    config: &Config,
    scope: &Scope,
) -> Result<Vec<ExplainedTarget>, FleetError> {
    let base = accepted_base(config, None).await?;
    let default_region = base.default_region();
    let configured = configured_targets(config, default_region.as_deref())?;
    let targets: Vec<ExplainedTarget> = configured
        .iter()
        .filter(|target| scope.may_have(&name_of(target)))
        .map(|target| ExplainedTarget::new(target, config, &base))
        .collect();
    if targets.is_empty() {
        return Err(FleetError::OutOfScope);
    }
    Ok(targets)
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
pub(super) async fn begin(
    targets: Vec<ExplainedTarget>,
    scope: &Scope,
    calls: &Arc<CallLog>,
) -> Begun {
    let answers = targets.into_iter().map(|target| {
        let observer: Arc<dyn CallObserver> = Arc::<CallLog>::clone(calls);
        begin_one(target, observer)
    });
    let mut begun = Begun {
        inspectors: Vec::new(),
        unasked: Vec::new(),
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
