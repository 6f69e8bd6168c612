//! The command that the demo tells its user to try.

use std::collections::HashMap;
use std::env;

use ssm_simulator::rows::PatchState;
use ssm_simulator::{Simulator, TargetTruth};

use super::build_info::NAME;

/// The shell's line that explains a non-compliant instance of the simulated fleet; `None` if the
/// fleet has none.
pub(super) fn explain_line(
    simulator: &Simulator,
    endpoint: &str,
    credentials: (&str, &str),
) -> Option<String> {
    // The credentials are those of the first account.
    let (account, region) = simulator.targets().into_iter().next()?;
    let id = worst_instance(&simulator.outline(&account, &region))?;
    let (key, secret) = credentials;
    Some(format!(
        "AWS_ENDPOINT_URL={endpoint} AWS_ACCESS_KEY_ID={key} AWS_SECRET_ACCESS_KEY={secret} AWS_REGION={region} {} explain {id}",
        program()
    ))
}

/// The program as its user has called it, so that the line works wherever it was built.
fn program() -> String {
    let called = env::args().next().unwrap_or_default();
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "/._-".contains(c);
    if !called.is_empty() && called.chars().all(is_plain) {
        called
    } else {
        NAME.to_owned()
    }
}

/// The listed instance that is non-compliant for the most reasons.
fn worst_instance(truth: &TargetTruth) -> Option<String> {
    let reasons = reasons(truth);
    let ids = truth.instances.iter().map(|row| row.instance_id.as_str());
    let noncompliant = ids.filter(|id| reasons.contains_key(id));
    let worst = noncompliant.max_by_key(|id| reasons[id])?;
    Some(worst.to_owned())
}

/// How many reasons each non-compliant resource has: types, and bad states of patches.
fn reasons(truth: &TargetTruth) -> HashMap<&str, usize> {
    let mut reasons: HashMap<&str, usize> = HashMap::new();
    for summary in &truth.summaries {
        if summary.status == "NON_COMPLIANT" {
            *reasons.entry(&summary.resource_id).or_default() += 1;
        }
    }
    for state in &truth.patch_states {
        if let Some(reasons) = reasons.get_mut(state.instance_id.as_str()) {
            *reasons += bad_states(state);
        }
    }
    reasons
}

fn bad_states(state: &PatchState) -> usize {
    let counts = [
        state.missing_count,
        state.failed_count,
        state.installed_pending_reboot_count,
        state.installed_rejected_count,
    ];
    counts.into_iter().filter(|count| *count > 0).count()
}
