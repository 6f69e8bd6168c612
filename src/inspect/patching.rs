//! Reads what explains the compliance type Patch.

use std::slice;
use std::sync::Arc;

use super::calls::{known, known_if_any};
use super::inspector::Inspector;
use super::purpose;
use super::sighting::{Sighting, Standing};
use super::source::InspectionSource;
use crate::collect::SourceResult;
use crate::explain::{BaselineSettings, CommandInvocationRow, InstancePatchRow, Read};
use crate::model::{ComplianceType, PatchRow, PatchState, SummaryRow};

const PATCH: &str = ComplianceType::PATCH;
/// Who runs a scan in place of a command, and then ignores the patch group.
const PATCH_POLICY: &str = "PatchPolicy";

/// What was read of the patches of an instance.
#[derive(Default)]
pub(super) struct PatchReading {
    pub(super) state: Read<Option<PatchRow>>,
    pub(super) patches: Read<Vec<InstancePatchRow>>,
    pub(super) baseline: Read<BaselineSettings>,
    pub(super) assigned_baseline: Read<String>,
    pub(super) command: Read<Option<CommandInvocationRow>>,
}

impl<S: InspectionSource> Inspector<S> {
    /// Reads what explains the type Patch, as far as it is needed.
    pub(super) async fn patching(
        &self,
        sighting: &Sighting,
        known_state: Read<Option<PatchRow>>,
    ) -> PatchReading {
        let standing = sighting.standing(PATCH);
        let (command, state) = tokio::join!(
            self.patch_command(sighting, standing),
            self.patch_state_unless(known_state, &sighting.id),
        );
        let Read::Done(Some(row)) = &state else {
            return PatchReading {
                state,
                command,
                ..PatchReading::default()
            };
        };
        let (patches, (baseline, assigned_baseline)) = tokio::join!(
            self.bad_patches(sighting, row),
            self.baselines_if_needed(sighting, row),
        );
        PatchReading {
            state,
            patches,
            baseline,
            assigned_baseline,
            command,
        }
    }

    async fn patch_state_unless(
        &self,
        known_state: Read<Option<PatchRow>>,
        id: &str,
    ) -> Read<Option<PatchRow>> {
        match known_state {
            Read::Unasked => {
                let answer = self.patch_state(id).await;
                known_if_any(purpose::PATCH_STATE.operation, answer)
            }
            known => known,
        }
    }

    async fn patch_state(&self, id: &str) -> SourceResult<Option<PatchRow>> {
        let id: Arc<str> = id.into();
        let rows = self.patch_states(slice::from_ref(&id)).await?;
        Ok(rows.into_iter().find(|row| row.id == *id))
    }

    /// Reads the patch states of at most 50 instances.
    pub(super) async fn patch_states(&self, ids: &[Arc<str>]) -> SourceResult<Vec<PatchRow>> {
        let source = &self.calls.source;
        let fetch = async |page| source.patch_states(ids, &page).await;
        self.calls.rows(purpose::PATCH_STATE, fetch).await
    }

    async fn bad_patches(
        &self,
        sighting: &Sighting,
        state: &PatchRow,
    ) -> Read<Vec<InstancePatchRow>> {
        let states = bad_states(state, sighting.standing(PATCH));
        // Of an instance that is not listed AWS refuses to tell.
        if states.is_empty() || !sighting.may_be_listed() {
            return Read::Unasked;
        }
        let source = &self.calls.source;
        let fetch = async |page| source.patches(&sighting.id, &states, &page).await;
        let answer = self.calls.rows(purpose::PATCHES, fetch).await;
        known(purpose::PATCHES.operation, answer)
    }

    /// The command that reported the patches, if they are non-compliant and a command did.
    async fn patch_command(
        &self,
        sighting: &Sighting,
        standing: Standing<'_>,
    ) -> Read<Option<CommandInvocationRow>> {
        let id = &sighting.id;
        match standing {
            Standing::Noncompliant(summary)
                if !summary.execution_id.is_empty() && sighting.may_be_listed() =>
            {
                self.command(purpose::PATCH_COMMAND, &summary.execution_id, id)
                    .await
            }
            _ => Read::Unasked,
        }
    }

    /// Reads one command on one instance.
    pub(super) async fn command(
        &self,
        purpose: purpose::Purpose,
        command_id: &str,
        instance_id: &str,
    ) -> Read<Option<CommandInvocationRow>> {
        let source = &self.calls.source;
        let fetch = async |page| {
            source
                .command_invocations(command_id, instance_id, &page)
                .await
        };
        let rows = self.calls.rows(purpose, fetch).await;
        known_if_any(purpose.operation, rows.map(|rows| rows.into_iter().next()))
    }

