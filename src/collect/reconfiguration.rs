//! What a reload may change of a target that stays: how it is read, and how old its data may grow.

use std::sync::Arc;

use super::refresher::{RefreshObserver, Refresher};
use super::source::Source;
use super::target_settings::TargetSettings;
use crate::locks::locked;
use crate::model::AgeLimits;

impl<S: Source, O: RefreshObserver> Refresher<S, O> {
    /// Changes what the target is read with, from its next refresh on, and how old its data may
    /// grow, from now on. Its data stays, as far as it is still wanted, and so does its schedule.
    pub async fn reconfigure(&self, settings: TargetSettings<S>, age_limits: AgeLimits) {
        self.replace_settings(settings, age_limits);
        // The schedule and the expiry of data look at their times anew.
        self.reconfigured.send_replace(());
        self.show().await;
    }

    fn replace_settings(&self, settings: TargetSettings<S>, age_limits: AgeLimits) {
        let settings = Arc::new(settings);
        let before = std::mem::replace(&mut *locked(&self.settings), Arc::clone(&settings));
        let mut target = self.target.lock();
        target.set_age_limits(age_limits);
        target.reselect(&before.selection, &settings.selection);
    }

    /// What the target is read with as of now.
    pub(super) fn settings(&self) -> Arc<TargetSettings<S>> {
        Arc::clone(&locked(&self.settings))
    }

    /// Ends a refresh that was made with these settings.
    pub(super) fn end_refresh(&self, made_with: &TargetSettings<S>) {
        let now = self.settings();
        let mut target = self.target.lock();
        target.end_refresh();
        // A reload in the middle of the refresh may have changed what is wanted, and the refresh has
        // brought the former.
        target.reselect(&made_with.selection, &now.selection);
    }
}
