//! How many instances of a target are compliant, as the landing page shows it.

use super::status::{ShownStatus, statuses};
use crate::http::target_row::InstanceCounts;
use crate::metrics::TargetView;
use crate::model::Instance;

impl InstanceCounts {
    /// Counts the instances of a target. `None` as long as not both the instances and their
    /// compliance are known.
    pub fn of(view: &TargetView<'_>) -> Option<Self> {
        if !view.has_both_views() {
            return None;
        }
        let mut counts = Self::default();
        let instances = view.target.instances();
        for instance in instances.filter(|instance| view.target.is_listed(instance)) {
            counts.add(view, instance);
        }
        Some(counts)
    }

    fn add(&mut self, view: &TargetView<'_>, instance: &Instance) {
        let has = |wanted| statuses(view, instance).any(|it| it.status == wanted);
        let is_compliant = statuses(view, instance).all(|it| it.status == ShownStatus::Compliant);
        self.listed += 1;
        self.noncompliant += usize::from(has(ShownStatus::NonCompliant));
        self.unreported += usize::from(has(ShownStatus::Unreported));
        self.compliant += usize::from(is_compliant && has(ShownStatus::Compliant));
    }
}