    /// Reads the baseline that was used, and which one applies now.
    async fn baselines_if_needed(
        &self,
        sighting: &Sighting,
        state: &PatchRow,
    ) -> (Read<BaselineSettings>, Read<String>) {
        let standing = sighting.standing(PATCH);
        if !is_baseline_needed(sighting, standing) {
            return (Read::Unasked, Read::Unasked);
        }
        let used = self.baseline(&state.baseline_id).await;
        let assigned = match &used {
            // A patch policy brings its own baselines, so none is assigned to its instances.
            Read::Done(settings) if !is_of_patch_policy(standing) => {
                let operating_system = &settings.operating_system;
                self.assigned_baseline(&state.patch_group, operating_system)
                    .await
            }
            _ => Read::Unasked,
        };
        (used, assigned)
    }

    async fn baseline(&self, id: &str) -> Read<BaselineSettings> {
        let read = async {
            let call = self.calls.source.baseline(id);
            let answer = self.calls.one(purpose::BASELINE, call).await;
            known(purpose::BASELINE.operation, answer)
        };
        self.shared.baselines.get(id.to_owned(), read).await
    }

    async fn assigned_baseline(&self, patch_group: &str, operating_system: &str) -> Read<String> {
        let key = (patch_group.to_owned(), operating_system.to_owned());
        let read = self.read_assigned_baseline(patch_group, operating_system);
        self.shared.assigned_baselines.get(key, read).await
    }

    async fn read_assigned_baseline(
        &self,
        patch_group: &str,
        operating_system: &str,
    ) -> Read<String> {
        let source = &self.calls.source;
        // AWS does not accept an empty patch group here, although it sends one.
        if patch_group.is_empty() {
            let call = source.default_baseline(operating_system);
            let answer = self.calls.one(purpose::DEFAULT_BASELINE, call).await;
            return known(purpose::DEFAULT_BASELINE.operation, answer);
        }
        let call = source.baseline_of_group(patch_group, operating_system);
        let answer = self.calls.one(purpose::BASELINE_OF_GROUP, call).await;
        known(purpose::BASELINE_OF_GROUP.operation, answer)
    }
}

/// Whether it matters which baseline was used. It does where patches are non-compliant, and where
/// nothing is: then a changed baseline makes the good news doubtful.
fn is_baseline_needed(sighting: &Sighting, standing: Standing<'_>) -> bool {
    let is_doubted = standing.may_be_noncompliant() || !sighting.may_be_noncompliant();
    is_doubted && sighting.may_be_listed()
}

fn is_of_patch_policy(standing: Standing<'_>) -> bool {
    match standing {
        Standing::Noncompliant(summary) | Standing::Reported(summary) => {
            summary.execution_type == PATCH_POLICY
        }
        Standing::Unreported | Standing::Unread => false,
    }
}

/// The states that make the instance non-compliant, of which it has patches.
fn bad_states(state: &PatchRow, standing: Standing<'_>) -> Vec<PatchState> {
    if !standing.may_be_noncompliant() {
        return Vec::new();
    }
    let has_any = |bad: &PatchState| state.counts[*bad as usize].is_some_and(|count| count > 0);
    let bad = &PatchState::ALL[..PatchState::NONCOMPLIANT];
    let mut states: Vec<PatchState> = bad.iter().copied().filter(has_any).collect();
    let available = PatchState::AvailableSecurityUpdate;
    if has_any(&available) && counts_available_updates(state, standing) {
        states.push(available);
    }
    states
}

/// Whether the baseline counts available security updates as non-compliant. The patch state does not
/// say so, but the summary then has more non-compliant items than the four other states explain.
fn counts_available_updates(state: &PatchRow, standing: Standing<'_>) -> bool {
    let Standing::Noncompliant(SummaryRow { noncompliant, .. }) = standing else {
        return true;
    };
    noncompliant.total > state.always_noncompliant()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::ItemCounts;

    fn state(counts: &[(PatchState, i64)]) -> PatchRow {
        let mut row = PatchRow::default();
        for (state, count) in counts {
            row.counts[*state as usize] = Some(*count);
        }
        row
    }

    fn summary(total: i64) -> SummaryRow {
        SummaryRow {
            status: "NON_COMPLIANT".to_owned(),
            noncompliant: ItemCounts {
                total,
                ..ItemCounts::default()
            },
            ..SummaryRow::default()
        }
    }

    #[test]
    fn only_states_that_have_patches_are_asked_for() {
        let state = state(&[
            (PatchState::Failed, 2),
            (PatchState::Missing, 0),
            (PatchState::Installed, 9),
        ]);
        let summary = summary(2);
        assert_eq!(
            bad_states(&state, Standing::Noncompliant(&summary)),
            [PatchState::Failed]
        );
        assert_eq!(bad_states(&state, Standing::Reported(&summary)), []);
    }

    #[test]
    fn available_updates_are_asked_for_where_the_others_do_not_explain_the_summary() {
        let state = state(&[
            (PatchState::Missing, 1),
            (PatchState::AvailableSecurityUpdate, 3),
        ]);
        let (explained, more) = (summary(1), summary(4));
        assert_eq!(
            bad_states(&state, Standing::Noncompliant(&explained)),
            [PatchState::Missing]
        );
        let with_available = [PatchState::Missing, PatchState::AvailableSecurityUpdate];
        assert_eq!(
            bad_states(&state, Standing::Noncompliant(&more)),
            with_available
        );
    }
}
